"""Which plan is in force, and how high it lets a quarter go."""

from dataclasses import replace

import pytest

from lib.core import greedy, planning
from lib.core.in_force import Found
from lib.core.planning import Planning
from lib.core.quarter import QUARTER
from tests.conftest import local
from tests.core.test_planning import AT, HOUR, WANT, a_problem, in_force, planned


def test_a_plan_that_is_hardly_better_does_not_take_anothers_place() -> None:
    """An hour that became a hair cheaper moves no car; one that is worth cents does."""
    first = planned(Planning(), a_problem(WANT, cheap=(1, 5)))
    blocks = in_force(first).schedule.blocks
    assert blocks
    later = AT + QUARTER
    again = planned(first, a_problem(WANT, at=later, cheap=(1, 5)))
    assert [(one.start, one.end) for one in blocks] == [(one.start, one.end) for one in in_force(again).schedule.blocks]
    moved = planned(first, a_problem(WANT, at=later, cheap=(3, 7)))
    assert min(one.start for one in in_force(moved).schedule.blocks) >= local("2026-11-21 03:00")


def test_a_car_that_got_a_little_less_than_planned_goes_on_a_little_longer() -> None:
    """100 Wh more than the plan has: its last block is so much longer, and the car is not started otherwise."""
    first = in_force(planned(Planning(), a_problem(WANT)))
    more = replace(WANT, energy_wh=WANT.energy_wh + 100.0)
    again = in_force(planned(Planning(in_force=first), a_problem(more, at=AT + QUARTER, cheap=(1, 5))))
    before, after = first.schedule.blocks, again.schedule.blocks
    assert [(one.start, one.power_w) for one in before] == [(one.start, one.power_w) for one in after]
    assert before[:-1] == after[:-1]
    assert (0.0,) == pytest.approx(again.outcome.short_wh, abs=1e-3)
    much = in_force(planned(Planning(in_force=first), a_problem(replace(WANT, energy_wh=12_000.0), at=AT + QUARTER)))
    assert (0.0,) == pytest.approx(much.outcome.short_wh, abs=1e-3)


def test_a_trip_that_is_new_gets_its_plan_whatever_stood_there() -> None:
    """The plan in force was not made for it."""
    first = planned(Planning(), a_problem(WANT))
    urgent = replace(WANT, car="red", trip="Namur", until=AT + 2 * HOUR, energy_wh=3_000.0)
    both = planned(first, a_problem(WANT, urgent, at=AT + HOUR / 60), "what cars need changed")
    assert {"blue", "red"} == {one.car for one in in_force(both).schedule.blocks}
    assert (0.0, 0.0) == in_force(both).outcome.short_wh


def test_only_the_quarters_that_need_it_may_pass_what_is_paid() -> None:
    """A trip that needs 4 kW for an hour: that hour, not the night."""
    urgent = replace(WANT, until=AT + HOUR, energy_wh=4_000.0)
    plan = in_force(planned(Planning(), a_problem(urgent)))
    assert 2_500.0 < plan.target_w <= 4_500.0
    assert plan.quarters == {AT + n * QUARTER for n in range(4)}
    assert plan.target_w == plan.peak_w(AT + HOUR / 2)
    assert plan.peak_w(AT + HOUR) is None


def test_a_charger_that_can_do_less_gets_another_plan() -> None:
    """Blocks that it cannot give are not kept, however good they look; the bound is that of the new plan."""
    first = planned(Planning(), a_problem(replace(WANT, full_w=11_000.0, energy_wh=4_000.0)))
    weaker = replace(WANT, full_w=2_300.0, energy_wh=4_000.0)
    given = a_problem(weaker, at=AT + QUARTER)
    schedule = replace(greedy.schedule(given), bound_eur=1.0)
    plan = in_force(planning.found(first, Found(problem=given, schedule=schedule)))
    assert max(one.power_w for one in plan.schedule.blocks) <= 2_300.0
    kept = replace(greedy.schedule(given), bound_eur=0.5)
    again = in_force(planning.found(Planning(in_force=plan), Found(problem=given, schedule=kept)))
    assert 0.5 == again.schedule.bound_eur


def test_the_quarter_that_runs_counts_what_it_has_used() -> None:
    """Its rest may be calm: a quarter that the plan raised stays raised until it is over.

    One that passes what is paid without the plan, as while the house cooks, is not let go higher.
    """
    urgent = replace(WANT, until=AT + QUARTER, energy_wh=1_000.0)
    raised = planned(Planning(), a_problem(urgent))
    assert in_force(raised).quarters == {AT}
    given = replace(a_problem(at=AT + 10 * QUARTER / 15), used_wh=1_000.0)
    schedule = greedy.schedule(given)
    plan = in_force(planning.found(raised, Found(problem=given, schedule=schedule)))
    assert plan.target_w > 4_000.0
    assert plan.quarters == {AT}
    assert not in_force(planning.found(Planning(), Found(problem=given, schedule=schedule))).quarters
    calm = replace(given, used_wh=100.0)
    assert not in_force(planning.found(raised, Found(problem=calm, schedule=schedule))).quarters
