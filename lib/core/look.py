"""A plan as reasons are read from it: what its quarters count, who charges in them, where a want could have stood.

In: a problem, a schedule, how that fares. Out: answers about spans, by their number. Knows no reason.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from lib.core.outcome import Outcome, cars_w, counts_w
from lib.core.plan import Block, Want
from lib.core.problem import HOUR, Problem, Schedule, Span
from lib.core.quarter import QUARTER

IDLE_W, NEAR_W = 50.0, 150.0  # a battery that does less rests; a quarter is full so close to its target


class Could(NamedTuple):
    """The time in which a want could be met: its spans, and what a kWh costs in them."""

    places: range
    least_eur: float
    mean_eur: float
    most_eur: float

    @classmethod
    def of(cls, problem: Problem, want: Want) -> "Could":
        """The time of a want."""
        starts = [span.start for span in problem.spans]
        since = problem.at if want.since is None else want.since
        places = places_of(starts, since, want.until)
        spans = [problem.spans[place] for place in places]
        prices = [span.import_eur_kwh for span in spans] or [0.0]
        return cls(places, min(prices), mean_of(spans, lambda span: span.import_eur_kwh), max(prices))


class Look(NamedTuple):
    """The plan, as reasons are read from it; counts_w: by span; own_w: of each car; could: by want."""

    problem: Problem
    schedule: Schedule
    outcome: Outcome
    starts: Sequence[datetime]
    counts_w: Sequence[float]
    own_w: Mapping[str, Sequence[float]]
    could: Sequence[Could]

    @classmethod
    def of(cls, problem: Problem, schedule: Schedule, outcome: Outcome) -> "Look":
        """The plan with what is read from it more than once."""
        cars = {block.car for block in schedule.blocks}
        return cls(
            problem,
            schedule,
            outcome,
            [span.start for span in problem.spans],
            counts_w(problem, outcome.grid_w),
            {car: cars_w(problem, [block for block in schedule.blocks if block.car == car]) for car in cars},
            [Could.of(problem, want) for want in problem.wants],
        )

    def places(self, start: datetime, end: datetime) -> range:
        """The spans that a time touches."""
        return places_of(self.starts, start, end)

    def mean(self, start: datetime, end: datetime, read: Callable[[Span], float]) -> float:
        """The mean over a time."""
        spans = (self.problem.spans[place] for place in self.places(start, end))
        return sum(
            read(span) * ((min(end, span.end) - max(start, span.start)) / (end - start))
            for span in spans
            if span.start < end and start < span.end
        )

    def target_w(self, place: int) -> float:
        """What a span may count."""
        return self.outcome.peaks_w[self.problem.spans[place].peak]

    def raises(self, place: int) -> bool:
        """Whether a span counts above what is paid."""
        peak = self.problem.peaks[self.problem.spans[place].peak]
        return peak.eur_kw > 0 and self.counts_w[place] > peak.paid_w + 1

    def is_full(self, place: int) -> bool:
        """Whether a span counts as much as it may."""
        costs = self.problem.peaks[self.problem.spans[place].peak].eur_kw > 0
        return costs and self.counts_w[place] > self.target_w(place) - NEAR_W

    def is_taken(self, place: int, car: str, least_w: float) -> bool:
        """Whether a car charges in a span already, or finds no room there to begin."""
        if self.own_w[car][place] > 0:
            return True
        costs = self.problem.peaks[self.problem.spans[place].peak].eur_kw > 0
        return costs and self.counts_w[place] + least_w > self.target_w(place) + 1

    def sun_w(self, place: int) -> float:
        """What the sun leaves over for cars and battery."""
        return max(0.0, -self.problem.spans[place].net_w)

    def without_w(self, place: int) -> float:
        """What the meter would show without the battery."""
        return self.outcome.grid_w[place] - self.outcome.store_w[place]

    def helps(self, place: int) -> bool:
        """Whether the battery keeps a span under its target, which it would pass without."""
        store_w = self.outcome.store_w[place]
        return store_w < -IDLE_W and self.counts_w[place] - store_w > self.target_w(place) + 1

    def hurries(self, block: Block, number: int, later: int) -> bool:
        """Whether its car would lack more than it may soon before it must be ready, if the block came in a later span.

        number: of what it is for.
        """
        first = self.places(block.start, block.end)[0]
        wh = block.power_w * (min(QUARTER, block.end - block.start) / HOUR)
        return any(
            number in one.wants and first <= one.place < later and self.outcome.level_wh[one.place] < needs_wh + wh
            for one, needs_wh in zip(self.problem.leeways, self.outcome.needs_wh, strict=False)
        )

    def want(self, block: Block) -> int | None:
        """The number of what a block is for."""
        for number, want in enumerate(self.problem.wants):
            begins = self.problem.at if want.since is None else want.since
            if (want.car, want.trip) == (block.car, block.trip) and begins < block.end and block.start < want.until:
                return number
        return None


def places_of(starts: Sequence[datetime], start: datetime, end: datetime) -> range:
    """The spans that a time touches, by their starts."""
    return range(max(0, bisect_right(starts, start) - 1), bisect_left(starts, end))


def mean_of(spans: Sequence[Span], read: Callable[[Span], float]) -> float:
    """The mean over time; 0 of nothing."""
    hours = sum(span.hours for span in spans)
    return sum(read(span) * span.hours for span in spans) / hours if hours else 0.0
