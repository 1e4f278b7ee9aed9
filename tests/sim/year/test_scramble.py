"""Nobody looks ahead: what is not known yet changes nothing that was done before.

Two homes are alike as far as anybody could know at a quarter: what house and roof do from then on, the sun's forecast
beyond two days, prices that are not published and trips beyond the calendar are others. Up to that quarter the two
courses must be the same, with any strategy.
"""

from dataclasses import replace
from random import Random

import pytest

from lib.sim.year.contract import contract
from lib.sim.year.course import COLUMNS, Course
from lib.sim.year.home import CarSpec, Home
from lib.sim.year.live import Frame, Year
from lib.sim.year.seen import CALENDAR, SUN_AHEAD, Known, Maker, Orders, Seen, Setup
from lib.sim.year.strategies import OURS, RIVALS, STRATEGIES
from tests.sim.rivals.seen import ONE_PHASE, THREE_PHASES, lively

DAYS, DAY = 17, 96
EVENING, NOON = 76, 96 + 51  # 19:00, when tomorrow's prices are out; 12:45 on the second day, when they are not


def scrambled(home: Home, quarter: int, *, market: bool) -> Home:
    """The same home as far as anybody can know before this quarter begins."""
    chance = Random(7)
    rates = contract("dynamic" if market else "daynight")
    known = Known(home, rates, rates.prices(home))
    known.advance(quarter - 1)
    last = home.at(quarter - 1)
    foreseen, published = home.quarter(last + SUN_AHEAD), known.published

    def other(values: list[float], since: int) -> list[float]:
        return [value if n < since else value * 2 * chance.random() + 30 for n, value in enumerate(values)]

    return replace(
        home,
        load_wh=other(list(home.load_wh), quarter),
        sun_w=other(list(home.sun_w), quarter),
        sun_foreseen_w=other(list(home.sun_foreseen_w), foreseen),
        index=other(list(home.index), published) if market else home.index,
        journeys=tuple(
            trip if trip.departs < last + CALENDAR else replace(trip, energy_wh=2 * trip.energy_wh)
            for trip in home.journeys
        ),
    )


def course_of(home: Home, maker: Maker, *, tariff: str, quarters: int) -> Course:
    """What had been when so many quarters were over."""
    rates = contract(tariff)
    year = Year(home, maker, contract=rates, prices=rates.prices(home), frame=Frame(battery=True, plan_every_s=3_600))
    year.go(quarters)
    return year.course


def first_change(maker: Maker, *, quarter: int, tariff: str, car: CarSpec) -> int | None:
    """The first quarter whose row is another one though nobody could know; None: all are the same."""
    home = lively(days=DAYS, car=car)
    other = scrambled(home, quarter, market=tariff == "dynamic")
    assert other.load_wh[quarter] != home.load_wh[quarter]
    assert other.journeys != home.journeys
    one, two = (course_of(of, maker, tariff=tariff, quarters=quarter) for of in (home, other))
    assert quarter == one.quarters
    for n in range(quarter):
        if any(one[name][n] != two[name][n] for name in COLUMNS):
            return n
    return None if one.departures == two.departures and one.settings == two.settings else quarter


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_an_evening_is_the_same_whatever_comes_after_it(name: str) -> None:
    """With prices of the market: the car has left and is back, and tomorrow's prices are out."""
    assert first_change(STRATEGIES[name], quarter=EVENING, tariff="dynamic", car=THREE_PHASES) is None


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_two_days_are_the_same_whatever_comes_after_them(name: str) -> None:
    """Just before tomorrow's prices are out, when there is a day to learn from."""
    assert first_change(STRATEGIES[name], quarter=NOON, tariff="dynamic", car=ONE_PHASE) is None


@pytest.mark.parametrize("name", sorted(RIVALS))
def test_a_day_by_a_fixed_contract_is_the_same_whatever_comes_after_it(name: str) -> None:
    """All prices are known from the start; load, sun and trips are not."""
    assert first_change(STRATEGIES[name], quarter=EVENING, tariff="daynight", car=ONE_PHASE) is None


def test_a_strategy_that_looks_ahead_is_caught() -> None:
    """One that is shown the load of the coming quarter acts otherwise in the last quarter."""
    home = lively(days=DAYS)
    other = scrambled(home, EVENING, market=True)

    def seer(of: Home) -> Maker:
        class Seer:
            def __init__(self, setup: Setup, known: Known) -> None:
                """Neither is looked at."""

            def step(self, seen: Seen) -> Orders:
                return Orders(store_w=of.load_wh[seen.quarter + 1])

        return Seer

    one, two = (course_of(of, seer(of), tariff="dynamic", quarters=EVENING) for of in (home, other))
    assert list(one["charged_wh"][: EVENING - 1]) == list(two["charged_wh"][: EVENING - 1])
    assert one["charged_wh"][EVENING - 1] != two["charged_wh"][EVENING - 1]


def test_ours_is_among_them() -> None:
    """Our own strategy is held to the same."""
    assert {OURS, *RIVALS} <= set(STRATEGIES)
