"""What a plug-in charged, from where, and what it cost; no Wh of the counter is lost, and no unknown price is 0."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.counting import WATCHED
from lib.core.sessions import (
    GUEST,
    PATIENCE,
    Origin,
    Session,
    after,
    began,
    closed,
    interrupted,
    origin,
    peaked,
    statement,
)
from lib.messages.charging import PlugIn, SessionRow
from tests.conftest import NOON, local

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
START_WH = 1_000_000.0
SUN, GRID = {"sun_share": 1.0, "battery_share": 0.0}, {"sun_share": 0.0, "battery_share": 0.0}
PRICES = {"import_eur_kwh": 0.30, "export_eur_kwh": 0.05}


def plugged(at: datetime = NOON, **said: float) -> Session:
    """A car that was plugged in at noon."""
    return began("garage", "car_1", at, total_wh=START_WH, **said)


def charging(session: Session, wh: float, minutes: int, **said: float) -> Session:
    """It charges so much, evenly; the counter is read each minute."""
    start, first_wh = session.seen, session.total_wh or 0.0
    for minute in range(1, minutes + 1):
        session = after(session, total_wh=first_wh + wh * minute / minutes, at=start + minute * MINUTE, **said)
    return session


@pytest.mark.parametrize(
    ("flows", "found"),
    [
        ((7_000, 7_500, None), (0.0, 0.0)),
        ((7_000, 1_750, 0), (0.75, 0.0)),
        ((7_000, -500, None), (1.0, 0.0)),
        ((4_000, 1_000, -2_000), (0.25, 0.5)),
        ((4_000, 0, -9_000), (0.0, 1.0)),
        ((4_000, 0, 900), (1.0, 0.0)),
    ],
    ids=["night", "some sun", "all sun", "all three", "battery", "battery charges too"],
)
def test_what_the_house_draws_is_the_cars_first(
    flows: tuple[float, float, float | None], found: tuple[float, float]
) -> None:
    """As much as they take of the grid, then of what the battery gives; the rest can only be the sun."""
    cars_w, grid_w, battery_w = flows
    known = Origin(sun_share=found[0], battery_share=found[1])
    assert known == origin(cars_w=cars_w, grid_w=grid_w, battery_w=battery_w)


def test_without_a_meter_nobody_knows_the_origin() -> None:
    """Nor without a car that draws."""
    assert origin(cars_w=7_000, grid_w=None) is None
    assert origin(cars_w=0, grid_w=400) is None


def test_each_origin_has_its_price() -> None:
    """The sun costs what it does not earn, the grid its price, and the battery what it is said to."""
    session = charging(plugged(), 6_000, 60, **SUN, **PRICES)
    session = charging(session, 3_000, 30, **GRID, **PRICES)
    session = charging(session, 2_000, 20, sun_share=0.25, battery_share=0.5, battery_eur_kwh=0.20, **PRICES)
    assert (6_500, 1_000, 3_500) == pytest.approx((session.sun_wh, session.battery_wh, session.grid_wh))
    assert 6.5 * 0.05 + 1.0 * 0.20 + 3.5 * 0.30 == pytest.approx(session.eur)
    assert (6.5 * 0.05 + 1.0 * 0.20 + 3.5 * 0.30) / 11 == pytest.approx(session.eur_kwh)
    free = charging(plugged(), 1_000, 10, sun_share=0.0, battery_share=1.0, **PRICES)
    assert 0.05 == pytest.approx(free.eur)


def test_what_nobody_watched_is_the_grids() -> None:
    """The program was down for an hour; the counter was not."""
    session = charging(plugged(), 1_000, 10, **SUN, **PRICES)
    session = after(session, total_wh=START_WH + 8_000, at=session.seen + HOUR, **SUN, **PRICES)
    assert (8_000, 1_000, 7_000, 7_000) == (session.energy_wh, session.sun_wh, session.grid_wh, session.unseen_wh)
    assert 1.0 * 0.05 + 7.0 * 0.30 == pytest.approx(session.eur)


def test_a_short_restart_loses_no_origin() -> None:
    """Within some minutes the flows are still those."""
    session = charging(plugged(), 1_000, 10, **SUN, **PRICES)
    session = after(session, total_wh=START_WH + 1_200, at=session.seen + WATCHED, **SUN, **PRICES)
    assert (1_200, 0) == (session.sun_wh, session.unseen_wh)


def test_a_price_that_is_late_counts() -> None:
    """The program has just started, and has not heard of the meter yet; the energy is shown at once."""
    session = charging(plugged(), 1_000, 10)
    assert (1_000, 0, None) == (session.energy_wh, session.grid_wh, session.eur)
    session = charging(session, 100, 1, **SUN, **PRICES)
    assert (1_100, 1.1 * 0.05) == pytest.approx((session.sun_wh, session.eur))


def test_a_price_that_never_comes_is_none() -> None:
    """Unknown is not free: the energy is counted, the euro are not."""
    session = charging(plugged(), 4_000, 40, **SUN, import_eur_kwh=0.30)
    assert (None, None) == (session.eur, session.eur_kwh)
    done = closed(session, session.seen)
    assert 4_000 == pytest.approx(done.sun_wh + done.grid_wh)
    assert done.eur is None
    assert closed(plugged(), NOON + HOUR).eur == 0.0


def test_an_origin_that_never_comes_is_the_grid() -> None:
    """The meter is silent for longer than a quarter of an hour."""
    session = charging(plugged(), 3_000, 30, **PRICES)
    assert session.grid_wh >= 1_500
    done = closed(session, session.seen, import_eur_kwh=0.30)
    assert (3_000, 3_000) == pytest.approx((done.grid_wh, done.unseen_wh))
    assert 0.90 == pytest.approx(done.eur)


def test_a_plug_in_that_nobody_saw_has_its_energy() -> None:
    """The car was plugged in while the program was down, and has charged 5 kWh since."""
    session = after(plugged(plugin_wh=5_000.0), total_wh=START_WH, at=NOON, **SUN, **PRICES)
    assert (5_000, 5_000, 5_000) == (session.energy_wh, session.grid_wh, session.unseen_wh)
    assert 1.50 == pytest.approx(session.eur)


def test_a_counter_that_is_silent_at_the_plug_in() -> None:
    """It counts from its first word."""
    session = began("garage", "car_1", NOON, total_wh=None)
    session = after(session, total_wh=None, at=NOON + MINUTE)
    session = after(session, total_wh=START_WH, at=NOON + 2 * MINUTE)
    assert 500 == charging(session, 500, 5, **SUN, **PRICES).energy_wh


def test_a_counter_that_falls_is_another_one() -> None:
    """What was counted stays, and the new one goes on."""
    session = charging(plugged(), 1_000, 10, **SUN, **PRICES)
    session = after(session, total_wh=50.0, at=session.seen + MINUTE, **SUN, **PRICES)
    assert (1_000, 1_300) == (session.energy_wh, charging(session, 300, 3, **SUN, **PRICES).energy_wh)


@pytest.mark.parametrize("glitch_s", [0, 60, 600])
def test_a_counter_that_reads_0_for_a_while_does_not_book_its_life(glitch_s: int) -> None:
    """A box that boots, or that begins a transaction at 0: neither the fall counts, nor the way back."""
    session = charging(plugged(), 1_000, 10, **SUN, **PRICES)
    was_wh, at = session.total_wh or 0.0, session.seen
    for seconds in {0, glitch_s}:
        session = after(session, total_wh=0.0, at=at + (2 + seconds) * SECOND, **SUN, **PRICES)
    session = after(session, total_wh=was_wh + 10, at=at + (4 + glitch_s) * SECOND, **SUN, **PRICES)
    assert 1_000 == session.energy_wh
    assert 1_300 == charging(session, 300, 3, **SUN, **PRICES).energy_wh


def test_what_a_counter_gained_while_nobody_looked_counts() -> None:
    """30 kWh in a night, and what a charger found at the start had counted by itself."""
    session = charging(plugged(), 1_000, 10, **SUN, **PRICES)
    away = after(session, total_wh=START_WH + 31_000, at=session.seen + 8 * HOUR, **SUN, **PRICES)
    assert 31_000 == away.energy_wh
    found = after(plugged(plugin_wh=30_000.0), total_wh=START_WH + 10, at=NOON + SECOND, **SUN, **PRICES)
    assert (30_010, 30_010) == (found.energy_wh, found.grid_wh)


def test_nothing_new_is_the_same_object() -> None:
    """A car that only hangs there costs no writing, but for a note each minute that somebody looks."""
    session = plugged()
    assert session is after(session, total_wh=START_WH, at=NOON + 30 * SECOND, **SUN, **PRICES)
    later = charging(session, 0, 60, **SUN, **PRICES)
    assert session == replace(later, seen=session.seen, split_at=session.split_at)
    assert 0 == after(later, total_wh=START_WH + 30, at=later.seen + MINUTE, **SUN, **PRICES).unseen_wh


def test_the_end_is_the_end() -> None:
    """A closed session does not change any more; it has its times, its stops and its state of charge."""
    session = interrupted(interrupted(charging(plugged(soc_pct=40.0), 1_000, 10, **SUN, **PRICES)))
    done = closed(session, NOON + HOUR, soc_pct=41.1)
    assert (NOON, NOON + HOUR, 2, 40.0, 41.1) == (
        done.since,
        done.until,
        done.stops,
        done.soc_from_pct,
        done.soc_to_pct,
    )
    assert done is after(done, total_wh=START_WH + 9_000, at=NOON + 2 * HOUR, **SUN, **PRICES)
    assert done is closed(done, NOON + 2 * HOUR)


def test_the_peak_that_it_raised() -> None:
    """Quarter by quarter; without a price of the peak there are no euro of it."""
    session = peaked(peaked(plugged(), 400, 17.20), 100, 4.30)
    assert (500, 21.50) == pytest.approx((session.peak_w, session.peak_eur))
    assert (600, None) == ((more := peaked(session, 100, None)).peak_w, more.peak_eur)
    assert 0.0 == plugged().peak_eur


STEPS = st.lists(
    st.tuples(
        st.floats(0, 2_000),
        st.integers(1, 2_000),
        st.none() | st.tuples(st.floats(0, 0.5), st.floats(0, 0.5)),
        st.none() | st.floats(-0.2, 1.0),
        st.none() | st.floats(-0.2, 1.0),
    ),
    max_size=30,
)


@given(steps=STEPS)
def test_no_wh_of_the_counter_is_lost(
    steps: list[tuple[float, int, tuple[float, float] | None, float | None, float | None]],
) -> None:
    """However looks, origins and prices come and go: what was counted has an origin, and a price or says so."""
    session, at, total_wh = plugged(), NOON, START_WH
    for wh, seconds, shares, import_eur_kwh, export_eur_kwh in steps:
        at, total_wh = at + seconds * SECOND, total_wh + wh
        sun, battery = shares or (None, None)
        before = session
        session = after(
            session,
            total_wh=total_wh,
            at=at,
            sun_share=sun,
            battery_share=battery,
            import_eur_kwh=import_eur_kwh,
            export_eur_kwh=export_eur_kwh,
        )
        assert session.energy_wh == pytest.approx(total_wh - START_WH, abs=1e-3)
        assert session.waiting_wh == 0 or at - session.split_at < PATIENCE
        for name in ("energy_wh", "sun_wh", "battery_wh", "grid_wh", "unseen_wh", "unpriced_wh"):
            assert getattr(before, name) <= getattr(session, name) + 1e-6
    done = closed(session, at)
    assert done.energy_wh == pytest.approx(done.sun_wh + done.battery_wh + done.grid_wh, abs=1e-3)
    assert done.unseen_wh <= done.grid_wh + 1e-6
    assert (done.eur is None) == (done.unpriced_wh + done.waiting_wh > 1.0)


def test_a_session_is_what_the_wire_carries() -> None:
    """Each value of the wire's rows has its value here, by the same name."""
    done = closed(charging(plugged(), 1_000, 10, **SUN, **PRICES), NOON + HOUR)
    row = SessionRow(**{one.name: getattr(done, one.name) for one in fields(SessionRow)})
    assert (done.until, done.eur) == (row.until, row.eur)
    assert 1_000 == PlugIn(**{one.name: getattr(done, one.name) for one in fields(PlugIn)}).sun_wh


def a_session(car: str, start: str, end: str, wh: float, **said: Any) -> Session:
    """A session by local times, all of it from the grid."""
    usual: dict[str, Any] = {"grid_wh": wh, "priced_eur": wh / 1000 * 0.3}
    since, until = local(start), local(end)
    session = Session(charger="garage", car=car, since=since, until=until, seen=until, split_at=until, energy_wh=wh)
    return replace(session, **(usual | said))


def test_a_month_by_car() -> None:
    """Sums, the mean price, and what an employer pays back; an unknown car comes last."""
    found = statement(
        [
            a_session("car_2", "2026-11-04 18:00", "2026-11-05 07:00", 20_000),
            a_session("car_1", "2026-11-03 18:00", "2026-11-04 07:00", 10_000, sun_wh=4_000, grid_wh=6_000),
            a_session(GUEST, "2026-11-02 18:00", "2026-11-02 20:00", 3_000),
            a_session("car_1", "2026-11-05 18:00", "2026-11-06 07:00", 5_000, peak_w=300, peak_eur=13.0),
            a_session("car_1", "2026-11-07 18:00", "2026-11-07 19:00", 0),
        ],
        date(2026, 11, 1),
        eur_kwh=0.35,
    )
    assert ["car_1", "car_2", GUEST] == [one.car for one in found.cars]
    one = found.cars[0]
    assert (2, 15_000, 4_000, 11_000, 300, 13.0) == (
        one.count,
        one.energy_wh,
        one.sun_wh,
        one.grid_wh,
        one.peak_w,
        one.peak_eur,
    )
    assert (4.5, 0.3, 5.25) == pytest.approx((one.eur, one.eur_kwh, one.refund_eur))
    assert 4 == len(found.sessions)
    assert all(early.since <= late.since for early, late in pairwise(found.sessions))


def test_a_session_belongs_to_the_month_in_which_it_ended() -> None:
    """By Brussels time; one that goes on belongs to none."""
    night = a_session("car_1", "2026-10-31 18:00", "2026-11-01 00:00", 9_000)
    before = a_session("car_1", "2026-10-31 18:00", "2026-10-31 23:59", 9_000)
    found = statement([night, before, plugged()], date(2026, 11, 1))
    assert (night,) == found.sessions
    assert (before,) == statement([night, before], date(2026, 10, 1)).sessions
    assert found.cars[0].refund_eur is None


def test_a_price_that_misses_once_is_missing_in_the_sum() -> None:
    """The mean is of what has a price."""
    found = statement(
        [
            a_session("car_1", "2026-11-03 18:00", "2026-11-04 07:00", 10_000),
            a_session("car_1", "2026-11-05 18:00", "2026-11-06 07:00", 5_000, unpriced_wh=5_000, priced_eur=0.0),
        ],
        date(2026, 11, 1),
    )
    (one,) = found.cars
    assert one.eur is None
    assert (3.0, 0.30) == pytest.approx((one.priced_eur, one.eur_kwh))
