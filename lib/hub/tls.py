"""Certificates: files → what a door shows, and what a client of ours accepts. A wrong file is a sentence."""

import ssl
from pathlib import Path
from typing import NoReturn

CERTIFICATE = "-----BEGIN CERTIFICATE-----"
END = "-----END CERTIFICATE-----"
LONGEST_FILE = 1_048_576


class TlsError(Exception):
    """A certificate or key that cannot be used; the sentence says why and what to do."""


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """What a door shows: `certificate` (with those between it and its authority, if any) and its `key`, both PEM.

    Raises TlsError.
    """
    _first(certificate)
    if "PRIVATE KEY-----" not in _text(key):
        raise TlsError(f"{key}: holds no private key; it begins with -----BEGIN PRIVATE KEY-----")

    def refuse() -> str:
        raise TlsError(f"{key}: is locked by a password; openssl pkey -in {key} -out FILE writes it without one")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key, password=refuse)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise TlsError(f"{key}: is not the key of {certificate}: each certificate has its own") from None
        raise TlsError(f"{certificate} and {key}: cannot be used together ({error.reason or error})") from None
    return context


def client_context(pinned: Path | None) -> ssl.SSLContext:
    """What a client accepts: the certificates of the system's authorities, or exactly the first one in `pinned`.

    A pinned certificate is accepted under any name and after its last day too: it is this one or none. Raises TlsError.
    """
    if pinned is None:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # by its authority; it is compared below, before a byte of ours is sent
    context.sslobject_class = _only(_first(pinned), pinned)
    return context


def _only(right: bytes, pinned: Path) -> type[ssl.SSLObject]:
    """A TLS connection that breaks off when the other end shows another certificate than `right`, in DER."""

    class Pinned(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            if self.getpeercert(binary_form=True) != right:
                raise ssl.SSLCertVerificationError(f"it shows another certificate than {pinned}")

    return Pinned


def _first(path: Path) -> bytes:
    """The first certificate in a file, in DER."""
    _, found, rest = _text(path).partition(CERTIFICATE)
    try:
        return (
            ssl.PEM_cert_to_DER_cert(f"{CERTIFICATE}{rest.partition(END)[0]}{END}") if found else _no_certificate(path)
        )
    except ValueError:
        return _no_certificate(path)


def _no_certificate(path: Path) -> NoReturn:
    raise TlsError(f"{path}: holds no certificate; it begins with {CERTIFICATE}")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(LONGEST_FILE).decode("latin-1")
    except OSError as error:
        raise TlsError(f"{path}: cannot be read: {error.strerror or error}") from None
