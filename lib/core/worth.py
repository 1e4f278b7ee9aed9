"""What stored energy is worth, as a curve: its most valuable kWh first. Knows no price, no time and no battery.

In: pieces of so many Wh that are worth so many €/kWh each. Out: the worth of a level, and the level that meets a price.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import floor

HAIR_EUR = 1e-5

Piece = tuple[float, float]  # €/kWh, and for how many Wh


@dataclass(frozen=True, slots=True)
class Worth:
    """A curve from empty to full along which a kWh more is never worth more.

    Attributes:
        pieces: the most valuable first. below: the values with their sign turned, which rise.
        edges_wh: where each piece begins, and the end; sums_eur: what all below is worth.

    """

    pieces: Sequence[Piece]
    below: Sequence[float]
    edges_wh: Sequence[float]
    sums_eur: Sequence[float]

    def eur(self, wh: float) -> float:
        """What the energy from empty up to a level is worth; outside of the curve its ends go on."""
        if not self.pieces:
            return 0.0
        place = min(max(0, bisect_right(self.edges_wh, wh) - 1), len(self.pieces) - 1)
        return self.sums_eur[place] + self.pieces[place][0] * (wh - self.edges_wh[place]) / 1000

    def level_wh(self, eur_kwh: float, *, highest: bool) -> float:
        """The level up to which a kWh is worth a price; where it is worth just that, the highest or the lowest."""
        return self.edges_wh[(bisect_right if highest else bisect_left)(self.below, -eur_kwh)]

    def values_eur_kwh(self, steps: int) -> tuple[float, ...]:
        """What a kWh is worth at the ends of so many equal steps from empty to full: the mean of half a step around.

        A hair less than it is, so that what is worth the same now as later counts as done now.
        """
        span_wh = self.edges_wh[-1]
        if span_wh <= 0:
            return ()
        each_wh, place, last = span_wh / steps, 0, len(self.pieces) - 1
        found: list[float] = []
        before_wh = before_eur = 0.0
        for step in range(steps + 1):
            wh = min((step + 0.5) * each_wh, span_wh)
            while place < last and self.edges_wh[place + 1] <= wh:
                place += 1
            eur = self.sums_eur[place] + self.pieces[place][0] * (wh - self.edges_wh[place]) / 1000
            mean = 1000 * (eur - before_eur) / (wh - before_wh)
            found.append(floor(mean / HAIR_EUR - 0.5) * HAIR_EUR)
            before_wh, before_eur = wh, eur
        return tuple(found)


def worth(pieces: Sequence[Piece]) -> Worth:
    """The curve of pieces that are in order."""
    return Worth(
        pieces,
        [-eur_kwh for eur_kwh, _ in pieces],
        [0.0, *accumulate(wh for _, wh in pieces)],
        [0.0, *accumulate(eur_kwh * wh / 1000 for eur_kwh, wh in pieces)],
    )


def cut(pieces: Iterable[Piece], skip_wh: float, span_wh: float) -> list[Piece]:
    """The pieces behind the first `skip_wh`, together `span_wh`; what is lacking at the end the last one fills."""
    kept: list[Piece] = []
    for eur_kwh, piece_wh in pieces:
        wh = piece_wh - skip_wh
        if wh <= 0:
            skip_wh -= piece_wh
            continue
        skip_wh = 0.0
        kept.append((eur_kwh, min(wh, span_wh)))
        span_wh -= wh
        if span_wh <= 0:
            return kept
    if kept:
        kept[-1] = kept[-1][0], kept[-1][1] + span_wh
    return kept


def raised(pieces: Iterable[Piece], up_to_wh: float, eur_kwh: float) -> list[Piece]:
    """The pieces, of which those up to a level are worth so much more."""
    found: list[Piece] = []
    for each_eur, wh in pieces:
        low_wh = min(wh, max(0.0, up_to_wh))
        up_to_wh -= wh
        if low_wh > 0:
            found.append((each_eur + eur_kwh, low_wh))
        if wh > low_wh:
            found.append((each_eur, wh - low_wh))
    return found


def pooled(pieces: Iterable[Piece]) -> list[Piece]:
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
