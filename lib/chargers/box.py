"""A charger that is asked over HTTP: `lib.http.Box`, with the errors of chargers."""

from collections.abc import Mapping

from lib.chargers import ChargerSetupError, UnreachableError
from lib.http import Box


def open_box(
    address: str,
    *,
    kind: str,
    user: str | None = None,
    password: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Box:
    """One at `address`, host or host:port; not asked yet. kind: what it should be. Raises ChargerSetupError."""
    return Box(
        address,
        kind=kind,
        slip=ChargerSetupError,
        silent=UnreachableError,
        user=user,
        password=password,
        headers=headers,
    )
