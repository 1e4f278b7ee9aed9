"""What ev and bs say of proposals: the state on the wire, whole for few targets, in short for many."""

from dataclasses import replace

import pytest

from lib.core.battery_why import Bar
from lib.core.claims import BATTERY
from lib.core.outside import Proposed
from lib.core.proposals import Device, Proposal, report
from lib.messages import parse_message, to_json
from lib.messages.proposed import MOST_WHOLE, Put, battery_put, car_put, of_cars, say_proposals, target_of
from tests.commands.plant import Plant
from tests.commands.vault import Vault

DEVICE = Device(high_w=11_040.0, band_high_w=4_140.0)
GUARD = Proposal(source="guard", priority=5_000, at_s=0.0, high_w=7_360.0)
VPP = Proposal(source="vpp", priority=500, at_s=0.0, low_w=5_000.0)
SUN = Proposal(source="surplus", priority=50, at_s=0.0, wish_w=2_000.0)
GARAGE = Put(name="garage", kind="charger", device=DEVICE, put=(SUN, VPP, GUARD), theirs=(VPP,))


def test_each_priority_is_told_what_all_above_leave_it() -> None:
    """And priority 0 too, so that whoever stands between two knows his bounds: those of the next one below."""
    said = target_of(GARAGE, {("garage", "vpp", 500): 12.0})
    assert [5_000, 500, 50, 0] == [rung.priority for rung in said.rungs]
    assert [(0.0, 11_040.0), (0.0, 7_360.0), (5_000.0, 7_360.0), (5_000.0, 7_360.0)] == [
        (rung.low_w, rung.high_w) for rung in said.rungs
    ]
    assert ("vpp", "guard", "surplus") == (said.rungs[-1].low_by, said.rungs[-1].high_by, said.decided)
    assert [None, 12.0, None] == [one.for_s for one in said.proposals]
    assert 5_000.0 == said.target_w


@pytest.mark.parametrize("priority", [0, 7, 49, 50, 51, 499, 501, 4_999, 5_001])
def test_who_stands_between_two_may_have_what_the_next_lower_one_has(priority: int) -> None:
    """As the core reports it for that very priority."""
    found = next(rung for rung in target_of(GARAGE, {}).rungs if rung.priority <= priority)
    known = report(DEVICE, GARAGE.put, priority)
    assert (known.low_w, known.high_w, known.low_by, known.high_by) == (
        found.low_w,
        found.high_w,
        found.low_by,
        found.high_by,
    )


def test_a_target_that_has_not_said_what_it_can_has_no_bounds() -> None:
    """Unknown, and not nothing."""
    said = target_of(Put(name="drive", kind="charger", device=Device(), put=(SUN,)), {})
    assert (None, None, 0.0) == (said.low_w, said.high_w, said.target_w)
    assert {(None, None, "")} == {(rung.low_w, rung.high_w, rung.high_by) for rung in said.rungs}


def test_of_many_those_are_whole_that_another_program_wants_something_of() -> None:
    """The others say what they come to, and whose wish that is."""
    others = [replace(GARAGE, name=f"place {number}", theirs=()) for number in range(MOST_WHOLE)]
    few = say_proposals(others, {}, boot="b", seq=1, now_s=0.0)
    assert all(one.rungs for one in few.targets)
    many = say_proposals([*others, GARAGE], {"garage": (VPP,)}, boot="b", seq=1, now_s=0.0)
    assert ["garage"] == [one.name for one in many.targets if one.rungs]
    assert {("surplus", 5_000.0)} == {(one.decided, one.target_w) for one in many.targets}


def test_it_comes_through_the_wire_as_it_is() -> None:
    """Also with a circuit's shares."""
    yard = Plant()
    wants = Proposal(source="vpp", priority=40, at_s=yard.clock.monotonic(), wish_w=6_000.0)
    yard.take(Proposed(target="carport", proposal=wants))
    yard.pass_by(1)
    known = yard.charging
    said = say_proposals(list(of_cars(known)), known.outside, boot="b", seq=1, now_s=known.now_s)
    assert said == parse_message(to_json(said))
    assert ["carport", "garage", "drive"] == [one.name for one in said.targets]
    [part] = [one for one in said.targets[1].proposals if one.source == "vpp (carport)"]
    assert part.for_s == said.targets[0].proposals[0].for_s


def test_what_is_no_target_has_no_state() -> None:
    """A circuit that nobody wants anything of, a name that is nobody's, a battery of another name."""
    assert (None, None) == (car_put(Plant().charging, "carport"), car_put(Plant().charging, "boat"))
    vault = Vault()
    assert None is battery_put(vault.storage, "garage")
    known = battery_put(vault.storage, BATTERY)
    assert known is not None
    assert known.device.high_w is None  # it has not been read yet


def test_the_fences_of_the_house_stand_in_it() -> None:
    """A program reads who keeps it from more: the connection and the peak."""
    vault = Vault()
    vault.read()
    vault.pass_by(10)
    vault.read()
    vault.pass_by(1)
    known = battery_put(vault.storage)
    assert known is not None
    said = target_of(known, {})
    assert {Bar.CIRCUIT, Bar.PEAK} <= {one.source for one in said.proposals}
    assert "peak" == said.rungs[-1].high_by
