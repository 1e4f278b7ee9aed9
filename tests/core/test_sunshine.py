"""What the roof will make: by a forecast, corrected by what became of earlier ones; without one, as it usually does."""

from dataclasses import replace
from datetime import datetime

import pytest

from lib.core.habits import Habits, Note, after, learned
from lib.core.outlook import foreseen
from lib.core.quarter import QUARTER
from tests.conftest import local
from tests.core.lives import DAY, HOUR, clear_w, forecast, lived, made_w, quarters, with_forecast


def test_a_forecast_that_is_too_high_is_corrected_within_two_weeks() -> None:
    """It was right for a month, and then 30 % too high; it is told anew what the roof makes of it."""
    start = local("2026-05-04 00:00")
    change = start + 30 * DAY
    habits = with_forecast(start, 30, made_w, Habits())
    before = foreseen(habits, change, sun=forecast(change, change + 2 * DAY, clear_w)).quarters
    habits = with_forecast(change, 14, lambda one: made_w(one) * 1.3, habits)
    at = change + 14 * DAY
    outlook = foreseen(habits, at, sun=forecast(at, at + 2 * DAY, lambda one: clear_w(one) * 1.3))
    right_wh = sum(clear_w(one) for one in quarters(at, at + 2 * DAY))
    assert pytest.approx(1.0, abs=0.07) == sum(one.sun_w for one in before) / sum(
        clear_w(one) for one in quarters(change, change + 2 * DAY)
    )
    assert pytest.approx(1.0, abs=0.1) == sum(one.sun_w for one in outlook.quarters) / right_wh


def test_a_shadow_is_learned_by_its_hour() -> None:
    """A tree takes half of the morning from a roof of which the forecast knows nothing."""
    start = local("2026-05-04 00:00")

    def shaded_w(at: datetime) -> float:
        return made_w(at) * (0.5 if at.hour < 9 else 1.0)

    series = forecast(start, start + 30 * DAY, made_w)
    habits = Habits()
    for parts in lived(start, start + 21 * DAY, sun=shaded_w):
        slot = series.at(parts.start)
        habits = after(habits, Note(made=parts.start, told_w=slot.value if slot else None))
        habits = after(habits, parts)
    at = start + 21 * DAY + 2 * HOUR
    found = foreseen(habits, at, sun=forecast(at, at + 2 * DAY, clear_w)).quarters
    parts_of = {one.start.hour: one.sun_w / clear_w(one.start) for one in found[:88] if clear_w(one.start) > 500}
    assert parts_of[7] < 0.75
    assert parts_of[13] > 0.85


def test_a_dark_hour_tells_of_the_next_ones() -> None:
    """The forecast knew no cloud: the last hour made a third, and the next is foreseen in between."""
    start = local("2026-05-04 00:00")
    habits = with_forecast(start, 20, clear_w, Habits())
    for parts in lived(start + 20 * DAY, start + 20 * DAY + 12 * HOUR, sun=lambda one: clear_w(one) * 0.33):
        habits = after(habits, Note(made=parts.start, told_w=clear_w(parts.start)))
        habits = after(habits, parts)
    at = start + 20 * DAY + 12 * HOUR
    found = foreseen(habits, at, sun=forecast(at, at + 2 * DAY, clear_w)).quarters
    shares = [found[place].sun_w / found[place + 96].sun_w for place in (0, 4, 16)]
    assert shares == sorted(shares)
    assert shares[0] < 0.85


def test_how_bright_it_was_beside_history_says_nothing_of_a_forecast() -> None:
    """After dull weeks a clear morning without a forecast: the one that is back is taken as it comes, not doubled."""
    start = local("2026-05-04 00:00")
    habits = with_forecast(start, 20, lambda one: clear_w(one) * 0.4, Habits())
    habits = with_forecast(start + 20 * DAY, 20, made_w, habits)
    noon = start + 40 * DAY + 12 * HOUR
    for parts in lived(noon - 12 * HOUR, noon, sun=clear_w):
        habits = after(habits, parts)
    at = noon + QUARTER
    found = foreseen(habits, at, sun=forecast(noon, noon + 2 * DAY, clear_w)).quarters
    assert found[4].sun_w == pytest.approx(clear_w(found[4].start), rel=0.1)


def test_without_a_forecast_the_roof_tells_what_it_usually_makes() -> None:
    """By the quarter of the day, from the last weeks; a bright hour counts for the rest of the day."""
    start = local("2026-05-04 00:00")
    habits = learned(lived(start, start + 20 * DAY, sun=made_w), ())
    at = start + 20 * DAY
    outlook = foreseen(habits, at)
    mean = sum(made_w(one) for one in quarters(start, at)) / sum(clear_w(one) for one in quarters(start, at))
    told = sum(one.sun_w for one in outlook.quarters) / sum(clear_w(one.start) for one in outlook.quarters)
    assert "history" == outlook.sun_by
    assert pytest.approx(mean, rel=0.25) == told
    for parts in lived(at, at + 11 * HOUR, sun=clear_w):
        habits = after(habits, parts)
    bright = foreseen(habits, at + 11 * HOUR).quarters
    assert bright[4].sun_w > 1.15 * outlook.quarters[48].sun_w


def test_a_sun_that_was_held_back_teaches_nothing() -> None:
    """An inverter that was curtailed for a week makes the roof no smaller."""
    start = local("2026-05-04 00:00")
    habits = with_forecast(start, 10, clear_w, Habits())
    at = start + 17 * DAY
    series = forecast(at, at + 2 * DAY, clear_w)
    curtailed = habits
    for parts in lived(start + 10 * DAY, at, sun=lambda one: min(300.0, made_w(one))):
        curtailed = after(curtailed, Note(made=parts.start, told_w=clear_w(parts.start)))
        curtailed = after(curtailed, replace(parts, held=True))
    sums_w = [sum(one.sun_w for one in foreseen(one_, at, sun=series).quarters) for one_ in (habits, curtailed)]
    assert pytest.approx(sums_w[0], rel=0.02) == sums_w[1]
