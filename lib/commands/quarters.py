"""`ev_app.py --quarters 2026-11`: what each charger charged in each quarter of a month, for people and spreadsheets.

Energy at the wall, in kWh or Wh. What is not known stays empty, and so does a total that lacks some of it.
"""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final, TextIO

from lib.commands import SLIP
from lib.commands.printing import printed
from lib.core.bands import midnight
from lib.core.quarter import QUARTER
from lib.core.stamp import BRUSSELS
from lib.store.database import StoreError
from lib.store.ev_store import quarters_between

LEAST_WIDTH = 9  # of a column


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One quarter: what each charger charged, None where that is not known; of a charger to come later nothing."""

    start: datetime
    energies_wh: Mapping[str, float | None]

    @property
    def total_wh(self) -> float | None:
        """Of all chargers; None where one of them is not known."""
        known = [energy_wh for energy_wh in self.energies_wh.values() if energy_wh is not None]
        return sum(known) if known and len(known) == len(self.energies_wh) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A month, from the first quarter of it that is known to the last."""

    month: date
    chargers: tuple[str, ...]
    lines: tuple[Line, ...]

    def sum_wh(self, charger: str) -> float:
        """What is known of a charger."""
        return sum(line.energies_wh.get(charger) or 0.0 for line in self.lines)


def run(database: Path, month: date, form: str, out: TextIO | None = None) -> int:
    """Print the quarters of the month that begins at `month`; the exit code.

    database: ev's, which may be written to meanwhile; form: text, csv or json. out: standard output, unless said.
    """
    if form not in FORMS:
        return _slip(f"--as {form}: allowed is {', '.join(FORMS)}")
    end = (month + timedelta(days=31)).replace(day=1)
    try:
        found, firsts = quarters_between(database, midnight(month), midnight(end))
    except StoreError as error:
        return _slip(str(error))
    if not found:
        return _slip(f"no quarter of {month:%B %Y} is known of any charger")
    return printed(FORMS[form](table(month, found, firsts)), out or sys.stdout, who="ev", what="the quarters")


def table(month: date, found: Mapping[datetime, Mapping[str, float]], firsts: Mapping[str, datetime]) -> Table:
    """The lines of a month; found: Wh by quarter and charger, firsts: by charger, its first quarter of all."""
    chargers = tuple(sorted({charger for known in found.values() for charger in known}))
    lines = []
    start, last = min(found), max(found)
    while start <= last:
        known = found.get(start, {})
        lines.append(
            Line(start=start, energies_wh={name: known.get(name) for name in chargers if firsts[name] <= start})
        )
        start += QUARTER
    return Table(month=month, chargers=chargers, lines=tuple(lines))


def as_csv(whole: Table) -> str:
    """For a spreadsheet: a line for each quarter, in kWh."""
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow(["from (Brussels)", *(f"{name} (kWh)" for name in whole.chargers), "total (kWh)"])
    for line in whole.lines:
        cells = (*(line.energies_wh.get(name) for name in whole.chargers), line.total_wh)
        sheet.writerow([line.start.astimezone(BRUSSELS).isoformat(" ", "minutes"), *map(_kwh, cells)])
    return out.getvalue()


def as_json(whole: Table) -> str:
    """For a program: each quarter in whole Wh; what is not known is null."""
    told = {
        "month": f"{whole.month:%Y-%m}",
        "chargers": list(whole.chargers),
        "quarters": [
            {
                "start": line.start.astimezone(BRUSSELS).isoformat(),
                "energy_wh": {name: _wh(line.energies_wh.get(name)) for name in whole.chargers},
                "total_wh": _wh(line.total_wh),
            }
            for line in whole.lines
        ],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def as_text(whole: Table) -> str:
    """For people: the quarters in which something was charged, and what the month came to."""
    return "\n".join((*_text(whole), ""))


def _text(whole: Table) -> Iterator[str]:
    widths = [max(len(name) + 2, LEAST_WIDTH) for name in whole.chargers]
    heads = [f"{name:>{width}}" for name, width in zip(whole.chargers, widths, strict=True)]
    yield f"{whole.month:%B %Y}, in kWh; quarters without a charge are left out"
    yield ""
    yield f"{'from':<17}{''.join(heads)}{'total':>9}"
    for line in whole.lines:
        if any(line.energies_wh.values()):
            cells = [_kwh(line.energies_wh.get(name)) for name in whole.chargers]
            row = "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
            yield f"{line.start.astimezone(BRUSSELS):%d-%m %H:%M %z}{row}{_kwh(line.total_wh):>9}"
    sums = [whole.sum_wh(name) for name in whole.chargers]
    row = "".join(f"{_kwh(energy_wh):>{width}}" for energy_wh, width in zip(sums, widths, strict=True))
    yield f"{'sum':<17}{row}{_kwh(sum(sums)):>9}"
    for name in whole.chargers:
        lacking = sum(line.energies_wh.get(name, 0.0) is None for line in whole.lines)
        if lacking:
            yield f"{name}: {lacking} of {len(whole.lines)} quarters are not known"


FORMS: Final[Mapping[str, Callable[[Table], str]]] = MappingProxyType({"text": as_text, "csv": as_csv, "json": as_json})


def _kwh(energy_wh: float | None) -> str:
    return "" if energy_wh is None else f"{energy_wh / 1000:.3f}"


def _wh(energy_wh: float | None) -> int | None:
    return None if energy_wh is None else round(energy_wh)


def _slip(why: str) -> int:
    print(f"ev: {why}", file=sys.stderr)
    return SLIP
