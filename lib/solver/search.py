"""The schedule that costs least, of those tried. In: a problem. Out: a schedule, and below what none can be.

First the relaxed optimum, in which chargers take any power: nothing costs less. Then whole spans chosen by its prices,
each choice solved again for powers and battery; then chosen by the prices of the best so far, until that brings nothing
more. What each costs says lib/core/outcome.py. What the greedy planner finds counts as well, and is where the next
choice begins if it is better: so the linear program is never dearer than it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import isfinite
from time import monotonic, perf_counter

from lib.core.greedy import schedule as greedy
from lib.core.outcome import weighed
from lib.core.problem import Problem, Schedule
from lib.solver.blocks import places_in, places_of, schedule, windows
from lib.solver.errors import UnsolvedError
from lib.solver.highs import Solution, Solver
from lib.solver.model import Model, model
from lib.solver.moves import moves
from lib.solver.rounding import Ease, Places, Rounding
from lib.solver.settled import bound, settled

HELPS = (0.0, 0.2, 0.4)  # what a battery may give beyond what the optimum lets it, in the first choices
EXTRAS_KW = (0.0, 0.1)  # how much higher a peak may go, in the next ones
ROUNDS = 5
STEPS = 8  # halvings of how much higher a peak must go for all to find room
NEAR_EUR = 0.02  # what is so near to the bound is good
SAVES_EUR = 0.003  # what saves less is no progress
MUCH_EUR, MOVES = 0.1, 120  # where whole spans cost so much they get a closer look, of so many solves of a millisecond
CRUMB_WH = 1.0


@dataclass(frozen=True, slots=True)
class _Try:
    """A choice of spans, what its optimum costs, and that."""

    eur: float
    places: Places
    optimum: Solution


def searched(problem: Problem, *, limit_s: float) -> Schedule:
    """The schedule that costs least, of those tried in time. Raises UnsolvedError when there is not even a bound."""
    if not problem.spans:
        return Schedule(by="solver")
    began_s, due_s = perf_counter(), monotonic() + limit_s
    held = model(problem)
    search = _Search(held, Solver(held.program, limit_s=limit_s), due_s)
    best = given = greedy(problem)
    eur = given_eur = weighed(problem, given).eur
    found = search.best(places_of(held, given.blocks))
    if found is not None:
        best = schedule(held, found.optimum.values)
        eur = weighed(problem, best).eur
        if given_eur < eur:
            best, eur = given, given_eur
    return replace(
        best,
        by="solver",
        bound_eur=min(eur, search.least_eur),
        kw_saves_eur=tuple(_saves(held, search.relaxed)),
        solve_s=perf_counter() - began_s,
    )


def _saves(held: Model, relaxed: Solution) -> Iterator[float]:
    """What 1 kW more that is paid would save: what it would over all the quarters that it bounds."""
    for number in range(len(held.columns.aboves)):
        rows = zip(held.problem.spans, held.peaks, strict=True)
        yield 0.0 - sum(relaxed.prices[row] for span, row in rows if row is not None and span.peak == number)


class _Search:
    """One program and what was tried with it."""

    def __init__(self, held: Model, solver: Solver, due_s: float) -> None:
        """due_s: until when to try, by the monotonic clock. Raises UnsolvedError when there is no relaxed optimum."""
        self.held, self.solver = held, solver
        self._due_s = due_s
        self._seen: set[Places] = set()
        self.relaxed = solver.solve()
        self.least_eur = held.eur(self.relaxed.values)
        if not isfinite(self.least_eur):
            raise UnsolvedError("there is no cost: a number of the problem is not finite")

    def best(self, given: Places) -> _Try | None:
        """The best that the relaxed optimum leads to, and what is `given`; None where no choice can be."""
        best = self._refined(self._least(self._first()))
        if best is None or best.eur > self.least_eur + NEAR_EUR:
            other = self._refined(self._least([given]))
            best = min((one for one in (best, other) if one is not None), key=_eur, default=None)
        return None if best is None else self._polished(best)

    def _first(self) -> Iterator[Places]:
        """What the relaxed optimum is itself, if it may; choices by it, with peaks as much higher as they must be."""
        own = places_in(self.held, self.relaxed.values)
        if own is not None:
            yield own
            return
        rounding = Rounding(self.held, self.relaxed.values, self.relaxed.prices)
        for part in HELPS if self.held.columns.stores else HELPS[:1]:
            ease = self._fitting(rounding, part)
            yield rounding.places(ease)
            if not ease.extra_kw:
                break

    def _fitting(self, rounding: Rounding, part: float) -> Ease:
        """With as little more room as it takes."""
        spans, wants = self.held.problem.spans, self.held.problem.wants
        low_kw, high_kw = 0.0, sum(want.full_w for want in wants) / 1000
        high_kw += max((span.load_w + span.safe_w for span in spans), default=0.0) / 1000
        if rounding.lacks_wh(Ease(help=part)) < CRUMB_WH:
            return Ease(help=part)
        lacks_wh = rounding.lacks_wh(Ease(high_kw, part)) + CRUMB_WH
        for _ in range(STEPS):
            middle_kw = (low_kw + high_kw) / 2
            if rounding.lacks_wh(Ease(middle_kw, part)) < lacks_wh:
                high_kw = middle_kw
            else:
                low_kw = middle_kw
        return Ease(high_kw, part)

    def _refined(self, found: _Try | None) -> _Try | None:
        """What choices by the prices of the best so far lead to, as long as that saves something."""
        for _ in range(ROUNDS):
            if found is None or found.eur < self.least_eur + NEAR_EUR:
                break
            better = self._least(self._next(found.optimum))
            if better is None or better.eur > found.eur - SAVES_EUR:
                break
            found = better
        return found

    def _next(self, optimum: Solution) -> Iterator[Places]:
        """Choices by the optimum that is best so far."""
        rounding = Rounding(self.held, optimum.values, optimum.prices)
        for extra_kw in EXTRAS_KW:
            yield rounding.places(Ease(extra_kw))

    def _polished(self, best: _Try) -> _Try:
        """With small moves, as long as one of them saves something, where whole spans cost much."""
        begun, moved = self.solver.solves, True
        while moved:
            moved = False
            for other in moves(self.held, best.places):
                if self.solver.solves - begun >= MOVES or best.eur < self.least_eur + MUCH_EUR:
                    return best
                found = self._tried(other)
                if found is not None and found.eur < best.eur - SAVES_EUR:
                    best, moved = found, True
                    break
        return best

    def _least(self, choices: Iterable[Places]) -> _Try | None:
        """The best that choices lead to; None where nothing comes of any."""
        return min((one for one in map(self._tried, choices) if one is not None), key=_eur, default=None)

    def _tried(self, places: Places) -> _Try | None:
        """None: it was tried before, there is no time, or a limit does not let a car have its least there."""
        if places in self._seen or monotonic() > self._due_s:
            return None
        self._seen.add(places)
        try:
            bound(self.solver, windows(self.held, places))
            optimum = settled(self.held, self.solver)
        except UnsolvedError:
            return None
        return _Try(self.held.eur(optimum.values), places, optimum)


def _eur(one: _Try) -> float:
    return one.eur
