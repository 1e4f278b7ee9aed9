"""On what terms the house draws from now on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lib.core.capacity import Capacity
from lib.core.house import House, Raised, Rules, limit_w, new_peak_eur
from lib.core.quarter import Quarter, start_of
from lib.core.terms import peak_prices, prices_ahead, used_wh
from tests.conftest import NOON, SECOND, SIMPLE, a_reading, hear, local
from tests.core.prices import electricity, rates

RULES = Rules(tariffs=SIMPLE, connection_w=17_250.0)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def a_house() -> House:
    """Its meter has spoken."""
    return hear(hear(House(), a_reading(grid_w=500.0)), a_reading(NOON + SECOND, grid_w=500.0))


def test_what_a_quarter_has_not_used_is_not_caught_up_with() -> None:
    """After ten minutes a plan counts 2.5 kW of them, unless it was more; so of a quarter that nobody watched."""
    at = start_of(NOON) + 10 * MINUTE
    running = Quarter(start=start_of(NOON), at=at, average_w=400.0)
    house = replace(a_house(), quarter=running)
    assert pytest.approx(2_500.0 / 6) == used_wh(house, RULES, at)
    busy = replace(running, average_w=4_000.0)
    assert 1_000.0 == used_wh(replace(house, quarter=busy), RULES, at)
    unwatched = replace(running, average_w=None)
    assert pytest.approx(2_500.0 / 6) == used_wh(replace(house, quarter=unwatched), RULES, at)


def test_a_quarter_that_the_plan_raised_goes_on_as_high() -> None:
    """What it counts so far is what the plan has it count, not the little more that the ledger lets it."""
    at = start_of(NOON) + 6 * MINUTE
    running = Quarter(start=start_of(NOON), at=at, average_w=1_400.0)
    raised = Raised(peak_w=4_000.0, quarters=frozenset({running.start}), until=NOON + DAY)
    house = replace(a_house(), quarter=running, raised=raised)
    assert pytest.approx(380.0) == used_wh(house, RULES, at, planned_w=3_800.0)
    assert pytest.approx(350.0) == used_wh(house, RULES, at)


def test_where_peaks_cost_nothing_only_the_connection_limits() -> None:
    """On the grid that the meter tells of."""
    free = replace(RULES, capacity_tariff=False)
    prices = peak_prices(a_house(), free)
    assert (limit_w(a_house(), free), 0.0) == (prices.paid_w, prices.kw_eur)


def test_what_is_under_the_floor_is_paid_on_a_months_first_day() -> None:
    """The next kilowatt of what the meter counts costs nothing, the first one above the floor all of it."""
    tariffs = electricity(0.30, capacity={"eur_per_kw_year": 60.0})
    at = local("2026-12-01 00:10")
    house = hear(hear(House(), a_reading(at, grid_w=500.0)), a_reading(at + SECOND, grid_w=500.0))
    prices = peak_prices(house, replace(RULES, tariffs=tariffs))
    assert (2_500.0, 2_500.0) == (prices.paid_w, prices.next_w)
    assert (60.0, 60.0) == pytest.approx((12 * prices.kw_eur, 12 * prices.next_kw_eur))
    assert pytest.approx(0.0) == new_peak_eur(house, replace(RULES, tariffs=tariffs), 2_000.0)


def test_a_peak_without_a_price_has_a_supposed_one() -> None:
    """The floor is paid; this month and the next."""
    prices = peak_prices(a_house(), RULES)
    assert (2_500.0, 2_500.0, 5.0, 5.0) == (prices.paid_w, prices.next_w, prices.kw_eur, prices.next_kw_eur)
    assert Capacity().floor_w == prices.next_w


def test_prices_reach_from_yesterday_over_the_week_by_bands() -> None:
    """A contract by day and night is known for days ahead."""
    rules = replace(RULES, tariffs=rates("day_night_all_in"))
    house = a_house()
    slots = prices_ahead(house, rules)
    assert house.at is not None
    assert slots[0].start <= house.at - DAY / 2
    assert slots[-1].end >= house.at + 4 * DAY
    assert all(slot.import_eur_kwh is not None for slot in slots)
    assert () == prices_ahead(House(), rules)
