"""Homes' years, ours beside every rival and the limit: what they cost, faults, what holds ours back, and how fast.

In: what `lib.sim year` keeps; what is missing there is run, on all cores, and can be interrupted and gone on with. Out:
a chapter in sections, each with the day on which it was made. A section that is not asked for stays as it stands; one
that was never run says so.
"""

import os
import platform
import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from lib.sim.year.asked import homes_of, parser
from lib.sim.year.conditions import Perfect
from lib.sim.year.fingerprint import source_prints
from lib.sim.year.grid import Maker, measures, runs_of
from lib.sim.year.keep import Keep
from lib.sim.year.results import EndedError, shared
from lib.sim.year.results import Result as Ran
from lib.sim.year.results import results as outcomes
from lib.sim.year.strategies import OURS
from tests.bench import homes_tables as tables
from tests.bench.homes_curve import curve
from tests.bench.homes_headroom import headroom
from tests.bench.homes_standings import leads_of, place_of, standings
from tests.bench.result import Result, as_table


class Part(NamedTuple):
    """A section of the chapter; words: of the command line, before those of the caller; always: after them."""

    title: str
    words: tuple[str, ...] = ()
    always: tuple[str, ...] = ()


TITLE = "Homes"
HOW = (
    "A year of each home by [docs/YEAR.md](YEAR.md): its contracts dynamic and daynight, with a battery and without, "
    "steps of a minute, a plan of ours each hour, on news and for a car that is behind its plan, seed 1. Euro a year. "
    "naive: charging at once without a battery; share: (naive - a strategy) / (naive - limit); limit: who knew all in "
    "advance. A rival is the best of all that `lib.sim.year.strategies` names, each with the settings that suit it "
    "best. A bill contains what trips lacked, as public charging, and what car and battery hold less at the end."
)
QUICK_DAYS = 3
SYNTHETIC, DEVELOPMENT = "Synthetic homes", "Development homes"
HOURLY = ("--plan-every", "hour")
SPRING = ("--skip", "60", "--days", "60")
STORED = ("--tariff", "dynamic", "--battery", "yes", *SPRING)
ALONE = ("--jobs", "1", "--fresh")  # of two at a time each takes longer, however many cores there are
IN_SPRING = "Of March and April, sun and frost in one"
IN_STORED = f"{IN_SPRING}, dynamic contract, with a battery."
PARTS = {
    "headline": Part("what a year costs", ("--strategies", "all", *HOURLY)),
    "faults": Part("what faults cost ours", ("--strategies", "ours", "--conditions", "all", *HOURLY, *SPRING)),
    "perfect": Part("what holds ours back", ("--strategies", "ours", "--perfect", "each", *HOURLY, *STORED)),
    "speed": Part("how long a year of ours takes", ("--strategies", "ours", *STORED), always=ALONE),
    "headroom": Part("what control is worth by quarter"),
}
HEADROOM = "Euro, and the share of what the best case saves, by the [definitions](YEAR.md#head-room)."
BILLS = (
    "What the bill of ours is made of. end: what car and battery hold less, and what trips lacked; above: quarters "
    "with a new month peak above the floor (of these without a stored cause); own: of these what the house alone made."
)
SHOWN = "![The highest quarter of each month: naive, the best rival, ours, the limit](docs/homes.svg)"
BEGIN, END = "<!-- homes: begin -->", "<!-- homes: end -->"


class Written(NamedTuple):
    """The chapter, the figures with goals; for the README its piece and its picture, where the headline was run."""

    chapter: str
    results: list[Result]
    readme: str | None
    picture: str | None


class Street(NamedTuple):
    """Some homes; words: of the command line that names them; is_here: whether they are."""

    title: str
    words: tuple[str, ...]
    is_here: bool = True
    folder: Path | None = None


def written(before: str, *, parts: Sequence[str], days: int | None, own: Sequence[str], day: date) -> Written:
    """Run what is missing for these parts. own: options of `year` besides, such as --jobs; before: the page so far.

    Raises what `lib.sim.year.results` does.
    """
    old = _sections(before)
    cut = ("--days", str(days)) if days else ()
    sections: list[str] = []
    found: list[Result] = []
    readme = picture = None
    source = source_prints()[OURS]
    for street in _streets((*own, *cut)):
        for part, its in PARTS.items():
            ran: list[Ran] = []
            title = f"{street.title}: {its.title}"
            if part not in parts or not street.is_here:
                sections.append(old.get(title) or f"### {title}\n\nNot run yet: `{_command(part, street)}`.\n")
                continue
            if part == "headroom":
                reached, text = headroom(_made(street.words).homes, None if days else street.folder)
                text = f"{HEADROOM}\n\n{text}"
            else:
                reached, text, ran = _part(part, street.words, judged=street.title == DEVELOPMENT)
            found += reached
            if part == "headline" and street.title == SYNTHETIC:
                stands = standings(ran)
                picture = curve(stands)
                readme = tables.headline(stands) + (f"\n\n{SHOWN}" if picture else "")
            period = f"The first {days} days only, which say little of a year; " if days else ""
            machine = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"
            foot = f"{period}{day}, {machine}, source {source[:8]}; `{_command(part, street)}`"
            goals = f"{as_table(reached)}\n\n" if reached else ""
            sections.append(f"### {title}\n\n{goals}{text}\n\n{foot}\n")
    return Written(f"## {TITLE}\n\n{HOW}\n\n" + "\n".join(sections), found, readme, picture)


def filled(paper: str, piece: str) -> str:
    """A paper with this between its marks. Raises ValueError without marks."""
    start, mark, rest = paper.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError(f"the marks {BEGIN} and {END} are missing")
    return f"{start}{BEGIN}\n\n{piece}\n\n{END}{after}"


def _streets(own: Sequence[str]) -> Iterator[Street]:
    yield Street(SYNTHETIC, tuple(own))
    folder = Path(os.environ.get("DM_CASES", "")) / "homes"
    is_here = "DM_CASES" in os.environ and (folder / "homes.json").exists()
    yield Street(DEVELOPMENT, ("--homes", str(folder), *own), is_here, folder)


@cache
def _made(words: Sequence[str]) -> Maker:
    """Homes and source are looked at once for all parts of these words."""
    return Maker(homes_of(parser("year", "").parse_args(words)))


def _command(part: str, street: Street) -> str:
    cases = "" if street.title == SYNTHETIC else "DM_CASES=… "
    return f"{cases}./do_py.sh -m tests.bench homes --part {part}"


def _sections(page: str) -> dict[str, str]:
    """The sections of the chapter as it stands, by title."""
    chapter = re.search(rf"(?ms)^## {TITLE}\n(.*?)(?=^## |\Z)", page)
    parts = re.split(r"(?m)^### ", chapter[1])[1:] if chapter else []
    return {part.partition("\n")[0]: f"### {part.rstrip()}\n" for part in parts}


def _part(part: str, own: tuple[str, ...], *, judged: bool) -> tuple[list[Result], str, list[Ran]]:
    """Its figures with goals, its tables, and what they are made of."""
    words = (*PARTS[part].words, *own, *PARTS[part].always)
    ran = _ran(words)
    match part:
        case "headline":
            stands = standings(ran)
            texts = [
                tables.headline(stands),
                BILLS,
                tables.bills(stands),
                tables.causes(stands),
                "Month peaks of ours in kW, and the mean as it is charged.",
                tables.peaks(stands),
                "All bills, € (trips missed), the cheapest rival first.",
                *tables.strategies(stands),
            ]
            reached = list(tables.reached(stands, judged=judged))
            return reached, "\n\n".join(texts), ran
        case "faults":
            leads = leads_of(standings(_ran((*PARTS["headline"].words, *SPRING, *own))))
            reached, text = tables.faults(ran, leads)
            says = f"{IN_SPRING}. Euro that ours costs more under a fault; bold where that is no less than the lead."
        case "perfect":
            ran += _ran((*words, "--perfect", ",".join(Perfect)))
            reached, text = tables.perfect(ran)
            says = f"{IN_STORED} Points of the share that each would give, were it perfect; plan: what all leave."
        case _:
            ran += _ran((*words, *HOURLY))
            places = list(dict.fromkeys(place_of(one.score) for one in ran))
            reached, text = tables.speed(ran, places)
            says = f"{IN_STORED} Seconds of one core for a year of it, one run at a time."
    return reached, f"{says}\n\n{text}", ran


def _ran(words: Sequence[str]) -> list[Ran]:
    """What is kept, and the rest run now."""
    asked = parser("year", "").parse_args(words)
    made = _made(tuple(words))
    runs = runs_of(made, asked)
    found = outcomes([*runs, *measures(made, runs)], asked, Keep(asked.keep), courses=False)
    if unsolved := [run.label for run in runs if run.key not in found]:
        raise EndedError(f"{unsolved[0]} and perhaps others were not solved", 1)
    return shared(runs, found, made)
