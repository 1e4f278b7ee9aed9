"""`python -m lib.sim headroom`: what the simple rules cost in homes, and what could be reached at best.

In: words of the command line. Out: a table for each home and tariff, or JSON, on standard output.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from lib.sim.year import contract
from lib.sim.year.asked import SlipError, count
from lib.sim.year.command import answered
from lib.sim.year.folder import homes
from lib.sim.year.headroom import Case, Standing, cases, compared, standings
from lib.sim.year.headroom_check import ENOUGH, Key, Line, deviation, parse_tables
from lib.sim.year.home import Home
from lib.sim.year.synthetic import SYNTHETIC, made
from lib.sim.year.table import HomesError
from lib.solver.errors import SolverError

OFF = 1
TABLES = "headroom.md"
WIDE = 150
MONEY = ("total", "energy", "inj.", "capacity", "saved", "share")
HEADS = ("total", "energy", "inj.", "capacity", "peak kW", "import kWh", "export kWh", "cycles", "saved", "share")


def run(arguments: Sequence[str]) -> int:
    """Answer what is asked on the command line; 1 where a figure lies off the tables, 2 where nothing could be done."""
    asked = _parse(arguments)
    return answered("headroom", lambda: _found(asked))


def _found(asked: argparse.Namespace) -> int:
    try:
        told = _told(asked.homes) if asked.check else {}
        return _answer(asked, _homes(asked.homes, asked.home), told)
    except (ValueError, SolverError) as error:
        raise SlipError(str(error)) from error


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    options = argparse.ArgumentParser(
        prog="python -m lib.sim headroom",
        description="What simple rules cost in homes, and what is the least possible.",
    )
    options.add_argument("--homes", type=Path, metavar="DIR", help="a folder of homes; else those that are built in")
    options.add_argument("--home", action="append", metavar="NAME", help="this home; may be said several times")
    options.add_argument("--tariff", choices=contract.NAMES, action="append", help="only this contract")
    options.add_argument("--days", type=count, metavar="N", help="only the first days of the period")
    options.add_argument("--rules", action="store_true", help="only the simple rules, which need no solver")
    options.add_argument("--check", action="store_true", help=f"how far each line lies off DIR/{TABLES}")
    options.add_argument("--json", action="store_true", help="one list of objects instead of tables")
    asked = options.parse_args(arguments)
    if asked.check and (asked.homes is None or asked.days):
        options.error(
            "--check compares whole periods with the tables of a folder: name it with --homes, without --days"
        )
    return asked


def _told(folder: Path) -> dict[Key, Line]:
    path = folder / TABLES
    try:
        return parse_tables(path.read_text("utf-8"))
    except OSError as error:
        raise HomesError(f"{path}: cannot be read: {error.strerror}; leave out --check") from error


def _homes(folder: Path | None, names: Sequence[str] | None) -> dict[str, Home]:
    if folder is None:
        return {name: made(name) for name in names or SYNTHETIC}
    return homes(folder, names or ())


def _answer(asked: argparse.Namespace, found: Mapping[str, Home], told: Mapping[Key, Line]) -> int:
    chosen, rows = cases(only_rules=asked.rules), []
    furthest, screen = 0.0, Console()
    if not screen.is_terminal:
        screen = Console(width=WIDE)
    for name, whole in found.items():
        home = whole.first(asked.days) if asked.days else whole
        for tariff in asked.tariff or contract.NAMES:
            done = compared(list(_watched(home, tariff, chosen, screen if screen.is_terminal else None)))
            off = {
                one.case: deviation(one, told[name, tariff, one.case])
                for one in done
                if (name, tariff, one.case) in told
            }
            furthest = max(furthest, *off.values()) if off else furthest
            rows += [{"home": name, "tariff": tariff, **one.as_json(), "off": off.get(one.case)} for one in done]
            if not asked.json:
                told_off = off if asked.check else None
                for table in tables(f"{name} {tariff}", done, told_off, wide=screen.width >= WIDE):
                    screen.print(table)
    if asked.json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
    if not asked.check:
        return 0
    if not any(row["off"] is not None for row in rows):
        raise HomesError(f"{asked.homes / TABLES}: holds no table of these homes; leave out --check")
    sys.stderr.write(f"the furthest figure lies {furthest:.3%} off, {ENOUGH:.1%} may be\n")
    return OFF if furthest > ENOUGH else 0


def _watched(home: Home, tariff: str, chosen: Iterable[Case], screen: Console | None) -> Iterable[Standing]:
    """The standings; somebody who looks sees how far it is."""
    work = standings(home, contract.contract(tariff), chosen)
    if screen is None:
        yield from work
        return
    done = 0
    with screen.status(escape(f"{home.name} {tariff}")) as shown:
        for one in work:
            done += 1
            shown.update(escape(f"{home.name} {tariff}: {done} of {len(tuple(chosen))} cases, {one.case} is there"))
            yield one


def tables(title: str, done: Sequence[Standing], off: Mapping[str, float] | None, *, wide: bool) -> Iterator[Table]:
    """One; where it is not wide two, money and deeds. off: how far a case lies off its line, None: nobody asked."""
    heads = (*HEADS, *(("off",) if off is not None else ()))
    parts = (heads,) if wide else (MONEY, tuple(head for head in heads if head not in MONEY))
    for part in parts:
        table = Table(title=Text(title) if part is parts[0] else None, title_justify="left")
        if not wide:
            table.box, table.pad_edge, table.padding = None, False, (0, 1, 0, 0)
        table.add_column("case", no_wrap=True)
        for head in part:
            table.add_column(head, justify="right")
        for one in done:
            cells = _cells(one) | {"off": f"{off[one.case]:.3%}" if off and one.case in off else ""}
            table.add_row(one.case, *(cells[head] for head in part))
        yield table


def _cells(one: Standing) -> dict[str, str]:
    return {
        "total": f"{one.total_eur:.2f}",
        "energy": f"{one.energy_eur:.2f}",
        "inj.": f"{one.injection_eur:.2f}",
        "capacity": f"{one.capacity_eur:.2f}",
        "peak kW": f"{one.mean_peak_kw:.2f}",
        "import kWh": f"{one.import_kwh:.1f}",
        "export kWh": f"{one.export_kwh:.1f}",
        "cycles": f"{one.cycles:.0f}" if one.cycles else "",
        "saved": "" if one.saved_eur is None else f"{one.saved_eur:.2f}",
        "share": "" if one.share is None else f"{one.share:.0%}",
    }
