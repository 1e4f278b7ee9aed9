"""The sessions that are over."""

from dataclasses import replace

from lib.messages.charging import Sessions
from lib.panels.look import Room
from lib.panels.sessions import render_sessions, sessions_drawn_from
from tests.panels.garage import charging, local, sessions
from tests.panels.golden import LOOK, LOOKS, seen, styles

WIDE = Room(110, 12)


def lines(told: Sessions, room: Room = WIDE) -> list[str]:
    """The panel by lines."""
    return render_sessions(seen([charging(), told]), LOOK, room).plain.split("\n")


def test_a_session_says_how_much_from_where_and_for_how_much() -> None:
    """Newest first, a row each."""
    head, first, *rest = lines(sessions())
    assert ["Session", "Car", "kWh", "€", "sun", "from", "to", "peak", "peak", "€", "Charger"] == head.split()
    assert "Wed 18 17:55-07:31      Blue car    14.2  3.12" in first
    assert "46 to 67 %" in first
    assert 5 == len(rest)


def test_a_plug_in_of_several_days_names_the_day_of_its_end() -> None:
    """Three days looked like a night; of a night the time alone says it. At 80 columns no other column gives way."""
    (row,) = sessions().last[:1]
    long = replace(row, since=local("2026-11-16 18:00"), until=local("2026-11-19 09:00"))
    page = Room(76, 12)
    head, night, days = lines(Sessions(last=(replace(long, until=local("2026-11-17 09:00")), long)), page)
    assert "Mon 16 18:00-09:00 " in night
    assert "Mon 16 18:00-Thu 09:00 " in days
    assert head.endswith("from to  peak")


def test_what_it_did_to_the_peak_is_said_in_red() -> None:
    """By how much and for how much; nothing of the others."""
    text = render_sessions(seen([charging(), sessions()]), LOOK, WIDE)
    assert {LOOK.colours.over} == styles(text, "+0.59 kW")
    assert 1 == text.plain.count("kW", text.plain.index("Wed"))
    assert "2.83" in text.plain


def test_what_nobody_knows_stays_empty() -> None:
    """A guest's state of charge, a session without a price."""
    (row,) = sessions().last[3:4]
    (line,) = lines(Sessions(last=(replace(row, eur=None, sun_wh=0.0, grid_wh=0.0),)))[1:]
    assert ["a", "guest", "11.3", "–", "–", "garage"] == line.split()[3:]


def test_a_narrow_room_does_without_the_last_columns() -> None:
    """When, which car and how much stay."""
    assert ["Session", "Car", "kWh"] == lines(sessions(), Room(42, 9))[0].split()
    assert ["Session"] == lines(sessions(), Room(28, 9))[0].split()


def test_no_session_says_so() -> None:
    """Before the first word and before the first session."""
    assert ["no session is over yet"] == lines(Sessions())
    assert "waiting for the sessions" == render_sessions(seen([]), LOOK, WIDE).plain


def test_it_is_drawn_again_only_when_it_changed() -> None:
    """Not with each word of ev."""
    one, two = charging(), replace(charging(), seq=2, plan=())
    assert sessions_drawn_from(seen([one, sessions()])) == sessions_drawn_from(seen([two, sessions()]))
    assert sessions_drawn_from(seen([one, sessions()])) != sessions_drawn_from(seen([one, Sessions()]))


def test_ascii_gets_ascii() -> None:
    """Also the euro."""
    assert render_sessions(seen([charging(), sessions()]), LOOKS["ascii"], WIDE).plain.isascii()
