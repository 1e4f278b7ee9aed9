"""Why each block of a plan stands where it stands. Knows no sentence and no planner.

In: a problem, a schedule, how that fares. Out: a reason for each block of a car, then for each stretch in which the
battery stores or gives.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple

from lib.core.because import SAME_EUR, Because, Cause, joined, sentence
from lib.core.look import IDLE_W, Look, mean_of
from lib.core.outcome import Outcome
from lib.core.plan import Block, Want
from lib.core.problem import HOUR, Problem, Schedule, Span

__all__ = ["Because", "Cause", "joined", "reasons", "sentence"]

BATTERY = "battery"
NO_TIME = 0.95  # who needs so much of the time left has no choice
MOSTLY = 0.5
SPARED = 0.1  # of the cheaper time, which a plan leaves for a start that it saves
PRICED: Final = frozenset(
    {Cause.CHEAPEST, Cause.FULL, Cause.FITS, Cause.PAID, Cause.WORTH, Cause.STORES, Cause.INSTEAD}
)


def reasons(problem: Problem, schedule: Schedule, outcome: Outcome) -> tuple[Because, ...]:
    """Why each block of the schedule is there, in its order, and then each stretch of the battery in order of time."""
    look = Look.of(problem, schedule, outcome)
    return (*_of_cars(look), *_of_battery(look))


class _Part(NamedTuple):
    """A block of a car on its way to a reason: the number of its want, its price, and what decides besides prices."""

    block: Block
    want: int | None
    eur_kwh: float
    cause: Cause | None
    is_dear: bool


def _of_cars(look: Look) -> list[Because]:
    """The reasons of the cars' blocks in their order; neighbours in time for one want have one where that is true."""
    blocks = look.schedule.blocks
    found: dict[int, Because] = {}
    order = sorted(
        range(len(blocks)), key=lambda number: (blocks[number].car, blocks[number].trip, blocks[number].start)
    )
    run: list[int] = []
    parts = {number: _part(look, blocks[number]) for number in order}
    for number in order:
        if run and not _goes_on(parts[run[-1]], parts[number]):
            found |= _of_run(look, {one: parts[one] for one in run})
            run = []
        run.append(number)
    found |= _of_run(look, {one: parts[one] for one in run})
    return [found[number] for number in range(len(blocks))]


def _goes_on(one: _Part, other: _Part) -> bool:
    """Whether a block continues one, for the same want and by the same cause."""
    return one.block.end == other.block.start and (one.block.car, one.want, one.cause, one.is_dear) == (
        other.block.car,
        other.want,
        other.cause,
        other.is_dear,
    )


def _of_run(look: Look, run: Mapping[int, _Part]) -> dict[int, Because]:
    if not run:
        return {}
    first, *_, last = (*run.values(), *run.values())
    cause = first.cause or _by_price(look, first, last.block.end)
    return {number: _because(look, part, cause) for number, part in run.items()}


def _part(look: Look, block: Block) -> _Part:
    """A block with what decides about it, as far as that is no price of other hours."""
    number, places = look.want(block), look.places(block.start, block.end)
    want = None if number is None else look.problem.wants[number]
    short_wh = 0.0 if number is None else look.outcome.short_wh[number]
    eur_kwh = look.mean(block.start, block.end, lambda span: span.import_eur_kwh)
    from_sun = sum(min(look.sun_w(place), look.outcome.cars_w[place]) for place in places)
    could = None if number is None else look.could[number]
    is_dear = could is not None and round(eur_kwh, 3) > round(could.mean_eur, 3)
    cause = None
    if short_wh > 1:
        cause = Cause.SHORT
    elif want is not None and want.worth_eur_kwh is None and _needs(want, look.problem.at) > NO_TIME:
        cause = Cause.NO_TIME
    elif any(look.raises(place) for place in places):
        cause = Cause.RAISES
    elif eur_kwh < 0:
        cause = Cause.PAID
    elif from_sun > MOSTLY * sum(look.outcome.cars_w[place] for place in places):
        cause = Cause.SUN
    elif want is not None and want.worth_eur_kwh is not None:
        cause = Cause.WORTH
    elif is_dear and _ran(look.problem, block):
        cause = Cause.RUNS
    elif could is None or could.most_eur - could.least_eur < SAME_EUR:
        cause = Cause.EQUAL
    return _Part(block, number, eur_kwh, cause, is_dear and cause is None)


def _by_price(look: Look, first: _Part, end: datetime) -> Cause:
    """Why blocks of a want stand where they do beside its other hours; they are on the same side of its mean."""
    assert first.want is not None  # without one there are no other hours
    want, could = look.problem.wants[first.want], look.could[first.want]
    eur_kwh = look.mean(first.block.start, end, lambda span: span.import_eur_kwh)
    spans = look.problem.spans
    cheaper = [place for place in could.places if spans[place].import_eur_kwh < eur_kwh - SAME_EUR]
    free = [place for place in cheaper if not look.is_taken(place, want.car, want.least_w)]
    if sum(spans[place].hours for place in free) > SPARED * sum(spans[place].hours for place in cheaper):
        later = [place for place in free if spans[place].start >= end]
        return Cause.EARLY if later and look.hurries(first.block, first.want, later[-1]) else Cause.FITS
    return Cause.FULL if first.is_dear else Cause.CHEAPEST


def _because(look: Look, part: _Part, cause: Cause) -> Because:
    """The reason of a car's block, with its numbers."""
    problem, outcome, block = look.problem, look.outcome, part.block
    places = look.places(block.start, block.end)
    number = problem.spans[places[0]].peak
    want = None if part.want is None else problem.wants[part.want]
    sun_eur = look.mean(block.start, block.end, lambda span: span.export_eur_kwh)
    is_flat = all(look.is_full(place) for place in places) and cause not in {Cause.RAISES, Cause.SUN}
    return Because(
        cause=cause,
        device=block.car,
        start=block.start,
        end=block.end,
        power_w=block.power_w,
        trip=block.trip,
        until=None if want is None else want.until,
        eur_kwh=sun_eur if cause is Cause.SUN else part.eur_kwh,
        mean_eur_kwh=None if part.want is None else look.could[part.want].mean_eur,
        sun_eur_kwh=sun_eur,
        target_w=outcome.peaks_w[number],
        eur=problem.peaks[number].eur(outcome.peaks_w[number]),
        lacks_wh=0.0 if part.want is None else outcome.short_wh[part.want],
        flat=is_flat and want is not None and block.power_w < want.full_w - 1,
        helped=any(look.helps(place) for place in places),
        supposed=not all(problem.spans[place].known for place in places) and cause in PRICED,
    )


def _needs(want: Want, at: datetime) -> float:
    """The part of the time left that a want takes at full power."""
    left_h = (want.until - (at if want.since is None else max(at, want.since))) / HOUR
    return want.energy_wh / max(1.0, want.full_w * left_h)


def _ran(problem: Problem, block: Block) -> bool:
    """Whether a block goes on with one that has begun."""
    return block.start == problem.at and any(
        (one.car, one.trip) == (block.car, block.trip) and one.start < problem.at < one.end for one in problem.before
    )


def _of_battery(look: Look) -> Iterator[Because]:
    """The reasons of the battery's stretches; what it stores is for the next one in which it gives."""
    spans, outcome = look.problem.spans, look.outcome
    stretches = [
        (way, list(group))
        for way, group in groupby(range(len(spans)), key=lambda place: _way(outcome.store_w[place]))
        if way
    ]
    for number, (way, places) in enumerate(stretches):
        then = next((ahead for other, ahead in stretches[number + 1 :] if other < 0), None) if way > 0 else None
        yield _of_stretch(look, places, then)


def _of_stretch(look: Look, places: Sequence[int], then: Sequence[int] | None) -> Because:
    spans, outcome = look.problem.spans, look.outcome
    hours = sum(spans[place].hours for place in places)
    power_w = sum(outcome.store_w[place] * spans[place].hours for place in places) / hours
    stretch = [spans[place] for place in places]
    eur_kwh = mean_of(stretch, lambda span: span.import_eur_kwh)
    sun_eur = mean_of(stretch, lambda span: span.export_eur_kwh)
    cause, cars = Cause.INSTEAD, tuple[str, ...]()
    helped = [place for place in places if look.helps(place)]
    if power_w > 0:
        from_sun = sum(max(0.0, min(outcome.store_w[place], -look.without_w(place))) for place in places)
        cause = Cause.STORES
        if eur_kwh < 0:
            cause = Cause.PAID
        elif from_sun > MOSTLY * sum(outcome.store_w[place] for place in places):
            cause = Cause.STORES_SUN
        elif then is not None and any(look.helps(place) for place in then):
            cause = Cause.READY
        elif _refills(look, places, then):
            cause = Cause.KEEPS
    elif helped:
        alone = any(spans[place].net_w + spans[place].safe_w > look.target_w(place) + 1 for place in helped)
        cause = Cause.SHAVES if alone else Cause.ROOM
        start, end = spans[helped[0]].start, spans[helped[-1]].end
        charging = (block.car for block in look.schedule.blocks if block.start < end and start < block.end)
        cars = tuple(sorted({*charging})) if cause is Cause.ROOM else ()
    return Because(
        cause=cause,
        device=BATTERY,
        start=spans[places[0]].start,
        end=spans[places[-1]].end,
        power_w=power_w,
        eur_kwh=sun_eur if cause is Cause.STORES_SUN else eur_kwh,
        sun_eur_kwh=sun_eur,
        then_start=None if then is None else spans[then[0]].start,
        then_end=None if then is None else spans[then[-1]].end,
        then_eur_kwh=None
        if then is None
        else mean_of([spans[place] for place in then], lambda span: span.import_eur_kwh),
        target_w=look.target_w((helped or then or places)[0]),
        cars=cars,
        supposed=not all(spans[place].known for place in places) and cause in PRICED,
    )


def _refills(look: Look, places: Sequence[int], then: Sequence[int] | None) -> bool:
    """Whether it is to hold what is stored, which what it gives later would not pay."""
    spans, outcome, store = look.problem.spans, look.outcome, look.problem.store
    assert store is not None  # it stores
    saves_eur = (
        mean_of([spans[place] for place in then], _price) * store.efficiency - store.wear_eur_kwh if then else 0.0
    )
    if then and mean_of([spans[place] for place in places], _price) < saves_eur - SAME_EUR:
        return False
    had_wh = outcome.level_wh[places[0] - 1] if places[0] else store.energy_wh
    keeps = outcome.keep_wh[places[0] : then[0] if then else len(spans)]
    return max((keep_wh or 0.0 for keep_wh in keeps), default=0.0) > had_wh + IDLE_W / 4


def _price(span: Span) -> float:
    return span.import_eur_kwh


def _way(power_w: float) -> int:
    """1 where a battery stores, -1 where it gives."""
    return 0 if abs(power_w) < IDLE_W else 1 if power_w > 0 else -1
