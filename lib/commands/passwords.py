"""The password of a device, by its make and address, among the owner's secrets."""

from lib.secrets import Secrets


def password_of(secrets: Secrets, make: str, address: str) -> str | None:
    """The most particular one: "make@host:port", "make@host" or "make"; None where there is none."""
    host = address.rpartition(":")[0] or address
    return next(
        (found for name in (f"{make}@{address}", f"{make}@{host}", make) if (found := secrets.others.get(name))), None
    )
