"""The days ahead in words: what the plan costs, why it is so, load and sun, what was saved."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lib.commands import picture_store
from lib.commands.picture_cars import NOW, charging
from lib.commands.picture_plan import outlook, planned
from lib.commands.picture_store import storage
from lib.core.modes import Mode
from lib.hub import charging as charged
from lib.hub import planning, storing, trips
from lib.messages.plan import Saved
from lib.messages.planned import NOT_HEARD
from tests.panels.ahead import STORIES, greedy, house, plan_of

HOUR = timedelta(hours=1)
WIDTH = 72


def test_the_plan_says_what_it_costs_and_who_does_what_when() -> None:
    """In columns; the price that is known is a price, and what is for a trip says for which."""
    expected = """\
made           13:20 by the solver in 0.01 s: a new quarter
costs          € 13.87 for energy until Sun 22 Nov 13:15
               € 0.16 of it because chargers give nothing below their
               least power
peak           month's peak 3.91 kW is paid, the plan stays under it
prices         supposed from Sun 22 Nov 00:00
Fri 13:15-15:30  Blue car        2.31 kW  0.0612 €/kWh
Fri 18:00-19:30  battery gives   1.65 kW  0.4120 €/kWh
Fri 19:30-22:00  battery gives   0.62 kW  0.3860 €/kWh
Fri 22:00-01:00  battery stores  2.60 kW  0.2520 €/kWh
Sat 01:00-05:00  Red car         3.32 kW  0.2143 €/kWh  Ardennes"""
    assert expected == "\n".join(planning.plan(planned(), house()).splitlines()[:11])


def test_why_says_the_peak_the_trouble_and_the_reason_of_each_block() -> None:
    """And what finds no place."""
    expected = """\
peak           month's peak 2.50 kW is paid, the plan goes to 3.91 kW
               for € 6.62
plan           by the greedy planner: a trip was added
greedy         the solver gave no plan within 10 s
SHORT          Red car for Ardennes by Sun 07:45: 6.2 of 41.7 kWh find
               no place, it will have 79 %
Fri 13:15      Blue car 2.31 kW
               the sun gives more than the house takes
Fri 18:00      battery gives 1.65 kW
               gives while a kWh costs € 0.412, under the paid peak"""
    assert expected == "\n".join(planning.why(plan_of(greedy()), house()).splitlines()[:10])


@pytest.mark.parametrize("name", STORIES)
def test_every_answer_fits_a_terminal(name: str) -> None:
    """Whatever the plan."""
    plan = plan_of(STORIES[name]())
    for said in (
        planning.plan(plan, None),
        planning.why(plan, None),
        planning.saved(plan),
        planning.cars_plan(charging(), plan),
        planning.store_why(storage(), plan),
    ):
        assert WIDTH >= max(map(len, said.splitlines()))


def test_without_capacity_tariff_nothing_speaks_of_a_peak() -> None:
    """Nor what was saved, where no peak is told."""
    plan = plan_of(STORIES["no_battery"]())
    blocks = tuple(replace(one, why="") for one in plan.blocks)
    days = tuple(replace(one, peak_w=0.0, naive_peak_w=0.0) for one in plan.saved)
    plan = replace(plan, blocks=blocks, saved=days)
    for said in (planning.plan(plan, None), planning.why(plan, None), planning.saved(plan)):
        assert "peak" not in said


def test_an_old_plan_says_so() -> None:
    """Dm still shows it; ev and bs go by their own."""
    late = planned(NOW - HOUR)
    assert "OLD            60 min: nobody follows it" in planning.plan(late, house())
    assert f"{trips.plan(charging())}\n{NOT_HEARD}" == planning.cars_plan(charging(), late)
    assert charged.why(charging()) == planning.cars_why(charging(), late)


def test_ev_answers_from_dms_plan_while_it_is_heard() -> None:
    """The cars alone; before that from its own, and says so."""
    said = planning.cars_plan(charging(), planned())
    assert "Sat 01:00-05:00  Red car   3.32 kW" in said
    assert "battery" not in said
    assert f"{trips.plan(charging())}\n{NOT_HEARD}" == planning.cars_plan(charging(), None)


def test_a_car_that_no_plan_has_is_named() -> None:
    """Its owner wants something else of its charger; beside dm's plan and beside ev's own."""
    chargers = (replace(charging().chargers[0], mode=Mode.MAX), *charging().chargers[1:])
    told = replace(charging(), chargers=chargers)
    for plan in (planned(), planned(blocks=()), None):
        assert "garage is in max, and in no plan" in planning.cars_plan(told, plan)
        assert "in no plan" not in planning.cars_plan(charging(), plan)
    assert "nothing is planned\n" in planning.cars_plan(told, planned(blocks=()))
    assert planning.store_plan(storage(), planned(picture_store.NOW, blocks=())).endswith(
        "nothing is planned for the battery"
    )


def test_bs_answers_from_dms_plan_while_it_is_heard() -> None:
    """The battery alone."""
    now = planned(picture_store.NOW)
    assert "Fri 18:00-19:30  battery gives   1.65 kW" in planning.store_plan(storage(), now)
    assert "Red car" not in planning.store_plan(storage(), now)
    assert f"{storing.plan(storage())}\n{NOT_HEARD}" == planning.store_plan(storage(), None)


def test_why_adds_the_plans_reason_for_what_runs_now() -> None:
    """To that of the regulator; a charger whose car waits has its own alone."""
    assert planning.cars_why(charging(), planned()).splitlines() == [
        "garage         charges at 2.3 kW from the sun",
        "               planned until 15:30: the sun gives more than the house",
        "               takes",
        "carport        waits for its hour: starts at 01:00 at € 0.214/kWh, for",
        "               Ardennes",
    ]
    said = planning.store_why(storage(), planned(picture_store.NOW))
    assert [storage().why, "planned until 19:30: gives while a kWh costs € 0.412, under the paid"] == said.splitlines()[
        :2
    ]


def test_the_outlook_has_a_line_for_each_hour() -> None:
    """With the spread, by how much it was off before, and what it is made of; no sun at night."""
    lines = planning.outlook(outlook()).splitlines()
    assert "hour           load kW           sun kW" == lines[0]
    assert "Fri 14:00       0.45 ± 0.17       2.14 ± 0.71" == lines[2]
    assert "Fri 18:00       1.21 ± 0.36" == lines[6]
    assert "off            load mostly off by 121 W, sun by 304 W a day ahead" in lines
    assert "made of        43 days of history; sun by open-meteo, fetched 12:37" == lines[-1]
    assert 49 == sum(":00 " in line for line in lines)


def test_a_home_without_sun_has_no_column_of_it() -> None:
    """Nor speaks of who foresees it; trouble is said."""
    dark = tuple(replace(one, sun_w=0.0, sun_off_w=0.0) for one in outlook().quarters)
    said = planning.outlook(outlook(quarters=dark, off=(), trouble="history of 3 days only"))
    assert "sun" not in said
    assert "trouble        history of 3 days only" == said.splitlines()[-1]


def test_before_anything_is_foreseen_it_says_why() -> None:
    """Never a zero."""
    assert "load and sun ahead are not known yet: no history" == planning.outlook(
        outlook(quarters=(), trouble="no history")
    )


def test_what_was_saved_stands_by_day() -> None:
    """The newest first, and the month's sum."""
    lines = planning.saved(planned()).splitlines()
    assert "€                cost  at once   saved  planned   peak kW  at once" == lines[0]
    assert "Fri 20 Nov       2.31     3.15    0.84     4.62      3.42     5.93" == lines[1]
    assert "Sun 15 Nov       2.74     4.61    1.87        -      2.63     6.90" == lines[6]
    assert "Nov 2026        25.52    34.71    9.19" == lines[7]
    assert "nothing is counted yet" == planning.saved(planned(saved=()))
    assert "~" not in "".join(lines)
    assert "a day" in planning.saved(planned(saved=(Saved(day="a day", eur=1.0, naive_eur=2.0),)))


def test_a_day_of_which_something_is_not_known_says_so() -> None:
    """One of which nothing is known saved no 0.00; both are left out of the month's sum, which says so too."""
    days = (
        Saved(day="2026-11-20", eur=2.0, naive_eur=3.0, peak_w=3000.0, naive_peak_w=4000.0, missing=40),
        Saved(day="2026-11-19", missing=96, planned_eur=3.90),
    )
    lines = planning.saved(planned(saved=days)).splitlines()
    assert "Fri 20 Nov ~     2.00     3.00    1.00        -      3.00     4.00" == lines[1]
    assert "Thu 19 Nov          -        -       -     3.90         -        -" == lines[2]
    assert "Nov 2026 ~       2.00     3.00    1.00" == lines[3]
    assert '"~": quarters of which something is not known count in neither' == lines[-1]
