"""The plan that is always there: the cheapest spans for all cars, the battery around them, and the month's peak.

In: a problem. Out: a schedule. Cars choose one after the other below a ceiling (lib/core/plan.py), the battery keeps
what it can of them under a target (lib/core/around.py), and lib/core/outcome.py says what that costs. Knows no solver.

Which ceilings are tried is first guessed: what cars pay below each, and down to where a battery could hold the peak.
"""

from collections.abc import Iterator, Sequence
from math import inf, sqrt
from typing import NamedTuple

from lib.core.arbitrage import Store
from lib.core.around import house_w, rooms_w, stored
from lib.core.outcome import Outcome, weighed
from lib.core.plan import Block, Plan, Quarters, Shared, afresh
from lib.core.problem import Problem, Schedule

STEPS, FINER = 6, 5  # ceilings that are guessed between what is paid and what cars want, and then closer to the best
NEAR_W = 10.0  # a peak is found so closely
SAME_EUR = 0.02  # what may cost less by no more is not looked for
HELP_EUR_KWH = 0.1
TRIED = 2  # guesses that are worked out

Targets = tuple[float, ...]  # by peak, in W


def schedule(problem: Problem) -> Schedule:
    """The cheapest that is found."""
    return min(_tries(problem), key=lambda one: one.outcome.eur).schedule


class _Try(NamedTuple):
    """A schedule and how it fares."""

    schedule: Schedule
    outcome: Outcome


class _Guess(NamedTuple):
    """What it may cost when cars stay below ceilings; targets: down to where the battery could hold the peaks."""

    eur: float
    targets_w: Targets
    ceilings_w: Targets
    blocks: tuple[Block, ...]


def _tries(problem: Problem) -> Iterator[_Try]:
    """First as if peaks cost nothing; then, if that costs more than it must, below what is paid, and in between."""
    free = (inf,) * len(problem.peaks)
    loose = _tried(problem, _placed(problem, free), free)
    yield loose
    tops_w, least_eur = loose.outcome.peaks_w, loose.outcome.eur - loose.outcome.peak_eur
    if loose.outcome.eur <= least_eur + SAME_EUR:
        return
    paid = tuple(one.paid_w if one.eur_kw else inf for one in problem.peaks)
    strict = _tried(problem, _placed(problem, paid), paid)
    yield strict
    if strict.outcome.eur <= least_eur + SAME_EUR:
        return
    ceilings_w = paid
    guesses: list[_Guess] = []
    for number, top_w in enumerate(tops_w):
        if problem.peaks[number].eur_kw and top_w > paid[number] + NEAR_W:
            guesses = sorted(_guesses(problem, ceilings_w, number, top_w), key=lambda guess: guess.eur)
            ceilings_w = guesses[0].ceilings_w
    for guess in guesses[:TRIED]:
        yield _tried(problem, guess.blocks, guess.targets_w)


def _tried(problem: Problem, blocks: tuple[Block, ...], targets_w: Targets) -> _Try:
    found = Schedule(by="greedy", blocks=blocks, store_w=stored(problem, blocks, targets_w))
    return _Try(found, weighed(problem, found))


def _guesses(problem: Problem, ceilings_w: Targets, number: int, top_w: float) -> Iterator[_Guess]:
    """Ceilings of one month, from what is paid to what cars would take, and closer and closer around the best."""
    step_w = (top_w - problem.peaks[number].paid_w) / STEPS
    best: _Guess | None = None
    around_w = [problem.peaks[number].paid_w + step_w * step for step in range(STEPS + 1 if problem.wants else 1)]
    for _ in range(FINER + 1 if problem.wants else 1):
        for ceiling_w in around_w:
            guess = _guess(problem, (*ceilings_w[:number], ceiling_w, *ceilings_w[number + 1 :]))
            yield guess
            if best is None or guess.eur < best.eur:
                best = guess
        step_w /= 2
        middle_w = best.ceilings_w[number] if best else 0.0
        around_w = [middle_w - step_w, middle_w + step_w]


def _guess(problem: Problem, ceilings_w: Targets) -> _Guess:
    blocks = _placed(problem, ceilings_w)
    outcome = weighed(problem, Schedule(by="greedy", blocks=blocks))
    targets_w = _lowest(problem, outcome)
    peak_eur = sum(
        (target_w - one.paid_w) / 1000 * one.eur_kw
        for target_w, one in zip(targets_w, problem.peaks, strict=True)
        if one.eur_kw
    )
    return _Guess(outcome.eur - outcome.peak_eur + peak_eur, targets_w, ceilings_w, blocks)


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


def _placed(problem: Problem, ceilings_w: Targets) -> tuple[Block, ...]:
    """When cars charge so that no quarter passes its month's ceiling, and no row what it carries."""
    help_w = problem.store.discharge_w if problem.store is not None else 0.0
    quarters = [
        Quarters(
            start=span.start,
            end=span.end,
            eur_kwh=span.import_eur_kwh,
            room_w=room_w - span.net_w + help_w,
            calm_w=room_w - span.net_w,
            over_eur_kwh=HELP_EUR_KWH if help_w else 0.0,
            sun_w=max(0.0, -span.net_w),
            sun_eur_kwh=span.export_eur_kwh,
        )
        for span, room_w in zip(problem.spans, rooms_w(problem, ceilings_w), strict=True)
    ]
    shared = [
        Shared(
            room_w=[row.most_w - house_w(row, span.net_w) for span in problem.spans],
            members=row.members,
            phase=row.phase,
        )
        for row in problem.rows
    ]
    return afresh(problem.wants, quarters, before=Plan(blocks=problem.before), shared=shared).blocks
