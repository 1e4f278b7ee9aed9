"""Raw P1 bytes that a dongle or bridge publishes on one MQTT topic.

In: `mqtt://[user[:password]@]HOST[:PORT]/TOPIC`, or `mqtts://` for TLS. Out: the messages as they come, each a whole
telegram or a piece of one. It knows no telegrams. A retained message may be hours old and is passed over.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

import aiomqtt

from lib.meters import NO_SECRETS, Meter, MeterError, QuietError, SourceError, shown
from lib.meters.address import find_secret, parse_address
from lib.mqtt import (
    CLOSING_S,
    LONGEST,
    LONGEST_TOPIC,
    PORTS,
    ROOM,
    SECRET,
    Broker,
    BrokerError,
    client_of,
    subscribe,
    why_lost,
)

KEEPALIVE_S = 15
QUIET_S = 3.0
WRITTEN = f'the source, the password under "{SECRET}" in the secrets'


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A broker and what is read there."""

    broker: Broker
    name: str


def parse_topic(source: str, secrets: Mapping[str, str] = NO_SECRETS) -> Topic:
    """What `source` says; the password from `secrets` where it says none. Raises SourceError."""
    scheme, _, rest = source.partition("://")
    address = parse_address(source, usual_port=PORTS[scheme])
    place, _, name = rest.partition("/")
    user, has_password, password = place.rpartition("@")[0].partition(":")
    if not name or "\0" in name or len(name.encode()) > LONGEST_TOPIC:
        raise SourceError(f"{shown(source)} needs a topic, such as {scheme}://192.168.1.20/p1/telegram")
    if "#" in name or "+" in name:
        raise SourceError(f"{shown(source)} must name one topic: with + and # telegrams of others would get between")
    broker = Broker(
        host=address.host,
        port=address.port,
        user=unquote(user) or None,
        password=unquote(password) if has_password else find_secret(secrets, SECRET, address) or None,
        tls=scheme == "mqtts",
    )
    return Topic(broker=broker, name=name)


async def open_mqtt(
    source: str, *, secrets: Mapping[str, str] = NO_SECRETS, trusted: ssl.SSLContext | None = None
) -> Meter:
    """Subscribe to the topic of `source`.

    secrets: see `open_meter`; trusted: whose certificates count with `mqtts://`, None: those that the system trusts.
    Raises SourceError when it names no topic; MeterError when the broker does not answer or refuses.
    """
    topic = parse_topic(source, secrets)
    if topic.broker.tls and trusted is None:
        trusted = await asyncio.to_thread(ssl.create_default_context)  # reads some hundred files
    meter = _MqttMeter(topic, trusted if topic.broker.tls else None)
    try:
        await meter.opened()
    except BaseException:
        meter.stop()
        raise
    return meter


class _MqttMeter:
    """One task keeps the connection from its beginning to its end.

    The library's connecting cannot be broken off, so who gives up waiting leaves it to the task to hang up.
    """

    live = True

    def __init__(self, topic: Topic, tls: ssl.SSLContext | None) -> None:
        self.name = str(topic.broker)
        self._topic = topic
        self._tls = tls
        self._news = asyncio.Event()  # subscribed, a message or lost
        self._messages: deque[bytes] = deque(maxlen=ROOM)  # the newest telegram counts
        self._is_open = False
        self._is_stopped = False
        self._lost: MeterError | None = None
        self._listening = asyncio.create_task(self._listen(), name=f"meter {self.name}")

    async def opened(self) -> None:
        """Wait for the subscription. Raises MeterError."""
        while not (self._is_open or self._lost):
            await self._wait_for_news()
        if self._lost:
            raise self._lost

    async def read(self) -> bytes:
        while not self._messages:
            if self._lost:
                raise self._lost
            try:
                async with asyncio.timeout(QUIET_S):
                    await self._wait_for_news()
            except TimeoutError:
                raise QuietError(
                    f"{self.name} is there, but nothing comes on {self._topic.name!r}: "
                    "is it the right topic, and does the dongle still send?"
                ) from None
        return self._messages.popleft()

    async def close(self) -> None:
        self.stop()
        await asyncio.wait({self._listening}, timeout=CLOSING_S)

    def stop(self) -> None:
        """Hang up; does not wait for it."""
        self._is_stopped = True
        if self._is_open:
            self._listening.cancel()

    async def _wait_for_news(self) -> None:
        await self._news.wait()
        self._news.clear()

    async def _listen(self) -> None:
        topic = self._topic
        try:
            async with client_of(topic.broker, self._tls, role="", keepalive_s=KEEPALIVE_S) as client:
                if self._is_stopped:
                    return
                await subscribe(client, topic.broker, topic.name)
                self._is_open = True
                self._news.set()
                async for message in client.messages:
                    self._take(message)
        except aiomqtt.MqttError as error:
            self._lost = MeterError(str(why_lost(topic.broker, error, was_open=self._is_open, written=WRITTEN)))
        except BrokerError as error:
            self._lost = MeterError(str(error))
        finally:
            self._lost = self._lost or MeterError(f"the reading of {self.name} stopped")
            self._news.set()

    def _take(self, message: aiomqtt.Message) -> None:
        payload = message.payload
        if message.retain or not payload or len(payload) > LONGEST:
            return
        self._messages.append(bytes(payload))
        self._news.set()
