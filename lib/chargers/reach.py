"""A charger that is asked over HTTP, wherever it is now: by its address, or by the name that it makes known.

In: an address, a question. Out: its answer. One that has a name is looked for when it is needed, and again when it does
not answer or lets nobody in: it may have another address by then, and its old one be another box's.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

from lib.chargers import DeniedError, UnreachableError
from lib.chargers.box import open_box
from lib.chargers.naming import is_name
from lib.http import Answer, Box

SEARCH_S = 3.0


class Reach(Protocol):
    """What `lib.http.Box` is to a driver."""

    @property
    def where(self) -> str:
        """Its address, for sentences."""

    def within(self, seconds: float) -> AbstractAsyncContextManager[None]:
        """So long for all questions in it together. Raises ChargerError."""

    async def ask(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        told: Mapping[str, Any] | None = None,
        method: str | None = None,
        within_s: float | None = None,
    ) -> Answer:
        """See Box.ask."""

    async def close(self) -> None:
        """Hang up; more than once is harmless."""


def open_reach(
    address: str,
    *,
    make: str,
    kind: str,
    user: str | None = None,
    password: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reach:
    """A charger at `address`: host, host:port, mdns:SERIAL, mdns:NAME or name.local; not asked yet.

    kind: what it should be. Raises ChargerSetupError.
    """

    def open_at(place: str) -> Box:
        return open_box(place, kind=kind, user=user, password=password, headers=headers)

    if not is_name(address):
        return open_at(address)
    open_at("127.0.0.1")  # so that a user who can be none is told at once
    return Named(address, make=make, open_at=open_at)


class Named:
    """A charger that is looked for by its name."""

    def __init__(self, name: str, *, make: str, open_at: Callable[[str], Box]) -> None:
        self._name, self._make, self._open_at = name, make, open_at
        self._box: Box | None = None

    @property
    def where(self) -> str:
        """Its name, and where it is as far as that is known."""
        return f"{self._name} ({self._box.where})" if self._box else self._name

    @asynccontextmanager
    async def within(self, seconds: float) -> AsyncIterator[None]:
        """So long for all questions in it together, and for the search. Raises ChargerError."""
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError:
            where = self.where
            await self.close()
            raise UnreachableError(f"no answer from {where}: is it switched on, and on this network?") from None
        except (UnreachableError, DeniedError):
            await self.close()
            raise

    async def ask(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        told: Mapping[str, Any] | None = None,
        method: str | None = None,
        within_s: float | None = None,
    ) -> Answer:
        """See Box.ask. Raises UnreachableError when nobody makes himself known by the name."""
        if self._box is None:
            from lib.chargers import discovery

            self._box = self._open_at(await discovery.find_address(self._name, make=self._make, within_s=SEARCH_S))
        try:
            return await self._box.ask(path, query, told=told, method=method, within_s=within_s)
        except UnreachableError:
            await self.close()
            raise

    async def close(self) -> None:
        """Hang up, and forget where it was."""
        box, self._box = self._box, None
        if box is not None:
            await box.close()
