"""What is foreseen for each car: a state of charge that nobody knows, and cheap hours that last a weekend."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lib.core import foresight
from lib.core.car import Ask, CarRules
from lib.core.foresight import Prospect
from lib.core.house import House, Rules
from lib.core.needs import Need, Step
from lib.core.plan import cheap_hours
from lib.core.trip import Trip
from lib.messages.dm import say_rates
from tests.conftest import local
from tests.core.prices import rates

CAR = CarRules(name="car_1", capacity_wh=60_000, phases=1)
EVENING = local("2026-11-20 20:00")


def foreseen(*, hours: float, low_pct: float | None, charged_wh: float = 0.0) -> Need:
    """What a trip to 60 % takes in so many hours, with 2 kW left for the car."""
    ready = EVENING + timedelta(hours=hours)
    trip = Trip(key="k", car="car_1", title="Gent", ready=ready, departs=ready, returns=ready, ask=Ask(soc_pct=60))
    outlook = Prospect(
        car=CAR,
        low_pct=low_pct,
        charged_wh=charged_wh,
        wall_wh_pct=CAR.wall_wh_pct,
        full_w=3680.0,
        least_w=1380.0,
        plugged=True,
    )
    rooms = foresight.rooms((), EVENING, target_w=2400.0, usual_w={}, else_w=400.0)
    (need,) = foresight.needs(outlook, [trip], rooms, EVENING, before={}, help_asked_s=float("inf"))
    return need


def test_a_state_of_charge_that_nobody_knows_never_makes_a_new_peak() -> None:
    """However short the time: what is known goes above the paid peak, what is supposed does not."""
    for hours in (0.2, 1.0, 5.0):
        assert foreseen(hours=hours, low_pct=20.0).step >= Step.OVER
        assert Step.ANY_RATE is foreseen(hours=hours, low_pct=None).step


def test_an_unknown_car_came_home_with_what_it_must_have_left_and_has_what_was_charged_since() -> None:
    """So it is not charged for ever."""
    whole_wh = 40 * CAR.wall_wh_pct
    assert whole_wh == foreseen(hours=40, low_pct=None).energy_wh
    assert whole_wh / 2 == foreseen(hours=40, low_pct=None, charged_wh=whole_wh / 2).energy_wh
    assert 0 == foreseen(hours=40, low_pct=None, charged_wh=whole_wh).energy_wh


def test_what_is_wanted_is_what_surely_has_it_ready() -> None:
    """Of 20 kWh that are charged 2 may not arrive, a day parked takes 1 %, and half a per cent less is ready too."""
    ready = EVENING + timedelta(hours=24)
    trip = Trip(key="k", car="car_1", title="Gent", ready=ready, departs=ready, returns=ready, ask=Ask(soc_pct=60))
    one = Prospect(car=CAR, low_pct=30.0, wall_wh_pct=600.0, spread=0.1, full_w=3680.0, least_w=1380.0, plugged=True)
    needed = foresight.needs(one, [trip], (), EVENING, before={}, help_asked_s=None)
    (want,) = foresight.wanted([one], {"car_1": needed}, None, EVENING)
    assert 18_000.0 == needed[0].energy_wh
    assert (18_000.0 + 600.0 - 300.0) / 0.9 == pytest.approx(want.energy_wh)


def test_cheap_hours_bring_more_than_a_trip_takes() -> None:
    """A trip wants 50 %, a night 60 %: the plan hears of both, and of none beside a trip that wants more."""
    ready = EVENING + timedelta(hours=10)
    one = Prospect(car=CAR, low_pct=40.0, wall_wh_pct=600.0, full_w=3680.0, least_w=1380.0, plugged=True)
    for goal_pct, more_wh in ((50.0, [6_000.0]), (70.0, [])):
        ask = Ask(soc_pct=goal_pct)
        trip = Trip(key="k", car="car_1", title="Gent", ready=ready, departs=ready, returns=ready, ask=ask)
        needed = foresight.needs(one, [trip], (), EVENING, before={}, help_asked_s=None)
        wants = foresight.wanted([one], {"car_1": needed}, 0.2, EVENING)
        assert [(goal_pct - 40.5 + 10 / 24) * 600.0, *more_wh] == pytest.approx([want.energy_wh for want in wants])
        assert all(want.until == ready for want in wants)


def test_a_car_that_does_not_do_what_a_plan_says_wants_nothing_of_it() -> None:
    """Its owner set its charger to something else, or it has stopped by itself."""
    ready = EVENING + timedelta(hours=10)
    one = Prospect(car=CAR, low_pct=40.0, wall_wh_pct=600.0, full_w=3680.0, least_w=1380.0, plugged=True, waits=False)
    ask = Ask(soc_pct=70.0)
    trip = Trip(key="k", car="car_1", title="Gent", ready=ready, departs=ready, returns=ready, ask=ask)
    needed = foresight.needs(one, [trip], (), EVENING, before={}, help_asked_s=None)
    assert () == foresight.wanted([one], {"car_1": needed}, 0.2, EVENING)
    assert foresight.wanted([replace(one, waits=True)], {"car_1": needed}, 0.2, EVENING)


def test_a_weekend_at_the_night_price_is_cheap_all_along() -> None:
    """From Friday evening to Monday morning, over Easter to Tuesday, though no other price follows for days."""
    rules = Rules(tariffs=rates("day_night_all_in"), connection_w=17_250.0)
    for text in ("2026-11-20 22:30", "2026-11-21 12:00", "2026-11-22 03:00", "2026-04-03 22:30"):
        at = local(text)
        slots = say_rates(House(), rules, now=at).slots
        assert ((at, at + timedelta(hours=24)),) == cheap_hours(foresight.priced(slots, at), at), text
