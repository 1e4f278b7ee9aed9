"""The months' peaks."""

from dataclasses import replace
from datetime import date

import pytest

from lib.core.peaks import MonthPeak
from lib.messages import House, MonthPeaks
from lib.panels.look import Room
from lib.panels.month_peaks import render_month_peaks
from tests.panels import story
from tests.panels.golden import LOOK, LOOKS, styles

ROOM = Room(60, 20)


def house(**changed: object) -> House:
    """A Friday in November."""
    first = story.four_days().told()[0]
    assert isinstance(first, House)
    return replace(first, **changed)  # type: ignore[arg-type]


def test_months_carry_their_right_names() -> None:
    """The row that the meter stamps with 1 November is October's."""
    lines = render_month_peaks(house(), LOOK, ROOM).plain.split("\n")
    assert ["Nov 2026", "Oct 2026", "Sep 2026"] == [line[2:10] for line in lines[:3]]
    assert "Oct 2026  2.66 kW Thu 22 19:30" in lines[1]


def test_the_running_month_is_marked() -> None:
    """With a sign and a colour of its own."""
    text = render_month_peaks(house(), LOOK, ROOM)
    assert text.plain.startswith("● Nov 2026")
    assert {LOOK.colours.title} == styles(text, "Nov 2026")
    assert {LOOK.colours.text} == styles(text, "Oct 2026")


def test_a_month_without_a_peak_yet_says_so() -> None:
    """Until its first quarter ended."""
    months = MonthPeaks(
        month=date(2026, 12, 1), past=(MonthPeak(date(2026, 11, 1), 3000.0),), mean_w=3000.0, months_known=1
    )
    lines = render_month_peaks(house(months=months), LOOK, ROOM).plain.split("\n")
    assert ["●", "Dec", "2026", "–", "kW"] == lines[0].split()
    assert "Mean of 1 month 3.00 kW" in " ".join(" ".join(lines).split())


def test_a_meter_without_a_single_peak_has_an_unknown_mean() -> None:
    """Not the mean of no months."""
    lines = render_month_peaks(house(months=MonthPeaks(month=date(2026, 12, 1))), LOOK, ROOM).plain.split("\n")
    assert "12-month mean     – kW" == lines[-3]
    assert "1 kW more: the rates do not say" == lines[-1]


def test_a_month_below_the_floor_shows_what_is_billed() -> None:
    """Its bar goes on to 2.5 kW in another sign."""
    (line,) = [line for line in render_month_peaks(house(), LOOK, ROOM).plain.split("\n") if "Jan 2026" in line]
    assert "█▒" in line
    assert "A month counts 2.50 kW or more" in render_month_peaks(house(), LOOK, ROOM).plain


def test_the_mean_is_that_of_twelve_months() -> None:
    """As the bill counts it."""
    assert "12-month mean" in render_month_peaks(house(), LOOK, ROOM).plain


def test_without_capacity_tariff_there_is_nothing_to_show() -> None:
    """Not a word."""
    assert "" == render_month_peaks(house(capacity_tariff=False), LOOK, ROOM).plain


def test_before_the_first_telegram_it_waits() -> None:
    """Nothing is made up."""
    assert "waiting for the first telegram" == render_month_peaks(house(months=None), LOOK, ROOM).plain


def test_a_low_room_shows_the_newest_months() -> None:
    """And always the mean."""
    lines = render_month_peaks(house(), LOOK, Room(32, 6)).plain.split("\n")
    assert 6 == len(lines)
    assert "Sep 2026" in lines[2]
    assert "12-month mean" in lines[3]


@pytest.mark.parametrize(
    ("kw_eur", "wide", "narrow"),
    [
        (4.78775, "1 kW more costs € 4.79 over the next 12 bills", "1 kW more: € 4.79 over 12 bills"),
        (0.0, "1 kW more costs nothing now", "1 kW more costs nothing now"),
        (None, "1 kW more: the rates do not say", "1 kW more: the rates do not say"),
    ],
)
def test_what_one_kilowatt_more_costs_is_said(kw_eur: float | None, wide: str, narrow: str) -> None:
    """Nothing under the floor and over the cap; unknown is no zero; in a very low room it gives way to the months."""
    months = house().months
    assert months
    told = house(months=replace(months, kw_eur=kw_eur))
    assert wide == render_month_peaks(told, LOOK, ROOM).plain.split("\n")[-1]
    assert narrow == render_month_peaks(told, LOOK, Room(32, 8)).plain.split("\n")[-1]
    assert "1 kW" not in render_month_peaks(told, LOOK, Room(32, 5)).plain


def test_ascii_gets_ascii() -> None:
    """Bars of other signs."""
    assert render_month_peaks(house(), LOOKS["ascii"], ROOM).plain.isascii()
