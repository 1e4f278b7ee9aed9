"""The schedule that costs least, of those tried. In: a problem. Out: a schedule, and below what none can be.

First the relaxed optimum, in which chargers take any power: nothing costs less. Then whole spans chosen by its prices,
each choice solved again for powers and battery; then chosen by the prices of the best so far, until that brings nothing
more. What each costs says lib/core/outcome.py. Where whole spans cost much, small moves are tried; where they still do,
what the greedy planner finds counts as well, and is where the next choice begins: so a schedule is within DEAR_EUR of
the bound, or never dearer than the greedy one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import inf, isfinite
from time import monotonic, perf_counter

from lib.core.greedy import schedule as greedy
from lib.core.outcome import weighed
from lib.core.problem import Problem, Schedule
from lib.core.starts import runs
from lib.solver.blocks import places_in, places_of, schedule, windows
from lib.solver.errors import UnsolvedError
from lib.solver.highs import Solution, Solver
from lib.solver.lots import by_stay
from lib.solver.model import Model, model
from lib.solver.moves import moves
from lib.solver.rounding import Ease, Places, Rounding
from lib.solver.settled import bound, settled

HELPS = (0.0, 0.2)  # what a battery may give beyond what the optimum lets it, in the first choices
ROUNDS = 5
STEPS = 8  # halvings of how much higher a peak must go for all to find room
NEAR_EUR = 0.02  # what is so near to the bound is good
SAVES_EUR = 0.003  # what saves less is no progress
MUCH_EUR, MOVES = 0.1, 12  # where whole spans cost so much they get a closer look, of so many solves of a millisecond
DEAR_EUR = 0.25  # and where they still cost so much the other planner is asked
START_EUR = 0.02  # of plans that cost about the same the one that starts cars less often: no owner likes it otherwise
CRUMB_WH = 1.0


@dataclass(frozen=True, slots=True)
class _Try:
    """A choice of spans, what its optimum costs, and that; judged_eur: with what starts are worth."""

    eur: float
    judged_eur: float
    places: Places
    optimum: Solution


def searched(problem: Problem, *, limit_s: float) -> Schedule:
    """The schedule that costs least, of those tried in time. Raises UnsolvedError when there is not even a bound.

    At the most DEAR_EUR above the bound, or no dearer than the greedy one.
    """
    if not problem.spans:
        return Schedule(by="solver")
    began_s, due_s = perf_counter(), monotonic() + limit_s
    held = model(problem)
    search = _Search(held, Solver(held.program, limit_s=limit_s), due_s)
    found = search.first()
    best, eur = _weighed(held, found)
    enough_eur = search.least_eur + DEAR_EUR
    if eur > enough_eur:
        given = greedy(problem, enough_eur=enough_eur)
        given_eur = weighed(problem, given).eur
        if given_eur > enough_eur:
            best, eur = _weighed(held, search.better(found, places_of(held, given.blocks)))
        if given_eur < eur:
            best, eur = given, given_eur
    return replace(
        best,
        by="solver",
        bound_eur=min(eur, search.least_eur),
        solve_s=perf_counter() - began_s,
    )


def _weighed(held: Model, found: _Try | None) -> tuple[Schedule, float]:
    """What is found as a schedule, and what that costs; without one nothing, at no price."""
    if found is None:
        return Schedule(by="solver"), inf
    made = schedule(held, found.optimum.values)
    return made, weighed(held.problem, made).eur


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

    def first(self) -> _Try | None:
        """The best that the relaxed optimum leads to, with a closer look; None where no choice can be."""
        found = self._refined(self._least(self._first()))
        return None if found is None else self._polished(found)

    def better(self, best: _Try | None, given: Places) -> _Try | None:
        """The best so far, or what the choice of another leads to, with a closer look; None where no choice can be."""
        other = self._refined(self._least([given]))
        if other is None or (best is not None and best.judged_eur <= other.judged_eur):
            return best
        return self._polished(other)

    def _first(self) -> Iterator[Places]:
        """What the relaxed optimum is itself, if it may; choices by it, with peaks as much higher as they must be."""
        own = places_in(self.held, self.relaxed.values)
        if own is not None:
            yield own
            if not self._pauses(own):
                return
        rounding = Rounding(self.held, self.relaxed.values, self.relaxed.prices)
        for part in HELPS if self.held.columns.stores else HELPS[:1]:
            ease = self._fitting(rounding, part)
            yield rounding.places(ease)
            if not ease.extra_kw:
                break

    def _fitting(self, rounding: Rounding, part: float) -> Ease:
        """With as little more room as it takes."""
        spans, cars = self.held.problem.spans, self.held.columns.lots
        low_kw, high_kw = 0.0, sum(lot.full_w for lot in cars) / 1000
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
            rounding = Rounding(self.held, found.optimum.values, found.optimum.prices)
            better = self._tried(rounding.places(Ease()))
            if better is None or better.judged_eur > found.judged_eur - SAVES_EUR:
                break
            found = better
        return found

    def _polished(self, best: _Try) -> _Try:
        """With small moves, as long as one of them saves something, where whole spans cost much."""
        begun, moved = self.solver.solves, True
        while moved:
            moved = False
            for other in moves(self.held, best.places):
                if self.solver.solves - begun >= MOVES or best.eur < self.least_eur + MUCH_EUR:
                    return best
                found = self._tried(other)
                if found is not None and found.judged_eur < best.judged_eur - SAVES_EUR:
                    best, moved = found, True
                    break
        return best

    def _least(self, choices: Iterable[Places]) -> _Try | None:
        """The best that choices lead to; None where nothing comes of any."""
        return min((one for one in map(self._tried, choices) if one is not None), key=_judged, default=None)

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
        eur = self.held.eur(optimum.values)
        return _Try(eur, eur + START_EUR * self._pauses(places), places, optimum)

    def _pauses(self, places: Places) -> int:
        """How often cars begin anew in the same stay."""
        return sum(
            len(runs(stay)) - 1
            for lot, on in zip(self.held.columns.lots, places, strict=True)
            for stay in by_stay(lot, on)
            if stay
        )


def _judged(one: _Try) -> float:
    return one.judged_eur
