"""Tables of head-room as text → how far a standing lies from them. In: Markdown. Out: parts of one. Knows no home.

A table stands under a heading `### HOME TARIFF`; its columns are case, total, energy, inj., capacity, mean peak kW,
import kWh, export kWh and more. Amounts are compared with the total of their line, energies with its import.
"""

from collections.abc import Iterator
from typing import NamedTuple

from lib.sim.year.headroom import Standing

HEADING, BAR = "### ", "|"
COLUMNS = ("total", "energy", "inj.", "capacity", "mean peak kW", "import kWh", "export kWh")
ENOUGH = 0.005  # so far a figure may lie off

Key = tuple[str, str, str]  # home, tariff, case


class Line(NamedTuple):
    """The figures of a case, in €, kW and kWh."""

    total_eur: float
    energy_eur: float
    injection_eur: float
    capacity_eur: float
    mean_peak_kw: float
    import_kwh: float
    export_kwh: float


def parse_tables(text: str) -> dict[Key, Line]:
    """All lines of all tables. Raises ValueError with the line that cannot be read."""
    return dict(_lines(text))


def deviation(standing: Standing, line: Line) -> float:
    """The furthest that a figure, rounded as there, lies off, as a part."""
    eur = [
        round(standing.total_eur, 2) - line.total_eur,
        round(standing.energy_eur, 2) - line.energy_eur,
        round(standing.injection_eur, 2) - line.injection_eur,
        round(standing.capacity_eur, 2) - line.capacity_eur,
    ]
    kwh = [round(standing.import_kwh, 1) - line.import_kwh, round(standing.export_kwh, 1) - line.export_kwh]
    return max(
        max(map(abs, eur)) / abs(line.total_eur),
        max(map(abs, kwh)) / line.import_kwh,
        abs(round(standing.mean_peak_kw, 2) / line.mean_peak_kw - 1),
    )


def _lines(text: str) -> Iterator[tuple[Key, Line]]:
    home = tariff = ""
    for row in text.splitlines():
        if row.startswith("#"):
            words = row.removeprefix(HEADING).split()
            home, tariff = words if row.startswith(HEADING) and len(words) == 2 else ("", "")
        elif home and row.startswith(BAR):
            case, *cells = (cell.strip() for cell in row.strip().strip(BAR).split(BAR))
            if case == "case" or not case.strip("-"):
                continue
            try:
                figures = Line(*map(float, cells[: len(COLUMNS)]))
            except (TypeError, ValueError):
                raise ValueError(f"{row!r}: is no line of a table; write {', '.join(COLUMNS)} as numbers") from None
            yield (home, tariff, case.partition(" (")[0]), figures
