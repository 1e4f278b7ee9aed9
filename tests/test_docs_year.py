"""What the paper of the year promises: words, options, strategies and conditions that are there, and their figures."""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from lib.core import insured, summits, supposed
from lib.sim.year import asked, contract, limit, ours_rules, plant, score, seen, simple_rules
from lib.sim.year.conditions import FAULTS, Perfect
from lib.sim.year.folder import homes
from lib.sim.year.grid import OF_CONDITIONS, OF_FRAME
from lib.sim.year.headroom import CAP_W, LOW_CAP_W, cases
from lib.sim.year.home import LEFT
from lib.sim.year.standings import MONEY
from lib.sim.year.strategies import LIMIT, RIVALS, STRATEGIES
from lib.sim.year.synthetic import SYNTHETIC
from tests.bench import homes as bench
from tests.test_docs import PAPERS, README, ROOT
from tests.test_docs_cars import rows

PAPER = (ROOT / "docs" / "YEAR.md").read_text("utf-8")
PLAN = " ".join((ROOT / "docs" / "PLAN.md").read_text("utf-8").split())
WORDS = " ".join(PAPER.split())
COMMANDS = ("year", "sweep", "headroom")


def options_of(word: str) -> set[str]:
    """What a word takes, as it tells itself."""
    told = subprocess.run(
        [sys.executable, "-m", "lib.sim", word, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return set(re.findall(r"(?<![\w-])(--[a-z-]+)", told))


@pytest.fixture(scope="module")
def options() -> dict[str, set[str]]:
    """Of each word."""
    return {word: options_of(word) for word in COMMANDS}


def test_every_option_is_in_the_paper_and_none_besides(options: dict[str, set[str]]) -> None:
    """Of all three words."""
    there = set().union(*options.values()) - {"--help"}
    named = set(re.findall(r"(?<![\w-])(--[a-z]+(?:-[a-z]+)*)(?![\w-])", PAPER))
    assert there == named


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_each_command_line_takes_what_is_written(paper: Path, options: dict[str, set[str]]) -> None:
    """In every paper; and its strategies and settings are there."""
    text = paper.read_text("utf-8")
    for word, rest in re.findall(r"lib\.sim (year|sweep|headroom)( [^`\n]*)?", text):
        assert set() == set(re.findall(r" (--[a-z-]+)", rest)) - options[word], rest
        for names in re.findall(r"--strategies ([\w,]+)", rest):
            assert set() == set(names.split(",")) - {*STRATEGIES, LIMIT, "all"}
        for name in re.findall(r"--set (\w+)=", rest):
            assert name in {*OF_FRAME, *OF_CONDITIONS}
        for name in re.findall(r"--home (\w+)", rest):
            assert name in SYNTHETIC
    for rest in re.findall(r"tests\.bench homes( [^`\n]*)?", text):
        assert set() == set(re.findall(r" --part (\w+)", rest)) - bench.PARTS.keys()


def test_every_strategy_and_condition_has_its_row() -> None:
    """And none that is not there."""
    assert [*STRATEGIES, LIMIT] == [row[0].strip("`") for row in rows(PAPER, "strategy")]
    assert [*FAULTS] == [row[0].strip("`") for row in rows(PAPER, "condition")]
    assert [] == [name for name in Perfect if f"`{name}`" not in PAPER]
    assert [] == [name for name in (*OF_FRAME, *OF_CONDITIONS) if f"`{name}`" not in PAPER]
    assert [] == [name for name in (*SYNTHETIC, *contract.NAMES) if f"`{name}`" not in PAPER]


def test_every_case_of_the_head_room_is_named() -> None:
    """As its table calls it."""
    head_room = PAPER.partition("\n## Head-room\n")[2].partition("\n## ")[0]
    assert [] == [case.name for case in cases() if case.name not in head_room]
    assert [f"B{number}" for number in range(6)] == re.findall(r"^\| (B\d) \|", head_room, re.MULTILINE)


def test_what_the_code_points_to_is_there() -> None:
    """Headings and rules that docstrings name."""
    for file in (ROOT / "lib" / "sim").rglob("*.py"):
        text = file.read_text("utf-8")
        for heading in re.findall(r'docs/YEAR\.md, "([^"]+)"', text):
            assert f"\n## {heading}\n" in PAPER, file
        for names in re.findall(r"((?:B\d(?: and )?)+) of docs/YEAR\.md", text):
            assert [] == [name for name in re.findall(r"B\d", names) if f"| {name} |" not in PAPER], file


def test_its_figures_are_those_of_the_code() -> None:
    """Steps, lags, prices, what is missed."""
    known = (
        f"do what they are told after {plant.LAG_S} s",
        f"from {seen.PUBLISHED_H}:00 local time on tomorrow's",
        f"calendar of the next {seen.CALENDAR.days} days",
        f"for {seen.SUN_AHEAD.days * 24} hours",
        f"{contract.EUR_KW_YEAR} € a year for each kW",
        f"each month at least {contract.FLOOR_W / 1000:g} kW",
        f"more than {score.MISSED_WH / 1000:g} kWh less than the trip takes and {LEFT:.0%}".replace("%", " %"),
        f"costs {score.PUBLIC_EUR_KWH:.2f} € a kWh",
        f"counts {limit.WEAR_EUR_KWH} € of wear",
        f"at most over {simple_rules.SPREAD_OVER // 4} hours of it",
        f"never below {simple_rules.LEAST_WH * 4 / 1000:g} kW",
        f"rule EV cap {CAP_W / 1000:g} kW, rule EV cap {LOW_CAP_W / 1000:g} kW",
        f"{simple_rules.KEPT_WH / 1000:g} kWh are kept",
        f"below {ours_rules.RESERVE_PCT:g} % it charges at once",
    )
    assert [] == [said for said in known if said not in WORDS]
    assert f"({asked.KEEP.relative_to(ROOT)})" in PAPER
    assert FAULTS["prices_missing"].prices_missing_days == 7
    assert FAULTS["early_trips"].early_h == 1
    assert (0.5, 1.5) == (FAULTS["sun_half"].sun_factor, FAULTS["sun_more"].sun_factor)


def test_what_was_learned_for_the_peak_is_as_the_paper_of_the_plan_says() -> None:
    """Days, chances and prices of it."""
    known = (
        f"Of the last {insured.DAYS} days it keeps every quarter",
        f"holding {summits.HELD:.0%}".replace("%", " %"),
        f"of the last {insured.KEPT_DAYS} of them",
        f"begin after {summits.LEAST_DAYS} days",
        f"the mean of the last {supposed.DAYS_BACK} days",
        f"with a chance of {round(10 * (1 - summits.CHANCES[0][0]))} in 10",
        f"a kW costs {summits.CHANCES[0][1]:.0%}".replace("%", " %"),
    )
    assert [] == [said for said in known if said not in PLAN]
    assert summits.LEAST_DAYS == insured.LEAST_DAYS


@pytest.mark.skipif(find_spec("highspy") is None, reason="shares need the solver")
def test_the_table_in_the_paper_is_the_programs_own(tmp_path: Path) -> None:
    """Two days, as it prints them; spaces at the ends of lines do not count."""
    line = next(
        line for line in re.findall(r"^\./do_py\.sh (-m lib\.sim year .*)$", PAPER, re.MULTILINE) if "cap" in line
    )
    said = subprocess.run(
        [sys.executable, *line.split(), "--keep", tmp_path, "--jobs", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = [line.rstrip() for line in said.splitlines() if line.strip()]
    shown = re.search(r"```\n(S1 · .*?)```", PAPER, re.DOTALL)
    assert shown
    paper = [line.rstrip() for line in shown[1].splitlines() if line.strip()]
    assert paper == lines[: len(paper)], said
    assert [] == [column.title for column in MONEY if column.title not in shown[1]]


def test_the_home_in_the_paper_is_one(tmp_path: Path) -> None:
    """The form is taken: what is refused is only that its files are missing."""
    block = next(block for block in re.findall(r"```json\n(.*?)```", PAPER, re.DOTALL))
    (tmp_path / "homes.json").write_text(block, "utf-8")
    assert {"mine"} == json.loads(block)["homes"].keys()
    with pytest.raises(ValueError, match=r"roofs\.csv: is not there"):
        homes(tmp_path)


def test_the_readme_has_a_place_for_the_homes() -> None:
    """That the bench fills, and nothing else of it; and says beside how many others ours is set."""
    assert {"eighteen": len(RIVALS)} == dict.fromkeys(re.findall(r"beside (\w+) other ways to charge", README), 18)
    filled = bench.filled(README, "| a | table |")
    assert "| a | table |" in filled
    outside = [README.partition(bench.BEGIN)[0], README.partition(bench.END)[2]]
    assert outside == [filled.partition(bench.BEGIN)[0], filled.partition(bench.END)[2]]
    assert filled == bench.filled(filled, "| a | table |")
