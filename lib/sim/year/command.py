"""`python -m lib.sim year`: strategies run over homes' years, beside naive charging and what could be reached at best.

In: words of the command line. Out: tables or JSON on standard output, and where asked a CSV of each run and a page.
"""

import argparse
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from rich.console import Console

from lib.sim.year.asked import SlipError, homes_of, parser
from lib.sim.year.cluster import ClusterError
from lib.sim.year.contract import contract
from lib.sim.year.course import write_csv
from lib.sim.year.grid import Maker, measures, runs_of
from lib.sim.year.keep import Keep, KeepError
from lib.sim.year.results import EndedError, Result, results, shared
from lib.sim.year.standings import WIDE, print_standings
from lib.sim.year.strategies import SOLVED
from lib.sim.year.table import HomesError
from lib.solver.errors import SolverError

SLIP = 2


def run(arguments: Sequence[str]) -> int:
    """Answer what is asked on the command line; the exit code."""
    options = parser("year", "What strategies come to over homes' years, and how much of what could be saved.")
    options.add_argument("--csv", type=Path, metavar="DIR", help="a CSV of each run there, by the quarter")
    options.add_argument("--html", type=Path, metavar="FILE", help="the report as one page")
    asked = options.parse_args(arguments)
    return answered("year", lambda: _year(asked))


def answered(word: str, answer: Callable[[], int | None]) -> int:
    """What may go wrong for the owner is one sentence; the exit code, what it answered where nothing did."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without a sign for the euro
    try:
        code = answer()
        sys.stdout.flush()
    except (SlipError, HomesError, KeepError, ClusterError) as error:
        sys.stderr.write(f"{word}: {error}\n")
        return SLIP
    except SolverError as error:
        sys.stderr.write(f"{word}: {error}\n")
        return 1
    except EndedError as error:
        sys.stderr.write(f"{word}: {error}\n")
        return error.code
    except KeyboardInterrupt:  # before the first run, or after the last one
        sys.stderr.write(f"{word}: stopped\n")
        return 128 + signal.SIGINT
    except BrokenPipeError:  # the reader of our output, `head` perhaps, has seen enough
        _write_no_more()
        return 0
    except OSError as error:
        sys.stderr.write(f"{word}: what was found cannot be written: {error.strerror or error}\n")
        _write_no_more()
        return SLIP
    return code or 0


def _write_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def scored(
    asked: argparse.Namespace, settings: Sequence[Mapping[str, Any]] = ({},), *, courses: bool = False
) -> tuple[list[Result], Keep, int]:
    """What is asked for, with shares, where it is kept, and the exit code; courses: with the quarters.

    Raises HomesError, SlipError, and what `results` does.
    """
    made = Maker(homes_of(asked))
    runs = runs_of(made, asked, settings)
    measured = measures(made, runs)
    if find_spec("highspy") is None:  # as on a Pi of 32 bits
        runs, measured = ([one for one in some if one.strategy not in SOLVED] for some in (runs, measured))
        _say(
            "the limit and emhass are left out, and so are shares, and ours plans greedily: "
            "the solver highspy is not installed here"
        )
    if not runs:
        raise SlipError("--strategies: nothing is left to run")
    keep = Keep(asked.keep, _say)
    found = results([*runs, *measured], asked, keep, courses=courses)
    return shared(runs, found, made), keep, int(any(one.key not in found for one in (*runs, *measured)))


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def table_console() -> Console:
    """Where nobody looks the table is as wide as it likes."""
    console = Console()
    return console if console.is_terminal else Console(width=max(WIDE, console.width))


def _year(asked: argparse.Namespace) -> int:
    if asked.html and not (asked.html.parent.is_dir() and os.access(asked.html.parent, os.W_OK)):
        raise SlipError(f"--html {asked.html}: cannot be written there; name a file in a folder of yours")
    try:
        if asked.csv:
            asked.csv.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SlipError(f"--csv {asked.csv}: cannot be made: {error.strerror}; name another folder") from error
    found, keep, code = scored(asked, courses=True)
    try:
        if asked.csv:
            for name, one in _named(found).items():
                _write_csv(asked.csv / f"{name}.csv", one, keep)
        if asked.html:
            from lib.sim.year.report import page

            asked.html.write_text(page(found, keep), "utf-8", errors="replace")
    except OSError as error:
        raise SlipError(f"{error.filename}: cannot be written: {error.strerror}") from error
    if asked.json:
        sys.stdout.write(json.dumps([one.score.as_json() for one in found], indent=1) + "\n")
    else:
        print_standings((one.score for one in found), table_console())
    return code


def _named(found: Sequence[Result]) -> dict[str, Result]:
    """By the names of their files; where two would have the same one, the later says which run it is."""
    named: dict[str, Result] = {}
    for one in found:
        run = one.run
        battery = "battery" if run.frame.battery else "no_battery"
        words = "-".join((run.home.name, run.tariff, battery, run.strategy, run.conditions))
        name = re.sub(r"[^\w+-]", "_", words)
        named[f"{name}-{run.key[:8]}" if name in named else name] = one
    return named


def _write_csv(path: Path, result: Result, keep: Keep) -> None:
    run = result.run
    course = keep.course(run.key)
    if course is None:
        raise SlipError(f"{run.label}: its quarters are no longer kept; give the same command again")
    told = result.score.as_json()
    sums = {name: value for name, value in told.items() if isinstance(value, float | int) and name != "battery"}
    write_csv(path, run.home, contract(run.tariff).prices(run.home), course, sums)
