"""The head says what is drawn now, and when that cannot be trusted."""

from dataclasses import replace
from datetime import timedelta

import pytest
from rich.text import Text

from lib.messages import House
from lib.panels.header import notices, render_header
from lib.panels.look import Room
from lib.panels.seen import Peer
from tests.panels import story
from tests.panels.golden import LOOK, LOOKS, golden, shown
from tests.panels.story import Story

COLOURS = LOOK.colours
PEER = Peer(url="ws://pi:8080/ws", connected=True)


def house_of(told: Story) -> House:
    """The first message of a story."""
    house = told.told()[0]
    assert isinstance(house, House)
    return house


def head(house: House | None, *, width: int = 78, height: int = 8, **more: object) -> Text:
    """The head of that width."""
    return render_header(house, LOOK, Room(width, height), title="Digital Meter", **more)  # type: ignore[arg-type]


def styles_of(text: Text, row: int) -> set[str]:
    """The styles on a line."""
    line = text.split("\n")[row]
    return {str(span.style) for span in line.spans}


HEADS = {
    "good": lambda: head(house_of(story.four_days())),
    "message": lambda: head(house_of(story.new_peak())),
    "silent": lambda: head(house_of(story.four_days().silent(12, "/dev/ttyUSB0 is not there: is the cable in?"))),
    "ended": lambda: head(house_of(story.four_days().silent(5, "the file is at its end", ended=True))),
    "starting": lambda: head(None),
    "attached": lambda: head(house_of(story.four_days()), peer=PEER, heard_s=0.2),
    "lost": lambda: head(
        house_of(story.four_days()), peer=replace(PEER, connected=False, why="pi refuses: is dm running?"), heard_s=75.0
    ),
    "narrow": lambda: head(house_of(story.four_days()), width=50),
    "wide": lambda: head(house_of(story.four_days()), width=118),
}


@pytest.mark.parametrize("name", HEADS)
def test_the_head_looks_as_it_did(name: str) -> None:
    """In good and in bad days."""
    text = HEADS[name]()
    found = shown(text, Room(118, 8))
    assert golden(f"header_{name}.txt", found) == found


def test_what_is_injected_is_said_in_another_colour() -> None:
    """The figure has no sign; word and colour tell the direction."""
    house = house_of(story.four_days())
    taken, injected = head(house), head(replace(house, grid_w=-1234.0))
    assert "taken" in taken.plain
    assert "injected" in injected.plain
    assert COLOURS.taken in styles_of(taken, 0)
    assert COLOURS.injected in styles_of(injected, 0)


def test_the_same_power_in_and_out_looks_the_same() -> None:
    """Minus is a direction here, not a sign."""
    house = house_of(story.four_days())
    rows = [head(replace(house, grid_w=power_w)).plain.split("\n")[0][:18] for power_w in (1234.0, -1234.0)]
    assert rows[0] == rows[1]


def test_a_silent_meter_is_counted_by_the_second() -> None:
    """From the meter's last word to dm's, and from dm's to now."""
    house = house_of(story.four_days().silent(12, "no telegram"))
    assert "silent for 12 s" in head(house).plain
    assert "silent for 1 min 12 s" in head(house, heard_s=60.0).plain
    assert COLOURS.bad in styles_of(head(house), 1)


def test_an_old_power_is_no_power_now() -> None:
    """It fades when the meter falls silent, and is unknown after a minute."""
    fresh, fading, gone = (
        head(house_of(story.four_days().silent(for_s, "no telegram") if for_s else story.four_days()))
        for for_s in (0, 12, 61)
    )
    assert COLOURS.taken in styles_of(fresh, 0)
    assert COLOURS.taken not in styles_of(fading, 0)
    assert "taken" in fading.plain
    assert "taken" not in gone.plain


def test_bad_telegrams_are_counted() -> None:
    """Their number stands beside that of the good ones."""
    house = house_of(story.four_days())
    house = replace(house, link=replace(house.link, telegrams=86_123, rejected=17))
    assert "86 123 telegrams, 17 bad" in head(house).plain


def test_a_program_that_hangs_is_named() -> None:
    """The screen runs on when the engine does not."""
    house = house_of(story.four_days())
    assert "the program" not in head(house, heard_s=1.4).plain
    assert "the program said nothing for 4 s" in head(house, heard_s=4.0).plain
    assert "last word 4 s ago, attached to ws://pi:8080/ws" in head(house, heard_s=4.0, peer=PEER).plain


@pytest.mark.parametrize("peer", [None, PEER])
def test_a_recording_that_is_over_is_no_fault(peer: Peer | None) -> None:
    """Nothing more comes, as it should be: the program is not blamed for its silence, and the end is said once."""
    house = house_of(story.four_days().silent(5, "the recording is over", ended=True))
    text = head(house, peer=peer, heard_s=70.0)
    assert "recording ended, 1 min 15 s ago" in text.plain
    assert "said nothing" not in text.plain
    assert "last word" not in text.plain
    assert "!" not in text.plain
    assert COLOURS.bad not in {str(span.style) for span in text.spans}


@pytest.mark.parametrize("url", ["ws://me:s3cret@pi:8080/ws", "ws://pi:8080/ws?token=s3cret"])
def test_no_token_is_shown(url: str) -> None:
    """A screen may be seen by others."""
    for connected in (True, False):
        plain = head(house_of(story.four_days()), peer=Peer(url=url, connected=connected), width=118).plain
        assert "ws://pi:8080/ws" in plain
        assert "s3cret" not in plain


def test_more_notices_than_lines_are_announced() -> None:
    """What has no room takes turns on the last line, with its number; the help shows all."""
    notices = {f"kind {number}": f"notice {number}" for number in range(4)}
    house = replace(house_of(story.four_days()), notices=notices)
    turns = []
    for seconds in range(0, 20, 5):
        first, last = head(replace(house, said=house.said + timedelta(seconds=seconds)), height=5).plain.split("\n")[3:]
        assert "! notice 0" == first
        turns.append(last)
    assert turns[0] == turns[3]
    assert {f"! {number + 1}/4 notice {number}" for number in (1, 2, 3)} == set(turns)
    assert head(house, height=5).plain == head(replace(house, seq=house.seq + 1), height=5).plain


def test_what_cannot_wait_has_another_colour() -> None:
    """A disk that is full loses what was counted; a late price list does not."""
    house = replace(house_of(story.four_days()), notices={"prices": "no prices yet", "store": "the disk is full"})
    assert [("no prices yet", "warn"), ("the disk is full", "bad")] == notices(house)


def test_no_notice_can_write_to_the_terminal() -> None:
    """An escape sequence in a message of the operator, or from a peer, is shown as letters."""
    evil = "\x1b]0;owned\x07\x1b[2J\r\n\u202e"
    house = house_of(story.four_days().silent(5, evil))
    house = replace(house, notices={"message": evil}, link=replace(house.link, why=evil))
    text = head(house, peer=Peer(url=evil, connected=False, why=evil))
    assert all(line.isprintable() for line in text.plain.split("\n"))
    assert r"\x1b]0;owned\x07" in text.plain


def test_the_time_is_that_of_brussels_in_summer_too() -> None:
    """The meter's instant, read on the clock at the wall."""
    house = replace(house_of(story.four_days()), at=story.brussels("2026-07-01 12:00:05"))
    assert "Wed 1 Jul 2026  12:00:05" in head(house).plain


def test_ascii_gets_ascii() -> None:
    """Also with notices that hold other letters."""
    house = replace(house_of(story.four_days()), notices={"message": "Café fermé – 10 €"})
    text = render_header(house, LOOKS["ascii"], Room(78, 8), title="Digital Meter", peer=PEER)
    assert text.plain.isascii()
    assert "Cafe ferme - 10 EUR" in text.plain


def test_a_clock_that_the_meter_never_set_is_no_time() -> None:
    """Before the first telegram no time is shown."""
    house = replace(house_of(story.four_days()), at=None)
    assert "2026" not in head(house).plain


def test_waiting_says_for_how_long() -> None:
    """A first telegram that does not come is counted too."""
    house = house_of(story.four_days())
    link = replace(
        house.link, state=type(house.link.state)("waiting"), since=house.said - timedelta(seconds=95), why=""
    )
    assert "waiting for the first telegram for 1 min 35 s" in head(replace(house, link=link)).plain
