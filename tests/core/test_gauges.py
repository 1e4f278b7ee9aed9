"""A circuit's own meter tells what is not its chargers', and a limit that follows somebody holds as long as it said."""

import pytest

from lib.core.gauges import Gauge, Gauged, Gauges, Limited, Ungauged, Unlimited, after
from lib.core.outside import Outside, Proposed, lasting, left_s
from lib.core.outside import after as proposed
from lib.core.proposals import Proposal

NONE = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))


def flowing(*flows_a: float, at_s: float = 0.0, known: Gauges | None = None, most_a: float = 0.0) -> Gauges:
    """What is known after a reading of L1-L3; most_a: of the chargers there on each phase; at least half of it."""
    one, two, three = flows_a
    ours_a = ((most_a / 2,) * 3, (most_a,) * 3)
    return after(known or {}, Gauged(circuit="row", phases_a=(one, two, three), read_s=at_s), ours_a)


def test_what_the_chargers_draw_is_not_the_rows_own() -> None:
    """Of 20 A the chargers have 10 to 16: what was the row's own stays so, as far as they explain the rest."""
    first = flowing(4, 5, 6)
    assert (4, 5, 6) == first["row"].other_a
    assert (4, 5, 6) == flowing(18, 19, 20, known=first, most_a=16)["row"].other_a
    assert (14, 5, -2) == flowing(30, 19, 6, known=first, most_a=16)["row"].other_a


def test_a_phase_without_a_clamp_is_not_known() -> None:
    """Only L1 is measured: on the others the owner's word counts, whatever the chargers draw there."""
    event = Gauged(circuit="row", phases_a=(14.0, None, None), read_s=0.0)
    known = after({}, event, ((10.0, 10.0, 10.0), (10.0, 10.0, 10.0)), unmeasured_a=(1.0, 2.0, 3.0))
    assert (4.0, 2.0, 3.0) == known["row"].other_a


def test_a_meter_is_fresh_for_two_of_its_periods_and_old_after_30_s() -> None:
    """3 s at least; one that never spoke is neither."""
    gauge = flowing(1, 1, 1, at_s=20.0, known=flowing(1, 1, 1, at_s=10.0))["row"]
    assert [True, True, False] == [gauge.is_fresh(at_s) for at_s in (20, 40, 40.1)]
    assert [False, True] == [gauge.is_old(at_s) for at_s in (50, 50.1)]
    assert (False, True) == (Gauge().is_fresh(0), Gauge().is_old(0))


def heard_at(*seconds: float) -> Gauge:
    """A meter that spoke then."""
    known: Gauges = {}
    for at_s in seconds:
        known = flowing(1, 1, 1, at_s=at_s, known=known)
    return known["row"]


@pytest.mark.parametrize("every_s", [20.0, 40.0, 60.0])
def test_a_meter_that_speaks_seldom_is_old_after_two_and_a_half_of_its_periods(every_s: float) -> None:
    """A minute is what the settings allow; until it spoke a third time nobody knows whether it is so slow."""
    gauge = heard_at(0, every_s, 2 * every_s)
    last_s = 2 * every_s
    assert [True, False] == [gauge.is_fresh(last_s + late * every_s) for late in (2, 2.01)]
    assert [False, True] == [gauge.is_old(last_s + late * every_s) for late in (2.5, 2.51)]


def test_a_meter_that_was_silent_once_is_not_slow() -> None:
    """Neither a pause of a minute nor one of ten minutes makes a dead meter count for longer; also not at its start."""
    for pause_s in (25, 60, 110, 600):
        for seconds in ((0, 1, 2, 2 + pause_s), (0, 1, 2, 2 + pause_s, 3 + pause_s)):
            gauge = heard_at(*seconds)
            assert (True, False) == (gauge.is_old(seconds[-1] + 30.1), gauge.is_fresh(seconds[-1] + 3.1))
    assert heard_at(0, 110).is_old(110 + 75.1)


def test_a_reading_in_pieces_is_one_to_its_pace() -> None:
    """Three topics, a tenth of a second apart, each 20 s: it speaks each 20 s, not each tenth of a second."""
    gauge = heard_at(*(round_s + piece_s for round_s in (0, 20, 40) for piece_s in (0, 0.1, 0.2)))
    assert [True, False] == [gauge.is_fresh(at_s) for at_s in (80, 80.3)]
    assert [False, True] == [gauge.is_old(at_s) for at_s in (90, 90.3)]


def test_trouble_ends_with_the_next_reading() -> None:
    """Of the meter, and of what the limit follows, each by itself."""
    known = after(flowing(1, 1, 1), Ungauged(circuit="row", why="no answer"), NONE)
    known = after(known, Unlimited(circuit="row", why="no broker"), NONE)
    assert ("no answer", "no broker") == (known["row"].trouble, known["row"].astray)
    known = flowing(1, 1, 1, at_s=9, known=known)
    assert ("", "no broker") == (known["row"].trouble, known["row"].astray)
    known = after(known, Limited(circuit="row", until_s=60, limit_w=1000), NONE)
    assert ("", "") == (known["row"].trouble, known["row"].astray)


def test_a_limit_holds_until_it_said() -> None:
    """Then the owner's own counts again, whether anybody says so or not."""
    known = after({}, Limited(circuit="row", until_s=60, limits_a=(10, None, None)), NONE)["row"]
    assert [True, True, False] == [known.limit(at_s) is not None for at_s in (0, 59.9, 60)]


def want(priority: int, wish_w: float | None, at_s: float, *, for_s: float = 60.0, source: str = "vpp") -> Proposed:
    """What somebody wants of the garage."""
    proposal = Proposal(source=source, priority=priority, at_s=at_s, wish_w=wish_w)
    return Proposed(target="garage", proposal=proposal, for_s=for_s)


def test_what_another_program_wants_counts_as_long_as_it_said() -> None:
    """60 s at most; a new one takes its place, one without a wish withdraws it."""
    outside: Outside = proposed({}, want(50, 1000, 0.0, for_s=10))
    assert 10 == left_s(outside["garage"][0], 0.0)
    assert (1, {}) == (len(lasting(outside, 10.0)["garage"]), lasting(outside, 10.1))
    outside = proposed(outside, want(50, 2000, 5.0))
    assert [2000] == [one.wish_w for one in outside["garage"]]
    outside = proposed(outside, want(50, 3000, 5.0, source="script"))
    assert {2000, 3000} == {one.wish_w for one in outside["garage"]}
    outside = proposed(proposed(outside, want(50, None, 6.0)), want(50, None, 6.0, source="script"))
    assert {} == outside
