"""What bs says: batteries, what flows, the help it gives, what is planned, and what it asks of dm. Each stands alone.

Powers in W, energy in Wh, + goes into a battery; times are UTC, by the meter's clock as far as bs knows it.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from lib.core.arbitrage import Store
from lib.core.battery_why import BatteryWhy
from lib.core.claims import Claim, Drawn
from lib.core.modes import StorageMode


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryNow:
    """One battery.

    Attributes:
        silent_s: for how long it has not answered; None while it does.
        charge_w, discharge_w: what it takes and gives at most just now.
        set_w: what it was told; None: it is left to its own mode. ours: whether it does what it is told.
        least_pct: never emptied further; None: not said.

    """

    name: str
    make: str
    capacity_wh: float
    soc_pct: float | None = None
    power_w: float | None = None
    charge_w: float = 0.0
    discharge_w: float = 0.0
    set_w: float | None = None
    ours: bool = False
    least_pct: float | None = None
    silent_s: float | None = None
    fault: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What flows now, None as far as it is unknown: grid_w = house_w + cars_w + battery_w - sun_w.

    measured: the sun is told by an inverter; else it is what is left over, as the meter shows it.
    """

    grid_w: float | None = None
    house_w: float | None = None
    cars_w: float | None = None
    battery_w: float | None = None
    sun_w: float | None = None
    measured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpGiven:
    """What the cars may draw on top of the grid's share, from the battery: a lease of `for_s` from its arrival.

    energy_wh: that it gives for this at most from now on; until: when it ends, whatever is left.
    """

    power_w: float
    energy_wh: float
    until: AwareDatetime
    why: str
    for_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreBlock:
    """A stretch of the plan: what the batteries take (+) or give, and how full they are at its end."""

    start: AwareDatetime
    end: AwareDatetime
    power_w: float
    soc_pct: float
    eur_kwh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GainsNow:
    """What the battery did in a day, or in the running month.

    Attributes:
        cycles: discharged energy over capacity; losses_wh: charged less discharged less what is still in it.
        arbitrage_eur: what the same energy would have cost more without it, wear not counted; wear_eur: that.
        peak_w, without_w: the highest quarter so far, and what it would have been without; peak_eur: what the
            difference costs over the next 12 bills; None where peaks have no price.
        unpriced_wh: what could not be priced.

    """

    since: date
    charged_wh: float = 0.0
    discharged_wh: float = 0.0
    cycles: float = 0.0
    losses_wh: float | None = None
    arbitrage_eur: float = 0.0
    wear_eur: float = 0.0
    peak_w: float | None = None
    without_w: float | None = None
    peak_eur: float | None = None
    unpriced_wh: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """What bs knows, said on change and every 5 s. All batteries act as one.

    Attributes:
        boot, seq: which start of bs says it, and its number there; an older one is dropped.
        at: the meter's time as bs knows it.
        soc_pct, energy_wh, capacity_wh, power_w: of all batteries together; None: unknown.
        target_w: what all of them shall do; None: they are left to their own mode.
        reserve_pct: kept for the peak now; reserve_set: the owner said so; reserve_learned: dm did, of what the last
            weeks needed; else it goes by the time of day. floor_pct: never emptied further.
        can_help_w: what it could give the cars just now; 0: it cannot, or does not answer.
        help: what it gives them; refused: why what was asked is not given, "" for nothing asked.
        granted_w: what dm lets it take from grid and sun; None without a lease.
        quarter_w: the target of the running quarter, by dm's last word.
        capacity_tariff: False where peaks cost nothing; then no face speaks of a peak.
        hold_sun_w: to what it wants the sun held back; None: not at all.
        store: all of them as one, for dm's plan, None while they are not known well enough or not steered; phases: the
            meter's that they are on.
        claims, drawn, help_w: for dm's ledger.
        because: why it does what it does, and why: the sentence of that.
        notices: what else the owner should know, by kind.

    """

    boot: str
    seq: int
    said: AwareDatetime
    at: AwareDatetime
    mode: StorageMode
    because: BatteryWhy
    why: str
    batteries: tuple[BatteryNow, ...] = ()
    soc_pct: float | None = None
    energy_wh: float | None = None
    capacity_wh: float = 0.0
    power_w: float | None = None
    target_w: float | None = None
    reserve_pct: float = 0.0
    reserve_set: bool = False
    reserve_learned: bool = False
    floor_pct: float = 0.0
    can_help_w: float = 0.0
    help: HelpGiven | None = None
    refused: str = ""
    granted_w: float | None = None
    quarter_w: float | None = None
    capacity_tariff: bool = True
    hold_sun_w: float | None = None
    flow: Flow = field(default_factory=Flow)
    plan: tuple[StoreBlock, ...] = ()
    today: GainsNow | None = None
    month: GainsNow | None = None
    store: Store | None = None
    phases: tuple[int, ...] = (1, 2, 3)
    claims: tuple[Claim, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    help_w: float = 0.0
    notices: dict[str, str] = field(default_factory=dict)
    demo: bool = False
    type: Literal["storage"] = "storage"

    @property
    def reserve_by(self) -> str:
        """Who says how much is kept for the peak."""
        if self.reserve_set:
            return "as you set it"
        return "as the last weeks needed" if self.reserve_learned else "by the time of day"
