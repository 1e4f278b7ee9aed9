"""A profile is a sort key: who is served first, and by what weight; where not all can be served the line turns."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.circuits import Circuit, Profile, rows
from lib.core.profiles import Rota, Standing, after, lined, profiled, ramps, shapes
from lib.core.sharing import Ask, Share, share

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HAIR_A = 1e-6


def circuit(name: str, limit_a: float | None, chargers: str | None, profile: Profile | None = None) -> Circuit:
    """With the same limit on all phases; chargers are letters."""
    below = None if chargers is None else frozenset(chargers)
    return Circuit(name=name, limits_a=(limit_a,) * 3, chargers=below, profile=profile, above="site" * (name != "site"))


def cars(*most_a: float, step_a: float = 1.0, least_a: float = 6.0) -> list[Ask]:
    """Cars a, b, c … on three phases."""
    return [
        Ask(charger=chr(97 + rank), conductors=(1, 2, 3), least_a=least_a, most_a=most, step_a=step_a, rank=rank)
        for rank, most in enumerate(most_a)
    ]


def amps(circuits: list[Circuit], asks: list[Ask], standings: dict[str, Standing] | None = None) -> list[float]:
    """What each gets, in the order of asking."""
    ranked, parties = profiled(circuits, asks, standings or {})
    given_a = share(rows(circuits, {}, {}), ranked, parties)
    return [given_a[ask.charger].current_a for ask in asks]


ARRIVED = {name: Standing(since=NOON - timedelta(hours=hours)) for name, hours in (("a", 1), ("b", 3), ("c", 2))}
RANKED = {"a": Standing(priority=0), "b": Standing(priority=5), "c": Standing(priority=1)}
LEAVING = {
    "a": Standing(slack_s=3600, relative=0.2),
    "b": Standing(slack_s=-60, relative=0.9),
    "c": Standing(slack_s=inf, relative=inf),
}


@pytest.mark.parametrize(
    ("profile", "standings", "expected"),
    [
        pytest.param(Profile.EQUAL, {}, [14, 13, 13], id="all alike, the first have the step that is left"),
        pytest.param(Profile.PROPORTIONAL, {}, [6, 17, 17], id="the same percentage"),
        pytest.param(Profile.STATION, {}, [10, 24, 6], id="the first in the list"),
        pytest.param(Profile.FIFO, ARRIVED, [6, 28, 6], id="who came first"),
        pytest.param(Profile.PRIORITY, RANKED, [6, 28, 6], id="the highest priority"),
        pytest.param(Profile.LAXITY, LEAVING, [6, 28, 6], id="who has the least seconds to spare"),
        pytest.param(Profile.RELATIVE, LEAVING, [10, 24, 6], id="who has the least part of its time to spare"),
        pytest.param(Profile.RAMP, {}, [14, 13, 13], id="a ramp shares as equals do"),
    ],
)
def test_40_a_are_shared_by_the_profile(
    profile: Profile, standings: dict[str, Standing], expected: list[float]
) -> None:
    """Three cars of 10, 32 and 32 A; of 32 A each where all are alike."""
    small = profile not in {Profile.EQUAL, Profile.RAMP, Profile.FIFO, Profile.PRIORITY, Profile.LAXITY}
    asks = cars(10, 32, 32) if small else cars(32, 32, 32)
    assert expected == amps([circuit("site", 40, None, profile)], asks, standings)


def test_who_is_admitted_goes_by_the_profile_too() -> None:
    """12 A for three: who came last waits."""
    assert [0, 6, 6] == amps([circuit("site", 12, None, Profile.FIFO)], cars(32, 32, 32), ARRIVED)
    assert [6, 6, 0] == amps([circuit("site", 12, None, Profile.EQUAL)], cars(32, 32, 32), ARRIVED)


def test_a_group_shares_its_part_in_its_own_way() -> None:
    """Four equals have 15 A each; two of them share their 30 the first first, and the others do not notice."""
    circuits = [circuit("site", 60, None), circuit("row", 40, "cd", Profile.STATION)]
    assert [15, 15, 24, 6] == amps(circuits, cars(32, 32, 32, 32))


def test_an_inner_group_may_share_equally_below_one_that_does_not() -> None:
    """The row gives its first stations first; the two on the cable at its end share alike what they come to."""
    circuits = [
        circuit("site", 60, None, Profile.STATION),
        replace(circuit("cable", 32, "cd", Profile.EQUAL), above="site"),
    ]
    assert [32, 16, 6, 6] == amps(circuits, cars(32, 32, 32, 32))
    assert [32, 6, 11, 11] == amps(circuits, cars(32, 6, 32, 32))


def test_a_group_without_a_profile_has_that_of_the_one_above() -> None:
    """However deep; also the pace of a ramp."""
    circuits = (
        circuit("site", 60, None, Profile.FIFO),
        circuit("row", 40, "bcd", Profile.RAMP),
        replace(circuit("cable", 20, "cd"), above="row"),
    )
    assert {"site": Profile.FIFO, "row": Profile.RAMP, "cable": Profile.RAMP} == shapes(circuits)
    assert frozenset("bcd") == ramps(circuits, tuple("abcd"))


def test_the_line_turns_while_somebody_waits() -> None:
    """Two of four fit: after each half hour it is the next one's turn; each has its minimum half of the time."""
    circuits, asks, rota = [circuit("site", 13, None)], cars(16, 16, 16, 16), Rota()
    seen = []
    for minute in range(240):
        staying = [replace(ask, runs=rota.stays(ask.charger, runs=False)) for ask in asks]
        ranked, parties = profiled(circuits, staying, {}, turns=rota.turns)
        given_a = share(rows(circuits, {}, {}), ranked, parties)
        rota = after(rota, given_a, now_s=minute * 60.0, rotation_s=1800)
        seen.append("".join(name for name, one in given_a.items() if one.current_a))
    turns = [first for first, second in zip(seen, ["", *seen], strict=False) if first != second]
    assert [set("ab"), set("bc"), set("cd"), set("da")] == [set(turn) for turn in turns[:4]]
    assert {120 - 30, 120, 120 + 30} >= {sum(name in one for one in seen) // 30 * 30 for name in "abcd"}


def test_nothing_turns_while_all_are_served() -> None:
    """And who is served stays so when a higher one comes, until it is their turn."""
    given_a = {"a": Share(current_a=6.0)}
    rota = after(Rota(), given_a, now_s=0.0, rotation_s=1800)
    assert rota is after(rota, given_a, now_s=9e9, rotation_s=1800)
    assert (True, False) == (rota.stays("a", runs=False), rota.stays("b", runs=True))


@given(
    most_a=st.lists(st.integers(6, 32), min_size=1, max_size=8),
    limit_a=st.integers(6, 120),
    inner_a=st.integers(6, 60),
    outer=st.sampled_from(Profile),
    inner=st.sampled_from(Profile),
    split=st.integers(0, 8),
    slacks=st.lists(st.integers(-100, 100), min_size=8, max_size=8),
)
def test_every_profile_holds_the_rows_and_leaves_nothing_unused(
    most_a: list[int], limit_a: int, inner_a: int, outer: Profile, inner: Profile, split: int, slacks: list[int]
) -> None:
    """No row is exceeded, nobody is between 0 and the minimum, nobody admitted can be raised alone."""
    asks = cars(*most_a)
    below = "".join(ask.charger for ask in asks[:split])
    circuits = [circuit("site", limit_a, None, outer), circuit("row", inner_a, below, inner)]
    standings = {
        ask.charger: Standing(since=NOON + timedelta(minutes=slack), priority=slack, slack_s=slack, relative=slack)
        for ask, slack in zip(asks, slacks, strict=False)
    }
    got_a = dict(zip([ask.charger for ask in asks], amps(circuits, asks, standings), strict=True))
    whole_a, row_a = sum(got_a.values()), sum(got_a[name] for name in below)
    assert (whole_a <= limit_a, row_a <= inner_a) == (True, True)
    for ask in asks:
        current_a = got_a[ask.charger]
        assert current_a == 0 or ask.least_a <= current_a <= ask.most_a
        if 0 < current_a < ask.most_a:
            assert whole_a + 1 > limit_a or (ask.charger in below and row_a + 1 > inner_a)


slacks = st.dictionaries(st.sampled_from("abcdef"), st.floats(-9_000, 9_000) | st.just(inf), max_size=6)


@given(then=slacks, now=slacks)
def test_a_line_by_the_time_to_spare_changes_for_more_than_ten_minutes(
    then: dict[str, float], now: dict[str, float]
) -> None:
    """Nobody stands behind one with ten minutes more; what has found its place stays, and a first line is exact."""
    circuits = [circuit("site", 32, None, Profile.LAXITY)]
    standings = [{name: Standing(slack_s=slack_s) for name, slack_s in some.items()} for some in (then, now)]
    first = lined(Rota(), circuits, standings[0])
    assert sorted(then.values()) == [then[name] for name in first.lines[Profile.LAXITY]]
    second = lined(first, circuits, standings[1])
    line = second.lines[Profile.LAXITY]
    assert sorted(now) == sorted(line)
    assert all(now[one] <= now[other] + 600 for at, one in enumerate(line) for other in line[at:])
    assert second is lined(second, circuits, standings[1])


def test_circuits_that_share_alike_need_no_line() -> None:
    """Nothing is kept where nobody goes by the time to spare."""
    rota = Rota()
    assert rota is lined(rota, [circuit("site", 32, None)], LEAVING)
