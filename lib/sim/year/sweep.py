"""`python -m lib.sim sweep`: homes × strategies × settings, on all cores or a Dask cluster, the best setting first.

In: words of the command line. Out: a table or JSON on standard output. It keeps scores, and no quarters of the runs.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from lib.sim.year.asked import SlipError, parser
from lib.sim.year.command import answered, scored, table_console
from lib.sim.year.grid import CLEAN, OF_CONDITIONS, OF_FRAME, settings_of
from lib.sim.year.results import Result
from lib.sim.year.score import Score
from lib.sim.year.strategies import LIMIT

WIDE = 120
FIELDS = ", ".join((*OF_FRAME, *OF_CONDITIONS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a strategy with one setting fares over all homes, contracts and with or without a battery: means of a run."""

    strategy: str
    settings: str
    runs: int
    bill_eur: float
    share: float | None
    peak_kw: float
    missed_trips: int
    took_s: float


def run(arguments: Sequence[str]) -> int:
    """Answer what is asked on the command line; the exit code."""
    options = parser("sweep", "Many homes, strategies and settings, on all cores or a cluster.")
    options.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=A,B",
        help=f"run with each of these values, and all combinations; of {FIELDS}; may be given again",
    )
    options.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster, such as tcp://10.0.0.5:8786")
    asked = options.parse_args(arguments)

    def answer() -> int:
        settings = settings_of(asked.set)
        _refuse_twice(asked, settings[0])
        found, _, code = scored(asked, settings)
        if asked.json:
            rows = [{**one.score.as_json(), "settings": dict(one.run.settings)} for one in found]
            sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        else:
            console = table_console()
            console.print(table(standings(found), wide=console.width >= WIDE))
        return code

    return answered("sweep", answer)


def _refuse_twice(asked: argparse.Namespace, names: Iterable[str]) -> None:
    """A label would say one thing, and the run be another. Raises SlipError."""
    for name in names:
        if name == "perfect" and any(asked.perfect):
            raise SlipError("--set perfect and --perfect say the same: take one of them")
        if name in OF_CONDITIONS and name != "perfect" and any(one != CLEAN for one in asked.conditions):
            raise SlipError(f"--set {name} is a condition, and --conditions names others: take one of them")


def standings(results: Iterable[Result]) -> list[Standing]:
    """By strategy and setting, the lowest mean bill first."""
    groups: dict[tuple[str, str], list[Score]] = {}
    for run, score, _, _ in results:
        words = [] if run.conditions == CLEAN else [run.conditions]
        groups.setdefault((run.strategy, ", ".join([*words, *_words(run.settings)])), []).append(score)
    found = [
        Standing(
            strategy=strategy,
            settings="" if strategy == LIMIT else settings,
            runs=len(ones),
            bill_eur=fmean(one.bill_eur for one in ones),
            share=_mean(one.headroom_share for one in ones),
            peak_kw=fmean(one.mean_peak_kw for one in ones),
            missed_trips=sum(one.missed_trips for one in ones),
            took_s=fmean(one.took_s or 0.0 for one in ones),
        )
        for (strategy, settings), ones in groups.items()
    ]
    return sorted(found, key=lambda one: one.bill_eur)


def _mean(shares: Iterable[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return fmean(known) if known else None


def _words(settings: Mapping[str, Any]) -> list[str]:
    return [f"{name} {value}" for name, value in settings.items()]


def table(found: Iterable[Standing], *, wide: bool) -> Table:
    """A line for each; where it is not wide the settings have what the figures leave."""
    shown = (
        Table(box=box.SIMPLE_HEAD, pad_edge=False) if wide else Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    )
    shown.add_column("strategy", no_wrap=True)
    shown.add_column("settings", overflow="fold")
    for title in ("runs", "mean bill €", "head-room", "peak kW", "missed", "s a run"):
        shown.add_column(title, justify="right", no_wrap=True)
    for one in found:
        shown.add_row(
            Text(one.strategy),
            Text(one.settings),
            str(one.runs),
            f"{one.bill_eur:.2f}",
            "–" if one.share is None else f"{one.share:.1%}",
            f"{one.peak_kw:.2f}",
            str(one.missed_trips),
            f"{one.took_s:.1f}",
        )
    return shown
