"""A decoded rates.json → `Tariffs`: the simple form, and all that a Belgian bill holds. Knows no file and no meter.

The simple form: what one kWh or m³ costs all in, in euro; injection (`-`) is what one kWh earns. A key that cannot be
used is one sentence: its path, its value and what is allowed. All prices that come out include VAT.
"""

from datetime import date, time
from math import inf

from lib.core.capacity import Capacity
from lib.core.charges import Part
from lib.core.electricity import EUR, kwh_eur, month_key, parse_electricity, vat_of
from lib.core.keys import Keys, Number, day_of, keys_of, shown
from lib.core.tariff import Block, Fee, Gas, RatesError, Tariff, Tariffs, Water

HEAD = ("version", "currency", "timezone", "note")
VERSION = (*HEAD, "valid_from", "vat", "Electricity", "Gas", "Water")
YEARLY = Number("fee", "euro", 0, 100_000, 18.92)
KVA = Number("power", "kVA", 0, 1000, 5)
KW_YEAR = Number("price", "euro", 0, 1000, 57.45)
KW = Number("power", "kW", 0, 1000, 2.5)
KWH_M3 = Number("conversion", "kWh in one m³", 5, 15, 11.5)
M3 = Number("volume", "m³ per year", 0, 10_000, 30)
KW_PEAK = Number("month peak", "kW", 0, 1000, 4.2)
DAY_HOURS = (time(7), time(22))
BASIS_M3 = 30.0  # Flanders: per dwelling, and again per person


def parse_rates(rates: object, *, day_hours: tuple[time, time] = DAY_HOURS) -> Tariffs:
    """The tariffs of a decoded rates.json. Raises RatesError.

    day_hours: local times, Monday to Friday, between which it is day where the prices are named Day and Night and the
    file gives no `bands`. What is not understood but harmless stands in `Tariffs.warnings`. The first version also
    prices the days before it.
    """
    notes: list[str] = []
    file = keys_of(rates, "", notes)
    _check_head(file)
    if "versions" not in file:
        return Tariffs(versions=(_version(file, day_hours),), warnings=tuple(notes))
    file.only(*VERSION, "versions")
    for key in file.group:
        if key in VERSION and key not in HEAD:
            raise RatesError(f"{key}: stands beside versions; it belongs into each of them")
    rows = file.rows("versions")
    if not rows:
        raise file.slip("versions", "holds no version; one at least")
    versions = [_version(row, day_hours) for row in rows]
    starts: list[date | None] = []
    for row, version in zip(rows, versions, strict=True):
        if version.valid_from is None and len(rows) > 1:
            raise RatesError(
                f"{row.where('valid_from')}: is missing; each of several versions has one, such as 2026-01-01"
            )
        if version.valid_from in starts:
            raise row.slip("valid_from", "is the first day of another version too; each has one of its own")
        starts.append(version.valid_from)
    ordered = sorted(versions, key=lambda version: version.valid_from or date.min)
    return Tariffs(versions=tuple(ordered), warnings=tuple(notes))


def _check_head(keys: Keys) -> None:
    """What tells of the file itself."""
    keys.choice("version", 2, missing=2)
    keys.choice("currency", "EUR", missing="EUR")
    keys.choice("timezone", "Europe/Brussels", missing="Europe/Brussels")
    if not isinstance(keys.group.get("note", ""), str):
        raise keys.slip("note", "is no text, which stands in quotes")


def _version(keys: Keys, day_hours: tuple[time, time]) -> Tariff:
    """One complete object."""
    _check_head(keys)
    keys.only(*VERSION)
    valid_from = None
    if "valid_from" in keys:
        valid_from = day_of(keys.group["valid_from"])
        if valid_from is None:
            raise keys.slip("valid_from", "is no day; YYYY-MM-DD, such as 2026-01-01")
    vat = vat_of(keys, 1.0)
    group = keys.keys("Electricity")
    group.only("+", "-", "netting", "tariff_switch", "bands", "holidays_as", "adders", "fixed", "capacity")
    electricity = parse_electricity(group, vat, day_hours)
    network = frozenset(line.name for line in electricity.imported if line.network)
    gas, gas_fees = _gas(keys_of(keys.group.get("Gas", {}), keys.where("Gas"), keys.notes), vat)
    water, water_fees = _water(keys_of(keys.group.get("Water", {}), keys.where("Water"), keys.notes), vat)
    return Tariff(
        imported=electricity.imported,
        exported=electricity.exported,
        valid_from=valid_from,
        netting=electricity.netting,
        bands=electricity.bands,
        by_clock=electricity.by_clock,
        registers=electricity.registers,
        fees=(*(_fee(row, Part.FIXED, vat) for row in _named(group)), *gas_fees, *water_fees),
        capacity=_capacity(group.keys("capacity"), vat, network) if "capacity" in group else None,
        gas=gas,
        water=water,
    )


def _named(keys: Keys, *, taken: str = "") -> tuple[Keys, ...]:
    """The rows of `fixed`, each with a name of its own; taken: the name of what is counted."""
    rows = keys.rows("fixed")
    names = {taken}
    for row in rows:
        name = row.text("name")
        if name in names:
            raise row.slip("name", "stands for another line already; each has a name of its own")
        names.add(name)
    return rows


def _fee(row: Keys, part: Part, vat: float, *, persons: int | None = None) -> Fee:
    """A line that is due each day; persons: of a dwelling whose fee falls with them."""
    row.only(
        *("name", "eur_per_year", "eur_per_month", "eur_per_kva_year", "kva", "vat"),
        *(("discount_per_person", "max_persons") if persons is not None else ()),
    )
    name, own = row.text("name"), vat_of(row, vat)
    form = row.one_of("eur_per_year", "eur_per_month", "eur_per_kva_year")
    eur = row.number(form, YEARLY) * own
    if form == "eur_per_kva_year":
        eur *= row.number("kva", KVA)
    elif "kva" in row:
        raise RatesError(f"{row.where('kva')}: stands without eur_per_kva_year; the fee would not go by it")
    if persons is not None and "discount_per_person" in row:
        counted = min(persons, row.count("max_persons", 0, 100, missing=100))
        discount_eur = row.number("discount_per_person", YEARLY) * own * counted  # of a year
        eur = max(0.0, eur - (discount_eur / 12 if form == "eur_per_month" else discount_eur))
    if form == "eur_per_month":
        return Fee(part=part, name=name, eur_month=eur)
    return Fee(part=part, name=name, eur_year=eur)


def _capacity(keys: Keys, vat: float, network: frozenset[str]) -> Capacity:
    keys.only(
        *("eur_per_kw_year", "floor_kw", "floor_applies", "window_months", "missing_months"),
        *("max_eur_per_kwh", "network_eur_per_kwh", "history", "vat"),
    )
    own = vat_of(keys, vat)
    prices = {
        key: None if (eur := keys.number_or_none(key, number)) is None else eur * own
        for key, number in (("eur_per_kw_year", KW_YEAR), ("max_eur_per_kwh", EUR), ("network_eur_per_kwh", EUR))
    }
    if prices["eur_per_kw_year"] is None:
        keys.notes.append(f"{keys.where('eur_per_kw_year')}: is missing; the month peaks have no price")
    if prices["max_eur_per_kwh"] is not None and not network and prices["network_eur_per_kwh"] is None:
        hint = 'mark the network\'s adder with "network": true, or give network_eur_per_kwh'
        keys.notes.append(f"{keys.where('max_eur_per_kwh')}: counts no network kWh; {hint}")
    if network and prices["network_eur_per_kwh"] is not None:
        hint = f"{' and '.join(sorted(network))} is marked as network"
        keys.notes.append(f"{keys.where('network_eur_per_kwh')}: does nothing; {hint}")
    usual = Capacity()
    floor_kw = keys.number_or_none("floor_kw", KW)
    return Capacity(
        eur_kw_year=prices["eur_per_kw_year"],
        floor_w=usual.floor_w if floor_kw is None else floor_kw * 1000,
        floor_applies="mean" if keys.choice("floor_applies", "month", "mean", missing="month") == "mean" else "month",
        window_months=keys.count("window_months", 1, 60, missing=usual.window_months),
        missing_months="floor" if keys.choice("missing_months", "mean", "floor", missing="mean") == "floor" else "mean",
        max_eur_kwh=prices["max_eur_per_kwh"],
        network_eur_kwh=prices["network_eur_per_kwh"],
        network_lines=network,
        history=_history(keys),
    )


def _history(keys: Keys) -> dict[date, float]:
    """Month peaks in W."""
    history: dict[date, float] = {}
    for n, row in enumerate(keys.items("history") if "history" in keys else []):
        where = f"{keys.where('history')}[{n}]"
        match row:
            case [month, peak_kw]:
                first = month_key(month, where)
            case _:
                raise RatesError(f'{where}: {shown(row)} is no month peak; ["YYYY-MM", kW], such as ["2025-11", 4.2]')
        if first in history:
            raise RatesError(f"{where}: {month!r} stands twice; each month has one peak")
        history[first] = KW_PEAK.of(peak_kw, where) * 1000
    return history


def _gas(keys: Keys, vat: float) -> tuple[Gas, list[Fee]]:
    keys.only("+", "per", "cnv", "fixed", "vat")
    own = vat_of(keys, vat)
    per_kwh = keys.choice("per", "m3", "kWh", missing="m3") == "kWh"
    if per_kwh and "cnv" not in keys:
        raise RatesError(f'{keys.where("cnv")}: is missing; a price per kWh needs it, such as ["kWh", 11.5]')
    eur = keys.number_or_none("+", EUR)
    if per_kwh and eur is not None:
        kwh_eur(eur, keys.where("+"), keys.notes)
    gas = Gas(
        eur=None if eur is None else eur * own,
        per_kwh=per_kwh,
        kwh_m3=_conversion(keys) if "cnv" in keys else None,
    )
    return gas, [_fee(row, Part.GAS, own) for row in _named(keys, taken="gas")]


def _conversion(keys: Keys) -> float | dict[date, float]:
    where = keys.where("cnv")
    match keys.group["cnv"]:
        case ["kWh", kwh_m3]:
            return KWH_M3.of(kwh_m3, where)
        case {} as months if months:
            return {month_key(key, where): KWH_M3.of(value, f"{where}.{key}") for key, value in months.items()}
    said = 'is no conversion; ["kWh", kWh in one m³], such as ["kWh", 11.5], or by month, such as {"2026-01": 11.48}'
    raise keys.slip("cnv", said)


def _water(keys: Keys, vat: float) -> tuple[Water | None, list[Fee]]:
    keys.only("+", "basis", "comfort", "basis_m3", "persons", "fixed", "vat")
    own = vat_of(keys, vat)
    persons = keys.count("persons", 0, 100, missing=1)
    rows = _named(keys, taken="water")
    if "persons" not in keys and ("basis" in keys or any("discount_per_person" in row for row in rows)):
        keys.notes.append(f"{keys.where('persons')}: is missing; 1 is taken")
    fees = [_fee(row, Part.WATER, own, persons=persons) for row in rows]
    if "+" in keys:
        if "basis" in keys or "comfort" in keys:
            raise RatesError(f"{keys.where('+')}: stands beside basis or comfort; one price, or these two")
        return Water(blocks=(Block(inf, keys.number("+", EUR) * own),)), fees
    if "basis" not in keys and "comfort" not in keys:
        return None, fees
    basis = keys.number("basis", EUR)
    comfort = keys.number_or_none("comfort", EUR)
    volumes = keys_of(keys.group.get("basis_m3", {}), keys.where("basis_m3"), keys.notes)
    volumes.only("per_dwelling", "per_person")
    per_dwelling, per_person = (
        BASIS_M3 if (m3 := volumes.number_or_none(key, M3)) is None else m3 for key in ("per_dwelling", "per_person")
    )
    edge_l = (per_dwelling + per_person * persons) * 1000
    above = Block(inf, (2 * basis if comfort is None else comfort) * own)  # the Flemish rule: comfort costs double
    return Water(blocks=(Block(edge_l, basis * own), above)), fees
