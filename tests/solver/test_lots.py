"""All that a car wants is one lot: what it holds, what it costs at the least, and which spans may be left out of it."""

from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.outcome import weighed
from lib.core.plan import Block, Want
from lib.core.problem import HOUR, Problem, Schedule
from lib.core.starts import runs
from lib.core.wants import Absence
from lib.solver.blocks import windows
from lib.solver.highs import Solver
from lib.solver.lots import Most, by_stay, lots
from lib.solver.model import model
from lib.solver.moves import moves
from lib.solver.settled import bound
from tests.conftest import NOON
from tests.solver.problems import QUARTER, a_problem, a_want, plan_of, spans, watts
from tests.solver.test_ahead import two_trips
from tests.solver.test_laws import problems, relaxed

STEP_W, FULL_W = 500.0, 2_000.0
NEAR_EUR = 1e-5


def away(start_h: float, end_h: float, *, spare_kwh: float = 0.0) -> Absence:
    """From so many hours after noon until so many."""
    return Absence(start=NOON + start_h * HOUR, end=NOON + end_h * HOUR, spare_wh=spare_kwh * 1000)


def test_what_is_due_is_counted_from_the_first_piece_on() -> None:
    """Gone from 13 to 14: an hour before the near trip, two more before the far one, which takes 1 kWh along."""
    near, far = a_want(2, within_h=1, trip="near"), a_want(3, within_h=4, trip="far", away=(away(1, 2, spare_kwh=1),))
    [lot] = lots(a_problem(spans(10, 10, 10, 10), far, near))
    assert [0, 2, 3] == [piece.place for piece in lot.pieces]
    assert [(1, (1,), (1,)), (3, (0, 1), (0,))] == [(due.first, due.wants, due.here) for due in lot.dues]
    assert (Most(1, (1,), 1_000.0),) == lot.mosts
    assert ((1, 3), NOON + HOUR) == (lot.stays, lot.leaves)


def test_what_is_above_the_everyday_limit_comes_as_late_as_what_is_paid_lets_it() -> None:
    """5 kWh in four hours of up to 4 kW: with 4 kW paid in the last two; with 1.5 kW 1.25 in each, where no peak grows.

    1 kW for four hours is too little: then it is spread over all of them as well, and raises the peak by 0.25 kW.
    """
    over, want = spans(10, 10, 10, 10), a_want(5, within_h=4, late_wh=5_000.0, least_w=500.0)
    firsts = {
        paid_w: [most.first for most in lots(a_problem(over, want, paid_w=paid_w))[0].mosts]
        for paid_w in (4_000.0, 2_000.0, 1_500.0, 1_000.0)
    }
    assert {4_000.0: [2], 2_000.0: [1], 1_500.0: [], 1_000.0: []} == firsts
    _, outcome = plan_of(a_problem(over, want, paid_w=1_500.0))
    assert [1_250] * 4 == watts(outcome.cars_w)
    assert 0.0 == outcome.peak_eur
    _, higher = plan_of(a_problem(over, want, paid_w=1_000.0))
    assert [1_250] == watts(higher.peaks_w)


@settings(max_examples=40)
@given(st.one_of(problems(), two_trips()))
def test_pieces_lie_in_order_while_the_car_is_here(problem: Problem) -> None:
    """None twice, each in its span and in one stay, none while a car is away or not yet on its cable."""
    for lot in lots(problem):
        own = [problem.wants[want] for want in lot.wants]
        gone = [absence for want in own for absence in want.away]
        for before, piece in zip((None, *lot.pieces), lot.pieces, strict=False):
            span = problem.spans[piece.place]
            assert before is None or before.end <= piece.start
            assert span.start <= piece.start < piece.end <= span.end
            assert all(piece.end <= one.start or piece.start >= one.end for one in gone)
            assert any((want.since or problem.at) <= piece.start and piece.end <= want.until for want in own)
        everything = range(len(lot.pieces))
        assert [*everything] == [place for stay in by_stay(lot, everything) for place in sorted(stay)]


def test_no_want_has_a_car_charge_while_it_is_on_a_trip() -> None:
    """Gone from 13 to 15 for the near trip: what is worth 20 ct until 16 waits until it is back."""
    near, far = a_want(1, within_h=1, trip="near"), a_want(1, within_h=4, trip="far", away=(away(1, 3),))
    night = a_want(3, within_h=4, trip="night", worth_eur_kwh=0.20)
    _, outcome = plan_of(a_problem(spans(15, 5, 5, 10), near, far, night, paid_w=9_000, eur_kw=0.0))
    assert [1_000, 0, 0, 4_000] == watts(outcome.cars_w)
    assert pytest.approx(3_000) == outcome.given_wh[2]


@st.composite
def tiny_problems(draw: st.DrawFn) -> Problem:
    """Four hours with sun, one car with two wants in steps of half a kWh; it is away for an hour between them or not.

    The second may be one that need not be, or a third. No kW of peak costs anything, so an optimum lies on the steps.
    """
    half_kwh, away_at = st.integers(0, 6).map(lambda steps: steps / 2), draw(st.integers(1, 3))
    cents = [draw(st.integers(-5, 30)) for _ in range(4)]
    over = [
        replace(span, sun_w=draw(st.sampled_from([0.0, 500.0, 1_500.0])), export_eur_kwh=span.import_eur_kwh - 0.06)
        for span in spans(*cents)
    ]
    first = a_want(draw(half_kwh), within_h=away_at, trip="first", full_w=FULL_W, least_w=0.0)
    later = replace(first, trip="later", energy_wh=1000 * draw(half_kwh), until=NOON + draw(st.integers(1, 4)) * HOUR)
    if draw(st.booleans()):
        later = replace(later, worth_eur_kwh=draw(st.integers(0, 40)) / 100)
    elif later.until > first.until:
        later = replace(later, away=(away(away_at, away_at + 1, spare_kwh=draw(half_kwh)),))
    wants = [first, later]
    if later.worth_eur_kwh is None and draw(st.booleans()):
        worth_eur_kwh = draw(st.integers(0, 40)) / 100
        wants.append(
            replace(later, energy_wh=1000 * draw(half_kwh), until=NOON + 4 * HOUR, worth_eur_kwh=worth_eur_kwh)
        )
    since = draw(st.sampled_from([None, NOON + HOUR]))
    return a_problem(tuple(over), *(replace(want, since=since) for want in wants), eur_kw=0.0)


@settings(max_examples=25)
@given(tiny_problems())
def test_the_relaxed_optimum_is_the_cheapest_of_all_that_a_car_could_do(problem: Problem) -> None:
    """Each of 625 ways to draw in steps of half a kW in four hours; one that draws what nobody wants is none."""
    held, optimum = relaxed(problem)
    steps = [number * STEP_W for number in range(int(FULL_W / STEP_W) + 1)]
    assert pytest.approx(min(cost(problem, way) for way in product(steps, repeat=4)), abs=NEAR_EUR) == held.eur(
        optimum.values
    )


def cost(problem: Problem, powers_w: tuple[float, ...]) -> float:
    """What it costs to draw so much in each hour; inf where the car were away, or had more than it takes along."""
    blocks = tuple(
        Block(car="car_1", start=span.start, end=span.end, power_w=power_w)
        for span, power_w in zip(problem.spans, powers_w, strict=True)
        if power_w
    )
    outcome = weighed(problem, Schedule(by="all", blocks=blocks))
    for gone in problem.wants[1].away:
        taken_wh = sum(w for span, w in zip(problem.spans, powers_w, strict=True) if span.start < gone.start)
        if taken_wh - outcome.given_wh[0] > gone.spare_wh:
            return float("inf")
    return outcome.eur if sum(powers_w) <= sum(outcome.given_wh) else float("inf")


@settings(max_examples=60)
@given(st.one_of(problems(), two_trips()), st.integers(0, 1_000))
def test_every_choice_of_spans_has_an_optimum(problem: Problem, seed: int) -> None:
    """Whatever cars cannot have of what they want: only a circuit can make a choice impossible."""
    held = model(replace(problem, rows=()))
    chance = Random(seed)
    places = tuple(frozenset(place for place in range(len(own)) if chance.random() < 0.6) for own in held.columns.draws)
    solver = Solver(held.program, limit_s=10)
    bound(solver, windows(held, places))
    solver.solve()


def test_what_comes_after_a_trip_that_is_short_is_still_charged_in_whole_spans() -> None:
    """10 kWh in an hour at 4 kW: 6 are short. Of six quarters after it, with at least 3 kW, 1 kWh fills one and more.

    Were the 6 kWh that are short counted as room, all six would have to draw 0.75 kWh.
    """
    near = a_want(10, within_h=1, trip="near", least_w=3_000.0)
    far = replace(near, trip="far", energy_wh=1_000.0, until=NOON + 6 * HOUR, away=(away(1, 2),))
    held = model(a_problem(spans(*[20] * 24, length=QUARTER), near, far))
    [lot] = held.columns.lots
    lows = [one.low for one in sorted(windows(held, (frozenset(range(10)),)))]
    assert (4, 20) == lot.stays
    assert [3.0, 3.0, 3.0, 0.0] == lows[:4]
    assert [0.0, 0.0, 0.0, 0.0, 3.0, 0.0] == lows[4:10]


def test_what_need_not_be_is_charged_in_whole_spans_as_well() -> None:
    """1 kW of sun for six hours, 3 ct or 20 in the car, which takes 1.4 kW or nothing: the grid adds 0.4 at 30 ct.

    In whole hours 1.4 kWh bring 1.4 × 0.20 and cost 0.4 × 0.30 + 1 × 0.03, so each pays; only the last is cut.
    """
    schedule, outcome = plan_of(a_problem(spans(*[30] * 6, sold=3, sun_w=1_000), a_want(6, worth_eur_kwh=0.20)))
    assert [1_400] * 4 == watts(outcome.cars_w)[:4]
    assert [] == [block for block in schedule.blocks[:-1] if block.end - block.start != HOUR]
    assert pytest.approx(6_000) == sum(outcome.given_wh)


@pytest.mark.parametrize("starts", [1, 2])
def test_no_move_begins_more_often_than_the_stay_allows(starts: int) -> None:
    """A run of the second stay does not come into the first one as one start too many."""
    near = a_want(2, within_h=1, trip="near", starts=starts)
    far = replace(near, trip="far", until=NOON + 3 * HOUR, away=(away(1, 1.5, spare_kwh=4),))
    held = model(a_problem(spans(*[20] * 12, length=QUARTER), near, far))
    [lot] = held.columns.lots
    found = [places[0] for places in moves(held, (frozenset({0, 5}),))]
    assert found
    assert all(len(runs(stay)) <= most for on in found for stay, most in zip(by_stay(lot, on), lot.starts, strict=True))


def test_wants_that_are_not_of_one_time_have_their_own() -> None:
    """The second begins at 13:00: what is drawn before that is for the first alone, here 1 of 3 kWh at 10 ct."""
    first, second = a_want(1, within_h=3, trip="first"), a_want(2, within_h=3, trip="second", since=NOON + HOUR)
    _, outcome = plan_of(a_problem(spans(10, 30, 20), *free(first, second), paid_w=9_000))
    assert [1_000, 0, 2_000] == watts(outcome.cars_w)
    assert pytest.approx(0.50, abs=1e-6) == outcome.eur


def free(*wants: Want) -> list[Want]:
    """Of any power."""
    return [replace(want, least_w=0.0) for want in wants]
