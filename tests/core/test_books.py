"""The books: nothing booked twice, nothing invented, and nothing lost that the counters still hold."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core import booking, books
from lib.core.bands import midnight
from lib.core.books import Books, Closed, Day, Month, Period, Prices, Row
from lib.core.charges import total_eur
from lib.core.cost import costs
from lib.core.counters import Amounts, Counters, counters, drawn_wh, spread
from lib.core.rates import parse_rates
from lib.core.reading import MbusMeter
from lib.core.slots import Series, Slot
from lib.core.tariff import Tariffs
from lib.core.values import Count
from tests.conftest import NOON, SECOND, SIMPLE, a_reading, local, stamp
from tests.yardstick import cost

FREE = Prices(tariffs=SIMPLE)
QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
DYNAMIC = parse_rates(
    {
        "Electricity": {
            "+": {"formula": {"index": "day_ahead", "resolution": "PT15M", "factor": 0.001, "base": 0.1}},
            "-": {"formula": {"index": "day_ahead", "resolution": "PT15M", "factor": 0.001, "base": -0.01}},
        }
    }
)


def count(
    at: datetime,
    day_wh: int = 1000,
    night_wh: int = 2000,
    *,
    serial: str = "1TST0000000001",
    gas_l: Mapping[str, int] | None = None,
    gas_at: datetime | None = None,
) -> Counters:
    """The counters at an instant; nothing is injected."""
    return Counters(
        at=at,
        serial=serial,
        import_wh={"1": day_wh, "2": night_wh},
        export_wh={"1": 0, "2": 0},
        gas_l=gas_l or {},
        water_l={},
        gas_at=gas_at,
    )


def booked(*counts: Counters, prices: Prices = FREE) -> Books:
    """The books after these counts."""
    return written(*counts, prices=prices)[0]


def written(*counts: Counters, prices: Prices = FREE, before: Books | None = None) -> tuple[Books, list[Row]]:
    """The books after these counts, and all rows that were finished on the way."""
    found, rows = before, list[Row]()
    for one in counts:
        found = booking.after(found, one, prices)
        rows += found.changes.rows
    assert found is not None
    return found, rows


def today(found: Books, prices: Prices = FREE) -> Day:
    """The running day with its running quarter."""
    return books.periods(found, prices)[0]


def week_month_year(found: Books, prices: Prices = FREE) -> tuple[Period, Period, Period]:
    """The longer periods with the running quarter."""
    return books.periods(found, prices)[1:]


def day_wh(part: Day | Period) -> int:
    """What register 1 counted."""
    tally = part.watched if isinstance(part, Day) else part.tally
    return tally.amounts.import_wh.get("1", 0)


def all_wh(found: Books) -> int:
    """What register 1 counted in all."""
    return sum(day.whole.amounts.import_wh.get("1", 0) for day in (today(found), *found.days))


def eur(part: Day | Period) -> float:
    """What was charged for what was used."""
    return total_eur(part.whole.charges if isinstance(part, Day) else part.tally.charges)


def test_the_first_count_is_a_start_and_not_consumption() -> None:
    """A meter at 1 000 kWh used nothing today; what it uses from now on is counted."""
    usage = today(booked(count(NOON), count(NOON + SECOND, 1007)))
    assert usage.watched.amounts.import_wh == {"1": 7, "2": 0}
    assert usage.since == NOON
    assert not usage.complete


def test_a_register_that_runs_over_is_booked_by_what_it_gained() -> None:
    """999 999.999 kWh is followed by 0.000: 2 Wh are 2 Wh, in each period."""
    for period in books.periods(booked(count(NOON, 999_999_999), count(NOON + SECOND, 1)), FREE):
        assert day_wh(period) == 2


def test_a_replaced_meter_is_a_new_start() -> None:
    """From 5 000 to 12 kWh under another serial, or under the same: nothing is booked, then counting goes on."""
    for serial in ("1TST0000000001", "1TST0000000002"):
        usage = booked(
            count(NOON, 5_000_000),
            count(NOON + SECOND, 12_000, 0, serial=serial),
            count(NOON + 2 * SECOND, 12_003, 0, serial=serial),
        )
        assert today(usage).watched.amounts.import_wh == {"1": 3, "2": 0}


@pytest.mark.parametrize("long_s", [1, 60])
@pytest.mark.parametrize("false_wh", [0, 12_345_000, 912_345_678])
def test_a_counter_that_misreads_for_a_moment_goes_on_from_where_it_was(false_wh: int, long_s: int) -> None:
    """A meter that starts shows 0, a false line a digit too many: its whole life would be booked on the way back."""
    counts = []
    for second in range(120):
        shown_wh = false_wh if 20 <= second < 20 + long_s else 12_345_678 + second
        counts.append(count(NOON + second * SECOND, shown_wh, gas_l={"7A": shown_wh}))
    assert (119, 119) == (day_wh(today(booked(*counts))), today(booked(*counts)).watched.amounts.gas_l)
    gained_wh = [drawn_wh(booked(*counts[: at + 1]).last, now) for at, now in enumerate(counts[1:])]
    assert (119, 1 + long_s) == (sum(filter(None, gained_wh)), max(filter(None, gained_wh)))


def test_a_young_counter_that_misreads_books_nothing() -> None:
    """Also where it has counted so little that it could all have flowed."""
    assert 1 == day_wh(today(booked(count(NOON, 9_000), count(NOON + SECOND, 0), count(NOON + 2 * SECOND, 9_001))))


@pytest.mark.parametrize(
    ("days", "kwh", "false_kwh"), [(0, 90, 110), (1, 2_000, 2_600), (30, 20_000, 80_000), (365, 300_000, 900_000)]
)
def test_a_long_pause_may_bring_much(days: int, kwh: int, false_kwh: int) -> None:
    """All that a large house draws while nobody watches is booked; what no connection gives is a new start."""
    later = NOON + days * DAY + SECOND
    assert kwh * 1000 == all_wh(booked(count(NOON, 0), count(later, kwh * 1000)))
    false_wh = false_kwh * 1000
    assert 7 == all_wh(booked(count(NOON, 0), count(later, false_wh), count(later + SECOND, false_wh + 7)))


def test_gas_that_is_told_after_weeks_is_counted() -> None:
    """Its radio was silent, while the meter went on: what it says then goes by its own time."""
    read = NOON - timedelta(days=60)
    told = booked(
        count(NOON, gas_l={"7A": 100}, gas_at=read),
        count(NOON + SECOND),
        count(NOON + 2 * SECOND, gas_l={"7A": 900_100}, gas_at=NOON),
    )
    assert 900_000 == week_month_year(told)[2].tally.amounts.gas_l


def test_a_counter_that_was_false_before_a_long_silence_goes_on_after_it() -> None:
    """The last that was heard was a 0; what flowed in the 60 hours is counted, and not its life."""
    later = NOON + timedelta(hours=60)
    told = booked(
        count(NOON, 5_000_000), count(NOON + SECOND, 0), count(later, 5_003_000), count(later + SECOND, 5_003_001)
    )
    assert 3_001 == all_wh(told)


def test_what_was_false_for_a_week_is_how_it_is() -> None:
    """A meter of the same number starts at 38 kWh; what the old one showed says nothing of a week away."""
    later = NOON + timedelta(days=8)
    week = booked(count(NOON, 50_000), count(NOON + SECOND, 38_000), count(NOON + DAY, 38_000), count(later, 108_000))
    assert 70_000 == all_wh(week)


def test_the_first_gas_reading_is_a_start() -> None:
    """A gas meter that appears, and one that is replaced, start; only what they gain is used."""
    usage = booked(
        count(NOON),
        count(NOON + SECOND, gas_l={"7A": 38_855}),
        count(NOON + 2 * SECOND, gas_l={"7A": 38_860}),
        count(NOON + 3 * SECOND, gas_l={"7B": 100}),
        count(NOON + 4 * SECOND, gas_l={"7B": 101}),
    )
    assert today(usage).watched.amounts.gas_l == 6
    assert today(usage).watched.amounts.water_l is None


def test_of_two_gas_meters_that_take_turns_no_litre_is_lost() -> None:
    """Each has its own count, so what it gained while only the other could be read is there."""
    turns = [count(NOON + at * SECOND, gas_l={"7A": 100 + at} if at % 2 else {"7B": 500 + at}) for at in range(6)]
    assert today(booked(*turns)).watched.amounts.gas_l == 8


def gas_meter(
    channel: int, read_at: datetime, litres: int, *, serial: str = "7A", kind: int = 3, unit: str = "m3"
) -> MbusMeter:
    """A gas meter, or one of another kind, as a telegram shows it."""
    shown = Count(stamp(read_at), litres / 1000, "24.2.3", unit)
    return MbusMeter(channel=channel, type=kind, serial=serial, reading=shown)


@pytest.mark.parametrize("later", [timedelta(0), 3 * SECOND, -3 * SECOND])
@pytest.mark.parametrize("kinds", [(3, 3), (7, 6), (7, 7)])
@pytest.mark.parametrize("used_l", [(110, 220), (0, 220), (110, 0)])
def test_each_gas_and_water_meter_counts(used_l: tuple[int, int], kinds: tuple[int, int], later: timedelta) -> None:
    """Cold and hot water, or two gas meters of which one may idle: whichever was read last, and also both at once."""
    counts = []
    for minute in range(0, 61, 5):
        at = NOON + minute * timedelta(minutes=1)
        first = gas_meter(1, at, 100_000 + used_l[0] * minute // 60, kind=kinds[0])
        second = gas_meter(2, at + later, used_l[1] * minute // 60, serial="7B", kind=kinds[1])
        counts += [
            counters(a_reading(at + shown * SECOND, mbus=(first, second)), at + shown * SECOND) for shown in (4, 9)
        ]
    used = today(booked(*counts)).watched.amounts
    assert ((sum(used_l), None) if kinds == (3, 3) else (None, sum(used_l))) == (used.gas_l, used.water_l)


def test_two_gas_meters_that_print_one_serial_are_two() -> None:
    """An old one that idles at 0 beside the one that counts: each is read last by turns, and only litres are used."""
    turns = []
    for minute in range(6):
        at = NOON + minute * timedelta(minutes=1)
        old, new = (at, at - SECOND) if minute % 2 else (at - SECOND, at)
        reading = a_reading(at, mbus=(gas_meter(1, new, 734_607 + minute), gas_meter(2, old, 0)))
        turns.append(counters(reading, at))
    assert today(booked(*turns)).watched.amounts.gas_l == 5
    alone = counters(a_reading(mbus=(gas_meter(1, NOON, 5), gas_meter(2, NOON, 7, serial="7B"))), NOON)
    assert {"7A": 5, "7B": 7} == alone.gas_l


@pytest.mark.parametrize("unit", ["kWh", "GJ"])
@pytest.mark.parametrize("kind", [3, 6])
def test_gas_and_hot_water_that_are_told_as_heat_are_not_counted_as_volume(kind: int, unit: str) -> None:
    """11 kWh of gas are 1 m³, not 11; what nobody can price is not known."""
    counts = []
    for minute in range(3):
        shown = gas_meter(1, NOON, 11_000 * minute, kind=kind, unit=unit)
        at = NOON + minute * 60 * SECOND
        counts.append(counters(a_reading(at, import_1_wh=0, mbus=(shown,)), at))
    used = today(booked(*counts)).watched.amounts
    assert (None, None) == (used.gas_l, used.water_l)


@pytest.mark.parametrize("told", ["2026-11-21 00:00:00", "2026-11-21 00:00:04", "2026-11-21 00:03", "2026-11-21 00:14"])
def test_gas_counted_before_midnight_is_yesterdays(told: str) -> None:
    """Meters are read each five minutes or each hour and told later; their own stamp says to which day it belongs."""
    read = local("2026-11-21 00:00")
    night = [count(read - 2 * SECOND, gas_l={"7A": 100}, gas_at=read - timedelta(minutes=5))]
    at = read - SECOND
    while at < local(told):
        night.append(replace(night[0], at=at))
        at += timedelta(minutes=1)
    night += [
        count(local(told), gas_l={"7A": 140}, gas_at=read),
        count(local(told) + 20 * timedelta(minutes=1), gas_l={"7A": 150}, gas_at=read + timedelta(minutes=5)),
    ]
    found, rows = written(*night)
    days = {day.day: day.whole.amounts.gas_l for day in (today(found), *found.days)}
    assert days == {date(2026, 11, 20): 40, date(2026, 11, 21): 10}
    assert week_month_year(found)[1].tally.amounts.gas_l == 50
    assert len({row.number for row in rows}) == len(rows)


def test_a_telegram_without_registers_loses_no_energy() -> None:
    """A line that is absent for a second, or the whole of them: the next telegram brings what they gained."""
    seen = [count(NOON + at * SECOND, 1000 + at, 2000 + at) for at in range(5)]
    bare = replace(seen[1], serial=None, import_wh={}, export_wh={})
    half = replace(seen[3], import_wh={"2": 2003})
    assert today(booked(seen[0], bare, seen[2], half, seen[4])).watched.amounts.import_wh == {"1": 4, "2": 4}
    assert [None, 2] == [drawn_wh(seen[0], one) for one in (bare, seen[1])]


def test_midnight_opens_a_day_and_a_month() -> None:
    """What the telegram of 00:00:00 brings was used before it; then day and month start anew, week and year go on."""
    midnight = local("2026-12-01 00:00")
    found = booked(
        count(midnight - 2 * SECOND),
        count(midnight, 1010),
        count(midnight + SECOND, 1015),
        count(midnight + 9 * SECOND, 1018),
    )
    week, month, year = week_month_year(found)
    assert [day_wh(today(found)), day_wh(found.days[0])] == [8, 10]
    assert [day_wh(month), day_wh(week), day_wh(year)] == [8, 18, 18]
    assert today(found).complete


def test_a_row_is_a_quarter() -> None:
    """Each quarter that ends is a row, whole and priced; the energy between two telegrams is split by time."""
    start = local("2026-11-20 12:00")
    steps = [count(start + at * 5 * SECOND, 1000 + 7 * at) for at in range(400)]
    found, rows = written(*steps)
    assert [(row.since, row.until) for row in rows] == [
        (start, start + QUARTER),
        (start + QUARTER, start + 2 * QUARTER),
    ]
    assert [row.amounts.import_wh["1"] for row in (*rows, found.open)] == [1260, 1260, 399 * 7 - 2520]
    assert [total_eur(row.charges or {}) for row in rows] == [pytest.approx(1.26 * 0.4)] * 2
    assert not any(row.estimated for row in rows)


def test_the_night_of_a_longer_day_has_a_hundred_rows() -> None:
    """Days of 92, 96 and 100 quarters; each quarter is there once."""
    for day, quarters in (("2026-03-29", 92), ("2026-06-01", 96), ("2026-10-25", 100)):
        start = local(f"{day} 00:00")
        found, rows = written(*(count(start + at * timedelta(minutes=5), 1000 + at) for at in range(3 * quarters + 1)))
        assert len(rows) == quarters
        assert found.today.day == date.fromisoformat(day) + timedelta(days=1)


def test_a_pause_of_a_month_counts_in_its_month_and_on_no_day() -> None:
    """Off from 10 July to 10 August: the energy is spread over both months by time and marked, and is not today's."""
    found, rows = written(
        count(local("2024-07-10 12:00"), 1000),
        count(local("2024-08-10 12:00"), 200_000),
        count(local("2024-08-10 12:01"), 200_001),
    )
    _, month, year = week_month_year(found)
    assert date(2024, 8, 10) == found.today.day
    assert day_wh(today(found)) == 1
    assert day_wh(year) == 199_001
    assert day_wh(month) == pytest.approx(199_000 * 9.5 / 31 + 1, abs=2)
    assert month.tally.estimated
    assert not today(found).complete
    assert not any(day.complete for day in found.days)
    assert sum(row.amounts.import_wh["1"] for row in rows if row.gap) == 199_000
    assert eur(year) == pytest.approx(199.001 * 0.4)


def test_a_pause_within_the_day_is_the_months_energy() -> None:
    """Three hours without telegrams: the counters went on; nobody saw when, so the day says that it has a hole."""
    found = booked(count(NOON), count(NOON + timedelta(hours=3), 4000))
    week, month, year = week_month_year(found)
    assert [day_wh(part) for part in (today(found), week, month, year)] == [0, 3000, 3000, 3000]
    assert today(found).hole


def test_a_pause_of_minutes_is_no_gap() -> None:
    """Ten minutes over the end of a quarter are split by time over both, which says that it is an estimate."""
    found, rows = written(count(local("2026-11-20 12:10")), count(local("2026-11-20 12:20"), 1100))
    assert [(row.amounts.import_wh["1"], row.estimated) for row in (*rows, found.open)] == [(50, True), (50, True)]
    assert day_wh(today(found)) == 100
    assert not today(found).hole


def test_a_gap_is_priced_by_the_mean_of_its_hours() -> None:
    """Nobody knows when in the gap it was used: each hour of it counts the same."""
    start = local("2026-11-20 10:00")
    hours = tuple(
        Slot(start + at * timedelta(hours=1), start + (at + 1) * timedelta(hours=1), float(eur_mwh))
        for at, eur_mwh in enumerate((50, 100, 300))
    )
    prices = Prices(tariffs=DYNAMIC, index=Series(hours))
    found = booked(count(start), count(start + timedelta(hours=2), 3000), prices=prices)
    assert eur(week_month_year(found, prices)[1]) == pytest.approx(2.0 * (0.1 + 0.075))


def test_a_price_that_is_not_published_is_unknown_and_then_priced() -> None:
    """Energy without a price costs no zero: it waits, says how much it is, and is priced when the price comes."""
    start = local("2026-11-20 12:00")
    unknown = Prices(tariffs=DYNAMIC)
    found, rows = written(
        *(count(start + at * timedelta(minutes=5), 1000 + 100 * at) for at in range(7)), prices=unknown
    )
    assert [row.charges for row in rows] == [None, None]
    assert today(found, unknown).watched.unpriced_wh == 600
    assert eur(today(found, unknown)) == 0
    known = Prices(tariffs=DYNAMIC, index=Series((Slot(start, start + timedelta(hours=1), 100.0),)))
    later = booking.repriced(found, known)
    assert [row.number for row in later.changes.rows] == [row.number for row in rows]
    assert today(later, known).watched.unpriced_wh == 0
    assert eur(today(later, known)) == pytest.approx(0.6 * 0.2)
    assert later.pending == ()
    assert booking.repriced(later, Prices(tariffs=SIMPLE)) is later


def test_an_edited_price_moves_nothing_that_is_past() -> None:
    """With new prices in the file the quarters from now on cost them; what was booked stays to the last digit."""
    start = local("2026-11-20 12:00")
    found, _ = written(*(count(start + at * timedelta(minutes=5), 1000 + 100 * at) for at in range(7)))
    dearer = Prices(tariffs=parse_rates({"Electricity": {"+": {"Day": 1.0, "Night": 1.0}}}))
    later, _ = written(
        *(count(start + at * timedelta(minutes=5), 1000 + 100 * at) for at in range(7, 13)), prices=dearer, before=found
    )
    assert eur(later.today) == pytest.approx(0.6 * 0.4 + 0.6 * 1.0)


def test_a_clock_set_back_books_nothing_twice() -> None:
    """The energy is in the counters; the time of day only says where it goes, also back over midnight."""
    night = local("2026-11-20 00:00:02")
    found = booked(
        count(night - 3 * SECOND), count(night, 1005), count(night - 4 * SECOND, 1006), count(night + SECOND, 1009)
    )
    assert day_wh(today(found)) + sum(day_wh(day) for day in found.days) == 9


def test_what_waits_for_a_price_waits_a_hundred_days() -> None:
    """Three months without prices while the program runs: each of their quarters is priced when they come."""
    start, quarters = local("2026-01-01 00:00"), 92 * 96
    waiting = [
        Row(
            number=n + 2,
            since=start + n * QUARTER,
            until=start + (n + 1) * QUARTER,
            amounts=Amounts(import_wh={"1": 100}),
            charges=None,
        )
        for n in range(quarters)
    ]
    found = booked(count(start))
    found = books.opened((found.today,), open_row=found.open, pending=waiting, count=quarters + 2)
    known = Prices(tariffs=DYNAMIC, index=Series((Slot(start, start + timedelta(days=92), 100.0),)))
    later = booking.repriced(found, known)
    assert (0, quarters) == (len(later.pending), len(later.changes.rows))


def test_thousands_of_quarters_at_an_estimate_do_not_hold_up_the_meter() -> None:
    """Three months whose means nobody told: with news of the market few prices are asked; a mean prices its month."""

    def contract(**told: float) -> Tariffs:
        formula = {"resolution": "month_rlp", "factor": 0.001, "months": told}
        return parse_rates({"vat": "included", "Electricity": {"+": {"formula": formula}, "-": 0.0}})

    start, quarters = local("2026-01-01 00:00"), 92 * 96
    market = Series((Slot(start, start + timedelta(days=92), 100.0),))
    estimate = Prices(tariffs=contract(), index=market)
    waiting = [
        books.settled(
            Row(
                number=n + 2,
                since=start + n * QUARTER,
                until=start + (n + 1) * QUARTER,
                amounts=Amounts(import_wh={"1": 100, "2": 10}),
            ),
            estimate,
        )
        for n in range(quarters)
    ]
    found = booked(count(start))
    found = books.opened((found.today,), open_row=found.open, pending=waiting, count=quarters + 2)
    news = Prices(tariffs=contract(), index=market.joined([Slot(start, start + timedelta(days=1), 50.0)]))
    assert cost(lambda: booking.repriced(found, news)) < 12  # 37 where each is asked for
    assert found.pending == booking.repriced(found, news).pending
    january = Prices(tariffs=contract(**{"2026-01": 120.0}), index=market)
    assert 31 * 96 == len(booking.repriced(found, january).changes.rows)


def test_water_told_late_has_used_its_basis() -> None:
    """Litres that go to the day before have gone through the year's first block for the quarter that runs, too."""
    read = local("2026-11-21 00:00")
    night = [
        replace(count(read - timedelta(minutes=1)), water_l={"8W": 100}, water_at=read - timedelta(minutes=5)),
        replace(count(read + timedelta(minutes=1)), water_l={"8W": 100}, water_at=read - timedelta(minutes=5)),
        replace(count(read + timedelta(minutes=4)), water_l={"8W": 140}, water_at=read),
    ]
    found = booked(*night)
    assert found.open.used.water_l == found.today.used.water_l == 40


@pytest.mark.parametrize(("ahead", "at"), [(2 * HOUR, "12:00"), (9 * HOUR, "11:00"), (9 * HOUR, "20:00")])
def test_a_clock_that_was_ahead_leaves_each_quarter_its_own_once_it_is_right(ahead: timedelta, at: str) -> None:
    """Hours of energy stood in one quarter, with its price, until the clock came to it again; also over midnight."""
    start = local(f"2026-11-20 {at}")
    counts = []
    for minute in range(11 * 60 + 1):
        wrong = ahead if 60 <= minute < 80 else timedelta(0)
        counts.append(count(start + wrong + minute * 60 * SECOND, 1_000 + 60 * minute))
    found, rows = written(*counts)
    by_quarter = {start + n * QUARTER: 0 for n in range(6, 44)}
    for row in rows:
        if not row.gap and row.quarter in by_quarter:
            by_quarter[row.quarter] += row.amounts.import_wh["1"]
    while_ahead = {counts[60].at, counts[60].at + QUARTER}
    assert {900} == {wh for quarter, wh in by_quarter.items() if quarter not in while_ahead}
    assert 11 * 3_600 == all_wh(found)


def test_a_clock_set_back_by_minutes_is_an_estimate() -> None:
    """What is drawn until the clock is there again goes into the row it had come to, which says so."""
    for back, estimated in ((timedelta(seconds=5), False), (timedelta(minutes=14), True), (HOUR, True)):
        found = booked(count(NOON), count(NOON + 60 * SECOND, 1010), count(NOON + 61 * SECOND - back, 1020))
        assert estimated == found.open.estimated
        assert day_wh(today(found)) == 20


def test_days_that_a_wrong_clock_showed_never_were() -> None:
    """A clock that was weeks ahead is put right: today is today again, with all that was counted."""
    ahead = NOON + timedelta(days=40)
    found = booked(count(NOON), count(NOON + SECOND, 1001), count(ahead, 1002), count(NOON + 2 * SECOND, 1003))
    assert found.today.day == date(2026, 11, 20)
    assert day_wh(today(found)) == 2
    assert week_month_year(found)[1].start == date(2026, 11, 1)
    assert len({row.number for row in (found.open,)}) == 1


def test_a_clock_that_shows_another_century_costs_no_fees() -> None:
    """Seventy years are no gap: the energy is booked, and no day between is charged for."""
    prices = Prices(
        tariffs=parse_rates({"Electricity": {"+": 0.4, "fixed": [{"name": "supplier", "eur_per_year": 365.0}]}})
    )
    found, rows = written(count(NOON), count(NOON + timedelta(days=25_000), 1100), prices=prices)
    assert [row.amounts.import_wh["1"] for row in rows] == [100]
    assert len(found.days) == 1


def test_the_day_keeps_its_highest_quarter() -> None:
    """Each day has one peak, with the quarter it was in; the row has the average that counts."""
    found: Books | None = None
    start = local("2026-11-20 12:00")
    for quarter, peak_w in enumerate((3000.0, 7890.0, 5000.0)):
        ended = Closed(start=start + (quarter - 1) * QUARTER, average_w=peak_w) if quarter else None
        found = booking.after(found, count(start + quarter * QUARTER), FREE, ended)
    assert found
    assert (found.today.peak_w, found.today.peak_start) == (7890.0, start)
    assert [row.average_w for row in found.changes.rows] == [5000.0]


def test_fees_are_charged_by_the_day() -> None:
    """Each local day costs its share of the year, also days on which nobody watched; a leap year has 366."""
    prices = Prices(
        tariffs=parse_rates({"Electricity": {"+": 0.4, "fixed": [{"name": "supplier", "eur_per_year": 366.0}]}})
    )
    found = booked(count(local("2024-02-27 12:00")), count(local("2024-03-02 12:00"), 1100), prices=prices)
    _, month, year = week_month_year(found, prices)
    assert [total_eur(part.fees) for part in (today(found, prices), month, year)] == pytest.approx([1.0, 2.0, 5.0])


def test_the_year_ends() -> None:
    """On New Year's night week, month and year are what they are called; blocks and netting begin anew."""
    midnight = local("2027-01-01 00:00")
    found = booked(*(count(midnight + at * timedelta(minutes=10), 10_000 + 10 * at) for at in range(-12, 13)))
    week, month, year = week_month_year(found)
    assert [day_wh(part) for part in (week, month, year)] == [240, 120, 120]
    assert found.open.used.import_wh.get("1", 0) <= 120


def test_months_that_are_over_stay_closed() -> None:
    """A month is closed once, newest first."""
    found = booked(count(NOON))
    closed = books.months_closed(found, [Month(month=date(2026, 10, 1), peak_w=4000.0)])
    assert [one.month for one in closed.months] == [date(2026, 10, 1)]
    assert closed.changes.months == closed.months


STEPS = st.lists(st.tuples(st.integers(1, 20_000), st.integers(0, 5000)), min_size=2, max_size=60)


def walk(steps: list[tuple[int, int]]) -> list[Counters]:
    """Counters that only rise, at rising times, around a clock change and a month's end."""
    counts = []
    at, wh = local("2026-03-28 12:00"), 1_000_000
    for seconds, gained_wh in steps:
        at, wh = at + seconds * SECOND, wh + gained_wh
        counts.append(count(at, wh))
    return counts


@given(STEPS, st.data())
def test_two_halves_are_the_whole(steps: list[tuple[int, int]], chosen: st.DataObject) -> None:
    """However often one looks, the year's energy is what the counters gained, and it costs the same."""
    counts = walk(steps)
    some = st.lists(st.sampled_from(counts), unique_by=id).map(lambda found: sorted(found, key=lambda one: one.at))
    seen = [counts[0], *chosen.draw(some), counts[-1]]
    whole, parts = (week_month_year(booked(*each))[2] for each in (counts, seen))
    assert whole.tally.amounts.import_wh == parts.tally.amounts.import_wh
    assert eur(whole) == pytest.approx(eur(parts))


@given(STEPS)
def test_the_days_are_the_sums_of_their_rows(steps: list[tuple[int, int]]) -> None:
    """Rows are only added, each once: days, month and year are what they sum up to."""
    found, rows = written(*walk(steps))
    every = [*rows, books.settled(found.open, FREE)]
    year = week_month_year(found)[2]
    assert year.tally.amounts.import_wh["1"] == sum(row.amounts.import_wh.get("1", 0) for row in every)
    assert eur(year) == pytest.approx(sum(total_eur(row.charges or {}) for row in every))
    assert len({row.number for row in every}) == len(every)
    assert all(before.until <= later.since for before, later in pairwise(every))


@given(STEPS)
def test_a_day_that_is_over_has_the_counters_of_its_end(steps: list[tuple[int, int]]) -> None:
    """From it one can go on counting: it shows what all rows up to its end hold, and nothing of the day after."""
    counts = walk(steps)
    found, rows = written(*counts)
    for day in found.days:
        booked_wh = sum(row.amounts.import_wh.get("1", 0) for row in rows if books.local_day(row.since) <= day.day)
        assert counts[0].import_wh["1"] + booked_wh == day.counters.import_wh["1"]
        assert day.counters.at == midnight(day.day + timedelta(days=1))


def test_gas_that_was_told_late_is_in_the_counters_of_its_day() -> None:
    """The reading of midnight, told a minute later, belongs to the day that is over, with its counter."""
    before, after = local("2026-11-20 23:59"), local("2026-11-21 00:01")
    gas = local("2026-11-20 23:55"), local("2026-11-21 00:00")
    found = booked(
        count(before, gas_l={"7A": 100, "7B": 50}, gas_at=gas[0]),
        count(after, gas_l={"7A": 100, "7B": 50}, gas_at=gas[0]),
        count(after + 60 * SECOND, gas_l={"7A": 130, "7B": 57}, gas_at=gas[1]),
    )
    assert 37 == found.days[0].whole.amounts.gas_l
    assert {"7A": 130, "7B": 57} == found.days[0].counters.gas_l


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 14))
def test_gas_of_a_pause_over_midnight_is_parted_in_the_counters_too(one_l: int, two_l: int, minutes: int) -> None:
    """Each of two meters ends the day with what the day used of it, so that a rebuild goes on from there."""
    before, after = (local("2026-11-21 00:00") + minute * 60 * SECOND for minute in (-minutes, 15 - minutes))
    found = booked(
        count(before, gas_l={"7A": 1_000, "7B": 50}, gas_at=before),
        count(after, gas_l={"7A": 1_000 + one_l, "7B": 50 + two_l}, gas_at=after),
    )
    ended = found.days[0]
    assert 1_050 + (ended.whole.amounts.gas_l or 0) == sum(ended.counters.gas_l.values())
    assert 1_000 <= ended.counters.gas_l["7A"] <= 1_000 + one_l
    assert 50 <= ended.counters.gas_l["7B"] <= 50 + two_l
    assert pytest.approx(one_l * minutes / 15, abs=1.01) == ended.counters.gas_l["7A"] - 1_000


@given(STEPS, st.data())
def test_the_bill_does_not_depend_on_restarts(steps: list[tuple[int, int]], chosen: st.DataObject) -> None:
    """Closed, kept and opened again at any telegram, the books go on as if nothing had happened."""
    counts = walk(steps)
    stops = chosen.draw(st.sets(st.integers(0, len(counts) - 1)))
    found: Books | None = None
    for at, one in enumerate(counts):
        found = booking.after(found, one, FREE)
        if at in stops:
            found = books.opened(
                (found.today, *found.days), found.months, open_row=found.open, pending=found.pending, count=found.count
            )
    assert found
    unbroken = booked(*counts)
    assert books.periods(found, FREE) == books.periods(unbroken, FREE)


@given(STEPS, st.data())
def test_a_false_reading_invents_and_loses_nothing(steps: list[tuple[int, int]], chosen: st.DataObject) -> None:
    """Whatever a counter shows for one telegram, and wherever the program starts: the year is what it gained."""
    counts = walk([*steps, (1, 0), (1, 0)])
    at = chosen.draw(st.integers(1, len(counts) - 2))
    true_wh = counts[at].import_wh["1"]
    false_wh = chosen.draw(st.integers(0, true_wh) | st.integers(true_wh + 10_000_000, 999_999_999))
    shown = [*counts[:at], count(counts[at].at, false_wh), *counts[at + 1 :]]
    stops = chosen.draw(st.sets(st.sampled_from([at - 1, at, at + 1])))
    found: Books | None = None
    for place, one in enumerate(shown):
        found = booking.after(found, one, FREE)
        if place in stops:
            found = books.opened(
                (found.today, *found.days), found.months, open_row=found.open, pending=found.pending, count=found.count
            )
    assert found
    assert counts[-1].import_wh["1"] - counts[0].import_wh["1"] == day_wh(week_month_year(found)[2])


@given(st.lists(st.tuples(st.integers(1, 600), st.integers(0, 500), st.sets(st.sampled_from("12"))), max_size=40))
def test_lines_that_come_and_go_lose_no_energy(steps: list[tuple[int, int, set[str]]]) -> None:
    """Whichever registers a telegram leaves out, once all are there again the books hold what they gained."""
    at, wh = local("2026-03-28 12:00"), 1_000_000
    counts = [count(at, wh, wh)]
    for seconds, gained_wh, absent in [*steps, (1, 0, set())]:
        at, wh = at + seconds * SECOND, wh + gained_wh
        whole = count(at, wh, wh)
        counts.append(replace(whole, import_wh={key: whole.import_wh[key] for key in "12" if key not in absent}))
    found = week_month_year(booked(*counts))[2].tally.amounts.import_wh
    assert found == {"1": wh - 1_000_000, "2": wh - 1_000_000}


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10_000), min_size=1, max_size=40))
def test_what_is_spread_stays_whole(wh: int, seconds: list[int]) -> None:
    """Parts by time are whole Wh, none negative, and together what was there."""
    parts = spread(Amounts(import_wh={"1": wh}, gas_l=wh), [one * SECOND for one in seconds])
    assert sum(part.import_wh["1"] for part in parts) == wh
    assert sum(part.gas_l or 0 for part in parts) == wh
    assert all(part.import_wh["1"] >= 0 for part in parts)


def test_costs_by_register_come_from_the_charges() -> None:
    """The usage table shows what each register cost, all in."""
    found = booked(count(NOON), count(NOON + 60 * SECOND, 2000, 3000))
    assert costs(today(found).watched.charges).import_eur == pytest.approx({"1": 0.4, "2": 0.3})
