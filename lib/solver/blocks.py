"""From the spans that a car charges in to bounds of the linear program, and from its values to a schedule.

A charger takes nothing or at least its least for whole spans; only the last before something is due may be
shorter. Knows no solver.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from lib.core.plan import Block
from lib.core.problem import Schedule
from lib.core.starts import runs
from lib.solver.columns import Draw
from lib.solver.levelled import levelled
from lib.solver.lots import Lot, Most, by_stay, running
from lib.solver.model import Model
from lib.solver.rounding import Places
from lib.solver.settled import Bound

SAME_W = 0.001
LEAST_W = 1.0  # nothing would be a pause
NOTHING_KWH = 1e-7


def windows(held: Model, places: Places) -> list[Bound]:
    """Bounds of what is drawn: nothing, or from the least to the full power.

    In the last span before something is due also what is left; so it is in the first ones where the least of all would
    be more than the car takes there.
    """
    found = []
    for lot, draws, on in zip(held.columns.lots, held.columns.draws, places, strict=True):
        least, full, ends = max(lot.least_w, LEAST_W) / 1000, lot.full_w / 1000, _ends(lot, on)
        rooms = _rooms(held, lot)
        for place, draw in reversed([*enumerate(draws)]):
            if place not in on:
                found.append(Bound(draw.column, 0.0, 0.0))
                continue
            kwh = least * draw.hours
            whole = place not in ends and all(kwh <= room for (first, last), room in rooms if first <= place < last)
            if whole:
                rooms = [(span, room - kwh if span[0] <= place < span[1] else room) for span, room in rooms]
            found.append(Bound(draw.column, least if whole else 0.0, full))
    return found


def _rooms(held: Model, lot: Lot) -> list[tuple[tuple[int, int], float]]:
    """From one of its draws up to another, what it takes there at the most, in kWh: nothing for what was due before."""
    wants, found = held.problem.wants, list[tuple[tuple[int, int], float]]()
    for most in (*lot.mosts, Most(len(lot.pieces), lot.wants, 0.0)):
        for first, over in ((0, ()), *((due.first, due.wants) for due in lot.dues)):
            if first < most.first:
                wh = sum(wants[want].energy_wh for want in most.wants if want not in over)
                found.append(((first, most.first), (wh + most.more_wh) / 1000))
    return found


def _ends(lot: Lot, on: Collection[int]) -> set[int]:
    """The last of its draws before something is due."""
    return {max((place for place in on if place < due.first), default=-1) for due in lot.dues}


def places_of(held: Model, blocks: Sequence[Block]) -> Places:
    """The draws of each car that its blocks touch."""
    return tuple(
        frozenset(
            place
            for place, draw in enumerate(draws)
            if any(one.car == lot.car and one.start < draw.end and one.end > draw.start for one in blocks)
        )
        for lot, draws in zip(held.columns.lots, held.columns.draws, strict=True)
    )


def places_in(held: Model, values: Sequence[float]) -> Places | None:
    """Where cars charge by values of the columns; None where no charger could, or it were started too often."""
    found = []
    for lot, draws in zip(held.columns.lots, held.columns.draws, strict=True):
        on = frozenset(place for place, draw in enumerate(draws) if values[draw.column] * draw.hours > NOTHING_KWH)
        least, begun = max(lot.least_w, LEAST_W) / 1000 - NOTHING_KWH, running(held.problem, lot.car)
        fixed = {place for place, draw in enumerate(draws) if begun is not None and draw.start < begun.end}
        ends = _ends(lot, on)
        if (
            fixed.difference(on)
            or any(len(runs(stay)) > most for stay, most in zip(by_stay(lot, on), lot.starts, strict=True))
            or any(values[draws[place].column] < least for place in on - ends)
        ):
            return None
        found.append(on)
    return tuple(found)


def schedule(held: Model, values: Sequence[float]) -> Schedule:
    """What values of the columns mean for chargers and battery; what costs the same is drawn evenly."""
    values = levelled(held, values)
    return Schedule(
        by="solver",
        blocks=_blocks(held, values),
        store_w=tuple(
            round(1000 * (values[store] - values[give]), 3)
            for store, give in zip(held.columns.stores, held.columns.gives, strict=True)
        ),
    )


def _blocks(held: Model, values: Sequence[float]) -> tuple[Block, ...]:
    """In order of time; where a span has less than the least, that until its energy is in, or from then on."""
    found: list[Block] = []
    for lot, draws in zip(held.columns.lots, held.columns.draws, strict=True):
        trips = _trips(held, lot, draws, values)
        for place, draw in enumerate(draws):
            power_w, start, end = round(min(1000 * values[draw.column], lot.full_w), 3), draw.start, draw.end
            if power_w <= 0:
                continue
            if power_w < lot.least_w - SAME_W:
                length = (end - start) * (power_w / lot.least_w)
                if _goes_on(draws, place, values) and not _goes_on(draws, place - 1, values):
                    start = end - length
                else:
                    end = start + length
            if end <= start:  # less than a microsecond
                continue
            span = held.problem.spans[draw.place]
            found.append(
                Block(
                    car=lot.car,
                    start=start,
                    end=end,
                    power_w=max(power_w, lot.least_w),
                    eur_kwh=span.import_eur_kwh if span.known else None,
                    trip=trips[place],
                )
            )
    return tuple(sorted(found, key=_when))


def _goes_on(draws: Sequence[Draw], place: int, values: Sequence[float]) -> bool:
    """Whether the car draws without a pause at the end of a draw."""
    if not 0 <= place < len(draws) - 1 or draws[place].end != draws[place + 1].start:
        return False
    return all(values[one.column] * one.hours > NOTHING_KWH for one in draws[place : place + 2])


def _trips(held: Model, lot: Lot, draws: Sequence[Draw], values: Sequence[float]) -> list[str]:
    """What each draw is for: of what is not met yet that which is due first."""
    wants, shorts, gains = held.problem.wants, held.columns.shorts, held.columns.gains
    queue = [number for due in lot.dues for number in due.here]
    left_kwh = {
        number: values[gains[number]] if number in gains else wants[number].energy_wh / 1000 - values[shorts[number]]
        for number in queue
    }
    found = []
    for draw in draws:
        kwh, mine = values[draw.column] * draw.hours, [one for one in queue if draw.end <= wants[one].until]
        open_to = [one for one in mine if left_kwh[one] > NOTHING_KWH] or mine[:1] or queue[-1:]
        found.append(wants[open_to[0]].trip)
        for number in open_to:
            taken_kwh = min(kwh, left_kwh[number])
            left_kwh[number] -= taken_kwh
            kwh -= taken_kwh
    return found


def _when(block: Block) -> tuple[datetime, str]:
    return block.start, block.car
