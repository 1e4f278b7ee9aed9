"""Chargers and the cables they share, as the owner writes them down."""

from pathlib import Path

import pytest

from lib.chargers import open_charger
from lib.core.charger import ChargerRules
from lib.core.checking import check
from lib.core.circuits import NOTHING, Circuit
from lib.settings import ChargerPlace, RelayPlace
from tests.settings.homes import loaded, slip

CARS = 'cars = {"car_1": {"capacity_kwh": 50}}\n'


def chargers(said: str, *, make: str = "nrgkick", name: str = "garage", before: str = CARS) -> str:
    """A config with one charger, and this beside its make and address."""
    return f'{before}chargers = {{"{name}": {{"make": "{make}", "address": "192.168.1.60"}} | {{{said}}}}}\n'


def charger(folder: Path, said: str = "", **more: str) -> ChargerPlace:
    """The one charger."""
    [place] = loaded(folder, chargers(said, **more)).chargers
    return place


def test_make_and_address_are_enough(tmp_path: Path) -> None:
    """All else has a usual value, which is that of the core."""
    found = charger(tmp_path)
    assert ChargerPlace(make="nrgkick", address="192.168.1.60", rules=ChargerRules(name="garage", step_a=0.1)) == found
    assert {} == found.options
    assert 1.0 == charger(tmp_path, make="goe").rules.step_a


def test_all_that_can_be_said(tmp_path: Path) -> None:
    """In the core's units."""
    found = charger(
        tmp_path,
        '"phases": 3, "current_a": 32, "wired": "231", "switches_phases": True, "safe_a": 6, "car": "car_1", '
        '"mode": "pv_only", "user": "pi", "accept_unwatched": True',
    )
    rules = ChargerRules(
        name="garage",
        current_a=32,
        phases=3,
        switches=True,
        wired="231",
        step_a=0.1,
        safe_a=6,
        car="car_1",
        mode="pv_only",
    )
    assert ChargerPlace(make="nrgkick", address="192.168.1.60", rules=rules, user="pi", unwatched=True) == found


def test_a_go_e_of_each_api(tmp_path: Path) -> None:
    """v1 has a relay for its phases, v2 needs none; their driver is the same."""
    assert ("goe", {"api": 2}) == (charger(tmp_path, make="goe").make, charger(tmp_path, make="goe").options)
    old = charger(tmp_path, '"relay": {"pin": 20, "type": "NC", "host": "pi-ev"}', make="goe1")
    assert RelayPlace(pin=20, contact="NC", host="pi-ev") == old.relay
    assert {"api": 1, "relay": {"pin": 20, "contact": "NC", "host": "pi-ev", "active_low": True}} == old.options
    assert old.rules.switches
    assert {"api": 1} == charger(tmp_path, make="goe1").options
    kept = charger(tmp_path, '"relay": {}, "switches_phases": False', make="goe1")
    assert (26, False) == (kept.relay and kept.relay.pin, kept.rules.switches)


def test_who_is_accepted_without_a_watchdog(tmp_path: Path) -> None:
    """By name, for whoever checks the circuits."""
    assert frozenset({"garage"}) == loaded(tmp_path, chargers('"accept_unwatched": True')).unwatched
    assert frozenset() == loaded(tmp_path, chargers("")).unwatched


@pytest.mark.parametrize("wired", ["1", "2", "3", "12", "23", "13"])
def test_one_phase_of_three_must_be_said(tmp_path: Path, wired: str) -> None:
    """It cannot be guessed on which; between two phases is one as well."""
    assert (1, wired) == (
        (rules := charger(tmp_path, f'"phases": 1, "wired": "{wired}"').rules).phases,
        rules.wired,
    )
    assert slip(tmp_path, chargers('"phases": 1')).startswith(
        'chargers[\'garage\']: wired is missing; allowed is "1", "2" or "3": on which of the meter\'s phases it hangs'
    )


def test_a_house_with_one_phase(tmp_path: Path) -> None:
    """Its chargers have that one, without a word."""
    one = CARS + "connection_phases = 1\n"
    rules = charger(tmp_path, before=one).rules
    assert (1, "1", False) == (rules.phases, rules.wired, rules.switches)
    assert slip(tmp_path, chargers('"phases": 3', before=one)).startswith(
        "chargers['garage']: phases is 3; allowed is 1, as the house has one (connection_phases)"
    )
    assert slip(tmp_path, chargers('"wired": "2"', before=one)).startswith(
        "chargers['garage']: wired is '2'; allowed is \"1\", the only phase of the house"
    )


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ('"make": "wallbox"', 'make is \'wallbox\'; allowed is "nrgkick" or "goe" or "goe1"'),
        ('"address": ""', "address is ''; allowed is a text such as its host"),
        ('"phases": 2', "phases is 2; allowed is 1 or 3"),
        ('"current_a": 40', "current_a is 40; allowed is a number from 6 to 32"),
        (
            '"wired": "112"',
            "wired is '112'; allowed is \"123\", or its L1, L2 and L3 in the order of the meter's phases",
        ),
        ('"wired": "1"', "wired is '1'; allowed is \"123\""),
        ('"phases": 1, "wired": "123"', 'wired is \'123\'; allowed is "1", "2" or "3"'),
        (
            '"phases": 1, "wired": "1", "switches_phases": True',
            "switches_phases is True; allowed is False: it hangs on",
        ),
        ('"make": "goe1", "switches_phases": True', "switches_phases is True; allowed is False: it hangs on one phase"),
        ('"switches_phases": "yes"', "switches_phases is 'yes'; allowed is True or False"),
        ('"safe_a": 5', "safe_a is 5; allowed is 0, a number from 6 to 16, or None"),
        ('"safe_a": 17', "safe_a is 17; allowed is 0, a number from 6 to 16, or None"),
        ('"safe_a": True', "safe_a is True; allowed is 0, a number from 6 to 16, or None"),
        ('"car": "car_2"', "car is 'car_2'; allowed is the name of a car (car_1), or None"),
        (
            '"mode": "fast"',
            'mode is \'fast\'; allowed is "off" or "pv_only" or "pv_all" or "max" or "manual" or "auto"',
        ),
        ('"user": 3', "user is 3; allowed is a text"),
        ('"adress": "x"', "adress is no setting of a charger; is address meant?"),
        ('"relay": {"pin": 26}', "relay is {'pin': 26}; allowed is None, but for a \"goe1\" on three phases"),
        ('"make": "goe1", "relay": 26', 'relay is 26; allowed is a group such as {"pin": …, "type": …}, or None'),
        ('"make": "goe1", "relay": {"pin": 1}', "relay: pin is 1; allowed is a number from 2 to 27"),
        ('"make": "goe1", "relay": {"pin": 2.5}', "relay: pin is 2.5; allowed is a whole number"),
        ('"make": "goe1", "relay": {"type": "no"}', 'relay: type is \'no\'; allowed is "NO" or "NC"'),
        ('"make": "goe1", "relay": {"pins": 26}', "relay: pins is no setting of a relay; is pin meant?"),
    ],
)
def test_a_slip_names_the_charger_and_the_key(tmp_path: Path, said: str, sentence: str) -> None:
    """And what is allowed there."""
    assert slip(tmp_path, chargers(said)).startswith(f"chargers['garage']: {sentence}")


def test_the_home_battery_has_its_name_already(tmp_path: Path) -> None:
    """Grants are given by name."""
    assert "chargers['Battery']: Battery is what the home battery is called; give it another name" == slip(
        tmp_path, chargers("", name="Battery")
    )


def two(first: str = "", second: str = "", *, more: str = "") -> str:
    """A config with two go-e of API v1, and what else is said."""
    one, other = (
        f'"{name}": {{"make": "goe1", "address": "192.168.1.{number}"}} | {{{said}}}'
        for name, number, said in (("garage", 60, first), ("street", 61, second))
    )
    return f"chargers = {{{one}, {other}}}\n{more}\n"


def test_two_chargers_share_nothing_by_mistake(tmp_path: Path) -> None:
    """Neither an address nor the pin of a relay; relays of two machines may have the same."""
    assert slip(tmp_path, two("", '"address": "192.168.1.60"')) == (
        "chargers['street']: address is '192.168.1.60'; allowed is another one than that of garage"
    )
    relay = '"relay": {"pin": 20}'
    assert slip(tmp_path, two(relay, relay)) == "chargers['street']: the relay hangs on pin 20, as garage's does"
    assert 2 == len(loaded(tmp_path, two(relay, '"relay": {"pin": 20, "host": "pi-2"}')).chargers)


def test_a_cable_that_two_chargers_share(tmp_path: Path) -> None:
    """One number is for each phase; a charger may hang on none."""
    found = loaded(tmp_path, two(more='cables = {"drive": {"current_a": 20, "chargers": ("garage",)}}'))
    [cable] = found.cables
    assert ("drive", (20.0, 20.0, 20.0), frozenset({"garage"})) == (cable.name, cable.limits_a, cable.chargers)
    more = 'cables = {"drive": {"current_a": (20, 16, 16), "chargers": ["garage", "street"]}}'
    [cable] = loaded(tmp_path, two(more=more)).cables
    assert ((20.0, 16.0, 16.0), frozenset({"garage", "street"})) == (cable.limits_a, cable.chargers)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ('"current_a": 20', None),
        ('"chargers": ()', "current_a is missing; allowed is what it carries, in A: 20, or (20, 20, 20)"),
        ('"current_a": 5', "current_a is 5; allowed is 20, or (20, 20, 20) for L1, L2, L3"),
        ('"current_a": (20, 20)', "current_a is (20, 20); allowed is 20, or (20, 20, 20)"),
        ('"current_a": True', "current_a is True; allowed is 20, or (20, 20, 20)"),
        ('"current_a": 20, "chargers": "garage"', "chargers is 'garage'; allowed is a row of texts"),
        (
            '"current_a": 20, "chargers": ("attic",)',
            "chargers is ('attic',); allowed is the names of chargers: garage, ",
        ),
        ('"limit_a": 20', "limit_a is no setting of a cable; allowed are current_a, chargers"),
    ],
)
def test_a_slip_names_the_cable_and_the_key(tmp_path: Path, said: str, sentence: str | None) -> None:
    """A cable without chargers is useless, but no slip."""
    config = two(more=f'cables = {{"drive": {{{said}}}}}')
    if sentence is None:
        assert frozenset() == loaded(tmp_path, config).cables[0].chargers
    else:
        assert slip(tmp_path, config).startswith(f"cables['drive']: {sentence}")


def test_a_charger_hangs_on_one_cable(tmp_path: Path) -> None:
    """Cables in cables come down to their rows, which nobody writes by hand."""
    cable = '{"current_a": 20, "chargers": ("garage",)}'
    assert slip(tmp_path, two(more=f'cables = {{"a": {cable}, "b": {cable}}}')) == (
        "cables['b']: garage hangs on a already; it hangs on one cable"
    )


def test_what_the_settings_let_pass_the_core_understands(tmp_path: Path) -> None:
    """Each charger by itself is one that the core's own check finds nothing wrong with."""
    for said in ("", '"phases": 1, "wired": "12", "safe_a": 0', '"wired": "312", "current_a": 6, "safe_a": 6'):
        found = loaded(tmp_path, chargers(said))
        connection = Circuit(name="connection", limits_a=(25.0, 25.0, 25.0))
        assert () == check([connection], [place.rules for place in found.chargers], {"connection": NOTHING})


@pytest.mark.parametrize(
    ("make", "said"),
    [("nrgkick", '"user": "pi"'), ("goe", ""), ("goe1", ""), ("goe1", '"relay": {"host": "elsewhere"}')],
)
async def test_the_drivers_know_what_the_settings_say(tmp_path: Path, make: str, said: str) -> None:
    """Make and options are handed on as they are; a relay of another machine is left alone."""
    place = charger(tmp_path, said, make=make)
    opened = open_charger(
        place.make, place.address, rules=place.rules, user=place.user, password="x", options=place.options
    )
    assert place.rules.step_a == opened.step_a
    await opened.close(restore=False)
