"""A past lived again: no battery gives what it has not, no car gets less than it got, and nobody knows tomorrow."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.arbitrage import Store
from lib.core.cost import Marginal
from lib.core.quarter import QUARTER
from lib.core.rerun import Course, Habit, Prices, Rules, Stay, foreseen, known_until, naive, replanned, stored
from lib.core.stamp import BRUSSELS
from lib.core.whatif import Past
from tests.conftest import local

MONDAY = local("2026-10-05 00:00")
DAY = 96
STORE = Store(energy_wh=0, least_wh=0, most_wh=2000, charge_w=1000, discharge_w=1000, efficiency=1.0, wear_eur_kwh=0.0)
FREE = Rules()
COSTS = Rules(kw_eur=5.0)


def quarters(net_w: Sequence[float], start: datetime = MONDAY) -> list[Past]:
    """A quarter for each power."""
    return [
        Past(
            start=start + n * QUARTER,
            import_wh={"1": max(0, round(watts / 4))},
            export_wh={"1": max(0, round(-watts / 4))},
        )
        for n, watts in enumerate(net_w)
    ]


def day_and_night(past: Sequence[Past], night: float = 0.2, day: float = 0.4) -> Prices:
    """Night from 22 to 7."""
    return {one.start: Marginal(day if 7 <= one.start.astimezone(BRUSSELS).hour < 22 else night, 0.05) for one in past}


def levels(course: Course, store: Store) -> list[float]:
    """What the battery holds at the end of each quarter."""
    way, level = store.efficiency**0.5, store.energy_wh
    found = []
    for wh in course.change_wh:
        level += wh * way if wh > 0 else wh / way
        found.append(level)
    return found


def test_the_night_is_moved_into_the_day() -> None:
    """Three days of 500 W: each day 2 kWh of the night are used by day, which a person can add up to € 1.20."""
    past = quarters([500.0] * 3 * DAY)
    prices = day_and_night(past)
    store = replace(STORE, wear_eur_kwh=0.01)  # what costs nothing at all may be done for nothing
    course = stored(past, store, prices, FREE, before=quarters([500.0] * DAY, MONDAY - timedelta(days=1)))
    assert 3 * 2000 == pytest.approx(course.given_wh)
    saved_eur = -sum(
        wh / 1000 * (prices[one.start].import_eur_kwh or 0) for one, wh in zip(past, course.change_wh, strict=True)
    )
    assert 3 * 2 * 0.2 - course.more_wh / 1000 * 0.2 == pytest.approx(saved_eur)


@settings(max_examples=6)
@given(st.integers(0, 10_000), st.sampled_from([FREE, COSTS]), st.sampled_from([0.81, 1.0]))
def test_a_battery_is_a_battery(seed: int, rules: Rules, efficiency: float) -> None:
    """It holds between nothing and all, keeps its powers, and never gives into the grid."""
    dice = random.Random(seed)
    past = quarters([dice.choice([300, -800, 2600, 5000]) + dice.gauss(0, 200) for _ in range(DAY)])
    store = replace(STORE, efficiency=efficiency)
    course = stored(past, store, day_and_night(past), rules)
    assert all(-1 <= level <= store.most_wh + 1 for level in levels(course, store))
    for quarter, wh in zip(past, course.change_wh, strict=True):
        assert -250.001 <= wh <= 250.001
        assert wh >= 0 or -wh <= max(0, quarter.net_wh) + 1


def test_the_peak_is_shaved_with_what_is_kept() -> None:
    """An oven that nobody expected in the evening: the reserve is there, and the month stays at its floor."""
    usual = [400.0] * DAY
    before = [one for n in range(7) for one in quarters(usual, MONDAY - timedelta(days=7 - n))]
    oven = [*usual[:72], 3200.0, 3200.0, *usual[74:]]
    past = quarters([*usual, *oven])
    course = stored(past, STORE, day_and_night(past), COSTS, before=before)
    drawn_w = [max(0.0, one.net_wh + wh) * 4 for one, wh in zip(past, course.change_wh, strict=True)]
    assert max(drawn_w) <= 2500 + 1


def test_nobody_knows_tomorrow() -> None:
    """What comes later changes nothing of what was done before it."""
    dice = random.Random(7)
    net_w = [dice.choice([300.0, 900.0, -500.0]) for _ in range(DAY)]
    one, other = quarters([*net_w, *([200.0] * DAY)]), quarters([*net_w, *([4000.0] * DAY)])
    prices = day_and_night(one)
    early, late = (stored(past, STORE, prices, COSTS).change_wh[:DAY] for past in (one, other))
    assert early == late


def test_prices_are_known_from_one_o_clock() -> None:
    """Tomorrow's come at 13:00; a night with 25 hours is still one night."""
    assert local("2026-10-06 00:00") == known_until(local("2026-10-05 12:59"))
    assert local("2026-10-07 00:00") == known_until(local("2026-10-05 13:00"))
    assert local("2026-10-26 00:00") == known_until(local("2026-10-25 01:00"))


def test_who_foresees_all_saves_more() -> None:
    """The limit is above what could be known."""
    dice = random.Random(3)
    past = quarters([dice.choice([200.0, 600.0, 1500.0, -700.0]) for _ in range(3 * DAY)])
    prices = {one.start: Marginal(dice.choice([0.1, 0.2, 0.3, 0.4]), 0.05) for one in past}

    def eur(course: Course) -> float:
        total = -course.more_wh * 0.2 / 1000
        for one, wh in zip(past, course.change_wh, strict=True):
            price = prices[one.start]
            net_wh = one.net_wh + wh
            total += net_wh / 1000 * ((price.import_eur_kwh if net_wh > 0 else price.export_eur_kwh) or 0.0)
        return total

    assert eur(foreseen(past, STORE, prices, FREE, paid_w=float("inf"))) < eur(stored(past, STORE, prices, FREE))


def test_a_habit_tells_workdays_from_weekends() -> None:
    """What is not known of one is taken from the other, and without both nothing is expected."""
    habit = Habit()
    assert 0.0 == habit.expected_w(MONDAY)
    habit.learn(MONDAY, 500.0)
    saturday = MONDAY + timedelta(days=5)
    assert (500.0, 500.0) == (habit.expected_w(MONDAY + timedelta(days=1)), habit.expected_w(saturday))
    habit.learn(saturday, 900.0)
    assert (500.0, 900.0) == (habit.expected_w(MONDAY), habit.expected_w(saturday + timedelta(days=1)))


EVENING, MORNING = local("2026-10-05 18:00"), local("2026-10-06 07:00")


def a_stay(*energy_wh: float, first: datetime = EVENING) -> Stay:
    """A car from evening to morning, that charged so in the quarters from `first` on."""
    return Stay(
        car="car_1",
        since=EVENING,
        until=MORNING,
        energy_wh={first + n * QUARTER: wh for n, wh in enumerate(energy_wh)},
    )


def cars_wh(past: Sequence[Past], stay: Stay, course: Course) -> list[float]:
    """What the car then charges by quarter."""
    return [stay.energy_wh.get(one.start, 0.0) + wh for one, wh in zip(past, course.change_wh, strict=True)]


def test_a_car_charged_at_once_begins_at_its_plug_in() -> None:
    """What was planned into the night would have begun at 18:00, with the same kWh."""
    past = quarters([2400.0 if one < 32 or one >= 96 + 12 else 400.0 for one in range(2 * DAY)])
    stay = a_stay(*[1000.0] * 6, first=local("2026-10-06 01:00"))
    charged = cars_wh(past, stay, naive(past, [stay]))
    at = next(n for n, one in enumerate(past) if one.start == EVENING)
    assert [1000.0] * 6 == charged[at : at + 6]
    assert 6000 == pytest.approx(sum(charged))


def test_a_planned_car_charges_in_the_night_under_the_peak() -> None:
    """It charged at 18:00 at 4 kW; planned it waits for the cheap hours, and no quarter is above 2.5 kW."""
    at = next(n for n in range(2 * DAY) if MONDAY + n * QUARTER == EVENING)
    past = quarters([4400.0 if at <= n < at + 6 else 400.0 for n in range(2 * DAY)])
    before = quarters([400.0] * DAY, MONDAY - timedelta(days=1))
    stay = a_stay(*[1000.0] * 6)
    course = replanned(past, [stay], day_and_night(past), COSTS, before=before, peak_w=0.0)
    charged = cars_wh(past, stay, course)
    assert 6000 == pytest.approx(sum(charged))
    assert all(not wh or 22 <= one.start.astimezone(BRUSSELS).hour or one.start >= MONDAY + timedelta(days=1)
               for one, wh in zip(past, charged, strict=True))  # fmt: skip
    assert max(one.net_wh + wh for one, wh in zip(past, course.change_wh, strict=True)) * 4 <= 2500 + 1


def test_a_car_that_has_no_time_charges_all_the_same() -> None:
    """It stood an hour at full power; the plan has no other hour, whatever the peak costs."""
    past = quarters([7700.0 if 72 <= n < 76 else 300.0 for n in range(DAY)])
    stay = Stay(
        car="",
        since=EVENING,
        until=EVENING + timedelta(hours=1),
        energy_wh={EVENING + n * QUARTER: 1850.0 for n in range(4)},
    )
    course = replanned(past, [stay], day_and_night(past), COSTS, before=(), peak_w=0.0)
    assert [0.0] * DAY == pytest.approx(list(course.change_wh), abs=1)
