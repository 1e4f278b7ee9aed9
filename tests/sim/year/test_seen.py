"""What may be known when: prices from 13:00, the sun two days ahead, trips two weeks; the rest is refused."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lib.core.bands import midnight
from lib.sim.year.conditions import Conditions, Perfect
from lib.sim.year.contract import contract
from lib.sim.year.home import Home
from lib.sim.year.seen import WEEK, Known, LookAheadError
from tests.conftest import local
from tests.sim.rivals.seen import a_home, journey

DAY = 96


def a_known(home: Home, *, tariff: str = "dynamic", conditions: Conditions | None = None) -> Known:
    """What is known at a home."""
    rates = contract(tariff)
    return Known(home, rates, rates.prices(home), conditions or Conditions())


def moving(days: int, start: str = "2024-01-08 00:00") -> Home:
    """Days on which each quarter has numbers of its own."""
    home = a_home(days=days, start=local(start))
    numbers = [float(n) for n in range(home.quarters)]
    return replace(home, load_wh=numbers, sun_w=numbers, sun_foreseen_w=[-n for n in numbers], index=numbers)


@pytest.mark.parametrize(
    ("now", "published_until"),
    [
        ("2024-01-08 00:00", "2024-01-09 00:00"),
        ("2024-01-08 12:45", "2024-01-09 00:00"),
        ("2024-01-08 13:00", "2024-01-10 00:00"),
        ("2024-01-08 23:45", "2024-01-10 00:00"),
        ("2024-03-30 12:45", "2024-03-31 00:00"),
        ("2024-03-30 13:00", "2024-04-01 00:00"),
        ("2024-03-31 12:45", "2024-04-01 00:00"),
        ("2024-03-31 13:00", "2024-04-02 00:00"),
        ("2024-10-26 13:00", "2024-10-28 00:00"),
        ("2024-10-27 12:45", "2024-10-28 00:00"),
        ("2024-10-27 13:00", "2024-10-29 00:00"),
    ],
)
def test_tomorrow_is_published_at_13_local_time(now: str, published_until: str) -> None:
    """Also on the days of 92 and 100 quarters; the first quarter beyond is refused."""
    home = moving(5, f"{local(now) - timedelta(days=1):%Y-%m-%d} 00:00")
    known = a_known(home)
    known.advance(home.quarter(local(now)))
    until = home.quarter(local(published_until))
    assert until == known.published
    assert float(until - 1) == known.index_eur_mwh(until - 1)
    assert known.import_eur_kwh(until - 1) > known.export_eur_kwh(until - 1)
    for ask in (known.import_eur_kwh, known.export_eur_kwh, known.index_eur_mwh):
        with pytest.raises(LookAheadError, match="a price"):
            ask(until)


def test_days_of_a_clock_change_have_92_and_100_quarters() -> None:
    """So many prices come at 13:00 on the day before."""
    for eve, quarters in (("2024-03-30", 92), ("2024-10-26", 100), ("2024-06-01", 96)):
        home = moving(4, f"{eve} 00:00")
        known = a_known(home)
        before = known.published
        known.advance(home.quarter(local(f"{eve} 13:00")))
        assert quarters == known.published - before


def test_a_fixed_contract_is_known_whole_but_the_market_is_not() -> None:
    """All prices of day and night; the index only as far as it is published."""
    home = moving(4)
    known = a_known(home, tariff="daynight")
    assert home.quarters == known.published
    assert known.import_eur_kwh(home.quarters - 1) > 0
    with pytest.raises(LookAheadError, match="a price"):
        known.index_eur_mwh(DAY)


def test_the_past_alone_is_measured() -> None:
    """What house and roof did in the running quarter nobody knows yet."""
    known = a_known(moving(2))
    known.advance(7)
    assert (6.0, 6.0) == (known.load_wh(6), known.sun_w(6))
    for ask in (known.load_wh, known.sun_w):
        with pytest.raises(LookAheadError):
            ask(7)
        with pytest.raises(LookAheadError):
            ask(-1)
    assert known.load_foreseen_wh(7) is None


def test_the_sun_is_foreseen_for_two_days() -> None:
    """By the forecast, never by what the roof will make; not beyond, nor beyond the period."""
    home = moving(5)
    known = a_known(home)
    known.advance(10)
    assert -(9.0 + 2 * DAY) == known.sun_foreseen_w(9 + 2 * DAY)
    with pytest.raises(LookAheadError, match="a forecast"):
        known.sun_foreseen_w(10 + 2 * DAY)
    known.advance(4 * DAY)
    with pytest.raises(LookAheadError):
        known.sun_foreseen_w(5 * DAY)


def test_trips_stand_in_the_calendar_for_two_weeks() -> None:
    """Those that are not over, the one under way first; what departs in two weeks to the quarter is not there yet."""
    trips = [journey(departs_h=hours, hours=2) for hours in (8, 40, 14 * 24, 14 * 24 + 9)]
    known = a_known(a_home(*trips, days=20))
    assert tuple(trips[:2]) == known.journeys()
    known.advance(9 * 4)
    assert tuple(trips[:3]) == known.journeys()
    known.advance(10 * 4)
    assert tuple(trips[1:]) == known.journeys()


def test_prices_of_some_days_come_late_where_they_do() -> None:
    """Every third day's come when it begins, all others at 13:00 on the day before."""
    home = moving(8)
    known = a_known(home, conditions=Conditions(prices_missing_days=3))
    late = []
    for day in range(7):
        today = date(2024, 1, 8) + timedelta(days=day)
        known.advance(home.quarter(midnight(today)))
        assert (day + 1) * DAY == known.published
        known.advance(home.quarter(midnight(today)) + 60)
        if known.published == (day + 1) * DAY:
            late.append(today + timedelta(days=1))
    assert [one for one in late if one.toordinal() % 3 == 0] == late
    assert len(late) in {2, 3}


def test_a_forecast_says_more_or_less_of_the_sun_where_it_does() -> None:
    """Half of it, in every quarter."""
    assert -10.0 == a_known(moving(2), conditions=Conditions(sun_factor=0.5)).sun_foreseen_w(20)


def test_the_load_is_foreseen_as_last_weeks_where_it_is() -> None:
    """Of the first week nobody knows one before."""
    known = a_known(moving(9), conditions=Conditions(last_weeks_load=True))
    known.advance(WEEK)
    assert known.load_foreseen_wh(WEEK - 1) is None
    assert 50.0 == known.load_foreseen_wh(WEEK + 50)


def test_what_is_made_perfect_is_known_as_it_will_be() -> None:
    """Load and sun as they come, within the same time; prices of the whole period."""
    home = moving(4)
    perfect = frozenset({Perfect.LOAD, Perfect.SUN, Perfect.PRICES})
    known = a_known(home, conditions=Conditions(perfect=perfect, sun_factor=0.5))
    assert (50.0, 50.0) == (known.load_foreseen_wh(50), known.sun_foreseen_w(50))
    assert home.quarters == known.published
    assert known.import_eur_kwh(home.quarters - 1) > 0
