"""The prices and the register that counts."""

from dataclasses import replace

from lib.messages import House, Rates
from lib.panels.look import Room
from lib.panels.rates import render_rates
from tests.panels import story
from tests.panels.golden import LOOK, LOOKS, styles

ROOM = Room(46, 7)
RATES = Rates(
    import_eur_kwh={"1": 0.4123, "2": 0.3},
    export_eur_kwh={"1": 0.1, "2": -0.02},
    gas_eur_m3=1.576,
    gas_kwh_m3=11.51,
    water_eur_m3=6.1,
)


def house() -> House:
    """A Friday afternoon, in the day register."""
    first = story.four_days().told()[0]
    assert isinstance(first, House)
    return first


def test_the_active_register_is_magenta_and_the_other_cyan() -> None:
    """By day the day's price is the one that counts, by night the night's."""
    by_day = render_rates(RATES, house(), LOOK, ROOM)
    assert {LOOK.colours.active} == styles(by_day, "0.4123")
    assert {LOOK.colours.inactive} == styles(by_day, "0.3000")
    by_night = render_rates(RATES, replace(house(), register="2"), LOOK, ROOM)
    assert {LOOK.colours.inactive} == styles(by_night, "0.4123")
    assert {LOOK.colours.active} == styles(by_night, "0.3000")


def test_on_sixteen_colours_they_are_called_so() -> None:
    """The console's own magenta and cyan."""
    text = render_rates(RATES, house(), LOOKS["console"], ROOM)
    assert {"bold magenta"} == styles(text, "0.4123")
    assert {"cyan"} == styles(text, "0.3000")


def test_the_next_change_is_said() -> None:
    """Night from 22:00; on a Friday night the day comes back on Monday."""
    assert "Day now, Night from 22:00" in render_rates(RATES, house(), LOOK, ROOM).plain
    friday_night = replace(
        house(), at=story.brussels("2026-11-20 23:00"), register="2", next_change=story.brussels("2026-11-23 07:00")
    )
    assert "Night now, Day from Mon 07:00" in render_rates(RATES, friday_night, LOOK, ROOM).plain


def test_what_the_rates_lack_is_a_dash() -> None:
    """No gas, no water, no night."""
    rates = Rates(import_eur_kwh={"1": 0.4}, export_eur_kwh={})
    rows = render_rates(rates, house(), LOOK, ROOM).plain.split("\n")
    assert ["+", "0.4000", "–", "–", "–"] == rows[2].split()
    assert ["−", "–", "–", "–", "–"] == rows[3].split()


def test_a_price_below_zero_has_its_sign() -> None:
    """Injection that costs."""
    assert "−0.0200" in render_rates(RATES, house(), LOOK, ROOM).plain


def test_an_old_register_does_not_count_now() -> None:
    """Hours after the last telegram the other one may have begun."""
    told = story.four_days().silent(4 * 3600, "no telegram").told()[0]
    assert isinstance(told, House)
    text = render_rates(RATES, told, LOOK, ROOM)
    assert "Day as of 14:07" == text.plain.split("\n")[-1]
    assert {LOOK.colours.warn} == styles(text, "Day as of 14:07")


def test_a_meter_without_registers_has_no_active_one() -> None:
    """Then nothing is magenta, and the panel says which price is taken."""
    text = render_rates(RATES, replace(house(), register=None, next_change=None), LOOK, ROOM)
    assert LOOK.colours.active not in {span.style for span in text.spans}
    assert "one register, at the day price" == text.plain.split("\n")[-1]


def test_a_third_tariff_costs_the_day_price() -> None:
    """Five tariffs exist; the simple rates know two."""
    text = render_rates(RATES, replace(house(), register="3", next_change=None), LOOK, ROOM)
    assert "T3 now, at the day price" in text.plain


def test_before_the_rates_came_nothing_is_made_up() -> None:
    """The panel waits."""
    assert "waiting for the rates" == render_rates(None, None, LOOK, ROOM).plain


def test_narrow_ascii_columns_keep_apart() -> None:
    """Where EUR/kWh has no room the currency stands once."""
    rows = render_rates(RATES, house(), LOOKS["ascii"], Room(30, 7)).plain.split("\n")
    assert ["EUR", "/kWh", "/kWh", "/m3", "/m3"] == rows[1].split()
    assert all(row.isascii() for row in rows)


def test_a_register_from_elsewhere_cannot_write_to_the_terminal() -> None:
    """Whatever a peer calls its register."""
    text = render_rates(RATES, replace(house(), register="\x1b[2J", next_change=None), LOOK, ROOM)
    assert r"T\x1b[2J now" in text.plain
