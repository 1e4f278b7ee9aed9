"""The way of a charger's counter since a car was plugged in: how many Wh it showed at an instant that is past.

In: the counter, again and again. Out: what it showed at any time since. It keeps few points, the last ones the closest.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta

CLOSE = timedelta(minutes=2)  # between two points while the counter moves
STILL = timedelta(minutes=10)  # a counter that stands is noted as seldom as that, so that nothing new is stored
MOST = 48  # points; a plug-in of days has its older half thinned


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What the counter showed."""

    at: datetime
    total_wh: float


Trail = tuple[Point, ...]


def grown(trail: Trail, total_wh: float, at: datetime) -> Trail:
    """The trail with what the counter shows now. A clock that was set back does not turn it round."""
    if not trail:
        return (Point(at=at, total_wh=total_wh),)
    last = trail[-1]
    at = max(at, last.at)
    point = Point(at=at, total_wh=total_wh)
    if total_wh == last.total_wh:
        if at - last.at < STILL:
            return trail
        stands = len(trail) > 1 and trail[-2].total_wh == total_wh
        return _thinned((*(trail[:-1] if stands else trail), point))
    if CLOSE < at - last.at <= STILL + CLOSE:  # it stood until now; after a longer time nobody has looked
        return _thinned((*trail, Point(at=at, total_wh=last.total_wh), point))
    runs = len(trail) > 1 and trail[-2].total_wh != last.total_wh and last.at - trail[-2].at < CLOSE
    return _thinned((*(trail[:-1] if runs else trail), point))


def shown_wh(trail: Trail, at: datetime) -> float | None:
    """What the counter showed then, evenly between two points, and before the first and after the last as these."""
    if not trail:
        return None
    place = bisect_right(trail, at, key=lambda point: point.at)
    if place == 0 or place == len(trail):
        return trail[max(0, place - 1)].total_wh
    before, behind = trail[place - 1], trail[place]
    share = (at - before.at) / (behind.at - before.at)
    return before.total_wh + share * (behind.total_wh - before.total_wh)


def _thinned(trail: Trail) -> Trail:
    return trail if len(trail) <= MOST else (*trail[: MOST // 2 : 2], *trail[MOST // 2 :])
