"""What stored energy is worth, as a curve: its most valuable kWh first. Knows no price, no time and no battery.

In: pieces of so many Wh that are worth so many €/kWh each. Out: the worth of a level, and the level that meets a price.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import floor
from operator import mul
from typing import NamedTuple, overload

HAIR_EUR = 1e-5

Piece = tuple[float, float]  # €/kWh, and for how many Wh


class Worth(NamedTuple):
    """A curve from empty to full along which a kWh more is never worth more.

    Attributes:
        below: the value of each piece with its sign turned, in €/kWh, so that they rise.
        whs: how long each is; edges_wh: where it begins, and the end.

    """

    below: Sequence[float]
    whs: Sequence[float]
    edges_wh: Sequence[float]

    def eur(self, wh: float) -> float:
        """What the energy from empty up to a level is worth; outside of the curve its ends go on."""
        if not self.below:
            return 0.0
        place = min(max(0, bisect_right(self.edges_wh, wh) - 1), len(self.below) - 1)
        before: float = sum(map(mul, self.below[:place], self.whs))
        return (before + self.below[place] * (wh - self.edges_wh[place])) / -1000

    def level_wh(self, eur_kwh: float, *, highest: bool) -> float:
        """The level up to which a kWh is worth a price; where it is worth just that, the highest or the lowest."""
        return self.edges_wh[(bisect_right if highest else bisect_left)(self.below, -eur_kwh)]


class Values(Sequence[float]):
    """What a kWh is worth at the ends of equal steps from empty to full: the mean of half a step around.

    A hair less than it is, so that what is worth the same now as later counts as done now. Each is worked out when it
    is asked for: of a plan's thousands few are.
    """

    __slots__ = ("_known", "_steps", "_worth")

    def __init__(self, worth: Worth, steps: int) -> None:
        """None at all where the curve has no length."""
        self._worth, self._steps = worth, steps
        self._known: dict[int, float] = {}

    def __len__(self) -> int:
        return self._steps + 1 if self._worth.edges_wh[-1] > 0 else 0

    @overload
    def __getitem__(self, place: int) -> float: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[float]: ...
    def __getitem__(self, place: int | slice) -> float | Sequence[float]:
        """The one at the end of so many steps; IndexError where there is none."""
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        if (known := self._known.get(place)) is not None:
            return known
        if not 0 <= place < len(self):
            raise IndexError(place)
        span_wh = self._worth.edges_wh[-1]
        low_wh, high_wh = (min(max(0.0, (place + side) * span_wh / self._steps), span_wh) for side in (-0.5, 0.5))
        mean = 1000 * (self._worth.eur(high_wh) - self._worth.eur(low_wh)) / (high_wh - low_wh)
        self._known[place] = found = floor(mean / HAIR_EUR - 0.5) * HAIR_EUR
        return found


class Uses:
    """All that the energy in a store of so many Wh may be for, the best first; equal ones are one piece."""

    __slots__ = ("_below", "_span_wh", "_whs")

    def __init__(self, pieces: Iterable[Piece], span_wh: float) -> None:
        """pieces: the most valuable first, together `span_wh`."""
        self._below, self._whs, self._span_wh = list[float](), list[float](), span_wh
        for eur_kwh, wh in pieces:
            self._below.append(-eur_kwh)
            self._whs.append(wh)

    @property
    def best_eur_kwh(self) -> float:
        """What the first is worth."""
        return -self._below[0]

    def worth(self) -> Worth:
        """The curve as it is now."""
        return Worth(self._below.copy(), self._whs.copy(), [0.0, *accumulate(self._whs)])

    def add(self, pieces: Iterable[Piece], *, skip_wh: float = 0.0) -> None:
        """With others; then the best `skip_wh` are served, and what is beyond the store's end is none."""
        below, whs, over_wh = self._below, self._whs, -skip_wh
        for eur_kwh, wh in pieces:
            over_wh += wh
            place = bisect_left(below, -eur_kwh)
            if place < len(below) and below[place] == -eur_kwh:
                whs[place] += wh
            else:
                below.insert(place, -eur_kwh)
                whs.insert(place, wh)
        served = 0
        while served < len(whs) - 1 and whs[served] <= skip_wh:
            skip_wh -= whs[served]
            served += 1
        del below[:served], whs[:served]
        whs[0] -= skip_wh
        while len(whs) > 1 and whs[-1] <= over_wh:
            over_wh -= whs.pop()
            below.pop()
        whs[-1] = max(0.0, self._span_wh - sum(whs[:-1]))  # not by over_wh, whose last digits would add up

    def raise_up_to(self, level_wh: float, eur_kwh: float) -> None:
        """Those up to a level are worth so much more."""
        below, whs, left_wh = self._below, self._whs, level_wh
        raised = 0
        while raised < len(whs) and whs[raised] <= left_wh:
            left_wh -= whs[raised]
            raised += 1
        if raised < len(whs) and left_wh > 0:
            below.insert(raised, below[raised])
            whs[raised : raised + 1] = left_wh, whs[raised] - left_wh
            raised += 1
        below[:raised] = [each - eur_kwh for each in below[:raised]]


def pooled(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces as prices that never fall: where a dearer one comes before a cheaper one, both have their mean."""
    found: list[Piece] = []
    for piece in pieces:
        eur_kwh, wh = piece
        while found and found[-1][0] > eur_kwh:
            before_eur, before_wh = found.pop()
            eur_kwh = (before_eur * before_wh + eur_kwh * wh) / (before_wh + wh)
            wh += before_wh
        found.append((eur_kwh, wh))
    return found
