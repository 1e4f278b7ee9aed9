"""The prices of today and tomorrow: what is drawn, what is said, what is not known."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from lib.core.cost import PriceSlot
from lib.messages import House, Rates
from lib.messages.prices import HOUR, cheapest
from lib.panels.look import Room
from lib.panels.price_curve import AXIS, Axis, price_curve
from lib.panels.prices import prices_drawn_from, prices_shown, render_prices
from tests.panels.golden import LOOK, LOOKS, seen, styles
from tests.panels.words import NOON, a_house, brussels, dynamic, impact, in_impact, simple, slots, unpublished

ROOM = Room(76, 18)
SUNDAY = brussels("2026-06-21 00:00")


def drawn(rates: Rates | None, house: House | None = None, room: Room = ROOM, look: str = "unicode") -> Text:
    """The panel."""
    return render_prices(rates, house or a_house(), LOOKS[look], room)


def zero_line(text: Text) -> str:
    """The line at 0."""
    (line,) = [line for line in text.plain.split("\n") if line.startswith("0.000 ")]
    return line[AXIS:]


def flat(prices: dict[int, float], *, start: str = "2026-06-21 00:00") -> Rates:
    """A dynamic contract with hours of some price, the others unknown."""
    first = brussels(start)
    known = (PriceSlot(first + hour * HOUR, first + (hour + 1) * HOUR, price, None) for hour, price in prices.items())
    return dynamic(slots=tuple(known), trouble="")


def test_the_price_now_comes_first() -> None:
    """What is taken and injected, and until when."""
    text = drawn(dynamic())
    assert "Now  0.1255 €/kWh  ╌ injected −0.0281  until 09:45" == text.plain.split("\n")[0]
    assert {LOOK.colours.active} == styles(text, "0.1255")
    assert {LOOK.colours.injected} == styles(text, "injected −0.0281")


def test_an_old_word_does_not_say_now() -> None:
    """A silent meter has no clock."""
    house = a_house()
    silent = replace(house, link=replace(house.link, state=type(house.link.state)("silent")))
    assert drawn(dynamic(), silent).plain.startswith("At 09:37  0.1255")


def test_each_day_has_its_extremes_with_their_times() -> None:
    """Least, mean, most; taken and injected."""
    lines = drawn(dynamic()).plain.split("\n")
    assert "Today     least 0.0363 at 13:00   mean 0.1729   most 0.3276 at 20:45" in lines
    assert "injected  least −0.1091 at 13:00   mean 0.0149   most 0.1554 at 20:45" in lines
    assert "Tomorrow  least 0.1553 at 13:00   mean 0.2491   most 0.4014 at 19:45" in lines


def test_the_cheapest_hours_ahead_are_named() -> None:
    """Three of them, in a wide room also one and six."""
    assert "Cheapest  3 h: 12:00–15:00 at 0.046" == drawn(dynamic()).plain.split("\n")[-1]
    wide = drawn(dynamic(), room=Room(120, 18)).plain.split("\n")[-1]
    assert "Cheapest  3 h: 12:00–15:00 at 0.046  1 h: 13:00–14:00 at 0.039  6 h: 10:00–16:00 at 0.063" == wide
    evening = a_house(at=brussels("2026-06-21 20:10"))
    assert "Cheapest  3 h: Mon 12:00–15:00 at 0.164" == drawn(dynamic(), evening).plain.split("\n")[-1]


def test_a_tomorrow_that_is_not_published_is_said_and_not_drawn() -> None:
    """The day that is known has the whole width."""
    text = drawn(unpublished())
    assert "Tomorrow is not known yet: energy-charts.info has no prices" in text.plain
    assert "Mon" not in text.plain.split("\n")[-6]
    assert "│" not in zero_line(text)


def test_hours_without_a_price_have_a_question_mark() -> None:
    """They are not drawn as nothing."""
    line = zero_line(drawn(flat({hour: 0.2 for hour in range(24) if not 6 <= hour < 12})))
    assert abs(line.count("?") - len(line) // 4) <= 1
    holes = drawn(flat(dict.fromkeys(range(20), 0.2)))
    assert "0.2000 all the time, 4 h 00 min unknown" in holes.plain


def test_nothing_known_at_all_says_why() -> None:
    """No axis without a price."""
    assert (
        "the prices ahead are not known yet\nno answer yet" == drawn(dynamic(slots=(), trouble="no answer yet")).plain
    )
    assert "waiting for the rates" == drawn(None).plain
    assert "waiting for the first telegram" == drawn(dynamic(), a_house(at=None)).plain
    assert "the price is not known" in drawn(flat({20: 0.3})).plain


def test_a_negative_price_hangs_below_the_line() -> None:
    """And nothing stands above it there."""
    rates = flat({hour: -0.1 if 12 <= hour < 18 else 0.2 for hour in range(24)})
    lines = drawn(rates, a_house(at=SUNDAY)).plain.split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("0.000 "))
    below = [number for number, sign in enumerate(lines[at + 1]) if sign in "█▀"]
    columns = (ROOM.width - AXIS) / 24
    assert [AXIS + 12 * columns, AXIS + 18 * columns - 1] == pytest.approx([below[0], below[-1]], abs=1)
    assert {" "} == set(lines[at - 1][below[1] : below[-2]])
    assert any(line.startswith("−0.") for line in lines[at + 1 :])


def test_the_hours_have_their_colours() -> None:
    """Gone, now, ahead, cheap; in all themes and on sixteen colours, and now has a mark as well."""
    for look in LOOKS.values():
        axis = Axis(SUNDAY, SUNDAY + 24 * HOUR, NOON)
        rates = dynamic(tomorrow=False)
        cheap = cheapest(rates.slots, NOON, 3 * HOUR)
        rows = price_curve(tuple(rates.slots), axis, cheap, look, AXIS + 96, 7)
        styles_at = [style for sign, style in rows[4] for _ in sign][AXIS:]
        assert look.colours.quiet == styles_at[0]
        assert look.colours.active == styles_at[38]
        assert look.colours.inactive == styles_at[41]
        assert look.colours.good == styles_at[50]
        marks = "".join(sign for sign, _ in rows[5])[AXIS:]
        assert look.glyphs.bullet == marks[38]


def test_the_bar_of_a_price_has_its_height() -> None:
    """Half the price, half the bar."""
    rates = flat({hour: 0.4 if hour < 12 else 0.2 for hour in range(24)})
    axis = Axis(SUNDAY, SUNDAY + 24 * HOUR, SUNDAY)
    rows = price_curve(rates.slots, axis, None, LOOK, AXIS + 24, 12)
    plain = ["".join(sign for sign, _ in row)[AXIS:] for row in rows[:10]]
    assert 10 == sum(row[3] == "█" for row in plain)
    assert 5 == sum(row[20] == "█" for row in plain)


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", ["00", "01", "03", "04", "05"]), ("2026-10-25", ["00", "01", "02", "02", "03"])],
)
def test_a_day_when_the_clock_changes_has_its_own_hours(day: str, hours: list[str]) -> None:
    """The night in March skips one, that in October has one twice; the curve ends with the day."""
    start = brussels(f"{day} 00:00")
    end = brussels(f"{date.fromisoformat(day) + timedelta(days=1)} 00:00")
    count = round((end - start) / HOUR)
    rates = flat(dict.fromkeys(range(count), 0.2), start=f"{day} 00:00")
    text = drawn(rates, a_house(at=start), Room(AXIS + 4 * count, 12))
    axis = next(line for line in text.plain.split("\n") if line.startswith("      Sun"))
    assert ["Sun", *hours[1:]] == axis.split()[:5]
    assert "?" not in zero_line(text)
    assert "unknown" not in text.plain


def test_bands_by_the_clock_are_steps() -> None:
    """And what is injected is the same all day."""
    text = drawn(impact(), in_impact(a_house()))
    assert "injected  0.0292 all the time" in text.plain
    assert "most 0.4583 at 17:00" in text.plain


def test_it_is_shown_where_prices_vary() -> None:
    """A simple file without hours has no curve."""
    assert prices_shown(seen([a_house(), dynamic(slots=())]))
    assert prices_shown(seen([a_house(), impact()]))
    assert not prices_shown(seen([a_house(), simple()]))
    assert not prices_shown(seen([a_house()]))


def test_it_is_drawn_again_each_quarter() -> None:
    """Not each second; and at once when the meter falls silent."""
    rates = dynamic()
    first, second, later = (
        prices_drawn_from(seen([a_house(at=at), rates])) for at in (NOON, NOON + timedelta(seconds=1), NOON + HOUR)
    )
    assert first == second
    assert first != later


def test_a_low_room_keeps_the_cheapest_hours() -> None:
    """Words before bars."""
    assert ["Now  0.1255  ╌ −0.0281", "3 h: 12:00–15:00 at 0.046"] == drawn(dynamic(), room=Room(32, 2)).plain.split(
        "\n"
    )


def test_ascii_gets_ascii() -> None:
    """Bars of other signs."""
    for room in (ROOM, Room(32, 7)):
        assert drawn(dynamic(), room=room, look="ascii").plain.isascii()


PRICES = st.none() | st.floats(-2, 2) | st.sampled_from([0.0, float("nan"), float("inf")])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(PRICES, PRICES), max_size=50),
    st.integers(1, 240),
    st.integers(1, 70),
    st.integers(-2, 60),
    st.sampled_from(sorted(LOOKS)),
)
def test_any_prices_fit_any_room(
    prices: list[tuple[float | None, float | None]], width: int, height: int, hour: int, look: str
) -> None:
    """No line is wider than the room, no more lines than it has."""
    known = tuple(PriceSlot(SUNDAY + at * HOUR, SUNDAY + (at + 1) * HOUR, *both) for at, both in enumerate(prices))
    text = drawn(dynamic(slots=known), a_house(at=SUNDAY + hour * HOUR), Room(width, height), look)
    lines = text.plain.split("\n")
    assert max(map(cell_len, lines)) <= width
    if known:
        assert len(lines) <= height


def test_quarters_and_hours_are_both_slots() -> None:
    """An hourly contract has the same curve as a quarterly one of the same prices."""
    hours, quarters = (dynamic(slots=slots(date(2026, 6, 21), [50 + 3 * hour for hour in range(24)], 60)), None)
    assert quarters is None
    split = tuple(
        PriceSlot(
            slot.start + part * HOUR / 4, slot.start + (part + 1) * HOUR / 4, slot.import_eur_kwh, slot.export_eur_kwh
        )
        for slot in hours.slots
        for part in range(4)
    )
    assert drawn(hours).plain == drawn(replace(hours, slots=split)).plain
