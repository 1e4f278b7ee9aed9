"""What a pool makes of what ev says: its chargers, their watts, and their amperes by the meter's phases."""

from dataclasses import replace

from lib.hub.pool_state import Status, chargers_of, shares_of, status_of, target_of, total_a, total_w
from lib.messages.charging import CircuitNow

from .garage import a_charger, a_charging
from .proposed import CARPORT, DRIVE, GARAGE, PROPOSALS

PLACES = [a_charger(name) for name in ("left", "right", "back", "drive")]
SITE = a_charging(
    chargers=tuple(PLACES),
    circuits=(
        CircuitNow(name="connection", chargers=("drive",)),
        CircuitNow(name="carport", chargers=("left",)),
        CircuitNow(name="rear", above="carport", chargers=("back",)),
        CircuitNow(name="corner", above="rear", chargers=("right",)),
    ),
)


def names(target: str) -> set[str]:
    """The chargers of a target."""
    return {one.name for one in chargers_of(target, SITE)}


def test_a_circuit_has_the_chargers_of_those_below_it() -> None:
    """However deep; the connection has all, a charger itself, and what is nowhere none."""
    assert {"left", "back", "right"} == names("carport")
    assert {"back", "right"} == names("rear")
    assert {"left", "right", "back", "drive"} == names("connection")
    assert {"drive"} == names("drive")
    assert set() == names("boat")
    assert [] == chargers_of("carport", None)


def test_amperes_are_of_the_meters_phases() -> None:
    """A box may be turned, hang on one phase, or between two, which then carry the same."""
    one = a_charger("left")
    turned = replace(one, wired="231", phases_a=(1.0, 2.0, 3.0))
    second = replace(one, wired="2", phases_a=(5.0, 0.0, 0.0))
    between = replace(one, wired="12", phases_a=(7.0, 0.0, 0.0))
    assert (3.0, 1.0, 2.0) == total_a([turned])
    assert (0.0, 5.0, 0.0) == total_a([second])
    assert (7.0, 7.0, 0.0) == total_a([between])
    assert (10.0, 13.0, 2.0) == total_a([turned, second, between])


def test_what_is_not_known_of_one_is_not_known_of_all() -> None:
    """A silent box is no zero, nor are no boxes at all."""
    one = a_charger("left", power_w=1_000.0, phases_a=(4.0, 0.0, 0.0))
    assert 2_000.0 == total_w([one, one])
    assert None is total_w([one, replace(one, power_w=None)])
    assert None is total_w([])
    assert None is total_a([one, replace(one, phases_a=None)])
    assert None is total_a([replace(one, wired="?")])


def test_the_status_is_that_of_our_priority() -> None:
    """Between two that somebody proposes at, it is the lower one's."""
    found = target_of("garage", PROPOSALS)
    assert GARAGE == found
    high, low = status_of(found, 300), status_of(found, 99)
    assert ("system", "vpp", 5_000.0) == (high.low_by, high.high_by, high.high_w)
    assert ("plan", 5_000.0) == (low.low_by, low.low_w)
    assert Status(why="it cannot be told anything yet") == status_of(DRIVE, 40)
    assert Status(why="nothing is proposed for it") == status_of(target_of("boat", PROPOSALS), 40)
    short = status_of(replace(GARAGE, rungs=(), proposals=()), 40)
    assert (5_000.0, None) == (short.target_w, short.high_w)


def test_the_shares_are_those_of_its_kind() -> None:
    """Of a circuit each charger's, of a charger its own."""
    assert {"left": 4_140.0, "right": 0.0} == shares_of(CARPORT, None)
    assert {"garage": 5_000.0} == shares_of(GARAGE, None)
    assert {} == shares_of(None, None)
