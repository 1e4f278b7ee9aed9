"""The owner's settings as the rules of bs's core."""

from pathlib import Path

from lib.commands.bs_rules import storage_rules
from lib.core.circuits import Circuit, Profile
from lib.core.modes import StorageMode
from tests.settings.homes import loaded

HOME = """
socket_info = {"dm": ("127.0.0.1", 9000), "bs": ("127.0.0.1", 9002)}
batteries = {"home": {"make": "victron", "address": "x", "capacity_kwh": 10, "wired": "2", "least_pct": 5}}
inverters = {"roof": {"make": "sunspec", "address": "y", "may_hold": True}, "shed": {"make": "kostal", "address": "z"}}
battery_mode = "hold"
battery_reserve_pct = 30
margin_pct = 6
capacity_tariff = False
"""


def test_what_the_owner_set_is_what_counts(tmp_path: Path) -> None:
    """Batteries, connection, wishes, and whether peaks cost and the sun may be held back."""
    rules = storage_rules(loaded(tmp_path, HOME))
    assert {"home": 5.0} == {name: one.least_pct for name, one in rules.batteries.items()}
    assert (Circuit(name="connection", limits_a=(25.0, 25.0, 25.0), profile=Profile.EQUAL),) == rules.circuits
    assert (StorageMode.HOLD, 30.0, 0.06) == (rules.mode, rules.reserve_pct, rules.margin)
    assert (True, True, False) == (rules.has_sun, rules.holds_sun, rules.peaks_cost)


def test_a_home_without_a_battery(tmp_path: Path) -> None:
    """The program starts there too, and has nothing to do."""
    rules = storage_rules(loaded(tmp_path, "connection_phases = 1\n"))
    assert ({}, False, False, True) == (rules.batteries, rules.has_sun, rules.holds_sun, rules.peaks_cost)
    assert (25.0, None, None) == rules.circuits[0].limits_a
