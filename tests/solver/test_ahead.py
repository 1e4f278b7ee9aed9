"""A car that is charged ahead: for a later trip before and between those that come first, as far as it has room."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lib.core.plan import Want
from lib.core.problem import HOUR, RISK_EUR_KWH, SHORT_EUR_KWH, Problem
from lib.core.wants import Absence
from lib.solver import solved
from tests.conftest import NOON
from tests.solver.problems import a_problem, plan_of, spans, watts
from tests.solver.problems import a_want as a_usual_want
from tests.solver.test_laws import NEAR_EUR, NEAR_W, a_want, an_absence, problems, relaxed

CRUMB_WH = 1.0


@st.composite
def two_trips(draw: st.DrawFn) -> Problem:
    """Of one car, from the first of which it comes back before the second or not; and what else there is."""
    problem = draw(problems())
    wants = [draw(a_want("a", number, any_power=False)) for number in range(2)]
    first, second = sorted(
        (replace(want, worth_eur_kwh=None, late_wh=0.0) for want in wants), key=lambda one: one.until
    )
    assume(first.until < second.until)
    second = replace(second, since=first.since, full_w=first.full_w, least_w=first.least_w, phases=first.phases)
    return replace(problem, wants=(first, replace(second, away=(an_absence(draw, first.until),))), leeways=())


@settings(max_examples=30)
@given(two_trips())
def test_who_may_charge_ahead_never_pays_more(problem: Problem) -> None:
    """Than who waits until he is back, in the relaxed optimum; but for what that is supposed to risk."""
    first, second = problem.wants
    back = max(one for one in (second.since, second.back) if one is not None)
    waits = replace(problem, wants=(first, replace(second, since=back, away=())))
    ahead_eur, waits_eur = (held.eur(optimum.values) for held, optimum in map(relaxed, (problem, waits)))
    risk_eur = RISK_EUR_KWH * second.energy_wh / 1000
    assert ahead_eur <= waits_eur + risk_eur + NEAR_EUR


@settings(max_examples=30)
@given(two_trips())
def test_no_car_charges_while_it_is_away_nor_takes_more_along_than_it_has_room_for(problem: Problem) -> None:
    """In what is found, whoever found it."""
    [gone] = problem.wants[1].away
    blocks = [block for block in solved(problem).blocks if block.car == "a"]
    assert all(block.end <= gone.start or block.start >= gone.end for block in blocks)
    ahead = [block for block in blocks if block.trip == problem.wants[1].trip and block.end <= gone.start]
    taken_wh = sum(block.power_w * ((block.end - block.start) / HOUR) for block in ahead)
    assert taken_wh <= gone.spare_wh + CRUMB_WH


def journeys(near_kwh: float, far_kwh: float, *, spare_kwh: float) -> tuple[Want, Want]:
    """For a trip from 15:00 until 17:00, and for one at 18:00; an hour at home between them brings 4 kWh."""
    gone = Absence(start=NOON + 3 * HOUR, end=NOON + 5 * HOUR, spare_wh=spare_kwh * 1000)
    return (
        a_usual_want(near_kwh, within_h=3, trip="near", least_w=500.0),
        a_usual_want(far_kwh, within_h=6, trip="far", least_w=500.0, away=(gone,)),
    )


def test_what_a_short_stay_does_not_bring_is_charged_before() -> None:
    """30, 10, 10 and at last 20 ct: the hour at home brings 4 kWh, 2 come before the first trip, in its cheap hours.

    3 × 0.10 + 4 × 0.20 = € 1.10. With room for half a kWh 1.5 are short.
    """
    over = spans(30, 10, 10, 5, 5, 20)
    _, outcome = plan_of(a_problem(over, *journeys(1, 6, spare_kwh=2), paid_w=10_000))
    assert [0, 3_000] == [watts(outcome.cars_w)[0], sum(watts(outcome.cars_w)[1:3])]
    assert [0, 0, 4_000] == watts(outcome.cars_w)[3:]
    assert (1.10, 4 * RISK_EUR_KWH) == pytest.approx((outcome.bill_eur, outcome.risk_eur), abs=1e-6)
    _, tight = plan_of(a_problem(over, *journeys(1, 6, spare_kwh=0.5), paid_w=10_000))
    assert (0, 1_500) == pytest.approx(tight.short_wh, abs=NEAR_W)


def test_what_is_cheaper_before_is_charged_before_under_the_peak() -> None:
    """10 ct before it leaves, 20 when it is back, 2.5 kW are paid: with room for 5 kWh all three hours are full.

    7.5 × 0.10 + 1 × 0.20 = € 0.95.
    """
    _, outcome = plan_of(a_problem(spans(10, 10, 10, 10, 10, 20), *journeys(2.5, 6, spare_kwh=5)))
    assert [2_500, 2_500, 2_500, 0, 0, 1_000] == watts(outcome.cars_w)
    assert pytest.approx(0.95, abs=1e-6) == outcome.bill_eur


def test_of_equals_what_comes_before_a_trip_is_charged_first() -> None:
    """20 ct all along: it may come late, and the house cook then. 5 kWh of room, so 1 is left for the hour at home."""
    _, outcome = plan_of(a_problem(spans(*[20.0] * 6), *journeys(1, 6, spare_kwh=5), paid_w=10_000))
    assert 6_000 == sum(watts(outcome.cars_w)[:3])
    assert [0, 0, 1_000] == watts(outcome.cars_w)[3:]
    assert pytest.approx(RISK_EUR_KWH) == outcome.risk_eur


def test_three_trips_of_a_car_get_no_more_at_once_than_it_takes() -> None:
    """4 kW for two hours are 8 kWh: of three times 4 kWh that are wanted by then 4 are short, in the bound as well."""
    wants = tuple(a_usual_want(4, within_h=2, trip=name, least_w=500.0) for name in ("one", "two", "three"))
    problem = a_problem(spans(10, 10), *wants, paid_w=20_000)
    held, optimum = relaxed(problem)
    assert held.eur(optimum.values) == pytest.approx(8 * 0.10 + 4 * SHORT_EUR_KWH)
    _, outcome = plan_of(problem)
    assert [4_000, 4_000] == watts(outcome.cars_w)
    assert pytest.approx(4_000) == sum(outcome.short_wh)
