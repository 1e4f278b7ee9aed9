"""What ev says: chargers, cars, trips, what is planned, and what it asks of dm. Each state stands alone.

Powers in W, energy in Wh, + goes into a car; times are UTC, by the meter's clock as far as ev knows it.
"""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import AwareDatetime

from lib.core.charger import Plug
from lib.core.circuits import Profile
from lib.core.claims import Claim, Drawn
from lib.core.modes import Mode, Phases
from lib.core.needs import Step
from lib.core.plan import Block, Want
from lib.core.soc import Confidence
from lib.core.why import Why


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugIn:
    """A car on a cable, from plug-in to unplugging.

    sun_wh, battery_wh, grid_wh: where the energy came from; eur: what it costs; stops: how often it was interrupted.
    """

    since: AwareDatetime
    energy_wh: float = 0.0
    sun_wh: float = 0.0
    battery_wh: float = 0.0
    grid_wh: float = 0.0
    eur: float | None = None
    stops: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerNow:
    """One charger.

    Attributes:
        silent_s: for how long it has not answered; None while it does.
        fault: what is wrong with it, in words; warning: what is only odd, and who else set it in this plug-in.
        boost_until: until when it charges fast because the owner wants it.
        car: on its cable, as far as anybody knows; by: how that is known.
        offered_a: what it signals now; phases_a, power_w: what the car draws, on the charger's own L1-L3.
        wired: the meter's phases that these hang on, such as "231"; "12" is a single phase between two.
        set_a: what it was told to offer; go: False pauses it.
        least_a, most_a, step_a: what it takes.
        wish: on how many phases the owner wants it; switches: whether it can.
        granted_w: what dm grants it; None without a lease.
        circuit: that it hangs on. share_a: what the circuits leave it, None while it asks for nothing; row: the one
            that leaves no more, "" where none does; place: in the line of those that wait for it, from 1.
        lease_s: for how long what it was granted still holds.
        because: why it does what it does, and why: the sentence of that.

    """

    name: str
    make: str
    plug: Plug
    mode: Mode
    wish: Phases = Phases.AUTO
    switches: bool = False
    silent_s: float | None = None
    fault: str = ""
    warning: str = ""
    boost_until: AwareDatetime | None = None
    car: str | None = None
    by: str = ""
    offered_a: float | None = None
    phases: int | None = None
    phases_a: tuple[float, float, float] | None = None
    wired: str = "123"
    power_w: float | None = None
    set_a: float | None = None
    go: bool = False
    least_a: float = 6.0
    most_a: float = 16.0
    step_a: float = 1.0
    granted_w: float | None = None
    circuit: str = ""
    share_a: float | None = None
    row: str = ""
    place: int = 0
    lease_s: float | None = None
    plug_in: PlugIn | None = None
    because: Why
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarNow:
    """One car; age_s: of the last reading of its state of charge. ask: what the owner is asked, "" for nothing."""

    name: str
    title: str
    capacity_wh: float
    everyday_pct: float
    soc_pct: float | None = None
    confidence: Confidence = Confidence.UNKNOWN
    age_s: float | None = None
    source: str = ""
    trouble: str = ""
    target_pct: float | None = None
    charger: str | None = None
    efficiency: float | None = None
    ask: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TripNow:
    """One trip and what it takes, as `lib.core.needs.Need` says; ask: "180 km", "80 %", "30 kWh". said: a sentence.

    barred: in a few words, why its car is not charged for it whatever it needs; "" where it is.
    """

    car: str
    title: str
    departs: AwareDatetime
    ready: AwareDatetime
    ask: str
    target_pct: float
    energy_wh: float | None = None
    latest_start: AwareDatetime | None = None
    slack_s: float | None = None
    reach_pct: float | None = None
    step: Step = Step.CHEAP
    feasible: bool | None = None
    barred: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarNow:
    """One calendar; age_s: of its last good list, None before the first; trouble: why it is not newer."""

    name: str
    trips: int = 0
    age_s: float | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What ev wants from the home battery: power from now on until then, and why.

    bridge: only to go on with the sun behind a cloud, so before the grid gives. late: without it a quarter goes above
    the peak.
    """

    power_w: float
    until: AwareDatetime
    why: str
    bridge: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseLoad:
    """One of the meter's phases of a circuit: what flows, None while nobody knows, and what may, its margin counted."""

    phase: int
    limit_a: float
    load_a: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitNow:
    """One circuit.

    Attributes:
        above: the circuit that it hangs on; "" for the connection.
        profile: how it shares, its own or that of the circuit above.
        chargers: that hang on it directly, in the owner's order; waiting: of all below it those that wait for it.
        phases: those with a limit. limit_w, load_w: in all; None without a limit in watts.
        other_a: what flows there besides the chargers, None while nobody knows.
        follows: what a limit comes from that is not the owner's own now, such as a URL; until: for how long it holds.
        trouble: what is wrong with its meter or its limit, in a sentence.

    """

    name: str
    above: str = ""
    profile: Profile = Profile.EQUAL
    chargers: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    phases: tuple[PhaseLoad, ...] = ()
    limit_w: float | None = None
    load_w: float | None = None
    other_a: tuple[float, float, float] | None = None
    follows: str = ""
    until: AwareDatetime | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What the cars may draw by dm's grants, and draw.

    used_w: None while a charger that may draw is silent. until: the end of the quarter; None: no grants are alive.
    """

    used_w: float | None = None
    granted_w: float | None = None
    target_w: float | None = None
    until: AwareDatetime | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charging:
    """What ev knows, said on change and every 5 s.

    Attributes:
        boot, seq: which start of ev says it, and its number there; an older one is dropped.
        at: the meter's time as ev knows it.
        circuits: the connection first, each before those that hang on it.
        wants: what cars shall be charged, for dm's plan; of trips that are close enough, in order of departure.
        claims, drawn: for dm's ledger.
        capacity_tariff: False where peaks cost nothing; then no face speaks of a peak.
        notices: what else the owner should know, by kind.

    """

    boot: str
    seq: int
    said: AwareDatetime
    at: AwareDatetime
    chargers: tuple[ChargerNow, ...] = ()
    cars: tuple[CarNow, ...] = ()
    trips: tuple[TripNow, ...] = ()
    calendars: tuple[CalendarNow, ...] = ()
    circuits: tuple[CircuitNow, ...] = ()
    plan: tuple[Block, ...] = ()
    wants: tuple[Want, ...] = ()
    budget: Budget | None = None
    help: Help | None = None
    claims: tuple[Claim, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    capacity_tariff: bool = True
    notices: dict[str, str] = field(default_factory=dict)
    demo: bool = False
    type: Literal["charging"] = "charging"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A plug-in that is over; peak_w: by how much it raised the month's peak, peak_eur: what that costs."""

    charger: str
    car: str
    since: AwareDatetime
    until: AwareDatetime
    energy_wh: float
    sun_wh: float
    battery_wh: float
    grid_wh: float
    eur: float | None = None
    peak_w: float = 0.0
    peak_eur: float | None = None
    soc_from_pct: float | None = None
    soc_to_pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """The last sessions, newest first."""

    last: tuple[SessionRow, ...] = ()
    type: Literal["sessions"] = "sessions"
