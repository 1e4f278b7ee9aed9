"""Shelly meters of each generation, played by a box that speaks their API."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from lib.core.gauges import Gauged
from lib.feeds import FeedError, FeedSetupError
from lib.sim.digest import Digest
from lib.sim.http_box import Trouble
from lib.sim.shelly_box import Model, ShellyBox, open_shelly_box
from tests.inverters.roofs import a_clock
from tests.waiting import LIMIT_S

from .builders import a_meter, flows

WELL = (6.0, 13.25, -4.0)


@pytest.fixture
async def box() -> AsyncIterator[ShellyBox]:
    """A Pro 3EM; the third phase feeds in."""
    box = await open_shelly_box(lambda: WELL)
    yield box
    await box.close()


async def test_three_phases_are_read_with_the_sign_of_their_power(box: ShellyBox) -> None:
    """Its currents have none; the reading is as old as its question."""
    async with a_meter(source="shelly", url=box.url, clock=a_clock(100.0)) as meter:
        assert Gauged(circuit="drive", phases_a=WELL, read_s=100.0) == await meter.read()
        asked = box.asked
        await meter.read()
        assert 1 == box.asked - asked  # what it is was asked once


@pytest.mark.parametrize(
    ("wired", "phases_a"),
    [("123", (6.0, 13.25, -4.0)), ("231", (-4.0, 6.0, 13.25)), ("321", (-4.0, 13.25, 6.0))],
)
async def test_clamps_in_another_order(box: ShellyBox, wired: str, phases_a: Any) -> None:
    """Its L1, L2, L3 are the meter's phases that "wired" names."""
    async with a_meter(source="shelly", url=box.url, wired=wired) as meter:
        assert phases_a == await flows(meter)


@pytest.mark.parametrize("model", [Model.EM1, Model.PM1, Model.SWITCH, Model.OLD_EM, Model.OLD_PLUG])
async def test_a_single_channel_flows_on_the_phase_it_is_wired_to(model: Model) -> None:
    """The first one where none is named; what the others carry is not known here."""
    box = await open_shelly_box(lambda: (9.5, 3.0), model)
    try:
        async with a_meter(source="shelly", url=box.url, wired="2") as meter:
            assert (None, 9.5, None) == await flows(meter)
        async with a_meter(source="shelly", url=box.url, wired="3", channel=1) as meter:
            assert (None, None, 3.0) == await flows(meter)
        async with a_meter(source="shelly", url=box.url, wired="13", channel=(0, 1)) as meter:
            assert (9.5, None, 3.0) == await flows(meter)
        async with a_meter(source="shelly", url=box.url) as meter:
            with pytest.raises(FeedSetupError, match='it measures one phase: say in "wired" which'):
                await meter.read()
        async with a_meter(source="shelly", url=box.url, wired="2", channel=4) as meter:
            with pytest.raises(FeedSetupError, match="measures nothing at channel 4"):
                await meter.read()
    finally:
        await box.close()


async def test_three_phases_that_its_owner_took_apart() -> None:
    """Three single channels, one for each phase that "wired" names."""
    box = await open_shelly_box(lambda: WELL, Model.EM1)
    try:
        async with a_meter(source="shelly", url=box.url, wired="312") as meter:
            assert (13.25, -4.0, 6.0) == await flows(meter)
    finally:
        await box.close()


async def test_the_first_generation() -> None:
    """A 3EM tells amperes, an EM only what makes them."""
    box = await open_shelly_box(lambda: WELL, Model.OLD_3EM)
    try:
        async with a_meter(source="shelly", url=box.url) as meter:
            assert WELL == await flows(meter)
        box.instead = {"is_valid": False}
        async with a_meter(source="shelly", url=box.url) as meter:
            with pytest.raises(FeedError, match="channel 0 is not valid"):
                await meter.read()
    finally:
        await box.close()
    box = await open_shelly_box(lambda: (10.0, -10.0), Model.OLD_EM)
    box.factor = 0.8
    try:
        async with a_meter(source="shelly", url=box.url, wired="12", channel=(0, 1)) as meter:
            assert (10.0, -8.0, None) == await flows(meter)
    finally:
        await box.close()


async def test_what_a_choke_takes_is_no_room_where_little_is_fed_in(box: ShellyBox) -> None:
    """-4 A with a power factor of a half are the 2 A that its watts make; what is drawn counts whole."""
    box.factor = 0.5
    async with a_meter(source="shelly", url=box.url) as meter:
        assert (6.0, 13.25, -2.0) == await flows(meter)


@pytest.mark.parametrize("said", [None, "much", True, float("nan"), float("inf"), 10**400, [1]])
async def test_what_is_no_number_is_a_sentence(box: ShellyBox, said: Any) -> None:
    """And never 0; null is what it says of a phase that it does not measure."""
    box.instead = {"b_current": said}
    async with a_meter(source="shelly", url=box.url) as meter:
        with pytest.raises(FeedError, match=r'for "b_current", which is no number'):
            await meter.read()
        box.instead = {}
        assert WELL == await flows(meter)


@pytest.mark.parametrize("error", ["power_meter_failure", "ct_type_not_set"])
async def test_its_own_errors_are_told(box: ShellyBox, error: str) -> None:
    """Phases in another order are no trouble of ours; a clamp that is beyond its range is."""
    async with a_meter(source="shelly", url=box.url) as meter:
        box.errors = ["phase_sequence"]
        assert WELL == await flows(meter)
        box.errors = [error]
        with pytest.raises(FeedError, match=error):
            await meter.read()
        box.errors, box.phase_errors = [], ["out_of_range:current"]
        with pytest.raises(FeedError, match="out_of_range:current"):
            await meter.read()


async def test_a_password_is_shown_by_digest(box: ShellyBox) -> None:
    """The one of this box; a wrong one, and none, is said with what to do, and none is told."""
    box.digest = Digest("admin", "hush", "shellypro3em-a4cf12f454a3")
    async with a_meter({"shelly": "other", f"shelly@{box.where}": "hush"}, source="shelly", url=box.url) as meter:
        assert WELL == await flows(meter)
        assert WELL == await flows(meter)
    for secrets in ({"shelly": "other"}, {}):
        async with a_meter(secrets, source="shelly", url=box.url) as meter:
            with pytest.raises(FeedSetupError, match=r"wants a log-in \(HTTP 401\): put its password") as raised:
                await meter.read()
            assert "other" not in str(raised.value)


async def test_the_first_generation_is_told_a_password() -> None:
    """It knows no digest."""
    box = await open_shelly_box(lambda: WELL, Model.OLD_3EM)
    box.login = ("pi", "hush")
    try:
        async with a_meter({"shelly@127.0.0.1": "hush"}, source="shelly", url=box.url, user="pi") as meter:
            assert WELL == await flows(meter)
        async with a_meter(source="shelly", url=box.url) as meter:
            with pytest.raises(FeedSetupError, match="wants a log-in"):
                await meter.read()
    finally:
        await box.close()


async def test_another_box_in_its_place_is_looked_at_anew(box: ShellyBox) -> None:
    """After one trouble; its address is the same."""
    async with a_meter(source="shelly", url=box.url) as meter:
        assert WELL == await flows(meter)
        box.model = Model.OLD_3EM
        with pytest.raises(FeedError, match="answers HTTP 500"):
            await meter.read()
        assert WELL == await flows(meter)


async def test_a_box_that_restarts_is_read_again(box: ShellyBox) -> None:
    """On the same port; in between it refuses the connection."""
    async with a_meter(source="shelly", url=box.url) as meter:
        assert WELL == await flows(meter)
        port = box.port
        await box.close()
        with pytest.raises(FeedError, match=r"refuses the connection|hung up"):
            await meter.read()
        await box.listen(port)
        assert WELL == await flows(meter)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Trouble.BROKEN, "answers HTTP 502, and not as a Shelly"),
        (Trouble.CUT, "answers HTTP 200, and not as a Shelly"),
        (Trouble.GONE, "hung up in the middle"),
        (Trouble.HANG, "no answer from"),
    ],
)
async def test_wrong_answers_are_weather(
    box: ShellyBox, trouble: Trouble, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each a sentence in time, and the next question is answered."""
    if trouble is Trouble.HANG:
        monkeypatch.setattr("lib.feeds.shelly.ANSWER_S", 0.2)
    async with a_meter(source="shelly", url=box.url) as meter:
        box.trouble = trouble
        async with asyncio.timeout(LIMIT_S):
            with pytest.raises(FeedError, match=words):
                await meter.read()
        box.trouble = Trouble.WELL
        assert WELL == await flows(meter)


@pytest.mark.parametrize("garbage", ["", "[]", "{}", "<html>", "7"])
async def test_what_is_no_shelly_is_said(box: ShellyBox, garbage: str) -> None:
    """A box of another kind at this address."""
    box.garbage = garbage
    async with a_meter(source="shelly", url=box.url) as meter:
        with pytest.raises(FeedError, match=r"is it (a Shelly|another box)"):
            await meter.read()
