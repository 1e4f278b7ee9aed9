"""A year as it is lived: put away and taken up again, and the same for the same seed."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

import pytest

from lib.core.parts import Parts
from lib.sim.rivals.naive import Naive
from lib.sim.year.conditions import Conditions, Perfect
from lib.sim.year.contract import contract
from lib.sim.year.course import Course
from lib.sim.year.home import Home
from lib.sim.year.live import Frame, Year, lived
from lib.sim.year.ours import Ours
from lib.sim.year.ours_plan import Desk
from lib.sim.year.ours_rules import dm_rules
from lib.sim.year.score import score
from lib.sim.year.seen import Known, Maker, Orders, Seen, Setup
from lib.sim.year.strategies import STRATEGIES
from lib.solver import MissingError
from tests.sim.rivals.seen import THREE_PHASES, a_home, a_setup, journey, lively

RATES = contract("dynamic")


def a_year(home: Home, maker: Maker, *, battery: bool = True) -> Year:
    """A year at its beginning."""
    return Year(home, maker, contract=RATES, prices=RATES.prices(home), frame=Frame(battery=battery))


def bill_eur(home: Home, maker: Maker, *, seed: int, battery: bool = True) -> float:
    """What is paid over all of a home's days, with this seed."""
    prices = RATES.prices(home)
    course = lived(home, maker, contract=RATES, prices=prices, frame=Frame(battery=battery, seed=seed))
    return score(course, home=home, contract=RATES, prices=prices, battery=battery, strategy="x").bill_eur


def written(course: Course) -> tuple[object, ...]:
    """All that a course holds."""
    columns = {name: list(column) for name, column in course.columns.items()}
    return columns, course.departures, course.starts, course.phase_switches, course.settings, course.causes


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_a_year_that_is_put_away_goes_on_as_if_it_had_not_been(name: str) -> None:
    """Pickled in the morning and read back, each strategy goes on to the same course."""
    home = lively(days=1, car=THREE_PHASES)
    through, parted = (a_year(home, STRATEGIES[name]) for _ in range(2))
    through.go(36)
    parted.go(26)
    again = pickle.loads(pickle.dumps(parted))
    again.go(10)
    assert (36, False) == (again.course.quarters, again.is_over)
    assert written(through.course) == written(again.course)


@pytest.mark.parametrize("battery", [False, True])
def test_a_seed_is_a_bill_to_the_cent(battery: bool) -> None:
    """The same seed gives the same bill, another seed has another house within its quarters, and another bill."""
    home = lively(days=2)
    bills = [bill_eur(home, Greedy, seed=seed, battery=battery) for seed in (1, 1, 2)]
    assert bills[0] == bills[1]
    assert bills[0] != bills[2]


def test_the_sun_is_learned_as_well_with_a_plan_each_hour() -> None:
    """Each quarter of it is held against what was foreseen, also those in which no plan is made."""
    home = lively(days=1)
    known = Known(home, RATES, RATES.prices(home))
    setup = a_setup(home)
    desk = Desk(setup, known, dm_rules(setup, 120.0))
    for quarter in range(1, home.quarters):
        known.advance(quarter)
        desk.learn(Parts(start=home.at(quarter - 1), load_wh=100.0, sun_wh=home.sun_w[quarter - 1] / 4))
    notes = desk.habits.notes
    assert home.sun_foreseen_w[:-1] == [notes[home.at(quarter)].told_w for quarter in range(home.quarters - 1)]


@pytest.mark.parametrize(("perfect", "keeps"), [(frozenset(), {None}), (frozenset({Perfect.LOAD}), {0.0})])
def test_who_knows_the_load_keeps_nothing_for_an_oven(perfect: frozenset[Perfect], keeps: set[float | None]) -> None:
    """Its plan says so; who does not know it learns for a week what to keep, and goes by the clock till then."""
    home = lively(days=1)
    frame = Frame(battery=True, conditions=Conditions(perfect=perfect))
    year = Year(home, Ours, contract=RATES, prices=RATES.prices(home), frame=frame)
    year.go(2)
    assert isinstance(year._strategy, Ours)
    followed = year._strategy._bs.followed
    assert followed
    assert keeps == {one.keep_wh for one in followed.stretches}


def test_a_trip_that_takes_nothing_asks_for_nothing() -> None:
    """Its calendar says so: a car that has two thirds left is not filled for it."""
    home = a_home(journey(departs_h=1, hours=2, kwh=20), journey(departs_h=20, kwh=0), days=1)
    frame = Frame(battery=False, plan_every_s=3600)
    course = lived(home, Ours, contract=RATES, prices=RATES.prices(home), frame=frame)
    assert sum(course["car_wh"]) < 1_000


def test_nobody_can_say_why_the_last_quarter_was_the_highest() -> None:
    """A quarter is judged when it is over, and after the last one nothing is heard."""
    home = replace(a_home(days=1, car=None), load_wh=[100.0] * 94 + [900.0, 1_000.0])
    prices = RATES.prices(home)
    course = lived(home, Ours, contract=RATES, prices=prices, frame=Frame(battery=False, plan_every_s=3600))
    found = score(course, home=home, contract=RATES, prices=prices, battery=False, strategy="ours")
    assert (2, 0, {"base load": 1}) == (found.above, found.unexplained, found.causes)


def test_a_part_of_a_year_is_the_same_alone() -> None:
    """The second day has the same minutes when the first one is left out."""
    home = lively(days=2)
    both, second = (
        lived(one, Naive, contract=RATES, prices=RATES.prices(one), frame=Frame(battery=False))
        for one in (home, home.first(1, skip=1))
    )
    assert list(both["load_wh"][96:]) == list(second["load_wh"])
    assert list(both["import_wh"][-20:]) == list(second["import_wh"][-20:])


def test_a_strategy_is_asked_at_each_step() -> None:
    """Each sees the end of the step before, and the number of the quarter that its orders are for."""
    home = lively(days=1)
    noted: list[tuple[int, int, float]] = []

    class Watcher:
        def __init__(self, setup: Setup, known: Known) -> None:
            self.known = known
            assert 300 == setup.step_s

        def step(self, seen: Seen) -> Orders:
            assert self.known.now == seen.quarter
            noted.append((seen.second, seen.quarter, seen.left_s))
            return Orders()

    frame = Frame(battery=True, step_s=300)
    lived(home, Watcher, contract=RATES, prices=RATES.prices(home), frame=frame)
    assert [(300 * n, n // 3, 900.0 - 300 * (n % 3)) for n in range(288)] == noted


class Greedy:
    """Charges from what is left over, minute by minute: its bill tells how the minutes lie."""

    def __init__(self, setup: Setup, known: Known) -> None:
        """Neither is looked at."""

    def step(self, seen: Seen) -> Orders:
        """The surplus of the step before in amperes."""
        return Orders((seen.car_w - seen.grid_w) / 230)


def test_without_a_solver_ours_plans_greedily(monkeypatch: pytest.MonkeyPatch) -> None:
    """As dm does on a machine of 32 bits."""
    monkeypatch.setattr("lib.solver.solved", raising(MissingError("not installed")))
    home = lively(days=1)
    course = lived(home, Ours, contract=RATES, prices=RATES.prices(home), frame=Frame(battery=True, plan_every_s=3600))
    assert home.quarters == len(course["import_wh"])


def raising(error: Exception) -> Callable[..., NoReturn]:
    """What raises it."""

    def fail(*_: object) -> NoReturn:
        raise error

    return fail
