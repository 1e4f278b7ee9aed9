"""An IoTaWatt, played by a box that speaks its API."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from lib.feeds import FeedError, FeedSetupError
from lib.sim.digest import Digest
from lib.sim.http_box import Trouble
from lib.sim.iotawatt_box import IotaWattBox, open_iotawatt_box

from .builders import a_meter, flows

NAMES = ("Main_L1", "Main_L2", "Main_L3", "Oven")


@pytest.fixture
async def box() -> AsyncIterator[IotaWattBox]:
    """Four clamps; the second phase feeds in."""
    box = await open_iotawatt_box(lambda: (10.0, -5.0, 0.001, 9.0), NAMES)
    yield box
    await box.close()


async def test_clamps_are_read_by_their_names(box: IotaWattBox) -> None:
    """The names are asked for once."""
    async with a_meter(source="iotawatt", url=box.url, inputs=("Main_L1", "Main_L2", "Main_L3")) as meter:
        assert (10.0, -5.0, 0.0) == await flows(meter)
        asked = box.asked
        assert (10.0, -5.0, 0.0) == await flows(meter)
        assert 1 == box.asked - asked
    async with a_meter(source="iotawatt", url=box.url, inputs="Oven", wired="3") as meter:
        assert (None, None, 9.0) == await flows(meter)


async def test_watts_and_power_factor_make_amperes(box: IotaWattBox) -> None:
    """What is drawn counts whole, what is fed in by its watts; its own volts count."""
    box.factor, box.volts = 0.5, 220.0
    async with a_meter(source="iotawatt", url=box.url, inputs=("Main_L1", "Main_L2"), wired="21") as meter:
        assert (round(-550 / 230, 3), 10.0, None) == await flows(meter)


async def test_outputs_that_its_owner_worked_out(box: IotaWattBox) -> None:
    """In watts or in amperes; nothing else is a flow."""
    box.outputs = {"Net": ("Watts", -460.0), "Carport": ("Amps", 12.5), "Grid": ("Volts", 231.0)}
    async with a_meter(source="iotawatt", url=box.url, inputs=("Carport", "Net"), wired="12") as meter:
        assert (12.5, -2.0, None) == await flows(meter)
    async with a_meter(source="iotawatt", url=box.url, inputs="Grid", wired="1") as meter:
        with pytest.raises(FeedSetupError, match='"Grid" is in volts; take watts or amps'):
            await meter.read()


async def test_a_name_that_is_not_there_is_said_with_those_that_are(box: IotaWattBox) -> None:
    """When its owner gives it that name, it is found."""
    async with a_meter(source="iotawatt", url=box.url, inputs="Street", wired="1") as meter:
        with pytest.raises(FeedSetupError, match='no input or output "Street"; it has Voltage, Main_L1, Main_L2'):
            await meter.read()
        box.names[3] = "Street"
        assert (9.0, None, None) == await flows(meter)


@pytest.mark.parametrize("said", [None, "", "nan", True, [], float("inf")])
async def test_watts_that_are_no_number_are_a_sentence(box: IotaWattBox, said: Any) -> None:
    """And never 0."""
    async with a_meter(source="iotawatt", url=box.url, inputs="Oven", wired="1") as meter:
        box.instead = {"Watts": said}
        with pytest.raises(FeedError, match='for the watts of "Oven", which is no number'):
            await meter.read()
        box.instead = {"Pf": said, "Vrms": said}  # as good as it gets
        assert (9.0, None, None) == await flows(meter)


async def test_its_log_in_is_a_digest(box: IotaWattBox) -> None:
    """By MD5; its firmware is old."""
    box.digest = Digest("admin", "hush", "IotaWatt", algorithm="MD5")
    async with a_meter({"iotawatt": "hush"}, source="iotawatt", url=box.url, inputs="Oven", wired="1") as meter:
        assert (9.0, None, None) == await flows(meter)
    async with a_meter(source="iotawatt", url=box.url, inputs="Oven", wired="1") as meter:
        with pytest.raises(FeedSetupError, match=r'under "iotawatt@127\.0\.0\.1'):
            await meter.read()


async def test_wrong_answers_are_weather(box: IotaWattBox) -> None:
    """Each a sentence, and the next question is answered."""
    async with a_meter(source="iotawatt", url=box.url, inputs="Oven", wired="1") as meter:
        for trouble, words in {Trouble.BROKEN: "HTTP 502", Trouble.CUT: "not as an", Trouble.GONE: "hung up"}.items():
            box.trouble = trouble
            with pytest.raises(FeedError, match=words):
                await meter.read()
        box.trouble = Trouble.WELL
        assert (9.0, None, None) == await flows(meter)
