"""What the battery does around cars whose blocks stand."""

from dataclasses import replace
from datetime import timedelta
from math import inf

import pytest

from lib.core.around import rooms_w, stored
from lib.core.outcome import weighed
from lib.core.problem import HOUR, KEEP_EUR_KWH, Peak, Problem, Row, Schedule, Span
from tests.conftest import NOON
from tests.core.problems import a_block, a_problem, a_store, a_want

DEAR = Peak(paid_w=3_000, eur_kw=4.0)
BOTH = frozenset({"car_1", "battery"})


def test_without_a_battery_there_is_nothing_to_do() -> None:
    """No watts at all, rather than none in each span."""
    assert () == stored(a_problem(10, 40), (), (inf,))


def test_it_stores_cheap_and_gives_dear() -> None:
    """1 kWh at 10 ct, which the house needs at 40."""
    problem = a_problem(10, 20, 40, load_w=[0, 0, 4_000], store=a_store(energy_wh=0.0))
    assert stored(problem, (), (inf,)) == pytest.approx((4_000, 0, -4_000))


def test_it_stores_no_more_than_the_target_leaves() -> None:
    """Beside a house of 1 kW 2 kW are left under 3; the rest is bought in the next quarter."""
    problem = a_problem(10, 20, 40, load_w=[1_000, 0, 4_000], peak=DEAR, store=a_store(energy_wh=0.0), end_eur_kwh=0.0)
    assert stored(problem, (), (3_000,)) == pytest.approx((2_000, 2_000, -4_000))


def test_it_holds_the_quarter_of_a_car_under_the_target() -> None:
    """5 kW for the car, 3 from the grid; with its losses it earns nothing by more than that."""
    problem = a_problem(20, 20, 20, peak=DEAR, store=a_store(efficiency=0.81), end_eur_kwh=0.2)
    store_w = stored(problem, [a_block(1, 1, 5_000)], (3_000,))
    assert store_w == pytest.approx((0, -2_000, 0))
    outcome = weighed(problem, Schedule(by="greedy", blocks=(a_block(1, 1, 5_000),), store_w=store_w))
    assert 0 == pytest.approx(outcome.peak_eur)


def test_what_should_be_kept_for_the_peak_is_bought_where_that_is_dearer_by_little() -> None:
    """1 kWh at the end of a quarter spares a little: bought for what it is worth later and half of that more."""
    spares_eur = KEEP_EUR_KWH / 4
    for more_eur, kept_wh in ((spares_eur / 2, 1_000.0), (spares_eur * 1.5, 0.0)):
        problem = a_problem(100 * (0.09 + more_eur), store=a_store(energy_wh=0.0), end_eur_kwh=0.09)
        problem = replace(problem, spans=(replace(problem.spans[0], keep_wh=1_000.0),))
        store_w = stored(problem, (), (inf,))
        outcome = weighed(problem, Schedule(by="greedy", store_w=store_w))
        assert (kept_wh,) == pytest.approx(outcome.level_wh)
        assert KEEP_EUR_KWH / 4 * (1_000.0 - kept_wh) / 1000 == pytest.approx(outcome.keep_eur)


def test_it_gives_nothing_to_the_grid() -> None:
    """However dear a kWh is: what the house does not take is not given."""
    problem = a_problem(400, 1, load_w=[1_000, 0], store=a_store())
    assert -1_000 == pytest.approx(stored(problem, (), (inf,))[0])


def test_the_running_quarter_leaves_what_was_not_drawn() -> None:
    """500 of 750 Wh are gone after ten minutes: 3 kW are left for five, then 3 again, and each month has its own."""
    at = NOON + timedelta(minutes=10)
    problem = a_problem(10, 10, 10, peak=DEAR)
    spans = (replace(problem.spans[0], start=at), problem.spans[1], replace(problem.spans[2], peak=1, safe_w=200.0))
    cut = replace(problem, at=at, spans=spans, used_wh=500.0, peaks=(DEAR, DEAR))
    assert rooms_w(cut, (3_000, 2_000)) == pytest.approx([3_000, 3_000, 1_800])
    assert rooms_w(replace(cut, used_wh=600.0), (3_000, inf)) == pytest.approx([1_800, 3_000, inf])
    hour = Span(start=NOON, end=NOON + HOUR, import_eur_kwh=0.1, export_eur_kwh=0.0, load_w=0.0)
    assert [3_000] == rooms_w(Problem(at=NOON, spans=(replace(hour, start=NOON + HOUR),), peaks=(DEAR,)), (3_000,))


@pytest.mark.parametrize(
    ("row", "stores_w"),
    [
        (Row(name="connection", most_w=6_000, members=BOTH, house=True), 1_500),
        (Row(name="connection L1", most_w=2_000, phase=1, members=BOTH, house=True), 1_500),
        (Row(name="connection L2", most_w=1_700, phase=2, members=BOTH, house=True), 600),
        (Row(name="cellar", most_w=1_200, members=frozenset({"battery"})), 1_200),
        (Row(name="drive", most_w=3_000, members=frozenset({"car_1"})), 4_000),
        (Row(name="drive", most_w=2_000, members=BOTH), 0),
    ],
)
def test_no_row_carries_more_than_it_may(row: Row, stores_w: float) -> None:
    """A house of 1.5 kW and a car of 3: a third of both flows on each phase."""
    car = a_want(9, before=3, phases=(1, 2, 3))
    problem = a_problem(
        1, 90, load_w=[1_500, 4_000], wants=[car], store=a_store(energy_wh=0.0), rows=(row,), end_eur_kwh=0.5
    )
    assert stored(problem, [a_block(0, 0, 3_000)], (inf,))[0] == pytest.approx(stores_w)


def test_a_battery_on_one_phase_has_that_phase() -> None:
    """Half a kW of the house is on each phase: 2 kW are left of 2.5, whatever the other two carry."""
    rows = tuple(Row(name=f"L{n}", most_w=2_500, phase=n, members=BOTH, house=True) for n in (1, 2, 3))
    problem = a_problem(1, 90, load_w=[1_500, 4_000], store=a_store(energy_wh=0.0), rows=rows, end_eur_kwh=0.5)
    assert stored(replace(problem, store_phases=(2,)), (), (inf,))[0] == pytest.approx(2_000)
    assert stored(problem, (), (inf,))[0] == pytest.approx(4_000)
