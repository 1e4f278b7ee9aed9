"""The running quarter-hour: drawn so far, how it will end, what is left under the target. Knows no price and no month.

Source: Flemish capacity tariff, the average of the power taken over a clock quarter; injection does not undo it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp

from lib.core.states import replace

QUARTER = timedelta(minutes=15)
QUARTER_S = 900.0
CALM_S = 20.0  # the base load is smoothed over so many seconds: kettles count at once, flicker does not
WATCHED_GAP = timedelta(seconds=20)  # a start is known when telegrams stand this close around it: slow meters need 10 s
CURVE_STEP_S = 15
MISMATCH_W = 75.0  # 12 kW switched at a start that two telegrams 20 s apart enclose are 67 W, cut watt-hours 9 W


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Quarter:
    """The quarter from `start` as it stands at `at`. Powers in W; None is unknown, never 0.

    Attributes:
        counted_wh: what the registers of energy taken gained since `start`; None when nobody watched the start.
        counted_at: when the registers were last there.
        average_w: what the quarter would count if nothing more were drawn: energy so far ÷ 15 min.
        base_w: the house's net power without what is commanded, smoothed.
        commanded_w: cars and battery by their last orders.
        curve: (seconds since the start, average_w), some 60 points in a quarter.

    """

    start: datetime
    at: datetime
    grid_w: float | None = None
    counted_wh: float | None = None
    counted_at: datetime | None = None
    average_w: float | None = None
    base_w: float | None = None
    commanded_w: float = 0.0
    mismatch_w: float | None = None
    curve: tuple[tuple[int, float], ...] = ()

    @property
    def end(self) -> datetime:
        """When it ends."""
        return self.start + QUARTER

    @property
    def left_s(self) -> float:
        """Seconds until it ends."""
        return (self.end - self.at).total_seconds()

    @property
    def used_wh(self) -> float | None:
        """Energy drawn so far."""
        return None if self.average_w is None else self.average_w / 4

    @property
    def forecast_w(self) -> float | None:
        """The average at its end if the house goes on as it does."""
        if self.average_w is None or self.base_w is None:
            return None
        return forecast_w(self.average_w, self.base_w + self.commanded_w, self.left_s)

    def allowed_w(self, target_w: float) -> float | None:
        """The power, in W, that may be drawn from now on to end at `target_w`; 0 when that is passed."""
        if self.average_w is None or self.left_s <= 0:
            return None
        return max(0.0, (target_w - self.average_w) * QUARTER_S / self.left_s)


def forecast_w(average_w: float, power_w: float, left_s: float) -> float:
    """How a quarter ends, in W: what it already counts, and `power_w` for the seconds left.

    average_w: energy so far ÷ 15 min (`1-0:1.4.0`); power_w: net, feeding in adds nothing; left_s: 0 to 900.
    """
    return average_w + max(0.0, power_w) * left_s / QUARTER_S


def start_of(at: datetime) -> datetime:
    """The start of the clock quarter that holds `at`. Quarters of UTC and of local time are the same."""
    at = at if at.tzinfo is UTC else at.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def after(
    quarter: Quarter | None,
    *,
    at: datetime,
    grid_w: float | None,
    gained_wh: int | None,
    demand_w: float | None,
    commanded_w: float = 0.0,
) -> Quarter:
    """The quarter as a telegram leaves it.

    gained_wh: what the registers of energy taken gained since they were last there, None where they are not there now;
    demand_w: the meter's own `1-0:1.4.0`, which wins over the registers. A clock set back within the quarter
    is followed; set back before it, the quarter it shows begins unwatched.
    """
    start = start_of(at)
    if quarter is None or quarter.start != start:
        now = Quarter(start=start, at=at, counted_wh=_gained_since(start, quarter, at, gained_wh))
    elif quarter.counted_wh is None:
        now = replace(quarter, at=at)
    else:
        now = replace(quarter, at=at, counted_wh=quarter.counted_wh + (gained_wh or 0))
    counted_w = None if gained_wh is None or now.counted_wh is None else now.counted_wh * 4
    average_w = counted_w if demand_w is None else demand_w
    base_w = None
    if grid_w is not None:
        base_w = _smoothed(quarter, grid_w - commanded_w, at)
    return replace(
        now,
        grid_w=grid_w,
        counted_at=now.counted_at if gained_wh is None else at,
        average_w=average_w,
        base_w=base_w,
        commanded_w=commanded_w,
        mismatch_w=None if demand_w is None or counted_w is None else counted_w - demand_w,
        curve=_curve(now, average_w),
    )


def controlled(quarter: Quarter, found_w: float) -> Quarter:
    """The quarter once somebody tells that `found_w` of what counted as the house's own is a car's."""
    if quarter.base_w is None or not found_w:
        return quarter
    return replace(quarter, base_w=quarter.base_w - found_w, commanded_w=quarter.commanded_w + found_w)


def _gained_since(start: datetime, before: Quarter | None, at: datetime, gained_wh: int | None) -> float | None:
    """The part of `gained_wh` behind `start`, by time; None when the registers were not there close around it."""
    if before is None or before.counted_at is None or gained_wh is None:
        return None
    gap = at - before.counted_at
    if before.counted_at > start or not timedelta(0) < gap <= WATCHED_GAP:
        return None
    return gained_wh * ((at - start) / gap)


def _smoothed(before: Quarter | None, base_w: float, at: datetime) -> float:
    if before is None or before.base_w is None:
        return base_w
    passed_s = (at - before.at).total_seconds()
    if not 0 <= passed_s <= WATCHED_GAP.total_seconds():
        return base_w
    return base_w + (before.base_w - base_w) * exp(-passed_s / CALM_S)


def _curve(quarter: Quarter, average_w: float | None) -> tuple[tuple[int, float], ...]:
    """The curve with the newest average; of the points in one step the first stays."""
    if average_w is None:
        return quarter.curve
    second = int((quarter.at - quarter.start).total_seconds())
    kept = tuple(point for point in quarter.curve if point[0] <= second)
    if kept and kept[-1][0] // CURVE_STEP_S == second // CURVE_STEP_S:
        return kept
    return (*kept, (second, average_w))
