"""The month peaks: right month names, no placeholder, the mean that the bill counts."""

from datetime import date

import pytest

from lib.core import peaks
from lib.core.peaks import MonthPeak, Peaks
from lib.core.reading import Reading
from lib.core.stamp import Stamp
from lib.core.values import History, HistoryRow, Peak
from tests.conftest import a_reading, local, stamp

NOWHERE = Stamp("632525252525W", None)


def history(*rows: tuple[str, str, float]) -> History:
    """Rows of (capture time, peak stamp, W), by local time."""
    return History(
        tuple(HistoryRow(stamp(local(capture)), stamp(local(peak)), peak_w) for capture, peak, peak_w in rows),
        len(rows),
    )


def peaks_of(reading: Reading, *, before: Peaks | None = None, closed: MonthPeak | None = None) -> Peaks:
    """The peaks at the reading's own time."""
    assert reading.at is not None
    return peaks.after(before, reading, reading.at, closed)


def test_the_row_captured_in_august_is_julys() -> None:
    """The capture time is 00:00 on the first of the following month."""
    reading = a_reading(
        local("2024-08-09 19:06"),
        history=history(
            ("2024-07-01 00:00", "2024-06-30 10:00", 5361.0), ("2024-08-01 00:00", "2024-07-30 19:15", 9495.0)
        ),
    )
    assert [(date(2024, 7, 1), 9495.0), (date(2024, 6, 1), 5361.0)] == [
        (one.month, one.peak_w) for one in peaks_of(reading).past
    ]


def test_a_placeholder_of_a_new_meter_is_no_month() -> None:
    """0 kW without a stamp, or stamped at the first instant of the month, was never measured."""
    rows = (
        HistoryRow(stamp(local("2024-05-01 00:00")), stamp(local("2024-04-01 00:00")), 0.0),
        HistoryRow(stamp(local("2024-06-01 00:00")), NOWHERE, 0.0),
        HistoryRow(stamp(local("2024-07-01 00:00")), stamp(local("2024-06-12 10:00")), 3000.0),
    )
    reading = a_reading(local("2024-08-09 19:06"), history=History(rows, 3))
    assert [date(2024, 6, 1)] == [one.month for one in peaks_of(reading).past]


def test_the_peaks_stand_by_their_months() -> None:
    """The running month counts as it stands; a month that nobody knows is not there."""
    past = (MonthPeak(date(2024, 3, 1), 4000.0), MonthPeak(date(2024, 1, 1), 3000.0))
    running = MonthPeak(date(2024, 4, 1), 1800.0)
    known = Peaks(month=date(2024, 4, 1), running=running, past=past).by_month
    assert known == {date(2024, 4, 1): 1800.0, date(2024, 3, 1): 4000.0, date(2024, 1, 1): 3000.0}
    assert Peaks(month=date(2024, 4, 1)).by_month == {}


def test_what_was_kept_stands_until_the_meter_tells() -> None:
    """After a restart the months are known at once; the running one is not among those that are over."""
    months = (MonthPeak(date(2024, 4, 1), 2100.0), MonthPeak(date(2024, 3, 1), 4000.0))
    kept = peaks.opened(date(2024, 4, 1), months)
    assert kept.running == months[0]
    assert kept.by_month == {date(2024, 4, 1): 2100.0, date(2024, 3, 1): 4000.0}


def test_the_quarter_that_ends_at_midnight_belongs_to_the_old_month() -> None:
    """A peak stamped 1 August 00:00 is July's; on 1 August it is not the running month's."""
    reading = a_reading(local("2024-08-01 00:00"), month_peak=Peak(stamp(local("2024-08-01 00:00")), 9000.0))
    assert peaks_of(reading).running is None


def test_without_the_meters_peak_the_highest_quarter_counts() -> None:
    """A meter before 2022 prints no month peak: the quarters that were watched give one."""
    reading = a_reading(local("2024-08-09 19:06"))
    first = peaks_of(reading, closed=MonthPeak(date(2024, 8, 1), 3100.0))
    lower = peaks_of(reading, before=first, closed=MonthPeak(date(2024, 8, 1), 2100.0))
    higher = peaks_of(reading, before=lower, closed=MonthPeak(date(2024, 8, 1), 4100.0))
    assert [one.running.peak_w for one in (first, lower, higher) if one.running] == [3100.0, 3100.0, 4100.0]


def test_the_last_quarter_of_a_month_may_be_its_peak() -> None:
    """It is over when the new month began; the old month has it, with and without a meter that printed its peak."""
    midnight = local("2024-08-01 00:00")
    last = MonthPeak(date(2024, 7, 1), 7000.0, midnight)
    for printed in (None, Peak(stamp(local("2024-07-30 19:15")), 4000.0)):
        july = peaks_of(a_reading(local("2024-07-31 23:59"), month_peak=printed))
        august = peaks_of(a_reading(midnight, month_peak=printed), before=july, closed=last)
        assert (None, (last,)) == (august.running, august.past)


def test_a_clock_set_back_over_the_end_of_a_month_finds_its_peak_again() -> None:
    """July is the running month again, not a second one; and its peak outlives a lower quarter."""
    july = Peaks(month=date(2024, 7, 1), running=MonthPeak(date(2024, 7, 1), 7000.0))
    august = peaks_of(a_reading(local("2024-08-01 00:00")), before=july)
    again = peaks_of(a_reading(local("2024-07-31 23:59")), before=august)
    last = MonthPeak(date(2024, 7, 1), 3000.0)
    later = peaks_of(a_reading(local("2024-08-01 00:00")), before=again, closed=last)
    assert again == july
    assert later == august


def test_a_new_month_keeps_the_old_one_until_the_history_shows_it() -> None:
    """After month end 1.6.0 is reset at once and the history gains its row a little later: no month is lost."""
    july = peaks_of(a_reading(local("2024-07-31 23:59"), month_peak=Peak(stamp(local("2024-07-30 19:15")), 9495.0)))
    reset = a_reading(local("2024-08-01 00:00"), month_peak=Peak(stamp(local("2024-08-01 00:00")), 0.0))
    august = peaks_of(reset, before=july)
    later = peaks_of(
        a_reading(local("2024-08-01 00:20"), history=history(("2024-08-01 00:00", "2024-07-30 19:15", 9495.0))),
        before=august,
    )
    assert [one.peak_w for one in august.past] == [9495.0]
    assert [one.peak_w for one in later.past] == [9495.0]


def test_a_meter_that_is_replaced_in_the_midst_of_a_month_undoes_no_peak() -> None:
    """The month counts the highest quarter of the connection; the new meter knows only its own."""
    paid = MonthPeak(date(2026, 11, 1), 5200.0, local("2026-11-10 18:15"))
    old = peaks_of(a_reading(local("2026-11-20 12:00"), month_peak=Peak(stamp(local("2026-11-10 18:15")), paid.peak_w)))
    assert paid == old.running
    low = a_reading(local("2026-11-20 13:00"), month_peak=Peak(stamp(local("2026-11-20 12:45")), 300.0))
    new = peaks_of(low, before=old)
    assert paid == new.running
    higher = MonthPeak(date(2026, 11, 1), 5300.0, local("2026-11-28 18:15"))
    raised = a_reading(local("2026-11-28 18:16"), month_peak=Peak(stamp(local("2026-11-28 18:15")), higher.peak_w))
    assert higher == peaks_of(raised, before=new).running
    shown = history(("2026-12-01 00:00", "2026-11-25 10:00", 2100.0))
    turned = peaks_of(a_reading(local("2026-12-01 00:05"), history=shown), before=new)
    assert (paid,) == turned.past


@pytest.mark.parametrize("placeholder", [NOWHERE, stamp(local("2026-11-01 00:00"))], ids=["unstamped", "month start"])
def test_a_replaced_meter_that_has_no_peak_yet_undoes_none(placeholder: Stamp) -> None:
    """Its first telegrams show 0 kW, without a stamp or with the month's start; a month that turns begins anew."""
    paid = MonthPeak(date(2026, 11, 1), 5200.0, local("2026-11-10 18:15"))
    known = peaks.opened(paid.month, [paid])
    nothing = Peak(placeholder, 0.0)
    swapped = peaks_of(a_reading(local("2026-11-20 12:50"), month_peak=nothing), before=known)
    assert paid == swapped.running
    low = a_reading(local("2026-11-20 13:00"), month_peak=Peak(stamp(local("2026-11-20 13:00")), 300.0))
    assert paid == peaks_of(low, before=swapped).running
    turned = peaks_of(a_reading(local("2026-12-01 00:00"), month_peak=nothing), before=swapped)
    assert (0.0, (paid,)) == (turned.running.peak_w if turned.running else 0.0, turned.past)


def test_a_peak_that_was_misread_gives_way_to_the_meters_word() -> None:
    """It is of the same quarter."""
    at = local("2026-11-10 18:15")
    wrong = peaks_of(a_reading(local("2026-11-20 12:00"), month_peak=Peak(stamp(at), 9200.0)))
    right = peaks_of(a_reading(local("2026-11-20 12:01"), month_peak=Peak(stamp(at), 2200.0)), before=wrong)
    assert MonthPeak(date(2026, 11, 1), 2200.0, at) == right.running
