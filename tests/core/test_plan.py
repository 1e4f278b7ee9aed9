"""The plan: the cheapest quarters under the target, few starts, and no plan that jumps."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.cost import PriceSlot
from lib.core.plan import SHORT_WH, Block, Plan, Quarters, Shared, Want, afresh, cheap_hours, cheapest, flat_w, quarters
from lib.core.strips import Left, market_of
from tests.conftest import NOON
from tests.yardstick import cost

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
FULL_W, LEAST_W = 8_000.0, 1_400.0
FULL_WH = FULL_W / 4


def market(*cents: float | None, room_w: float | Sequence[float] = 20_000.0, start: datetime = NOON) -> list[Quarters]:
    """One quarter after the other at these prices in ct/kWh."""
    rooms = room_w if isinstance(room_w, Sequence) else [room_w] * len(cents)
    return [
        Quarters(
            start=start + n * QUARTER,
            end=start + (n + 1) * QUARTER,
            eur_kwh=None if cent is None else cent / 100,
            room_w=room,
        )
        for n, (cent, room) in enumerate(zip(cents, rooms, strict=True))
    ]


def a_want(full: float = 2, *, before: int = 1_000, car: str = "car_1", **said: Any) -> Want:
    """So many quarters at full power, before the quarter of that number."""
    usual: dict[str, Any] = {"full_w": FULL_W, "least_w": LEAST_W, "energy_wh": full * FULL_WH}
    return Want(car=car, until=NOON + before * QUARTER, **(usual | said))


def watts(plan: Plan, car: str = "car_1", count: int = 8) -> list[float]:
    """What a car draws on the mean in each of the first quarters, in W."""
    mean_w = [0.0] * count
    for block in plan.blocks:
        for place in range(count):
            start, end = NOON + place * QUARTER, NOON + (place + 1) * QUARTER
            together = min(end, block.end) - max(start, block.start)
            if block.car == car and together > timedelta(0):
                mean_w[place] += block.power_w * (together / QUARTER)
    return [round(power_w, 3) for power_w in mean_w]


def wh(plan: Plan, car: str = "car_1") -> float:
    """What a plan gives a car."""
    return sum(block.power_w * ((block.end - block.start) / HOUR) for block in plan.blocks if block.car == car)


def eur(plan: Plan) -> float:
    """What a plan costs where all prices are known."""
    return sum((one.eur_kwh or 0.0) * one.power_w / 1000 * ((one.end - one.start) / HOUR) for one in plan.blocks)


def starts(plan: Plan, car: str = "car_1") -> int:
    """How often the plan starts a car."""
    mine = [one for one in plan.blocks if one.car == car]
    return len(mine) - sum(one.end == other.start for one, other in pairwise(mine))


@pytest.mark.parametrize(
    ("cents", "want", "expected"),
    [
        ([31, 28, 9, 44, 12, 35], a_want(2), [0, 0, 8, 0, 8, 0]),
        ([31, 28, 9, 10, 12, 35], a_want(2), [0, 0, 8, 8, 0, 0]),
        ([31, 28, 9, 44, 12, 5], a_want(2, before=5), [0, 0, 8, 0, 8, 0]),  # in time before cheap
        ([20, 20, 20, 20, 20, 20], a_want(2), [8, 8, 0, 0, 0, 0]),  # equal prices: the earlier ones
        ([30, 20, 10, 20, 30, 30], a_want(2), [0, 8, 8, 0, 0, 0]),  # and in one piece
        ([20, 30, 10, 20, 30, 30], a_want(2), [0, 0, 8, 8, 0, 0]),
        ([30, 20, 10, 40], a_want(1.5), [0, 4, 8, 0]),  # the rest with less power
        ([30, 20, 10, 40], a_want(0), [0, 0, 0, 0]),
        ([-5, 20, -1, 40], a_want(2), [8, 0, 8, 0]),  # who is paid for it
    ],
)
def test_the_cheapest_quarters_are_taken(cents: list[float], want: Want, expected: list[float]) -> None:
    """Lists of prices, and the kW in each quarter."""
    plan = cheapest([want], market(*cents))
    assert [kilowatt * 1000 for kilowatt in expected] == watts(plan, count=len(cents))
    assert {} == plan.short_wh


@pytest.mark.parametrize(
    ("rooms", "full", "expected", "short"),
    [
        ([8, 3, 1.3, 8], 2, [8, 3, 0, 5], 0),  # what is left under the target, and nothing below the least
        ([8, 3, 1.3, 8], 3, [8, 3, 0, 8], 5_000 / 4),
        ([0, 1.3, 1.39, 0], 1, [0, 0, 0, 0], 2_000),
        ([1.4, 1.4, 1.4, 1.4], 1, [1.4, 1.4, 1.4, 1.4], 2_400 / 4),
    ],
)
def test_a_car_draws_what_is_left_or_nothing(
    rooms: list[float], full: float, expected: list[float], short: float
) -> None:
    """The quarter's room is a ceiling, the least current a floor; what fits nowhere is said."""
    plan = cheapest([a_want(full)], market(10, 11, 12, 13, room_w=[room * 1000 for room in rooms]))
    assert [kilowatt * 1000 for kilowatt in expected] == watts(plan, count=4)
    assert short == pytest.approx(plan.short_wh.get("car_1", 0.0))


def test_a_rest_below_the_least_ends_before_its_quarter() -> None:
    """A twentieth of a quarter's energy is charged in some minutes at the least current, at the end of the run."""
    plan = cheapest([a_want(1.05)], market(20, 10, 30))
    assert wh(plan) == pytest.approx(1.05 * FULL_WH)
    assert [LEAST_W, FULL_W] == [block.power_w for block in plan.blocks]
    assert plan.blocks[0].end == plan.blocks[1].start, "beside the other quarter, so that it is one start"
    amid = cheapest([a_want(2.05)], market(10, 20, 10))
    assert 1 == starts(amid)
    assert [FULL_W, LEAST_W, pytest.approx(FULL_W + 0.05 * FULL_W - LEAST_W)] == watts(amid, count=3)


def test_the_quarter_in_which_it_must_be_ready_counts_up_to_then() -> None:
    """Ready at ten to: two thirds of the last quarter are left."""
    want = replace(a_want(2), until=NOON + timedelta(minutes=25))
    plan = cheapest([want], market(20, 10, 5))
    assert [FULL_W, pytest.approx(FULL_W * 2 / 3), 0] == watts(plan, count=3)
    assert plan.blocks[-1].end == want.until
    assert plan.short_wh["car_1"] == pytest.approx(FULL_WH / 3)


def test_neighbours_with_one_power_and_price_are_one_block() -> None:
    """A night at one price is one line on the screen."""
    plan = cheapest([a_want(3, trip="Sea")], market(30, 20, 20, 20, 30))
    assert (
        Block(car="car_1", start=NOON + QUARTER, end=NOON + 4 * QUARTER, power_w=FULL_W, eur_kwh=0.2, trip="Sea"),
    ) == plan.blocks


def test_the_block_of_now_and_the_next_one() -> None:
    """What charges now, and what comes."""
    plan = cheapest([a_want(2, trip="Sea")], market(10, 50, 50, 10))
    first, second = plan.blocks
    assert (first, second) == (plan.now("car_1", NOON), plan.next("car_1", NOON))
    assert (None, None) == (plan.now("car_1", NOON + QUARTER), plan.next("car_2", NOON))


def test_two_cars_share_the_room() -> None:
    """The one with less time to spare chooses first; the other takes what is left, or another quarter."""
    cents = [10, 20, 30, 40]
    late, early = a_want(2, before=2), a_want(2, before=4, car="car_2")
    plan = cheapest([early, late], market(*cents, room_w=10_000.0))
    assert [8_000, 8_000, 0, 0] == watts(plan, count=4)
    assert [2_000, 2_000, 8_000, 4_000] == watts(plan, "car_2", count=4)
    plan = cheapest([early, late], market(*cents, room_w=9_000.0))
    assert [0, 0, 8_000, 8_000] == watts(plan, "car_2", count=4)


def test_a_rank_goes_before_time_to_spare() -> None:
    """Who is served first is for the caller to say."""
    late, early = a_want(2, before=2, rank=1), a_want(2, before=4, car="car_2")
    plan = cheapest([late, early], market(10, 20, 30, 40, room_w=8_000.0))
    assert [8_000, 8_000, 0, 0] == watts(plan, "car_2", count=4)
    assert 2 * FULL_WH == plan.short_wh["car_1"]


def test_one_car_is_never_charged_for_two_things_at_once() -> None:
    """A trip and every day are two wants of one charger."""
    plan = cheapest([a_want(2, trip="Sea"), a_want(2)], market(10, 20, 30, 40, 50))
    assert [8_000, 8_000, 8_000, 8_000, 0] == watts(plan, count=5)
    assert all(one.end <= other.start for one, other in pairwise(plan.blocks))


def test_what_is_above_the_everyday_limit_comes_last() -> None:
    """A battery is not kept full for longer than it must be, whatever the price."""
    cents = [10, 12, 50, 50, 50, 60]
    assert [8_000, 8_000, 0, 0, 0, 0] == watts(cheapest([a_want(2)], market(*cents)), count=6)
    plan = cheapest([a_want(3, before=6, late_wh=1.5 * FULL_WH)], market(*cents))
    assert [8_000, 0, 0, 0, 8_000, 8_000] == watts(plan, count=6)
    plan = cheapest([a_want(2, before=6, late_wh=9 * FULL_WH)], market(*cents))
    assert [0, 0, 0, 0, 8_000, 8_000] == watts(plan, count=6)


def test_a_price_that_is_not_known_counts_as_the_mean() -> None:
    """What is cheaper than usual is taken now, what is dearer waits for tomorrow's prices."""
    cents = [10, 50, 30, None, None]
    assert [8_000, 0, 8_000, 0, 0] == watts(cheapest([a_want(2)], market(*cents)), count=5)
    assert [8_000, 0, 8_000, 8_000, 8_000] == watts(cheapest([a_want(4)], market(*cents)), count=5)
    assert [8_000] * 5 == watts(cheapest([a_want(5)], market(*cents)), count=5)
    assert [8_000, 8_000, 0] == watts(cheapest([a_want(2)], market(None, None, None)), count=3)


def test_single_quarters_that_save_nothing_are_joined() -> None:
    """Some sawtooth within the hour is not worth an interruption, a real valley is."""
    saw = [20.3, 20.1, 20.2, 20.1, 20.3, 20.1, 20.2, 20.1]
    plan = cheapest([a_want(4)], market(*saw))
    assert 1 == starts(plan)
    assert eur(plan) <= 4 * 2 * 0.201 + 0.1
    valleys = [40, 5, 40, 40, 40, 5, 40, 40]
    assert [0, 8_000, 0, 0, 0, 8_000, 0, 0] == watts(cheapest([a_want(2)], market(*valleys)))


def test_a_car_is_started_four_times_at_most() -> None:
    """Some cars sulk after a few interruptions of one plug-in."""
    comb = [5, 40] * 10
    assert 4 == starts(cheapest([a_want(8)], market(*comb)))
    assert 2 == starts(cheapest([a_want(8, starts=2)], market(*comb)))
    assert 1 == starts(cheapest([a_want(8, starts=0)], market(*comb)))
    assert 8 * FULL_WH == pytest.approx(wh(cheapest([a_want(8)], market(*comb))))


def test_energy_goes_before_starts() -> None:
    """Where only every other quarter has room, the car is started as often as it takes."""
    plan = cheapest([a_want(6)], market(*[20] * 12, room_w=[20_000.0, 0.0] * 6))
    assert (6, {}) == (starts(plan), plan.short_wh)


def test_a_block_that_has_begun_is_finished() -> None:
    """New prices do not stop a car amid a quarter-hour; what it does not need any more does."""
    before = cheapest([a_want(2)], market(10, 10, 40, 40))
    assert [8_000, 8_000, 0, 0] == watts(cheapest([a_want(2)], market(90, 90, 10, 10), before=before), count=4)
    assert [0, 0, 8_000, 8_000] == watts(cheapest([a_want(2)], market(90, 90, 10, 10)), count=4)
    assert [8_000, 0, 0, 0] == watts(cheapest([a_want(1)], market(90, 90, 10, 10), before=before), count=4)


@pytest.mark.parametrize(
    ("later", "moves"),
    [
        ([40, 40, 20, 20.4, 19.9, 20], False),  # a tenth of a cent
        ([40, 40, 20, 20, 18, 18], False),  # 8 cents
        ([40, 40, 20, 20, 16, 16], True),  # 16 cents, a fifth
        ([9_000, 9_000, 8_000, 8_000, 7_996, 7_996], False),  # 16 cents, but next to nothing of it
    ],
)
def test_a_plan_stays_unless_another_is_clearly_better(later: list[float], *, moves: bool) -> None:
    """By 2 % and ten cents: a plan that jumps with every forecast explains nothing."""
    before = cheapest([a_want(2)], market(40, 40, 20, 20, 30, 30))
    plan = cheapest([a_want(2)], market(*later), before=before)
    stays, moved = [0, 0, 8_000, 8_000, 0, 0], [0, 0, 0, 0, 8_000, 8_000]
    assert (moved if moves else stays) == watts(plan, count=6)


def test_a_plan_that_does_not_suffice_any_more_is_added_to() -> None:
    """More is wanted, or less room is left: what was planned stays, the rest goes where it is cheapest."""
    before = cheapest([a_want(2)], market(40, 40, 20, 20, 30, 30))
    more = cheapest([a_want(3)], market(40, 40, 20, 20, 30, 30), before=before)
    assert [0, 0, 8_000, 8_000, 8_000, 0] == watts(more, count=6)
    narrow = market(40, 40, 20, 20, 30, 30, room_w=[9_000, 9_000, 5_000, 5_000, 9_000, 9_000])
    assert [0, 0, 5_000, 5_000, 6_000, 0] == watts(cheapest([a_want(2)], narrow, before=before), count=6)
    earlier = cheapest([a_want(2, before=3)], market(40, 60, 20, 20, 30, 30), before=before)
    assert [8_000, 0, 8_000, 0, 0, 0] == watts(earlier, count=6)
    assert () == cheapest([], market(40, 40), before=before).blocks


def test_a_want_that_begins_later_waits_for_that() -> None:
    """After the trip before, to the minute; the quarter in which it begins counts from then on."""
    since = NOON + timedelta(minutes=20)
    plan = cheapest([a_want(2, before=4, since=since)], market(1, 5, 20, 10))
    assert [0, pytest.approx(FULL_W * 2 / 3), pytest.approx(FULL_W / 3), FULL_W] == watts(plan, count=4)
    assert {since, NOON + 4 * QUARTER} == {plan.blocks[0].start, plan.blocks[-1].end}
    assert {"car_1": FULL_WH * 2} == cheapest([a_want(2, before=1, since=since)], market(1, 5)).short_wh


def test_two_trips_of_one_car_are_one_after_the_other() -> None:
    """Each within its own times, though the cheap quarters are all in the first."""
    first, second = a_want(1, before=4, trip="1"), a_want(2, before=8, trip="2", since=NOON + 5 * QUARTER)
    plan = cheapest([second, first], market(9, 9, 9, 9, 9, 30, 40, 50))
    assert [8_000, 0, 0, 0, 0, 8_000, 8_000, 0] == watts(plan)


@pytest.mark.parametrize(
    ("phase", "phases", "expected"),
    [(None, (1, 2, 3), 6_000), (1, (1,), 6_000), (1, (1, 2, 3), 8_000), (2, (1,), 8_000), (2, (1, 2), 8_000)],
)
def test_a_row_is_shared_by_those_on_its_phase(phase: int | None, phases: tuple[int, ...], expected: float) -> None:
    """6 kW on one phase are three times as much for a car on all of them, and no limit to who is not on it."""
    row = Shared(room_w=[6_000, 6_000], members=frozenset({"car_1"}), phase=phase)
    plan = cheapest([a_want(4, phases=phases), a_want(4, car="car_2", phases=phases)], market(10, 10), shared=[row])
    assert ([expected] * 2, [8_000] * 2) == (watts(plan, count=2), watts(plan, "car_2", count=2))


def test_what_one_car_takes_of_a_row_the_other_has_not() -> None:
    """10 kW for both: the first has 8, the other 2."""
    row = Shared(room_w=[10_000, 10_000], members=frozenset({"car_1", "car_2"}))
    plan = cheapest([a_want(2, before=2), a_want(1, car="car_2")], market(10, 10), shared=[row])
    assert ([8_000] * 2, [2_000] * 2) == (watts(plan, count=2), watts(plan, "car_2", count=2))


def a_sunny_market(*suns_w: float, cents: float = 30, **said: Any) -> list[Quarters]:
    """Quarters at one price, of which the sun leaves over so much, worth 5 ct."""
    quarters_ = market(*[cents] * len(suns_w), **said)
    return [replace(one, sun_w=sun_w, sun_eur_kwh=0.05) for one, sun_w in zip(quarters_, suns_w, strict=True)]


def test_a_car_takes_what_the_sun_leaves_over_first() -> None:
    """No more than that where it suffices, at least its least, and the rest where it costs the same."""
    sunny = a_sunny_market(0, 3_000, 4_000, 1_000)
    assert [0, 3_000, 4_000, 0] == watts(cheapest([a_want(7 / 8)], sunny), count=4)
    assert [0, 3_000, 4_000, LEAST_W] == watts(cheapest([a_want(8.4 / 8)], sunny), count=4)
    assert [7_600, 3_000, 4_000, LEAST_W] == watts(cheapest([a_want(2)], sunny), count=4)
    plan = cheapest([a_want(7 / 8)], sunny)
    assert [0.05, 0.05] == [pytest.approx(block.eur_kwh) for block in plan.blocks]


def test_two_cars_share_the_sun() -> None:
    """What the first takes the second has not; it costs it what the grid does."""
    sunny = a_sunny_market(4_000, 4_000, 0)
    plan = cheapest([a_want(1, before=2), a_want(0.5, before=3, car="car_2")], sunny)
    assert [4_000, 4_000, 0] == watts(plan, count=3)
    assert {0.3} == {block.eur_kwh for block in plan.blocks if block.car == "car_2"}


def test_what_is_calm_is_taken_before_what_is_not() -> None:
    """Above 2 kW a kWh costs 10 ct more: flat where that suffices, more where it does not."""
    calm = [replace(one, calm_w=2_000, over_eur_kwh=0.1) for one in market(20, 25, 20, 25)]
    assert [2_000] * 4 == watts(cheapest([a_want(1)], calm), count=4)
    assert 2_000 * 4 + 4_000 == pytest.approx(sum(watts(cheapest([a_want(1.5)], calm), count=4)))
    assert {} == cheapest([a_want(4)], calm).short_wh
    steep = [replace(one, over_eur_kwh=0.01) for one in calm]
    assert [6_000, 0, 2_000, 0] == watts(cheapest([a_want(1)], steep), count=4)


def test_what_need_not_be_is_never_bought_above_its_worth() -> None:
    """Cheap quarters and the sun; what it has not is not short, and it never takes the place of what must be."""
    spare = a_want(9, car="car_2", worth_eur_kwh=0.15, rank=-1)
    plan = cheapest([spare], market(10, 20, 14, 15))
    assert ([8_000, 0, 8_000, 0], {}) == (watts(plan, "car_2", count=4), plan.short_wh)
    both = cheapest([spare, a_want(1)], market(10, 20, 14, 15, room_w=8_000.0))
    assert ([8_000, 0, 0, 0], [0, 0, 8_000, 0]) == (watts(both, count=4), watts(both, "car_2", count=4))
    assert [4_000, 0, 1_500] == watts(cheapest([replace(spare, car="car_1")], a_sunny_market(4_000, 0, 1_500)), count=3)


def test_afresh_only_what_has_begun_stays() -> None:
    """Who weighs plans himself wants the best one; a block that runs is finished in any case."""
    before = cheapest([a_want(2)], market(40, 40, 20, 20, 30, 30))
    later = market(40, 40, 20, 20, 18, 18)
    assert [0, 0, 0, 0, 8_000, 8_000] == watts(
        afresh([a_want(2)], Left.of(market_of(later), ()), before=before), count=6
    )
    begun = cheapest([a_want(2)], market(10, 10, 40, 40))
    assert [8_000, 8_000, 0, 0] == watts(
        afresh([a_want(2)], Left.of(market_of(market(90, 90, 10, 10)), ()), before=begun), count=4
    )


def test_no_quarters_no_plan() -> None:
    """What is wanted is short then, not lost."""
    assert {"car_1": 4_000.0} == cheapest([a_want(2)], []).short_wh
    assert {"car_1": 4_000.0} == cheapest([a_want(2, before=0)], market(10, 10)).short_wh
    assert {"car_1": 4_000.0} == cheapest([a_want(2, full_w=0.0)], market(10, 10)).short_wh


def test_a_night_goes_as_it_was_planned() -> None:
    """Planned anew each five minutes while the car charges: what it is told keeps to the first plan."""
    cents = [30, 29.5, 29, 28, 22, 21.5, 20, 21, 19, 18.6, 18.4, 19.1, 20.2, 21, 24, 29]
    whole = market(*cents)
    want = a_want(5, before=16)
    plan = first = cheapest([want], whole)
    left_wh, told, minutes = want.energy_wh, [0.0] * 16, 5
    for minute in range(0, 240, minutes):
        at = NOON + timedelta(minutes=minute)
        ahead = [replace(one, start=max(at, one.start)) for one in whole if one.end > at]
        plan = cheapest([replace(want, energy_wh=left_wh)], ahead, before=plan)
        block = plan.now("car_1", at)
        if block is not None:
            drawn_wh = min(left_wh, block.power_w * minutes / 60)
            told[minute // 15] += drawn_wh * 4
            left_wh -= drawn_wh
    assert left_wh == pytest.approx(0, abs=1)
    assert watts(first, count=16) == pytest.approx(told, abs=1)


def test_quarters_carry_their_price_and_room() -> None:
    """Clock quarters of the price slots, the first one cut at now; where there is no slot the price is not known."""
    start = NOON + timedelta(minutes=7)
    slots = [
        PriceSlot(start, NOON + 2 * QUARTER, 0.2, 0.05),
        PriceSlot(NOON + 2 * QUARTER, NOON + 3 * QUARTER, None, None),
        PriceSlot(NOON + 4 * QUARTER, NOON + 9 * QUARTER, 0.3, 0.05),
    ]
    cut = quarters(slots, start, NOON + timedelta(minutes=70), lambda at: float(at.minute))
    assert [
        (7, 15, 0.2, 7),
        (15, 30, 0.2, 15),
        (30, 45, None, 30),
        (45, 60, None, 45),
        (60, 70, 0.3, 0),
    ] == [
        (*((at - NOON) // timedelta(minutes=1) for at in (one.start, one.end)), one.eur_kwh, one.room_w) for one in cut
    ]
    assert [(None, 5_000.0)] * 2 == [(one.eur_kwh, one.room_w) for one in quarters([], NOON, NOON + HOUR / 2, 5_000.0)]
    assert () == quarters(slots, NOON, NOON, 0.0)


def day(*stretches: tuple[float, float]) -> list[Quarters]:
    """Hours at a price in cents, one stretch after the other."""
    return market(*(cents for hours, cents in stretches for _ in range(round(hours * 4))))


def hours(found: tuple[tuple[datetime, datetime], ...]) -> list[tuple[float, float]]:
    """Stretches as hours from noon."""
    return [((start - NOON) / HOUR, (end - NOON) / HOUR) for start, end in found]


def test_the_cheap_hours_of_bands_are_those_of_the_cheapest() -> None:
    """Night is night, however long; a stretch begins now at the earliest and is cut after 24 hours."""
    week = day((10, 30), (9, 20), (15, 30), (9, 20), (5, 30))
    assert [(10, 19)] == hours(cheap_hours(week, NOON))
    assert [(12, 19), (34, 36)] == hours(cheap_hours(week, NOON + 12 * HOUR))
    three = day((5, 35), (3, 30), (6, 20), (2, 30), (20, 35))
    assert [(8, 14)] == hours(cheap_hours(three, NOON))


def test_a_weekend_at_the_night_price_is_cheap_all_day() -> None:
    """Dearer hours are known beyond it; where none are known, nothing is cheap."""
    assert [(0, 24)] == hours(cheap_hours(day((30, 20), (15, 30)), NOON))
    assert [] == hours(cheap_hours(day((30, 30), (15, 20)), NOON))
    assert [] == hours(cheap_hours(day((48, 20)), NOON))
    assert [] == hours(cheap_hours(market(*[None] * 96), NOON))
    assert [] == hours(cheap_hours([], NOON))


def test_the_cheap_hours_of_the_market_are_six_in_a_day() -> None:
    """Or as many of what is published, in few stretches."""
    valley = [30 - abs(12 - hour) for hour in range(24) for _ in range(4)]
    hill = [18 + abs(12 - hour) / 2 for hour in range(24) for _ in range(4)]
    found = hours(cheap_hours(market(*valley), NOON))
    assert sum(end - start for start, end in found) == pytest.approx(6)
    assert len(found) == 2
    [(start, end)] = hours(cheap_hours(market(*hill), NOON))
    assert (start, end) == pytest.approx((9.5, 15.5), abs=0.5)
    half = hours(cheap_hours(market(*hill[:48], *[None] * 48), NOON))
    assert sum(end - start for start, end in half) == pytest.approx(3)
    assert sum(end - start for start, end in hours(cheap_hours(market(*hill), NOON, 4))) == pytest.approx(4)


def test_a_flat_night_spreads_what_is_missing() -> None:
    """Over the hours left, at least the least, never a peak without need."""
    assert 2_000 == flat_w(16_000, 8, LEAST_W, FULL_W)
    assert LEAST_W == flat_w(1_000, 8, LEAST_W, FULL_W)
    assert FULL_W == flat_w(16_000, 1, LEAST_W, FULL_W)
    assert [0, 0] == [flat_w(0, 8, LEAST_W, FULL_W), flat_w(9_000, 0, LEAST_W, FULL_W)]


@st.composite
def markets(draw: st.DrawFn) -> list[Quarters]:
    """Some hours, whose first quarter has begun, with prices and rooms as they come."""
    cents = draw(st.lists(st.none() | st.integers(-5, 60), min_size=1, max_size=24))
    rooms = draw(
        st.lists(st.sampled_from([0.0, 1_399.0, 1_400.0, 3_000.0, 9_000.0, 20_000.0]), min_size=24, max_size=24)
    )
    found = market(*cents, room_w=rooms[: len(cents)])
    return [replace(found[0], start=NOON + draw(st.integers(0, 14)) * timedelta(minutes=1)), *found[1:]]


@st.composite
def wants(draw: st.DrawFn) -> list[Want]:
    """Up to three cars, some with two things at once."""
    return [
        Want(
            car=f"car_{draw(st.integers(1, 3))}",
            trip=str(number),
            energy_wh=draw(st.integers(0, 20_000)),
            until=NOON + draw(st.integers(0, 400)) * timedelta(minutes=1),
            full_w=draw(st.sampled_from([1_400.0, 3_680.0, 11_000.0])),
            least_w=LEAST_W,
            late_wh=draw(st.sampled_from([0, 0, 3_000])),
        )
        for number in range(draw(st.integers(1, 3)))
    ]


def drawn(plan: Plan, wanted: Sequence[Want]) -> Mapping[str, Want]:
    """The wants by their trip, after a look that each block fits its own."""
    by_trip = {want.trip: want for want in wanted}
    for block in plan.blocks:
        want = by_trip[block.trip]
        assert block.car == want.car
        assert want.least_w - 1e-6 <= block.power_w <= want.full_w + 1e-6
        assert block.start < block.end <= want.until
    return by_trip


@given(market_=markets(), wanted=wants(), before=wants())
def test_a_plan_keeps_its_promises(market_: list[Quarters], wanted: list[Want], before: list[Want]) -> None:
    """No room is passed, each block is nothing or at least the least, all energy is placed or said to be short."""
    for plan in (
        cheapest(wanted, market_),
        cheapest(wanted, market_, before=cheapest(before, market_)),
    ):
        drawn(plan, wanted)
        for quarter in market_:
            at_once = [one for one in plan.blocks if one.start < quarter.end and one.end > quarter.start]
            assert sum(one.power_w for one in at_once) <= quarter.room_w + 1e-6
            assert len({one.car for one in at_once}) == len(at_once), "a car is charged for one thing at a time"
            assert {quarter.eur_kwh} >= {one.eur_kwh for one in at_once}
        for car in {want.car for want in wanted}:
            asked_wh = sum(want.energy_wh for want in wanted if want.car == car)
            assert wh(plan, car) + plan.short_wh.get(car, 0.0) == pytest.approx(asked_wh, abs=1e-2)


@given(market_=markets(), wanted=wants())
def test_what_is_short_had_no_room(market_: list[Quarters], wanted: list[Want]) -> None:
    """The only car is short only where each quarter before its time is full."""
    want = wanted[0]
    plan = cheapest([want], market_)
    could_wh = sum(
        min(want.full_w, one.room_w) * ((min(one.end, want.until) - one.start) / HOUR)
        for one in market_
        if one.start < want.until and one.room_w >= want.least_w
    )
    assert wh(plan, want.car) == pytest.approx(min(want.energy_wh, could_wh), abs=1e-2)


@given(market_=markets(), wanted=wants())
def test_no_cheaper_quarter_is_left_for_a_dearer_one(market_: list[Quarters], wanted: list[Want]) -> None:
    """But for ten cents or two per cent, where that saves starts, and for a rest below the least."""
    want = replace(wanted[0], late_wh=0.0, starts=100)
    plan = cheapest([want], market_)
    known = [one.eur_kwh for one in market_ if one.eur_kwh is not None]
    mean = sum(known) / len(known) if known else 0.0
    prices = {one.start: mean if one.eur_kwh is None else one.eur_kwh for one in market_}
    left_wh, least_eur, dearest = wh(plan, want.car), 0.0, 0.0
    for quarter in sorted(market_, key=lambda one: prices[one.start]):
        if quarter.start < want.until and quarter.room_w >= want.least_w:
            length = (min(quarter.end, want.until) - quarter.start) / HOUR
            taken_wh = min(left_wh, min(want.full_w, quarter.room_w) * length)
            least_eur += taken_wh / 1000 * prices[quarter.start]
            dearest = max(dearest, abs(prices[quarter.start]))
            left_wh -= taken_wh
    paid_eur = 0.0
    for quarter in market_:
        for block in plan.blocks:
            together = min(block.end, quarter.end) - max(block.start, quarter.start)
            if together > timedelta(0):
                paid_eur += block.power_w / 1000 * (together / HOUR) * prices[quarter.start]
    rest_eur = want.least_w / 4 / 1000 * 0.65
    assert least_eur - 1e-6 <= paid_eur <= least_eur + min(0.1, 0.02 * abs(least_eur)) + rest_eur + 1e-6


@given(market_=markets(), wanted=wants())
def test_a_plan_is_its_own_successor(market_: list[Quarters], wanted: list[Want]) -> None:
    """Planned again with nothing new, nothing moves by more than it must; a plan stays that is a crumb short."""
    plan = cheapest(wanted, market_)
    again = cheapest(wanted, market_, before=plan)
    assert again == cheapest(wanted, market_, before=again)
    assert sum(again.short_wh.values()) <= sum(plan.short_wh.values()) + SHORT_WH + 1e-2


@pytest.mark.parametrize("seven_days", [[20.0] * 672, [20 + n * 7919 % 40 for n in range(672)]], ids=["flat", "zigzag"])
def test_a_week_for_two_cars_is_planned_within_the_cycle(seven_days: list[float]) -> None:
    """Some milliseconds."""
    week = market(*seven_days, room_w=9_000.0)
    both = [a_want(20, car="car_1", late_wh=8_000, before=672), a_want(15, car="car_2", before=600)]
    plan = cheapest(both, week)
    assert cost(lambda: cheapest(both, week, before=plan)) < 4
