"""One run: a home, a contract, a strategy and how it is run; and what is worked out of it, in whatever process.

In: a run. Out: its score and its course. It can be put away at any quarter and go on later. Knows no screen.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from lib.sim.year import strategies
from lib.sim.year.contract import Contract, Prices, contract
from lib.sim.year.course import Course
from lib.sim.year.home import Home
from lib.sim.year.live import Frame, Year
from lib.sim.year.score import Score, score

KEEP_EVERY_S = 20.0
LOOK_S = 0.1  # between two looks at who waits
MOST_QUARTERS = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What decides a result; key: its fingerprint; settings: those of a sweep, by name, as they were given."""

    home: Home
    tariff: str
    strategy: str
    frame: Frame
    conditions: str = "clean"
    key: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """For a line on a screen."""
        battery = " + battery" if self.frame.battery else ""
        conditions = "" if self.conditions == "clean" else f", {self.conditions}"
        return f"{self.home.name} {self.tariff}{battery}: {self.strategy}{conditions}"


class Outcome(NamedTuple):
    """What a run came to."""

    score: Score
    course: Course


class Shelf(Protocol):
    """Where a year that is not over waits."""

    def year(self, key: str) -> tuple[Year, float] | None:
        """It, and the seconds it took so far."""
        ...

    def put_year(self, key: str, year: Year, took_s: float) -> None:
        """Write it down."""
        ...


def outcome(
    run: Run,
    shelf: Shelf | None = None,
    *,
    tell: Callable[[int], None] = lambda quarters: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Outcome | None:
    """Run it to its end; None when it was stopped before, and put on the shelf.

    tell: hears how many quarters are over; is_stopped: asked every few of them.
    """
    began, began_s = time.monotonic(), time.thread_time()  # what else runs on the machine shall not count
    tariff = contract(run.tariff)
    if run.strategy == strategies.LIMIT:
        from lib.sim.year.perfect import foreseen  # brings the solver in

        tell(0)
        prices = tariff.prices(run.home)
        course = foreseen(run.home, tariff, prices, battery=run.frame.battery)
        tell(run.home.quarters)
        return Outcome(_score(run, course, tariff, prices, time.thread_time() - began_s), course)
    prices = tariff.prices(run.home)
    kept = shelf.year(run.key) if shelf else None
    if kept:
        year, earlier_s = kept
    else:
        maker = strategies.STRATEGIES[run.strategy]
        year, earlier_s = Year(run.home, maker, contract=tariff, prices=prices, frame=run.frame), 0.0
    saved = now = began
    quarters = 1
    tell(year.course.quarters)
    while not year.is_over:
        year.go(quarters)
        tell(year.course.quarters)
        before, now, stopped = now, time.monotonic(), is_stopped()
        quarters = max(1, min(MOST_QUARTERS, int(quarters * LOOK_S / max(now - before, 0.001))))
        if shelf and (stopped or now - saved > KEEP_EVERY_S):
            shelf.put_year(run.key, year, earlier_s + time.thread_time() - began_s)
            saved = now
        if stopped:
            return None
    took_s = earlier_s + time.thread_time() - began_s
    return Outcome(_score(run, year.course, tariff, prices, took_s), year.course)


def _score(run: Run, course: Course, tariff: Contract, prices: Prices, took_s: float) -> Score:
    return score(
        course,
        home=run.home,
        contract=tariff,
        prices=prices,
        battery=run.frame.battery,
        strategy=run.strategy,
        conditions=run.conditions,
        took_s=took_s,
    )
