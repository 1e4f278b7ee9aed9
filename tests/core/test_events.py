"""What happened is told once, when it happens: not what a first reading only shows."""

from typing import Any

from lib.core import events
from lib.core.events import Watch
from tests.conftest import NOON, SECOND, a_reading


def told(*readings: dict[str, Any], apart_s: int = 1) -> list[list[str]]:
    """What each of some readings, so many seconds apart, tells."""
    watch, said = Watch(), []
    for number, reading in enumerate(readings):
        at = NOON + number * apart_s * SECOND
        watch, happened = events.after(watch, a_reading(at, **reading), at)
        said.append([event.text for event in happened])
    return said


def test_production_starts_and_stops_with_half_a_kilowatt_between() -> None:
    """Clouds around zero are no news; a change of more than 2 kW is."""
    powers_w = (300, -400, -600, -600, -100, 400, -700, -2_800, -2_800, -2_000, 510, 510)
    assert told(*({"grid_w": power_w} for power_w in powers_w), apart_s=20) == [
        [],
        [],
        [],
        ["production started: 0.60 kW injected"],
        [],
        [],
        [],
        [],
        ["2.80 kW injected, after 0.60 kW"],
        [],
        [],
        ["production stopped: 0.51 kW taken"],
    ]


def test_what_does_not_last_is_no_news() -> None:
    """A kettle, a cloud, a car whose charger has not been read since it stopped: 20 s later they are gone, or known."""
    powers_w = [*[300] * 3, *[-3_400] * 19, 300, *[-3_400] * 20, 300, *[-3_400] * 20]
    said = told(*({"grid_w": power_w} for power_w in powers_w))
    assert [] == [text for texts in said for text in texts]
    assert "production started: 3.40 kW injected" == told(*({"grid_w": w} for w in [*powers_w, -3_400]))[-1][0]


def test_a_clock_that_is_set_back_delays_no_news() -> None:
    """It counts from the earlier time."""
    watch, said = Watch(producing=False, turned=NOON + 3_600 * SECOND), list[str]()
    for second in (0, 20):
        at = NOON + second * SECOND
        watch, happened = events.after(watch, a_reading(at, grid_w=-900.0), at)
        said += [event.text for event in happened]
    assert ["production started: 0.90 kW injected"] == said


def test_a_start_of_the_program_is_no_start_of_the_sun() -> None:
    """What stood when the program came is no event: sun, breaker, message, tariff."""
    standing = {"grid_w": -3_000.0, "breaker": 2, "message_raw": "48616C6C6F", "tariff": 2}
    over = standing | {"grid_w": 800.0}
    assert told(standing, standing) == [[], []]
    assert told(standing, standing, over, over, apart_s=20)[3] == ["production stopped: 0.80 kW taken"]


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
    steps = ((400, 0), (-100, 2_900), (-100, 2_900), (800, 3_700), (600, 0), (600, 0))  # a car begins in the fourth
    watch, said = Watch(), []
    for number, (grid_w, devices_w) in enumerate(steps):
        at = NOON + number * 20 * SECOND
        watch, happened = events.after(watch, a_reading(at, grid_w=grid_w), at, devices_w=devices_w)
        said.append([event.text for event in happened])
    assert [[], [], ["production started: 3.00 kW left over"], [], [], ["production stopped: 0.60 kW taken"]] == said


def test_a_car_that_is_unplugged_while_it_charges_is_no_sun() -> None:
    """The meter shows it at once, its charger some seconds later."""
    steps = [(4_140, 3_680)] * 5 + [(670, 3_680)] * 12 + [(670, 0)] * 30
    watch, said = Watch(), list[events.Event]()
    for second, (grid_w, devices_w) in enumerate(steps):
        at = NOON + second * SECOND
        watch, happened = events.after(watch, a_reading(at, grid_w=grid_w), at, devices_w=devices_w)
        said += happened
    assert [] == said
