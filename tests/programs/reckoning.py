"""What a home holds, added up by hand: decimal numbers, and nothing of the program's own but the shape of its tables.

In: a home whose program is dead. Out: sums, to be compared with the meter's counters. It looks at a copy, for whoever
opens the database mends it.
"""

import json
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from lib.sim.brussels import ZONE, micros
from lib.sim.meter import Display
from lib.sim.price_box import price_eur_mwh
from tests.programs.market import SEED

VAT = Decimal("1.06")
BLOCK_KWH = 900
DYNAMIC: Mapping[str, Any] = {
    "version": 2,
    "vat": 0.06,
    "Electricity": {
        "+": {"formula": {"index": "day_ahead", "resolution": "PT15M", "factor": 0.00104, "base": 0.0093}},
        "-": {"formula": {"index": "day_ahead", "resolution": "PT15M", "factor": 0.00097, "base": -0.0117}},
        "adders": {
            "+": [
                {"name": "network", "eur_per_kwh": 0.0517, "network": True},
                {"name": "excise", "blocks": [[BLOCK_KWH, 0.0475], [None, 0.0405]], "per": "year"},
            ]
        },
        "capacity": {"eur_per_kw_year": 54.2},
        "fixed": [{"name": "supplier", "eur_per_year": 91.25}],
    },
    "Gas": {"+": 0.0741, "per": "kWh", "cnv": ["kWh", 11.42]},
    "Water": {"+": 5.83},
}
SIMPLE: Mapping[str, Any] = {
    "Gas": {"+": 0.85},
    "Water": {"+": 6.1},
    "Electricity": {"+": {"Day": 0.4, "Night": 0.3}, "-": {"Day": 0.1, "Night": 0.08}},
}
QUARTER = timedelta(minutes=15)
COUNTERS = ("import_1", "import_2", "export_1", "export_2", "gas", "water")  # Wh and litres


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """One row. sums: by COUNTERS; eur: by part of the bill; None while its price is not known."""

    number: int
    since: datetime
    until: datetime
    is_open: bool
    is_gap: bool
    sums: tuple[int, ...]
    eur: Mapping[str, Decimal] | None

    @property
    def day(self) -> date:
        """The local day it counts for."""
        return self.since.astimezone(ZONE).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """All that stands in a home.

    Attributes:
        state: what SQLite itself says of the file.
        at: when the meter's counters were read that it has come to.
        days: the sums of each day by COUNTERS, and its euro without fees.
        months: the peaks of the months that are over, in W.

    """

    state: str
    at: datetime | None
    rows: tuple[Booked, ...] = ()
    days: Mapping[date, tuple[tuple[int, ...], Decimal]] = field(default_factory=dict)
    months: Mapping[date, float | None] = field(default_factory=dict)

    @classmethod
    def read(cls, database: Path) -> Self:
        """What the database holds, with all that stands in its log only."""
        with TemporaryDirectory(prefix="dm-look-") as folder:
            copy = Path(folder) / database.name
            for ending in ("", "-wal"):
                if (side := database.with_name(database.name + ending)).exists():
                    shutil.copyfile(side, copy.with_name(copy.name + ending))
            with closing(sqlite3.connect(copy)) as connection:
                return cls._read(connection)

    @classmethod
    def _read(cls, connection: sqlite3.Connection) -> Self:
        (state,) = connection.execute("PRAGMA quick_check").fetchone()
        rows = connection.execute("SELECT number, open, detail FROM rows ORDER BY number")
        days = [(json.loads(text), bool(is_open)) for text, is_open in connection.execute(
            "SELECT detail, open FROM days ORDER BY day"
        )]  # fmt: skip
        running = [day for day, is_open in days if is_open]
        return cls(
            state=state,
            at=_instant(running[0]["counters"]["at"]) if running else None,
            rows=tuple(_booked(number, bool(is_open), json.loads(text)) for number, is_open, text in rows),
            days={date.fromisoformat(day["day"]): _tallied(day) for day, _ in days},
            months={
                date.fromisoformat(month): peak_w
                for month, peak_w in connection.execute("SELECT month, peak_w FROM months ORDER BY month")
            },
        )

    @property
    def sums(self) -> tuple[int, ...]:
        """All that was ever counted, by COUNTERS."""
        return tuple(map(sum, zip(*(row.sums for row in self.rows), strict=True)))

    @property
    def priced(self) -> tuple[Booked, ...]:
        """The rows that are over and have a price."""
        return tuple(row for row in self.rows if row.eur is not None and not row.is_open)

    @property
    def eur(self) -> dict[str, Decimal]:
        """What they cost, by part of the bill."""
        return _added(row.eur or {} for row in self.priced)

    def day_sums(self) -> dict[date, tuple[tuple[int, ...], Decimal]]:
        """What the rows that are over say of each day."""
        found: dict[date, tuple[tuple[int, ...], Decimal]] = {}
        for row in self.rows:
            if not row.is_open:
                sums, eur = found.get(row.day, ((0,) * len(COUNTERS), Decimal(0)))
                more = _net_eur(row.eur or {})
                found[row.day] = tuple(map(sum, zip(sums, row.sums, strict=True))), eur + more
        return found


def shown(display: Display) -> tuple[int, ...]:
    """The meter's own counters, by COUNTERS."""
    return (*display.taken_wh, *display.injected_wh, display.gas.dm3, display.water.dm3)


def simple_eur(sums: tuple[int, ...]) -> dict[str, Decimal]:
    """What counters cost under SIMPLE: nothing of how they were cut into rows matters."""
    day, night, day_out, night_out, gas, water = (Decimal(one) / 1000 for one in sums)
    return {
        "import": day * Decimal("0.4") + night * Decimal("0.3"),
        "export": day_out * Decimal("0.1") + night_out * Decimal("0.08"),
        "gas": gas * Decimal("0.85"),
        "water": water * Decimal("6.1"),
    }


def dynamic_eur(rows: tuple[Booked, ...]) -> dict[str, Decimal]:
    """What rows cost under DYNAMIC: each quarter at its price, a gap at the mean of its time, blocks by the year."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    year_kwh: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        drawn, injected = (Decimal(row.sums[at] + row.sums[at + 1]) / 1000 for at in (0, 2))
        eur_mwh = _mean_eur_mwh(row) if drawn or injected else Decimal(0)
        found["import"] += drawn * (Decimal("0.0093") + Decimal("0.00104") * eur_mwh + Decimal("0.0517")) * VAT
        found["export"] += injected * (Decimal("-0.0117") + Decimal("0.00097") * eur_mwh)
        found["gas"] += Decimal(row.sums[4]) / 1000 * Decimal("11.42") * Decimal("0.0741") * VAT
        found["water"] += Decimal(row.sums[5]) / 1000 * Decimal("5.83") * VAT
        year_kwh[row.day.year] += drawn
    for used_kwh in year_kwh.values():
        low = min(used_kwh, Decimal(BLOCK_KWH))
        found["import"] += (low * Decimal("0.0475") + (used_kwh - low) * Decimal("0.0405")) * VAT
    return dict(found)


def _mean_eur_mwh(row: Booked) -> Decimal:
    """The price of the row's quarter; of a gap the mean over its time."""
    start = row.since - (row.since - datetime.min.replace(tzinfo=UTC)) % QUARTER
    if not row.is_gap:
        return _eur_mwh(start)
    total = Decimal(0)
    while start < row.until:
        part = min(start + QUARTER, row.until) - max(start, row.since)
        total += _eur_mwh(start) * Decimal(part.total_seconds())
        start += QUARTER
    return total / Decimal((row.until - row.since).total_seconds())


def _eur_mwh(start: datetime) -> Decimal:
    return Decimal(repr(price_eur_mwh(SEED, micros(start))))


def _booked(number: int, is_open: bool, row: Mapping[str, Any]) -> Booked:
    charges = row.get("charges", [])
    return Booked(
        number=number,
        since=_instant(row["since"]),
        until=_instant(row["until"]),
        is_open=is_open,
        is_gap=row.get("gap", False),
        sums=_sums(row.get("amounts", {})),
        eur=None if charges is None else _eur(charges),
    )


def _tallied(day: Mapping[str, Any]) -> tuple[tuple[int, ...], Decimal]:
    parts = [day.get(name, {}) for name in ("watched", "gaps")]
    sums = [_sums(part.get("amounts", {})) for part in parts]
    eur = sum((_net_eur(_eur(part.get("charges", []))) for part in parts), Decimal(0))
    return tuple(map(sum, zip(*sums, strict=True))), eur


def _sums(amounts: Mapping[str, Any]) -> tuple[int, ...]:
    registers = (amounts.get(way, {}).get(one, 0) for way in ("import_wh", "export_wh") for one in "12")
    return (*registers, amounts.get("gas_l") or 0, amounts.get("water_l") or 0)


def _eur(charges: Any) -> dict[str, Decimal]:
    """By part; a list of [part, name, band, register, quantity, eur]."""
    return _added({part: Decimal(eur)} for part, _, _, _, _, eur in charges)


def _added(several: Any) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for one in several:
        for part, eur in one.items():
            found[part] += eur
    return dict(found)


def _net_eur(eur: Mapping[str, Decimal]) -> Decimal:
    return sum((-one if part == "export" else one for part, one in eur.items()), Decimal(0))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def damaged_days(history: Path, *, since_ns: int = 0) -> Iterator[str]:
    """The names of day files, of those written since, that are no whole JSON or have no page for people beside them."""
    for file in history.glob("*.json"):
        if file.stat().st_mtime_ns < since_ns:
            continue
        try:
            json.loads(file.read_text("utf-8"))
        except ValueError:
            yield file.name
        if not file.with_suffix(".log").exists():
            yield f"{file.stem}.log"
