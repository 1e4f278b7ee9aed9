"""What days cost, beside the same days without plans: small days by hand, and the laws of the comparison."""

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.bands import midnight
from lib.core.cost import PriceSlot
from lib.core.naive import PlugIn
from lib.core.outcome import weighed
from lib.core.parts import Parts
from lib.core.problem import Peak, Problem, Schedule, Span
from lib.core.saved import DAYS_KEPT, Day, Saving, after, heard, planned, planned_eur
from lib.store.records import parse, text_of
from tests.conftest import local

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
SECOND = timedelta(seconds=1)
TODAY = date(2026, 11, 20)
START = local("2026-11-20 00:00")
DEAR = local("2026-11-20 17:00")
FULL_W = 8_000.0


def slots(day: date = TODAY, days: int = 1) -> tuple[PriceSlot, ...]:
    """30 ct by day and 10 ct from midnight to six, 5 ct for what is sold."""
    found = []
    for number in range(days):
        start, end = midnight(day + timedelta(days=number)), midnight(day + timedelta(days=number + 1))
        six = end - 18 * HOUR
        found += [PriceSlot(start, six, 0.10, 0.05), PriceSlot(six, end, 0.30, 0.05)]
    return tuple(found)


def plug_in(energy_wh: float, since: datetime = DEAR, charger: str = "garage", full_w: float = FULL_W) -> PlugIn:
    """A car that hangs on its cable since then."""
    return PlugIn(charger, since, energy_wh, full_w)


def lived(
    saving: Saving,
    start: datetime,
    end: datetime,
    *,
    load_w: float = 400.0,
    sun_w: float = 0.0,
    cars_w: float = 0.0,
    battery_w: float = 0.0,
    plug: PlugIn | None = None,
    days: int = 5,
) -> Saving:
    """Quarters that are all alike; what cars take, `plug` tells of."""
    at, wh = start, plug.energy_wh if plug else 0.0
    prices = slots(days=days)
    while at < end:
        wh += cars_w / 4
        if plug:
            saving = heard(saving, [plug._replace(energy_wh=wh)], at + QUARTER - SECOND)
        part = Parts(start=at, load_wh=load_w / 4, sun_wh=sun_w / 4, cars_wh=cars_w / 4, battery_wh=battery_w / 4)
        saving = after(saving, part, prices)
        at += QUARTER
    return saving


def sums(day: Day) -> tuple[float, float, float, float]:
    """What it cost, would have cost, and the highest quarters."""
    return day.eur, day.naive_eur, day.peak_w, day.naive_peak_w


def test_a_car_that_waits_for_the_night_saves_the_difference() -> None:
    """Plugged in at 17:00, 8 kWh after midnight at 4 kW: 0.80 € instead of 2.40 € the evening before.

    The evening: 7 h of 400 W at 30 ct, 0.84 €; with the car 3.24 €, and a quarter of 8.4 kW. The night: 2 h of 400 W at
    10 ct, 0.08 €, and 0.80 € for the car; its highest quarter is 4.4 kW.
    """
    midnight_then = START + 24 * HOUR
    evening = lived(Saving(), DEAR, midnight_then)
    assert (0.84, 0.84, 400, 400) == pytest.approx(sums(evening.days[0]))
    night = lived(evening, midnight_then, midnight_then + 2 * HOUR, cars_w=4_000, plug=plug_in(0))
    today, yesterday = night.days
    assert (0.88, 0.08, 4_400, 400) == pytest.approx(sums(today))
    assert (0.84, 3.24, 400, 8_400) == pytest.approx(sums(yesterday))
    assert (4_400, 8_400) == pytest.approx(
        (max(one.peak_w for one in night.days), max(one.naive_peak_w for one in night.days))
    )
    assert (8, 0, 28, 68) == (today.quarters, today.missing, yesterday.quarters, yesterday.missing)


def test_a_battery_left_alone_gives_nothing() -> None:
    """1 kW from the battery for an hour at 30 ct: 0.12 € for 400 W less 0.05 € a kWh for 600 W sold."""
    real, naive, *peaks = sums(lived(Saving(), DEAR, DEAR + HOUR, battery_w=-1_000).days[0])
    assert (-0.03, 0.12) == pytest.approx((real, naive))
    assert [0, 400] == pytest.approx(peaks)


def test_sun_in_the_car_is_sun_not_sold() -> None:
    """2 kW of sun, 400 W of house. At 12:00 the car takes the rest of 1.6 kWh; at once, at 17:00 the day before: dear.

    Really nothing flows: 0 €. Naive: 1.6 kWh sold for 8 ct, and 1.6 kWh for 48 ct.
    """
    noon = START + 36 * HOUR
    saving = lived(Saving(), DEAR, DEAR + HOUR, load_w=0)
    today, yesterday = lived(saving, noon, noon + HOUR, sun_w=2_000, cars_w=1_600, plug=plug_in(0)).days
    assert (0.0, -0.08) == pytest.approx(sums(today)[:2])
    assert (0.0, 0.48) == pytest.approx(sums(yesterday)[:2])


def test_a_plug_in_within_a_quarter_begins_there() -> None:
    """From 17:10 on at 8 kW, 4 kWh: 5 minutes of it in the first quarter, 0.667 kWh, then 2 and 1.333."""
    saving = lived(Saving(), DEAR, DEAR + 4 * QUARTER, load_w=0)
    since = DEAR + timedelta(minutes=10)
    late = lived(saving, DEAR + 4 * QUARTER, DEAR + 8 * QUARTER, load_w=0, cars_w=4_000, plug=plug_in(0, since))
    assert (1.2, 1.2, 4_000, 8_000) == pytest.approx(sums(late.days[0]))
    short = lived(saving, DEAR + 4 * QUARTER, DEAR + 5 * QUARTER, load_w=0, cars_w=4_000, plug=plug_in(0, since))
    assert (0.3, 0.3, 4_000, 4_000 * 2 / 3) == pytest.approx(sums(short.days[0]))


def test_two_cars_are_told_apart_by_what_they_gained() -> None:
    """Both took 3 kWh at night, one was plugged in at 17:00 and one at 03:00, when it charged at once: 60 ct saved."""
    three = START + 27 * HOUR
    saving = lived(Saving(), DEAR, three, load_w=0)
    for number in range(4):
        at = three + number * QUARTER
        told = [plug_in(750.0 * (number + 1)), plug_in(750.0 * (number + 1), three, "drive", 3_000.0)]
        saving = heard(saving, told, at + 14 * timedelta(minutes=1))
        saving = after(saving, Parts(start=at, load_wh=0.0, cars_wh=1_500.0), slots(days=2))
    today, yesterday = saving.days
    assert (0.6, 0.3) == pytest.approx(sums(today)[:2])
    assert (0.0, 0.9) == pytest.approx(sums(yesterday)[:2])


def test_a_quarter_without_a_price_counts_for_neither_and_is_mended() -> None:
    """The car charged in it: until the price comes both days are without that energy, then with it."""
    saving = lived(Saving(), DEAR, DEAR + 2 * QUARTER, load_w=0)
    at = DEAR + 2 * QUARTER
    saving = heard(saving, [plug_in(1_000.0)], at + SECOND)
    blind = after(saving, Parts(start=at, load_wh=0.0, cars_wh=1_000.0), ())
    assert ((at,), 2, 69) == (blind.waiting, blind.days[0].quarters, blind.days[0].missing)
    assert (0, 0, 0, 0) == pytest.approx(sums(blind.days[0]))
    mended = after(blind, Parts(start=at + QUARTER, load_wh=0.0), slots())
    assert ((), 4, 68) == (mended.waiting, mended.days[0].quarters, mended.days[0].missing)
    assert (0.3, 0.3, 4_000, 4_000) == pytest.approx(sums(mended.days[0]))


def test_a_quarter_that_nobody_watched_takes_no_car() -> None:
    """While dm was away from 17:00 to 18:00 a car charged: its energy is not known, so neither day has it."""
    saving = lived(Saving(), DEAR - HOUR, DEAR, load_w=0)
    saving = heard(saving, [plug_in(7_000.0)], DEAR + HOUR + SECOND)
    found = after(saving, Parts(start=DEAR + HOUR, load_wh=0.0, cars_wh=1_000.0), slots()).days[0]
    assert (0.3, 0.3, 4_000, 4_000) == pytest.approx(sums(found))
    assert 5 == found.quarters


def test_what_cars_took_unheard_stays_where_it_is() -> None:
    """No charger tells of it, as while ev starts: it costs the same on both sides."""
    found = lived(Saving(), DEAR, DEAR + HOUR, load_w=0, cars_w=3_000).days[0]
    assert (0.9, 0.9, 3_000, 3_000) == pytest.approx(sums(found))


@pytest.mark.parametrize(("day", "quarters"), [("2026-03-29", 92), ("2026-10-25", 100), ("2026-11-20", 96)])
def test_a_day_has_as_many_quarters_as_the_clock_gives_it(day: str, quarters: int) -> None:
    """Also those on which the clock is turned; none is missing, and 1 kW at 20 ct costs 20 ct an hour."""
    start, end = local(f"{day} 00:00"), midnight(date.fromisoformat(day) + timedelta(days=1))
    saving = Saving()
    for number in range(quarters):
        part = Parts(start=start + number * QUARTER, load_wh=250.0)
        saving = after(saving, part, [PriceSlot(start, end, 0.20, 0.05)])
    (found,) = saving.days
    assert (date.fromisoformat(day), quarters, 0) == (found.day, found.quarters, found.missing)
    assert (quarters * 0.05, quarters * 0.05) == pytest.approx(sums(found)[:2])


def test_a_start_in_mid_day_goes_on_from_the_disk() -> None:
    """What was written and read again knows all: the car that charges after it was plugged in before it."""
    saving = lived(planned(Saving(), TODAY, 3.0), DEAR, DEAR + 2 * HOUR, cars_w=1_000, plug=plug_in(0))
    again = Saving(days=tuple(parse(Day, text_of(day)) for day in saving.days))
    assert saving == again
    ways = [lived(one, DEAR + 2 * HOUR, DEAR + 4 * HOUR, cars_w=3_000, plug=plug_in(2_000)) for one in (saving, again)]
    assert ways[0] == ways[1]
    assert 3.0 == ways[1].days[0].planned_eur


def test_a_day_older_than_three_is_closed() -> None:
    """It keeps its sums and lets its quarters go; what is heard of it later changes nothing."""
    saving = lived(Saving(), DEAR, DEAR + HOUR)
    kept = saving.days[0]
    later = lived(saving, START + timedelta(days=3), START + timedelta(days=3, hours=1))
    assert ((), sums(kept)) == (later.days[-1].noted, sums(later.days[-1]))
    assert later is after(later, Parts(start=DEAR + HOUR, load_wh=9_000.0), slots())
    assert later is heard(later, [plug_in(9_000.0)], DEAR + HOUR)


@pytest.mark.parametrize("days", [3, 365])
def test_a_clock_that_was_wrong_for_a_second_stops_no_comparison(days: int) -> None:
    """A word, or a plan, of a day far ahead in which no quarter ended: that day never was, and today goes on."""
    right = lived(planned(Saving(), TODAY, 3.0), DEAR, DEAR + HOUR, cars_w=1_000, plug=plug_in(0))
    ahead = TODAY + timedelta(days=days)
    wrong = heard(planned(right, ahead, 9.0), [plug_in(1_001)], DEAR + HOUR + timedelta(days=days))
    assert ahead == wrong.days[0].day
    again = [lived(one, DEAR + HOUR, DEAR + 9 * HOUR, cars_w=1_000, plug=plug_in(1_000)) for one in (right, wrong)]
    days_of = [[(day.day, day.planned_eur, day.quarters, day.missing, sums(day)) for day in one.days] for one in again]
    assert days_of[0] == days_of[1]


def test_a_long_plug_in_is_placed_once() -> None:
    """Five days on the cable, 8 kWh in the second night and 8 kWh in the fifth: 16 kWh in both worlds.

    The first 8 kWh stand on the first evening, which is closed by the fifth night; the other 8 stand on the first
    quarters that are still open then.
    """
    saving = lived(Saving(), START, START + timedelta(days=1), load_w=0)
    told = 0.0
    for day in range(1, 5):
        start = START + timedelta(days=day)
        if day in {1, 4}:
            saving = lived(saving, start, start + 2 * HOUR, load_w=0, cars_w=4_000, plug=plug_in(told))
            told += 8_000
        rest = start + 2 * HOUR if day in {1, 4} else start
        saving = lived(saving, rest, start + timedelta(days=1), load_w=0)
    by_day = {one.day.day: (round(one.eur, 6), round(one.naive_eur, 6)) for one in saving.days}
    assert {20: (0.0, 2.4), 21: (0.8, 0.0), 22: (0.0, 0.8), 23: (0.0, 0.0), 24: (0.8, 0.0)} == by_day


def test_the_first_word_of_a_plan_on_a_day_stays() -> None:
    """A start at noon does not say again what the day will cost."""
    saving = planned(planned(Saving(), TODAY, 4.10), TODAY, 2.00)
    assert [4.10] == [one.planned_eur for one in saving.days]
    assert 4.10 == lived(saving, DEAR, DEAR + HOUR).days[0].planned_eur


def test_no_more_days_are_kept_than_a_screen_shows() -> None:
    """Two months; the newest stay."""
    saving = Saving()
    for number in range(DAYS_KEPT + 5):
        saving = planned(saving, TODAY + timedelta(days=number), 1.0)
    assert DAYS_KEPT == len(saving.days)
    assert TODAY + timedelta(days=DAYS_KEPT + 4) == saving.days[0].day


def test_a_plan_says_what_a_day_will_cost() -> None:
    """1 kW at 20 ct for the 24 hours of tomorrow, and not what comes before or after; a shorter plan says nothing."""
    first = local("2026-11-20 23:45")
    spans = tuple(
        Span(
            start=first + number * QUARTER,
            end=first + (number + 1) * QUARTER,
            import_eur_kwh=0.20,
            export_eur_kwh=0.0,
            load_w=1_000.0 if 1 <= number <= 96 else 9_000.0,
        )
        for number in range(104)
    )
    problem = Problem(at=first, spans=spans, peaks=(Peak(paid_w=2_500.0),))
    outcome = weighed(problem, Schedule(by="greedy"))
    assert pytest.approx(4.80) == planned_eur(problem, outcome, date(2026, 11, 21))
    assert planned_eur(problem, outcome, TODAY) is None
    assert planned_eur(problem, outcome, date(2026, 11, 22)) is None


# What follows holds for any days.

Told = tuple[datetime, tuple[PlugIn, ...]]
powers = st.floats(0, 11_000).map(lambda watts: float(round(watts)))


@st.composite
def plug_in_runs(draw: st.DrawFn, days: int = 2) -> tuple[list[Parts], list[Told]]:
    """Some quarters of some days, not all of them seen, and one or two plug-ins that charge in them as they like."""
    start = local("2026-11-20 12:00")
    numbers = sorted(draw(st.sets(st.integers(0, days * 96), min_size=4, max_size=50)))
    chargers = draw(st.sampled_from([("a",), ("a", "b")]))
    since = {name: start + draw(st.integers(0, 40)) * timedelta(minutes=7) for name in chargers}
    energy = dict.fromkeys(chargers, 0.0)
    parts, told = [], []
    for number in numbers:
        at = start + number * QUARTER
        taken = dict.fromkeys(chargers, 0.0)
        for name in chargers:
            if since[name] < at + QUARTER and draw(st.booleans()):
                taken[name] = draw(powers) / 4
                energy[name] += taken[name]
        told.append((at + 14 * timedelta(minutes=1), tuple(PlugIn(n, since[n], energy[n], FULL_W) for n in chargers)))
        if draw(st.integers(0, 9)):
            load_wh = draw(powers) / 4
            parts.append(Parts(start=at, load_wh=load_wh, sun_wh=draw(powers) / 4, cars_wh=sum(taken.values())))
    return parts, told


def joined(parts: Iterable[Parts], told: Iterable[Told], order: random.Random | None = None) -> Saving:
    """All of it, heard in order of time, or in another one."""
    events: list[Parts | Told] = [*parts, *told]
    events.sort(key=lambda one: one.start + QUARTER if isinstance(one, Parts) else one[0])
    if order:
        order.shuffle(events)
    saving = Saving()
    for event in events:
        saving = after(saving, event, slots(days=4)) if isinstance(event, Parts) else heard(saving, event[1], event[0])
    return saving


def counted(saving: Saving) -> list[Day]:
    """The days of which anything is known."""
    return [one for one in saving.days if one.quarters]


def energy_wh(saving: Saving) -> tuple[float, float]:
    """What cars took, and would have taken, where a kWh costs the same at any time, drawn or injected."""
    return sum(one.eur for one in saving.days) * 1000, sum(one.naive_eur for one in saving.days) * 1000


@settings(max_examples=60)
@given(plug_in_runs(days=7))
def test_both_hold_the_same_energy(run: tuple[list[Parts], list[Told]]) -> None:
    """At 1 € for each kWh, drawn or injected, all days and their naive twins cost the same, closed ones among them."""
    flat = [PriceSlot(START, START + timedelta(days=9), 1.0, 1.0)]
    saving = Saving()
    parts = {one.start: one for one in run[0]}
    for at, told in run[1]:
        saving = heard(saving, told, at)
        if (part := parts.get(at - 14 * timedelta(minutes=1))) is not None:
            saving = after(saving, part, flat)
    real, naive = energy_wh(saving)
    assert real == pytest.approx(naive, abs=0.01)
    assert pytest.approx(sum(one.net_wh for one in run[0])) == real


@settings(max_examples=40)
@given(plug_in_runs(), st.randoms(use_true_random=False))
def test_the_order_of_hearing_does_not_matter(run: tuple[list[Parts], list[Told]], order: random.Random) -> None:
    """Whatever comes first, a charger's word or the quarter it was in: the days come out the same."""
    found, other = joined(*run), joined(*run, order)
    for one, same in zip(counted(found), counted(other), strict=True):
        assert one.day == same.day
        assert (*sums(one), one.quarters) == pytest.approx((*sums(same), same.quarters), abs=1e-6)


@settings(max_examples=40)
@given(st.integers(0, 13), st.integers(0, 30_000), st.lists(powers, min_size=48, max_size=48))
def test_a_car_that_charged_at_once_at_full_power_saves_nothing(minute: int, wh: int, loads: list[float]) -> None:
    """The day and its naive twin are one, whatever the house does."""
    since = DEAR + minute * timedelta(minutes=1)
    saving, given_wh = Saving(), 0.0
    for number, load_w in enumerate(loads):
        at = DEAR + number * QUARTER
        took_wh = min(wh - given_wh, FULL_W * ((at + QUARTER - max(at, since)) / HOUR))
        given_wh += took_wh
        saving = heard(saving, [plug_in(given_wh, since)], at + QUARTER - SECOND)
        saving = after(saving, Parts(start=at, load_wh=load_w / 4, cars_wh=took_wh), slots(days=2))
    for day in saving.days:
        assert (day.eur, day.peak_w) == pytest.approx((day.naive_eur, day.naive_peak_w), abs=1e-6)
