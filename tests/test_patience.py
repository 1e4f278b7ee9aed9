"""How a service that fails is treated."""

import logging

import pytest

from lib.clock import TurnedClock
from lib.patience import LONGEST_PAUSE_S, MOST_SAID, Leap, Patience, pause_s
from tests.conftest import NOON

log = logging.getLogger("tests.patience")


def a_patience(clock: TurnedClock) -> Patience:
    """With one service."""
    return Patience("bakery", "bread", log=log, clock=clock, chance=lambda: 0.5)


def test_pauses_double_up_to_the_longest() -> None:
    """And houses do not ask in step."""
    assert [60, 120, 240, 480, 960, 1800, 1800] == [
        pause_s(failures, longest_s=1800, chance=0.5) for failures in range(1, 8)
    ]
    assert pytest.approx(54) == pause_s(1, longest_s=1800, chance=0)
    assert pytest.approx(66) == pause_s(1, longest_s=1800, chance=1)
    assert LONGEST_PAUSE_S == pause_s(100_000, longest_s=LONGEST_PAUSE_S, chance=0.5)


def test_what_the_service_asks_for_counts_when_it_is_longer() -> None:
    """And waking forgets only our own pause."""
    clock = TurnedClock(NOON)
    patience = a_patience(clock)
    assert (0.0, "") == (patience.rests_until_s, patience.trouble)
    patience.failed("closed", again_s=None)
    assert (60.0, "closed") == (patience.rests_until_s, patience.trouble)
    patience.wake()
    assert 0.0 == patience.rests_until_s
    patience.failed("closed until Monday", again_s=5000.0)
    patience.wake()
    assert 5000.0 == patience.rests_until_s
    patience.answered()
    assert "" == patience.trouble


def test_each_trouble_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """Until the service answers; a service that finds a new excuse each time does not fill the disk."""
    patience = a_patience(TurnedClock(NOON))
    with caplog.at_level(logging.INFO, log.name):
        for why in ("closed", "closed", "sold out", "closed"):
            patience.failed(why, again_s=None)
        patience.answered()
        patience.answered()
        patience.failed("closed", again_s=None)
    assert ["bread: closed", "bread: sold out", "bread: bakery answers again", "bread: closed"] == caplog.messages
    for excuse in range(100):
        patience.failed(f"excuse {excuse}", again_s=None)
    assert len(caplog.messages) <= 4 + MOST_SAID


def test_a_clock_that_was_set_is_noticed_once() -> None:
    """And a trifle is none, nor is time that simply passes."""
    clock = TurnedClock(NOON)
    leap = Leap(clock)
    clock.turn(86_400)
    assert 0 == leap.moved_s()
    clock.set(clock.now().replace(hour=23))
    moved_s = leap.moved_s()
    assert moved_s == pytest.approx(12 * 3600)
    assert 0 == leap.moved_s()
