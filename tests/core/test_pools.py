"""What somebody wants of a whole circuit becomes what each of its chargers is wished to take."""

from dataclasses import replace

import pytest

from lib.core.circuits import Circuit, Row, rows
from lib.core.pools import Pooled, parts, pooled
from lib.core.proposals import Proposal
from lib.core.sharing import Ask

SITE = Circuit(name="connection", limits_a=(63.0, 63.0, 63.0))
ROW = Circuit(name="row", limits_a=(32.0, 32.0, 32.0), chargers=frozenset("ab"), above="connection")
ASKS = [
    Ask(charger=name, conductors=(1, 2, 3), phases=3, least_a=6.0, most_a=16.0, step_a=0.1, rank=rank)
    for rank, name in enumerate("abc")
]


def pools(
    circuit: str, *proposals: Proposal, asks: list[Ask] | None = None, room: tuple[Row, ...] | None = None
) -> dict[str, Pooled]:
    """What these come to, with three cars on chargers of 11 kW."""
    return pooled([SITE, ROW], {circuit: proposals}, ASKS if asks is None else asks, room or rows([SITE, ROW], {}, {}))


def want(
    priority: int, wish_w: float | None = None, low_w: float | None = None, high_w: float | None = None
) -> Proposal:
    """By a virtual power plant."""
    return Proposal(source="vpp", priority=priority, at_s=0.0, wish_w=wish_w, low_w=low_w, high_w=high_w)


def test_a_wish_for_a_circuit_is_shared_by_its_chargers() -> None:
    """12 kW of the row: 6 kW each, to the step; the third hangs elsewhere and has no part."""
    found = pools("row", want(50, 12_000))
    assert 12_000 == found["row"].resolved.target_w
    assert {"a": pytest.approx(6_000, abs=70), "b": pytest.approx(6_000, abs=70)} == found["row"].shares_w
    (part,) = parts(found, "a")
    assert (50, "vpp (row)", found["row"].shares_w["a"], None) == (part.priority, part.source, part.wish_w, part.low_w)
    assert () == parts(found, "c")


def test_a_lower_bound_forces_and_an_upper_one_limits() -> None:
    """Just 9 kW: both are forced to half of it. At most 9 kW: half of that each, and no wish."""
    forced = pools("row", want(50, low_w=9_000, high_w=9_000))
    low, high = parts(forced, "a")
    assert pytest.approx((4_500, 4_500), abs=70) == (low.low_w, high.high_w)
    (fence,) = parts(pools("row", want(50, high_w=9_000)), "a")
    assert (None, None) == (fence.wish_w, fence.low_w)
    assert fence.high_w == pytest.approx(4_500, abs=70)


def test_what_must_be_taken_at_least_is_no_wish_for_more() -> None:
    """5 kW at least: one charger is held at that, and nobody is forced to the most or to what another one wishes."""
    alone = pools("row", want(80, low_w=5_000))
    both = pools("row", want(80, low_w=5_000), replace(want(40, 9_000), source="sun"))
    for found in (alone, both):
        lows = [part.low_w for name in "ab" for part in parts(found, name) if part.low_w is not None]
        assert 4_140 <= sum(lows) <= 5_000
    wishes = [part.wish_w for name in "ab" for part in parts(both, name) if part.wish_w is not None]
    assert pytest.approx(9_000, abs=140) == sum(wishes)


def test_only_a_guard_limits_the_circuit_itself() -> None:
    """Whoever stands below the owner's energy limits fences chargers, which others may overrule."""
    assert [None, 9_000] == [pools("row", want(priority, high_w=9_000))["row"].limit_w for priority in (1_000, 1_100)]


def test_too_little_for_all_runs_one() -> None:
    """5 kW are the minimum of one; less than that is a pause of all."""
    assert [pytest.approx(5_000, abs=70), 0] == list(pools("row", want(50, 5_000))["row"].shares_w.values())
    assert [0, 0] == list(pools("row", want(50, 1_000))["row"].shares_w.values())


def test_a_circuit_takes_no_more_than_its_rows_leave() -> None:
    """All of the connection is wished for; the row carries 32 A only."""
    found = pools("connection", want(50, 40_000), room=rows([SITE, ROW], {"row": (20.0, 0.0, 0.0)}, {}))
    assert [6 * 690, 6 * 690, 16 * 690] == [pytest.approx(watts) for watts in found["connection"].shares_w.values()]


def test_a_circuit_without_cars_does_nothing() -> None:
    """There is a number all the same."""
    found = pools("row", want(50, 5_000), asks=[])
    assert (0, {}) == (found["row"].resolved.target_w, found["row"].shares_w)
