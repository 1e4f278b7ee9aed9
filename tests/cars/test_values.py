"""What sources write, as values."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.cars import CarError, values
from lib.cars.values import instant, is_nothing, percent, state_of_charge
from lib.payload import at_path

from .builders import NOW

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(value=ANYTHING, scale=st.sampled_from([1.0, 100.0, 0.1]))
def test_a_percentage_is_one_or_none(value: object, scale: float) -> None:
    """Whatever a source says, nothing comes through that no battery can have, and 0 only where a zero was said."""
    pct = percent(value, scale=scale)
    assert pct is None or 0 <= pct <= 100
    if pct == 0:
        assert abs(float(str(value).strip(" %").replace(",", "."))) * scale < 0.000001


@given(value=ANYTHING)
def test_no_value_upsets_the_others(value: object) -> None:
    """Plug, charging, range and time are a value or None, too."""
    assert values.plug(value) in {True, False, None}
    assert values.charging(value) in {True, False, None}
    assert (values.km(value) or 0) >= 0 or isinstance(value, int | float)
    at = instant(value, NOW)
    assert at is None or at <= NOW


@pytest.mark.parametrize(
    ("value", "pct"),
    [(63, 63), (63.5, 63.5), ("63", 63), (" 63 % ", 63), ("63,5", 63.5), ("62.90%", 62.9), (0, 0), ("100", 100)],
)
def test_forms_of_a_percentage(value: object, pct: float) -> None:
    """Numbers, texts, with the sign, with a comma."""
    assert pct == state_of_charge("it", value)


@pytest.mark.parametrize("value", ["", None, "None", "nan", float("nan"), "unknown", "unavailable", "NaN", " -- "])
def test_no_value_is_none_and_never_zero(value: object) -> None:
    """What a source writes for "I do not know"."""
    assert is_nothing(value)
    assert state_of_charge("it", value) is None


@pytest.mark.parametrize(
    ("value", "scale", "said"),
    [
        (101, 1.0, "it says 101 %, which no battery has"),
        ("-1", 1.0, "it says -1 %, which no battery has"),
        (63, 100.0, "it says 6300 %, which no battery has: is it the right value, and the right scale?"),
        ("0.63", 1.0, 'it says 0.63, which looks like a fraction: "scale": 100'),
        (0.98, 1.0, 'it says 0.98, which looks like a fraction: "scale": 100'),
        ("full", 1.0, "it says 'full', which is no state of charge"),
        ([63], 1.0, "it says '[63]', which is no state of charge"),
        (True, 1.0, "it says 'True', which is no state of charge"),
    ],
)
def test_what_is_odd_is_refused_in_a_sentence(value: object, scale: float, said: str) -> None:
    """Values above 100 are not cut, and a fraction is no 1 %, which would start an emergency."""
    assert percent(value, scale=scale) is None
    with pytest.raises(CarError) as raised:
        state_of_charge("it", value, scale=scale)
    assert said in str(raised.value)


def test_fractions_become_per_cent_by_the_scale() -> None:
    """With rounding errors taken away."""
    assert [0, 7, 63, 100] == [percent(value, scale=100.0) for value in (0, 0.07, "0.63", 1)]


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-11-20T06:12:44.3+00:00", NOW - timedelta(minutes=2, seconds=15.7)),
        ("2026-11-20T07:12:44+01:00", NOW - timedelta(minutes=2, seconds=16)),
        ("2026-11-20T05:41:10.000Z", NOW - timedelta(minutes=33, seconds=50)),
        (1_795_155_300, NOW),
        ("1795155300000", NOW),
        (NOW + timedelta(minutes=4), NOW),
        (NOW + timedelta(minutes=6), None),
        ("2026-11-20T06:12:44", None),
        (datetime(2026, 11, 20, 6), None),
        ("0001-01-01T00:00:00Z", None),
        (datetime(1, 1, 1, tzinfo=UTC), None),
        (0, None),
        (63, None),
        (True, None),
        ("", None),
        ("yesterday", None),
        (float("inf"), None),
        ("99999999999999999999999", None),
    ],
)
def test_a_time_that_cannot_be_believed_is_none(value: object, at: datetime | None) -> None:
    """Without an offset, before there were such cars, to come, or no time at all: of unknown age."""
    assert at == instant(value, NOW)


@pytest.mark.parametrize(
    ("value", "is_plugged", "is_charging"),
    [
        (True, True, True),
        ("on", True, True),
        ("Off", False, False),
        (1, True, True),
        (0, False, False),
        ("connected", True, False),
        ("disconnected", False, False),
        ("CHARGING", True, True),
        ("NOT_CHARGING", None, False),
        ("FULLY_CHARGED", None, False),
        ("unavailable", None, None),
        (2, None, None),
        (1.0, None, None),
        (None, None, None),
    ],
)
def test_words_for_plug_and_charging(value: object, is_plugged: bool | None, is_charging: bool | None) -> None:
    """What is no word for it is not known."""
    assert (is_plugged, is_charging) == (values.plug(value), values.charging(value))


def test_a_path_goes_through_keys_and_places() -> None:
    """Also through keys that hold dots, the longest first."""
    found = {"a": [{"b": 1}, {"b": 2}], "a.1": {"b": 3}, "x.y": 4, "x": {"y": 5, "z": 6}}
    assert [found, 1, 3, 4, 6] == [at_path(found, path) for path in ("", "a.0.b", "a.1.b", "x.y", "x.z")]
    for path in ("a.2", "a.-1", "a.b", "x.q", "a.0.b.c"):
        with pytest.raises(LookupError):
            at_path(found, path)
