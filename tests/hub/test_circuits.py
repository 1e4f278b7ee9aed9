"""What a person reads about the circuits: loads, limits, and what holds each charger."""

from datetime import timedelta

import pytest

from lib.core.charger import Plug
from lib.core.circuits import Profile
from lib.core.why import Reason, Why
from lib.hub.circuits import circuits
from lib.messages.charging import ChargerNow, PhaseLoad

from .builders import NOON
from .garage import a_charger, a_charging, a_circuit, an_empty_charger

TREE = """\
connection   L1 12.4/25 A, L2 23.1/25 A!, L3 1.2/25 A
  1 charges, 1 waits; shared all alike; beside the cars 2.4 23.1 1.2 A
  carport      L1 ?/16 A, 8.2 of 11.00 kW
    1 charges, 1 waits; shared least time to spare first; what else
        flows there is not known
    until 12:07 its limit comes from http://192.168.1.20/limit
    its meter does not answer
    garage       told 10 A, draws 9.8; held by carport L1; lease 27 s
    boat         waits, place 1; no room on carport L1"""


def told(*chargers: ChargerNow) -> str:
    """The lines of some chargers on the connection."""
    home = a_circuit(chargers=tuple(one.name for one in chargers))
    return circuits(a_charging(chargers=chargers, circuits=(home,)))


def test_the_tree_stands_in_lines() -> None:
    """Each circuit below the one that it hangs on, with its chargers, its limit and its trouble."""
    garage = a_charger(
        go=True, set_a=10.0, phases_a=(9.8, 0.0, 0.0), row="carport L1", share_a=10.0, lease_s=27.2, circuit="carport"
    )
    boat = a_charger("boat", plug=Plug.CONNECTED, place=1, row="carport L1", circuit="carport")
    cable = a_circuit(
        "carport",
        above="connection",
        profile=Profile.LAXITY,
        chargers=("garage", "boat"),
        waiting=("boat",),
        phases=(PhaseLoad(phase=1, limit_a=16.0),),
        limit_w=11_000.0,
        load_w=8_200.0,
        other_a=None,
        follows="http://192.168.1.20/limit",
        until=NOON + timedelta(minutes=2),
        trouble="its meter does not answer",
    )
    assert TREE == circuits(a_charging(chargers=(garage, boat), circuits=(a_circuit(chargers=()), cable)))


@pytest.mark.parametrize(
    ("charger", "said"),
    [
        (an_empty_charger(), "carport      no car"),
        (a_charger(silent_s=75.0), "garage       SILENT for 1 min 15 s"),
        (a_charger(plug=Plug.FAULT, fault="no earth"), "garage       FAULT; no earth"),
        (a_charger(plug=Plug.UNKNOWN), "garage       whether a car is there is not known yet"),
        (a_charger(go=True, phases_a=None, set_a=None), "garage       told ? A, draws ?; no lease"),
        (a_charger(go=True, set_a=6.0, phases_a=(6, 0, 0), lease_s=4.0), "told 6 A, draws 6.0; lease 4 s!"),
        (a_charger(because=Why(reason=Reason.TARGET), plug=Plug.CONNECTED), "done; target reached"),
        (a_charger(because=Why(reason=Reason.NO_SUN), plug=Plug.CONNECTED), "paused; no sun"),
    ],
)
def test_each_charger_says_what_it_does(charger: ChargerNow, said: str) -> None:
    """And what keeps it from more; unknown is unknown."""
    assert said in told(charger)


def test_a_circuit_may_have_no_limit() -> None:
    """Then the one above it counts; what flows besides is left out where it is nothing."""
    bare = a_circuit("shed", phases=(), chargers=(), other_a=(0.0, 0.0, 0.0))
    assert "shed         no limit of its own\n  shared all alike" == circuits(a_charging(chargers=(), circuits=(bare,)))


def test_of_many_chargers_only_the_circuits_are_told() -> None:
    """With what they do in all, and where each is told."""
    chargers = tuple(a_charger(f"place {at}") for at in range(50))
    said = circuits(a_charging(chargers=chargers, circuits=(a_circuit(chargers=tuple(one.name for one in chargers)),)))
    assert "50 charge" in said
    assert "place" not in said
    assert said.endswith('of so many chargers each has its sentence with "why"')


def test_what_is_not_known_is_said() -> None:
    """Before the first word, and where nothing of circuits is told."""
    assert "the circuits are not known yet: the program has just started" == circuits(None)
    assert "the circuits are not known yet" == circuits(a_charging(circuits=()))
    assert max(map(len, told(a_charger("a" * 60, row="b" * 60)).splitlines())) <= 72
