"""A battery that is told through Modbus registers, of any make that has a profile.

In: a link, how to find out its profile, setpoints. Out: readings, and the power that it took. A setpoint costs one
write where one register changes and none where nothing does; all is written anew before its watchdog ends. What is read
back tells whether it still does as it was told. It knows no make.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import NoReturn

from lib.batteries import ANSWER_S, RefusedError, UnreachableError
from lib.batteries.flash import Flash
from lib.batteries.profile import Amount, Profile
from lib.batteries.terms import Terms
from lib.clock import Clock
from lib.core.battery import BatteryReading, BatteryRules, Setpoint
from lib.modbus import ILLEGAL_ADDRESS, MISSING, ModbusError, NoError
from lib.modbus.link import Link
from lib.modbus.register import Register, blocks

SELDOM_S = 60.0  # between two looks at limits and at what the owner set
MOST_PCT = 101.0  # what is said to be in it; a full one may say a little too much
REFRESH = 0.3  # of the watchdog's time: a little before those who tell it again at a third

Words = tuple[int, ...]


class RegisterBattery:
    """One battery. meet: finds out over the link what it is; called once, and again when a register is gone.

    by_grid: whether its profile is told what flows through the meter. watchdog_s: what is supposed until it was met.
    """

    def __init__(
        self,
        link: Link,
        meet: Callable[[Link], Awaitable[Profile]],
        *,
        rules: BatteryRules,
        clock: Clock,
        by_grid: bool = False,
        watchdog_s: float | None = None,
        polite_s: float = 0.0,
        retake_s: float = 0.0,
    ) -> None:
        self.by_grid = by_grid
        self.retake_s = retake_s
        self.polite_s = polite_s
        self._link = link
        self._meet = meet
        self._rules = rules
        self._clock = clock
        self._watchdog_s = watchdog_s
        self._lock = asyncio.Lock()
        self._missing: set[Register] = set()
        self._terms: Terms | None = None
        self._known: dict[Register, Words] = {}  # what stands in it, as far as that is sure
        self._told: dict[Register, Words] = {}  # what must stand in it while it does as it was told
        self._took: Setpoint | None = None
        self._looked_s = self._wrote_s = self._fresh_s = -math.inf
        self._flash: Flash | None = None  # where setpoints are kept that are no mere memory
        self._is_unsure = self._is_back = self._is_anchored = False

    @property
    def watchdog_s(self) -> float | None:
        """After so long without a word it goes back to its own mode; None: it keeps its last setpoint for ever."""
        return self._watchdog_s

    @property
    def stored(self) -> bool:
        """Whether a setpoint goes to flash."""
        return self._flash is not None

    async def read(self) -> BatteryReading:
        """What it says now; limits and the owner's settings when they are due."""
        read_s = self._clock.monotonic()
        async with self._asking():
            terms = await self._met()
            if read_s - self._looked_s >= SELDOM_S or terms.stops:
                self._terms = terms = await self._look(terms.profile)
            words = await self._words(terms.profile, terms.profile.often)
        return self._reading(terms, words, read_s)

    async def order(self, setpoint: Setpoint) -> float:
        """Tell it; see Battery.order. The power that it took is rounded towards 0 to the steps that it knows."""
        async with self._asking():
            terms = await self._met()
            if terms.stops:
                if self._told:
                    await self._hand_back(terms.profile)
                raise RefusedError(terms.stops)
            profile, aim = terms.profile, terms.clamped(setpoint, self._rules)
            sequence = profile.sequence(self._stepped_w(profile, aim.power_w))
            amounts = {Amount.POWER: aim.power_w, Amount.GRID: aim.grid_w}
            told = {write.register: write.words(amounts) for write in sequence}
            now_s = self._clock.monotonic()
            is_stale = self._watchdog_s is not None and now_s - self._fresh_s >= REFRESH * self._watchdog_s
            todo = {one: words for one, words in told.items() if is_stale or self._known.get(one) != words}
            if todo and self._flash:
                if (kept := self._kept(self._flash, aim, now_s)) is not None:
                    self._took = kept
                    return kept.power_w
                if self._flash.is_spent(now_s):
                    await self._spent(profile, self._flash)
                self._flash.write(now_s)
            await self._write(profile, todo)
            if is_stale or len(todo) == len(told):
                self._fresh_s = now_s
            self._told = {write.register: told[write.register] for write in sequence if write.checked}
            self._took = Setpoint(power_w=self._stepped_w(profile, aim.power_w), grid_w=aim.grid_w)
            self._is_unsure = self._is_back = False
        return self._took.power_w

    async def release(self) -> None:
        """Hand it back to its own mode."""
        async with self._asking():
            await self._hand_back((await self._met()).profile)

    async def close(self) -> None:
        """Let the connection go."""
        await self._link.close()

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """One call at a time, each with its limit; errors of the wire end here."""
        try:
            async with asyncio.timeout(ANSWER_S), self._lock:
                if not self._link.is_open:  # it may have been switched off meanwhile
                    self._is_back, self._is_anchored = bool(self._told), False
                    if not self.stored:
                        self._known.clear()
                yield
        except TimeoutError:
            raise UnreachableError(f"{self._link.where} did not answer within {ANSWER_S:g} s") from None
        except NoError as error:
            if error.code == ILLEGAL_ADDRESS:
                self._terms = None
            raise RefusedError(str(error)) from error
        except ModbusError as error:
            raise UnreachableError(str(error)) from error

    async def _met(self) -> Terms:
        """What it is and what it allows, asked for once; after a new connection, whether all still stands there."""
        if self._terms is None:
            profile = await self._meet(self._link)
            self._missing.clear()
            self._watchdog_s = profile.watchdog_s
            if profile.budget and not self._flash:
                self._flash = Flash(profile.budget)
            self._terms = await self._look(profile)
        profile = self._terms.profile
        if profile.anchor and not self._is_anchored:
            await self._words(profile, {profile.anchor[0]})
        return self._terms

    async def _look(self, profile: Profile) -> Terms:
        """Limits, and what the owner set; what it does not have is not asked for again."""
        words = await self._words(profile, profile.seldom)
        self._looked_s = self._clock.monotonic()
        return Terms(profile=profile, values={one: one.parse(word) for one, word in words.items()})

    async def _words(self, profile: Profile, registers: Iterable[Register]) -> dict[Register, Words]:
        wanted = set(registers) - self._missing
        found: dict[Register, Words] = {}
        for block in blocks(wanted, longest=profile.longest, gap=profile.gap):
            inside = [one for one in wanted if block.at <= one.at and one.end <= block.at + block.count]
            try:
                words = await self._link.read(block.at, block.count)
            except NoError as error:
                if error.code not in MISSING or not set(inside) <= profile.seldom:
                    raise
                self._missing.update(inside)
                continue
            found |= {one: tuple(words[one.at - block.at : one.end - block.at]) for one in inside}
        if profile.anchor and profile.anchor[0] in found:
            self._check_anchor(*profile.anchor, found)
        return found

    def _check_anchor(self, anchor: Register, stands: Words, found: Mapping[Register, Words]) -> None:
        """What has moved is met anew; what it was told is not known then."""
        self._is_anchored = found[anchor] == stands
        if not self._is_anchored:
            self._is_unsure = self._is_unsure or bool(self._told)
            self._terms, self._known, self._told = None, {}, {}
            raise UnreachableError(f"{self._link.where} has moved its registers: does it start anew?")

    async def _write(self, profile: Profile, todo: Mapping[Register, Words]) -> None:
        """Write in the order given, neighbours in one go; what was on its way when it failed is not known then."""
        for run in _runs(todo, one_by_one=profile.one_by_one):
            try:
                await self._link.write(run[0].at, [word for one in run for word in todo[one]])
            except BaseException as error:
                self._known = (
                    {} if not self.stored else {one: self._known[one] for one in self._known if one not in run}
                )
                self._told, self._is_unsure = {}, True
                if isinstance(error, NoError):
                    if error.code == ILLEGAL_ADDRESS:
                        self._terms = None
                    raise RefusedError("; ".join(filter(None, (str(error), profile.locked)))) from error
                raise
            self._known |= {one: todo[one] for one in run}
            self._wrote_s = self._clock.monotonic()

    async def _hand_back(self, profile: Profile) -> None:
        amounts = {Amount.POWER: 0.0, Amount.GRID: 0.0}
        todo = {write.register: write.words(amounts) for write in profile.release}
        if self._flash:  # it is written only where it has to be
            found = await self._words(profile, todo)
            todo = {one: words for one, words in todo.items() if found.get(one) != words}
        await self._write(profile, todo)
        self._told, self._took, self._is_unsure, self._is_back = {}, None, False, False
        self._fresh_s = -math.inf

    def _stepped_w(self, profile: Profile, power_w: float) -> float:
        """A power in the steps that it knows; less than one is none."""
        steps = [one.register for one in profile.sequence(power_w) if one.value is Amount.POWER]
        return steps[0].rounded(power_w) if steps else power_w

    def _kept(self, flash: Flash, aim: Setpoint, now_s: float) -> Setpoint | None:
        """What its last setpoint comes to where a new one is not worth a write; None: it is."""
        took = self._took
        if took is None or not self._told or any(self._known.get(one) != words for one, words in self._told.items()):
            return None
        change_w = aim.grid_w - took.grid_w if self.by_grid else aim.power_w - took.power_w
        if abs(change_w) < flash.budget.band_w:
            return Setpoint(power_w=aim.power_w - change_w, grid_w=aim.grid_w - change_w)
        if wait_s := flash.wait_s(change_w, now_s):
            raise RefusedError(f"{self._link.where} stores each setpoint in flash: the next one goes in {wait_s:.0f} s")
        return None

    async def _spent(self, profile: Profile, flash: Flash) -> NoReturn:
        """Its writes of a day are used up: it goes back to its own mode, with one more."""
        if self._told or self._is_unsure:
            await self._hand_back(profile)
        raise RefusedError(
            f"{self._link.where} stores each setpoint in flash, and its {flash.budget.writes} writes of a day are used "
            "up: it is left to its own mode"
        )

    def _reading(self, terms: Terms, words: Mapping[Register, Words], read_s: float) -> BatteryReading:
        profile = terms.profile
        values = {one: one.parse(word) for one, word in words.items()}
        flows = [values.get(one) for one in profile.power_w]
        known = [one for one in flows if one is not None]
        meddling = self._compare(profile, words, read_s)
        return BatteryReading(
            read_s=read_s,
            soc_pct=_part(values.get(profile.soc_pct)),
            power_w=sum(known) if flows and len(known) == len(flows) else None,
            charge_w=terms.charge_w,
            discharge_w=terms.discharge_w,
            set_w=self._took.power_w if self._took and self._told and not meddling else None,
            ours=None if self._is_unsure else bool(self._told) and not meddling,
            charged_wh=values.get(profile.charged_wh) if profile.charged_wh else None,
            discharged_wh=values.get(profile.discharged_wh) if profile.discharged_wh else None,
            warning="; ".join(filter(None, (meddling, self._check_timer(profile, values), *terms.oddities))),
            serial=profile.serial,
        )

    def _check_timer(self, profile: Profile, values: Mapping[Register, float | None]) -> str:
        """Whether it keeps no time of its own after which it goes back; then nothing but us hands it back."""
        if profile.timer is None or not (self._told or self._is_unsure):
            return ""
        if values.get(profile.timer):
            self._watchdog_s = profile.watchdog_s
            return ""
        self._watchdog_s = None
        return "it does not keep the time after which it goes back to its own mode: it has no watchdog"

    def _compare(self, profile: Profile, words: Mapping[Register, Words], read_s: float) -> str:
        """In what it differs from what it was told, in a sentence; "" when it does not, or may not show it yet."""
        if read_s - self._wrote_s < profile.shows_s:
            return ""
        self._known |= {one: word for one, word in words.items() if one in self._known}
        other = {one: word for one, word in words.items() if self._told.get(one, word) != word}
        if not other:
            return ""
        amounts = {Amount.POWER: 0.0, Amount.GRID: 0.0}
        if all(words.get(one.register) == one.words(amounts) for one in profile.release if one.checked):
            by = "it was restarted" if self._is_back else "its watchdog ended, or somebody else handed it back"
            return f"it is back in its own mode: {by}"
        if any(write.register in other for write in profile.enable):
            self._known.clear()  # all is told anew with it
            return "it dropped our control"
        one, found = next(iter(sorted(other.items(), key=lambda item: item[0].at)))
        said, meant = one.parse(found), one.parse(self._told[one])
        by = "it was restarted, or another program steers it" if self._is_back else "another program steers it"
        return f"register {one.at} says {_plain(said)} instead of {_plain(meant)}: {by}"


def _part(pct: float | None) -> float | None:
    """How full it is; None for what no battery can be."""
    return min(100.0, pct) if pct is not None and 0 <= pct < MOST_PCT else None


def _plain(value: float | None) -> str:
    return "nothing" if value is None else f"{value + 0.0:g}"


def _runs(registers: Iterable[Register], *, one_by_one: bool) -> list[list[Register]]:
    """Registers that are written in one go, in their order."""
    runs: list[list[Register]] = []
    for one in registers:
        if runs and not one_by_one and runs[-1][-1].end == one.at:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs
