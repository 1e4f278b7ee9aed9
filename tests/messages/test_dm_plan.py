"""What dm says of the days behind comes from what is known of them."""

from dataclasses import replace
from datetime import date

from lib.core.planning import Planning
from lib.core.saved import Day, Saving
from lib.messages import parse_message, to_json
from lib.messages.dm_plan import say_plan
from lib.messages.plan import Plan, Saved
from tests.core.test_planning import WANT, a_problem, in_force, planned

FULL = Day(day=date(2026, 11, 19), quarters=96, eur=4.0, naive_eur=6.0, planned_eur=3.9)


def test_a_day_of_which_nothing_is_known_cost_nobody_knows_what() -> None:
    """As with an inverter that is silent all day: its 0.00 beside what was planned looked like a saving."""
    days = (FULL, replace(FULL, quarters=56, missing=40), Day(day=FULL.day, planned_eur=3.9))
    plan = in_force(planned(Planning(), a_problem(WANT)))
    told = parse_message(to_json(say_plan(plan, Saving(days=days), boot="dm", seq=1)))
    assert isinstance(told, Plan)
    known = Saved(day="2026-11-19", eur=4.0, naive_eur=6.0, planned_eur=3.9)
    assert (known, replace(known, missing=40), Saved(day="2026-11-19", planned_eur=3.9)) == told.saved
