"""The month peaks: the running month's, and those before it from the meter's own history. Knows no price.

Source: Flemish capacity tariff. A quarter belongs to the month in which it starts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lib.core.reading import Reading
from lib.core.stamp import BRUSSELS
from lib.core.states import replace
from lib.core.values import History, HistoryRow


@dataclass(frozen=True, slots=True)
class MonthPeak:
    """The peak of one month: its first day, the average in W and the end of that quarter (None when not stamped)."""

    month: date
    peak_w: float
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Peaks:
    """The running month, None before its first peak, and those before, newest first; `history` is joined into them."""

    month: date
    running: MonthPeak | None = None
    past: tuple[MonthPeak, ...] = ()
    history: History | None = None

    @property
    def every(self) -> tuple[MonthPeak, ...]:
        """All that are known, newest first."""
        return (*((self.running,) if self.running else ()), *self.past)

    @property
    def by_month(self) -> dict[date, float]:
        """The peaks in W by the first day of their month; the running one counts as it stands."""
        return {one.month: one.peak_w for one in self.every}


def opened(month: date, kept: Iterable[MonthPeak]) -> Peaks:
    """The peaks as they were kept while `month` was running; what the meter prints wins."""
    known = _newest(kept)
    running = next((one for one in known if one.month == month), None)
    return Peaks(month=month, running=running, past=_newest(known, before=month))


def month_of(end: datetime) -> date:
    """The first day of the local month of a quarter that ends at `end`."""
    return (end - timedelta(minutes=1)).astimezone(BRUSSELS).date().replace(day=1)


def after(peaks: Peaks | None, reading: Reading, at: datetime, closed: MonthPeak | None) -> Peaks:
    """The peaks as a telegram leaves them.

    at: the meter's time; closed: the quarter that just ended, which counts where the meter itself prints no peak, and
    at the turn of a month, when it prints none any more.
    """
    month = at.astimezone(BRUSSELS).date().replace(day=1)
    if peaks is None:
        peaks = Peaks(month=month)
    if closed and closed.month == peaks.month and (not peaks.running or closed.peak_w > peaks.running.peak_w):
        peaks = replace(peaks, running=closed)
    if peaks.month != month:
        peaks = _turned(peaks, month)
    if printed := _printed(reading, month):
        peaks = replace(peaks, running=_counting(printed, peaks.running))
    if reading.history is None or reading.history is peaks.history:  # the parser gives the same one each second
        return peaks
    known = {one.month: one for one in peaks.past}
    shown = (MonthPeak(month_of(end), row.peak_w, row.stamp.known) for row, end in _dated(reading))
    rows = [_counting(row, known.get(row.month)) for row in shown]
    return replace(peaks, past=_newest((*rows, *peaks.past), before=month), history=reading.history)


def _turned(peaks: Peaks, month: date) -> Peaks:
    """The peaks in another month, which is one that was already there when the clock is set back."""
    known = _newest(peaks.every)
    running = next((one for one in known if one.month == month), None)
    return Peaks(month=month, running=running, past=_newest(known, before=month))


def _printed(reading: Reading, month: date) -> MonthPeak | None:
    """The meter's peak of the running month; None without one, and while it still shows the month before."""
    peak = reading.month_peak
    if peak is None or (peak.stamp.known is not None and month_of(peak.stamp.known) != month):
        return None
    return MonthPeak(month, peak.peak_w, peak.stamp.known)


def _counting(printed: MonthPeak, known: MonthPeak | None) -> MonthPeak:
    """What a month counts: what the meter prints, unless that is another meter's, which came in the midst of it.

    One meter alone never prints a lower peak that is of a later quarter, nor 0 kW without a stamp beside a known one.
    """
    if printed.at is None and not printed.peak_w:
        return known or printed
    if known is None or printed.at is None or known.at is None:
        return printed
    return known if printed.peak_w < known.peak_w and printed.at > known.at else printed


def _dated(reading: Reading) -> list[tuple[HistoryRow, datetime]]:
    """The history's rows with their month's end, without the placeholders of months before the meter hung here."""
    assert reading.history is not None
    return [
        (row, row.capture.known)
        for row in reading.history.rows
        if row.capture.known is not None and (row.peak_w > 0 or _in_month(row.stamp.known, row.capture.known))
    ]


def _in_month(stamp: datetime | None, end: datetime) -> bool:
    """Whether a peak of zero is a real one: a placeholder has no stamp, or the first instant of its month."""
    return stamp is not None and month_of(stamp) == month_of(end) and stamp.astimezone(BRUSSELS).day > 1


def _newest(months: Iterable[MonthPeak], *, before: date | None = None) -> tuple[MonthPeak, ...]:
    """One peak per month, newest first, thirteen at most; of two the first given counts."""
    by_month: dict[date, MonthPeak] = {}
    for one in months:
        if before is None or one.month < before:
            by_month.setdefault(one.month, one)
    return tuple(sorted(by_month.values(), key=lambda one: one.month, reverse=True))[:13]
