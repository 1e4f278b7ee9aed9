"""The minutes of a quarter: their energy is the quarter's, and they are the same whenever they are asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.sim.year.shape import MINUTES, minutes_w


@given(st.floats(0, 3_000), st.integers(0, 1_000), st.integers(0, 2_000_000))
def test_the_minutes_keep_the_energy_of_the_quarter(load_wh: float, seed: int, quarter: int) -> None:
    """15 powers, none below nothing, whose mean is the quarter's."""
    powers = minutes_w(load_wh, seed=seed, quarter=quarter)
    assert MINUTES == len(powers)
    assert load_wh == pytest.approx(sum(powers) / 60)
    assert min(powers) >= 0
    assert powers == minutes_w(load_wh, seed=seed, quarter=quarter)


def test_a_seed_and_a_quarter_have_minutes_of_their_own() -> None:
    """Another seed or the next quarter is another shape."""
    shapes = {minutes_w(100.0, seed=seed, quarter=quarter) for seed in (1, 2) for quarter in (7, 8)}
    assert 4 == len(shapes)


def test_minutes_differ_as_in_a_real_house() -> None:
    """A house of 540 W on the mean has minutes that differ by 150 to 320 W."""
    spreads = []
    for quarter in range(200):
        powers = minutes_w(135.0, seed=1, quarter=quarter)
        spreads.append((sum((power - 540) ** 2 for power in powers) / MINUTES) ** 0.5)
    assert 150 < sum(spreads) / len(spreads) < 320
