"""What a limit is worth that somebody tells, and until when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.circuits import NOTHING
from lib.core.gauges import Gauges, Limited, after
from lib.feeds import FeedError
from lib.feeds.terms import LONGEST_S, Terms

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


def limited(*values: object, unit: str = "A", until: object = None) -> Limited:
    """What is told at second 100."""
    terms = Terms(circuit="drive", who="the grid", unit=unit)
    return terms.limited(values, until=until, at_s=100.0, now=NOW)


def test_amperes_are_of_each_phase_and_watts_of_all() -> None:
    """One number for all phases, or three."""
    assert (16.0, 16.0, 16.0) == limited(16).limits_a
    assert (16.0, 10.0, 0.0) == limited(16, "10", 0).limits_a
    assert (7_400.0, None) == (limited(7400, unit="W").limit_w, limited(16).limit_w)
    assert (7_400.0, (None, None, None)) == (limited(7.4, unit="kW").limit_w, limited(7.4, unit="kW").limits_a)
    assert Limited(circuit="drive", until_s=220.0, limits_a=(16.0, 16.0, 16.0), by="the grid") == limited(16)


def test_nothing_may_flow_is_a_limit() -> None:
    """0 is told, too; less than nothing is refused."""
    assert (0.0, 0.0, 0.0) == limited(0).limits_a
    assert 0.0 == limited("0", unit="kW").limit_w
    with pytest.raises(FeedError, match="the grid says a limit of -1 A; it is 0 or more"):
        limited(3, 4, -1)


@pytest.mark.parametrize("value", [None, "", "16 A", "nan", float("nan"), float("inf"), True, [16], {}, 10**400])
def test_what_is_no_number_is_no_limit(value: object) -> None:
    """And not nothing either."""
    with pytest.raises(FeedError, match=r"the grid says .* for the limit, which is no number"):
        limited(value)


@pytest.mark.parametrize(
    ("until", "holds_s"),
    [
        (None, 120.0),
        (300, 300.0),
        ("45.5", 45.5),
        ("2026-11-20T16:10:00Z", 600.0),
        ("2026-11-20T17:10:00+01:00", 600.0),
        (int((NOW + timedelta(minutes=5)).timestamp()), 300.0),
        (int((NOW + timedelta(minutes=5)).timestamp() * 1000), 300.0),
        ("2030-01-01T00:00:00Z", LONGEST_S),
        (1e7, LONGEST_S),
    ],
)
def test_it_holds_until_it_says_so(until: object, holds_s: float) -> None:
    """Seconds or an instant; without one as long as the owner says, and never longer than a day."""
    assert 100.0 + holds_s == limited(16, until=until).until_s


@pytest.mark.parametrize("until", ["tomorrow", "2026-11-20T17:10:00", True, [], float("nan")])
def test_an_end_that_is_no_time_is_a_sentence(until: object) -> None:
    """A time without its zone is none."""
    with pytest.raises(FeedError, match="for the time until which its limit holds"):
        limited(16, until=until)


@pytest.mark.parametrize("until", [0, -5, "2026-11-20T15:59:59Z"])
def test_a_limit_that_has_run_out_is_a_sentence(until: object) -> None:
    """It is said, and does not hold."""
    with pytest.raises(FeedError, match="a limit that held until"):
        limited(16, until=until)


def test_when_it_has_run_out_the_owners_own_counts_again() -> None:
    """By itself, at that second."""
    gauges: Gauges = after({}, limited(16), (NOTHING, NOTHING))
    assert gauges["drive"].limit(219.9) is not None
    assert gauges["drive"].limit(220.0) is None


@given(value=st.floats() | st.text(max_size=4) | st.booleans() | st.integers(), until=st.none() | st.floats())
def test_whatever_is_told_a_limit_is_0_or_more_and_ends(value: Any, until: Any) -> None:
    """Or it is a sentence."""
    try:
        event = limited(value, unit="kW", until=until)
    except FeedError:
        return
    assert event.limit_w is not None
    assert 0 <= event.limit_w < float("inf")
    assert 100.0 <= event.until_s <= 100.0 + LONGEST_S
