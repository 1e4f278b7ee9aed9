"""Home batteries as the owner writes them down; what the law or sense forbids is refused in a sentence."""

from pathlib import Path

import pytest

from lib.batteries import open_battery
from lib.clock import TurnedClock
from lib.core.battery import BatteryRules
from lib.core.modes import StorageMode
from lib.settings import BatteryPlace, Settings
from lib.settings.batteries import OPTIONS
from tests.conftest import NOON
from tests.settings.homes import loaded, slip

DOORS = 'socket_info = {"dm": ("127.0.0.1", 9000), "bs": ("127.0.0.1", 9002)}\n'


def batteries(said: str, *, before: str = DOORS) -> str:
    """A config with one battery on L2, and this beside."""
    usual = '"make": "victron", "address": "192.168.1.70", "capacity_kwh": 10, "wired": "2"'
    return f'{before}batteries = {{"home": {{{usual}}} | {{{said}}}}}\n'


def battery(folder: Path, said: str = "", **more: str) -> BatteryPlace:
    """The one battery."""
    [place] = loaded(folder, batteries(said, **more)).batteries
    return place


def test_what_is_not_said_has_its_usual_value(tmp_path: Path) -> None:
    """That of the core; without a word as much flows as the law lets."""
    rules = BatteryRules(name="home", capacity_wh=10_000, wired="2")
    assert BatteryPlace(make="victron", address="192.168.1.70", rules=rules) == battery(tmp_path)


def test_all_that_can_be_said(tmp_path: Path) -> None:
    """In the core's units."""
    found = battery(
        tmp_path,
        '"make": "sunspec", "address": "192.168.1.70:1502", "capacity_kwh": 7.7, "charge_kw": 6, "discharge_kw": 7.5, '
        '"phases": 3, "wired": "312", "socket": False, "least_pct": 5, "most_pct": 95, "efficiency_pct": 85, '
        '"wear_eur_kwh": 0.08, "sells": True, "user": "pi", "unit": 3',
    )
    rules = BatteryRules(
        name="home",
        capacity_wh=7_700,
        charge_w=6_000,
        discharge_w=7_500,
        phases=3,
        wired="312",
        least_pct=5,
        most_pct=95,
        efficiency=0.85,
        wear_eur_kwh=0.08,
        sells=True,
    )
    expected = BatteryPlace(make="sunspec", address="192.168.1.70:1502", rules=rules, user="pi", options={"unit": 3})
    assert expected == found


@pytest.mark.parametrize(
    ("said", "most_w"), [("", 5_000), ('"phases": 3, "wired": "123"', 10_000), ('"socket": True', 800)]
)
def test_the_law_is_the_most_that_may_flow(tmp_path: Path, said: str, most_w: float) -> None:
    """By its phases, and for what hangs in a socket; a watt more is refused with the law in the sentence."""
    rules = battery(tmp_path, said).rules
    assert (most_w, most_w) == (rules.charge_w, rules.discharge_w)
    exact = battery(tmp_path, f'{said or chr(34) + "phases" + chr(34) + ": 1"}, "discharge_kw": {most_w / 1000}').rules
    assert most_w == exact.discharge_w
    for key in ("charge_kw", "discharge_kw"):
        above = f'{said + ", " if said else ""}"{key}": {(most_w + 1) / 1000}'
        sentence = slip(tmp_path, batteries(above))
        assert (
            f"{key} is {(most_w + 1) / 1000}; allowed is up to {most_w / 1000:g} kW: the law lets a battery" in sentence
        )
        assert "C10/11" in sentence


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ('"make": "tesla"', 'make is \'tesla\'; allowed is "victron" or "sunspec" or "marstek" or "sessy"'),
        ('"address": ""', "address is ''; allowed is a text such as its host"),
        ('"capacity_kwh": 0', "capacity_kwh is 0; allowed is a number from 0.5 to 200"),
        ('"capacity_kwh": None', "capacity_kwh is None; allowed is a number from 0.5 to 200"),
        ('"charge_kw": "5"', "charge_kw is '5'; allowed is a number from 0.1 to 100, or None"),
        ('"phases": 2', "phases is 2; allowed is 1 or 3"),
        (
            '"phases": 1, "wired": "123"',
            'wired is \'123\'; allowed is "1", "2" or "3": on which of the meter\'s phases',
        ),
        ('"phases": 3', "wired is '2'; allowed is \"123\", or its L1, L2 and L3"),
        ('"phases": 3, "wired": "123", "socket": True', "socket is True; allowed is False: what is plugged into"),
        ('"least_pct": 100', "least_pct is 100; allowed is a number from 0 to 99"),
        ('"least_pct": 40, "most_pct": 40', "most_pct is 40; allowed is a number above least_pct, which is 40,"),
        ('"most_pct": 101', "most_pct is 101; allowed is a number from 1 to 100"),
        ('"efficiency_pct": 0.9', "efficiency_pct is 0.9; allowed is a number from 50 to 100"),
        ('"wear_eur_kwh": 5', "wear_eur_kwh is 5; allowed is a number from 0 to 1"),
        ('"unit": "100"', "unit is '100'; allowed is a number, or None"),
        ('"watchdog_s": 60', "watchdog_s is no setting of a 'victron', which has unit, register, own_grid_w; take"),
        ('"make": "sessy", "unit": 1', "unit is no setting of a 'sessy', which has none of its kind; take it out"),
        ('"capacity": 10', "capacity is no setting of a battery; is capacity_kwh meant?"),
    ],
)
def test_a_slip_names_the_battery_and_the_key(tmp_path: Path, said: str, sentence: str) -> None:
    """And what is allowed there."""
    assert slip(tmp_path, batteries(said)).startswith(f"batteries['home']: {sentence}")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        ("victron", '"unit": 227, "register": 2700, "own_grid_w": 30'),
        ("sunspec", '"unit": 2, "watchdog_s": 90'),
        ("marstek", '"unit": 2, "version": 3'),
        ("sessy", '"user": "x"'),
    ],
)
async def test_the_drivers_know_what_the_settings_say(tmp_path: Path, make: str, said: str) -> None:
    """Make and options are handed on as they are; without a word none is."""
    assert {} == battery(tmp_path, f'"make": "{make}", "unit": None').options
    place = battery(tmp_path, f'"make": "{make}", {said}')
    assert set(OPTIONS[make]) == set(place.options)
    opened = open_battery(
        place.make,
        place.address,
        rules=place.rules,
        user=place.user,
        password="x",
        options=place.options,
        clock=TurnedClock(NOON),
    )
    await opened.close()


def test_a_house_with_one_phase(tmp_path: Path) -> None:
    """Has no room for a battery on three, and its wiring needs no word."""
    one = f"{DOORS}connection_phases = 1\n"
    assert slip(tmp_path, batteries('"phases": 3', before=one)).endswith(
        "allowed is 1, as the house has one (connection_phases)"
    )
    assert "1" == battery(tmp_path, '"wired": "1"', before=one).rules.wired


def test_one_of_three_phases_must_be_said(tmp_path: Path) -> None:
    """It cannot be guessed on which."""
    plain = 'batteries = {"home": {"make": "marstek", "address": "x", "capacity_kwh": 5}}\n'
    assert "wired is missing" in slip(tmp_path, DOORS + plain)


def two(second: str, more: str = "") -> str:
    """A config with two batteries."""
    usual = '"make": "marstek", "address": "192.168.1.70", "capacity_kwh": 5, "wired": "1", "least_pct": 12'
    return f'{DOORS}batteries = {{"one": {{{usual}}}, "two": {{{usual}}} | {{{second}}}}}\n{more}\n'


def test_two_batteries_have_two_addresses(tmp_path: Path) -> None:
    """Or two numbers behind one gateway; another option makes no second battery of one."""
    for same in ("", '"version": 3', '"make": "victron", "own_grid_w": 0'):
        assert "batteries['two']: address is '192.168.1.70'; allowed is another one than that of one" == slip(
            tmp_path, two(same)
        )
    assert 2 == len(loaded(tmp_path, two('"unit": 2')).batteries)
    assert 2 == len(loaded(tmp_path, two('"address": "192.168.1.71"')).batteries)


def wishes(found: Settings) -> tuple[StorageMode, float | None]:
    """Mode and reserve."""
    return found.battery_mode, found.battery_reserve_pct


def test_what_the_owner_lets_them_do(tmp_path: Path) -> None:
    """By itself all of it, with a reserve by the time of day."""
    assert (StorageMode.AUTO, None) == wishes(loaded(tmp_path, ""))
    assert (StorageMode.HOLD, 30) == wishes(loaded(tmp_path, 'battery_mode = "hold"\nbattery_reserve_pct = 30\n'))
    sentence = slip(tmp_path, 'battery_mode = "on"\n')
    assert 'battery_mode is \'on\'; allowed is "auto" or "fill" or "hold" or "off" or "own"' == sentence
    sentence = slip(tmp_path, 'battery_reserve_pct = "30"\n')
    assert "battery_reserve_pct is '30'; allowed is a number from 0 to 100, or None" == sentence


@pytest.mark.parametrize("reserve_pct", [0, 11.9, 96])
def test_a_reserve_lies_between_what_the_batteries_are_kept_between(tmp_path: Path, reserve_pct: float) -> None:
    """Below it is never emptied anyway, above it cannot be filled."""
    more = f"battery_reserve_pct = {reserve_pct}"
    assert slip(tmp_path, two('"unit": 2, "most_pct": 95, "least_pct": 5', more)) == (
        f"battery_reserve_pct is {reserve_pct:g}; "
        "allowed is None, or a number from 12 to 95, between which the batteries are kept"
    )


def test_batteries_need_the_doors_of_both_programs(tmp_path: Path) -> None:
    """Nothing is granted to a program that the meter cannot hear."""
    assert slip(tmp_path, batteries("", before="")).endswith('one with "dm" and "bs" in it, since there are batteries')
