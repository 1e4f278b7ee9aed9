"""Frames that are orders."""

import pytest

from lib.hub.orders import is_order, refuse
from lib.messages import to_json


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        ('{"type": "set_mode", "mode": "max"}', "dm takes no orders yet, so 'set_mode' was not carried out"),
        ('{"mode": "max"}', 'an order says its type, such as {"type": "…"}; this one has none'),
        ('{"type": 7}', 'an order says its type, such as {"type": "…"}; this one has none'),
        (b"{}", "a binary frame is no order and no word: send JSON or a typed line as a text frame"),
    ],
)
def test_an_order_is_refused_with_a_sentence(frame: str | bytes, why: str) -> None:
    """There are no orders yet; the sentence says what was understood."""
    assert why == refuse(frame, "dm", may_change=True).why


@pytest.mark.parametrize(
    "frame",
    ["{", '{"type": }', "{}{}", '{"a":' * 10_000, '{"type": "\\ud800"}', '{"n": 1' + "0" * 60_000 + "}", "{\0}"],
    ids=["cut", "no value", "two", "deep", "half a letter", "huge number", "nul"],
)
def test_broken_json_is_refused_whatever_it_is(frame: str) -> None:
    """Nothing that a client sends raises, and the refusal can always be sent."""
    refused = refuse(frame, "dm", may_change=True)
    assert refused.why.startswith("this is no JSON object (")
    assert '"type":"refused"' in to_json(refused)


def test_a_long_type_is_cut() -> None:
    """An answer does not grow with what was sent."""
    assert len(refuse('{"type": "%s"}' % ("x" * 60_000), "dm", may_change=True).why) < 120


def test_who_may_only_look_is_told_so() -> None:
    """Whatever the order is: what it says is not even read."""
    for frame in ('{"type": "set_mode"}', "{broken", b"\x00"):
        refused = refuse(frame, "dm", may_change=False)
        assert "this token may only look: an order needs the control token" == refused.why


@pytest.mark.parametrize(("frame", "expected"), [("{", True), (' \n{"a": 1}', True), ("help", False), ("", False)])
def test_what_starts_with_a_brace_is_an_order(frame: str, *, expected: bool) -> None:
    """A line of a person starts otherwise."""
    assert expected == is_order(frame)
