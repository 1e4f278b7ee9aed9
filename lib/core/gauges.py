"""What the circuits' own meters show, and the limits that follow something outside: events → what holds now.

Times are seconds of our monotonic clock. Knows no wire, no charger and no share.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lib.core.circuits import Amps, Limits
from lib.core.site import Held, holding, without
from lib.core.states import replace

FRESH_S: Final = 3.0  # on what is older nothing is raised, but for a meter that speaks more seldom
OLD_S: Final = 30.0  # after so long the worst case counts, but for a meter that speaks more seldom
AT_ONCE_S: Final = 0.5  # readings nearer to each other are one that comes in pieces, such as a topic for each phase
SLOWEST_S: Final = 60.0  # a meter is asked as often as that, or oftener


Measured = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauged:
    """A circuit's own meter says what flows there, chargers and all: amperes of the meter's L1-L3, + flows down.

    None: it measures nothing on that phase.
    """

    circuit: str
    phases_a: Measured
    read_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ungauged:
    """A circuit's own meter does not answer; why: in a sentence."""

    circuit: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """A circuit's limit is another one until then, never above the owner's own; None: as the owner has it.

    by: who says so, for people.
    """

    circuit: str
    until_s: float
    limits_a: Limits = (None, None, None)
    limit_w: float | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlimited:
    """What a circuit's limit follows does not answer; what it said last holds as long as it was to. why: a sentence."""

    circuit: str
    why: str


GaugeEvent = Gauged | Ungauged | Limited | Unlimited


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """What is known of one circuit beside its chargers.

    Attributes:
        flows_a: what its meter showed last, at `read_s`; other_a: of that what was not its chargers', held_a: the same
            as its rows reckon with it; gap_s: between its last two readings, period_s: the lesser of the last two gaps,
            so that one silence makes no slow meter of it; paced_s: the reading that gaps are counted from.
        limited: the limit that was said last; trouble: why nothing newer came, "" while it does.

    """

    flows_a: Measured | None = None
    read_s: float | None = None
    other_a: Amps | None = None
    held_a: Held | None = None
    paced_s: float | None = None
    gap_s: float | None = None
    period_s: float = 1.0
    limited: Limited | None = None
    trouble: str = ""
    astray: str = ""  # why its limit does not follow any more

    def is_fresh(self, now_s: float) -> bool:
        """Whether something may be raised on what its meter said last."""
        return self.read_s is not None and now_s - self.read_s <= max(FRESH_S, 2 * self.period_s)

    def is_old(self, now_s: float) -> bool:
        """Whether the worst case counts in its place."""
        return self.read_s is None or now_s - self.read_s > max(OLD_S, 2.5 * self.period_s)

    def limit(self, now_s: float) -> Limited | None:
        """The limit that is followed now; None: the owner's own."""
        return self.limited if self.limited is not None and now_s < self.limited.until_s else None


Gauges = Mapping[str, Gauge]


def after(
    gauges: Gauges, event: GaugeEvent, ours_a: tuple[Amps, Amps], *, unmeasured_a: Amps = (0.0, 0.0, 0.0)
) -> Gauges:
    """What is known after an event.

    ours_a: the least and the most that the chargers there may draw just now. unmeasured_a: what else flows on a phase
    that the meter does not measure.
    """
    known = gauges.get(event.circuit, Gauge())
    match event:
        case Gauged(phases_a=flows_a, read_s=read_s):
            paced_s, gap_s, period_s = _paced(known, read_s)
            before, least, most = known.other_a or (None, None, None), *ours_a
            one, two, three = (
                unmeasured_a[n] if (flow_a := flows_a[n]) is None else without(flow_a, before[n], least[n], most[n])
                for n in range(3)
            )
            known = replace(
                known,
                flows_a=flows_a,
                other_a=(one, two, three),
                held_a=holding(known.held_a, (one, two, three), read_s),
                read_s=read_s,
                paced_s=paced_s,
                gap_s=gap_s,
                period_s=period_s,
                trouble="",
            )
        case Ungauged(why=why):
            known = replace(known, trouble=why)
        case Limited():
            known = replace(known, limited=event, astray="")
        case Unlimited(why=why):
            known = replace(known, astray=why)
    return {**gauges, event.circuit: known}


def _paced(known: Gauge, read_s: float) -> tuple[float, float | None, float]:
    """How often its meter speaks, after one more reading: `paced_s`, `gap_s` and `period_s`."""
    if known.paced_s is None:
        return read_s, known.gap_s, known.period_s
    gap_s = read_s - known.paced_s
    if gap_s < AT_ONCE_S:
        return known.paced_s, known.gap_s, known.period_s
    if gap_s > 2 * SLOWEST_S:
        return read_s, known.gap_s, known.period_s
    return read_s, gap_s, min(gap_s, OLD_S if known.gap_s is None else known.gap_s)
