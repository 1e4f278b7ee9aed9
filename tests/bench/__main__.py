"""`./do_py.sh -m tests.bench [telegrams money … kills] [--quick]`: runs the benches, prints what they found.

A full run writes docs/PERFORMANCE.md, the chapters of the benches that ran; `--quick` shortens the long ones and writes
nothing. The exit code is 1 when a goal is missed.
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
from tests.bench.result import Result, as_table, as_text

BENCHES = (
    *("telegrams", "money", "latency", "screen", "clients", "disk", "history", "year", "kills"),
    *("amperes", "cycle", "cars", "watts", "battery", "storing", "sharing", "fleet", "leases", "plan", "replan"),
)
PAGE = Path(__file__).parents[2] / "docs" / "PERFORMANCE.md"
HEAD = """\
# Performance

Written by `./do_py.sh -m tests.bench`, which runs for about an hour and a half; `./do_py.sh -m tests.bench latency`
repeats one chapter, `--quick` is a short look that writes nothing. Rival and limit run beside ours, in turn:
the ratios are what counts, the absolute times are as steady as the machine they were taken on.
"""


def main() -> int:
    """Run the benches asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="tests.bench", description="What the program must reach, measured.")
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=f"some of: {' '.join(BENCHES)} (all of them)")
    parser.add_argument("--quick", action="store_true", help="shorter, and without writing docs/PERFORMANCE.md")
    asked = parser.parse_args()
    unknown = [name for name in asked.benches if name not in BENCHES]
    if unknown:
        parser.error(f"no bench {' '.join(unknown)}; there are {' '.join(BENCHES)}")
    missed = 0
    for name in [name for name in BENCHES if name in (asked.benches or BENCHES)]:
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
