"""Why each block of a plan stands where it stands. Knows no sentence and no planner.

In: a problem, a schedule, how that fares. Out: a reason for each block of a car, then for each stretch in which the
battery stores or gives.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple

from lib.core.because import SAME_EUR, Because, Cause, sentence
from lib.core.outcome import Outcome
from lib.core.plan import Block, Want
from lib.core.problem import HOUR, Problem, Schedule, Span

__all__ = ["Because", "Cause", "reasons", "sentence"]

BATTERY = "battery"
IDLE_W, NEAR_W = 50.0, 150.0  # a battery that does less rests; a quarter is full so close to its target
NO_TIME = 0.95  # who needs so much of the time left has no choice
MOSTLY = 0.5
PRICED: Final = frozenset({Cause.CHEAPEST, Cause.PAID, Cause.WORTH, Cause.STORES, Cause.INSTEAD})


def reasons(problem: Problem, schedule: Schedule, outcome: Outcome) -> tuple[Because, ...]:
    """Why each block of the schedule is there, in its order, and then each stretch of the battery in order of time."""
    look = _Look(problem, schedule, outcome, [span.start for span in problem.spans])
    return (*(_of_car(look, block) for block in schedule.blocks), *_of_battery(look))


class _Look(NamedTuple):
    """The plan, as reasons are read from it."""

    problem: Problem
    schedule: Schedule
    outcome: Outcome
    starts: Sequence[datetime]

    def places(self, start: datetime, end: datetime) -> range:
        """The spans that a time touches."""
        return range(max(0, bisect_right(self.starts, start) - 1), bisect_left(self.starts, end))

    def target_w(self, place: int) -> float:
        """What a span may count."""
        return self.outcome.peaks_w[self.problem.spans[place].peak]

    def counts_w(self, place: int) -> float:
        """What a span counts for its peak."""
        return self.outcome.grid_w[place] + self.problem.spans[place].safe_w

    def sun_w(self, place: int) -> float:
        """What the sun leaves over for cars and battery."""
        return max(0.0, -self.problem.spans[place].net_w)

    def without_w(self, place: int) -> float:
        """What the meter would show without the battery."""
        return self.outcome.grid_w[place] - self.outcome.store_w[place]

    def helps(self, place: int) -> bool:
        """Whether the battery keeps a span under its target, which it would pass without."""
        store_w = self.outcome.store_w[place]
        return store_w < -IDLE_W and self.counts_w(place) - store_w > self.target_w(place) + 1

    def want(self, block: Block) -> tuple[Want | None, float]:
        """What a block is for, and what that lacks."""
        for want, short_wh in zip(self.problem.wants, self.outcome.short_wh, strict=True):
            begins = self.problem.at if want.since is None else want.since
            if (want.car, want.trip) == (block.car, block.trip) and begins < block.end and block.start < want.until:
                return want, short_wh
        return None, 0.0


def _of_car(look: _Look, block: Block) -> Because:
    """The reason of a car's block, with the numbers of the run that it is a part of."""
    problem, outcome = look.problem, look.outcome
    want, short_wh = look.want(block)
    start, end = _run(look.schedule.blocks, block)
    places, run = look.places(block.start, block.end), look.places(start, end)
    spans = [problem.spans[place] for place in places]
    until = None if want is None else want.until
    could = (
        [] if want is None else [problem.spans[place] for place in look.places(want.since or problem.at, want.until)]
    )
    mean_eur = _mean(could, lambda span: span.import_eur_kwh)
    eur_kwh = _mean([problem.spans[place] for place in run], lambda span: span.import_eur_kwh)
    paid_eur = _mean(spans, lambda span: span.import_eur_kwh)
    from_sun = sum(min(look.sun_w(place), outcome.cars_w[place]) for place in places)
    above = [place for place in places if look.counts_w(place) > problem.peaks[problem.spans[place].peak].paid_w + 1]
    number = problem.spans[places[0]].peak
    costs = problem.peaks[number].eur_kw > 0
    full = costs and all(look.counts_w(place) > look.target_w(place) - NEAR_W for place in places)
    cause = Cause.CHEAPEST
    if short_wh > 1:
        cause = Cause.SHORT
    elif want is not None and want.worth_eur_kwh is None and _needs(want, problem.at) > NO_TIME:
        cause = Cause.NO_TIME
    elif above and costs:
        cause = Cause.RAISES
    elif paid_eur < 0:
        cause = Cause.PAID
    elif from_sun > MOSTLY * sum(outcome.cars_w[place] for place in places):
        cause = Cause.SUN
    elif want is not None and want.worth_eur_kwh is not None:
        cause = Cause.WORTH
    elif paid_eur > mean_eur and _ran(problem, block):
        cause = Cause.RUNS
    elif (
        max(span.import_eur_kwh for span in could or spans) - min(span.import_eur_kwh for span in could or spans)
        < SAME_EUR
    ):
        cause = Cause.EQUAL
    return Because(
        cause=cause,
        device=block.car,
        start=block.start,
        end=block.end,
        power_w=block.power_w,
        trip=block.trip,
        until=until,
        eur_kwh=paid_eur if cause is Cause.PAID else eur_kwh,
        mean_eur_kwh=mean_eur,
        sun_eur_kwh=_mean(spans, lambda span: span.export_eur_kwh),
        target_w=outcome.peaks_w[number],
        eur=(outcome.peaks_w[number] - problem.peaks[number].paid_w) / 1000 * problem.peaks[number].eur_kw,
        lacks_wh=short_wh,
        flat=full and cause not in {Cause.RAISES, Cause.SUN} and want is not None and block.power_w < want.full_w - 1,
        helped=any(look.helps(place) for place in places),
        supposed=not all(span.known for span in spans) and cause in PRICED,
    )


def _run(blocks: Sequence[Block], block: Block) -> tuple[datetime, datetime]:
    """From when until when a car charges for one thing without a stop, around a block."""
    start, end = block.start, block.end
    own = sorted((one for one in blocks if (one.car, one.trip) == (block.car, block.trip)), key=lambda one: one.start)
    for one in own:
        if one.start == end:
            end = one.end
    for one in reversed(own):
        if one.end == start:
            start = one.start
    return start, end


def _needs(want: Want, at: datetime) -> float:
    """The part of the time left that a want takes at full power."""
    left_h = (want.until - (at if want.since is None else max(at, want.since))) / HOUR
    return want.energy_wh / max(1.0, want.full_w * left_h)


def _ran(problem: Problem, block: Block) -> bool:
    """Whether a block goes on with one that has begun."""
    return block.start == problem.at and any(
        (one.car, one.trip) == (block.car, block.trip) and one.start < problem.at < one.end for one in problem.before
    )


def _of_battery(look: _Look) -> Iterator[Because]:
    """The reasons of the battery's stretches; what it stores is for the next one in which it gives."""
    spans, outcome = look.problem.spans, look.outcome
    stretches = [
        (way, list(group))
        for way, group in groupby(range(len(spans)), key=lambda place: _way(outcome.store_w[place]))
        if way
    ]
    for number, (way, places) in enumerate(stretches):
        then = next((ahead for other, ahead in stretches[number + 1 :] if other < 0), None) if way > 0 else None
        yield _of_stretch(look, places, then)


def _of_stretch(look: _Look, places: Sequence[int], then: Sequence[int] | None) -> Because:
    spans, outcome = look.problem.spans, look.outcome
    hours = sum(spans[place].hours for place in places)
    power_w = sum(outcome.store_w[place] * spans[place].hours for place in places) / hours
    eur_kwh = _mean([spans[place] for place in places], lambda span: span.import_eur_kwh)
    cause, cars = Cause.INSTEAD, tuple[str, ...]()
    helped = [place for place in places if look.helps(place)]
    if power_w > 0:
        from_sun = sum(max(0.0, min(outcome.store_w[place], -look.without_w(place))) for place in places)
        cause = Cause.STORES
        if eur_kwh < 0:
            cause = Cause.PAID
        elif from_sun > MOSTLY * sum(outcome.store_w[place] for place in places):
            cause = Cause.STORES_SUN
        elif then is not None and any(look.helps(place) for place in then):
            cause = Cause.READY
    elif helped:
        alone = any(spans[place].net_w + spans[place].safe_w > look.target_w(place) + 1 for place in helped)
        cause = Cause.SHAVES if alone else Cause.ROOM
        start, end = spans[helped[0]].start, spans[helped[-1]].end
        charging = (block.car for block in look.schedule.blocks if block.start < end and start < block.end)
        cars = tuple(sorted({*charging})) if cause is Cause.ROOM else ()
    return Because(
        cause=cause,
        device=BATTERY,
        start=spans[places[0]].start,
        end=spans[places[-1]].end,
        power_w=power_w,
        eur_kwh=eur_kwh,
        sun_eur_kwh=_mean([spans[place] for place in places], lambda span: span.export_eur_kwh),
        then_start=None if then is None else spans[then[0]].start,
        then_end=None if then is None else spans[then[-1]].end,
        then_eur_kwh=None
        if then is None
        else _mean([spans[place] for place in then], lambda span: span.import_eur_kwh),
        target_w=look.target_w((helped or then or places)[0]),
        cars=cars,
        supposed=not all(spans[place].known for place in places) and cause in PRICED,
    )


def _way(power_w: float) -> int:
    """1 where a battery stores, -1 where it gives."""
    return 0 if abs(power_w) < IDLE_W else 1 if power_w > 0 else -1


def _mean(spans: Sequence[Span], read: Callable[[Span], float]) -> float:
    """The mean over time; 0 of nothing."""
    hours = sum(span.hours for span in spans)
    return sum(read(span) * span.hours for span in spans) / hours if hours else 0.0
