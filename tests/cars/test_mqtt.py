"""A car's topics on a real broker, and what goes wrong with payloads and brokers."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib import mqtt as broker
from lib.cars import CarError, CarSetupError, CarSource, Tells, mqtt
from lib.cars.mqtt import Memory
from lib.clock import TurnedClock
from lib.core.car import CarReading
from lib.mqtt import Message, Spot
from tests.conftest import free_ports
from tests.meters.broker import broker as mosquitto
from tests.meters.broker import publish
from tests.waiting import LIMIT_S

from .builders import NOW, opened, source
from .recordings import recorded

TOPIC = "home/car/soc"


@asynccontextmanager
async def house(folder: Path, *settings: str) -> AsyncIterator[int]:
    """The port of a broker."""
    port = free_ports()
    async with asyncio.timeout(LIMIT_S), mosquitto(folder, port, *(settings or ("allow_anonymous true",))):
        yield port


async def read_when(car: CarSource, *, soc_pct: float | None) -> CarReading:
    """The reading as soon as it says that; each news is looked at."""
    assert isinstance(car, Tells)
    async with asyncio.timeout(LIMIT_S):
        while (reading := await car.read()).soc_pct != soc_pct:
            await car.news()
    return reading


async def test_a_retained_message_has_no_age_until_the_next_one(tmp_path: Path) -> None:
    """Nobody knows when it was sent; what comes while we listen is new."""
    clock = TurnedClock(NOW)
    async with house(tmp_path) as port:
        await publish(port, TOPIC, b"62", retain=True)
        async with source(source="mqtt", url=f"mqtt://127.0.0.1:{port}/{TOPIC}", title="TeslaMate", clock=clock) as car:
            assert CarReading(source="TeslaMate", soc_pct=62.0) == await car.read()
            await publish(port, TOPIC, b"64")
            assert NOW == (await read_when(car, soc_pct=64.0)).as_of
            clock.turn(60)
            assert NOW == (await car.read()).as_of  # as old as the message, not as the question


async def test_other_topics_say_the_rest(tmp_path: Path) -> None:
    """A plug and a limit of their own; a part of another topic's JSON."""
    async with house(tmp_path) as port:
        for topic, payload in {"a/soc": b"71", "a/plug": b"true", "a/all": b'{"max": {"pct": "85 %"}}'}.items():
            await publish(port, topic, payload, retain=True)
        options: dict[str, Any] = {"plug": "a/plug", "limit": "a/all#max.pct", "charging": "a/nothing"}
        async with source(source="mqtt", url=f"mqtt://127.0.0.1:{port}/a/soc", **options) as car:
            assert isinstance(car, Tells)
            async with asyncio.timeout(LIMIT_S):
                while (reading := await car.read()).limit_pct is None or reading.plugged is None:
                    await car.news()
        assert CarReading(source="a/soc", soc_pct=71.0, plugged=True, limit_pct=85.0) == reading


async def test_a_source_tells_when_something_is_new(tmp_path: Path) -> None:
    """The same value again is no news, an unplugged car is."""
    async with house(tmp_path) as port:
        url = f"mqtt://127.0.0.1:{port}/car"
        async with source(source="mqtt", url=url, soc="soc", plug="plug") as car:
            assert isinstance(car, Tells)
            await publish(port, "car", b'{"soc": 50, "plug": 1}', retain=True)
            assert 50.0 == (await car.read()).soc_pct
            await asyncio.wait_for(car.news(), LIMIT_S)
            waiting = asyncio.create_task(car.news())
            await publish(port, "car", b'{"soc": 50, "plug": 1}')
            assert not (await asyncio.wait({waiting}, timeout=0.2))[0]
            await publish(port, "car", b'{"soc": 50, "plug": 0}')
            await asyncio.wait_for(waiting, LIMIT_S)
            assert (await car.read()).plugged is False


async def test_a_silent_topic_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some seconds; the program goes on meanwhile."""
    monkeypatch.setattr(mqtt, "FIRST_S", 0.2)
    monkeypatch.setattr(mqtt, "ANSWER_S", 0.2)
    async with house(tmp_path) as port, source(source="mqtt", url=f"mqtt://127.0.0.1:{port}/{TOPIC}") as car:
        with pytest.raises(CarError, match=f"nothing has come yet on the topic '{TOPIC}' of 127.0.0.1:{port}"):
            await car.read()


async def test_user_and_password_come_from_options_and_secrets(tmp_path: Path) -> None:
    """The password of this host; a wrong one is told without it."""
    passwords = tmp_path / "passwords"
    passwords.write_text("pi:hush\n")
    making = await asyncio.create_subprocess_exec("mosquitto_passwd", "-U", str(passwords))
    await making.wait()
    async with house(tmp_path, "allow_anonymous false", f"password_file {passwords}") as port:
        await publish(port, TOPIC, b"33", retain=True, user=("pi", "hush"))
        url = f"mqtt://pi@127.0.0.1:{port}/{TOPIC}"
        async with source({"mqtt": "other", "mqtt@127.0.0.1": "hush"}, source="mqtt", url=url) as car:
            assert 33.0 == (await car.read()).soc_pct
        async with source({"mqtt": "other"}, source="mqtt", url=url) as car:
            with pytest.raises(CarSetupError, match="refuses the log-in: are user and password right") as raised:
                await car.read()
            assert "other" not in str(raised.value)


async def test_a_broker_that_comes_back_is_heard_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is away that is said; what it repeats of before does not lose its age."""
    monkeypatch.setattr(broker, "FIRST_PAUSE_S", 0.05)
    port = free_ports()
    url = f"mqtt://127.0.0.1:{port}/{TOPIC}"
    async with asyncio.timeout(LIMIT_S), source(source="mqtt", url=url) as car:
        async with mosquitto(tmp_path, port, "allow_anonymous true"):
            await publish(port, TOPIC, b"40", retain=True)
            await read_when(car, soc_pct=40.0)
            await publish(port, TOPIC, b"41")
            assert NOW == (await read_when(car, soc_pct=41.0)).as_of
        said = ""
        while not said:
            try:
                await car.read()
                await asyncio.sleep(0.02)
            except CarError as error:
                said = str(error)
        assert "the connection with" in said or "refuses the connection" in said
        async with mosquitto(tmp_path, port, "allow_anonymous true"):
            await publish(port, TOPIC, b"41", retain=True)
            back = None
            while back is None:
                try:
                    back = await car.read()
                except CarError:
                    await asyncio.sleep(0.02)
            assert (41.0, NOW) == (back.soc_pct, back.as_of)


async def test_nobody_there_is_said_and_closing_is_quick() -> None:
    """Also while it waits for the next try."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        car = opened(source="mqtt", url=f"mqtt://127.0.0.1:{free.getsockname()[1]}/{TOPIC}")
        with pytest.raises(CarError, match="refuses the connection: is the broker running"):
            await car.read()
        async with asyncio.timeout(LIMIT_S):
            await car.close()
    assert 1 == len(asyncio.all_tasks())


async def test_what_is_no_broker_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that takes the connection and says nothing; in the end no connection is left behind."""
    monkeypatch.setattr(broker, "ANSWER_S", 0.3)
    monkeypatch.setattr(broker, "KEEPALIVE_S", 1)
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        left.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, asyncio.timeout(LIMIT_S):
        car = opened(source="mqtt", url=f"mqtt://127.0.0.1:{server.sockets[0].getsockname()[1]}/{TOPIC}")
        with pytest.raises(CarError, match="no MQTT broker answers at"):
            await car.read()
        await car.close()
        await left.wait()


def memory(spots: dict[str, Spot] | None = None, *, scale: float = 1.0) -> Memory:
    """What hears messages without a broker."""
    return Memory("it", spots or {"soc": Spot(TOPIC)}, scale=scale, clock=TurnedClock(NOW))


def heard(text: str, *, scale: float = 1.0, path: str = "") -> float | None:
    """The state of charge after one message."""
    it = memory({"soc": Spot(TOPIC, path)}, scale=scale)
    it.hear(Message(TOPIC, text, is_old=False))
    return it.reading().soc_pct


@pytest.mark.parametrize("text", ["", "None", "nan", "NaN", "unknown", "unavailable"])
def test_a_payload_without_a_value_is_unknown(text: str) -> None:
    """It is not 0, and no error either."""
    assert heard(text) is None


def test_forms_of_a_payload() -> None:
    """With its sign, in quotes, as a fraction with its scale, in JSON."""
    assert [63.0, 63.0, 63.0, 57.5] == [
        heard("63 %"),
        heard('"63"'),
        heard("0.63", scale=100),
        heard('{"SOC": 57.5, "HV_V": 371.2}', path="SOC"),
    ]


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("120", "", "it says 120 %, which no battery has"),
        ("0.63", "", 'it says 0.63, which looks like a fraction: "scale": 100'),
        ("\ufffd\x00", "", "which is no state of charge"),
        ('{"SOC": 57}', "", "it says '{\"SOC\": 57}', which is no state of charge: is it the right part"),
        ('{"SOC": 57}', "soc", 'it says \'{"SOC": 57}\', in which there is no "soc"'),
        ("57", "soc", "it says '57', in which there is no \"soc\""),
    ],
)
def test_an_odd_payload_is_told_until_a_good_one_comes(text: str, path: str, said: str) -> None:
    """Values above 100 are refused; the next good message mends it."""
    it = memory({"soc": Spot(TOPIC, path)})
    it.hear(Message(TOPIC, text, is_old=False))
    with pytest.raises(CarError) as raised:
        it.reading()
    assert said in str(raised.value)
    it.hear(Message(TOPIC, '{"soc": 40}' if path else "40", is_old=False))
    assert 40.0 == it.reading().soc_pct


def test_a_message_that_lacks_the_part_changes_nothing() -> None:
    """A dongle sends now this and now that."""
    it = memory({"soc": Spot(TOPIC, "SOC")})
    it.hear(Message(TOPIC, '{"SOC": 57}', is_old=False))
    assert not it.hear(Message(TOPIC, '{"HV_V": 371}', is_old=False))
    assert 57.0 == it.reading().soc_pct


def test_the_payloads_own_time_wins() -> None:
    """Also for a retained message; a time that cannot be is no time."""
    it = memory({"soc": Spot(TOPIC, "soc"), "time": Spot(TOPIC, "at")})
    it.hear(Message(TOPIC, '{"soc": 57, "at": "2026-11-20T05:15:00Z"}', is_old=True))
    assert NOW - timedelta(hours=1) == it.reading().as_of
    it.hear(Message(TOPIC, '{"soc": 58, "at": 0}', is_old=False))
    assert it.reading().as_of is None


def test_a_time_on_a_topic_of_its_own_wins_in_any_order() -> None:
    """Before or after the value."""
    at = Message("car/at", "1795151700", is_old=True)
    soc = Message(TOPIC, "57", is_old=True)
    for messages in ((at, soc), (soc, at)):
        it = memory({"soc": Spot(TOPIC), "time": Spot("car/at")})
        for message in messages:
            it.hear(message)
        assert datetime(2026, 11, 20, 5, 15, tzinfo=UTC) == it.reading().as_of


def test_recorded_payloads_are_understood() -> None:
    """Those of the folder of cases, each as a state of charge where it is one."""
    found = recorded("mqtt_payloads_invented")
    if found is None:
        pytest.skip("DM_CASES names no such recording")
    told = []
    for entry in found:
        is_fraction = "fraction" in entry.get("note", "")
        told.append(heard_or_none(entry["payload"], path="SOC" if "{" in entry["payload"] else "", x100=is_fraction))
    assert [62.0, None, 80.0, None, 63.2, None, 46.0, 25.0, 57.5, None, None, 63.0] == told


def heard_or_none(text: str, *, path: str, x100: bool) -> float | None:
    """The state of charge; None also for what is odd."""
    try:
        return heard(text, path=path, scale=100.0 if x100 else 1.0)
    except CarError:
        return None
