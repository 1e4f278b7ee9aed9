"""pv-control's two modes in a home's year; its cycle has tests of its own."""

from functools import partial

import pytest

from lib.core.modes import Mode
from lib.sim.rivals.pv_modes import PV_ALL, PV_ONLY, PvMode
from lib.sim.year.course import Course
from lib.sim.year.seen import Known, Maker, Orders, Seen, Setup
from tests.sim.rivals.seen import (
    ONE_PHASE,
    THREE_PHASES,
    a_bench,
    a_home,
    decisions,
    journey,
    lively,
    looks_ahead,
    run,
)


def amps(maker: Maker, *suns_w: float) -> list[float]:
    """What is ordered minute by minute, with a car that takes what it is given."""
    bench = a_bench(maker, a_home(sun_w=1.0))
    found: list[float] = []
    for minute, sun_w in enumerate(suns_w):
        car_w = 230 * found[-1] if found else 0.0
        found.append(bench.at(minute / 60, sun_w=sun_w, car_w=car_w).current_a)
    return found


def test_pv_only_follows_the_surplus_and_stops_after_two_minutes_without() -> None:
    """3 kW less 400 W are 11 A; less than 6 A is 6 A while it waits."""
    assert [11.0, 13.0, 6.0, 0.0] == amps(PV_ONLY, 3_000, 3_500, 400, 400)


def test_pv_all_fills_up_from_the_grid() -> None:
    """From 500 W of surplus on, for two minutes, it charges with 6 A."""
    assert [0.0, 0.0, 6.0] == amps(PV_ALL, 899, 900, 900)


def test_a_start_waits_for_two_minutes_after_a_stop() -> None:
    """Two cycles of a minute."""
    assert [11.0, 6.0, 0.0, 0.0, 11.0] == amps(PV_ONLY, 3_000, 400, 400, 3_000, 3_000)


def test_its_mode_begins_anew_when_the_car_is_back() -> None:
    """Five minutes without a car end it, a car that comes begins it."""
    home = a_home(journey(departs_h=10, hours=1, kwh=10), sun_w=3_000.0, days=1)
    cars_wh = list(run(PV_ONLY, home)["car_wh"])
    assert (0, 10) == (round(sum(cars_wh[:44]) / 1000, 1), round(sum(cars_wh[44:]) / 1000, 1))


def test_three_phases_are_used_where_the_sun_is_enough() -> None:
    """6 kW of surplus are 8 A on three phases."""
    home = a_home(journey(departs_h=2, hours=1, kwh=30), sun_w=6_000.0, days=1, car=THREE_PHASES)
    course = run(PV_ONLY, home)
    assert 8 * 3 * 230 / 4 == pytest.approx(course["car_wh"][20], rel=0.02)


def energies(maker: Maker) -> Course:
    """Three days with sun, both with battery."""
    return run(maker, lively(days=3), battery=True)


def test_pv_all_charges_more_than_pv_only_and_neither_at_night() -> None:
    """With the plant."""
    only, both = energies(PV_ONLY), energies(PV_ALL)
    assert 0 < sum(only["car_wh"]) < sum(both["car_wh"])
    assert not any(car for car, sun in zip(both["car_wh"], both["sun_wh"], strict=True) if not sun and car > 400)


class EachCycle(PvMode):
    """The same, with no cycle left out."""

    def step(self, seen: Seen) -> Orders:
        """Never at rest."""
        self._rests = False
        return super().step(seen)


@pytest.mark.parametrize("mode", [Mode.PV_ONLY, Mode.PV_ALL])
@pytest.mark.parametrize("car", [ONE_PHASE, THREE_PHASES], ids=lambda car: car.name)
def test_cycles_that_are_left_out_would_change_nothing(mode: Mode, car: object) -> None:
    """Sun, clouds, nights and trips."""
    home = lively(days=3, car=THREE_PHASES if car is THREE_PHASES else ONE_PHASE)

    def each(setup: Setup, known: Known) -> PvMode:
        return EachCycle(setup, known, mode=mode)

    one, other = (decisions(maker, home, quarters=288) for maker in (partial(PvMode, mode=mode), each))
    assert one == other


def test_it_does_not_look_ahead() -> None:
    """Other days change no decision before."""
    assert [False, False] == [looks_ahead(maker, battery=True) for maker in (PV_ONLY, PV_ALL)]
