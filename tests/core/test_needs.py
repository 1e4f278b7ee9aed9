"""Needs: how much by when, from when on at the latest, and what is done when it does not suffice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.car import FULL, Ask, CarRules
from lib.core.needs import Need, Step, need, said, target_pct
from lib.core.plan import Quarters
from lib.core.taper import Taper
from lib.core.trip import Trip
from tests.conftest import local

HOUR = timedelta(hours=1)
EVENING = local("2026-11-20 18:40")
READY = local("2026-11-21 06:40")  # twelve hours later
CAR = CarRules(name="car_1", capacity_wh=60_000, wh_km=180)
WH_PCT = 700.0
FULL_W, LEAST_W = 11_000.0, 1_380.0


def a_trip(ask: Ask = FULL, **said: Any) -> Trip:
    """A trip at five to seven tomorrow morning."""
    usual: dict[str, Any] = {
        "key": "work/car_1",
        "ready": READY,
        "departs": READY + HOUR / 4,
        "returns": READY + 9 * HOUR,
    }
    return Trip(car="car_1", title="Work", ask=ask, **(usual | said))


def rooms(*kilowatts: float, each: timedelta = HOUR) -> tuple[Quarters, ...]:
    """What is left under the target, from the evening on."""
    return tuple(
        Quarters(start=EVENING + n * each, end=EVENING + (n + 1) * each, eur_kwh=None, room_w=kilowatt * 1000)
        for n, kilowatt in enumerate(kilowatts)
    )


def a_need(
    *, to_pct: float = 80, from_pct: float | None = 40, room: Sequence[Quarters] | float = 3.5, **said: Any
) -> Need:
    """A need of 40 % (28 kWh) with 3.5 kW left under the target: 8.8 hours, with 3.2 to spare."""
    usual: dict[str, Any] = {"at": EVENING, "wall_wh_pct": WH_PCT, "full_w": FULL_W, "least_w": LEAST_W}
    left = rooms(room) if isinstance(room, int | float) else room
    return need(a_trip(Ask(soc_pct=to_pct)), CAR, soc_low_pct=from_pct, rooms=left, **(usual | said))


@pytest.mark.parametrize(
    ("ask", "outside_c", "expected"),
    [
        (Ask(km=100), None, 20 + 30),
        (Ask(km=100), 5, 20 + 30),
        (Ask(km=100), 4.9, 20 + 36),
        (Ask(km=500), None, 100),
        (Ask(energy_wh=30_000), None, 20 + 50),
        (Ask(energy_wh=30_000), -10, 20 + 50),
        (Ask(soc_pct=80), -10, 80),
        (Ask(soc_pct=10), None, 10),
        (FULL, None, 100),
        (Ask(), None, 100),
    ],
)
def test_the_target_is_the_reserve_on_arrival_and_the_need(ask: Ask, outside_c: float | None, expected: float) -> None:
    """At most 100; a state of charge is as the owner wrote it; km take a fifth more in the cold."""
    assert expected == pytest.approx(target_pct(ask, CAR, outside_c=outside_c))


def test_a_need_says_when_charging_must_begin() -> None:
    """28 kWh at 3.5 kW and a tenth: 8.8 hours before it is ready."""
    one = a_need()
    assert (80, 28_000, Step.CHEAP, True) == (one.target_pct, one.energy_wh, one.step, one.feasible)
    assert one.latest_start is not None
    assert abs(one.latest_start - (READY - 8.8 * HOUR)) < timedelta(seconds=1)
    assert one.slack_s == pytest.approx(3.2 * 3600)
    assert (80, 80) == (one.reach_pct, one.full_pct)
    assert one.power_w == pytest.approx(28_000 / 12)


def test_no_more_than_the_charger_can_do_is_reckoned_with() -> None:
    """A large room does not make the car faster."""
    one = a_need(room=40, full_w=3_700.0)
    assert one.slack_s == pytest.approx((12 - 28 / 3.7 * 1.1) * 3600)


def test_hours_without_room_do_not_count() -> None:
    """Room below the least current is no room: the oven's and the heat pump's hours are left out."""
    evening_and_morning = rooms(4, 4, 1.3, 1.3, 1.3, 1.3, 1.3, 1.3, 4, 4, 4, 4)
    one = a_need(to_pct=50, room=evening_and_morning)  # 7 kWh: 1.925 h of the last four
    assert one.slack_s == pytest.approx((12 - 1.925) * 3600)
    one = a_need(to_pct=65, room=evening_and_morning)  # 17.5 kWh: 4.8125 h, of which 0.8125 before the gap
    assert one.slack_s == pytest.approx((2 - 0.8125) * 3600)
    assert one.step is Step.ANY_RATE


def test_beyond_the_known_rooms_the_last_one_goes_on() -> None:
    """What is not known is as it was; before the first it is as the first."""
    assert a_need(room=rooms(3.5, 4)).slack_s == pytest.approx(a_need(room=rooms(3.5, *[4] * 11)).slack_s)
    late = [replace(one, start=one.start + 3 * HOUR, end=one.end + 3 * HOUR) for one in rooms(3.5)]
    assert a_need(room=late) == a_need(room=3.5)


def test_without_rooms_nothing_limits() -> None:
    """A house whose load nobody knows yet is no reason to call every trip late."""
    assert a_need(room=()) == a_need(room=11)


def test_the_last_per_cents_are_begun_earlier() -> None:
    """A full battery takes little: 20 % up to 100 take longer than 20 % up to 80."""
    slow, quick = a_need(from_pct=80, to_pct=100, room=11), a_need(from_pct=60, to_pct=80, room=11)
    assert slow.energy_wh == pytest.approx(quick.energy_wh)
    assert slow.latest_start is not None
    assert quick.latest_start is not None
    assert quick.latest_start - slow.latest_start > HOUR / 2
    assert slow.slack_s == pytest.approx((12 - Taper(WH_PCT * 1.1).hours(80, 100, 11_000)) * 3600)


def test_an_unknown_state_of_charge_assumes_nothing() -> None:
    """Unknown is not empty: nothing is late, the owner is asked."""
    one = a_need(from_pct=None, before=a_need(room=1.4))
    assert (80, None, None, None, None, Step.CHEAP) == (
        one.target_pct,
        one.energy_wh,
        one.latest_start,
        one.reach_pct,
        one.feasible,
        one.step,
    )


@pytest.mark.parametrize("from_pct", [79.6, 80, 95])
def test_a_car_that_has_enough_needs_nothing(from_pct: float) -> None:
    """Within half a per cent, which nobody can measure."""
    one = a_need(from_pct=from_pct, before=a_need(room=1.4))
    assert (0, True, Step.CHEAP, 0) == (one.energy_wh, one.feasible, one.step, one.power_w)
    assert one.reach_pct == max(80, from_pct)


@pytest.mark.parametrize(
    ("said_", "expected"),
    [
        ({"room": 3.5}, Step.CHEAP),  # 3.2 h to spare
        ({"room": 3.081}, Step.CHEAP),  # 2 h
        ({"room": 3.07}, Step.ANY_RATE),
        ({"room": 2.57}, Step.ANY_RATE),  # 1 min
        ({"room": 2.56}, Step.HELP),
        ({"room": 2.56, "help_asked_s": 4.9}, Step.HELP),
        ({"room": 2.56, "help_asked_s": 5}, Step.OVER),
        ({"room": 2.56, "help_asked_s": inf}, Step.OVER),  # there is no battery
        ({"room": 2.0, "help_asked_s": 60, "helped_w": 600}, Step.HELP),
        ({"room": 2.0, "help_asked_s": 60, "helped_w": 500}, Step.OVER),
        ({"room": 0.0, "help_asked_s": 60, "helped_w": 3000}, Step.HELP),
        ({"room": 2.0, "helped_w": 3000, "helped_until": EVENING}, Step.OVER),
        ({"room": 11, "full_w": 2_300.0}, Step.UNREACHABLE),
        # 27.72 of 28 kWh: half a per cent less is enough
        ({"room": 0.0, "full_w": 2_310.0, "help_asked_s": inf}, Step.OVER),
    ],
)
def test_a_need_escalates_step_by_step(said_: dict[str, Any], expected: Step) -> None:
    """Two hours to spare: cheap hours. Less: any rate. Late: the battery, then above the peak, then all there is."""
    assert expected is a_need(**said_).step


def test_it_goes_back_only_with_time_to_spare() -> None:
    """Half an hour more than the step began with, so that nothing goes on and off."""
    any_rate = a_need(room=3.07)
    assert Step.ANY_RATE is a_need(room=3.1, before=any_rate).step
    assert Step.CHEAP is a_need(room=3.26, before=any_rate).step  # 2.55 h
    over = a_need(room=2.5, help_asked_s=inf)
    assert Step.OVER is a_need(room=2.6, before=over, help_asked_s=inf).step
    assert Step.ANY_RATE is a_need(room=2.7, before=over, help_asked_s=inf).step  # 0.6 h
    assert Step.CHEAP is a_need(room=11, before=over, help_asked_s=inf).step
    unreachable = a_need(full_w=2_300.0)
    assert Step.UNREACHABLE is a_need(full_w=2_350.0, before=unreachable).step
    assert Step.HELP is a_need(full_w=2_450.0, before=unreachable).step


def test_what_was_there_is_not_taken_up_again_for_a_per_cent() -> None:
    """A car that has what it needs is not started once more because it is known a little less well by now."""
    met = a_need(from_pct=79.8)
    assert 0 == met.energy_wh
    assert 0 == a_need(from_pct=78.5, before=met).energy_wh
    assert a_need(from_pct=77.5, before=met).energy_wh == pytest.approx(2.5 * WH_PCT)
    assert a_need(from_pct=78.5).energy_wh == pytest.approx(1.5 * WH_PCT)


def test_another_trip_begins_anew() -> None:
    """What was late was another one."""
    before = a_need(room=3.07)
    assert Step.CHEAP is a_need(room=3.1, before=replace(before, trip=replace(before.trip, key="other/car_1"))).step


def test_a_late_need_says_how_far_it_comes() -> None:
    """Under the target, with the margin, and at full power, without."""
    one = a_need(room=1.75, help_asked_s=inf)
    assert one.reach_pct == pytest.approx(40 + 21_000 / 770)
    assert (80, False) == (one.full_pct, one.feasible)
    assert one.slack_s == pytest.approx(-(28_000 * 1.1 - 21_000) / 1_750 * 3600)
    assert one.power_w == pytest.approx(28_000 / 12)
    one = a_need(room=1.75, full_w=2_100.0)
    assert one.full_pct == pytest.approx(40 + 25_200 / 700)
    assert one.power_w == pytest.approx(2_100)


def test_no_room_at_all_is_late_but_not_for_ever() -> None:
    """The time that is missing is counted at the least current."""
    one = a_need(room=0)
    assert one.slack_s == pytest.approx(-28_000 * 1.1 / LEAST_W * 3600)
    assert one.reach_pct == 40


def test_a_charger_that_gives_nothing_reaches_nothing() -> None:
    """A fault is no division by zero."""
    one = a_need(full_w=0.0)
    assert (Step.UNREACHABLE, 40, 40, 0) == (one.step, one.reach_pct, one.full_pct, one.power_w)


def test_after_it_should_be_ready_the_time_runs_until_departure() -> None:
    """A quarter of an hour more is there, and then none."""
    one = a_need(from_pct=78, room=11, at=READY)
    assert one.full_pct == pytest.approx(80)
    assert one.slack_s == pytest.approx(900 - 1_400 * 1.1 / 11_000 * 3600)
    one = a_need(from_pct=70, room=11, at=READY + HOUR / 2)
    assert (Step.UNREACHABLE, 70, 70, FULL_W) == (one.step, one.reach_pct, one.full_pct, one.power_w)


def test_the_battery_helps_as_long_as_it_said() -> None:
    """Two hours of its power are not twelve."""
    two_hours = a_need(room=rooms(*[2.4] * 12), helped_w=2_000, helped_until=EVENING + 2 * HOUR)
    assert Step.HELP is two_hours.step
    one_hour = a_need(room=rooms(*[2.4] * 12), helped_w=2_000, helped_until=EVENING + HOUR / 2)
    assert Step.OVER is one_hour.step


@pytest.mark.parametrize(
    ("said_", "expected"),
    [
        ({"from_pct": 36}, "ready at 06:40 with 80 %: 31 kWh, must start by 20:59"),
        ({"from_pct": None}, "how full is car_1? Type its state of charge, so that it can be ready at 06:40 with 80 %"),
        ({"from_pct": 85}, "has its 80 % for 06:40: nothing to charge"),
        ({"room": 3.07}, "ready at 06:40 with 80 %: 28 kWh, charges at any price from now on"),
        (
            {"room": 1.75},
            "cannot be met under the paid peak: will have 67 % of 80 % at 06:40; the battery is asked for help",
        ),
        (
            {"room": 1.75, "help_asked_s": 60},
            "cannot be met under the paid peak: will have 67 % of 80 % at 06:40; it takes 2.3 kW from now on, above it",
        ),
        ({"full_w": 1_400.0}, "cannot be met: will have 64 % of 80 % at 06:40, with all there is"),
        ({"room": 2.6, "to_pct": 79.9}, "ready at 06:40 with 80 %: 28 kWh, charges at any price from now on"),
    ],
)
def test_one_sentence_says_how_it_stands(said_: dict[str, Any], expected: str) -> None:
    """The same words in the trips' panel and on the wire; times in Brussels."""
    assert expected == said(a_need(**said_), at=EVENING)


def test_a_time_on_another_day_has_its_weekday() -> None:
    """A trip of next week is not tomorrow's."""
    early = EVENING - 72 * HOUR
    assert said(a_need(at=early), at=early) == "ready at Sat 06:40 with 80 %: 28 kWh, must start by Fri 21:52"


def test_a_title_is_how_screens_call_the_car() -> None:
    """The owner's own word."""
    assert said(a_need(from_pct=None), at=EVENING, title="the Audi").startswith("how full is the Audi?")


@given(
    low=st.floats(0, 100),
    target=st.floats(1, 100),
    kilowatts=st.lists(st.floats(0, 15), max_size=20),
    wh_pct=st.floats(200, 1_300),
    full_w=st.floats(1_400, 22_000),
)
def test_who_begins_at_the_latest_start_is_ready(
    low: float, target: float, kilowatts: list[float], wh_pct: float, full_w: float
) -> None:
    """The walk back and the way forward meet; what is late does not reach its target, what is not does."""
    left = rooms(*kilowatts)
    one = a_need(from_pct=low, to_pct=target, room=left, wall_wh_pct=wh_pct, full_w=full_w)
    assert one.slack_s is not None
    assert one.latest_start is not None
    assert one.full_pct is not None
    assert one.reach_pct is not None
    if not one.energy_wh:
        return
    assert one.feasible == (one.reach_pct >= target - 1e-6)
    assert LEAST_W <= one.power_w <= full_w
    assert low - 1e-9 <= one.reach_pct <= one.full_pct + 1e-6
    assert (one.step is Step.UNREACHABLE) == (one.full_pct < target - 0.5 - 1e-6)
    if one.feasible:
        slow, soc = Taper(wh_pct * 1.1), low
        cuts = sorted(
            {one.latest_start, READY, *(room.start for room in left if one.latest_start < room.start < READY)}
        )
        for start, end in pairwise(cuts):
            there = [room.room_w for room in left if room.start <= start] or [full_w]
            power_w = min(full_w, there[-1])
            soc = slow.after_pct(soc, (end - start) / HOUR, power_w if power_w >= LEAST_W else 0.0)
        assert soc == pytest.approx(target, abs=1e-3)


@given(
    before=st.sampled_from(list(Step)),
    room=st.floats(0, 6),
    more=st.floats(0, 3),
    asked_s=st.none() | st.floats(0, 60),
)
def test_more_room_never_escalates(before: Step, room: float, more: float, asked_s: float | None) -> None:
    """A step follows from what is to spare, and the step before only delays the way back."""
    was = replace(a_need(), step=before)
    tight = a_need(room=room, before=was, help_asked_s=asked_s)
    wide = a_need(room=room + more, before=was, help_asked_s=asked_s)
    free = a_need(room=room, help_asked_s=asked_s)
    assert wide.step <= tight.step
    assert free.step <= tight.step <= max(free.step, before)
