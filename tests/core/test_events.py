"""What happened is told once, when it happens: not what a first reading only shows."""

from typing import Any

from lib.core import events
from lib.core.events import Watch
from tests.conftest import NOON, SECOND, a_reading


def told(*readings: dict[str, Any]) -> list[list[str]]:
    """What each of some readings, a second apart, tells."""
    watch, said = Watch(), []
    for second, reading in enumerate(readings):
        at = NOON + second * SECOND
        watch, happened = events.after(watch, a_reading(at, **reading), at)
        said.append([event.text for event in happened])
    return said


def test_production_starts_and_stops_with_half_a_kilowatt_between() -> None:
    """Clouds around zero are no news; a change of more than 2 kW is."""
    powers_w = (300, -400, -600, -100, 400, -700, -2_800, -2_000, 510)
    assert told(*({"grid_w": power_w} for power_w in powers_w)) == [
        [],
        [],
        ["production started: 0.60 kW injected"],
        [],
        [],
        [],
        ["2.80 kW injected, after 0.60 kW"],
        [],
        ["production stopped: 0.51 kW taken"],
    ]


def test_a_start_of_the_program_is_no_start_of_the_sun() -> None:
    """What stood when the program came is no event: sun, breaker, message, tariff."""
    standing = {"grid_w": -3_000.0, "breaker": 2, "message_raw": "48616C6C6F", "tariff": 2}
    assert told(standing, standing) == [[], []]
    assert told(standing, standing | {"grid_w": 800.0})[1] == ["production stopped: 0.80 kW taken"]


def test_a_message_of_the_operator_is_told_when_it_comes() -> None:
    """And not again while it stands."""
    none, some = {"message_raw": ""}, {"message_raw": "48616C6C6F"}
    assert told(none, some, some) == [[], ["the grid operator says: Hallo"], []]


def test_the_breaker_is_told_by_what_to_do() -> None:
    """It opens, is ready, and closes."""
    said = told(*({"breaker": state} for state in (1, 0, 2, 1)))
    assert ["cut", "yellow button", "power again"] == [
        word for word, texts in zip(("cut", "yellow button", "power again"), said[1:], strict=True) if word in texts[0]
    ]


def test_the_tariff_and_the_meter_change() -> None:
    """By the meter's own word."""
    assert told({"tariff": 1}, {"tariff": 2})[1] == ["the meter counts the night tariff"]
    assert told({"belgian_serial": "1OLD"}, {"belgian_serial": "1NEW"})[1] == [
        "another meter: 1NEW in place of 1OLD; its counters are a new start"
    ]


def test_a_car_or_a_battery_that_takes_the_sun_ends_no_production() -> None:
    """What counts is what the house leaves over: 3 kW of sun go on when 2.9 kW of them go into the battery."""
    steps = ((400, 0), (-100, 2_900), (800, 3_700), (600, 0))  # a car begins in the third
    watch, said = Watch(), []
    for grid_w, devices_w in steps:
        watch, happened = events.after(watch, a_reading(NOON, grid_w=grid_w), NOON, devices_w=devices_w)
        said.append([event.text for event in happened])
    assert [[], ["production started: 3.00 kW left over"], [], ["production stopped: 0.60 kW taken"]] == said
