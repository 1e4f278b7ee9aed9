"""One MQTT broker, listened to for as long as somebody wants: connected, and after a trouble connected again.

In: a broker and topics. Out: each message as it comes, and why none can come. It knows no devices.
"""

import asyncio
import secrets as chance
import socket
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import aiomqtt

from lib.options import Options

SECRET = "mqtt"  # noqa: S105 - the name of the secret, not the secret
PORTS = {"mqtt": 1883, "mqtts": 8883}
ANSWER_S = 5.0
KEEPALIVE_S = 30
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 300.0
CLOSING_S = 2.0
ROOM = 64
LONGEST = 65_536  # bytes of a message
LONGEST_TOPIC = 65_535  # bytes, in the protocol
REFUSED_LOGIN = {4, 5, 134, 135}  # MQTT 3.1.1: bad user or password, not authorised; the same in MQTT 5


class BrokerError(Exception):
    """Nothing can come from the broker now; the sentence is for the owner and says what to do."""


class LoginError(BrokerError):
    """Nothing will ever come as it is set up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where the broker is, and as whom we come."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    tls: bool

    def __str__(self) -> str:
        """As the owner writes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Message:
    """What came on a topic. is_old: the broker kept it; nobody knows since when."""

    topic: str
    text: str
    is_old: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """A part of the payloads of one topic; path "": all of it."""

    topic: str
    path: str = ""


def parse_broker(options: Options, *, such_as: str) -> tuple[Broker, str]:
    """The broker and the topic of "url". such_as: how one is written. Raises the slip of the options."""
    written = options.text("url", such_as=such_as)
    scheme, _, rest = written.partition("://")
    place, _, topic = rest.partition("/")
    try:
        parts = urlsplit(f"//{place}")
        port = parts.port or PORTS.get(scheme)
        (parts.hostname or "").encode("idna")  # a name such as a..b, which no library would look up
    except ValueError:
        parts, port = urlsplit(""), None
    if not parts.hostname or not port or scheme not in PORTS:
        raise options.wrong(f'"url" is no broker and topic; write it as {such_as}')
    if parts.password is not None:
        raise options.wrong(f'"url" holds a password: put it under "{SECRET}@{parts.hostname}" in the secrets')
    user = unquote(parts.username or "") or None
    password = options.secret_if_any(SECRET, host=parts.hostname) if user else ""
    broker = Broker(host=parts.hostname, port=port, user=user, password=password or None, tls=scheme == "mqtts")
    return broker, _topic(options, "url", topic, such_as=such_as)


def parse_spot(options: Options, name: str, topic: str, *, such_as: str) -> Spot | None:
    """Where the value `name` is said; None where nothing is said of it. Raises the slip of the options."""
    return spot_of(options, options.text(name, ""), topic, name=name, such_as=such_as) if options.has(name) else None


def spot_of(options: Options, written: str, topic: str, *, name: str, such_as: str) -> Spot:
    """A part of the payload of `topic`, or with a slash in it another TOPIC or TOPIC#PART.

    name: of the option that says so. Raises the slip of the options.
    """
    if "/" not in written:
        return Spot(topic, written)
    other, mark, path = written.partition("#")
    return Spot(_topic(options, name, other if path or not mark else written, such_as=such_as), path)


def _topic(options: Options, name: str, topic: str, *, such_as: str) -> str:
    if not topic or "\0" in topic or len(topic.encode()) > LONGEST_TOPIC:
        raise options.wrong(f'"{name}" needs a topic; write it as {such_as}')
    if "#" in topic or "+" in topic:
        raise options.wrong(f'"{name}" must name one topic, without + and #')
    return topic


class Subscription:
    """Some topics of a broker. hear: is given each message; changed: set after a message and after a trouble.

    role: what listens, for the broker's own log. longest_pause_s: between two tries to connect.
    The library's connecting cannot be broken off, so `close` leaves it to the task to hang up after that.
    """

    def __init__(
        self,
        broker: Broker,
        topics: Collection[str],
        hear: Callable[[Message], None],
        *,
        role: str,
        longest_pause_s: float = LONGEST_PAUSE_S,
    ) -> None:
        self.trouble: BrokerError | None = None
        self.changed = asyncio.Event()
        self._broker = broker
        self._topics = sorted(set(topics))
        self._hear = hear
        self._role = role
        self._longest_pause_s = longest_pause_s
        self._was_open = False
        self._may_break_off = False
        self._is_closed = False
        self._listening: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Connect, unless that was begun."""
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen(), name=f"{self._role} by {self._broker}")

    async def close(self) -> None:
        """Hang up; within two seconds."""
        self._is_closed = True
        if self._listening is None:
            return
        if self._may_break_off:
            self._listening.cancel()
        await asyncio.wait({self._listening}, timeout=CLOSING_S)

    async def _listen(self) -> None:
        """Until closed; the pauses between two tries grow."""
        tls = await asyncio.to_thread(ssl.create_default_context) if self._broker.tls else None  # reads many files
        pause_s = FIRST_PAUSE_S
        while not self._is_closed:
            self._was_open = False
            try:
                await self._hear_out(tls)
            except aiomqtt.MqttError as error:
                self.trouble = why_lost(self._broker, error, was_open=self._was_open)
            except BrokerError as error:
                self.trouble = error
            self.changed.set()
            pause_s = FIRST_PAUSE_S if self._was_open else min(self._longest_pause_s, 2 * pause_s)
            if not self._is_closed:
                self._may_break_off = True
                await asyncio.sleep(pause_s)
                self._may_break_off = False

    async def _hear_out(self, tls: ssl.SSLContext | None) -> None:
        """Until the connection breaks. Raises MqttError, BrokerError."""
        async with client_of(self._broker, tls, role=self._role, keepalive_s=KEEPALIVE_S) as client:
            if self._is_closed:
                return
            for topic in self._topics:
                await subscribe(client, self._broker, topic)
            self.trouble = None
            self._was_open = self._may_break_off = True
            async for message in client.messages:
                payload = message.payload
                if len(payload) <= LONGEST:
                    text = bytes(payload).decode("utf-8", "replace").strip()
                    self._hear(Message(str(message.topic), text, is_old=bool(message.retain)))
                    self.changed.set()
            self._may_break_off = False


def client_of(broker: Broker, tls: ssl.SSLContext | None, *, role: str, keepalive_s: int) -> aiomqtt.Client:
    """What connects while it is entered. role: what listens; "" for the meter itself."""
    return aiomqtt.Client(
        broker.host,
        broker.port,
        username=broker.user,
        password=broker.password,
        identifier="-".join(filter(None, ("digital-meter", role, chance.token_hex(4)))),  # two of a name clash
        tls_context=tls,
        keepalive=keepalive_s,
        timeout=ANSWER_S,
        max_queued_incoming_messages=ROOM,
    )


async def subscribe(client: aiomqtt.Client, broker: Broker, topic: str) -> None:
    """Ask for a topic. Raises LoginError when the broker keeps it from this user."""
    granted = await client.subscribe(topic)
    if any(_code(said) >= 128 for said in granted):
        who = f"user {broker.user!r}" if broker.user else "somebody without a name"
        raise LoginError(f"{broker} does not let {who} read the topic {topic!r}")


def why_lost(broker: Broker, error: aiomqtt.MqttError, *, was_open: bool, written: str = "") -> BrokerError:
    """What happened to the connection, and what the owner can do about it. written: where user and password stand."""
    cause = error.__context__  # the library puts its own error over the system's
    match error:
        case aiomqtt.MqttCodeError(rc=rc) if _code(rc) in REFUSED_LOGIN and not was_open:
            return LoginError(
                f"{broker} refuses the log-in: are user and password right? The user stands in "
                + (written or f'"url", the password under "{SECRET}@{broker.host}" in the secrets')
            )
        case _ if was_open:
            return BrokerError(f"the connection with {broker} broke: is the broker running?")
        case _ if isinstance(cause, ssl.SSLCertVerificationError):
            return BrokerError(f"the certificate of {broker} is not trusted here ({cause.verify_message})")
        case _ if isinstance(cause, ssl.SSLError):
            return BrokerError(f"{broker} answers, but not with TLS: try mqtt:// or another port")
        case _ if isinstance(cause, ConnectionRefusedError):
            return BrokerError(f"{broker} refuses the connection: is the broker running, and is the port number right?")
        case _ if isinstance(cause, socket.gaierror):
            return BrokerError(f"the name {broker.host} is not known on this network: write the IP address instead")
        case _ if isinstance(cause, OSError) and cause.strerror and not isinstance(cause, TimeoutError):
            return BrokerError(f"{broker} cannot be reached ({cause.strerror})")
        case _:
            return BrokerError(f"no MQTT broker answers at {broker}: is it switched on, and is the port number right?")


def _code(said: object) -> int:
    """The number of a reason, which the library wraps for some messages."""
    number = getattr(said, "value", said)
    return number if isinstance(number, int) else 0
