"""A Sessy over its local HTTP API, with the user and password that its sticker shows.

In: its address, setpoints. Out: readings, and what it took. It has no watchdog: the last watts stay until somebody says
otherwise, so it is handed back to the strategy that it had, or to zero on the meter. It counts discharge as +, and so
its signs are turned here. Source: the maker's API documents.
"""

import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from lib.batteries import ANSWER_S, BatteryError, BatterySetupError, RefusedError, UnreachableError
from lib.clock import Clock
from lib.core.battery import BatteryReading, BatteryRules, Setpoint
from lib.http import Box

KIND = "a Sessy"
MOST_W = 2_200.0  # older ones give 1 700
API, NOM = "POWER_STRATEGY_API", "POWER_STRATEGY_NOM"
STRATEGY, SETPOINT = "api/v1/power/active_strategy", "api/v1/power/setpoint"
STATUS, ENERGY = "api/v1/power/status", "api/v1/energy/status"
STATE = "SYSTEM_STATE_"
FULL, EMPTY = "BATTERY_FULL", "BATTERY_EMPTY"
FAULTS = {"ERROR", "DISCONNECT"}
STRATEGY_S = 8.0  # between two looks at the strategy
COUNTERS_S = 300.0  # and at the counters,
COUNTING_S = 1.0  # for which the rest does not wait longer
MOST = 1e12  # beyond that it is no number of W or Wh
STICKER = "write both, as its sticker shows them, into the secrets"


class Sessy:
    """One Sessy at `address`, host or host:port. most_w: what it takes and gives at most. Raises BatterySetupError."""

    watchdog_s = None
    stored = False
    by_grid = False
    retake_s = 0.0
    polite_s = 5.0

    def __init__(
        self,
        address: str,
        *,
        rules: BatteryRules,
        user: str | None,
        password: str | None,
        most_w: float = MOST_W,
        clock: Clock,
    ) -> None:
        try:
            self._box = Box(
                address, kind=KIND, slip=BatterySetupError, silent=UnreachableError, user=user, password=password
            )
        except BatterySetupError as error:
            raise BatterySetupError(f"{rules.name}: {error}") from None
        if not user or not password:
            raise BatterySetupError(f"{rules.name}: {KIND} wants a user and a password: {STICKER}")
        self._charge_w = min(rules.charge_w, most_w)
        self._discharge_w = min(rules.discharge_w, most_w)
        self._clock = clock
        self._strategy = ""  # the one that holds; "" where nobody knows
        self._looked_s = self._counted_s = -math.inf
        self._goes_on = False  # it told its strategy, and then took too long
        self._owner = NOM  # the one that it had before it was ours
        self._counters: tuple[float | None, float | None] = None, None

    async def read(self) -> BatteryReading:
        """The status each time; strategy and counters now and then."""
        read_s = self._clock.monotonic()
        async with self._within():
            if read_s - self._looked_s >= STRATEGY_S and not self._goes_on:
                self._strategy = ""
            strategy = self._strategy or await self._ask_strategy()
            said = await self._ask(STATUS)
            if read_s - self._counted_s >= COUNTERS_S:
                await self._count(read_s)
        return parse_status(said, read_s=read_s, ours=strategy == API, counters=self._counters)

    async def order(self, setpoint: Setpoint) -> float:
        """The strategy where it is another, then the watts."""
        power_w = round(min(self._charge_w, max(-self._discharge_w, setpoint.power_w)))
        async with self._within():
            if (self._strategy or await self._ask_strategy()) != API:
                await self._set_strategy(API)
            await self._ask(SETPOINT, {"setpoint": -power_w})
        return float(power_w)

    async def release(self) -> None:
        """Back to the strategy that it had; one that another hand set meanwhile stays."""
        async with self._within():
            if await self._ask_strategy() == API:
                await self._set_strategy(self._owner)

    async def close(self) -> None:
        """Hang up; more than once is harmless."""
        await self._box.close()

    @asynccontextmanager
    async def _within(self) -> AsyncIterator[None]:
        """So long for all questions in it together; the next call goes on from a strategy that was told in this one."""
        looked_s = self._looked_s
        try:
            async with self._box.within(ANSWER_S):
                yield
        except UnreachableError:
            self._goes_on = self._looked_s != looked_s and bool(self._strategy)
            if not self._goes_on:
                self._strategy = ""  # it may have been switched off and on
            raise
        self._goes_on = False

    async def _ask_strategy(self) -> str:
        strategy = (await self._ask(STRATEGY)).get("strategy")
        if not isinstance(strategy, str):
            raise UnreachableError(f"{self._box.where} does not tell its strategy: is it a Sessy?")
        self._strategy, self._looked_s = strategy, self._clock.monotonic()
        if strategy != API:
            self._owner = strategy
        return strategy

    async def _set_strategy(self, strategy: str) -> None:
        self._strategy = ""  # until it answers
        await self._ask(STRATEGY, {"strategy": strategy})
        self._strategy, self._looked_s = strategy, self._clock.monotonic()

    async def _count(self, at_s: float) -> None:
        """The counters; a firmware without them is not asked again soon, and is well all the same."""
        self._counted_s = at_s
        try:
            said = (await self._ask(ENERGY, within_s=COUNTING_S)).get("sessy_energy")
        except BatteryError:
            return
        if isinstance(said, dict):
            self._counters = _number(said, "import_wh"), _number(said, "export_wh")

    async def _ask(
        self, path: str, say: Mapping[str, Any] | None = None, *, within_s: float | None = None
    ) -> dict[str, Any]:
        """The object that it answers to a question, or to what it is told. Raises BatteryError."""
        answer = await self._box.ask(path, told=say, within_s=within_s)
        if answer.status in {401, 403}:
            raise RefusedError(f"{self._box.where} does not let us in: check its user and password; {STICKER}")
        if answer.body is None or answer.status >= 500:
            raise UnreachableError(f"{self._box.where} answers HTTP {answer.status}, and not as {KIND}: is it well?")
        words = answer.body.get("status", "ok")
        if answer.status >= 400 or words != "ok":
            what = path.rpartition("/")[2]
            raise RefusedError(f"{self._box.where} refuses {what}: {str(words)[:200]} (HTTP {answer.status})")
        return answer.body


def parse_status(
    said: Mapping[str, Any], *, read_s: float, ours: bool, counters: tuple[float | None, float | None]
) -> BatteryReading:
    """What /power/status says, in our sign. counters: Wh charged and discharged. Raises UnreachableError."""
    sessy = said.get("sessy")
    if not isinstance(sessy, dict):
        raise UnreachableError("it answers, but tells nothing of its battery: is it a Sessy?")
    part, power_w, set_w = (_number(sessy, key) for key in ("state_of_charge", "power", "power_setpoint"))
    state = str(sessy.get("system_state") or "").removeprefix(STATE)
    details = str(sessy.get("system_state_details") or "")
    words = f"{state.lower().replace('_', ' ')}{': ' if details else ''}{details}"
    return BatteryReading(
        read_s=read_s,
        soc_pct=None if part is None else 100 * min(1.0, max(0.0, part)),
        power_w=None if power_w is None else 0.0 - power_w,
        charge_w=0.0 if state == FULL else None,
        discharge_w=0.0 if state == EMPTY else None,
        set_w=0.0 - set_w if ours and set_w is not None else None,
        ours=ours,
        charged_wh=counters[0],
        discharged_wh=counters[1],
        fault=words if state in FAULTS else "",
    )


def _number(said: Mapping[str, Any], key: str) -> float | None:
    value = said.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MOST <= value <= MOST:
        return None
    return float(value)
