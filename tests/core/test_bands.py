"""Bands by the clock: which is in force, what comes next, also where the clock changes and on holidays."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.bands import DAY_MINUTES, Bands, Hours, easter, is_holiday, midnight
from tests.conftest import local

MINUTE = timedelta(minutes=1)
WEEKDAYS = frozenset(range(5))
DAY_NIGHT = Bands(names=("Day", "Night"), rows=(Hours(band="Day", start=420, end=1320, days=WEEKDAYS),), rest="Night")


@st.composite
def tables(draw: st.DrawFn) -> Bands:
    """Tables that can be used: one to four rows that do not overlap on any day, the rest in a band of its own."""
    edges = sorted(draw(st.sets(st.integers(0, DAY_MINUTES - 1), min_size=2, max_size=5)))
    season = draw(st.sampled_from([None, ((4, 1), (9, 30)), ((10, 1), (3, 31)), ((2, 29), (2, 29))]))
    rows = [
        Hours(
            band=draw(st.sampled_from("ABC")),
            start=start,
            end=end,
            days=draw(st.frozensets(st.integers(0, 6), min_size=1)),
            season=draw(st.sampled_from([None, season])),
        )
        for start, end in pairwise([*edges, edges[0] + DAY_MINUTES])
    ]
    return Bands(names=("A", "B", "C", "Z"), rows=tuple(rows), rest="Z", free_holidays=draw(st.booleans()))


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """Minutes of some years, often around a change of the clock or a holiday."""
    days = [date(2026, 3, 29), date(2026, 10, 25), date(2026, 4, 6), date(2026, 12, 31), date(2028, 2, 29)]
    day = draw(st.one_of(st.sampled_from(days), st.dates(date(2024, 1, 1), date(2028, 12, 31))))
    return midnight(day) + draw(st.integers(-60, 1600)) * MINUTE


@pytest.mark.parametrize(
    ("year", "day"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))],
)
def test_easter(year: int, day: date) -> None:
    """The date of every calendar; in 2038 it is as late as it can be."""
    assert day == easter(year)


def test_ten_federal_holidays() -> None:
    """2026: with Easter Monday, Ascension and Whit Monday."""
    days = [date(2026, 1, 1) + n * timedelta(days=1) for n in range(365)]
    assert [
        *("01-01", "04-06", "05-01", "05-14", "05-25", "07-21", "08-15", "11-01", "11-11", "12-25"),
    ] == [f"{day:%m-%d}" for day in days if is_holiday(day)]


@given(bands=tables(), instant=instants())
@settings(max_examples=200)
def test_what_comes_next_is_where_the_clock_first_shows_another_band(bands: Bands, instant: datetime) -> None:
    """Minute by minute: no change is missed and none is told too early, also in the nights of 23 and 25 hours."""
    assert bands.fault() is None
    change = bands.next_change(instant)
    now = bands.at(instant)
    last = instant + timedelta(days=3)
    if change is not None and change[0] <= last:
        last = change[0] - MINUTE
        assert (bands.at(change[0]), change[1]) == (change[1], bands.at(change[0]))
        assert now != change[1]
    passed = (last - instant) // MINUTE
    assert {now} == {bands.at(instant + n * MINUTE) for n in range(passed + 1)}


@given(bands=tables(), instant=instants(), minutes=st.integers(1, 3000))
@settings(max_examples=200)
def test_pieces_fill_an_interval_and_agree_with_the_clock(bands: Bands, instant: datetime, minutes: int) -> None:
    """End to end without a hole, neighbours differ, and each instant of a piece is in its band."""
    end = instant + minutes * MINUTE
    pieces = bands.between(instant, end)
    assert (instant, end) == (pieces[0].start, pieces[-1].end)
    for one, other in pairwise(pieces):
        assert one.end == other.start
        assert one.band != other.band
    for band, start, until in pieces:
        step = max(1, (until - start) // MINUTE // 50)
        assert {band} == {bands.at(start + n * MINUTE) for n in range(0, (until - start) // MINUTE, step)}
        assert band == bands.at(until - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("now", "change"),
    [
        ("2026-11-20 06:59:59", ("2026-11-20 07:00", "Day")),
        ("2026-11-20 07:00", ("2026-11-20 22:00", "Night")),
        ("2026-11-20 22:00", ("2026-11-23 07:00", "Day")),  # a Friday: the weekend is night
        ("2026-03-29 01:30", ("2026-03-30 07:00", "Day")),  # the clock goes forward
    ],
)
def test_day_and_night(now: str, change: tuple[str, str]) -> None:
    """Monday to Friday from 7 to 22, by Brussels time."""
    assert (local(change[0]), change[1]) == DAY_NIGHT.next_change(local(now))


def test_a_row_past_midnight_belongs_to_the_day_it_begins_on() -> None:
    """Friday 22:00 to 01:00 ends on Saturday; Sunday night does not begin one."""
    bands = Bands(
        names=("MIDDLE", "LOW"), rows=(Hours(band="MIDDLE", start=1320, end=1500, days=WEEKDAYS),), rest="LOW"
    )
    assert ("MIDDLE", "LOW") == (bands.at(local("2026-11-21 00:59")), bands.at(local("2026-11-21 01:00")))
    assert "LOW" == bands.at(local("2026-11-23 00:30"))


def test_a_season_holds_its_last_day_and_may_run_over_new_year() -> None:
    """From October to March it is winter, on 31 March too."""
    bands = Bands(names=("WINTER", "SUMMER"), rows=(Hours(band="WINTER", season=((10, 1), (3, 31))),), rest="SUMMER")
    assert ["WINTER", "SUMMER", "SUMMER", "WINTER", "WINTER"] == [
        bands.at(local(f"2026-{day} 12:00")) for day in ("03-31", "04-01", "09-30", "10-01", "12-31")
    ]
    assert (local("2026-10-01 00:00"), "WINTER") == bands.next_change(local("2026-04-02 00:00"))


def test_a_holiday_may_have_the_hours_of_a_sunday() -> None:
    """Ascension Day is night all day; the Friday after it begins as ever."""
    free = Bands(names=DAY_NIGHT.names, rows=DAY_NIGHT.rows, rest="Night", free_holidays=True)
    assert (local("2026-05-15 07:00"), "Day") == free.next_change(local("2026-05-13 22:00"))
    assert (local("2026-05-14 07:00"), "Day") == DAY_NIGHT.next_change(local("2026-05-13 22:00"))


def test_an_hour_that_comes_twice_has_its_band_twice() -> None:
    """A band that begins at 02:30 begins two times in the autumn night, by the clock on the wall."""
    bands = Bands(names=("A", "B"), rows=(Hours(band="B", start=150, end=240),), rest="A")
    night = bands.between(datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 4, tzinfo=UTC))
    assert [("A", "00:00"), ("B", "00:30"), ("A", "01:00"), ("B", "01:30"), ("A", "03:00")] == [
        (band, f"{start:%H:%M}") for band, start, _ in night
    ]


def test_an_hour_that_is_left_out_takes_its_band_with_it() -> None:
    """From 02:00 to 03:00 there is no clock in the spring night: a band of that hour does not come."""
    bands = Bands(names=("A", "B"), rows=(Hours(band="B", start=120, end=180),), rest="A")
    assert 1 == len(bands.between(local("2026-03-29 00:00"), local("2026-03-29 23:00")))


def test_one_band_never_changes() -> None:
    """A table of one name has nothing to come."""
    assert Bands(names=("A",), rows=(), rest="A").next_change(local("2026-11-20 12:00")) is None


@pytest.mark.parametrize(
    ("rows", "rest", "fault"),
    [
        (
            [Hours(band="A", start=0, end=720), Hours(band="B", start=660, end=1440)],
            None,
            "Mon 11:00 is in both A and B",
        ),
        ([Hours(band="A", start=0, end=720), Hours(band="A", start=660, end=1440)], None, "Mon 11:00 is in A twice"),
        ([Hours(band="A", start=0, end=720)], None, "Mon 12:00 is in no band"),
        (
            [Hours(band="A", start=1320, end=1500), Hours(band="B", start=0, end=120)],
            "C",
            "Mon 00:00 is in both A and B",
        ),
        ([Hours(band="A", days=WEEKDAYS)], None, "Sat 00:00 is in no band"),
        (
            [Hours(band="A", season=((4, 1), (9, 30))), Hours(band="B", season=((9, 30), (3, 31)))],
            None,
            "Mon 00:00 around 09-30 is in both A and B",
        ),
        (
            [Hours(band="A", season=((1, 1), (2, 28))), Hours(band="B", season=((3, 1), (12, 31)))],
            None,
            "Mon 00:00 around 02-29 is in no band",
        ),
    ],
)
def test_a_table_holds_every_time_once(rows: list[Hours], rest: str | None, fault: str) -> None:
    """Otherwise it says one time that is wrong; the last case forgets 29 February."""
    assert fault == Bands(names=("A", "B", "C"), rows=tuple(rows), rest=rest).fault()


def test_a_holiday_may_uncover_a_clash() -> None:
    """A row that runs over from a Sunday clashes on the day after a holiday, and only there."""
    rows = (
        Hours(band="A", start=1320, end=1560, days=frozenset({6})),
        Hours(band="B", start=0, end=60, days=frozenset({2})),
    )
    assert Bands(names=("A", "B", "Z"), rows=rows, rest="Z").fault() is None
    assert (
        Bands(names=("A", "B", "Z"), rows=rows, rest="Z", free_holidays=True).fault() == "Wed 00:00 is in both A and B"
    )


def test_every_day_of_the_calendar_has_its_bands() -> None:
    """Fifty years with seasons, leap days and holidays: each day is a kind of day that the table knows."""
    rows = (
        Hours(band="A", season=((2, 29), (3, 1))),
        Hours(band="B", end=1500, season=((5, 1), (8, 31)), days=WEEKDAYS),
    )
    bands = Bands(names=("A", "B", "Z"), rows=rows, rest="Z", free_holidays=True)
    years = bands.between(local("2020-01-01 00:00"), local("2070-01-01 00:00"))
    assert {"A", "B", "Z"} == {piece.band for piece in years}
