"""rates.json → the price of a kWh, of a m³ and of the running register. Knows no file and no meter.

The simple form: what one kWh or m³ costs all in, in euro; injection (`-`) is what one kWh earns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from lib.core.stamp import BRUSSELS

DAY_STARTS = time(7)
DAY_ENDS = time(22)


class Register(StrEnum):
    """A tariff register of the meter, by the number it prints: Belgian meters count the day in 1, the night in 2."""

    DAY = "1"
    NIGHT = "2"


NAMES = {Register.DAY: "Day", Register.NIGHT: "Night"}


class RatesError(ValueError):
    """A key of the rates that cannot be used: says the key, the value and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """Prices by register, in €/kWh; gas and water in €/m³, None where the file has none."""

    import_eur_kwh: Mapping[str, float]
    export_eur_kwh: Mapping[str, float]
    gas_eur_m3: float | None = None
    gas_kwh_m3: float | None = None
    water_eur_m3: float | None = None


def parse_rates(rates: object) -> Tariff:
    """The tariff of a decoded rates.json. Raises RatesError."""
    electricity = _part(rates, "Electricity")
    gas = _part(rates, "Gas", missing={})
    water = _part(rates, "Water", missing={})
    for path, part, keys in (
        ("", rates, ("Electricity", "Gas", "Water")),
        ("Electricity.", electricity, ("+", "-")),
        ("Gas.", gas, ("+", "cnv")),
        ("Water.", water, ("+",)),
    ):
        _only(path, part, keys)
    return Tariff(
        import_eur_kwh=_registers(electricity, "+"),
        export_eur_kwh=_registers(electricity, "-", missing={"Day": 0.0, "Night": 0.0}),
        gas_eur_m3=_price(gas["+"], "Gas.+") if "+" in gas else None,
        gas_kwh_m3=_conversion(gas["cnv"]) if "cnv" in gas else None,
        water_eur_m3=_price(water["+"], "Water.+") if "+" in water else None,
    )


def _part(
    whole: object, key: str, *, path: str = "", missing: Mapping[str, object] | None = None
) -> Mapping[str, object]:
    if not isinstance(whole, Mapping):
        raise RatesError(f"{path or 'the file'}: {whole!r} is no group of keys, which stands in braces {{ }}")
    part = whole.get(key, missing)
    name = f"{path}.{key}".lstrip(".")
    if part is None:
        raise RatesError(f"{name}: is missing")
    if not isinstance(part, Mapping):
        raise RatesError(f"{name}: {part!r} is no group of keys, which stands in braces {{ }}")
    return part


def _only(path: str, part: object, keys: tuple[str, ...]) -> None:
    """What is not understood is refused: a price that lacks a part of the bill would be wrong without a word."""
    for key in part if isinstance(part, Mapping) else ():
        if key not in keys:
            raise RatesError(f"{path}{key}: is no key that is known here; {', '.join(keys)} are")


def _registers(
    electricity: Mapping[str, object], way: str, *, missing: Mapping[str, object] | None = None
) -> dict[str, float]:
    part = _part(electricity, way, path="Electricity", missing=missing)
    for name in NAMES.values():
        if name not in part:
            raise RatesError(f"Electricity.{way}.{name}: is missing")
    _only(f"Electricity.{way}.", part, tuple(NAMES.values()))
    return {register.value: _price(part[name], f"Electricity.{way}.{name}") for register, name in NAMES.items()}


def _price(value: object, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -10 <= value <= 100:
        raise RatesError(f"{key}: {value!r} is no price; a number of euro from -10 to 100, such as 0.32")
    return float(value)


def _conversion(value: object) -> float:
    match value:
        case ["kWh", int() | float() as kwh_m3] if not isinstance(kwh_m3, bool) and 5 <= kwh_m3 <= 15:
            return float(kwh_m3)
    raise RatesError(f'Gas.cnv: {value!r} is no conversion; ["kWh", kWh in one m³ from 5 to 15], such as ["kWh", 11.5]')


@dataclass(frozen=True, slots=True)
class DayHours:
    """When the day register counts: Monday to Friday between two local times. Some towns have 06:00 to 21:00.

    The meter decides what is counted where; this only tells what comes next.
    """

    starts: time = DAY_STARTS
    ends: time = DAY_ENDS

    def register(self, at: datetime) -> Register:
        """The register that these hours give at an instant."""
        local = at.astimezone(BRUSSELS)
        return Register.DAY if local.weekday() < 5 and self.starts <= local.time() < self.ends else Register.NIGHT

    def next_change(self, at: datetime, now: str) -> datetime | None:
        """When the register changes, UTC; None when the meter's register `now` is not the one of these hours."""
        if self.register(at) != now:
            return None
        local = at.astimezone(BRUSSELS)
        for days in range(4):
            for clock in (self.starts, self.ends):
                change = datetime.combine(local.date() + timedelta(days=days), clock, BRUSSELS).astimezone(at.tzinfo)
                if change > at and self.register(change) != now:
                    return change
        return None
