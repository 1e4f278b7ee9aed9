"""From the spans that a car charges in to bounds of the linear program, and from its values to a schedule.

A charger takes nothing or at least its least for whole spans; only the last of a want may be shorter. Knows no solver.
"""

from collections.abc import Sequence
from datetime import datetime

from lib.core.plan import Block
from lib.core.problem import Schedule
from lib.solver.columns import Draw
from lib.solver.model import Model
from lib.solver.rounding import Places
from lib.solver.settled import Bound

SAME_W = 0.001


def windows(held: Model, places: Places) -> list[Bound]:
    """Bounds of what is drawn: nothing, or from the least to the full power; in a want's last span what is left."""
    found = []
    for want, draws, on in zip(held.problem.wants, held.columns.draws, places, strict=True):
        least, full, left = want.least_w / 1000, want.full_w / 1000, want.energy_wh / 1000
        last = max(on, default=-1)
        for place, draw in enumerate(draws):
            if place not in on or left <= 0:
                found.append(Bound(draw.column, 0.0, 0.0))
                continue
            left -= least * draw.hours
            found.append(Bound(draw.column, least if place != last and left >= 0 else 0.0, full))
    return found


def places_of(held: Model, blocks: Sequence[Block]) -> Places:
    """The draws of each want that blocks touch."""
    found = []
    for want, draws in zip(held.problem.wants, held.columns.draws, strict=True):
        own = [block for block in blocks if (block.car, block.trip) == (want.car, want.trip)]
        found.append(frozenset(place for place, draw in enumerate(draws) if any(_meets(draw, one) for one in own)))
    return tuple(found)


def _meets(draw: Draw, block: Block) -> bool:
    return block.start < draw.end and block.end > draw.start


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
