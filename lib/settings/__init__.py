"""config.py + rates.json + the environment → frozen, checked settings. The only reader of all three.

An owner's slip is one sentence: the file, the key, the value and what is allowed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path

from lib.core.circuits import Profile
from lib.core.house import Rules
from lib.core.modes import StorageMode
from lib.core.slope import Slope
from lib.core.surplus import Priority
from lib.secrets import secrets_path
from lib.settings.batteries import BatteryPlace, parse_store_wishes
from lib.settings.cars import CarPlace
from lib.settings.chargers import ChargerPlace, RelayPlace
from lib.settings.charging import Places, parse_places, parse_wishes, simulated
from lib.settings.circuits import CircuitPlace
from lib.settings.config import Amps, SettingsError, load_config
from lib.settings.doors import LOOPBACK, PROGRAMS, Door, parse_doors, parse_ocpp_door, parse_tls
from lib.settings.house import parse_other_load, parse_price_sources, parse_rules
from lib.settings.inverters import InverterPlace
from lib.settings.roofs import parse_place, parse_roofs, parse_sun_forecast
from lib.settings.wiring import parse_connection

__all__ = [
    "CHECKOUT",
    "SETTINGS",
    "BatteryPlace",
    "CarPlace",
    "ChargerPlace",
    "CircuitPlace",
    "Door",
    "InverterPlace",
    "RelayPlace",
    "Settings",
    "SettingsError",
    "load",
]

CHECKOUT = Path(__file__).parents[2]
SETTINGS = frozenset(
    {
        *("serial_port", "socket_info", "tls", "door_names", "price_sources", "day_hours"),
        *("capacity_tariff", "peak_target_kw", "margin_pct", "connection_phases", "connection_a"),
        *("connection_neutral", "other_load_worst_a", "sharing", "rotation_min", "ocpp_door"),
        *("chargers", "circuits", "cars", "calendars"),
        *("ready_before_min", "all_day_departure", "priority"),
        *("batteries", "battery_mode", "battery_reserve_pct", "inverters"),
        *("place", "roofs", "sun_forecast"),
    }
)
METERS = '"/dev/ttyUSB0" or "socket://192.168.1.50:23"'
FIRST_PORT = 8080
PORTS = 10  # of the programs and of the simulated house, in a row from the first
MOST_FIRST = 65536 - PORTS
SIM_P1, SIM_LINES = 3, 4  # the simulated house's ports, counted from the first
SIM_PLACE = (50.85, 4.35)
SIM_ROOFS = (Slope(name="roof", kwp=5.0, tilt_deg=35, facing_deg=195),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the owner set, checked.

    Attributes:
        home: the folder that holds data, log and history.
        source: where telegrams come from, see lib/meters.
        doors: where each program listens; empty: no door at all.
        secrets: the file of tokens and passwords; the demo has one of its own.
        price_sources: who is asked for the day-ahead price, in this order; none where no price follows it.
        tls: certificate and key of the doors; None: not encrypted.
        door_names: names by which browsers may call this machine, besides its own.
        connection_a, connection_phases: what the connection carries on each of so many phases; connection_neutral:
            False on 3×230 V, where a car charges between two of them.
        other_load_worst_a: the most that the house draws on L1, L2, L3 beside its chargers, for when the meter is
            silent; None: its owner does not say.
        chargers, circuits, cars: what there is to charge; calendars: addresses as of lib/calendars.
        sharing: how the connection shares what it carries; rotation_s: how often the line of those that wait turns.
        ocpp_door: where chargers dial in; None: there are none that do.
        ready_before: a car is ready so long before its trip; all_day_departure: local time of a trip that says a day.
        priority: who takes the sun first.
        batteries: what bs steers; battery_mode: at first; battery_reserve_pct: kept for the month's peak, None: as
            dm learned. inverters: what dm reads the sun's own production from.
        place, roofs, sun_forecast: where the house stands (degrees north and east), its panels, and who is asked, in
            this order, what they will make; nobody where one of them is missing.
        sim_lines: where the simulated house takes typed lines; only in the demo.

    """

    home: Path
    source: str
    doors: Mapping[str, Door]
    rules: Rules
    secrets: Path
    price_sources: tuple[str, ...] = ()
    tls: tuple[Path, Path] | None = None
    door_names: tuple[str, ...] = ()
    connection_a: float = 25.0
    connection_phases: int = 3
    connection_neutral: bool = True
    other_load_worst_a: Amps | None = None
    chargers: tuple[ChargerPlace, ...] = ()
    circuits: tuple[CircuitPlace, ...] = ()
    sharing: Profile = Profile.EQUAL
    rotation_s: float = 1800.0
    ocpp_door: Door | None = None
    cars: tuple[CarPlace, ...] = ()
    calendars: tuple[str, ...] = ()
    ready_before: timedelta = timedelta(minutes=15)
    all_day_departure: time = time(7)
    priority: Priority = Priority.AUTO
    batteries: tuple[BatteryPlace, ...] = ()
    battery_mode: StorageMode = StorageMode.AUTO
    battery_reserve_pct: float | None = None
    inverters: tuple[InverterPlace, ...] = ()
    place: tuple[float, float] | None = None
    roofs: tuple[Slope, ...] = ()
    sun_forecast: tuple[str, ...] = ()
    demo: bool = False
    sim_lines: Door | None = None

    @property
    def log(self) -> Path:
        """The folder of the log files."""
        return self.home / "log"

    @property
    def store(self) -> Path:
        """The folder of what a program keeps."""
        return self.home / "data"

    def database(self, program: str) -> Path:
        """What a program writes, and the others only read."""
        return self.store / f"{program}.db"

    @property
    def history(self) -> Path:
        """The folder of the days that are over, a file for people and one for programs each."""
        return self.home / "history"

    @property
    def unwatched(self) -> frozenset[str]:
        """The chargers whose owner accepts that they keep their last current while nobody steers them."""
        return frozenset(place.rules.name for place in self.chargers if place.unwatched)

    def peer(self, program: str) -> str | None:
        """The websocket address of another program; None where it has no door."""
        door = self.doors.get(program)
        return f"{'wss' if self.tls else 'ws'}://{door.reached}/ws" if door else None


def load(environ: Mapping[str, str], *, demo: bool = False, source: str | None = None) -> Settings:
    """The settings of this start. Raises SettingsError.

    environ: `DM_HOME` moves the folder of data and log (and of config.py and rates.json, where it has its own);
    `DM_PORTS` is the first of the ports; `DM_SECRETS` names the file of secrets instead of ~/secrets.json. demo: the
    simulated house, with a folder of its own; nothing of config.py's devices is used.
    source: telegrams from here instead of `serial_port`.
    """
    home = Path(environ.get("DM_HOME") or (CHECKOUT / "demo" if demo else CHECKOUT))
    config = load_config(_file(home, "config.py"), SETTINGS)
    first = _first_port(environ.get("DM_PORTS"))
    connection = parse_connection(config)
    doors: Mapping[str, Door]
    places: Places
    if demo:
        first = first or FIRST_PORT
        doors = {program: Door(LOOPBACK, first + at) for at, program in enumerate(PROGRAMS)}
        places = simulated(first, connection.phases)
        meter = f"socket://{LOOPBACK}:{first + SIM_P1}"
    else:
        doors = parse_doors(config, first)
        places = parse_places(config, connection)
        for program, kind, some in (("ev", "chargers", places.chargers), ("bs", "batteries", places.batteries)):
            if some and not {"dm", program} <= set(doors):
                raise config.slip("socket_info", f'one with "dm" and "{program}" in it, since there are {kind}')
        meter = config.text("serial_port", such=METERS) if source is None else source
    rules, wishes = parse_rules(config, _file(home, "rates.json"), connection), parse_wishes(config)
    storing = parse_store_wishes(config, [] if demo else [place.rules for place in places.batteries])
    price_sources = parse_price_sources(config, home)
    return Settings(
        home=home,
        source=meter if source is None else source,
        doors=doors,
        rules=rules,
        secrets=home / "secrets.json" if demo else secrets_path(environ),
        price_sources=price_sources if rules.tariffs.is_dynamic else (),
        tls=None if demo else parse_tls(config, home),
        door_names=config.words("door_names"),
        connection_a=connection.current_a,
        connection_phases=connection.phases,
        connection_neutral=connection.neutral,
        other_load_worst_a=parse_other_load(config),
        chargers=places.chargers,
        circuits=places.circuits,
        sharing=wishes.sharing,
        rotation_s=wishes.rotation_s,
        ocpp_door=parse_ocpp_door(config, doors, dials_in=any(place.make == "ocpp" for place in places.chargers)),
        cars=places.cars,
        calendars=places.calendars,
        ready_before=wishes.ready_before,
        all_day_departure=wishes.all_day_departure,
        priority=wishes.priority,
        batteries=places.batteries,
        battery_mode=storing.mode,
        battery_reserve_pct=storing.reserve_pct,
        inverters=places.inverters,
        place=SIM_PLACE if demo else parse_place(config),
        roofs=SIM_ROOFS if demo else parse_roofs(config),
        sun_forecast=parse_sun_forecast(config),
        demo=demo,
        sim_lines=Door(LOOPBACK, first + SIM_LINES) if demo and first else None,
    )


def _file(home: Path, name: str) -> Path:
    """A file of the owner: in the home where it has one, else in the checkout."""
    return home / name if (home / name).exists() else CHECKOUT / name


def _first_port(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_FIRST:
        raise SettingsError(f"DM_PORTS: {text!r} is no port; a number from 1 to {MOST_FIRST}")
    return int(text)
