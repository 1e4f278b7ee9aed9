"""What dm says of the days ahead: the outlook of house and sun, and the plan for cars and battery with its reasons.

Powers in W, energy in Wh, + is drawn from the grid or goes into a device; times are UTC.
"""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import AwareDatetime

from lib.core.outlook import Foreseen, Off


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBlock:
    """A stretch in which one device does one thing, and why it stands there.

    Attributes:
        device: a car, or "battery"; + goes into it.
        until: by when what it is for must be there; trip: its title.
        eur_kwh: what a kWh costs meanwhile, in the mean; None while that is not known.
        why: a sentence.

    """

    device: str
    start: AwareDatetime
    end: AwareDatetime
    power_w: float
    trip: str = ""
    until: AwareDatetime | None = None
    eur_kwh: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSpan:
    """A quarter ahead, or later an hour.

    Attributes:
        known: whether its price is published; supposed otherwise.
        cars_w: by car; battery_w: None without one. soc_pct: of the battery, at the end.
        grid_w: what the meter will show; counts_w: what it may count for the peak, with what is kept for safety;
            target_w: what a quarter in it may count at the most, None where peaks cost nothing.
        keep_wh: what the battery should hold at its end for what nobody foresees; None: nobody knows how much.

    """

    start: AwareDatetime
    end: AwareDatetime
    import_eur_kwh: float
    export_eur_kwh: float
    known: bool = True
    load_w: float = 0.0
    sun_w: float = 0.0
    cars_w: dict[str, float] = field(default_factory=dict)
    battery_w: float | None = None
    soc_pct: float | None = None
    grid_w: float = 0.0
    counts_w: float = 0.0
    target_w: float | None = None
    keep_wh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A want of a car as the plan serves it: what it was made for, so that ev sees whether it still holds.

    short_wh: what finds no place; 0 where it need not all be.
    """

    car: str
    trip: str
    until: AwareDatetime
    energy_wh: float
    given_wh: float
    short_wh: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a day cost, beside the same day without any of this: cars at once at full power, the battery left alone.

    Attributes:
        day: local, 2026-11-20.
        eur, naive_eur: energy, None while no quarter of it is known; peak_w, naive_peak_w: its highest quarter, and
            what that would have been. missing: the quarters that are over and count in none of these.
        planned_eur: what the plan in force at midnight said of this day; None: there was none.

    """

    day: str
    eur: float | None = None
    naive_eur: float | None = None
    missing: int = 0
    peak_w: float = 0.0
    naive_peak_w: float = 0.0
    planned_eur: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The plan in force, said when another takes its place, and once a quarter.

    Attributes:
        boot, seq: which start of dm says it, and its number there.
        made: when, by the meter's clock; for_s: it holds so long from its arrival, then each goes by its own rules.
        by: "solver" or "greedy"; trouble: why it is not the solver's, "" else. because: what made it be worked out.
        target_w: up to where it draws in this month; paid_w: what is paid already. peak_eur: what the difference costs.
        accepted: that is not paid yet, but what the owner accepted.
        eur: what energy costs over all its spans; rounding_eur: by how much all of it costs more than if chargers took
            any power, None: nobody worked that out.
        short: a sentence for each need that finds no place.
        solve_s: how long it took.
        titles: what cars are called on screens, by name.
        saved: today and the days before, newest first.

    """

    boot: str
    seq: int
    made: AwareDatetime
    for_s: float = 2100.0
    by: str = "greedy"
    trouble: str = ""
    because: str = ""
    spans: tuple[PlanSpan, ...] = ()
    blocks: tuple[PlanBlock, ...] = ()
    served: tuple[Served, ...] = ()
    target_w: float | None = None
    paid_w: float | None = None
    accepted: bool = False
    peak_eur: float | None = None
    eur: float = 0.0
    rounding_eur: float | None = None
    short: tuple[str, ...] = ()
    solve_s: float = 0.0
    titles: dict[str, str] = field(default_factory=dict)
    saved: tuple[Saved, ...] = ()
    type: Literal["plan"] = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """House and sun ahead, said each quarter, as in lib.core.outlook.Outlook; trouble: what is wrong with it."""

    made: AwareDatetime
    quarters: tuple[Foreseen, ...] = ()
    sun_by: str = "history"
    sun_made: AwareDatetime | None = None
    days: int = 0
    off: tuple[Off, ...] = ()
    trouble: str = ""
    type: Literal["outlook"] = "outlook"
