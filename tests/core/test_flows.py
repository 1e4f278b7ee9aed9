"""What may flow on a circuit: its meter's other load, limits that follow, and what a guard leaves the chargers."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lib.core.carport import ChargingRules
from lib.core.charger import ChargerRules
from lib.core.charging import after, opened
from lib.core.circuits import Circuit
from lib.core.flows import rows_of
from lib.core.gauges import Gauged, Limited
from lib.core.pools import Pooled
from lib.core.proposals import Device, Proposal, resolve
from lib.core.steering import steered

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SITE = Circuit(name="connection", limits_a=(40.0, 40.0, 40.0))
ROW = Circuit(
    name="row", limits_a=(32.0, 32.0, 32.0), chargers=frozenset("ab"), above="connection", measured=True, margin=0.5
)
RULES = ChargingRules(
    chargers={name: ChargerRules(name=name, watched=True, safe_a=0.0) for name in "ab"}, circuits=(SITE, ROW)
)


def rooms(*events: Gauged | Limited) -> dict[str, float]:
    """The room of each row after these, at their second 0."""
    charging = opened(RULES, at=NOON, now_s=0.0)
    for event in events:
        charging = after(charging, event, RULES, now_s=0.0, now=NOON)
    return {row.name: row.room for row in rows_of(steered(charging, RULES), RULES, {"a": (2.0, 0.0, 0.0)})}


def test_an_own_meters_load_counts_on_the_circuit_and_not_twice() -> None:
    """16 A of the row's 32 are used, less what its meter shows and what a charger may draw."""
    seen = rooms(Gauged(circuit="row", phases_a=(5.0, 0.0, -3.0), read_s=0.0))
    assert [9.0, 16.0, 19.0] == [seen[f"row L{phase}"] for phase in (1, 2, 3)]


def test_a_limit_that_follows_is_the_lower_one() -> None:
    """With the margin of the circuit; above the owner's own it changes nothing."""
    assert 3.0 == rooms(Limited(circuit="row", until_s=60, limits_a=(10.0, None, None)))["row L1"]
    assert 14.0 == rooms(Limited(circuit="row", until_s=60, limits_a=(90.0, None, None)))["row L1"]


@pytest.mark.parametrize(("priority", "room_w"), [(1_099, None), (1_100, 6_000.0 - 2 * 230)])
def test_a_guard_leaves_the_chargers_so_much_whatever_else_flows(priority: int, room_w: float | None) -> None:
    """From priority 1100 on; it is no limit of the house, and has no margin."""
    device = Device(high_w=22_000)
    fence = Proposal(source="grid", priority=priority, at_s=0.0, high_w=6_000.0)
    pool = Pooled(device=device, resolved=resolve(device, [fence]))
    charging = replace(opened(RULES, at=NOON, now_s=0.0), pools={"row": pool})
    found = {row.name: row.room for row in rows_of(charging, RULES, {"a": (2.0, 0.0, 0.0)})}
    assert room_w == found.get("row in all")
