"""The laws of a plan: the constraints of the linear program, each a function with a name. Knows no solver.

In: a problem and its columns. Out: rows of the program. Power in kW, energy in kWh.
"""

from bisect import bisect_right
from collections.abc import Sequence
from math import inf, sqrt
from operator import attrgetter
from typing import NamedTuple

from lib.core.problem import HOUR, Problem
from lib.core.quarter import start_of
from lib.solver.columns import Columns
from lib.solver.limits import limits
from lib.solver.program import Program, Term

_place = attrgetter("place")


class Sum(NamedTuple):
    """A row over the first so many draws of a lot."""

    row: int
    first: int


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
        one, whole = problem.peaks[span.peak], span.hours if place else (span.end - start_of(span.start)) / HOUR
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


def level(program: Program, problem: Problem, columns: Columns) -> list[int]:
    """What the battery holds: what it held, and what comes in less what goes out, each with half of the losses."""
    store, rows = problem.store, list[int]()
    if store is None:
        return rows
    way, before = sqrt(store.efficiency), store.energy_wh / 1000
    for place, span in enumerate(problem.spans):
        comes_in, goes_out = (columns.stores[place], -way * span.hours), (columns.gives[place], span.hours / way)
        terms = [(columns.levels[place], 1.0), comes_in, goes_out]
        if place:
            terms.append((columns.levels[place - 1], -1.0))
        rows.append(program.row(f"level {place}", terms, low=before, high=before))
        before = 0.0
    return rows


def kept(program: Program, problem: Problem, columns: Columns) -> None:
    """What should be kept for the peak is, or is lacking."""
    for place, (span, lack) in enumerate(zip(problem.spans, columns.lacks, strict=True)):
        if lack is not None and problem.store is not None:
            most_wh = min(span.keep_wh or 0.0, problem.store.most_wh)
            program.row(f"kept {place}", [(columns.levels[place], 1.0), (lack, 1.0)], low=most_wh / 1000)


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
    for number, (of, most_w) in enumerate(limits(problem, columns.lots)):
        stored_w = problem.store.charge_w * of.battery if problem.store else 0.0
        given_w = problem.store.discharge_w * of.battery if problem.store else 0.0
        for place, (span, draws) in enumerate(zip(problem.spans, columns.by_span, strict=True)):
            house_w = span.net_w * of.house
            on = [(draw, of.cars[draw.lot]) for draw in draws if of.cars[draw.lot]]
            cars_w = sum(columns.lots[draw.lot].full_w * part for draw, part in on)
            if house_w + cars_w + stored_w > most_w or house_w - given_w < -most_w:
                terms = [(draw.column, part) for draw, part in on]
                if of.battery:
                    terms += (columns.stores[place], of.battery), (columns.gives[place], -of.battery)
                low, high = min(0.0, -most_w - house_w) / 1000, max(0.0, most_w - house_w) / 1000
                program.row(f"shared {number} {place}", terms, low=low, high=high)


def energy(program: Program, problem: Problem, columns: Columns) -> list[list[Sum]]:
    """By when a car has drawn what its wants take that are due then, or is short of it; in all no more than that."""
    found = []
    for lot, draws in zip(columns.lots, columns.draws, strict=True):
        own = []
        for due in lot.dues:
            kwh, terms = _taken(problem, columns, due.wants)
            high = kwh if due is lot.dues[-1] else inf
            terms += ((draw.column, draw.hours) for draw in draws[: due.first])
            own.append(Sum(program.row(f"due {lot.car} {due.first}", terms, low=kwh, high=high), due.first))
        found.append(own)
    return found


def leeway(program: Program, problem: Problem, columns: Columns) -> list[list[Sum]]:
    """What cars lack that must be ready soon the house leaves them on its worst day, or the battery holds it."""
    store, found = problem.store, list[list[Sum]]([] for _ in columns.lots)
    if store is None:
        return found
    way = sqrt(store.efficiency)
    for place, _, wants, room_wh in problem.leeways:
        kwh = (way * store.least_wh - room_wh + sum(problem.wants[number].energy_wh for number in wants)) / 1000
        terms = [(columns.levels[place], way), (columns.lates[place], way)]
        terms += ((columns.shorts[number], 1.0) for number in wants)
        firsts = {
            number: bisect_right(columns.draws[number], place, key=_place)
            for number, lot in enumerate(columns.lots)
            if not {*wants}.isdisjoint(lot.wants)
        }
        terms += (
            (draw.column, draw.hours) for number, first in firsts.items() for draw in columns.draws[number][:first]
        )
        row = program.row(f"leeway {place}", terms, low=kwh)
        for number, first in firsts.items():
            found[number].append(Sum(row, first))
    return found


def at_most(program: Program, problem: Problem, columns: Columns) -> list[list[Sum]]:
    """When a car leaves it holds no more for later trips than it has room for; what is above its limit comes late."""
    found = []
    for lot, draws in zip(columns.lots, columns.draws, strict=True):
        own = []
        for most in lot.mosts:
            kwh, terms = _taken(problem, columns, most.wants, but=most.late)
            terms += ((draw.column, draw.hours) for draw in draws[: most.first])
            high = max(0.0, kwh + most.more_wh / 1000)
            own.append(Sum(program.row(f"at most {lot.car} {most.first}", terms, high=high), most.first))
        found.append(own)
    return found


def _taken(
    problem: Problem, columns: Columns, wants: Sequence[int], *, but: int | None = None
) -> tuple[float, list[Term]]:
    """What wants take in kWh that must be; and beside it what they lack of it, and what those get that need not be.

    but: the want of which it does not count what it lacks.
    """
    kwh, terms = 0.0, list[Term]()
    for number in wants:
        if (short := columns.shorts.get(number)) is not None:
            kwh += problem.wants[number].energy_wh / 1000
            if number != but:
                terms.append((short, 1.0))
        else:
            terms.append((columns.gains[number], -1.0))
    return kwh, terms


def tiers(program: Program, columns: Columns) -> None:
    """What of a peak costs less is a part of it."""
    for number, (above, cheaps) in enumerate(zip(columns.aboves, columns.cheaps, strict=True)):
        if cheaps:
            program.row(f"tiers {number}", [*((one, 1.0) for one in cheaps), (above, -1.0)], high=0.0)
