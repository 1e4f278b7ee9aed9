"""A number in a device, there and back."""

import math

import pytest

from lib.modbus.register import Block, Kind, Register, blocks


@pytest.mark.parametrize(
    ("register", "words", "value"),
    [
        (Register(at=843), (57,), 57.0),
        (Register(at=842, kind=Kind.INT16), (0xF704,), -2300.0),
        (Register(at=32202, kind=Kind.INT32, scale=-1.0), (0xFFFF, 0xF704), 2300.0),
        (Register(at=2716, kind=Kind.INT32), (0x0001, 0x0000), 65_536.0),
        (Register(at=172, kind=Kind.FLOAT32, low_first=True), (0x4000, 0x4510), 2308.0),
        (Register(at=840, scale=0.1), (520,), 52.0),
    ],
)
def test_words_are_a_value_and_back(register: Register, words: tuple[int, ...], value: float) -> None:
    """In our unit and sign, whatever the order of its words."""
    assert pytest.approx(value) == register.parse(words)
    assert words == register.words(value)


@pytest.mark.parametrize(
    ("register", "words"),
    [
        (Register(at=8, absent=0xFFFF), (0xFFFF,)),
        (Register(at=14, kind=Kind.INT16, absent=-0x8000), (0x8000,)),
        (Register(at=2720, kind=Kind.INT32, absent=-1), (0xFFFF, 0xFFFF)),
        (Register(at=22, kind=Kind.FLOAT32), (0x7FC0, 0)),
    ],
)
def test_what_is_not_there_is_none(register: Register, words: tuple[int, ...]) -> None:
    """And never a number."""
    assert register.parse(words) is None


@pytest.mark.parametrize(("value", "raw"), [(1_049.0, 20), (-1_049.0, -20), (1_000.0, 20), (49.0, 0), (-0.0, 0)])
def test_a_value_between_two_steps_is_the_one_nearer_to_nothing(value: float, raw: int) -> None:
    """So no battery is told more than it shall do."""
    register = Register(at=12, kind=Kind.INT16, scale=50.0)
    assert raw & 0xFFFF == register.words(value)[0]
    assert 50.0 * raw == register.rounded(value)


def test_a_value_that_does_not_fit_is_the_largest_that_does() -> None:
    """Rather than its lower bits."""
    register = Register(at=2700, kind=Kind.INT16)
    assert ((0x7FFF,), (0x8000,)) == (register.words(40_000.0), register.words(-40_000.0))


@pytest.mark.parametrize("percent", range(-100, 101))
def test_whole_percents_stay_what_they_are(percent: int) -> None:
    """A step of a scale factor is no number that a computer holds, and nothing may be cut off for that."""
    register = Register(at=12, kind=Kind.INT16, scale=-(5_120.0 / 100 * 0.01))
    assert (-percent * 100) & 0xFFFF == register.words(5_120.0 * percent / 100)[0]


def test_neighbours_are_read_in_one_question() -> None:
    """Others only where what lies between may be read along, and never too many at once."""
    registers = [Register(at=842), Register(at=843), Register(at=2716, kind=Kind.INT32), Register(at=850)]
    assert (Block(842, 2), Block(850, 1), Block(2716, 2)) == blocks(registers)
    assert (Block(842, 9), Block(2716, 2)) == blocks(registers, gap=10)
    assert math.ceil(100 / 30) == len(blocks([Register(at=at) for at in range(100)], longest=30))


def test_one_word_read_twice_is_read_once() -> None:
    """Two registers may lie upon each other."""
    assert (Block(10, 2),) == blocks([Register(at=10), Register(at=10, kind=Kind.INT32), Register(at=11)])
