"""Why a block stands where it stands: the value by hand, and the sentence of each."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings

from lib.core.because import ENGLISH
from lib.core.greedy import schedule
from lib.core.outcome import weighed
from lib.core.plan import Block
from lib.core.problem import Leeway, Peak, Problem, Schedule
from lib.core.reasons import Because, Cause, joined, reasons, sentence
from tests.conftest import NOON
from tests.core.problems import QUARTER, a_block, a_problem, a_store, a_want, quarter
from tests.core.test_greedy import problems

DEAR = Peak(paid_w=2_500, eur_kw=4.0)


def why(problem: Problem, *blocks: Block, store_w: tuple[float, ...] = ()) -> tuple[Because, ...]:
    """The reasons of a schedule."""
    plan = Schedule(by="greedy", blocks=blocks, store_w=store_w)
    return reasons(problem, plan, weighed(problem, plan))


def said(problem: Problem, *blocks: Block, store_w: tuple[float, ...] = ()) -> list[str]:
    """Their sentences, as they are said at noon."""
    return [sentence(because, at=NOON) for because in why(problem, *blocks, store_w=store_w)]


def test_the_cheapest_quarters_before_a_time() -> None:
    """Each has the price of its own time, and the mean of all quarters in which it could be; one sentence for all."""
    problem = a_problem(30, 10, 12, 40, wants=[a_want(4, before=4)])
    both = "the cheapest before 13:00; until then a kWh costs € 0.230 on the mean"
    assert [both, both] == said(problem, a_block(1, 1, 8_000), a_block(2, 2, 8_000))
    assert [0.10, 0.12] == [one.eur_kwh for one in why(problem, a_block(1, 1, 8_000), a_block(2, 2, 8_000))]
    assert [pytest.approx(0.11)] == [one.eur_kwh for one in why(problem, a_block(1, 2, 8_000))]
    first = why(problem, a_block(1, 1, 8_000), a_block(2, 2, 8_000))[0]
    assert (Cause.CHEAPEST, "car_1", quarter(1), 8_000) == (first.cause, first.device, first.start, first.power_w)
    assert ["the cheapest before 13:00; until then a kWh costs € 0.230 on the mean"] == said(
        problem, a_block(1, 2, 8_000)
    )


def test_what_is_dearer_than_the_mean_is_never_the_cheapest() -> None:
    """It stands there because what is cheaper is taken: by the car itself, and by what the peak leaves no room for."""
    problem = a_problem(30, 10, 10, 15, 40, load_w=[0, 0, 2_000, 0, 0], peak=DEAR, wants=[a_want(1.5, before=5)])
    blocks = a_block(0, 0, 1_500), a_block(1, 1, 2_500), a_block(3, 3, 2_000)
    assert [
        "the cheaper hours before 13:15 are taken",
        "the cheapest before 13:15; until then a kWh costs € 0.210 on the mean; spread out flat under 2.5 kW",
        "the cheapest before 13:15; until then a kWh costs € 0.210 on the mean",
    ] == said(problem, *blocks)


def test_a_start_that_is_saved_leaves_cheaper_hours_free() -> None:
    """Then nobody says that they are taken, nor that these are the cheapest."""
    problem = a_problem(20, 20, 10, 30, 14, 14, wants=[a_want(2, before=6)])
    assert ["another hour before 13:30 would save too little"] == said(problem, a_block(1, 1, 8_000))


def test_who_charges_early_for_a_bad_day_says_so() -> None:
    """Later is cheaper and free; but then the battery would have to hold what the house may leave no room for.

    Not where only an earlier quarter is cheaper, nor where a bad day leaves enough.
    """
    early, little = "early: before 13:00 the house may draw as much as on its worst day", "would save too little"
    for cents, room_wh, expected in (
        ((20, 20, 10, 10), 500.0, early),
        ((20, 20, 10, 10), 4_500.0, little),
        ((10, 20, 20, 20), 500.0, little),
    ):
        problem = a_problem(*cents, wants=[a_want(2, before=4)], store=a_store(energy_wh=300.0))
        [why_] = said(replace(problem, leeways=(Leeway(1, quarter(4), (0,), room_wh),)), a_block(1, 1, 8_000))
        assert why_.endswith(expected)


def test_a_battery_that_stores_what_it_keeps_says_so() -> None:
    """At one price all day, or at the dearest: not for what it gives later, but for the peak."""
    for cents in ((20, 20, 20, 20), (30, 30, 20, 20)):
        problem = a_problem(*cents, load_w=400, store=a_store(energy_wh=1_000.0))
        kept = replace(problem, spans=tuple(replace(span, keep_wh=2_000.0) for span in problem.spans))
        plan = {"store_w": (4_000.0, 0.0, 0.0, -400.0)}
        assert "stores what it keeps for the month's peak" == said(kept, **plan)[0]
        assert "stores what it keeps for the month's peak" != said(problem, **plan)[0]
    paying = a_problem(10, 10, 30, 30, load_w=400, store=a_store(energy_wh=1_000.0))
    kept = replace(paying, spans=tuple(replace(span, keep_wh=2_000.0) for span in paying.spans))
    assert said(kept, store_w=(4_000.0, 0.0, 0.0, -400.0))[0].startswith("stores at € 0.100")


def test_blocks_of_one_run_have_one_cause() -> None:
    """Whatever their prices are beside one another, as long as they are on the same side of the mean."""
    problem = a_problem(30, 11, 12, 10, 40, 10.95, wants=[a_want(4.5, before=6)])
    found = why(problem, *(a_block(place, place, 6_000 + 10 * place) for place in (1, 2, 3)))
    assert [Cause.CHEAPEST] * 3 == [one.cause for one in found]
    [whole] = joined(found)
    assert (quarter(1), quarter(4), 6_020) == (whole.start, whole.end, whole.power_w)
    assert pytest.approx(0.11) == whole.eur_kwh


def test_cars_that_charge_side_by_side_are_joined_each() -> None:
    """In the order in which each begins."""
    problem = a_problem(10, 10, 20, wants=[a_want(2, before=3), a_want(2, before=3, car="car_2")])
    blocks = [a_block(place, place, 4_000, car=car) for place in (0, 1) for car in ("car_1", "car_2")]
    assert [("car_1", quarter(0), quarter(2)), ("car_2", quarter(0), quarter(2))] == [
        (one.device, one.start, one.end) for one in joined(why(problem, *blocks))
    ]


def test_sun_has_the_price_that_it_would_earn() -> None:
    """In a car as in a battery: what it costs to take it is what the grid does not pay."""
    sunny = a_problem(30, 40, sun_w=[4_000, 0], load_w=[0, 2_000], store=a_store(), wants=[a_want(0.3, before=2)])
    assert [0.05, 0.05, 0.40] == [one.eur_kwh for one in why(sunny, a_block(0, 0, 1_500), store_w=(2_500, -2_000))]


def test_a_time_that_is_far_has_its_weekday() -> None:
    """The plan reaches over two days."""
    problem = a_problem(*[10, 20] * 60, wants=[a_want(1, before=120)])
    assert ["the cheapest before Sat 18:00; until then a kWh costs € 0.150 on the mean"] == said(
        problem, a_block(0, 0, 4_000)
    )


@pytest.mark.parametrize(
    ("problem", "block", "expected"),
    [
        (
            a_problem(20, 20, 20, 20, wants=[a_want(2, before=4)]),
            a_block(0, 0, 8_000),
            "no hour before 13:00 is cheaper",
        ),
        (
            a_problem(20, 10, wants=[a_want(4, before=2)]),
            a_block(0, 1, 8_000),
            "it takes all the time until 12:30",
        ),
        (
            a_problem(20, 10, 5, wants=[a_want(5, before=2)]),
            a_block(0, 1, 8_000),
            "all the time until 12:30 is too short: 1.0 kWh will be missing",
        ),
        (
            a_problem(20, -5, 20, wants=[a_want(2, before=3)]),
            a_block(1, 1, 8_000),
            "a kWh costs less than nothing: whoever takes it is paid",
        ),
        (
            a_problem(20, 30, 20, sun_w=[0, 4_000, 0], wants=[a_want(1, before=3)]),
            a_block(1, 1, 4_000),
            "sun, at what it would earn in the grid",
        ),
        (
            a_problem(20, 10, 20, wants=[a_want(9, before=3, worth_eur_kwh=0.15)]),
            a_block(1, 1, 8_000),
            "cheap enough to take what may not be needed: a kWh costs € 0.167 on the mean",
        ),
        (
            a_problem(20, 10, 10, 20, load_w=500, peak=DEAR, wants=[a_want(1, before=4)]),
            a_block(1, 2, 2_000),
            "the cheapest before 13:00; until then a kWh costs € 0.150 on the mean; spread out flat under 2.5 kW",
        ),
        (
            a_problem(20, 10, 10, 20, peak=DEAR, wants=[a_want(2, before=4)]),
            a_block(1, 2, 4_000),
            "raises the month's peak to 4.0 kW for € 6.00: no cheaper way to be ready at 13:00",
        ),
    ],
)
def test_a_car_charges_when_it_does_for_a_reason(problem: Problem, block: Block, expected: str) -> None:
    """One case for each."""
    assert [expected] == said(problem, block)


def test_what_runs_goes_on() -> None:
    """Though later is cheaper: it is finished."""
    running = replace(a_block(0, 0, 8_000), start=NOON - QUARTER)
    problem = a_problem(30, 10, wants=[a_want(2, before=2)], before=(running,))
    assert ["charges already: to stop and start once more saves too little"] == said(problem, a_block(0, 0, 8_000))


def test_a_price_that_nobody_published_is_said_to_be_supposed() -> None:
    """Tomorrow's are known at one o'clock."""
    problem = a_problem(20, 10, wants=[a_want(1, before=2)])
    unknown = replace(problem, spans=(problem.spans[0], replace(problem.spans[1], known=False)))
    [one] = said(unknown, a_block(1, 1, 4_000))
    assert one.endswith("; its price is not published yet")


def test_the_battery_makes_room_for_a_car() -> None:
    """The car is told that it is helped, and the battery whom it helps, by its title."""
    problem = a_problem(20, 10, 20, 20, peak=DEAR, wants=[a_want(1, before=4)], store=a_store())
    car, battery = why(problem, a_block(1, 1, 4_000), store_w=(0.0, -1_500.0))
    assert car.helped
    assert sentence(car, at=NOON).endswith("; spread out flat under 2.5 kW; with the battery's help")
    assert "makes room for car_1 under 2.5 kW" == sentence(battery)
    assert "makes room for the blue one under 2.5 kW" == sentence(battery, titles={"car_1": "the blue one"})


def test_the_battery_stores_and_gives_for_a_reason() -> None:
    """Cheap for dear hours; the sun; below zero; the house's own peak, and what it stores for that."""
    store = a_store()
    cheap = a_problem(10, 10, 20, 40, load_w=[0, 0, 0, 4_000], store=store)
    assert [
        "stores at € 0.100 a kWh for 12:45–13:00, when it costs € 0.400",
        "gives in place of buying at € 0.400 a kWh",
    ] == said(cheap, store_w=(4_000, 2_000, 0, -4_000))
    assert ["stores at € 0.100 a kWh for the days after"] == said(cheap, store_w=(4_000,))
    sunny = a_problem(10, 40, sun_w=[4_000, 0], load_w=[0, 2_000], store=store)
    assert (
        "stores sun that would earn € 0.050 a kWh in the grid, for 12:15–12:30, when it costs € 0.400"
        == said(sunny, store_w=(3_000, -2_000))[0]
    )
    paid = a_problem(-5, 40, store=store)
    assert ["a kWh costs less than nothing: whoever takes it is paid"] == said(paid, store_w=(3_000,))
    high = a_problem(20, 20, 20, load_w=[0, 0, 4_000], peak=DEAR, store=store)
    assert [
        "stores so that it can hold the quarters of 12:30–12:45 under 2.5 kW",
        "holds the house under 2.5 kW",
    ] == said(high, store_w=(2_000, 0, -1_500))


def test_what_the_battery_hardly_does_has_no_reason() -> None:
    """A few watts are no stretch."""
    assert () == why(a_problem(10, 20, load_w=30, store=a_store()), store_w=(30, -30))
    assert () == why(a_problem(10, 20))


@pytest.mark.parametrize("cause", Cause)
def test_each_cause_has_a_sentence(cause: Cause) -> None:
    """Also where its numbers are not known."""
    because = Because(cause=cause, device="car_1", start=NOON, end=NOON + QUARTER, power_w=4_000)
    assert "{" not in sentence(because)
    assert cause in ENGLISH


def test_another_language_is_one_more_table() -> None:
    """Times and numbers stay."""
    table: Mapping[Cause, str] = {Cause.CHEAPEST: "le moins cher avant {until} : {price}"}
    said_of: dict[str, Any] = {"until": quarter(4), "eur_kwh": 0.1}
    because = Because(cause=Cause.CHEAPEST, device="car_1", start=NOON, end=NOON + QUARTER, power_w=1.0, **said_of)
    assert "le moins cher avant 13:00 : € 0.100" == sentence(because, causes=table)


@given(problem=problems())
@settings(max_examples=30)
def test_each_block_has_its_reason(problem: Problem) -> None:
    """In the order of the schedule, then the battery's in order of time; none overlaps."""
    plan = schedule(problem)
    outcome = weighed(problem, plan)
    found = reasons(problem, plan, outcome)
    cars, battery = found[: len(plan.blocks)], found[len(plan.blocks) :]
    assert [(block.car, block.start, block.end) for block in plan.blocks] == [
        (because.device, because.start, because.end) for because in cars
    ]
    assert {"battery"} >= {because.device for because in battery}
    assert all(one.end <= other.start for one, other in pairwise(battery))
    assert all(sentence(because, at=problem.at) for because in found)
    for because in cars:
        above_w = max(outcome.peaks_w[place] - one.paid_w for place, one in enumerate(problem.peaks))
        assert because.cause is not Cause.RAISES or above_w > 0
        if because.cause is Cause.CHEAPEST:
            assert round(because.eur_kwh or 0.0, 3) <= round(because.mean_eur_kwh or 0.0, 3)
