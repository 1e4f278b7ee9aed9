"""How far runs are, as it is told to somebody who looks; by a clock of our own."""

import pytest
from rich.console import Console
from rich.progress import Progress

from lib.sim.year.board import WAITS
from lib.sim.year.folder import homes
from lib.sim.year.live import Frame
from lib.sim.year.progress import Watch
from lib.sim.year.runs import Run
from tests.sim.year.programs import HOMES


def test_what_is_over_goes_no_slower_while_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time left of those that wait goes by how long one like them took, however long ago."""
    home = homes(HOMES)["corner"].first(1)
    runs = [Run(home=home, tariff="dynamic", strategy=name, frame=Frame(battery=False)) for name in ("naive",) * 2]
    whole, shown = home.quarters, Progress(console=Console(quiet=True))
    watch = Watch(runs, jobs=1, paces={}, progress=shown)
    for now_s, over in ((0, 0), (10, whole), (500, whole)):
        monkeypatch.setattr("lib.sim.year.progress.time.monotonic", lambda now_s=now_s: now_s)
        watch([over, WAITS])
    assert "0:00:10 left" == shown.tasks[0].fields["left"]
