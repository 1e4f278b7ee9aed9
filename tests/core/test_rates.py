"""The rates file: every form loads, VAT lands where it belongs, and a slip is one sentence with its path."""

import json
import os
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.charges import Part
from lib.core.formula import Formula, Resolution
from lib.core.netting import Netting
from lib.core.rates import parse_rates
from lib.core.tariff import Block, Line, RatesError, Tariff, Tariffs
from tests.conftest import SIMPLE_RATES, local
from tests.core.prices import OWN, electricity, rates
from tests.core.slips import NAMES, SLIPS, file, plus

CASES = os.environ.get("DM_CASES")
GIVEN = sorted((Path(CASES) / "homes" / "tariffs").glob("rates.*.json")) if CASES else []


@pytest.mark.parametrize("path", [*sorted(OWN.glob("*.json")), *GIVEN], ids=lambda path: path.name)
def test_every_example_loads_without_a_word(path: Path) -> None:
    """One file for each form of contract."""
    assert parse_rates(json.loads(path.read_text("utf-8"))).warnings == ()


@pytest.mark.skipif(not CASES, reason="DM_CASES is not set")
def test_the_given_examples_are_there() -> None:
    """An empty folder would make the test above pass for nothing."""
    assert GIVEN


def only(tariffs: Tariffs) -> Tariff:
    """The one version."""
    (tariff,) = tariffs.versions
    return tariff


def test_the_simple_file() -> None:
    """Two registers, Day and Night; the meter decides; nothing else."""
    tariff = only(parse_rates(SIMPLE_RATES))
    assert (Line(name="energy", prices={"Day": 0.4, "Night": 0.3}),) == tariff.imported
    assert (Line(name="injection", prices={"Day": 0.1, "Night": 0.1}),) == tariff.exported
    assert ("Day", "Night") == tariff.band_names
    assert not tariff.by_clock
    assert not tariff.is_dynamic
    assert tariff.capacity is None
    assert () == tariff.fees
    assert (1.576, 11.51) == (tariff.gas_eur_m3(date(2026, 1, 1)), tariff.gas_kwh_m3(date(2026, 1, 1)))


def test_a_house_without_gas_and_water_has_no_such_price() -> None:
    """Missing groups are no price, not a price of zero; injection that has no price earns nothing."""
    tariff = only(electricity(0.3))
    assert tariff.gas_eur_m3(date(2026, 1, 1)) is None
    assert tariff.water is None
    assert {"": 0.0} == tariff.exported[0].prices


def test_the_owners_day_hours_hold_where_the_file_has_none() -> None:
    """Some towns have 06:00 to 21:00."""
    tariff = only(parse_rates(SIMPLE_RATES, day_hours=(time(6), time(21))))
    assert "Day" == tariff.band(local("2026-11-20 06:00"), None)
    given = only(
        parse_rates(json.loads((OWN / "day_night_all_in.json").read_text("utf-8")), day_hours=(time(9), time(10)))
    )
    assert "Day" == given.band(local("2026-11-20 06:00"), None)


def test_vat_lies_on_import_and_fees_and_not_on_export() -> None:
    """A line's own VAT wins, `included` is none to add; adders of export have none unless they say so."""
    tariff = only(rates("dynamic_quarter"))
    energy, network, excise, certificates = tariff.imported
    assert {"": Formula(factor=0.00105 * 1.06, base=0.009 * 1.06)} == energy.prices
    assert {"": 0.051 * 1.06} == network.prices
    assert (Block(3_000_000, 0.05 * 1.06), Block(float("inf"), 0.04 * 1.06)) == excise.blocks
    assert {"": 0.0161} == certificates.prices
    injection, balancing = tariff.exported
    assert {"": Formula(factor=0.00098, base=-0.012)} == injection.prices
    assert {"": -0.002} == balancing.prices
    assert tariff.capacity is not None
    assert (51.5 * 1.06, 0.32 * 1.06) == (tariff.capacity.eur_kw_year, tariff.capacity.max_eur_kwh)
    assert {"network"} == tariff.capacity.network_lines
    assert pytest.approx(90 * 1.06) == tariff.fees[0].eur_year


def test_vat_lies_on_gas_and_water_too() -> None:
    """Unless their group says otherwise."""
    file = {"vat": 0.06, "Electricity": NAMES, "Gas": {"+": 1.5}, "Water": {"+": 5.0, "vat": "included"}}
    tariff = only(parse_rates(file))
    assert pytest.approx(1.59) == tariff.gas_eur_m3(date(2026, 1, 1))
    assert tariff.water is not None
    assert (Block(float("inf"), 5.0),) == tariff.water.blocks


def test_versions_come_in_order_of_their_days() -> None:
    """Whatever the order in the file; a register's number names its band as well."""
    found = rates("versions")
    assert [date(2025, 7, 1), date(2026, 1, 1), date(2026, 7, 1)] == [one.valid_from for one in found.versions]
    assert pytest.approx({"Day": 0.31 * 1.06, "Night": 0.21 * 1.06}) == found.versions[1].imported[0].prices


def test_capacity_and_fees_as_they_stand() -> None:
    """Floor, window and history in W; fees of the three services in one list."""
    tariff = only(rates("day_night_all_in"))
    capacity = tariff.capacity
    assert capacity is not None
    assert (2500.0, "mean", 12, "floor") == (
        *(capacity.floor_w, capacity.floor_applies),
        *(capacity.window_months, capacity.missing_months),
    )
    assert {date(2025, 11, 1): 4200.0, date(2025, 12, 1): 5050.0} == capacity.history
    assert [(Part.FIXED, "supplier"), (Part.FIXED, "data management"), (Part.GAS, "grid"), (Part.WATER, "bill")] == [
        (fee.part, fee.name) for fee in tariff.fees
    ]
    assert 60.0 == tariff.fees[-1].eur_year  # 100 less 20 for each of two persons


@pytest.mark.parametrize(("persons", "year_eur"), [(3, 40.0), (6, 0.0)])
def test_a_monthly_fee_falls_with_persons_too(persons: int, year_eur: float) -> None:
    """The discount is one of a year: € 8.33 a month less € 20 a year for each of at most five."""
    fee = {"name": "per dwelling", "eur_per_month": 100 / 12, "discount_per_person": 20, "max_persons": 5}
    tariff = only(parse_rates({**file(), "Water": {"+": 5.0, "persons": persons, "fixed": [fee]}}))
    days = (date(2026, 1, 1) + timedelta(days=day) for day in range(365))
    assert year_eur == pytest.approx(sum(tariff.fees[0].day_eur(day) for day in days), abs=1e-9)


def test_a_monthly_formula_for_each_register() -> None:
    """Variable contracts have one for the day and one for the night, with the means that are published."""
    tariff = only(rates("variable_month"))
    day = tariff.imported[0].prices["Day"]
    assert isinstance(day, Formula)
    assert (Resolution.MONTH_BY_LOAD, {date(2026, 1, 1): 101.5}) == (day.resolution, day.months)
    assert tariff.is_dynamic


def test_netting_and_its_rules() -> None:
    """By register and without carrying over, unless it is said otherwise."""
    assert Netting(per_register=False, carry=True) == only(rates("turning_back")).netting
    assert Netting(per_register=True, carry=False) == only(electricity(0.3, **{"-": "netting"})).netting


@pytest.mark.parametrize(
    ("file", "clock"),
    [
        ({"+": {"Day": 0.4, "Night": 0.3}}, False),
        ({"+": {"Day": 0.4, "Night": 0.3}, "tariff_switch": {"source": "clock"}}, True),
        ({"+": {"A": 0.4, "B": 0.3}, "bands": {"A": [{"to": "12:00"}], "B": "rest"}}, True),
        (
            {
                "+": {"A": 0.4, "B": 0.3},
                "bands": {"A": [{"to": "12:00"}], "B": "rest"},
                "tariff_switch": {"source": "meter", "registers": {"1": "A", "2": "B", "3": "A"}},
            },
            False,
        ),
    ],
)
def test_the_meter_decides_for_day_and_night_else_the_clock(file: dict[str, Any], clock: bool) -> None:
    """Unless the file says who does."""
    assert clock == only(parse_rates({"Electricity": file})).by_clock


@pytest.mark.parametrize(("wrong", "said"), SLIPS, ids=[said[:60] for _, said in SLIPS])
def test_a_slip_is_one_sentence(wrong: object, said: str) -> None:
    """The path of the key, its value, and what is allowed."""
    with pytest.raises(RatesError) as slip:
        parse_rates(wrong)
    assert said == str(slip.value)


@pytest.mark.parametrize(
    ("noted", "said"),
    [
        ({**file(), "Gaz": {"+": 1.5}}, "Gaz: is not known and does nothing; is Gas meant?"),
        (file(adder={}), "Electricity.adder: is not known and does nothing; is adders meant?"),
        (
            file(**{"+": {"formula": {"factor": 0.001}, "Day": 0.4}}),
            "Electricity.+.Day: is not known and does nothing; known are formula",
        ),
        (
            {"versions": [{**file(), "Elektricity": 1}]},
            "versions[0].Elektricity: is not known and does nothing; is Electricity meant?",
        ),
        (
            plus({"name": "a", "eur_per_kwh": 0.1, "netwrok": True}),
            "Electricity.adders.+[0].netwrok: is not known and does nothing; is network meant?",
        ),
        (file(netting={}), 'Electricity.netting: does nothing; it belongs to "-": "netting"'),
        (file(capacity={}), "Electricity.capacity.eur_per_kw_year: is missing; the month peaks have no price"),
        (
            file(capacity={"eur_per_kw_year": 50, "max_eur_per_kwh": 0.34}),
            (
                "Electricity.capacity.max_eur_per_kwh: counts no network kWh; "
                'mark the network\'s adder with "network": true, or give network_eur_per_kwh'
            ),
        ),
        (
            file(
                adders={"+": [{"name": "net", "eur_per_kwh": 0.05, "network": True}]},
                capacity={"eur_per_kw_year": 50, "network_eur_per_kwh": 0.05},
            ),
            "Electricity.capacity.network_eur_per_kwh: does nothing; net is marked as network",
        ),
        ({**file(), "Water": {"basis": 4}}, "Water.persons: is missing; 1 is taken"),
        (
            file(**{"+": {"Day": 28.4, "Night": 0.25}}),
            "Electricity.+.Day: 28.4 is taken as euro per kWh; are cents meant? 28.4 cents are 0.284",
        ),
        (
            file(**{"+": 31.2}),
            "Electricity.+: 31.2 is taken as euro per kWh; are cents meant? 31.2 cents are 0.312",
        ),
        (
            file(**{"-": 3.5}),
            "Electricity.-: 3.5 is taken as euro per kWh; are cents meant? 3.5 cents are 0.035",
        ),
        (
            plus({"name": "grid", "eur_per_kwh": 5.1}),
            "Electricity.adders.+[0].eur_per_kwh: 5.1 is taken as euro per kWh; are cents meant? 5.1 cents are 0.051",
        ),
        (
            plus({"name": "excise", "blocks": [[20_000, 5.03], [None, 0.05]]}),
            "Electricity.adders.+[0].blocks[0]: 5.03 is taken as euro per kWh; are cents meant? 5.03 cents are 0.0503",
        ),
        (
            {**file(), "Gas": {"+": 8.1, "per": "kWh", "cnv": ["kWh", 11.5]}},
            "Gas.+: 8.1 is taken as euro per kWh; are cents meant? 8.1 cents are 0.081",
        ),
    ],
)
def test_what_is_not_understood_is_told_and_does_not_stop(noted: object, said: str) -> None:
    """A key without meaning here is no reason not to start, nor is a price that must be one in cents."""
    assert (said,) == parse_rates(noted).warnings


def test_water_without_a_comfort_price_costs_double_above_the_basis() -> None:
    """The Flemish rule, with 30 m³ for the dwelling and 30 for each person."""
    tariff = only(parse_rates({**file(), "Water": {"basis": 4.0, "persons": 2}}))
    assert tariff.water is not None
    assert (Block(90_000, 4.0), Block(float("inf"), 8.0)) == tariff.water.blocks


WORDS = st.sampled_from(
    [
        *(
            "Day",
            "Night",
            "rest",
            "netting",
            "included",
            "day_ahead",
            "PT15M",
            "PT60M",
            "month_rlp",
            "month_spp",
            "all",
        ),
        *("Mon-Fri", "07:00", "22:00", "24:00", "04-01", "meter", "clock", "year", "kWh", "2026-01", "2026-01-01", "a"),
    ]
)
KEYS = st.sampled_from(
    [
        *("+", "-", "Day", "Night", "formula", "index", "resolution", "factor", "base", "months", "vat", "name", "kva"),
        *("eur_per_kwh", "bands", "blocks", "per", "network", "band_times", "days", "from", "to", "season", "source"),
        *(
            "registers",
            "1",
            "2026-01",
            "eur_per_year",
            "eur_per_month",
            "eur_per_kva_year",
            "history",
            "cnv",
            "persons",
        ),
    ]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from([0.3, 0.001, 12, 2.5]),
    WORDS,
    st.text(max_size=5),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


@st.composite
def mangled(draw: st.DrawFn) -> object:
    """One of our own files in which one or two values are replaced, removed or added."""
    found = json.loads(draw(st.sampled_from(sorted(OWN.glob("*.json")))).read_text("utf-8"))
    for _ in range(draw(st.integers(1, 2))):
        place = found
        while isinstance(place, list | dict) and place:
            key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[key], list | dict) or draw(st.booleans()):
                if draw(st.booleans()):
                    place[key] = draw(JSON)
                elif isinstance(place, dict):
                    place[draw(KEYS)] = place.pop(key)
                break
            place = place[key]
    return found


@given(found=st.one_of(JSON, mangled()))
@settings(max_examples=500, deadline=None)
def test_any_json_is_rates_or_a_sentence(found: object) -> None:
    """Whatever stands in the file, the answer is a tariff that knows its bands, or one sentence."""
    said = ""
    versions: tuple[Tariff, ...] = ()
    try:
        versions = parse_rates(found).versions
    except RatesError as slip:
        said = str(slip)
    assert len(said) < 400
    assert "\n" not in said
    for tariff in versions:
        assert tariff.band(local("2026-10-25 02:30"), None) in (*tariff.band_names, "")
        tariff.next_change(local("2026-10-25 02:30"), "1")
