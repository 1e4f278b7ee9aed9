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
from lib.core.problem import HOUR, Problem, Schedule
from lib.core.quarter import QUARTER, start_of
from lib.core.strips import Left, market_of

STEPS, FINER = 5, 5  # ceilings that are guessed between what is paid and what cars want, and then closer to the best
NEAR_W = 10.0  # a peak is found so closely
SAME_EUR = 0.02  # what may cost less by no more is not looked for
HELP_EUR_KWH = 0.1  # so much dearer is what a car draws with the battery's help: its losses and wear
LATER_EUR_KWH = 1e-5  # and that much in each span before: later there is more in it
LITTLE_W = 100.0

Targets = tuple[float, ...]  # by peak, in W


def schedule(problem: Problem, *, enough_eur: float = -inf) -> Schedule:
    """The cheapest that is found; its `eur` is what lib/core/outcome.py says. What costs enough_eur ends the search."""
    if not problem.spans:
        return Schedule(by="greedy")
    tries: list[_Try] = []
    for one in _tries(problem):
        tries.append(one)
        if one.outcome.eur <= enough_eur:
            break
    best = min(tries, key=lambda one: one.outcome.eur)
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


class _Line:
    """In which order cars choose, in a market that is the same below each ceiling."""

    def __init__(self, problem: Problem, wants: tuple[Want, ...], *, soonest: bool = False) -> None:
        """soonest: they take the first quarters, whatever they cost."""
        self.problem, self._wants = problem, wants
        spans, store = problem.spans, problem.store
        mean_eur = sum(span.import_eur_kwh for span in spans) / len(spans)
        self._market = market_of(
            [
                Quarters(
                    start=span.start,
                    end=span.end,
                    eur_kwh=None if soonest else span.import_eur_kwh,  # of equals the earlier
                    room_w=inf,
                    sun_eur_kwh=span.export_eur_kwh,
                )
                for span in spans
            ]
        )
        self._suns_w = [0.0 if soonest else max(0.0, -span.net_w) for span in spans]
        self._help_w = store.discharge_w if store is not None else 0.0
        self._helps_eur = [
            HELP_EUR_KWH + LATER_EUR_KWH * (len(spans) - place) + max(0.0, mean_eur - span.import_eur_kwh)
            for place, span in enumerate(spans)
        ]
        self._shared = [
            Shared(
                room_w=[row.most_w - house_w(row, span.net_w) for span in spans],
                members=row.members,
                phase=row.phase,
            )
            for row in problem.rows
        ]
        self._found: dict[Targets, tuple[Block, ...]] = {}

    def blocks(self, ceilings_w: Targets) -> tuple[Block, ...]:
        """When cars charge: below each month's ceiling, above it only with the battery's help, and within all rows."""
        if ceilings_w not in self._found:
            self._found[ceilings_w] = afresh(
                self._wants, self._left(ceilings_w), before=Plan(blocks=self.problem.before)
            ).blocks
        return self._found[ceilings_w]

    def _left(self, ceilings_w: Targets) -> Left:
        """What there is for them."""
        spans, rooms = self.problem.spans, rooms_w(self.problem, ceilings_w)
        calms_w = [room_w - span.net_w for span, room_w in zip(spans, rooms, strict=True)]
        helps = [
            help_eur if self._help_w and room_w < inf else 0.0
            for room_w, help_eur in zip(rooms, self._helps_eur, strict=True)
        ]
        return Left(
            market=self._market,
            rooms_w=[calm_w + self._help_w for calm_w in calms_w],
            suns_w=self._suns_w.copy(),
            calms_w=calms_w,
            overs_eur_kwh=helps,
            shared=self._shared,
            shared_w=[[*one.room_w] for one in self._shared],
            busy={},
        )


def _line(problem: Problem, free: Targets) -> _Line:
    """Who has the least time to spare chooses first; where that leaves one short, who must be ready first."""
    wants = tuple(map(_here, problem.wants))
    by_time = sorted(range(len(wants)), key=lambda number: wants[number].until)
    timed = tuple(replace(want, rank=by_time.index(number)) for number, want in enumerate(wants))
    musts = tuple(want for want in timed if want.worth_eur_kwh is None)  # without prices nothing else has a place
    lines: list[_Line] = []
    shorts: list[int] = []
    for order, soonest in ((wants, False), (timed, False), (musts, True)):
        line = _Line(problem, order, soonest=soonest)
        lines.append(line)
        outcome = weighed(problem, Schedule(by="greedy", blocks=line.blocks(free)))
        shorts.append(round(sum(outcome.short_wh)))
        if not shorts[-1]:
            return line
    return lines[shorts.index(min(shorts))]


def _here(want: Want) -> Want:
    """What need not be is charged before its car leaves, where at all."""
    if want.worth_eur_kwh is None or not want.away:
        return want
    return replace(want, until=min(want.until, want.away[0].start), away=())


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
    peak_eur = sum(one.eur(target_w) for target_w, one in zip(targets_w, problem.peaks, strict=True) if one.eur_kw)
    helped_wh = sum(
        max(0.0, grid_w - room_w) * span.hours
        for span, grid_w, room_w in zip(problem.spans, outcome.grid_w, rooms_w(problem, targets_w), strict=True)
    )
    eur = outcome.eur - outcome.peak_eur + peak_eur + helped_wh / 1000 * HELP_EUR_KWH
    return _Guess(eur, sum(outcome.short_wh), targets_w, ceilings_w, blocks)


def _lowest(problem: Problem, outcome: Outcome) -> Targets:
    """The lowest peaks at which the battery could hold all quarters; what costs nothing has no limit."""
    found = [top_w if one.eur_kw else inf for top_w, one in zip(outcome.peaks_w, problem.peaks, strict=True)]
    if problem.store is None:
        return tuple(found)
    loads = [*_loads(problem, outcome.grid_w)]
    for number, one in enumerate(problem.peaks):
        if one.eur_kw:
            low_w, high_w = one.paid_w, found[number]
            found[number] = low_w
            if not _holds(problem.store, loads, found):
                while high_w - low_w > NEAR_W:
                    found[number] = (low_w + high_w) / 2
                    if _holds(problem.store, loads, found):
                        high_w = found[number]
                    else:
                        low_w = found[number]
                found[number] = high_w
    return tuple(found)


class _Load(NamedTuple):
    """What a span draws, with what is added for safety and was drawn before, beside so many times its peak's target."""

    power_w: float
    peak: int
    times: float
    hours: float


def _loads(problem: Problem, grid_w: Sequence[float]) -> Iterator[_Load]:
    running_until = start_of(problem.at) + QUARTER
    for span, drawn_w in zip(problem.spans, grid_w, strict=True):
        runs = span.start < running_until
        before_w, times = (problem.used_wh / span.hours, QUARTER / HOUR / span.hours) if runs else (0.0, 1.0)
        yield _Load(drawn_w + span.safe_w + before_w, span.peak, times, span.hours)


def _holds(store: Store, loads: Sequence[_Load], targets_w: Sequence[float]) -> bool:
    """Whether the battery could keep all quarters under targets, if it stores all that it may before."""
    way, most_wh, charge_w = sqrt(store.efficiency), store.most_wh - store.least_wh, store.charge_w
    level_wh = store.energy_wh - store.least_wh
    for power_w, peak, times, hours in loads:
        over_w = power_w - targets_w[peak] * times
        if over_w > 0:
            level_wh -= over_w * hours / way
            if over_w > store.discharge_w or level_wh < 0:
                return False
        elif level_wh < most_wh:
            level_wh -= max(over_w, -charge_w) * hours * way
            level_wh = min(level_wh, most_wh)
        else:
            level_wh = most_wh
    return True
