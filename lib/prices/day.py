"""One day of prices: what a source said → slots that can be trusted, or why they cannot.

In: stamps and values as they were served. Out: slots of one Brussels day in EUR/MWh. It knows no service. What is
not known stays a hole; a wrong value makes the whole answer worthless, as nobody can tell which others are wrong.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.slots import Slot
from lib.prices import AnswerError

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
LOWEST_EUR_MWH, HIGHEST_EUR_MWH = -1000.0, 6000.0  # the auction itself goes from -500 to 4000, and has been widened

Point = tuple[datetime, float | None]


def bounds(day: date) -> tuple[datetime, datetime]:
    """From midnight to midnight in Brussels, in UTC: 23, 24 or 25 hours."""
    return midnight(day), midnight(day + timedelta(days=1))


def whole(day: date, slots: Iterable[Slot]) -> bool:
    """Whether each of the 92, 96 or 100 quarters of `day` has a price; an hour covers four."""
    known, end = bounds(day)
    for slot in sorted(slots, key=lambda slot: slot.start):
        if known < slot.start:
            break
        known = max(known, slot.end)
    return end <= known


def price(name: str, value: object) -> float | None:
    """A price as JSON or text holds it; None is a hole. Raises AnswerError when it is no price in EUR/MWh."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AnswerError(f"{name}: {shortened(value)} stands where a price should")
    if not LOWEST_EUR_MWH <= value <= HIGHEST_EUR_MWH:  # also not a number, which is in no range
        raise AnswerError(f"{name}: {shortened(value)} EUR/MWh is no price of the auction")
    return float(value)


def instant(name: str, stamp: str) -> datetime:
    """The instant, UTC, of a time with its zone. Raises AnswerError."""
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise AnswerError(f"{name}: {shortened(stamp) or 'nothing'} is no time with its zone")
    if not 1 < at.year < 9999:  # at the ends of the calendar a zone leads out of it
        raise AnswerError(f"{name}: {shortened(stamp)} is no time of a price")
    return at.astimezone(UTC)


def laid_out(name: str, day: date, points: Iterable[Point]) -> tuple[Slot, ...]:
    """The slots of `day` out of `points`: the starts of quarters or hours, in any order, with a price or None.

    They are hours when each start is a full hour, and quarters otherwise or when there is one alone. Raises
    AnswerError as `checked` does.
    """
    said = sorted(points, key=lambda point: point[0])
    start, end = bounds(day)
    inside = [point for point in said if start <= point[0] < end]
    if said and not inside:
        raise AnswerError(f"{name}: it was asked for {day} and answered with {local_day(said[0][0])}")
    is_hourly = len(inside) > 1 and all((at - start) % HOUR == timedelta(0) for at, _ in inside)
    step = HOUR if is_hourly else QUARTER
    for (before, _), (after, _) in pairwise(inside):
        if before == after:
            raise AnswerError(f"{name}: {after:%Y-%m-%d %H:%M}Z has two prices")
    return checked(name, day, [Slot(at, at + step, value) for at, value in inside if value is not None])


def checked(name: str, day: date, slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """The slots of `day`, in order; () when each is exactly 0.0: so services serve a day that is not published.

    Slots of other days are left out. Raises AnswerError when there are only such, when two cover the same instant, or
    one does not start at a quarter.
    """
    said = sorted(slots, key=lambda slot: slot.start)
    start, end = bounds(day)
    inside = [slot for slot in said if start <= slot.start and slot.end <= end]
    if said and not inside:
        raise AnswerError(f"{name}: it was asked for {day} and answered with {local_day(said[0].start)}")
    for slot in inside:
        if (slot.start - start) % QUARTER != timedelta(0):
            raise AnswerError(f"{name}: {slot.start:%Y-%m-%d %H:%M:%S}Z is no quarter of an hour")
    for before, after in pairwise(inside):
        if after.start < before.end:
            raise AnswerError(f"{name}: {after.start:%Y-%m-%d %H:%M}Z has two prices")
    return () if all(slot.value == 0.0 for slot in inside) else tuple(inside)


def shortened(said: object) -> str:
    """What a stranger sent, for a sentence: one line, printable, of at most 120 characters."""
    text = said if isinstance(said, str) else repr(said)[:1000]
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text[:1000]).split())
    return line if len(line) <= 120 else f"{line[:119]}…"
