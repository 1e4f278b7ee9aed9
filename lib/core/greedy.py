"""The plan that is always there: the cheapest spans for all cars, the battery around them, and the month's peak.

In: a problem. Out: a schedule. Cars choose one after the other below a ceiling (lib/core/plan.py), the battery keeps
what it can of them under a target (lib/core/around.py), and lib/core/outcome.py says what that costs. Knows no solver.

Which ceilings are tried is first guessed: what cars pay below each, and down to where a battery could hold the peak.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf, sqrt
from typing import NamedTuple

from lib.core.arbitrage import Store
from lib.core.around import house_w, rooms_w, stored
from lib.core.outcome import Outcome, weighed
from lib.core.plan import SHORT_WH, Block, Plan, Quarters, Shared, Want, afresh
from lib.core.problem import Problem, Schedule

STEPS, FINER = 5, 5  # ceilings that are guessed between what is paid and what cars want, and then closer to the best
NEAR_W = 10.0  # a peak is found so closely
SAME_EUR = 0.02  # what may cost less by no more is not looked for
HELP_EUR_KWH = 0.1  # so much dearer is what a car draws with the battery's help: its losses and wear
LATER_EUR_KWH = 1e-5  # and that much in each span before: later there is more in it
LITTLE_W = 100.0

Targets = tuple[float, ...]  # by peak, in W


def schedule(problem: Problem) -> Schedule:
    """The cheapest that is found; its `eur` is what lib/core/outcome.py says."""
    if not problem.spans:
        return Schedule(by="greedy")
    best = min(_tries(problem), key=lambda one: one.outcome.eur)
    return best.schedule if problem.store is None else replace(best.schedule, store_w=best.outcome.store_w)


class _Try(NamedTuple):
    """A schedule and how it fares."""

    schedule: Schedule
    outcome: Outcome


class _Guess(NamedTuple):
    """What it may cost when cars stay below ceilings; targets_w: down to where the battery could hold the peaks."""

    eur: float
    short_wh: float
    targets_w: Targets
    ceilings_w: Targets
    blocks: tuple[Block, ...]


def _tries(problem: Problem) -> Iterator[_Try]:
    """First as if peaks cost nothing; then, if that costs more than it must, below what is paid, and in between."""
    free = (inf,) * len(problem.peaks)
    line = _line(problem, free)
    loose = _tried(problem, line.blocks(free), free)
    yield loose
    least_eur = loose.outcome.eur - loose.outcome.peak_eur
    if loose.outcome.peak_eur <= SAME_EUR:
        return
    paid = tuple(one.paid_w if one.eur_kw else inf for one in problem.peaks)
    held = line.blocks(paid)
    strict = _tried(problem, held, paid)
    yield strict
    if strict.outcome.eur <= least_eur + SAME_EUR:
        return
    guess = _guess(problem, line, paid)
    for number, top_w in enumerate(loose.outcome.peaks_w):
        if top_w > paid[number] + NEAR_W:
            guess = _closer(problem, line, guess, number, top_w)
    seen = [(held, paid)]
    for blocks in (guess.blocks, line.blocks(guess.targets_w)):
        if (blocks, guess.targets_w) not in seen:
            seen.append((blocks, guess.targets_w))
            yield _tried(problem, blocks, guess.targets_w)


def _tried(problem: Problem, blocks: tuple[Block, ...], targets_w: Targets) -> _Try:
    found = Schedule(by="greedy", blocks=blocks, store_w=stored(problem, blocks, targets_w))
    return _Try(found, weighed(problem, found))


class _Line(NamedTuple):
    """In which order cars choose; soonest: they take the first quarters, whatever they cost."""

    problem: Problem
    wants: tuple[Want, ...]
    soonest: bool = False

    def blocks(self, ceilings_w: Targets) -> tuple[Block, ...]:
        """When cars charge: below each month's ceiling, above it only with the battery's help, and within all rows."""
        spans, store = self.problem.spans, self.problem.store
        help_w = store.discharge_w if store is not None else 0.0
        helps_eur = [HELP_EUR_KWH + LATER_EUR_KWH * place for place in range(len(spans), 0, -1)]
        mean_eur = sum(span.import_eur_kwh for span in spans) / len(spans)
        quarters = [
            Quarters(
                start=span.start,
                end=span.end,
                eur_kwh=None if self.soonest else span.import_eur_kwh,  # of equals the earlier
                room_w=room_w - span.net_w + help_w,
                sun_w=0.0 if self.soonest else max(0.0, -span.net_w),
                sun_eur_kwh=span.export_eur_kwh,
                calm_w=room_w - span.net_w,
                over_eur_kwh=help_eur + max(0.0, mean_eur - span.import_eur_kwh) if help_w and room_w < inf else 0.0,
            )
            for span, room_w, help_eur in zip(spans, rooms_w(self.problem, ceilings_w), helps_eur, strict=True)
        ]
        shared = [
            Shared(
                room_w=[row.most_w - house_w(row, span.net_w) for span in spans],
                members=row.members,
                phase=row.phase,
            )
            for row in self.problem.rows
        ]
        return afresh(self.wants, quarters, before=Plan(blocks=self.problem.before), shared=shared).blocks


def _line(problem: Problem, free: Targets) -> _Line:
    """Who has the least time to spare chooses first; where that leaves one short, who must be ready first."""
    wants = problem.wants
    by_time = sorted(range(len(wants)), key=lambda number: wants[number].until)
    timed = tuple(replace(want, rank=by_time.index(number)) for number, want in enumerate(wants))
    musts = tuple(want for want in timed if want.worth_eur_kwh is None)  # without prices nothing else has a place
    lines = [_Line(problem, wants), _Line(problem, timed), _Line(problem, musts, soonest=True)]
    shorts: list[int] = []
    for line in lines:
        outcome = weighed(problem, Schedule(by="greedy", blocks=line.blocks(free)))
        shorts.append(round(sum(outcome.short_wh)))
        if not shorts[-1]:
            return line
    return lines[shorts.index(min(shorts))]


def _closer(problem: Problem, line: _Line, best: _Guess, number: int, top_w: float) -> _Guess:
    """The best ceiling of one month, from the one of `best` to what cars would take, closer and closer.

    Where what is paid suffices and a little more is dearer, so is still more.
    """
    paid_w = best.ceilings_w[number]
    step_w = (top_w - paid_w) / STEPS
    best = _least(problem, line, best, number, [paid_w + LITTLE_W])
    if best.ceilings_w[number] == paid_w >= best.targets_w[number] and best.short_wh < SHORT_WH:
        return best
    best = _least(problem, line, best, number, [paid_w + step_w * step for step in range(1, STEPS + 1)])
    for _ in range(FINER):
        step_w /= 2
        middle_w = best.ceilings_w[number]
        best = _least(problem, line, best, number, [max(paid_w, middle_w - step_w), middle_w + step_w])
    return best


def _least(problem: Problem, line: _Line, best: _Guess, number: int, ceilings_w: Sequence[float]) -> _Guess:
    """The best of a guess and of others with another ceiling for a month."""
    others = [(*best.ceilings_w[:number], ceiling_w, *best.ceilings_w[number + 1 :]) for ceiling_w in ceilings_w]
    return min([best, *(_guess(problem, line, one) for one in others)], key=lambda guess: guess.eur)


def _guess(problem: Problem, line: _Line, ceilings_w: Targets) -> _Guess:
    blocks = line.blocks(ceilings_w)
    outcome = weighed(problem, Schedule(by="greedy", blocks=blocks))
    targets_w = _lowest(problem, outcome)
    peak_eur = sum(
        (target_w - one.paid_w) / 1000 * one.eur_kw
        for target_w, one in zip(targets_w, problem.peaks, strict=True)
        if one.eur_kw
    )
    helped_wh = sum(
        max(0.0, grid_w - room_w) * span.hours
        for span, grid_w, room_w in zip(problem.spans, outcome.grid_w, rooms_w(problem, targets_w), strict=True)
    )
    eur = outcome.eur - outcome.peak_eur + peak_eur + helped_wh / 1000 * HELP_EUR_KWH
    return _Guess(eur, sum(outcome.short_wh), targets_w, ceilings_w, blocks)


def _lowest(problem: Problem, outcome: Outcome) -> Targets:
    """The lowest peaks at which the battery could hold all quarters; what costs nothing has no limit."""
    found = [top_w if one.eur_kw else inf for top_w, one in zip(outcome.peaks_w, problem.peaks, strict=True)]
    for number, one in enumerate(problem.peaks):
        if one.eur_kw and problem.store is not None:
            low_w, high_w = one.paid_w, found[number]
            found[number] = low_w
            if not _holds(problem, problem.store, outcome.grid_w, found):
                while high_w - low_w > NEAR_W:
                    found[number] = (low_w + high_w) / 2
                    if _holds(problem, problem.store, outcome.grid_w, found):
                        high_w = found[number]
                    else:
                        low_w = found[number]
                found[number] = high_w
    return tuple(found)


def _holds(problem: Problem, store: Store, grid_w: Sequence[float], targets_w: Sequence[float]) -> bool:
    """Whether the battery could keep all quarters under targets, if it stores all that it may before."""
    way, most_wh = sqrt(store.efficiency), store.most_wh - store.least_wh
    level_wh = store.energy_wh - store.least_wh
    for span, drawn_w, room_w in zip(problem.spans, grid_w, rooms_w(problem, targets_w), strict=True):
        over_w = drawn_w - room_w
        if over_w > 0:
            level_wh -= over_w * span.hours / way
            if over_w > store.discharge_w or level_wh < 0:
                return False
        else:
            level_wh = min(most_wh, level_wh + min(-over_w, store.charge_w) * span.hours * way)
    return True
