"""The rates of one version, and all versions in order: what a kWh, a m³ and a day cost. Knows no file, no counter.

All prices include VAT. Injection earns: its prices are positive where one is paid.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import inf
from typing import NamedTuple

from lib.core.bands import Bands, Piece
from lib.core.capacity import Capacity
from lib.core.charges import Part, Used
from lib.core.formula import Formula, Price
from lib.core.netting import Netting

REGISTERS: Mapping[str, str] = {"1": "Day", "2": "Night"}  # Belgian meters count the day in 1; Dutch ones in 2


class RatesError(ValueError):
    """A key of the rates that cannot be used: says the key, the value and what is allowed."""


class Block(NamedTuple):
    """A price up to an amount per year; the last block has no end. Wh and €/kWh, or litres and €/m³."""

    upper: float
    eur: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the price of a kWh: a price by band ("" alone: one price), or blocks by the year's energy.

    Attributes:
        bands: its own hours, where they differ from those of the tariff.
        network: counts under the maximum of the capacity tariff.

    """

    name: str
    prices: Mapping[str, Price] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    bands: Bands | None = None
    network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What is due each day, however much is used."""

    part: Part
    name: str
    eur_year: float = 0.0
    eur_month: float = 0.0

    def day_eur(self, day: date) -> float:
        """The part of one local day: of the year's days, or of the month's."""
        year, month = date(day.year, 1, 1), day.replace(day=1)
        days_of_year = (date(day.year + 1, 1, 1) - year).days
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        return self.eur_year / days_of_year + self.eur_month / (following - month).days


@dataclass(frozen=True, slots=True, kw_only=True)
class Gas:
    """The price of gas, per m³ or per kWh, and the kWh in a m³: one number, or by the first day of the month."""

    eur: float | None = None
    per_kwh: bool = False
    kwh_m3: float | Mapping[date, float] | None = None

    def kwh_m3_on(self, day: date) -> float | None:
        """The factor of a day: its month's, until that is published the newest before it, else the first one known."""
        if not isinstance(self.kwh_m3, Mapping):
            return self.kwh_m3
        before = [month for month in self.kwh_m3 if month <= day]
        return self.kwh_m3[max(before) if before else min(self.kwh_m3)]

    def eur_m3(self, day: date) -> float | None:
        """What a m³ costs on a day."""
        if self.eur is None or not self.per_kwh:
            return self.eur
        factor = self.kwh_m3_on(day)
        return None if factor is None else self.eur * factor


@dataclass(frozen=True, slots=True, kw_only=True)
class Water:
    """Prices in €/m³ by the litres of the year: one block without end, or basis and comfort."""

    blocks: tuple[Block, ...]

    def parts(self, before_l: float, litres: float) -> tuple[tuple[str, float, float], ...]:
        """(band, litres, euro) of the next litres of a year: one price has the band "", else basis and comfort.

        No litre is one part, of € 0: that it costs nothing is known.
        """
        bands = ("",) if len(self.blocks) == 1 else ("basis", "comfort")
        portions, now = block_portions(self.blocks, before_l, before_l + litres), next_block(self.blocks, before_l)
        return tuple(
            (band, portion, portion / 1000 * block.eur)
            for band, portion, block in zip(bands, portions, self.blocks, strict=True)
            if portion or (not litres and block is now)
        )

    def eur_m3(self, used_l: float) -> float:
        """What the next m³ begins to cost."""
        return next_eur(self.blocks, used_l)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """One version of the rates, from the local day `valid_from` on; None: from the beginning.

    Attributes:
        imported, exported: the lines of the price of a kWh, the supplier's first.
        netting: what is injected is taken off what is drawn, over the year.
        bands: the hours of the bands; None where there is but one price.
        by_clock: the clock decides the band; else the meter does, and the clock only foretells.
        registers: the band that each register of the meter counts.

    """

    imported: tuple[Line, ...]
    exported: tuple[Line, ...]
    valid_from: date | None = None
    netting: Netting | None = None
    bands: Bands | None = None
    by_clock: bool = False
    registers: Mapping[str, str] = field(default_factory=lambda: REGISTERS)
    fees: tuple[Fee, ...] = ()
    capacity: Capacity | None = None
    gas: Gas = Gas()
    water: Water | None = None

    @property
    def is_dynamic(self) -> bool:
        """Whether some price goes by the day-ahead index."""
        return any(
            isinstance(price, Formula) for line in (*self.imported, *self.exported) for price in line.prices.values()
        )

    @property
    def band_names(self) -> tuple[str, ...]:
        """The bands in the order of the rates; none where there is but one price."""
        return self.bands.names if self.bands else ()

    def band(self, at: datetime, register: str | None) -> str:
        """The band in force; register: the one that counts now, None: by the clock. "" where there is one price."""
        return self.pieces(at, at, register)[0].band

    def next_change(self, at: datetime, register: str | None) -> tuple[datetime, str] | None:
        """When the clock brings another band, UTC, and which.

        None where there is one price, and where the meter counts another band than the clock tells: then it has hours
        of its own.
        """
        if self.bands is None or self.band(at, register) != self.bands.at(at):
            return None
        return self.bands.next_change(at)

    def pieces(
        self, start: datetime, end: datetime, register: str | None, line: Line | None = None
    ) -> tuple[Piece, ...]:
        """The bands from `start` to `end` for the energy of a register; line: as this line of the price has them.

        A register that has no band of its own (a total, a third one) counts as the day's, or as the first band.
        """
        if line is not None and "" in line.prices:
            return (Piece("", start, end),)
        if line is not None and line.bands is not None:
            return line.bands.between(start, end)
        if self.bands is None:
            return (Piece("", start, end),)
        if self.by_clock or register is None:
            return self.bands.between(start, end)
        names = self.bands.names
        usual = "Day" if "Day" in names else names[0]
        return (Piece(self.registers.get(register, usual), start, end),)

    def gas_kwh_m3(self, day: date) -> float | None:
        """The kWh in a m³ of gas, for display."""
        return self.gas.kwh_m3_on(day)

    def gas_eur_m3(self, day: date) -> float | None:
        """What a m³ of gas costs on a day; None without a price."""
        return self.gas.eur_m3(day)

    def water_eur_m3(self, used: Used) -> float | None:
        """What the next m³ of water costs after what the year has used; None without a price."""
        return None if self.water is None else self.water.eur_m3(used.water_l)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariffs:
    """All versions, by the day from which they are valid, and what the owner should know of the file."""

    versions: tuple[Tariff, ...]
    warnings: tuple[str, ...] = ()

    @property
    def is_dynamic(self) -> bool:
        """Whether some price goes by the day-ahead index."""
        return any(version.is_dynamic for version in self.versions)

    def on(self, day: date) -> Tariff:
        """The version of a local day; the first one also for the days before it."""
        if len(self.versions) == 1:
            return self.versions[0]
        later = bisect_right(self.versions, day, key=lambda version: version.valid_from or date.min)
        return self.versions[max(0, later - 1)]


def block_portions(blocks: tuple[Block, ...], before: float, after: float) -> list[float]:
    """How much of what lies between two amounts of a year falls in each block; negative where `after` is less."""
    portions, lower = [], 0.0
    for block in blocks:
        portions.append(min(max(after, lower), block.upper) - min(max(before, lower), block.upper))
        lower = block.upper
    return portions


def block_eur(blocks: tuple[Block, ...], before: float, after: float) -> float:
    """What lies between two amounts of a year costs, in Wh and €/kWh or litres and €/m³."""
    portions = block_portions(blocks, before, after)
    return sum(portion / 1000 * block.eur for portion, block in zip(portions, blocks, strict=True))


def next_block(blocks: tuple[Block, ...], used: float) -> Block:
    """The block at an amount of a year: at an edge already the next one."""
    return next(block for block in blocks if used < block.upper or block.upper == inf)


def next_eur(blocks: tuple[Block, ...], used: float) -> float:
    """The price at an amount of a year."""
    return next_block(blocks, used).eur
