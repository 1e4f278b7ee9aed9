"""An OpenEVSE over the HTTP interface of its WiFi module.

In: its address, perhaps user and password, orders. Out: readings, and what it took. Its owner's settings stay beside
ours: giving back is letting go. What vanishes at a restart or with the plug is set anew, and its own watchdog is fed,
as long as we have been in touch; after a longer silence only an order does either. It measures one phase: what it says
is multiplied. Source: the maker's firmware and interface description.
"""

import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from lib.chargers import ChargerError, DeniedError, RefusedError, UnreachableError
from lib.chargers.loan import Loan, seen, sent, taken
from lib.chargers.openevse_answers import Config, Status, parse_config, parse_status
from lib.chargers.openevse_lever import Commands, Lever, Setting, find_lever
from lib.chargers.openevse_phases import Phases
from lib.chargers.openevse_watch import WATCH_S, Unwatched, Watch, find_watch
from lib.chargers.openevse_wire import Wire
from lib.clock import Clock, WallClock
from lib.core.charger import LEAST_A, Accepted, ChargerReading, ChargerRules, Found, Order, Plug, in_steps
from lib.core.circuits import safe_a

STEP_A = 1.0
MEET_S = 600.0
LOOK_S = 30.0  # what holds is asked so often at least, also where it does not say that it changed
SHOWS_S = 10.0  # a write shows by then
FEED_S = 4.0
BLINKS = 3  # so many readings without a state are the same plug as before
SETTING, PHASES = "setting", "phases"
FELL = "its watchdog had lowered it: nobody had talked to it"

log = logging.getLogger(__name__)


class OpenEvse:
    """One OpenEVSE. address: host, host:port, mdns:NAME or name.local. Raises ChargerSetupError when it is none."""

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
        self._config = Config()
        self._status = Status()
        self._lever: Lever = Commands(self._wire)
        self._watch: Watch = Unwatched("it was not asked yet")
        self._phases = Phases(self._wire)
        self._loan = Loan()
        self._ours: Setting | None = None  # that it was told last
        self._now: Setting | None = None  # that holds by our lever
        self._plug = Plug.UNKNOWN
        self._blinks = 0
        self._met_s = self._looked_s = self._wrote_s = self._fed_s = self._touch_s = -math.inf

    @property
    def owner(self) -> Found | None:
        """What it was set to when we first came, by the lever that we use."""
        return self._loan.owner

    @owner.setter
    def owner(self, owner: Found | None) -> None:
        self._loan = Loan(owner=owner, kept=owner is not None)

    async def read(self) -> ChargerReading:
        """Its status; what holds, when that may have changed. It keeps what is ours in force."""
        read_s = self._clock.monotonic()
        fell, unwilling = False, ""
        async with self._asking():
            was_empty, met_s = self._plug is Plug.EMPTY, self._met_s
            restarted = await self._look()
            in_touch = self._is_in_touch()
            if in_touch:
                fell = await self._feed(self._status, begins=self._met_s > met_s)
                self._touch_s = read_s
                if fell or restarted or was_empty or self._plug is Plug.EMPTY or self._lever.is_ours:
                    unwilling = await self._renew(also_changed=(fell or restarted) and not self._lever.vanishes)
        return self._reading(read_s, self._shown(in_touch=in_touch), FELL if fell else "", unwilling)

    async def order(self, order: Order) -> Accepted:
        """Amperes and pause in one call; phases in one of their own, after a cut: a refusal would take it along."""
        async with self._asking():
            if self._met_s == -math.inf:
                await self._look()
            current_a = in_steps(min(order.current_a, self._config.most_a or math.inf), STEP_A)
            setting = Setting(go=order.go, current_a=max(self._config.least_a, current_a))
            if order.phases == 1 and not self._is_less(setting):
                await self._switch(1)
            if setting != self._now or not self._is_certain() or not self._is_in_touch():
                await self._write(setting)
            self._ours = setting
            await self._switch(order.phases)
            was_watched = self._watch.is_set
            await self._feed(None, begins=True)
            if self._watch.is_set and not was_watched and self._lever.vanishes:
                await self._write(setting)  # it need not end with this plug-in any more
            self._touch_s = self._clock.monotonic()
        return Accepted(current_a=setting.current_a, go=setting.go, phases=self._phases.now)

    async def close(self, *, restore: bool) -> None:
        """Let go what is ours, have its watchdog be as it was, and hang up."""
        try:
            if restore and (self._loan.is_open or self._watch.is_set):
                async with self._wire.asking():
                    self._met_s = -math.inf
                    await self._look()
                    await self._restore()
            if restore:
                self._loan, self._ours = Loan(), None
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
            self._met_s = self._looked_s = -math.inf
            self._now = None
            raise

    def _is_in_touch(self) -> bool:
        """Whether it was read or told so lately that nobody else reckons with its safe current yet."""
        return self._clock.monotonic() - self._touch_s <= WATCH_S

    def _is_certain(self) -> bool:
        """Whether what it says it is set to holds: by its status a write shows only later."""
        return self._lever.vanishes or self._clock.monotonic() - self._wrote_s >= SHOWS_S

    async def _look(self) -> bool:
        """Ask what it is, says and is set to, as far as that is due; whether it has restarted."""
        now_s = self._clock.monotonic()
        before, status = self._status, parse_status(await self._wire.read("status", "state"))
        if not status.reached:
            raise UnreachableError(f"{self._wire.where}: its WiFi module does not reach its controller: restart it")
        restarted = status.is_before(before)
        if restarted or now_s - self._met_s >= MEET_S:
            await self._meet(now_s)
        if status.plug is None and isinstance(self._lever, Commands):
            status = replace(status, plug=await self._lever.plug())
        self._status = status
        self._blinks = 0 if status.plug else self._blinks + 1
        if status.plug or self._blinks > BLINKS:
            self._plug = status.plug or Plug.UNKNOWN
        is_same = status.claims is not None and status.claims == before.claims and not restarted
        if not is_same or now_s - self._looked_s >= LOOK_S:
            self._now, self._looked_s = await self._lever.look(status), now_s
        self._see()
        return restarted

    def _see(self) -> None:
        """What it was set to when we first came; what we alone can have set counts as ours."""
        his = Setting() if self._lever.is_ours else self._now or Setting()
        found = Found(current_a=his.current_a, go=his.go, phases=self._phases.found, serial=self._config.serial)
        self._loan = seen(self._loan, found, self._held())
        if self._lever.is_ours and self._now is not None:
            self._loan = sent(self._loan, {SETTING: _written(self._now)})

    def _held(self) -> dict[str, str]:
        """What it is set to, as keys of a loan."""
        held = {SETTING: _written(self._now)}
        return held if self._phases.found is None else held | {PHASES: str(self._phases.found)}

    async def _meet(self, now_s: float) -> None:
        """Ask what it is, which lever and which watchdog it has."""
        config, known = parse_config((await self._wire.ask("config")).body or {}), self._config.serial
        if known and config.serial and config.serial != known:
            raise DeniedError(
                f"{self._wire.where} is now the OpenEVSE {config.serial}, no longer {known}: "
                f"write the address that {known} has now, and start again"
            )
        self._lever = await find_lever(self._wire)
        if isinstance(self._lever, Commands) and config.most_a is None:
            config = replace(config, most_a=await self._lever.most_a())
        self._watch = await find_watch(
            self._wire, config, self._watch, has_claims=self._lever.vanishes, safe_a=safe_a(self._rules)
        )
        if self._rules.switches:
            await self._phases.look()
        self._config, self._met_s = config, now_s

    async def _feed(self, status: Status | None, *, begins: bool) -> bool:
        """Have its watchdog watch, or know that we live; whether it had fallen, by a status that is new."""
        now_s = self._clock.monotonic()
        if begins and not self._watch.is_set:
            await self._watch.begin()
            self._fed_s = now_s
            return False
        if status is None and now_s - self._fed_s < FEED_S:
            return False
        fell = await self._watch.feed(status)
        self._fed_s = now_s
        return fell

    async def _renew(self, *, also_changed: bool) -> str:
        """Set anew what it was told and lost; why it will not, "" when it does."""
        if self._ours is not None and (self._now is None or (also_changed and self._now != self._ours)):
            try:
                await self._write(self._ours)
            except RefusedError as error:
                return f"it lost what it was told, and {error}"
        return ""

    async def _write(self, setting: Setting) -> None:
        """One write. What holds until it says so nobody knows."""
        key = {SETTING: _written(setting)}
        before, self._now = self._now if self._is_certain() else None, None
        known, self._loan = self._loan, sent(self._loan, key)
        self._wrote_s, self._looked_s = self._clock.monotonic(), -math.inf
        try:
            await self._lever.write(setting, before, watched=self._watch.is_set)
        except RefusedError:
            self._loan = known if self._lever.vanishes else self._loan
            raise
        self._now, self._loan = setting, taken(self._loan, key)

    def _is_less(self, setting: Setting) -> bool:
        """Whether that draws no more than what may hold now."""
        now_a = math.inf if self._now is None else self._now.current_a or 0.0
        return not setting.go or (setting.current_a or 0.0) <= now_a

    async def _switch(self, phases: int | None) -> None:
        if self._rules.switches and phases and self._phases.now not in {None, phases}:
            self._loan = sent(self._loan, {PHASES: str(phases)})
            await self._phases.switch(phases)
            self._loan = taken(self._loan, {PHASES: str(phases)})

    async def _restore(self) -> None:
        """What its owner had, or what its crowded circuit carries; what is as he set it meanwhile stays."""
        owner = self._loan.owner or Found()
        his = Setting(go=owner.go, current_a=owner.current_a)
        keys = {SETTING: _written(his)} | ({} if owner.phases is None else {PHASES: str(owner.phases)})
        back = self._loan.back(self._held(), keys)
        await self._watch.end()
        if PHASES in back:
            await self._phases.give_back(int(back[PHASES]))
        if SETTING not in back:
            return
        if self._rules.crowded:
            left_a = safe_a(self._rules)
            await self._lever.write(Setting(go=left_a > 0, current_a=max(LEAST_A, left_a)), self._now, watched=True)
        elif his == Setting():
            await self._lever.release()
        else:
            await self._lever.write(his, self._now, watched=False)

    def _shown(self, *, in_touch: bool) -> Setting:
        """What it is set to for all we know: by us, or by somebody who goes before us.

        Out of touch it is left to itself, whatever it was told: so it is told anew.
        """
        does = Setting(go=self._status.awake, current_a=self._status.pilot_a)
        if self._now is None or not in_touch:
            return Setting(current_a=does.current_a)
        if self._clock.monotonic() - self._wrote_s < SHOWS_S:
            return self._now
        by_hand = self._lever.is_ours and bool(self._status.overridden)
        does_more = (does.current_a or 0.0) > (self._now.current_a or math.inf)
        return does if by_hand or does_more or (does.go and self._now.go is False) else self._now

    def _reading(self, read_s: float, shown: Setting, *odd: str) -> ChargerReading:
        status, rules = self._status, self._rules
        lines = self._phases.now or rules.phases
        times = 1 if self._config.three_phase or rules.switches else rules.phases
        drawn_a = status.drawn_a
        awake = bool(status.awake) and not status.fault and (status.shaped is not False or not self._watch.is_set)
        warnings = (status.warning, *odd, self._config.warning, self._watch.warning, self._phases.warning)
        return ChargerReading(
            plug=self._plug,
            read_s=read_s,
            offered_a=status.pilot_a if awake else 0.0,
            set_a=shown.current_a,
            phases_a=None if drawn_a is None else (drawn_a, *((drawn_a, drawn_a) if lines == 3 else (0.0, 0.0))),
            power_w=None if drawn_a is None else drawn_a * status.phase_v * lines,
            plugin_wh=None if status.plugin_wh is None else status.plugin_wh * times,
            total_wh=None if status.total_wh is None else status.total_wh * times,
            permitted=None if status.awake is None else awake,
            paused=None if shown.go is None else not shown.go,
            phases=lines,
            least_a=self._config.least_a,
            most_a=self._config.most_a,
            fault=status.fault,
            warning="; ".join(filter(None, warnings)),
            serial=self._config.serial,
            watched=self._watch.is_set and not self._watch.warning,
        )


def _written(setting: Setting | None) -> str:
    """As the value of a loan; "" for nothing."""
    if setting is None or setting == Setting():
        return ""
    return f"{setting.go} {setting.current_a}"
