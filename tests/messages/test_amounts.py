"""Amounts that no line tears."""

from hypothesis import given
from hypothesis import strategies as st

from lib.messages.amounts import NO_BREAK, loosened, tied


def test_an_amount_is_one_word() -> None:
    """Its sign before it, or its unit behind; other words are not."""
    said = "at 15 A for 2 h 05 min, 63 % of 77 kWh at € 0.300 or 0.3000 €/kWh: 6 trips, 4 Ardennes"
    assert ["at", "15 A", "for", "2 h", "05 min,", "63 %", "of", "77 kWh", "at", "€ 0.300"] == [
        loosened(word) for word in tied(said).split(" ")
    ][:10]
    assert tied(said).endswith(" 6 trips, 4 Ardennes")


@given(st.text().filter(lambda text: NO_BREAK not in text))
def test_nothing_else_is_changed(text: str) -> None:
    """What was tied and loosened is as it was."""
    assert text == loosened(tied(text))
