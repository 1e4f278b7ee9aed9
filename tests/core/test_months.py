"""What months cost for their peaks: closed once, by what the meter tells, as a whole month and not as a part of one."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pytest

from lib.core import months
from lib.core.books import Month
from lib.core.capacity import CAPACITY, MAXIMUM, Capacity
from lib.core.house import House, Rules, new_peak_eur
from lib.core.metering import Published, after
from lib.core.rates import parse_rates
from lib.core.slots import Series, Slot
from lib.core.tariff import Tariffs
from lib.core.values import History, HistoryRow, Peak
from lib.messages import Bill
from lib.messages.counted import say_bill, say_usage
from tests.conftest import a_reading, hear, local, stamp

CAPPED = {"eur_per_kw_year": 48.0, "max_eur_per_kwh": 0.34, "network_eur_per_kwh": 0.05}
HOUR = timedelta(hours=1)
PEAK_W = 4000.0
PEAK_EUR = 16.0  # 48 × 4 / 12


def with_capacity(price: object = 0.3, adders: object = (), **capacity: object) -> Rules:
    """Rules with a price and a capacity tariff."""
    group = {"+": price, "adders": {"+": list(adders) if isinstance(adders, tuple) else adders}}
    rates = {"Electricity": group | {"capacity": capacity or CAPPED}}
    return Rules(tariffs=parse_rates(rates), connection_w=17_250)


CAP = with_capacity()


def told(
    house: House,
    at: datetime,
    wh: int,
    *,
    rules: Rules = CAP,
    peak_w: float | None = PEAK_W,
    history: History | None = None,
) -> House:
    """A telegram: the counter, and the month's peak as the meter prints it, if it does."""
    peak = None if peak_w is None else Peak(stamp(at), peak_w)
    reading = a_reading(at, grid_w=1000.0, import_1_wh=1_000_000 + wh, month_peak=peak, history=history)
    return hear(house, reading, at, rules=rules)


def run(
    house: House,
    start: datetime,
    end: datetime,
    *,
    wh: int = 0,
    rules: Rules = CAP,
    load_w: int = 1000,
    peak_w: float | None = PEAK_W,
) -> House:
    """A telegram each quarter, from `start` to `end` with it, at an even load; the counter is at `wh` first."""
    for n in range(int((end - start) / HOUR * 4) + 1):
        house = told(house, start + n * HOUR / 4, wh + n * load_w // 4, rules=rules, peak_w=peak_w)
    return house


def month_of(house: House, month: str) -> Month:
    """A closed month."""
    assert house.books
    return next(one for one in house.books.months if f"{one.month:%Y-%m}" == month)


def eur(bill: Bill, name: str) -> float:
    """What the year's bill says for all lines of a name."""
    return sum(row.year_eur or 0.0 for row in bill.rows if row.name == name)


def test_a_month_is_closed_when_the_next_one_begins() -> None:
    """One twelfth of the year's price for what is billed, beside the running month's in the bill of the year."""
    house = run(House(), local("2026-10-30 23:00"), local("2026-12-01 00:15"))
    assert month_of(house, "2026-11").charges[CAPACITY].eur == pytest.approx(PEAK_EUR)
    assert eur(say_bill(house, CAP), "capacity tariff") == pytest.approx(3 * PEAK_EUR)


def test_a_part_of_a_month_has_no_maximum_of_its_own() -> None:
    """Counted from the 28th on, 96 kWh are no reason for the maximum tariff: the supplier bills the whole month."""
    house = run(House(), local("2026-11-27 00:00"), local("2026-12-01 00:15"))
    closed = month_of(house, "2026-11")
    assert MAXIMUM not in closed.charges
    assert closed.import_wh == pytest.approx(720_000, rel=0.01)


def test_after_a_part_of_a_month_a_peak_is_not_free() -> None:
    """What 1 kW more costs is seen by a whole month like the part that was counted; of hours, by no month at all."""
    for start in ("2026-11-27 00:00", "2026-11-30 20:00"):
        house = run(House(), local(start), local("2026-12-01 00:15"))
        assert new_peak_eur(house, CAP) == pytest.approx(48 / 12)


def test_a_whole_month_of_little_use_is_held_by_the_maximum() -> None:
    """30 kWh at 5 cents and 16 euro of peak: what is due is the floor's price."""
    house = run(House(), local("2026-10-31 23:00"), local("2026-12-01 00:15"), load_w=40)
    closed = month_of(house, "2026-11")
    assert closed.charges[MAXIMUM].eur == pytest.approx(10.0 - PEAK_EUR - 28.8 * 0.05)


def test_energy_without_a_price_brings_no_maximum() -> None:
    """A month closed while half of its prices are unknown is judged as if they were like the others."""
    price = {"formula": {"index": "day_ahead", "resolution": "PT15M", "factor": 0.001, "base": 0.1}}
    network = [{"name": "network", "eur_per_kwh": 0.3, "network": True}]
    rules = with_capacity(price, network, eur_per_kw_year=48.0, max_eur_per_kwh=0.34)
    start, end = local("2026-11-01 00:00"), local("2026-12-01 00:00")
    found = []
    for known_until in (end, local("2026-11-16 00:00")):
        index = Series((Slot(start, known_until, 50.0), Slot(end, end + HOUR, 50.0)))
        house = run(after(House(), Published(index=index), rules), start, end + HOUR / 4, rules=rules, load_w=400)
        found.append(month_of(house, "2026-11").charges[MAXIMUM].eur)
    assert found[0] == pytest.approx(0.34 * 288 - PEAK_EUR - 0.3 * 288)
    assert found[1] == pytest.approx(found[0])


def past(*peaks: tuple[str, float]) -> History:
    """The meter's history: (first day after the month, its peak in W)."""
    rows = [
        HistoryRow(stamp(local(f"{end} 00:00")), stamp(local(f"{end} 00:00") - HOUR), watts) for end, watts in peaks
    ]
    return History(tuple(rows), len(rows))


def test_a_month_is_closed_anew_when_the_meter_prints_another_peak() -> None:
    """The history gains its row minutes after midnight; what it says is what is billed, and it is closed once more."""
    house = run(House(), local("2026-10-30 23:00"), local("2026-11-30 23:45"))
    at, wh = local("2026-12-01 00:00"), 769 * 1000
    history = past(("2026-11-01", PEAK_W), ("2026-12-01", 5200.0))
    house = told(house, at, wh, peak_w=None)
    assert month_of(house, "2026-11").peak_w == PEAK_W
    closings = []
    for n in range(1, 8):
        house = told(house, at + n * HOUR / 4, wh + n * 250, peak_w=None, history=history if n > 1 else None)
        assert house.books
        closings += [one.peak_w for one in house.books.changes.months]
    assert closings == [5200.0]
    assert month_of(house, "2026-11").charges[CAPACITY].eur == pytest.approx(48 * (5.2 + 4) / 2 / 12)


def test_a_house_that_was_off_at_the_turn_closes_the_month_afterwards() -> None:
    """From 28 November to 3 December nobody watched: the gap's energy and the meter's history make the month."""
    house = run(House(), local("2026-10-31 23:00"), local("2026-11-28 00:00"))
    wh = 649 * 1000
    history = past(("2026-12-01", 6000.0))
    house = told(house, local("2026-12-03 12:00"), wh + 132 * 1000, history=history)
    closed = month_of(house, "2026-11")
    assert closed.import_wh == pytest.approx(720_000, abs=2)
    assert closed.peak_w == 6000.0


def test_months_that_a_wrong_clock_showed_were_never_closed() -> None:
    """The meter's clock is 70 days ahead for one telegram: each month is still billed once, when it is over."""
    start, wrong, end = local("2026-09-30 12:00"), local("2026-10-05 12:00"), local("2026-12-16 12:00")
    straight = run(House(), start, end)
    ahead = told(run(House(), start, wrong), wrong + timedelta(days=70), 120_001)
    again = told(ahead, wrong + timedelta(seconds=10), 120_002)
    assert again.books
    assert [f"{one.month:%Y-%m}" for one in again.books.months] == ["2026-09"]
    assert eur(say_bill(again, CAP), "capacity tariff") == pytest.approx(2 * PEAK_EUR)
    later = run(again, wrong + HOUR / 4, end, wh=120_250)
    assert later.books
    assert straight.books
    assert [month.charges for month in later.books.months] == [month.charges for month in straight.books.months]
    assert say_bill(later, CAP).year_eur == pytest.approx(say_bill(straight, CAP).year_eur)


def test_days_that_a_wrong_clock_showed_hide_no_day_that_was() -> None:
    """The last three days stand in the usage table, whatever days the clock has shown before."""
    start, wrong = local("2026-10-02 00:00"), local("2026-10-05 12:00")
    ahead = told(run(House(), start, wrong), wrong + timedelta(days=40), 84_001)
    again = told(ahead, wrong + timedelta(seconds=10), 84_002)
    columns = say_usage(again, CAP).columns[:4]
    assert [one.start.day for one in columns] == [2, 3, 4, 5]
    assert all(one.amounts for one in columns)


def test_blocks_go_on_through_days_that_a_wrong_clock_showed() -> None:
    """When the shown day comes in earnest, the year has counted all that came before it."""
    start, wrong = local("2026-10-02 00:00"), local("2026-10-05 12:00")
    ahead = told(run(House(), start, wrong), wrong + timedelta(days=3), 84_001)
    later = run(told(ahead, wrong, 84_002), wrong + HOUR / 4, wrong + timedelta(days=3, hours=1), wh=84_250)
    assert later.books
    assert later.books.open.used.import_wh["1"] + later.books.open.amounts.import_wh["1"] == 84_250 + 73 * 1000 - 250


@pytest.mark.parametrize("tariffs", [CAP.tariffs, parse_rates({"Electricity": {"+": 0.3}})])
def test_without_a_capacity_tariff_a_month_only_has_its_peak(tariffs: Tariffs) -> None:
    """Peaks cost nothing in Wallonia and Brussels, and nothing known where the rates have no price."""
    rules = Rules(tariffs=tariffs, connection_w=17_250, capacity_tariff=tariffs is not CAP.tariffs)
    house = run(House(), local("2026-10-31 20:00"), local("2026-11-01 00:15"), rules=rules)
    assert month_of(house, "2026-10").charges == {}
    assert month_of(house, "2026-10").peak_w == PEAK_W
    assert say_bill(house, rules).if_peak_eur is None


def test_the_version_of_the_month_has_the_price_of_its_peak() -> None:
    """A capacity tariff that begins in December costs nothing in November."""
    versions = [
        {"valid_from": "2026-01-01", "Electricity": {"+": 0.3, "capacity": {"eur_per_kw_year": 24.0}}},
        {"valid_from": "2026-12-01", "Electricity": {"+": 0.3, "capacity": {"eur_per_kw_year": 48.0}}},
    ]
    rules = Rules(tariffs=parse_rates({"versions": versions}), connection_w=17_250)
    house = run(House(), local("2026-11-29 20:00"), local("2026-12-01 00:15"), rules=rules)
    assert month_of(house, "2026-11").charges[CAPACITY].eur == pytest.approx(PEAK_EUR / 2)
    assert eur(say_bill(house, rules), "capacity tariff") == pytest.approx(1.5 * PEAK_EUR)


def test_the_peaks_of_all_who_know_them_are_joined() -> None:
    """What the meter tells wins over what was kept."""
    house = run(House(), local("2026-10-31 20:00"), local("2026-11-01 00:15"))
    assert house.peaks
    known = months.peaks_w(house.books, house.peaks)
    assert known == {date(2026, 10, 1): PEAK_W, date(2026, 11, 1): PEAK_W}
    assert months.peaks_w(None, None) == {}


def events(houses: Iterable[House]) -> list[str]:
    """What happened about peaks."""
    return [event.text for house in houses for event in house.events if event.kind == "peak"]


def test_the_first_quarter_of_a_month_can_be_a_peak_worth_a_word() -> None:
    """Nothing is paid yet in the new month: 6 kW are 3.5 kW above the floor."""
    rules = with_capacity(eur_per_kw_year=48.0)
    house = run(House(), local("2026-11-30 12:00"), local("2026-12-01 00:00"), rules=rules, peak_w=None)
    seen = [told(house, local("2026-12-01 00:14"), 12_100, rules=rules, peak_w=None)]
    seen.append(told(seen[-1], local("2026-12-01 00:15"), 12_200, rules=rules, peak_w=6000.0))
    assert events(seen) == ["new month peak: 6.00 kW; it costs € 14.00 over the next 12 bills"]


def test_a_peak_that_was_there_before_the_start_is_no_news() -> None:
    """A first telegram without the peak and a second one with it: it is a week old."""
    house = hear(House(), a_reading(local("2026-12-09 12:00"), import_1_wh=1_000_000), rules=CAP)
    peak = Peak(stamp(local("2026-12-02 12:00")), 6000.0)
    later = hear(house, a_reading(local("2026-12-09 12:01"), import_1_wh=1_000_000, month_peak=peak), rules=CAP)
    assert events([later]) == []


def test_capacity_rules_stand_without_a_price() -> None:
    """The floor is known where the price is not."""
    assert (
        Rules(tariffs=parse_rates({"Electricity": {"+": 0.3}}), connection_w=1.0).capacity(date(2026, 1, 1))
        == Capacity()
    )
