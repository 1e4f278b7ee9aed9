"""What `year` and `sweep` are told on their command lines, as far as both are told it; and the homes it names.

A slip is one sentence with what would be right. Knows no process and no screen.
"""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from lib.sim.year import contract, strategies
from lib.sim.year.conditions import FAULTS, Perfect
from lib.sim.year.folder import homes
from lib.sim.year.home import Home
from lib.sim.year.plant import STEPS, is_step
from lib.sim.year.synthetic import SYNTHETIC, made

KEEP = Path(__file__).parents[3] / "data" / "year"
USUAL = (strategies.NAIVE, "cap", strategies.OURS, strategies.LIMIT)
BATTERY = {"yes": (True,), "no": (False,), "both": (False, True)}
EVERY_S = {"quarter": 900, "hour": 3600}
EACH = "each"
MOST = 40_000  # days: a century


class SlipError(Exception):
    """What was asked for cannot be done; one sentence for the owner."""


def parser(word: str, description: str) -> argparse.ArgumentParser:
    """The options that both have."""
    options = argparse.ArgumentParser(prog=f"python -m lib.sim {word}", description=description)
    options.add_argument(
        "--homes", type=Path, metavar="DIR", help="with a homes.json (default: those that are built in)"
    )
    options.add_argument("--home", action="append", default=[], metavar="NAME", help="this one; may be given again")
    options.add_argument("--tariff", choices=contract.NAMES, help="one of the two (default both)")
    options.add_argument("--battery", choices=tuple(BATTERY), default="both", help="with a battery or without (both)")
    options.add_argument(
        "--strategies",
        type=_strategies,
        default=tuple(name for name in USUAL if name in known()),
        metavar="A,B",
        help=f"of {', '.join(known())}, or all (default {', '.join(name for name in USUAL if name in known())})",
    )
    options.add_argument("--days", type=count, metavar="N", help="so many days (default all that there are)")
    options.add_argument("--skip", type=_number, default=0, metavar="N", help="leave so many out before (0)")
    options.add_argument("--step", type=step, default=60, metavar="S", help="seconds between two decisions (60)")
    options.add_argument("--seed", type=int, default=1, metavar="N", help="another seed is another chance (1)")
    options.add_argument("--plan-every", choices=tuple(EVERY_S), default="quarter", help="how often a plan is made")
    options.add_argument(
        "--conditions",
        type=_conditions,
        default=("clean",),
        metavar="A,B",
        help=f"faults to live with: {', '.join(FAULTS)}, or all (default clean)",
    )
    options.add_argument(
        "--perfect",
        type=_perfect,
        default=(frozenset(),),
        metavar="A,B",
        help=f"make these perfect: {', '.join(Perfect)}; {EACH}: none, and then each of them in turn",
    )
    options.add_argument("--jobs", type=count, default=_cores(), metavar="N", help="runs at a time (default all cores)")
    options.add_argument("--keep", type=Path, default=KEEP, metavar="DIR", help="where results are kept (data/year)")
    options.add_argument("--fresh", action="store_true", help="run again what was kept")
    options.add_argument("--json", action="store_true", help="for a program")
    return options


def known() -> tuple[str, ...]:
    """The strategies, and the limit."""
    return (*strategies.STRATEGIES, strategies.LIMIT)


def homes_of(asked: argparse.Namespace) -> Mapping[str, Home]:
    """The homes that are named, cut to the days that are asked for. Raises HomesError, SlipError."""
    if asked.homes:
        chosen: Mapping[str, Home] = homes(asked.homes, asked.home)
    else:
        for name in asked.home:
            if name not in SYNTHETIC:
                raise SlipError(f"--home {name}: there is none; take {', '.join(SYNTHETIC)}")
        chosen = {name: made(name, seed=asked.seed) for name in asked.home or SYNTHETIC}
    if not asked.days and not asked.skip:
        return chosen
    cut: dict[str, Home] = {}
    for name, home in chosen.items():
        days = home.quarters  # more than there can be
        cut[name] = home.first(asked.days or days, skip=asked.skip)
        if not cut[name].quarters:
            raise SlipError(f"--skip {asked.skip}: {name} has no days after these")
    return cut


def _strategies(text: str) -> tuple[str, ...]:
    return known() if text == "all" else _chosen(text, known(), "strategy")


def _conditions(text: str) -> tuple[str, ...]:
    return tuple(FAULTS) if text == "all" else _chosen(text, tuple(FAULTS), "condition")


def _perfect(text: str) -> tuple[frozenset[Perfect], ...]:
    if text == EACH:
        return frozenset(), *(frozenset({one}) for one in Perfect)
    return (frozenset(map(Perfect, _chosen(text, tuple(Perfect), "thing that can be perfect"))),)


def _chosen(text: str, there: tuple[str, ...], what: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.split(",")))
    for name in names:
        if name not in there:
            raise argparse.ArgumentTypeError(f"{name!r} is no {what}: take {', '.join(there)}")
    return names


def count(text: str) -> int:
    """How many. Raises ArgumentTypeError."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of them: take 1 to {MOST}")
    return int(text)


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days: take 0 to {MOST}")
    return int(text)


def step(text: str) -> int:
    """Seconds. Raises ArgumentTypeError."""
    if not text.isdecimal() or not is_step(int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no step in seconds: take {STEPS}")
    return int(text)


def _cores() -> int:
    return len(os.sched_getaffinity(0))
