"""A period at finer and coarser steps: bills within 2 %, peaks within 0.1 kW."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from lib.sim.year.contract import contract
from lib.sim.year.home import Home
from lib.sim.year.live import Frame, lived
from lib.sim.year.score import Score, score
from lib.sim.year.strategies import NAIVE, OURS, STRATEGIES
from lib.sim.year.synthetic import made
from tests.sim.rivals.seen import a_home, journey

NEAR, NEAR_KW = 0.02, 0.1


def scores(name: str, home: Home, steps_s: Sequence[int], *, battery: bool = True) -> list[Score]:
    """How a strategy fares at each of these steps."""
    rates = contract("dynamic")
    prices = rates.prices(home)
    found = []
    for step_s in steps_s:
        frame = Frame(battery=battery, step_s=step_s)
        course = lived(home, STRATEGIES[name], contract=rates, prices=prices, frame=frame)
        found.append(score(course, home=home, contract=rates, prices=prices, battery=battery, strategy=name))
    return found


def a_night() -> Home:
    """Hours in which a car that comes home late must charge 8 kWh before it leaves."""
    back, leaves = journey(departs_h=0.5, hours=0.5, kwh=40), journey(departs_h=4, hours=0.25, kwh=16)
    home, quarters = a_home(back, leaves, days=1, load_w=500.0), 18
    return replace(
        home,
        load_wh=home.load_wh[:quarters],
        sun_w=home.sun_w[:quarters],
        sun_foreseen_w=home.sun_foreseen_w[:quarters],
        index=home.index[:quarters],
    )


def are_near(found: Sequence[Score]) -> bool:
    """Whether bills and peaks differ by no more than they may."""
    bills = [one.bill_eur for one in found]
    peaks = [kw for one in found for kw in one.month_peaks_kw]
    return max(bills) < min(bills) * (1 + NEAR) and max(peaks) - min(peaks) < NEAR_KW


@pytest.mark.parametrize("battery", [False, True])
def test_a_step_hardly_changes_what_is_paid(battery: bool) -> None:
    """Two days at 1, 10 and 60 s: what is left is that orders show after a lag."""
    found = scores(NAIVE, made("S1", days=62).first(2, skip=60), (1, 10, 60), battery=battery)
    assert are_near(found)
    assert all(one.car_kwh == pytest.approx(two.car_kwh) for one, two in pairwise(found))


def test_a_step_hardly_changes_what_ours_pays() -> None:
    """A night at 10 and 60 s in which a car takes what the peak and the battery leave."""
    found = scores(OURS, a_night(), (10, 60))
    assert are_near(found)
    assert all(one.car_kwh > 7.5 for one in found)
