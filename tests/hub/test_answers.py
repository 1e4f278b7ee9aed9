"""States as text, for people: what is on the screen, to the letter."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from textwrap import dedent

import pytest

from lib.core.claims import Drawn
from lib.core.cost import PriceSlot
from lib.core.link import Link, LinkState
from lib.core.peaks import MonthPeak
from lib.hub.answers import events, help_text, peak, status, telegram, usage
from lib.hub.money import bill, prices, rates
from lib.messages import Band, Events, House, MonthPeaks, Rates, Usage
from tests.panels.words import a_bill, a_simple_bill, dynamic, impact, in_impact, some_events, unpublished
from tests.panels.words import a_house as a_panel_house

from .builders import GOOD, NOON, RATES, TELEGRAM, USAGE, a_house, a_quarter

NO_PEAKS = MonthPeaks(month=date(2026, 6, 1))


def shown(text: str) -> str:
    """A golden text as it stands indented in a test."""
    return dedent(text).strip("\n")


def test_status_is_the_house_at_a_glance() -> None:
    """Twelve lines at most, local time, every number with its unit."""
    expected = """
        time           Wed 17 Jun 2026 12:05:00
        grid           1.53 kW taken
        rate           Day, Night from 22:00
        quarter        from 12:00, 10 min 00 s left
        so far         0.42 kW
        forecast       1.44 kW
        target         3.91 kW, 2.47 kW to spare
        month peak     3.91 kW, quarter from Fri 12 Jun 18:00
        12-month mean  4.01 kW (only 2 known), a month counts 2.50 kW or more
        telegrams      3600 good, 2 bad
        """
    assert shown(expected) == status(a_house())


def test_a_battery_that_nobody_controls_does_what_is_not_known() -> None:
    """The middle of what it may do at most, either way, is no rest."""
    lost = Drawn(who="battery", low_w=-2000.0, high_w=2000.0, controlled=False)
    assert "battery        out of reach" in status(a_house(drawn=(lost,))).splitlines()


def test_status_says_what_is_unusual() -> None:
    """The simulated house, a new peak in the make, injected power, and what the owner should know."""
    house = a_house(
        demo=True,
        grid_w=-800.4,
        quarter=a_quarter(forecast_w=6140.0, gap_w=-2230.0),
        months=NO_PEAKS,
        next_change=NOON + timedelta(days=2, hours=18, minutes=55),
        notices={"breaker": "The breaker is ready: press the meter's button for 5 seconds to reconnect"},
    )
    expected = """
        time           Wed 17 Jun 2026 12:05:00
        demo           simulated house
        grid           800 W injected
        rate           Day, Night from Sat 20 Jun 07:00
        quarter        from 12:00, 10 min 00 s left
        so far         0.42 kW
        forecast       6.14 kW
        target         3.91 kW, 2.23 kW OVER: a new peak is in the make
        month peak     not known yet
        12-month mean  not known yet
        telegrams      3600 good, 2 bad
        note           The breaker is ready: press the meter's button for 5
                       seconds to reconnect
        """
    assert shown(expected) == status(house)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (
            Link(state=LinkState.SILENT, since=NOON - timedelta(minutes=2, seconds=5), why="the cable is out"),
            ["NO TELEGRAMS since 12:02:55 (2 min 05 s), so this is old", "why            the cable is out"],
        ),
        (
            Link(state=LinkState.SILENT, since=NOON - timedelta(days=1), why="the cable is out"),
            ["NO TELEGRAMS since Tue 16 Jun 12:05:00 (24 h 00 min), so this is old"],
        ),
        (
            Link(
                state=LinkState.WAITING, since=NOON - timedelta(seconds=9), why="connected, but the port says nothing"
            ),
            ["NO TELEGRAM YET since 12:04:51 (9 s)", "why            connected, but the port says nothing"],
        ),
        (Link(), ["NO TELEGRAM YET", "time           Wed 17 Jun 2026 12:05:00"]),
        (
            Link(state=LinkState.ENDED, since=NOON, why="the recording is over"),
            ["THE RECORDING HAS ENDED since 12:05:00 (0 s)", "why            the recording is over"],
        ),
    ],
)
def test_a_line_that_is_not_good_is_said_first(link: Link, expected: list[str]) -> None:
    """Since when and why, before any number that is old."""
    assert expected == status(a_house(link=link)).splitlines()[: len(expected)]


def test_an_old_quarter_does_not_run_on() -> None:
    """Also the answer to `peak` says first that no telegrams come, and of when its quarter is."""
    link = Link(state=LinkState.SILENT, since=NOON, why="the cable is out")
    house = a_house(link=link, said=NOON + timedelta(hours=3))
    for lines in (status(house).splitlines(), peak(house).splitlines()):
        assert "NO TELEGRAMS since 12:05:00 (3 h 00 min), so this is old" == lines[0]
        assert "quarter        from 12:00, as of 12:05:00" in lines
        assert not any("left" in line for line in lines)
    assert "rate           Day, as of 12:05" in status(house).splitlines()
    assert "* in force: Day, as of 12:05" == rates(RATES, house).splitlines()[-1]


def test_twelve_known_months_need_no_remark() -> None:
    """Fewer are said, for their mean is no bill yet."""
    known = tuple(MonthPeak(date(2025, month, 1), 3000.0) for month in range(12, 0, -1))
    months = MonthPeaks(month=date(2026, 6, 1), past=known, mean_w=3000.0, months_known=12)
    assert "12-month mean  3.00 kW, a month counts 2.50 kW or more" in peak(a_house(months=months)).splitlines()


def test_what_is_unknown_says_so() -> None:
    """Unknown is never shown as zero."""
    bare = House(boot="b1", seq=1, said=NOON, link=GOOD)
    expected = """
        time           not known yet
        grid           not known yet
        rate           not known yet
        quarter        not known yet
        month peak     not known yet
        telegrams      3600 good, 2 bad
        """
    assert shown(expected) == status(bare)
    assert "quarter        not known yet\nthe month peaks are not known yet" == peak(bare)
    unknown = a_quarter(used_wh=None, average_w=None, forecast_w=None, gap_w=None)
    lines = status(a_house(quarter=unknown)).splitlines()
    assert ["so far         not known yet", "forecast       not known yet", "target         3.91 kW"] == lines[4:7]


def test_without_a_capacity_tariff_nobody_speaks_of_a_peak() -> None:
    """The connection limits, and peaks cost nothing."""
    house = a_house(
        capacity_tariff=False,
        quarter=a_quarter(target_w=17_250.0, gap_w=15_810.0),
        notices={"history": "The meter announces 13 months of history and prints 12"},
    )
    expected = """
        time           Wed 17 Jun 2026 12:05:00
        grid           1.53 kW taken
        rate           Day, Night from 22:00
        quarter        from 12:00, 10 min 00 s left
        so far         0.42 kW
        forecast       1.44 kW
        limit          17.25 kW, 15.81 kW to spare
        telegrams      3600 good, 2 bad
        note           The meter announces 13 months of history and prints 12
        """
    assert shown(expected) == status(house)
    assert "peaks cost nothing here\nlimit          17.25 kW" == peak(house)
    over = a_house(capacity_tariff=False, quarter=a_quarter(target_w=5000.0, gap_w=-500.0))
    assert "limit          5.00 kW, 0.50 kW OVER: more than the connection carries" in status(over)
    assert "peaks cost nothing here\nlimit          not known yet" == peak(a_house(capacity_tariff=False, quarter=None))


def test_peak_is_the_quarter_and_the_months() -> None:
    """Newest month first; one without a stamp is there too."""
    expected = """
        quarter        from 12:00, 10 min 00 s left
        so far         0.42 kW
        forecast       1.44 kW
        target         3.91 kW, 2.47 kW to spare
        Jun 2026       3.91 kW, quarter from Fri 12 Jun 18:00
        May 2026       4.10 kW
        12-month mean  4.01 kW (only 2 known), a month counts 2.50 kW or more
        1 kW more      costs € 4.79 over the next 12 bills
        """
    assert shown(expected) == peak(a_house())
    assert "Jun 2026       no quarter has ended yet\n12-month mean  not known yet" in peak(a_house(months=NO_PEAKS))


def test_rates_mark_the_rate_in_force() -> None:
    """The star stands at the register that the meter counts in now."""
    expected = """
                            taken      injected
        * Day        0.4000 €/kWh  0.1000 €/kWh
          Night      0.3000 €/kWh  0.1000 €/kWh
          gas        1.5760 €/m³, 11.51 kWh/m³
          water      6.1000 €/m³
        * in force: Day, Night from 22:00
        """
    assert shown(expected) == rates(RATES, a_house())


def test_rates_without_gas_water_or_meter() -> None:
    """What the owner has not set is left out; a price that is not known says so."""
    bands = (RATES.bands[0], Band(name="Night", import_eur_kwh=0.3))
    plain = replace(RATES, bands=bands, gas_eur_m3=None, gas_kwh_m3=None, water_eur_m3=None)
    expected = [
        "                    taken      injected",
        "  Day        0.4000 €/kWh  0.1000 €/kWh",
        "  Night      0.3000 €/kWh       unknown",
        "the rate in force is not known yet",
    ]
    assert expected == rates(plain, None).splitlines()


def test_usage_is_a_row_for_each_period() -> None:
    """A day that nobody counted says so, a star says from when the others count; no gas meter is a dash."""
    expected = """
                            taken  injected      gas    water  electric    total
                              kWh       kWh       m³       m³         €        €
        Tue   16 Jun      not known yet
        today 17 Jun*        1.75      0.50    0.120        -      0.63     0.82
        year  01 Jan      1234.57      0.00  812.345   45.678    493.83  2052.73
        * today: counted from Wed 17 Jun 11:05 on
        """
    assert shown(expected) == usage(USAGE)


def test_usage_tells_a_late_start_from_a_hole() -> None:
    """A pause over midnight cuts something out of a day that was counted from its start."""
    today = USAGE.columns[1]
    cut = replace(today, name="day-1", start=date(2026, 6, 16), since=datetime(2026, 6, 15, 22, 1, tzinfo=UTC))
    week = replace(today, name="week", start=date(2026, 6, 15))
    lines = usage(Usage(columns=(cut, today, week))).splitlines()
    assert ["* Tue: a part was not counted", "* today, week: counted from Wed 17 Jun 11:05 on"] == lines[-2:]


def test_telegram_names_its_codes() -> None:
    """A value that is too long for its line goes on below."""
    expected = """
        /FLU5\\253769484_A  12:05:00
        0-0:1.0.0   Clock of the meter  260617120500S
        1-0:1.7.0   Power taken         01.530 kW
        0-0:99.1.1
                    260617120500S 260617120500S 260617120500S 260617120500S
                    260617120500S 260617120500S 260617120500S 260617120500S
        """
    assert shown(expected) == telegram(TELEGRAM)


def test_help_says_what_each_word_is_for() -> None:
    """The list first, for who needs no more."""
    expected = "words: help follow\n  help    this list\n  follow  states again"
    assert expected == help_text({"help": "this list", "follow": "states again"})


def test_no_line_is_wider_than_a_terminal() -> None:
    """72 columns, so that it fits with the client's own marks before it."""
    long = a_house(notices={"message": "The grid operator says: " + "a word and " * 100})
    market, house = dynamic(trouble="no prices " * 20), a_panel_house()
    texts = [status(long), peak(long), rates(RATES, long), usage(USAGE), telegram(TELEGRAM)]
    texts += [status(house, market), rates(market, house), prices(market, house), prices(unpublished(), house)]
    texts += [bill(a_bill(if_peak_eur=231.2)), bill(a_simple_bill()), events(some_events(), house)]
    assert max(len(line) for text in texts for line in text.splitlines()) <= 72


def test_status_tells_the_price_now_when_it_moves() -> None:
    """Until when it holds, or that it is not known."""
    assert "rate           0.1255 €/kWh until 09:45" in status(a_panel_house(), dynamic()).splitlines()
    unknown = dynamic(slots=(), bands=(Band(name=""),))
    assert "rate           the price now is not known yet" in status(a_panel_house(), unknown).splitlines()


def test_a_peak_in_the_make_has_its_price() -> None:
    """Over the next bills; under the floor or over the cap it costs nothing."""
    over = a_quarter(forecast_w=6140.0, gap_w=-2230.0, new_peak_eur=57.453)
    assert "a new peak     costs € 57.45 over the next 12 bills" in status(a_house(quarter=over)).splitlines()
    free = replace(over, new_peak_eur=0.0)
    assert "a new peak     costs nothing: the floor or the cap holds" in peak(a_house(quarter=free)).splitlines()
    assert "a new peak" not in peak(a_house(quarter=replace(over, gap_w=10.0)))


@pytest.mark.parametrize(
    ("eur", "said"),
    [
        (0.0, "1 kW more      costs nothing: the floor or the cap holds"),
        (None, "1 kW more      not known yet: the rates do not say"),
    ],
)
def test_one_kilowatt_more(eur: float | None, said: str) -> None:
    """Nothing, or not known, is said as such."""
    house = a_house()
    assert house.months
    assert said == peak(replace(house, months=replace(house.months, kw_eur=eur))).splitlines()[-1]


def test_rates_of_the_clock_have_their_own_names() -> None:
    """Three Walloon bands, the one in force with a star."""
    expected = """
                            taken      injected
          PIC        0.4583 €/kWh  0.0292 €/kWh
        * MEDIUM     0.3685 €/kWh  0.0292 €/kWh
          ECO        0.2626 €/kWh  0.0292 €/kWh
          gas        1.5760 €/m³
          water      6.1000 €/m³
        * in force: MEDIUM, ECO from 11:00
        """
    assert shown(expected) == rates(impact(), in_impact(a_panel_house()))


def test_one_price_is_always_in_force() -> None:
    """Also when the meter counts in two registers."""
    one = Rates(bands=(Band(name="", import_eur_kwh=0.35, export_eur_kwh=0.05),))
    expected = """
                            taken      injected
        * always     0.3500 €/kWh  0.0500 €/kWh
        * in force: one price, day and night
        """
    assert shown(expected) == rates(one, a_house(band=None, next_band=None, next_change=None))
    assert "there is but one price" == prices(one, a_house())


def test_one_price_of_the_supplier_may_follow_the_hours_of_the_network() -> None:
    """Then it is what counts now, and until when."""
    night = NOON.replace(hour=20, minute=0)
    slots = (PriceSlot(NOON, night, 0.28, 0.05), PriceSlot(night, night + timedelta(hours=9), 0.22, 0.05))
    one = Rates(bands=(Band(name="", import_eur_kwh=0.28, export_eur_kwh=0.05),), slots=slots)
    said = rates(one, a_house(band=None, next_band=None, next_change=None))
    assert "* now" in said
    assert "* in force: 0.2800 €/kWh until 22:00" in said


def test_rates_tell_what_was_not_understood() -> None:
    """A key that is not known may be a part of the price."""
    told = replace(RATES, warnings=("rates.json: Electricity.bonus: is no key that is known here",))
    assert "! rates.json: Electricity.bonus: is no key that is known here" == rates(told, a_house()).splitlines()[-1]


def test_prices_are_those_of_today_and_tomorrow() -> None:
    """Now, the cheapest hours, the extremes of each day, and each hour to come."""
    expected = """
        now            0.1255 €/kWh
        injected       -0.0281 €/kWh
        cheapest 1 h   13:00 to 14:00 at 0.0388 €/kWh
        cheapest 3 h   12:00 to 15:00 at 0.0461 €/kWh
        cheapest 6 h   10:00 to 16:00 at 0.0629 €/kWh
        today          least 0.0363 at 13:00, mean 0.1729, most 0.3276 at 20:45
          injected     least -0.1091 at 13:00, mean 0.0149, most 0.1554 at 20:45
        tomorrow       least 0.1553 at 13:00, mean 0.2491, most 0.4014 at 19:45
          injected     least -0.0011 at 13:00, mean 0.0840, most 0.2224 at 19:45
        by the hour, €/kWh taken and injected:
        09:00  0.1247 -0.0289   10:00  0.0928 -0.0579   11:00  0.0619 -0.0859
        """
    lines = prices(dynamic(), a_panel_house()).splitlines()
    assert shown(expected).splitlines() == lines[:11]
    assert 10 + 39 / 3 == len(lines)


def test_a_price_that_does_not_change_has_no_least_and_no_most() -> None:
    """As the panel says it."""
    lines = prices(impact(), a_panel_house()).splitlines()
    assert 2 == lines.count("  injected     0.0292 all the time")


def test_a_tomorrow_that_is_not_published_is_not_known() -> None:
    """And why."""
    lines = prices(unpublished(), a_panel_house()).splitlines()
    at = lines.index("tomorrow       not known yet: energy-charts.info has no prices of Mon 22")
    assert "               Jun; asked again at 09:45" == lines[at + 1]
    assert "the prices ahead are not known yet" == prices(None, None)
    assert "the prices ahead are not known yet\nno answer" == prices(
        dynamic(slots=(), trouble="no answer"), a_panel_house()
    )


def test_the_bill_is_the_month_beside_the_year() -> None:
    """Part by part; what is injected is taken off."""
    expected = """
                                      Jun 2026         €          2026         €
        electricity taken           400.00 kWh     99.58   4135.19 kWh   1030.37
          energy Day                180.00 kWh     27.75   1930.21 kWh    297.61
          energy Night              220.00 kWh     29.53   2204.98 kWh    295.47
          network                   400.00 kWh     22.17   4135.19 kWh    229.17
          excise                    400.00 kWh     20.13   4135.19 kWh    208.12
        electricity injected         50.00 kWh     -0.84   1210.00 kWh    -20.21
        fixed                                       6.49                   53.18
          supplier                     21 days      5.47      172 days     44.77
          data management              21 days      1.03      172 days      8.41
        capacity tariff                3.52 kW     16.84                   97.84
        gas                          23.502 m³     39.05    812.345 m³   1296.76
          gas                        23.502 m³     37.04    812.345 m³   1280.26
          supplier                     21 days      2.02      172 days     16.50
        water                         7.120 m³     43.43     52.003 m³    317.22
        TOTAL                                     204.56                 2775.16
        if this quarter ends as forecast          231.20
        """
    assert shown(expected) == bill(a_bill(if_peak_eur=231.2))


def test_a_bill_says_what_is_not_as_it_will_be() -> None:
    """Since when it is counted, the pauses, the prices that are estimated or still to come."""
    assert [
        "TOTAL ~?                                   15.93                   15.93",
        "the month is counted from Thu 18 Jun 21:07 on",
        "the year is counted from Thu 18 Jun 21:07 on",
        "~ a pause of the program is in it, by the meter's counters",
        "~ 12.3 kWh stand at an estimated price until it is published",
        "? 3.2 kWh wait for their price",
    ] == bill(a_simple_bill()).splitlines()[-6:]
    assert "the bill is not known yet" == bill(None)


def test_usage_marks_pauses_and_missing_prices() -> None:
    """A wave for what the meter counted while nobody watched, a question mark for energy without a price."""
    _, today, year = USAGE.columns
    marked = Usage(columns=(replace(today, unpriced_wh=3210), replace(year, estimated=True, unpriced_wh=3210)))
    lines = usage(marked).splitlines()
    assert lines[2].startswith("today 17 Jun*? ")
    assert lines[3].startswith("year  01 Jan~? ")
    assert [
        "~ year: a pause of the program is in it, by the meter's counters",
        "? today, year: 3.2 kWh wait for their price",
    ] == lines[-2:]


def test_events_are_told_newest_first() -> None:
    """With the day when it is not today."""
    lines = events(some_events(), a_panel_house()).splitlines()
    assert "09:12            production started: 0.61 kW injected" == lines[0]
    assert "Sat 20 Jun 21:41 production stopped: 0.57 kW taken" in lines
    assert "nothing happened yet" == events(None, None) == events(Events(last=()), None)
