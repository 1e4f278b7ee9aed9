"""The tariff of a day: which version, which band, what comes next, and the prices of gas and water."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.charges import Part, Used
from lib.core.tariff import Block, Fee, Gas, Tariff, Tariffs, Water, block_eur, block_portions, next_eur
from tests.conftest import SIMPLE, local
from tests.core.prices import electricity, rates

BLOCKS = (Block(20_000_000, 0.05), Block(50_000_000, 0.04), Block(float("inf"), 0.03))
TUESDAY = local("2026-11-17 14:00")


@pytest.mark.parametrize(
    ("day", "from_day"),
    [
        ("2024-01-01", "2025-07-01"),  # before them all: the first
        ("2025-12-31", "2025-07-01"),
        ("2026-01-01", "2026-01-01"),
        ("2026-06-30", "2026-01-01"),
        ("2030-01-01", "2026-07-01"),
    ],
)
def test_each_day_has_its_version(day: str, from_day: str) -> None:
    """The last one that is valid then."""
    assert date.fromisoformat(from_day) == rates("versions").on(date.fromisoformat(day)).valid_from


def test_any_version_can_make_the_rates_dynamic() -> None:
    """Prices are needed as soon as one version goes by them."""
    dynamic = rates("dynamic_quarter").versions
    assert Tariffs(versions=(*SIMPLE.versions, *dynamic)).is_dynamic
    assert not rates("versions").is_dynamic


def test_the_meter_decides_which_band_counts() -> None:
    """Register 2 is night at any hour; without a register the clock tells."""
    (tariff,) = SIMPLE.versions
    assert ["Day", "Night", "Day"] == [tariff.band(TUESDAY, register) for register in ("1", "2", None)]


@pytest.mark.parametrize("register", ["3", "0", ""])
def test_a_register_without_a_band_counts_as_day(register: str) -> None:
    """A total, or a third tariff that the rates do not name."""
    (tariff,) = SIMPLE.versions
    assert "Day" == tariff.band(local("2026-11-21 12:00"), register)


def test_where_the_clock_decides_registers_do_not() -> None:
    """Three bands on a meter of two registers."""
    (tariff,) = rates("three_bands").versions
    assert {"LOW"} == {tariff.band(local("2026-07-14 14:00"), register) for register in ("1", "2", None)}
    assert ("PEAK", "MIDDLE", "LOW") == tariff.band_names


def test_one_price_has_no_band() -> None:
    """And nothing to come."""
    (tariff,) = electricity(0.3).versions
    assert ("", (), None) == (tariff.band(TUESDAY, "1"), tariff.band_names, tariff.next_change(TUESDAY, "1"))


@pytest.mark.parametrize(
    ("register", "change"),
    [
        (None, (local("2026-11-17 22:00"), "Night")),
        ("1", (local("2026-11-17 22:00"), "Night")),
        ("2", None),  # the meter has hours of its own
    ],
)
def test_what_comes_next(register: str | None, change: tuple[datetime, str] | None) -> None:
    """By the clock, as long as the meter agrees with it."""
    (tariff,) = SIMPLE.versions
    assert change == tariff.next_change(TUESDAY, register)


def test_a_line_may_have_hours_of_its_own() -> None:
    """The network's peak hours run beside a price without bands."""
    (tariff,) = rates("dynamic_hour").versions
    energy, network = tariff.imported
    start, end = local("2026-11-22 10:30"), local("2026-11-22 11:30")
    assert [""] == [piece.band for piece in tariff.pieces(start, end, "1", energy)]
    assert ["peak", "off-peak"] == [piece.band for piece in tariff.pieces(start, end, "1", network)]


@pytest.mark.parametrize(
    ("fee", "day", "eur"),
    [
        (Fee(part=Part.FIXED, name="a", eur_year=36.5), "2026-03-01", 0.1),
        (Fee(part=Part.FIXED, name="a", eur_year=36.6), "2028-03-01", 0.1),
        (Fee(part=Part.FIXED, name="a", eur_month=2.8), "2026-02-28", 0.1),
        (Fee(part=Part.FIXED, name="a", eur_month=3.1), "2026-12-31", 0.1),
    ],
)
def test_a_fee_is_due_day_by_day(fee: Fee, day: str, eur: float) -> None:
    """A year's by 365 or 366 days, a month's by its own."""
    assert fee.day_eur(date.fromisoformat(day)) == pytest.approx(eur)


def test_the_factor_of_gas_by_month() -> None:
    """A month that is not published yet goes by the newest before it, one before all by the first."""
    gas = Gas(eur=0.1, per_kwh=True, kwh_m3={date(2026, 1, 1): 11.3, date(2026, 3, 1): 11.5})
    days = [date(2025, 6, 1), date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 1), date(2027, 1, 1)]
    assert [11.3, 11.3, 11.3, 11.5, 11.5] == [gas.kwh_m3_on(day) for day in days]
    assert gas.eur_m3(days[-1]) == pytest.approx(1.15)


def test_the_factor_of_gas_is_only_shown_where_the_price_is_per_m3() -> None:
    """1.576 € a m³ stays 1.576 €."""
    (tariff,) = SIMPLE.versions
    day = date(2026, 1, 1)
    assert (1.576, 11.51) == (tariff.gas_eur_m3(day), tariff.gas_kwh_m3(day))


def test_the_next_litre_of_water() -> None:
    """Basis up to the year's edge, comfort from there on; None without a price."""
    tariff = Tariff(imported=(), exported=(), water=Water(blocks=(Block(90_000, 3.2), Block(float("inf"), 6.4))))
    assert [3.2, 6.4] == [tariff.water_eur_m3(Used(water_l=litres)) for litres in (89_999, 90_000)]
    assert Tariff(imported=(), exported=()).water_eur_m3(Used()) is None


@given(
    amounts=st.lists(st.floats(0, 1e8), min_size=3, max_size=3).map(sorted),
)
def test_blocks_add_up(amounts: list[float]) -> None:
    """What lies in the blocks is all there is, and two steps cost what one costs."""
    first, middle, last = amounts
    assert sum(block_portions(BLOCKS, first, last)) == pytest.approx(last - first, abs=1e-6)
    in_two = block_eur(BLOCKS, first, middle) + block_eur(BLOCKS, middle, last)
    assert in_two == pytest.approx(block_eur(BLOCKS, first, last), abs=1e-6)
    assert block_eur(BLOCKS, last, first) == pytest.approx(-block_eur(BLOCKS, first, last))


def test_at_the_edge_the_next_block_begins() -> None:
    """The kWh after 20 000 is the second block's first."""
    assert [0.05, 0.04, 0.03] == [next_eur(BLOCKS, wh) for wh in (19_999_999, 20_000_000, 9e9)]


def test_the_first_instant_of_a_version_is_local_midnight() -> None:
    """A day is a day in Brussels: 23:00 UTC in winter."""
    versions = rates("versions")
    turn = local("2026-01-01 00:00")
    assert 23 == turn.hour
    assert versions.on(date(2026, 1, 1)) is not versions.on(date(2026, 1, 1) - timedelta(days=1))
