"""What a year left behind, quarter by quarter, and how it is written down. Knows no price of its own.

In: what the plant counted. Out: a CSV from which energy and money can be worked out anew.
"""

import csv
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from lib.sim.year.contract import Prices
from lib.sim.year.home import Home

COLUMNS = (
    "import_wh",
    "export_wh",
    "load_wh",
    "sun_wh",
    "car_wh",
    "charged_wh",
    "discharged_wh",
    "stored_wh",
    "level_wh",
)


class Row(NamedTuple):
    """One quarter: energies that flowed, and what battery and car held at its end."""

    import_wh: float
    export_wh: float
    load_wh: float
    sun_wh: float
    car_wh: float
    charged_wh: float
    discharged_wh: float
    stored_wh: float
    level_wh: float


class Departure(NamedTuple):
    """A journey as it came out: the number of its quarter, what the car held, what it took."""

    quarter: int
    level_wh: float
    energy_wh: float


@dataclass(slots=True)
class Course:
    """All quarters so far; grown by the loop.

    Attributes:
        columns: by name, a value for each quarter.
        departures: of the journeys that have begun.
        starts: charges begun; phase_switches; settings: how often another current was told.
        causes: quarters that the strategy let go above what was paid, with why.

    """

    columns: dict[str, "array[float]"] = field(default_factory=lambda: {name: array("d") for name in COLUMNS})
    departures: list[Departure] = field(default_factory=list)
    starts: int = 0
    phase_switches: int = 0
    settings: int = 0
    most_w: float = 0.0
    causes: dict[int, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> "array[float]":
        return self.columns[name]

    @property
    def quarters(self) -> int:
        """So many are over."""
        return len(self.columns["import_wh"])

    def add(self, row: Row) -> None:
        """One more quarter is over."""
        for name, value in zip(COLUMNS, row, strict=True):
            self.columns[name].append(value)


def write_csv(path: Path, home: Home, prices: Prices, course: Course, sums: Mapping[str, float]) -> None:
    """A line for each quarter, with its prices; sums stand as comments at the head. Raises OSError."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {name} {value!r}\n" for name, value in sums.items())
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("t_utc", *COLUMNS, "import_eur_kwh", "export_eur_kwh"))
        for quarter in range(course.quarters):
            table.writerow(
                (
                    f"{home.at(quarter):%Y-%m-%dT%H:%MZ}",
                    *(f"{course[name][quarter]:.6f}" for name in COLUMNS),
                    repr(prices.import_eur_kwh[quarter]),
                    repr(prices.export_eur_kwh[quarter]),
                )
            )
