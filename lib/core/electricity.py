"""The group `Electricity` of the rates → price lines, bands and what decides the band. Knows no file and no fee."""

from collections.abc import Mapping
from datetime import date, time
from math import inf
from typing import NamedTuple

from lib.core.bands import Bands
from lib.core.formula import Formula, Price, Resolution
from lib.core.hours import bands_of, day_and_night
from lib.core.keys import Keys, Number, keys_of, month_of, shown
from lib.core.netting import Netting
from lib.core.tariff import REGISTERS, Block, Line, RatesError

EUR = Number("price", "euro", -10, 100, 0.32)
DEAR_EUR = 2.0  # no kWh has cost its household that: a price above it was copied in cents
FACTOR = Number("factor", "euro per kWh for each euro per MWh", 0, 0.01, 0.00104)
BASE = Number("base price", "euro per kWh", -1, 1, 0.0087)
INDEX = Number("mean of the index", "euro per MWh", -1000, 10_000, 95.31)
UPPER = Number("end of a block", "kWh per year", 0, 1e9, 20_000)
VAT = Number("rate of VAT", "", 0, 1, 0.06)
ENERGY, INJECTION = "energy", "injection"  # the supplier's own lines


class Electricity(NamedTuple):
    """What the group says of a kWh."""

    imported: tuple[Line, ...]
    exported: tuple[Line, ...]
    netting: Netting | None
    bands: Bands | None
    by_clock: bool
    registers: Mapping[str, str]


def vat_of(keys: Keys, usual: float) -> float:
    """What a price is multiplied with; usual: where the group says nothing."""
    if "vat" not in keys:
        return usual
    if keys.group["vat"] == "included":
        return 1.0
    return 1 + VAT.of(keys.group["vat"], keys.where("vat"), also=', or "included"')


def kwh_eur(value: object, where: str, notes: list[str], *, also: str = "") -> float:
    """The price of a kWh, checked; one that must be in cents is noted. Raises RatesError."""
    eur = EUR.of(value, where, also=also)
    if eur > DEAR_EUR:
        notes.append(f"{where}: {eur:g} is taken as euro per kWh; are cents meant? {eur:g} cents are {eur / 100:g}")
    return eur


def parse_electricity(keys: Keys, vat: float, day_hours: tuple[time, time]) -> Electricity:
    """The lines of a kWh. vat: what import prices are multiplied with. Raises RatesError."""
    free_holidays = keys.choice("holidays_as", "weekday", "weekend", missing="weekday") == "weekend"
    switch = keys_of(keys.group.get("tariff_switch", {}), keys.where("tariff_switch"), keys.notes)
    switch.only("source", "registers")
    registers = _registers(switch)
    adders = keys_of(keys.group.get("adders", {}), keys.where("adders"), keys.notes)
    adders.only("+", "-")
    bands = _bands(keys, adders, registers, day_hours, free_holidays=free_holidays)
    names = bands.names if bands else ()
    usual = "meter" if set(names) == {"Day", "Night"} else "clock"
    by_clock = switch.choice("source", "meter", "clock", missing=usual) == "clock"
    if names and not by_clock:
        _check_registers(switch, registers, names)
    prices = _Reader(names=names, registers=registers, free_holidays=free_holidays)
    netting = _netting(keys)
    supplier = Line(name=ENERGY, prices=prices.prices(keys, "+", vat))
    injected: Mapping[str, Price] = {"": 0.0}
    if "-" in keys and netting is None:
        injected = prices.prices(keys, "-", 1.0)
    found = Electricity(
        imported=(supplier, *prices.adders(adders, "+", vat, taken=ENERGY)),
        exported=(Line(name=INJECTION, prices=injected), *prices.adders(adders, "-", 1.0, taken=INJECTION)),
        netting=netting,
        bands=bands,
        by_clock=by_clock,
        registers=registers,
    )
    if netting is not None:
        _check_netting(keys, found, netting)
    return found


class _Reader(NamedTuple):
    """Reads prices of a tariff with these bands."""

    names: tuple[str, ...]
    registers: Mapping[str, str]
    free_holidays: bool

    def prices(self, keys: Keys, key: str, vat: float) -> dict[str, Price]:
        """A number, a formula, or one of both by register or band."""
        value = keys.value(key)
        if not isinstance(value, Mapping):
            also = ", or prices by band, or a formula in braces { }" + (', or "netting"' if key == "-" else "")
            return {"": kwh_eur(value, keys.where(key), keys.notes, also=also) * vat}
        group = keys.keys(key)
        if "formula" in group:
            group.only("formula")
            return {"": _formula(group, vat)}
        return self._by_band(group, self.names, vat)

    def adders(self, adders: Keys, way: str, vat: float, *, taken: str) -> list[Line]:
        """The lines beside the supplier's."""
        lines: list[Line] = []
        for row in adders.rows(way):
            row.only("name", "eur_per_kwh", "bands", "blocks", "per", "vat", "band_times", *["network"] * (way == "+"))
            name = row.text("name")
            if name == taken or name in {line.name for line in lines}:
                raise row.slip("name", "stands for another line already; each has a name of its own")
            own = vat_of(row, vat)
            bands = None
            prices: Mapping[str, Price] = {}
            blocks: tuple[Block, ...] = ()
            form = row.one_of("eur_per_kwh", "bands", "blocks")
            if "band_times" in row and form != "bands":
                raise RatesError(f"{row.where('band_times')}: stands without bands; it gives the hours of their names")
            if form == "eur_per_kwh":
                prices = {"": kwh_eur(row.value(form), row.where(form), row.notes) * own}
            elif form == "blocks":
                blocks = _blocks(row, own)
            else:
                if "band_times" in row:
                    bands = bands_of(row.keys("band_times"), free_holidays=self.free_holidays)
                prices = self._by_band(row.keys(form), bands.names if bands else self.names, own)
            network = way == "+" and row.yes("network", missing=False)
            lines.append(Line(name=name, prices=prices, blocks=blocks, bands=bands, network=network))
        return lines

    def _by_band(self, group: Keys, names: tuple[str, ...], vat: float) -> dict[str, Price]:
        """A price for each of the names, in their order."""
        prices: dict[str, Price] = {}
        if not group.group:
            raise RatesError(f"{group.path}: {{}} has no price; one at least")
        for key, value in group.group.items():
            name = key if key in names else self.registers.get(key, key)
            if name not in names:
                raise RatesError(f"{group.where(key)}: is no band that has hours; {' and '.join(names)} have")
            if name in prices:
                raise RatesError(f"{group.where(key)}: is a second price of {name}; one is enough")
            if isinstance(value, Mapping):
                formula = group.keys(key)
                formula.only("formula")
                prices[name] = _formula(formula, vat)
            else:
                also = ", or a formula in braces { }"
                prices[name] = kwh_eur(value, group.where(key), group.notes, also=also) * vat
        for name in names:
            if name not in prices:
                raise RatesError(f"{group.where(name)}: is missing")
        return {name: prices[name] for name in names}


def _formula(keys: Keys, vat: float) -> Formula:
    formula = keys.keys("formula")
    formula.only("index", "resolution", "factor", "base", "vat", "months")
    formula.choice("index", "day_ahead", missing="day_ahead")
    resolution = formula.choice("resolution", *(one.value for one in Resolution), missing=Resolution.QUARTER.value)
    own = vat_of(formula, vat)
    months: dict[date, float] = {}
    if "months" in formula:
        if resolution in {Resolution.QUARTER, Resolution.HOUR}:
            raise RatesError(
                f"{formula.where('months')}: stands beside {resolution}; only month_rlp and month_spp use it"
            )
        for key, value in formula.keys("months").group.items():
            months[month_key(key, formula.where("months"))] = INDEX.of(value, f"{formula.where('months')}.{key}")
    return Formula(
        factor=formula.number("factor", FACTOR) * own,
        base=(formula.number_or_none("base", BASE) or 0.0) * own,
        resolution=Resolution(str(resolution)),
        months=months,
    )


def month_key(key: object, where: str) -> date:
    """The first day of a month that is written as 2026-01. Raises RatesError."""
    month = month_of(key)
    if month is None:
        raise RatesError(f"{where}: {shown(key)} is no month; YYYY-MM, such as 2026-01")
    return month


def _blocks(row: Keys, vat: float) -> tuple[Block, ...]:
    """Prices up to amounts of energy per year, the last without end."""
    row.choice("per", "year", missing="year")
    blocks: list[Block] = []
    rows = row.items("blocks")
    for n, one in enumerate(rows):
        where = f"{row.where('blocks')}[{n}]"
        match one:
            case [upper, eur]:
                pass
            case _:
                raise RatesError(
                    f"{where}: {shown(one)} is no block; [upper kWh or null, euro per kWh], such as [20000, 0.05]"
                )
        if (upper is None) != (n == len(rows) - 1):
            raise RatesError(f"{where}: {shown(upper)} ends a block; null ends the last one, and no other")
        upper_wh = inf if upper is None else UPPER.of(upper, where) * 1000
        if upper_wh <= (blocks[-1].upper if blocks else 0.0):
            raise RatesError(f"{where}: {shown(upper)} ends a block; each ends above the one before")
        blocks.append(Block(upper_wh, kwh_eur(eur, where, row.notes) * vat))
    if not blocks:
        raise row.slip("blocks", "holds no block; one at least, such as [[20000, 0.05], [null, 0.048]]")
    return tuple(blocks)


def _registers(switch: Keys) -> Mapping[str, str]:
    """The band that each register counts."""
    given = switch.keys_or_none("registers")
    if given is None:
        return REGISTERS
    for register in given.group:
        if not (register.isascii() and register.isdigit()):
            raise RatesError(f'{given.path}: {shown(register)} is no register; its number, such as "1"')
    return {register: given.text(register) for register in given.group}


def _check_registers(switch: Keys, registers: Mapping[str, str], names: tuple[str, ...]) -> None:
    """Every register counts a band that there is."""
    for register, name in registers.items():
        if name in names:
            continue
        if "registers" not in switch:
            said = f'is missing; it names the band that each register counts, such as {{"1": "{names[0]}"}}'
            raise RatesError(f"{switch.where('registers')}: {said}")
        raise RatesError(f"{switch.where('registers')}.{register}: {shown(name)} is no band; {' and '.join(names)} are")


def _bands(
    keys: Keys, adders: Keys, registers: Mapping[str, str], day_hours: tuple[time, time], *, free_holidays: bool
) -> Bands | None:
    """The band table: as it is given, or that of Day and Night where prices have these names; None for one price."""
    if "bands" in keys:
        return bands_of(keys.keys("bands"), free_holidays=free_holidays)
    groups = [keys.group.get("+"), keys.group.get("-")]
    groups += [row.group.get("bands") for way in ("+", "-") for row in adders.rows(way) if "band_times" not in row]
    keyed = [key for group in groups if isinstance(group, Mapping) and "formula" not in group for key in group]
    names = list(dict.fromkeys(registers.get(key, key) for key in keyed))
    if not names:
        return None
    if {"Day", "Night"}.isdisjoint(names):
        raise RatesError(f"{keys.where('bands')}: is missing; it gives the hours of {' and '.join(names)[:200]}")
    return day_and_night(day_hours, free_holidays=free_holidays)


def _netting(keys: Keys) -> Netting | None:
    """The rules of netting, where injection is netted."""
    given = keys.keys_or_none("netting")
    if given is not None:
        given.only("period", "per_register", "carry")
        given.choice("period", "year", missing="year")
    rules = Netting(
        per_register=given is None or given.yes("per_register", missing=True),
        carry=given is not None and given.yes("carry", missing=False),
    )
    if keys.group.get("-") == "netting":
        return rules
    if given is not None:
        keys.notes.append(f'{given.path}: does nothing; it belongs to "-": "netting"')
    return None


def _check_netting(keys: Keys, found: Electricity, netting: Netting) -> None:
    """Netting goes by the year, and in money only by prices that the clock does not change."""
    for line in found.imported:
        for price in line.prices.values():
            if isinstance(price, Formula) and price.resolution in {Resolution.QUARTER, Resolution.HOUR}:
                said = f"goes by the year; a price by {price.resolution} cannot be netted"
                raise RatesError(f'{keys.where("-")}: "netting" {said}')
        clocked = line.bands is not None or (found.by_clock and "" not in line.prices and not line.blocks)
        if clocked and not netting.per_register:
            said = "false nets in money, which goes with registers of the meter and not with bands by the clock"
            raise RatesError(f"{keys.where('netting')}.per_register: {said}")
