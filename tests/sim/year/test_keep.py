"""What is kept of runs: nothing stale, nothing broken, nothing of somebody else."""

from dataclasses import replace
from pathlib import Path

import pytest

from lib.core.charges import NOTHING
from lib.sim.year.conditions import Conditions
from lib.sim.year.contract import contract
from lib.sim.year.fingerprint import home_print, key_of, source_prints
from lib.sim.year.folder import homes
from lib.sim.year.home import Home
from lib.sim.year.keep import Keep
from lib.sim.year.live import Frame, Year
from lib.sim.year.runs import Outcome, Run, outcome
from lib.sim.year.strategies import RIVALS
from tests.sim.year.programs import HOMES

KEY = "0123456789abcdef" * 2
FRAME = Frame(battery=True)


@pytest.fixture(scope="module")
def home() -> Home:
    """Two days of a home with a car."""
    return homes(HOMES)["corner"].first(2)


def a_run(home: Home) -> Run:
    """A cap on the peak, with a battery."""
    return Run(home=home, tariff="dynamic", strategy="cap", frame=FRAME, key=KEY)


def came_to(run: Run, keep: Keep | None = None) -> Outcome:
    """Its outcome, undisturbed."""
    found = outcome(run, keep)
    assert found
    return found


def test_what_is_over_comes_back_as_it_was(home: Home, tmp_path: Path) -> None:
    """Score and course are the same, in files that only their owner reads."""
    keep, (score, course) = Keep(tmp_path / "kept"), came_to(a_run(home))
    keep.put(KEY, score, course)
    assert score == keep.score(KEY)
    assert course == keep.course(KEY)
    assert {0o600} == {path.stat().st_mode & 0o777 for path in keep.folder.iterdir()}


def test_a_year_goes_on_where_it_was(home: Home, tmp_path: Path) -> None:
    """It does not begin anew, and comes to the same."""
    keep, run, told = Keep(tmp_path / "kept"), a_run(home), list[int]()
    assert outcome(run, keep, tell=told.append, is_stopped=lambda: told[-1] > 20) is None
    stopped = told[-1]
    told.clear()
    found = outcome(run, keep, tell=told.append)
    assert found
    assert stopped == told[0]
    assert came_to(run).course == found.course


def test_a_year_in_which_something_cost_nothing_is_kept(home: Home, tmp_path: Path) -> None:
    """A core holds a mapping that cannot be changed there, of which pickle by itself knows nothing."""
    keep, year = (
        Keep(tmp_path / "kept"),
        Year(home, RIVALS["naive"], contract=contract("dynamic"), prices=contract("dynamic").prices(home), frame=FRAME),
    )
    year.__dict__["held"] = NOTHING
    keep.put_year(KEY, year, 1.0)
    found = keep.year(KEY)
    assert found
    assert NOTHING == found[0].__dict__["held"]


def test_what_decides_a_result_is_in_its_key(home: Home) -> None:
    """Another load, contract, strategy, frame, condition or source is another run; the same is the same."""
    changed = replace(home, load_wh=(home.load_wh[0] + 0.001, *home.load_wh[1:]))
    prints, source = home_print(home), source_prints()["cap"]
    keys = [
        key_of(prints, tariff="dynamic", strategy="cap", frame=FRAME, source=source),
        key_of(home_print(changed), tariff="dynamic", strategy="cap", frame=FRAME, source=source),
        key_of(prints, tariff="daynight", strategy="cap", frame=FRAME, source=source),
        key_of(prints, tariff="dynamic", strategy="naive", frame=FRAME, source=source),
        key_of(prints, tariff="dynamic", strategy="cap", frame=FRAME, source="other"),
        *(
            key_of(prints, tariff="dynamic", strategy="cap", frame=frame, source=source)
            for frame in (
                FRAME._replace(seed=2),
                FRAME._replace(plan_every_s=3600),
                FRAME._replace(conditions=Conditions(sun_factor=0.5)),
            )
        ),
    ]
    assert len(keys) == len(set(keys))
    assert keys[0] == key_of(home_print(home.first(2)), tariff="dynamic", strategy="cap", frame=FRAME, source=source)


def test_only_what_computes_decides(tmp_path: Path) -> None:
    """A better page needs no new run; a better core does for ours, a better plant for all."""
    texts = {
        "lib/sim/year/live.py": "from lib.sim.year.plant import Plant",
        "lib/solver/__init__.py": "def solved():\n    from lib.solver.search import searched",
        "lib/solver/search.py": "",
        "lib/sim/year/plant.py": "",
        "lib/sim/year/score.py": "",
        "lib/sim/year/report.py": "import lib.sim.year.live",
        "lib/sim/year/ours.py": "def first():\n    from lib.core import plan\n    from lib import solver",
        "lib/core/plan.py": "",
        "lib/sim/rivals/cap.py": "import lib.core.power",
        "lib/core/power.py": "",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    def changed(name: str) -> set[str]:
        """Which strategies have another print once this is edited."""
        before = source_prints(tmp_path, modules)
        (tmp_path / name).write_text("more = 1\n" + texts[name])
        after = source_prints(tmp_path, modules)
        return {strategy for strategy in modules if before[strategy] != after[strategy]}

    modules = {"ours": "lib.sim.year.ours", "cap": "lib.sim.rivals.cap"}
    assert set() == changed("lib/sim/year/report.py")
    assert {"ours"} == changed("lib/core/plan.py")
    assert [{"ours"}, {"ours"}] == [changed("lib/solver/__init__.py"), changed("lib/solver/search.py")]
    assert {"cap"} == changed("lib/core/power.py")
    assert {"ours", "cap"} == changed("lib/sim/year/plant.py")


@pytest.mark.parametrize("what", ["cut", "foreign", "writable by others"])
def test_what_is_broken_or_foreign_is_dropped(home: Home, tmp_path: Path, what: str) -> None:
    """Nothing of it is used, a sentence says so, and the file is gone."""
    said: list[str] = []
    keep, run = Keep(tmp_path / "kept", said.append), a_run(home)
    assert outcome(run, keep, is_stopped=lambda: True) is None
    [path] = keep.folder.iterdir()
    match what:
        case "cut":
            path.write_bytes(path.read_bytes()[:-10])
        case "foreign":
            path.write_bytes(b"cos\nsystem\n(S'true'\ntR.")
        case _:
            path.chmod(0o666)
    assert keep.year(KEY) is None
    assert not path.exists()
    assert [f"{path}: is broken or from elsewhere; it was dropped, and the run begins anew"] == said


def test_a_score_of_another_form_is_dropped(tmp_path: Path) -> None:
    """JSON that is not ours is no score."""
    said: list[str] = []
    keep = Keep(tmp_path, said.append)
    for text in (
        "{",
        "[]",
        '{"form": 1, "key": "other", "score": {}}',
        f'{{"form": 1, "key": "{KEY}", "score": {{}}}}',
    ):
        (tmp_path / f"{KEY}.json").write_text(text)
        (tmp_path / f"{KEY}.json").chmod(0o600)
        assert keep.score(KEY) is None
    assert 4 == len(said)
