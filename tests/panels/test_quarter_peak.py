"""The running quarter and its warning."""

from dataclasses import replace

from rich.text import Text

from lib.messages import House, QuarterNow
from lib.panels.look import Room
from lib.panels.quarter_peak import render_quarter
from tests.panels import story
from tests.panels.golden import LOOK, LOOKS, styles
from tests.panels.story import Story, brussels

ROOMS = (Room(42, 7), Room(80, 9), Room(108, 24))


def house_of(told: Story) -> House:
    """The first message of a story."""
    house = told.told()[0]
    assert isinstance(house, House)
    return house


def with_quarter(house: House, **changed: object) -> House:
    """The same house with another quarter."""
    assert house.quarter is not None
    return replace(house, quarter=replace(house.quarter, **changed))  # type: ignore[arg-type]


def drawn(house: House | None, room: Room = ROOMS[1]) -> Text:
    """The panel."""
    return render_quarter(house, LOOK, room)


def test_a_new_peak_in_the_make_is_a_clear_red_word() -> None:
    """At every size, with how much too much it is."""
    for room in ROOMS:
        text = drawn(house_of(story.new_peak()), room)
        assert {LOOK.colours.alarm} == styles(text, " NEW PEAK ")
        assert "+3.40 kW" in text.plain
        assert {LOOK.colours.over} == styles(text, "5.90")
    assert "on #d3222b" in LOOK.colours.alarm
    assert "on red" in LOOKS["console"].colours.alarm


def test_the_new_peak_has_its_price() -> None:
    """What it costs over the next bills, in the colour of what is too much; nothing where floor or cap hold."""
    house = house_of(story.new_peak())
    for room in ROOMS:
        text = drawn(house, room)
        assert {LOOK.colours.over} == styles(text, "NEW PEAK costs € 16.29 over 12 bills")
        assert "NEW PEAK costs nothing: floor or cap" in drawn(with_quarter(house, new_peak_eur=0.0), room).plain
        assert "costs" not in drawn(with_quarter(house, new_peak_eur=None), room).plain
    calm = with_quarter(house_of(story.four_days()), new_peak_eur=0.0)
    assert "costs" not in drawn(calm).plain
    assert "costs" not in drawn(replace(house, capacity_tariff=False)).plain


def test_a_calm_quarter_says_how_far_the_target_is() -> None:
    """In green, and without the word."""
    text = drawn(house_of(story.four_days()))
    assert {LOOK.colours.good} == styles(text, "2.19 kW below it")
    assert "PEAK" not in text.plain


def test_a_forecast_at_the_target_is_no_new_peak() -> None:
    """Only what passes it."""
    text = drawn(with_quarter(house_of(story.four_days()), forecast_w=2500.0, gap_w=0.0))
    assert "0.00 kW below it" in text.plain


def test_the_time_of_the_quarter_is_a_red_bar() -> None:
    """From its start to its end, half full in the middle."""
    text = drawn(with_quarter(house_of(story.four_days()), left_s=450.0))
    first = text.plain.split("\n")[0]
    assert first.startswith("14:00 ")
    assert "14:15  7:30 left" in first
    assert abs(first.count("█") - first.count("░")) <= 1
    assert LOOK.colours.clock in styles(text, "█████")


def test_what_may_still_be_drawn_is_said() -> None:
    """A power until the end; nothing when the target is used up."""
    house = house_of(story.four_days())
    assert "May draw    4.67 kW   until 14:15" in drawn(house).plain
    assert "May draw  nothing until 14:15" in drawn(with_quarter(house, allowed_w=0.0)).plain


def test_a_start_in_mid_quarter_without_demand_waits_for_the_next() -> None:
    """Unknown is not zero."""
    house = with_quarter(
        house_of(story.four_days()),
        average_w=None,
        used_wh=None,
        forecast_w=None,
        gap_w=None,
        allowed_w=None,
        curve=(),
    )
    for room in ROOMS:
        text = drawn(house, room)
        assert "Forecast       – kW   known from 14:15" in text.plain
        assert "So far         – kW" in text.plain
        assert "0.00" not in text.plain
        assert "…" not in text.plain


def test_a_silent_meter_s_quarter_is_of_its_last_time() -> None:
    """It does not pretend to run on."""
    text = drawn(house_of(story.four_days().silent(40, "no telegram")))
    assert "as of 14:07:31" in text.plain
    assert "left" not in text.plain
    assert "as of Fri 20 Nov 14:07" in drawn(house_of(story.four_days().silent(86_400, "no telegram"))).plain


def test_without_capacity_tariff_it_speaks_of_the_connection() -> None:
    """Its limit, and no peak, also when that limit is passed."""
    house = house_of(story.no_capacity_tariff())
    calm = drawn(house)
    assert "Limit      17.25 kW" in calm.plain
    assert "May draw   17.25 kW" in calm.plain
    too_much = drawn(with_quarter(house, forecast_w=18_000.0, gap_w=-750.0))
    assert {LOOK.colours.alarm} == styles(too_much, " TOO MUCH ")
    assert "peak" not in (calm.plain + too_much.plain).lower()


def test_before_the_first_telegram_it_waits() -> None:
    """Nothing is made up."""
    assert "waiting for the first telegram" == drawn(None).plain


def test_numbers_that_are_none_do_no_harm() -> None:
    """A quarter of another program's making."""
    nan = float("nan")
    quarter = QuarterNow(
        start=brussels("2026-11-20 14:00"),
        at=brussels("2026-11-20 14:00"),
        left_s=nan,
        target_w=nan,
        used_wh=nan,
        average_w=nan,
        forecast_w=nan,
        gap_w=nan,
        allowed_w=nan,
        curve=((0, nan), (15, float("inf"))),
    )
    for room in ROOMS:
        assert "Forecast" in drawn(replace(house_of(story.four_days()), quarter=quarter), room).plain


def test_ascii_gets_ascii() -> None:
    """Bars and curve of other signs."""
    for room in ROOMS:
        assert render_quarter(house_of(story.new_peak()), LOOKS["ascii"], room).plain.isascii()
