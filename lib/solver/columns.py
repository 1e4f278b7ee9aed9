"""What a plan may choose: the columns of the linear program. Knows no constraint and no solver.

In: a problem. Out: its columns, each with its price and between its bounds. Power in kW, energy in kWh, cost in €.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lib.core.plan import Want
from lib.core.problem import HOUR, SHORT_EUR_KWH, Problem, Span
from lib.core.quarter import start_of
from lib.solver.program import Program

TIE_EUR_KWH = 1e-7  # of equals the earlier, by so much a span: less than a cent in all, more than HiGHS overlooks


@dataclass(frozen=True, slots=True)
class Draw:
    """What a want draws in a span, while it may: from `start` until `end`, which is `share` of the span."""

    want: int
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
        draws: by want, in order of time; by_span: the same by span.
        shorts: by want, what it lacks; None where it need not be.
        aboves: by peak, what it goes above what is paid.

    """

    imports: Sequence[int]
    exports: Sequence[int]
    stores: Sequence[int]
    gives: Sequence[int]
    levels: Sequence[int]
    draws: Sequence[Sequence[Draw]]
    by_span: Sequence[Sequence[Draw]]
    shorts: Sequence[int | None]
    aboves: Sequence[int]


def columns(program: Program, problem: Problem) -> Columns:
    """All of them, new in the program."""
    draws = [_draws(program, problem, number) for number in range(len(problem.wants))]
    by_span: list[list[Draw]] = [[] for _ in problem.spans]
    for own in draws:
        for draw in own:
            by_span[draw.place].append(draw)
    imports, exports = _grid(program, problem, by_span)
    stores, gives, levels = _battery(program, problem)
    return Columns(
        imports=imports,
        exports=exports,
        stores=stores,
        gives=gives,
        levels=levels,
        draws=draws,
        by_span=by_span,
        shorts=[_short(program, want) for want in problem.wants],
        aboves=_aboves(program, problem),
    )


def _draws(program: Program, problem: Problem, number: int) -> list[Draw]:
    """A column for each span in which a want may charge; those at its ends are cut there."""
    want, spans = problem.wants[number], problem.spans
    if want.full_w <= 0 or want.full_w < want.least_w or not spans:
        return []
    start, end = max(problem.at, want.since or problem.at), min(want.until, spans[-1].end)
    first = max(0, bisect_right(spans, start, key=_starts) - 1)
    found = []
    for place in range(first, bisect_left(spans, end, key=_starts)):
        span = spans[place]
        since, until = max(start, span.start), min(end, span.end)
        hours = (until - since) / HOUR
        if hours > 0:
            worth = -hours * (want.worth_eur_kwh or 0.0)
            column = program.column(0.0, want.full_w / 1000, cost=worth, tie=TIE_EUR_KWH * hours * place)
            found.append(Draw(number, place, since, until, hours, hours / span.hours, column))
    return found


def _starts(span: Span) -> datetime:
    return span.start


def _grid(program: Program, problem: Problem, by_span: Sequence[Sequence[Draw]]) -> tuple[list[int], list[int]]:
    """What is drawn and what is injected, each at its own price and no more than can come together."""
    imports, exports = [], []
    store_w = give_w = 0.0
    if problem.store is not None:
        store_w = problem.store.charge_w
        give_w = problem.store.discharge_w if problem.may_export else 0.0
    for span, draws in zip(problem.spans, by_span, strict=True):
        cars_w = sum(problem.wants[draw.want].full_w * draw.share for draw in draws)
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


def _short(program: Program, want: Want) -> int | None:
    """What a want lacks."""
    return program.column(cost=SHORT_EUR_KWH) if want.worth_eur_kwh is None else None


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
