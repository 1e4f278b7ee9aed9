"""What the battery does around cars whose blocks stand, so that the quarters stay under a target. Knows no planner.

In: a problem, blocks, and up to where each month's quarters may go. Out: watts by span. A car may be helped by it where
that is cheaper than what the meter would count, or buy, otherwise.
"""

from collections.abc import Sequence
from math import inf

from lib.core.arbitrage import Stretch, powers_w
from lib.core.outcome import cars_w, keeps_wh
from lib.core.plan import Block
from lib.core.problem import HOUR, KEEP_EUR_KWH, Problem, Row
from lib.core.quarter import QUARTER, start_of


def stored(problem: Problem, blocks: Sequence[Block], target_w: Sequence[float]) -> tuple[float, ...]:
    """The battery's watts by span, + stores, as they cost least; () without one.

    target_w: by peak, what a quarter may count, with what is added for safety. What passes it costs what that peak
    does, in each span: nothing else is as dear, so the battery keeps it wherever it can.
    """
    store = problem.store
    if store is None:
        return ()
    loads_w = [span.net_w + car_w for span, car_w in zip(problem.spans, cars_w(problem, blocks), strict=True)]
    bounds_w = _bounds_w(problem, blocks)
    stretches = [
        Stretch(
            start=span.start,
            end=span.end,
            import_eur_kwh=span.import_eur_kwh,
            export_eur_kwh=span.export_eur_kwh,
            load_w=load_w,
            room_w=max(0.0, min(room_w, load_w + most_w)),
            over_eur_kwh=problem.peaks[span.peak].eur_kw / span.hours,
            keep_wh=keep_wh or 0.0,
            keep_eur_kwh=KEEP_EUR_KWH * span.hours,
        )
        for span, load_w, room_w, (_, most_w), keep_wh in zip(
            problem.spans, loads_w, rooms_w(problem, target_w), bounds_w, keeps_wh(problem, blocks), strict=True
        )
    ]
    planned_w = powers_w(store, stretches, end_eur_kwh=problem.end_eur_kwh)
    return tuple(min(max(watts, least_w), most_w) for watts, (least_w, most_w) in zip(planned_w, bounds_w, strict=True))


def rooms_w(problem: Problem, target_w: Sequence[float]) -> list[float]:
    """What may be drawn from the grid in each span, so that no quarter counts more than its month's target."""
    found, running_until = [], start_of(problem.at) + QUARTER
    for span in problem.spans:
        room_w = target_w[span.peak]
        if span.start < running_until and room_w < inf:
            room_w = (room_w * (QUARTER / HOUR) - problem.used_wh) / span.hours
        found.append(room_w - span.safe_w)
    return found


def share(row: Row, phases: Sequence[int]) -> float:
    """The part of what is drawn on `phases` that flows through a row."""
    if row.phase is None:
        return 1.0
    return 1 / len(phases) if row.phase in phases else 0.0


def house_w(row: Row, net_w: float) -> float:
    """What of the house and its sun flows through a row."""
    return (net_w if row.phase is None else net_w / 3) if row.house else 0.0


def _bounds_w(problem: Problem, blocks: Sequence[Block]) -> list[tuple[float, float]]:
    """Between which watts the battery stays in each span so that no row carries too much, neither way."""
    bounds = [(-inf, inf)] * len(problem.spans)
    phases = {want.car: want.phases for want in problem.wants}
    for row in problem.rows:
        part = share(row, problem.store_phases)
        if "battery" not in row.members or not part:
            continue
        flows_w = [house_w(row, span.net_w) for span in problem.spans]
        for car in row.members & phases.keys():
            drawn_w = cars_w(problem, [block for block in blocks if block.car == car])
            flows_w = [flow + share(row, phases[car]) * watts for flow, watts in zip(flows_w, drawn_w, strict=True)]
        bounds = [
            (min(0.0, max(least_w, (-row.most_w - flow) / part)), max(0.0, min(most_w, (row.most_w - flow) / part)))
            for (least_w, most_w), flow in zip(bounds, flows_w, strict=True)
        ]
    return bounds
