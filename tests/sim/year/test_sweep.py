"""`python -m lib.sim sweep`: the same numbers in one process, in a pool of them, and on a cluster."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from lib.sim.year.folder import homes
from lib.sim.year.grid import settings_of
from lib.sim.year.live import Frame
from lib.sim.year.runs import Run, outcome
from lib.sim.year.sweep import WIDE, Standing, table
from tests.sim.year.programs import HOMES, ROOT, asked, listed
from tests.waiting import LIMIT_S

WORDS = ("sweep", "--homes", HOMES, "--home", "corner", "--days", "2", "--tariff", "dynamic", "--battery", "yes")


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """A Dask cluster of two workers on loopback."""
    where = tmp_path / "scheduler.json"
    options = ("--scheduler-file", str(where), "--no-dashboard")
    with ExitStack() as started:
        _start("distributed.cli.dask_scheduler", *options, "--host", "127.0.0.1", "--port", "0", started=started)
        for _ in range(2):
            worker = ("--nthreads", "2", "--no-nanny", "--local-directory", str(tmp_path))
            _start("distributed.cli.dask_worker", *options, *worker, started=started)
        yield _address(where)


def test_a_pool_and_a_cluster_come_to_what_one_process_does(scheduler: str, tmp_path: Path) -> None:
    """Where it runs changes no digit."""
    words = (*WORDS, "--strategies", "naive,cap", "--set", "seed=1,2")
    pool = listed(*words, "--keep", tmp_path / "pool", "--jobs", "2")
    assert pool == listed(*words, "--keep", tmp_path / "cluster", "--scheduler", scheduler)
    assert [alone(row["strategy"], row["settings"]["seed"]) for row in pool] == [row["bill_eur"] for row in pool]


def test_the_best_setting_comes_first(tmp_path: Path) -> None:
    """A line for each strategy and setting, by the mean bill."""
    done = asked(
        *WORDS, "--keep", tmp_path, "--strategies", "naive,cap,limit", "--set", "seed=1", "--set", "early_h=0,1"
    )
    assert (0, "") == (done.returncode, done.stderr)
    names = [line.split()[0] for line in done.stdout.splitlines() if "%" in line]
    assert "limit" == names[0]
    assert ["cap", "cap", "limit", "naive", "naive"] == sorted(names)
    assert "seed 1, early_h 1.0" in done.stdout


def test_a_rival_plans_by_its_own_rule(tmp_path: Path) -> None:
    """How often ours plans makes no other run of it."""
    rows = listed(*WORDS, "--keep", tmp_path, "--strategies", "naive,cap", "--set", "plan_every_s=900,3600")
    assert [("naive", {}), ("cap", {})] == [(row["strategy"], row["settings"]) for row in rows]


def test_a_setting_may_be_given_again() -> None:
    """All its values run, each once."""
    assert [{"seed": 1}, {"seed": 2}] == settings_of(["seed=1", "seed=2,1"])


@pytest.mark.parametrize("width", [80, WIDE])
def test_a_setting_is_told_in_full_on_a_terminal(width: int) -> None:
    """Where it is narrow its name above its value."""
    figures: dict[str, Any] = {"runs": 12, "bill_eur": 1234.56, "share": 0.123, "peak_kw": 4.56, "missed_trips": 1}
    one = Standing(strategy="ours", settings="plan_every_s 900, prices_missing_days 3", took_s=123.4, **figures)
    screen = Console(width=width, file=StringIO())
    screen.print(table([one], wide=width == WIDE))
    assert isinstance(screen.file, StringIO)
    words = screen.file.getvalue().split()
    assert {"ours", "plan_every_s", "900,", "prices_missing_days", "1234.56", "12.3%", "4.56", "123.4"} <= set(words)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--set", "colour=blue"), "colour is no setting; take step_s, seed,"),
        (("--set", "seed"), "write a name and its values, such as sun_factor=0.5,1"),
        (("--set", "seed=one"), "one is no value of seed; take a whole number"),
        (("--set", "plan_every_s=0"), "0 is no value of plan_every_s; take 900 or more, in quarters of an hour"),
        (("--set", "plan_every_s=1000"), "1000 is no value of plan_every_s"),
        (("--set", "sun_factor=1,nan"), "nan is no value of sun_factor; take a number from 0 to 10"),
        (("--set", "early_h=-2"), "-2 is no value of early_h; take hours from 0 to 24, in quarters"),
        (("--set", "early_h=0.1"), "0.1 is no value of early_h"),
        (("--set", "prices_missing_days=-3"), "-3 is no value of prices_missing_days; take days from 0 to 366"),
        (("--set", "sun_factor=1", "--conditions", "sun_half"), "is a condition, and --conditions names others"),
        (("--set", "perfect=sun", "--perfect", "load"), "say the same: take one of them"),
        (("--set", "step_s=7"), "7 is no value of step_s; take a part of a quarter in seconds"),
        (("--scheduler", "tcp://127.0.0.1:1"), "no Dask scheduler answers there"),
    ],
)
def test_a_slip_is_one_sentence(words: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    """It says what would be right, and ends with 2."""
    done = asked(*WORDS, "--keep", tmp_path, "--strategies", "naive", *words)
    assert (2, "") == (done.returncode, done.stdout)
    assert sentence in done.stderr.splitlines()[-1]


def test_a_cluster_without_workers_says_so(tmp_path: Path) -> None:
    """Nobody waits for somebody who never comes."""
    with ExitStack() as started:
        where = tmp_path / "scheduler.json"
        options = ("--scheduler-file", str(where), "--no-dashboard", "--host", "127.0.0.1", "--port", "0")
        _start("distributed.cli.dask_scheduler", *options, started=started)
        words = ("--keep", tmp_path / "kept", "--strategies", "naive", "--scheduler", _address(where))
        done = asked(*WORDS, *words)
    assert (2, "") == (done.returncode, done.stdout)
    assert "no worker is with it; start one: dask worker tcp://" in done.stderr.splitlines()[-1]


def test_without_dask_it_says_how_to_get_it(tmp_path: Path) -> None:
    """As on a Pi, where nothing else of the program needs it."""
    words = ("--keep", tmp_path, "--strategies", "naive", "--scheduler", "tcp://127.0.0.1:1")
    done = asked(*WORDS, *words, without="distributed")
    assert 2 == done.returncode
    assert "--scheduler needs Dask, which is not installed here: ./do_py.sh -m pip install" in done.stderr


def alone(strategy: str, seed: int) -> float:
    """The bill that this process works out."""
    run = Run(
        home=homes(HOMES)["corner"].first(2),
        tariff="dynamic",
        strategy=strategy,
        frame=Frame(battery=True, seed=seed),
    )
    found = outcome(run)
    assert found
    return found.score.bill_eur


def _start(module: str, *words: str, started: ExitStack) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", module, *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    started.enter_context(process)
    started.callback(process.terminate)


def _address(where: Path) -> str:
    """Where the scheduler is, once both workers are with it."""
    end = time.monotonic() + LIMIT_S
    while not where.exists() or not where.read_text():
        assert time.monotonic() < end
        time.sleep(0.05)
    told: dict[str, Any] = json.loads(where.read_text())
    return str(told["address"])
