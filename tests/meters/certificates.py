"""An authority and the certificates it signs, made on the fly in the form of HomeWizard's: X.509 v1, name in the CN."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.waiting import LIMIT_S

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
BOX = "/C=NL/O=HomeWizard/CN=appliance\\/p1dongle\\/5c2fafaabbcc"


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs; `pem` is what others must trust."""

    folder: Path

    @property
    def pem(self) -> Path:
        """Its certificate."""
        return self.folder / "ca.pem"

    def server(self, subject: str = BOX, extensions: str = "") -> ssl.SSLContext:
        """What a server named `subject` shows; extensions: as `subjectAltName=IP:127.0.0.1`."""
        pem = self.certificate(subject, extensions)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, pem.with_suffix(".key"))
        return context

    def certificate(self, subject: str = BOX, extensions: str = "") -> Path:
        """A new certificate; its key lies beside it, with the ending .key."""
        pem = self.folder / f"box{len(list(self.folder.iterdir()))}.pem"
        request, key = pem.with_suffix(".csr"), pem.with_suffix(".key")
        _openssl("req", *KEY, "-keyout", key, "-out", request, "-subj", subject)
        more: list[str | Path] = []
        if extensions:
            written = pem.with_suffix(".ext")
            written.write_text(extensions)
            more = ["-extfile", written]
        signed_by = ("-CA", self.pem, "-CAkey", self.folder / "ca.key", "-CAcreateserial")
        _openssl("x509", "-req", "-in", request, *signed_by, "-days", "2", "-out", pem, *more)
        return pem


def an_authority(folder: Path) -> Authority:
    """A new one, whose files lie in `folder`."""
    folder.mkdir(exist_ok=True)
    request, key = folder / "ca.csr", folder / "ca.key"
    _openssl("req", *KEY, "-keyout", key, "-out", request, "-subj", "/C=NL/O=HomeWizard/CN=Appliance Access CA")
    _openssl("x509", "-req", "-in", request, "-signkey", key, "-days", "2", "-out", folder / "ca.pem")
    return Authority(folder)


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=LIMIT_S)
