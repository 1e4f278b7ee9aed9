"""A topic on a real broker, and what goes wrong with brokers."""

import asyncio
import gc
import logging
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lib.core.p1 import Framer
from lib.core.reading import Parser
from lib.meters import Meter, MeterError, QuietError, SourceError, mqtt, open_meter
from lib.meters import line as line_module
from lib.meters.line import Line, Silence
from lib.meters.mqtt import Topic, open_mqtt, parse_topic
from lib.mqtt import ROOM, Broker
from tests.conftest import free_ports
from tests.waiting import LIMIT_S, eventually

from .broker import broker, publish
from .certificates import an_authority
from .telegrams import an_evening

TOPIC = "p1/telegram"


@asynccontextmanager
async def opened(source: str, **secrets: str) -> AsyncIterator[Meter]:
    """A meter until the block ends."""
    async with asyncio.timeout(LIMIT_S):
        meter = await open_meter(source, secrets=secrets)
        try:
            yield meter
        finally:
            await meter.close()


async def read(meter: Meter, length: int) -> list[bytes]:
    """Messages until they hold so many bytes."""
    pieces: list[bytes] = []
    async with asyncio.timeout(LIMIT_S):
        while sum(map(len, pieces)) < length:
            pieces.append(await meter.read())
    return pieces


async def test_telegrams_come_as_they_are_published(tmp_path: Path) -> None:
    """Whole or in pieces, in order, byte for byte."""
    port = free_ports()
    one, two = an_evening(2)
    async with broker(tmp_path, port, "allow_anonymous true"), opened(f"mqtt://127.0.0.1:{port}/{TOPIC}") as meter:
        assert (f"127.0.0.1:{port}", True) == (meter.name, meter.live)
        pieces = [two[:400], two[400:401], two[401:]]
        await publish(port, TOPIC, one, *pieces)
        assert [one, *pieces] == await read(meter, len(one + two))


async def test_what_is_no_fresh_telegram_is_passed_over(tmp_path: Path) -> None:
    """A retained one is from before, an endless one from elsewhere, and an empty one only clears what was retained."""
    port = free_ports()
    old, new = an_evening(2)
    async with broker(tmp_path, port, "allow_anonymous true"):
        await publish(port, TOPIC, old, retain=True)
        async with opened(f"mqtt://127.0.0.1:{port}/{TOPIC}") as meter:
            await publish(port, TOPIC, bytes(70_000), b"", new)
            await publish(port, "p1/other", old)
            assert [new] == await read(meter, len(new))


async def test_a_dongle_that_retains_is_heard_while_it_talks(tmp_path: Path) -> None:
    """The broker marks only what it kept as retained, not what it passes on."""
    port = free_ports()
    old, new = an_evening(2)
    async with broker(tmp_path, port, "allow_anonymous true"):
        await publish(port, TOPIC, old, retain=True)
        async with opened(f"mqtt://127.0.0.1:{port}/{TOPIC}") as meter:
            await publish(port, TOPIC, new, retain=True)
            assert [new] == await read(meter, len(new))


async def test_a_silent_topic_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker is there, so the topic or the dongle is wrong; the line tells it to the owner."""
    monkeypatch.setattr(mqtt, "QUIET_S", 0.1)
    monkeypatch.setattr(line_module, "QUIET_S", 0.1)
    port = free_ports()
    async with broker(tmp_path, port, "allow_anonymous true"):
        async with opened(f"mqtt://127.0.0.1:{port}/p1/telegarm") as meter:
            with pytest.raises(QuietError, match="nothing comes on 'p1/telegarm': is it the right topic"):
                await meter.read()
        line = Line(f"mqtt://127.0.0.1:{port}/p1/telegarm")
        async with asyncio.timeout(LIMIT_S):
            async for heard in line:
                if isinstance(heard, Silence) and "p1/telegarm" in heard.why:
                    break
        await line.close()


async def test_nobody_waits_for_a_loop_that_does_not_come(tmp_path: Path) -> None:
    """What is not read is bounded, and the newest is kept."""
    port = free_ports()
    messages = [b"%d" % number for number in range(3 * ROOM)]
    async with broker(tmp_path, port, "allow_anonymous true"), opened(f"mqtt://127.0.0.1:{port}/{TOPIC}") as meter:
        assert isinstance(meter, mqtt._MqttMeter)
        await publish(port, TOPIC, *messages)
        await eventually(lambda: messages[-1] in meter._messages)
        assert messages[-ROOM:] == [await meter.read() for _ in range(ROOM)]


def hash_passwords(path: Path) -> None:
    """Plain passwords become those that mosquitto reads."""
    subprocess.run(["mosquitto_passwd", "-U", path], check=True, timeout=LIMIT_S)


@asynccontextmanager
async def guarded(folder: Path, port: int) -> AsyncIterator[None]:
    """A broker that knows one user, `pi` with password `s3cr@t`."""
    passwords = folder / "passwords"
    passwords.write_text("pi:s3cr@t\n")
    await asyncio.to_thread(hash_passwords, passwords)
    async with broker(folder, port, "allow_anonymous false", f"password_file {passwords}"):
        yield


async def test_user_and_password_open_the_broker(tmp_path: Path) -> None:
    """The password stands in the source, or better among the secrets, for all brokers or for this one."""
    port = free_ports()
    one = an_evening(1)[0]
    async with guarded(tmp_path, port):
        for user, secrets in (
            ("pi:s3cr%40t@", {}),
            ("pi@", {"mqtt": "s3cr@t"}),
            ("pi@", {"mqtt": "wrong", "mqtt@127.0.0.1": "s3cr@t"}),
        ):
            async with opened(f"mqtt://{user}127.0.0.1:{port}/{TOPIC}", **secrets) as meter:
                await publish(port, TOPIC, one, user=("pi", "s3cr@t"))
                assert [one] == await read(meter, len(one))


async def test_a_refused_log_in_is_said_without_the_password(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Wrong password or no user: what to look at, and nothing to hide in error or log."""
    port = free_ports()
    async with guarded(tmp_path, port):
        for user in ("pi:hush-hush@", ""):
            with pytest.raises(MeterError, match="refuses the log-in: are user and password right") as raised:
                await open_meter(f"mqtt://{user}127.0.0.1:{port}/{TOPIC}")
            assert "hush" not in str(raised.value)
        line = Line(f"mqtt://pi:hush-hush@127.0.0.1:{port}/{TOPIC}")
        async with asyncio.timeout(LIMIT_S):
            async for heard in line:
                assert isinstance(heard, Silence)
                assert "hush" not in heard.why
                if "refuses the log-in" in heard.why:
                    break
        await line.close()
    assert "hush" not in caplog.text + line.source
    assert f"mqtt://…@127.0.0.1:{port}/{TOPIC}: 127.0.0.1:{port} refuses the log-in" in caplog.text


async def test_a_broker_that_restarts_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Telegrams, no broker, telegrams: as readings, each once, and nobody does anything."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(line_module, "FIRST_PAUSE_S", 0.1)
    port = free_ports()
    line = Line(f"mqtt://127.0.0.1:{port}/{TOPIC}")
    clocks: list[str] = []
    silences: list[str] = []

    async def hear() -> None:
        framer, parser = Framer(), Parser()
        async for piece in line:
            if isinstance(piece, Silence):
                silences.append(piece.why)
                continue
            for telegram in framer.feed(piece):
                line.good()
                clock = parser.parse(telegram).clock
                clocks.append(clock.raw if clock else "")

    async def talk(telegrams: list[bytes]) -> None:
        told = len(clocks)
        while len(clocks) == told:  # who subscribes later hears only what is said later
            await publish(port, TOPIC, telegrams[0])
            await asyncio.sleep(0.05)
        for telegram in telegrams[1:]:
            await publish(port, TOPIC, telegram)
        await eventually(lambda: clocks[-1:] == [clock_of(telegrams[-1])])

    hearing = asyncio.create_task(hear())
    evening = an_evening(6)
    async with broker(tmp_path, port, "allow_anonymous true"):
        await talk(evening[:3])
    await eventually(lambda: any("broke: is the broker running" in why for why in silences))
    await eventually(lambda: "refuses the connection" in silences[-1])
    async with broker(tmp_path, port, "allow_anonymous true"):
        await talk(evening[3:])
        await line.close()
    await hearing
    assert [clock_of(telegram) for telegram in evening] == list(dict.fromkeys(clocks))
    assert caplog.text.count(f"telegrams come from mqtt://127.0.0.1:{port}/{TOPIC}") == 2


def clock_of(telegram: bytes) -> str:
    """The meter's stamp in a telegram."""
    clock = Parser().parse(telegram).clock
    assert clock
    return clock.raw


# paho 2.2 leaves a socket whose handshake failed to the garbage collector.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
async def test_tls_takes_only_what_is_trusted(tmp_path: Path) -> None:
    """A broker with a certificate of a trusted authority is read, another is not, and one without TLS is said."""
    port = free_ports()
    authority = an_authority(tmp_path / "ca")
    pem = authority.certificate("/CN=broker", "subjectAltName=IP:127.0.0.1")
    trusted = ssl.create_default_context(cafile=str(authority.pem))
    trusted.verify_flags &= ~ssl.VERIFY_X509_STRICT  # the authority is of HomeWizard's old form
    source = f"mqtts://127.0.0.1:{port}/{TOPIC}"
    shows = (f"certfile {pem}", f"keyfile {pem.with_suffix('.key')}")
    async with broker(tmp_path, port, "allow_anonymous true", *shows), asyncio.timeout(LIMIT_S):
        meter = await open_mqtt(source, trusted=trusted)
        await meter.close()
        with pytest.raises(MeterError, match=r"the certificate of 127\.0\.0\.1:.* is not trusted here"):
            await open_meter(source)
    async with broker(tmp_path, port, "allow_anonymous true"), asyncio.timeout(LIMIT_S):
        with pytest.raises(MeterError, match=r"answers, but not with TLS: try mqtt://|cannot be reached"):
            await open_meter(source)
    gc.collect()


@asynccontextmanager
async def box(says: bytes) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """Something that is no broker; its port, and when its client left."""
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        while await reader.read(1000):
            pass
        left.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], left


async def test_a_topic_that_is_kept_from_the_user_is_said() -> None:
    """A broker may take the log-in and refuse the subscription; the answers are those of MQTT 3.1.1."""
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly((await reader.readexactly(2))[1])
        writer.write(b"\x20\x02\x00\x00")  # welcome
        number = (await reader.readexactly((await reader.readexactly(2))[1]))[:2]
        writer.write(b"\x90\x03" + number + b"\x80")  # but not here
        await reader.read()
        left.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, asyncio.timeout(LIMIT_S):
        source = f"mqtt://pi:hush@127.0.0.1:{server.sockets[0].getsockname()[1]}/{TOPIC}"
        with pytest.raises(MeterError, match="does not let user 'pi' read the topic 'p1/telegram'"):
            await open_meter(source)
        await left.wait()


@pytest.mark.parametrize("says", [b"", b"220 printer ready\r\n"])
async def test_what_is_no_broker_is_said_and_left(says: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that hangs or speaks otherwise: within its time, and no connection is left behind."""
    monkeypatch.setattr("lib.mqtt.ANSWER_S", 0.3)
    monkeypatch.setattr(mqtt, "KEEPALIVE_S", 1)
    async with asyncio.timeout(LIMIT_S), box(says) as (port, left):
        with pytest.raises(MeterError, match=r"no MQTT broker answers at 127\.0\.0\.1:"):
            await open_meter(f"mqtt://127.0.0.1:{port}/{TOPIC}")
        await left.wait()


async def test_an_opening_that_is_given_up_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who cancels does not wait for the broker; the connection is hung up later."""
    monkeypatch.setattr("lib.mqtt.ANSWER_S", 0.3)
    monkeypatch.setattr(mqtt, "KEEPALIVE_S", 1)
    async with asyncio.timeout(LIMIT_S), box(b"") as (port, left):
        opening = asyncio.create_task(open_meter(f"mqtt://127.0.0.1:{port}/{TOPIC}"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await opening
        await left.wait()


async def test_nobody_there_is_said() -> None:
    """The same sentence as for any other box."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(MeterError, match=f"{where} refuses the connection"):
            await open_meter(f"mqtt://{where}/{TOPIC}")


def test_a_source_says_all_but_the_password() -> None:
    """Usual ports, escaped signs, an IPv6 broker, a topic with odd signs."""
    usual = Topic(broker=Broker(host="h", port=1883, user=None, password=None, tls=False), name="p1")
    assert usual == parse_topic("mqtt://h/p1")
    there = Broker(host="fe80::1", port=8883, user="p:i", password="a/b@c", tls=True)
    secure = Topic(broker=there, name="/a b/ü?x")
    assert secure == parse_topic("mqtts://p%3Ai:a%2Fb%40c@[fe80::1]//a b/ü?x")
    assert "a/b@c" not in repr(secure)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("mqtt://h", "needs a topic, such as mqtt://192.168.1.20/p1/telegram"),
        ("mqtts://pi:hush@h:8883/", "mqtts://…@h:8883/ needs a topic"),
        ("mqtt://pi:hush@h/" + 65_536 * "x", "needs a topic"),
        ("mqtt://pi:hush@h/p1/#", "mqtt://…@h/p1/# must name one topic"),
        ("mqtt://pi:hush@h/+/telegram", "must name one topic"),
        ("mqtt://pi:hu/sh@h/p1", "mqtt://…@h/p1 needs a host, such as mqtt://192.168.1.20"),
        ("mqtt:///p1", "needs a host"),
    ],
)
async def test_a_source_that_can_never_work_is_said_without_its_password(source: str, said: str) -> None:
    """One topic of one broker; a password's own signs must be escaped."""
    with pytest.raises(SourceError) as raised:
        await open_meter(source)
    assert said in str(raised.value)
    assert "hu" not in str(raised.value)
