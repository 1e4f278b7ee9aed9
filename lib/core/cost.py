"""Amounts × tariffs × index → what they cost, and what the next kWh costs. Knows no counter and no month peak.

What is not known, as tomorrow's index before it is published, has no price: None, never 0.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple

from lib.core.bands import midnight
from lib.core.charges import Charge, Charges, Item, Part, Used
from lib.core.counters import Amounts
from lib.core.formula import quote
from lib.core.netting import Drawn, Netting, chargeable_wh, net_wh, netted, opening, value
from lib.core.quarter import QUARTER, start_of
from lib.core.slots import Series
from lib.core.spans import Span, spans
from lib.core.stamp import BRUSSELS
from lib.core.tariff import Line, Tariff, Tariffs, block_eur, next_eur

GAS, WATER = Item(Part.GAS, "gas"), Item(Part.WATER, "water")  # no fee has these names
Entry = tuple[Item, Charge, bool]  # the bool: whether it goes by an estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """What an interval costs; provisional while a month's mean that it goes by is an estimate."""

    charges: Charges
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Euro of what was used, without fees and capacity; what is injected earns and stands as it is earned, positive."""

    import_eur: Mapping[str, float]
    export_eur: Mapping[str, float]
    gas_eur: float | None = None
    water_eur: float | None = None

    @property
    def electricity_eur(self) -> float:
        """Taken less injected."""
        return sum(self.import_eur.values()) - sum(self.export_eur.values())

    @property
    def total_eur(self) -> float:
        """Electricity, gas and water."""
        return self.electricity_eur + (self.gas_eur or 0.0) + (self.water_eur or 0.0)


class Marginal(NamedTuple):
    """What the next kWh costs to draw, and earns when injected, with all that goes by the kWh; None: not known."""

    import_eur_kwh: float | None
    export_eur_kwh: float | None


class PriceSlot(NamedTuple):
    """Marginal prices that hold from `start` up to `end`, UTC."""

    start: datetime
    end: datetime
    import_eur_kwh: float | None
    export_eur_kwh: float | None


_start = attrgetter("start")


def slot_at(slots: Sequence[PriceSlot], at: datetime) -> PriceSlot | None:
    """The slot that holds `at`; None where there is none. They are in order of time."""
    place = bisect_right(slots, at, key=_start) - 1
    return slots[place] if place >= 0 and at < slots[place].end else None


def priced(
    amounts: Amounts, since: datetime, until: datetime, used: Used, tariffs: Tariffs, index: Series
) -> Priced | None:
    """What an interval costs, up to a day or so; None while a value of the index that it needs is not known.

    used: what the local year had used before; index: day-ahead in €/MWh. Energy is taken as evenly spread, and the
    version of each local day prices its part. A register without energy is charged nothing and needs no index; gas and
    water meters that are there are charged also when it is 0. Two halves, the second with `used.plus(the first)`, cost
    what the whole costs. A year begins with nothing used, or with `netting.opening` where a surplus is carried.
    """
    booked: dict[Item, Charge] = {}
    provisional = False
    for span in spans(amounts, min(since, until), until, used, tariffs):
        for entry in _entries(span, index):
            if entry is None:
                return None
            item, charge, estimated = entry
            known = booked.get(item)
            booked[item] = charge if known is None else Charge(known[0] + charge[0], known[1] + charge[1])
            provisional = provisional or estimated
    return Priced(charges=booked, provisional=provisional)


def fees(day: date, tariffs: Tariffs) -> Charges:
    """The fixed lines of one local day, of electricity, gas and water."""
    return {Item(fee.part, fee.name): Charge(1.0, fee.day_eur(day)) for fee in tariffs.on(day).fees}


def costs(charges: Charges) -> Costs:
    """The euro by register; gas and water None where none was counted or priced. Fees and capacity are left out."""
    registers: dict[Part, dict[str, float]] = {Part.IMPORT: {}, Part.EXPORT: {}}
    volumes: dict[str, float] = {}
    for (part, name, _, register), (_, eur) in charges.items():
        if part in registers:
            registers[part][register] = registers[part].get(register, 0.0) + eur
        elif (part, name) in {GAS[:2], WATER[:2]}:
            volumes[name] = volumes.get(name, 0.0) + eur
    return Costs(
        import_eur=registers[Part.IMPORT],
        export_eur=registers[Part.EXPORT],
        gas_eur=volumes.get(GAS.name),
        water_eur=volumes.get(WATER.name),
    )


def marginal(tariffs: Tariffs, at: datetime, *, register: str | None, used: Used, index: Series) -> Marginal:
    """The price of the next kWh at an instant: at the edge of a block already the next block's.

    register: the one that counts now, None: by the clock, as for a forecast. Where export is netted it earns what it
    takes off the import, and nothing once the year is below zero, where import is free.
    """
    tariff = tariffs.on(at.astimezone(BRUSSELS).date())
    exported_wh, imported_wh = sum(used.export_wh.values()), float(sum(used.import_wh.values()))
    net = net_wh(used.import_wh, used.export_wh)
    if tariff.netting is not None:
        imported_wh = chargeable_wh(net, tariff.netting)
    exported = [_next_eur(tariff, line, at, register, exported_wh, index) for line in tariff.exported]
    imported = [_next_eur(tariff, line, at, register, imported_wh, index) for line in tariff.imported]
    if tariff.netting is None:
        return Marginal(_sum(imported), _sum(exported))
    levels = [_level(tariff, tariff.netting, line, at, register, net, index) for line in tariff.imported]
    drawn = [0.0 if level is not None and level < 0 else eur for eur, level in zip(imported, levels, strict=True)]
    saved = [0.0 if level is not None and level <= 0 else eur for eur, level in zip(imported, levels, strict=True)]
    return Marginal(_sum(drawn), _sum([*exported, *saved]))


def ahead(
    tariffs: Tariffs, start: datetime, end: datetime, *, index: Series, used: Used, at: datetime | None = None
) -> tuple[PriceSlot, ...]:
    """The prices from `start` to `end` by the clock, in quarters, of which equal neighbours are one.

    used: by `at`, which is now, or the start; the next local year begins with nothing, or what is carried into it.
    """
    slots: list[PriceSlot] = []
    new_year = date((at or start).astimezone(BRUSSELS).year + 1, 1, 1)
    turn, anew = midnight(new_year), opening(used, tariffs.on(new_year).netting)
    while start < end:
        until = min(end, start_of(start) + QUARTER)
        prices = marginal(tariffs, start, register=None, used=used if start < turn else anew, index=index)
        if slots and slots[-1][2:] == prices:
            slots[-1] = slots[-1]._replace(end=until)
        else:
            slots.append(PriceSlot(start, until, *prices))
        start = until
    return tuple(slots)


def _entries(span: Span, index: Series) -> Iterator[Entry | None]:
    """All that a span is charged; None for what has no known price."""
    used, before, tariff = span.used, span.before, span.tariff
    if tariff.netting is None:
        yield from _energy(Part.IMPORT, span, used.import_wh, before.import_wh, index)
    else:
        yield from _netted(span, tariff.netting, index)
    yield from _energy(Part.EXPORT, span, used.export_wh, before.export_wh, index)
    gas_eur = tariff.gas_eur_m3(span.start.astimezone(BRUSSELS).date())
    if used.gas_l is not None and gas_eur is not None:
        yield GAS, Charge(used.gas_l, used.gas_l / 1000 * gas_eur), False
    if used.water_l is not None and tariff.water is not None:
        for band, litres, eur in tariff.water.parts(before.water_l or 0, used.water_l):
            yield WATER._replace(band=band), Charge(litres, eur), False


def _energy(
    part: Part, span: Span, used_wh: Mapping[str, float], before_wh: Mapping[str, float], index: Series
) -> Iterator[Entry | None]:
    """What every line charges for the energy of the registers, each kWh on its own."""
    drawn = [Drawn(register, wh, span.start, span.end) for register, wh in used_wh.items() if wh]
    if not drawn:
        return
    for line in span.tariff.imported if part is Part.IMPORT else span.tariff.exported:
        if line.blocks:
            before, total = sum(before_wh.values()), sum(used_wh.values())
            eur_wh = block_eur(line.blocks, before, before + total) / total
            for one in drawn:
                yield Item(part, line.name, "", one.register), Charge(one.wh, one.wh * eur_wh), False
        else:
            for one in drawn:
                yield from _line(part, span.tariff, line, one, index)


def _netted(span: Span, netting: Netting, index: Series) -> Iterator[Entry | None]:
    """What every line charges for the change of the year's net energy; blocks on no register, they go by all of it."""
    before = net_wh(span.before.import_wh, span.before.export_wh)
    change = net_wh(span.used.import_wh, span.used.export_wh)
    if not any(change.values()):
        return
    after = {register: before.get(register, 0) + change.get(register, 0) for register in {**before, **change}}
    for line in span.tariff.imported:
        if line.blocks:
            least, most = chargeable_wh(before, netting), chargeable_wh(after, netting)
            yield Item(Part.IMPORT, line.name), Charge(most - least, block_eur(line.blocks, least, most)), False
            continue
        worth = None
        if not netting.per_register:
            worth = _worth(span.tariff, line, {**before, **change}, span.start, index)
            if worth is None:
                yield None
                return
        for one in netted(before, change, span.start, span.end, worth=worth):
            yield from _line(Part.IMPORT, span.tariff, line, one, index)


def _line(part: Part, tariff: Tariff, line: Line, drawn: Drawn, index: Series) -> Iterator[Entry | None]:
    """What a line with a price by band charges for the energy of one register."""
    length = drawn.end - drawn.start
    for band, start, end in tariff.pieces(drawn.start, drawn.end, drawn.register, line):
        price = quote(line.prices[band], start, end, index)
        if price is None:
            yield None
            return
        wh = drawn.wh * ((end - start) / length) if length else drawn.wh
        yield Item(part, line.name, band, drawn.register), Charge(wh, wh / 1000 * price.eur_kwh), price.estimated


def _worth(
    tariff: Tariff, line: Line, registers: Iterable[str], at: datetime, index: Series
) -> dict[str, float] | None:
    """The price of a line for each register at an instant; None while one is not known."""
    worth = {}
    for register in registers:
        price = quote(line.prices[tariff.pieces(at, at, register, line)[0].band], at, at, index)
        if price is None:
            return None
        worth[register] = price.eur_kwh
    return worth


def _next_eur(
    tariff: Tariff, line: Line, at: datetime, register: str | None, used_wh: float, index: Series
) -> float | None:
    """What the next kWh costs by one line; used_wh: what its blocks go by."""
    if line.blocks:
        return next_eur(line.blocks, used_wh)
    price = quote(line.prices[tariff.pieces(at, at, register, line)[0].band], at, at, index)
    return None if price is None else price.eur_kwh


def _level(
    tariff: Tariff,
    netting: Netting,
    line: Line,
    at: datetime,
    register: str | None,
    net: Mapping[str, float],
    index: Series,
) -> float | None:
    """What the year has come to by a line, below zero when more was injected than drawn.

    By the clock, where no register counts its band, any that counts at all may be the one: what may cost is not free.
    """
    if netting.per_register:
        band = tariff.band(at, None)
        counted = register or next((one for one, name in tariff.registers.items() if name == band), None)
        return max((wh for wh in net.values() if wh), default=0) if counted is None else net.get(counted, 0)
    if line.blocks:
        return sum(net.values())
    worth = _worth(tariff, line, net, at, index)
    return None if worth is None else round(value(net, worth), 6)  # a sum of euro that is zero on paper


def _sum(prices: Sequence[float | None]) -> float | None:
    """All together; None when one is not known."""
    known = [price for price in prices if price is not None]
    return sum(known) if len(known) == len(prices) else None
