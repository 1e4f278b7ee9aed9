"""Cars as the owner writes them down."""

from pathlib import Path

import pytest

from lib.core.car import FULL, Ask, CarRules
from tests.settings.homes import loaded, slip


def car(folder: Path, said: str) -> CarRules:
    """The one car, with this beside its capacity."""
    [place] = loaded(folder, f'cars = {{"car_1": {{"capacity_kwh": 50, {said}}}}}\n').cars
    return place.rules


def test_a_capacity_is_enough(tmp_path: Path) -> None:
    """All else has a usual value, which is that of the core; a car is called by its name."""
    assert CarRules(name="car_1", title="car_1", capacity_wh=50_000) == car(tmp_path, "")


def test_all_that_can_be_said(tmp_path: Path) -> None:
    """In the core's units."""
    found = car(
        tmp_path,
        '"title": "Blue car", "kwh_100km": 17.5, "phases": 2, "current_a": 32, "everyday_pct": 70, "night_pct": 50, '
        '"arrival_pct": 15, "reserve_pct": 25, "at_least_pct": 40, "trip_default": "120 km", '
        '"reserve_over_peak": True, "limit_pct": 90',
    )
    assert (
        CarRules(
            name="car_1",
            title="Blue car",
            capacity_wh=50_000,
            wh_km=175,
            phases=2,
            current_a=32,
            everyday_pct=70,
            night_pct=50,
            arrival_pct=15,
            reserve_pct=25,
            at_least_pct=40,
            limit_pct=90,
            trip_default=Ask(km=120),
            reserve_over_peak=True,
        )
        == found
    )


@pytest.mark.parametrize(
    ("said", "ask"),
    [
        ("full", FULL),
        ("Full", FULL),
        ("180 km", Ask(km=180)),
        ("180km", Ask(km=180)),
        ("80 %", Ask(soc_pct=80)),
        ("30 kWh", Ask(energy_wh=30_000)),
        ("30,5 kwh", Ask(energy_wh=30_500)),
    ],
)
def test_what_a_trip_needs_that_does_not_say(tmp_path: Path, said: str, ask: Ask) -> None:
    """In the words that a calendar may hold."""
    assert ask == car(tmp_path, f'"trip_default": "{said}"').trip_default


def test_a_low_everyday_level_takes_the_others_along(tmp_path: Path) -> None:
    """Only what the owner said himself can contradict it."""
    found = car(tmp_path, '"everyday_pct": 15')
    assert (15, 15, 15) == (found.everyday_pct, found.night_pct, found.reserve_pct)


def test_where_the_state_of_charge_comes_from(tmp_path: Path) -> None:
    """As it was written; a car whose owner types it has nothing there."""
    [asked, typed] = loaded(
        tmp_path,
        'cars = {"a": {"capacity_kwh": 50, "soc": {"from": "mqtt", "url": "mqtt://pi/soc"}}, '
        '"b": {"capacity_kwh": 50, "soc": ""}}\n',
    ).cars
    assert {"from": "mqtt", "url": "mqtt://pi/soc"} == asked.soc
    assert {} == typed.soc


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ('"capacity_kwh": 0', "capacity_kwh is 0; allowed is a number from 1 to 250"),
        ('"capacity_kw": 50', "capacity_kw is no setting of a car; is capacity_kwh meant?"),
        ('"colour": "blue"', "colour is no setting of a car; allowed are title, capacity_kwh, "),
        ('"kwh_100km": 180', "kwh_100km is 180; allowed is a number from 5 to 100"),
        ('"phases": 4', "phases is 4; allowed is 1 or 2 or 3"),
        ('"current_a": 5', "current_a is 5; allowed is a number from 6 to 32"),
        ('"everyday_pct": 101', "everyday_pct is 101; allowed is a number from 1 to 100"),
        ('"night_pct": 90', "night_pct is 90; allowed is a number from 0 to everyday_pct, which is 80"),
        ('"reserve_pct": 81', "reserve_pct is 81; allowed is a number from 0 to everyday_pct, which is 80"),
        ('"limit_pct": 30', "limit_pct is 30; allowed is a number from 50 to 100"),
        ('"at_least_pct": "x"', "at_least_pct is 'x'; allowed is a number from 0 to 100"),
        ('"reserve_over_peak": 1', "reserve_over_peak is 1; allowed is True or False"),
        ('"trip_default": "far"', 'trip_default is \'far\'; allowed is "full", or such as "180 km"'),
        ('"trip_default": 180', 'trip_default is 180; allowed is a text such as "full"'),
        ('"trip_default": "0 km"', "trip_default is '0 km'; allowed is more than 0 and up to 2000 km"),
        ('"trip_default": "120 %"', "trip_default is '120 %'; allowed is more than 0 and up to 100 %"),
        ('"trip_default": "60 kWh"', "trip_default is '60 kWh'; allowed is more than 0 and up to 50 kWh"),
        ('"soc": "mqtt"', "soc is 'mqtt'; allowed is \"\" when you type it yourself, or a group with its source"),
        ('"soc": {"url": "x"}', "soc is {'url': 'x'}; allowed is"),
        ('"soc": {"from": 3}', "soc is {'from': 3}; allowed is"),
        ('"title": ""', "title is ''; allowed is a text"),
    ],
)
def test_a_slip_names_the_car_and_the_key(tmp_path: Path, said: str, sentence: str) -> None:
    """And what is allowed there."""
    found = slip(tmp_path, f'cars = {{"car_1": dict({{"capacity_kwh": 50}} | {{{said}}})}}\n')
    assert found.startswith(f"cars['car_1']: {sentence}")


def test_a_capacity_must_be_there(tmp_path: Path) -> None:
    """Nothing can be planned without it."""
    assert "cars['a']: capacity_kwh is missing; allowed is a number from 1 to 250" == slip(
        tmp_path, 'cars = {"a": {}}\n'
    )


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("cars = 5", 'cars is 5; allowed is {"name": {…}} with a group for each car, or {}'),
        ("cars = {'my car': {}}", "cars holds 'my car'; a name has letters, digits, _ and - only"),
        ("cars = {'auto@home': {}}", "cars holds 'auto@home'; a name has"),
        ("cars = {'é': {}}", "cars holds 'é'; a name has"),
        ("cars = {3: {}}", "cars holds 3; a name has"),
        ("cars = {'': {}}", "cars holds ''; a name has"),
        ("cars = {'car': {'capacity_kwh': 9}, 'CAR': {}}", "cars holds car and CAR, which is one name"),
        ("cars = {'a': 50}", "cars['a'] is 50; allowed is a group {…}"),
    ],
)
def test_a_name_is_one_that_a_calendar_can_hold(tmp_path: Path, config: str, sentence: str) -> None:
    """`@car_1@` in a title, where case does not count."""
    assert slip(tmp_path, config + "\n").startswith(sentence)
