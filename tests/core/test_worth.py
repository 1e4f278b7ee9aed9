"""Curves of worth: cut, raised, pooled, and read at any level."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.worth import HAIR_EUR, Piece, Uses, Values, Worth, pooled

PIECES: list[Piece] = [(0.5, 1_000.0), (0.3, 2_000.0), (0.1, 1_000.0)]
some_pieces = st.lists(st.tuples(st.floats(-1, 1), st.floats(1, 5_000)), min_size=1, max_size=8)


def curve(pieces: list[Piece] = PIECES) -> Worth:
    """The worth of pieces, and nothing else."""
    return Uses(pieces, sum(wh for _, wh in pieces)).worth()


def pieces_of(uses: Uses) -> list[Piece]:
    """What is in it, by its curve."""
    found = uses.worth()
    return [(-below, wh) for below, wh in zip(found.below, found.whs, strict=True)]


def test_the_worth_of_a_level_is_that_of_all_pieces_below() -> None:
    """Half a euro for the first kWh, 30 cents for each of the next two; outside its ends go on."""
    assert [-0.5, 0.0, 0.5, 0.8, 1.2, 1.3] == [pytest.approx(curve().eur(wh)) for wh in (-1e3, 0, 1e3, 2e3, 4e3, 5e3)]


def test_a_price_is_met_at_the_end_of_the_pieces_that_are_worth_it() -> None:
    """Equal is met at either end of the piece, whichever is asked."""
    assert (3_000, 3_000) == (curve().level_wh(0.2, highest=True), curve().level_wh(0.2, highest=False))
    assert (3_000, 1_000) == (curve().level_wh(0.3, highest=True), curve().level_wh(0.3, highest=False))
    assert (0, 4_000) == (curve().level_wh(1.0, highest=True), curve().level_wh(-1.0, highest=True))


def test_values_by_equal_steps_are_means_a_hair_low() -> None:
    """At each level the mean of half a step on both sides, so that they never rise."""
    found = Values(curve(), 4)
    assert [0.5, 0.4, 0.3, 0.2, 0.1] == [pytest.approx(one, abs=2 * HAIR_EUR) for one in found]
    assert all(one <= meant for one, meant in zip(found, (0.5, 0.4, 0.3, 0.2, 0.1), strict=True))
    assert (5, found[3:]) == (len(found), [found[3], found[4]])
    assert [] == list(Values(curve([(0.5, 0.0)]), 4))


def test_what_is_served_comes_off_the_best_and_what_is_beyond_the_end_is_none() -> None:
    """1500 Wh come in, which take the place of the best; another use has its place by what it is worth."""
    uses = Uses(PIECES, 4_000)
    uses.add([(0.2, 2_000.0)], skip_wh=1_500)
    assert [(0.3, 1_500.0), (0.2, 2_000.0), (0.1, 500.0)] == pieces_of(uses)


def test_what_is_worth_the_same_is_one_piece() -> None:
    """As four quarters of an hour with one price."""
    uses = Uses(PIECES, 4_000)
    uses.add([(0.3, 500.0), (0.3, 500.0)])
    assert [(0.5, 1_000.0), (0.3, 3_000.0)] == pieces_of(uses)[:2]


def test_a_floor_raises_what_lies_below_it() -> None:
    """The piece in which it lies is cut in two."""
    uses = Uses(PIECES, 4_000)
    uses.raise_up_to(1_500, 1.0)
    assert [(1.5, 1_000.0), (1.3, 500.0), (0.3, 1_500.0), (0.1, 1_000.0)] == pieces_of(uses)


@given(some_pieces)
@settings(deadline=None)
def test_pooled_prices_never_fall_and_cost_the_same_in_all(pieces: list[Piece]) -> None:
    """The lower hull of what they add up to."""
    found = pooled(pieces)
    assert all(one[0] <= other[0] for one, other in pairwise(found))
    assert sum(wh for _, wh in pieces) == pytest.approx(sum(wh for _, wh in found))
    assert sum(eur * wh for eur, wh in pieces) == pytest.approx(sum(eur * wh for eur, wh in found), abs=1e-6)
