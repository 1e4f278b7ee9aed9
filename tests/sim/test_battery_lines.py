"""Typed lines that fill the battery, restart it, and bring the boxes of battery and inverter into trouble."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.sim import http_box, modbus_box
from lib.sim.battery_lines import BATTERY_ORDERS, INVERTER_ORDERS, Cellar
from lib.sim.cable import Cable
from lib.sim.fronius_box import FroniusBox
from lib.sim.garage import home_battery
from lib.sim.lines import obey
from lib.sim.victron_box import FLEETING, VictronBox
from lib.sim.world import World
from tests.sim.builders import NOON


def a_house() -> tuple[World, Cellar, VictronBox, FroniusBox]:
    """A house with a battery that is half full, and the boxes of battery and inverter."""
    battery = home_battery(NOON)
    house = World(seed=1, start=NOON, batteries=[battery])
    gx, roof = VictronBox(battery, grid_w=lambda: house.grid_w), FroniusBox(house.inverter)
    return house, Cellar(battery=gx, inverter=roof), gx, roof


def say(line: str, house: World, cellar: Cellar) -> str:
    """The answer to a typed line."""
    return obey(line, house, Cable(), cellar=cellar)


@pytest.mark.parametrize(("line", "soc_pct"), [("battery soc 30", 30), ("BATTERY SOC 12,5 %", 12.5)])
def test_the_battery_is_made_so_full(line: str, soc_pct: float) -> None:
    """As people type it."""
    house, cellar, gx, _ = a_house()
    assert f"battery: {soc_pct:g} % full." == say(line, house, cellar)
    assert soc_pct == gx.battery.soc_pct


@pytest.mark.parametrize("word", ["hang", "mute", "gone", "busy", "refuse", "off"])
def test_the_battery_gets_into_trouble_and_out_of_it(word: str) -> None:
    """The status line shows it in capitals until it is well; off is gone, on is well."""
    house, cellar, gx, _ = a_house()
    assert say(f"battery {word}", house, cellar).startswith("battery: ")
    assert (word if word != "off" else "gone") == gx.trouble
    assert f"in its own mode, {gx.trouble.upper()}" in say("status", house, cellar)
    assert "battery: answers as it should." == say("battery on", house, cellar)
    assert modbus_box.Trouble.WELL is gx.trouble
    assert "WELL" not in say("status", house, cellar)


def test_a_restart_mends_what_hangs() -> None:
    """As with a box at home."""
    house, cellar, gx, _ = a_house()
    say("battery hang", house, cellar)
    assert "answers as it should" in say("battery restart", house, cellar)
    assert modbus_box.Trouble.WELL is gx.trouble


@pytest.mark.parametrize("word", ["hang", "mute", "broken", "cut", "gone"])
def test_the_inverter_gets_into_trouble_and_out_of_it(word: str) -> None:
    """Its panels feed in as before."""
    house, cellar, _, roof = a_house()
    sun_w = house.sun_w
    say(f"sim inverter {word}", house, cellar)
    assert word == roof.trouble
    assert f"inverter {word.upper()}" in say("status", house, cellar)
    say("inverter on", house, cellar)
    assert http_box.Trouble.WELL is roof.trouble
    assert "inverter" not in say("status", house, cellar)
    assert sun_w == house.sun_w


def test_the_status_says_who_decides() -> None:
    """Its own mode, or what it was told; a restart forgets that."""
    house, cellar, gx, _ = a_house()
    assert "battery 50 %, rests, in its own mode" in say("status", house, cellar)
    gx.take(FLEETING, (0, 1_500))
    house.step(timedelta(minutes=2))
    assert "told to keep the grid at 1.50 kW" in say("status", house, cellar)
    assert f"takes {gx.battery.power_w / 1000:.2f} kW" in say("status", house, cellar)
    gx.battery.told(-400)
    house.step(10)
    assert "gives 400 W, told -400 W" in say("status", house, cellar)
    assert "has forgotten what it was told" in say("battery restart", house, cellar)
    assert "in its own mode" in say("status", house, cellar)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("battery soc 120", "type well, hang, mute, gone, busy, refuse, off, on, restart"),
        ("battery dancing", "such as `battery soc 30`"),
        ("battery", "`battery soc 30` or `battery hang`"),
        ("inverter refuse", "type well, hang, mute, broken, cut, gone, off or on."),
        ("inverter", "`inverter hang`"),
        ("help", "battery restart"),
    ],
)
def test_a_slip_is_answered_with_what_can_be_typed(line: str, hint: str) -> None:
    """One sentence."""
    house, cellar, _, _ = a_house()
    assert hint in say(line, house, cellar)


def test_a_house_without_them_knows_no_such_words(house: World) -> None:
    """Nothing of them in its help and in its status."""
    for line in ("help", "status"):
        assert "battery" not in obey(line, house, Cable())
        assert "inverter" not in obey(line, house, Cable())
    assert "No such thing as `battery hang`" in obey("battery hang", house, Cable())
    assert "No such thing as `inverter off`" in obey("inverter off", house, Cable())


def test_all_that_the_help_names_is_obeyed() -> None:
    """Each order does something."""
    house, cellar, _, _ = a_house()
    for order in (*BATTERY_ORDERS, *INVERTER_ORDERS):
        assert "type" not in say(order, house, cellar)


WORDS = st.sampled_from(["battery", "inverter", "soc", "30", "%", "off", "on", "restart", "cut", "\x07", "ü²", "-1"])


@settings(deadline=None)
@given(words=st.lists(WORDS, max_size=5))
def test_whatever_is_typed_gets_one_printable_line(words: list[str]) -> None:
    """No line raises, and no control character comes back."""
    house, cellar, _, _ = a_house()
    answer = say(" ".join(words), house, cellar)
    assert answer
    assert answer.isprintable()
