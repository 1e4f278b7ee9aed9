"""The wire to one NRGkick: finds it, asks it, and puts every way of saying no into a sentence.

In: an address, perhaps user and password. Out: its answers as JSON objects, or a ChargerError. Reads go through the
library nrgkick-api; writes go past it, because it writes one key at a time and tries again for half a minute. It does
not know what answers mean, and asks for no section that tells where the box stands or which SIM it has.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from nrgkick_api import NRGkickAPI, NRGkickAPIDisabledError, NRGkickAuthenticationError, NRGkickError

from lib.chargers import ANSWER_S, DeniedError, RefusedError, UnreachableError
from lib.chargers.box import open_box
from lib.chargers.naming import is_name
from lib.chargers.nrgkick_answers import SWITCHED_OFF, reason
from lib.chargers.nrgkick_control import Control, parse_control, spoken, written
from lib.http import Box
from lib.payload import mended

KIND = "an NRGkick Gen2"
SEARCH_S = 3.0
WRITE_S = 3.0  # the maker's own page gives up then
VALUES = ["energy", "powerflow", "general"]
ABOUT = ["general", "connector", "grid", "network"]
OWN_MODES = "; is its own solar or schedule mode on? Switch that off in its app"
SWITCHING = '; is "Phase Switching" on in its app?'


class Wire:
    """One box. address: host, host:port, or a name (lib.chargers.naming), which is looked for when it is needed.

    Its calls stand within `asking()`, one at a time.
    """

    def __init__(self, address: str, *, user: str | None, password: str | None) -> None:
        logging.getLogger("nrgkick_api").setLevel(logging.CRITICAL)  # it logs each try; we say a trouble once
        self.address = address
        self._user, self._password = user, password
        self._open: Box | None = None
        self._api = NRGkickAPI("")
        if not is_name(address):
            self._open = self._box_at(address)

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Some seconds for questions. Raises ChargerError."""
        try:
            async with asyncio.timeout(ANSWER_S):
                self._open = self._open or self._box_at(await self._find())
                box = self._open
                self._api = NRGkickAPI(box.where, session=box.session)  # which says who we are
                yield
        except TimeoutError as error:
            unreachable = self._box.unreachable(error)
            await self._forget()
            raise unreachable from None
        except (UnreachableError, DeniedError):
            await self._forget()
            raise

    async def about(self) -> dict[str, Any]:
        """What unit and attachment are. Raises ChargerError."""
        return await self._read(self._api.get_info(ABOUT, raw=True))

    async def values(self) -> dict[str, Any]:
        """What it measures. Raises ChargerError."""
        return await self._read(self._api.get_values(VALUES, raw=True))

    async def control(self) -> dict[str, Any]:
        """What it is set to. Raises ChargerError."""
        return await self._read(self._api.get_control())

    async def write(self, keys: Mapping[str, str]) -> Control:
        """What it took of `keys`, by the body of its answer: the status says little.

        Raises RefusedError, with which nothing was taken; any other ChargerError leaves open what was.
        """
        box = self._box
        answer = await box.ask("control", keys, within_s=WRITE_S)
        if answer.status in {401, 403}:
            raise self._locked()
        if answer.body is None:
            raise UnreachableError(f"{box.where} answers HTTP {answer.status}, and not what it took")
        if why := reason(answer.body):
            if why == SWITCHED_OFF:
                raise self._switched_off()
            hint = SWITCHING if "phase_count" in keys else OWN_MODES if "solar" in why.lower() else ""
            raise RefusedError(f"it refuses {spoken(keys)}: {why}{hint}")
        echo = parse_control(answer.body)
        if missing := set(keys) - set(written(echo)):
            raise UnreachableError(f"{box.where} answers, but not what it took of {', '.join(sorted(missing))}")
        if "charge_pause" in keys and written(echo)["charge_pause"] != keys["charge_pause"]:
            raise RefusedError(f"it does not take {spoken(keys)}{OWN_MODES}")
        return echo

    async def close(self) -> None:
        """Hang up; more than once is harmless."""
        if self._open is not None:
            await self._open.close()

    @property
    def _box(self) -> Box:
        if self._open is None:
            raise UnreachableError(f"{self.address} is not found on this network: is it switched on?")
        return self._open

    def _box_at(self, address: str) -> Box:
        return open_box(address, kind=KIND, user=self._user, password=self._password)

    async def _find(self) -> str:
        from lib.chargers import discovery

        return await discovery.find_address(self.address, make="nrgkick", within_s=SEARCH_S)

    async def _forget(self) -> None:
        """A box that was found by its name may have another address by now."""
        if is_name(self.address) and self._open is not None:
            box, self._open = self._open, None
            await box.close()

    async def _read(self, question: Any) -> dict[str, Any]:
        """What the library says; its errors end here."""
        where = self._box.where
        try:
            answer: dict[str, Any] = mended(await question)
        except NRGkickAPIDisabledError as error:
            raise self._switched_off() from error
        except NRGkickAuthenticationError as error:
            raise self._locked() from error
        except NRGkickError as error:
            match error.__cause__:
                case aiohttp.ClientResponseError(status=404):
                    raise DeniedError(
                        f"{where} is no NRGkick Gen2, it has no /info: the first one, Connect, has another API"
                    ) from error
                case aiohttp.ClientResponseError(status=status):
                    raise UnreachableError(f"{where} has trouble of its own (HTTP {status})") from error
                case aiohttp.ClientConnectionError() | TimeoutError() as cause:
                    raise self._box.unreachable(cause) from error
            raise UnreachableError(f"{where} answers, but not as {KIND}: half an answer, or another box?") from error
        if why := reason(answer):
            raise UnreachableError(f"{where} does not tell: {why}")
        return answer

    def _switched_off(self) -> UnreachableError:
        return UnreachableError(
            f"the local API of the NRGkick at {self._box.where} is off: "
            "in its app open Extended, Local API, and switch on JSON"
        )

    def _locked(self) -> DeniedError:
        has = (
            "refuses the user and password that we have"
            if self._user and self._password
            else "wants a user and password"
        )
        return DeniedError(f"the NRGkick at {self._box.where} {has}: its app shows them under Extended, Local API")
