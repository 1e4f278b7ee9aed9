"""NRGkick Gen2, the first charger of this house.

In: its address, perhaps user and password, orders. Out: readings, and what it took. It has no watchdog: what it was
told last it keeps for ever. Its energy limit is left to its owner. Source: the maker's "NRGkick Gen2 Local API", and
what other programs measured.
"""

import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from lib.chargers import ChargerError, DeniedError, RefusedError, UnreachableError
from lib.chargers.loan import Loan, seen, sent, taken
from lib.chargers.nrgkick_answers import Info, Values, parse_info, parse_values
from lib.chargers.nrgkick_control import Control, merged, parse_control, without, written
from lib.chargers.nrgkick_wire import Wire
from lib.clock import Clock, WallClock
from lib.core.charger import LEAST_A, Accepted, ChargerReading, ChargerRules, Found, Order, Plug, given_back_a, in_steps

STEP_A = 0.1
CONTROL_S = 30.0
SOONER_S = 10.0  # between two looks at its settings when it treats the car otherwise
INFO_S = 600.0
SHOWS_S = 2.5
LOOKS_S = (1.5, 7.5)  # a write shows about 2 s later; the first read after each of these asks for the settings
BLINKS = 3  # so many readings without a status are the same plug as before

log = logging.getLogger(__name__)


class NRGkick:
    """One NRGkick. address: host, host:port, mdns:SERIAL or mdns:NAME. Raises ChargerSetupError when it is none."""

    step_a = STEP_A
    polite_s = 0.0

    def __init__(
        self,
        address: str,
        *,
        rules: ChargerRules,
        user: str | None = None,
        password: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._wire = Wire(address, user=user, password=password)
        self._rules = rules
        self._clock = clock or WallClock()
        self._info = Info()
        self._control = Control()
        self._phases: int | None = None  # that it charges on, or did before it began to switch
        self._loan = Loan()
        self._plug = Plug.UNKNOWN
        self._blinks = 0
        self._plugins: int | None = None
        self._total_wh = 0.0
        self._info_s = self._control_s = -math.inf
        self._wrote_s: dict[str, float] = {}  # when each key was written last

    @property
    def owner(self) -> Found | None:
        """What it was set to when we first came."""
        return self._loan.owner

    @owner.setter
    def owner(self, owner: Found | None) -> None:
        self._loan = Loan(owner=owner, kept=owner is not None)

    async def read(self) -> ChargerReading:
        """Values each time; what it is, and what it is set to, when that is due."""
        read_s = self._clock.monotonic()
        async with self._asking():
            values = parse_values(await self._wire.values())
            if self._info_is_due(values, read_s):
                await self._meet()
            if self._control_is_due(values, read_s):
                await self._look()
        return self._reading(values, read_s)

    async def order(self, order: Order) -> Accepted:
        """Current and pause in one call, which it takes whole or not at all; phases in one of their own.

        Nobody can tell whether the owner allowed it to switch phases: a refusal would take a cut along. Fewer phases
        come before more amperes. A box that was silent, or that we do not know, is looked at before it is told.
        """
        async with self._asking():
            if self._info_s == -math.inf:
                await self._meet()
            if self._control_s == -math.inf:
                await self._look()
            current, phases = self._current_keys(order), self._phase_keys(order)
            is_fewer = bool(phases) and (order.phases or 0) < (self._phases or 0)
            for keys in (phases, current) if is_fewer and not self._is_cut(current) else (current, phases):
                if keys:
                    await self._write(keys)
        paused = self._control.paused
        return Accepted(
            current_a=self._control.current_a,
            go=None if paused is None else not paused,
            phases=self._phases if self._rules.switches else None,
        )

    async def close(self, *, restore: bool) -> None:
        """Give back what is still as we set it, and hang up."""
        try:
            if restore and self._loan.is_open:
                async with self._asking():
                    await self._restore()
            if restore:
                self._loan = Loan()
        except ChargerError as error:
            log.warning("%s: not all of its settings could be given back: %s", self._rules.name, error)
        finally:
            await self._wire.close()

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """After a silence all is asked anew: it may have been switched off and on, or be another one."""
        try:
            async with self._wire.asking():
                yield
        except (UnreachableError, DeniedError):
            self._info_s = self._control_s = -math.inf
            raise

    def _info_is_due(self, values: Values, now_s: float) -> bool:
        """Every 10 minutes, at a plug-in, which may be by another attachment, and when it may be another unit."""
        is_new_plugin = values.plugins is not None and values.plugins != self._plugins
        is_other_unit = values.total_wh is not None and values.total_wh < self._total_wh
        return now_s - self._info_s >= INFO_S or is_new_plugin or is_other_unit

    def _control_is_due(self, values: Values, now_s: float) -> bool:
        """Every 30 s, twice after a write, and soon when its car is treated otherwise than it is set to."""
        killed_s = -math.inf if self._loan.since_s is None else self._loan.since_s  # which may have written just before
        wrote_s = max([killed_s, *self._wrote_s.values()])
        if any(self._control_s < wrote_s + after_s <= now_s for after_s in LOOKS_S):
            return True
        differs = values.permitted is bool(self._control.paused)
        if values.permitted and values.signalled_a is not None:
            differs |= abs(values.signalled_a - self._set_a()) > STEP_A
        is_odd = differs and values.plug is not None and values.plug.is_car
        return now_s - self._control_s >= (SOONER_S if is_odd else CONTROL_S)

    async def _meet(self) -> None:
        """Ask what it is; another unit behind the same address is not told what this one should do."""
        now_s = self._clock.monotonic()
        info, known = parse_info(await self._wire.about()), self._info.serial
        if known and info.serial and info.serial != known:
            self._info_s = -math.inf
            raise DeniedError(
                f"{self._wire.address} is now the NRGkick {info.serial} ({info.device}), no longer {known}: "
                f"write the address that {known} has now, or mdns:{known}, and start again"
            )
        self._info, self._info_s = info, now_s

    async def _look(self) -> None:
        """Ask what it is set to."""
        now_s = self._clock.monotonic()
        self._control = parse_control(await self._wire.control())
        self._control_s = now_s
        self._phases = self._control.phases or self._phases
        control = self._control
        found = Found(
            current_a=control.current_a,
            go=None if control.paused is None else not control.paused,
            phases=self._phases,
            serial=self._info.serial,
        )
        shows_s = math.inf if control.phases == 0 else SHOWS_S  # to how many it switches shows when it has
        self._loan = seen(self._loan, found, self._settings(), at_s=now_s, shows_s=shows_s)

    def _settings(self) -> dict[str, str]:
        """What it is set to, as it is written; while it switches phases, those that it is to have."""
        return written(replace(self._control, phases=self._phases))

    def _set_a(self) -> float:
        return math.inf if self._control.current_a is None else self._control.current_a

    def _reading(self, values: Values, read_s: float) -> ChargerReading:
        self._plugins = self._plugins if values.plugins is None else values.plugins
        self._total_wh = self._total_wh if values.total_wh is None else values.total_wh
        self._blinks = 0 if values.plug else self._blinks + 1
        if values.plug or self._blinks > BLINKS:
            self._plug = values.plug or Plug.UNKNOWN
        control = self._control
        phases = min(n for n in (self._phases, self._info.phases, self._rules.phases) if n)
        return ChargerReading(
            plug=self._plug,
            read_s=read_s,
            offered_a=values.signalled_a,
            set_a=control.current_a,
            phases_a=values.phases_a,
            power_w=values.power_w,
            plugin_wh=values.plugin_wh,
            total_wh=values.total_wh,
            permitted=values.permitted,
            paused=control.paused,
            phases=None if control.phases == 0 else phases,
            most_a=self._info.most_a,
            limit_wh=control.limit_wh or None,
            plugins=values.plugins,
            fault=values.fault,
            warning=values.warning,
            serial=self._info.serial,
        )

    def _current_keys(self, order: Order) -> dict[str, str]:
        """Current and pause as they are written, where they differ from what it is set to."""
        current_a = max(LEAST_A, in_steps(min(order.current_a, self._info.most_a or math.inf), STEP_A))
        keys = {"current_set": f"{current_a:.1f}"} if abs(current_a - self._set_a()) >= STEP_A / 2 else {}
        if self._control.paused is not (not order.go):
            keys["charge_pause"] = "0" if order.go else "1"
        return keys

    def _phase_keys(self, order: Order) -> dict[str, str]:
        if not self._rules.switches or order.phases is None:
            return {}
        wanted = min(order.phases, self._info.phases or order.phases)
        now = self._phases if self._control.phases == 0 else self._control.phases
        return {} if wanted == now else {"phase_count": str(wanted)}

    def _is_cut(self, keys: dict[str, str]) -> bool:
        return keys.get("charge_pause") == "1" or float(keys.get("current_set", math.inf)) < self._set_a()

    async def _write(self, keys: dict[str, str]) -> None:
        """One write. Unless it is refused, what these keys are is unknown until it says so."""
        before, self._control = self._control, without(self._control, keys)
        known, self._loan = self._loan, sent(self._loan, keys)
        self._wrote_s |= dict.fromkeys(keys, self._clock.monotonic())
        try:
            echo = await self._wire.write(keys)
        except RefusedError:
            self._control, self._loan = before, known
            raise
        self._control = merged(self._control, echo)
        self._phases = echo.phases or self._phases
        self._loan = taken(self._loan, written(echo))  # some units cut the current to what they can

    async def _restore(self) -> None:
        """Give back what its owner had: phases by themselves, so that a refusal does not take the rest along."""
        await self._meet()
        told, now_s = self._settings(), self._clock.monotonic()
        await self._look()
        unseen = {key: told[key] for key, at_s in self._wrote_s.items() if now_s - at_s < SHOWS_S and key in told}
        back = self._loan.back(self._settings() | unseen, self._owner_keys())
        phases = {key: back.pop(key) for key in ("phase_count",) if key in back}
        refusal: RefusedError | None = None
        for keys in filter(None, (phases, back)):
            try:
                await self._write(keys)
            except RefusedError as error:
                refusal = error
        if refusal:
            raise refusal

    def _owner_keys(self) -> dict[str, str]:
        """What its owner had, as it is written, within what it and its line take by now."""
        owner = self._loan.owner or Found()
        his_a = given_back_a(self._rules, owner.current_a)
        return written(
            Control(
                current_a=None if his_a is None else min(his_a, self._info.most_a or math.inf),
                paused=None if owner.go is None else not owner.go,
                phases=owner.phases if self._rules.switches else None,
            )
        )
