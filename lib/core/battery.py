"""A home battery as the house sees it, whatever its make: what it is, says and is told. Knows no make and no wire.

Powers in W on its AC side, + goes into the battery; seconds are of the asker's monotonic clock.
"""

from dataclasses import dataclass

ONE_PHASE_W, THREE_PHASE_W, SOCKET_W = 5_000.0, 10_000.0, 800.0  # the most that Belgium allows, Synergrid C10/11


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryRules:
    """What the owner set for one battery.

    Attributes:
        capacity_wh: that can be used, from empty to full.
        charge_w, discharge_w: the most that may flow, never more than the law allows its kind.
        phases: 1 or 3; wired: the meter's phases that it hangs on, as of a charger.
        least_pct, most_pct: its state of charge is kept between the two.
        efficiency: of a round trip, AC to AC.
        wear_eur_kwh: what a discharged kWh costs in wear.
        sells: whether it may be emptied into the grid where that earns more than it is worth later.

    """

    name: str
    capacity_wh: float
    charge_w: float = ONE_PHASE_W
    discharge_w: float = ONE_PHASE_W
    phases: int = 1
    wired: str = "1"
    least_pct: float = 10.0
    most_pct: float = 100.0
    efficiency: float = 0.9
    wear_eur_kwh: float = 0.05
    sells: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryReading:
    """What a battery says at one instant. None: it does not say.

    Attributes:
        read_s: when the question that this answers was sent.
        power_w: what flows, by the battery's own measurement.
        charge_w, discharge_w: what it takes and gives at most just now, as it says: less when cold, full or empty.
        set_w: the power that it is set to, read back; ours: False when it is not, or no longer, under our control.
        charged_wh, discharged_wh: in all, which only grow.
        fault: what is wrong, in words; warning: what is only odd.

    """

    read_s: float
    soc_pct: float | None = None
    power_w: float | None = None
    charge_w: float | None = None
    discharge_w: float | None = None
    set_w: float | None = None
    ours: bool | None = None
    charged_wh: float | None = None
    discharged_wh: float | None = None
    fault: str = ""
    warning: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setpoint:
    """What a battery shall do from now on; it is told again before its watchdog would end it.

    Attributes:
        power_w: of this battery. grid_w: what flows through the meter then; some makes are told this instead, and keep
            it by themselves until they are told anew.

    """

    power_w: float
    grid_w: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryTold:
    """A battery was read."""

    battery: str
    reading: BatteryReading


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryTook:
    """A battery took a setpoint, sent at `sent_s`; power_w: as it was clamped. None: it was handed back to itself.

    grid_w: what it keeps the meter at since then, of a make that is told this; its power is what that takes.
    """

    battery: str
    setpoint: Setpoint | None
    power_w: float | None
    sent_s: float
    grid_w: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryBalked:
    """A battery refused a setpoint, or nobody knows whether it took it (`answered` False); why: in a sentence."""

    battery: str
    setpoint: Setpoint | None
    why: str
    sent_s: float
    answered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryMissed:
    """A battery did not answer; since_s: since when it has not. count: how often in a row."""

    battery: str
    why: str
    since_s: float
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryMeddled:
    """Somebody else steers it: what is read back is not what it was told. what: in a sentence."""

    battery: str
    what: str


BatteryEvent = BatteryTold | BatteryTook | BatteryBalked | BatteryMissed | BatteryMeddled


def allowed_w(power_w: float | None, *, phases: int, socket: bool = False) -> float:
    """The most that a battery may take or give; power_w: what its owner set, None: what the law allows."""
    most_w = SOCKET_W if socket else ONE_PHASE_W if phases == 1 else THREE_PHASE_W
    return most_w if power_w is None else min(power_w, most_w)
