"""What a charger's answers teach of its car and its phases: what the car takes, whether a switch was followed.

In: readings. Out: a cap, and the phases it charges on. Times are seconds of one monotonic clock.
"""

from dataclasses import dataclass, field
from math import inf

from lib.core.charger import LEAST_A
from lib.core.states import replace
from lib.core.tempo import USUAL, Tempo

DRAWS_A = 1.0  # a car that takes less does not charge
HOUR_S, DAY_S = 3_600.0, 86_400.0


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

    def free(self, now_s: float, tempo: Tempo, *, up: bool) -> bool:
        """Whether another may be made now; up: to more phases.

        The last of an hour and of a day only goes up: a car that could not come back would be late for its trip.
        """
        if self.balked or now_s - self.last_s < tempo.apart_s:
            return False
        hour, day = (sum(now_s - at_s < span_s for at_s in self.at_s) for span_s in (HOUR_S, DAY_S))
        kept = 0 if up else 1
        return hour < tempo.hourly - kept and day < tempo.daily - kept

    def made(self, now_s: float) -> "Switching":
        """With one more."""
        return Switching(at_s=(*(at_s for at_s in self.at_s if now_s - at_s < DAY_S), now_s), sure=False)


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
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


def adopted(pace: Pace, *, current_a: float, phases: int | None, now_s: float, rest_s: float = -inf) -> Pace:
    """The pace of a charger that somebody else has set: it goes on from there, 0 A for a pause.

    One that was started by somebody counts from now on; of its car nothing is known yet.
    """
    goes = current_a > 0
    return Pace(
        go=goes,
        current_a=current_a,
        phases=phases or pace.phases,
        turned_s=now_s if goes and not pace.go else pace.turned_s,
        rest_s=max(rest_s, pace.rest_s),
        stops=pace.stops,
        switching=replace(pace.switching, asked_s=None, to=None),
    )


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
    if not phases or pace.go or not pace.switching.free(now_s, tempo, up=phases > (pace.phases or 0)):
        return pace.phases
    return phases
