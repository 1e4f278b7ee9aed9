"""A HomeWizard P1 meter, played by a box that speaks its API on real sockets."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest
from aiohttp import web

from lib.core.p1 import Framer
from lib.core.reading import Parser, Reading
from lib.meters import Meter, MeterError, QuietError, SourceError, homewizard, homewizard_api, open_meter
from lib.meters import line as line_module
from lib.meters.homewizard import Beat, open_homewizard
from lib.meters.homewizard_api import CA, Box
from lib.meters.line import Line, Silence
from lib.sim.cable import Cable
from lib.sim.homewizard_box import HomeWizardBox, open_homewizard_box
from lib.sim.p1_box import P1Box
from lib.sim.world import World
from tests.sim.builders import NOON
from tests.waiting import LIMIT_S, eventually

from .certificates import Authority, an_authority
from .telegrams import an_evening
from .virtual import in_virtual_time

TOKEN = "0123456789ABCDEF0123456789ABCDEF"


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty questions a second, an answer within half a second, and no long pauses."""
    monkeypatch.setattr(homewizard, "PERIOD_S", 0.05)
    monkeypatch.setattr(homewizard, "SHIFT_S", 0.01)
    monkeypatch.setattr(homewizard_api, "ANSWER_S", 0.5)
    monkeypatch.setattr(line_module, "FIRST_PAUSE_S", 0.05)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The one that signs the boxes of this file."""
    return an_authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
async def box(hurry: None) -> AsyncIterator[HomeWizardBox]:
    """A box with API v1."""
    box = await open_homewizard_box()
    yield box
    await box.close()


@pytest.fixture
async def secure_box(hurry: None, authority: Authority) -> AsyncIterator[HomeWizardBox]:
    """A box with API v2 that knows one token."""
    box = await open_homewizard_box(tls=authority.server())
    box.tokens["local/test"] = TOKEN
    yield box
    await box.close()


@asynccontextmanager
async def opened(opening: Awaitable[Meter]) -> AsyncIterator[Meter]:
    """A meter until the block ends."""
    async with asyncio.timeout(LIMIT_S):
        meter = await opening
        try:
            yield meter
        finally:
            await meter.close()


async def next_telegram(meter: Meter) -> bytes:
    """What the meter reads next; the times without news are passed over."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            with suppress(QuietError):
                return await meter.read()


async def test_a_telegram_is_new_when_it_differs(box: HomeWizardBox) -> None:
    """The first one may be hours old and is not told; each that follows is told once, however often it is asked for."""
    first, second, third = an_evening(3)
    box.send(first)
    async with opened(open_meter(box.where)) as meter:
        assert (box.where.removeprefix("homewizard://"), True) == (meter.name, meter.live)
        for _ in range(3):
            with pytest.raises(QuietError, match="has no new telegram: is it firmly in the meter"):
                await meter.read()
        box.send(second)
        assert second == await next_telegram(meter)
        with pytest.raises(QuietError):
            await meter.read()
        box.send(third)
        assert third == await next_telegram(meter)


async def test_a_box_that_heard_nothing_yet_is_waited_for(box: HomeWizardBox) -> None:
    """503 with the box's own words is no trouble of the box: its first telegram is a fresh one."""
    async with opened(open_meter(box.where)) as meter:
        with pytest.raises(QuietError, match="gets no telegram: is it in the meter, and is the P1 port opened"):
            await meter.read()
        box.send(an_evening(1)[0])
        assert an_evening(1)[0] == await next_telegram(meter)


async def test_an_api_that_is_off_is_explained_and_mends_itself(box: HomeWizardBox) -> None:
    """The owner switches it on in the app; nothing has to be started again."""
    box.local_api = False
    with pytest.raises(MeterError, match="in HomeWizard's app, under Settings, Meters, switch on Local API"):
        await open_meter(box.where)
    box.local_api = True
    async with opened(open_meter(box.where)):
        pass


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "switch on Local API"),
        (429, "asked too often: does another program ask it too"),
        (500, r"trouble of its own \(HTTP 500\)"),
        (503, r"trouble of its own \(HTTP 503\)"),
        (302, "answers HTTP 302, not a telegram: is it a HomeWizard P1 meter"),
    ],
)
async def test_each_refusal_has_its_sentence(box: HomeWizardBox, status: int, said: str) -> None:
    """At the opening as while it is read; none of them can never be mended."""
    box.send(an_evening(1)[0])
    async with opened(open_meter(box.where)) as meter:
        box.fault = status
        with pytest.raises(MeterError, match=said) as raised:
            await meter.read()
        assert not isinstance(raised.value, SourceError | QuietError)
        with pytest.raises(MeterError, match=said):
            await open_meter(box.where)


async def test_a_box_that_hangs_is_given_up(box: HomeWizardBox) -> None:
    """Within the time of an answer, at the opening as later."""
    async with opened(open_meter(box.where)) as meter:
        box.delay_s = 60
        with pytest.raises(MeterError, match=r"no answer from 127\.0\.0\.1:.*: is it switched on"):
            await meter.read()
        with pytest.raises(MeterError, match="no answer from"):
            await open_meter(box.where)


async def test_a_slow_box_is_asked_one_question_at_a_time(box: HomeWizardBox) -> None:
    """Answers that take longer than the beat are waited for; the beats that were missed are not made up for."""
    box.delay_s = 0.12
    box.send(an_evening(1)[0])
    async with opened(open_meter(box.where)) as meter:
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        for telegram in an_evening(4)[1:]:
            box.send(telegram)
            assert telegram == await next_telegram(meter)
        assert loop.time() - start_s > 3 * 0.12
        assert box.asked == 4


async def test_nobody_there_is_said(box: HomeWizardBox) -> None:
    """The same sentence as for any other box."""
    await box.close()
    with pytest.raises(MeterError, match=r"127\.0\.0\.1:.* refuses the connection"):
        await open_meter(box.where)


@asynccontextmanager
async def web_server(answer: Callable[[], web.StreamResponse]) -> AsyncIterator[str]:
    """Something on the network that answers every question so; its source."""

    async def handle(_: web.Request) -> web.StreamResponse:
        return answer()

    app = web.Application()
    app.router.add_get("/{any:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"homewizard://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"meter_model": "ISKRA"}', "answers, but not with a telegram: is it a HomeWizard P1 meter"),
        (b"/" + bytes(100_000), "answers without an end"),
    ],
)
async def test_another_box_is_recognised(hurry: None, body: bytes, said: str) -> None:
    """A page of a printer is no telegram, however long."""
    async with web_server(lambda: web.Response(body=body)) as source:
        with pytest.raises(MeterError, match=said):
            await open_meter(source)


@pytest.mark.parametrize("change", [lambda sent: sent.replace(b"\r\n", b"\n"), bytes.rstrip, lambda sent: b"\n" + sent])
async def test_line_ends_do_not_matter(hurry: None, change: Callable[[bytes], bytes]) -> None:
    """LF alone, none at the end, one too many: the framer gets its telegram at once."""
    evening = iter(an_evening(40))
    async with (
        web_server(lambda: web.Response(body=change(next(evening)))) as source,
        opened(open_meter(source)) as meter,
    ):
        framer = Framer()
        for telegram in an_evening(4)[1:]:
            assert [telegram[: telegram.index(b"!") + 1]] == framer.feed(await meter.read())


async def test_the_token_opens_a_box_with_api_v2(secure_box: HomeWizardBox, authority: Authority) -> None:
    """TLS with the vendor's authority, the token in the header, and the telegrams come."""
    secrets = {"homewizard": TOKEN}
    secure_box.send(an_evening(1)[0])
    async with opened(open_homewizard(secure_box.where, secrets=secrets, ca=authority.pem)) as meter:
        for telegram in an_evening(3)[1:]:
            secure_box.send(telegram)
            assert telegram == await next_telegram(meter)


async def test_the_token_of_one_box_wins_over_the_general_one(secure_box: HomeWizardBox, authority: Authority) -> None:
    """Two boxes in one house have two tokens."""
    secrets = {"homewizard": "F" * 32, "homewizard@127.0.0.1": TOKEN}
    async with opened(open_homewizard(secure_box.where, secrets=secrets, ca=authority.pem)):
        pass


@pytest.mark.parametrize(("secret", "said"), [("", "needs a token"), ("two words", "is none of HomeWizard's")])
async def test_without_a_token_the_start_stops_with_what_to_do(secret: str, said: str) -> None:
    """The owner's slip; no question is asked and the wrong token is not repeated."""
    with pytest.raises(SourceError, match=said) as raised:
        await open_meter("homewizard2://192.0.2.1", secrets={"homewizard": secret})
    assert "run ./do_py.sh dm.py --pair homewizard2://192.0.2.1, then start again" in str(raised.value)
    assert not secret or secret not in str(raised.value)


async def test_a_token_that_was_withdrawn_is_said(secure_box: HomeWizardBox, authority: Authority) -> None:
    """While the meter runs; a meter that runs is not ended by it, and the token is not told."""
    secrets = {"homewizard": TOKEN}
    secure_box.send(an_evening(1)[0])
    async with opened(open_homewizard(secure_box.where, secrets=secrets, ca=authority.pem)) as meter:
        secure_box.tokens.clear()
        with pytest.raises(MeterError, match=r"does not take the token.*--pair homewizard2://127\.0\.0\.1:") as raised:
            await meter.read()
        assert not isinstance(raised.value, SourceError | QuietError)
        assert TOKEN not in str(raised.value)


async def test_a_box_of_another_authority_is_told_nothing(secure_box: HomeWizardBox) -> None:
    """The vendor's own authority did not sign our box: no question, so no token, leaves this machine."""
    with pytest.raises(MeterError, match="cannot show that it is a HomeWizard P1 meter"):
        await open_meter(secure_box.where, secrets={"homewizard": TOKEN})
    assert secure_box.asked == 0


@pytest.mark.parametrize(
    "subject",
    [
        "/CN=appliance\\/battery\\/5c2fafaabbcc",
        "/CN=127.0.0.1",
        "/CN=x\\/appliance\\/p1dongle\\/5c2fafaabbcc",
        "/O=HomeWizard",
    ],
)
async def test_a_certificate_that_names_no_p1_meter_is_told_nothing(
    hurry: None, authority: Authority, subject: str
) -> None:
    """Its signature is right, but it is of another thing."""
    box = await open_homewizard_box(tls=authority.server(subject))
    with pytest.raises(MeterError, match="cannot show that it is a HomeWizard P1 meter"):
        await open_homewizard(box.where, secrets={"homewizard": TOKEN}, ca=authority.pem)
    assert box.asked == 0
    await box.close()


async def test_a_box_without_tls_is_told_nothing(box: HomeWizardBox) -> None:
    """Who wrote homewizard2 for an old box reads so."""
    source = box.where.replace("homewizard", "homewizard2")
    with pytest.raises(MeterError, match="cannot show that it is a HomeWizard P1 meter"):
        await open_meter(source, secrets={"homewizard": TOKEN})
    assert box.asked == 0


def test_the_vendors_authority_is_shipped() -> None:
    """The one that signs HomeWizard's boxes, to the end of 2031."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(CA)
    [authority] = context.get_ca_certs()
    assert isinstance(authority["subject"], tuple)
    assert (("commonName", "Appliance Access CA"),) in authority["subject"]
    assert authority["notAfter"] == "Dec 16 19:12:12 2031 GMT"


async def test_the_usual_ports_need_not_be_said() -> None:
    """80 for API v1, 443 for v2."""
    for source, port in (("homewizard://box", 80), ("homewizard2://box", 443), ("homewizard://box:8080", 8080)):
        box = Box(source)
        assert ("box", port) == (box.address.host, box.address.port)
        await box.close()


@pytest.mark.parametrize("source", ["homewizard://", "homewizard2://:443", "homewizard://h:x", "homewizard://a..b"])
async def test_a_bad_address_is_answered_with_an_example(source: str) -> None:
    """The host is what it needs."""
    with pytest.raises(SourceError, match=r"needs a host, such as homewizard2?://192\.168\.1\.20"):
        await open_meter(source, secrets={"homewizard": TOKEN})


def test_the_beat_does_not_drift() -> None:
    """Questions that take a while do not move the next ones; a missed beat is left out, never doubled."""

    async def story() -> list[float]:
        loop = asyncio.get_running_loop()
        beat, beats_s = Beat(1.0), []
        for took_s in (0.0, 0.9, 0.3, 3.4, 0.1, 1.0, 0.0):
            await beat.wait()
            beats_s.append(round(loop.time(), 6))
            await asyncio.sleep(took_s)
        beat.shift(0.25)
        await beat.wait()
        return [*beats_s, round(loop.time(), 6)]

    assert [0, 1, 2, 3, 7, 8, 9, 10.25] == in_virtual_time(story())


async def hear(line: Line, readings: list[Reading], silences: list[str]) -> None:
    """Bytes to readings, as the program does it."""
    framer, parser = Framer(), Parser()
    async for piece in line:
        if isinstance(piece, Silence):
            silences.append(piece.why)
            continue
        for telegram in framer.feed(piece):
            line.good()
            readings.append(parser.parse(telegram))
    assert not framer.rejected


async def test_an_evening_with_the_box(
    secure_box: HomeWizardBox, authority: Authority, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readings in order; cable out, box away, box back, cable in: each is said, nothing old is taken for new."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(line_module, "TICK_S", 0.2)
    monkeypatch.setattr(line_module, "QUIET_S", 0.3)
    world, cable = World(seed=1, start=NOON), Cable()
    meter = asyncio.create_task(P1Box(world, cable, secure_box, speed=10).run())
    opener = partial(open_with, authority, {"homewizard": TOKEN})
    line = Line(secure_box.where, opener=opener, patience_s=1.0)
    readings: list[Reading] = []
    silences: list[str] = []
    hearing = asyncio.create_task(hear(line, readings, silences))
    await eventually(lambda: len(readings) > 5)

    cable.plugged = False
    await eventually(lambda: any("no new telegram: is it firmly in the meter" in why for why in silences))
    told = len(readings)
    asked = secure_box.asked
    await eventually(lambda: secure_box.asked > asked + 40)  # the line opens it again meanwhile: the telegram is old
    assert told == len(readings)

    await secure_box.close()
    await eventually(lambda: "refuses the connection" in silences[-1])
    await secure_box.listen(secure_box.port)
    cable.plugged = True
    await eventually(lambda: len(readings) > told + 5)

    await line.close()
    await hearing
    meter.cancel()
    clocks = [reading.at for reading in readings if reading.at]
    assert sorted(set(clocks)) == clocks
    assert TOKEN not in caplog.text
    assert f"telegrams come from {secure_box.where}" in caplog.text


async def open_with(authority: Authority, secrets: dict[str, str], source: str, *, speed: float | None = None) -> Meter:
    """`open_meter`, but for the authority."""
    del speed
    return await open_homewizard(source, secrets=secrets, ca=authority.pem)
