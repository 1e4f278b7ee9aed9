"""The meter's state: `after(house, event, rules) -> House`. Joins quarter, month peaks and books; knows no message.

The meter's clock is the master for quarters, days and months; the machine's clock stands in where there is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lib.core import books, peaks, quarter
from lib.core.books import Books, DayPeak
from lib.core.counters import counters, drawn_wh
from lib.core.peaks import FLOOR_W, MonthPeak, Peaks
from lib.core.power import without_neutral_w
from lib.core.quarter import MISMATCH_W, QUARTER, QUARTER_S, Quarter
from lib.core.reading import Reading
from lib.core.stamp import BRUSSELS, CLOCK_NOT_SET
from lib.core.tariff import DayHours, Tariff

SILENT_S = 3.0  # two periods of a meter that is slower than one telegram a second
DELAY_S = 3.0  # what power × delay may add to the difference between demand and registers


class LinkState(StrEnum):
    """Whether telegrams come."""

    WAITING = "waiting"  # none came since the start
    GOOD = "good"
    SILENT = "silent"
    ENDED = "ended"  # a recording is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The line to the meter: since when it is as it is, and why, in the owner's words."""

    state: LinkState = LinkState.WAITING
    since: datetime | None = None
    why: str = ""
    telegrams: int = 0
    rejected: int = 0
    period_s: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the owner set: prices, connection (on a grid with neutral), and whether peaks cost. Powers in W."""

    tariff: Tariff
    connection_w: float
    capacity_tariff: bool = True
    owner_target_w: float | None = None
    day_hours: DayHours = field(default_factory=DayHours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A telegram came: its reading, and the machine's time when it did."""

    reading: Reading
    received: datetime
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Nothing came for `for_s` seconds until `now`; `ended`: and nothing will."""

    for_s: float
    why: str
    now: datetime
    rejected: int = 0
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """All that dm knows at one instant. `notices`: what the owner should know, by kind; a kind is told once."""

    at: datetime | None = None
    received: datetime | None = None
    reading: Reading | None = None
    quarter: Quarter | None = None
    peaks: Peaks | None = None
    books: Books | None = None
    link: Link = field(default_factory=Link)
    notices: Mapping[str, str] = field(default_factory=dict)


def after(house: House, event: Heard | Silent) -> House:
    """The state as `event` leaves it. Nothing else changes it, live or replayed."""
    match event:
        case Heard():
            return _heard(house, event)
        case Silent():
            return replace(house, link=_fallen_silent(house.link, event))


def target_w(house: House, rules: Rules) -> float:
    """What the running quarter may count: the floor, the peak already paid or the owner's target, whichever is most.

    Without a capacity tariff it is what the connection carries.
    """
    if not rules.capacity_tariff:
        return limit_w(house, rules)
    paid = house.peaks.running if house.peaks else None
    return max(FLOOR_W, paid.peak_w if paid else 0.0, rules.owner_target_w or 0.0)


def limit_w(house: House, rules: Rules) -> float:
    """What the connection carries, on the grid that the meter tells of."""
    delta = house.reading is not None and house.reading.is_delta
    return without_neutral_w(rules.connection_w) if delta else rules.connection_w


def _heard(house: House, heard: Heard) -> House:
    reading = heard.reading
    clock = reading.clock.known if reading.clock else None
    at = clock if clock is not None and clock >= CLOCK_NOT_SET else heard.received
    counted = counters(reading, at)
    running = quarter.after(
        house.quarter,
        at=at,
        grid_w=reading.grid_w,
        gained_wh=drawn_wh(house.books.last if house.books else None, counted),
        demand_w=reading.quarter_w,
    )
    closed = _closed(house.quarter, running)
    return House(
        at=at,
        received=heard.received,
        reading=reading,
        quarter=running,
        peaks=peaks.after(
            house.peaks,
            reading,
            at,
            None
            if closed is None
            else MonthPeak(peaks.month_of(closed.start + QUARTER), closed.peak_w, closed.start + QUARTER),
        ),
        books=books.after(house.books, counted, closed) if counted.import_wh or house.books else None,
        link=_link_after(house, heard),
        notices=_notices(house.notices, reading, running),
    )


def _closed(before: Quarter | None, now: Quarter) -> DayPeak | None:
    """The quarter that ended between two telegrams, by its last average; None when it was not watched to its end."""
    if before is None or before.start >= now.start or before.average_w is None:
        return None
    if before.left_s > 60 or before.grid_w is None:
        return None
    average_w = quarter.forecast_w(before.average_w, before.grid_w, before.left_s)
    return DayPeak(day=before.start.astimezone(BRUSSELS).date(), peak_w=round(average_w), start=before.start)


def _link_after(house: House, heard: Heard) -> Link:
    link = house.link
    period_s = link.period_s
    if house.received is not None and link.state is LinkState.GOOD:
        seen_s = (heard.received - house.received).total_seconds()
        if 0 < seen_s <= 30:
            period_s = 0.8 * period_s + 0.2 * seen_s
    since = link.since if link.state is LinkState.GOOD else heard.received
    return Link(
        state=LinkState.GOOD,
        since=since,
        telegrams=link.telegrams + 1,
        rejected=heard.rejected,
        period_s=period_s,
    )


def _fallen_silent(link: Link, silent: Silent) -> Link:
    """Silent once two periods of the meter passed; a link that never spoke goes on waiting."""
    link = replace(link, rejected=silent.rejected)
    if not silent.ended and silent.for_s < max(SILENT_S, 2 * link.period_s):
        return link
    since = silent.now - timedelta(seconds=silent.for_s)
    if silent.ended:
        return replace(link, state=LinkState.ENDED, since=since, why=silent.why)
    if link.state is LinkState.WAITING:
        return replace(link, since=link.since or since, why=silent.why)
    return replace(
        link, state=LinkState.SILENT, since=link.since if link.state is LinkState.SILENT else since, why=silent.why
    )


def _notices(before: Mapping[str, str], reading: Reading, running: Quarter) -> Mapping[str, str]:
    """What the owner should know. What was told once about the meter itself stays; a state goes when it ends."""
    told = {key: text for key, text in before.items() if key in {"letter", "demand"}}
    clock = reading.clock
    if clock is not None and clock.at is not None and clock.assumed_local:
        told.setdefault("letter", "The meter prints its time without S or W; Brussels time is taken")
    if clock is not None and (clock.known is None or clock.known < CLOCK_NOT_SET):
        # not the time itself, which would be news each second
        shown = f"the year {clock.at.astimezone(BRUSSELS).year}" if clock.at else "no time"
        told["clock"] = f"The meter's clock is not set (it shows {shown}); this machine's time is used"
    allowed_w = MISMATCH_W + abs(running.grid_w or 0.0) * DELAY_S / QUARTER_S
    if running.mismatch_w is not None and abs(running.mismatch_w) > allowed_w:
        told.setdefault(
            "demand",
            f"The meter's quarter demand differs from its registers by {running.mismatch_w:+.0f} W; the demand is used",
        )
    if reading.history is not None and not reading.history.complete:
        told["history"] = (
            f"The meter announces {reading.history.count} months of history and prints {len(reading.history.rows)}"
        )
    if reading.breaker == 0:
        told["breaker"] = "The breaker is open: the meter has cut the house off"
    elif reading.breaker == 2:
        told["breaker"] = "The breaker is ready: press the meter's button for 5 seconds to reconnect"
    if reading.message:
        told["message"] = f"The grid operator says: {reading.message}"
    if told == before:
        return before
    return told
