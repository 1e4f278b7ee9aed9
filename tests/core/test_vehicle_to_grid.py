"""A car that may give back: a night of the simulated car, which leaves with what its trip needs, at a lower peak."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from lib.core.arbitrage import Store, Stretch
from lib.core.give_back import Stay, parked, planned_in_turn
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
from lib.sim.journeys import Journey
from tests.conftest import local

QUARTER = timedelta(minutes=15)
EVENING, MORNING = local("2026-11-20 17:30"), local("2026-11-21 07:30")
CAPACITY_WH, NEED_PCT, TRIP_WH = 60_000, 70.0, 20_000
TARGET_W, LEAST_A = 2_500.0, 6.0
BATTERY = Store(energy_wh=3_000, least_wh=1_000, most_wh=5_000, charge_w=2_000, discharge_w=2_000)


def base_w(at: datetime) -> float:
    """What the house draws: four and a half kilowatts while they cook."""
    return 4_500.0 if local("2026-11-20 18:00") <= at < local("2026-11-20 20:30") else 600.0


def ahead(at: datetime, until: datetime) -> list[Stretch]:
    """What is expected, and then happens: 35 ct until ten, 25 ct by night."""
    found = []
    while at < until:
        price = 0.35 if at < local("2026-11-20 22:00") else 0.25
        found.append(
            Stretch(
                start=at,
                end=at + QUARTER,
                import_eur_kwh=price,
                export_eur_kwh=0.05,
                load_w=base_w(at),
                room_w=TARGET_W,
                over_eur_kwh=20.0,
            )
        )
        at += QUARTER
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """How a night went."""

    peak_w: float
    car: Car
    point: ChargePoint

    @property
    def left_with_pct(self) -> float:
        """How full the car was when it left."""
        return self.car.departures[0].soc_pct


def lived(discharge_w: int) -> Night:
    """From the evening to the trip: each quarter is planned anew with what the car really holds."""
    car = Car(capacity_wh=CAPACITY_WH, soc_pct=62.0, phases=1, most_a=32.0, discharge_w=discharge_w)
    point = ChargePoint(
        start=EVENING,
        car=car,
        phases=1,
        wired="1",
        most_a=32.0,
        settings=ChargeSettings(current_a=LEAST_A, paused=True, phases=1),
        journeys=[Journey(departs=MORNING, returns=MORNING + timedelta(hours=9), energy_wh=TRIP_WH)],
        gives_back=discharge_w > 0,
    )
    peak_w, began_wh, at = 0.0, car.soc_pct * CAPACITY_WH / 100, EVENING
    stay = Stay(start=EVENING, end=MORNING, floor_wh=(NEED_PCT + 0.5) / 100 * CAPACITY_WH, gone_wh=TRIP_WH)
    while at < MORNING:
        store = Store(
            energy_wh=car.soc_pct * CAPACITY_WH / 100,
            least_wh=0.2 * CAPACITY_WH,
            most_wh=0.8 * CAPACITY_WH,
            charge_w=7_360.0,
            discharge_w=discharge_w,
            efficiency=0.67,  # 250 W of the car's own at 2 kW, each way
            wear_eur_kwh=0.1,
        )
        plan = planned_in_turn(None, store, ahead(at, MORNING + timedelta(hours=10)), [stay], end_eur_kwh=0.1)[1]
        power_w = plan.steps[0].power_w
        current_a = max(LEAST_A, power_w / 230) if power_w > 100 else 0.0
        if discharge_w:
            point.tell(power_w=min(0, round(power_w)))
        point.tell(current_a=max(LEAST_A, current_a), paused=current_a == 0)
        drawn_wh = car.drawn_wh - car.given_wh
        point.step(QUARTER.total_seconds())
        peak_w = max(peak_w, base_w(at) + 4 * (car.drawn_wh - car.given_wh - drawn_wh))
        at += QUARTER
    assert car.gained_wh - car.spent_wh == pytest.approx(
        car.departures[0].soc_pct * CAPACITY_WH / 100 - began_wh, abs=1
    )
    return Night(peak_w=peak_w, car=car, point=point)


def test_a_car_that_gives_back_leaves_with_its_need_met_and_a_lower_peak() -> None:
    """While they cook it gives two kilowatts, and has them back by night under the target."""
    without, with_ = lived(0), lived(5_000)
    assert 4_500 <= without.peak_w
    assert with_.peak_w <= TARGET_W * 1.03  # the ramps of a car, and amperes that begin at six
    assert with_.left_with_pct >= NEED_PCT
    assert without.left_with_pct >= NEED_PCT
    assert with_.car.given_wh == pytest.approx(2_000 * 2.5, rel=0.03)
    assert with_.point.register.given_wh == pytest.approx(with_.car.given_wh)


def test_the_battery_is_planned_first_and_the_car_on_what_is_left() -> None:
    """Both together give no more than the house draws, and neither into the other."""
    stretches = ahead(EVENING, MORNING)
    car = Store(energy_wh=40_000, least_wh=12_000, most_wh=48_000, charge_w=7_000, discharge_w=5_000, wear_eur_kwh=0.1)
    battery, parked_car = planned_in_turn(BATTERY, car, stretches, [Stay(start=EVENING, end=MORNING)], end_eur_kwh=0.2)
    for stretch, one, other in zip(stretches, battery.steps, parked_car.steps, strict=True):
        assert stretch.load_w + one.power_w + other.power_w >= -1e-6
        if stretch.load_w > TARGET_W:
            assert stretch.load_w + one.power_w + other.power_w <= TARGET_W + 1e-6
    assert any(step.power_w < 0 for step in battery.steps)
    assert any(step.power_w < 0 for step in parked_car.steps)


def test_a_car_is_there_only_while_it_is_plugged_in() -> None:
    """A stretch counts that a stay holds whole; the floor stands at its end, the trip right behind it."""
    stretches = ahead(EVENING, EVENING + 6 * QUARTER)
    stay = Stay(start=EVENING + QUARTER / 2, end=EVENING + 4 * QUARTER, floor_wh=30_000, gone_wh=8_000)
    found = parked(stretches, [stay])
    assert [False, True, True, True, False, False] == [one.present for one in found]
    assert [0, 0, 0, 30_000, 0, 0] == [one.floor_wh for one in found]
    assert [0, 0, 0, 0, 8_000, 0] == [one.gone_wh for one in found]


def test_without_a_battery_there_is_the_car_alone() -> None:
    """The battery's plan is empty."""
    car = Store(energy_wh=40_000, least_wh=12_000, most_wh=48_000, charge_w=7_000, discharge_w=0.0)
    battery, alone = planned_in_turn(
        None, car, ahead(EVENING, MORNING), [Stay(start=EVENING, end=MORNING)], end_eur_kwh=0
    )
    assert ((), True) == (battery.steps, all(step.power_w >= 0 for step in alone.steps))
