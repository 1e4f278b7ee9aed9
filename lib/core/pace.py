"""What one charger should do → what it is told now: cut at once, raise slowly, never pulse. Knows no price, no circuit.

In: `plugged` at a new car, `heard` after each reading, `paced` each cycle; out: a `Command`, and what holds it back.
All times are seconds of one monotonic clock, currents in A per phase.
Source: IEC 61851-1 (a car follows within 5 s), and cars that stop for good after some ten interruptions of a plug-in.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import ceil, inf
from typing import Final

from lib.core.charger import LEAST_A, in_steps
from lib.core.why import Reason

DRAWS_A = 1.0  # a car that takes less does not charge
HOUR_S, DAY_S = 3_600.0, 86_400.0


class Haste(StrEnum):
    """How soon a wish to start or to stop is followed, by what it comes from.

    SURPLUS: the sun, which comes and goes. PLAN: an hour begins or ends, a target is reached. ROW: its minimum does not
    fit a circuit. NOW: a circuit is far above its limit, or the peak leaves nothing. OWNER: OFF, a fault, no car; only
    after these a start need not rest.
    """

    SURPLUS = "surplus"
    PLAN = "plan"
    ROW = "row"
    NOW = "now"
    OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """The numbers of a profile.

    Attributes:
        start_s, stop_s: how long the sun must be enough, or too little; row_s: how long a minimum must not fit.
        on_s, off_s: the shortest charging and the shortest pause.
        stops: interruptions of one plug-in after which it is only stopped by a lack that lasts `hold_s`.
        first_a: given at once; after that `raise_a` more each `raise_s`.
        calm_s: nothing is learned so long after a start or a switch; settle_s: a car needs to follow a current.
        readings: so many alike show what a car takes; probe_s: until it is offered more again in vain.
        down_s, up_s: how long one phase or three must be wanted; apart_s, hourly, daily: how often it may switch;
            idle_s: how long a car may take to stop for that, and a charger to say that it did.

    """

    start_s: float = 60.0
    stop_s: float = 120.0
    row_s: float = 10.0
    on_s: float = 600.0
    off_s: float = 300.0
    stops: int = 6
    hold_s: float = 1_800.0
    first_a: float = 10.0
    raise_a: float = 1.0
    raise_s: float = 10.0
    calm_s: float = 60.0
    settle_s: float = 8.0
    readings: int = 3
    probe_s: float = 600.0
    down_s: float = 120.0
    up_s: float = 60.0
    apart_s: float = 600.0
    hourly: int = 4
    daily: int = 8
    idle_s: float = 30.0

    def patience_s(self, haste: Haste) -> float:
        """How long a stop must be wanted."""
        return {Haste.SURPLUS: self.stop_s, Haste.ROW: self.row_s}.get(haste, 0.0)


USUAL: Final = Tempo()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a charger should do now, were there no pace.

    Attributes:
        current_a: on as many phases as `phases_for` says; below `least_a` it should pause.
        least_a, most_a, step_a: what it takes; most_a is at least least_a.
        may_raise: False while the meter is older than 3 s: nothing starts, nothing rises.
        phases: on how many its minimum fits; None: on none, or it cannot switch.
        pauses: it must not switch while it charges, as with a relay in front of it.

    """

    current_a: float
    haste: Haste
    least_a: float = LEAST_A
    most_a: float = 16.0
    step_a: float = 1.0
    may_raise: bool = True
    phases: int | None = None
    pauses: bool = False

    @property
    def floor_a(self) -> float:
        """Its least current in whole steps."""
        return round(ceil(self.least_a / self.step_a - 1e-6) * self.step_a, 3)

    @property
    def limit_a(self) -> float:
        """What it should offer, in whole steps; 0 to pause."""
        limit_a = in_steps(min(self.current_a, self.most_a), self.step_a)
        return limit_a if limit_a >= self.floor_a else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a charger is told; 0 A to pause. held: what keeps it from doing what was wanted; until_s: for how long."""

    current_a: float
    go: bool
    phases: int | None = None
    held: Reason | None = None
    until_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptake:
    """What a car was seen to take; quiet_s: until when it is not offered more to see whether it takes that.

    cap_a: more is of no use; below, near: so many readings in a row it took less than the offer, or all of it.
    """

    cap_a: float | None = None
    below: int = 0
    near: int = 0
    probing: bool = False
    quiet_s: float = -inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Switching:
    """Phase switches: when the last were made (at_s), and since when another is wanted.

    to, since_s: to how many it is about to switch, since when it pauses for that. sure: the charger confirmed the last;
    balked: it did not follow, and is not asked again before the next car.
    """

    at_s: tuple[float, ...] = ()
    asked_s: float | None = None
    to: int | None = None
    since_s: float = -inf
    sure: bool = True
    balked: bool = False

    @property
    def last_s(self) -> float:
        """When the last was made."""
        return self.at_s[-1] if self.at_s else -inf

    def free(self, now_s: float, tempo: Tempo) -> bool:
        """Whether another may be made now."""
        if self.balked or now_s - self.last_s < tempo.apart_s:
            return False
        within = [sum(now_s - at_s < span_s for at_s in self.at_s) for span_s in (HOUR_S, DAY_S)]
        return within[0] < tempo.hourly and within[1] < tempo.daily

    def made(self, now_s: float) -> "Switching":
        """With one more."""
        return Switching(at_s=(*(at_s for at_s in self.at_s if now_s - at_s < DAY_S), now_s), sure=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What a charger was told, and since when. One that was found charging begins as `Pace(go=True, current_a=…)`.

    Attributes:
        sent_s: when its current last changed; raised_s: when it last rose, None: its first amperes are still due.
        turned_s: when it last started or stopped; rest_s: before then it does not start.
        asked_s: since when a start or a stop is wanted that was not made yet.
        stops: interruptions of this plug-in.
        drawn_a, read_s: what the car took by the last reading.

    """

    go: bool = False
    current_a: float = 0.0
    phases: int | None = None
    sent_s: float = -inf
    raised_s: float | None = None
    turned_s: float = -inf
    rest_s: float = -inf
    asked_s: float | None = None
    stops: int = 0
    drawn_a: float | None = None
    read_s: float = -inf
    uptake: Uptake = field(default_factory=Uptake)
    switching: Switching = field(default_factory=Switching)

    @property
    def cap_a(self) -> float | None:
        """The most that its car takes, as far as that was seen; never below 6 A."""
        return self.uptake.cap_a


def plugged(pace: Pace, now_s: float) -> Pace:
    """The pace with a car that was just plugged in: nothing is known of it, and it need not rest."""
    switching = Switching(at_s=pace.switching.at_s, sure=pace.switching.sure)
    return Pace(go=pace.go, current_a=pace.current_a, phases=pace.phases, turned_s=now_s, switching=switching)


def heard(pace: Pace, *, read_s: float, drawn_a: float | None, phases: int | None, tempo: Tempo = USUAL) -> Pace:
    """The pace after a reading that was asked for at `read_s`.

    drawn_a: on the phase that carries most, None where nobody knows; phases: on how many the charger says it charges or
    would, whatever its car takes, None while it switches or where it does not say.
    """
    pace = replace(pace, drawn_a=drawn_a, read_s=read_s, uptake=_uptake(pace, read_s, drawn_a, tempo))
    switching = pace.switching
    if phases is None or (phases == pace.phases and switching.sure):
        return pace
    if phases == pace.phases:
        return replace(pace, switching=replace(switching, sure=True))
    if pace.phases is not None and read_s < switching.last_s + tempo.idle_s:
        return pace
    return replace(pace, phases=phases, switching=replace(switching, sure=True, balked=not switching.sure))


def _uptake(pace: Pace, read_s: float, drawn_a: float | None, tempo: Tempo) -> Uptake:
    """What is known of the car, with a reading that counts once it had the time to follow."""
    known, sent_a = pace.uptake, pace.current_a
    calm_s = max(pace.turned_s, pace.switching.last_s) + tempo.calm_s
    if not pace.go or drawn_a is None or drawn_a < DRAWS_A or read_s < max(calm_s, pace.sent_s + tempo.settle_s):
        return known
    below = known.below + 1 if drawn_a < sent_a - 1 else 0
    capped = known.cap_a is not None and sent_a > known.cap_a - 1
    near = known.near + 1 if drawn_a >= sent_a - 0.25 and capped and read_s >= known.quiet_s else 0
    if below >= tempo.readings:
        quiet_s = read_s + tempo.probe_s if known.probing else known.quiet_s
        return Uptake(cap_a=max(LEAST_A, drawn_a + 1), quiet_s=quiet_s)
    if near >= tempo.readings and known.cap_a is not None:
        return Uptake(cap_a=known.cap_a + 1, probing=True)
    return known if below == known.below and near == known.near else replace(known, below=below, near=near)


def phases_for(pace: Pace, phases: int | None, now_s: float, tempo: Tempo = USUAL) -> int | None:
    """On how many phases the current counts that is wanted of it at this instant; None: nobody knows.

    Those it charges on, or while it pauses those on which it would start; phases: as `Wanted` has them.
    """
    if pace.switching.to is not None:
        return pace.switching.to
    return phases if phases and not pace.go and pace.switching.free(now_s, tempo) else pace.phases


def paced(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo = USUAL) -> tuple[Pace, Command]:
    """The pace after a cycle, and what the charger is to be told."""
    if pace.switching.to is not None:
        return _through(pace, wanted, now_s, tempo)
    if not pace.go:
        return _resting(pace, wanted, now_s, tempo)
    asked_s = None
    if wanted.phases not in {None, pace.phases}:
        asked_s = now_s if pace.switching.asked_s is None else pace.switching.asked_s
        if pace.phases is not None and _may_switch(pace, wanted, now_s, tempo, now_s - asked_s):
            return _switched(pace, wanted, now_s)
    if asked_s != pace.switching.asked_s:
        pace = replace(pace, switching=replace(pace.switching, asked_s=asked_s))
    return (_charging if wanted.limit_a else _ending)(pace, wanted, now_s, tempo)


def _told(pace: Pace, held: Reason | None = None, until_s: float | None = None) -> tuple[Pace, Command]:
    return pace, Command(current_a=pace.current_a, go=pace.go, phases=pace.phases, held=held, until_s=until_s)


def _resting(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo) -> tuple[Pace, Command]:
    """It pauses: a start waits for its rest, and until it was wanted long enough."""
    if not wanted.limit_a:
        return _told(_sent(pace, pace.current_a, None, now_s))
    asked_s = now_s if pace.asked_s is None else pace.asked_s
    pace = _sent(pace, pace.current_a, asked_s, now_s)
    ready_s = asked_s + (tempo.start_s if wanted.haste is Haste.SURPLUS else 0.0)
    if now_s < pace.rest_s:
        return _told(pace, Reason.RESTING, max(pace.rest_s, ready_s))
    if now_s < ready_s or not wanted.may_raise:
        return _told(pace, Reason.PACE, ready_s if now_s < ready_s else None)
    return _started(pace, wanted, now_s, tempo)


def _started(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo) -> tuple[Pace, Command]:
    """Its first amperes; more follow."""
    phases = phases_for(pace, wanted.phases, now_s, tempo)
    switches = phases != pace.phases and pace.phases is not None
    switching = pace.switching if pace.switching.to is None else replace(pace.switching, to=None)
    pace = replace(
        pace,
        go=True,
        current_a=max(wanted.floor_a, in_steps(min(_capped(pace, wanted), tempo.first_a), wanted.step_a)),
        phases=phases,
        sent_s=now_s,
        raised_s=now_s,
        turned_s=now_s,
        asked_s=None,
        uptake=Uptake() if switches else pace.uptake,
        switching=switching.made(now_s) if switches else switching,
    )
    return _told(pace, *_below(pace, wanted, now_s, tempo))


def _charging(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo) -> tuple[Pace, Command]:
    """It charges and should: down at once, up as its pace lets it."""
    limit_a, raised_s = _capped(pace, wanted), pace.raised_s
    if now_s < _sure_s(pace, tempo):
        limit_a = wanted.floor_a
    current_a = min(limit_a, max(pace.current_a, wanted.floor_a))
    if limit_a > current_a and wanted.may_raise and (raised_s is None or now_s >= raised_s + tempo.raise_s):
        more_a = max(tempo.first_a, current_a) if raised_s is None else current_a + max(tempo.raise_a, wanted.step_a)
        current_a, raised_s = max(current_a, in_steps(min(limit_a, more_a), wanted.step_a)), now_s
    pace = _sent(pace, current_a, None, now_s)
    pace = pace if raised_s == pace.raised_s else replace(pace, raised_s=raised_s)
    return _told(pace, *_below(pace, wanted, now_s, tempo))


def _below(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo) -> tuple[Reason | None, float | None]:
    """Why it is told less than is wanted, and until when."""
    if pace.current_a >= wanted.limit_a:
        return None, None
    if now_s < _sure_s(pace, tempo):
        return Reason.SWITCHING, _sure_s(pace, tempo)
    if pace.current_a >= _capped(pace, wanted):
        return Reason.SLOW_CAR, None
    return Reason.PACE, None if pace.raised_s is None else pace.raised_s + tempo.raise_s


def _ending(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo) -> tuple[Pace, Command]:
    """It charges and should not: at its least until that has lasted, or to a pause."""
    asked_s = now_s if pace.asked_s is None else pace.asked_s
    due_s = asked_s + tempo.patience_s(wanted.haste)
    if wanted.haste in {Haste.NOW, Haste.OWNER}:
        due_s = now_s
    elif wanted.haste is not Haste.ROW:
        hold_s = tempo.hold_s if pace.stops >= tempo.stops else 0.0
        due_s = max(due_s, asked_s + hold_s, pace.turned_s + tempo.on_s)
    if now_s >= due_s:
        return _told(_paused(pace, now_s, now_s if wanted.haste is Haste.OWNER else now_s + tempo.off_s))
    held = {Haste.SURPLUS: Reason.CLOUD, Haste.ROW: Reason.ROW}.get(wanted.haste, Reason.PACE)
    return _told(_sent(pace, wanted.floor_a, asked_s, now_s), held, due_s)


def _may_switch(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo, asked_for_s: float) -> bool:
    """Whether a car that charges goes to other phases now: up when it may rise, down no later than it would stop."""
    if not pace.switching.free(now_s, tempo):
        return False
    if (wanted.phases or 0) > (pace.phases or 0):
        return bool(wanted.limit_a) and wanted.may_raise and asked_for_s >= tempo.up_s
    if wanted.limit_a:
        return asked_for_s >= tempo.down_s
    return wanted.haste is not Haste.OWNER and asked_for_s >= min(tempo.down_s, tempo.patience_s(wanted.haste))


def _switched(pace: Pace, wanted: Wanted, now_s: float) -> tuple[Pace, Command]:
    """To other phases at its least, or into the pause before that."""
    if wanted.pauses:
        switching = replace(pace.switching, asked_s=None, to=wanted.phases, since_s=now_s)
        return _told(replace(_paused(pace, now_s, now_s), switching=switching), Reason.SWITCHING)
    pace = replace(
        _sent(pace, wanted.floor_a, None, now_s),
        phases=wanted.phases,
        raised_s=None,
        stops=pace.stops + 1,
        uptake=Uptake(),
        switching=pace.switching.made(now_s),
    )
    return _told(pace, Reason.SWITCHING)


def _through(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo) -> tuple[Pace, Command]:
    """In the pause before a switch: until its car takes nothing, or will not stop, or it should not charge any more."""
    switching = pace.switching
    idle = pace.read_s > switching.since_s and (pace.drawn_a is None or pace.drawn_a < DRAWS_A)
    if idle and wanted.limit_a and wanted.may_raise:
        return _started(pace, wanted, now_s, tempo)
    if wanted.limit_a and (idle or now_s < switching.since_s + tempo.idle_s):
        return _told(pace, Reason.SWITCHING)
    rest_s = now_s if wanted.haste is Haste.OWNER else switching.since_s + tempo.off_s
    return _resting(replace(pace, rest_s=rest_s, switching=replace(switching, to=None)), wanted, now_s, tempo)


def _paused(pace: Pace, now_s: float, rest_s: float) -> Pace:
    pace = _sent(pace, 0.0, None, now_s)
    return replace(pace, go=False, raised_s=None, turned_s=now_s, rest_s=rest_s, stops=pace.stops + 1)


def _sent(pace: Pace, current_a: float, asked_s: float | None, now_s: float) -> Pace:
    """With this current, which counts from now on where it is another."""
    if current_a == pace.current_a and asked_s == pace.asked_s:
        return pace
    sent_s = pace.sent_s if current_a == pace.current_a else now_s
    return replace(pace, current_a=current_a, sent_s=sent_s, asked_s=asked_s)


def _sure_s(pace: Pace, tempo: Tempo) -> float:
    """Until when it stays at its least because the charger has not said yet that it has switched."""
    return -inf if pace.switching.sure else pace.switching.last_s + tempo.calm_s


def _capped(pace: Pace, wanted: Wanted) -> float:
    """What is wanted, as far as its car takes it."""
    cap_a = inf if pace.cap_a is None else pace.cap_a
    return max(wanted.floor_a, in_steps(min(cap_a, wanted.limit_a), wanted.step_a))
