"""The head of the battery's screen: what it stores or gives, how full it is, and whom it helps."""

from dataclasses import replace

from rich.text import Text

from lib.core.claims import BATTERY, NIGHT, Claim
from lib.messages import Message
from lib.panels.bs_alerts import all_store_alerts, render_store_alerts, store_alerts
from lib.panels.bs_header import LATE_S, render_bs_header
from lib.panels.look import Room
from lib.panels.seen import Peer
from tests.panels.cellar import STORIES, storage
from tests.panels.golden import LOOK, LOOKS, seen, styles

COLOURS = LOOK.colours
PEER = Peer(url="ws://pi:8082/ws?token=secret", connected=True)


def head(
    words: list[Message], *, width: int = 78, height: int = 8, heard_s: float = 0.1, peer: Peer | None = None
) -> Text:
    """The head of that width."""
    told = replace(seen(words, heard_s=heard_s, peer=peer), title="Digital Meter: battery")
    return render_bs_header(told, LOOK, Room(width, height))


def test_the_figure_is_what_all_batteries_store_or_give() -> None:
    """With the word for it; at rest it has no colour."""
    assert {COLOURS.used} == styles(head([storage()], width=50), "2.310 kW given")
    assert "1.850 kW stored" in head(STORIES["sunny"](), width=50).plain
    assert {COLOURS.quiet} == styles(head([storage(power_w=0.0)], width=50), "0.000 kW at rest")


def test_a_figure_that_nobody_vouches_for_has_no_colour() -> None:
    """While bs says nothing; after a minute, and while a battery is silent, there is none."""
    assert {COLOURS.quiet} == styles(head([storage()], width=50, heard_s=LATE_S + 1), "2.310 kW")
    assert "– kW" in head([storage()], width=50, heard_s=75.0).plain
    assert "– kW" in head(STORIES["silent"](), width=50).plain


def test_level_mode_and_reserve_stand_beside() -> None:
    """What is unknown is said in words."""
    assert "● 58 % full, 40 % kept, mode auto" in head([storage()]).plain
    assert "● how full is unknown, 40 % kept, mode auto" in head([storage(soc_pct=None)]).plain


def test_help_and_target_stand_below() -> None:
    """What is given, what is refused, what is granted; or that no grant is alive."""
    assert "2.00 kW for cars until 18:15" in head(STORIES["helping"]()).plain
    assert {COLOURS.warn, COLOURS.text} == styles(head(STORIES["several"]()), "● the cars get no help")
    assert "1.85 kW granted, target 3.91 kW" in head(STORIES["sunny"]()).plain
    assert "target 3.91 kW" in head([storage()]).plain
    asks = (Claim(who=BATTERY, priority=NIGHT, wish_w=2_000.0),)
    assert "no grant is alive" in head([storage(granted_w=None, claims=asks)]).plain
    assert "no grant" not in head([storage(granted_w=None)]).plain  # nothing is asked


def test_a_screen_from_elsewhere_says_whom_it_listens_to() -> None:
    """Without the token; and when that is lost, why."""
    text = head([storage()], peer=PEER).plain
    assert "attached to ws://pi:8082/ws" in text
    assert "secret" not in text
    lost = head([storage()], peer=replace(PEER, connected=False, why="nobody listens there"), heard_s=42.0)
    assert {COLOURS.bad} == styles(lost, "last word 42 s ago")
    assert {COLOURS.bad} == styles(lost, "nobody listens there")


def test_the_demo_is_marked_at_eighty_columns() -> None:
    """Year and month give way to it."""
    assert head([storage()]).plain.split("\n")[0].endswith("  DEMO    Fri 20  18:06:10")
    assert head([storage()], width=118).plain.split("\n")[0].endswith("Fri 20 Nov 2026  18:06:10")


def test_notices_stand_below_and_a_store_that_fails_is_red() -> None:
    """As on every screen."""
    text = head(STORIES["silent"]())
    assert {COLOURS.bad} == styles(text, "bs.db cannot be written")
    assert {COLOURS.warn} == styles(text, "nobody listens there")


def test_every_trouble_is_in_the_notices() -> None:
    """Faults first; those with a place of their own are not in the head."""
    (several,) = STORIES["several"]()
    assert several.type == "storage"
    assert "over temperature" not in str(store_alerts(several))
    assert "garage: over temperature" in all_store_alerts(several)[0][0]
    told = " ".join(render_store_alerts(seen([several]), LOOK, Room(60, 20)).plain.split())
    assert "attic: the setpoint that was read back is not the one that was sent" in told
    assert [] == all_store_alerts(None)


def test_before_the_first_word_it_starts() -> None:
    """Nothing is made up."""
    text = head([]).plain
    assert "starting" in text
    assert "0.000" not in text


def test_ascii_gets_ascii() -> None:
    """Figure, bullet and cut."""
    for width in (30, 78):
        assert render_bs_header(seen(STORIES["several"]()), LOOKS["ascii"], Room(width, 5)).plain.isascii()
