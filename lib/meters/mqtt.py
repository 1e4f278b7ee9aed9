"""Raw P1 bytes that a dongle or bridge publishes on one MQTT topic.

In: `mqtt://[user[:password]@]HOST[:PORT]/TOPIC`, or `mqtts://` for TLS. Out: the messages as they come, each a whole
telegram or a piece of one. It knows no telegrams. A retained message may be hours old and is passed over.
"""

import asyncio
import secrets as chance
import ssl
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

import aiomqtt

from lib.meters import NO_SECRETS, Meter, MeterError, QuietError, SourceError, shown
from lib.meters.address import Address, find_secret, parse_address, unreachable

PORTS = {"mqtt": 1883, "mqtts": 8883}
ANSWER_S = 5.0
KEEPALIVE_S = 15
QUIET_S = 3.0
CLOSING_S = 2.0
LONGEST = 65_536  # bytes of a message; a telegram has 8 kB at most
LONGEST_TOPIC = 65_535  # bytes, in the protocol
ROOM = 64  # messages kept for a loop that does not come
SECRET = "mqtt"  # noqa: S105 - the name of the secret, not the secret
REFUSED_LOGIN = {4, 5, 134, 135}  # MQTT 3.1.1: bad user or password, not authorised; the same in MQTT 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Where a broker is and what is read there."""

    address: Address
    name: str
    user: str | None
    password: str | None = field(repr=False)
    tls: bool


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
    return Topic(
        address=address,
        name=name,
        user=unquote(user) or None,
        password=unquote(password) if has_password else find_secret(secrets, SECRET, address) or None,
        tls=scheme == "mqtts",
    )


async def open_mqtt(
    source: str, *, secrets: Mapping[str, str] = NO_SECRETS, trusted: ssl.SSLContext | None = None
) -> Meter:
    """Subscribe to the topic of `source`.

    secrets: see `open_meter`; trusted: whose certificates count with `mqtts://`, None: those that the system trusts.
    Raises SourceError when it names no topic; MeterError when the broker does not answer or refuses.
    """
    topic = parse_topic(source, secrets)
    if topic.tls and trusted is None:
        trusted = await asyncio.to_thread(ssl.create_default_context)  # reads some hundred files
    meter = _MqttMeter(topic, trusted if topic.tls else None)
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
        self.name = str(topic.address)
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
            async with aiomqtt.Client(
                topic.address.host,
                topic.address.port,
                username=topic.user,
                password=topic.password,
                identifier=f"digital-meter-{chance.token_hex(4)}",  # two of a name throw each other out
                tls_context=self._tls,
                keepalive=KEEPALIVE_S,
                timeout=ANSWER_S,
                max_queued_incoming_messages=ROOM,
            ) as client:
                if self._is_stopped:
                    return
                await self._subscribe(client)
                self._is_open = True
                self._news.set()
                async for message in client.messages:
                    self._take(message)
        except aiomqtt.MqttError as error:
            self._lost = _why(topic, error, was_open=self._is_open)
        except MeterError as error:
            self._lost = error
        finally:
            self._lost = self._lost or MeterError(f"the reading of {self.name} stopped")
            self._news.set()

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        """Ask for the topic. Raises MeterError when the broker keeps it from this user."""
        granted = await client.subscribe(self._topic.name)
        if any(_code(said) >= 128 for said in granted):
            who = f"user {self._topic.user!r}" if self._topic.user else "somebody without a name"
            raise MeterError(f"{self.name} does not let {who} read the topic {self._topic.name!r}")

    def _take(self, message: aiomqtt.Message) -> None:
        payload = message.payload
        if message.retain or not payload or len(payload) > LONGEST:
            return
        self._messages.append(bytes(payload))
        self._news.set()


def _code(said: object) -> int:
    """The number of a reason, which the library wraps for some messages."""
    number = getattr(said, "value", said)
    return number if isinstance(number, int) else 0


def _why(topic: Topic, error: aiomqtt.MqttError, *, was_open: bool) -> MeterError:
    """What happened to the connection, and what the owner can do about it."""
    address = topic.address
    cause = error.__context__  # the library puts its own error over the system's
    match error:
        case aiomqtt.MqttCodeError(rc=rc) if _code(rc) in REFUSED_LOGIN and not was_open:
            return MeterError(
                f"{address} refuses the log-in: are user and password right? "
                f'The user stands in the source, the password under "{SECRET}" in the secrets'
            )
        case _ if was_open:
            return MeterError(f"the connection with {address} broke: is the broker running?")
        case _ if isinstance(cause, ssl.SSLCertVerificationError):
            return MeterError(f"the certificate of {address} is not trusted here ({cause.verify_message})")
        case _ if isinstance(cause, ssl.SSLError):
            return MeterError(f"{address} answers, but not with TLS: try mqtt:// or another port")
        case _ if isinstance(cause, TimeoutError):
            return MeterError(f"no MQTT broker answers at {address}: is it switched on, and is the port number right?")
        case _ if isinstance(cause, OSError):
            return unreachable(address, cause)
        case _:
            return MeterError(f"{address} refuses to be a broker for this program ({error})")
