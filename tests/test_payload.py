"""What others write, in parts."""

import json
import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.payload import NoJsonError, at_path, contents, moment, number, parse_json, shown

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.", max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(found=JSON)
def test_all_of_it_is_the_empty_path(found: object) -> None:
    """As it was written."""
    assert found == at_path(parse_json(json.dumps(found)), "")


@given(found=JSON, path=st.text("ab.01", max_size=6))
def test_a_path_finds_a_part_or_nothing(found: object, path: str) -> None:
    """Whatever both are; and what there is instead can always be said."""
    try:
        part = at_path(found, path)
    except LookupError:
        assert contents(found)
    else:
        assert json.dumps(part) in json.dumps(found)


@pytest.mark.parametrize(
    "body", [r'{"a\ud83d": ["cut \ud83d"]}', rb'{"a\ud83d": ["cut \ud83d"]}', b'{"a?": ["cut \xed\xa0\xbd"]}']
)
def test_half_a_letter_becomes_a_question_mark(body: bytes | str) -> None:
    """A box cuts its words in the middle of an emoji, and what nobody can write down ends with it."""
    found = parse_json(body)
    assert isinstance(found, dict)
    assert ["a?"] == list(found)
    assert found["a?"][0].startswith("cut ?")
    assert {"a": "é 😀"} == parse_json(r'{"a": "é \ud83d\ude00"}')


@pytest.mark.parametrize("body", [b"", "", "{", b"\xff", "[" * 100_000, "<html>"])
def test_what_is_no_json_is_said(body: bytes | str) -> None:
    """Cut short."""
    with pytest.raises(NoJsonError, match=r"^no JSON, but ") as raised:
        parse_json(body)
    assert len(str(raised.value)) < 60


@given(value=st.none() | st.booleans() | st.text(max_size=6) | st.floats() | st.integers())
def test_a_number_is_finite_or_none(value: object) -> None:
    """And 0 only where a zero stands there."""
    found = number(value)
    assert found is None or math.isfinite(found)
    if found == 0:
        assert 0 == float(str(value))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("12.5", 12.5),
        (" -3 ", -3.0),
        ("+7", 7.0),
        ("1e3", 1000.0),
        ("12,5", None),
        ("5 W", None),
        ("", None),
        ("٣", None),
    ],
)
def test_a_number_in_a_text(value: str, found: float | None) -> None:
    """With a point, in our digits, and nothing beside it."""
    assert found == number(value)


@pytest.mark.parametrize(
    "value",
    ["2026-11-20T12:00:00Z", "2026-11-20T13:00:00+01:00", 1_795_176_000, "1795176000", 1_795_176_000_000, 1795176000.0],
)
def test_forms_of_an_instant(value: object) -> None:
    """With an offset, in seconds or in milliseconds."""
    assert datetime(2026, 11, 20, 12, tzinfo=UTC) == moment(value)


@pytest.mark.parametrize("value", [None, True, 12, "noon", "2026-11-20T12:00:00", -1, 1e300, [], datetime(2026, 1, 1)])
def test_what_is_no_instant(value: object) -> None:
    """A time without its zone is none."""
    assert moment(value) is None


def test_what_is_shown_is_short_and_on_one_line() -> None:
    """Whatever it is."""
    assert "'a b'" == shown(b"a\n b")
    assert 43 == len(shown("x" * 100))
