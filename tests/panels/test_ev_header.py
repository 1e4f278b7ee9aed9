"""The head of the cars' screen: what flows, and dm's trouble first of all."""

from dataclasses import replace

from rich.text import Text

from lib.core.charger import Plug
from lib.messages import Message
from lib.messages.charging import Budget
from lib.panels.alerts import alerts, all_alerts, render_alerts
from lib.panels.ev_header import LATE_S, render_ev_header
from lib.panels.look import Room
from lib.panels.seen import Peer
from tests.panels.garage import STORIES, carport, charging, garage
from tests.panels.golden import LOOK, LOOKS, seen, styles

COLOURS = LOOK.colours
PEER = Peer(url="ws://pi:8081/ws?token=secret", connected=True)


def head(
    words: list[Message], *, width: int = 78, height: int = 8, heard_s: float = 0.1, peer: Peer | None = None
) -> Text:
    """The head of that width."""
    told = replace(seen(words, heard_s=heard_s, peer=peer), title="Digital Meter: cars")
    return render_ev_header(told, LOOK, Room(width, height))


def test_the_figure_is_what_all_cars_draw() -> None:
    """In three rows, or in small letters."""
    both = replace(charging(), chargers=(garage(), garage(name="other", power_w=1000.0)))
    assert "3.310 kW to cars" in head([both], width=50).plain
    assert {COLOURS.taken} == styles(head([both], width=50), "3.310 kW to cars")


def test_a_figure_that_nobody_vouches_for_has_no_colour() -> None:
    """While a charger is silent, or ev says nothing; after a minute there is none."""
    left = replace(charging(), chargers=(garage(), carport(silent_s=161.0, plug=Plug.EMPTY)))
    assert {COLOURS.quiet} == styles(head([left], width=50), "2.310 kW")
    assert {COLOURS.quiet} == styles(head([charging()], width=50, heard_s=LATE_S + 1), "2.310 kW")
    assert "– kW" in head([charging()], width=50, heard_s=75.0).plain
    assert "– kW" in head([replace(charging(), chargers=())], width=50).plain


def test_what_a_silent_charger_drew_last_flows_no_more_for_sure() -> None:
    """Hours later it was the head figure still; nor is one that was never read a 0."""
    assert "– kW" in head(STORIES["lost"](), width=50).plain
    assert "2.760" not in head(STORIES["lost"](), width=50).plain
    starts = garage(name="other", plug=Plug.UNKNOWN, power_w=None)
    assert "– kW" in head([replace(charging(), chargers=(garage(), starts))], width=50).plain


def test_the_budget_stands_beside() -> None:
    """Granted until when, and the target."""
    text = head([charging()]).plain
    assert "● 3.12 kW granted until 13:30, target 3.91 kW" in text
    idle = Budget(used_w=0.0, granted_w=0.0, target_w=3910.0)
    assert "nothing is granted: no car asks, target 3.91 kW" in head([replace(charging(), budget=idle)]).plain


def test_where_peaks_cost_nothing_the_quarter_has_a_limit() -> None:
    """What the connection carries."""
    assert "until 13:30, limit 3.91 kW" in head([replace(charging(), capacity_tariff=False)]).plain


def test_trouble_of_dm_comes_first() -> None:
    """In red, with what it does to the chargers, at every width."""
    for width in (40, 78, 118):
        text = head(STORIES["lost"](), width=width)
        assert {COLOURS.bad} == styles(text, "dm is silent for 42 s:")
        assert {COLOURS.bad} == styles(text, "chargers at their safe setting")
    waiting = head(STORIES["waiting"]()).plain
    assert "dm is silent for 12 s" in waiting
    assert "safe setting" not in waiting


def test_the_demo_is_marked_at_eighty_columns() -> None:
    """The year gives way to it."""
    first = head([charging()]).plain.split("\n")[0]
    assert first.endswith("Digital Meter: cars   DEMO   Fri 20 Nov  13:24:10")
    assert head([charging()], width=118).plain.split("\n")[0].endswith("Fri 20 Nov 2026  13:24:10")
    assert "DEMO" not in head(STORIES["lost"]()).plain


def test_a_screen_from_elsewhere_says_whom_it_listens_to() -> None:
    """Without the token; and when that is lost, why."""
    text = head([charging()], peer=PEER).plain
    assert "attached to ws://pi:8081/ws" in text
    assert "secret" not in text
    lost = head([charging()], peer=replace(PEER, connected=False, why="nobody listens there"), heard_s=42.0)
    assert {COLOURS.bad} == styles(lost, "last word 42 s ago")
    assert {COLOURS.bad} == styles(lost, "nobody listens there")


def test_ev_speaks_every_five_seconds_and_is_not_late_before() -> None:
    """A pause of ten seconds worries nobody."""
    assert "said nothing" not in head([charging()], heard_s=10.0).plain
    assert "the program said nothing for 13 s" in head([charging()], heard_s=13.0).plain


def test_notices_take_turns_where_there_are_too_few_rows() -> None:
    """As on every screen."""
    assert 5 == head(STORIES["late"](), height=9).plain.count("\n") + 1
    assert "! 1/2 " in head(STORIES["late"](), height=4).plain


def test_before_the_first_word_it_starts() -> None:
    """Nothing is made up."""
    text = head([]).plain
    assert "starting" in text
    assert "0.000" not in text


def test_every_trouble_is_in_the_notices() -> None:
    """The gravest first; those with a place of their own are not in the head."""
    words = seen(STORIES["late"](), peer=replace(PEER, connected=False, why="it went away"))
    told = render_alerts(words, LOOK, Room(70, 20)).plain
    for part in ("it went away", "no car is called car_3", "Smartcar has not answered", "work.ics cannot be reached"):
        assert part in " ".join(told.split()), part
    (late, *_) = STORIES["late"]()
    assert late.type == "charging"
    assert "Smartcar" not in str(alerts(late))
    (many, *_) = STORIES["many"]()
    assert many.type == "charging"
    assert ("place 7: residual current", "bad") == all_alerts(many)[0]
    (first, *rest) = many.chargers
    odd = replace(many, chargers=(replace(first, warning="it may want a card"), *rest))
    assert (f"{first.name}: it may want a card", "warn") == all_alerts(odd)[-1]
    assert "card" not in str(alerts(odd))
    (lost, *_) = STORIES["lost"]()
    assert lost.type == "charging"
    assert ("dm is silent for 42 s: chargers at their safe setting", "bad") == all_alerts(lost)[0]


def test_ascii_gets_ascii() -> None:
    """Figure, bullet and cut."""
    for width in (30, 78):
        assert render_ev_header(seen(STORIES["late"]()), LOOKS["ascii"], Room(width, 5)).plain.isascii()
