"""evcc's planner: which quarters it takes, and when it begins and goes on."""

from dataclasses import replace

import pytest

from lib.sim.rivals.evcc_plan import Planner
from lib.sim.year.contract import contract
from lib.sim.year.home import Home
from lib.sim.year.seen import Known, Seen
from tests.sim.rivals.seen import a_home, journey

POWER_W = 4_000.0
NIGHT = journey(departs_h=6)


class Plan:
    """A planner at a home with a car that draws 4 kW, from midnight on."""

    def __init__(self, home: Home, *, tariff: str = "dynamic") -> None:
        rates = contract(tariff)
        self.known = Known(home, rates, rates.prices(home))
        self.planner, self.seen = Planner(self.known), Seen(home.start)

    def at(self, hours: float, *, missing_kwh: float) -> bool:
        """Whether to charge so many hours after midnight."""
        seen = self.seen
        seen.second = round(hours * 3600)
        seen.quarter, gone_s = divmod(seen.second, 900)
        seen.at, seen.left_s = self.known.at(seen.quarter), 900.0 - gone_s
        self.known.advance(seen.quarter)
        return self.planner.is_active(seen, missing_wh=missing_kwh * 1000, most_w=POWER_W)

    def hours(self, *, missing_kwh: float, until_h: int) -> list[int]:
        """In which hours of the night it begins to charge."""
        found = []
        for hour in range(until_h):
            self.planner.reset()
            if self.at(hour, missing_kwh=missing_kwh):
                found.append(hour)
        return found


def priced(home: Home, *eur_mwh: float) -> Home:
    """The home, with the market's prices hour by hour from its start on."""
    index = [price for price in eur_mwh for _ in range(4)]
    return replace(home, index=[*index, *home.index[len(index) :]])


def test_equal_prices_make_one_block_before_the_departure() -> None:
    """8 kWh at 4 kW are two hours."""
    plan = Plan(a_home(NIGHT))
    assert [False, False, True, True] == [plan.at(hour, missing_kwh=8) for hour in (0, 3.9, 4, 4.5)]


def test_the_cheapest_hours_are_taken() -> None:
    """Two of six."""
    assert [1, 4] == Plan(priced(a_home(NIGHT), 90, 20, 80, 70, 10, 60)).hours(missing_kwh=8, until_h=5)


def test_a_quarter_that_is_taken_in_part_begins_late() -> None:
    """5 kWh are an hour and a quarter: the last quarter of the second cheapest hour."""
    plan = Plan(priced(a_home(NIGHT), 90, 20, 80, 70, 10, 60))
    assert [False, True] == [plan.at(hour, missing_kwh=5) for hour in (1, 1.75)]
    plan = Plan(a_home(NIGHT))
    assert [False, True] == [plan.at(hour, missing_kwh=4.4) for hour in (4.85, 4.9)]


def test_too_little_time_charges_now() -> None:
    """30 kWh do not fit into six hours."""
    assert Plan(a_home(NIGHT)).at(0, missing_kwh=30)


def test_after_the_prices_that_are_out_all_else_fits() -> None:
    """Until 13:00 this day's are out: of a trip at noon of the next day, only what 12 hours do not hold is planned."""
    home = priced(a_home(journey(departs_h=36)), *[10] * 3)
    assert [] == Plan(home).hours(missing_kwh=48, until_h=3)
    assert [1, 2] == Plan(home).hours(missing_kwh=56, until_h=3)


def test_without_a_trip_there_is_no_plan() -> None:
    """Nothing asks for it."""
    assert [] == Plan(a_home()).hours(missing_kwh=30, until_h=24)


def test_the_rest_of_a_quarter_is_not_begun_for_itself() -> None:
    """Thirteen minutes at 4 kW are less than 14."""
    home = priced(a_home(NIGHT), 50, 10)
    home = replace(home, index=[*home.index[:4], 5.0, 90.0, *home.index[6:]])
    assert [True, False] == [Plan(home).at(hour, missing_kwh=1) for hour in (1, 1 + 2 / 60)]


def test_a_slot_that_was_begun_is_finished() -> None:
    """Though less is missing by then than would have begun it."""
    home = priced(a_home(NIGHT), 50, 10)
    home = replace(home, index=[*home.index[:4], 5.0, 90.0, *home.index[6:]])
    plan = Plan(home)
    assert [True, True, False] == [plan.at(hour, missing_kwh=kwh) for hour, kwh in ((1, 1), (1.1, 0.1), (1.25, 0.1))]


@pytest.mark.parametrize(("goes_on", "index"), [(True, [5, 90, 5, 90]), (False, [5, 90, 90, 5])])
def test_a_pause_of_less_than_14_minutes_is_not_made(index: list[float], *, goes_on: bool) -> None:
    """A plan that runs goes on when its next slot begins by then; a whole quarter between is a pause."""
    home = a_home(NIGHT)
    home = replace(home, index=[*index, *home.index[4:]])
    assert Plan(home).at(0, missing_kwh=2)
    plan = Plan(home)
    assert [True, goes_on] == [plan.at(hour, missing_kwh=kwh) for hour, kwh in ((0, 2), (0.25 + 1 / 30, 1))]


def test_past_the_departure_a_plan_that_runs_goes_on() -> None:
    """A car that leaves late gets what it lacks."""
    plan = Plan(a_home(NIGHT))
    assert plan.at(5, missing_kwh=8)
    assert plan.at(6.5, missing_kwh=4)


def test_a_full_car_ends_the_plan() -> None:
    """And with it what was locked."""
    plan = Plan(a_home(NIGHT))
    assert plan.at(5, missing_kwh=8)
    assert not plan.at(5.5, missing_kwh=0)
