"""A car comes to a cable and leaves it: what is then known of how full it is, also where it was taken for another.

Each function gives the next `Soc`. Knows no charger; who hangs where is told.
"""

from datetime import datetime

from lib.core.anchor import NEAR, READ_PCT, STALE_PCT, Anchor, Cable
from lib.core.soc import MOMENT, Soc, charged
from lib.core.states import replace
from lib.core.trail import grown, shown_wh

DRIVEN_SPREAD = 0.30  # of what a drive is reckoned to take


def plugged_in(
    soc: Soc,
    charger: str,
    total_wh: float | None,
    at: datetime,
    plugins: int | None = None,
    *,
    driven_wh: float | None = None,
) -> Soc:
    """The car hangs on a charger; said of the same plug-in again, as at a start, it goes on with it.

    at, total_wh: of the plug-in, also when it is known only later which car it is; then `charged` tells what the
    counter shows now. plugins: the charger's count of plug-ins, by which one that nobody saw is noticed.
    driven_wh: from its battery since it left, where a trip tells. Without a reading since then its state is a guess by
    that, or unknown.
    """
    cable = soc.cable
    if cable is not None and cable.same(charger, plugins):
        if plugins != cable.plugins and plugins is not None:
            soc = replace(soc, cable=replace(cable, plugins=plugins))
        return charged(soc, total_wh, at)
    left = None
    if cable is not None and cable.until is not None and cable.until < at:
        left = cable.until
    elif cable is not None:  # nobody saw the end: it may have left right after the last word
        left = cable.trail[-1].at if cable.trail else cable.since
    trail = () if total_wh is None else grown((), total_wh, at)
    joined = Cable(charger=charger, since=at, plugins=plugins, trail=trail, left=left)
    anchor = _arrived(soc, left, at, driven_wh)
    if anchor is not None and (anchor.at is None or anchor.at <= at):
        anchor = replace(anchor, total_wh=total_wh)
    return replace(soc, anchor=anchor, doubt=None, fit=None, cable=joined)


def unplugged(soc: Soc, at: datetime) -> Soc:
    """The car left its cable; what is known of it stays, with its age."""
    if soc.cable is None or soc.cable.until is not None:
        return soc
    return replace(soc, doubt=None, fit=None, cable=replace(soc.cable, until=at))


def swapped(former: Soc, other: Soc) -> tuple[Soc, Soc]:
    """The two cars when the one that was taken for `former` turns out to be `other`: it gets what was charged.

    The former's state is unknown until it is read again.
    """
    cable = former.cable
    if cable is None or cable.until is not None:
        return former, other
    start_wh = cable.trail[0].total_wh if cable.trail else None
    took = plugged_in(other, cable.charger, start_wh, cable.since, cable.plugins)
    assert took.cable is not None
    anchor = took.anchor
    if anchor is not None and anchor.total_wh is None:
        anchor = replace(anchor, total_wh=shown_wh(cable.trail, anchor.at or cable.since))
    took = replace(took, anchor=anchor, cable=replace(took.cable, trail=cable.trail))
    return mistaken(former), took


def mistaken(soc: Soc) -> Soc:
    """It was not this car that hung on the cable: what was counted is not its own. Unknown until it is read."""
    return replace(soc, anchor=None, doubt=None, fit=None, heard={}, cable=None)


def _arrived(soc: Soc, left: datetime | None, at: datetime, driven_wh: float | None) -> Anchor | None:
    """What is known of a car that comes to a cable: a reading since it left, a guess, or nothing."""
    anchor, pct = soc.anchor, soc.pct()
    if anchor is None or pct is None:
        return None
    if left is None or at - left <= MOMENT or (anchor.at is not None and anchor.at > left):
        stale = anchor.at is None or anchor.at < at - NEAR
        off_pct = STALE_PCT if stale else READ_PCT
        return replace(anchor, soc_pct=pct, total_wh=None, below_pct=off_pct, above_pct=off_pct)
    if at - left <= NEAR:
        driven_wh = 0.0  # whatever it left for
    if driven_wh is None:
        return None
    used_pct = driven_wh / soc.capacity_wh * 100
    if used_pct >= pct:
        return None  # it cannot have driven so far without charging elsewhere
    low = soc.low_pct(at) or 0.0
    return Anchor(
        soc_pct=pct - used_pct,
        at=anchor.at,
        source=anchor.source,
        below_pct=max(0.0, pct - low) + (0.0 if anchor.guess else STALE_PCT) + DRIVEN_SPREAD * used_pct,
        above_pct=anchor.above_pct + DRIVEN_SPREAD * used_pct,
        guess=True,
    )
