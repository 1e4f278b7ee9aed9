"""The rates: what they cost, when they change, and what a slip in the file is answered with."""

from typing import Any

import pytest

from lib.core.tariff import DayHours, RatesError, Register, parse_rates
from tests.conftest import SIMPLE, local


def simple(**changed: Any) -> dict[str, Any]:
    """The simple rates.json with some keys changed."""
    rates: dict[str, Any] = {
        "Gas": {"+": 1.576, "cnv": ["kWh", 11.51]},
        "Water": {"+": 6.1},
        "Electricity": {"+": {"Day": 0.4, "Night": 0.3}, "-": {"Day": 0.1, "Night": 0.1}},
    }
    return rates | changed


def test_the_simple_file_is_understood() -> None:
    """Register 1 is day, register 2 is night; gas costs per m³ and is shown in kWh."""
    assert parse_rates(simple()) == SIMPLE


def test_a_house_without_gas_and_water_has_no_such_price() -> None:
    """Missing groups are no price, not a price of zero."""
    tariff = parse_rates({"Electricity": simple()["Electricity"]})
    assert tariff.gas_eur_m3 is None
    assert tariff.water_eur_m3 is None


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ([], "the file: [] is no group of keys"),
        ({}, "Electricity: is missing"),
        (simple(Electricity={"+": {"Day": 0.4}}), "Electricity.+.Night: is missing"),
        (simple(Electricity={"+": {"Day": "0.4", "Night": 0.3}}), "Electricity.+.Day: '0.4' is no price"),
        (simple(Electricity={"+": {"Day": True, "Night": 0.3}}), "Electricity.+.Day: True is no price"),
        (simple(Electricity={"+": {"Day": 400, "Night": 0.3}}), "Electricity.+.Day: 400 is no price"),
        (simple(Electricity={"+": 0.4}), "Electricity.+: 0.4 is no group of keys"),
        (simple(Gas={"+": 1.5, "cnv": 11.5}), "Gas.cnv: 11.5 is no conversion"),
        (simple(Water={"+": None}), "Water.+: None is no price"),
        (simple(Gaz={"+": 1.5}), "Gaz: is no key that is known here; Electricity, Gas, Water are"),
        (simple(vat=0.06), "vat: is no key that is known here"),
        (simple(Gas={"+": 1.5, "per": "kWh"}), "Gas.per: is no key that is known here; +, cnv are"),
        (simple(Electricity={"+": {"Day": 0.4, "Night": 0.3, "Dusk": 0.2}}), "Electricity.+.Dusk: is no key"),
    ],
)
def test_a_slip_names_the_key_the_value_and_what_is_allowed(rates: object, said: str) -> None:
    """The owner reads one sentence and knows what to mend."""
    with pytest.raises(RatesError) as slip:
        parse_rates(rates)
    assert str(slip.value).startswith(said)


@pytest.mark.parametrize(
    ("now", "register", "change"),
    [
        ("2026-11-20 06:59:59", Register.NIGHT, "2026-11-20 07:00"),
        ("2026-11-20 07:00", Register.DAY, "2026-11-20 22:00"),
        ("2026-11-20 21:59:59", Register.DAY, "2026-11-20 22:00"),
        ("2026-11-20 22:00", Register.NIGHT, "2026-11-23 07:00"),  # a Friday: the weekend is night
        ("2026-11-22 12:00", Register.NIGHT, "2026-11-23 07:00"),
        ("2026-03-29 01:30", Register.NIGHT, "2026-03-30 07:00"),  # the clock goes forward
    ],
)
def test_the_day_hours_tell_what_comes_next(now: str, register: Register, change: str) -> None:
    """Monday to Friday from 7 to 22 is day, by Brussels time."""
    hours = DayHours()
    assert hours.register(local(now)) == register
    assert hours.next_change(local(now), register) == local(change)


def test_a_meter_with_other_hours_has_no_known_next_change() -> None:
    """The meter decides: when it counts night at noon, these hours are not its hours."""
    assert DayHours().next_change(local("2026-11-20 12:00"), Register.NIGHT) is None
