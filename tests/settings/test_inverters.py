"""Solar inverters as the owner writes them down."""

from pathlib import Path

import pytest

from lib.settings import InverterPlace
from tests.settings.homes import loaded, slip


def inverters(said: str, *, make: str = "sunspec") -> str:
    """A config with one inverter, and this beside its make and address."""
    return f'inverters = {{"roof": {{"make": "{make}", "address": "192.168.1.71"}} | {{{said}}}}}\n'


def test_make_and_address_are_enough(tmp_path: Path) -> None:
    """It is read, and never held back."""
    [found] = loaded(tmp_path, inverters("", make="fronius")).inverters
    assert InverterPlace(name="roof", make="fronius", address="192.168.1.71") == found
    assert {} == found.options


def test_all_that_can_be_said(tmp_path: Path) -> None:
    """Its number on Modbus goes on to its driver."""
    [found] = loaded(tmp_path, inverters('"unit": 2, "may_hold": True')).inverters
    assert (True, {"unit": 2}) == (found.may_hold, found.options)


@pytest.mark.parametrize(
    ("make", "said", "sentence"),
    [
        ("sma", "", 'make is \'sma\'; allowed is "fronius" or "kostal" or "sunspec"'),
        ("sunspec", '"address": 3', "address is 3; allowed is a text such as its host"),
        ("kostal", '"unit": "71"', "unit is '71'; allowed is a number from 0 to 247, or None"),
        ("fronius", '"unit": 1', "unit is for Modbus, and a 'fronius' is asked over HTTP; take it out"),
        ("kostal", '"may_hold": True', "may_hold is True; allowed is False for a 'kostal': only a 'sunspec' lets go"),
        ("sunspec", '"may_hold": 1', "may_hold is 1; allowed is True or False"),
        ("sunspec", '"may_hol": True', "may_hol is no setting of a solar inverter; is may_hold meant?"),
    ],
)
def test_a_slip_names_the_inverter_and_the_key(tmp_path: Path, make: str, said: str, sentence: str) -> None:
    """And what is allowed there."""
    assert slip(tmp_path, inverters(said, make=make)).startswith(f"inverters['roof']: {sentence}")


def test_two_inverters_have_two_addresses(tmp_path: Path) -> None:
    """Or two numbers behind one gateway; a battery may be behind the same one."""
    one = '"roof": {"make": "sunspec", "address": "192.168.1.71"}'
    same = f'inverters = {{{one}, "shed": {{"make": "sunspec", "address": "192.168.1.71"}}}}\n'
    assert slip(tmp_path, same).endswith("allowed is another one than that of roof")
    other = f'inverters = {{{one}, "shed": {{"make": "sunspec", "address": "192.168.1.71", "unit": 2}}}}\n'
    assert ["roof", "shed"] == [place.name for place in loaded(tmp_path, other).inverters]
