"""Where settings are taken from: the checkout, a home of its own, the environment, the demo."""

import json
import re
import runpy
from dataclasses import fields
from datetime import time, timedelta
from pathlib import Path

import pytest

from lib import calendars, settings
from lib.cars import open_source
from lib.core.battery import BatteryRules
from lib.core.car import CarRules
from lib.core.charger import ChargerRules
from lib.core.circuits import Profile
from lib.core.modes import StorageMode
from lib.core.surplus import Priority
from lib.prices import ALLOWED
from lib.settings import (
    CircuitPlace,
    Door,
    InverterPlace,
    SettingsError,
    batteries,
    cars,
    chargers,
    circuits,
    inverters,
)
from lib.settings.charging import KINDS
from lib.sim.calendar_box import PATH
from lib.sim.car_cloud_box import Report
from tests.settings.homes import CONFIG, home, loaded, slip


def test_the_shipped_settings_are_good() -> None:
    """A fresh checkout starts: three doors on loopback, the capacity tariff, 3×25 A."""
    shipped = settings.load({})
    assert Door("127.0.0.1", 8080) == shipped.doors["dm"]
    assert shipped.rules.capacity_tariff
    assert (17_250, 25.0, 3) == (shipped.rules.connection_w, shipped.connection_a, shipped.connection_phases)
    assert 0.04 == shipped.rules.margin


def test_a_house_without_cars_starts() -> None:
    """As shipped there is no charger, no car and no calendar, and what is asked of them is the usual."""
    shipped = settings.load({})
    assert ((), (), (), ()) == (shipped.chargers, shipped.circuits, shipped.cars, shipped.calendars)
    assert (Profile.EQUAL, 1800.0, None) == (shipped.sharing, shipped.rotation_s, shipped.ocpp_door)
    assert (timedelta(minutes=15), time(7), Priority.AUTO) == (
        shipped.ready_before,
        shipped.all_day_departure,
        shipped.priority,
    )
    assert shipped.other_load_worst_a is None


def test_a_house_without_a_battery_starts() -> None:
    """As shipped there is none, and no inverter."""
    shipped = settings.load({})
    assert ((), ()) == (shipped.batteries, shipped.inverters)
    assert (StorageMode.AUTO, None) == (shipped.battery_mode, shipped.battery_reserve_pct)


def test_what_the_shipped_file_shows_is_good(tmp_path: Path) -> None:
    """An owner takes the # away, and it holds: every setting is shown, with its usual value where it has one."""
    text = re.sub(r"(?m)^    # ", "    ", (settings.CHECKOUT / "config.py").read_text())
    street = '\nchargers["street"] = chargers["garage"] | {"address": "192.168.1.61"}\n'
    found = settings.load(home(tmp_path, text + street))
    assert (CircuitPlace(name="drive", limits_a=(20.0, 20.0, 20.0), chargers=("garage", "street")),) == found.circuits
    [car] = found.cars
    plain = CarRules(name="car_1", title="Blue car", capacity_wh=77_000)
    assert plain == car.rules
    assert {} == car.soc
    charger = found.chargers[0]
    assert ChargerRules(name="garage", step_a=0.1, car="car_1") == charger.rules
    names = runpy.run_path(str(tmp_path / "config.py"))
    assert set(chargers.KEYS) == names["chargers"]["garage"].keys()
    assert set(cars.KEYS) == names["cars"]["car_1"].keys()
    assert set(circuits.KEYS) == names["circuits"]["drive"].keys()
    [battery] = found.batteries
    assert ("victron", BatteryRules(name="home", capacity_wh=10_000), {}) == (
        battery.make,
        battery.rules,
        battery.options,
    )
    assert set(batteries.KEYS) == names["batteries"]["home"].keys()
    assert (InverterPlace(name="roof", make="fronius", address="192.168.1.71"),) == found.inverters
    assert set(inverters.KEYS) == names["inverters"]["roof"].keys()
    assert settings.SETTINGS == {name for name in names if not name.startswith("__")}


def test_the_home_has_its_own_settings(tmp_path: Path) -> None:
    """DM_HOME moves data and log, and its config.py wins; DM_PORTS moves the doors."""
    found = settings.load(home(tmp_path) | {"DM_PORTS": "20000"})
    assert (tmp_path, "/dev/ttyUSB7", Door("127.0.0.1", 20_000)) == (found.home, found.source, found.doors["dm"])


def test_the_demo_opens_no_device(tmp_path: Path) -> None:
    """Whatever config.py says, the demo listens to the simulated house, on loopback."""
    found = settings.load(home(tmp_path) | {"DM_PORTS": "20000"}, demo=True)
    assert found.source == "socket://127.0.0.1:20003"
    assert found.sim_lines == Door("127.0.0.1", 20_004)
    assert {"127.0.0.1"} == {door.host for door in found.doors.values()}


CARPORT = """
chargers = {"real": {"make": "goe", "address": "192.168.1.60", "car": "real"}}
cars = {"real": {"capacity_kwh": 50}}
calendars = ("google:jan@gmail.com",)
"""


def test_the_demo_charges_a_simulated_car(tmp_path: Path) -> None:
    """Charger, calendar and the car's cloud stand on the ports behind the house's; nothing real is touched."""
    found = settings.load(home(tmp_path, CONFIG + CARPORT) | {"DM_PORTS": "20000"}, demo=True)
    [charger] = found.chargers
    assert ("nrgkick", "127.0.0.1:20005", {}) == (charger.make, charger.address, charger.options)
    assert ChargerRules(name="garage", switches=True, step_a=0.1, car="car_1") == charger.rules
    [car] = found.cars
    assert ("car_1", "Blue car", 77_000, 180) == (
        car.rules.name,
        car.rules.title,
        car.rules.capacity_wh,
        car.rules.wh_km,
    )
    assert ("http://127.0.0.1:20007/cars/car_1", (f"ics:http://127.0.0.1:20006{PATH}",)) == (
        car.soc["url"],
        found.calendars,
    )
    assert () == found.circuits
    names = {field.name for field in fields(Report)}
    assert {str(part) for key, part in car.soc.items() if key not in {"from", "url"}} <= names


def test_the_demo_has_a_battery_and_a_roof(tmp_path: Path) -> None:
    """A Victron box and a Fronius inverter on the last two ports, whatever the owner has."""
    real = 'inverters = {"real": {"make": "kostal", "address": "192.168.1.71"}}\nbattery_reserve_pct = 30\n'
    found = settings.load(home(tmp_path, CONFIG + real) | {"DM_PORTS": "20000"}, demo=True)
    [battery] = found.batteries
    assert ("victron", "127.0.0.1:20008") == (battery.make, battery.address)
    assert BatteryRules(name="home", capacity_wh=10_000) == battery.rules
    assert (InverterPlace(name="roof", make="fronius", address="127.0.0.1:20009"),) == found.inverters
    assert 30 == found.battery_reserve_pct


def test_the_simulated_car_has_as_many_phases_as_the_house(tmp_path: Path) -> None:
    """On one phase nothing can be switched."""
    [charger] = settings.load(home(tmp_path, CONFIG + "connection_phases = 1\n"), demo=True).chargers
    assert (1, "1", False) == (charger.rules.phases, charger.rules.wired, charger.rules.switches)


def test_the_demo_has_a_folder_of_its_own() -> None:
    """Started by hand it writes nothing among what the real house keeps."""
    assert settings.CHECKOUT / "demo" == settings.load({}, demo=True).home


def test_rates_saved_by_a_windows_editor_are_read(tmp_path: Path) -> None:
    """Some write an invisible mark before the first brace."""
    rates = "\ufeff" + (settings.CHECKOUT / "rates.json").read_text()
    assert settings.load(home(tmp_path, rates=rates)).rules.tariffs == settings.load({}).rules.tariffs


def test_the_owner_may_have_names_of_his_own(tmp_path: Path) -> None:
    """Names that look like none of ours, and what the file imports, are left alone."""
    own = 'import os\nattic = "192.168.1.50"\nserial_port = f"socket://{attic}:23"\n'
    assert settings.load(home(tmp_path, own)).source == "socket://192.168.1.50:23"


def test_no_doors_is_dm_alone(tmp_path: Path) -> None:
    """An empty socket_info switches the doors off."""
    assert settings.load(home(tmp_path, 'serial_port = "x"\nsocket_info = {}\n')).doors == {}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("serial_port = 3\n", "config.py: serial_port is 3; allowed is a text"),
        ("socket_info = {}\n", "config.py: serial_port is missing; allowed is a text"),
        (CONFIG + "socket_info = 5\n", "config.py: socket_info is 5; allowed is"),
        (CONFIG + 'socket_info = {"dm": 8080}\n', "config.py: socket_info['dm'] is 8080; a name of dm, ev, bs"),
        (CONFIG + 'socket_info = {"xx": ("a", 1)}\n', "config.py: socket_info['xx'] is ('a', 1)"),
        (CONFIG + 'socket_info = {"dm": ("192.168..50", 1)}\n', "config.py: socket_info['dm'] is ('192.168..50', 1)"),
        (CONFIG + "capacity_tariff = 1\n", "config.py: capacity_tariff is 1; allowed is True or False"),
        (CONFIG + "connection_phases = 2\n", "config.py: connection_phases is 2; allowed is 1 or 3"),
        (CONFIG + "connection_a = '25'\n", "config.py: connection_a is '25'; allowed is a number from 6 to 1000"),
        (
            CONFIG + "peak_target_kw = 4000\n",
            "config.py: peak_target_kw is 4000; allowed is a number from 0.1 to 100, or None",
        ),
        (CONFIG + 'day_hours = ("22:00", "07:00")\n', "config.py: day_hours is ('22:00', '07:00'); allowed is"),
        (CONFIG + 'day_hours = ("7h", "22h")\n', "config.py: day_hours is ('7h', '22h'); allowed is"),
        ("serial_port = \n", "config.py: line 1 is no Python: serial_port ="),
        (CONFIG + "capacity_tarif = False\n", "config.py: capacity_tarif is no setting; is capacity_tariff meant?"),
        ("raise SystemExit(3)\n", "config.py: SystemExit: 3"),
        ("import nowhere_at_all\n", "config.py: ModuleNotFoundError: No module named 'nowhere_at_all'"),
    ],
)
def test_a_slip_is_one_sentence(tmp_path: Path, config: str, said: str) -> None:
    """The file, the name, the value and what is allowed."""
    with pytest.raises(SettingsError) as slip:
        settings.load(home(tmp_path, config))
    assert str(slip.value).startswith(said)


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ("{", "rates.json: line 1: "),
        (
            json.dumps({"Electricity": {"+": {"Day": 1, "Night": "x"}}}),
            "rates.json: Electricity.+.Night: 'x' is no price",
        ),
        (
            '{"Electricity": {"+": {"Day": 0.4, "Night": 0.3, "Day": 0.5}}}',
            "rates.json: Day: stands twice in one group",
        ),
        ("[" * 100_000, "rates.json: is no JSON that can be read"),
        ('{"Electricity": {"+": ' + "9" * 5_000 + "}}", "rates.json: is no JSON that can be read"),
    ],
    ids=["no end", "no price", "twice", "deep", "long"],
)
def test_a_slip_in_the_rates_is_one_sentence(tmp_path: Path, rates: str, said: str) -> None:
    """The path of the key, the value and what is allowed."""
    with pytest.raises(SettingsError) as slip:
        settings.load(home(tmp_path, rates=rates))
    assert str(slip.value).startswith(said)


def test_a_price_for_peaks_that_cost_nothing_is_a_slip(tmp_path: Path) -> None:
    """Two places that contradict one another: the sentence names both, and what to do."""
    rates = json.dumps({"Electricity": {"+": 0.3, "capacity": {"eur_per_kw_year": 50.0}}})
    with pytest.raises(SettingsError, match=r"capacity_tariff is False, but rates\.json has a price .* or take"):
        settings.load(home(tmp_path, CONFIG + "capacity_tariff = False\n", rates=rates))


@pytest.mark.parametrize("ports", ["x", "0", "65527", "65535", "-1", "８０"])
def test_ports_that_are_none_are_said(tmp_path: Path, ports: str) -> None:
    """DM_PORTS leaves room for the ten in a row."""
    with pytest.raises(SettingsError, match="DM_PORTS"):
        settings.load(home(tmp_path) | {"DM_PORTS": ports})


@pytest.mark.parametrize("slip", ['price_sources = ("nord-pool",)', 'price_sources = "elia"'])
def test_a_wrong_source_of_prices_is_told_with_fixed_prices_too(tmp_path: Path, slip: str) -> None:
    """The owner learns of it where it was written, not on the day that a price follows the market."""
    with pytest.raises(SettingsError, match="price_sources"):
        settings.load(home(tmp_path, f"{CONFIG}{slip}\n"))


def test_the_sources_of_prices_are_those_that_can_be_opened(tmp_path: Path) -> None:
    """The same words stand in settings, which may not ask the makes, and where the makes are."""
    services, _, _ = ALLOWED.partition(", or file:")
    with pytest.raises(SettingsError, match=f"some of {services} and "):
        settings.load(home(tmp_path, f'{CONFIG}price_sources = ("nord-pool",)\n'))


def test_a_port_is_a_number(tmp_path: Path) -> None:
    """True is none, whatever Python counts it as."""
    with pytest.raises(SettingsError, match="port from 1"):
        settings.load(home(tmp_path, f'{CONFIG}socket_info = {{"dm": ("127.0.0.1", True)}}\n'))


def test_programs_find_one_another(tmp_path: Path) -> None:
    """What listens everywhere is found here; without a door there is nothing to find."""
    doors = """
socket_info = {"dm": ("0.0.0.0", 8080), "ev": ("::", 8081), "bs": ("pi-bs.local", 8082)}
"""
    found = loaded(tmp_path, doors)
    assert ["ws://127.0.0.1:8080/ws", "ws://[::1]:8081/ws", "ws://pi-bs.local:8082/ws"] == [
        found.peer(program) for program in ("dm", "ev", "bs")
    ]
    secret = loaded(tmp_path, doors + 'tls = ("cert.pem", "key.pem")\n')
    assert "wss://127.0.0.1:8080/ws" == secret.peer("dm")
    assert loaded(tmp_path, "").peer("bs") is None


def test_cars_need_the_doors_of_both_programs(tmp_path: Path) -> None:
    """Nothing is ever granted to a program that the meter cannot hear."""
    only_dm = 'socket_info = {"dm": ("127.0.0.1", 8080)}\n'
    assert loaded(tmp_path, only_dm).peer("ev") is None
    charger = 'chargers = {"garage": {"make": "nrgkick", "address": "192.168.1.60"}}\n'
    assert slip(tmp_path, only_dm + charger).endswith(
        'allowed is one with "dm" and "ev" in it, since there are chargers'
    )


def test_how_the_owner_wants_it(tmp_path: Path) -> None:
    """Numbers of people become those of the core."""
    found = loaded(
        tmp_path,
        """
margin_pct = 7.5
other_load_worst_a = (10, 12, 16.5)
ready_before_min = 30
all_day_departure = "06:30"
priority = "battery"
calendars = ("ics:trips.ics", "google:family@group.calendar.google.com")
""",
    )
    assert (0.075, (10.0, 12.0, 16.5)) == (found.rules.margin, found.other_load_worst_a)
    assert (timedelta(minutes=30), time(6, 30)) == (found.ready_before, found.all_day_departure)
    assert Priority.HOME_BATTERY is found.priority
    assert ("ics:trips.ics", "google:family@group.calendar.google.com") == found.calendars
    assert (10.0, 10.0, 10.0) == loaded(tmp_path, "other_load_worst_a = 10\n").other_load_worst_a


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("margin_pct = 40", "margin_pct is 40; allowed is a number from 0 to 30"),
        ("margin_pct = None", "margin_pct is None; allowed is a number from 0 to 30"),
        ("other_load_worst_a = (1, 2)", "other_load_worst_a is (1, 2); allowed is None, or such as 10"),
        ("other_load_worst_a = -1", "other_load_worst_a is -1; allowed is None, or such as 10"),
        ("other_load_worst_a = True", "other_load_worst_a is True; allowed is None, or such as 10"),
        ("ready_before_min = '15'", "ready_before_min is '15'; allowed is a number from 0 to 240"),
        ("all_day_departure = 7", 'all_day_departure is 7; allowed is a time of day such as "07:00"'),
        ("all_day_departure = '24:00'", "all_day_departure is '24:00'; allowed is a time of day"),
        ("all_day_departure = '07:00+01:00'", "all_day_departure is '07:00+01:00'; allowed is a time of day"),
        ("priority = 'sun'", 'priority is \'sun\'; allowed is "auto" or "car" or "battery"'),
        ("calendars = 'ics:trips.ics'", "calendars is 'ics:trips.ics'; allowed is a row of texts"),
        ("calendars = ('trips.ics',)", "calendars is ('trips.ics',); allowed is a row such as"),
        ("calendars = ('ics:',)", "calendars is ('ics:',); allowed is a row such as"),
        ("calendars = ('ics:a', 'ics:a')", "calendars is ('ics:a', 'ics:a'); allowed is a row such as"),
        ("calender = ()", "calender is no setting; is calendars meant?"),
        ("charger = {}", "charger is no setting; is chargers meant?"),
        ("circuit = {}", "circuit is no setting; is circuits meant?"),
        ("cables = {'a': {}}", "cables are called circuits now; write circuits = … with the same in it"),
        ("sharing = 'fair'", 'sharing is \'fair\'; allowed is "equal" or "proportional" or "fifo" or "station"'),
        ("rotation_min = 0", "rotation_min is 0; allowed is a number from 1 to 1440"),
        ("cars = {'a': {'capacity_kwh': 50}, 'a': {}}", "'a' stands twice in one group; each name stands once"),
    ],
)
def test_a_slip_about_charging_is_one_sentence(tmp_path: Path, config: str, said: str) -> None:
    """As everywhere: the name, the value and what is allowed."""
    assert slip(tmp_path, config + "\n").startswith(said)


ROW = 'allowed is a row such as ("google:CALENDAR_ID", "ics:trips.ics", "ics:https://…"), each once, or ()'
WEB = "https://me:hush@calendar.example/ical/private-SECRET/basic.ics?token=hush"


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (f"calendars = ({WEB!r},)", f"calendars is ('https://calendar.example/…',); {ROW}"),
        (f"calendars = ('ICS:{WEB}',)", f"calendars is ('ICS:https://calendar.example/…',); {ROW}"),
        (f"calendars = ('ics:{WEB}', 'ics:{WEB}')", f"'ics:https://calendar.example/…'); {ROW}"),
        (
            f"calendars = ('ics:{WEB}')",
            "is 'ics:https://calendar.example/…'; allowed is a row of texts such as (\"one\",)",
        ),
        (f"calendars = ['ics:{WEB}', None]", "calendars is ['ics:https://calendar.example/…', None]; allowed is a row"),
        (f"calendars = ('ics:{WEB}',", "is no Python: calendars = ('ics:https://calendar.example/…',"),
        (f"calendars = ('ics:{WEB},)", "is no Python: calendars = ('ics:https://calendar.example/…"),
        (f"calendars = (ics:{WEB})", "is no Python: calendars = (ics:https://calendar.example/…"),
        (f"calendars = ('ics:{WEB}', int('{WEB}'))", "ValueError: invalid literal"),
        ("cars = {'a': 'https://me:hush@calendar.example'}", "cars['a'] is 'https://calendar.example'; allowed is"),
    ],
)
def test_a_slip_tells_no_secret_address(tmp_path: Path, config: str, said: str) -> None:
    """The address of a calendar is a secret in itself: a sentence holds its host only, and what is allowed."""
    sentence = slip(tmp_path, config + "\n")
    assert said in sentence
    assert not re.search("private-|SECRET|hush", sentence)


def test_the_kinds_of_calendars_are_those_that_can_be_opened(tmp_path: Path) -> None:
    """The same words stand in settings, which may not ask the calendars, and where they are opened."""
    for kind in KINDS:
        assert f"{kind}" in calendars.ALLOWED
    assert len(KINDS) == len({word.partition(":")[0] for word in re.findall(r"\b[a-z]+:(?=[A-Zh])", calendars.ALLOWED)})


async def test_the_simulated_car_can_be_asked(tmp_path: Path) -> None:
    """Its options are those that the source knows."""
    [car] = settings.load(home(tmp_path), demo=True).cars
    source = open_source(car.soc, {}, keep_secret=lambda *_: None)
    await source.close()
