"""What a plan may choose: the columns of the linear program. Knows no constraint and no solver.

In: a problem. Out: its columns, each with its price and between its bounds. Power in kW, energy in kWh, cost in €.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lib.core.problem import HOUR, KEEP_EUR_KWH, RISK_EUR_KWH, SHORT_EUR_KWH, Peak, Problem
from lib.core.quarter import start_of
from lib.solver.lots import Lot, lots
from lib.solver.program import Program

TIE_EUR_KWH = 1e-7  # of equals the earlier, by so much a span: less than a cent in all, more than HiGHS overlooks


@dataclass(frozen=True, slots=True)
class Draw:
    """What a car draws in a span, while it may: from `start` until `end`, which is `share` of the span."""

    lot: int
    place: int
    start: datetime
    end: datetime
    hours: float
    share: float
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where in the program each unknown stands.

    Attributes:
        imports, exports, stores, gives, levels: by span; the last three are empty without a battery.
        lacks: by span, what it holds less than it should.
        lates: by place of leeways, what cars lack more than they may.
        lots: the cars with what they want. draws: by lot, in order of time; by_span: the same by span.
        shorts: by want that must be, what it lacks; gains: by one that need not be, what it gets.
        aboves: by peak, what it goes above what is paid; cheaps: by peak and tier, what of that costs less.

    """

    imports: Sequence[int]
    exports: Sequence[int]
    stores: Sequence[int]
    gives: Sequence[int]
    levels: Sequence[int]
    lacks: Sequence[int | None]
    lates: Mapping[int, int]
    lots: Sequence[Lot]
    draws: Sequence[Sequence[Draw]]
    by_span: Sequence[Sequence[Draw]]
    shorts: Mapping[int, int]
    gains: Mapping[int, int]
    aboves: Sequence[int]
    cheaps: Sequence[Sequence[int]]


def columns(program: Program, problem: Problem) -> Columns:
    """All of them, new in the program."""
    cars = lots(problem)
    draws = [_draws(program, number, lot) for number, lot in enumerate(cars)]
    by_span: list[list[Draw]] = [[] for _ in problem.spans]
    for own in draws:
        for draw in own:
            by_span[draw.place].append(draw)
    imports, exports = _grid(program, problem, cars, by_span)
    stores, gives, levels = _battery(program, problem)
    return Columns(
        imports=imports,
        exports=exports,
        stores=stores,
        gives=gives,
        levels=levels,
        lacks=_lacks(program, problem),
        lates={
            place: program.column(cost=KEEP_EUR_KWH * problem.spans[place].hours)
            for place in sorted({one.place for one in problem.leeways})
        },
        lots=cars,
        draws=draws,
        by_span=by_span,
        shorts={
            number: program.column(cost=SHORT_EUR_KWH)
            for number, want in enumerate(problem.wants)
            if want.worth_eur_kwh is None
        },
        gains={
            number: program.column(0.0, want.energy_wh / 1000, cost=-want.worth_eur_kwh)
            for number, want in enumerate(problem.wants)
            if want.worth_eur_kwh is not None
        },
        aboves=_aboves(program, problem),
        cheaps=[_cheaps(program, peak) for peak in problem.peaks],
    )


def _draws(program: Program, number: int, lot: Lot) -> list[Draw]:
    """A column for each piece of a span in which a car may charge."""
    found = []
    for place, start, end, hours, share in lot.pieces:
        risk_eur_kwh = 0.0 if lot.leaves is None or start < lot.leaves else RISK_EUR_KWH
        tie = TIE_EUR_KWH * hours * place
        column = program.column(0.0, lot.full_w / 1000, cost=hours * risk_eur_kwh, tie=tie)
        found.append(Draw(number, place, start, end, hours, share, column))
    return found


def _grid(
    program: Program, problem: Problem, cars: Sequence[Lot], by_span: Sequence[Sequence[Draw]]
) -> tuple[list[int], list[int]]:
    """What is drawn and what is injected, each at its own price and no more than can come together."""
    imports, exports = [], []
    store_w = give_w = 0.0
    if problem.store is not None:
        store_w = problem.store.charge_w
        give_w = problem.store.discharge_w if problem.store.sells else 0.0
    for span, draws in zip(problem.spans, by_span, strict=True):
        cars_w = sum(cars[draw.lot].full_w * draw.share for draw in draws)
        most_w, least_w = span.net_w + cars_w + store_w, min(span.net_w, span.net_w - give_w)
        drawn = program.column(0.0, max(0.0, most_w) / 1000, cost=span.import_eur_kwh * span.hours)
        sold = program.column(0.0, max(0.0, -least_w) / 1000, cost=-span.export_eur_kwh * span.hours)
        imports.append(drawn)
        exports.append(sold)
    return imports, exports


def _battery(program: Program, problem: Problem) -> tuple[list[int], list[int], list[int]]:
    """What it takes, what it gives, which wears it, and what it holds at the end of each span."""
    store, stores, gives, levels = problem.store, list[int](), list[int](), list[int]()
    if store is None:
        return stores, gives, levels
    low, high = min(store.least_wh, store.energy_wh) / 1000, max(store.most_wh, store.energy_wh) / 1000
    last = len(problem.spans) - 1
    for place, span in enumerate(problem.spans):
        tie = TIE_EUR_KWH * span.hours * place
        stores.append(program.column(0.0, store.charge_w / 1000, tie=tie))
        gives.append(program.column(0.0, store.discharge_w / 1000, cost=store.wear_eur_kwh * span.hours, tie=tie))
        levels.append(program.column(low, high, cost=-problem.end_eur_kwh if place == last else 0.0))
    return stores, gives, levels


def _lacks(program: Program, problem: Problem) -> list[int | None]:
    """By span, what the battery lacks at its end of what should be kept for the peak; None where nothing should."""
    store = problem.store
    return [
        program.column(cost=KEEP_EUR_KWH * span.hours)
        if store and span.keep_wh and span.keep_wh > min(store.least_wh, store.energy_wh)
        else None
        for span in problem.spans
    ]


def _aboves(program: Program, problem: Problem) -> list[int]:
    """How far each peak goes above what is paid: at least as far as the running quarter already is."""
    already_w = [0.0] * len(problem.peaks)
    if problem.spans:
        first = problem.spans[0]
        already_w[first.peak] = problem.used_wh * HOUR / (first.end - start_of(first.start))
    return [
        program.column(max(0.0, w - peak.paid_w) / 1000, cost=peak.eur_kw)
        for w, peak in zip(already_w, problem.peaks, strict=True)
    ]


def _cheaps(program: Program, peak: Peak) -> list[int]:
    """What of a peak lies in each of its tiers, and what is saved there."""
    found, last_w = [], peak.paid_w
    for up_w, eur_kw in peak.steps[:-1]:
        found.append(program.column(0.0, (up_w - last_w) / 1000, cost=eur_kw - peak.eur_kw))
        last_w = up_w
    return found
