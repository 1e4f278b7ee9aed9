"""What a peak costs: less up to what the house will likely pass by itself."""

from itertools import pairwise
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.problem import Peak, Tier


@st.composite
def peaks(draw: st.DrawFn) -> Peak:
    """Some levels with rising prices, some of them below what is paid."""
    levels = sorted(draw(st.sets(st.integers(500, 9_000), max_size=4)))
    prices = sorted(draw(st.lists(st.floats(0.01, 5), min_size=len(levels), max_size=len(levels))))
    return Peak(
        paid_w=2_500.0,
        eur_kw=5.0,
        tiers=tuple(Tier(float(w), eur) for w, eur in zip(levels, prices, strict=True)),
    )


def test_a_peak_costs_level_by_level() -> None:
    """2.5 kW are paid; 1 € a kW up to 3, 2 up to 4, 5 above; a level below what is paid changes nothing."""
    peak = Peak(paid_w=2_500.0, eur_kw=5.0, tiers=(Tier(2_000.0, 0.5), Tier(3_000.0, 1.0), Tier(4_000.0, 2.0)))
    assert [0.0, 0.0, 0.25, 0.5, 2.5, 7.5] == [peak.eur(w) for w in (0.0, 2_500.0, 2_750.0, 3_000.0, 4_000.0, 5_000.0)]
    assert (Tier(3_000.0, 1.0), Tier(4_000.0, 2.0), Tier(inf, 5.0)) == peak.steps
    assert [0.0, 5.0] == [Peak(paid_w=2_500.0, eur_kw=5.0).eur(w) for w in (2_500.0, 3_500.0)]


@given(peak=peaks(), watts=st.lists(st.floats(0, 12_000), min_size=3, max_size=3).map(sorted))
def test_a_peak_costs_the_more_a_kw_the_higher_it_is(peak: Peak, watts: list[float]) -> None:
    """Without a jump, never more a kW than the whole price; and nothing up to what is paid."""
    eur = [peak.eur(w) for w in watts]
    for (low_w, high_w), (low, high) in zip(pairwise(watts), pairwise(eur), strict=True):
        assert -1e-9 <= high - low <= (high_w - low_w) / 1000 * peak.eur_kw + 1e-9
    low_w, middle_w, high_w = watts
    assert eur[1] * (high_w - low_w) <= eur[0] * (high_w - middle_w) + eur[2] * (middle_w - low_w) + 1e-6
    assert pytest.approx(0.0) == peak.eur(peak.paid_w)
