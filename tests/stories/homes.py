"""Homes with a car that stories begin with, and what their owners do."""

from datetime import datetime, timedelta

from lib.core import arrival, soc
from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.car import CarReading, CarRules
from lib.core.carport import ChargingRules
from lib.core.charger import ChargerRules
from lib.core.cost import PriceSlot
from lib.core.soc import TYPED, Soc
from lib.core.trip import Entry
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
from tests.conftest import local
from tests.stories.driveway import Driveway

EVENING = local("2026-11-20 19:00")  # a Friday
NOON = local("2026-11-21 12:00")
STATES = ("known", "unknown", "estimated")  # of charge
DAY_EUR, NIGHT_EUR = 0.40, 0.30
SATURDAY = 5


def a_charger(name: str = "garage", **more: object) -> ChargerRules:
    """An NRGkick on one phase, by default."""
    chosen: dict[str, object] = {"name": name, "phases": 1, "wired": "1", "step_a": 0.1, "car": "car_1"} | more
    return ChargerRules(**chosen)  # type: ignore[arg-type]


def a_car(name: str = "car_1", **more: object) -> CarRules:
    """A car of 77 kWh that takes one phase, by default."""
    chosen: dict[str, object] = {"name": name, "capacity_wh": 77_000.0, "phases": 1} | more
    return CarRules(**chosen)  # type: ignore[arg-type]


def a_point(
    start: datetime, car: Car, *, name: str = "garage", phases: int = 1, wired: str | None = None, plugged: bool = True
) -> ChargePoint:
    """A charge point as its owner left it: paused at 6 A."""
    return ChargePoint(
        settings=ChargeSettings(current_a=6.0, paused=True, phases=phases),
        start=start,
        name=name,
        phases=phases,
        wired=wired or ("1" if phases == 1 else "123"),
        car=car,
        plugged=plugged,
    )


def a_home(
    start: datetime = EVENING,
    *,
    soc_pct: float = 40.0,
    state: str = "known",
    car: Car | None = None,
    rules: CarRules | None = None,
    charger: ChargerRules | None = None,
    plugged: bool = True,
    **more: object,
) -> Driveway:
    """A house with one car on its cable.

    state: of charge, which the owner has just typed, or nobody knows, or which was typed two hours ago and counted on
    from there.
    """
    charger, rules = charger or a_charger(), rules or a_car()
    car = car or Car(phases=rules.phases)
    car.set_soc(soc_pct)
    point = a_point(start, car, phases=charger.phases, wired=charger.wired, plugged=plugged)
    chosen = ChargingRules(chargers={charger.name: charger}, cars={rules.name: rules})
    socs = [estimated(rules, point, start, soc_pct)] if state == "estimated" else []
    home = Driveway(start, point, rules=chosen, socs=socs, **more)  # type: ignore[arg-type]
    if state == "known":
        home.type_soc(soc_pct)
    return home


def two_cars(start: datetime = EVENING, *cars: Car, second_plugged: bool = True, **more: object) -> Driveway:
    """A house with two chargers on L1; `car_1` hangs on `garage`, `car_2` on `street`."""
    chargers = {"garage": a_charger(), "street": a_charger("street", car="car_2")}
    points = [
        a_point(start, car, name=name, plugged=name == "garage" or second_plugged)
        for name, car in zip(chargers, cars or (Car(phases=1), Car(phases=1, name="car_2")), strict=True)
    ]
    for point in points:
        assert point.home
        point.home.set_soc(40.0)
    rules = ChargingRules(chargers=chargers, cars={name: a_car(name) for name in ("car_1", "car_2")})
    home = Driveway(start, *points, rules=rules, **more)  # type: ignore[arg-type]
    home.type_soc(40.0)
    home.type_soc(40.0, car="car_2")
    return home


def estimated(rules: CarRules, point: ChargePoint, at: datetime, soc_pct: float) -> Soc:
    """A state of charge that was typed two hours ago, 3 % lower."""
    before, total_wh = at - timedelta(hours=2), point.total_wh - 3 * rules.wall_wh_pct
    known = arrival.plugged_in(soc.opened(rules), point.name, total_wh, before, point.plugins)
    known = soc.read(known, CarReading(source=TYPED, as_of=before, soc_pct=soc_pct - 3), before, total_wh)
    return soc.charged(known, point.total_wh, at)


def a_trip(title: str, at: datetime, *, key: str = "trip", hours: float = 8) -> Entry:
    """A trip in the calendar."""
    return Entry(key=key, title=title, start=at, end=at + timedelta(hours=hours))


def day_and_night(start: datetime, days: int = 5) -> tuple[PriceSlot, ...]:
    """Prices of a contract by day and night: dear from 6 to 22 o'clock on weekdays; from that local day on."""
    first = local_day(start)
    slots = []
    for ahead in range(days):
        day = first + timedelta(days=ahead)
        at, until = midnight(day), midnight(day + timedelta(days=1))
        six, ten = at + timedelta(hours=6), at + timedelta(hours=22)
        dear_eur = DAY_EUR if day.weekday() < SATURDAY else NIGHT_EUR
        slots += [
            PriceSlot(since, end, eur, 0.1)
            for since, end, eur in ((at, six, NIGHT_EUR), (six, ten, dear_eur), (ten, until, NIGHT_EUR))
        ]
    return tuple(slots)
