"""Power over time, finer than the books: the mean of each minute, and each second of a month's highest quarter.

In: one reading after another. Out: minutes that are over, and quarters that became a month's peak. It knows no disk.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from lib.core.house import House
from lib.core.peaks import MonthPeak, Peaks, month_of
from lib.core.quarter import QUARTER, QUARTER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """Net power of one minute of the meter's time, in whole W; quarter_w: what its quarter then counted."""

    start: datetime
    mean_w: int
    least_w: int
    most_w: int
    quarter_w: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The highest quarter of a month: net power in whole W of each of its 900 seconds, None where nothing came."""

    month: date
    start: datetime
    peak_w: float
    watts: tuple[int | None, ...]


class MinuteTrace:
    """The running minute."""

    def __init__(self) -> None:
        """Nothing was heard yet."""
        self._start: datetime | None = None
        self._watts: list[float] = []
        self._quarter_w: float | None = None

    def take(self, at: datetime, grid_w: float, quarter_w: float | None) -> Minute | None:
        """Take one reading; the minute before, when that is over."""
        start = at.astimezone(UTC).replace(second=0, microsecond=0)
        over = None
        if start != self._start:
            over = self.running()
            self._start, self._watts = start, []
        self._watts.append(grid_w)
        self._quarter_w = quarter_w
        return over

    def running(self) -> Minute | None:
        """The minute as far as it went; None before the first reading."""
        if self._start is None or not self._watts:
            return None
        return Minute(
            start=self._start,
            mean_w=round(sum(self._watts) / len(self._watts)),
            least_w=round(min(self._watts)),
            most_w=round(max(self._watts)),
            quarter_w=None if self._quarter_w is None else round(self._quarter_w),
        )


class QuarterTrace:
    """The running quarter, second by second, and the one before it until the meter has told whether it was a peak."""

    def __init__(self) -> None:
        """Nothing was heard yet."""
        self._start: datetime | None = None
        self._watts: list[int | None] = []
        self._ended: tuple[datetime, tuple[int | None, ...]] | None = None

    def take(self, before: House, house: House) -> Trace | None:
        """Take one state, with the one before it; the quarter that ended, when by this it is its month's peak."""
        if house.quarter is None or house.at is None or house.reading is None:
            return None
        start = house.quarter.start
        if start != self._start:
            self._ended = (self._start, tuple(self._watts)) if self._start is not None and self._watts else None
            self._start, self._watts = start, [None] * int(QUARTER_S)
        if house.reading.grid_w is not None:
            self._watts[int((house.at - start).total_seconds())] = round(house.reading.grid_w)
        return self._new_peak(before.peaks, house.peaks)

    def _new_peak(self, before: Peaks | None, now: Peaks | None) -> Trace | None:
        if self._ended is None or before is None or now is None or before is now:
            return None
        start, watts = self._ended
        month = month_of(start + QUARTER)
        peak = _peak(now, month)
        if peak is None or peak == _peak(before, month) or peak.at not in {None, start + QUARTER}:
            return None
        self._ended = None
        return Trace(month=month, start=start, peak_w=peak.peak_w, watts=watts)


def _peak(peaks: Peaks, month: date) -> MonthPeak | None:
    """The peak of a month, the running one or one that is over."""
    return next((one for one in peaks.every if one.month == month), None)
