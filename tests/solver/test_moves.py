"""Choices that differ a little: a run moved, a span handed over; nothing that may not be."""

from dataclasses import replace

from lib.core.plan import Block
from lib.core.starts import runs
from lib.solver.model import model
from lib.solver.moves import moves
from lib.solver.rounding import Places
from tests.conftest import NOON
from tests.solver.problems import QUARTER, a_problem, a_want, spans

OVER = spans(*[20] * 12, length=QUARTER)
HELD = model(a_problem(OVER, a_want(4)))
PLACES: Places = (frozenset({2, 3, 6}),)


def test_a_move_keeps_the_count_of_spans_and_no_car_starts_more_often() -> None:
    """Two runs, of two and of one: each moved, and spans handed from one to the other."""
    found = {next(iter(places)) for places in moves(HELD, PLACES)}
    assert all(3 == len(places) and len(runs(places)) <= 2 for places in found)
    assert {frozenset({3, 4, 6}), frozenset({2, 3, 7}), frozenset({1, 2, 3}), frozenset({3, 6, 7})} <= found


def test_a_block_that_runs_is_not_moved() -> None:
    """It goes on until 12:30."""
    begun = Block(car="car_1", start=NOON - QUARTER, end=NOON + 2 * QUARTER, power_w=4_000)
    held = model(replace(HELD.problem, before=(begun,)))
    found = [places[0] for places in moves(held, (frozenset({0, 1, 5}),))]
    assert found
    assert all({0, 1} <= places for places in found)


def test_two_wants_of_a_car_are_moved_as_one() -> None:
    """Whatever a span was meant for, there is one choice of spans for a car."""
    wants = a_want(1, trip="coast"), a_want(1, trip="work")
    [found, *_] = moves(model(a_problem(OVER, *wants)), (frozenset({2, 3}),))
    assert (frozenset({3, 4}),) == found
