"""A trace of power → the levels between its steps. Knows no device.

In: net power at equal steps of time, None where nothing came. Out: stretches of even power; noise makes none.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import inf, log
from typing import NamedTuple

SMALLEST_W = 150.0  # what switches less is not what made a peak
NOISE_TIMES = 5.0  # a step stands so far above the noise
LEAST_NOISE_W = 8.0
SHORTEST = 4  # readings of a level: meters tell the power of a second that is over, smeared over two
KNOWN_SHARE = 0.5  # of the readings; with less nothing is told
FINE_S = 10.0  # below that a step is seen as it is, above it a value is the mean of what was before and after it


class Level(NamedTuple):
    """So much from `start_s` up to `end_s` of the trace."""

    start_s: float
    end_s: float
    power_w: float


def levels(watts: Sequence[float | None], *, step_s: float = 1.0) -> tuple[Level, ...]:
    """The stretches of even power in a trace; none where too little of it is known.

    The cut that leaves the least squares, each change point paid for by the noise, so that noise makes no steps; then
    neighbours that differ by too little are one. Medians stand for the power, so that a spike moves nothing.
    """
    known = sum(one is not None for one in watts)
    if not watts or known < KNOWN_SHARE * len(watts):
        return ()
    whole = _filled(watts)
    calm = _smoothed(whole) if step_s < FINE_S else whole
    noise_w = _noise_w(whole)
    shortest = SHORTEST if step_s < FINE_S else 1
    cuts = _cuts(calm, 3 * max(noise_w, LEAST_NOISE_W) ** 2 * log(len(calm) + 1) * 2, shortest)
    least_w = max(SMALLEST_W, NOISE_TIMES * noise_w)
    steps = [
        Level(first * step_s, last * step_s, _median(whole[first:last]))
        for first, last in _joined(whole, cuts, least_w)
    ]
    return tuple(steps if step_s < FINE_S else _sharpened(steps, step_s))


def _filled(watts: Sequence[float | None]) -> list[float]:
    """What is missing is as it was before, at first as it is then."""
    last = next((one for one in watts if one is not None), 0.0)
    whole = []
    for one in watts:
        last = last if one is None else one
        whole.append(float(last))
    return whole


def _smoothed(whole: Sequence[float]) -> list[float]:
    """The median of five: no spike is a step, and a step stays where it is."""
    return [_median(whole[max(0, at - 2) : at + 3]) for at in range(len(whole))]


def _median(values: Sequence[float]) -> float:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _noise_w(whole: Sequence[float]) -> float:
    """The noise as a standard deviation, by the median of the changes: steps are too few to count in it."""
    changes = [abs(after - before) for before, after in pairwise(whole)]
    return _median(changes) / 0.6745 / 2**0.5 if changes else 0.0


def _cuts(values: Sequence[float], penalty: float, shortest: int) -> list[tuple[int, int]]:
    """The stretches of the cut with the least squares, each paid for; beginnings that cannot win are let go."""
    sums, squares = [0.0], [0.0]
    for one in values:
        sums.append(sums[-1] + one)
        squares.append(squares[-1] + one * one)

    def cost(first: int, last: int) -> float:
        total = sums[last] - sums[first]
        return squares[last] - squares[first] - total * total / (last - first)

    count = len(values)
    best, came = [-penalty] + [inf] * count, [0] * (count + 1)
    open_starts: list[int] = []
    for last in range(1, count + 1):
        if last - shortest >= 0:
            open_starts.append(last - shortest)
        weighed = [(best[first] + cost(first, last) + penalty, first) for first in open_starts]
        if weighed:
            best[last], came[last] = min(weighed)
            open_starts = [first for (eur, first) in weighed if eur - penalty <= best[last]]
    found_cuts: list[tuple[int, int]] = []
    last = count
    while last > 0 and best[last] < inf:
        found_cuts.append((came[last], last))
        last = came[last]
    return found_cuts[::-1] or [(0, count)]


def _sharpened(steps: Sequence[Level], step_s: float) -> list[Level]:
    """A single mean that lies between its neighbours holds the instant of one step between them."""
    rest = list(steps)
    for at in range(len(rest) - 2, 0, -1):
        before, one, after = rest[at - 1 : at + 2]
        low_w, high_w = sorted((before.power_w, after.power_w))
        if one.end_s - one.start_s <= step_s and low_w < one.power_w < high_w:
            share = (one.power_w - before.power_w) / (after.power_w - before.power_w)
            edge_s = one.end_s - share * step_s
            rest[at - 1 : at + 2] = [before._replace(end_s=edge_s), after._replace(start_s=edge_s)]
    return rest


def _joined(whole: Sequence[float], cuts: Sequence[tuple[int, int]], least_w: float) -> list[tuple[int, int]]:
    """Neighbours that differ by less than `least_w` as one, the most alike first."""
    rest = list(cuts)
    while len(rest) > 1:
        powers = [_median(whole[first:last]) for first, last in rest]
        gaps = [abs(after - before) for before, after in pairwise(powers)]
        at = min(range(len(gaps)), key=lambda place: gaps[place])
        if gaps[at] >= least_w:
            break
        rest[at : at + 2] = [(rest[at][0], rest[at + 1][1])]
    return rest
