"""What a schedule costs, and how it fares: the one reckoning by which plans are compared. Knows no planner.

In: a problem and a schedule for it. Out: watts by span, euro by part, what each want lacks. It believes no schedule:
what a battery cannot hold it does not give, what a car was not given is short.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, chain, pairwise, repeat
from math import sqrt

from lib.core.plan import Block
from lib.core.problem import HOUR, KEEP_EUR_KWH, RISK_EUR_KWH, SHORT_EUR_KWH, Problem, Schedule, Span
from lib.core.quarter import QUARTER, start_of

QUARTER_MINUTES = QUARTER // timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a schedule fares.

    Attributes:
        grid_w, cars_w, store_w, level_wh: by span; the last is what the battery holds at its end.
        energy_eur: what is drawn less what is injected; wear_eur: of the battery.
        peaks_w: by peak, with what is added for safety, at least what is paid; peak_eur: what they cost above that.
        end_eur: what more is in the battery at the end than at the start is worth; worth_eur: what cars took that they
            had not to.
        risk_eur: what cars are charged only after their next trip.
        needs_wh: by leeway, what would have to be stored for it; below nothing where the cars are charged well before.
        keep_wh: by span, what the battery should hold at its end, for the house or for cars that must be ready soon;
            None: nobody knows. keep_eur: what it costs to lack of both.
        given_wh, short_wh: by want.

    """

    grid_w: tuple[float, ...]
    cars_w: tuple[float, ...]
    store_w: tuple[float, ...]
    level_wh: tuple[float, ...]
    energy_eur: float
    wear_eur: float
    peaks_w: tuple[float, ...]
    peak_eur: float
    end_eur: float
    worth_eur: float
    risk_eur: float
    needs_wh: tuple[float, ...]
    keep_wh: tuple[float | None, ...]
    keep_eur: float
    given_wh: tuple[float, ...]
    short_wh: tuple[float, ...]

    @property
    def eur(self) -> float:
        """What plans are compared by: all of it, and what is short at its high price."""
        short_eur = SHORT_EUR_KWH * sum(self.short_wh) / 1000
        supposed_eur = self.keep_eur + self.risk_eur
        return self.bill_eur + self.wear_eur + supposed_eur - self.end_eur - self.worth_eur + short_eur

    @property
    def bill_eur(self) -> float:
        """What will stand on bills."""
        return self.energy_eur + self.peak_eur


def weighed(problem: Problem, schedule: Schedule) -> Outcome:
    """How a schedule fares; one with fewer watts of the battery than spans leaves it alone in the rest."""
    spans = problem.spans
    cars = cars_w(problem, schedule.blocks)
    stores, levels = _stored(problem, schedule.store_w)
    grid = [span.net_w + car + power for span, car, power in zip(spans, cars, stores, strict=True)]
    energy = sum(
        [
            watts * (span.import_eur_kwh if watts > 0 else span.export_eur_kwh) * span.hours
            for watts, span in zip(grid, spans, strict=True)
        ]
    )
    peaks = _peaks_w(problem, grid)
    wear = -sum([power * span.hours for power, span in zip(stores, spans, strict=True) if power < 0])
    given, later_wh = _given_wh(problem, schedule.blocks)
    short = _short_wh(problem, given)
    needs = _needs_wh(problem, schedule.blocks, short)
    began_wh = levels[0] if levels else 0.0
    return Outcome(
        grid_w=tuple(grid),
        cars_w=tuple(cars),
        store_w=tuple(stores),
        level_wh=tuple(levels[1:]),
        energy_eur=energy / 1000,
        wear_eur=wear * (problem.store.wear_eur_kwh if problem.store else 0.0) / 1000,
        peaks_w=tuple(peaks),
        peak_eur=sum(one.eur(w) for w, one in zip(peaks, problem.peaks, strict=True)),
        end_eur=((levels[-1] if levels else 0.0) - began_wh) / 1000 * problem.end_eur_kwh,
        worth_eur=sum(wh * (want.worth_eur_kwh or 0.0) / 1000 for want, wh in zip(problem.wants, given, strict=True)),
        risk_eur=later_wh / 1000 * RISK_EUR_KWH,
        needs_wh=tuple(needs),
        keep_wh=_keeps_wh(problem, needs),
        keep_eur=_keep_eur(problem, needs, levels[1:]),
        given_wh=given,
        short_wh=short,
    )


def keeps_wh(problem: Problem, blocks: Sequence[Block]) -> tuple[float | None, ...]:
    """What the battery should hold at the end of each span while cars charge in these blocks, see `Outcome`."""
    return _keeps_wh(problem, _needs_wh(problem, blocks, _short_wh(problem, _given_wh(problem, blocks)[0])))


def _short_wh(problem: Problem, given_wh: Sequence[float]) -> tuple[float, ...]:
    """What each want lacks that must be."""
    return tuple(
        max(0.0, want.energy_wh - wh) if want.worth_eur_kwh is None else 0.0
        for want, wh in zip(problem.wants, given_wh, strict=True)
    )


def _needs_wh(problem: Problem, blocks: Sequence[Block], short_wh: Sequence[float]) -> list[float]:
    """What would have to be stored for each leeway: what cars lack then beside what the house leaves them."""
    store, wants, had_wh = problem.store, problem.wants, dict[str, list[float]]()
    if store is None:
        return []
    way, found = sqrt(store.efficiency), list[float]()
    for place, _, numbers, room_wh in problem.leeways:
        lacks_wh = sum(wants[number].energy_wh - short_wh[number] for number in numbers) - room_wh
        for car in {wants[number].car for number in numbers}:
            if car not in had_wh:
                watts = cars_w(problem, [block for block in blocks if block.car == car])
                had_wh[car] = [*accumulate(map(_wh, watts, problem.spans))]
            lacks_wh -= had_wh[car][place]
        found.append(store.least_wh + lacks_wh / way)
    return found


def _wh(watts: float, span: Span) -> float:
    return watts * span.hours


def _keeps_wh(problem: Problem, needs_wh: Sequence[float]) -> tuple[float | None, ...]:
    """What should be stored at the end of each span, for the house or for cars, as far as it can be held."""
    store = problem.store
    if store is None:
        return (None,) * len(problem.spans)
    found = [None if span.keep_wh is None else min(span.keep_wh, store.most_wh) for span in problem.spans]
    for one, needs in zip(problem.leeways, needs_wh, strict=True):
        found[one.place] = max(found[one.place] or 0.0, min(needs, store.most_wh))
    return tuple(found)


def _keep_eur(problem: Problem, needs_wh: Sequence[float], levels_wh: Sequence[float]) -> float:
    """What it costs that less is stored than should be: for the house, and once more for cars."""
    store = problem.store
    if store is None:
        return 0.0
    late_wh = [0.0] * len(problem.spans)
    for one, needs in zip(problem.leeways, needs_wh, strict=True):
        late_wh[one.place] = max(late_wh[one.place], needs - levels_wh[one.place])
    lacks = [
        (max(0.0, min(span.keep_wh or 0.0, store.most_wh) - level_wh) + late) * span.hours
        for span, level_wh, late in zip(problem.spans, levels_wh, late_wh, strict=True)
    ]
    return sum(lacks) / 1000 * KEEP_EUR_KWH


def cars_w(problem: Problem, blocks: Iterable[Block]) -> tuple[float, ...]:
    """What blocks draw together on the mean of each span."""
    spans = problem.spans
    starts = [span.start for span in spans]
    found = [0.0] * len(spans)
    for block in blocks:
        for place in range(max(0, bisect_right(starts, block.start) - 1), bisect_left(starts, block.end)):
            span, part = spans[place], 1.0
            if block.start > span.start or block.end < span.end:
                together = min(block.end, span.end) - max(block.start, span.start)
                part = max(0.0, together / (span.end - span.start))
            found[place] += block.power_w * part
    return tuple(found)


def _given_wh(problem: Problem, blocks: Iterable[Block]) -> tuple[tuple[float, ...], float]:
    """What each want gets between its times, no more than it takes, and no energy twice.

    Whatever a block is for, a car has it, but not while it is away. Wants that must be are served first, from the last
    energy on: so what comes first is left for one that need not be, which is over soon.
    """
    wants, at, until = problem.wants, problem.at, problem.spans[-1].end if problem.spans else problem.at
    given, later_wh = [0.0] * len(wants), 0.0
    times = [(at if want.since is None else max(at, want.since), min(until, want.until)) for want in wants]
    mine: dict[str, list[Block]] = {}
    for block in blocks:
        mine.setdefault(block.car, []).append(block)
    for name, own in mine.items():
        numbers = [number for number, want in enumerate(wants) if want.car == name]
        numbers.sort(key=lambda number: (at - times[number][0], times[number][1]))
        gone = {(one.start, one.end) for number in numbers for one in wants[number].away}
        leaves = min((start for start, _ in gone), default=until)
        edges = {edge for pair in chain(gone, (times[number] for number in numbers)) for edge in pair}
        pieces = sorted((piece for block in own for piece in _cut(block, edges)), reverse=True)
        if gone:
            pieces = [piece for piece in pieces if not any(start <= piece[0] < end for start, end in gone)]
        for must in (True, False):
            same = [number for number in numbers if (wants[number].worth_eur_kwh is None) is must]
            for place, (start, wh) in enumerate(pieces):
                left_wh = wh
                for number in same:
                    if times[number][0] <= start < times[number][1]:
                        more_wh = min(left_wh, wants[number].energy_wh - given[number])
                        given[number] += more_wh
                        left_wh -= more_wh
                        later_wh += more_wh if start >= leaves else 0.0
                pieces[place] = start, left_wh
    return tuple(given), later_wh


def _cut(block: Block, edges: Iterable[datetime]) -> Iterator[tuple[datetime, float]]:
    """The start and the Wh of each part of a block between edges."""
    inner = sorted([edge for edge in edges if block.start < edge < block.end])
    if not inner:
        yield block.start, block.power_w * ((block.end - block.start) / HOUR)
        return
    for start, end in pairwise(chain([block.start], inner, [block.end])):
        yield start, block.power_w * ((end - start) / HOUR)


def _stored(problem: Problem, planned_w: tuple[float, ...]) -> tuple[list[float], list[float]]:
    """What the battery really does of what is planned, and what it holds: at first, and at the end of each span."""
    store = problem.store
    if store is None:
        return [0.0] * len(problem.spans), []
    way, level_wh = sqrt(store.efficiency), store.energy_wh
    least_wh, most_wh = min(store.least_wh, level_wh), max(store.most_wh, level_wh)
    powers, levels = [], [level_wh]
    for span, wanted_w in zip(problem.spans, chain(planned_w, repeat(0.0)), strict=False):
        power_w = 0.0
        if wanted_w > 0:
            power_w = max(0.0, min(wanted_w, store.charge_w, (most_wh - level_wh) / way / span.hours))
            level_wh += power_w * span.hours * way
        elif wanted_w < 0:
            power_w = min(0.0, max(wanted_w, -store.discharge_w, (least_wh - level_wh) * way / span.hours))
            level_wh += power_w * span.hours / way
        powers.append(power_w)
        levels.append(level_wh)
    return powers, levels


def _peaks_w(problem: Problem, grid_w: list[float]) -> list[float]:
    """The highest quarter of each month."""
    peaks = [one.paid_w for one in problem.peaks]
    for span, counts in zip(problem.spans, counts_w(problem, grid_w), strict=True):
        peaks[span.peak] = max(peaks[span.peak], counts)
    return peaks


def counts_w(problem: Problem, grid_w: Sequence[float]) -> tuple[float, ...]:
    """What the quarters of each span count, with what is added for safety and what was drawn in them before."""
    found: list[float] = []
    begun_h, wh, open_ = (problem.at - start_of(problem.at)) / HOUR, problem.used_wh, 0
    for span, watts in zip(problem.spans, grid_w, strict=True):
        counts, end = watts + span.safe_w, span.end
        if counts > 0:
            wh += counts * span.hours
        begun_h += span.hours
        open_ += 1
        if not (end.minute % QUARTER_MINUTES or end.second or end.microsecond):
            found += [wh / begun_h] * open_
            begun_h, wh, open_ = 0.0, 0.0, 0
    return (*found, *[0.0] * open_)
