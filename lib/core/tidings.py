"""What is worth a line in the day's log besides what a reading shows: peaks, gaps, counters that fell. Knows no log."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from lib.core import months
from lib.core.books import Books, Closed
from lib.core.capacity import Capacity
from lib.core.claims import Cause
from lib.core.counters import Counters, Turn, returned, started
from lib.core.events import Event, Kind
from lib.core.ledger import NEWS_W, Ledger
from lib.core.peaks import Peaks
from lib.core.quarter import QUARTER
from lib.core.stamp import BRUSSELS, clock


def above(ended: Closed | None, target_w: float, cause: Cause | None, at: datetime) -> Iterator[Event]:
    """A quarter that ended above its target; cause: why, None where it did not."""
    if ended and cause:
        since = ended.start.astimezone(BRUSSELS)
        said = f"the quarter from {since:%H:%M} ended at {ended.average_w / 1000:.2f} kW"
        text = f"{said}, above its {target_w / 1000:.2f} kW: {cause}"
        yield Event(at=at, kind=Kind.ABOVE, text=text)


def announced(before: Ledger, now: Ledger, at: datetime) -> Iterator[Event]:
    """What shall end above the target, said once before it is granted."""
    for over in now.overs:
        if over not in before.overs:
            cost = "" if over.eur is None else f", which costs € {over.eur:.2f} over the next 12 bills"
            text = f"{over.who} may take a quarter to {over.peak_w / 1000:.2f} kW ({over.cause}){cost}"
            yield Event(at=at, kind=Kind.ABOVE, text=text)


def raised(peak_w: float, before_w: float, first: datetime, eur: float | None, at: datetime | None) -> Iterator[Event]:
    """The plan lets a quarter go above what is paid; a peak that was said stays while it is about right."""
    if at is None or peak_w <= before_w + NEWS_W:
        return
    cost = "" if eur is None else f", which costs € {eur:.2f} over the next 12 bills"
    text = f"the plan lets the quarter from {clock(first, at)} go to {peak_w / 1000:.2f} kW{cost}"
    yield Event(at=at, kind=Kind.ABOVE, text=text)


def new_peak(
    before: Peaks | None, now: Peaks, booked: Books | None, at: datetime, tariff: Capacity | None
) -> Iterator[Event]:
    """A peak of the running month that costs more than what was paid already."""
    if tariff is None or before is None or now.running is None or before.month != now.month:
        return
    known_w = before.running.peak_w if before.running else 0.0
    if now.running.peak_w <= max(tariff.floor_w, known_w):
        return
    if before.running is None and (now.running.at is None or at - now.running.at > QUARTER):
        return  # it was there before the program asked
    eur = months.new_peak_eur(now.month, booked, before, tariff, now.running.peak_w)
    cost = "" if eur is None else f"; it costs € {eur:.2f} over the next 12 bills"
    yield Event(at=at, kind=Kind.PEAK, text=f"new month peak: {now.running.peak_w / 1000:.2f} kW{cost}")


def counters_turned(before: Books | None, now: Counters, at: datetime) -> Iterator[Event]:
    """Counters that fell, or rose by more than can have flowed, which no meter's do by themselves."""
    if before is None:
        return
    for turn in started(before.last, now):
        name, unit = _counter(turn)
        how = f"{'fell' if turn.now < turn.before else 'jumped'} from {turn.before / 1000:.3f} to {turn.now / 1000:.3f}"
        yield Event(at=at, kind=Kind.METER, text=f"the counter of {name} {how} {unit}; it is a new start")
    for turn in returned(before.last, now):
        name, unit = _counter(turn)
        text = f"the counter of {name} shows {turn.now / 1000:.3f} {unit}, and goes on from where it was before"
        yield Event(at=at, kind=Kind.METER, text=text)


def _counter(turn: Turn) -> tuple[str, str]:
    """What it counts, and in which unit."""
    match turn.kind:
        case "import_wh":
            return f"energy taken in register {turn.name}", "kWh"
        case "export_wh":
            return f"energy injected in register {turn.name}", "kWh"
    return turn.kind.removesuffix("_l"), "m³"


def gaps(booked: Books | None, at: datetime) -> Iterator[Event]:
    """A pause that ended now."""
    found = [row for row in booked.changes.rows if row.gap] if booked else []
    if found:
        hours, minutes = divmod(
            (found[-1].until - found[0].since) // timedelta(minutes=1), 60
        )  # a clock time may be twice
        since = found[0].since.astimezone(BRUSSELS)
        drawn_kwh = sum(sum(row.amounts.import_wh.values()) for row in found) / 1000
        long = f"{hours} h {minutes:02} min"
        text = f"nobody watched for {long} from {since:%d %b %H:%M} on: {drawn_kwh:.2f} kWh were taken then"
        yield Event(at=at, kind=Kind.GAP, text=text)
