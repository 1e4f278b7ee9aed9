"""Certificates of their own, made anew for each run of the tests."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.waiting import LIMIT_S

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl, which makes certificates, is missing"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A certificate and its key."""

    certificate: Path
    key: Path


def a_pair(folder: Path, name: str = "house", *, password: str | None = None) -> Pair:
    """A certificate that nobody but itself signs, for `localhost`."""
    pair = Pair(certificate=folder / f"{name}.crt", key=folder / f"{name}.key")
    lock = ["-passout", f"pass:{password}"] if password else ["-noenc"]
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", *lock),
            *("-keyout", str(pair.key), "-out", str(pair.certificate), "-days", "2", "-subj", f"/CN={name}"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
        timeout=LIMIT_S,
    )
    return pair


def signed(folder: Path, by: Pair, name: str = "child") -> Pair:
    """A certificate that `by` signs, as an authority would."""
    pair = Pair(certificate=folder / f"{name}.crt", key=folder / f"{name}.key")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"),
            *("-CA", str(by.certificate), "-CAkey", str(by.key), "-keyout", str(pair.key)),
            *("-out", str(pair.certificate), "-days", "2", "-subj", f"/CN={name}"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
        timeout=LIMIT_S,
    )
    return pair
