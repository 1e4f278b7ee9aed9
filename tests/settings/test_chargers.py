"""Chargers, as the owner writes them down."""

from pathlib import Path

import pytest

from lib.chargers import open_charger
from lib.core.charger import ChargerRules
from lib.core.checking import check
from lib.core.circuits import Circuit
from lib.settings import ChargerPlace, Door, RelayPlace
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
        '"mode": "pv_only", "user": "pi", "accept_unwatched": True, "priority": 2',
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
        priority=2,
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
        ('"make": "wallbox"', 'make is \'wallbox\'; allowed is "nrgkick" or "goe" or "goe1" or "openevse" or "ocpp"'),
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
        ('"priority": 1.5', "priority is 1.5; allowed is a whole number from -100 to 100; the higher goes first"),
        ('"priority": 101', "priority is 101; allowed is a number from -100 to 100"),
        ('"make": "openevse", "switches_phases": True', "switches_phases is True; allowed is False: an 'openevse'"),
        ('"make": "ocpp", "address": "mdns:x"', "address is 'mdns:x'; allowed is the id that it dials in with"),
        ('"make": "ocpp", "address": "CP_1:0"', "address is 'CP_1:0'; allowed is the id that it dials in with"),
        ('"make": "ocpp", "address": "http://a"', "address is 'http://a'; allowed is the id that it dials in with"),
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


def test_who_falls_to_its_safe_current_by_itself(tmp_path: Path) -> None:
    """An OpenEVSE and an OCPP charger do; the others keep what they were told last."""
    assert (True, 1.0) == ((rules := charger(tmp_path, make="openevse").rules).watched, rules.step_a)
    assert (True, 0.1) == ((rules := charger(tmp_path, make="ocpp").rules).watched, rules.step_a)
    assert not any(charger(tmp_path, make=make).rules.watched for make in ("nrgkick", "goe", "goe1"))


@pytest.mark.parametrize(("said", "where"), [("CP_1", "CP_1"), ("CP_1:1", "CP_1"), ("CP_1:2", "CP_1:2")])
def test_a_charger_that_dials_in_has_an_id(tmp_path: Path, said: str, where: str) -> None:
    """Its first plug needs no number, so that it is not named twice."""
    found = loaded(tmp_path, chargers(f'"make": "ocpp", "address": "{said}"'))
    assert (where, Door("0.0.0.0", 8887)) == (found.chargers[0].address, found.ocpp_door)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("None", "ocpp_door is None; allowed is ('0.0.0.0', 8887), or another address and port, since a charger"),
        ("8887", "ocpp_door is 8887; allowed is ('0.0.0.0', 8887), (address, port from 1 to 65535), or None"),
        ('("", 8887)', "ocpp_door is ('', 8887); allowed is"),
        ('("0.0..0", 8887)', "ocpp_door is ('0.0..0', 8887); allowed is"),
        ('("0.0.0.0", 70000)', "ocpp_door is ('0.0.0.0', 70000); allowed is"),
    ],
)
def test_a_charger_that_dials_in_needs_a_door(tmp_path: Path, said: str, sentence: str) -> None:
    """A door that nobody needs stays shut, but a slip in it is told."""
    config = f"ocpp_door = {said}\n"
    assert slip(tmp_path, chargers("", make="ocpp") + config).startswith(sentence)
    if said == "None":
        assert loaded(tmp_path, chargers("") + config).ocpp_door is None
    else:
        assert slip(tmp_path, chargers("") + config).startswith(sentence)
    assert loaded(tmp_path, chargers("")).ocpp_door is None


def test_the_door_for_chargers_is_no_other_program_s(tmp_path: Path) -> None:
    """One port, one door."""
    same = 'ocpp_door = ("127.0.0.1", 9001)\n'
    assert slip(tmp_path, chargers("", make="ocpp") + same) == (
        "ocpp_door is ('127.0.0.1', 9001); allowed is one with a port that is not in socket_info"
    )


def test_a_house_without_a_neutral(tmp_path: Path) -> None:
    """A car charges between two phases of 3×230 V, and the connection carries less in all."""
    delta = CARS + "connection_neutral = False\n"
    found = loaded(tmp_path, chargers('"wired": "23"', before=delta))
    assert (1, "23", False) == ((rules := found.chargers[0].rules).phases, rules.wired, found.connection_neutral)
    assert 9_959 == round(found.rules.connection_w)
    for said, sentence in (
        ("", 'wired is missing; allowed is "12", "23" or "13": between which of the meter\'s phases it hangs'),
        ('"wired": "1"', "wired is '1'; allowed is \"12\""),
        ('"phases": 3', "phases is 3; allowed is 1, between two phases, as the house has no neutral"),
    ):
        assert slip(tmp_path, chargers(said, before=delta)).startswith(f"chargers['garage']: {sentence}")
    one = CARS + "connection_phases = 1\nconnection_neutral = False\n"
    assert slip(tmp_path, chargers("", before=one)).startswith("connection_neutral is False; allowed is True")


def test_the_connection_has_its_name_already(tmp_path: Path) -> None:
    """Rows are named by their circuit."""
    assert "chargers['connection']: connection is what the house's own circuit is called; give it another name" == slip(
        tmp_path, chargers("", name="connection")
    )


def test_the_home_battery_has_its_name_already(tmp_path: Path) -> None:
    """Grants are given by name."""
    assert "chargers['Battery']: Battery is what the home battery is called; give it another name" == slip(
        tmp_path, chargers("", name="Battery")
    )


def two(first: str = "", second: str = "") -> str:
    """A config with two go-e of API v1."""
    one, other = (
        f'"{name}": {{"make": "goe1", "address": "192.168.1.{number}"}} | {{{said}}}'
        for name, number, said in (("garage", 60, first), ("street", 61, second))
    )
    return f"chargers = {{{one}, {other}}}\n"


def test_two_chargers_share_nothing_by_mistake(tmp_path: Path) -> None:
    """Neither an address nor the pin of a relay; relays of two machines may have the same."""
    assert slip(tmp_path, two("", '"address": "192.168.1.60"')) == (
        "chargers['street']: address is '192.168.1.60'; allowed is another one than that of garage"
    )
    relay = '"relay": {"pin": 20}'
    assert slip(tmp_path, two(relay, relay)) == "chargers['street']: the relay hangs on pin 20, as garage's does"
    assert 2 == len(loaded(tmp_path, two(relay, '"relay": {"pin": 20, "host": "pi-2"}')).chargers)


def test_what_the_settings_let_pass_the_core_understands(tmp_path: Path) -> None:
    """Each charger by itself is one that the core's own check finds nothing wrong with."""
    for said in ("", '"phases": 1, "wired": "12", "safe_a": 0', '"wired": "312", "current_a": 6, "safe_a": 6'):
        found = loaded(tmp_path, chargers(said))
        connection = Circuit(name="connection", limits_a=(25.0, 25.0, 25.0))
        assert () == check([connection], [place.rules for place in found.chargers])


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
