"""What control is worth in homes by quarter, case by case; beside the tables that a folder of homes brings, if any.

In: homes, and that folder. Out: a figure with its goal, and a table. It needs the solver, and takes minutes.
"""

from collections.abc import Mapping
from pathlib import Path

from lib.sim.year import contract
from lib.sim.year.headroom import Standing, cases, compared, standings
from lib.sim.year.headroom_check import ENOUGH, deviation, parse_tables
from lib.sim.year.headroom_command import TABLES
from lib.sim.year.home import Home
from tests.bench.homes_tables import share, table
from tests.bench.result import Result, at_most

Column = tuple[str, str]  # home and contract


def headroom(homes: Mapping[str, Home], folder: Path | None) -> tuple[list[Result], str]:
    """All cases of each home and contract; folder: where a headroom.md may stand."""
    found: dict[Column, list[Standing]] = {
        (name, tariff): compared(list(standings(home, contract.contract(tariff), cases())))
        for name, home in homes.items()
        for tariff in contract.NAMES
    }
    rows = [
        (case.name, *(_cell(ones[n]) for ones in found.values()))  # each has all cases, in their order
        for n, case in enumerate(cases())
    ]
    return _checked(found, folder), table(("case", *(f"{name} {tariff}" for name, tariff in found)), rows)


def _cell(one: Standing) -> str:
    return f"{one.total_eur:.2f}" + ("" if one.share is None else f" ({share(one.share)})")


def _checked(found: Mapping[Column, list[Standing]], folder: Path | None) -> list[Result]:
    path = folder / TABLES if folder else None
    if path is None or not path.exists():
        return []
    told = parse_tables(path.read_text("utf-8"))
    off = [
        deviation(one, told[name, tariff, one.case])
        for (name, tariff), ones in found.items()
        for one in ones
        if (name, tariff, one.case) in told
    ]
    if not off:
        return []
    beside = f"{len(off)} lines of {TABLES} in that folder"
    return [
        at_most("the furthest figure off tables worked out elsewhere", 100 * max(off), 100 * ENOUGH, "{:.3f} %", beside)
    ]
