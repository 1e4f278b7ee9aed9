"""`dm.py --export csv --from DAY --to DAY`: each quarter, and each gap, as one line for a spreadsheet.

Energy in whole Wh by the meter's registers; euro with eight decimals, so that their sums agree with the bill.
"""

import csv
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TextIO

from lib.commands import SLIP
from lib.core.bands import midnight
from lib.core.charges import Part
from lib.core.stamp import BRUSSELS
from lib.store.database import StoreError, open_reading
from lib.store.queries import Entry, Step, entries, understood
from lib.store.schema import STEPS

PARTS = (Part.IMPORT, Part.EXPORT, Part.GAS, Part.WATER)
KINDS = ("csv",)


def run(path: Path, kind: str, start: date | None, end: date | None, out: TextIO | None = None) -> int:
    """Print the quarters of the local days `start` to `end`, both with it; the exit code.

    path: dm's database, which may be written to meanwhile; start: the first day there is, unless said; end: the last.
    out: standard output, unless said.
    """
    if kind not in KINDS:
        print(f"dm: --export {kind}: allowed is {', '.join(KINDS)}", file=sys.stderr)
        return SLIP
    if start and end and end < start:
        print(f"dm: --to {end} is before --from {start}", file=sys.stderr)
        return SLIP
    first = midnight(start) if start else datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
    last = midnight(end + timedelta(days=1)) if end else datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
    out = out or sys.stdout
    try:
        lines = _write(path, first, last, out)
        out.flush()
    except StoreError as error:
        print(f"dm: {error}", file=sys.stderr)
        return SLIP
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # takes what is still held back for it
        if isinstance(error, BrokenPipeError):  # the reader of our output, `head` perhaps, has seen enough
            return 0
        print(f"dm: the table cannot be written: {error.strerror}", file=sys.stderr)
        return SLIP
    if not lines:
        print(f"dm: nothing was counted from {start or 'the start'} to {end or 'now'}", file=sys.stderr)
        return SLIP
    return 0


def _write(path: Path, start: datetime, end: datetime, out: TextIO) -> int:
    """Write the table; how many lines it has besides its head."""
    with closing(open_reading(path, STEPS)) as connection:
        with understood(path):
            connection.execute("BEGIN")  # one moment for all that is read
            imports, exports = _registers(entries(connection, start, end, Step.DAY))
        table = csv.writer(out, lineterminator="\n")
        lines = 0
        for entry in _quarters(connection, path, start, end):
            if not lines:
                table.writerow(_head(imports, exports))
            table.writerow(_line(entry, imports, exports))
            lines += 1
    return lines


def _quarters(connection: sqlite3.Connection, path: Path, start: datetime, end: datetime) -> Iterator[Entry]:
    """The entries; only what happens while they are read is laid to the database."""
    with understood(path):
        yield from entries(connection, start, end, Step.QUARTER)


def _registers(days: Iterable[Entry]) -> tuple[list[str], list[str]]:
    """The registers that the days hold, each of which gets its column."""
    imports: set[str] = set()
    exports: set[str] = set()
    for day in days:
        imports |= day.import_wh.keys()
        exports |= day.export_wh.keys()
    return sorted(imports), sorted(exports)


def _head(imports: list[str], exports: list[str]) -> list[str]:
    return [
        *("from (Brussels)", "to (Brussels)", "from (UTC)"),
        *(f"import {register} (Wh)" for register in imports),
        *(f"export {register} (Wh)" for register in exports),
        *("gas (l)", "water (l)", "average (W)", "day-ahead (EUR/MWh)"),
        *(f"{part} (EUR)" for part in PARTS),
        *("total (EUR)", "estimated", "gap", "provisional", "running"),
    ]


def _line(entry: Entry, imports: list[str], exports: list[str]) -> list[object]:
    known = not entry.unpriced_wh and not entry.running
    return [
        *(_local(entry.start), _local(entry.end), f"{entry.start:%Y-%m-%d %H:%M:%S}"),
        *(entry.import_wh.get(register, "") for register in imports),
        *(entry.export_wh.get(register, "") for register in exports),
        *(_known(entry.gas_l), _known(entry.water_l), _known(entry.peak_w), _known(entry.index_eur_mwh)),
        *(_eur(entry.eur.get(part)) if known else "" for part in PARTS),
        _eur(entry.total_eur or 0.0) if known else "",
        *(int(flag) for flag in (entry.estimated, entry.gap, entry.provisional, entry.running)),
    ]


def _local(at: datetime) -> str:
    return at.astimezone(BRUSSELS).isoformat(" ")


def _known(value: float | None) -> float | str:
    return "" if value is None else value


def _eur(eur: float | None) -> str:
    return "" if eur is None else f"{eur:.8f}"
