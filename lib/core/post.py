"""One charger as the EV app sees it: what it said, what it was told, what its car may draw meanwhile.

In: the events of lib/core/charger.py. Out: a range of watts and amperes. Knows no wish and no other charger.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf

from lib.core import heeding
from lib.core.car import CarRules
from lib.core.charger import (
    LEAST_A,
    Balked,
    ChargerEvent,
    ChargerReading,
    ChargerRules,
    Meddled,
    Missed,
    Order,
    Plug,
    Told,
    Took,
    power_w,
)
from lib.core.circuits import DRAWS_A, NOTHING, Amps, conductors, on, safe_a, wires
from lib.core.claims import LEASE_S
from lib.core.heeding import LATE_S, Ignored
from lib.core.states import replace

FOLLOWED_S = 8.0  # a reading that much younger than an order may show what came of it
SETTLED_W = 150.0  # what still moves more than this between two readings is on its way
AGAIN_S, LONGEST_S = 60.0, 600.0  # after so long one that refused an order is told more again
SURE_S = LEASE_S + 15.0  # by then one that watches itself has noticed the silence, and its car has followed
NEAR_WH = 50.0  # so near to its limit it has stopped for that
SWITCH_S = 60.0  # after a phase switch nothing is measured of the car's phases


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An order on its way: the power it aims at, on so many phases, and when it was sent."""

    current_a: float
    phases: int
    sent_s: float


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Post:
    """A charger, as it is known now.

    Attributes:
        reading: its last; None before the first. missed: it has not answered since.
        order: what it is told, None: nothing, it is left as it is.
        moves: orders that the car may not have followed yet, oldest first.
        phases: on how many it charges, as far as is known; switched_s: when that changed last.
        drawn_a: what its car took on each phase when that was last settled.
        ignored: what its car goes on to take above its offer; it may only be late to follow.
        stubborn_a: what its car takes whatever it is offered; it is given that or nothing.
        balked: the last order it refused, until it takes one or a while has passed since `balked_s`, which is longer
            the oftener that was (`balks`). meddled: what somebody else set on it.
        fallen: it watches itself and is silent for so long that it falls to its safe current; lapsed: it surely has.

    """

    rules: ChargerRules
    reading: ChargerReading | None = None
    missed: Missed | None = None
    order: Order | None = None
    moves: tuple[Move, ...] = ()
    phases: int
    switched_s: float | None = None
    drawn_a: Amps | None = None
    ignored: Ignored | None = None
    stubborn_a: float = 0.0
    balked: str = ""
    balked_s: float = -inf
    balks: int = 0
    meddled: str = ""
    fallen: bool = False
    lapsed: bool = False

    @property
    def plug(self) -> Plug:
        """What hangs on it."""
        return self.reading.plug if self.reading else Plug.UNKNOWN

    @property
    def watched(self) -> bool:
        """Whether it falls to its safe current by itself: by its own word, else as its make does."""
        said = self.reading.watched if self.reading else None
        return self.rules.watched if said is None else said

    @property
    def most_a(self) -> float:
        """What it takes at most."""
        told_a = self.reading.most_a if self.reading else None
        return self.rules.current_a if told_a is None else min(self.rules.current_a, told_a)

    @property
    def least_a(self) -> float:
        """What it takes at least."""
        least_a = self.rules.least_a
        told_a = self.reading.least_a if self.reading else least_a
        return min(max(least_a, told_a, self.stubborn_a), max(least_a, self.most_a))

    @property
    def bar(self) -> str:
        """Why it lets its car take nothing though it was told to, as far as it says."""
        reading = self.reading
        if reading is not None and reading.limit_wh and (reading.plugin_wh or 0.0) >= reading.limit_wh - NEAR_WH:
            return f"its own limit of {reading.limit_wh / 1000:g} kWh is reached"
        return self.meddled or "a pause, a lock or a limit of its own"

    def loads(self, phases: int | None = None) -> tuple[int, ...]:
        """The meter's phases that it loads; phases: if it charged on so many."""
        if phases is not None and phases != self.phases:
            return conductors(self.rules.wired, phases)
        return conductors(self.rules.wired, self.phases, self.drawn_a)

    @property
    def goes_to(self) -> int | None:
        """The number of phases that it was told to switch to, and has not yet."""
        return self.moves[-1].phases if self.moves and self.moves[-1].phases != self.phases else None

    @property
    def loaded(self) -> tuple[int, ...]:
        """The meter's phases that it loads just now, or may by an order on its way."""
        return tuple(sorted({*self.loads(), *(phase for move in self.moves for phase in self.loads(move.phases))}))

    @property
    def range_w(self) -> tuple[float, float]:
        """The least and the most that its car draws just now."""
        if self.lapsed:
            return 0.0, power_w(self.offered_a, self._taken(self.phases))
        known = self.reading.power_w if self.reading else None
        ends = [power_w(move.current_a, self._taken(move.phases)) for move in self.moves]
        if self.missed is not None or known is None:
            offered_w = power_w(self.offered_a, self._taken(self.phases))
            return 0.0, max([offered_w, known or 0.0, *ends])
        return min([known, *ends]), max([known, *ends])

    @property
    def range_a(self) -> tuple[Amps, Amps]:
        """The same by the meter's phases, each order on those that it is for."""
        loads = self.loads()
        known_a = self._known_a(loads)
        if known_a is not None and not self.moves and self.missed is None:
            return known_a, known_a
        offers_a = on(loads, self.offered_a)
        if self.lapsed:
            return NOTHING, offers_a
        ends_a = [on(self.loads(move.phases), move.current_a) for move in self.moves]
        if known_a is None or self.missed is not None:
            return NOTHING, _each(max, offers_a, known_a or NOTHING, *ends_a)
        return _each(min, known_a, *ends_a), _each(max, known_a, *ends_a)

    @property
    def reserved_a(self) -> Amps:
        """What is set aside for it while it does not answer, or does not obey: its last offer, which it keeps.

        And while it cannot say what hangs on it: its car may go on at any moment.
        """
        vague = self.reading is not None and self.plug is Plug.UNKNOWN
        return on(self.loads(), self.offered_a) if (self.is_lost and self.plug is not Plug.EMPTY) or vague else NOTHING

    def left_a(self, conductors: tuple[int, ...]) -> Amps:
        """What it may still draw beside these of the meter's phases, on its way from others to them."""
        away = [phase for phase in self.loaded if phase not in conductors]
        return on(away, self.offered_a) if away else NOTHING

    @property
    def is_lost(self) -> bool:
        """Whether it cannot be told anything now."""
        return self.missed is not None or bool(self.balked)

    def _taken(self, phases: int) -> int:
        """On how many of its phases the car draws, as far as that was seen: a guest's may take one of three."""
        if phases != self.phases or self.drawn_a is None:
            return phases
        return min(phases, max(1, sum(current_a > DRAWS_A for current_a in self.drawn_a)))

    @property
    def offered_a(self) -> float:
        """The most that it may be offering, by its last word and all orders since; at last its safe current.

        That may be more than it was told: one that watches itself takes it up when it hears nobody.
        """
        if self.lapsed:
            return safe_a(self.rules)
        if self.plug is Plug.EMPTY and self.missed is None:
            return 0.0
        last = self.reading
        offered = (
            [] if last is None or last.paused or last.permitted is False else [last.offered_a or last.set_a or 0.0]
        )
        if self.missed is not None and self.watched:
            offered.append(safe_a(self.rules))
        return max([*offered, *(move.current_a for move in self.moves)], default=0.0)

    def _known_a(self, loads: tuple[int, ...]) -> Amps | None:
        """What its last reading says that it draws, if need be by its power alone."""
        known_a, known_w = self._measured_a(loads), self.reading.power_w if self.reading else None
        if known_a is not None or known_w is None:
            return known_a
        return on(loads, known_w / power_w(1.0, max(1, self._taken(self.phases))))

    def _measured_a(self, loads: tuple[int, ...]) -> Amps | None:
        drawn_a = self.reading.phases_a if self.reading else None
        own = wires(self.rules.wired)
        if drawn_a is None or not own:
            return None
        if len(own) != 3:
            return on(loads, max(drawn_a))
        by_phase = dict(zip(own, drawn_a, strict=True))
        return by_phase[1], by_phase[2], by_phase[3]


def _each(chosen: Callable[[Iterable[float]], float], *all_a: Amps) -> Amps:
    """The least or the most of each phase."""
    one, two, three = (chosen(phase_a) for phase_a in zip(*all_a, strict=True))
    return one, two, three


def opened(rules: ChargerRules) -> Post:
    """A charger that has not been read yet."""
    return Post(rules=rules, phases=rules.phases)


def after(post: Post, event: ChargerEvent, car: CarRules | None) -> Post:
    """The charger after one of its events; car: that hangs on it, as far as is known."""
    match event:
        case Told(reading=reading):
            return _told(post, reading, car)
        case Took(order=order, accepted=accepted, sent_s=sent_s):
            went = order if accepted.current_a is None else replace(order, current_a=accepted.current_a)
            return _moved(replace(post, balked="", balks=0), went, sent_s, car)
        case Balked(why=why, order=order, sent_s=sent_s, answered=answered):
            return (
                replace(post, balked=why, balked_s=sent_s, balks=post.balks + 1)
                if answered
                else _moved(post, order, sent_s, car)
            )  # it may have been taken
        case Missed():
            return replace(post, missed=event)
        case Meddled(what=what):
            return replace(post, meddled=what)


def lapsing(post: Post, now_s: float) -> Post:
    """The charger as time passes: one that watches itself and hears nobody has its safe current in the end.

    One that refused an order may take the next one.
    """
    missed = post.missed
    if post.balked and now_s - post.balked_s >= min(LONGEST_S, AGAIN_S * 2.0 ** min(post.balks - 1, 9)):
        post = replace(post, balked="")
    if missed is None or post.lapsed or not post.watched or (silent_s := now_s - missed.since_s) < LEASE_S:
        return post
    if silent_s >= SURE_S:
        return replace(post, fallen=True, lapsed=True, moves=())
    return post if post.fallen else replace(post, fallen=True)


def _moved(post: Post, order: Order, sent_s: float, car: CarRules | None) -> Post:
    """An order is on its way."""
    phases = min(order.phases or post.phases, post.rules.phases, car.phases if car else 3)
    move = Move(current_a=order.current_a if order.go else 0.0, phases=phases, sent_s=sent_s)
    switched_s = sent_s if phases != post.phases else post.switched_s
    ignored = heeding.ordered(post.ignored, move.current_a)
    return replace(post, moves=(*post.moves[-8:], move), switched_s=switched_s, ignored=ignored)


def _told(post: Post, reading: ChargerReading, car: CarRules | None) -> Post:
    before = post.reading
    fresh = before is None or before.plugins != reading.plugins or before.plug.is_car != reading.plug.is_car
    phases = min(reading.phases or post.phases, post.rules.phases, car.phases if car else 3)
    switched_s = reading.read_s if reading.phases and phases != post.phases and before is not None else post.switched_s
    settled = post.moves and _settled(post, reading)
    if not reading.plug.is_car and reading.plug is not Plug.UNKNOWN:
        settled = True
    drawn_a = None if fresh else post.drawn_a
    ignored = heeding.after(None if fresh else post.ignored, reading)
    stubborn_a = 0.0 if fresh else post.stubborn_a
    if ignored is not None and ignored.lasts(reading.read_s):
        stubborn_a = max(stubborn_a, ignored.current_a)
    quiet = switched_s is None or reading.read_s - switched_s > SWITCH_S
    if quiet and reading.plug is Plug.CHARGING and reading.phases_a and max(reading.phases_a) > LEAST_A / 2:
        drawn_a = reading.phases_a
    return replace(
        post,
        reading=reading,
        missed=None,
        fallen=False,
        lapsed=False,
        moves=() if settled else post.moves,
        phases=phases,
        switched_s=switched_s,
        drawn_a=drawn_a if phases == post.phases else None,
        ignored=ignored,
        stubborn_a=stubborn_a,
        meddled=post.meddled if reading.plug.is_car else "",
    )


def _settled(post: Post, reading: ChargerReading) -> bool:
    """Whether the car has followed all orders as far as it will."""
    since_s = reading.read_s - post.moves[-1].sent_s
    if since_s > LATE_S:
        return True
    if since_s < FOLLOWED_S or reading.power_w is None:
        return False
    if post.goes_to is not None and reading.phases != post.goes_to:
        return False
    aim_w = power_w(post.moves[-1].current_a, post.moves[-1].phases)
    before_w = post.reading.power_w if post.reading else None
    stands = before_w is not None and abs(reading.power_w - before_w) <= SETTLED_W
    return stands or abs(reading.power_w - aim_w) <= max(SETTLED_W, 0.1 * aim_w)
