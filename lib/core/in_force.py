"""The plan in force: which of two that is, what it comes to, and how high it lets each quarter go.

In: what a planner found, and the plan before it. Out: the one that is followed from now on.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lib.core import around
from lib.core.outcome import Outcome, counts_w, weighed
from lib.core.plan import Block, Want
from lib.core.problem import HOUR, Problem, Row, Schedule
from lib.core.quarter import QUARTER, start_of

SAVES_EUR = 0.03  # a plan that is better by less does not take another's place
SAME_EUR, LACKS_WH = 0.002, 10.0  # what is dearer by no more costs the same; who lacks more is no better off whatever
CRUMB_WH = 0.1  # nobody lacks it
SAME_WH = 1500.0  # from one word of ev to the next a want changes by less: a car tells its state by the per cent
SAME_W = 1000.0  # that a circuit leaves more or less


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a planner found for a problem; trouble: why it is not the solver's, in a sentence."""

    problem: Problem
    schedule: Schedule
    trouble: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The plan that is followed, what it was made for, and how it fares.

    because: what made it be worked out. quarters: those in which it draws above what is paid, and target_w: how high.
    """

    problem: Problem
    schedule: Schedule
    outcome: Outcome
    trouble: str = ""
    because: str = ""
    quarters: frozenset[datetime] = frozenset()

    @property
    def target_w(self) -> float:
        """How high it lets this month's peak go."""
        return self.outcome.peaks_w[0]

    def peak_w(self, at: datetime) -> float | None:
        """What the quarter that holds `at` may count by the plan, where that is more than what is paid."""
        return self.target_w if start_of(at) in self.quarters else None


def chosen(new: Found, before: InForce | None) -> InForce:
    """What a planner found, or the one before where that is hardly dearer."""
    problem, schedule, outcome = new.problem, new.schedule, weighed(new.problem, new.schedule)
    if before is not None and _serves(before, problem):
        schedule, outcome = _kept(before.schedule, new, outcome)
    return InForce(
        problem=problem,
        schedule=schedule,
        outcome=outcome,
        trouble=new.trouble,
        because=new.because,
        quarters=_above(problem, outcome, before.quarters if before else frozenset()),
    )


def same_wants(wants: tuple[Want, ...], before: tuple[Want, ...]) -> bool:
    """Whether a plan for the one serves the other; what was charged meanwhile makes no difference."""
    if [_key(one) for one in wants] != [_key(one) for one in before]:
        return False
    return all(abs(new.energy_wh - old.energy_wh) <= SAME_WH for new, old in zip(wants, before, strict=True))


def same_rows(rows: tuple[Row, ...], before: tuple[Row, ...]) -> bool:
    """Whether rows carry about the same for the same devices: what else flows in a circuit changes all the time."""
    if wiring(rows) != wiring(before):
        return False
    return all(abs(new.most_w - old.most_w) <= SAME_W for new, old in zip(rows, before, strict=True))


def wiring(rows: tuple[Row, ...]) -> list[tuple[object, ...]]:
    """Which circuits there are, and what hangs on them."""
    return [(one.name, one.phase, one.members) for one in rows]


def _serves(plan: InForce, problem: Problem) -> bool:
    """Whether a plan was made for the same wants, and for chargers that can do the same."""
    made_for = plan.problem
    return {_key(want) for want in problem.wants} <= {_key(want) for want in made_for.wants} and same_rows(
        problem.rows, made_for.rows
    )


def _key(want: Want) -> tuple[object, ...]:
    """What makes it another want; what it takes changes as the car charges."""
    return want.car, want.trip, want.until, want.since, want.full_w, want.least_w, want.worth_eur_kwh is None


def _kept(before: Schedule, new: Found, outcome: Outcome) -> tuple[Schedule, Outcome]:
    """The cars' blocks as they stood, with the battery around them anew, or what is new where that is cheaper.

    outcome: how what is new fares. The battery is worked out only where its new plan does not do for the old blocks
    too, and where these give cars what they must have.
    """
    problem, schedule = new.problem, new.schedule
    names = {(want.car, want.trip) for want in problem.wants}
    blocks = tuple(
        _left(block, problem.at)
        for block in before.blocks
        if block.end > problem.at and (block.car, block.trip) in names
    )
    if blocks == schedule.blocks:
        return schedule, outcome
    kept = replace(schedule, blocks=blocks)
    fares = weighed(problem, kept)
    if max(fares.short_wh, default=0.0) > CRUMB_WH:
        blocks = _longer(blocks, problem, fares.short_wh)
        kept = replace(schedule, blocks=blocks)
        fares = weighed(problem, kept)
    if fares.eur - outcome.eur > SAME_EUR:
        if sum(fares.short_wh) - sum(outcome.short_wh) > LACKS_WH:
            return schedule, outcome
        kept = replace(kept, store_w=around.stored(problem, blocks, outcome.peaks_w))
        fares = weighed(problem, kept)
    return (kept, fares) if fares.eur - outcome.eur <= SAVES_EUR else (schedule, outcome)


def _longer(blocks: Sequence[Block], problem: Problem, short_wh: Sequence[float]) -> tuple[Block, ...]:
    """Where a car got a little less than planned its last block is so much longer, at the most a quarter.

    Or a crumb would bring another plan, and start the car anew.
    """
    found = list(blocks)
    for want, wh in zip(problem.wants, short_wh, strict=True):
        own = [number for number, block in enumerate(found) if block.car == want.car and block.start < want.until]
        if wh > CRUMB_WH and own:
            last = max(own, key=lambda number: found[number].end)
            end = min(want.until, found[last].end + min(QUARTER, wh / found[last].power_w * HOUR))
            if end > found[last].end and all(block.car != want.car or block.start < end for block in found):
                found[last] = replace(found[last], end=end)
    return tuple(found)


def _left(block: Block, at: datetime) -> Block:
    return replace(block, start=at) if block.start < at else block


def _above(problem: Problem, outcome: Outcome, before: Collection[datetime]) -> frozenset[datetime]:
    """The quarters of this month in which the plan counts more than what is paid, for what it charges.

    Not those that the house passes by itself: no quarter is let go higher for that, the battery keeps what it can. But
    the running one that was let go higher, as in before, stays so when its car is ready early.
    """
    paid_w, stores = problem.peaks[0].paid_w, outcome.store_w or (0.0,) * len(problem.spans)
    flows = zip(problem.spans, counts_w(problem, outcome.grid_w), outcome.cars_w, stores, strict=True)
    return frozenset(
        start_of(span.start) + place * QUARTER
        for span, counts, car_w, store_w in flows
        if span.peak == 0 and counts > paid_w + 1
        if car_w > 0 or store_w > 0 or (span.start == problem.at and start_of(problem.at) in before)
        for place in range(max(1, round(span.hours * 4)))
    )
