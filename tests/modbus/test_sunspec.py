"""SunSpec: where its models stand, and numbers with their scale factors."""

from collections.abc import Sequence

import pytest

from lib.modbus import NoError
from lib.modbus.link import Link
from lib.modbus.register import Kind
from lib.modbus.sunspec import Place, Words, read_model, scan

from .shelf import Shelf

SUNS = [0x5375, 0x6E53]
TAIL = [1, 2, 11, 12, 124, 3, 21, 22, 23, 1, 1, 99, 0xFFFF, 0]


async def scanned(words: Sequence[int], base: int) -> dict[int, Place]:
    """What a device is found to have that shows these words from `base` on."""
    shelf = Shelf({base: words})
    await shelf.listen()
    way = Link(shelf.where, kind="an inverter")
    try:
        return dict(await scan(way))
    finally:
        await way.close()
        await shelf.close()


@pytest.mark.parametrize("base", [40_000, 50_000, 0])
async def test_models_are_found_wherever_they_begin(base: int) -> None:
    """The first of two that are alike."""
    assert {1: Place(base + 2, 2), 124: Place(base + 6, 3)} == await scanned(SUNS + TAIL, base)


async def test_a_device_without_is_told() -> None:
    """With what the owner may have set otherwise."""
    with pytest.raises(NoError, match="has no SunSpec models: is it an inverter, and is its Modbus set to SunSpec"):
        await scanned([1, 2, 3, 4], 40_000)


async def test_a_device_that_never_ends_is_not_followed_for_ever() -> None:
    """The same model again and again."""
    assert {7: Place(40_002, 0)} == await scanned(SUNS + [7, 0] * 70, 40_000)


async def test_a_garbled_length_is_a_no() -> None:
    """It leads beyond the last register, and what stands before it is not taken for all that there is."""
    with pytest.raises(NoError, match="does not tell registers 90008 to 90009: it has no such register"):
        await scanned([*SUNS, 1, 2, 11, 12, 30_000, 50_000], 40_000)


async def test_a_long_model_is_read_in_pieces() -> None:
    """And only as far as it is wanted."""
    shelf = Shelf({0: range(200)})
    await shelf.listen()
    way = Link(shelf.where, kind="an inverter")
    assert tuple(range(200)) == (await read_model(way, Place(0, 198))).words
    assert tuple(range(8)) == (await read_model(way, Place(0, 198), most=8)).words
    assert 3 == shelf.asked
    await way.close()
    await shelf.close()


def test_a_value_has_its_scale_and_its_gap() -> None:
    """What a device marks as not there is None, and is no large number."""
    words = Words(40_002, (124, 8, 4000, 0xFFFE, 0xF63C, 0x8000, 0xFFFF, 0xFFFF, 0x4142, 0x4300))
    assert pytest.approx(40.0) == words.value(2, scale=3)
    assert pytest.approx(-25.0) == words.value(4, Kind.INT16, scale=3)
    assert 4000.0 == words.value(2)
    assert 4000.0 == words.value(2, scale=5)
    assert (None, None, None) == (words.value(5, Kind.INT16), words.value(6), words.value(6, Kind.UINT32))
    assert words.value(99) is None
    assert (True, False) == (words.has(2), words.has(6))
    assert "ABC" == words.text(8, 2)


@pytest.mark.parametrize("factor", [11, 0x7FFF, 0xFFF5, 0x8001])
def test_a_scale_that_the_standard_does_not_allow_makes_no_number(factor: int) -> None:
    """Ten to the 32767 is none, and a value without its scale is not known."""
    words = Words(0, (5, factor))
    assert (None, 1.0) == (words.value(0, scale=1), words.scale(1))
    assert 5 == words.value(0)
