"""IAMMETER's meters, played by a box that speaks their API."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from lib.feeds import FeedError, FeedSetupError
from lib.sim.http_box import Trouble
from lib.sim.iammeter_box import IamMeterBox, open_iammeter_box

from .builders import a_meter, flows

WELL = (0.5, 12.0, -7.5)


@pytest.fixture
async def box() -> AsyncIterator[IamMeterBox]:
    """A WEM3080T; the third phase feeds in."""
    box = await open_iammeter_box(lambda: WELL)
    yield box
    await box.close()


@pytest.mark.parametrize("adds_up", [False, True])
@pytest.mark.parametrize("is_new", [False, True])
async def test_three_phases(box: IamMeterBox, *, is_new: bool, adds_up: bool) -> None:
    """Of older and newer firmware; a fourth row with the sum is no phase."""
    box.is_new, box.adds_up = is_new, adds_up
    async with a_meter(source="iammeter", url=box.url) as meter:
        assert WELL == await flows(meter)
        asked = box.asked
        await meter.read()
        assert 1 == box.asked - asked


async def test_one_phase() -> None:
    """On the phase that it is wired to."""
    box = await open_iammeter_box(lambda: (4.25,))
    try:
        async with a_meter(source="iammeter", url=box.where, wired="2") as meter:
            assert (None, 4.25, None) == await flows(meter)
    finally:
        await box.close()


@pytest.mark.parametrize("row", [None, [], [230.0], [230.0, None, 5.0], [230.0, 1.0, "x"], 7, {}])
async def test_a_row_that_lacks_something_is_a_sentence(box: IamMeterBox, row: Any) -> None:
    """And never 0."""
    box.instead = {"Datas": [row, [230.0, 1.0, 230.0], [230.0, 1.0, 230.0]]}
    async with a_meter(source="iammeter", url=box.url) as meter:
        with pytest.raises(FeedError, match="of phase A, which is no number"):
            await meter.read()


async def test_an_answer_without_measurements_is_said(box: IamMeterBox) -> None:
    """As by a box of another kind."""
    box.garbage = '{"status": "fail"}'
    async with a_meter(source="iammeter", url=box.url) as meter:
        with pytest.raises(FeedError, match="with no measurement in it: is it an IAMMETER"):
            await meter.read()


async def test_a_log_in(box: IamMeterBox) -> None:
    """Its user is admin where nothing else is said."""
    box.login = ("admin", "hush")
    async with a_meter({"iammeter@127.0.0.1": "hush"}, source="iammeter", url=box.url) as meter:
        assert WELL == await flows(meter)
    async with a_meter(source="iammeter", url=box.url) as meter:
        with pytest.raises(FeedSetupError, match="wants a log-in"):
            await meter.read()


async def test_wrong_answers_are_weather(box: IamMeterBox) -> None:
    """Each a sentence, and the next question is answered."""
    async with a_meter(source="iammeter", url=box.url) as meter:
        for trouble, words in {Trouble.BROKEN: "HTTP 502", Trouble.CUT: "not as an", Trouble.GONE: "hung up"}.items():
            box.trouble = trouble
            with pytest.raises(FeedError, match=words):
                await meter.read()
        box.trouble = Trouble.WELL
        assert WELL == await flows(meter)
