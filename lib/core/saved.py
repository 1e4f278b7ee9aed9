"""What each local day cost, beside the same day without plans: cars at once at full power, the battery left alone.

In: what flowed in each quarter, what chargers tell of their plug-ins, prices. Out: sums by day. The energy that really
went into a plug-in is placed anew from its start on, so both hold the same energy; what a car charged after midnight
would have cost the evening before. Energy alone: wear, fees and what is left in the battery are not counted. The last
three days are worked out anew with each quarter, older ones only read. Knows no plan, no device and no disk.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.cost import PriceSlot, slot_at
from lib.core.naive import Ahead, Key, Naive, PlugIn, Quarter
from lib.core.outcome import Outcome
from lib.core.parts import Parts
from lib.core.problem import Problem
from lib.core.quarter import QUARTER, start_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPEN = timedelta(days=3)
DAYS_KEPT = 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One local day.

    Attributes:
        eur, naive_eur: energy, and what it would have cost; peak_w, naive_peak_w: the highest quarter of both.
        planned_eur: what the plan in force as it began said of it; None: there was none.
        quarters: that count in all of these; missing: that do not, of those that are over.
        noted: its quarters while it is worked out; ahead: at its end, afterwards.

    """

    day: date
    eur: float = 0.0
    naive_eur: float = 0.0
    peak_w: float = 0.0
    naive_peak_w: float = 0.0
    planned_eur: float | None = None
    quarters: int = 0
    missing: int = 0
    noted: tuple[Quarter, ...] = ()
    ahead: tuple[Ahead, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """The days, newest first. What was read from the disk is `Saving(days=…)`."""

    days: tuple[Day, ...] = ()

    @property
    def waiting(self) -> tuple[datetime, ...]:
        """The quarters that wait for a price."""
        return tuple(
            one.start
            for day in self.days
            for one in day.noted
            if one.house_wh is not None and None in {one.import_eur_kwh, one.export_eur_kwh}
        )


def after(saving: Saving, parts: Parts, slots: Sequence[PriceSlot]) -> Saving:
    """With a quarter that is over; slots: prices that hold in it, and in those of `saving.waiting` as far as known.

    A price that was known stays. A quarter of a day that is closed changes nothing. A day so far ahead that this
    one would be closed, of which none has ended, never was: a clock showed it for a moment.
    """
    ahead = local_day(parts.start) + OPEN
    were = tuple(day for day in saving.days if day.day < ahead or day.quarters or day.missing)
    saving = saving if len(were) == len(saving.days) else Saving(days=were)
    house_wh = parts.load_wh - (parts.sun_wh or 0.0)

    def ended(quarter: Quarter) -> Quarter:
        return quarter._replace(house_wh=house_wh, cars_wh=parts.cars_wh, battery_wh=parts.battery_wh)

    found = _noted(saving, parts.start, ended)
    if found is saving:
        return saving
    days = _closed(found.days)
    return Saving(
        days=_worked_out(tuple(replace(day, noted=tuple(_priced(one, slots) for one in day.noted)) for day in days))
    )


def heard(saving: Saving, plug_ins: Iterable[PlugIn], at: datetime) -> Saving:
    """With what chargers tell of their plug-ins; at: by the meter's clock. It counts once its quarter is over."""
    start = start_of(at)
    known: dict[Key, float] = {}
    for one in _quarters(saving.days):
        if one.start <= start:
            known.update(((plug.charger, plug.since), plug.energy_wh) for plug in one.plug_ins)
    more = {(one.charger, one.since): one for one in plug_ins if one.energy_wh > known.get((one.charger, one.since), 0)}
    if not more:
        return saving

    def joined(quarter: Quarter) -> Quarter:
        plugs = {(one.charger, one.since): one for one in quarter.plug_ins} | more
        return quarter._replace(plug_ins=tuple(sorted(plugs.values())))

    found = _noted(saving, start, joined)
    if found is saving:
        return saving
    is_late = any(one.start >= start and one.house_wh is not None for one in _quarters(found.days))
    return Saving(days=_worked_out(found.days)) if is_late else found


def planned(saving: Saving, day: date, eur: float) -> Saving:
    """With what the plan says of a day as it begins; what was said first stays."""
    days = {one.day: one for one in saving.days}
    found = days.get(day, Day(day=day))
    if found.planned_eur is not None:
        return saving
    return _with(saving, replace(found, planned_eur=eur))


def planned_eur(problem: Problem, outcome: Outcome, day: date) -> float | None:
    """What energy costs in a local day by a plan; None where the plan does not reach over all of it."""
    start, end = midnight(day), midnight(day + DAY)
    if not problem.spans or problem.spans[0].start > start or problem.spans[-1].end < end:
        return None
    eur = 0.0
    for span, grid_w in zip(problem.spans, outcome.grid_w, strict=True):
        hours = max(0.0, (min(end, span.end) - max(start, span.start)) / HOUR)
        eur += grid_w * hours * (span.import_eur_kwh if grid_w > 0 else span.export_eur_kwh) / 1000
    return eur


def _quarters(days: Iterable[Day]) -> Iterator[Quarter]:
    """Those that are worked out, in order of time; days: newest first."""
    for day in reversed(tuple(days)):
        yield from day.noted


def _with(saving: Saving, day: Day) -> Saving:
    """With a day in its place; of too many the oldest goes."""
    days = sorted((*(one for one in saving.days if one.day != day.day), day), key=lambda one: one.day, reverse=True)
    return Saving(days=tuple(days[:DAYS_KEPT]))


def _noted(saving: Saving, start: datetime, change: Callable[[Quarter], Quarter]) -> Saving:
    """With a quarter changed; the same where its day is closed, or nothing changes."""
    day = local_day(start)
    if saving.days and day <= saving.days[0].day - OPEN:
        return saving
    found = next((one for one in saving.days if one.day == day), Day(day=day))
    before = next((one for one in found.noted if one.start == start), None)
    now = change(before or Quarter(start))
    if now == before:
        return saving
    noted = sorted((*(one for one in found.noted if one.start != start), now))
    return _with(saving, replace(found, noted=tuple(noted)))


def _priced(quarter: Quarter, slots: Sequence[PriceSlot]) -> Quarter:
    """With the price that holds in it, where it has none yet."""
    if quarter.house_wh is None or quarter.counts:
        return quarter
    slot = slot_at(slots, quarter.start)
    return quarter._replace(import_eur_kwh=slot.import_eur_kwh, export_eur_kwh=slot.export_eur_kwh) if slot else quarter


def _closed(days: tuple[Day, ...]) -> tuple[Day, ...]:
    """Days that are old keep their sums, and what cars are ahead by."""
    first = days[0].day - OPEN
    return tuple(replace(day, noted=()) if day.noted and day.day <= first else day for day in days)


def _worked_out(days: tuple[Day, ...]) -> tuple[Day, ...]:
    """The days with their sums as what is noted makes them; days: newest first."""
    worked = [day for day in reversed(days) if day.noted]
    ended = [one.start + QUARTER for day in worked for one in day.noted if one.house_wh is not None]
    if not ended:
        return days
    before = next((day.ahead for day in days if day.day < worked[0].day), ())
    naive = Naive(before, list(_quarters(days)))
    by_day: dict[date, Day] = {}
    for day in worked:
        sums = Day(day=day.day, planned_eur=day.planned_eur, noted=day.noted)
        for quarter in day.noted:
            sums = _plus(sums, quarter, naive.cars_wh(quarter))
        over = (min(max(ended), midnight(day.day + DAY)) - midnight(day.day)) // QUARTER
        by_day[day.day] = replace(sums, missing=max(0, over - sums.quarters), ahead=naive.ahead)
    return tuple(by_day.get(day.day, day) for day in days)


def _plus(day: Day, quarter: Quarter, naive_wh: float) -> Day:
    """With a quarter, if it counts, and what cars would have taken in it."""
    if not quarter.counts:
        return day
    house_wh = quarter.house_wh or 0.0
    real_wh, other_wh = house_wh + quarter.cars_wh + quarter.battery_wh, house_wh + naive_wh
    return replace(
        day,
        eur=day.eur + quarter.eur(real_wh),
        naive_eur=day.naive_eur + quarter.eur(other_wh),
        peak_w=max(day.peak_w, real_wh * (HOUR / QUARTER)),
        naive_peak_w=max(day.naive_peak_w, other_wh * (HOUR / QUARTER)),
        quarters=day.quarters + 1,
    )
