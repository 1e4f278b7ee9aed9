"""What ev says at noon: two chargers, two cars, trips, a plan and sessions, each to be changed."""

from datetime import timedelta
from typing import Any

from lib.core.charger import Plug
from lib.core.modes import Mode
from lib.core.needs import Step
from lib.core.plan import Block
from lib.core.soc import Confidence
from lib.core.why import Reason, Why
from lib.messages.charging import (
    Budget,
    CalendarNow,
    CarNow,
    ChargerNow,
    Charging,
    CircuitNow,
    Help,
    PhaseLoad,
    PlugIn,
    SessionRow,
    Sessions,
    TripNow,
)

from .builders import NOON

HOUR = timedelta(hours=1)
SUN = Why(reason=Reason.SURPLUS, power_w=2300.0)
EMPTY = Why(reason=Reason.NO_CAR)


def a_charger(name: str = "garage", because: Why = SUN, **changes: Any) -> ChargerNow:
    """One that charges car_1 from the sun with 10 A."""
    told: dict[str, Any] = {
        "make": "nrgkick",
        "plug": Plug.CHARGING,
        "mode": Mode.PV_ONLY,
        "switches": True,
        "car": "car_1",
        "by": "usual",
        "offered_a": 10.0,
        "phases": 1,
        "power_w": 2300.0,
        "plug_in": PlugIn(since=NOON - 3 * HOUR, energy_wh=6200.0, sun_wh=5000.0, grid_wh=1200.0, eur=0.84, stops=1),
        "why": "charges at 2.3 kW from the sun",
    }
    return ChargerNow(name=name, because=because, **told | changes)


def an_empty_charger(name: str = "carport", **changes: Any) -> ChargerNow:
    """One without a car."""
    return ChargerNow(
        name=name, make="goe", plug=Plug.EMPTY, mode=Mode.AUTO, because=EMPTY, why="no car on the cable", **changes
    )


def a_circuit(name: str = "connection", **changes: Any) -> CircuitNow:
    """3x25 A, and what flows."""
    phases = tuple(PhaseLoad(phase=at, limit_a=25.0, load_a=a) for at, a in ((1, 12.4), (2, 23.1), (3, 1.2)))
    told: dict[str, Any] = {"chargers": ("garage", "carport"), "phases": phases, "other_a": (2.4, 23.1, 1.2)}
    return CircuitNow(name=name, **told | changes)


def a_car(name: str = "car_1", **changes: Any) -> CarNow:
    """One whose owner typed how full it is two hours ago."""
    told: dict[str, Any] = {
        "title": "Model 3",
        "capacity_wh": 57_500.0,
        "everyday_pct": 80.0,
        "soc_pct": 63.4,
        "confidence": Confidence.ESTIMATED,
        "age_s": 7500.0,
        "source": "typed",
        "target_pct": 80.0,
    }
    return CarNow(name=name, **told | changes)


def a_trip(**changes: Any) -> TripNow:
    """To the sea this evening."""
    told: dict[str, Any] = {
        "car": "car_1",
        "title": "to the sea",
        "departs": NOON + 8 * HOUR,
        "ready": NOON + 7.75 * HOUR,
        "ask": "180 km",
        "target_pct": 76.0,
        "energy_wh": 8530.0,
        "latest_start": NOON + 5 * HOUR,
        "slack_s": 18_000.0,
        "reach_pct": 76.0,
        "feasible": True,
    }
    return TripNow(**told | changes)


def a_charging(**changes: Any) -> Charging:
    """All of it."""
    unknown = a_car("car_2", soc_pct=None, confidence=Confidence.UNKNOWN, age_s=None, source="", target_pct=None)
    told: dict[str, Any] = {
        "boot": "e1",
        "seq": 1,
        "said": NOON,
        "at": NOON,
        "chargers": (a_charger(), an_empty_charger()),
        "cars": (a_car(), unknown),
        "trips": (a_trip(), a_trip(title="work", departs=NOON + 20 * HOUR, ready=NOON + 19 * HOUR, car="car_2")),
        "calendars": (CalendarNow(name="family", trips=2, age_s=240.0),),
        "plan": (Block(car="car_1", start=NOON + HOUR, end=NOON + 2 * HOUR, power_w=3680.0, eur_kwh=0.2, trip="sea"),),
        "circuits": (a_circuit(),),
        "budget": Budget(used_w=2300.0, granted_w=3500.0, target_w=3910.0, until=NOON + timedelta(minutes=10)),
    }
    return Charging(**told | changes)


ONE = a_charging(chargers=(a_charger(),), cars=(a_car(),))  # with one of each a name may be left out
LATE = a_trip(feasible=False, step=Step.UNREACHABLE, reach_pct=61.0, slack_s=-1800.0)
HELP = Help(power_w=2000.0, until=NOON + timedelta(minutes=5), why="a cloud passes")
SESSIONS = Sessions(
    last=(
        SessionRow(
            charger="garage",
            car="car_1",
            since=NOON - 20 * HOUR,
            until=NOON - 14.5 * HOUR,
            energy_wh=23_450.0,
            sun_wh=9000.0,
            battery_wh=2000.0,
            grid_wh=12_450.0,
            eur=5.61,
            peak_w=400.0,
            peak_eur=1.92,
            soc_from_pct=40.0,
            soc_to_pct=63.0,
        ),
        SessionRow(
            charger="carport",
            car="",
            since=NOON - 60 * HOUR,
            until=NOON - 59 * HOUR,
            energy_wh=1000.0,
            sun_wh=0.0,
            battery_wh=0.0,
            grid_wh=1000.0,
        ),
    )
)
