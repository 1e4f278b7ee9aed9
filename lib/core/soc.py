"""How full a car is: the last reading, and between two of them what the charger delivered. Unknown is never 0.

In: what sources say, the charger's counter, plug-ins. Out: per cent with a low and a high end, how far to trust them,
how old they are, and what was learned of the car. Each function gives the next `Soc`. It knows no source, no charger.

Counters are the charger's life total, so that nothing is lost over a restart; where it has none, that of the plug-in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from lib.core.anchor import READ_PCT, Anchor, Cable, anchored_at, charged_wh
from lib.core.car import FIRST_EFFICIENCY, FULL_PCT, LEAST_EFFICIENCY, MOST_EFFICIENCY, CarReading, CarRules
from lib.core.counting import goes_on
from lib.core.learning import LAST_PCT, Fit
from lib.core.stamp import CLOCK_NOT_SET
from lib.core.states import replace
from lib.core.trail import grown, shown_wh

TYPED: Final = "typed"  # the source of what the owner says
CAR_ENDED: Final = "the car stopped by itself"
FRESH = timedelta(minutes=30)
AHEAD = timedelta(minutes=5)  # a stamp further in the future is of a wrong clock, and tells no age
MOMENT = timedelta(minutes=2)  # too short for any drive
JUMP_PCT = 5.0
FIRST_SPREAD, LEARNED_SPREAD = 0.10, 0.04  # of what was charged since
PARKED_PCT_DAY = 1.0


class Confidence(StrEnum):
    """How far a state of charge can be trusted."""

    MEASURED = "measured"  # within half an hour
    ESTIMATED = "estimated"  # from a reading of this plug-in and what was charged since
    OLD = "old"  # the car was parked since
    GUESS = "guess"  # it drove since
    DOUBTFUL = "doubtful"  # a reading that jumps, until a later one says the same
    UNKNOWN = "unknown"


UNSURE = frozenset({Confidence.GUESS, Confidence.DOUBTFUL})  # its low end is none to pay a peak for


@dataclass(frozen=True, slots=True, kw_only=True)
class Soc:
    """All that is known of how full one car is.

    Attributes:
        capacity_wh: of the car, as its owner wrote it.
        learned_wh_pct: Wh at the wall for 1 %, learned; None before that. The one value worth keeping for years.
        doubt: a reading that jumps.
        fit: what is learned from in this plug-in.
        heard: the last per cent by source: one that says the same again has not measured again.
        cable: the last plug-in, also when it is over.

    """

    car: str
    capacity_wh: float
    learned_wh_pct: float | None = None
    anchor: Anchor | None = None
    doubt: Anchor | None = None
    fit: Fit | None = None
    heard: Mapping[str, float] = field(default_factory=dict)
    cable: Cable | None = None

    @property
    def wall_wh_pct(self) -> float:
        """Wh at the wall for 1 % of the battery."""
        return self.learned_wh_pct or self.capacity_wh / 100 / FIRST_EFFICIENCY

    @property
    def efficiency(self) -> float:
        """From the wall into the battery, 0.70 to 1."""
        return self.capacity_wh / 100 / self.wall_wh_pct

    @property
    def spread(self) -> float:
        """Of what is charged from a reading on, how much of it may not have arrived."""
        return FIRST_SPREAD if self.learned_wh_pct is None else LEARNED_SPREAD

    @property
    def plugged(self) -> bool:
        """Whether it hangs on one of our cables."""
        return self.cable is not None and self.cable.until is None

    @property
    def source(self) -> str:
        """Who said it last; "" while nothing is known."""
        return self.anchor.source if self.anchor else ""

    def pct(self, at: datetime | None = None) -> float | None:
        """The state of charge then, as far back as this plug-in goes, or None: now. None while it is unknown."""
        return None if self.anchor is None else _pct_from(self, self.anchor, at)

    def low_pct(self, at: datetime) -> float | None:
        """The low end, for "will it be enough"."""
        if self.anchor is None:
            return None
        days = 0.0 if self.anchor.at is None else max(0.0, (at - self.anchor.at) / timedelta(days=1))
        # what was charged counts whole: what a car takes that should be full was missing before
        low = self.anchor.soc_pct + _since_pct(self, self.anchor, at)
        low -= self.anchor.below_pct + _spread_pct(self, self.anchor, at) + PARKED_PCT_DAY * days
        if self.doubt is not None:
            low = min(low, _pct_from(self, self.doubt, at) - READ_PCT)
        return max(0.0, min(FULL_PCT, low))

    def high_pct(self, at: datetime) -> float | None:
        """The high end, for "may it be full"."""
        if self.anchor is None or (pct := self.pct(at)) is None:
            return None
        high = pct + self.anchor.above_pct + _spread_pct(self, self.anchor, at)
        return min(FULL_PCT, high if self.doubt is None else max(high, _pct_from(self, self.doubt, at) + READ_PCT))

    def confidence(self, at: datetime) -> Confidence:
        """How far it can be trusted."""
        anchor = self.anchor
        if anchor is None:
            return Confidence.UNKNOWN
        if self.doubt is not None:
            return Confidence.DOUBTFUL
        if anchor.guess:
            return Confidence.GUESS
        if anchor.at is None:
            return Confidence.OLD
        if at - anchor.at <= FRESH:
            return Confidence.MEASURED
        return Confidence.ESTIMATED if _of_this_plug_in(self, anchor) else Confidence.OLD

    def age_s(self, at: datetime) -> float | None:
        """Seconds since the car was measured; None: nobody knows."""
        if self.anchor is None or self.anchor.at is None:
            return None
        return max(0.0, (at - self.anchor.at).total_seconds())


def opened(rules: CarRules, kept: Soc | None = None) -> Soc:
    """The car as its owner describes it, going on from what was kept; another capacity keeps the learned efficiency."""
    fresh = Soc(car=rules.name, capacity_wh=rules.capacity_wh)
    if kept is None or kept.car != rules.name:
        return fresh
    if kept.capacity_wh == rules.capacity_wh:
        return kept
    learned = kept.learned_wh_pct and kept.learned_wh_pct * rules.capacity_wh / kept.capacity_wh
    return replace(kept, capacity_wh=fresh.capacity_wh, learned_wh_pct=learned, fit=None)


def read(soc: Soc, reading: CarReading, at: datetime, total_wh: float | None = None) -> Soc:
    """A source said something about the car; at: when it was heard; total_wh: the charger's counter then.

    A changed value is a new anchor, an unchanged one and one older than the anchor are not, and one that jumps against
    what was charged waits for a second, later one that agrees. What the owner types counts at once.
    """
    soc = charged(soc, total_wh, at)
    pct, source = reading.soc_pct, reading.source
    if pct is None or not 0 <= pct <= FULL_PCT:
        return soc
    as_of = _believed(reading.as_of, at)
    if source == TYPED:
        known = soc.pct()
        corrected = known is not None and abs(pct - known) > JUMP_PCT
        return _anchored(replace(soc, fit=None) if corrected else soc, pct, as_of or at, source)
    repeated = soc.heard.get(source) == pct
    heard = soc if repeated else replace(soc, heard={**soc.heard, source: pct})
    if as_of is None:
        # nobody knows of when it is: it counts where nothing better is known
        better = soc.anchor is not None and soc.anchor.at is not None and not soc.anchor.guess
        return heard if repeated or better else _anchored(heard, pct, None, source)
    if soc.anchor is not None and soc.anchor.at is not None and as_of < soc.anchor.at:
        return soc
    if soc.cable is not None and soc.cable.left is not None and as_of <= soc.cable.left:
        return soc  # of before the drive that ended with the last plug-in; a newer one of the same number counts
    soc = heard
    if soc.doubt is not None and soc.doubt.at is not None:
        if as_of <= soc.doubt.at:
            return soc
        if abs(pct - _pct_from(soc, soc.doubt, as_of)) <= JUMP_PCT:  # what it would have become by what was charged
            return _anchored(replace(soc, fit=None), pct, as_of, source)
    return soc if repeated else _weighed(soc, pct, as_of, source)


def charged(soc: Soc, total_wh: float | None, at: datetime) -> Soc:
    """The charger's counter as it shows now; None: it does not tell.

    One that cannot be the same is waited for a while, as a box that starts may read 0. Then it is another one, and
    where something had been charged nothing is known but what was said since.
    """
    if total_wh is None or not soc.plugged or soc.cable is None:
        return soc
    cable = soc.cable
    last = cable.trail[-1] if cable.trail else None
    if last is not None and not goes_on(last.total_wh, total_wh, at - last.at):
        since = at if cable.other_since is None else cable.other_since
        if since <= at < since + MOMENT:
            return soc if since == cable.other_since else replace(soc, cable=replace(cable, other_since=since))
        began, anchor = replace(cable, trail=(), ended_wh=None, other_since=None), soc.anchor
        has_charged = last.total_wh > cable.trail[0].total_wh
        if anchor is not None and has_charged and (anchor.at is None or anchor.at < since):
            anchor = None
        rebased = None if anchor is None else replace(anchor, total_wh=None)
        return counted(replace(soc, anchor=rebased, doubt=None, fit=None, heard={}, cable=began), total_wh, at)
    if cable.other_since is not None:
        soc = replace(soc, cable=replace(cable, other_since=None))
    return soc if last is not None and total_wh < last.total_wh else counted(soc, total_wh, at)


def counted(soc: Soc, total_wh: float, at: datetime) -> Soc:
    """The same of a counter that goes on for sure, such as one by which a session was counted."""
    if soc.cable is None:
        return soc
    cable = soc.cable
    trail = grown(cable.trail, total_wh, at)
    if trail is cable.trail:
        return soc
    cable, anchor = replace(cable, trail=trail), soc.anchor
    if (
        anchor is not None and anchor.total_wh is None
    ):  # of before the counter's first word, or the car's name was known
        anchor = replace(anchor, total_wh=shown_wh(trail, anchor.at or at))
    return replace(soc, anchor=anchor, cable=cable)


def ended_by_car(soc: Soc, limit_pct: float | None, at: datetime) -> Soc:
    """The car ended the charge by itself, so it is at its own limit; None: nobody knows where that is.

    To be told when nobody interrupted it, and no timer of the car did.
    """
    if limit_pct is None or not 0 < limit_pct <= FULL_PCT or soc.cable is None or soc.cable.until is not None:
        return soc
    shown_wh = soc.cable.shown_wh() or 0.0
    if soc.cable.ended_wh is not None and shown_wh - soc.cable.ended_wh < soc.wall_wh_pct / 2:
        return soc  # the same end, told once more: what is said since then counts
    soc = replace(soc, cable=replace(soc.cable, ended_wh=shown_wh))
    return _weighed(soc, limit_pct, at, CAR_ENDED)


def _believed(as_of: datetime | None, at: datetime) -> datetime | None:
    """A stamp that can be true, else None."""
    return None if as_of is None or not CLOCK_NOT_SET < as_of <= at + AHEAD else min(as_of, at)


def _weighed(soc: Soc, pct: float, as_of: datetime, source: str) -> Soc:
    """A new value: an anchor, or a doubt where it jumps against what was read and charged in this plug-in."""
    if soc.anchor is not None and not soc.anchor.guess and _of_this_plug_in(soc, soc.anchor):
        estimate = replace(soc, doubt=None)
        low, high = estimate.low_pct(as_of), estimate.high_pct(as_of)
        if low is not None and high is not None and not low - JUMP_PCT <= pct <= high + JUMP_PCT:
            return replace(soc, doubt=anchored_at(soc.cable, pct, as_of, source))
    return _anchored(soc, pct, as_of, source)


def _anchored(soc: Soc, pct: float, as_of: datetime | None, source: str) -> Soc:
    """Go on from this value, and learn from it."""
    anchor = anchored_at(soc.cable, pct, as_of, source)
    soc = replace(soc, anchor=anchor, doubt=None)
    if anchor.total_wh is None or not _of_this_plug_in(soc, anchor):
        return soc
    if pct >= LAST_PCT:
        return soc
    if soc.fit is None:
        by_rule = soc.learned_wh_pct is None
        first = Fit(known_wh_pct=soc.wall_wh_pct, by_rule=by_rule, first_pct=pct, first_wh=anchor.total_wh)
        return replace(soc, fit=first)
    fit, whole_wh_pct = soc.fit.after(pct, anchor.total_wh), soc.capacity_wh / 100
    learned = fit.learned_wh_pct(least=whole_wh_pct / MOST_EFFICIENCY, most=whole_wh_pct / LEAST_EFFICIENCY)
    return replace(soc, fit=fit, learned_wh_pct=soc.learned_wh_pct if learned is None else learned)


def _pct_from(soc: Soc, anchor: Anchor, at: datetime | None) -> float:
    """The state of charge then, or now, if `anchor` was true."""
    return min(FULL_PCT, anchor.soc_pct + _since_pct(soc, anchor, at))


def _since_pct(soc: Soc, anchor: Anchor, at: datetime | None) -> float:
    """By how much it rose by what was charged since."""
    return charged_wh(soc.cable, anchor, at) / soc.wall_wh_pct


def _spread_pct(soc: Soc, anchor: Anchor, at: datetime) -> float:
    """How far off it may be by what was charged since."""
    return soc.spread * _since_pct(soc, anchor, at)


def _of_this_plug_in(soc: Soc, anchor: Anchor) -> bool:
    return soc.plugged and soc.cable is not None and anchor.at is not None and soc.cable.holds(anchor.at)
