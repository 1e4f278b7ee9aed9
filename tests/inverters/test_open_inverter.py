"""Settings → an inverter of some make, or a sentence."""

from typing import Any

import pytest

from lib.clock import WallClock
from lib.inverters import ANSWER_S, InverterSetupError, open_inverter
from lib.inverters.fronius import Fronius
from lib.inverters.kostal import Kostal
from lib.inverters.sunspec import SunSpec


@pytest.mark.parametrize(
    ("make", "options", "kind"),
    [
        ("fronius", {}, Fronius),
        ("kostal", {}, Kostal),
        ("kostal", {"unit": 72}, Kostal),
        ("sunspec", {}, SunSpec),
        ("sunspec", {"unit": 126}, SunSpec),
    ],
)
def test_each_make_is_opened_by_its_name(make: str, options: dict[str, Any], kind: type) -> None:
    """Nothing is asked yet, and no loop has to run."""
    opened = open_inverter(make, "192.168.1.70", name="east", options=options, clock=WallClock())
    assert isinstance(opened, kind)


@pytest.mark.parametrize(
    ("make", "address", "options", "words"),
    [
        ("sma", "192.168.1.70", {}, "east: 'sma' is no inverter we know; it can be fronius, kostal, sunspec"),
        ("fronius", "192.168.1.70", {"unit": 1}, "east: 'unit' is no option of an inverter 'fronius'; it has none"),
        ("sunspec", "192.168.1.70", {"unit": 300}, "east: unit is a whole number from 0 to 247, and not 300"),
        ("sunspec", "192.168.1.70", {"unit": True}, "east: unit is a whole number from 0 to 247, and not True"),
        ("sunspec", "a/b", {}, "east: 'a/b' is no address of a SunSpec inverter"),
        ("kostal", "a:b", {}, "east: 'a:b' is no address of a Kostal"),
        ("fronius", "", {}, "east: '' is no address of a Fronius"),
    ],
)
def test_a_slip_is_one_sentence(make: str, address: str, options: dict[str, Any], words: str) -> None:
    """With the name of the inverter and what is allowed."""
    with pytest.raises(InverterSetupError) as raised:
        open_inverter(make, address, name="east", options=options, clock=WallClock())
    assert str(raised.value).startswith(words)


def test_a_call_gives_up_within_five_seconds() -> None:
    """As the ability promises."""
    assert ANSWER_S < 5
