"""Which quarters one car takes: the cheapest, joined so that it is seldom interrupted. Knows no time and no other car.

A quarter is a place in a row of quarters; neighbours in the row are charged through. Energy in Wh, prices in €/kWh.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import accumulate, chain, pairwise
from math import inf
from operator import mul
from typing import NamedTuple

SAVES, SAVES_EUR = 0.02, 0.10  # an interruption that saves less is not worth it
TRIED = 3  # moves that look best are worked out
GUESSED = 4  # with so many runs more than allowed it is enough that a move looks best
NOTHING_WH = 1e-3  # times hold microseconds, and what is less than a crumb is none

Run = tuple[int, int]  # its first and its last place


@dataclass(frozen=True, slots=True)
class Lane:
    """What one car can take in each quarter.

    Attributes:
        energy_wh: what it wants in all.
        most_wh: what fits into each place, 0 where it cannot charge; least_wh: what its least current takes there.
        eur_kwh: prices; order: places by price, of equals the earlier first.
        fixed: Wh of places that are taken whatever they cost, in the order in which they are filled.

    """

    energy_wh: float
    most_wh: Sequence[float]
    least_wh: Sequence[float]
    eur_kwh: Sequence[float]
    order: Sequence[int]
    fixed: Mapping[int, float] = field(default_factory=dict)

    def eur(self, places: Collection[int]) -> float:
        """What it costs to fill the places, the dearest one only as far as needed."""
        dearest = max((self.eur_kwh[place] for place in places), default=0.0)
        full = sum(self.most_wh[place] * (self.eur_kwh[place] - dearest) for place in places)
        return (full + min(self.energy_wh, self.total_wh(places)) * dearest) / 1000

    def total_wh(self, places: Iterable[int]) -> float:
        """What fits into places."""
        return sum(self.most_wh[place] for place in places)


def chosen(lane: Lane, first: AbstractSet[int] = frozenset()) -> set[int]:
    """As many places as the energy takes: the fixed ones, then those of `first`, then the others, cheapest first."""
    places: set[int] = set()
    total_wh = 0.0
    for place in chain(lane.fixed, (one for one in lane.order if one in first), lane.order):
        if total_wh >= lane.energy_wh - NOTHING_WH:
            break
        if place not in places and lane.most_wh[place] > 0:
            places.add(place)
            total_wh += lane.fixed.get(place, lane.most_wh[place])
    return places


def runs(places: Iterable[int]) -> list[Run]:
    """The stretches without an interruption, in order."""
    found: list[Run] = []
    for place in sorted(places):
        if found and found[-1][1] == place - 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found


def filled(lane: Lane, places: AbstractSet[int]) -> dict[int, float]:
    """Wh by place: the fixed ones first, then the cheapest; the last one takes what is left of the energy.

    Where that is less than the least amid a run, it takes the least there, and the end of the run so much less.
    """
    given: dict[int, float] = {}
    left_wh, last = lane.energy_wh, 0
    by_price = ((place, lane.most_wh[place]) for place in lane.order if place in places)
    for place, most_wh in chain(lane.fixed.items(), by_price):
        more_wh = min(left_wh, most_wh - given.get(place, 0.0))
        if place in places and more_wh > NOTHING_WH:
            given[place] = given.get(place, 0.0) + more_wh
            left_wh, last = left_wh - more_wh, place
    if given and given[last] < lane.least_wh[last] and last - 1 in given and last + 1 in given:
        lack_wh, given[last] = lane.least_wh[last] - given[last], lane.least_wh[last]
        end = next(run[1] for run in runs(given) if run[0] <= last <= run[1])
        while lack_wh > NOTHING_WH:
            taken_wh = min(lack_wh, given[end])
            lack_wh, given[end] = lack_wh - taken_wh, given[end] - taken_wh
            if given[end] <= NOTHING_WH:
                del given[end]
                end -= 1
    return given


def few(lane: Lane, places: set[int], most: int, held: AbstractSet[int]) -> set[int]:
    """Places with at most so many runs, and still fewer where that costs next to nothing.

    held: places that stay. Energy goes before starts: no place that it needs is given up.
    """
    row = _Row.of(lane, held)
    if len(runs(places)) > most + GUESSED:
        places = _mended(lane, runs(_roughly(row, places, most + GUESSED)), held)
    while len(runs(places)) > most:
        fewer = _joined(lane, row, places, held, inf)
        if fewer is None:
            break
        places = fewer
    eur = lane.eur(places)
    most_eur = eur + min(SAVES_EUR, SAVES * abs(eur))
    while (fewer := _joined(lane, row, places, held, most_eur)) is not None:
        places = fewer
    return places


class _Move(NamedTuple):
    """A run that is dropped, or a gap between two that is filled; guess: what that costs by a first look, in €/1000."""

    guess: float
    run: Run
    fills: bool

    def applied(self, places: set[int]) -> set[int]:
        span = range(self.run[0], self.run[1] + 1)
        return places.union(span) if self.fills else places.difference(span)


@dataclass(frozen=True, slots=True)
class _Row:
    """Sums up to each place, so that a stretch is summed at once; held: how many places of it stay."""

    lane: Lane
    wh: list[float]
    eur: list[float]
    closed: list[int]
    held: list[int]

    @classmethod
    def of(cls, lane: Lane, held: AbstractSet[int]) -> "_Row":
        count = len(lane.most_wh)
        return cls(
            lane=lane,
            wh=[*accumulate(lane.most_wh, initial=0.0)],
            eur=[*accumulate(map(mul, lane.most_wh, lane.eur_kwh), initial=0.0)],
            closed=[*accumulate(map((0.0).__ge__, lane.most_wh), initial=0)],
            held=[*accumulate(map(held.__contains__, range(count)), initial=0)],
        )

    def moves(self, found: list[Run]) -> list[_Move]:
        """All that would leave one run less.

        What a run held goes beside another one, what fills a gap is saved at the dearest end of a run.
        """
        if len(found) < 2:
            return []
        eur_kwh, last = self.lane.eur_kwh, len(self.lane.most_wh) - 1
        beside = [place for start, end in found for place in (start - 1, end + 1) if 0 <= place <= last]
        next_eur = min((eur_kwh[place] for place in beside if self.lane.most_wh[place] > 0), default=inf)
        dearest = max(max(eur_kwh[start], eur_kwh[end]) for start, end in found)
        drops = [
            _Move(self._sum(self.wh, run) * max(next_eur, dearest) - self._sum(self.eur, run), run, fills=False)
            for run in found
            if not self._sum(self.held, run)
        ]
        gaps = [(one[1] + 1, other[0] - 1) for one, other in pairwise(found)]
        fills = [
            _Move(self._sum(self.eur, gap) - self._sum(self.wh, gap) * dearest, gap, fills=True)
            for gap in gaps
            if not self._sum(self.closed, gap) and self._sum(self.wh, gap) < self.lane.energy_wh
        ]
        return [*drops, *fills]

    @staticmethod
    def _sum(sums: Sequence[float], run: Run) -> float:
        return sums[run[1] + 1] - sums[run[0]]


def _roughly(row: _Row, places: set[int], most: int) -> set[int]:
    """Places with so many runs, by the moves that look best; of those a quarter at once that do not touch."""
    found = runs(places)
    while len(found) > most:
        moves = sorted(move for move in row.moves(found) if move.guess < inf)
        if not moves:
            break
        touched: set[int] = set()
        for move in moves[: max(1, (len(found) - most) // 4)]:
            start, end = move.run
            if not touched & {start - 1, end + 1}:
                touched |= {start, end}
                places = move.applied(places)
        found = runs(places)
    return places


def _joined(lane: Lane, row: _Row, places: set[int], held: AbstractSet[int], most_eur: float) -> set[int] | None:
    """The cheapest way to one run less, of the few that look best; None where none costs `most_eur` or less."""
    found = runs(places)
    best, best_eur = None, most_eur
    for move in sorted(row.moves(found))[:TRIED]:
        mended = _mended(lane, runs(move.applied(places)), held)
        eur = lane.eur(mended)
        if eur <= best_eur and len(runs(mended)) < len(found):
            best, best_eur = mended, eur
    return best


def _mended(lane: Lane, found: list[Run], held: AbstractSet[int]) -> set[int]:
    """The places of runs, which give up their dearest ends, or grow at the cheapest, until the energy just fits."""
    places = {place for run in found for place in range(run[0], run[1] + 1)}
    spare_wh = lane.total_wh(places) - lane.energy_wh
    ends = {end for run in found for end in run}
    while spare_wh > 0:
        loose = [end for end in ends if end not in held and lane.most_wh[end] <= spare_wh]
        if not loose:
            break
        end = max(loose, key=lambda place: (lane.eur_kwh[place], place))
        places.remove(end)
        ends.remove(end)
        ends |= {end - 1, end + 1} & places
        spare_wh -= lane.most_wh[end]
    beside = {place for end in ends for place in (end - 1, end + 1)}
    while spare_wh < -NOTHING_WH:
        open_to = [place for place in beside - places if 0 <= place < len(lane.most_wh) and lane.most_wh[place] > 0]
        if not open_to:
            open_to = [place for place in lane.order if place not in places and lane.most_wh[place] > 0][:1]
        if not open_to:
            break
        place = min(open_to, key=lambda place: (lane.eur_kwh[place], place))
        places.add(place)
        beside |= {place - 1, place + 1}
        spare_wh += lane.most_wh[place]
    return places
