"""The line to the meter: whether telegrams come, since when, and why not. Knows no telegram."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

SILENT_S = 3.0  # two periods of a meter that is slower than one telegram a second
SLOWEST_S = 30.0  # no meter speaks more seldom
ALIKE_PART = 0.25  # pauses that differ by less are a meter's own, and no fault of the line


class LinkState(StrEnum):
    """Whether telegrams come."""

    WAITING = "waiting"  # none came since the start
    GOOD = "good"
    SILENT = "silent"
    ENDED = "ended"  # a recording is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The line to the meter: since when it is as it is, and why, in the owner's words.

    period_s: between two telegrams, as learned; gap_s: between the last two.
    """

    state: LinkState = LinkState.WAITING
    since: datetime | None = None
    why: str = ""
    telegrams: int = 0
    rejected: int = 0
    period_s: float = 1.0
    gap_s: float | None = None


def heard(link: Link, received: datetime, before: datetime | None, *, rejected: int) -> Link:
    """The line after a telegram at `received`; before: when the last one came, by the same clock."""
    gap_s = None if before is None else (received - before).total_seconds()
    period_s = link.period_s
    if gap_s is not None and 0 < gap_s <= SLOWEST_S and (link.state is LinkState.GOOD or _is_again(link.gap_s, gap_s)):
        period_s = 0.8 * period_s + 0.2 * gap_s
    since = link.since if link.state is LinkState.GOOD else received
    return Link(
        state=LinkState.GOOD,
        since=since,
        telegrams=link.telegrams + 1,
        rejected=rejected,
        period_s=period_s,
        gap_s=gap_s,
    )


def _is_again(before_s: float | None, gap_s: float) -> bool:
    """Whether a pause is as long as the one before: so does a meter that speaks seldom, and no cable that is loose."""
    return before_s is not None and abs(gap_s - before_s) <= ALIKE_PART * gap_s


def fallen_silent(link: Link, *, for_s: float, why: str, now: datetime, rejected: int, ended: bool) -> Link:
    """Silent once two periods of the meter passed; a link that never spoke goes on waiting."""
    link = replace(link, rejected=rejected)
    if not ended and for_s < max(SILENT_S, 2 * link.period_s):
        return link
    since = now - timedelta(seconds=for_s)
    if ended:
        return replace(link, state=LinkState.ENDED, since=since, why=why)
    if link.state is LinkState.WAITING:
        return replace(link, since=link.since or since, why=why)
    return replace(link, state=LinkState.SILENT, since=link.since if link.state is LinkState.SILENT else since, why=why)
