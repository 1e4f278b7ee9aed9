"""How far many runs are, drawn on a terminal: all of them with the time left, and each that is at work.

In: runs and how many of their quarters are over. Knows nothing of processes; where there is no terminal it is quiet.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from lib.sim.year.board import WAITS
from lib.sim.year.runs import Run

SHOWN = 8  # runs at work; of more, the first ones


class Watch:
    """Called with the quarters that are over, by run."""

    def __init__(self, runs: Sequence[Run], *, jobs: int, paces: Mapping[str, float], progress: Progress) -> None:
        """jobs: runs at a time; paces: seconds a quarter takes by strategy, as far as it is known of earlier runs."""
        self.jobs = jobs
        self._runs, self._progress = runs, progress
        self._paces = dict(paces)
        self._since: dict[int, tuple[float, int]] = {}
        self._done: set[int] = set()  # what is over goes no slower while others run
        self._bars: dict[int, TaskID] = {}
        self._whole = progress.add_task("all runs", total=sum(run.home.quarters for run in runs), left="")

    def __call__(self, quarters: Sequence[int]) -> None:
        """So many are over."""
        now = time.monotonic()
        for number, run in enumerate(self._runs):
            over = quarters[number]
            if over == WAITS or number in self._done:
                continue
            began, first = self._since.setdefault(number, (now, over))
            if over > first:
                self._paces[run.strategy] = (now - began) / (over - first)
            self._bar(number, over, run)
            if over >= run.home.quarters:
                self._done.add(number)
        over_all = sum(max(0, over) for over in quarters)
        self._progress.update(self._whole, completed=over_all, left=self._left(quarters))

    def took(self, strategy: str, quarter_s: float) -> None:
        """So long a quarter took, of a run that nobody could watch."""
        self._paces[strategy] = quarter_s

    def _bar(self, number: int, over: int, run: Run) -> None:
        is_over = over >= run.home.quarters
        if is_over and number in self._bars:
            self._progress.remove_task(self._bars.pop(number))
        elif not is_over and number not in self._bars and len(self._bars) < SHOWN:
            self._bars[number] = self._progress.add_task(run.label, total=run.home.quarters, left="")
        if number in self._bars:
            self._progress.update(self._bars[number], completed=over)

    def _left(self, quarters: Sequence[int]) -> str:
        """As each strategy goes its own pace, time is reckoned by strategy."""
        if not self._paces:
            return "working out the time left"
        usual = max(self._paces.values())
        left_s = sum(
            (run.home.quarters - max(0, over)) * self._paces.get(run.strategy, usual)
            for run, over in zip(self._runs, quarters, strict=True)
        )
        return f"{timedelta(seconds=round(left_s / max(1, min(self.jobs, len(self._runs)))))} left"


@contextmanager
def watching(runs: Sequence[Run], *, jobs: int, paces: Mapping[str, float]) -> Iterator[Watch]:
    """On standard error, as long as it is open."""
    console = Console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[left]}"),
        console=console,
        transient=True,
        refresh_per_second=4,
        disable=not console.is_terminal or not runs,
    )
    with progress:
        yield Watch(runs, jobs=jobs, paces=paces, progress=progress)
