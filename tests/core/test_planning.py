"""When a plan is due, and what for."""

from dataclasses import replace
from datetime import datetime, timedelta

from lib.core import greedy, planning
from lib.core.arbitrage import Store
from lib.core.cost import PriceSlot
from lib.core.horizon import PeakPrices, problem
from lib.core.in_force import Found, InForce
from lib.core.outlook import Foreseen, Outlook
from lib.core.plan import Want
from lib.core.planning import NEVER, Battery, Cars, Planning
from lib.core.problem import Problem, Row
from lib.core.quarter import QUARTER, start_of
from tests.conftest import local

AT = local("2026-11-20 20:00")
READY = local("2026-11-21 07:00")
HOUR = timedelta(hours=1)
WANT = Want(car="blue", trip="Ghent", energy_wh=8_000.0, until=READY, full_w=7_360.0, least_w=1_380.0)
STORE = Store(energy_wh=5_000, least_wh=0, most_wh=10_000, charge_w=3_000, discharge_w=3_000)
CHEAP = 2, 5  # the hours of the night, in Brussels


def a_problem(
    *wants: Want, at: datetime = AT, load_w: float = 400.0, cheap: tuple[int, int] = CHEAP, kw_eur: float = 4.8
) -> Problem:
    """A night with some cheap hours."""
    start = start_of(at)
    house = [
        Foreseen(start=start + n * QUARTER, end=start + (n + 1) * QUARTER, load_w=load_w, load_off_w=0.0)
        for n in range(192)
    ]
    first = local("2026-11-20 00:00")
    slots = [
        PriceSlot(first + n * HOUR, first + (n + 1) * HOUR, 0.12 if cheap[0] <= n % 24 < cheap[1] else 0.30, 0.03)
        for n in range(72)
    ]
    return problem(
        at,
        prices=slots,
        outlook=Outlook(made=at, quarters=tuple(house)),
        peaks=PeakPrices(paid_w=2_500.0, next_w=2_500.0, kw_eur=kw_eur, next_kw_eur=kw_eur),
        wants=wants,
    )


def planned(before: Planning, given: Problem, because: str = "a new quarter") -> Planning:
    """After the greedy plan for a problem was found."""
    schedule = greedy.schedule(given)
    return planning.found(planning.begun(before, 0.0), Found(problem=given, schedule=schedule, because=because))


def in_force(found: Planning) -> InForce:
    """The plan."""
    assert found.in_force is not None
    return found.in_force


def test_the_first_plan_is_due_at_once_and_then_one_each_quarter() -> None:
    """And not while the last one was begun just now."""
    assert NEVER == planning.due(Planning(), AT, 0.0)
    known = planned(Planning(), a_problem(WANT))
    assert "" == planning.due(known, AT + QUARTER - HOUR / 3600, 900.0)
    assert "a new quarter" == planning.due(known, AT + QUARTER, 900.0)
    assert "" == planning.due(planning.begun(known, 899.0), AT + QUARTER, 900.0)


def test_what_cars_want_is_news_and_what_they_charge_is_none() -> None:
    """A trip, its hour, a plug, a mode; not the energy that shrinks while it charges."""
    cars = Cars(wants=(WANT,), plugged=frozenset({"blue"}), modes={"garage": "auto"})
    known = planning.begun(planning.cars_heard(Planning(), cars), 0.0)

    def news(**said: object) -> str:
        return planning.cars_heard(known, replace(cars, **said)).news  # type: ignore[arg-type]  # any of its fields

    assert "" == news(wants=(replace(WANT, energy_wh=7_700.0),), heard_s=5.0)
    assert "what cars need changed" == news(wants=(replace(WANT, until=READY - HOUR),))
    assert "what cars need changed" == news(wants=(WANT, replace(WANT, car="red")))
    assert "what cars need changed" == news(wants=(replace(WANT, energy_wh=12_000.0),))
    assert "blue was unplugged" == news(plugged=frozenset())
    assert "red was plugged in" == news(plugged=frozenset({"blue", "red"}))
    assert "a charger's mode changed" == news(modes={"garage": "off"})
    assert "" == news(plugged=frozenset(), wants=(), known=False)  # ev has just begun, and has not looked yet


ROW = Row(name="drive L1", most_w=4_600.0, phase=1, members=frozenset({"blue"}))
CARRY = "what circuits carry changed"


def carried(known: Planning, most_w: float, *, heard_s: float) -> Planning:
    """After a word of ev's about what a circuit leaves."""
    return planning.cars_heard(known, Cars(rows=(replace(ROW, most_w=most_w),), heard_s=heard_s))


def test_what_flows_in_a_circuit_beside_the_cars_is_no_news() -> None:
    """It changes each second; a car that hangs elsewhere is news, and at once."""
    known = planning.begun(carried(Planning(), 4_600.0, heard_s=0.0), 0.0)
    assert "" == carried(known, 4_100.0, heard_s=5.0).news
    elsewhere = replace(ROW, members=frozenset({"red"}))
    assert CARRY == planning.cars_heard(known, Cars(rows=(elsewhere,), heard_s=5.0)).news


def test_a_circuit_that_leaves_less_for_two_minutes_is_news() -> None:
    """It is told at most each five minutes."""
    known = planning.begun(carried(Planning(), 4_600.0, heard_s=0.0), -planning.AGAIN_S)
    for heard_s in range(5, 125, 5):
        known = carried(known, 2_300.0, heard_s=float(heard_s))
        assert "" == known.news
    assert CARRY == carried(known, 2_300.0, heard_s=125.0).news
    assert "" == carried(planning.begun(known, 100.0), 2_300.0, heard_s=125.0).news
    assert "" == carried(carried(known, 4_600.0, heard_s=120.0), 2_300.0, heard_s=125.0).news


def test_a_boiler_that_switches_on_a_circuit_makes_no_plan_at_each_switch() -> None:
    """1.5 kW with each word of ev."""
    known, begun = planning.begun(carried(Planning(), 5_000.0, heard_s=0.0), 0.0), 0
    for heard_s in range(5, 605, 5):
        known = carried(known, 5_000.0 - 1_500.0 * (heard_s // 5 % 2), heard_s=float(heard_s))
        if CARRY == planning.due(known, AT, float(heard_s)):
            known, begun = planning.begun(known, float(heard_s)), begun + 1
    assert not begun


def test_the_first_plan_is_not_called_a_change() -> None:
    """Who is heard for the first time after it is news of its own."""
    battery = Battery(store=STORE, mode="auto")
    assert NEVER == planning.battery_heard(Planning(), battery).news
    later = planned(Planning(), a_problem())
    assert "the battery is known" == planning.battery_heard(later, battery).news
    assert "the cars are known" == planning.cars_heard(later, Cars()).news


def test_a_battery_that_comes_goes_or_is_set_is_news() -> None:
    """How full it is, is none: the plan of the next quarter knows."""
    battery = Battery(store=STORE, mode="auto")
    known = planning.begun(planning.battery_heard(Planning(), battery), 0.0)
    assert "" == planning.battery_heard(known, replace(battery, store=replace(STORE, energy_wh=4_000))).news
    assert "the battery is not steered" == planning.battery_heard(known, replace(battery, store=None)).news
    assert "the battery's mode changed" == planning.battery_heard(known, replace(battery, mode="hold")).news


def test_a_house_that_draws_otherwise_than_foreseen_is_news_after_two_minutes() -> None:
    """A kettle is none; and it is told at most each five minutes."""
    known = planned(Planning(), a_problem())
    for second in range(300, 419):
        known = planning.measured(known, 3_000.0, AT + HOUR / 12, float(second))
        assert "" == known.news
    assert "the house draws 2.6 kW more than foreseen" == planning.measured(known, 3_000.0, AT, 420.0).news
    assert "" == planning.measured(planning.measured(known, 500.0, AT, 419.0), 3_000.0, AT, 420.0).news
    young = planning.begun(known, 300.0)
    assert "" == planning.measured(young, 3_000.0, AT, 420.0).news


def test_a_car_is_behind_its_plan_that_lacks_much_while_quarters_are_left() -> None:
    """The house took its room: 250 Wh too little, within two hours of its trip; the last quarter is as it is."""
    soon = replace(WANT, until=AT + HOUR, energy_wh=1_500.0)
    known = planned(planning.cars_heard(Planning(), Cars(wants=(soon,))), a_problem(soon))
    block = in_force(known).schedule.blocks[0]
    assert block.start == AT

    def behind(minutes: float, lacks_wh: float, **other: object) -> bool:
        has_wh = block.power_w * minutes / 60 - lacks_wh
        want = replace(soon, energy_wh=soon.energy_wh - has_wh, **other)  # type: ignore[arg-type]  # any of its fields
        return planning.behind(planning.cars_heard(known, Cars(wants=(want,))), AT + timedelta(minutes=minutes))

    assert not behind(10, 0)
    assert not behind(10, 200)
    assert behind(10, 300)
    assert not behind(10, 300, worth_eur_kwh=0.3)
    assert not behind(10, 300, since=AT + HOUR / 2)
    assert not behind(10, 300, trip="Namur")
    assert not behind(46, 300)
    assert not planning.behind(Planning(), AT)


def test_who_is_silent_for_a_minute_wants_nothing_any_more() -> None:
    """Its program may be dead; the car may be gone."""
    known = Planning(cars=Cars(wants=(WANT,), heard_s=100.0), battery=Battery(store=STORE, heard_s=100.0))
    assert ((WANT,), STORE) == (planning.wanted(known, 160.0)[0].wants, planning.wanted(known, 160.0)[1].store)
    assert ((), None) == (planning.wanted(known, 161.0)[0].wants, planning.wanted(known, 161.0)[1].store)


def test_a_plan_that_failed_is_due_again_for_the_same_reason() -> None:
    """Also the first one; news that came meanwhile go before."""
    begun = planning.begun(Planning(), 0.0)
    assert "" == planning.due(begun, AT, 60.0)  # a slow machine works on it
    assert NEVER == planning.due(planning.failed(begun, NEVER), AT, 60.0)
    known = planning.begun(planned(Planning(), a_problem(WANT)), 0.0)
    assert "" == planning.due(known, AT, 60.0)
    assert "" == planning.due(known, AT + QUARTER, 60.0)
    assert "prices were published" == planning.due(planning.failed(known, "prices were published"), AT, 60.0)
    newer = planning.battery_heard(known, Battery(store=STORE))
    assert "the battery is known" == planning.due(planning.failed(newer, "prices were published"), AT, 60.0)
