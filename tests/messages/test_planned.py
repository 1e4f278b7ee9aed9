"""What a plan comes down to, alike for every face."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lib.commands.picture_plan import outlook, planned, spans
from lib.core.outlook import Off
from lib.messages import parse_message, to_json
from lib.messages.plan import PlanBlock, Saved
from lib.messages.planned import (
    age_s,
    block_now,
    blocks_of,
    bounds,
    called,
    cars_in,
    day_ahead,
    day_of,
    gained_eur,
    goes_over,
    has_battery,
    in_force,
    is_partly,
    month_of,
    off_said,
    over,
    peak_briefly,
    peak_said,
    rounding_said,
    supposed_from,
)
from tests.panels.ahead import NOW, STORIES, local, plan_of

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("name", STORIES)
def test_what_is_drawn_could_be_said(name: str) -> None:
    """Each plan and outlook passes the wire."""
    for word in STORIES[name]():
        assert word == parse_message(to_json(word))


def test_a_plan_holds_for_its_time_from_when_it_was_looked_through() -> None:
    """One that keeps its place begins with the running quarter, so it is as old as that."""
    old = planned(made=NOW - 120 * MINUTE, for_s=2100.0)
    assert (0.0, old) == (age_s(old, NOW), in_force(old, NOW))
    assert old == in_force(old, NOW + 35 * MINUTE)
    assert in_force(old, NOW + 36 * MINUTE) is None
    assert in_force(None, NOW) is None


def test_what_is_over_is_no_block_any_more() -> None:
    """In order of time; of some devices alone where they are named."""
    plan = planned()
    assert ["car_1", "battery"] == [one.device for one in blocks_of(plan, NOW)[:2]]
    assert "battery" == blocks_of(plan, NOW + timedelta(hours=3))[0].device
    assert {"car_2"} == {one.device for one in blocks_of(plan, NOW, ("car_2",))}
    now = block_now(plan, "car_1", NOW)
    assert now is not None
    assert local("2026-11-20 15:30") == now.end
    assert block_now(plan, "car_2", NOW) is None


def test_neighbours_for_the_same_reason_are_one_block() -> None:
    """With the mean of power and price; another reason, a pause, or another power by much is another block."""
    first = PlanBlock(device="car_1", start=NOW, end=NOW + 15 * MINUTE, power_w=3200.0, eur_kwh=0.2, why="cheap")
    second = replace(first, start=first.end, end=first.end + 45 * MINUTE, power_w=4000.0, eur_kwh=0.3)
    other = replace(first, start=second.end, end=second.end + 15 * MINUTE, why="sun")
    later = replace(other, start=other.end + 15 * MINUTE, end=other.end + 30 * MINUTE)
    found = blocks_of(planned(blocks=(other, second, later, first)), NOW)
    assert [NOW, other.start, later.start] == [one.start for one in found]
    assert (3800.0, other.start) == (found[0].power_w, found[0].end)
    assert found[0].eur_kwh == pytest.approx((0.2 * 0.8 + 0.3 * 3.0) / 3.8)
    slower = replace(first, power_w=2000.0)
    assert 4 == len(blocks_of(planned(blocks=(other, second, later, slower)), NOW))


def test_the_rest_of_a_quarter_counts_as_a_part_of_it() -> None:
    """A car that draws much for its last five minutes makes no peak of that."""
    plan = planned(paid_w=2500.0)
    rest = replace(plan.spans[0], start=plan.spans[0].end - 5 * MINUTE, counts_w=7000.0)
    assert [False] == over(replace(plan, spans=(rest,)))
    assert [True] == over(replace(plan, spans=(replace(rest, counts_w=7600.0),)))


def test_cars_are_called_as_their_owner_calls_them() -> None:
    """The battery, and a car without a title, by their names."""
    plan = planned(titles={"car_1": "Blue car"})
    assert ["Blue car", "car_2", "battery"] == [called(plan, name) for name in (*cars_in(plan), "battery")]
    assert has_battery(plan)
    assert not has_battery(plan_of(STORIES["no_battery"]()))


def test_a_quarter_counts_above_what_its_own_month_has_paid() -> None:
    """In the next month, which starts anew, only what is above what is meant there."""
    at = local("2026-11-30 20:00")
    months = spans(at, ())
    later = tuple(one if one.start < local("2026-12-01 00:00") else replace(one, target_w=2500.0) for one in months)
    plan = planned(at, spans=later, blocks=(), served=(), paid_w=700.0, target_w=3910.0)
    found = [one.start for one, too_much in zip(plan.spans, over(plan), strict=True) if too_much]
    assert found
    assert max(found) < local("2026-12-01 00:00")
    assert [(700.0, 3910.0), (2500.0, 2500.0)] == [bounds(plan)[0], bounds(plan)[-1]]


def test_a_target_at_what_is_paid_raises_nothing() -> None:
    """To a few watts; without peaks nothing is said."""
    for paid_w, target_w, more in ((2500.0, 2504.0, False), (2500.0, 3100.0, True), (None, None, False)):
        plan = planned(paid_w=paid_w, target_w=target_w, peak_eur=2.4)
        assert (more, more) == (goes_over(plan), "goes to 3.10 kW for € 2.40" in peak_said(plan))
    assert "" == peak_said(planned(paid_w=None, target_w=None))
    assert not any(over(planned(paid_w=None, target_w=None)))


def test_an_accepted_peak_is_not_called_paid() -> None:
    """It costs what it costs once a quarter goes so far."""
    plan = planned(paid_w=4000.0, target_w=3910.0, accepted=True)
    assert "month's peak 4.00 kW is accepted, the plan stays under it" == peak_said(plan)
    assert ["under the accepted 4.00 kW", "under the paid 4.00 kW"] == [
        peak_briefly(one) for one in (plan, replace(plan, accepted=False))
    ]


def test_what_rounding_costs_is_said_from_a_cent_on() -> None:
    """Nothing where nobody knows."""
    assert "€ 0.16 of it" == rounding_said(planned())[:12]
    assert ["", ""] == [rounding_said(planned(rounding_eur=eur)) for eur in (None, 0.004)]


def test_prices_are_supposed_from_the_first_that_is_not_published() -> None:
    """None where all are."""
    assert local("2026-11-22 00:00") == supposed_from(planned())
    assert supposed_from(plan_of(STORIES["day_and_night"]())) is None


def test_savings_are_summed_over_the_newest_days_month() -> None:
    """A day that is none is left as it is."""
    days = tuple(Saved(day=day, eur=1.0, naive_eur=1.5) for day in ("2026-12-01", "2026-11-30", "2026-11-29"))
    assert (1, 0.5) == (len(month_of(planned(saved=days))), gained_eur(month_of(planned(saved=days))))
    unknown = Saved(day="2026-11-28", missing=96)
    assert (0.5, None) == (gained_eur((days[0], unknown)), gained_eur((unknown,)))
    assert [False, True, True] == [is_partly(some) for some in (days, (unknown,), (replace(days[0], missing=1),))]
    assert day_of(Saved(day="soon", eur=1.0, naive_eur=1.5)) is None


def test_forecasts_are_judged_a_day_ahead() -> None:
    """By what comes closest to it, where there is anything behind it."""
    off = day_ahead(outlook())
    assert off is not None
    assert "load mostly off by 121 W, sun by 304 W a day ahead" == off_said(off)
    young = day_ahead(outlook(off=(Off(ahead_h=1, quarters=8, load_w=80.0), Off(ahead_h=24))))
    assert young is not None
    assert "load mostly off by 80 W 1 h ahead" == off_said(young)
    assert day_ahead(outlook(off=())) is None
