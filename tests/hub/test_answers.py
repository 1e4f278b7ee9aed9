"""States as text, for people: what is on the screen, to the letter."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from textwrap import dedent

import pytest

from lib.core.house import Link, LinkState
from lib.core.peaks import MonthPeak
from lib.hub.answers import help_text, peak, rates, status, telegram, usage
from lib.messages import House, MonthPeaks, Usage

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
        rate           day, night from 22:00
        quarter        from 12:00, 10 min 00 s left
        so far         0.42 kW
        forecast       1.44 kW
        target         3.91 kW, 2.47 kW to spare
        month peak     3.91 kW, quarter from Fri 12 Jun 18:00
        12-month mean  4.01 kW (only 2 known), a month counts 2.50 kW or more
        telegrams      3600 good, 2 bad
        """
    assert shown(expected) == status(a_house())


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
        rate           day, night from Sat 20 Jun 07:00
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
    assert "rate           day, as of 12:05:00" in status(house).splitlines()
    assert "* in force: day, as of 12:05:00" == rates(RATES, house).splitlines()[-1]


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
        rate           day, night from 22:00
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
        """
    assert shown(expected) == peak(a_house())
    assert "Jun 2026       no quarter has ended yet\n12-month mean  not known yet" in peak(a_house(months=NO_PEAKS))


def test_rates_mark_the_rate_in_force() -> None:
    """The star stands at the register that the meter counts in now."""
    expected = """
                            taken      injected
        * day        0.4000 €/kWh  0.1000 €/kWh
          night      0.3000 €/kWh  0.1000 €/kWh
          gas        1.5760 €/m³, 11.51 kWh/m³
          water      6.1000 €/m³
        * in force: day, night from 22:00
        """
    assert shown(expected) == rates(RATES, a_house())


def test_rates_without_gas_water_or_meter() -> None:
    """What the owner has not set is left out; a register without a price for injection has a dash."""
    plain = replace(RATES, export_eur_kwh={"1": 0.1}, gas_eur_m3=None, gas_kwh_m3=None, water_eur_m3=None)
    expected = [
        "                    taken      injected",
        "  day        0.4000 €/kWh  0.1000 €/kWh",
        "  night      0.3000 €/kWh             -",
        "the rate in force is not known yet",
    ]
    assert expected == rates(plain, None).splitlines()


def test_usage_is_a_row_for_each_period() -> None:
    """A day that nobody counted says so, a star says from when the others count; no gas meter is a dash."""
    expected = """
                           taken  injected      gas    water  electric    total
                             kWh       kWh       m³       m³         €        €
        Tue   16 Jun     not known yet
        today 17 Jun*       1.75      0.50    0.120        -      0.63     0.82
        year  01 Jan     1234.57      0.00  812.345   45.678    493.83  2052.73
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
    texts = [status(long), peak(long), rates(RATES, long), usage(USAGE), telegram(TELEGRAM)]
    assert max(len(line) for text in texts for line in text.splitlines()) <= 72
