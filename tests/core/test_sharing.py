"""No row carries more than it may, and what there is, is shared: nobody has less so that another has more."""

import json
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.circuits import Amps, Circuit, Row, conductors, on, rows
from lib.core.sharing import Ask, Share, exact, share
from tests.conftest import folders

FILES = [
    json.loads(path.read_text("utf-8"))
    for folder in folders()
    if (path := folder / "vectors" / "groups.json").is_file()
]
CASES = [pytest.param(one, id=one["id"]) for file in FILES for one in file["cases"]]
HAIR_A = 1e-6


def house(*limits_a: float, margin: float = 1.0) -> Circuit:
    """The house connection: three limits, or one for all phases."""
    first, second, third = limits_a if len(limits_a) == 3 else limits_a * 3
    return Circuit(name="connection", limits_a=(first, second, third), margin=margin)


def cable(name: str, limit_a: float, *chargers: str) -> Circuit:
    """A cable that these chargers share."""
    return Circuit(name=name, limits_a=(limit_a, limit_a, limit_a), chargers=frozenset(chargers))


def cars(*most_a: float, on_phases: str = "123", least_a: float = 6.0, step_a: float = 1.0) -> list[Ask]:
    """Cars a, b, c … that want so much, in the order of their rank."""
    loaded = conductors(on_phases, 3)
    return [
        Ask(charger=chr(97 + rank), conductors=loaded, least_a=least_a, most_a=most, step_a=step_a, rank=rank)
        for rank, most in enumerate(most_a)
    ]


def amps(circuits: Iterable[Circuit], asks: Iterable[Ask], *, other_a: Amps = (0.0, 0.0, 0.0)) -> list[float]:
    """What each gets, in the order of asking; the other load is the connection's."""
    given = share(rows(circuits, {"connection": other_a}, {}), asks)
    return [given[ask.charger].current_a for ask in asks]


def three(value: Any) -> Any:
    """One number for all phases, or each its own."""
    return tuple(value) if isinstance(value, list) else (value,) * 3


def flat(tree: dict[str, Any]) -> tuple[list[Circuit], dict[str, Amps], list[dict[str, Any]]]:
    """A tree as circuits that each name all chargers below them, with their other loads, and the chargers."""
    circuits: list[Circuit] = []
    base_a: dict[str, Amps] = {}
    chargers: list[dict[str, Any]] = []

    def walk(node: dict[str, Any]) -> list[str]:
        if "children" not in node:
            chargers.append(node)
            return [node["id"]]
        below = [name for child in node["children"] for name in walk(child)]
        circuits.append(Circuit(name=node["id"], limits_a=three(node.get("limit")), chargers=frozenset(below)))
        base_a[node["id"]] = three(node.get("base", 0))
        return below

    walk(tree)
    return circuits, base_a, chargers


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("profile", "step_a"), [("equal", 0.001), ("equal_integer", 1.0), ("proportional", 0.001), ("rank", 0.001)]
)
def test_the_recorded_trees_are_shared_as_recorded(case: dict[str, Any], profile: str, step_a: float) -> None:
    """Equal, the same percentage, and the first first: whole amps exactly, fractions to the last mA."""
    circuits, base_a, chargers = flat(case["tree"])
    reserved_a = {
        one["id"]: on(conductors(one["phases"], None), one["reserve"]) for one in chargers if one["state"] == "offline"
    }
    asks = [
        Ask(
            charger=one["id"],
            conductors=conductors(one["phases"], None),
            least_a=one["min"],
            most_a=one["max"],
            step_a=step_a,
            rank=rank,
            turn=rank if profile == "rank" else 0,
            weight=one["max"] if profile == "proportional" else 1.0,
        )
        for rank, one in enumerate(chargers)
        if one["state"] == "active"
    ]
    given = share(rows(circuits, base_a, reserved_a), asks)
    assert case["expect"]["admitted"] == [ask.charger for ask in asks if given[ask.charger].current_a]
    assert case["expect"]["paused"] == [ask.charger for ask in asks if given[ask.charger].place]
    for charger, expected in case["expect"][profile].items():
        assert float(Fraction(expected)) == pytest.approx(given[charger].current_a, abs=2 * step_a if step_a < 1 else 0)


@pytest.mark.parametrize("case", CASES)
def test_the_exact_shares_are_the_recorded_fractions(case: dict[str, Any]) -> None:
    """As if amperes came in no steps: to the millionth."""
    circuits, base_a, chargers = flat(case["tree"])
    offline = {one["id"]: one for one in chargers if one["state"] == "offline"}
    reserved_a = {name: on(conductors(one["phases"], None), one["reserve"]) for name, one in offline.items()}
    for profile in ("equal", "proportional"):
        asks = [
            Ask(
                charger=one["id"],
                conductors=conductors(one["phases"], None),
                least_a=one["min"],
                most_a=max(one["min"], one["max"]),
                step_a=0.001,
                rank=rank,
                weight=max(one["min"], one["max"]) if profile == "proportional" else 1.0,
            )
            for rank, one in enumerate(chargers)
            if one["state"] == "active"
        ]
        got = exact(rows(circuits, base_a, reserved_a), asks)
        expected = {name: float(Fraction(amps)) for name, amps in case["expect"][profile].items()}
        assert expected == pytest.approx({name: amps for name, amps in got.items() if amps}, abs=1e-6)


def test_four_groups_of_five_below_100_a() -> None:
    """16 of 20 run at 6.25 A, four wait; in whole amps the first four have one more."""
    groups = [cable(f"g{first}", 40, *(chr(97 + first + one) for one in range(5))) for first in range(0, 20, 5)]
    asks = cars(*[40] * 20)
    assert [7] * 4 + [6] * 12 + [0] * 4 == amps([house(100), *groups], asks)
    fine = [replace(ask, step_a=0.001) for ask in asks]
    assert [6.25] * 16 + [0] * 4 == amps([house(100), *groups], fine)
    assert [5] * 20 == amps([house(100), *groups], [replace(ask, least_a=0) for ask in asks])
    given = share(rows([house(100), *groups], {}, {}), asks)
    assert [1, 2, 3, 4] == [given[name].place for name in "qrst"]
    first_two = {0: [asks[0], asks[5]], 1: asks[:2], 2: [asks[0], asks[1], asks[5]]}
    assert [[40, 40], [20, 20], [20, 20, 40]] == [amps([house(100), *groups], pair) for pair in first_two.values()]


def test_the_profiles_share_40_a() -> None:
    """Maxima 10, 32, 32: equal, the same percentage, the first station first."""
    asks = cars(10, 32, 32)
    assert [10, 15, 15] == amps([house(40)], asks)
    weighed = [replace(ask, weight=ask.most_a) for ask in asks]
    assert [6, 17, 17] == amps([house(40)], weighed)
    assert [10, 24, 6] == amps([house(40)], [replace(ask, turn=ask.rank) for ask in asks])


@pytest.mark.parametrize(
    ("circuits", "asks", "other_a", "expected"),
    [
        pytest.param([house(11.9)], cars(32, 32, step_a=0.1), (0, 0, 0), [11.9, 0], id="nothing is left unused"),
        pytest.param(
            [house(50), cable("ab", 6, "a", "b")], cars(40, 40, 40), (0, 0, 0), [6, 0, 40], id="a small cable"
        ),
        pytest.param([house(16)], cars(16, 16, 16, on_phases="1"), (0, 0, 0), [8, 8, 0], id="all on L1"),
        pytest.param([house(25)], cars(16, on_phases="1"), (1, 16, 26), [16], id="an overload elsewhere"),
        pytest.param([house(25)], cars(16), (1, 16, 20), [0], id="5 A left on L3"),
        pytest.param([house(25)], cars(32), (-10, -10, -10), [32], id="the sun behind the fuse makes room"),
        pytest.param([house(25, margin=0.8)], cars(32), (2, 0, 0), [18], id="a margin"),
        pytest.param([house(20)], cars(5.9, 16), (0, 0, 0), [0, 16], id="below the minimum it gets nothing"),
        pytest.param([house(20)], cars(16, 16, least_a=6.5), (0, 0, 0), [10, 10], id="the minimum rounded up"),
    ],
)
def test_the_examples(circuits: list[Circuit], asks: list[Ask], other_a: Amps, expected: list[float]) -> None:
    """One site each."""
    assert expected == amps(circuits, asks, other_a=other_a)


def test_a_large_minimum_waits_between_small_ones() -> None:
    """18 A, minimums 6, 13, 6: the one that does not fit waits and the next goes on."""
    first, second, third = cars(32, 32, 32)
    assert [9, 0, 9] == amps([house(18)], [first, replace(second, least_a=13), third])


def test_single_phase_cars_on_three_phases() -> None:
    """One on each phase does not notice the others."""
    asks = [replace(ask, conductors=(phase,)) for phase, ask in enumerate(cars(16, 16, 16), start=1)]
    assert [16, 16, 16] == amps([house(16)], asks)


def test_an_absent_charger_keeps_its_reserve() -> None:
    """32 A, one car, one charger offline with 6 A set aside."""
    given = share(rows([house(32)], {}, {"b": on((1, 2, 3), 6.0)}), cars(32))
    assert 26 == given["a"].current_a


def test_the_row_that_holds_is_named() -> None:
    """The one with the least room; who has all it asked for is held by nobody."""
    circuits = [house(25), cable("cable", 20, "a", "b")]
    given = share(rows(circuits, {"connection": (0.0, 9.0, 0.0)}, {}), cars(16, 32, 6))
    held = {name: one.held_by and one.held_by.name for name, one in given.items()}
    assert {"a": "connection L2", "b": "connection L2", "c": "connection L2"} == held
    roomy = share(rows(circuits, {}, {}), cars(16, 32))
    assert ("cable L1", "cable L1") == tuple(one.held_by and one.held_by.name for one in roomy.values())
    assert share(rows(circuits, {}, {}), cars(16))["a"].held_by is None


def test_who_runs_or_is_forced_goes_first() -> None:
    """Who charges stays ahead of those that wait, what is forced is ahead of both; neither passes a full row."""
    asks = cars(16, 16, 16)
    running = [asks[0], asks[1], replace(asks[2], runs=True)]
    assert [0, 0, 8] == amps([house(8)], running)
    assert [0, 8, 0] == amps([house(8)], [running[0], replace(running[1], forced=True), running[2]])
    assert [0, 0, 0] == amps([house(5)], [replace(ask, forced=True) for ask in asks])


def test_one_that_was_stopped_by_a_row_wants_a_little_more_room() -> None:
    """So that it does not come back at the very edge."""
    (ask,) = cars(16, step_a=0.1)
    returning = replace(ask, spare_a=0.5)
    assert [[0], [6.5]] == [amps([house(room_a)], [returning]) for room_a in (6.4, 6.5)]


@pytest.mark.parametrize(
    ("wired", "phases", "drawn_a", "expected"),
    [
        ("123", 3, None, (1, 2, 3)),
        ("123", 1, None, (1,)),
        ("231", 1, None, (2,)),
        ("231", 3, (10.0, 0.2, 0.0), (2,)),
        ("312", 2, None, (1, 3)),
        ("123", 1, (0.3, 0.0, 0.0), (1,)),
        ("123", None, None, (1, 2, 3)),
        ("123", None, (8.0, 8.0, 0.0), (1, 2)),
        ("2", 1, (10.0, 0.0, 0.0), (2,)),
        ("12", 1, None, (1, 2)),
        ("31", 1, (10.0, 0.0, 0.0), (1, 3)),
        ("", 1, None, (1, 2, 3)),
        ("L1", 1, None, (1, 2, 3)),
        ("11", 1, None, (1, 2, 3)),
    ],
)
def test_what_a_charger_loads(wired: str, phases: int | None, drawn_a: Amps | None, expected: tuple[int, ...]) -> None:
    """The meter's phases by the wiring; what is drawn decides, what is unknown counts on all."""
    assert expected == conductors(wired, phases, drawn_a)


@st.composite
def sites(draw: st.DrawFn, *, uniform: bool = False) -> tuple[tuple[Row, ...], list[Ask]]:
    """A connection with up to three cables and six cars; uniform: all take whole amps."""
    limits_a = draw(st.tuples(*[st.none() | st.integers(0, 80).map(lambda half: half / 2)] * 3))
    names = "abcdef"[: draw(st.integers(1, 6))]
    limit_w = draw(st.none() | st.integers(0, 40).map(lambda kw: kw * 1000))
    circuits = [Circuit(name="connection", limits_a=limits_a, limit_w=limit_w)]
    for number in range(draw(st.integers(0, 3))):
        below = draw(st.sets(st.sampled_from(names)))
        circuits.append(cable(f"cable {number}", draw(st.integers(4, 40)), *below))
    asks = [
        Ask(
            charger=name,
            conductors=draw(st.sampled_from([(1, 2, 3), (1,), (2,), (3,), (1, 2)])),
            least_a=draw(st.sampled_from([6.0, 6.0, 8.0, 13.0])),
            most_a=draw(st.integers(50, 320)) / 10,
            step_a=1.0 if uniform else draw(st.sampled_from([1.0, 1.0, 0.1])),
            rank=rank,
            forced=draw(st.booleans()) and draw(st.booleans()),
            runs=draw(st.booleans()),
            turn=0 if uniform else draw(st.sampled_from([0, 0, 0, 1])),
            weight=1.0 if uniform else draw(st.sampled_from([1.0, 1.0, 2.0, 3.2])),
        )
        for rank, name in enumerate(names)
    ]
    other_a = draw(st.tuples(*[st.integers(-100, 200).map(lambda tenth: tenth / 10)] * 3))
    return rows(circuits, {"connection": other_a}, {}), asks


def carried_a(row: Row, asks: Iterable[Ask], given: dict[str, Share]) -> float:
    """What a row carries."""
    return sum(given[ask.charger].current_a * row.carries(ask.charger) * row.load(ask.conductors) for ask in asks)


def step_by_step(site: tuple[Row, ...], asks: list[Ask]) -> dict[str, int]:
    """The rule itself, one step after the other, in mA: slow, and nothing but the rule."""
    room = {row.name: round(row.room * 1000) for row in site}
    got: dict[str, int] = {}

    def fits() -> bool:
        return all(
            sum(got.get(ask.charger, 0) * row.carries(ask.charger) * row.load(ask.conductors) for ask in asks)
            <= room[row.name]
            for row in site
        )

    def steps(current_a: float, step_a: float, *, up: bool) -> int:
        step = round(step_a * 1000)
        return (round(current_a * 1000) + (step - 1 if up else 0)) // step * step

    for ask in sorted(asks, key=lambda ask: (not ask.forced, ask.turn, not ask.runs, ask.rank)):
        least = steps(ask.least_a, ask.step_a, up=True)
        if least <= steps(ask.most_a, ask.step_a, up=False):
            got[ask.charger] = least
            if not fits():
                del got[ask.charger]
    rising = [ask for ask in asks if ask.charger in got]
    while rising:
        one = min(rising, key=lambda ask: (ask.turn, got[ask.charger] / ask.weight, ask.rank))
        got[one.charger] += round(one.step_a * 1000)
        if got[one.charger] > round(one.most_a * 1000) or not fits():
            got[one.charger] -= round(one.step_a * 1000)
            rising.remove(one)
    return {ask.charger: got.get(ask.charger, 0) for ask in asks}


@given(site=sites())
def test_the_fast_form_is_the_rule_of_single_steps(site: tuple[tuple[Row, ...], list[Ask]]) -> None:
    """But for a step between two chargers, three of one phase for one of three; the same ones are admitted."""
    given, ruled = share(*site), step_by_step(*site)
    got = {name: round(one.current_a * 1000) for name, one in given.items()}
    assert {name for name in ruled if ruled[name]} == {name for name in got if got[name]}
    widest = max(round(ask.step_a * 1000) for ask in site[1]) * (3 if any(row.phase == 0 for row in site[0]) else 1)
    assert all(abs(got[name] - ruled[name]) <= widest for name in ruled)


@given(site=sites())
def test_every_row_holds_and_nobody_is_between(site: tuple[tuple[Row, ...], list[Ask]]) -> None:
    """0, or from the minimum to the maximum in whole steps; who waits says where."""
    all_rows, asks = site
    given = share(*site)
    assert all(carried_a(row, asks, given) <= row.room + HAIR_A for row in all_rows)
    for ask in asks:
        got_a = given[ask.charger].current_a
        assert got_a == 0 or ask.least_a <= got_a <= ask.most_a
        assert round(got_a / ask.step_a) * ask.step_a == pytest.approx(got_a)
        assert bool(given[ask.charger].place) == (got_a == 0 and given[ask.charger].held_by is not None)


@given(site=sites())
def test_nobody_that_runs_can_have_a_step_more(site: tuple[tuple[Row, ...], list[Ask]]) -> None:
    """Each is at its most, or before a full row, which is named."""
    all_rows, asks = site
    given = share(*site)
    for ask in asks:
        one = given[ask.charger]
        if one.current_a and one.current_a + ask.step_a <= ask.most_a + HAIR_A:
            full = [
                row
                for row in all_rows
                if row.carries(ask.charger)
                and row.load(ask.conductors)
                and carried_a(row, asks, given) + ask.step_a * row.load(ask.conductors) > row.room + HAIR_A
            ]
            assert one.held_by in full


@given(site=sites(uniform=True), more_a=st.integers(1, 20))
def test_more_room_never_lowers_the_lowest(site: tuple[tuple[Row, ...], list[Ask]], more_a: int) -> None:
    """As long as the same cars are admitted."""
    all_rows, asks = site
    before, after = share(*site), share([replace(row, room=row.room + more_a) for row in all_rows], asks)
    admitted = [name for name, one in before.items() if one.current_a]
    if admitted and admitted == [name for name, one in after.items() if one.current_a]:
        assert min(before[name].current_a for name in admitted) <= min(after[name].current_a for name in admitted)


@given(one=sites(), other=sites())
def test_circuits_that_share_nothing_do_not_interact(
    one: tuple[tuple[Row, ...], list[Ask]], other: tuple[tuple[Row, ...], list[Ask]]
) -> None:
    """Two houses worked out together get what each gets alone."""
    (one_rows, one_asks), (other_rows, other_asks) = one, other
    here = [replace(row, chargers=frozenset(ask.charger for ask in one_asks)) for row in one_rows]
    there_asks = [replace(ask, charger=ask.charger.upper(), rank=ask.rank + 10) for ask in other_asks]
    there = [
        replace(row, circuit=f"their {row.circuit}", chargers=frozenset(ask.charger for ask in there_asks))
        for row in other_rows
    ]
    together = share([*here, *there], [*one_asks, *there_asks])
    assert together == share(here, one_asks) | share(there, there_asks)


@given(
    count=st.integers(2, 8),
    room_a=st.integers(60, 1200).map(lambda tenth: tenth / 10),
    step_a=st.sampled_from([1, 0.1]),
)
def test_equals_are_a_step_apart_at_most(count: int, room_a: float, step_a: float) -> None:
    """The same car at the same cable: the first have the step that is left."""
    got_a = [current_a for current_a in amps([house(room_a)], cars(*[32] * count, step_a=step_a)) if current_a]
    assert got_a == sorted(got_a, reverse=True)
    assert not got_a or max(got_a) - min(got_a) <= step_a + HAIR_A
