"""Circuits, as the owner writes them down."""

from pathlib import Path

import pytest

from lib.commands.ev_rules import circuits, slips, tree
from lib.core.circuits import Circuit, Profile
from lib.settings import CircuitPlace
from tests.settings.homes import loaded, slip

NAMES = ("garage", "street", "attic")


def site(said: str, *, before: str = "") -> str:
    """A config with three chargers on one phase each, and these circuits."""
    one = '{"make": "openevse", "phases": 1, "wired": "2", "address": '
    chargers = ", ".join(f'"{name}": {one}"192.168.1.{number}"}}' for number, name in enumerate(NAMES, 60))
    return f"{before}\nchargers = {{{chargers}}}\ncircuits = {{{said}}}\n"


def circuit(folder: Path, said: str, **more: str) -> CircuitPlace:
    """The one circuit, with the garage on it."""
    [place] = loaded(folder, site(f'"drive": {{"chargers": ("garage",), {said}}}', **more)).circuits
    return place


def test_amperes_and_members_are_enough(tmp_path: Path) -> None:
    """One number is for each phase; a list is as good as a row in brackets."""
    plain = CircuitPlace(name="drive", limits_a=(20.0, 20.0, 20.0), chargers=("garage",))
    assert plain == circuit(tmp_path, '"current_a": 20')
    found = loaded(tmp_path, site('"drive": {"current_a": [20, 16.5, None], "chargers": ["garage", "street"]}'))
    assert ((20.0, 16.5, None), ("garage", "street")) == (found.circuits[0].limits_a, found.circuits[0].chargers)


def test_all_that_can_be_said(tmp_path: Path) -> None:
    """In the core's units; what a meter or a limit wants besides is handed on as it is."""
    found = circuit(
        tmp_path,
        '"current_a": None, "power_kw": 22, "profile": "laxity", "margin_pct": 80, "other_a": 5, '
        '"other_worst_a": (10, 0, 0), "sun_makes_room": False, '
        '"meter": {"from": "shelly", "url": "http://192.168.1.80", "channel": 1}, '
        '"limit": {"from": "mqtt", "url": "mqtt://192.168.1.20/limit", "unit": "kW"}',
    )
    expected = CircuitPlace(
        name="drive",
        limits_a=(None, None, None),
        limit_w=22_000.0,
        chargers=("garage",),
        margin=0.8,
        profile=Profile.LAXITY,
        other_a=(5.0, 5.0, 5.0),
        worst_a=(10.0, 0.0, 0.0),
        credits=False,
        meter={"from": "shelly", "url": "http://192.168.1.80", "channel": 1},
        limit={"from": "mqtt", "url": "mqtt://192.168.1.20/limit", "unit": "kW", "valid_s": 120.0},
    )
    assert expected == found


def test_a_house_with_one_phase_has_one_limit(tmp_path: Path) -> None:
    """Nothing flows on the others."""
    config = (
        'connection_phases = 1\nchargers = {"garage": {"make": "goe", "address": "192.168.1.60"}}\n'
        'circuits = {"drive": {"current_a": 20, "chargers": ("garage",)}}\n'
    )
    assert (20.0, None, None) == loaded(tmp_path, config).circuits[0].limits_a


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ('"chargers": ("garage",)', "current_a is missing; allowed is what it carries, in A from 6 on: 63, or (63, "),
        ('"current_a": 5', "current_a is 5; allowed is what it carries, in A from 6 on: 63"),
        ('"current_a": 20000', "current_a is 20000; allowed is what it carries, in A"),
        ('"current_a": (16, 0, 0)', "current_a is (16, 0, 0); allowed is what it carries"),
        ('"current_a": (20, 20)', "current_a is (20, 20); allowed is what it carries"),
        ('"current_a": True', "current_a is True; allowed is what it carries"),
        ('"current_a": "20"', "current_a is '20'; allowed is what it carries"),
        ('"current_a": 20', "nothing hangs on it; name some chargers or circuits that do"),
        ('"current_a": 20, "chargers": ()', "nothing hangs on it"),
        ('"current_a": 20, "chargers": "garage"', "chargers is 'garage'; allowed is a row of texts"),
        ('"current_a": 20, "chargers": ("cellar",)', "chargers is ('cellar',); allowed is the names of chargers: gara"),
        ('"current_a": 20, "chargers": ("garage", "garage")', "garage stands there twice; once is enough"),
        ('"current_a": 20, "circuits": ("b",)', "circuits is ('b',); allowed is the names of other circuits: there ar"),
        ('"current_a": 20, "circuits": ("drive",)', "it would hang on itself: drive on drive"),
        ('"current_a": 20, "profile": "fair"', 'profile is \'fair\'; allowed is "equal" or "proportional" or'),
        ('"current_a": 20, "power_kw": 22000', "power_kw is 22000; allowed is a number from 0.1 to 1000, or None"),
        ('"current_a": 20, "margin_pct": 0.8', "margin_pct is 0.8; allowed is a number from 10 to 100"),
        ('"current_a": 20, "other_a": -1', "other_a is -1; allowed is such as 5, or (5, 0, 0) for L1, L2, L3"),
        ('"current_a": 20, "other_worst_a": "x"', "other_worst_a is 'x'; allowed is None, or such as 5"),
        ('"current_a": 20, "sun_makes_room": 1', "sun_makes_room is 1; allowed is True or False"),
        ('"limit_a": 20', "limit_a is no setting of a circuit; is "),
        ('"current_a": 20, "meter": "x"', 'meter is \'x\'; allowed is a group such as {"from": "shelly", "url": …}'),
        ('"current_a": 20, "meter": {"url": "x"}', 'meter: from is missing; allowed is "shelly" or "iotawatt" or'),
        ('"current_a": 20, "meter": {"from": "shelly"}', "meter: url is missing; allowed is a text such as"),
        ('"current_a": 20, "limit": {"from": "shelly"}', 'limit: from is \'shelly\'; allowed is "http" or "mqtt"'),
        (
            '"current_a": 20, "limit": {"from": "http", "url": "http://a"}',
            'limit: unit is missing; allowed is "A" or "W" or "kW"',
        ),
        (
            '"current_a": 20, "limit": {"from": "http", "url": "http://a", "unit": "A", "valid_s": 0}',
            "limit: valid_s is 0; allowed is a number from 1 to 86400",
        ),
    ],
)
def test_a_slip_names_the_circuit_and_the_key(tmp_path: Path, said: str, sentence: str) -> None:
    """And what is allowed there."""
    config = site(f'"drive": {{{said}}}')
    assert slip(tmp_path, config).startswith(f"circuits['drive']: {sentence}")


A, B, C = (f'"{name}": {{"current_a": 20, "chargers": ("{NAMES[at]}",)' for at, name in enumerate("abc"))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (f'{A}}}, "b": {{"current_a": 20, "chargers": ("garage",)}}', "circuits['b']: garage hangs on a already"),
        (f'{A}}}, {B}, "circuits": ("a",)}}, {C}, "circuits": ("a",)}}', "circuits['c']: a hangs on b already"),
        (f'{A}, "circuits": ("b",)}}, {B}, "circuits": ("a",)}}', "circuits['a']: it would hang on itself: a on b on"),
        (
            f'{A}, "circuits": ("b",)}}, {B}, "circuits": ("c",)}}, {C}, "circuits": ("b",)}}',
            "circuits['c']: b hangs on a already",
        ),
        (f'{A}}}, "A": {{"current_a": 20, "chargers": ("street",)}}', "circuits holds a and A, which is one name"),
        (
            '"Garage": {"current_a": 20, "chargers": ("street",)}',
            "circuits['Garage']: garage is a charger; give it another name",
        ),
        (
            '"battery": {"current_a": 20, "chargers": ("street",)}',
            "circuits['battery']: battery is what the home battery is called; give it another name",
        ),
        (
            '"Connection": {"current_a": 20, "chargers": ("street",)}',
            "circuits['Connection']: Connection is what the house's own circuit is called; give it another name",
        ),
    ],
)
def test_a_slip_in_the_tree_is_a_sentence(tmp_path: Path, said: str, sentence: str) -> None:
    """Each charger and each circuit hangs once, and none on itself."""
    assert slip(tmp_path, site(said)).startswith(sentence)


FOREST = """
"group": {"current_a": 16, "chargers": ("attic",), "other_a": (0, 2, 0)},
"park": {"current_a": 40, "circuits": ("group", "pair"), "profile": "fifo", "margin_pct": 90},
"pair": {"current_a": 20, "power_kw": 6, "chargers": ("garage",), "other_a": (0, 3, 1), "sun_makes_room": False,
         "other_worst_a": 4, "meter": {"from": "http", "url": "http://192.168.1.80"}},
"""


def test_the_tree_comes_down_to_circuits_that_name_all_below(tmp_path: Path) -> None:
    """The connection first, each before those that hang on it; what flows further down flows above."""
    config = loaded(tmp_path, site(FOREST, before='sharing = "priority"\nconnection_a = 63\nother_load_worst_a = 9'))
    nine, twenty = (9.0, 9.0, 9.0), (20.0, 20.0, 20.0)
    assert (
        Circuit(name="connection", limits_a=(63.0, 63.0, 63.0), profile=Profile.PRIORITY, worst_a=nine),
        Circuit(
            name="park",
            limits_a=(40.0, 40.0, 40.0),
            chargers=frozenset({"attic", "garage"}),
            margin=0.9,
            above="connection",
            profile=Profile.FIFO,
            other_a=(0.0, 5.0, 1.0),
        ),
        Circuit(
            name="group",
            limits_a=(16.0, 16.0, 16.0),
            chargers=frozenset({"attic"}),
            above="park",
            other_a=(0.0, 2.0, 0.0),
        ),
        Circuit(
            name="pair",
            limits_a=twenty,
            limit_w=6_000.0,
            chargers=frozenset({"garage"}),
            above="park",
            other_a=(0.0, 3.0, 1.0),
            worst_a=(4.0, 4.0, 4.0),
            measured=True,
            credits=False,
        ),
    ) == circuits(config)
    assert {"connection": ("street",), "park": (), "group": ("attic",), "pair": ("garage",)} == tree(config)
    assert () == slips(config)


def test_a_car_has_a_table_of_what_it_takes(tmp_path: Path) -> None:
    """In % and kW; the stretches touch, from 0 to 100."""
    car = 'cars = {{"car_1": {{"capacity_kwh": 50, "power_table": {}}}}}\n'
    found = loaded(tmp_path, car.format("[(0, 50, 11), (50, 80.5, 7.4), (80.5, 100, 2)]")).cars[0].rules.table
    assert ((0.0, 50.0, 11_000.0), (50.0, 80.5, 7_400.0), (80.5, 100.0, 2_000.0)) == found
    assert () == loaded(tmp_path, car.format("()")).cars[0].rules.table
    for said in (
        "((0, 50, 11),)",
        "((10, 100, 11),)",
        "((0, 50, 11), (60, 100, 4))",
        "((0, 50, 11), (50, 50, 7), (50, 100, 4))",
        "((0, 100, 0),)",
        "((0, 100),)",
        "(0, 100, 11)",
        "((0, 120, 11),)",
        "((0, 100, True),)",
        "11",
        "None",
    ):
        assert "allowed is a row of (from %, to %, kW) that touch, from 0 to 100" in slip(tmp_path, car.format(said))
