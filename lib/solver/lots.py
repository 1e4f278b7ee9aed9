"""What cars may draw, and what must be in by when: all that a car wants is one lot, for it flows through one cable.

In: a problem. Out: a lot by car. Knows no solver.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from operator import attrgetter
from typing import NamedTuple

from lib.core.plan import MOST_STARTS, Block, Want
from lib.core.problem import HOUR, Problem, Span
from lib.core.starts import NOTHING_WH
from lib.core.wants import Absence


class Piece(NamedTuple):
    """A span in which a car may charge, or the part of it in which it may: `share` of it."""

    place: int
    start: datetime
    end: datetime
    hours: float
    share: float


class Due(NamedTuple):
    """What the first so many pieces bring serves these wants first; here: those of them that are due just there."""

    first: int
    wants: tuple[int, ...]
    here: tuple[int, ...]


class Most(NamedTuple):
    """The first so many pieces bring no more than these wants get, and `more_wh`, which is below 0 where some waits.

    late: the want of which some waits: that it is short of it changes nothing. None: nothing waits.
    """

    first: int
    wants: tuple[int, ...]
    more_wh: float
    late: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A car with all that it wants: what it draws serves the earliest first, whatever it was meant for.

    Attributes:
        wants: their numbers. pieces: when it may charge, in order of time.
        stays: up to which piece each of its stays lasts. starts: how often it may begin in each.
        full_w, least_w, phases: of its wants, which hang on one cable.
        leaves: when it leaves for the first trip of which it is back in time for more; what comes later may come late.
        dues, mosts: in order of time.

    """

    car: str
    wants: tuple[int, ...]
    pieces: tuple[Piece, ...]
    full_w: float
    least_w: float
    phases: tuple[int, ...]
    stays: tuple[int, ...]
    starts: tuple[int, ...]
    leaves: datetime | None
    dues: tuple[Due, ...]
    mosts: tuple[Most, ...]


def lots(problem: Problem) -> tuple[Lot, ...]:
    """One for each car that wants something, in the order in which they come first."""
    cars: dict[str, list[int]] = {}
    for number, want in enumerate(problem.wants):
        cars.setdefault(want.car, []).append(number)
    return tuple(_lot(problem, car, numbers) for car, numbers in cars.items())


def running(problem: Problem, car: str) -> Block | None:
    """The block of a car that runs already."""
    return next((one for one in problem.before if one.car == car and one.start <= problem.at < one.end), None)


def _lot(problem: Problem, car: str, numbers: Sequence[int]) -> Lot:
    wants, spans = problem.wants, problem.spans
    own = [wants[number] for number in numbers]
    away = sorted((absence for want in own for absence in want.away), key=_start)
    stays = _joined(stay for want in own for stay in _stays(want, away, problem.at, spans[-1].end)) if spans else []
    begins = {number: wants[number].since or problem.at for number in numbers}
    leaves = {absence.start: absence.spare_wh for absence in away}
    edges = {want.until for want in own} | {*begins.values()} | {*leaves}
    charges = 0 < own[0].full_w >= own[0].least_w
    pieces = [*_pieces(spans, stays, edges)] if charges else []
    ends = [piece.end for piece in pieces]

    def count(until: datetime) -> int:
        return bisect_right(ends, until)

    def due_by(until: datetime) -> tuple[int, ...]:
        return tuple(number for number in numbers if wants[number].until <= until)

    dues = [
        Due(count(until), due_by(until), tuple(number for number in numbers if wants[number].until == until))
        for until in sorted({want.until for want in own})
    ]
    mosts = [Most(count(start), due_by(start), spare_wh) for start, spare_wh in leaves.items()]
    first = min(begins.values())
    mosts += [
        Most(count(begin), tuple(number for number in numbers if begins[number] < begin), 0.0)
        for begin in {*begins.values()}
        if begin > first
    ]
    for number in numbers:
        if wants[number].late_wh > 0 and wants[number].worth_eur_kwh is None:
            due = due_by(wants[number].until)
            last = _last(problem, wants[number], pieces[: count(wants[number].until)])
            mosts.append(Most(last, due, -min(wants[number].late_wh, wants[number].energy_wh), number))
    return Lot(
        car=car,
        wants=tuple(numbers),
        pieces=tuple(pieces),
        full_w=own[0].full_w,
        least_w=own[0].least_w,
        phases=own[0].phases,
        stays=tuple(count(end) for _, end in stays) if pieces else (),
        starts=_starts(problem, own[0], len(stays)) if pieces else (),
        leaves=min(leaves, default=None),
        dues=tuple(dues),
        mosts=tuple(sorted((one for one in mosts if one.first), key=_first)),
    )


def by_stay(lot: Lot, places: Iterable[int]) -> list[set[int]]:
    """Of some of its pieces those of each of its stays."""
    found: list[set[int]] = [set() for _ in lot.stays]
    for place in places:
        found[bisect_right(lot.stays, place)].add(place)
    return found


def _starts(problem: Problem, want: Want, stays: int) -> tuple[int, ...]:
    """How often a car may begin in each of its stays: in the first as its want says, and what runs goes on."""
    first = max(1, want.starts + (running(problem, want.car) is not None))
    return (first, *[MOST_STARTS] * (stays - 1))


def _stays(want: Want, away: Iterable[Absence], at: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The times in which its car may charge: on its cable, before and between its trips until then."""
    start, until = max(at, want.since or at), min(end, want.until)
    for absence in away:
        if start < min(until, absence.start):
            yield start, min(until, absence.start)
        start = max(start, absence.end)
    if start < until:
        yield start, until


def _joined(stays: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """In order of time, those that meet as one."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted(stays):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _pieces(
    spans: Sequence[Span], stays: Iterable[tuple[datetime, datetime]], edges: Collection[datetime]
) -> Iterator[Piece]:
    """Of each span what lies in a stay, cut at edges."""
    for start, end in stays:
        first = max(0, bisect_right(spans, start, key=_start) - 1)
        for place in range(first, bisect_left(spans, end, key=_start)):
            span = spans[place]
            since, until = max(start, span.start), min(end, span.end)
            inner = sorted(edge for edge in edges if since < edge < until)
            for begin, over in zip((since, *inner), (*inner, until), strict=True):
                hours = (over - begin) / HOUR
                if hours > 0:
                    yield Piece(place, begin, over, hours, hours / span.hours)


_start, _first = attrgetter("start"), attrgetter("first")


def _last(problem: Problem, want: Want, pieces: Sequence[Piece]) -> int:
    """How many pieces there are before the last ones, which hold what is above the everyday limit.

    They are as many as that takes, each as full as what is paid lets it; all where that does not do.
    """
    left_wh = min(want.late_wh, want.energy_wh)
    for number in reversed(range(len(pieces))):
        span = problem.spans[pieces[number].place]
        one = problem.peaks[span.peak]
        room_w = one.paid_w - span.net_w - span.safe_w if one.eur_kw > 0 else inf
        power_w = min(want.full_w, room_w)
        left_wh -= pieces[number].hours * power_w if power_w > 0 and power_w >= want.least_w else 0.0
        if left_wh <= NOTHING_WH:
            return number
    return 0
