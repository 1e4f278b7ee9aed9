"""Figures in words, where no answer shows it."""

import re

import pytest

from lib.hub.wording import UNKNOWN, answer, kw, labelled


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


def test_an_amount_is_not_torn_from_its_sign() -> None:
    """Where a line goes on."""
    said = answer(labelled("why", "stores at € 0.149 a kWh for 18:00-20:45, when it costs a lot, which is € 0.275"))
    assert "€\n" not in said
    assert "€ 0.275" in said


def test_a_number_stays_beside_its_unit() -> None:
    """Wherever the lines of an answer end."""
    for before in range(40, 72):
        said = answer(f"{'x' * before} 11.04 kW, 45 % until 3 min 20 s ago at 14.5 A")
        assert not re.search(r"\d\n", said), said
