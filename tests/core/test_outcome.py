"""The one reckoning: what a schedule costs and what it lacks, by hand and by laws."""

from dataclasses import replace
from datetime import timedelta
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.outcome import cars_w, weighed
from lib.core.plan import Block
from lib.core.problem import HOUR, KEEP_EUR_KWH, Leeway, Peak, Problem, Schedule, Span, Tier
from lib.core.wants import Absence
from tests.conftest import NOON
from tests.core.problems import FREE, QUARTER, a_block, a_problem, a_store, a_want, quarter


def plain(*blocks: Block, store_w: tuple[float, ...] = ()) -> Schedule:
    """A schedule of blocks and what the battery does."""
    return Schedule(by="greedy", blocks=blocks, store_w=store_w)


def test_energy_is_bought_and_sold_at_its_own_price() -> None:
    """2 kW for a quarter at 40 ct, and 2 kW left over for a quarter at 5 ct."""
    problem = a_problem(40, 20, load_w=[2_000, 1_000], sun_w=[0, 3_000])
    outcome = weighed(problem, plain())
    assert (2_000, -2_000) == outcome.grid_w
    assert pytest.approx(0.5 * 0.40 - 0.5 * 0.05) == outcome.energy_eur
    assert outcome.eur == outcome.bill_eur == outcome.energy_eur


def test_a_car_draws_the_mean_of_its_blocks() -> None:
    """One that begins amid a quarter counts for a part of it, one over several for each."""
    problem = a_problem(10, 10, 10)
    half = replace(a_block(0, 1, 4_000), start=quarter(0) + QUARTER / 2)
    other = a_block(1, 2, 1_000, car="car_2")
    assert (2_000, 5_000, 1_000) == weighed(problem, plain(half, other)).cars_w
    assert (2_000, 4_000, 0) == cars_w(problem, [half])
    outside = replace(half, start=NOON - HOUR, end=NOON - QUARTER)
    assert (0, 0, 0) == cars_w(problem, [outside])


def test_the_highest_quarter_counts_above_what_is_paid() -> None:
    """5 kW where 3 are paid: 2 kW at their price; up to what is paid it is free."""
    problem = a_problem(10, 10, load_w=[1_000, 2_000], peak=Peak(paid_w=3_000, eur_kw=4.0))
    assert ((3_000,), 0) == (weighed(problem, plain()).peaks_w, weighed(problem, plain()).peak_eur)
    outcome = weighed(problem, plain(a_block(1, 1, 3_000)))
    assert (5_000, 8.0) == (*outcome.peaks_w, outcome.peak_eur)


def test_what_is_kept_for_safety_counts_but_is_not_bought() -> None:
    """The house may draw more than expected; where the sun leaves over more than that nothing counts."""
    problem = a_problem(10, 10, load_w=[3_000, 0], sun_w=[0, 900], peak=Peak(paid_w=0.0, eur_kw=4.0))
    careful = replace(problem, spans=tuple(replace(span, safe_w=500.0) for span in problem.spans))
    assert (3_500,) == weighed(careful, plain()).peaks_w
    assert weighed(problem, plain()).energy_eur == weighed(careful, plain()).energy_eur
    sunny = replace(careful, spans=(careful.spans[1],))
    assert (0,) == weighed(sunny, plain()).peaks_w


def test_what_was_drawn_before_counts_in_the_running_quarter() -> None:
    """500 Wh in ten minutes, then 1.2 kW for five: 600 Wh in the quarter are 2.4 kW."""
    problem = a_problem(10, 10, load_w=[1_200, 100], peak=Peak(paid_w=0.0, eur_kw=1.0))
    at = NOON + timedelta(minutes=10)
    spans = (replace(problem.spans[0], start=at), problem.spans[1])
    outcome = weighed(replace(problem, at=at, spans=spans, used_wh=500.0), plain())
    assert outcome.peaks_w == pytest.approx((2_400,))
    assert pytest.approx(0.1 * 0.1 + 0.025 * 0.1) == outcome.energy_eur


def test_each_month_has_its_own_peak() -> None:
    """The month ends after two quarters; the next one pays another price from another floor."""
    problem = a_problem(10, 10, 10, load_w=[4_000, 1_000, 3_000], peak=Peak(paid_w=2_500, eur_kw=1.0))
    spans = (*problem.spans[:2], replace(problem.spans[2], peak=1))
    two = replace(problem, spans=spans, peaks=(*problem.peaks, Peak(paid_w=2_000, eur_kw=10.0)))
    outcome = weighed(two, plain())
    assert (4_000, 3_000, 11.5) == (*outcome.peaks_w, outcome.peak_eur)


def test_an_hour_counts_its_mean() -> None:
    """Later spans are hours: 8 kW for a quarter of one are 2 kW in it."""
    hour = Span(start=NOON, end=NOON + HOUR, import_eur_kwh=0.2, export_eur_kwh=0.0, load_w=500.0)
    problem = Problem(at=NOON, spans=(hour,), peaks=(Peak(paid_w=0.0, eur_kw=1.0),))
    outcome = weighed(problem, plain(a_block(0, 0, 8_000)))
    assert (2_500, 0.5) == (*outcome.peaks_w, outcome.energy_eur)


def test_a_battery_loses_on_both_ways_and_wears_when_it_gives() -> None:
    """2 kW for a quarter at 81 %: 450 Wh come in, and half an hour of 810 W empties it again."""
    store = a_store(energy_wh=0.0, efficiency=0.81, wear_eur_kwh=0.1)
    problem = a_problem(10, 30, load_w=[0, 1_620], store=store)
    outcome = weighed(problem, plain(store_w=(2_000, -1_620)))
    assert outcome.level_wh == pytest.approx((450, 0), abs=1e-9)
    assert pytest.approx(0.5 * 0.10) == outcome.energy_eur
    assert pytest.approx(0.405 * 0.1) == outcome.wear_eur


def test_no_battery_gives_what_it_has_not_nor_takes_what_it_cannot_hold() -> None:
    """A schedule that asks more is cut: by what is in it, by its power, by its size."""
    store = a_store(energy_wh=500.0, most_wh=1_200.0)
    problem = a_problem(10, 10, 10, 10, load_w=9_000, store=store)
    outcome = weighed(problem, plain(store_w=(-9_000, -4_000, 9_000, 4_000)))
    assert (-2_000, 0, 4_000, 800) == outcome.store_w
    assert (0, 0, 1_000, 1_200) == outcome.level_wh
    assert (7_000, 9_000, 13_000, 9_800) == outcome.grid_w
    assert (0, 0, 0, 0) == weighed(replace(problem, store=None), plain(store_w=(-9_000,))).store_w


def test_what_is_left_in_the_battery_has_its_worth() -> None:
    """A kWh more at the end than at the start is earned, a kWh less is spent."""
    problem = a_problem(0, 0, 0, 0, store=a_store(), end_eur_kwh=0.2)
    assert pytest.approx(0.2) == weighed(problem, plain(store_w=(4_000,))).end_eur
    assert pytest.approx(-0.4) == weighed(problem, plain(store_w=(-4_000, -4_000))).end_eur


def test_what_should_be_kept_for_the_peak_costs_a_little_while_it_lacks() -> None:
    """4 kWh of 5 at the end of a quarter; what the battery could never hold is not lacked, nor where nobody knows."""
    problem = a_problem(10, 10, 10, store=a_store(most_wh=6_000.0))
    spans = tuple(
        replace(span, keep_wh=keep_wh) for span, keep_wh in zip(problem.spans, (5_000.0, 9_000.0, None), strict=True)
    )
    outcome = weighed(replace(problem, spans=spans), plain(store_w=(-4_000, 0, 0)))
    assert pytest.approx((1.0 + 2.0) * 0.25 * KEEP_EUR_KWH) == outcome.keep_eur
    assert pytest.approx(outcome.bill_eur + outcome.keep_eur) == outcome.eur
    assert 0 == weighed(problem, plain(store_w=(-4_000,))).keep_eur


def test_what_a_car_lacks_more_than_the_house_leaves_it_the_battery_should_hold() -> None:
    """3 kWh before 13:00, of which a bad day leaves 1.5 after half past: what is not in by then is to be stored.

    What the trip is short of in any case is in no battery. What is kept for the house is another risk. Nobody asks
    where there is no battery.
    """
    problem = a_problem(10, 10, 10, 10, wants=[a_want(3, before=4)], store=a_store(energy_wh=500.0, least_wh=200.0))
    problem = replace(problem, leeways=(Leeway(1, quarter(4), (0,), 1_500.0), Leeway(2, quarter(4), (0,), 800.0)))
    late = weighed(problem, plain(a_block(2, 3, 6_000)))
    assert [None, 1_700, 900, None] == list(late.keep_wh)
    assert pytest.approx((1.2 + 0.4) * 0.25 * KEEP_EUR_KWH) == late.keep_eur
    for enough in (plain(a_block(0, 2, 4_000)), plain(a_block(0, 0, 6_000))):
        outcome = weighed(problem, enough)
        assert max(outcome.needs_wh) <= 200
        assert 0 == outcome.keep_eur
    spans = tuple(replace(span, keep_wh=1_000.0) for span in problem.spans)
    both = weighed(replace(problem, spans=spans), plain(a_block(2, 3, 6_000)))
    assert [1_000, 1_700, 1_000, 1_000] == list(both.keep_wh)
    assert pytest.approx((1.2 + 0.4 + 4 * 0.5) * 0.25 * KEEP_EUR_KWH) == both.keep_eur
    alone = weighed(replace(problem, store=None), plain(a_block(2, 3, 6_000)))
    assert ([None] * 4, 0) == (list(alone.keep_wh), alone.keep_eur)


def test_of_several_cars_that_lack_the_most_counts() -> None:
    """Each 3 kWh of which 2 may be missing; together they may lack 3 of 6: 3 kWh should be stored, and cost once."""
    wants = [a_want(3, before=4), a_want(3, before=4, car="car_2")]
    problem = a_problem(10, 10, 10, 10, wants=wants, store=a_store(energy_wh=0.0))
    one, other, both = (
        Leeway(1, quarter(4), numbers, 2_000.0 + 1_000.0 * (len(numbers) - 1)) for numbers in ((0,), (1,), (0, 1))
    )
    last = a_block(3, 3, 12_000), a_block(3, 3, 12_000, car="car_2")
    outcome = weighed(replace(problem, leeways=(one, other, both)), plain(*last))
    assert (0, 0) == tuple(outcome.short_wh)
    assert [1_000, 1_000, 3_000] == list(outcome.needs_wh)
    assert pytest.approx(3.0 * 0.25 * KEEP_EUR_KWH) == outcome.keep_eur
    ahead = weighed(replace(problem, leeways=(one, other)), plain(a_block(0, 1, 8_000), last[1]))
    assert 1_000 == ahead.needs_wh[1]  # whatever the first has more than it takes


def test_a_peak_costs_what_its_tiers_say() -> None:
    """3 kW is 0.5 kW in the cheap tier, 5 kW all of that and 1 kW above it."""
    peak = Peak(paid_w=2_500, eur_kw=4.0, tiers=(Tier(4_000, 1.0),))
    problem = a_problem(10, peak=peak)
    found = [weighed(problem, plain(a_block(0, 0, power_w))).peak_eur for power_w in (3_000, 5_000)]
    assert [0.5, 5.5] == pytest.approx(found)


def test_what_a_trip_lacks_comes_before_all() -> None:
    """Two of three kWh in time: the third, after it, counts for nothing and costs a hundred."""
    problem = a_problem(10, 10, 10, wants=[a_want(3, before=2, trip="Sea")])
    outcome = weighed(problem, plain(a_block(0, 2, 4_000, trip="Sea")))
    assert ((2_000,), (1_000,)) == (outcome.given_wh, outcome.short_wh)
    assert pytest.approx(0.3 + 100) == outcome.eur


def test_what_need_not_be_is_worth_what_is_said() -> None:
    """Nothing is short of it, and what is taken is earned at its worth, no more than is wanted."""
    problem = a_problem(10, 10, wants=[a_want(1, before=2, worth_eur_kwh=0.15)])
    assert 0 == weighed(problem, plain()).eur
    outcome = weighed(problem, plain(a_block(0, 1, 4_000)))
    assert (1_000, 0, 0.15) == (*outcome.given_wh, *outcome.short_wh, outcome.worth_eur)


def test_a_trip_gets_what_its_car_has_in_time() -> None:
    """Whatever trip a block is for; but nothing of another car, of before it could begin, or of before now."""
    want = a_want(9, before=4, trip="Sea", since=quarter(1))
    problem = a_problem(10, 10, 10, 10, wants=[want])
    assert (0,) == weighed(problem, plain(a_block(0, 3, 4_000, car="car_2", trip="Sea"))).given_wh
    for trip in ("Sea", "Hills"):
        assert (3_000,) == weighed(problem, plain(a_block(0, 3, 4_000, trip=trip))).given_wh
    early = replace(a_block(0, 0, 4_000), start=NOON - HOUR)
    assert (1_000,) == weighed(a_problem(10, wants=[a_want(9, before=4)]), plain(early)).given_wh


def test_no_energy_is_given_to_two_wants() -> None:
    """Two mornings with the same title: each kWh counts for one, the nearer first where it may be either."""
    first, second = a_want(1, before=2), a_want(2, before=4)
    problem = a_problem(10, 10, 10, 10, wants=[first, second])
    assert (1_000, 0) == weighed(problem, plain(a_block(0, 0, 4_000))).given_wh
    assert (1_000, 1_000) == weighed(problem, plain(a_block(0, 1, 4_000))).given_wh
    assert (0, 2_000) == weighed(problem, plain(a_block(2, 3, 4_000))).given_wh
    later = replace(second, since=quarter(2))
    assert (1_000, 0) == weighed(replace(problem, wants=(first, later)), plain(a_block(0, 1, 4_000))).given_wh
    assert (1_000, 1_000) == weighed(replace(problem, wants=(first, later)), plain(a_block(1, 2, 4_000))).given_wh
    spare = replace(first, worth_eur_kwh=0.1)
    assert (0, 1_000) == weighed(replace(problem, wants=(spare, second)), plain(a_block(0, 0, 4_000))).given_wh


def test_what_must_be_takes_of_what_need_not_be_only_what_it_lacks() -> None:
    """A kWh for the cheap hours, then two for the trip; where the trip has one too little, the car leaves with both."""
    cheap, trip = a_want(1, before=2, trip="cheap", worth_eur_kwh=0.1), a_want(2, before=4, trip="Sea")
    problem = a_problem(10, 10, 10, 10, wants=[cheap, trip])
    early, late = a_block(0, 0, 4_000, trip="cheap"), a_block(2, 3, 4_000, trip="Sea")
    assert (1_000, 2_000) == weighed(problem, plain(early, late)).given_wh
    assert (0, 2_000) == weighed(problem, plain(early, a_block(3, 3, 4_000, trip="Sea"))).given_wh
    spare = a_block(0, 2, 4_000, trip="Sea")
    assert (1_000, 2_000) == weighed(problem, plain(spare)).given_wh


def test_a_car_that_was_charged_ahead_has_it_for_its_later_trip() -> None:
    """Of what came before it left, the first trip takes its part, and the second one the rest."""
    gone = Absence(start=quarter(1), end=quarter(2), spare_wh=3_000.0)
    first, second = a_want(1, before=1, trip="near"), a_want(2, before=4, trip="far", away=(gone,))
    problem = a_problem(10, 10, 10, 10, wants=[first, second])
    assert (1_000, 2_000) == weighed(problem, plain(a_block(0, 0, 12_000, trip="far"))).given_wh
    assert (1_000, 1_500) == weighed(problem, plain(a_block(0, 0, 6_000, trip="far"), a_block(2, 2, 4_000))).given_wh


@given(powers=st.lists(st.integers(0, 8), min_size=6, max_size=6), data=st.data())
def test_no_kwh_serves_two_wants_and_none_is_lost(powers: list[int], data: st.DataObject) -> None:
    """What wants of a car get is no more than came in; what must be lacks nothing while another has something."""
    wants = [
        a_want(
            data.draw(st.integers(1, 6)),
            before=data.draw(st.integers(1, 6)),
            full_w=32_000.0,
            trip=f"trip {number}",
            worth_eur_kwh=data.draw(st.sampled_from([None, 0.1])) if number else None,
        )
        for number in range(3)
    ]
    blocks = [a_block(n, n, 4_000.0 * kwh, trip=f"trip {data.draw(st.integers(0, 2))}") for n, kwh in enumerate(powers)]
    given = weighed(a_problem(*[10.0] * 6, wants=wants), plain(*blocks)).given_wh
    musts = [number for number, want in enumerate(wants) if want.worth_eur_kwh is None]
    for numbers in (musts, range(3)):
        for until in range(1, 7):
            came = 1000 * sum(powers[:until])
            assert sum(given[n] for n in numbers if wants[n].until <= quarter(until)) <= came
    for number in musts:
        if given[number] < wants[number].energy_wh:
            came = 1000 * sum(kwh for n, kwh in enumerate(powers) if quarter(n) < wants[number].until)
            assert came <= sum(given[n] for n in musts)


watts = st.integers(-9_000, 9_000).map(float)


@given(
    loads=st.lists(st.integers(-5_000, 5_000), min_size=4, max_size=4),
    store_w=st.lists(watts, max_size=4),
    energy_wh=st.integers(0, 10_000),
    efficiency=st.sampled_from([0.7, 0.9, 1.0]),
    cars=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 11_000)), max_size=3),
)
def test_energy_is_never_made(
    loads: list[int], store_w: list[float], energy_wh: int, efficiency: float, cars: list[tuple[int, int]]
) -> None:
    """What the meter sees is house, cars and battery; what the battery holds is what went in less what is lost."""
    store = a_store(energy_wh=energy_wh, least_wh=1_000.0, most_wh=9_000.0, efficiency=efficiency)
    problem = a_problem(10, 20, 30, 40, load_w=[float(load) for load in loads], store=store)
    blocks = [a_block(place, place, float(power_w)) for place, power_w in cars]
    outcome = weighed(problem, plain(*blocks, store_w=tuple(store_w)))
    level_wh, way = float(energy_wh), sqrt(efficiency)
    for place, span in enumerate(problem.spans):
        power_w = outcome.store_w[place]
        assert outcome.grid_w[place] == pytest.approx(span.net_w + outcome.cars_w[place] + power_w)
        level_wh += power_w / 4 * (way if power_w > 0 else 1 / way)
        assert outcome.level_wh[place] == pytest.approx(level_wh)
        assert min(1_000, energy_wh) - 1e-6 <= outcome.level_wh[place] <= max(9_000, energy_wh) + 1e-6
        assert -4_000 <= power_w <= 4_000
        wanted_w = store_w[place] if place < len(store_w) else 0.0
        assert 0 <= power_w * wanted_w, "what is planned is cut, never turned round"
        assert abs(power_w) <= abs(wanted_w)


@given(powers=st.lists(st.integers(0, 8_000), min_size=4, max_size=4), paid_w=st.integers(0, 6_000))
def test_a_peak_that_is_paid_costs_nothing_more(powers: list[int], paid_w: int) -> None:
    """The more is paid already, the less a schedule costs, by the price of the difference at the most."""
    blocks = [a_block(place, place, float(power_w)) for place, power_w in enumerate(powers)]
    less, more = (
        weighed(a_problem(10, 20, 30, 40, peak=Peak(paid_w=float(w), eur_kw=4.0)), plain(*blocks)).eur
        for w in (paid_w, paid_w + 500)
    )
    assert less - 2.0 - 1e-9 <= more <= less + 1e-9


def test_nothing_ahead_costs_nothing() -> None:
    """A problem without spans, and one in which nobody wants anything."""
    assert 0 == weighed(Problem(at=NOON, spans=(), peaks=(FREE,), store=a_store()), plain()).eur
    assert 0 == weighed(a_problem(10, 20), plain()).eur
