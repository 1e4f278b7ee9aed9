"""A go-eCharger over its local HTTP API v2.

In: its address, orders. Out: readings, and what it took. Its own surplus mode is left alone and warned of. On a clean
exit it decides by itself again (frc 0). Source: the maker's list of API keys.
"""

import logging
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from lib.chargers import ANSWER_S, ChargerError, RefusedError, UnreachableError
from lib.chargers.goe_answers import OFF, ON, ONE_PHASE, THREE_PHASES, Status, parse_v2
from lib.chargers.loan import Loan, seen, sent, taken
from lib.chargers.reach import open_reach
from lib.clock import Clock, WallClock
from lib.core.charger import Accepted, ChargerReading, ChargerRules, Found, Order, Plug, given_back_a, in_steps

KIND = "a go-eCharger"
STEP_A = 1.0
CALL_S = 3.0
BLINKS = 3  # so many readings without a state are the same plug as before
KEYS = "car,alw,amp,acu,ama,mca,cbl,frc,psm,pnp,nrg,wh,eto,dwo,err,fup,modelStatus,sse"
TEN_KEYS = '["car","alw","amp","ama","frc","psm","nrg","wh","eto","err"]'  # so firmware before 051.4 wants them
NEUTRAL = "0"
PHASE_MODES: Mapping[int, int] = MappingProxyType({0: 0, 1: ONE_PHASE, 3: THREE_PHASES})  # 0: as it likes

log = logging.getLogger(__name__)


class Goe:
    """One go-eCharger. address: one of lib.chargers.naming. Raises ChargerSetupError when it is none."""

    step_a = STEP_A
    polite_s = 0.0

    def __init__(self, address: str, *, rules: ChargerRules, clock: Clock | None = None) -> None:
        self._box = open_reach(address, make="goe", kind=KIND)
        self._rules = rules
        self._clock = clock or WallClock()
        self._filter = KEYS
        self._status: Status | None = None  # None: it was silent, or never asked
        self._set: dict[str, str] = {}  # what it is set to, as it is written
        self._loan = Loan()
        self._plug = Plug.UNKNOWN
        self._blinks = 0

    @property
    def owner(self) -> Found | None:
        """What it was set to when we first came."""
        return self._loan.owner

    @owner.setter
    def owner(self, owner: Found | None) -> None:
        self._loan = Loan(owner=owner, kept=owner is not None)

    async def read(self) -> ChargerReading:
        """One question for all that we need."""
        read_s = self._clock.monotonic()
        async with self._box.within(ANSWER_S):
            status = await self._look()
        self._blinks = 0 if status.plug else self._blinks + 1
        if status.plug or self._blinks > BLINKS:
            self._plug = status.plug or Plug.UNKNOWN
        return ChargerReading(
            plug=self._plug,
            read_s=read_s,
            offered_a=status.offered_a,
            set_a=status.set_a,
            phases_a=status.phases_a,
            power_w=status.power_w,
            plugin_wh=status.plugin_wh,
            total_wh=status.total_wh,
            permitted=status.allowed,
            paused={OFF: True, ON: False}.get(status.forced or 0),
            phases=status.phases,
            least_a=status.least_a,
            most_a=status.most_a,
            limit_wh=status.limit_wh,
            fault=status.fault,
            warning=status.warning,
            serial=status.serial,
        )

    async def order(self, order: Order) -> Accepted:
        """All keys that differ in one call; it takes or refuses each of them by itself."""
        async with self._box.within(ANSWER_S):
            status = self._status or await self._look()
            current_a = in_steps(min(order.current_a, status.most_a or math.inf), STEP_A)
            wanted = {"amp": f"{max(status.least_a, current_a):.0f}", "frc": str(ON if order.go else OFF)}
            if self._rules.switches and order.phases:
                wanted["psm"] = str(ONE_PHASE if order.phases == 1 else THREE_PHASES)
            await self._write({key: value for key, value in wanted.items() if self._set.get(key) != value})
        phases = {str(ONE_PHASE): 1, str(THREE_PHASES): 3}.get(self._set.get("psm", ""))
        return Accepted(current_a=float(self._set["amp"]), go=self._set["frc"] != str(OFF), phases=phases)

    async def close(self, *, restore: bool) -> None:
        """Leave it to itself, with the settings that were there, and hang up."""
        try:
            if restore and self._loan.is_open:
                async with self._box.within(ANSWER_S):
                    await self._look()
                    await self._write(self._loan.back(self._set, self._owner_keys()))
            if restore:
                self._loan = Loan()
        except ChargerError as error:
            log.warning("%s: not all of its settings could be given back: %s", self._rules.name, error)
        finally:
            await self._box.close()

    def _owner_keys(self) -> dict[str, str]:
        """What its owner had, as it is written; whether it may charge is its own affair again."""
        owner = self._loan.owner or Found()
        keys = {"frc": NEUTRAL}
        if (his_a := given_back_a(self._rules, owner.current_a)) is not None:
            keys["amp"] = f"{his_a:.0f}"
        if self._rules.switches and owner.phases is not None:
            keys["psm"] = str(PHASE_MODES.get(owner.phases, 0))
        return keys

    async def _look(self) -> Status:
        self._status = None
        status = parse_v2(await self._ask_status())
        known = {"amp": status.set_a, "frc": status.forced, "psm": status.phase_mode}
        self._set = {key: f"{value:.0f}" for key, value in known.items() if value is not None}
        found = Found(
            current_a=status.set_a,
            go={OFF: False, ON: True}.get(status.forced or 0),
            phases=next((phases for phases, mode in PHASE_MODES.items() if mode == status.phase_mode), None),
            serial=status.serial,
        )
        self._loan = seen(self._loan, found, self._set)
        self._status = status
        return status

    async def _ask_status(self) -> dict[str, Any]:
        body = await self._ask_filtered()
        if self._filter == KEYS and ("car" not in body or set(body) - set(KEYS.split(","))):
            self._filter = TEN_KEYS
            body = await self._ask_filtered()
        if "car" not in body:
            raise UnreachableError(f"{self._box.where} answers, but not as {KIND}: is it another box?")
        return body

    async def _ask_filtered(self) -> dict[str, Any]:
        answer = await self._box.ask("api/status", {"filter": self._filter}, within_s=CALL_S)
        if answer.status == 404:
            raise UnreachableError(
                f"{self._box.where} has no HTTP API v2: switch it on in its app under Internet, Advanced settings; "
                'a charger of the first two generations wants "api": 1'
            )
        if answer.body is None:
            raise UnreachableError(f"{self._box.where} answers HTTP {answer.status}, and not as {KIND}")
        return answer.body

    async def _write(self, keys: dict[str, str]) -> None:
        """One write. What its answer does not name is unknown until it is read. Raises RefusedError with its words."""
        if not keys:
            return
        self._set = {key: value for key, value in self._set.items() if key not in keys}
        before, self._loan = self._loan, sent(self._loan, keys)
        status, self._status = self._status, None
        answer = await self._box.ask("api/set", keys, within_s=CALL_S)
        said = answer.body or {}
        took = {key: value for key, value in keys.items() if said.get(key) is True}
        self._set |= took
        if refused := {key: said[key] for key in keys if key in said and key not in took}:
            unknown = {key: value for key, value in keys.items() if key not in said}
            self._loan = taken(sent(before, unknown), took)
            words = ", ".join(f"{key}={keys[key]}: {why}" for key, why in refused.items())
            raise RefusedError(f"it refuses {words}")
        if missing := set(keys) - set(took):
            raise UnreachableError(f"{self._box.where} answers, but not what it took of {', '.join(sorted(missing))}")
        self._loan = taken(self._loan, took)
        self._status = status
