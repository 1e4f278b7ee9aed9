"""The books: nothing booked twice, nothing invented, and nothing lost that the counters still hold."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lib.core import books
from lib.core.books import Books, DayPeak
from lib.core.counters import Counters, drawn_wh
from tests.conftest import NOON, SECOND, local


def count(
    at: datetime,
    day_wh: int = 1000,
    night_wh: int = 2000,
    *,
    serial: str = "1TST0000000001",
    gas_l: Mapping[str, int] | None = None,
) -> Counters:
    """The counters at an instant; nothing is injected."""
    return Counters(
        at=at,
        serial=serial,
        import_wh={"1": day_wh, "2": night_wh},
        export_wh={"1": 0, "2": 0},
        gas_l=gas_l or {},
        water_l={},
    )


def booked(*counts: Counters) -> Books:
    """The books after these counts."""
    found = None
    for one in counts:
        found = books.after(found, one)
    assert found is not None
    return found


def test_the_first_count_is_a_start_and_not_consumption() -> None:
    """A meter at 1 000 kWh used nothing today; what it uses from now on is counted."""
    usage = booked(count(NOON), count(NOON + SECOND, 1007))
    assert usage.days[0].amounts.import_wh == {"1": 7, "2": 0}
    assert usage.days[0].since == NOON
    assert not usage.days[0].complete


def test_a_register_that_runs_over_is_booked_by_what_it_gained() -> None:
    """999 999.999 kWh is followed by 0.000: 2 Wh are 2 Wh, in each period."""
    usage = booked(count(NOON, 999_999_999), count(NOON + SECOND, 1))
    for period in (usage.days[0], usage.week, usage.month, usage.year):
        assert period.amounts.import_wh["1"] == 2


def test_a_replaced_meter_is_a_new_start() -> None:
    """From 5 000 to 12 kWh under another serial, or under the same: nothing is booked, then counting goes on."""
    for serial in ("1TST0000000001", "1TST0000000002"):
        usage = booked(
            count(NOON, 5_000_000),
            count(NOON + SECOND, 12_000, 0, serial=serial),
            count(NOON + 2 * SECOND, 12_003, 0, serial=serial),
        )
        assert usage.days[0].amounts.import_wh == {"1": 3, "2": 0}


def test_the_first_gas_reading_is_a_start() -> None:
    """A gas meter that appears, and one that is replaced, start; only what they gain is used."""
    usage = booked(
        count(NOON),
        count(NOON + SECOND, gas_l={"7A": 38_855}),
        count(NOON + 2 * SECOND, gas_l={"7A": 38_860}),
        count(NOON + 3 * SECOND, gas_l={"7B": 100}),
        count(NOON + 4 * SECOND, gas_l={"7B": 101}),
    )
    assert usage.days[0].amounts.gas_l == 6
    assert usage.days[0].amounts.water_l is None


def test_of_two_gas_meters_that_take_turns_no_litre_is_lost() -> None:
    """The one read last is shown; each has its own count, so what it gained while the other was shown is there."""
    turns = [count(NOON + at * SECOND, gas_l={"7A": 100 + at} if at % 2 else {"7B": 500 + at}) for at in range(6)]
    assert booked(*turns).days[0].amounts.gas_l == 8


def test_a_telegram_without_registers_loses_no_energy() -> None:
    """A line that is absent for a second, or the whole of them: the next telegram brings what they gained."""
    seen = [count(NOON + at * SECOND, 1000 + at, 2000 + at) for at in range(5)]
    bare = replace(seen[1], serial=None, import_wh={}, export_wh={})
    half = replace(seen[3], import_wh={"2": 2003})
    assert booked(seen[0], bare, seen[2], half, seen[4]).days[0].amounts.import_wh == {"1": 4, "2": 4}
    assert [None, 2] == [drawn_wh(seen[0], one) for one in (bare, seen[1])]


def test_midnight_opens_a_day_and_a_month() -> None:
    """At local midnight of the first of the month day and month start anew; week and year go on."""
    night = local("2026-11-30 23:59:59")
    usage = booked(
        count(night - SECOND), count(night, 1010), count(night + SECOND, 1015), count(night + 2 * SECOND, 1018)
    )
    assert [day.amounts.import_wh["1"] for day in usage.days] == [8, 10]
    assert tuple(period.amounts.import_wh["1"] for period in (usage.month, usage.week, usage.year)) == (8, 18, 18)
    assert usage.days[0].complete


def test_a_pause_of_a_month_is_no_days_energy() -> None:
    """Off from 10 July to 10 August: full dates are compared; the year has the energy, no day and no month has it."""
    usage = booked(
        count(local("2024-07-10 12:00"), 1000),
        count(local("2024-08-10 12:00"), 200_000),
        count(local("2024-08-10 12:01"), 200_001),
    )
    assert date(2024, 8, 10) == usage.days[0].start
    assert date(2024, 8, 1) == usage.month.start
    assert [period.amounts.import_wh["1"] for period in (usage.days[0], usage.month, usage.year)] == [1, 1, 199_001]
    assert not usage.days[0].complete
    assert usage.days[1].cut


def test_a_pause_within_the_day_is_the_days_energy() -> None:
    """Three hours without telegrams: the counters went on, and so do the books."""
    usage = booked(count(NOON), count(NOON + timedelta(hours=3), 4000))
    assert usage.days[0].amounts.import_wh["1"] == 3000


def test_a_clock_set_back_books_nothing_twice() -> None:
    """The energy is in the counters; the time of day only says where it goes, also back over midnight."""
    night = local("2026-11-20 00:00:02")
    usage = booked(
        count(night - 3 * SECOND), count(night, 1005), count(night - 4 * SECOND, 1006), count(night + SECOND, 1009)
    )
    assert sum(day.amounts.import_wh["1"] for day in usage.days) == 9


def test_days_that_a_wrong_clock_showed_never_were() -> None:
    """A clock that was weeks ahead is put right: today is today again, with all that was counted."""
    ahead = NOON + timedelta(days=40)
    usage = booked(count(NOON), count(NOON + SECOND, 1001), count(ahead, 1002), count(NOON + 2 * SECOND, 1003))
    assert [date(2026, 11, 20)] == [day.start for day in usage.days]
    assert usage.days[0].amounts.import_wh["1"] == 2
    assert date(2026, 11, 1) == usage.month.start
    assert date(2026, 11, 16) == usage.week.start


def test_the_day_keeps_its_highest_quarter() -> None:
    """Each day has one peak, with the quarter it was in."""
    day = date(2026, 11, 20)
    usage = booked(count(NOON))
    for peak_w in (3000.0, 7890.0, 5000.0):
        usage = books.after(usage, count(NOON), DayPeak(day=day, peak_w=peak_w, start=NOON))
    assert [peak.peak_w for peak in usage.peaks] == [7890.0]


@given(st.lists(st.tuples(st.integers(1, 20_000), st.integers(0, 5000)), min_size=2, max_size=60), st.data())
def test_two_halves_are_the_whole(steps: list[tuple[int, int]], chosen: st.DataObject) -> None:
    """However often one looks, the year's energy is what the counters gained."""
    counts = []
    at, wh = local("2026-03-28 12:00"), 1_000_000
    for seconds, gained_wh in steps:
        at, wh = at + seconds * SECOND, wh + gained_wh
        counts.append(count(at, wh))
    seen = [
        counts[0],
        *chosen.draw(
            st.lists(st.sampled_from(counts), unique_by=id).map(lambda some: sorted(some, key=lambda one: one.at))
        ),
        counts[-1],
    ]
    assert booked(*counts).year.amounts.import_wh == booked(*seen).year.amounts.import_wh


@given(st.lists(st.tuples(st.integers(1, 600), st.integers(0, 500), st.sets(st.sampled_from("12"))), max_size=40))
def test_lines_that_come_and_go_lose_no_energy(steps: list[tuple[int, int, set[str]]]) -> None:
    """Whichever registers a telegram leaves out, once all are there again the books hold what they gained."""
    at, wh = local("2026-03-28 12:00"), 1_000_000
    counts = [count(at, wh, wh)]
    for seconds, gained_wh, absent in [*steps, (1, 0, set())]:
        at, wh = at + seconds * SECOND, wh + gained_wh
        whole = count(at, wh, wh)
        counts.append(replace(whole, import_wh={key: whole.import_wh[key] for key in "12" if key not in absent}))
    assert booked(*counts).year.amounts.import_wh == {"1": wh - 1_000_000, "2": wh - 1_000_000}
