"""A meter whose values come over a real broker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from lib.clock import TurnedClock
from lib.core.gauges import Gauged, Ungauged
from lib.feeds import FeedError, FeedSetupError, listening
from tests.cars.test_mqtt import house
from tests.conftest import free_ports
from tests.inverters.roofs import a_clock
from tests.meters.broker import broker as mosquitto
from tests.meters.broker import publish
from tests.waiting import LIMIT_S

from .builders import a_meter, flows, followed, opened

TOPIC = "carport/power"


async def test_numbers_and_json_of_several_topics(tmp_path: Path) -> None:
    """A reading comes when all have spoken, and is as old as the oldest of them."""
    clock = a_clock(100.0)
    parts: dict[str, Any] = {"l1_a": "c/1", "l2_a": "c/2#now.a", "l3_a": "c/all#2"}
    async with (
        house(tmp_path) as port,
        a_meter(source="mqtt", url=f"mqtt://127.0.0.1:{port}/c/1", clock=clock, **parts) as meter,
    ):
        reading = asyncio.create_task(meter.read())
        await until_heard(port, "c/1", b"6.5", meter)
        clock.turn(1)
        await until_heard(port, "c/2", b'{"now": {"a": -3}}', meter)
        clock.turn(1)
        assert not reading.done()
        await publish(port, "c/all", b"[0, 0, 2]")
        expected = Gauged(circuit="drive", phases_a=(6.5, -3.0, 2.0), read_s=100.0)
        assert expected == await asyncio.wait_for(reading, LIMIT_S)


async def until_heard(port: int, topic: str, payload: bytes, meter: Any) -> None:
    """Publish until the meter has heard it; before it has subscribed nobody does."""
    heard = meter._listening.heard
    async with asyncio.timeout(LIMIT_S):
        before = len(heard)
        while len(heard) == before:
            await publish(port, topic, payload)
            await asyncio.sleep(0.05)


async def test_a_total_in_watts(tmp_path: Path) -> None:
    """Shared among the phases that it is wired to; a plain number is the whole payload."""
    async with house(tmp_path) as port:
        url = f"mqtt://127.0.0.1:{port}/{TOPIC}"
        async with a_meter(source="mqtt", url=url, power_w="") as meter, followed(meter) as ear:
            async with saying(port, TOPIC, b"6900"):
                event = await ear.until(lambda event: isinstance(event, Gauged))
            assert isinstance(event, Gauged)
            assert (10.0, 10.0, 10.0) == event.phases_a


@asynccontextmanager
async def saying(port: int, topic: str, payload: bytes) -> AsyncIterator[None]:
    """It is said again and again, as a meter does; the library's connecting must not be broken off."""
    enough = asyncio.Event()

    async def say() -> None:
        while not enough.is_set():
            await publish(port, topic, payload)
            with suppress(TimeoutError):
                await asyncio.wait_for(enough.wait(), 0.1)

    talking = asyncio.create_task(say())
    try:
        yield
    finally:
        enough.set()
        await talking


async def test_what_the_broker_kept_is_no_measurement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be hours old; that nothing else comes is said."""
    monkeypatch.setattr("lib.feeds.mqtt_meter.QUIET_S", 0.5)
    async with house(tmp_path) as port:
        await publish(port, TOPIC, b"6900", retain=True)
        async with a_meter(source="mqtt", url=f"mqtt://127.0.0.1:{port}/{TOPIC}", power_w="") as meter:
            with pytest.raises(FeedError, match=f"nothing comes on '{TOPIC}' of 127.0.0.1:{port}: is it the right one"):
                await meter.read()


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"unavailable", "'unavailable' for \"power_w\", which is no number"),
        (b"", "which is no number"),
        (b"nan", "which is no number"),
        (b"Infinity", "which is no number"),
    ],
)
async def test_a_payload_that_is_no_number_is_a_sentence(tmp_path: Path, payload: bytes, words: str) -> None:
    """And never 0; the next good one mends it."""
    async with house(tmp_path) as port:
        url = f"mqtt://127.0.0.1:{port}/{TOPIC}"
        async with a_meter(source="mqtt", url=url, power_w="") as meter, followed(meter) as ear:
            async with saying(port, TOPIC, payload):
                event = await ear.until(lambda event: isinstance(event, Ungauged))
            assert isinstance(event, Ungauged)
            assert words in event.why
            async with saying(port, TOPIC, b"690"):
                await ear.until(lambda event: isinstance(event, Gauged))


async def test_a_payload_without_the_part_is_a_sentence(tmp_path: Path) -> None:
    """It says what came instead."""
    async with house(tmp_path) as port:
        url = f"mqtt://127.0.0.1:{port}/{TOPIC}"
        async with a_meter(source="mqtt", url=url, power_w="total") as meter, followed(meter) as ear:
            async with saying(port, TOPIC, b'{"power": 1}'):
                event = await ear.until(lambda event: isinstance(event, Ungauged))
            assert isinstance(event, Ungauged)
            assert 'in which there is no "total"' in event.why


async def test_a_broker_that_comes_back_is_heard_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is away that is said, once for each try."""
    monkeypatch.setattr("lib.mqtt.FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(listening, "LONGEST_PAUSE_S", 0.2)
    port = free_ports()
    url = f"mqtt://127.0.0.1:{port}/{TOPIC}"
    async with a_meter(source="mqtt", url=url, power_w="") as meter, followed(meter) as ear:
        event = await ear.until(lambda event: isinstance(event, Ungauged))
        assert isinstance(event, Ungauged)
        assert "refuses the connection: is the broker running" in event.why
        for _ in range(2):
            async with mosquitto(tmp_path, port, "allow_anonymous true"), saying(port, TOPIC, b"690"):
                await ear.until(lambda event: isinstance(event, Gauged))
            await ear.until(lambda event: isinstance(event, Ungauged))


async def test_user_and_password(tmp_path: Path) -> None:
    """The password stands in the secrets; a wrong one is told without it."""
    passwords = tmp_path / "passwords"
    passwords.write_text("pi:hush\n")
    making = await asyncio.create_subprocess_exec("mosquitto_passwd", "-U", str(passwords))
    await making.wait()
    async with house(tmp_path, "allow_anonymous false", f"password_file {passwords}") as port:
        url = f"mqtt://pi@127.0.0.1:{port}/{TOPIC}"
        async with a_meter({"mqtt@127.0.0.1": "other"}, source="mqtt", url=url, power_w="") as meter:
            with pytest.raises(FeedSetupError, match="refuses the log-in: are user and password right") as raised:
                await meter.read()
            assert "other" not in str(raised.value)
        async with a_meter({"mqtt": "hush"}, source="mqtt", url=url, power_w="", wired="1") as meter:
            reading = asyncio.create_task(flows(meter))
            async with asyncio.timeout(LIMIT_S):
                while not reading.done():
                    await publish(port, TOPIC, b"-230", user=("pi", "hush"))
                    await asyncio.sleep(0.05)
            assert (-1.0, None, None) == await reading


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "mqtt://h", "power_w": ""}, '"url" needs a topic'),
        ({"url": "http://h/t", "power_w": ""}, '"url" is no broker and topic'),
        ({"url": "mqtt://pi:hush@h/t", "power_w": ""}, '"url" holds a password: put it under "mqtt@h"'),
        ({"url": "mqtt://h/t"}, "name what it tells"),
        ({"url": "mqtt://h/t", "power_w": "a/#"}, '"power_w" must name one topic'),
        ({"url": "mqtt://h/t", "power_w": "", "every_s": 2}, '"every_s" is no key here'),
    ],
)
def test_a_slip_names_the_key(options: dict[str, Any], said: str) -> None:
    """Before anything is asked."""
    with pytest.raises(FeedSetupError) as raised:
        opened("meter", None, TurnedClock(a_clock().now()), {"source": "mqtt"} | options)
    assert said in str(raised.value)
    assert "hush" not in str(raised.value)
