"""A Fronius, played by a box that speaks its Solar API."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from lib.core.sun import InverterReading
from lib.inverters import InverterError, InverterSetupError, RefusedError, UnreachableError
from lib.inverters.fronius import Fronius
from lib.sim.fronius_box import FroniusBox, open_fronius_box
from lib.sim.http_box import Trouble
from tests.waiting import eventually

from .roofs import ToyPanels, a_clock


@pytest.fixture
async def box() -> AsyncIterator[FroniusBox]:
    """A box whose panels give 3 kW."""
    box = await open_fronius_box(ToyPanels())
    yield box
    await box.close()


@pytest.fixture
async def inverter(box: FroniusBox) -> AsyncIterator[Fronius]:
    """Our driver."""
    inverter = Fronius(box.where, clock=a_clock())
    yield inverter
    await inverter.close()


async def test_a_reading_tells_power_and_energy(box: FroniusBox, inverter: Fronius) -> None:
    """Of the whole site, at the second of the question; it cannot be held back."""
    box.counted.wh = 1_234_567.0
    expected = InverterReading(read_s=100.0, power_w=3_000.0, energy_wh=1_234_567.0)
    assert expected == await inverter.read()


async def test_null_is_no_sun(box: FroniusBox, inverter: Fronius) -> None:
    """At night it says null, and never less than nothing counts."""
    box.p_pv = None
    assert 0.0 == (await inverter.read()).power_w
    box.p_pv = -4.2
    assert 0.0 == (await inverter.read()).power_w


async def test_a_site_that_does_not_tell_the_sun_is_no_night(box: FroniusBox, inverter: Fronius) -> None:
    """Null is known, a missing name is not."""
    box.lacks = frozenset({"P_PV"})
    with pytest.raises(UnreachableError, match="does not say what the sun gives"):
        await inverter.read()


async def test_a_status_other_than_0_is_told_with_its_reason(box: FroniusBox, inverter: Fronius) -> None:
    """What stands in the body of such an answer counts for nothing."""
    box.code, box.reason = 12, "Device Not Available"
    with pytest.raises(UnreachableError, match=r"answers with status 12: Device Not Available"):
        await inverter.read()


async def test_an_api_that_is_off_is_no_sleep(box: FroniusBox, inverter: Fronius) -> None:
    """Its owner is told where it is switched on."""
    box.enabled = False
    with pytest.raises(InverterError, match="switch it on in its web interface") as raised:
        await inverter.read()
    assert not isinstance(raised.value, UnreachableError)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Trouble.BROKEN, "answers HTTP 502, and not as a Fronius"),
        (Trouble.CUT, "answers HTTP 200, and not as a Fronius"),
        (Trouble.GONE, "hung up in the middle"),
    ],
)
async def test_wrong_answers_are_weather(box: FroniusBox, inverter: Fronius, trouble: Trouble, words: str) -> None:
    """Each a sentence, and the next question is answered."""
    box.trouble = trouble
    with pytest.raises(UnreachableError, match=words):
        await inverter.read()
    box.trouble = Trouble.WELL
    assert 3_000.0 == (await inverter.read()).power_w


@pytest.mark.parametrize("said", ["much", True, [3], {"value": 3}, 10**400, float("nan")])
async def test_a_power_that_is_no_number_counts_as_none(box: FroniusBox, inverter: Fronius, said: Any) -> None:
    """What is no number is not guessed at."""
    box.p_pv = said
    with pytest.raises(UnreachableError, match="does not say what the sun gives"):
        await inverter.read()


async def test_one_that_hangs_is_given_up(box: FroniusBox, inverter: Fronius, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within five seconds."""
    monkeypatch.setattr("lib.inverters.fronius.ANSWER_S", 0.2)
    box.trouble = Trouble.HANG
    with pytest.raises(UnreachableError, match="no answer from 127"):
        await inverter.read()


async def test_nobody_there_is_unreachable(box: FroniusBox, inverter: Fronius) -> None:
    """As by night, when it is off."""
    await box.close()
    with pytest.raises(UnreachableError, match="refuses the connection"):
        await inverter.read()


async def test_a_question_that_is_cancelled_leaves_nothing_open(box: FroniusBox, inverter: Fronius) -> None:
    """The next one is answered."""
    box.delay_s = 5.0
    asking = asyncio.create_task(inverter.read())
    await eventually(lambda: box.asked == 1)
    asking.cancel()
    await asyncio.wait({asking})
    box.delay_s = 0.0
    assert 3_000.0 == (await inverter.read()).power_w


async def test_it_holds_nothing_back(inverter: Fronius) -> None:
    """To let go of nothing is no harm."""
    await inverter.hold(None)
    with pytest.raises(RefusedError, match='set make to "sunspec"'):
        await inverter.hold(1_000.0)


@pytest.mark.parametrize("address", ["", "a b", "host:0", "host:http", "host/path", "[::1"])
def test_an_address_that_is_none_is_a_slip(address: str) -> None:
    """Said before anything is asked."""
    with pytest.raises(InverterSetupError, match="is no address of a Fronius"):
        Fronius(address)
