"""From the spans that a car charges in to bounds of the linear program, and from its values to a schedule.

A charger takes nothing or at least its least for whole spans; only the last of a want may be shorter. Knows no solver.
"""

from collections.abc import Sequence
from datetime import datetime

from lib.core.plan import Block
from lib.core.problem import Schedule
from lib.core.starts import runs
from lib.solver.columns import Draw
from lib.solver.model import Model
from lib.solver.rounding import Places, running
from lib.solver.settled import Bound

SAME_W = 0.001
LEAST_W = 1.0  # nothing would be a pause
NOTHING_KWH = 1e-7


def windows(held: Model, places: Places) -> list[Bound]:
    """Bounds of what is drawn: nothing, or from the least to the full power; in a want's last span what is left."""
    found = []
    for want, draws, on in zip(held.problem.wants, held.columns.draws, places, strict=True):
        least, full, left = max(want.least_w, LEAST_W) / 1000, want.full_w / 1000, want.energy_wh / 1000
        last = max(on, default=-1)
        for place, draw in enumerate(draws):
            if place not in on or left <= 0:
                found.append(Bound(draw.column, 0.0, 0.0))
                continue
            left -= least * draw.hours
            found.append(Bound(draw.column, least if place != last and left >= 0 else 0.0, full))
    return found


def places_of(held: Model, blocks: Sequence[Block]) -> Places:
    """The draws of each want that blocks touch; of two wants of a car the first has a span."""
    found = []
    busy: dict[str, set[int]] = {}
    for want, draws in zip(held.problem.wants, held.columns.draws, strict=True):
        own = [block for block in blocks if (block.car, block.trip) == (want.car, want.trip)]
        taken = busy.setdefault(want.car, set())
        met = [place for place, draw in enumerate(draws) if any(_meets(draw, one) for one in own)]
        found.append(frozenset(place for place in met if draws[place].place not in taken))
        taken.update(draws[place].place for place in met)
    return tuple(found)


def _meets(draw: Draw, block: Block) -> bool:
    return block.start < draw.end and block.end > draw.start


def places_in(held: Model, values: Sequence[float]) -> Places | None:
    """Where wants charge by values of the columns; None where no charger could, or it were started too often."""
    found = []
    busy: set[tuple[str, int]] = set()
    for want, draws in zip(held.problem.wants, held.columns.draws, strict=True):
        on = [place for place, draw in enumerate(draws) if values[draw.column] * draw.hours > NOTHING_KWH]
        spans = {(want.car, draws[place].place) for place in on}
        least, begun = max(want.least_w, LEAST_W) / 1000 - NOTHING_KWH, running(held.problem, want)
        fixed = {place for place, draw in enumerate(draws) if begun is not None and draw.start < begun.end}
        if (
            busy & spans
            or fixed.difference(on)
            or len(runs(on)) > max(1, want.starts + (begun is not None))
            or any(values[draws[place].column] < least for place in on[:-1])
        ):
            return None
        busy |= spans
        found.append(frozenset(on))
    return tuple(found)


def schedule(held: Model, values: Sequence[float]) -> Schedule:
    """What values of the columns mean for chargers and battery."""
    return Schedule(
        by="solver",
        blocks=_blocks(held, values),
        store_w=tuple(
            round(1000 * (values[store] - values[give]), 3)
            for store, give in zip(held.columns.stores, held.columns.gives, strict=True)
        ),
    )


def _blocks(held: Model, values: Sequence[float]) -> tuple[Block, ...]:
    """In order of time; where a want's last span has less than its least, that until its energy is in."""
    found: list[Block] = []
    for want, draws in zip(held.problem.wants, held.columns.draws, strict=True):
        for draw in draws:
            power_w, end = round(min(1000 * values[draw.column], want.full_w), 3), draw.end
            if power_w <= 0:
                continue
            if power_w < want.least_w - SAME_W:
                end = draw.start + (draw.end - draw.start) * (power_w / want.least_w)
            if end <= draw.start:  # less than a microsecond
                continue
            span = held.problem.spans[draw.place]
            found.append(
                Block(
                    car=want.car,
                    start=draw.start,
                    end=end,
                    power_w=max(power_w, want.least_w),
                    eur_kwh=span.import_eur_kwh if span.known else None,
                    trip=want.trip,
                )
            )
    return tuple(sorted(found, key=_when))


def _when(block: Block) -> tuple[datetime, str]:
    return block.start, block.car
