"""A charger as the house sees it, whatever its make: what it is, what it says, what it is told. Knows no make, no wire.

Source: IEC 61851-1, and what NRGkick, go-e, OpenEVSE and OCPP 1.6 have in common.
"""

from dataclasses import dataclass
from enum import StrEnum

from lib.core.power import PHASE_V

LEAST_A = 6.0  # below it a car can only be paused


class Plug(StrEnum):
    """What hangs on the cable: states A, B and C of the standard, a fault, or nobody can tell."""

    EMPTY = "empty"
    CONNECTED = "connected"
    CHARGING = "charging"
    FAULT = "fault"
    UNKNOWN = "unknown"

    @property
    def is_car(self) -> bool:
        """Whether a car is there for sure."""
        return self in {Plug.CONNECTED, Plug.CHARGING}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerRules:
    """What the owner set for one charger.

    Attributes:
        name: as orders call it.
        current_a: the most that it, its cable and its line carry.
        phases: of its line, 1 or 3; switches: whether it can charge on one of three phases when told so.
        wired: the meter's phases that its L1, L2, L3 hang on; "123", "231", "2" …, "12" between two phases.
        step_a: how finely it takes amperes; least_a: it is never told less, the norm has 6.
        safe_a: what it falls to when nobody may tell it anything; 0 pauses. None: 6 A on one phase, 0 on three.
        watched: whether the charger itself falls to its safe current when nobody talks to it.
        car: the car that mostly hangs on it.
        mode: what it does until the owner says otherwise, by the name of a mode.
        priority: among the chargers of a circuit that shares by priority; the higher goes first.
        crowded: its circuits do not carry all that it and the others could take, so it is left at its safe current.

    """

    name: str
    current_a: float = 16.0
    phases: int = 3
    switches: bool = False
    wired: str = "123"
    step_a: float = 1.0
    least_a: float = LEAST_A
    safe_a: float | None = None
    watched: bool = False
    car: str | None = None
    mode: str = "auto"
    priority: int = 0
    crowded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerReading:
    """What a charger says at one instant. None: it does not say.

    Attributes:
        read_s: when the question that this answers was sent, by the asker's monotonic clock.
        offered_a: what it signals to the car, per phase.
        set_a: what it is set to offer, also while it pauses or has no car.
        phases_a: what the car draws on the charger's own L1, L2, L3.
        power_w: what the car draws; plugin_wh: since it was plugged in; total_wh: in all, which only grows.
        permitted: whether the car may charge now; paused: whether it was told to pause.
        phases: on how many it charges, or would; None while it switches.
        least_a, most_a: what it takes as an order now; limit_wh: stops by itself after so much since the plug-in.
        plugins: the box's own count of plug-ins, which outlives our starts, so that one nobody saw is noticed.
        fault: what is wrong, in words; warning: what is only odd.
        watched: whether it falls to its safe current by itself when nobody talks to it; None: as its make does.

    """

    plug: Plug
    read_s: float
    offered_a: float | None = None
    phases_a: tuple[float, float, float] | None = None
    power_w: float | None = None
    plugin_wh: float | None = None
    total_wh: float | None = None
    permitted: bool | None = None
    paused: bool | None = None
    phases: int | None = None
    least_a: float = LEAST_A
    most_a: float | None = None
    limit_wh: float | None = None
    plugins: int | None = None
    fault: str = ""
    warning: str = ""
    serial: str = ""
    set_a: float | None = None
    watched: bool | None = None

    @property
    def lets_a(self) -> float:
        """What it lets its car draw, as it is set: 0 while it pauses."""
        return 0.0 if self.paused else self.set_a or self.offered_a or 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a charger shall do from now on. `go` False pauses; phases None leaves them as they are.

    current_a: in the charger's step, within what it takes, also while it pauses: a car that is plugged in at the worst
    minute begins with it.
    """

    current_a: float
    go: bool
    phases: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What a charger said to an order: the values that hold now, which may differ from those it was told."""

    current_a: float | None = None
    go: bool | None = None
    phases: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a charger was set to when we first came, which its owner gets back. None: it did not say.

    phases: 0 leaves them to the charger; serial: of the unit, "" when it tells none.
    """

    current_a: float | None = None
    go: bool | None = None
    phases: int | None = None
    serial: str = ""

    def is_of_another(self, other: "Found") -> bool:
        """Whether they are of two units for sure."""
        return bool(self.serial and other.serial) and self.serial != other.serial


def given_back_a(rules: ChargerRules, owner_a: float | None) -> float | None:
    """The amperes that its owner gets back when we leave: what he had, as far as its line carries that."""
    return None if owner_a is None else min(owner_a, rules.current_a)


def power_w(current_a: float, phases: int, phase_v: float = PHASE_V) -> float:
    """What a car draws at most that is offered so many amperes a phase."""
    return current_a * phases * phase_v


def in_steps(current_a: float, step_a: float) -> float:
    """Amperes rounded down to the charger's step; what lies a hair below one by binary fractions is on it."""
    return round(int(current_a / step_a + 1e-6) * step_a, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A charger was read."""

    charger: str
    reading: ChargerReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """A charger took an order, which was sent at `sent_s` of the asker's monotonic clock."""

    charger: str
    order: Order
    accepted: Accepted
    sent_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Balked:
    """A charger refused an order, or nobody knows whether it took it (`answered` False); why: in a sentence."""

    charger: str
    order: Order
    why: str
    sent_s: float
    answered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A charger did not answer a question; since_s: since when it has not, by the asker's monotonic clock."""

    charger: str
    why: str
    since_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Meddled:
    """A charger that was as it had been told is not any more: its owner, or a mode of its own, set it otherwise.

    what: in a sentence. left: for the second time in one plug-in, so until that ends it is only told to draw less.
    """

    charger: str
    what: str
    left: bool = False


ChargerEvent = Told | Took | Balked | Missed | Meddled
