"""The router of orders: each gets one answer, in time, whatever it is."""

import asyncio
import logging

import pytest

from lib.core.modes import Mode
from lib.hub.orders import Orders, is_order
from lib.messages import Refused, to_json
from lib.messages.orders import AcceptPeak, Boost, Done, Propose, SetMode, Withdraw, order_to_json

FRAME = '{"type": "set_mode", "charger": "garage", "mode": "max"}'
ORDER = SetMode(charger="garage", mode=Mode.MAX)


def done(order: SetMode) -> Done:
    """A handler that answers at once."""
    return Done(what=f"{order.charger} is set to {order.mode}")


async def done_later(order: SetMode) -> Done:
    """One that waits for a charger."""
    await asyncio.sleep(0)
    return done(order)


async def endless(_: SetMode) -> Done:
    """One that never answers."""
    await asyncio.Event().wait()
    raise AssertionError


def buggy(_: SetMode) -> Done:
    """One that is wrong."""
    return Done(what=f"{1 // 0}")


async def refused(frame: str | bytes, *, may_change: bool = True) -> str:
    """Why dm refuses a frame; it takes no orders."""
    answer = await Orders("dm", {}).frame(frame, may_change=may_change)
    assert isinstance(answer, Refused)
    return answer.why


async def test_a_handler_carries_its_orders_out() -> None:
    """At once or in a while; the answer is its own."""
    for handler in (done, done_later):
        orders = Orders("ev", {SetMode: handler})
        assert Done(what="garage is set to max") == await orders.frame(FRAME, may_change=True)
        assert Done(what="garage is set to max") == await orders.carry_out(ORDER)
        assert (True, False) == (orders.takes(SetMode), orders.takes(Boost))


async def test_above_the_free_priorities_the_token_must_be_shown() -> None:
    """For what other programs propose and withdraw, whoever may change something; the owner's orders need it not."""
    orders = Orders("ev", {Propose: lambda _: Done(what="so"), Withdraw: lambda _: Done(what="so"), SetMode: done})
    for priority, free in ((0, True), (100, True), (101, False), (3_999, False)):
        for kind in (Propose, Withdraw):
            order = kind(target="garage", source="vpp", priority=priority)
            for by_token in (False, True):
                answer = await orders.frame(order_to_json(order), may_change=True, by_token=by_token)
                assert isinstance(answer, Done) == (free or by_token)
                assert isinstance(answer, Done) or "also on this machine" in answer.why
    assert isinstance(await orders.carry_out(ORDER), Done)


async def test_what_is_proposed_to_dm_is_sent_on() -> None:
    """To two programs, for it does not know the target."""
    answer = await Orders("dm", {}).carry_out(Propose(target="garage", source="vpp", priority=50, wish_w=0.0))
    where = "ev does for chargers and circuits, and bs for the battery, so send it there"
    assert Refused(why=f"dm takes no propose here: {where}") == answer


async def test_an_order_for_another_program_says_whose_it_is() -> None:
    """And one of its own that it does not take says that."""
    said = await refused(FRAME)
    assert "dm takes no set_mode here: ev does, so send it there" == said
    ev = await Orders("ev", {SetMode: done}).carry_out(AcceptPeak(peak_w=4500.0))
    assert Refused(why="ev takes no accept_peak here: dm does, so send it there") == ev
    assert "dm takes no set_storage here: bs does, so send it there" == await refused(
        '{"type": "set_storage", "mode": "hold"}'
    )
    assert "dm takes no set_reserve here: bs does, so send it there" == await refused('{"type": "set_reserve"}')
    assert "dm takes no limit_sun now" == await refused('{"type": "limit_sun", "power_w": 0}')
    assert "dm takes no accept_peak now" == await refused('{"type": "accept_peak", "peak_w": 4500}')


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        ('{"mode": "max"}', 'an order says its type, such as {"type": "set_mode", …}; this one has none'),
        (b"{}", "a binary frame is no order and no word: send JSON or a typed line as a text frame"),
        (
            FRAME.replace("max", "turbo"),
            "mode is one of off, pv_only, pv_all, max, manual, auto, and not 'turbo'",
        ),
    ],
)
async def test_what_is_not_understood_is_refused_with_a_sentence(frame: str | bytes, why: str) -> None:
    """It says what is allowed, whoever takes it."""
    assert why == await refused(frame)


@pytest.mark.parametrize(
    "frame",
    ["{", '{"type": }', "{}{}", '{"a":' * 10_000, '{"type": "\\ud800"}', '{"n": 1' + "0" * 60_000 + "}", "{\0}"],
    ids=["cut", "no value", "two", "deep", "half a letter", "huge number", "nul"],
)
async def test_broken_json_is_refused_whatever_it_is(frame: str) -> None:
    """Nothing that a client sends raises, and the refusal can always be sent."""
    why = await refused(frame)
    assert why.startswith("this is no JSON object (")
    assert why.endswith("; a typed line must not start with {")
    assert '"type":"refused"' in to_json(Refused(why=why))


async def test_who_may_only_look_is_told_so() -> None:
    """Whatever the order is: what it says is not even read."""
    for frame in (FRAME, "{broken", b"\x00"):
        assert "this token may only look: an order needs the control token" == await refused(frame, may_change=False)


async def test_a_handler_that_fails_is_a_refusal(caplog: pytest.LogCaptureFixture) -> None:
    """The door goes on; the bug is in the log in full."""
    answer = await Orders("ev", {SetMode: buggy}).carry_out(ORDER)
    assert Refused(why="set_mode failed with ZeroDivisionError; the log has the whole of it") == answer
    assert [logging.ERROR] == [record.levelno for record in caplog.records]


async def test_a_handler_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nobody pretends to know what became of the order."""
    monkeypatch.setattr("lib.hub.orders.ORDER_S", 0.05)
    answer = await Orders("ev", {SetMode: endless}).carry_out(ORDER)
    why = "set_mode: no answer within 0.05 s, so nobody knows whether it was carried out"
    assert Refused(why=why) == answer


@pytest.mark.parametrize(("frame", "expected"), [("{", True), (' \n{"a": 1}', True), ("help", False), ("", False)])
def test_what_starts_with_a_brace_is_an_order(frame: str, *, expected: bool) -> None:
    """A line of a person starts otherwise."""
    assert expected == is_order(frame)
