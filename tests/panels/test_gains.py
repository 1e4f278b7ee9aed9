"""What the battery brought: energy, money, peaks."""

from dataclasses import replace
from typing import Any

from lib.panels.gains import BILLS, render_gains, together_eur
from lib.panels.look import Room
from tests.panels.cellar import STORIES, month, storage, today
from tests.panels.golden import LOOK, LOOKS, seen

ROOM = Room(44, 20)


def rows(room: Room = ROOM, **changes: Any) -> dict[str, list[str]]:
    """The figures of each line, by its label."""
    text = render_gains(seen([storage(**changes)]), LOOK, room).plain
    return {line[:12].strip(): line[12:].split() for line in text.split("\n")}


def test_today_and_the_month_stand_side_by_side() -> None:
    """Cycles, energy, losses, peaks, euro."""
    found = rows()
    assert ["today", "Nov", "2026"] == found[""]
    assert ["0.62", "13.60"] == found["Cycles"]
    assert ["0.7", "14.4"] == found["Lost kWh"]
    assert ["3.87", "3.91"] == found["Peak kW"]
    assert ["5.93", "6.24"] == found["Without it"]
    assert ["1.18", "24.90"] == found["€ by price"]
    assert ["–", "11.16"] == found["€ by peaks"]
    assert ["−0.31", "−6.80"] == found["€ of wear"]
    assert ["0.87", "29.26"] == found["€ together"]


def test_the_price_of_a_peak_is_over_twelve_bills() -> None:
    """Which is said where there is one."""
    assert BILLS in " ".join(render_gains(seen([storage()]), LOOK, Room(44, 20)).plain.split())
    free = render_gains(seen([storage(month=replace(month(), peak_eur=None))]), LOOK, Room(44, 20)).plain
    assert "12 bills" not in free


def test_what_is_not_known_is_a_dash() -> None:
    """Losses while nobody knows how full it is; energy without a price is said."""
    found = rows(today=replace(today(), losses_wh=None, peak_w=None, unpriced_wh=420.0), month=None)
    assert ["–"] == found["Lost kWh"]
    assert ["–"] == found["Peak kW"]
    assert "0.4 kWh had" in " ".join(found)


def test_the_month_gives_way_where_it_is_narrow() -> None:
    """Today stays; where only the month is known it is that."""
    assert ["today"] == rows(Room(30, 20))[""]
    assert ["Nov", "2026"] == rows(Room(30, 20), today=None)[""]


def test_in_a_low_room_the_money_comes_first() -> None:
    """In any terminal's sign for it."""
    for look in LOOKS.values():
        lines = render_gains(seen([storage()]), look, Room(44, 5)).plain.split("\n")
        assert 5 == len(lines)
        assert ["together", "of", "by", "by"] == [line.split()[1] for line in lines[1:]]


def test_together_is_price_and_peak_less_wear() -> None:
    """A peak without a price counts for nothing."""
    assert round(24.9 + 11.16 - 6.8, 2) == round(together_eur(month()), 2)
    assert round(1.18 - 0.31, 2) == round(together_eur(today()), 2)


def test_before_anything_is_counted_it_says_so() -> None:
    """No row of zeros."""
    for told in ([], STORIES["none"]()):
        assert "nothing is counted yet" == render_gains(seen(told), LOOK, Room(44, 9)).plain
