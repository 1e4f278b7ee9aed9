"""What costs the same is drawn evenly: no dearer, within all laws, and nothing that is due comes later for it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.problem import Problem, Row
from lib.solver.highs import Solver
from lib.solver.levelled import levelled
from lib.solver.model import Model, model
from lib.solver.settled import settled
from tests.solver.problems import HOUR, a_problem, a_store, a_want, spans
from tests.solver.test_ahead import two_trips
from tests.solver.test_laws import NEAR_EUR, NEAR_KW, problems

ANY = st.one_of(problems(), two_trips())
NEAR_KWH = 1e-6


def optimum(problem: Problem) -> tuple[Model, list[float]]:
    """In which chargers take any power, and nothing runs both ways."""
    held = model(problem)
    return held, settled(held, Solver(held.program, limit_s=10)).values


def sums(held: Model, values: Sequence[float]) -> list[float]:
    """Of each row of the program."""
    program = held.program
    return [
        sum(program.factors[term] * values[program.columns[term]] for term in range(start, end))
        for start, end in zip(program.starts[:-1], program.starts[1:], strict=True)
    ]


def level(problem: Problem, *kw: float) -> list[float]:
    """What the first car draws in kW, once it drew so much; the grid brings it, but for the sun."""
    held = model(problem)
    values = [0.0] * len(held.program.costs)
    for place, (draw, power) in enumerate(zip(held.columns.draws[0], kw, strict=True)):
        values[draw.column] = power
        values[held.columns.imports[place]] = power + problem.spans[place].net_w / 1000
    found = levelled(held, values)
    return [found[draw.column] for draw in held.columns.draws[0]]


@settings(max_examples=40)
@given(ANY)
def test_it_costs_the_same_and_holds_all_laws(problem: Problem) -> None:
    """Each row of the program, each column between its bounds; batteries, peaks and injection stay as they are."""
    held, values = optimum(problem)
    found, program = levelled(held, values), held.program
    assert held.eur(found) <= held.eur(values) + NEAR_EUR
    for value, low, high in zip(found, program.lows, program.highs, strict=True):
        assert low - NEAR_KW <= value <= high + NEAR_KW
    for name, value, low, high in zip(
        program.names, sums(held, found), program.row_lows, program.row_highs, strict=True
    ):
        assert low - 10 * NEAR_KW <= value <= high + 10 * NEAR_KW, name
    free = {draw.column for own in held.columns.draws for draw in own} | {*held.columns.imports}
    assert all(one == other or place in free for place, (one, other) in enumerate(zip(values, found, strict=True)))


@settings(max_examples=40)
@given(ANY)
def test_what_is_due_is_in_by_then_as_before(problem: Problem) -> None:
    """And no more when a car leaves: up to each of both it draws what it drew."""
    held, values = optimum(problem)
    found = levelled(held, values)
    for lot, draws in zip(held.columns.lots, held.columns.draws, strict=True):
        firsts = {*(one.first for one in lot.dues), *(one.first for one in lot.mosts), len(draws)}
        for first in sorted(firsts):
            before, after = (sum(kw[one.column] * one.hours for one in draws[:first]) for kw in (values, found))
            assert pytest.approx(before, abs=NEAR_KWH) == after


@settings(max_examples=40)
@given(ANY)
def test_what_is_level_stays(problem: Problem) -> None:
    """And no charger takes less than its least that took it before, nor is anything begun or ended."""
    held, values = optimum(problem)
    found = levelled(held, values)
    assert pytest.approx(found, abs=NEAR_KW) == levelled(held, found)
    for lot, draws in zip(held.columns.lots, held.columns.draws, strict=True):
        least = lot.least_w / 1000 - NEAR_KW
        assert all((values[one.column] >= least) == (found[one.column] >= least) for one in draws)


def test_a_stretch_draws_its_mean() -> None:
    """4, 1.5 and 2 kW for an hour each, 7.5 kWh: 2.5 kW."""
    assert [2.5, 2.5, 2.5] == level(a_problem(spans(20, 20, 20), a_want(7.5), paid_w=9_000), 4.0, 1.5, 2.0)


def test_another_price_a_pause_and_less_than_the_least_end_a_stretch() -> None:
    """20 ct twice, then 21; a pause; and a last piece of 1 kW, less than the least of 1.4."""
    problem = a_problem(spans(20, 20, 21, 21, 20, 20, 20, 20), a_want(16), paid_w=9_000)
    drawn = level(problem, 2.0, 4.0, 4.0, 0.0, 2.0, 3.0, 4.0, 1.0)
    assert [3.0, 3.0, 4.0, 0.0, 3.0, 3.0, 3.0, 1.0] == drawn


def test_what_is_due_in_between_parts_a_stretch() -> None:
    """4 kWh by 13:00 stay 4 kWh by then."""
    wants = a_want(4, within_h=1), a_want(4, within_h=3)
    assert [4.0, 2.0, 2.0] == level(a_problem(spans(20, 20, 20), *wants, paid_w=9_000), 4.0, 1.5, 2.5)


def test_no_peak_grows_for_it() -> None:
    """The house draws 0, 1 and 0 kW and 4 are paid: 3 kW beside the 1 are as much as may be, 3.2 would be more."""
    over = spans(20, 20, 20, load_w=[0.0, 1_000.0, 0.0])
    assert [4.0, 2.6, 3.0] == level(a_problem(over, a_want(9.6), paid_w=4_000), 4.0, 2.6, 3.0)
    assert [3.0, 3.0, 3.0] == level(a_problem(over, a_want(9), paid_w=4_000), 4.0, 2.0, 3.0)


def test_no_circuit_carries_more_for_it() -> None:
    """On one phase of 4 kW the house has a third of 6 in the second hour: 2 kW are left, not 2.5."""
    over = spans(20, 20, load_w=[0.0, 6_000.0])
    row = Row(name="connection L1", phase=1, most_w=4_000, members=frozenset({"car_1"}), house=True)
    problem = a_problem(over, a_want(5, phases=(1,)), paid_w=20_000, rows=(row,))
    assert [3.0, 2.0] == level(problem, 3.0, 2.0)
    assert [2.5, 2.5] == level(replace(problem, rows=()), 3.0, 2.0)


def test_what_the_sun_gives_is_not_evened_out() -> None:
    """3 kW of sun in the first hour, all of it for the car: nothing is bought then, so it is no stretch."""
    over = spans(20, 20, 20)
    sunny = replace(over[0], sun_w=3_000.0)
    assert [3.0, 1.75, 1.75] == level(a_problem((sunny, *over[1:]), a_want(6.5), paid_w=9_000), 3.0, 1.5, 2.0)


def test_a_span_counts_by_its_length() -> None:
    """4 kW for a quarter and 1.5 for an hour after it: 2.5 kWh in 75 minutes are 2 kW."""
    [hour] = spans(20)
    quarter = replace(hour, end=hour.start + HOUR / 4)
    later = replace(hour, start=quarter.end, end=quarter.end + HOUR)
    problem = a_problem((quarter, later), a_want(2.5), paid_w=9_000, store=a_store())
    assert [2.0, 2.0] == level(problem, 4.0, 1.5)
