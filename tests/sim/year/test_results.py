"""What becomes of runs: those that cannot be solved hold up no other."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from lib.sim.year import results as module
from lib.sim.year.asked import parser
from lib.sim.year.folder import homes
from lib.sim.year.grid import Maker, measures, runs_of
from lib.sim.year.keep import Keep
from lib.sim.year.results import results, shared
from lib.sim.year.runs import Outcome, Run, outcome
from lib.sim.year.strategies import LIMIT
from lib.solver.errors import SolverError, UnsolvedError
from tests.sim.year.programs import HOMES

WORDS = ("--home", "corner", "--days", "1", "--tariff", "dynamic", "--battery", "no", "--strategies", "naive,cap,limit")


def test_a_limit_that_is_not_found_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are there, without their shares, and it is said which is missing."""

    def crew(runs: Sequence[Run], **_: Any) -> Iterator[tuple[Run, Outcome | SolverError]]:
        for run in runs:
            found = None if run.strategy == LIMIT else outcome(run)
            yield run, found or UnsolvedError("HiGHS found no optimum: Time limit reached")

    monkeypatch.setattr(module, "crew", crew)
    asked = parser("year", "").parse_args(["--homes", str(HOMES), *WORDS])
    made = Maker(homes(HOMES, ["corner"]))
    made = Maker({name: home.first(1) for name, home in made.homes.items()})
    runs = runs_of(made, asked)
    found = results([*runs, *measures(made, runs)], asked, Keep(tmp_path), courses=False)
    assert [("naive", None), ("cap", None)] == [
        (one.score.strategy, one.score.headroom_share) for one in shared(runs, found, made)
    ]
    said = "corner dynamic: limit: HiGHS found no optimum: Time limit reached; it is left out\n"
    assert said == capsys.readouterr().err
