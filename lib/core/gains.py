"""What the battery brought: its energy, and the same hours priced again without it. Knows no device and no plan.

In: what flows, second by second, and what a kWh costs. Out: sums by day and by month.
"""

from dataclasses import dataclass
from datetime import date, datetime

from lib.core.cost import PriceSlot


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """The sums of a stretch that began with `since`; energies in Wh on the AC side, averages in W.

    Attributes:
        charged_wh, discharged_wh: by the battery. start_wh, end_wh: what was in it then and is now, by its state of
            charge; None: unknown.
        with_eur, without_eur: what the grid's energy costs, and what it would have cost without the battery.
        unpriced_wh: drawn or injected while no price was known.
        peak_w, without_w: the highest quarter, and the highest that it would have been without the battery.

    """

    since: date
    charged_wh: float = 0.0
    discharged_wh: float = 0.0
    start_wh: float | None = None
    end_wh: float | None = None
    with_eur: float = 0.0
    without_eur: float = 0.0
    unpriced_wh: float = 0.0
    peak_w: float | None = None
    without_w: float | None = None

    @property
    def saved_eur(self) -> float:
        """By storing and giving, wear not counted."""
        return self.without_eur - self.with_eur

    @property
    def losses_wh(self) -> float | None:
        """What went in and neither came out nor is in it."""
        if self.start_wh is None or self.end_wh is None:
            return None
        return self.charged_wh - self.discharged_wh - (self.end_wh - self.start_wh)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """The running day and month, and the quarter that runs: what flowed in it with and without the battery."""

    today: Gains
    month: Gains
    at: datetime | None = None
    grid_wh: float = 0.0
    without_wh: float = 0.0
    watched: bool = False


def opened(day: date) -> Booked:
    """Nothing yet."""
    return Booked(today=Gains(since=day), month=Gains(since=day.replace(day=1)))


def after(
    booked: Booked,
    at: datetime,
    *,
    grid_w: float,
    battery_w: float,
    stored_wh: float | None,
    slot: PriceSlot | None,
) -> Booked:
    """With what flowed since the last call, as it flowed then; stored_wh: in the battery now."""
    raise NotImplementedError
