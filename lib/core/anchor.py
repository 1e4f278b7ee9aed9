"""A state of charge that is taken for true, and the plug-in in which it is counted on from there.

In: a reading, and the charger's counter since the car was plugged in. Out: what was charged from the one on to the
other. It knows no car.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lib.core.trail import Trail, shown_wh

NEAR = timedelta(minutes=10)  # too short for a drive that counts
READ_PCT, STALE_PCT = 1.0, 5.0  # how far off a reading may be: a whole per cent, and one of an unknown hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A state of charge that is taken for true.

    Attributes:
        at: when it was measured; None: nobody knows.
        total_wh: what the charger's counter showed then; None: the car did not hang on it.
        below_pct, above_pct: how far the truth may lie from it.
        guess: reckoned from a drive.

    """

    soc_pct: float
    at: datetime | None
    source: str
    total_wh: float | None = None
    below_pct: float = READ_PCT
    above_pct: float = READ_PCT
    guess: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cable:
    """A plug-in.

    Attributes:
        until: when it ended; left: when the one before it ended, None where nobody saw one.
        ended_wh: what the counter showed when the car ended the charge by itself.
        other_since: since when the counter shows what it cannot; None while it goes on.

    """

    charger: str
    since: datetime
    plugins: int | None = None
    trail: Trail = ()
    until: datetime | None = None
    left: datetime | None = None
    ended_wh: float | None = None
    other_since: datetime | None = None

    def shown_wh(self, at: datetime | None = None) -> float | None:
        """What the counter showed at an instant, or None: shows now. None where the car did not hang on it then."""
        if at is None:
            return self.trail[-1].total_wh if self.trail else None
        return shown_wh(self.trail, at) if self.holds(at) else None

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies in this plug-in, or so shortly before that there was no drive between."""
        return at >= self.since - NEAR and (self.until is None or at <= self.until)

    def same(self, charger: str, plugins: int | None) -> bool:
        """Whether a car on this charger, which counts so many plug-ins, is still this plug-in."""
        moved = plugins is not None and self.plugins is not None and plugins != self.plugins
        return self.until is None and self.charger == charger and not moved


def anchored_at(cable: Cable | None, soc_pct: float, as_of: datetime | None, source: str) -> Anchor:
    """A reading with the counter of its time; one of before the plug-in counts from its begin, and is less sure."""
    anchor = Anchor(soc_pct=soc_pct, at=as_of, source=source, below_pct=STALE_PCT, above_pct=STALE_PCT)
    if as_of is None:
        total_wh = cable.shown_wh() if cable and cable.until is None else None
    elif cable is None or (cable.until is not None and as_of > cable.until):
        return Anchor(soc_pct=soc_pct, at=as_of, source=source)
    elif cable.holds(as_of):
        return Anchor(soc_pct=soc_pct, at=as_of, source=source, total_wh=cable.shown_wh(as_of))
    else:
        total_wh = cable.trail[0].total_wh if cable.trail else None
    return replace(anchor, total_wh=total_wh)


def charged_wh(cable: Cable | None, anchor: Anchor, at: datetime | None = None) -> float:
    """What the charger delivered from an anchor on until then, or now."""
    if cable is None or anchor.total_wh is None:
        return 0.0
    shown = None if at is None else cable.shown_wh(at)
    shown = cable.shown_wh() if shown is None else shown
    return 0.0 if shown is None else shown - anchor.total_wh
