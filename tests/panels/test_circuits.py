"""The tree of circuits: loads and limits, what holds a charger, and what is folded where the room is short."""

from dataclasses import replace

import pytest
from rich.text import Text

from lib.core.charger import Plug
from lib.core.why import Hold, Reason, Why
from lib.messages import Refused
from lib.messages.charging import ChargerNow, Charging, CircuitNow, PhaseLoad
from lib.messages.orders import Done, Order
from lib.panels.circuits import fold_circuits, is_modest, long_circuits, render_circuits, walk_circuits
from lib.panels.ev import ev_panels
from lib.panels.look import Room
from lib.panels.seen import Choice, Seen
from tests.panels import carpark
from tests.panels.carpark import a_circuit, connection, phases
from tests.panels.garage import carport, charging, garage, local
from tests.panels.golden import LOOK, LOOKS, a_dashboard, screen, seen, styles

PAGE = Room(76, 18, whole=True)
COLOURS = LOOK.colours


def of(*circuits: CircuitNow, chargers: tuple[ChargerNow, ...] = ()) -> Charging:
    """What ev says of some circuits."""
    return replace(charging(), circuits=circuits, chargers=chargers)


def drawn(*circuits: CircuitNow, chargers: tuple[ChargerNow, ...] = (), room: Room = PAGE) -> Text:
    """Their panel."""
    return render_circuits(seen([of(*circuits, chargers=chargers)]), LOOK, room)


def a_home(*chargers: ChargerNow) -> str:
    """A home with these on its connection, line by line."""
    home = connection(chargers=tuple(one.name for one in chargers))
    return drawn(home, chargers=chargers).plain


async def refuse(order: Order) -> Done | Refused:
    """A screen that may give orders."""
    return Refused(why=f"no {order.type} here")


def test_a_home_has_a_few_modest_lines() -> None:
    """The connection by phase, what flows beside the cars, and each charger."""
    text = render_circuits(seen([charging()]), LOOK, PAGE).plain.split("\n")
    assert "  - connection  L1 ██░░ 12.4/25  L2 ░░░░ 3.1/25   L3 ░░░░ 1.2/25   1 charges" == text[0]
    assert "      shared all alike; beside the cars 2.4 3.1 1.2 A" == text[1]
    assert ["garage", "told", "10", "A,", "draws", "10.0", "29", "s"] == text[2].split()
    assert ["carport", "paused", "waits", "for", "its", "hour"] == text[3].split()
    assert is_modest(seen([charging()]))
    assert not is_modest(seen([of(connection(trouble="its limit is old"))]))
    assert not is_modest(seen(carpark.told(3)))


@pytest.mark.parametrize(
    ("load_a", "said", "role"),
    [
        (22.4, " 22.4/25 ", "text"),
        (22.6, " 22.6/25! ", "warn"),
        (25.1, " 25.1/25! ", "warn"),
        (25.3, " 25.3/25!! ", "over"),
        (None, " –/25 ", "warn"),
        (-4.0, " −4.0/25 ", "text"),
    ],
)
def test_a_load_near_or_above_its_limit_has_a_sign_and_a_colour(load_a: float | None, said: str, role: str) -> None:
    """One "!" from 90 % on, two above it; what nobody knows is no zero."""
    text = drawn(connection(phases=phases(25.0, load_a)))
    assert said in text.plain.replace("\n", " ")
    assert {getattr(COLOURS, role)} == styles(text, said.strip())


def test_a_limit_in_kilowatts_has_a_gauge_or_a_word() -> None:
    """Beside those of the phases where there is room, else below."""
    hall = connection(limit_w=22_000.0, load_w=18_400.0)
    assert "kW ██████████░░ 18.4/22" in drawn(hall, room=Room(116, 18)).plain
    assert "18.4 of 22.0 kW; shared all alike" in drawn(hall, room=Room(52, 18)).plain
    unknown = drawn(connection(limit_w=22_000.0), room=Room(116, 18)).plain
    assert "–/22" in unknown


@pytest.mark.parametrize(
    ("charger", "said"),
    [
        (garage(set_a=10.5, phases_a=(10.4, 0.0, 0.0)), "told 10.5 A, draws 10.4"),
        (garage(set_a=None, phases_a=None), "told – A, draws –"),
        (garage(row="carport L2"), "held by carport L2"),
        (carport(place=2, row="carport L2"), "waits, place 2          no room on carport L2"),
        (carport(Why(reason=Reason.MAX, held=Hold.RESTING)), "paused                  resting"),
        (carport(Why(reason=Reason.TARGET)), "done"),
        (garage(plug=Plug.EMPTY), "no car"),
        (garage(plug=Plug.UNKNOWN), "starting"),
        (garage(plug=Plug.FAULT, fault="residual current"), "FAULT                   residual current"),
        (garage(silent_s=161.0), "silent 2 min"),
    ],
)
def test_each_charger_says_what_it_is_told_and_what_holds_it(charger: ChargerNow, said: str) -> None:
    """Amperes told and drawn, or why there are none; unknown is unknown."""
    assert said in a_home(charger)


@pytest.mark.parametrize(
    ("lease_s", "said", "role"), [(27.4, "27 s", "quiet"), (9.4, "! 9 s left", "warn"), (None, "no lease", "warn")]
)
def test_a_lease_says_how_long_it_holds(lease_s: float | None, said: str, role: str) -> None:
    """One that is about to lapse, and a car that draws without one, are marked."""
    text = drawn(connection(chargers=("garage",)), chargers=(garage(lease_s=lease_s),))
    assert {getattr(COLOURS, role)} == styles(text, said)


def test_what_a_limit_comes_from_and_what_is_wrong_stand_below() -> None:
    """A trouble also below a circuit that is folded, in as many lines as it needs."""
    trouble = "its limit at http://192.168.1.20/limit is not said any more: the connection timed out"
    follows = a_circuit(follows="http://192.168.1.20/limit", until=local("2026-11-20 13:26"), chargers=("garage",))
    text = " ".join(drawn(connection(), replace(follows, trouble=trouble), chargers=(garage(),)).plain.split())
    assert "until 13:26 its limit comes from http://192.168.1.20/limit" in text
    assert trouble in text
    folded = drawn(connection(), replace(follows, trouble=trouble), chargers=(garage(),), room=Room(76, 2)).plain
    assert trouble in " ".join(folded.split())
    assert "comes from" not in folded
    assert "what else flows there is not known" in drawn(connection(other_a=None)).plain


def test_a_folded_circuit_is_one_line_with_counts() -> None:
    """Of all below it, as far as there is room."""
    lines = render_circuits(seen(carpark.told(30)), LOOK, Room(76, 6)).plain.split("\n")
    assert "    + row 01    L1 █░░ 12/40  L2 █░░ 9/40   L3 ░░░ 3/40   6 charge, 2 wait" == lines[1]


def test_where_a_bar_has_no_room_a_cell_is_one() -> None:
    """On a terminal that has the signs for it; on others the figures stand alone."""
    long = connection(name="a connection of some length", phases=phases(250.0, 201.0, 120.0, 3.0))
    told = seen([of(long)])
    assert "L1 ▇ 201/250  L2 ▄ 120/250  L3 ▁ 3/250" in render_circuits(told, LOOK, Room(70, 9)).plain
    assert "L1 201/250  L2 120/250  L3 3/250" in render_circuits(told, LOOKS["console"], Room(70, 9)).plain


def test_what_is_shared_as_above_needs_no_word() -> None:
    """A circuit that shares in a way of its own says so, and the one that is chosen."""
    told = seen(carpark.told(30))
    lines = [line.strip() for line in render_circuits(told, LOOK, Room(116, 99)).plain.split("\n")]
    assert ["shared all alike; beside the cars 8.2 3.1 0.7 A"] == [one for one in lines if "alike" in one]
    assert "shared first come, first served" in lines
    chosen = render_circuits(choose(told, "circuit", "row 01"), LOOK, PAGE).plain
    assert 2 == chosen.count("shared all alike")


def test_the_deepest_circuits_are_folded_first() -> None:
    """All is open where there is room; at the least the circuits below the connection are seen."""
    told = seen(carpark.told(70))
    whole = render_circuits(told, LOOK, Room(116, 200)).plain
    assert 70 == whole.count(" place ") - whole.count(", place ")
    rows = render_circuits(told, LOOK, Room(116, 30)).plain
    assert ["row 01" in rows, "place 01" in rows] == [True, False]
    halls = render_circuits(told, LOOK, Room(116, 5)).plain
    assert ["hall 1" in halls, "row 01" in halls] == [True, False]


def test_gauges_give_way_where_it_is_narrow() -> None:
    """Decimals first, then bars, at last all but the fullest."""
    wide, narrow, least = (drawn(connection(), room=Room(width, 9)).plain for width in (116, 50, 30))
    assert "59.4/63!" in wide
    assert ["48/63" in narrow, "59/63!" in narrow] == [True, True]
    assert ["L1" in least, "L2" in least, "59.4/63!" in least] == [False, True, True]


def choose(told: Seen, *names: str) -> Seen:
    """Something is chosen."""
    return replace(told, chosen=Choice(*names))


def test_the_arrows_go_through_what_is_seen() -> None:
    """Circuits and, where they are open, their chargers; a charger that is folded away stands where it is marked."""
    told = seen(carpark.told(30))
    every = [Choice("circuit", name) for name in ("connection", "row 01", "row 02", "row 03")]
    assert every == walk_circuits(told, LOOK, PAGE)
    hidden = Choice("charger", "place 13")
    assert [*every[:3], hidden, every[3]] == walk_circuits(replace(told, chosen=hidden), LOOK, PAGE)
    opened = walk_circuits(replace(told, opened={"row 02": True}), LOOK, PAGE)
    assert [*every[:3], *(Choice("charger", f"place {at}") for at in range(11, 21)), every[3]] == opened
    assert (3, 4) == long_circuits(replace(told, chosen=hidden), LOOK, PAGE).marked


def test_a_circuit_is_opened_and_folded() -> None:
    """The chosen one, or that of the chosen charger, which is then chosen itself; or all of them."""
    told = choose(seen(carpark.told(30)), "circuit", "row 02")
    opened, chosen = fold_circuits(told, LOOK, PAGE, every=False)
    assert ({"row 02": True}, told.chosen) == (opened, chosen)
    inside = choose(replace(told, opened=opened), "charger", "place 13")
    assert ({"row 02": False}, Choice("circuit", "row 02")) == fold_circuits(inside, LOOK, PAGE, every=False)
    every = {"row 01": False, "row 02": False, "row 03": False}
    assert (every, Choice("circuit", "row 02")) == fold_circuits(inside, LOOK, PAGE, every=True)
    assert dict.fromkeys(every, True) == fold_circuits(told, LOOK, PAGE, every=True)[0]
    assert ({}, None) == fold_circuits(seen([]), LOOK, PAGE, every=False)


async def test_the_keys_fold_and_choose_on_the_screen() -> None:
    """Enter opens, the arrows go in, the keys of a charger mean the marked one; f folds all again."""
    app = a_dashboard(carpark.told(30), panels=ev_panels(), orders=refuse)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("6", "down", "enter", "down", "down")
        await pilot.pause()
        assert "▸       place 12" in screen(app)
        await pilot.press("m")
        await pilot.pause()
        assert "place 12: mode" in screen(app)
        await pilot.press("escape", "enter")
        await pilot.pause()
        assert "▸   + row 02" in screen(app)
        await pilot.press("f")
        await pilot.pause()
        assert "▸   - row 02" in screen(app)
        await pilot.press("m")
        await pilot.pause()
        assert "row 02 is a circuit: choose a charger with Up and Down" in screen(app)


async def test_a_screen_that_only_looks_can_fold_too() -> None:
    """All at once, for nothing is chosen there; the help names the keys."""
    app = a_dashboard(carpark.told(30), panels=ev_panels())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("6", "enter")
        await pilot.pause()
        assert "place 01" in screen(app)
        await pilot.press("f")
        await pilot.pause()
        assert "place 01" not in screen(app)
        await pilot.press("h")
        await pilot.pause()
        assert "fold a circuit, or open it; f: all of them" in screen(app)


def test_no_circuit_can_write_to_the_terminal() -> None:
    """Names, addresses and sentences come from boxes and files."""
    evil = "\x1b[2J\nx\x07 " * 9
    text = drawn(a_circuit(evil, follows=evil, trouble=evil, chargers=(evil,)), chargers=(garage(name=evil, row=evil),))
    assert all(line.isprintable() for line in text.plain.split("\n"))
    assert "waiting for the circuits" == render_circuits(seen([]), LOOK, PAGE).plain
    assert "no circuit is told" == drawn().plain


def test_a_phase_without_a_limit_has_no_gauge() -> None:
    """A circuit on one phase has one, under those of its neighbours."""
    one = a_circuit("shed", phases=(PhaseLoad(phase=2, limit_a=16.0, load_a=4.0),))
    head, below = (line for line in drawn(connection(), one).plain.split("\n") if "L2" in line)
    assert head.index("L2") == below.index("L2")
    assert "L1" not in below
