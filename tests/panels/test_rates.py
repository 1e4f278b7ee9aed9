"""The prices, the band that counts, and what comes next."""

from dataclasses import replace

import pytest

from lib.messages import Band, House, Rates
from lib.panels.look import Room
from lib.panels.rates import render_rates
from tests.panels import story, words
from tests.panels.golden import LOOK, LOOKS, styles

ROOM = Room(46, 9)
SMALL = Room(30, 7)  # at 80×24
RATES = replace(
    words.simple(),
    bands=(
        Band(name="Day", import_eur_kwh=0.4123, export_eur_kwh=0.1),
        Band(name="Night", import_eur_kwh=0.3, export_eur_kwh=-0.02),
    ),
)


def house() -> House:
    """A Friday afternoon, in the day register."""
    first = story.four_days().told()[0]
    assert isinstance(first, House)
    return first


def lines(rates: Rates | None, told: House | None, room: Room = ROOM) -> list[str]:
    """The panel by lines."""
    return render_rates(rates, told, LOOK, room).plain.split("\n")


def test_the_active_band_is_magenta_and_the_other_cyan() -> None:
    """By day the day's price is the one that counts, by night the night's."""
    by_day = render_rates(RATES, house(), LOOK, ROOM)
    assert {LOOK.colours.active} == styles(by_day, "0.4123")
    assert {LOOK.colours.inactive} == styles(by_day, "0.3000")
    by_night = render_rates(RATES, replace(house(), band="Night"), LOOK, ROOM)
    assert {LOOK.colours.inactive} == styles(by_night, "0.4123")
    assert {LOOK.colours.active} == styles(by_night, "0.3000")


def test_on_sixteen_colours_they_are_called_so() -> None:
    """The console's own magenta and cyan."""
    text = render_rates(RATES, house(), LOOKS["console"], ROOM)
    assert {"bold magenta"} == styles(text, "0.4123")
    assert {"cyan"} == styles(text, "0.3000")


def test_the_next_change_is_said() -> None:
    """Night from 22:00; on a Friday night the day comes back on Monday."""
    assert "Day now, Night from 22:00" in lines(RATES, house())
    friday_night = replace(
        house(),
        at=story.brussels("2026-11-20 23:00"),
        band="Night",
        next_band="Day",
        next_change=story.brussels("2026-11-23 07:00"),
    )
    assert "Night now, Day from Mon 07:00" in lines(RATES, friday_night)


def test_three_bands_fit_a_small_screen() -> None:
    """The Walloon ones, with gas and water."""
    told = words.in_impact(words.a_house())
    assert [
        "€/kWh        taken   injected",
        "PIC         0.4583     0.0292",
        "MEDIUM      0.3685     0.0292",
        "ECO         0.2626     0.0292",
        "Gas         1.5760 €/m³",
        "Water       6.1000 €/m³",
        "MEDIUM now, ECO from 11:00",
    ] == lines(words.impact(), told, SMALL)
    four = replace(words.impact(), bands=(*words.impact().bands, Band(name="FOURTH", import_eur_kwh=0.1)))
    assert "Gas 1.576  Water 6.100 €/m³" in lines(four, told, SMALL)


def test_more_bands_than_rows_keep_the_one_that_counts() -> None:
    """It is the one that matters."""
    many = tuple(Band(name=f"band {number}", import_eur_kwh=number / 10) for number in range(9))
    found = lines(replace(RATES, bands=many), replace(house(), band="band 8", next_change=None), SMALL)
    assert 7 == len(found)
    assert any(line.startswith("band 8") for line in found)


def test_a_price_of_the_market_is_the_one_now_and_those_that_follow() -> None:
    """Until when it holds is when the next one starts."""
    told = words.a_house()
    assert ["now         0.1255     −0.0281", "09:45       0.1272     −0.0266", "10:00       0.0903     −0.0601"] == [
        " ".join(line.split()[:1]).ljust(6) + line[6:].rjust(len(line[6:]))
        for line in lines(words.dynamic(), told, SMALL)[1:4]
    ]
    text = render_rates(words.dynamic(), told, LOOK, SMALL)
    assert {LOOK.colours.active} == styles(text, "0.1255")
    assert {LOOK.colours.inactive} == styles(text, "0.1272")
    assert "known to the end of Mon 22 Jun" == lines(words.dynamic(), told, SMALL)[-1]
    today = words.dynamic(tomorrow=False)
    assert "known to the end of today" == lines(today, told, SMALL)[-1]
    early = replace(today, known_until=words.brussels("2026-06-21 18:00"))
    assert "known until 18:00" == lines(early, told, SMALL)[-1]


def test_why_prices_are_not_known_is_said() -> None:
    """As far as it fits."""
    assert "energy-charts.info has no pri…" == lines(words.unpublished(), words.a_house(), SMALL)[-1]


def test_an_unknown_price_is_no_zero() -> None:
    """A word stands for it."""
    nothing = words.dynamic(slots=(), bands=(Band(name=""),), trouble="no answer yet")
    assert ["now", "unknown", "unknown"] == lines(nothing, words.a_house())[1].split()
    half = replace(RATES, bands=(RATES.bands[0], Band(name="Night", import_eur_kwh=0.3)))
    assert ["Night", "0.3000", "unknown"] == lines(half, house())[2].split()


def test_a_hole_now_is_filled_by_what_the_program_says() -> None:
    """The bands hold what counts now."""
    later = words.dynamic(slots=words.dynamic().slots[60:])
    assert ["now", "0.1255", "−0.0281"] == lines(later, words.a_house())[1].split()


def test_one_price_is_always_the_one() -> None:
    """It has no name and no next change."""
    one = replace(RATES, bands=(Band(name="", import_eur_kwh=0.35, export_eur_kwh=0.05),))
    text = render_rates(one, replace(house(), band=None, next_band=None, next_change=None), LOOK, ROOM)
    assert {LOOK.colours.active} == styles(text, "0.3500")
    assert "one price, day and night" == text.plain.split("\n")[-1]


def test_what_the_rates_lack_has_no_row() -> None:
    """No gas, no water."""
    plain = "\n".join(lines(Rates(bands=RATES.bands), house()))
    assert "Gas" not in plain
    assert "Water" not in plain


def test_a_price_below_zero_has_its_sign() -> None:
    """Injection that costs."""
    assert "−0.0200" in "\n".join(lines(RATES, house()))


def test_an_old_band_does_not_count_now() -> None:
    """Hours after the last telegram the other one may have begun."""
    told = story.four_days().silent(4 * 3600, "no telegram").told()[0]
    assert isinstance(told, House)
    text = render_rates(RATES, told, LOOK, ROOM)
    assert "Day as of 14:07" == text.plain.split("\n")[-1]
    assert {LOOK.colours.warn} == styles(text, "Day as of 14:07")


def test_a_meter_without_bands_has_no_active_one() -> None:
    """Then nothing is magenta, and the panel says so."""
    text = render_rates(RATES, replace(house(), band=None, next_change=None), LOOK, ROOM)
    assert LOOK.colours.active not in {span.style for span in text.spans}
    assert "what counts now is not known" == text.plain.split("\n")[-1]


def test_what_was_not_understood_is_told() -> None:
    """In full where the owner can scroll."""
    warned = replace(
        RATES, warnings=("Electricity.bonus: is no key that is known here; it may be a part of the price",)
    )
    assert lines(warned, house(), Room(46, 9))[-1].startswith("! Electricity.bonus: is no key")
    assert "price" in " ".join(lines(warned, house(), Room(30, 20, whole=True)))


def test_before_the_rates_came_nothing_is_made_up() -> None:
    """The panel waits."""
    assert ["waiting for the rates"] == lines(None, None)
    assert "now" not in "".join(lines(RATES, None))


@pytest.mark.parametrize("room", [SMALL, Room(17, 5), Room(8, 3)])
def test_ascii_gets_ascii(room: Room) -> None:
    """Also where room is very short."""
    told = words.a_house()
    for rates in (words.dynamic(), words.impact(), RATES):
        assert render_rates(rates, told, LOOKS["ascii"], room).plain.isascii()


def test_a_band_from_elsewhere_cannot_write_to_the_terminal() -> None:
    """Whatever a peer calls its bands."""
    evil = replace(RATES, bands=(Band(name="\x1b[2J", import_eur_kwh=0.1), Band(name="x")))
    plain = "\n".join(lines(evil, replace(house(), band="\x1b[2J", next_change=None)))
    assert r"\x1b[2J now" in plain
    assert "\x1b" not in plain
