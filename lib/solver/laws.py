"""The laws of a plan: the constraints of the linear program, each a function with a name. Knows no solver.

In: a problem and its columns. Out: rows of the program. Power in kW, energy in kWh.
"""

from collections.abc import Sequence
from itertools import combinations
from math import inf, sqrt

from lib.core.plan import Want
from lib.core.problem import HOUR, Problem
from lib.core.quarter import start_of
from lib.core.starts import NOTHING_WH
from lib.solver.columns import Columns, Draw
from lib.solver.limits import limits
from lib.solver.program import Program, Term


def balance(program: Program, problem: Problem, columns: Columns) -> list[int]:
    """Drawn less injected is house less sun, and cars, and battery."""
    rows = []
    for place, span in enumerate(problem.spans):
        terms: list[Term] = [(columns.imports[place], 1.0), (columns.exports[place], -1.0)]
        if columns.stores:
            terms += (columns.stores[place], -1.0), (columns.gives[place], 1.0)
        terms += ((draw.column, -draw.share) for draw in columns.by_span[place])
        net = span.net_w / 1000
        rows.append(program.row(f"balance {place}", terms, low=net, high=net))
    return rows


def peak(program: Program, problem: Problem, columns: Columns) -> list[int | None]:
    """No quarter counts more than its peak; an hour counts by its mean, the running quarter with what it drew before.

    None where a span cannot pass what is paid, or peaks cost nothing.
    """
    rows: list[int | None] = []
    used = problem.used_wh / 1000
    for place, span in enumerate(problem.spans):
        one, whole = problem.peaks[span.peak], (span.end - start_of(span.start)) / HOUR
        share, row = span.hours / whole, None
        room = (one.paid_w - span.safe_w * share) / 1000 - used / whole
        if one.eur_kw > 0 and program.highs[columns.imports[place]] * share > room:
            terms = [
                (columns.imports[place], share),
                (columns.exports[place], -share),
                (columns.aboves[span.peak], -1.0),
            ]
            row = program.row(f"peak {place}", terms, high=room)
        rows.append(row)
        used = 0.0
    return rows


def level(program: Program, problem: Problem, columns: Columns) -> None:
    """What the battery holds: what it held, and what comes in less what goes out, each with half of the losses."""
    store = problem.store
    if store is None:
        return
    way, before = sqrt(store.efficiency), store.energy_wh / 1000
    for place, span in enumerate(problem.spans):
        comes_in, goes_out = (columns.stores[place], -way * span.hours), (columns.gives[place], span.hours / way)
        terms = [(columns.levels[place], 1.0), comes_in, goes_out]
        if place:
            terms.append((columns.levels[place - 1], -1.0))
        program.row(f"level {place}", terms, low=before, high=before)
        before = 0.0


def one_way_through_the_meter(program: Program, problem: Problem, columns: Columns) -> None:
    """Where a kWh earns more than it costs one would draw and inject at once: at the most a mix of both."""
    for place, span in enumerate(problem.spans):
        drawn, sold = columns.imports[place], columns.exports[place]
        most, least = program.highs[drawn], program.highs[sold]
        if span.import_eur_kwh < span.export_eur_kwh and most and least:
            program.row(f"draw or inject {place}", [(drawn, 1 / most), (sold, 1 / least)], high=1.0)


def one_way_through_the_battery(program: Program, problem: Problem, columns: Columns) -> None:
    """Where what is lost earns money a battery would store and give at once: at the most a mix of both."""
    store = problem.store
    if store is None or not store.charge_w or not store.discharge_w:
        return
    for place, span in enumerate(problem.spans):
        if min(span.import_eur_kwh, span.export_eur_kwh) < 0:
            terms = [(columns.stores[place], 1000 / store.charge_w), (columns.gives[place], 1000 / store.discharge_w)]
            program.row(f"store or give {place}", terms, high=1.0)


def shared(program: Program, problem: Problem, columns: Columns) -> None:
    """No row carries more than it may, either way; where the house alone does, devices add nothing to it."""
    for number, (of, most_w) in enumerate(limits(problem)):
        stored_w = problem.store.charge_w * of.battery if problem.store else 0.0
        given_w = problem.store.discharge_w * of.battery if problem.store else 0.0
        for place, (span, draws) in enumerate(zip(problem.spans, columns.by_span, strict=True)):
            house_w = span.net_w * of.house
            on = [(draw, of.cars[draw.want]) for draw in draws if of.cars[draw.want]]
            cars_w = sum(problem.wants[draw.want].full_w * part for draw, part in on)
            if house_w + cars_w + stored_w > most_w or house_w - given_w < -most_w:
                terms = [(draw.column, part) for draw, part in on]
                if of.battery:
                    terms += (columns.stores[place], of.battery), (columns.gives[place], -of.battery)
                low, high = min(0.0, -most_w - house_w) / 1000, max(0.0, most_w - house_w) / 1000
                program.row(f"shared {number} {place}", terms, low=low, high=high)


def one_car(program: Program, problem: Problem, columns: Columns) -> None:
    """Two wants of a car do not draw more together than it can."""
    wants = problem.wants
    if len({want.car for want in wants}) == len(wants):
        return
    for place, draws in enumerate(columns.by_span):
        for one, other in combinations(draws, 2):
            together = max(one.start, other.start) < min(one.end, other.end)
            if together and wants[one.want].car == wants[other.want].car:
                most = max(wants[one.want].full_w, wants[other.want].full_w) / 1000
                program.row(f"one car {place}", [(one.column, 1.0), (other.column, 1.0)], high=most)


def energy(program: Program, problem: Problem, columns: Columns) -> list[int]:
    """A want gets its energy, or is short of it; one that need not be gets no more than it takes."""
    rows = []
    for want, draws, short in zip(problem.wants, columns.draws, columns.shorts, strict=True):
        terms: list[Term] = [(draw.column, draw.hours) for draw in draws]
        kwh = want.energy_wh / 1000
        if short is not None:
            terms.append((short, 1.0))
        rows.append(program.row(f"energy {want.car} {want.trip}", terms, low=-inf if short is None else kwh, high=kwh))
    return rows


def late(program: Program, problem: Problem, columns: Columns) -> None:
    """Before the last spans a want gets no more than is below the everyday limit.

    The last spans are as many as the rest takes, each as full as what is paid lets it; at full power where that does
    not do.
    """
    for want, draws in zip(problem.wants, columns.draws, strict=True):
        if want.late_wh > 0:
            first = _last(problem, want, draws, paid=True) or _last(problem, want, draws, paid=False)
            terms = [(draw.column, draw.hours) for draw in draws[:first]]
            early = max(0.0, want.energy_wh - want.late_wh) / 1000
            program.row(f"late {want.car} {want.trip}", terms, high=early)


def _last(problem: Problem, want: Want, draws: Sequence[Draw], *, paid: bool) -> int:
    """The first of the last spans that hold what comes late; 0 when all together do not."""
    left_wh = min(want.late_wh, want.energy_wh)
    for number in reversed(range(len(draws))):
        span = problem.spans[draws[number].place]
        one = problem.peaks[span.peak]
        room_w = one.paid_w - span.net_w - span.safe_w if paid and one.eur_kw > 0 else inf
        power_w = min(want.full_w, room_w)
        left_wh -= draws[number].hours * power_w if power_w > 0 and power_w >= want.least_w else 0.0
        if left_wh <= NOTHING_WH:
            return number
    return 0
