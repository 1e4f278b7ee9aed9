"""The wire to one OpenEVSE: asks its WiFi module over HTTP, and the controller behind that by RAPI.

In: an address, perhaps user and password. Out: its answers, or a ChargerError. It does not know what answers mean.
Source: the maker's HTTP interface, and "RAPI protocol" of his controller.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from lib.chargers import ANSWER_S, DeniedError, RefusedError, UnreachableError
from lib.chargers.openevse_answers import parse_rapi
from lib.chargers.reach import open_reach
from lib.http import Answer

KIND = "an OpenEVSE"
CALL_S = 3.0
NOT_A_PAGE = {"X-Requested-With": "OpenEVSE"}  # without it newer firmware takes no RAPI command from us
TOO_OFTEN = 429


class Wire:
    """One box. address: host, host:port, or mdns:NAME. Its calls stand within `asking()`, one at a time."""

    def __init__(self, address: str, *, user: str | None, password: str | None) -> None:
        self._has_login = bool(user and password)
        self._box = open_reach(address, make="openevse", kind=KIND, user=user, password=password, headers=NOT_A_PAGE)

    @property
    def where(self) -> str:
        """Its address, for sentences."""
        return self._box.where

    def asking(self) -> AbstractAsyncContextManager[None]:
        """Some seconds for questions. Raises ChargerError."""
        return self._box.within(ANSWER_S)

    async def ask(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        told: Mapping[str, Any] | None = None,
        method: str | None = None,
    ) -> Answer:
        """What it answers, whatever that is. Raises ChargerError when it is silent, ill, or lets nobody in."""
        answer = await self._box.ask(path, query, told=told, method=method, within_s=CALL_S)
        if answer.status in {401, 403, TOO_OFTEN}:
            raise self._locked(answer.status)
        if answer.status >= 500:
            raise UnreachableError(f"{self.where} has trouble of its own (HTTP {answer.status})")
        return answer

    async def read(self, path: str, key: str) -> dict[str, Any]:
        """The object at `path`, which holds `key` when it is what it should be."""
        answer = await self.ask(path)
        if answer.body is None or key not in answer.body:
            raise UnreachableError(f"{self.where} answers HTTP {answer.status}, and not as {KIND}")
        return answer.body

    async def tell(self, path: str, told: Mapping[str, Any]) -> None:
        """Have it take `told`. Raises RefusedError with its words; any other ChargerError leaves open what it took."""
        answer = await self.ask(path, told=told)
        if answer.status >= 300:
            why = (answer.body or {}).get("msg") or f"HTTP {answer.status}"
            raise RefusedError(f"it refuses /{path}: {why}")

    async def rapi(self, command: str) -> tuple[bool, tuple[int, ...]] | None:
        """What the controller says to a command: yes or no, and numbers; None when it does not know it, or is busy."""
        answer = await self.ask("r", {"json": "1", "rapi": command})
        return parse_rapi(answer.body or {})

    async def close(self) -> None:
        """Hang up; more than once is harmless."""
        await self._box.close()

    def _locked(self, status: int) -> DeniedError:
        if status == TOO_OFTEN:
            has = "had a wrong password too often, and lets nobody in for a while"
        elif self._has_login:
            has = "refuses the user and password that we have"
        else:
            has = "wants a user and password"
        return DeniedError(f"the OpenEVSE at {self.where} {has}: its page has them under Settings, HTTP")
