"""What a charger answers is a number or it is none; nothing that it says is taken for 0, or breaks us."""

import pytest

from lib.chargers.values import number, text, whole


@pytest.mark.parametrize("value", [None, True, "", "x", "nan", "inf", float("nan"), [], {}, 10**400, "1e300"])
def test_what_is_no_number_of_a_charger(value: object) -> None:
    """Also a whole number that no float holds, as JSON may have it."""
    assert (None, None) == (number(value), whole(value))


def test_numbers_come_as_text_too() -> None:
    """With blanks around them; a text that is none is empty."""
    assert (12.5, 12, -3.0) == (number(" 12.5 "), whole("12.5"), number(-3))
    assert ("CP_1", "") == (text(" CP_1 "), text(7))
