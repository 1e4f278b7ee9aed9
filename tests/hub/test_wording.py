"""Figures in words, where no answer shows it."""

import pytest

from lib.hub.wording import UNKNOWN, kw


@pytest.mark.parametrize(
    ("power_w", "said"),
    [
        (None, UNKNOWN),
        (-0.0, "0.00 kW"),
        (-4.0, "0.00 kW"),
        (-6.0, "-0.01 kW"),
        (2345.0, "2.35 kW"),
        (0.0, "0.00 kW"),
    ],
)
def test_nothing_has_no_sign(power_w: float | None, said: str) -> None:
    """An empty battery gives 0 kW at most, and not less."""
    assert said == kw(power_w)
