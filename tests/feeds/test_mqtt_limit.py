"""A limit that comes over a real broker."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from lib.core.gauges import Limited, Unlimited
from lib.feeds import FeedError
from lib.feeds.mqtt_limit import MqttLimit
from lib.mqtt import Message
from tests.cars.test_mqtt import house
from tests.inverters.roofs import a_clock
from tests.meters.broker import publish
from tests.waiting import eventually

from .builders import a_limit, followed, limited, opened

TOPIC = "grid/limit"


async def test_what_the_broker_kept_counts_from_its_arrival_and_says_so(tmp_path: Path) -> None:
    """Nobody knows since when it stands there; what comes while we listen is new."""
    clock = a_clock(100.0)
    async with house(tmp_path) as port:
        await publish(port, TOPIC, b"10", retain=True)
        where = f"127.0.0.1:{port}/{TOPIC}"
        async with a_limit(source="mqtt", url=f"mqtt://{where}", unit="A", clock=clock) as limit:
            kept = Limited(
                circuit="drive", until_s=220.0, limits_a=(10.0, 10.0, 10.0), by=f"{where}, kept by the broker"
            )
            assert kept == await limited(limit)
            clock.turn(50)
            await publish(port, TOPIC, b"0")
            fresh = Limited(circuit="drive", until_s=270.0, limits_a=(0.0, 0.0, 0.0), by=where)
            assert fresh == await limited(limit)


async def test_after_a_broken_connection_the_same_words_count_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a limit that nobody says any more would hold for ever; new words are news."""
    monkeypatch.setattr("lib.mqtt.FIRST_PAUSE_S", 0.05)
    async with house(tmp_path) as port, Cable(port) as cable:
        await publish(port, TOPIC, b"10", retain=True)
        told = {"source": "mqtt", "url": f"mqtt://127.0.0.1:{cable.port}/{TOPIC}", "unit": "A"}
        limit = opened("limit", None, a_clock(), told)
        assert isinstance(limit, MqttLimit)
        async with followed(limit, Unlimited) as ear:
            await ear.until(lambda event: isinstance(event, Limited))
            cable.cut()
            await ear.until(lambda event: isinstance(event, Unlimited))
            await eventually(lambda: limit._listening._line.trouble is None)  # what was kept comes first
            await publish(port, TOPIC, b"12")
            await ear.until(lambda event: isinstance(event, Limited))
    assert [10.0, 12.0] == [event.limits_a[0] for event in ear.events if isinstance(event, Limited)]


class Cable:
    """Between us and a broker; it can be cut, and mends itself."""

    def __init__(self, to: int) -> None:
        self.port = 0
        self._to = to
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> "Cable":
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """All that goes over it breaks."""
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers |= {writer, back}
        await asyncio.gather(_carry(reader, back), _carry(there, writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(4096):
            writer.write(piece)
    writer.close()


def a_limit_without_a_broker(**options: object) -> MqttLimit:
    """For messages that the test hands over itself."""
    told = {"source": "mqtt", "url": f"mqtt://127.0.0.1:1/{TOPIC}", "unit": "A", **options}
    limit = opened("limit", None, a_clock(100.0), told)
    assert isinstance(limit, MqttLimit)
    return limit


def heard(limit: MqttLimit, *messages: Message) -> Limited | None:
    """What it makes of them."""
    for message in messages:
        limit._listening._hear(message)
    return limit._listening._taken(limit._limited)


def test_an_end_beside_the_value_counts_for_that_value() -> None:
    """A later message without one holds as long as the owner says; said again after a break, all of it must be new."""
    limit = a_limit_without_a_broker(value="a", until="for")
    first = heard(limit, Message(TOPIC, '{"a": 8, "for": 900}', is_old=True))
    assert first is not None
    assert (1_000.0, (8.0, 8.0, 8.0)) == (first.until_s, first.limits_a)
    assert heard(limit, Message(TOPIC, '{"a": 8, "for": 900}', is_old=True)) is None
    again = heard(limit, Message(TOPIC, '{"a": 9, "for": 900}', is_old=True))
    assert again is not None
    assert 1_000.0 == again.until_s
    plain = heard(limit, Message(TOPIC, '{"a": 8}', is_old=False))
    assert plain is not None
    assert 220.0 == plain.until_s


def test_three_phases_on_topics_of_their_own() -> None:
    """It holds from the oldest of them."""
    limit = a_limit_without_a_broker(phases=("g/1", "g/2", "g/3#a"))
    assert heard(limit, Message("g/1", "6", is_old=False), Message("g/2", "7", is_old=False)) is None
    told = heard(limit, Message("g/3", '{"a": 8}', is_old=False))
    assert told is not None
    assert ((6.0, 7.0, 8.0), 220.0) == (told.limits_a, told.until_s)


@pytest.mark.parametrize(("text", "words"), [("-3", "0 or more"), ("off", "no number"), ("", "no number")])
def test_what_is_no_limit_is_a_sentence(text: str, words: str) -> None:
    """Nothing changes by it, and the next good one counts."""
    limit = a_limit_without_a_broker()
    with pytest.raises(FeedError, match=words):
        heard(limit, Message(TOPIC, text, is_old=False))
    assert heard(limit, Message(TOPIC, "3", is_old=False)) is not None


async def test_a_topic_that_falls_silent_is_said(tmp_path: Path) -> None:
    """After as long as a word of it holds."""
    async with house(tmp_path) as port:
        url = f"mqtt://127.0.0.1:{port}/{TOPIC}"
        async with a_limit(source="mqtt", url=url, unit="kW", valid_s=1) as limit:
            with pytest.raises(FeedError, match=f"nothing comes on '{TOPIC}'"):
                await limit.read()
