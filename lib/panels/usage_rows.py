"""The books → the rows of the usage table: a label and a figure for each period. Knows no width and no colour."""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.messages import Column, Rates, Usage, cents
from lib.panels.dates import clock
from lib.panels.look import MOST_EUR, Glyphs
from lib.panels.rates import register_name

BOOKED = ("1", "2", "total")  # registers that are shown also at zero; new Walloon meters print 3 to 5 without use

Figures = tuple[float | str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: a figure for each period, None where it is unknown, a text where it is no number.

    Attributes:
        group: rows of one group stand together.
        rank: in a small room those with the highest rank are left out.
        register: the tariff register it belongs to.

    """

    label: str
    figures: Figures
    group: int
    rank: int
    decimals: int = 2
    register: str | None = None
    total: bool = False


def usage_rows(usage: Usage, rates: Rates | None, register: str | None, glyphs: Glyphs, *, peaks: bool) -> list[Row]:
    """All rows, in order: energy and money by register, gas, water, the sum, and with `peaks` those of the days.

    register: the one that counts now. A meter that is not there has no rows.
    """
    columns = usage.columns
    ways = _ways(columns, register, glyphs)
    rows = [
        Row(
            label=f"{sign} {register_name(name)} kWh",
            figures=tuple(_kwh(column, name, taken=taken) for column in columns),
            group=0,
            rank=3,
            register=name,
        )
        for sign, name, taken in ways
    ]
    rows.append(
        Row(
            label=f"{glyphs.total} kWh",
            figures=tuple(_net_kwh(column) for column in columns),
            group=0,
            rank=1,
            total=True,
        )
    )
    rows += [
        Row(
            label=f"{sign} {glyphs.euro} {register_name(name)}",
            figures=tuple(_eur(column, name, taken=taken) for column in columns),
            group=1,
            rank=6,
            register=name,
        )
        for sign, name, taken in ways
    ]
    net_eur = tuple(_cents(column.costs.electricity_eur) if column.costs else None for column in columns)
    rows.append(Row(label=f"{glyphs.total} {glyphs.euro}", figures=net_eur, group=1, rank=1, total=True))
    rows += _volumes(columns, rates, glyphs)
    return [*rows, *_peaks(columns)] if peaks else rows


def _ways(columns: Sequence[Column], active: str | None, glyphs: Glyphs) -> list[tuple[str, str, bool]]:
    """Sign, register and whether it counts what is taken, for each register that the books know."""
    taken: dict[str, int] = {}
    injected: dict[str, int] = {}
    for column in columns:
        if column.amounts is not None:
            for known, counted in ((taken, column.amounts.import_wh), (injected, column.amounts.export_wh)):
                for register, wh in counted.items():
                    known[register] = known.get(register, 0) + abs(wh)
    used = {name for known in (taken, injected) for name, wh in known.items() if wh or name in {*BOOKED, active}}
    return [
        (sign, name, way)
        for name in sorted(used)
        for sign, way, known in (("+", True, taken), (glyphs.minus, False, injected))
        if name in known
    ]


def _kwh(column: Column, register: str, *, taken: bool) -> float | None:
    if column.amounts is None:
        return None
    wh = (column.amounts.import_wh if taken else column.amounts.export_wh).get(register)
    return None if wh is None else wh / 1000


def _net_kwh(column: Column) -> float | None:
    if column.amounts is None or not (column.amounts.import_wh or column.amounts.export_wh):
        return None
    return (sum(column.amounts.import_wh.values()) - sum(column.amounts.export_wh.values())) / 1000


def _eur(column: Column, register: str, *, taken: bool) -> float | None:
    """What a register's energy costs; nothing where it counted nothing, and unknown where it has no price."""
    if column.costs is None:
        return None
    eur = (column.costs.import_eur if taken else column.costs.export_eur).get(register)
    return 0.0 if eur is None and _kwh(column, register, taken=taken) == 0 else _cents(eur)


def _cents(eur: float | None) -> float | None:
    """Euro as every face shows them, to the cent."""
    return eur if eur is None or not abs(eur) < MOST_EUR else float(cents(eur))


def _volumes(columns: Sequence[Column], rates: Rates | None, glyphs: Glyphs) -> list[Row]:
    """Gas and water of the meters that are there, and all costs together."""
    gas_m3 = tuple(_m3(column.amounts.gas_l if column.amounts else None) for column in columns)
    water_m3 = tuple(_m3(column.amounts.water_l if column.amounts else None) for column in columns)
    gas_eur = tuple(_cents(column.costs.gas_eur) if column.costs else None for column in columns)
    water_eur = tuple(_cents(column.costs.water_eur) if column.costs else None for column in columns)
    kwh_m3 = rates.gas_kwh_m3 if rates else None
    gas_kwh = tuple(None if m3 is None or kwh_m3 is None else m3 * kwh_m3 for m3 in gas_m3)
    all_eur = tuple(_cents(column.costs.total_eur) if column.costs else None for column in columns)
    euro, cubic = glyphs.euro, glyphs.cubic
    rows = [
        Row(label=f"Gas {cubic}", figures=gas_m3, group=2, rank=2, decimals=3),
        Row(label="Gas kWh", figures=gas_kwh, group=2, rank=7),
        Row(label=f"Gas {euro}", figures=gas_eur, group=2, rank=5),
        Row(label=f"Water {cubic}", figures=water_m3, group=2, rank=2, decimals=3),
        Row(label=f"Water {euro}", figures=water_eur, group=2, rank=5),
    ]
    there = [row for row in rows if any(figure is not None for figure in row.figures)]
    if any(figures != (None,) * len(columns) for figures in (gas_eur, water_eur)):
        there.append(Row(label=f"{glyphs.total} {euro} all", figures=all_eur, group=2, rank=0, total=True))
    return there


def _m3(litres: int | None) -> float | None:
    return None if litres is None else litres / 1000


def _peaks(columns: Sequence[Column]) -> list[Row]:
    """The highest quarter of each day and when it began; longer periods have the panel of the months."""
    days = [column.name == "today" or column.name.startswith("day") for column in columns]
    kw = tuple(
        (None if column.peak_w is None else column.peak_w / 1000) if day else ""
        for column, day in zip(columns, days, strict=True)
    )
    at = tuple(
        (None if column.peak_start is None else clock(column.peak_start)) if day else ""
        for column, day in zip(columns, days, strict=True)
    )
    return [Row(label="Peak kW", figures=kw, group=3, rank=2), Row(label="Peak at", figures=at, group=3, rank=4)]
