"""The golden examples: whole calculations with their figures, as they are printed on paper.

A figure printed with n digits is met to half of its last digit; what can be exact is exact.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from lib.core import bill, quarter
from lib.core.capacity import Capacity, billed_w, month_charges, new_peak_eur
from lib.core.charges import NOTHING, Charges, Part, Used, plus, total_eur
from lib.core.cost import costs, fees, marginal, priced
from lib.core.counters import Amounts
from lib.core.house import House, target_w
from lib.core.peaks import MonthPeak, Peaks, month_of
from lib.core.quarter import Quarter
from lib.core.rates import parse_rates
from lib.core.tariff import Tariffs
from tests.conftest import NOON, RULES, local
from tests.core.prices import HOUR, NO_INDEX, QUARTER, drawn, electricity, index

IMEWO = 57.453
IMEWO_2026 = Capacity(eur_kw_year=IMEWO, max_eur_kwh=0.3472738, network_eur_kwh=0.0554236)
YEAR_KW = (1.8, 2.2, 2.5, 3.1, 4.0, 5.2, 6.4, 2.0, 2.4, 3.0, 3.6, 4.4)
DECEMBER = date(2025, 12, 1)

DYNAMIC: dict[str, Any] = {
    "vat": 0.06,
    "Electricity": {
        "+": {"formula": {"index": "day_ahead", "resolution": "PT15M", "factor": 0.001039, "base": 0.008702}},
        "-": {"formula": {"index": "day_ahead", "resolution": "PT15M", "factor": 0.001, "base": -0.013135, "vat": 0.0}},
        "adders": {
            "+": [
                {"name": "network", "eur_per_kwh": 0.0522864, "network": True},
                {"name": "excise", "blocks": [[20000, 0.04748], [50000, 0.04546], [None, 0.04478]], "per": "year"},
                {"name": "energy contribution", "eur_per_kwh": 0.0019261},
                {"name": "green and chp certificates", "eur_per_kwh": 0.01492},
            ]
        },
    },
}
WALLONIA = [
    {"name": "transport", "eur_per_kwh": 0.0274},
    {"name": "excise and energy contribution", "eur_per_kwh": 0.0523705},
    {"name": "green certificates", "eur_per_kwh": 0.03008},
    {"name": "connection fee", "eur_per_kwh": 0.00075},
]
IMPACT = {"name": "ORES distribution", "bands": {"PIC": 0.1657, "MEDIUM": 0.1083, "ECO": 0.0509}}
DAY_NIGHT: dict[str, Any] = {
    "Electricity": {
        "+": {"Day": 0.2653, "Night": 0.2433},
        "-": {"Day": 0.0167, "Night": 0.0167},
        "capacity": {"eur_per_kw_year": IMEWO, "max_eur_per_kwh": 0.3472738, "network_eur_per_kwh": 0.0554236},
        "fixed": [{"name": "supplier", "eur_per_year": 21.20}, {"name": "data management", "eur_per_year": 18.92}],
    },
}
WATER: dict[str, Any] = {
    "basis": 4.0,
    "comfort": 8.0,
    "persons": 3,
    "basis_m3": {"per_dwelling": 30, "per_person": 30},
    "fixed": [{"name": "integral bill", "eur_per_year": 100, "discount_per_person": 20, "max_persons": 5}],
}


def charged(amounts: Amounts, tariffs: Tariffs, at: datetime = NOON, used: Used | None = None) -> Charges:
    """What amounts of one quarter cost."""
    found = priced(amounts, at, at + QUARTER, used or Used(), tariffs, NO_INDEX)
    assert found is not None
    assert not found.provisional
    return found.charges


def peaks_w(*peaks_kw: float, last: date = DECEMBER) -> Mapping[date, float]:
    """Month peaks up to `last`, oldest first, in W by month."""
    months = [date(last.year, last.month - back, 1) for back in range(len(peaks_kw))]
    return dict(zip(months, [kw * 1000 for kw in reversed(peaks_kw)], strict=True))


def test_g1_the_simple_file() -> None:
    """28.70 day less 1.52 injected and 14.83 night cost 15.777 €; with 2 m³ gas and 0.3 m³ water 20.759 €."""
    tariffs = parse_rates(
        {
            "Gas": {"+": 1.576, "cnv": ["kWh", 11.51]},
            "Water": {"+": 6.1},
            "Electricity": {"+": {"Day": 0.4, "Night": 0.3}, "-": {"Day": 0.1, "Night": 0.1}},
        }
    )
    day = Amounts(import_wh={"1": 28_700, "2": 14_830}, export_wh={"1": 1_520, "2": 0}, gas_l=2000, water_l=300)
    euro = costs(charged(day, tariffs))
    assert euro.import_eur == pytest.approx({"1": 11.480, "2": 4.449}, abs=1e-9)
    assert euro.export_eur == pytest.approx({"1": 0.152}, abs=1e-9)
    assert euro.electricity_eur == pytest.approx(15.777, abs=1e-9)
    assert tariffs.on(date(2026, 1, 1)).gas_kwh_m3(date(2026, 1, 1)) == pytest.approx(23.02 / 2)
    assert euro.gas_eur == pytest.approx(3.152, abs=1e-9)
    assert euro.water_eur == pytest.approx(1.830, abs=1e-9)
    assert euro.total_eur == pytest.approx(20.759, abs=1e-9)


@pytest.mark.parametrize(
    ("eur_mwh", "import_eur", "export_eur"),
    [(100, 0.24296737, 0.086865), (0, 0.13283337, -0.013135), (-60, 0.06675297, -0.073135)],
)
def test_g2_the_dynamic_file(eur_mwh: float, import_eur: float, export_eur: float) -> None:
    """All that goes by the kWh, with VAT on import and none on export; below 13.135 €/MWh one pays to inject."""
    tariffs, prices = parse_rates(DYNAMIC), index(NOON, eur_mwh)
    kwh = Amounts(import_wh={"1": 1000}, export_wh={"1": 1000})
    found = priced(kwh, NOON, NOON + QUARTER, Used(), tariffs, prices)
    assert found is not None
    euro = costs(found.charges)
    assert euro.import_eur == pytest.approx({"1": import_eur}, abs=1e-9)
    assert euro.export_eur == pytest.approx({"1": export_eur}, abs=1e-9)
    next_kwh = marginal(tariffs, NOON, register="1", used=Used(), index=prices)
    assert next_kwh == pytest.approx((import_eur, export_eur), abs=1e-9)


def test_g2_where_import_and_export_are_free() -> None:
    """Import costs nothing at -120.61 €/MWh, export earns nothing at 13.135."""
    tariffs = parse_rates(DYNAMIC)
    taken = marginal(tariffs, NOON, register="1", used=Used(), index=index(NOON, -120.61))
    given = marginal(tariffs, NOON, register="1", used=Used(), index=index(NOON, 13.135))
    assert taken.import_eur_kwh == pytest.approx(0, abs=0.005 * 0.001039 * 1.06)
    assert given.export_eur_kwh == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("resolution", "factor", "base", "cents"),
    [
        ("PT60M", 0.001019, 0.019591, [13.1681] * 4),
        ("PT15M", 0.001039, 0.008702, [9.1822, 11.2602, 13.3382, 15.4162]),
    ],
)
def test_g3_an_hourly_supplier_takes_the_mean_of_the_four(
    resolution: str, factor: float, base: float, cents: list[float]
) -> None:
    """Quarters at 80, 100, 120 and 140 €/MWh, by the hour and by the quarter."""
    tariffs = electricity({"formula": {"resolution": resolution, "factor": factor, "base": base}})
    prices = index(NOON, 80, 100, 120, 140)
    found = [marginal(tariffs, NOON + n * QUARTER, register="1", used=Used(), index=prices) for n in range(4)]
    assert [price.import_eur_kwh for price in found] == pytest.approx([one / 100 for one in cents], abs=1e-12)


def test_g3_with_vat() -> None:
    """13.1681 cents are 13.958186 with 6 % VAT."""
    formula = {"resolution": "PT60M", "factor": 0.001019, "base": 0.019591, "vat": 0.06}
    price = marginal(
        electricity({"formula": formula}), NOON, register=None, used=Used(), index=index(NOON, 80, 100, 120, 140)
    )
    assert price.import_eur_kwh == pytest.approx(0.13958186, abs=1e-12)


def year_eur(capacity: Capacity, *peaks_kw: float) -> float:
    """What a year at these peaks costs, without a maximum."""
    counted_w = billed_w(capacity, peaks_w(*peaks_kw), DECEMBER)
    return total_eur(month_charges(capacity, billed_w=counted_w, charges=NOTHING, import_wh=0, months=12))


def test_g4_the_floor_of_each_month_and_of_the_mean() -> None:
    """3.516667 kW cost 202.043 € a year, 16.837 a month; with the floor on the mean 3.383333 kW cost 194.383."""
    by_month, by_mean = Capacity(eur_kw_year=IMEWO), Capacity(eur_kw_year=IMEWO, floor_applies="mean")
    assert billed_w(by_month, peaks_w(*YEAR_KW), DECEMBER) == pytest.approx(42.2 / 12 * 1000)
    assert billed_w(by_mean, peaks_w(*YEAR_KW), DECEMBER) == pytest.approx(40.6 / 12 * 1000)
    assert year_eur(by_month, *YEAR_KW) == pytest.approx(202.043, abs=0.0005)
    assert year_eur(by_month, *YEAR_KW) / 12 == pytest.approx(16.837, abs=0.0005)
    assert year_eur(by_mean, *YEAR_KW) == pytest.approx(194.383, abs=0.0005)


def test_g4_what_a_lower_peak_saves() -> None:
    """One kW less of the highest saves 4.78775 €, 0.399 on each of 12 bills; a peak under the floor saves nothing."""
    capacity = Capacity(eur_kw_year=IMEWO)
    less = [5.4 if kw == 6.4 else kw for kw in YEAR_KW]
    assert year_eur(capacity, *YEAR_KW) - year_eur(capacity, *less) == pytest.approx(4.78775, abs=1e-9)
    low = [1.0 if kw == 2.2 else kw for kw in YEAR_KW]
    assert year_eur(capacity, *low) == year_eur(capacity, *YEAR_KW)
    july = date(2025, 7, 1)
    assert new_peak_eur(capacity, peaks_w(*less), july, 6400) == pytest.approx(4.78775, abs=1e-9)
    assert new_peak_eur(capacity, peaks_w(*low), date(2025, 2, 1), 2200) == 0


def test_g5_three_known_months() -> None:
    """4, 5 and 3 kW count as their mean of 4 kW, or as 2.875 kW where the other nine count the floor."""
    known = peaks_w(4.0, 5.0, 3.0)
    assert billed_w(Capacity(missing_months="mean"), known, DECEMBER) == pytest.approx(4000)
    assert billed_w(Capacity(missing_months="floor"), known, DECEMBER) == pytest.approx(2875)


@pytest.mark.parametrize(("kwh", "pay_eur"), [(2000, 398.112), (900, 312.546), (600, 208.364), (300, 143.633)])
def test_g6_the_maximum_tariff(kwh: int, pay_eur: float) -> None:
    """A year at 5 kW: idle at 2 000 kWh, it holds at 900 and 600, and at 300 the floor's price stays due."""
    due = month_charges(IMEWO_2026, billed_w=5000, charges=NOTHING, import_wh=kwh * 1000, months=12)
    assert total_eur(due) + kwh * 0.0554236 == pytest.approx(pay_eur, abs=0.0005)


@pytest.mark.parametrize(("power_w", "edge_kwh"), [(5000, 984.3), (2500, 492.1)])
def test_g6_the_edge(power_w: float, edge_kwh: float) -> None:
    """Where the maximum begins to hold: at 984.3 kWh a year for 5 kW, at 492.1 for 2.5 kW."""
    for kwh, lines in ((edge_kwh - 0.05, 2), (edge_kwh + 0.05, 1)):
        due = month_charges(
            Capacity(eur_kw_year=IMEWO, max_eur_kwh=0.3472738, network_eur_kwh=0.0554236, floor_w=0),
            billed_w=power_w,
            charges=NOTHING,
            import_wh=kwh * 1000,
            months=12,
        )
        assert lines == len(due)


def test_g7_the_edge_of_a_block() -> None:
    """After 19 998 kWh this year, 5 kWh are 2 at 5.03288 and 3 at 4.81876 cents."""
    blocks = [[20000, 0.0503288], [50000, 0.0481876], [None, 0.0474668]]
    tariffs = electricity(0, adders={"+": [{"name": "excise", "blocks": blocks}]})
    found = charged(drawn(5000), tariffs, used=Used(import_wh={"1": 12_998_000, "2": 7_000_000}))
    assert total_eur(found) == pytest.approx(0.2452204, abs=1e-12)


def impact() -> Tariffs:
    """The Walloon contract of three bands."""
    return electricity(
        {"PIC": 0.182, "MEDIUM": 0.1496, "ECO": 0.1011},
        bands={
            "PIC": [{"days": "all", "from": "17:00", "to": "22:00"}],
            "MEDIUM": [
                {"days": "all", "from": "07:00", "to": "11:00"},
                {"days": "all", "from": "22:00", "to": "01:00"},
            ],
            "ECO": "rest",
        },
        adders={"+": [IMPACT, *WALLONIA]},
    )


@pytest.mark.parametrize(
    ("at", "band", "eur_kwh"),
    [
        ("00:30", "MEDIUM", 0.3685005),
        ("00:59:59", "MEDIUM", 0.3685005),
        ("01:00", "ECO", 0.2626005),
        ("07:00", "MEDIUM", 0.3685005),
        ("11:00", "ECO", 0.2626005),
        ("16:59:59", "ECO", 0.2626005),
        ("17:00", "PIC", 0.4583005),
        ("22:00", "MEDIUM", 0.3685005),
    ],
)
@pytest.mark.parametrize("day", ["2026-11-18", "2026-11-22"])
def test_g8_impact(day: str, at: str, band: str, eur_kwh: float) -> None:
    """Three bands by the clock, every day of the week."""
    tariffs, instant = impact(), local(f"{day} {at}")
    assert band == tariffs.versions[0].band(instant, "1")
    price = marginal(tariffs, instant, register="1", used=Used(), index=NO_INDEX)
    assert price.import_eur_kwh == pytest.approx(eur_kwh, abs=1e-12)


def test_g8_bi_hourly() -> None:
    """Wallonia since 2026: on a Sunday too it is off-peak at 12:00 and peak at 18:00."""
    hours = [{"days": "all", "from": "07:00", "to": "11:00"}, {"days": "all", "from": "17:00", "to": "22:00"}]
    (tariff,) = electricity({"Day": 0.1417, "Night": 0.1197}, bands={"Day": hours, "Night": "rest"}).versions
    assert ("Night", "Day") == tuple(tariff.band(local(f"2026-11-22 {at}"), None) for at in ("12:00", "18:00"))


@pytest.mark.parametrize(
    ("at", "band"),
    [
        ("2026-11-16 06:59:59", "Night"),
        ("2026-11-16 07:00", "Day"),
        ("2026-11-16 21:59:59", "Day"),
        ("2026-11-16 22:00", "Night"),
        ("2026-11-21 12:00", "Night"),
    ],
)
def test_g9_day_and_night_by_the_clock(at: str, band: str) -> None:
    """Monday to Friday from 7 to 22 is day."""
    assert band == electricity({"Day": 0.4, "Night": 0.3}).versions[0].band(local(at), None)


@pytest.mark.parametrize(("holidays_as", "band"), [("weekday", "Day"), ("weekend", "Night")])
def test_g9_a_holiday(holidays_as: str, band: str) -> None:
    """Easter Monday 2024-04-01 is a day like others, or one of the weekend."""
    (tariff,) = electricity({"Day": 0.4, "Night": 0.3}, holidays_as=holidays_as).versions
    assert band == tariff.band(local("2024-04-01 12:00"), None)


def test_g9_the_meter_decides() -> None:
    """Register 2 counts at 14:00 on a Tuesday: it is night, and the clock cannot tell what comes next."""
    (tariff,) = electricity({"Day": 0.4, "Night": 0.3}).versions
    tuesday = local("2026-11-17 14:00")
    assert tariff.band(tuesday, "2") == "Night"
    assert tariff.next_change(tuesday, "2") is None


@pytest.mark.parametrize(
    ("start", "end", "quarters"),
    [
        ("2024-03-31", "2024-04-01", 92),
        ("2025-03-30", "2025-03-31", 92),
        ("2024-10-27", "2024-10-28", 100),
        ("2025-10-26", "2025-10-27", 100),
        ("2024-01-01", "2025-01-01", 35_136),
        ("2025-01-01", "2026-01-01", 35_040),
    ],
)
def test_g10_the_calendar(start: str, end: str, quarters: int) -> None:
    """A day in which the clock changes has 92 or 100 quarters; whatever it has, a flat load costs the same in parts."""
    first, last = local(f"{start} 00:00"), local(f"{end} 00:00")
    assert quarters == (last - first) // QUARTER
    bands = impact().versions[0].bands
    assert bands is not None
    pieces = bands.between(first, min(last, first + timedelta(days=2)))
    assert all(piece.start == quarter.start_of(piece.start) for piece in pieces)


def test_g10_a_quarter_belongs_to_the_local_month_in_which_it_starts() -> None:
    """The one from 2024-10-31T22:45Z is October's, the one from 23:00Z November's."""
    starts = [datetime(2024, 10, 31, 22, 45, tzinfo=UTC), datetime(2024, 10, 31, 23, tzinfo=UTC)]
    assert [date(2024, 10, 1), date(2024, 11, 1)] == [month_of(start + QUARTER) for start in starts]


def test_g11_a_month() -> None:
    """180 kWh day, 220 night, 50 injected, 3.516667 kW, 30 days: 120.579 €; the maximum is idle."""
    tariffs = parse_rates(DAY_NIGHT)
    (tariff,) = tariffs.versions
    assert tariff.capacity is not None
    month = Amounts(import_wh={"1": 180_000, "2": 220_000}, export_wh={"1": 50_000})
    charges = charged(month, tariffs)
    for day in range(30):
        charges = plus(charges, fees(date(2026, 4, 1 + day), tariffs))
    due = month_charges(tariff.capacity, billed_w=42_200 / 12, charges=charges, import_wh=400_000)
    lines = bill.lines(plus(charges, due))
    assert [
        ("energy", "Day", 47.754),
        ("energy", "Night", 53.526),
        ("injection", "Day", 0.835),
        ("supplier", "", 1.742),
        ("data management", "", 1.555),
        ("capacity tariff", "", 16.837),
    ] == [(line.name, line.band, round(line.eur, 3)) for line in lines]
    assert sum(line.eur for line in lines if line.part is Part.FIXED) == pytest.approx(3.298, abs=0.0005)
    assert bill.total_eur(lines) == pytest.approx(120.579, abs=0.0005)


@pytest.mark.parametrize(("persons", "year_eur"), [(3, 760), (6, 0 + 150 * 4)])
def test_g12_water(persons: int, year_eur: float) -> None:
    """100 - 60 + 120 × 4 + 30 × 8 for three persons; six have no fee, and 210 m³ at the basis price."""
    tariffs = parse_rates({**DAY_NIGHT, "Water": {**WATER, "persons": persons}})
    charges = charged(Amounts(water_l=150_000), tariffs)
    for day in range(365):
        due = fees(date(2026, 1, 1) + timedelta(days=day), tariffs)
        charges = plus(charges, {item: charge for item, charge in due.items() if item.part is Part.WATER})
    assert total_eur(charges) == pytest.approx(year_eur, abs=1e-9)


def test_g13_a_price_that_changes_at_new_year() -> None:
    """10 kWh on 31 December at 0.3214 and 5 kWh on 1 January at 0.40 are 5.214 €, in one go too."""
    old = {"Electricity": {"+": {"Day": 0.3214, "Night": 0.2225}, "-": {"Day": 0.1, "Night": 0.1}}}
    new = {"Electricity": {"+": {"Day": 0.4, "Night": 0.3}, "-": {"Day": 0.1, "Night": 0.1}}}
    tariffs = parse_rates({"versions": [{"valid_from": "2025-01-01", **old}, {"valid_from": "2026-01-01", **new}]})
    turn = local("2026-01-01 00:00")
    before, after = charged(drawn(10_000), tariffs, turn - QUARTER), charged(drawn(5_000), tariffs, turn)
    assert total_eur(before) + total_eur(after) == pytest.approx(5.214, abs=1e-9)
    across = priced(drawn(15_000), turn - 2 * HOUR, turn + HOUR, Used(), tariffs, NO_INDEX)
    assert across is not None
    assert total_eur(across.charges) == pytest.approx(5.214, abs=1e-9)


def test_g14_netting() -> None:
    """The day's surplus is lost, the night's 1 300 kWh cost 351 €; the prosumer tariff for 5 kVA is 300.60 €."""
    tariffs = electricity(
        {"Day": 0.29, "Night": 0.27},
        **{"-": "netting", "netting": {"period": "year", "per_register": True, "carry": False}},
        fixed=[{"name": "prosumer tariff", "eur_per_kva_year": 60.12, "kva": 5.0}],
    )
    year = Amounts(import_wh={"1": 2_000_000, "2": 1_500_000}, export_wh={"1": 2_300_000, "2": 200_000})
    assert costs(charged(year, tariffs)).electricity_eur == pytest.approx(351.00, abs=1e-9)
    fee = sum(total_eur(fees(date(2026, 1, 1) + timedelta(days=day), tariffs)) for day in range(365))
    assert fee == pytest.approx(300.60, abs=1e-9)


def test_g15_the_forecast() -> None:
    """0.684 + 1.470 × 510 / 900 is 1.517 kW, 7.260 under a month peak of 8.777."""
    forecast_w = quarter.forecast_w(684, 1470, 510)
    assert (round(forecast_w), round(8777 - forecast_w)) == (1517, 7260)


def test_g15_a_new_month_begins_at_the_floor() -> None:
    """After a first peak of 0.4 kW the quarter is compared with 2.5 kW."""
    month = date(2026, 11, 1)
    assert 2500 == target_w(House(peaks=Peaks(month=month, running=MonthPeak(month, 400.0))), RULES)


def test_g15_a_constant_load_is_forecast_all_quarter() -> None:
    """1.470 kW stays within 0.02 kW of itself."""
    now: Quarter | None = None
    for second in range(900):
        demand_w = 1470 * second // 900
        now = quarter.after(now, at=NOON + timedelta(seconds=second), grid_w=1470, gained_wh=None, demand_w=demand_w)
        assert now.forecast_w == pytest.approx(1470, abs=20)
