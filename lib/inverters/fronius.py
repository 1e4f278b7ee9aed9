"""Fronius inverters over their Solar API, which is read only: it needs no password and holds nothing back.

In: the address of the inverter, or of its Datamanager. Out: what all inverters behind it give together, with the sun
that goes into a battery of theirs. Source: the maker's "Solar API V1" (42,0410,2012).
"""

from collections.abc import Mapping
from typing import Any

from lib.clock import Clock, WallClock
from lib.core.sun import InverterReading
from lib.http import Box
from lib.inverters import ANSWER_S, InverterError, InverterSetupError, RefusedError, UnreachableError

KIND = "a Fronius"
PATH = "solar_api/v1/GetPowerFlowRealtimeData.fcgi"
POLITE_S = 5.0  # the maker asks for no more than this, and one question at a time
MOST = 1e12  # beyond that it is no number of W or Wh


class Fronius:
    """One Fronius. address: host or host:port. Raises InverterSetupError when it is none."""

    polite_s = POLITE_S

    def __init__(self, address: str, *, clock: Clock | None = None) -> None:
        self._box = Box(address, kind=KIND, slip=InverterSetupError, silent=UnreachableError)
        self._clock = clock or WallClock()

    async def read(self) -> InverterReading:
        """One question for all that we need."""
        read_s = self._clock.monotonic()
        site = self._site(await self._ask())
        power_w = 0.0 if site.get("P_PV", "") is None else _number(site, "P_PV")  # at night it says null
        if power_w is None:
            raise UnreachableError(f"{self._box.where} answers, but does not say what the sun gives (P_PV)")
        return InverterReading(read_s=read_s, power_w=max(0.0, power_w), energy_wh=_number(site, "E_Total"))

    async def hold(self, limit_w: float | None) -> None:
        """It cannot."""
        if limit_w is not None:
            raise RefusedError(
                'the Solar API only tells: to hold the sun back set make to "sunspec" and switch Modbus on in it'
            )

    async def close(self) -> None:
        """Hang up; more than once is harmless."""
        await self._box.close()

    async def _ask(self) -> Mapping[str, Any]:
        """The object of its answer, whose status is good."""
        answer = await self._box.ask(PATH, within_s=ANSWER_S)
        if answer.status in {403, 404}:
            raise InverterError(
                f"{self._box.where} has no Solar API (HTTP {answer.status}): switch it on in its web interface, "
                "under Communication, Solar API"
            )
        if answer.status != 200 or answer.body is None:
            raise UnreachableError(
                f"{self._box.where} answers HTTP {answer.status}, and not as {KIND}: is it another box?"
            )
        return answer.body

    def _site(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """The part of an answer that tells of the whole site."""
        status = _group(said, "Head", "Status")
        code = status.get("Code")
        if code != 0:
            words = status.get("UserMessage") or status.get("Reason") or "without a reason"
            raise UnreachableError(f"{self._box.where} answers with status {code!r}: {str(words)[:200]}")
        return _group(said, "Body", "Data", "Site")


def _group(said: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """A group within groups; an empty one where there is none."""
    found: Any = said
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _number(said: Mapping[str, Any], name: str) -> float | None:
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MOST <= value <= MOST:
        return None
    return float(value)
