"""Small plans that a person can check by hand; the arithmetic stands beside each."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lib.core.plan import Block
from lib.core.problem import Leeway, Peak, Row, Span, Tier
from tests.conftest import NOON
from tests.solver.problems import HOUR, QUARTER, a_problem, a_store, a_want, plan_of, spans, watts


def test_a_car_charges_in_the_cheaper_hour() -> None:
    """30 ct, then 10 ct; 4 kWh at 4 kW fit into the second hour: 4 × 0.10 = € 0.40."""
    _, outcome = plan_of(a_problem(spans(30, 10), a_want(4), paid_w=10_000))
    assert [0, 4_000] == watts(outcome.cars_w)
    assert pytest.approx(0.40, abs=1e-6) == outcome.eur


def test_a_peak_is_raised_where_that_saves_more_than_it_costs() -> None:
    """30 ct, then 10 ct; 4 kWh; 2.5 kW are paid. Each kW more moves a kWh to the cheap hour and saves 20 ct.

    At 15 ct/kW all goes there: 4 × 0.10 + 1.5 kW × 0.15 = 0.40 + 0.225 = € 0.625.
    """
    _, outcome = plan_of(a_problem(spans(30, 10), a_want(4), eur_kw=0.15))
    assert [0, 4_000] == watts(outcome.cars_w)
    assert pytest.approx(0.625, abs=1e-6) == outcome.eur


def test_a_peak_is_kept_where_raising_it_costs_more_than_it_saves() -> None:
    """The same at 25 ct/kW, above the 20 ct that it saves: 2.5 kWh × 0.10 + 1.5 kWh × 0.30 = 0.25 + 0.45 = € 0.70."""
    _, outcome = plan_of(a_problem(spans(30, 10), a_want(4), eur_kw=0.25))
    assert [1_500, 2_500] == watts(outcome.cars_w)
    assert pytest.approx(0.70, abs=1e-6) == outcome.eur


def test_a_peak_is_raised_as_far_as_it_costs_little() -> None:
    """30 ct, then 10 ct; 4 kWh. Up to 3.2 kW a kW costs 5 ct, above it 25, more than the 20 ct that it saves.

    3.2 kWh × 0.10 + 0.8 kWh × 0.30 + 0.7 kW × 0.05 = 0.32 + 0.24 + 0.035 = € 0.595.
    """
    peak = Peak(paid_w=2_500, eur_kw=0.25, tiers=(Tier(3_200, 0.05),))
    _, outcome = plan_of(replace(a_problem(spans(30, 10), a_want(4, least_w=500.0)), peaks=(peak,)))
    assert [800, 3_200] == watts(outcome.cars_w)
    assert pytest.approx(0.595, abs=1e-6) == outcome.eur


def test_the_peak_that_is_paid_is_free() -> None:
    """4 kW are paid: 4 kWh in the cheap hour cost 4 × 0.10 = € 0.40, however dear a peak is."""
    schedule, outcome = plan_of(a_problem(spans(30, 10), a_want(4), paid_w=4_000, eur_kw=50))
    assert [0, 4_000] == watts(outcome.cars_w)
    assert 0.0 == outcome.peak_eur
    assert pytest.approx(0.40, abs=1e-6) == outcome.eur == pytest.approx(schedule.bound_eur)


def test_a_negative_price_fills_the_battery() -> None:
    """20, −10 and 30 ct; the house draws 1 kW; 2 kWh fit into the battery, at 2 kW.

    It stores 2 kWh at −10 ct and gives 1 kWh to the house at 30 ct: 0.20 − 3 × 0.10 + 0 = € −0.10.
    """
    problem = a_problem(spans(20, -10, 30, load_w=1_000, sold=-20), paid_w=5_000, store=a_store())
    schedule, outcome = plan_of(problem)
    assert [0, 2_000, -1_000] == watts(schedule.store_w)
    assert pytest.approx(-0.10, abs=1e-6) == outcome.eur


def test_a_full_battery_burns_nothing_at_a_negative_price() -> None:
    """Storing and giving at once would lose 19 % and be paid for it. No battery can: full, it stands still.

    The house draws 1 kWh at −10 ct: € −0.10. What is left is worth its 2 × 0.20, as at the start.
    """
    store = a_store(2.0, efficiency=0.81)
    schedule, outcome = plan_of(a_problem(spans(-10, load_w=1_000, sold=-20), store=store, end_eur_kwh=0.20))
    assert [0] == watts(schedule.store_w)
    assert pytest.approx(-0.10, abs=1e-6) == outcome.eur


def test_when_the_cap_binds_no_peak_costs_anything() -> None:
    """Where the bill is capped 1 kW more costs nothing: 8 kWh at 8 kW in the hour of 35 ct, not of 36: € 2.80."""
    want = a_want(8, full_w=11_000, least_w=4_140)
    _, outcome = plan_of(a_problem(spans(36, 35, 36), want, eur_kw=0.0))
    assert [0, 8_000, 0] == watts(outcome.cars_w)
    assert pytest.approx(2.80, abs=1e-6) == outcome.eur


def test_a_trip_that_cannot_be_met_gets_all_there_is() -> None:
    """10 kWh in an hour at 4 kW: 4 kWh come in, 6 are short, and the peak of 1.5 kW more is paid.

    4 × 0.30 + 1.5 × 5 = 1.20 + 7.50 = € 8.70, and 6 kWh at the high price of what is short.
    """
    _, outcome = plan_of(a_problem(spans(30, 10), a_want(10, within_h=1)))
    assert [4_000, 0] == watts(outcome.cars_w)
    assert pytest.approx(6_000.0, abs=1) == outcome.short_wh[0]
    assert pytest.approx(8.70, abs=1e-6) == outcome.bill_eur


def test_a_battery_on_one_phase_counts_in_the_sum() -> None:
    """The house draws 6 kW, 2 on each phase. A battery on L1 gives 3 kW: L1 feeds in 1, and 3 kW count."""
    problem = a_problem(spans(30, load_w=6_000), paid_w=3_000, store=a_store(3, of_kwh=3, kw=3), store_phases=(1,))
    schedule, outcome = plan_of(problem)
    assert [-3_000] == watts(schedule.store_w)
    assert [3_000] == watts(outcome.peaks_w)


def test_a_battery_on_one_phase_has_only_that_phases_room() -> None:
    """L1 carries 2.3 kW, of which the house has a third of 3 kW. So it stores 1.3 kW at 10 ct, and gives that at 40 ct.

    (3 + 1.3) × 0.10 + (3 − 1.3) × 0.40 = 0.43 + 0.68 = € 1.11.
    """
    row = Row(name="connection L1", phase=1, most_w=2_300, members=frozenset({"battery"}), house=True)
    over = spans(10, 40, load_w=3_000)
    problem = a_problem(over, paid_w=9_000, store=a_store(), store_phases=(1,), rows=(row,))
    schedule, outcome = plan_of(problem)
    assert [1_300, -1_300] == watts(schedule.store_w)
    assert pytest.approx(1.11, abs=1e-6) == outcome.eur
    on_three, _ = plan_of(replace(problem, store_phases=(1, 2, 3)))
    assert [2_000, -2_000] == watts(on_three.store_w)


def test_a_minimum_above_what_is_paid_raises_the_peak_and_says_what_that_costs() -> None:
    """Three phases take 4.14 kW or nothing; 4.14 kWh in four hours at 25 ct; 2.5 kW are paid, a kW more costs € 4.

    If the charger took any power: 4.14 × 0.25 = € 1.035. In whole quarters the peak is 4.14 kW: 1.64 × 4 = € 6.56 more.
    """
    want = a_want(4.14, full_w=11_040, least_w=4_140)
    schedule, outcome = plan_of(a_problem(spans(*[25] * 16, length=QUARTER), want, eur_kw=4))
    assert [4_140] == watts(outcome.peaks_w)
    assert [4_140] * 4 + [0] * 12 == watts(outcome.cars_w)
    assert schedule.bound_eur is not None
    assert pytest.approx(1.035, abs=1e-4) == schedule.bound_eur
    assert pytest.approx(6.56, abs=1e-4) == outcome.eur - schedule.bound_eur


def test_what_need_not_be_waits_where_its_minimum_would_raise_the_peak() -> None:
    """The same energy is worth 40 ct and need not be: 4.14 × 0.15 = € 0.62 are less than the peak's € 6.56."""
    want = a_want(4.14, full_w=11_040, least_w=4_140, worth_eur_kwh=0.40)
    schedule, outcome = plan_of(a_problem(spans(*[25] * 16, length=QUARTER), want, eur_kw=4))
    assert () == schedule.blocks
    assert 0.0 == outcome.eur


def test_what_need_not_be_takes_the_sun_that_is_left() -> None:
    """2 kW of sun earn 3 ct and are worth 20 ct in the car; the grid asks 30: it takes the sun, 2 × 0.20 = € 0.40."""
    want = a_want(6, worth_eur_kwh=0.20)
    _, outcome = plan_of(a_problem(spans(30, sold=3, sun_w=2_000), want))
    assert [2_000] == watts(outcome.cars_w)
    assert pytest.approx(-0.40, abs=1e-6) == outcome.eur


def test_what_the_running_quarter_used_leaves_less_room_in_it() -> None:
    """12:10, and 500 Wh of the 625 that 2.5 kW allow are used: 125 Wh in five minutes are 1.5 kW.

    Of 250 Wh at 10 ct now and 30 ct later so much comes now, and 125 Wh in the next quarter at 1 kW for 7.5 minutes.
    """
    edges = NOON + timedelta(minutes=10), NOON + QUARTER, NOON + 2 * QUARTER
    over = tuple(
        Span(start=start, end=end, import_eur_kwh=eur, export_eur_kwh=0.0, load_w=0.0)
        for start, end, eur in zip(edges[:-1], edges[1:], (0.10, 0.30), strict=True)
    )
    schedule, outcome = plan_of(a_problem(over, a_want(0.25, least_w=1_000.0), used_wh=500.0, eur_kw=50))
    assert [1_500, 500] == watts(outcome.cars_w)
    assert [2_500] == watts(outcome.peaks_w)
    assert NOON + QUARTER + timedelta(minutes=7.5) == schedule.blocks[-1].end
    assert pytest.approx(0.05, abs=1e-6) == outcome.eur


@pytest.mark.parametrize(("worth_ct", "expected_w"), [(22.0, 0), (22.5, 2_000)])
def test_energy_is_stored_for_later_where_what_is_left_of_it_is_worth_more(worth_ct: float, expected_w: int) -> None:
    """Of 1 kWh at 20 ct 0.9 come into a battery with 81 % efficiency: worth 19.8 ct at 22 ct, and 20.25 at 22.5."""
    problem = a_problem(spans(20), store=a_store(efficiency=0.81), end_eur_kwh=worth_ct / 100)
    assert [expected_w] == watts(plan_of(problem)[0].store_w)


def test_two_cars_share_a_circuit() -> None:
    """The drive carries 7.4 kW; both cars want 7.4 kWh in two hours: 14.8 kWh fill both hours, 10 and 30 ct.

    7.4 × 0.10 + 7.4 × 0.30 = € 2.96.
    """
    row = Row(name="drive", most_w=7_400, members=frozenset({"car_1", "car_2"}))
    wants = [a_want(7.4, car=car, full_w=7_400) for car in ("car_1", "car_2")]
    _, outcome = plan_of(a_problem(spans(10, 30), *wants, paid_w=20_000, rows=(row,)))
    assert [7_400, 7_400] == watts(outcome.cars_w)
    assert pytest.approx(2.96, abs=1e-5) == outcome.eur


def test_a_battery_shaves_the_houses_own_peak() -> None:
    """2, 2, 5 and 2 kW at 30 ct; 3 kW are paid. The 2 kWh in the battery go into the third hour; a kW is worth € 4.

    (2 + 2 + 3 + 2) × 0.30 = € 2.70, and 2 kWh of wear at 5 ct are 0.10: € 2.80.
    """
    store = a_store(2, wear_eur_kwh=0.05)
    over = spans(*[30] * 4, load_w=[2_000, 2_000, 5_000, 2_000])
    schedule, outcome = plan_of(a_problem(over, paid_w=3_000, eur_kw=4, store=store))
    assert [0, 0, -2_000, 0] == watts(schedule.store_w)
    assert [3_000] == watts(outcome.peaks_w)
    assert pytest.approx(2.80, abs=1e-6) == outcome.eur


def test_a_car_charges_before_the_cheapest_hour_where_a_bad_day_would_leave_it_short() -> None:
    """3 kWh at 11, 11, 10 ct, of which a bad day leaves 2 kW of 3 after the second hour: 1 kWh is in by then.

    1 × 0.11 + 2 × 0.10 = € 0.31 in place of 0.30. A battery that holds as much does as well.
    """
    waits = replace(
        a_problem(spans(11, 11, 10), a_want(3, full_w=3_000, least_w=0, within_h=3), paid_w=6_000), store=a_store()
    )
    bad = replace(waits, leeways=(Leeway(1, NOON + 3 * HOUR, (0,), 2_000.0),))
    for problem, store_kwh, last_w in ((waits, 0, 3_000), (bad, 0, 2_000), (bad, 1, 3_000)):
        assert problem.store is not None
        held = replace(problem.store, energy_wh=1000.0 * store_kwh, charge_w=0.0)
        _, outcome = plan_of(replace(problem, store=held, end_eur_kwh=0.5))
        assert last_w == watts(outcome.cars_w)[2]
        assert 0 == outcome.keep_eur


def test_what_is_above_the_everyday_limit_comes_last() -> None:
    """3 kWh, 1 of them above the limit, at 10, 10, 30 ct and 2 kW: the last kWh waits for the last hour.

    2 × 0.10 + 1 × 0.30 = € 0.50.
    """
    want = a_want(3, full_w=2_000, least_w=500, late_wh=1_000, within_h=3)
    _, outcome = plan_of(a_problem(spans(10, 10, 30), want))
    assert 1_000 == watts(outcome.cars_w)[2]
    assert pytest.approx(0.50, abs=1e-6) == outcome.eur


def test_the_price_that_is_earned_may_be_higher_than_the_one_that_is_paid() -> None:
    """10 ct to buy, 20 ct to sell: nobody does both at once. 2 kW of sun go out, the car waits for the hour of 5 ct.

    −2 × 0.20 + 2 × 0.05 = € −0.30.
    """
    sunny = spans(10, sold=20, sun_w=2_000)
    later = replace(sunny[0], start=NOON + HOUR, end=NOON + 2 * HOUR, import_eur_kwh=0.05, export_eur_kwh=0.0, sun_w=0)
    _, outcome = plan_of(a_problem((*sunny, later), a_want(2)))
    assert [0, 2_000] == watts(outcome.cars_w)
    assert pytest.approx(-0.30, abs=1e-6) == outcome.eur


def test_a_block_that_runs_goes_on() -> None:
    """30 ct until 12:30, then 10 ct: the car that the plan in force charges until then is not interrupted for that."""
    over = spans(30, 30, 10, 10, 10, 10, length=QUARTER)
    want = a_want(4, within_h=1.5, starts=1)
    problem = a_problem(over, want, paid_w=9_000)
    assert [0, 0, 4_000, 4_000, 4_000, 4_000] == watts(plan_of(problem)[1].cars_w)
    begun = Block(car="car_1", start=NOON - QUARTER, end=NOON + 2 * QUARTER, power_w=4_000)
    cars_w = watts(plan_of(replace(problem, before=(begun,)))[1].cars_w)
    assert all(1_400 <= power_w for power_w in cars_w[:2])
    assert 4_000 == sum(power_w / 4 for power_w in cars_w)


def test_each_month_has_its_peak() -> None:
    """10 ct in both hours; 4 kW are paid until the month ends at 13:00, then 2 kW: 4 + 2 kWh without a new peak."""
    over = spans(10, 10)
    over = (over[0], replace(over[1], peak=1))
    problem = replace(
        a_problem(over, a_want(6)), peaks=(Peak(paid_w=4_000, eur_kw=5.0), Peak(paid_w=2_000, eur_kw=5.0))
    )
    _, outcome = plan_of(problem)
    assert [4_000, 2_000] == watts(outcome.cars_w)
    assert [4_000, 2_000] == watts(outcome.peaks_w)


def test_what_costs_the_same_is_drawn_evenly() -> None:
    """6.3 kWh in three hours of 20 ct, up to 4 kW: two hours, for less of a start or a pause, of 3.15 kW each."""
    _, outcome = plan_of(a_problem(spans(20, 20, 20), a_want(6.3, within_h=3), paid_w=4_000))
    assert [3_150, 3_150, 0] == watts(outcome.cars_w)
    assert pytest.approx(1.26, abs=1e-6) == outcome.eur
