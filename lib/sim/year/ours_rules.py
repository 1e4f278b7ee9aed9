"""How dm, ev and bs are set up in a year: what config.py says of a real home.

In: what a home has and pays, and how long a word of one program to another holds. Out: the rules of the three.
"""

from dataclasses import replace

from lib.core.battery import BatteryRules
from lib.core.car import CarRules
from lib.core.carport import ChargingRules
from lib.core.cellar import TURN_S, StorageRules
from lib.core.charger import LEAST_A, ChargerRules
from lib.core.circuits import Circuit
from lib.core.house import Rules
from lib.core.power import PHASE_V
from lib.core.quarter import QUARTER_S
from lib.core.shares import STOP_S
from lib.core.tempo import Tempo
from lib.sim.year.conditions import Perfect
from lib.sim.year.home import LEFT
from lib.sim.year.seen import Setup

CHARGER, CAR, CELLAR, ROOF = "garage", "car", "cellar", "roof"
LINE_A = 80.0  # the connection of these homes carries whatever flows: nobody said what it is
WEAR_EUR_KWH = 0.005  # as the limit reckons it
RESERVE_PCT = 15.0
FINE_A, LOW_A = 0.1, 2.0  # of a charger that takes any power: its steps; a car at 1 A looks like one that has ended


def dm_rules(setup: Setup, lease_s: float) -> Rules:
    """Of dm."""
    stop_s = max(STOP_S, float(setup.step_s)) if setup.step_s > 1 else STOP_S
    return Rules(tariffs=setup.contract.tariffs, connection_w=3 * LINE_A * PHASE_V, lease_s=lease_s, stop_s=stop_s)


def _circuits() -> tuple[Circuit, ...]:
    return (Circuit(name="connection", limits_a=(LINE_A, LINE_A, LINE_A)),)


def ev_rules(setup: Setup, lease_s: float) -> ChargingRules:
    """Of ev: one charger with its car, or none."""
    car = setup.car
    if car is None:
        return ChargingRules(chargers={}, circuits=_circuits())
    step_a, least_a = (FINE_A, LOW_A) if Perfect.MINIMUM in setup.conditions.perfect else (1.0, LEAST_A)
    charger = ChargerRules(
        name=CHARGER,
        current_a=float(car.most_a),
        phases=car.phases,
        switches=car.phases == 3,
        wired="123" if car.phases == 3 else "1",
        step_a=step_a,
        least_a=least_a,
        car=CAR,
    )
    rules = CarRules(
        name=CAR,
        capacity_wh=car.capacity_wh,
        phases=car.phases,
        current_a=float(car.most_a),
        arrival_pct=100 * LEFT,
        reserve_pct=RESERVE_PCT,
        everyday_pct=100.0,
        night_pct=100.0,
        limit_pct=100.0,
    )
    usual = Tempo()
    steps = max(1.0, setup.step_s / usual.raise_s)  # a step of a minute is as if it had been told six times
    return ChargingRules(
        chargers={CHARGER: charger},
        cars={CAR: rules},
        circuits=_circuits(),
        lease_s=lease_s,
        plan_s=float(QUARTER_S),
        tempo=replace(usual, raise_a=usual.raise_a * steps),
    )


def bs_rules(setup: Setup, lease_s: float) -> StorageRules:
    """Of bs: one battery, or none."""
    battery = setup.battery
    if battery is None:
        return StorageRules(batteries={}, circuits=_circuits())
    rules = BatteryRules(
        name=CELLAR,
        capacity_wh=battery.capacity_wh,
        charge_w=battery.power_w,
        discharge_w=battery.power_w,
        phases=3,
        wired="123",
        least_pct=0.0,
        efficiency=battery.way**2,
        wear_eur_kwh=WEAR_EUR_KWH,
        sells=True,  # as the limit does
    )
    return StorageRules(
        batteries={CELLAR: rules},
        circuits=_circuits(),
        lease_s=lease_s,
        turn_s=0.0 if setup.step_s > 5 else TURN_S,
        has_sun=setup.has_sun,
    )
