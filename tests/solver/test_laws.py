"""What holds for every plan, whatever the prices, loads, cars and batteries are."""

from dataclasses import replace
from datetime import datetime, timedelta
from math import sqrt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from lib.core.arbitrage import Store
from lib.core.greedy import schedule as greedy
from lib.core.outcome import cars_w, weighed
from lib.core.plan import Block, Want
from lib.core.problem import HOUR, Leeway, Peak, Problem, Row, Schedule, Span, Tier
from lib.core.quarter import QUARTER
from lib.core.wants import Absence
from lib.solver import search, solved
from lib.solver.blocks import schedule
from lib.solver.highs import Solution, Solver
from lib.solver.limits import limits
from lib.solver.lots import lots
from lib.solver.model import Model, model
from lib.solver.settled import settled
from tests.conftest import NOON

NEAR_EUR, NEAR_W, NEAR_KW = 1e-4, 0.5, 1e-5
MINUTE = timedelta(minutes=1)


def cents(low: int, high: int) -> st.SearchStrategy[float]:
    """Prices in €/kWh."""
    return st.integers(low, high).map(lambda cent: cent / 100)


@st.composite
def stores(draw: st.DrawFn) -> Store:
    """Some battery, at times outside of what it is kept between."""
    return Store(
        energy_wh=draw(st.integers(0, 10)) * 500.0,
        least_wh=draw(st.sampled_from([0.0, 500.0])),
        most_wh=draw(st.sampled_from([2_000.0, 5_000.0])),
        charge_w=draw(st.sampled_from([0.0, 1_000.0, 5_000.0])),
        discharge_w=draw(st.sampled_from([0.0, 2_500.0, 5_000.0])),
        efficiency=draw(st.sampled_from([0.7, 0.9, 1.0])),
        wear_eur_kwh=draw(st.sampled_from([0.0, 0.05])),
        sells=draw(st.booleans()),
    )


@st.composite
def problems(draw: st.DrawFn, *, any_power: bool = False) -> Problem:
    """A few quarters and hours from within one quarter on, up to three wants of two cars, perhaps a battery and rows.

    The wants of a car begin when it is on its cable; one at the most need not be, as what the cheap hours bring.
    any_power: chargers take any power and start as often as they like, so that nothing is rounded.
    """
    start = NOON + draw(st.integers(0, 14)) * MINUTE
    at, found = start, list[Span]()
    count = draw(st.integers(2, 8))
    for number in range(count):
        end = NOON + (number + 1) * QUARTER if number < 4 else NOON + HOUR * (number - 2)
        sells = draw(cents(-20, 45))
        found.append(
            Span(
                start=start,
                end=end,
                import_eur_kwh=draw(st.one_of(st.just(sells + 0.1), cents(-20, 60))),
                export_eur_kwh=sells,
                load_w=draw(st.integers(0, 12)) * 300.0,
                sun_w=draw(st.sampled_from([0.0, 0.0, 1_500.0, 4_000.0])),
                safe_w=draw(st.sampled_from([0.0, 200.0])),
                known=draw(st.booleans()),
                keep_wh=draw(st.sampled_from([None, 400.0, 1_500.0, 4_000.0])),
            )
        )
        start = end
    wants = list[Want]()
    for number, car in enumerate(draw(CARS)):
        want = draw(a_want(car, number, any_power=any_power))
        first = next((one for one in wants if one.car == car), want)
        worth, away = want.worth_eur_kwh, tuple[Absence, ...]()
        if first is not want:
            worth = None if first.worth_eur_kwh is not None else worth
            leaves = first.worth_eur_kwh is None and first.until < want.until and draw(st.booleans())
            away = (an_absence(draw, first.until),) if leaves else ()
        wants.append(
            replace(
                want,
                since=first.since,
                full_w=first.full_w,
                least_w=first.least_w,
                phases=first.phases,
                starts=first.starts,
                worth_eur_kwh=worth,
                away=away,
            )
        )
    musts = {number: want for number, want in enumerate(wants) if want.worth_eur_kwh is None}
    groups = [{want.car} for want in musts.values()] + [{want.car for want in musts.values()}]
    rooms_wh = st.sampled_from([None, None, 0.0, 1_000.0, 4_000.0])
    leeways = [
        Leeway(place, until, due, room_wh)
        for place, span in enumerate(found)
        for until in sorted({want.until for want in musts.values()})
        for cars in groups
        for due in [tuple(number for number, want in musts.items() if want.car in cars and want.until <= until)]
        if span.end < until and due and (room_wh := draw(rooms_wh)) is not None
    ]
    return Problem(
        at=at,
        spans=tuple(found),
        leeways=tuple(leeways),
        peaks=(draw(PEAKS),),
        used_wh=draw(st.sampled_from([0.0, 300.0, 900.0])),
        wants=tuple(wants),
        store=draw(st.none() | stores()),
        store_phases=draw(st.sampled_from([(1,), (1, 2, 3)])),
        end_eur_kwh=draw(cents(0, 30)),
        rows=draw(ROWS),
    )


def an_absence(draw: st.DrawFn, start: datetime) -> Absence:
    """A trip that begins then, for which the car has room for some energy."""
    return Absence(
        start=start,
        end=start + draw(st.integers(1, 90)) * MINUTE,
        spare_wh=draw(st.sampled_from([0.0, 1_000.0, 3_000.0])),
    )


TIERS = ((), (Tier(3_000.0, 0.1),), (Tier(2_600.0, 0.05), Tier(4_000.0, 0.2), Tier(6_500.0, 0.6)))
PEAKS = st.sampled_from(
    [
        Peak(paid_w=paid_w, eur_kw=eur_kw, tiers=tiers if eur_kw else ())
        for paid_w in (2_500.0, 6_000.0)
        for eur_kw in (0.0, 1.0, 5.0)
        for tiers in TIERS
    ]
)
CARS = st.sampled_from([(), ("a",), ("a", "b"), ("a", "a", "b")])
ROWS = st.sampled_from(
    [
        (),
        (Row(name="drive", most_w=8_000, members=frozenset({"a", "b"})),),
        tuple(
            Row(name=f"L{phase}", phase=phase, most_w=4_600, members=frozenset({"a", "b", "battery"}), house=True)
            for phase in (1, 2, 3)
        ),
    ]
)


def a_want(car: str, number: int, *, any_power: bool) -> st.SearchStrategy[Want]:
    """Any."""
    leasts = [1.0] if any_power else [0.0, 1_380.0, 4_140.0]
    return st.builds(
        Want,
        car=st.just(car),
        trip=st.just(f"trip {number}"),
        energy_wh=st.integers(1, 30).map(lambda steps: steps * 250.0),
        until=st.integers(10, 300).map(lambda minutes: NOON + minutes * MINUTE),
        since=st.none() | st.integers(0, 60).map(lambda minutes: NOON + minutes * MINUTE),
        full_w=st.sampled_from([4_140.0, 11_040.0]),
        least_w=st.sampled_from(leasts),
        late_wh=st.just(0.0) if any_power else st.sampled_from([0.0, 0.0, 500.0]),
        rank=st.integers(0, 1),
        starts=st.just(99) if any_power else st.integers(1, 4),
        phases=st.sampled_from([(1,), (1, 2, 3)]),
        worth_eur_kwh=st.none() | cents(5, 40),
    )


def relaxed(problem: Problem) -> tuple[Model, Solution]:
    """The optimum in which chargers take any power."""
    held = model(problem)
    return held, Solver(held.program, limit_s=10).solve()


@settings(max_examples=40)
@given(problems())
def test_near_the_bound_or_never_dearer_than_greedy_and_never_cheaper_than_the_bound(problem: Problem) -> None:
    """On the same information; and nothing costs less than the relaxed optimum, not what greedy found either."""
    found = solved(problem)
    assert found.bound_eur is not None
    eur, greedy_eur = weighed(problem, found).eur, weighed(problem, greedy(problem)).eur
    assert found.bound_eur <= eur + 1e-9
    assert eur <= max(greedy_eur, found.bound_eur + search.DEAR_EUR) + 1e-9
    held, optimum = relaxed(replace(problem, wants=tuple(replace(want, late_wh=0.0) for want in problem.wants)))
    least_eur = held.eur(optimum.values)
    assert least_eur <= eur + NEAR_EUR * max(1.0, abs(eur) / 1000)


@settings(max_examples=40)
@given(problems())
def test_the_battery_does_what_is_planned_and_the_balance_holds(problem: Problem) -> None:
    """What weighed() believes of the battery is all of it, and what flows through the meter is what devices draw."""
    found = solved(problem)
    outcome = weighed(problem, found)
    assert pytest.approx(found.store_w or (0.0,) * len(problem.spans), abs=NEAR_W) == outcome.store_w
    for span, grid_w, car_w, store_w in zip(
        problem.spans, outcome.grid_w, cars_w(problem, found.blocks), outcome.store_w, strict=True
    ):
        assert pytest.approx(span.load_w - span.sun_w + car_w + store_w, abs=NEAR_W) == grid_w


@settings(max_examples=40)
@given(problems())
def test_no_row_carries_more_than_it_may(problem: Problem) -> None:
    """At no instant of any block, on no phase; and what the house alone carries above that no device makes more."""
    found = solved(problem)
    outcome = weighed(problem, found)
    cars = lots(problem)
    for of, most_w in limits(problem, cars):
        for place, span in enumerate(problem.spans):
            house_w = span.net_w * of.house
            store_w = outcome.store_w[place] * of.battery
            for at in {span.start, *(block.start for block in found.blocks if span.start < block.start < span.end)}:
                car_w = sum(
                    block.power_w * part
                    for block in found.blocks
                    for lot, part in zip(cars, of.cars, strict=True)
                    if block.car == lot.car and block.start <= at < block.end
                )
                assert house_w + store_w + car_w <= max(most_w, house_w) + NEAR_W + least_over(found.blocks, span)
                assert house_w + store_w + car_w >= min(-most_w, house_w) - NEAR_W


def least_over(blocks: tuple[Block, ...], span: Span) -> float:
    """A shorter last block draws its least for a while, of which the row counts the mean."""
    cut = [block for block in blocks if span.start < block.end < span.end or span.start < block.start < span.end]
    return sum(block.power_w for block in cut)


@settings(max_examples=40)
@given(problems())
def test_chargers_take_nothing_or_their_least_in_whole_spans(problem: Problem) -> None:
    """Between the least and the full power, from the start of a span to its end; one run for each want may be cut."""
    found = solved(problem)
    names = [(want.car, want.trip) for want in problem.wants]
    for lot in lots(problem):
        own = [block for block in found.blocks if block.car == lot.car]
        assert all(lot.least_w - NEAR_W <= block.power_w <= lot.full_w + NEAR_W for block in own)
        edges = {edge for span in problem.spans for edge in (span.start, span.end)}
        edges |= {edge for piece in lot.pieces for edge in (piece.start, piece.end)}
        cut = [run for run in joined(own) if not {*run} <= edges]
        assert len(cut) <= len(lot.dues) + len(lot.mosts)
        assert all(block.start in edges or block.end in edges for block in own)
    assert all((block.car, block.trip) in names for block in found.blocks)


def joined(blocks: list[Block]) -> list[tuple[datetime, datetime]]:
    """From when until when a car charges without a pause: blocks in order of time, those that meet as one."""
    found: list[tuple[datetime, datetime]] = []
    for block in blocks:
        meets = bool(found) and found[-1][1] == block.start
        found.append((found.pop()[0] if meets else block.start, block.end))
    return found


@settings(max_examples=40)
@given(problems())
def test_cars_are_seldom_started(problem: Problem) -> None:
    """Where there is room all the time, what must be is not started more often than it may."""
    roomy = replace(problem, rows=(), peaks=(Peak(paid_w=90_000.0),))
    wants = tuple(
        replace(want, car=f"{want.car} {number}", worth_eur_kwh=None) for number, want in enumerate(problem.wants)
    )
    problem = replace(roomy, wants=wants)
    found, usual = solved(problem), greedy(problem)
    for want in wants:
        assert starts(found, want) <= max(want.starts, starts(usual, want))  # where the greedy plan is better it stands


def starts(schedule: Schedule, want: Want) -> int:
    """How often a car begins."""
    own = sorted((block.start, block.end) for block in schedule.blocks if block.car == want.car)
    return sum(number == 0 or own[number - 1][1] < start for number, (start, _) in enumerate(own))


@settings(max_examples=40)
@given(problems())
def test_nothing_runs_both_ways_at_once(problem: Problem) -> None:
    """Neither the battery nor the meter, once an optimum is settled."""
    held = model(problem)
    values = settled(held, Solver(held.program, limit_s=10)).values
    columns = held.columns
    for one, other in [
        *zip(columns.imports, columns.exports, strict=True),
        *zip(columns.stores, columns.gives, strict=True),
    ]:
        assert min(values[one], values[other]) <= NEAR_KW


@settings(max_examples=40)
@given(problems())
def test_the_program_counts_as_the_outcome_does(problem: Problem) -> None:
    """Energy, wear, peak, what is left, worth, what is short: a settled optimum costs what it is weighed at."""
    free = replace(problem, wants=tuple(replace(want, least_w=0.0) for want in problem.wants))
    held = model(free)
    values = settled(held, Solver(held.program, limit_s=10)).values
    assert pytest.approx(weighed(free, schedule(held, values)).eur, abs=1e-3) == held.eur(values)


@settings(max_examples=40)
@given(problems())
def test_energy_goes_nowhere_else(problem: Problem) -> None:
    """In the relaxed optimum, too: what is drawn is what is used, and what is in the battery came into it."""
    held, optimum = relaxed(problem)
    values, columns, store = optimum.values, held.columns, problem.store
    level = store.energy_wh / 1000 if store else 0.0
    for place, span in enumerate(problem.spans):
        cars = sum(values[draw.column] * draw.share for draw in columns.by_span[place])
        stores, gives = (values[columns.stores[place]], values[columns.gives[place]]) if store else (0.0, 0.0)
        grid = values[columns.imports[place]] - values[columns.exports[place]]
        assert pytest.approx(span.net_w / 1000 + cars + stores - gives, abs=NEAR_KW) == grid
        if store is not None:
            way = sqrt(store.efficiency)
            level += (stores * way - gives / way) * span.hours
            assert pytest.approx(level, abs=NEAR_KW) == values[columns.levels[place]]


@settings(max_examples=40)
@given(problems(), st.integers(0, 7), st.integers(1, 30))
def test_a_dearer_span_never_gets_more_energy(problem: Problem, place: int, more_ct: int) -> None:
    """When nothing else changes: the import of that span in the relaxed optimum."""
    assume(place < len(problem.spans))
    spans = list(problem.spans)
    spans[place] = replace(spans[place], import_eur_kwh=spans[place].import_eur_kwh + more_ct / 100)
    before, dearer = (relaxed(one) for one in (problem, replace(problem, spans=tuple(spans))))
    drawn = [optimum.values[held.columns.imports[place]] for held, optimum in (before, dearer)]
    envelope = before[0].program.names != dearer[0].program.names  # another law holds there now
    assert envelope or drawn[1] <= drawn[0] + NEAR_KW


@settings(max_examples=30)
@given(problems(), st.floats(0, 3_000), st.floats(1, 2))
def test_looser_limits_never_cost_more(problem: Problem, more_paid_w: float, wider: float) -> None:
    """A higher paid peak, wider rows, a larger battery that holds as much."""
    problem = replace(problem, wants=tuple(replace(want, late_wh=0.0) for want in problem.wants))
    store = problem.store
    if store is not None:  # a larger battery would lack what this one could never keep
        spans = tuple(replace(span, keep_wh=min(span.keep_wh or 0.0, store.most_wh)) for span in problem.spans)
        problem = replace(problem, spans=spans)
    looser = replace(
        problem,
        peaks=tuple(replace(peak, paid_w=peak.paid_w + more_paid_w) for peak in problem.peaks),
        rows=tuple(replace(row, most_w=row.most_w * wider) for row in problem.rows),
        store=None if store is None else replace(store, most_wh=store.most_wh * wider, charge_w=store.charge_w * wider),
    )
    tight_eur, loose_eur = (held.eur(optimum.values) for held, optimum in map(relaxed, (problem, looser)))
    assert loose_eur <= tight_eur + NEAR_EUR


@settings(max_examples=30)
@given(problems(any_power=True), st.data())
def test_knowing_a_price_never_costs_more_than_supposing_it(problem: Problem, data: st.DataObject) -> None:
    """What is planned with the price of a span that comes true, against what is planned with another one."""
    problem = sane(problem)
    place = data.draw(st.integers(0, len(problem.spans) - 1))
    supposed = list(problem.spans)
    supposed[place] = replace(supposed[place], import_eur_kwh=supposed[place].import_eur_kwh + data.draw(cents(1, 40)))
    knowing, guessing = solved(problem), solved(replace(problem, spans=tuple(supposed)))
    assert weighed(problem, knowing).eur <= weighed(problem, guessing).eur + 10 * NEAR_EUR


def sane(problem: Problem) -> Problem:
    """Where no kWh earns more than it costs or costs less than nothing, so that a linear program finds the optimum."""
    spans = tuple(
        replace(span, export_eur_kwh=abs(span.export_eur_kwh), import_eur_kwh=abs(span.export_eur_kwh) + 0.1)
        for span in problem.spans
    )
    wants = tuple(replace(want, car=f"{want.car} {number}") for number, want in enumerate(problem.wants))
    store = None if problem.store is None else replace(problem.store, sells=True)
    return replace(problem, spans=spans, wants=wants, rows=(), store=store)


@settings(max_examples=20)
@given(problems())
def test_the_same_problem_has_the_same_plan(problem: Problem) -> None:
    """Through JSON and back, and solved twice; only the time that it took may differ."""
    problems_json, schedules_json = TypeAdapter(Problem), TypeAdapter(Schedule)
    again = problems_json.validate_json(problems_json.dump_json(problem))
    assert problem == again
    said = [schedules_json.dump_json(replace(solved(one), solve_s=0.0)) for one in (problem, again)]
    assert said[0] == said[1]


def test_no_span_no_plan() -> None:
    """An empty horizon is no trouble."""
    assert () == solved(Problem(at=NOON, spans=(), peaks=())).blocks
