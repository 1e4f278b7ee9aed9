"""What dm learned of its house and roof, and by how much it was off: `after(habits, parts or note) -> habits`.

In: quarters that are over, and what had been foreseen of them. Out: what lib/core/outlook.py goes by. It holds no more
than two weeks of errors and a day of notes, however long it learns. Knows no forecast's source and no plan.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from heapq import merge

from lib.core import insured, routine, sunshine
from lib.core.insured import NOBODY, Insured
from lib.core.parts import Parts
from lib.core.quarter import QUARTER
from lib.core.routine import Routine
from lib.core.sunshine import Sunshine

HOUR = timedelta(hours=1)
AHEAD_H = (1, 3, 24)
NOTES_KEPT = timedelta(hours=max(AHEAD_H) + 1)
TALLIED_DAYS = 14
LEARNED = timedelta(days=60)  # older quarters tell next to nothing any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the outlook of the quarter from `made` foresaw, in W.

    Attributes:
        told_w: of the sun in that quarter itself, by the forecast as it came; None where there was none.
        load_w, sun_w: of the quarters AHEAD_H later.

    """

    made: datetime
    load_w: tuple[float, ...] = ()
    sun_w: tuple[float, ...] = ()
    told_w: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How far one day's quarters were off `ahead_h` hours before, summed up; _more: with its sign.

    suns: quarters with sun.
    """

    day: date
    ahead_h: int
    quarters: int = 0
    load_w: float = 0.0
    load_more_w: float = 0.0
    suns: int = 0
    sun_w: float = 0.0
    sun_more_w: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """All that was learned.

    Attributes:
        has_sun: whether inverters are read; where they are not the house is known net of its sun, None: not yet known.
        insured: the last days of the house, by which its peaks are known.
        notes: of the last day, by when they were made. tallies: of the last two weeks.

    """

    routine: Routine = field(default_factory=Routine)
    sunshine: Sunshine = field(default_factory=Sunshine)
    has_sun: bool | None = None
    insured: Insured = NOBODY
    notes: Mapping[datetime, Note] = field(default_factory=dict)
    tallies: tuple[Tally, ...] = ()

    @property
    def days(self) -> int:
        """On how many days anything was learned."""
        return self.routine.days


def after(habits: Habits, event: Parts | Note) -> Habits:
    """With a quarter that is over, later than those before it; or with what was foreseen, of which the first stands.

    A house that was known net of its sun is another once its inverters are read, and the other way round: it is learned
    anew.
    """
    match event:
        case Note():
            if event.made in habits.notes:
                return habits
            notes = {**habits.notes, event.made: event}
            while event.made - (first := next(iter(notes))) > NOTES_KEPT:
                del notes[first]
            return replace(habits, notes=notes)
        case Parts():
            return _learned(habits, event)


def learned(parts: Iterable[Parts], notes: Iterable[Note]) -> Habits:
    """All of it from what was kept, both in order of time."""
    over: Iterable[tuple[datetime, int, Parts | Note]] = ((one.start + QUARTER, 0, one) for one in parts)
    told: Iterable[tuple[datetime, int, Parts | Note]] = ((note.made, 1, note) for note in notes)
    habits = Habits()
    for _, _, event in merge(over, told, key=lambda one: one[:2]):
        habits = after(habits, event)
    return habits


def _learned(habits: Habits, parts: Parts) -> Habits:
    until, has_sun = habits.routine.until, parts.sun_wh is not None
    if until is not None and parts.start < until:
        return habits
    if habits.has_sun is not None and habits.has_sun is not has_sun:
        habits = Habits(notes=habits.notes)
    load_w, note = parts.load_wh * 4, habits.notes.get(parts.start)
    shone = habits.sunshine
    if parts.sun_wh is not None:
        told_w = note.told_w if note else None
        shone = sunshine.after(shone, parts.start, max(0.0, parts.sun_wh * 4), told_w, held=parts.held)
    return replace(
        habits,
        routine=routine.after(habits.routine, parts.start, load_w),
        sunshine=shone,
        has_sun=has_sun,
        insured=insured.after(habits.insured, parts),
        tallies=_tallied(habits, parts),
    )


def _tallied(habits: Habits, parts: Parts) -> tuple[Tally, ...]:
    """With how far off the quarter was, for each time ahead that something was foreseen of it."""
    day = parts.start.date()
    known = {(one.day, one.ahead_h): one for one in habits.tallies if (day - one.day).days < TALLIED_DAYS}
    for place, ahead_h in enumerate(AHEAD_H):
        note = habits.notes.get(parts.start - ahead_h * HOUR)
        if note is None or place >= len(note.load_w):
            continue
        tally = known.get((day, ahead_h)) or Tally(day=day, ahead_h=ahead_h)
        more_w = parts.load_wh * 4 - note.load_w[place]
        tally = replace(
            tally,
            quarters=tally.quarters + 1,
            load_w=tally.load_w + abs(more_w),
            load_more_w=tally.load_more_w + more_w,
        )
        if parts.sun_wh is not None and not parts.held and (parts.sun_wh > 0 or note.sun_w[place] > 0):
            sun_more_w = parts.sun_wh * 4 - note.sun_w[place]
            tally = replace(
                tally,
                suns=tally.suns + 1,
                sun_w=tally.sun_w + abs(sun_more_w),
                sun_more_w=tally.sun_more_w + sun_more_w,
            )
        known[day, ahead_h] = tally
    return tuple(known.values())
