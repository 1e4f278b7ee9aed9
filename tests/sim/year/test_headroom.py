"""The simple rules and the least possible are what the tables of recorded homes say; and the word that prints them."""

import json
import re
import shutil
from collections.abc import Mapping
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from lib.sim.year import headroom_command
from lib.sim.year.contract import NAMES, contract
from lib.sim.year.folder import homes
from lib.sim.year.headroom import BEST, NAIVE, Standing, cases, compared, nights, standings
from lib.sim.year.headroom_check import ENOUGH, Key, Line, deviation, parse_tables
from lib.sim.year.headroom_command import WIDE, run, tables
from lib.sim.year.home import Home
from lib.sim.year.synthetic import made
from tests.conftest import folders

OWN = folders()[0] / "homes"
TOLD = [folder / "homes" for folder in folders()[1:] if (folder / "homes" / "headroom.md").is_file()]
QUICK = "LP EV trip-aware"  # in the slow ones there is a battery; the word of the command line compares them all


@cache
def told(folder: Path) -> tuple[Mapping[str, Home], Mapping[Key, Line]]:
    """The homes of a folder, and what its tables say."""
    return homes(folder), parse_tables((folder / "headroom.md").read_text("utf-8"))


@pytest.mark.parametrize("folder", TOLD, ids=lambda folder: folder.parent.name)
def test_every_simple_rule_comes_to_what_the_tables_say(folder: Path) -> None:
    """All simple rules of all homes under both contracts, each figure of a line."""
    found, lines = told(folder)
    off = {}
    for name, home in found.items():
        for tariff in NAMES:
            for one in standings(home, contract(tariff), cases(only_rules=True)):
                off[name, tariff, one.case] = deviation(one, lines[name, tariff, one.case])
    assert {} == {key: part for key, part in off.items() if part > ENOUGH / 50}
    assert len(off) == len(found) * len(NAMES) * len(cases(only_rules=True))


@pytest.mark.parametrize("folder", TOLD, ids=lambda folder: folder.parent.name)
def test_what_a_car_can_save_at_best_is_what_the_table_says(folder: Path) -> None:
    """The limit without a battery over a whole year of one home."""
    found, lines = told(folder)
    name, home = next(iter(found.items()))
    (one,) = standings(home, contract("daynight"), [case for case in cases() if case.name == QUICK])
    assert deviation(one, lines[name, "daynight", QUICK]) < ENOUGH / 50


def test_no_case_is_below_the_best_one_and_shares_are_of_it() -> None:
    """Over a week at a home that is made up: the best case has all of the head-room, naive charging nothing of it."""
    home = made("S1", days=7)
    found = {one.case: one for one in compared(list(standings(home, contract("dynamic"), cases())))}
    cars = [one for name, one in found.items() if name != "house only" and "battery" not in name]
    assert found[NAIVE].total_eur == max(one.total_eur for one in cars)
    assert (0.0, 1.0) == (found[NAIVE].share, found[BEST].share)
    assert found[BEST].total_eur < found["LP EV trip-aware"].total_eur <= found["LP EV full at departure"].total_eur
    assert found[BEST].total_eur < found["LP battery, EV naive"].total_eur < found[NAIVE].total_eur
    assert found["house only"].saved_eur is None


def test_the_night_is_the_contracts_and_knows_no_change_of_the_clock() -> None:
    """Nine hours from 22:00 on weekdays, the whole weekend: 92 quarters on the Sunday in March."""
    home = made("S2", days=365).first(3, skip=87)  # Saturday 29 March 2025 to Monday
    night = nights(home, contract("daynight"))
    assert 96 + 92 + 7 * 4 + 2 * 4 == sum(night)


def folder_with(tmp_path: Path, total: float) -> Path:
    """Our own folder with a table beside it, of which one total is as said."""
    folder = tmp_path / "homes"
    shutil.copytree(OWN, folder)
    name, home = next(iter(homes(folder).items()))
    (one,) = standings(home, contract("dynamic"), cases()[:1])
    money = f"{one.energy_eur:.2f} | {one.injection_eur:.2f} | {one.capacity_eur:.2f}"
    row = f"{money} | {one.mean_peak_kw:.2f} | {one.import_kwh:.1f} | {one.export_kwh:.1f}"
    head = f"# Tables\n\n### {name} dynamic\n\n| case | total |\n|---|---|\n"
    text = f"{head}| house only | {one.total_eur * total:.2f} | {row} |\n"
    (folder / "headroom.md").write_text(text, "utf-8")
    return folder


def test_the_word_says_what_lies_off_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A figure within half a per cent ends well, another with 1; a file without tables with a sentence."""
    words = ["--rules", "--check", "--tariff", "dynamic"]
    assert 0 == run([*words, "--homes", str(folder_with(tmp_path / "right", 1.0))])
    assert "0.000% off" in capsys.readouterr().err
    assert 1 == run([*words, "--homes", str(folder_with(tmp_path / "wrong", 1.02))])
    assert "off" in capsys.readouterr().err
    assert 2 == run([*words, "--homes", str(OWN)])
    assert "headroom.md: holds no table" in capsys.readouterr().err


@pytest.mark.parametrize("width", [80, WIDE])
def test_the_tables_of_a_year_fit_a_terminal(width: int) -> None:
    """Where it is narrow in two, money and deeds: no figure is cut, and none is missing."""
    case = "rule EV cap 2.5 kW + battery"
    shares = {"mean_peak_kw": 9.49, "import_kwh": 12345.6, "export_kwh": 2345.6, "cycles": 365.0, "share": -0.14}
    money = {"total_eur": 7654.32, "energy_eur": 6543.21, "injection_eur": 987.65, "capacity_eur": 876.54}
    year = Standing(case=case, **money, **shares, month_peaks_kw=(9.49,), saved_eur=-1234.56)
    screen = Console(width=width, file=StringIO())
    for table in tables("S1 dynamic", [year], {case: 0.0123}, wide=width == WIDE):
        screen.print(table)
    assert isinstance(screen.file, StringIO)
    shown = re.split(r"[\s│]+", screen.file.getvalue())
    figures = ["7654.32", "6543.21", "987.65", "876.54", "-1234.56", "-14%"]
    figures += ["9.49", "12345.6", "2345.6", "365", "1.230%"]
    assert [1] * len(figures) == [shown.count(figure) for figure in figures]


def test_the_word_answers_a_program_with_one_list(capsys: pytest.CaptureFixture[str]) -> None:
    """Each case of each home and contract is an object; what is unknown is null."""
    assert 0 == run(["--rules", "--json", "--home", "S2", "--days", "2"])
    rows = json.loads(capsys.readouterr().out)
    assert {("S2", tariff) for tariff in NAMES} == {(row["home"], row["tariff"]) for row in rows}
    assert [case.name for case in cases(only_rules=True)] * 2 == [row["case"] for row in rows]
    assert {None} == {row["share"] for row in rows}  # the best case was not worked out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--home", "S9"], "'S9' is no home that is built in"),
        (["--homes", str(OWN), "--home", "S9"], "--home S9: there is none; take corner, attic"),
        (["--homes", "/nowhere"], "homes.json: is not there"),
    ],
)
def test_a_slip_is_one_sentence(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What to write instead stands in it."""
    assert 2 == run(words)
    assert said in capsys.readouterr().err


def test_ctrl_c_is_a_word_and_no_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has seen enough ends with 130."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(headroom_command, "standings", interrupt)
    assert 130 == run(["--rules", "--home", "S2", "--days", "2"])
    assert "headroom: stopped\n" == capsys.readouterr().err


def test_a_table_that_cannot_be_read_is_shown() -> None:
    """Words where a number belongs."""
    with pytest.raises(ValueError, match="is no line of a table"):
        parse_tables("### H1 dynamic\n| house only | much | 1 | 2 | 3 | 4 | 5 | 6 |")
