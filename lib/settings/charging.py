"""What the programs talk to, and how the owner wants cars charged: chargers, cars, batteries; or what is simulated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from types import MappingProxyType

from lib.core.battery import BatteryRules
from lib.core.car import CarRules
from lib.core.charger import ChargerRules
from lib.core.circuits import Profile
from lib.core.surplus import Priority
from lib.settings.batteries import BatteryPlace, parse_batteries
from lib.settings.cars import CarPlace, parse_cars
from lib.settings.chargers import ChargerPlace, parse_chargers
from lib.settings.circuits import CircuitPlace, parse_circuits, parse_sharing
from lib.settings.config import Config
from lib.settings.doors import LOOPBACK
from lib.settings.inverters import InverterPlace, parse_inverters
from lib.settings.wiring import Connection

READY_BEFORE_MIN = 15.0
ROTATION_MIN = 30.0
PRIORITIES: Mapping[str, Priority] = MappingProxyType(
    {"auto": Priority.AUTO, "car": Priority.CAR, "battery": Priority.HOME_BATTERY}
)
KINDS = ("google:", "ics:")
SIM_CHARGER, SIM_CALENDAR, SIM_CARS = 5, 6, 7  # the simulated house's ports, counted from the first
SIM_BATTERY, SIM_INVERTER = 8, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What there is to charge, by what, for which trips, and what stores; calendars: addresses as of lib/calendars."""

    chargers: tuple[ChargerPlace, ...] = ()
    circuits: tuple[CircuitPlace, ...] = ()
    cars: tuple[CarPlace, ...] = ()
    calendars: tuple[str, ...] = ()
    batteries: tuple[BatteryPlace, ...] = ()
    inverters: tuple[InverterPlace, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How the owner wants it; sharing: how the connection does, rotation_s: how often a line that waits turns."""

    ready_before: timedelta
    all_day_departure: time
    priority: Priority
    sharing: Profile
    rotation_s: float


def parse_places(config: Config, connection: Connection) -> Places:
    """What the owner has. Raises SettingsError."""
    cars = parse_cars(config)
    chargers = parse_chargers(config, connection=connection, cars=[place.rules.name for place in cars])
    return Places(
        chargers=chargers,
        circuits=parse_circuits(config, connection, [place.rules.name for place in chargers]),
        cars=cars,
        calendars=_calendars(config),
        batteries=parse_batteries(config, connection),
        inverters=parse_inverters(config),
    )


def parse_wishes(config: Config) -> Wishes:
    """How the owner wants it. Raises SettingsError."""
    return Wishes(
        ready_before=timedelta(minutes=config.amount("ready_before_min", 0, 240, missing=READY_BEFORE_MIN)),
        all_day_departure=config.clock("all_day_departure", "07:00"),
        priority=PRIORITIES[config.one_of("priority", tuple(PRIORITIES), missing="auto")],
        sharing=parse_sharing(config),
        rotation_s=config.amount("rotation_min", 1, 1440, missing=ROTATION_MIN) * 60,
    )


def simulated(first: int, connection_phases: int) -> Places:
    """What stands before the simulated house, whose ports begin at `first`."""
    phases = connection_phases
    charger = ChargerRules(
        name="garage",
        current_a=16.0,
        phases=phases,
        switches=phases != 1,
        wired="123"[:phases],
        step_a=0.1,
        car="car_1",
    )
    car = CarRules(name="car_1", title="Blue car", capacity_wh=77_000, wh_km=180)
    soc = {
        "from": "http",
        "url": f"http://{LOOPBACK}:{first + SIM_CARS}/cars/{car.name}",
        "soc": "soc_pct",
        "limit": "limit_pct",
        "time": "measured_at",
        "plug": "plugged",
        "charging": "charging",
    }
    return Places(
        chargers=(ChargerPlace(make="nrgkick", address=f"{LOOPBACK}:{first + SIM_CHARGER}", rules=charger),),
        cars=(CarPlace(rules=car, soc=MappingProxyType(soc)),),
        calendars=(f"ics:http://{LOOPBACK}:{first + SIM_CALENDAR}/family.ics",),
        batteries=(
            BatteryPlace(
                make="victron",
                address=f"{LOOPBACK}:{first + SIM_BATTERY}",
                rules=BatteryRules(name="home", capacity_wh=10_000),
            ),
        ),
        inverters=(InverterPlace(name="roof", make="fronius", address=f"{LOOPBACK}:{first + SIM_INVERTER}"),),
    )


def _calendars(config: Config) -> tuple[str, ...]:
    """Addresses; what follows their kind is checked where calendars are, in lib/calendars."""
    found = config.words("calendars")
    if len(set(found)) < len(found) or not all(one.startswith(KINDS) and one not in KINDS for one in found):
        raise config.slip(
            "calendars", 'a row such as ("google:CALENDAR_ID", "ics:trips.ics", "ics:https://…"), each once, or ()'
        )
    return found
