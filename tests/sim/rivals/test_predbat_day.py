"""Predbat's plan of the car, and its search for the battery."""

from collections.abc import Sequence

import pytest

from lib.sim.rivals.predbat_day import Ahead, Span, car_plan, cost_eur, fill_plan
from lib.sim.year.home import BatterySpec

HALF_S = 1800
BATTERY = BatterySpec()
CHEAP_THEN_DEAR = (0.10, 0.10, 0.40, 0.40)


def plan(*prices: float, missing_wh: float, now_s: int = 0, ready_s: int = 24 * 3600) -> list[Span]:
    """Half hours from midnight, a charger of 7.2 kW: 3.6 kWh in each."""
    rates = [(number * HALF_S, price) for number, price in enumerate(prices)]
    return car_plan(rates, now_s=now_s, ready_s=ready_s, missing_wh=missing_wh, power_w=7_200.0)


def ahead(prices: Sequence[float], *, net_wh: float = 1_000.0, held: bool = False) -> Ahead:
    """As many half hours as there are prices."""
    count = len(prices)
    return Ahead(
        first=10,
        net_wh=[net_wh] * count,
        held=[held] * count,
        import_eur_kwh=prices,
        export_eur_kwh=[0.02] * count,
    )


def eur(window: Ahead, *fills: int, stored_wh: float = 0.0) -> float:
    """What it costs to fill in those."""
    return cost_eur(window, frozenset(fills), stored_wh=stored_wh, battery=BATTERY, fill_w=5_000.0)


def test_the_cheapest_half_hours_are_taken() -> None:
    """Two of four."""
    assert [Span(HALF_S, 2 * HALF_S), Span(3 * HALF_S, 4 * HALF_S)] == plan(30, 10, 40, 20, missing_wh=7_200.0)


def test_of_equal_ones_the_earlier() -> None:
    """One of three."""
    assert [Span(0, HALF_S)] == plan(10, 10, 10, missing_wh=3_600.0)


def test_the_last_window_is_cut_to_five_minutes_rounded_up() -> None:
    """1 kWh takes 8 min 20 s, so 10 minutes; the dearest one is cut."""
    assert [Span(0, 600)] == plan(10, missing_wh=1_000.0)
    assert [Span(0, 600), Span(HALF_S, 2 * HALF_S)] == plan(30, 10, missing_wh=4_600.0)


def test_windows_are_clipped_to_now_and_to_when_it_must_be_ready() -> None:
    """From 00:20 to 01:10, and then there are no more."""
    found = plan(10, 10, 10, 10, missing_wh=60_000.0, now_s=1_200, ready_s=4_200)
    assert [Span(1_200, 1_800), Span(1_800, 3_600), Span(3_600, 4_200)] == found


def test_a_battery_that_covers_the_house_saves_its_import() -> None:
    """Two half hours of 1 kWh, each at 0.40."""
    assert 0.80 == pytest.approx(eur(ahead((0.40, 0.40))))
    assert -0.40 * (9.5 - 2) == pytest.approx(eur(ahead((0.40, 0.40)), stored_wh=10_000.0))


def test_a_held_battery_gives_nothing_and_stores_the_sun() -> None:
    """What is stored is worth the least price, less what it loses."""
    assert 0.40 == pytest.approx(eur(ahead((0.40,), held=True), stored_wh=10_000.0) + 0.40 * 9.5)
    assert -0.40 * 0.95 * 0.95 == pytest.approx(eur(ahead((0.40,), net_wh=-1_000.0, held=True)))


def test_it_is_filled_in_the_cheap_hours_where_that_pays() -> None:
    """A price four times as high does, the same price does not."""
    how = {"stored_wh": 0.0, "fill_w": 5_000.0, "gain_eur": 0.02}
    assert {10, 11} == fill_plan(frozenset(), ahead(CHEAP_THEN_DEAR), battery=BATTERY, **how)
    assert set() == fill_plan(frozenset(), ahead((0.30, 0.30, 0.31, 0.31)), battery=BATTERY, **how)


def test_a_plan_is_kept_unless_another_is_better_by_two_pence() -> None:
    """What is over is forgotten."""
    window = ahead(CHEAP_THEN_DEAR)
    gain = eur(window, 10) - eur(window, 10, 11)
    assert 0 < gain
    for gain_eur, fills in ((gain * 1.01, {10}), (gain * 0.99, {10, 11})):
        found = fill_plan(frozenset({9, 10}), window, stored_wh=0.0, battery=BATTERY, fill_w=5_000.0, gain_eur=gain_eur)
        assert fills == found
