"""How long an answer to a wrong token waits."""

import logging

import pytest

from lib.clock import TurnedClock
from lib.hub.guesses import FORGET_S, MOST, MOST_ADDRESSES, Guesses

from .builders import NOON


def test_each_wrong_one_waits_longer_up_to_a_few_seconds_and_then_there_are_too_many() -> None:
    """What comes at the same instant counts like what comes one after the other."""
    guesses = Guesses(TurnedClock(NOON))
    waits_s = [guesses.wrong("203.0.113.7") for _ in range(MOST + 2)]
    assert [0.25, 0.5, 1.0, 2.0, *[4.0] * 6, None, None] == waits_s


def test_an_address_is_forgiven_slowly() -> None:
    """Who never stops is answered once in ten seconds; who pauses is forgotten."""
    clock = TurnedClock(NOON)
    guesses = Guesses(clock)
    for _ in range(100):
        guesses.wrong("203.0.113.7")
    answered = 0
    for _ in range(60):
        clock.turn(1)
        answered += guesses.wrong("203.0.113.7") is not None
    assert 6 == answered
    clock.turn(MOST * FORGET_S)
    assert pytest.approx(0.25) == guesses.wrong("203.0.113.7")


def test_a_program_with_an_old_token_never_gets_to_too_many() -> None:
    """It asks every ten seconds, for days."""
    clock = TurnedClock(NOON)
    guesses = Guesses(clock)
    for _ in range(1000):
        assert guesses.wrong("203.0.113.7") == 0.25
        clock.turn(10)


def test_addresses_are_counted_apart_and_a_household_as_one() -> None:
    """A provider gives a household as many addresses of IPv6 as it wants; the same one may be written in two ways."""
    guesses = Guesses(TurnedClock(NOON))
    for host in range(MOST):
        guesses.wrong(f"2001:db8:0:1::{host:x}")
    assert guesses.wrong("2001:db8:0:1:ffff::1") is None
    assert guesses.wrong("2001:db8:0:2::1") == 0.25
    for address in ("203.0.113.7", "::ffff:203.0.113.7"):
        for _ in range(MOST // 2):
            guesses.wrong(address)
    assert guesses.wrong("203.0.113.7") is None
    assert guesses.wrong("203.0.113.8") == 0.25
    assert guesses.wrong("") == 0.25


def test_memory_is_bounded_whoever_comes() -> None:
    """Those that were silent longest are forgotten first."""
    guesses = Guesses(TurnedClock(NOON))
    for _ in range(MOST):
        guesses.wrong("203.0.113.7")
    for number in range(10 * MOST_ADDRESSES):
        guesses.wrong(f"10.0.{number // 256}.{number % 256}")
        if number % 100 == 0:
            assert guesses.wrong("203.0.113.7") is None
    assert MOST_ADDRESSES == len(guesses._guessers)


def test_the_log_has_a_line_a_minute_for_an_address(caplog: pytest.LogCaptureFixture) -> None:
    """With how many there were since."""
    caplog.set_level(logging.INFO)
    clock = TurnedClock(NOON)
    guesses = Guesses(clock)
    for _ in range(130):
        guesses.wrong("203.0.113.7")
        clock.turn(1)
    said = ["a wrong token from 203.0.113.7", *["a wrong token from 203.0.113.7, 60 times"] * 2]
    assert said == caplog.messages
