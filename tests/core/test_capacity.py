"""The capacity tariff: what is billed, the maximum, and what one more kilowatt costs."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.capacity import (
    CAPACITY,
    MAXIMUM,
    Capacity,
    billed_w,
    kw_eur,
    kwh_eur,
    month_charges,
    new_peak_eur,
    over_kw_eur,
)
from lib.core.charges import NOTHING, Charge, Item, Part, total_eur

RATE = 60.0
MARCH = date(2026, 3, 1)
MONTHS = [date(2025 + (n + 3) // 12, (n + 3) % 12 + 1, 1) for n in range(12)]  # April 2025 to March 2026
NETWORK = {
    Item(Part.IMPORT, "network", "", "1"): Charge(300_000, 16.5),
    Item(Part.IMPORT, "energy"): Charge(300_000, 45),
}

peaks = st.lists(st.floats(0, 20_000), min_size=12, max_size=12).map(
    lambda watts: dict(zip(MONTHS, watts, strict=True))
)
capacities = st.builds(
    Capacity,
    eur_kw_year=st.floats(1, 100),
    floor_applies=st.sampled_from(["month", "mean"]),
    missing_months=st.sampled_from(["mean", "floor"]),
)


def test_the_window_is_the_twelve_months_up_to_the_bills() -> None:
    """A peak of the same month a year ago is out, one of the month after is not in yet."""
    months = {date(2025, 3, 1): 9000.0, **dict.fromkeys(MONTHS, 4000.0), date(2026, 4, 1): 9000.0}
    assert 4000 == billed_w(Capacity(), months, MARCH)


def test_nothing_is_billed_while_nothing_is_known() -> None:
    """Unknown is not 0; only where missing months count the floor it is known at once."""
    assert billed_w(Capacity(), {}, MARCH) is None
    assert 2500 == billed_w(Capacity(missing_months="floor"), {}, MARCH)
    assert {} == month_charges(Capacity(eur_kw_year=RATE), billed_w=None, charges=NOTHING, import_wh=0)


def test_the_history_of_the_rates_fills_what_the_meter_lacks() -> None:
    """Where both know a month the meter's counts."""
    capacity = Capacity(history={date(2026, 1, 1): 6000.0, date(2026, 2, 1): 9000.0})
    assert 5000 == billed_w(capacity, {date(2026, 2, 1): 5000.0, MARCH: 4000.0}, MARCH)


def test_a_window_of_another_length() -> None:
    """Three months, of which the middle one is not known."""
    capacity = Capacity(window_months=3)
    assert 3500 == billed_w(capacity, {date(2025, 12, 1): 9000.0, date(2026, 1, 1): 3000.0, MARCH: 4000.0}, MARCH)


def test_a_tariff_without_a_price_is_charged_nothing() -> None:
    """The simple rates file: peaks are shown, and what they cost is not known."""
    assert {} == month_charges(Capacity(), billed_w=4000, charges=NOTHING, import_wh=1)
    assert new_peak_eur(Capacity(), {}, MARCH, 9000) is None
    assert kw_eur(Capacity(), {}, MARCH) is None


def test_the_marked_lines_count_under_the_maximum() -> None:
    """20 € capacity and 16.50 network at 0.1 a kWh for 300 kWh: 6.50 go off; energy does not count."""
    capacity = Capacity(eur_kw_year=RATE, max_eur_kwh=0.1, network_lines=frozenset({"network"}), network_eur_kwh=9.0)
    due = month_charges(capacity, billed_w=4000, charges=NETWORK, import_wh=300_000)
    assert Charge(4000, 20.0) == due[CAPACITY]
    assert due[MAXIMUM].eur == pytest.approx(-6.5)


def test_the_floors_price_stays_due() -> None:
    """A month without a kWh still costs 2.5 kW."""
    capacity = Capacity(eur_kw_year=RATE, max_eur_kwh=0.35)
    due = month_charges(capacity, billed_w=5000, charges=NOTHING, import_wh=0)
    assert total_eur(due) == pytest.approx(2.5 * RATE / 12)


@given(capacity=capacities, billed=st.floats(2500, 20_000), import_wh=st.floats(0, 2e6), most=st.floats(0.01, 1))
def test_network_costs_never_pass_the_maximum(capacity: Capacity, billed: float, import_wh: float, most: float) -> None:
    """Capacity and network kWh together: their sum, or the maximum, or the floor's price."""
    capped = Capacity(eur_kw_year=capacity.eur_kw_year, max_eur_kwh=most, network_eur_kwh=0.05)
    assert capped.eur_kw_year is not None
    line = 0.05 * import_wh / 1000
    due = total_eur(month_charges(capped, billed_w=billed, charges=NOTHING, import_wh=import_wh))
    plain = capped.eur_kw_year * billed / 12_000
    limit = max(most * import_wh / 1000, 2.5 * capped.eur_kw_year / 12)
    assert due + line == pytest.approx(min(plain + line, limit))


@given(capacity=capacities, known=peaks, peak=st.floats(0, 30_000))
def test_a_new_peak_costs_what_the_bills_of_a_year_rise(
    capacity: Capacity, known: dict[date, float], peak: float
) -> None:
    """Twelve bills that count the month once each, with the peak and without it."""
    raised = {**known, MARCH: max(peak, known[MARCH])}
    billed = [billed_w(capacity, one, MARCH) for one in (known, raised)]
    assert billed[0] is not None
    assert billed[1] is not None
    assert capacity.eur_kw_year is not None
    rise = (billed[1] - billed[0]) / 1000 * capacity.eur_kw_year
    assert new_peak_eur(capacity, known, MARCH, peak) == pytest.approx(rise, abs=1e-6)


@given(capacity=capacities, known=peaks, watts=st.lists(st.floats(0, 30_000), min_size=2, max_size=2).map(sorted))
def test_a_higher_peak_never_costs_less(capacity: Capacity, known: dict[date, float], watts: list[float]) -> None:
    """And one that is already paid costs nothing."""
    low, high = (new_peak_eur(capacity, known, MARCH, peak) for peak in watts)
    assert low is not None
    assert high is not None
    assert -1e-9 <= low <= high + 1e-9
    assert new_peak_eur(capacity, known, MARCH, known[MARCH]) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("running_w", "eur"),
    [
        (4000.0, RATE / 12),
        (2500.0, RATE / 12),
        (2000.0, RATE / 24),  # half of it stays under the floor
        (1500.0, 0.0),
        (None, 0.0),  # a month without a peak yet
    ],
)
def test_one_kilowatt_more(running_w: float | None, eur: float) -> None:
    """A twelfth of the rate, in all, over the next twelve bills; nothing while it stays under the floor."""
    known = {**dict.fromkeys(MONTHS[:-1], 4000.0), **({} if running_w is None else {MARCH: running_w})}
    assert kw_eur(Capacity(eur_kw_year=RATE), known, MARCH) == pytest.approx(eur)


@pytest.mark.parametrize(
    ("running_w", "above_w"), [(None, 2500.0), (1500.0, 2500.0), (2500.0, 2500.0), (4000.0, 4000.0)]
)
def test_one_kilowatt_above_the_floor(running_w: float | None, above_w: float) -> None:
    """A twelfth of the rate from a month's first quarter on: what is under the floor is paid in any case."""
    capacity = Capacity(eur_kw_year=RATE)
    known = {**dict.fromkeys(MONTHS[:-1], 4000.0), **({} if running_w is None else {MARCH: running_w})}
    eur = over_kw_eur(capacity, known, MARCH)
    assert eur == pytest.approx(RATE / 12)
    assert eur == pytest.approx(new_peak_eur(capacity, known, MARCH, above_w + 1000))


@given(capacity=capacities, known=peaks)
def test_above_the_floor_a_kilowatt_costs_what_the_next_one_does(capacity: Capacity, known: dict[date, float]) -> None:
    """Never less than what is shown, which may lie under the floor; the same once the month has passed it."""
    shown, over = kw_eur(capacity, known, MARCH), over_kw_eur(capacity, known, MARCH)
    assert shown is not None
    assert over is not None
    assert shown <= over + 1e-9
    if known[MARCH] >= capacity.floor_w:
        assert shown == over
    assert over_kw_eur(Capacity(), known, MARCH) is None


def test_a_household_with_few_known_months_pays_a_twelfth_as_well() -> None:
    """Each of the twelve bills counts the month once, whatever is known of the others."""
    known = {MARCH: 4000.0}
    assert kw_eur(Capacity(eur_kw_year=RATE), known, MARCH) == pytest.approx(RATE / 12)
    assert kw_eur(Capacity(eur_kw_year=RATE, missing_months="floor"), known, MARCH) == pytest.approx(RATE / 12)


def test_peaks_are_free_while_the_maximum_holds() -> None:
    """50 kWh a month at 5 kW: the maximum holds and a higher peak changes no bill; at 500 kWh it does."""
    capacity = Capacity(eur_kw_year=RATE, max_eur_kwh=0.35, network_eur_kwh=0.05)
    known = dict.fromkeys(MONTHS, 5000.0)
    assert kw_eur(capacity, known, MARCH, import_wh=50_000) == pytest.approx(0)
    assert kw_eur(capacity, known, MARCH, import_wh=500_000) == pytest.approx(RATE / 12)
    assert kw_eur(capacity, known, MARCH) == pytest.approx(RATE / 12)


def test_a_peak_that_brings_the_maximum_costs_up_to_it() -> None:
    """25 € and 5 € network of 100 kWh; the maximum is 35: of a rise to 41 kW only 5 € a month are due."""
    capacity = Capacity(eur_kw_year=RATE, max_eur_kwh=0.35, network_eur_kwh=0.05)
    known = dict.fromkeys(MONTHS, 5000.0)
    assert new_peak_eur(capacity, known, MARCH, 41_000, import_wh=100_000) == pytest.approx(12 * 5.0)


@pytest.mark.parametrize(
    ("kwh", "added"),
    [(2000, 0.0), (900, 0.3472738 - 0.0554236), (300, -0.0554236), (0, -0.0554236)],
)
def test_a_kwh_carries_the_maximum_while_it_holds(kwh: int, added: float) -> None:
    """A year at 5 kW: idle, then 0.347 instead of 0.055 of network cost, and none where only the floor is due."""
    capacity = Capacity(eur_kw_year=57.453, max_eur_kwh=0.3472738, network_eur_kwh=0.0554236)

    def paid(import_wh: float) -> float:
        due = month_charges(capacity, billed_w=5000, charges=NOTHING, import_wh=import_wh, months=12)
        return total_eur(due) + 0.0554236 * import_wh / 1000

    found = kwh_eur(capacity, billed_w=5000, charges=NOTHING, import_wh=kwh * 1000, months=12)
    assert found == pytest.approx(added)
    assert paid(kwh * 1000 + 1000) - paid(kwh * 1000) == pytest.approx(0.0554236 + found)


def test_the_marked_lines_tell_what_a_kwh_of_network_costs() -> None:
    """16.50 € for 300 kWh are 5.5 cents, in whose place the maximum of 10 cents comes."""
    capacity = Capacity(eur_kw_year=RATE, max_eur_kwh=0.1, network_lines=frozenset({"network"}))
    assert kwh_eur(capacity, billed_w=4000, charges=NETWORK, import_wh=300_000) == pytest.approx(0.1 - 0.055)
