"""What a charger is held to, after what it was told and what it said."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.chargers.holding import PHASES_SHOW_S, SHOWS_S, Holding, read, refused, sent, taken
from lib.core.charger import Accepted, ChargerReading, Order, Plug

GO_10 = Order(current_a=10.0, go=True)
KNOWN = Holding(current_a=16.0, go=True, phases=3)
AMPERES = st.integers(60, 160).map(lambda tenths: tenths / 10)
ORDERS = st.builds(Order, current_a=AMPERES, go=st.booleans(), phases=st.sampled_from([None, 1, 3]))


def a_reading(
    read_s: float, current_a: float = 16.0, *, paused: bool = False, phases: int | None = 3
) -> ChargerReading:
    """A car on the cable."""
    return ChargerReading(plug=Plug.CONNECTED, read_s=read_s, set_a=current_a, paused=paused, phases=phases)


def told(order: Order, at_s: float = 100.0) -> Holding:
    """It took an order as it was."""
    accepted = Accepted(current_a=order.current_a, go=order.go, phases=order.phases)
    return taken(sent(KNOWN, order, at_s), order, accepted)


@given(ORDERS)
def test_what_it_took_fits(order: Order) -> None:
    """Nothing is left to tell it, and it is no cut any more."""
    holding = told(order)
    assert holding.fits(order)
    assert not holding.is_cut(order)


@given(ORDERS, ORDERS)
def test_an_order_without_an_answer_never_fits(before: Order, order: Order) -> None:
    """It may hold or not; and less than it is a cut, whatever was known."""
    holding = sent(told(before), order, 200.0)
    assert not holding.fits(order)
    if order.go and order.current_a > 6.1:
        assert holding.is_cut(Order(current_a=6.0, go=True))
        assert holding.is_cut(Order(current_a=16.0, go=False))


def test_a_refusal_leaves_what_was() -> None:
    """As if it had not been asked."""
    assert replace(KNOWN, told_s=5.0) == refused(sent(KNOWN, GO_10, 5.0), GO_10)


@pytest.mark.parametrize(("after_s", "fits"), [(2.0, True), (SHOWS_S, True), (SHOWS_S + 1, False)])
def test_a_reading_soon_after_an_order_may_be_older_than_it(after_s: float, fits: bool) -> None:
    """A write shows about 2 s later; after 10 s what is read is what holds."""
    assert fits is read(told(GO_10), a_reading(100.0 + after_s)).fits(GO_10)


def test_each_setting_has_its_own_time_to_show() -> None:
    """Amperes were told a moment ago, pause and phases long before: whoever set those since is seen."""
    first = Order(current_a=10.0, go=True, phases=1)
    later = replace(first, current_a=9.0)
    accepted = Accepted(current_a=9.0, go=True, phases=1)
    holding = taken(sent(told(first), later, 190.0), later, accepted)
    seen = read(holding, a_reading(192.0, 10.0, paused=True, phases=3))
    assert (9.0, False, 3) == (seen.current_a, seen.go, seen.phases)


def test_after_a_silence_what_is_read_holds() -> None:
    """It may have been switched off and on."""
    assert not read(told(GO_10), a_reading(102.0), fresh=True).fits(GO_10)


@pytest.mark.parametrize(("after_s", "fits"), [(30.0, True), (PHASES_SHOW_S + 1, False)])
def test_phases_take_longer_to_show(after_s: float, fits: bool) -> None:
    """They are switched within a minute."""
    order = Order(current_a=10.0, go=True, phases=1)
    assert fits is read(told(order), a_reading(100.0 + after_s, 10.0, phases=3)).fits(order)


def test_phases_that_nobody_knows_are_those_it_took() -> None:
    """While it switches it does not say."""
    order = Order(current_a=10.0, go=True, phases=1)
    assert read(told(order), a_reading(120.0, 10.0, phases=None)).fits(order)


def test_nothing_is_known_at_the_start() -> None:
    """So any order is one that cannot wait, and none fits."""
    assert Holding().is_cut(GO_10)
    assert not Holding().fits(GO_10)
    assert read(Holding(), a_reading(0.0, 10.0)).fits(GO_10)


def test_a_step_on_the_way_does_not_fit() -> None:
    """It pauses first, and has not yet the amperes: it is told again."""
    pause = Order(current_a=6.0, go=False)
    holding = taken(sent(KNOWN, pause, 100.0), pause, Accepted(current_a=16.0, go=False))
    assert not holding.fits(pause)
    assert not holding.is_cut(pause)


def test_more_than_it_takes_fits_as_the_most() -> None:
    """And when it is told the same and says the same again, that is all there is."""
    more, less = Order(current_a=32.0, go=True), Order(current_a=6.0, go=True)
    assert taken(sent(KNOWN, more, 100.0), more, Accepted(current_a=16.0, go=True)).fits(more)
    once = taken(sent(KNOWN, less, 100.0), less, Accepted(current_a=8.0, go=True))
    twice = taken(sent(once, less, 105.0), less, Accepted(current_a=8.0, go=True))
    assert (False, True) == (once.fits(less), twice.fits(less))
