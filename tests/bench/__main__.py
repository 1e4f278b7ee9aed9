"""`./do_py.sh -m tests.bench [telegrams money … kills] [--quick]`: runs the benches, prints what they found.

A full run writes docs/PERFORMANCE.md, the chapters of the benches that ran; `--quick` shortens the long ones and writes
nothing. The years of `homes` take hours, and are run only when they are named. The exit code is 1 when a goal is
missed.
"""

import argparse
import os
import platform
import re
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from lib.clock import WallClock
from lib.core.stamp import BRUSSELS
from lib.sim.year.asked import SlipError, count
from lib.sim.year.keep import KeepError
from lib.sim.year.results import EndedError
from lib.sim.year.table import HomesError
from lib.solver.errors import SolverError
from tests.bench import homes
from tests.bench.result import Result, as_table, as_text

HOMES = "homes"
BENCHES = (
    *(HOMES, "telegrams", "money", "latency", "screen", "clients", "disk", "history", "year", "kills"),
    *(
        "amperes",
        "cycle",
        "cars",
        "watts",
        "battery",
        "storing",
        "sharing",
        "fleet",
        "leases",
        "plan",
        "replan",
        "steps",
    ),
)
ROOT = Path(__file__).parents[2]
PAGE, README, PICTURE = ROOT / "docs" / "PERFORMANCE.md", ROOT / "README.md", ROOT / "docs" / "homes.svg"
HEAD = """\
# Performance

Written by `./do_py.sh -m tests.bench`, which runs for about an hour and a half; `./do_py.sh -m tests.bench latency`
repeats one chapter, `--quick` is a short look that writes nothing. The years of homes take many hours, and are run only
by `./do_py.sh -m tests.bench homes`. Rival and limit run beside ours, in turn: the ratios are what counts, the absolute
times are as steady as the machine they were taken on.
"""


def main() -> int:
    """Run the benches asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="tests.bench", description="What the program must reach, measured.")
    usual = tuple(name for name in BENCHES if name != HOMES)
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=f"some of: {' '.join(BENCHES)} (all but {HOMES})")
    parser.add_argument("--quick", action="store_true", help="shorter, and without writing docs/PERFORMANCE.md")
    of_homes = parser.add_argument_group(HOMES)
    of_homes.add_argument("--part", action="append", choices=tuple(homes.PARTS), help="only this; may be given again")
    of_homes.add_argument("--days", type=count, metavar="N", help="so many days, and without writing")
    of_homes.add_argument("--jobs", metavar="N", help="runs at a time (default all cores)")
    of_homes.add_argument("--keep", metavar="DIR", help="where results are kept (data/year)")
    asked = parser.parse_args()
    unknown = [name for name in asked.benches if name not in BENCHES]
    if unknown:
        parser.error(f"no bench {' '.join(unknown)}; there are {' '.join(BENCHES)}")
    missed = 0
    for name in [name for name in BENCHES if name in (asked.benches or usual)]:
        if name == HOMES:
            missed += years(asked)
            continue
        bench = import_module(f"tests.bench.{name}")
        print(f"{bench.TITLE}: {bench.HOW}", flush=True)
        results: list[Result] = []
        for result in bench.results(quick=asked.quick):
            print(as_text([result]), flush=True)
            results.append(result)
        missed += sum(result.reached is False for result in results)
        if not asked.quick:
            before = PAGE.read_text("utf-8") if PAGE.exists() else ""
            PAGE.parent.mkdir(exist_ok=True)
            PAGE.write_text(page(before, chapter(bench, name, results)), "utf-8")
    print("all goals reached" if not missed else f"{missed} missed")
    return 1 if missed else 0


def years(asked: argparse.Namespace) -> int:
    """The chapter of the homes, README's piece of it and its picture; how many goals are missed."""
    days = asked.days or (homes.QUICK_DAYS if asked.quick else None)
    options = {"--jobs": asked.jobs, "--keep": asked.keep}
    done = homes.written(
        PAGE.read_text("utf-8"),
        parts=asked.part or tuple(homes.PARTS),
        days=days,
        own=[word for option, value in options.items() if value for word in (option, value)],
        day=WallClock().now().astimezone(BRUSSELS).date(),
    )
    print(done.chapter if days else as_text(done.results), flush=True)
    if not days:
        PAGE.write_text(page(PAGE.read_text("utf-8"), done.chapter), "utf-8")
        if done.picture:
            PICTURE.write_text(done.picture, "utf-8")
        if done.readme:
            README.write_text(homes.filled(README.read_text("utf-8"), done.readme), "utf-8")
    return sum(result.reached is False for result in done.results)


def chapter(bench: ModuleType, name: str, results: Sequence[Result]) -> str:
    """The chapter of one bench."""
    day = WallClock().now().astimezone(BRUSSELS).date()
    machine = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"
    return (
        f"## {bench.TITLE}\n\n{bench.HOW}\n\n{as_table(results)}\n\n"
        f"{day}, {machine}; `./do_py.sh -m tests.bench {name}`\n"
    )


def page(before: str, chapter: str) -> str:
    """The page with this chapter in place of the one of its name, the chapters in the order of the benches."""
    chapters = {one.partition("\n")[0].lower(): one for one in re.split(r"(?m)^## ", before)[1:]}
    new = chapter.removeprefix("## ")
    chapters[new.partition("\n")[0].lower()] = new
    return "\n".join([HEAD, *(f"## {chapters[name].rstrip()}\n" for name in BENCHES if name in chapters)])


if __name__ == "__main__":
    for ending in (signal.SIGINT, signal.SIGTERM):  # also where a shell started us with Ctrl-C switched off
        signal.signal(ending, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("stopped; what was started has ended, and this chapter is not written")
        sys.exit(130)
    except EndedError as error:
        print(f"{HOMES}: {error}; this chapter is not written")
        sys.exit(error.code)
    except (SlipError, HomesError, KeepError, SolverError) as error:
        sys.exit(f"{HOMES}: {error}")
