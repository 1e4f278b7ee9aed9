"""What the house usually draws: by the hour, and for the hours of which nothing is known yet."""

from datetime import timedelta

import pytest

from lib.core import usual
from lib.core.usual import Usual
from tests.conftest import local

EVENING = local("2026-11-20 19:00")


def drawn(*hours_w: float, known: Usual | None = None) -> Usual:
    """A house that draws so much in one hour after the other, and half an hour of the last."""
    at, known = EVENING, known or Usual()
    for power_w in hours_w:
        for _ in range(60):
            known = usual.after(known, at, power_w)
            at += timedelta(minutes=1)
    return usual.after(known, at, hours_w[-1])


def test_an_hour_that_was_seen_is_known_and_follows_slowly() -> None:
    """By the clock of Brussels; three tenths of the way each day."""
    known = drawn(500.0, 900.0)
    assert {"19": 500.0, "20": 900.0} == {hour: round(power_w) for hour, power_w in known.by_hour.items()}
    again = drawn(1500.0, known=Usual(by_hour=known.by_hour))
    assert 800 == pytest.approx(again.by_hour["19"])


def test_one_oven_tells_nothing_of_the_whole_night() -> None:
    """A house that nobody knows is supposed to draw 400 W; what is seen counts by its hours."""
    assert 400 == Usual().mean_w
    at, known = EVENING, Usual()
    for _ in range(20):
        known = usual.after(known, at, 2500.0)
        at += timedelta(minutes=1)
    assert 400 < known.mean_w < 650
    assert drawn(*[2500.0] * 9).mean_w > 1900
