"""What a past time would have cost: as it was to the watt-hour, and each change by hand."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.charges import Used
from lib.core.quarter import QUARTER
from lib.core.rates import parse_rates
from lib.core.slots import Series, Slot
from lib.core.whatif import Contract, Past, Reckoned, moved, price_known, reckoned
from tests.conftest import local

MONDAY = local("2026-10-05 00:00")
OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)
RATES = {
    "Electricity": {
        "+": {"Day": 0.4, "Night": 0.3},
        "-": {"Day": 0.1, "Night": 0.1},
        "fixed": [{"name": "supplier", "eur_per_year": 365}],
        "capacity": {"eur_per_kw_year": 60.0},
    }
}
OWN = Contract(name="", tariffs=parse_rates(RATES), index=Series())
TARIFF = OWN.tariffs.versions[0]
HOURLY = {"formula": {"index": "day_ahead", "resolution": "PT15M", "factor": 0.001, "base": 0.1}}
DYNAMIC = parse_rates({"Electricity": {"+": HOURLY, "-": 0.05}})


def a_past(*net_wh: int, register: str = "1") -> list[Past]:
    """Quarters from Monday midnight on, each drawing or feeding in."""
    return [
        Past(start=MONDAY + n * QUARTER, import_wh={register: max(0, wh)}, export_wh={register: max(0, -wh)})
        for n, wh in enumerate(net_wh)
    ]


def cost(past: Sequence[Past], contract: Contract = OWN, was: Sequence[Past] | None = None) -> Reckoned:
    """What quarters cost."""
    known = price_known(past, [contract], Used())
    return reckoned(past, known, contract, Used(), was or past)


def test_as_it_was_is_priced_by_the_registers() -> None:
    """1 kWh by day, 2 by night, half a kWh injected; the fee of a day, and 4 kW of peak at € 60 a year."""
    day, (night, sold) = a_past(1000), a_past(2000, -500, register="2")
    sums = cost([*day, night, sold])
    assert 0.4 + 2 * 0.3 == pytest.approx(sums.import_eur)
    assert 0.05 == pytest.approx(sums.export_eur)
    assert 1.0 == pytest.approx(sums.fixed_eur)
    assert 8000 == sums.peak_w
    assert 8 * 60 / 12 == pytest.approx(sums.capacity_eur or 0)


@given(st.integers(-3000, 3000), st.integers(-4000, 4000))
def test_a_change_goes_through_the_meter(net_wh: int, change_wh: int) -> None:
    """No watt-hour is lost, none flows both ways, and what is drawn less lowers the quarter."""
    (was,) = a_past(net_wh)
    then = moved(was, change_wh, TARIFF)
    assert net_wh + change_wh == then.net_wh
    assert 0 in {then.drawn_wh, then.fed_wh}
    assert max(0, net_wh + change_wh) * 4 == then.peak_w


def test_a_quarter_with_sun_and_oven_keeps_both() -> None:
    """Drawn and fed in in one quarter: what is stored comes from what was fed in, the average stays."""
    was = Past(start=MONDAY, import_wh={"1": 300}, export_wh={"1": 200}, average_w=1200)
    assert ({"1": 300}, {"1": 50}, 1200) == (
        (then := moved(was, 150, TARIFF)).import_wh,
        then.export_wh,
        then.average_w,
    )
    assert ({"1": 400}, {"1": 0}, 1600) == ((then := moved(was, 300, TARIFF)).import_wh, then.export_wh, then.average_w)
    assert ({"1": 0}, {"1": 300}, 0) == ((then := moved(was, -400, TARIFF)).import_wh, then.export_wh, then.average_w)


@settings(max_examples=20)
@given(st.lists(st.integers(-500, 900), min_size=1, max_size=12))
def test_nothing_changed_costs_the_same(net_wh: list[int]) -> None:
    """Moved by nothing it is what it was."""
    past = a_past(*net_wh)
    assert cost(past) == cost([moved(one, 0.0, TARIFF) for one in past])


def test_quarters_without_a_price_count_for_no_one() -> None:
    """Where one of the contracts knows no price the others leave the quarter out too."""
    past = a_past(1000, 1000)
    market = Contract(name="m", tariffs=DYNAMIC, index=Series((Slot(MONDAY, MONDAY + QUARTER, 50.0),)))
    known = price_known(past, [OWN, market], Used())
    assert (True, False) == known
    assert 0.4 == pytest.approx(reckoned(past, known, OWN, Used(), past).import_eur)
    assert 0.15 == pytest.approx(reckoned(past, known, market, Used(), past).import_eur)


def test_a_peak_that_nobody_watched_stays() -> None:
    """The meter tells 6 kW for the month and the quarters at hand only 4: no battery in them lowers the month."""
    contract = Contract(name="", tariffs=OWN.tariffs, index=Series(), peaks_w={OCTOBER: 6000.0, SEPTEMBER: 5000.0})
    past = a_past(1000, 500)
    lower = [moved(one, -500.0, TARIFF) for one in past]
    assert [6000.0, 6000.0] == [cost(one, contract, past).peak_w for one in (past, lower)]
    assert all(one.elsewhere for one in cost(past, contract).months)


def test_a_peak_costs_what_it_costs_on_all_bills() -> None:
    """1 kW less in one month is a twelfth of the year's price; under the floor it is nothing."""
    past = a_past(1000)
    contract = Contract(name="", tariffs=OWN.tariffs, index=Series(), peaks_w={SEPTEMBER: 5000.0, OCTOBER: 4000.0})
    by_peak = {
        peak_wh: cost([moved(past[0], peak_wh - 1000, TARIFF)], contract, past) for peak_wh in (1000, 750, 600, 100)
    }
    eur = {peak_wh: sums.capacity_eur or 0 for peak_wh, sums in by_peak.items()}
    assert 5.0 == pytest.approx(eur[1000] - eur[750])
    assert eur[600] == eur[100]
    assert 2.5 * 60 / 12 == pytest.approx(eur[100])


def test_each_month_stands_alone() -> None:
    """Two months, two peaks, each with its own sum."""
    last = local("2026-10-31 23:45")
    past = [
        Past(start=last, import_wh={"1": 1000}, export_wh={}),
        Past(start=last + timedelta(minutes=15), import_wh={"1": 750}, export_wh={}),
    ]
    assert [(4000.0, 1000), (3000.0, 750)] == [(one.peak_w, one.import_wh) for one in cost(past).months]
