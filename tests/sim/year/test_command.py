"""`python -m lib.sim year`: the program itself, over a few days of a home."""

import csv
import json
import re
import shutil
import signal
import stat
from pathlib import Path
from typing import Any

import pytest

from lib.sim.year.conditions import FAULTS, Perfect
from lib.sim.year.standings import WIDE
from lib.sim.year.strategies import RIVALS
from tests.sim.year.programs import HOMES, asked, interrupted, listed

TWO_DAYS = ("--homes", HOMES, "--home", "corner", "--days", "2", "--tariff", "dynamic")
MUST = {
    *("home", "tariff", "battery", "strategy", "bill_eur", "energy_eur", "capacity_eur", "injection_eur"),
    *("month_peaks_kw", "missed_trips", "short_kwh", "cycles", "starts", "headroom_share"),
}


def test_a_program_gets_one_list_of_objects(tmp_path: Path) -> None:
    """Nothing but the list stands on standard output; naive and the limit are its measures, though nobody asked."""
    rows = listed("year", *TWO_DAYS, "--keep", tmp_path, "--strategies", "cap")
    assert [(False, "cap"), (True, "cap")] == [(row["battery"], row["strategy"]) for row in rows]
    assert all(set(row) >= MUST for row in rows)
    assert all(row["headroom_share"] > 0 for row in rows)


def test_the_help_names_what_can_be_typed() -> None:
    """On a terminal of 80 columns no name is torn."""
    words = set(re.split(r"[\s,;:]+", asked("year", "--help").stdout))
    assert set() == {*RIVALS, *FAULTS, *Perfect} - words


def test_the_same_seed_gives_the_same_bill(tmp_path: Path) -> None:
    """Run anew it is the same to the last digit, also when nothing was kept."""
    words = ("year", *TWO_DAYS, "--battery", "yes", "--strategies", "naive,limit")
    assert listed(*words, "--keep", tmp_path / "one") == listed(*words, "--keep", tmp_path / "two", "--jobs", "1")


def test_a_person_gets_a_table(tmp_path: Path) -> None:
    """A heading for each home, contract and battery, a line for each strategy, and no sign of progress."""
    done = asked("year", *TWO_DAYS, "--keep", tmp_path, "--battery", "no", "--strategies", "naive,limit")
    assert (0, "") == (done.returncode, done.stderr)
    assert "corner · dynamic · without battery · 2 days" in done.stdout
    assert ["naive", "limit"] == [line.split()[0] for line in done.stdout.splitlines() if "%" in line]
    assert max(map(len, done.stdout.splitlines())) <= WIDE


def test_faults_and_what_is_perfect_are_runs_of_their_own(tmp_path: Path) -> None:
    """Each fault with each of what is perfect; the limit has neither."""
    words = ("--battery", "no", "--strategies", "naive,limit", "--conditions", "clean,early_trips", "--perfect", "load")
    rows = listed("year", *TWO_DAYS, "--keep", tmp_path, *words)
    expected = [("naive", "clean+load"), ("naive", "early_trips+load"), ("limit", "clean")]
    assert expected == [(row["strategy"], row["conditions"]) for row in rows]


def quarters(path: Path) -> list[str]:
    """The lines of a CSV, without what is said of its run."""
    return [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]


def test_each_run_is_written_by_the_quarter(tmp_path: Path) -> None:
    """The sum of a CSV's quarters is what the list says."""
    words = ("--battery", "yes", "--strategies", "naive", "--csv", tmp_path / "quarters")
    [row] = listed("year", *TWO_DAYS, "--keep", tmp_path / "kept", *words)
    [path] = (tmp_path / "quarters").iterdir()
    rows = csv.DictReader(quarters(path))
    energy_eur = sum(float(one["import_wh"]) * float(one["import_eur_kwh"]) / 1000 for one in rows)
    assert pytest.approx(energy_eur, abs=1e-6) == row["energy_eur"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--strategies", "magic"), "'magic' is no strategy: take naive,"),
        (("--home", "castle"), "--home castle: there is none; take corner, attic"),
        (("--homes", "/nowhere"), "name a folder that holds homes.json"),
        (("--skip", "30"), "--skip 30: corner has no days after these"),
        (("--step", "7"), "'7' is no step in seconds: take a part of a minute"),
        (("--step", "100"), "'100' is no step in seconds: take a part of a minute"),
        (("--days", "99999999"), "'99999999' is no number of them: take 1 to 40000"),
        (("--skip", "99999999"), "'99999999' is no number of days: take 0 to 40000"),
        (("--conditions", "snow"), "'snow' is no condition: take clean,"),
        (("--perfect", "people"), "'people' is no thing that can be perfect: take load,"),
        (("--keep", "/proc/none"), "name another folder with --keep"),
        (("--jobs", "0"), "'0' is no number of them"),
        (("--html", "/nowhere/year.html"), "--html /nowhere/year.html: cannot be written there"),
        (("--csv", "/proc/none"), "--csv /proc/none: cannot be made: "),
    ],
)
def test_a_slip_is_one_sentence(words: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    """It says what would be right, and ends with 2."""
    done = asked("year", "--homes", HOMES, "--days", "1", "--keep", tmp_path, *words)
    assert (2, "") == (done.returncode, done.stdout)
    assert sentence in done.stderr.splitlines()[-1]


def test_quarters_that_broke_are_run_again(tmp_path: Path) -> None:
    """Their score alone does not write a file of them: the same command lives them anew, and says what it dropped."""
    words = (
        "year",
        *TWO_DAYS,
        "--battery",
        "no",
        "--strategies",
        "naive",
        "--csv",
        tmp_path / "csv",
        "--keep",
        tmp_path,
    )
    assert 0 == asked(*words).returncode
    [written] = (tmp_path / "csv").iterdir()
    whole = quarters(written)
    for course in tmp_path.glob("*.course"):
        course.write_bytes(course.read_bytes()[:-10])
    again = asked(*words)
    assert 0 == again.returncode
    assert "it was dropped, and the run begins anew" in again.stderr
    assert whole == quarters(written)


def test_homes_whose_names_look_alike_have_files_of_their_own(tmp_path: Path) -> None:
    """No file is written over another one's."""
    folder = shutil.copytree(HOMES, tmp_path / "homes")
    told = json.loads((folder / "homes.json").read_text("utf-8"))
    told["homes"] = dict.fromkeys(("Zoë", "a b", "a/b"), told["homes"]["corner"])
    (folder / "homes.json").write_text(json.dumps(told), "utf-8")
    words = ("--homes", folder, "--days", "1", "--tariff", "dynamic", "--battery", "no", "--strategies", "naive")
    assert 0 == asked("year", *words, "--csv", tmp_path / "csv", "--keep", tmp_path / "kept").returncode
    names = sorted(path.name.partition("-")[0] for path in (tmp_path / "csv").iterdir())
    assert ["Zo\u00eb", "a_b", "a_b"] == names


LONG = ("year", "--home", "S2", "--days", "7", "--step", "1", "--tariff", "dynamic", "--battery", "no")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the long run comes to."""
    return listed(*LONG, "--strategies", "naive", "--keep", tmp_path_factory.mktemp("fresh"))


@pytest.mark.timeout(400)
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM], ids=lambda by: by.name)
def test_a_long_run_is_put_away_and_goes_on(
    by: signal.Signals, undisturbed: list[dict[str, Any]], tmp_path: Path
) -> None:
    """Ctrl-C keeps a year under way; the same command goes on and comes to the same as one that nobody disturbed."""
    kept = tmp_path / "kept"
    ended = interrupted(by, *LONG, "--strategies", "naive", "--keep", kept)
    assert 128 + by == ended.code
    assert "the same command goes on" in ended.said
    assert ended.took_s < 4  # two seconds, on a machine that has no other work
    [year] = kept.glob("*.year")
    assert (0o700, 0o600) == tuple(stat.S_IMODE(path.stat().st_mode) for path in (kept, year))
    assert undisturbed == listed(*LONG, "--strategies", "naive", "--keep", kept)
    assert not list(kept.glob("*.year"))


@pytest.mark.timeout(400)
def test_a_solver_that_does_not_listen_is_ended_and_what_waits_is_forgotten(tmp_path: Path) -> None:
    """One of four runs solves for a minute, and two have not begun: nothing hangs, and no thread complains."""
    words = (
        "--home",
        "S2",
        "--days",
        "120",
        "--step",
        "1",
        "--tariff",
        "dynamic",
        "--strategies",
        "naive,limit",
        "--jobs",
        "2",
    )
    ended = interrupted(signal.SIGINT, "year", *words, "--keep", tmp_path)
    assert 128 + signal.SIGINT == ended.code
    assert "the same command goes on" in ended.said
    assert "Exception" not in ended.said


def test_without_a_solver_there_is_no_limit(tmp_path: Path) -> None:
    """As on a Pi of 32 bits: ours plans greedily as at home, and shares are not known."""
    words = ("--battery", "no", "--strategies", "naive,ours,emhass,limit", "--keep", tmp_path, "--json")
    done = asked("year", *TWO_DAYS, *words, without="highspy")
    assert 0 == done.returncode
    found = [(row["strategy"], row["headroom_share"]) for row in json.loads(done.stdout)]
    assert [("naive", None), ("ours", None)] == found
    assert "the solver highspy is not installed here" in done.stderr


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    """Whatever is asked."""
    few = ("--days", "1", "--tariff", "dynamic", "--json")
    year = ("year", "--homes", HOMES, "--strategies", "naive", "--keep", tmp_path)
    for words in (year, ("headroom", "--home", "S1", "--rules")):
        done = asked(*words, *few, to="/dev/full")
        assert 2 == done.returncode
        assert [f"{words[0]}: what was found cannot be written: No space left on device"] == done.stderr.splitlines()


def test_a_process_that_is_killed_is_an_end_with_a_sentence(tmp_path: Path) -> None:
    """As the kernel does where memory is short: nothing hangs, and it says what to do."""
    ended = interrupted(signal.SIGKILL, *LONG, "--strategies", "naive", "--keep", tmp_path, "--jobs", "1", worker=True)
    assert 1 == ended.code
    assert "try again with fewer --jobs" in ended.said
