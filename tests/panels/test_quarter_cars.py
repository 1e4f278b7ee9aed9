"""What cars, battery and sun have to do with the quarter, on dm's screen."""

from dataclasses import replace

import pytest
from rich.text import Text

from lib.core.claims import Cause, Drawn, Grant
from lib.messages import Announced, House, SunNow
from lib.panels.header import render_header
from lib.panels.look import Room
from lib.panels.quarter_peak import render_quarter
from lib.panels.seen import Peer
from tests.panels import story
from tests.panels.golden import LOOK, LOOKS, golden, shown, styles

COLOURS = LOOK.colours
ROOM = Room(60, 12)
DRAWN = Drawn(who="garage", low_w=2300.0, high_w=2300.0)
GRANT = Grant(who="garage", power_w=3700.0)
LATE = Announced(who="garage", cause=Cause.LATE_TRIP, peak_w=4100.0, eur=5.2)
SUN = SunNow(name="roof", power_w=2400.0, able=True)
STORED = Drawn(who="battery", low_w=1100.0, high_w=1100.0)
GIVEN = Drawn(who="battery", low_w=-1100.0, high_w=-1100.0)


def house(**changes: object) -> House:
    """A Friday noon with cars."""
    first = story.four_days().told()[0]
    assert isinstance(first, House)
    return replace(first, **changes)  # type: ignore[arg-type]


def drawn(told: House, room: Room = ROOM) -> Text:
    """The panel."""
    return render_quarter(told, LOOK, room)


def test_cars_that_draw_have_a_line() -> None:
    """With what they are granted."""
    assert "Cars        2.30 kW   granted 3.70 kW" in drawn(house(drawn=(DRAWN,), grants=(GRANT,))).plain


def test_a_home_without_cars_has_none() -> None:
    """Nor one whose cars neither draw nor may, nor the battery alone."""
    none = {"drawn": (replace(DRAWN, low_w=0.0, high_w=0.0),), "grants": (replace(GRANT, power_w=0.0),)}
    assert drawn(house()).plain == drawn(house(**none)).plain
    alone = {"drawn": (replace(DRAWN, who="battery"),), "grants": (replace(GRANT, who="battery"),)}
    assert "Cars" not in drawn(house(**alone)).plain


def test_a_grant_that_nobody_uses_is_said() -> None:
    """A car that is just starting."""
    assert "Cars        0.00 kW   granted 3.70 kW" in drawn(house(grants=(GRANT,))).plain


def test_what_nobody_controls_is_a_warning() -> None:
    """The most that it may draw, and its name where there is room."""
    lost = house(drawn=(replace(DRAWN, low_w=0.0, controlled=False),))
    assert {COLOURS.warn} == styles(drawn(lost), "2.30")
    assert {COLOURS.warn} == styles(drawn(lost), "nobody controls garage")
    assert {COLOURS.warn} == styles(drawn(lost, Room(38, 9)), "uncontrolled")


def test_an_announced_peak_is_said_with_its_cause_and_price() -> None:
    """In fewer words where there is less room; then the price of the forecast is not said besides."""
    late = house(drawn=(DRAWN,), grants=(GRANT,), announced=(LATE,))
    assert {COLOURS.over} == styles(drawn(late), "garage may take a quarter to 4.10 kW: late trip, € 5.20")
    assert {COLOURS.over} == styles(drawn(late, Room(42, 7)), "garage to 4.10 kW: late trip, € 5.20")
    unpriced = house(announced=(replace(LATE, eur=None),))
    assert "4.10 kW: late trip\n" in drawn(unpriced).plain + "\n"
    assert late.quarter
    over = replace(late, quarter=replace(late.quarter, forecast_w=4100.0, gap_w=-1600.0, new_peak_eur=5.2))
    assert " NEW PEAK " in drawn(over).plain
    assert "NEW PEAK costs" not in drawn(over).plain


def test_an_accepted_peak_is_called_so() -> None:
    """The target is the owner's own then."""
    told = house(accepted_w=4500.0)
    assert told.quarter
    accepted = replace(told, quarter=replace(told.quarter, target_w=4500.0, gap_w=4000.0))
    assert "Accepted    4.50 kW   4.00 kW below it" in drawn(accepted).plain
    assert "Target" in drawn(told).plain  # a higher one is paid by now


def test_without_capacity_tariff_no_peak_is_spoken_of() -> None:
    """Cars are."""
    walloon = house(capacity_tariff=False, drawn=(DRAWN,), grants=(GRANT,), announced=(LATE,), accepted_w=4000.0)
    text = drawn(walloon).plain
    assert "Cars        2.30 kW" in text
    assert "peak" not in text.lower()
    assert "4.10" not in text


@pytest.mark.parametrize("size", [(42, 7), (76, 9), (108, 20)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_quarter_of_a_late_trip_looks_as_it_did(size: tuple[int, int]) -> None:
    """A new peak in the make, on purpose."""
    first = story.new_peak().told()[0]
    assert isinstance(first, House)
    room = Room(*size)
    text = render_quarter(replace(first, drawn=(DRAWN,), grants=(GRANT,), announced=(LATE,)), LOOK, room)
    found = shown(text, room)
    assert golden(f"quarter_late_trip_{size[0]}x{size[1]}.txt", found) == found


def test_ascii_gets_ascii() -> None:
    """Also the euro."""
    told = house(drawn=(DRAWN,), grants=(GRANT,), announced=(LATE,))
    assert render_quarter(told, LOOKS["ascii"], Room(42, 7)).plain.isascii()


def test_battery_and_sun_have_a_line_each_where_there_is_room() -> None:
    """What is stored with its grant, what is given without."""
    granted = Grant(who="battery", power_w=2000.0)
    both = house(drawn=(DRAWN, STORED), grants=(GRANT, granted), suns=(SUN,), sun_w=2400.0)
    lines = drawn(both).plain.split("\n")
    assert "Cars        2.30 kW   granted 3.70 kW" in lines
    assert "Battery     1.10 kW   stored, granted 2.00 kW" in lines
    assert "Sun         2.40 kW" in lines
    assert "Battery     1.10 kW   given" in drawn(house(drawn=(GIVEN,), grants=(granted,))).plain.split("\n")


def test_in_a_low_room_they_share_a_line_and_then_give_way() -> None:
    """An announced peak is always said."""
    both = house(drawn=(DRAWN, GIVEN), grants=(GRANT,), suns=(SUN,), sun_w=2400.0)
    low = drawn(both, Room(42, 7)).plain.split("\n")
    assert 7 == len(low)
    assert "Sun         2.40 kW   battery 1.10 kW out" == low[-1].rstrip()
    narrow = drawn(both, Room(38, 7)).plain.split("\n")
    assert "Battery     1.10 kW   given" == narrow[-1].rstrip()
    late = drawn(replace(both, announced=(LATE,)), Room(42, 7)).plain
    assert "Sun" not in late
    assert "late trip" in late


def test_a_sun_that_is_not_known_or_held_back_is_a_warning() -> None:
    """An inverter that is silent by day is no zero."""
    lost = house(suns=(SUN, SunNow(name="shed", trouble="no answer")))
    assert {COLOURS.warn} == styles(drawn(lost), "shed is not known")
    assert "Sun            – kW" in drawn(lost).plain
    held = house(suns=(replace(SUN, limit_w=1500.0),), sun_w=1500.0)
    assert {COLOURS.warn} == styles(drawn(held), "held back to 1.50 kW")


def test_a_battery_that_nobody_controls_is_a_warning() -> None:
    """As a car is."""
    lost = house(drawn=(replace(GIVEN, controlled=False),))
    assert {COLOURS.warn} == styles(drawn(lost), "out of reach")


def test_what_a_battery_does_that_nobody_controls_is_not_known() -> None:
    """What it may do at most, either way, is no figure of now."""
    lost = house(drawn=(replace(GIVEN, low_w=-2000.0, high_w=2000.0, controlled=False),))
    assert "Battery        – kW   out of reach" in drawn(lost).plain


def test_the_head_says_sun_and_battery_in_a_home_that_has_one() -> None:
    """Beside what it listens to only where there is room for both."""
    both = house(drawn=(GIVEN,), suns=(SUN,), sun_w=2400.0)

    def head(told: House, width: int, peer: Peer | None = None) -> str:
        return render_header(told, LOOK, Room(width, 5), title="Digital Meter", peer=peer).plain

    assert "sun 2.40 kW, battery gives 1.10 kW" in head(both, 78)
    assert "battery" not in head(house(), 78)
    peer = Peer(url="ws://pi:8080/ws", connected=True)
    assert "battery" not in head(both, 78, peer)
    assert "sun 2.40 kW, battery gives 1.10 kW" in head(both, 118, peer)
