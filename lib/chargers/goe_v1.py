"""A go-eCharger of the first two generations over its local API v1.

In: its address, orders. Out: readings, and what it took. It takes one key at a time, answers each with its whole
status, and wants 5 s between two questions; a refusal shows only as a value that stays. It cannot switch phases: a
relay in its line can, see lib.chargers.relay. Source: the maker's "go-eCharger API".
"""

import asyncio
import logging
import math
from dataclasses import replace

from lib.chargers import ANSWER_S, ChargerError, RefusedError, UnreachableError
from lib.chargers.goe_answers import Status, parse_v1
from lib.chargers.loan import Loan, seen, sent, taken
from lib.chargers.reach import open_reach
from lib.clock import Clock, WallClock
from lib.core.charger import LEAST_A, Accepted, ChargerReading, ChargerRules, Found, Order, Plug, given_back_a, in_steps

KIND = "a go-eCharger with API v1"
STEP_A = 1.0
POLITE_S = 5.0
CALL_S = 3.0
RESET_S = 2.0
NO_PHASE = "none of its phases has voltage: is its fuse out, or its relay?"

log = logging.getLogger(__name__)


class GoeV1:
    """One go-eCharger. address: one of lib.chargers.naming. Raises ChargerSetupError when it is none."""

    step_a = STEP_A
    polite_s = POLITE_S

    def __init__(self, address: str, *, rules: ChargerRules, clock: Clock | None = None) -> None:
        self._box = open_reach(address, make="goe", kind=KIND)
        self._rules = rules
        self._clock = clock or WallClock()
        self._status: Status | None = None
        self._loan = Loan()

    @property
    def owner(self) -> Found | None:
        """What it was set to when we first came."""
        return self._loan.owner

    @owner.setter
    def owner(self, owner: Found | None) -> None:
        self._loan = Loan(owner=owner, kept=owner is not None)

    async def read(self) -> ChargerReading:
        """Its whole status."""
        read_s = self._clock.monotonic()
        status = await self._ask("status", {})
        return ChargerReading(
            plug=status.plug or Plug.UNKNOWN,
            read_s=read_s,
            offered_a=status.offered_a,
            set_a=status.set_a,
            phases_a=status.phases_a,
            power_w=status.power_w,
            plugin_wh=status.plugin_wh,
            total_wh=status.total_wh,
            permitted=status.allowed,
            paused=None if status.allowed is None else not status.allowed,
            phases=status.phases,
            most_a=status.most_a,
            limit_wh=status.limit_wh,
            fault=status.fault,
            warning=NO_PHASE if status.phases_in == 0 else "",
            serial=status.serial,
        )

    async def order(self, order: Order) -> Accepted:
        """One key, the most urgent: to pause before the amperes, the amperes before it may go."""
        async with self._box.within(ANSWER_S):
            status = self._status or await self._ask("status", {})
            current = int(max(LEAST_A, in_steps(min(order.current_a, status.most_a or math.inf), STEP_A)))
            keys = {"amx": current} if status.set_a != current else {}
            if status.allowed is not order.go:
                go = {"alw": int(order.go)}
                keys = keys | go if order.go else go | keys
            for key, value in list(keys.items())[:1]:
                status = await self._write(key, value)
        return Accepted(current_a=status.set_a, go=status.allowed)

    async def reset(self) -> None:
        """Let it start anew, as it wants after a relay in its line has moved. Raises ChargerError."""
        self._status = None
        await self._box.ask("mqtt", {"payload": "rst=1"}, within_s=RESET_S)

    async def close(self, *, restore: bool) -> None:
        """Give back what is still as we set it, and hang up."""
        try:
            if restore and self._loan.is_open:
                await self._restore(self._status or await self._ask("status", {}))
            if restore:
                self._loan = Loan()
        except ChargerError as error:
            log.warning("%s: not all of its settings could be given back: %s", self._rules.name, error)
        finally:
            await self._box.close()

    async def _restore(self, status: Status) -> None:
        """What its owner had; there may be no time for both keys, so more amperes come last."""
        now, owner = Found(current_a=status.set_a, go=status.allowed), self._loan.owner or Found()
        owner = replace(owner, current_a=given_back_a(self._rules, owner.current_a))
        back = self._loan.back(_keys(now), _keys(owner))
        is_more = (owner.current_a or 0.0) > (status.set_a or 0.0)
        refusal: RefusedError | None = None
        for at, key in enumerate(sorted(back, reverse=not is_more)):
            await asyncio.sleep(POLITE_S if at else 0)
            try:
                await self._write(key, int(back[key]))
            except RefusedError as error:
                refusal = error
        if refusal:
            raise refusal

    async def _write(self, key: str, value: int) -> Status:
        before, self._loan = self._loan, sent(self._loan, {key: str(value)})
        status = await self._ask("mqtt", {"payload": f"{key}={value}"})
        took = status.set_a if key == "amx" else status.allowed
        if took is None:
            self._status = None
            raise UnreachableError(f"{self._box.where} answers, but not what it took of {key}")
        if took != value:
            self._loan = before
            raise RefusedError(f"it does not take {key}={value}, and keeps {took:g}: has its app a lower limit?")
        self._loan = taken(self._loan, {key: str(value)})
        return status

    async def _ask(self, path: str, query: dict[str, str]) -> Status:
        self._status = None
        answer = await self._box.ask(path, query, within_s=CALL_S)
        if answer.body is None or "car" not in answer.body:
            raise UnreachableError(f"{self._box.where} answers HTTP {answer.status}, and not as {KIND}")
        self._status = parse_v1(answer.body)
        status = self._status
        found = Found(current_a=status.set_a, go=status.allowed, serial=status.serial)
        self._loan = seen(self._loan, found, _keys(found))
        return status


def _keys(found: Found) -> dict[str, str]:
    """Settings as they are written."""
    keys: dict[str, str] = {}
    if found.go is not None:
        keys["alw"] = str(int(found.go))
    if found.current_a is not None:
        keys["amx"] = f"{found.current_a:.0f}"
    return keys
