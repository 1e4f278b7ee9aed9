"""The circuits of a message as a tree, what is counted below each, and the words for them."""

import pytest

from lib.core.charger import Plug
from lib.core.circuits import Profile
from lib.core.why import Hold, Reason, Why
from lib.messages.charging import ChargerNow, CircuitNow
from lib.messages.circuits import SHARES, Counts, counted, counts_of, drawn_w, held, nodes, strain
from tests.hub.garage import a_charger, a_charging, an_empty_charger


def test_each_circuit_stands_before_those_that_hang_on_it() -> None:
    """In the order of the tree, however they were told, with the counts of all below."""
    told = a_charging(
        chargers=(a_charger("one"), an_empty_charger("two"), a_charger("three", silent_s=9.0), a_charger("four")),
        circuits=(
            CircuitNow(name="home", chargers=("four", "nobody")),
            CircuitNow(name="left", above="home", chargers=("one",)),
            CircuitNow(name="right", above="home", chargers=("two",)),
            CircuitNow(name="leaf", above="left", chargers=("three",), waiting=("three",)),
        ),
    )
    found = [(node.circuit.name, node.depth, node.below, node.counts) for node in nodes(told)]
    assert [
        ("home", 0, True, Counts(charge=2, silent=1, rest=1)),
        ("left", 1, True, Counts(charge=1, silent=1)),
        ("leaf", 2, False, Counts(silent=1)),
        ("right", 1, False, Counts(rest=1)),
    ] == found


def test_circuits_that_hang_on_nothing_that_was_told_stand_by_themselves() -> None:
    """Also two that hang on one another: a tree has no ring."""
    ring = nodes(a_charging(circuits=(CircuitNow(name="a", above="b"), CircuitNow(name="b", above="a"))))
    assert [("a", 0), ("b", 1)] == [(node.circuit.name, node.depth) for node in ring]


def test_a_charger_counts_once() -> None:
    """A fault before silence, that before waiting, that before charging."""
    fault = a_charger(plug=Plug.FAULT, silent_s=4.0, place=1)
    silent = a_charger(silent_s=4.0, place=1)
    waits = a_charger("boat", plug=Plug.CONNECTED)
    told = (fault, silent, waits, a_charger(place=2), a_charger(), an_empty_charger())
    assert Counts(charge=1, wait=2, silent=1, fault=1, rest=1) == counts_of(told, {"boat"})


@pytest.mark.parametrize(
    ("other", "all_w"),
    [
        (a_charger(), 4600.0),
        (a_charger(silent_s=9.0), None),
        (a_charger(plug=Plug.FAULT, power_w=None), None),
        (a_charger(plug=Plug.UNKNOWN, power_w=None), None),
        (a_charger(plug=Plug.CONNECTED, power_w=None), 2300.0),
        (an_empty_charger(), 2300.0),
        (an_empty_charger(silent_s=9.0), 2300.0),
    ],
)
def test_what_the_cars_draw_is_known_of_all_or_not_at_all(other: ChargerNow, all_w: float | None) -> None:
    """Of a silent charger only that nothing flows on a cable that was empty."""
    assert all_w == drawn_w((a_charger("garage"), other))


def test_counts_are_said_as_far_as_there_is_room() -> None:
    """What matters first; of chargers that do nothing only where all do."""
    assert "1 FAULT, 2 charge" == counted(Counts(charge=2, wait=3, silent=1, fault=1), 20)
    assert "1 charges, 1 waits, 1 silent" == counted(Counts(charge=1, wait=1, silent=1, rest=4), 40)
    assert ["4 idle", ""] == [counted(Counts(rest=4), 20), counted(Counts(), 20)]


@pytest.mark.parametrize(
    ("load", "sign"), [(None, ""), (-5.0, ""), (22.4, ""), (22.5, "!"), (25.1, "!"), (25.2, "!!"), (float("nan"), "")]
)
def test_a_load_has_a_sign(load: float | None, sign: str) -> None:
    """From 90 % of its limit on, and above it; what is unknown has none."""
    assert sign == strain(load, 25.0)
    assert ["", "!!"] == [strain(0.0, 0.0), strain(1.0, 0.0)]


@pytest.mark.parametrize(
    ("charger", "said"),
    [
        (a_charger(row="carport L2"), "held by carport L2"),
        (a_charger(row="carport L2", place=1, plug=Plug.CONNECTED), "no room on carport L2"),
        (
            a_charger(
                row="carport L2", go=False, plug=Plug.CONNECTED, because=Why(reason=Reason.MAX, held=Hold.RESTING)
            ),
            "resting",
        ),
        (a_charger(plug=Plug.FAULT, fault="no earth"), "no earth"),
        (a_charger(because=Why(reason=Reason.MAX, held=Hold.RESTING)), "resting"),
        (a_charger(because=Why(reason=Reason.NO_SUN), plug=Plug.CONNECTED), "no sun"),
        (a_charger(), ""),
        (an_empty_charger(row="carport L2"), ""),
    ],
)
def test_what_holds_a_charger_is_said(charger: ChargerNow, said: str) -> None:
    """The row, or what keeps it from its reason; nothing of one without a car."""
    assert said == held(charger, peaks_cost=True)


def test_where_peaks_cost_nothing_the_connection_holds_a_charger() -> None:
    """In the same few words."""
    full, cut = (a_charger(because=Why(reason=Reason.MAX, held=one)) for one in (Hold.NO_ROOM, Hold.PEAK))
    assert ["no room under the peak", "peak"] == [held(one, peaks_cost=True) for one in (full, cut)]
    assert ["no room on the connection", "connection"] == [held(one, peaks_cost=False) for one in (full, cut)]


def test_every_profile_has_words() -> None:
    """Of its own."""
    assert set(Profile) == set(SHARES)
    assert len(SHARES) == len(set(SHARES.values()))
