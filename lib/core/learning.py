"""How many Wh at the wall make 1 % of a battery: the line through what a car said and what its charger counted.

One plug-in at a time, so that a long one does not outweigh all before. It knows no car and no time.
"""

from dataclasses import dataclass, replace

LEAST_RISE_PCT = 10.0  # before that, whole per cents are too coarse to learn from
GOOD_RISE_PCT = 30.0
LAST_PCT = 99.0  # from there on a battery balances its cells, and 100 is said too early or too late
MOVED = 1 / 3  # of the way to what a plug-in shows
RULE_OFF, READING_OFF_PCT = 0.08, 1.0  # how far off the rule of thumb is before anything was learned, and a reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Sums over the readings of a plug-in, by what its first one was: the line that misses them least.

    known_wh_pct: what was known of the car at that first one; by_rule: only by the rule of thumb.
    """

    known_wh_pct: float
    by_rule: bool
    first_pct: float
    first_wh: float
    count: int = 1
    wh: float = 0.0
    pct: float = 0.0
    wh_wh: float = 0.0
    wh_pct: float = 0.0
    rise_pct: float = 0.0

    @property
    def shown_wh_pct(self) -> float | None:
        """Wh for 1 % by this plug-in alone; None while the battery rose too little to tell."""
        rises = self.count * self.wh_pct - self.wh * self.pct
        if self.rise_pct <= LEAST_RISE_PCT or rises <= 0:
            return None
        return (self.count * self.wh_wh - self.wh**2) / rises

    @property
    def weight(self) -> float:
        """How far this plug-in moves what was known: at most a third of the way, but further from a rule of thumb."""
        if self.by_rule:
            return 1 / (1 + (READING_OFF_PCT / self.rise_pct / RULE_OFF) ** 2)
        return MOVED * min(1.0, self.rise_pct / GOOD_RISE_PCT)

    def after(self, soc_pct: float, total_wh: float) -> "Fit":
        """The fit with one more reading, and the counter as it stood then."""
        pct, wh = soc_pct - self.first_pct, total_wh - self.first_wh
        return replace(
            self,
            count=self.count + 1,
            wh=self.wh + wh,
            pct=self.pct + pct,
            wh_wh=self.wh_wh + wh * wh,
            wh_pct=self.wh_pct + wh * pct,
            rise_pct=pct,
        )

    def learned_wh_pct(self, *, least: float, most: float) -> float | None:
        """What is known with this plug-in, which counts within `least` and `most`; None: it shows nothing yet."""
        shown = self.shown_wh_pct
        if shown is None:
            return None
        return self.known_wh_pct + self.weight * (min(most, max(least, shown)) - self.known_wh_pct)
