"""What is known of the days ahead, as a planner gets it."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from lib.core.arbitrage import Store
from lib.core.cost import PriceSlot
from lib.core.horizon import AHEAD, FINE, SOON, PeakPrices, problem
from lib.core.insured import NOBODY, Insured
from lib.core.outlook import Foreseen, Outlook
from lib.core.plan import Want
from lib.core.problem import Peak, Problem
from lib.core.quarter import QUARTER, start_of
from tests.conftest import local

AT = local("2026-11-20 18:10")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STORE = Store(energy_wh=5_000, least_wh=500, most_wh=10_000, charge_w=5_000, discharge_w=5_000, efficiency=1.0)
FLOOR = PeakPrices(paid_w=2_500.0, next_w=2_500.0, kw_eur=4.8, next_kw_eur=4.8)


def an_outlook(*, load_w: float = 400.0, off_w: float = 100.0, sun_w: float = 0.0) -> Outlook:
    """Two days that are all alike."""
    start = start_of(AT)
    return Outlook(
        made=AT,
        quarters=tuple(
            Foreseen(
                start=start + place * QUARTER,
                end=start + (place + 1) * QUARTER,
                load_w=load_w,
                load_off_w=off_w,
                sun_w=sun_w,
            )
            for place in range(192)
        ),
    )


def known_until(until: datetime, *, since: datetime = AT - DAY) -> list[PriceSlot]:
    """A price by the hour of the day, in cents: at 18 o'clock € 0.18."""
    slots, start = [], start_of(since).replace(minute=0)
    while start < until:
        slots.append(PriceSlot(start, start + HOUR, (start.hour + 1) / 100, 0.02))
        start += HOUR
    return slots


def a_problem(**said: object) -> Problem:
    """Of a house without devices."""
    usual: dict[str, object] = {"prices": known_until(AT + 6 * HOUR), "outlook": an_outlook(), "peaks": FLOOR}
    return problem(AT, **(usual | said))  # type: ignore[arg-type]  # any of its keywords


def a_want(until: datetime, **said: object) -> Want:
    """Of a car."""
    usual: dict[str, object] = {"car": "blue", "energy_wh": 10_000.0, "full_w": 7_360.0, "least_w": 1_380.0}
    return Want(until=until, **(usual | said))  # type: ignore[arg-type]  # any of its keywords


def test_quarters_follow_without_a_hole_and_then_hours() -> None:
    """The running quarter is cut; hours are clock hours, after a day."""
    spans = a_problem().spans
    assert AT == spans[0].start
    assert all(one.end == other.start for one, other in pairwise(spans))
    assert {5, 15, 60} == {round(one.hours * 60) for one in spans}
    assert all(one.hours <= 0.25 for one in spans if one.start < AT + FINE)
    assert all(one.start.minute == 0 for one in spans if one.hours == 1.0)
    assert AT + AHEAD - QUARTER < spans[-1].end <= AT + AHEAD


def test_it_reaches_as_far_as_a_trip_that_must_be_met() -> None:
    """Three days ahead; what need not be makes it no longer, and what is over is left out."""
    far = a_want(AT + 3 * DAY)
    over = a_want(AT - HOUR)
    found = a_problem(wants=(far, over))
    assert (far,) == found.wants
    assert start_of(far.until) == found.spans[-1].end
    assert a_problem().spans[-1].end == a_problem(wants=(a_want(AT + 3 * DAY, worth_eur_kwh=0.2),)).spans[-1].end


def test_a_price_that_is_not_published_is_supposed_to_be_that_of_the_day_before() -> None:
    """And says that nobody knows it; where none is known at all something is supposed."""
    spans = a_problem().spans
    unknown = [one for one in spans if not one.known]
    assert min(one.start for one in unknown) >= AT + 5 * HOUR
    noon = next(one for one in unknown if one.start.hour == 11)
    assert pytest.approx(0.12) == noon.import_eur_kwh
    assert {(0.30, 0.05, False)} == {
        (one.import_eur_kwh, one.export_eur_kwh, one.known) for one in a_problem(prices=()).spans
    }


def test_what_the_house_may_draw_more_is_kept_under_the_peak_but_makes_none_by_itself() -> None:
    """0.7 standard deviations, at least the margin that the ledger keeps; a house at its peak has nothing to keep."""
    assert {70.0} == {one.safe_w for one in a_problem().spans}
    margin = PeakPrices(paid_w=2_500.0, next_w=2_500.0, margin=0.04)
    assert {100.0} == {one.safe_w for one in a_problem(peaks=margin).spans}
    assert {30.0} == {one.safe_w for one in a_problem(outlook=an_outlook(load_w=2_470.0)).spans}
    assert {0.0} == {one.safe_w for one in a_problem(outlook=an_outlook(load_w=3_000.0)).spans}


def test_a_month_that_begins_has_a_peak_of_its_own() -> None:
    """From local midnight on, with its own floor."""
    at = local("2026-11-30 18:00")
    peaks = PeakPrices(paid_w=4_000.0, next_w=2_500.0, kw_eur=4.8, next_kw_eur=5.0)
    found = problem(at, prices=(), outlook=an_outlook(), peaks=peaks)
    assert [(4_000.0, 4.8), (2_500.0, 5.0)] == [(one.paid_w, one.eur_kw) for one in found.peaks]
    first = next(one for one in found.spans if one.peak == 1)
    assert local("2026-12-01 00:00") == first.start


def test_what_the_house_will_pass_by_itself_costs_less_the_more_days_are_left() -> None:
    """Each evening it peaks at 3 to 4 kW: with nine days left 3 kW are as good as sure, on the last day they are not.

    Of the next month all days are left. Where peaks cost nothing no level of them is cheap.
    """
    known = Insured(days=tuple((*[400.0] * 95, 3_000.0 + 100 * (n % 11)) for n in range(29)))
    peaks = PeakPrices(paid_w=2_500.0, next_w=2_500.0, kw_eur=4.8, next_kw_eur=4.8)

    def at(text: str, peaks: PeakPrices) -> tuple[Peak, ...]:
        return problem(local(text), prices=(), outlook=an_outlook(), peaks=peaks, insured=known).peaks

    [soon], [last, after] = at("2026-11-22 00:00", peaks), at("2026-11-30 00:00", peaks)
    assert after.eur(3_900.0) < soon.eur(3_900.0) < last.eur(3_900.0) < 4.8
    assert soon.eur(3_000.0) < 0.1 * 4.8
    assert {4.8} == {one.steps[-1].eur_kw for one in (soon, last, after)}
    assert () == at("2026-11-22 00:00", PeakPrices(paid_w=2_500.0, next_w=2_500.0))[0].tiers


def test_what_the_last_weeks_needed_is_kept() -> None:
    """Each evening from 18 to 19 o'clock 4.5 kW: 1 kWh above what is paid; of the next month for its floor.

    What it never gives is beside that.

    Without a battery, where its owner said how much it keeps, or where peaks cost nothing, nothing is kept beside.
    """
    day = (*[400.0] * 72, *[4_500.0] * 4, *[400.0] * 20)
    known, at = Insured(days=(day,) * 10), local("2026-11-30 12:00")
    peaks = PeakPrices(paid_w=3_500.0, next_w=2_500.0, kw_eur=4.8, next_kw_eur=4.8)

    def keeps(**said: object) -> dict[datetime, float | None]:
        usual: dict[str, object] = {"outlook": an_outlook(), "peaks": peaks, "store": STORE, "insured": known}
        found = problem(at, prices=(), **(usual | said))  # type: ignore[arg-type]  # any of its keywords
        return {span.end: span.keep_wh for span in found.spans}

    found = keeps()
    ends = local("2026-12-01 00:00")
    assert {1_500.0} == {wh for end, wh in found.items() if end <= ends}
    assert {2_500.0} == {wh for end, wh in found.items() if end > ends}
    free = PeakPrices(paid_w=3_500.0, next_w=2_500.0)
    for less in ({"store": None}, {"reserve_set": True}, {"insured": NOBODY}, {"peaks": free}):
        assert {None} == set(keeps(**less).values())


def test_in_the_last_hours_before_a_trip_a_car_may_lack_what_a_bad_day_leaves() -> None:
    """A trip at 7:00, a house of 0.4 kW that drew 1.5 kW from 6 to 7 once: 2.1 kW are left but for that hour.

    Not of a want that need not be, nor while the car is away; not without a battery, nor where peaks cost nothing.
    """
    bad = (*[400.0] * 24, *[1_500.0] * 4, *[400.0] * 68)
    known, ready = Insured(days=((400.0,) * 96, bad) * 5), local("2026-11-21 07:00")

    def rooms(want: Want, **said: object) -> dict[datetime, float]:
        usual: dict[str, object] = {"store": STORE, "insured": known, "wants": [want]}
        found = a_problem(**(usual | said))
        return {found.spans[one.place].end: one.room_wh for one in found.leeways if one.until == want.until}

    found = rooms(a_want(ready))
    assert (ready - SOON, ready - QUARTER) == (min(found), max(found))
    assert (2_100 - 1_100) / 4 == found[ready - QUARTER]
    assert 2 * 2_100 - 1_100 == found[ready - 2 * HOUR]
    assert 2 * 1_380 - 380 == rooms(a_want(ready, full_w=1_380.0))[ready - 2 * HOUR]
    back = ready - 3 * HOUR
    assert back == min(rooms(a_want(ready, since=back)))
    assert {} == rooms(a_want(ready, worth_eur_kwh=0.2))
    for less in ({"store": None}, {"insured": NOBODY}, {"peaks": PeakPrices(paid_w=2_500.0, next_w=2_500.0)}):
        assert {} == rooms(a_want(ready), **less)
    assert {} == rooms(a_want(AT + FINE + QUARTER))


def test_each_car_has_its_leeway_and_those_that_are_here_one_together() -> None:
    """Two at 7:00, one that is back at 6:30 for 8:00: a car counts with its need and its power while it is here."""
    known = Insured(days=((400.0,) * 96,) * 10)
    seven, eight = local("2026-11-21 07:00"), local("2026-11-21 08:00")
    back = seven - 2 * QUARTER
    wants = [
        a_want(seven, full_w=700.0),
        a_want(seven, car="red", full_w=700.0),
        a_want(eight, car="grey", since=back),
        a_want(eight, worth_eur_kwh=0.2),
    ]
    found = a_problem(store=STORE, insured=known, wants=wants)
    rooms = {(found.spans[one.place].end, one.until, one.wants): one.room_wh for one in found.leeways}
    early, late = seven - HOUR, seven - QUARTER
    assert {(0,): 700, (1,): 700, (0, 1): 1_400} == {who: wh for (at, _, who), wh in rooms.items() if at == early}
    assert 700 / 4 == rooms[late, seven, (0,)]
    assert {(2,): 2_100 * 5 / 4, (0, 1, 2): 2_100 * 5 / 4} == {
        who: wh for (at, until, who), wh in rooms.items() if (at, until) == (late, eight)
    }
    assert {(2,): 2_100} == {who: wh for (at, _, who), wh in rooms.items() if at == seven}


def test_over_the_turn_of_a_month_the_lower_peak_counts() -> None:
    """6 kW are paid in November, 2.5 kW are from December on: what is left after midnight is what those leave."""
    known, at = Insured(days=((400.0,) * 96,) * 10), local("2026-11-30 18:10")
    peaks, ready = PeakPrices(paid_w=6_000.0, next_w=2_500.0, kw_eur=4.8, next_kw_eur=4.8), local("2026-12-01 07:00")
    found = problem(at, prices=(), outlook=an_outlook(), peaks=peaks, store=STORE, insured=known, wants=[a_want(ready)])
    rooms = {found.spans[one.place].end: one.room_wh for one in found.leeways}
    assert 7 * 2_100 == rooms[local("2026-12-01 00:00")]
    assert 8 * 2_100 == rooms[local("2026-11-30 23:00")]


def test_what_is_left_in_the_battery_is_worth_what_it_replaces() -> None:
    """The mean price less wear, over the way out."""
    store = Store(energy_wh=5_000, least_wh=0, most_wh=10_000, charge_w=5_000, discharge_w=5_000, wear_eur_kwh=0.0)
    found = a_problem(store=store, prices=[PriceSlot(AT - DAY, AT + 3 * DAY, 0.30, 0.05)])
    assert pytest.approx(0.30 * 0.9**0.5) == found.end_eur_kwh


def test_beyond_the_outlook_a_day_is_like_the_one_before() -> None:
    """Also the sun."""
    found = a_problem(wants=(a_want(AT + 4 * DAY),), outlook=an_outlook(load_w=700.0, sun_w=50.0))
    assert {(700.0, 50.0)} == {(round(one.load_w, 6), round(one.sun_w, 6)) for one in found.spans}


def test_an_hour_in_which_a_cars_time_ends_stays_in_quarters() -> None:
    """What it charges there would count on the mean of the hour, though it draws it in a part of it."""
    ready = local("2026-11-22 06:45")
    spans = [one for one in a_problem(wants=(a_want(ready),)).spans if one.end > ready - HOUR]
    assert [15, 15, 15, 15] == [round(one.hours * 60) for one in spans if local("2026-11-22 06:00") <= one.start][:4]
    assert ready in {one.end for one in spans}
    assert 60 in {round(one.hours * 60) for one in a_problem(wants=(a_want(ready),)).spans}
