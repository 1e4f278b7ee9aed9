"""What may go wrong with an NRGkick: each is one sentence, in time, and the next call works when it is over."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from aiohttp import web

from lib.chargers import ChargerError, ChargerSetupError, DeniedError, UnreachableError, nrgkick_wire
from lib.chargers.nrgkick import NRGkick
from lib.core.charger import Order
from lib.sim.http_box import Trouble
from tests.waiting import LIMIT_S

from .nrgkick_bench import GO_10, RULES, Bench
from .patience import impatient

LIMITS = ((nrgkick_wire, "ANSWER_S"), (nrgkick_wire, "WRITE_S"))
SENTENCES = {
    Trouble.HANG: r"^no answer from 127\.0\.0\.1:\d+: is it switched on, and on this network\?$",
    Trouble.BROKEN: r"^127\.0\.0\.1:\d+ has trouble of its own \(HTTP 502\)$|^no answer from ",
    Trouble.CUT: r"^127\.0\.0\.1:\d+ answers, but not as an NRGkick Gen2: half an answer, or another box\?$",
    Trouble.GONE: r"^127\.0\.0\.1:\d+ hung up in the middle of the answer: does it restart\?$|^no answer from ",
}
ORDERS = SENTENCES | {
    Trouble.MUTE: r"^no answer from ",
    Trouble.BROKEN: r"^127\.0\.0\.1:\d+ answers HTTP 502, and not what it took$",
    Trouble.CUT: r"^127\.0\.0\.1:\d+ answers HTTP 200, and not what it took$",
}


@pytest.mark.parametrize("trouble", SENTENCES)
async def test_a_read_that_fails_is_a_sentence(bench: Bench, trouble: Trouble) -> None:
    """And the next one works when the trouble is over."""
    await bench.charger.read()
    bench.box.trouble = trouble
    with impatient(*LIMITS), pytest.raises(UnreachableError, match=SENTENCES[trouble]):
        await bench.charger.read()
    bench.box.trouble = Trouble.WELL
    assert bench.box.serial == (await bench.charger.read()).serial


@pytest.mark.parametrize("trouble", ORDERS)
async def test_an_order_without_an_answer_is_told_again(bench: Bench, trouble: Trouble) -> None:
    """Nobody knows whether it was taken: so the settings are looked at, and what differs is written."""
    await bench.charger.read()
    bench.box.trouble = trouble
    with impatient(*LIMITS), pytest.raises(UnreachableError, match=ORDERS[trouble]):
        await bench.charger.order(GO_10)
    bench.box.trouble = Trouble.WELL
    bench.turn(3)
    assert (10.0, True) == ((now := await bench.charger.order(GO_10)).current_a, now.go)
    assert (10.0, False) == (bench.point.told.current_a, bench.point.told.paused)


async def test_an_order_that_was_taken_without_an_answer_is_not_written_twice(bench: Bench) -> None:
    """It is found out by looking."""
    await bench.charger.read()
    bench.box.trouble = Trouble.MUTE
    with impatient(*LIMITS), pytest.raises(UnreachableError):
        await bench.charger.order(GO_10)
    bench.box.trouble = Trouble.WELL
    bench.turn(3)
    await bench.charger.order(GO_10)
    assert 1 == len(bench.writes)


async def test_a_cancelled_order_is_unknown(bench: Bench) -> None:
    """The next one writes all of its keys, also those that it had before."""
    await bench.charger.read()
    bench.box.delay_s = 30
    task = asyncio.create_task(bench.charger.order(GO_10))
    while not bench.writes:  # noqa: ASYNC110 - the box lies outside
        await asyncio.sleep(0.01)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    bench.box.delay_s = 0
    await bench.charger.order(Order(current_a=16.0, go=False))
    assert [{"current_set": 10.0, "charge_pause": 0}, {"current_set": 16.0, "charge_pause": 1}] == bench.writes


async def test_after_a_reboot_all_is_asked_anew(bench: Bench) -> None:
    """It came up with the settings that it began with, and they are written again."""
    await bench.charger.read()
    await bench.charger.order(GO_10)
    bench.turn(30)
    bench.point.reboot(for_s=20)
    with pytest.raises(UnreachableError):
        await bench.charger.read()
    with pytest.raises(UnreachableError):
        await bench.charger.order(Order(current_a=8.0, go=True))
    bench.turn(21)
    reading = await bench.charger.read()
    assert (16.0, True) == (reading.set_a, reading.paused)
    await bench.charger.order(Order(current_a=8.0, go=True))
    assert {"current_set": 8.0, "charge_pause": 0} == bench.writes[-1]


async def test_an_api_that_is_off_says_how_to_switch_it_on(bench: Bench) -> None:
    """In the words of the app; also to an order."""
    says = r"local API of the NRGkick at .* is off: in its app open Extended, Local API, and switch on JSON"
    bench.box.enabled = False
    with pytest.raises(UnreachableError, match=says):
        await bench.charger.read()
    bench.box.enabled = True
    await bench.charger.read()
    bench.box.enabled = False
    with pytest.raises(UnreachableError, match=says):
        await bench.charger.order(GO_10)


async def test_a_password_that_is_wrong_is_asked_for_once(bench: Bench) -> None:
    """One question, one answer: it is not hammered at."""
    bench.box.login = ("owner", "sesame")
    with pytest.raises(DeniedError, match="wants a user and password: its app shows them under Extended"):
        await bench.charger.read()
    assert 1 == bench.box.asked
    with pytest.raises(DeniedError, match="refuses the user and password that we have"):
        await bench.driver(user="owner", password="simsalabim").read()
    assert bench.box.serial == (await bench.driver(user="owner", password="sesame").read()).serial


async def test_the_password_may_change_while_we_run(bench: Bench) -> None:
    """An order is then denied, too."""
    await bench.charger.read()
    bench.box.login = ("owner", "sesame")
    with pytest.raises(DeniedError, match="wants a user and password"):
        await bench.charger.order(GO_10)


@pytest.fixture
async def stranger() -> AsyncIterator[str]:
    """The address of a box that is no NRGkick Gen2: it knows no /info, and answers all else with words."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response(["what?"])

    app = web.Application()
    app.router.add_get("/values", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_another_device_is_told_as_such(stranger: str) -> None:
    """It answers, but not as an NRGkick would."""
    charger = NRGkick(stranger, rules=RULES)
    with pytest.raises(UnreachableError, match="answers, but not as an NRGkick Gen2"):
        await charger.read()
    with pytest.raises(DeniedError, match="it has no /info: the first one, Connect, has another API"):
        await charger.order(GO_10)
    await charger.close(restore=True)


@pytest.mark.parametrize("address", ["", "a..b", "192.168.1.31:eighty", "[::1", "192.168.1.31/info", "a@b"])
def test_an_address_that_is_none_is_told_at_once(address: str) -> None:
    """With one that is."""
    says = re.escape(f"{address!r} is no address of an NRGkick Gen2; write it such as 192.168.1.31")
    with pytest.raises(ChargerSetupError, match=f"^{says}$"):
        NRGkick(address, rules=RULES)


async def test_a_close_that_cannot_restore_says_so(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """It raises nothing, and does not take long."""
    await bench.charger.read()
    await bench.charger.order(GO_10)
    bench.box.trouble = Trouble.HANG
    with impatient(*LIMITS):
        async with asyncio.timeout(LIMIT_S):
            await bench.charger.close(restore=True)
    assert "not all of its settings could be given back: no answer from" in caplog.text


async def test_many_readings_keep_one_connection(bench: Bench) -> None:
    """An order needs no new handshake; and where the box has hung up there is a new one."""
    for _ in range(5):
        await bench.charger.read()
    with suppress(ChargerError):
        bench.box.trouble = Trouble.GONE
        await bench.charger.order(GO_10)
    bench.box.trouble = Trouble.WELL
    assert (await bench.charger.order(GO_10)).go
    assert 0 == bench.box.overlaps
