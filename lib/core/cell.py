"""One battery as bs sees it: what it said, what it was told, what flows meanwhile.

In: the events of lib/core/battery.py. Out: ranges of watts. Knows no wish and no price.
"""

from dataclasses import dataclass
from math import inf

from lib.core.battery import (
    BatteryBalked,
    BatteryEvent,
    BatteryMeddled,
    BatteryMissed,
    BatteryReading,
    BatteryRules,
    BatteryTold,
    BatteryTook,
    Setpoint,
)
from lib.core.circuits import Amps, conductors, on
from lib.core.power import PHASE_V
from lib.core.states import replace

FOLLOWED_S = 3.0  # a reading that much younger than a setpoint shows what came of it
SHOWN_S = 1.0  # and a telegram that much younger may, unless a reading says that it was only under way then
OBEYS_W, OBEYS_PART = 100.0, 0.1  # a battery measures itself so badly: within that it does as it was told
REFUSES_S = 10.0  # for so long it may be busy
RESTS = Setpoint(power_w=0.0, grid_w=0.0)  # what one is asked for that refuses, until it takes it
LACKS_W, LACKS_S = 300.0, 30.0  # what gives so much less than it is told, for so long, can give no more
PROBE_W = 250.0  # so much more than it gives it is asked for then, to see whether it can again
OLD_S = 15.0  # a reading that old tells nothing of now
BACK_PCT = 2.0  # so far below its most it takes again, and above its least it gives again


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A setpoint on its way: the power it aims at, and when it was sent."""

    power_w: float
    sent_s: float


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Cell:
    """A battery, as it is known now.

    Attributes:
        reading: its last; None before the first. missed: it has not answered since.
        setpoint: what it is told, None: it is left to its own mode; handed: it is known to be in that.
        moves: setpoints that it may not have followed yet, oldest first; settled: its last two readings are alike.
        since_s: since when its readings are alike.
        grid_w: where it keeps the meter, of a make that is told this; then its power is what that takes. seen_w: where
            it kept it when it was read last.
        empty, full: it has come to an end of what it is kept between, until it is a little away from it.
        short_s: since when it gives far less than it is told; gives_w: what that is, since nobody reckons with more.
        balked: why it refused its last order, until it takes one, and balked_s: since when; refuses: it went on for so
            long that nobody reckons with it. meddled: who else steers it.

    """

    rules: BatteryRules
    reading: BatteryReading | None = None
    missed: BatteryMissed | None = None
    setpoint: Setpoint | None = None
    handed: bool = False
    moves: tuple[Move, ...] = ()
    settled: bool = False
    since_s: float | None = None
    grid_w: float | None = None
    seen_w: float | None = None
    empty: bool = False
    full: bool = False
    short_s: float | None = None
    gives_w: float | None = None
    balked: str = ""
    balked_s: float | None = None
    refuses: bool = False
    meddled: str = ""

    @property
    def able(self) -> bool:
        """Whether it can be told something now, and does it."""
        reading = self.reading
        return reading is not None and not (self.missed or self.meddled or reading.fault or self.refuses)

    @property
    def soc_pct(self) -> float | None:
        """How full it is, as it said last."""
        return self.reading.soc_pct if self.reading else None

    @property
    def energy_wh(self) -> float | None:
        """What is in it."""
        return None if self.soc_pct is None else self.rules.capacity_wh * self.soc_pct / 100

    @property
    def disobeys(self) -> str:
        """How it does not do as it is told, in a sentence; "" where it does."""
        return self.balked or ("" if self.gives_w is None else f"it gives {self.gives_w / 1000:.1f} kW and no more")

    @property
    def discharge_w(self) -> float:
        """What it gives at most, by its owner and by what it was seen to give."""
        return self.rules.discharge_w if self.gives_w is None else min(self.rules.discharge_w, self.gives_w)

    @property
    def limits_w(self) -> tuple[float, float]:
        """What it gives (negative) and takes at most just now."""
        reading, rules = self.reading, self.rules
        if reading is None or not self.able:
            return 0.0, 0.0
        gives_w = rules.discharge_w if self.gives_w is None else min(rules.discharge_w, self.gives_w + PROBE_W)
        gives_w = gives_w if reading.discharge_w is None else min(gives_w, reading.discharge_w)
        takes_w = rules.charge_w if reading.charge_w is None else min(rules.charge_w, reading.charge_w)
        return 0.0 if self.empty else -gives_w, 0.0 if self.full else takes_w

    @property
    def power_w(self) -> float | None:
        """What flows; what it was told, where it measures about that."""
        reading = self.reading
        if reading is None or reading.power_w is None:
            return None
        told_w = self.moves[-1].power_w if self.moves and self.settled else None
        if told_w and self.grid_w is None and abs(reading.power_w - told_w) <= max(OBEYS_W, OBEYS_PART * abs(told_w)):
            return told_w
        return reading.power_w

    @property
    def range_w(self) -> tuple[float, float]:
        """The least and the most that flows just now."""
        known = self.power_w
        if known is not None and self.missed is None and (not self.moves or self.has_followed):
            return known, known
        ends = [move.power_w for move in self.moves]
        if known is None or self.missed is not None:
            widest = [0.0, *ends, *([] if known is None else [known])]
            return min(widest), max(widest)
        return min([known, *ends]), max([known, *ends])

    @property
    def has_followed(self) -> bool:
        """Whether its last reading shows what came of all that it was told."""
        reading = self.reading
        late = reading is not None and bool(self.moves) and reading.read_s >= self.moves[-1].sent_s + FOLLOWED_S
        return late and (self.settled or self.grid_w is not None)

    @property
    def shown_s(self) -> float:
        """How young a telegram must be to show what it is known to do."""
        told_s = self.moves[-1].sent_s + SHOWN_S if self.moves else -inf
        if self.since_s is None or self.grid_w is not None:  # one that keeps the meter somewhere never does the same
            return told_s
        return max(told_s, self.since_s)

    @property
    def range_a(self) -> tuple[Amps, Amps]:
        """The same by the meter's phases, + is drawn."""
        return by_phase_a(self.rules, *self.range_w)


def opened(rules: BatteryRules) -> Cell:
    """A battery that has not been read yet."""
    return Cell(rules=rules)


def after(cell: Cell, event: BatteryEvent) -> Cell:
    """The battery after one of its events."""
    match event:
        case BatteryTold(reading=reading):
            return _told(cell, reading)
        case BatteryTook(setpoint=None):
            return replace(_obeying(cell), handed=True, moves=(), grid_w=None, seen_w=None, short_s=None)
        case BatteryTook(setpoint=Setpoint(), power_w=power_w, sent_s=sent_s, grid_w=grid_w) as took:
            aim_w = power_w if grid_w is None else _aims_at(cell, power_w, grid_w)
            rests = cell.refuses and took.setpoint == RESTS  # which tells nothing of whether it takes any power
            obeys = replace(cell, refuses=False) if rests else _obeying(cell)
            return replace(_moved(obeys, aim_w, sent_s), handed=False, grid_w=grid_w)
        case BatteryBalked(why=why, sent_s=sent_s, answered=True):
            since_s = sent_s if cell.balked_s is None else cell.balked_s
            return replace(cell, balked=why, balked_s=since_s, refuses=sent_s - since_s >= REFUSES_S)
        case BatteryBalked(setpoint=setpoint, sent_s=sent_s):  # it may have been taken
            return _moved(cell, setpoint.power_w if setpoint else None, sent_s)
        case BatteryMissed():
            return replace(cell, missed=event, short_s=None)
        case BatteryMeddled(what=what):
            return replace(cell, meddled=what)
    raise TypeError(f"{event!r} is no event of a battery")


def _obeying(cell: Cell) -> Cell:
    """One that took what it was told."""
    return replace(cell, balked="", balked_s=None, refuses=False)


def _aims_at(cell: Cell, power_w: float | None, grid_w: float) -> float | None:
    """What one will do that keeps the meter at `grid_w` from now on: as much more as the meter shall show more."""
    if cell.seen_w is None or cell.power_w is None:
        return power_w
    return cell.power_w + grid_w - cell.seen_w


def _moved(cell: Cell, power_w: float | None, sent_s: float) -> Cell:
    if power_w is None or (cell.moves and abs(cell.moves[-1].power_w - power_w) < 1):
        return cell  # told the same again, as one that keeps the grid somewhere is each second, it is on no new way
    late = tuple(move for move in cell.moves if sent_s - move.sent_s <= FOLLOWED_S)
    return replace(cell, moves=(*late[-8:], Move(power_w=power_w, sent_s=sent_s)))


def _told(cell: Cell, reading: BatteryReading) -> Cell:
    rules, pct = cell.rules, reading.soc_pct
    moves = tuple(move for move in cell.moves[:-1] if move.sent_s + FOLLOWED_S > reading.read_s) + cell.moves[-1:]
    settled = cell.reading is None or _is_alike(reading, cell.reading)
    since_s = cell.since_s if settled and cell.since_s is not None else reading.read_s
    empty, full = cell.empty, cell.full
    if pct is not None:
        empty = pct <= rules.least_pct or (empty and pct < rules.least_pct + BACK_PCT)
        full = pct >= rules.most_pct or (full and pct > rules.most_pct - BACK_PCT)
    return replace(
        cell,
        reading=reading,
        missed=None,
        moves=moves,
        settled=settled,
        since_s=since_s,
        seen_w=cell.grid_w,
        meddled=cell.meddled if reading.ours is False else "",
        empty=empty,
        full=full,
    )


def watched(cell: Cell, over_w: float) -> Cell:
    """With what its last reading tells of whether it gives what it is told.

    over_w: what the meter shows more than it would by then, in a telegram since. A make that keeps the meter somewhere
    gives less where less is needed, and one that comes to it slowly gives more each time.
    """
    reading, setpoint = cell.reading, cell.setpoint
    if reading is None or reading.power_w is None:
        return cell
    shows_w = max(0.0, -reading.power_w)
    if cell.gives_w is not None:
        return replace(cell, short_s=None, gives_w=None) if shows_w > cell.gives_w + OBEYS_W else cell
    told_w = 0.0 if setpoint is None or cell.handed or cell.balked else -setpoint.power_w
    if not cell.settled or min(told_w - shows_w, over_w) < LACKS_W or shows_w > told_w / 2:
        return cell if cell.short_s is None else replace(cell, short_s=None)
    if cell.short_s is None:
        return replace(cell, short_s=reading.read_s)
    return replace(cell, gives_w=shows_w) if reading.read_s - cell.short_s >= LACKS_S else cell


def _is_alike(reading: BatteryReading, before: BatteryReading) -> bool:
    """Whether it goes on with what it did, and does not just come to it; one that is seldom read has come to it."""
    if reading.power_w is None or before.power_w is None:
        return False
    change_w = abs(reading.power_w - before.power_w)
    return (
        change_w <= max(OBEYS_W, OBEYS_PART * abs(reading.power_w)) / 2 or reading.read_s - before.read_s > FOLLOWED_S
    )


def by_phase_a(rules: BatteryRules, low_w: float, high_w: float) -> tuple[Amps, Amps]:
    """A range of a battery's watts by the meter's phases."""
    loads, per_w = conductors(rules.wired, rules.phases), PHASE_V * rules.phases
    low_a = on(loads, low_w / per_w)
    return low_a, low_a if high_w == low_w else on(loads, high_w / per_w)
