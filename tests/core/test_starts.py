"""Few starts: which quarters a car takes when every interruption counts."""

from itertools import combinations

from hypothesis import assume, given
from hypothesis import strategies as st

from lib.core.starts import Lane, chosen, few, filled, runs

QUARTER_WH, LEAST_WH = 1_000.0, 200.0


def a_lane(cents: list[int], full: float, *, closed: frozenset[int] = frozenset()) -> Lane:
    """A car that wants so many full quarters at these prices in ct/kWh, and cannot charge in the closed ones."""
    eur_kwh = [one / 100 for one in cents]
    return Lane(
        energy_wh=full * QUARTER_WH,
        most_wh=[0.0 if place in closed else QUARTER_WH for place in range(len(cents))],
        least_wh=[LEAST_WH] * len(cents),
        eur_kwh=eur_kwh,
        order=sorted(range(len(cents)), key=eur_kwh.__getitem__),
    )


def test_runs_are_stretches_without_an_interruption() -> None:
    """First and last place of each."""
    assert [(1, 3), (5, 5)] == runs({3, 1, 2, 5})
    assert [] == runs(())


def test_the_first_choice_goes_before_price() -> None:
    """What a plan had stays, and what is missing is the cheapest."""
    lane = a_lane([10, 20, 30, 40], 2)
    assert {0, 1} == chosen(lane)
    assert {0, 3} == chosen(lane, {3})
    assert {2, 3} == chosen(lane, {1, 2, 3} - {1})


def test_a_gap_is_filled_where_its_ends_are_dearer() -> None:
    """One start in place of two, for a cent."""
    lane = a_lane([50, 30, 30, 32, 30, 31, 50], 4)
    assert {1, 2, 4, 5} == chosen(lane)
    assert {1, 2, 3, 4} == few(lane, chosen(lane), 4, frozenset())


def test_what_is_held_stays() -> None:
    """A car that charges goes on, though another quarter would join better."""
    lane = a_lane([30, 50, 10, 10, 50], 3)
    assert {0, 2, 3} == few(lane, {0, 2, 3}, 4, {0})
    assert {1, 2, 3} == few(lane, {0, 2, 3}, 1, frozenset())
    assert {0, 1, 2} == few(lane, {0, 2, 3}, 1, {0})


def test_the_rest_is_taken_where_it_is_dearest() -> None:
    """The cheap quarters in full; a rest below the least takes from the end of its run."""
    assert {0: 1_000, 1: 500} == filled(a_lane([10, 20, 30], 1.5), {0, 1})
    assert {0: 1_000, 1: 200, 2: 900} == filled(a_lane([10, 20, 10], 2.1), {0, 1, 2})
    assert {0: 1_000, 1: 100} == filled(a_lane([10, 20, 30], 1.1), {0, 1})


@given(
    cents=st.lists(st.integers(1, 40), min_size=6, max_size=9),
    full=st.integers(2, 4),
    most=st.integers(1, 3),
    closed=st.frozensets(st.integers(0, 8), max_size=2),
)
def test_few_starts_cost_little_more_than_the_best(
    cents: list[int], full: int, most: int, closed: frozenset[int]
) -> None:
    """All energy is placed; with starts to spare it costs no more than ten cents or 2 % above the cheapest."""
    lane = a_lane(cents, full, closed=closed)
    open_to = [place for place in range(len(cents)) if place not in closed]
    assume(len(open_to) >= full)
    places = few(lane, chosen(lane), most, frozenset())
    assert full == len(places)
    assert places <= set(open_to)
    cheapest_eur = min(lane.eur(one) for one in combinations(open_to, full))
    if len(runs(chosen(lane))) <= most:
        assert len(runs(places)) <= most
        assert lane.eur(places) <= cheapest_eur * 1.02 + 1e-9
