"""What house and sun will do: better than yesterday and last week say, honest about how far off, and never absurd."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.bands import midnight
from lib.core.daylight import height_deg
from lib.core.habits import AHEAD_H, NOTES_KEPT, TALLIED_DAYS, Habits, Note, after, learned
from lib.core.outlook import Outlook, foreseen, noted
from lib.core.parts import Parts
from lib.core.quarter import QUARTER
from lib.core.slots import Series, Slot
from lib.core.stamp import BRUSSELS
from tests.conftest import local
from tests.core.lives import DAY, HOUR, MONDAY, OFF_W, Load, clear_w, forecast, lived, noisy_w, quarters, usual_w


@cache
def of_house(days: int) -> Habits:
    """What was learned of the noisy house from MONDAY on."""
    return learned(lived(MONDAY, MONDAY + days * DAY), ())


def mean_off_w(outlook: Outlook, load: Load) -> float:
    """How far off the house is foreseen, in the mean."""
    return sum(abs(one.load_w - load(one.start)) for one in outlook.quarters) / len(outlook.quarters)


def test_the_house_is_foreseen_better_than_by_yesterday_or_last_week() -> None:
    """After four weeks, over two days: the noise of one day is not taken for what is usual."""
    at = MONDAY + 28 * DAY
    ours_w = mean_off_w(foreseen(of_house(28), at), noisy_w)
    naive_w = [
        sum(abs(noisy_w(one - back) - noisy_w(one)) for one in quarters(at, at + 2 * DAY)) / 192
        for back in (DAY, 7 * DAY)
    ]
    assert all(ours_w < 0.8 * one_w for one_w in naive_w)


def test_a_holiday_is_like_a_sunday() -> None:
    """Easter Monday, though no Monday was ever like it."""
    easter_monday = local("2026-04-06 00:00")
    days = (easter_monday - MONDAY) // DAY
    outlook = foreseen(of_house(days), midnight(date(2026, 4, 6)))
    noon_w = [one.load_w for one in outlook.quarters if 10 <= one.start.astimezone(BRUSSELS).hour < 16]
    assert 620 < sum(noon_w[:24]) / 24 < 900
    assert pytest.approx(250, abs=80) == sum(noon_w[24:]) / 24  # the Tuesday after it


def test_a_new_habit_is_adopted_within_two_weeks() -> None:
    """From a day on somebody works at home: most of it is foreseen a fortnight later."""
    since = MONDAY + 42 * DAY

    def at_home_w(at: datetime) -> float:
        here = at.astimezone(BRUSSELS)
        return noisy_w(at) + (400.0 if 9 <= here.hour < 17 and here.weekday() < 5 else 0.0)

    habits = of_house(42)
    for parts in lived(since, since + 14 * DAY, at_home_w):
        habits = after(habits, parts)
    outlook = foreseen(habits, since + 14 * DAY)  # a Monday
    at_work = [one for one in outlook.quarters[:96] if 9 <= one.start.astimezone(BRUSSELS).hour < 17]
    new_w = sum(one.load_w - usual_w(one.start) for one in at_work) / len(at_work)
    assert 280 < new_w < 480


def test_what_is_unusual_now_counts_in_the_next_hours_and_fades() -> None:
    """Guests came two hours ago: the next hour is foreseen higher, the same hour tomorrow hardly."""
    at = MONDAY + 28 * DAY + 22 * HOUR
    habits = of_house(28)
    for parts in lived(MONDAY + 28 * DAY, at, lambda one: noisy_w(one) + 1000.0 * (one >= at - 2 * HOUR)):
        habits = after(habits, parts)
    quiet = after(of_house(28), Parts(start=at - QUARTER, load_wh=usual_w(at - QUARTER) / 4))
    more_w = [
        one.load_w - other.load_w
        for one, other in zip(foreseen(habits, at).quarters, foreseen(quiet, at).quarters, strict=True)
    ]
    assert 300 < more_w[1] < 1000
    assert more_w[1] > more_w[4] > more_w[12]
    assert abs(more_w[96]) < 120
    kettle = foreseen(quiet, at, now_w=2500.0).quarters
    assert kettle[0].load_w > kettle[1].load_w > foreseen(quiet, at).quarters[1].load_w


def test_a_loud_evening_says_little_of_the_night() -> None:
    """Evenings differ by hundreds of watts and nights by tens: what was cooked is over."""
    at = MONDAY + 28 * DAY + 22 * HOUR

    def house_w(start: datetime) -> float:
        loud = 17 <= start.astimezone(BRUSSELS).hour < 22
        return 250.0 + Random(start.isoformat()).gauss(0.0, 400.0 if loud else 40.0) + 700.0 * (start >= at - 2 * HOUR)

    night = foreseen(learned(lived(MONDAY, at, house_w), ()), at).quarters[4:24]
    assert all(abs(one.load_w - 250.0) < 150 for one in night)


def test_the_spread_covers_what_comes() -> None:
    """About two of three quarters lie within one standard deviation, which is the noise and a little more."""
    at = MONDAY + 42 * DAY
    outlook = foreseen(of_house(42), at)
    within = [abs(one.load_w - noisy_w(one.start)) <= one.load_off_w for one in outlook.quarters]
    assert 0.58 < sum(within) / len(within) < 0.82
    assert OFF_W < sum(one.load_off_w for one in outlook.quarters) / 192 < 1.4 * OFF_W


def test_without_history_the_outlook_is_sensible() -> None:
    """A house like many, with a wide spread; the sun by the forecast as it comes."""
    at = local("2026-06-01 08:07")
    outlook = foreseen(Habits(), at, sun=forecast(at - DAY, at + 3 * DAY, clear_w), sun_by="somebody", sun_made=at)
    assert (0, "somebody", at) == (outlook.days, outlook.sun_by, outlook.sun_made)
    assert {400.0} == {one.load_w for one in outlook.quarters}
    assert all(100 < one.load_off_w < 500 for one in outlook.quarters)
    noon = outlook.quarters[16]
    assert pytest.approx(clear_w(noon.start), rel=0.05) == noon.sun_w
    assert 0.2 * noon.sun_w < noon.sun_off_w < 0.6 * noon.sun_w
    assert {0.0} == {one.sun_w for one in foreseen(Habits(), at).quarters}


def test_from_the_first_day_on_it_grows() -> None:
    """An evening tells of the night that the house is small; a day tells the shape; three weeks tell it better."""
    at = MONDAY + 22 * DAY
    offs_w = [
        mean_off_w(foreseen(learned(lived(MONDAY, MONDAY + after_), ()), at, until=at + 7 * DAY), usual_w)
        for after_ in (0 * DAY, DAY, 21 * DAY)
    ]
    assert offs_w[0] > 2 * offs_w[1]
    assert offs_w[1] > 1.2 * offs_w[2]
    small = learned(lived(MONDAY, MONDAY + 6 * HOUR, lambda _: 100.0), ())
    assert 100 < foreseen(small, MONDAY + 6 * HOUR).quarters[8].load_w < 320


def test_a_house_whose_inverters_nobody_reads_is_foreseen_net_of_its_sun() -> None:
    """It gives back at noon, and a forecast of the sun counts nowhere a second time."""
    start = local("2026-05-04 00:00")
    habits = learned(lived(start, start + 20 * DAY, lambda one: usual_w(one) - clear_w(one)), ())
    at = start + 20 * DAY
    outlook = foreseen(habits, at, sun=forecast(at, at + 2 * DAY, clear_w), sun_by="somebody")
    assert outlook.quarters[52].load_w < -2000
    assert {0.0} == {one.sun_w for one in outlook.quarters}
    assert "history" == outlook.sun_by
    read = after(habits, Parts(start=at, load_wh=100.0, sun_wh=0.0))
    assert all(one.load_w >= 0 for one in foreseen(read, at + QUARTER).quarters)  # its inverters are read from now on


@pytest.mark.parametrize(("day", "count"), [("2026-03-29", 92), ("2026-10-25", 100), ("2026-03-30", 96)])
def test_days_on_which_the_clock_changes_have_their_quarters(day: str, count: int) -> None:
    """The wall clock decides what a house does: the hour that is missing is skipped, the double one comes twice."""
    start = midnight(date.fromisoformat(day))
    end = midnight(date.fromisoformat(day) + DAY)
    habits = learned(lived(start - 21 * DAY, start, usual_w), ())
    outlook = foreseen(habits, start, until=end)
    assert count == len(outlook.quarters)
    assert (start, end) == (outlook.quarters[0].start, outlook.quarters[-1].end)
    evening = [one for one in outlook.quarters if one.start.astimezone(BRUSSELS).hour in {18, 7}]
    assert all(pytest.approx(usual_w(one.start), rel=0.35) == one.load_w for one in evening)


def test_errors_are_tracked_as_they_come() -> None:
    """One hour, three and a day ahead, over the last two weeks, with their sign; restarted it is all known again."""
    start, more_w = local("2026-05-04 00:00"), 100.0
    end = start + 18 * DAY
    habits, parts_kept, notes = Habits(), [], []
    series = forecast(start, end + 3 * DAY, clear_w)
    for parts in lived(start, end, lambda _: 500.0, sun=lambda one: clear_w(one) * 0.8):
        note = noted(foreseen(habits, parts.start, sun=series, until=parts.start + 25 * HOUR), series)
        note = replace(note, load_w=tuple(parts.load_wh * 4 - more_w for _ in note.load_w))
        habits = after(after(habits, note), parts)
        notes.append(note)
        parts_kept.append(parts)
    offs = foreseen(habits, end).off
    assert AHEAD_H == tuple(one.ahead_h for one in offs)
    assert all(pytest.approx(more_w) == one.load_w == one.load_more_w for one in offs)
    assert all(one.quarters <= TALLIED_DAYS * 96 for one in offs)
    assert all(one.sun_w < 0.2 * 2000 and one.sun_more_w < 20 for one in offs)
    assert habits == learned(parts_kept, notes)


def test_what_is_remembered_is_bounded() -> None:
    """However long it learns, and however often it is noted."""
    habits = Habits()
    for parts in lived(MONDAY, MONDAY + 30 * DAY):
        note = Note(made=parts.start, load_w=(1.0, 2.0, 3.0), sun_w=(0.0, 0.0, 0.0))
        habits = after(after(after(habits, note), replace(note, load_w=(9.0, 9.0, 9.0))), parts)
    assert len(habits.notes) <= NOTES_KEPT / QUARTER + 2
    assert len(habits.tallies) <= (TALLIED_DAYS + 1) * len(AHEAD_H)
    assert {(1.0, 2.0, 3.0)} == {note.load_w for note in habits.notes.values()}


def test_a_quarter_that_comes_twice_counts_once() -> None:
    """What is older than what was learned is passed over."""
    habits = of_house(7)
    assert habits == after(habits, Parts(start=MONDAY, load_wh=9_999.0))


@settings(max_examples=25)
@given(
    loads_wh=st.lists(st.floats(-3000, 5000), max_size=60),
    suns_wh=st.lists(st.one_of(st.none(), st.floats(0, 3000)), min_size=60, max_size=60),
    told_w=st.lists(st.floats(-100, 20_000), max_size=30),
    hours=st.integers(0, 72),
    minute=st.integers(0, 1439),
    now_w=st.one_of(st.none(), st.floats(-10_000, 20_000)),
)
def test_any_history_gives_an_outlook_without_holes(
    loads_wh: Sequence[float],
    suns_wh: Sequence[float | None],
    told_w: Sequence[float],
    hours: int,
    minute: int,
    now_w: float | None,
) -> None:
    """Quarters follow one another, the sun is never negative and dark at night, and the same gives the same again."""
    start = local("2026-03-27 20:00")
    habits = Habits()
    for place, load_wh in enumerate(loads_wh):
        at = start + place * QUARTER
        habits = after(habits, Note(made=at, told_w=told_w[place] if place < len(told_w) else None))
        habits = after(habits, Parts(start=at, load_wh=load_wh, sun_wh=suns_wh[place]))
    at = start + len(loads_wh) * QUARTER + timedelta(minutes=minute)
    sun = Series(tuple(Slot(at + place * HOUR, at + (place + 1) * HOUR, watts) for place, watts in enumerate(told_w)))
    outlook = foreseen(habits, at, now_w=now_w, sun=sun, until=at + hours * HOUR)
    assert outlook == foreseen(habits, at, now_w=now_w, sun=sun, until=at + hours * HOUR)
    assert all(one.end == other.start for one, other in pairwise(outlook.quarters))
    assert all(one.end - one.start == QUARTER for one in outlook.quarters)
    if hours:
        assert outlook.quarters[0].start <= at < outlook.quarters[0].end
        assert outlook.quarters[-1].end >= at + hours * HOUR
    assert all(one.sun_w >= 0 and one.sun_off_w >= 0 and one.load_off_w > 0 for one in outlook.quarters)
    dark = [one for one in outlook.quarters if height_deg(one.start) < 0 and height_deg(one.end) < 0]
    assert all(one.sun_w == one.sun_off_w == 0 for one in dark)
    if all(load_wh >= 0 for load_wh in loads_wh):
        assert all(one.load_w >= 0 for one in outlook.quarters)
