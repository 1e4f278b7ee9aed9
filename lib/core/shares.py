"""The room under the quarter's ceiling → what each claim gets: the higher priority first, equals alike.

Who runs is kept at its least as long as stopping it later still keeps the quarter. Knows no program and no lease.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby

from lib.core.claims import Claim
from lib.core.quarter import QUARTER_S, Quarter

STOP_S = 10.0  # an order takes so long until the car is off
GRACE_S = 60.0  # so long a running car is kept at its least beside one of a higher priority that wants more
SPARE_W = 115.0  # what starts needs room for half an ampere more than its least


class Shares:
    """One sharing out of the room under the ceiling; `over_w` and `short_s` are its by-products."""

    def __init__(
        self,
        quarter: Quarter,
        target_w: float,
        kept_w: float,
        room_w: float,
        base_w: float,
        calm_w: float | None,
        short_s: Mapping[str, float],
        now_s: float,
        help_w: float = 0.0,
        stop_s: float = STOP_S,
    ) -> None:
        """kept_w: of the target, for kettles; room_w: under the ceiling, beside the house's own base_w.

        help_w: what the battery gives on top of that, for the claims that may have it;
        calm_w: the house's own without its kettles; short_s: since when a running claim has not fitted, by name;
        stop_s: an order takes so long until the car is off.
        """
        self._quarter, self._target_w, self._kept_w = quarter, target_w, kept_w
        self._calm_w, self._now_s, self._stop_s = calm_w, now_s, stop_s
        self._left_w = room_w
        self._help_w = help_w
        self._draws_w = base_w  # with what was given so far
        self._before_s = short_s
        self._least_w = 0.0
        self._hungry = False
        self.over_w: dict[str, float] = {}
        self.short_s: dict[str, float] = {}

    def given(self, claims: Iterable[Claim]) -> dict[str, float]:
        """Watts for each, the higher priority first, who runs before who waits; equals share alike."""
        given: dict[str, float] = {}
        ranked = sorted(claims, key=lambda claim: (-claim.priority, not claim.runs))
        for _, equals in groupby(ranked, key=lambda claim: claim.priority):
            given |= self._share(list(equals))
        return given

    def _share(self, equals: list[Claim]) -> dict[str, float]:
        admitted = {claim.who: claim.least_w for claim in equals if claim.wish_w > 0 and self._admit(claim)}
        open_ = sorted((claim for claim in equals if claim.who in admitted), key=lambda claim: claim.wish_w)
        # all of them to one height, and who wants less gives the rest to the others
        while open_ and self._left_w > 0:
            height_w = (self._left_w + sum(admitted[claim.who] for claim in open_)) / len(open_)
            above = [claim for claim in open_ if admitted[claim.who] > height_w]
            if above:
                open_ = [claim for claim in open_ if claim not in above]
                continue
            lowest = min(open_, key=lambda claim: claim.wish_w)
            to_w = min(height_w, lowest.wish_w)
            for claim in open_:
                more_w = max(0.0, to_w - admitted[claim.who])
                self._left_w -= more_w
                self._draws_w += more_w
                admitted[claim.who] = max(admitted[claim.who], to_w)
            if to_w >= height_w:
                break
            open_.remove(lowest)
        for claim in equals:
            self._lift(claim, admitted)
            if admitted.get(claim.who, 0.0) < claim.wish_w - 1:
                self._hungry = True
        return {claim.who: admitted.get(claim.who, 0.0) for claim in equals}

    def _admit(self, claim: Claim) -> bool:
        """Whether a claim gets its least: it fits, or it runs and may be kept for now."""
        spare_w = 0.0 if claim.runs or claim.over_w else SPARE_W
        help_w = self._help_w if claim.helped else 0.0
        fits = claim.least_w + spare_w <= max(self._left_w, self._above_w(claim)) + help_w
        if not fits and not (claim.runs and self._may_stay(claim)):
            return False
        if not fits:
            self.short_s[claim.who] = self._before_s.get(claim.who, self._now_s)
        beyond_w = claim.least_w - max(0.0, self._left_w)
        helped_w = self._helped(claim, beyond_w)
        if claim.over_w and beyond_w > helped_w:
            self.over_w[claim.who] = beyond_w - helped_w
        self._left_w -= claim.least_w - helped_w - self.over_w.get(claim.who, 0.0)
        self._least_w += claim.least_w - helped_w
        self._draws_w += claim.least_w - helped_w
        return True

    def _helped(self, claim: Claim, wish_w: float) -> float:
        """What of it the battery gives."""
        helped_w = max(0.0, min(wish_w, self._help_w)) if claim.helped else 0.0
        self._help_w -= helped_w
        return helped_w

    def _above_w(self, claim: Claim) -> float:
        """What a claim may have beside all that was given, so that the quarter ends where it was announced."""
        average_w, left_s = self._quarter.average_w, self._quarter.left_s
        if not claim.over_w:
            return 0.0
        peak_w = self._target_w + claim.over_w - self._kept_w
        if average_w is None or left_s <= 0:  # nobody watched its start
            return peak_w - self._draws_w
        return (peak_w - average_w) * QUARTER_S / left_s - self._draws_w

    def _may_stay(self, claim: Claim) -> bool:
        """Whether stopping it later still keeps the quarter, so that a kettle stops no car."""
        short_s = self._now_s - self._before_s.get(claim.who, self._now_s)
        if self._hungry and short_s > GRACE_S:
            return False
        quarter, calm_w = self._quarter, self._calm_w
        if quarter.average_w is None or calm_w is None:
            return False
        stop_s = min(self._stop_s, quarter.left_s)
        draws_w = max(0.0, calm_w + self._least_w + claim.least_w)
        ends_w = quarter.average_w + (draws_w * stop_s + max(0.0, calm_w) * (quarter.left_s - stop_s)) / QUARTER_S
        return ends_w <= self._target_w + claim.over_w

    def _lift(self, claim: Claim, admitted: dict[str, float]) -> None:
        """What a claim may have from the battery, and above the target."""
        if claim.who in admitted:
            admitted[claim.who] += self._helped(claim, claim.wish_w - admitted[claim.who])
        if claim.over_w and claim.who in admitted:
            more_w = max(0.0, min(claim.wish_w - admitted[claim.who], self._above_w(claim)))
            admitted[claim.who] += more_w
            self._draws_w += more_w
            used_w = self.over_w.get(claim.who, 0.0) + more_w
            if used_w > 0:
                self.over_w[claim.who] = used_w
