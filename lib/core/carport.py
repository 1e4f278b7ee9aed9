"""The EV app's state: chargers with their cars, trips, dm's word, and what is made of them.

Only lib/core/charging.py and lib/core/steering.py change it. Knows no message, no socket and no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from lib.core.car import CarReading, CarRules
from lib.core.charger import ChargerRules
from lib.core.circuits import Amps, Circuit
from lib.core.claims import LEASE_S, Claim
from lib.core.cost import PriceSlot
from lib.core.followed import Followed
from lib.core.foresight import Night
from lib.core.gauges import Gauges
from lib.core.modes import Mode, Phases
from lib.core.needs import Need
from lib.core.outside import Outside
from lib.core.plan import Plan, Want
from lib.core.plugged import Plugged
from lib.core.pools import Pooled
from lib.core.post import Post
from lib.core.profiles import Rota
from lib.core.proposals import Device, Proposal
from lib.core.sessions import Session
from lib.core.sharing import Share
from lib.core.site import Site
from lib.core.soc import Soc
from lib.core.states import replace
from lib.core.surplus import Priority
from lib.core.tempo import USUAL, Tempo
from lib.core.trip import Entry, Trip, Trips
from lib.core.uptake import Pace
from lib.core.usual import Usual
from lib.core.wanting import Thrift
from lib.core.why import Reason, Why

READY_BEFORE = timedelta(minutes=15)
WAKES = 6  # so often it is tried to wake a car


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingRules:
    """What the owner set.

    Attributes:
        chargers, cars: by name; circuits: the connection first, then shared cables.
        priority: who takes the sun first. margin: of the quarter's energy, as dm keeps it back.
        worst_a: of the house by phase, for when the meter is silent; None: as it was last.
        late: the cars whose source tells things late.
        plan_s: needs and plan are worked out so often, and when something changed.
        rotation_s: while minimums do not fit for all, the line of those that wait turns so often.
        lease_s: how long a word of dm or bs holds. tempo: how soon, how often and how fast a charger is told things.

    """

    chargers: Mapping[str, ChargerRules]
    cars: Mapping[str, CarRules] = field(default_factory=dict)
    circuits: tuple[Circuit, ...] = ()
    priority: Priority = Priority.AUTO
    margin: float = 0.04
    ready_before: timedelta = READY_BEFORE
    all_day_departure: time = time(7)
    worst_a: Amps | None = None
    late: frozenset[str] = frozenset()
    plan_s: float = 60.0
    rotation_s: float = 1800.0
    lease_s: float = LEASE_S
    tempo: Tempo = USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """In MANUAL, what a full circuit took from a charger.

    was_a: what it was set to by hand; told_a: what it was told instead, 0 to pause;
    at_s: when it was told that, or its circuit carried too much all the same.
    """

    was_a: float
    told_a: float
    at_s: float


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Bay:
    """A charger with the wishes of its owner and what is done about them.

    Attributes:
        mode, wish: the owner's words; boost_until: he wants it fast until then.
        found_s: when it was found charging, as this program began.
        pace: the clocks of its orders. session: of the car on it; quarter_wh: what that had when the running quarter
        began, last_wh: what it charged in the one before.
        sunny: it charges from the sun, or did until a cloud came.
        reserve: its car is below the reserve, until it has a little more.
        idle_s: since when its car takes nothing though it may; charged: it has taken something in this plug-in.
        barred_s: since when its charger lets it take nothing though it was told to; barred: it surely does not.
        ended: the car has stopped by itself; wakes: how often it was tried to wake it, woken_s: when last;
        empty_s: since when no car, or since the owner chose the mode while none was there.
        cut: what a circuit took from what was set by hand.
        claim: what is asked of dm, claimed_s: since when; power_w: what it was told to draw; why: the reason.
        device, put: what it can do, and all that was proposed for it, in the last step. share: what the circuits left
        it then, None: it asked for nothing.

    """

    post: Post
    mode: Mode
    wish: Phases = Phases.AUTO
    boost_until: datetime | None = None
    found_s: float | None = None
    pace: Pace
    session: Session | None = None
    quarter_wh: float = 0.0
    last_wh: float = 0.0
    sunny: bool = False
    reserve: bool = False
    idle_s: float | None = None
    charged: bool = False
    barred_s: float | None = None
    barred: bool = False
    ended: bool = False
    wakes: int = 0
    woken_s: float | None = None
    empty_s: float | None = None
    cut: Cut | None = None
    claim: Claim | None = None
    claimed_s: float | None = None
    power_w: float = 0.0
    device: Device | None = None
    put: tuple[Proposal, ...] = ()
    share: Share | None = None
    why: Why = field(default_factory=lambda: Why(reason=Reason.STARTING))

    @property
    def asleep(self) -> bool:
        """Whether its car has taken nothing in this plug-in and does not wake either."""
        return self.wakes >= WAKES and not self.charged

    @property
    def takes_nothing(self) -> bool:
        """Whether its car is done, or sleeps, or is not let: who takes something goes before."""
        return self.ended or self.asleep or self.barred


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class CarState:
    """A car: how full it is, what was heard of it last, and why nothing newer was.

    trip: that it left for, while it is away and longer; None: it left for none, or nobody knows.
    """

    soc: Soc
    reading: CarReading | None = None
    trouble: str = ""
    trip: Trip | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarState:
    """A calendar: its last good list, when that came, and why none came since."""

    entries: tuple[Entry, ...] = ()
    listed_s: float | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryWord:
    """What bs said last of the home battery.

    Attributes:
        heard_s: when that was; None: never.
        soc_pct: how full it is. help_w: what it gives the cars now; can_w: what it could; spare_wh: that it could give.
        refused: why it gives nothing though it was asked.

    """

    heard_s: float | None = None
    soc_pct: float | None = None
    help_w: float = 0.0
    can_w: float = 0.0
    spare_wh: float = 0.0
    refused: str = ""

    def is_fresh(self, now_s: float, lease_s: float = LEASE_S) -> bool:
        """Whether it tells of now; a battery of which nobody tells helps nobody."""
        return self.heard_s is not None and now_s - self.heard_s <= lease_s


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Charging:
    """All that ev knows at one instant.

    Attributes:
        at, now_s: the meter's time and our seconds, of this step; began_s: when the program began.
        quarter: the start of the one that is counted in.
        listed_s: when the trips were last put together. prices: what a kWh costs, as dm says.
        needs: by car, of its trips in order.
        followed: dm's plan; wants: what it is asked for.
        thrift: what a kWh costs in cheap hours lately.
        planned_s: when plan and needs were last worked out; helped_s: since when the battery is asked for help.
        battery: what bs said of it. first: who takes the sun first.
        gauges: what the circuits' own meters say, and the limits that follow something.
        outside: what other programs want, by charger or circuit; pools: what that comes to for a circuit.
        rota: whose turn it is where minimums do not fit for all.
        said: what happened in this step, a line each for the log.
        closed: sessions that ended in this step.

    """

    at: datetime
    now_s: float
    began_s: float
    quarter: datetime | None = None
    site: Site = field(default_factory=Site)
    bays: Mapping[str, Bay] = field(default_factory=dict)
    cars: Mapping[str, CarState] = field(default_factory=dict)
    plugged: Plugged = field(default_factory=Plugged)
    calendars: Mapping[str, CalendarState] = field(default_factory=dict)
    trips: Trips = field(default_factory=Trips)
    listed_s: float = 0.0
    prices: tuple[PriceSlot, ...] = ()
    usual: Usual = field(default_factory=Usual)
    first: Priority = Priority.HOME_BATTERY
    battery: BatteryWord = field(default_factory=BatteryWord)
    gauges: Gauges = field(default_factory=dict)
    outside: Outside = field(default_factory=dict)
    pools: Mapping[str, Pooled] = field(default_factory=dict)
    rota: Rota = field(default_factory=Rota)
    needs: Mapping[str, tuple[Need, ...]] = field(default_factory=dict)
    nights: Mapping[str, Night] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    followed: Followed | None = None
    wants: tuple[Want, ...] = ()
    thrift: Thrift = field(default_factory=Thrift)
    planned_s: float | None = None
    helped_s: float | None = None
    said: tuple[str, ...] = ()
    closed: tuple[Session, ...] = ()

    def car_on(self, charger: str) -> str | None:
        """The car on a charger, as far as anybody knows."""
        return self.plugged.car(charger)


def with_bay(charging: Charging, name: str, bay: Bay, *said: str) -> Charging:
    """With another state of one bay, and what happened, a line each."""
    return replace(charging, bays={**charging.bays, name: bay}, said=(*charging.said, *said))
