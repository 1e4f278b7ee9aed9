"""One MQTT broker, listened to for as long as a source is open: connected, and after a trouble connected again.

In: a broker and topics. Out: each message as it comes, and why none can come. It knows no cars.
"""

import asyncio
import secrets as chance
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import aiomqtt

from lib.cars import CarError, CarSetupError

SECRET = "mqtt"  # noqa: S105 - the name of the secret, not the secret
ANSWER_S = 5.0
KEEPALIVE_S = 30
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 300.0
CLOSING_S = 2.0
ROOM = 64
LONGEST = 65_536  # bytes of a message
REFUSED_LOGIN = {4, 5, 134, 135}  # MQTT 3.1.1: bad user or password, not authorised; the same in MQTT 5


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


class Subscription:
    """Some topics of a broker. hear: is given each message; changed: set after a message and after a trouble.

    The library's connecting cannot be broken off, so `close` leaves it to the task to hang up after that.
    """

    def __init__(self, broker: Broker, topics: Collection[str], hear: Callable[[Message], None]) -> None:
        self.trouble: CarError | None = None
        self.changed = asyncio.Event()
        self._broker = broker
        self._topics = sorted(set(topics))
        self._hear = hear
        self._was_open = False
        self._may_break_off = False
        self._is_closed = False
        self._listening: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Connect, unless that was begun."""
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen(), name=f"car by {self._broker}")

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
                self.trouble = _why(self._broker, error, was_open=self._was_open)
            except CarError as error:
                self.trouble = error
            self.changed.set()
            pause_s = FIRST_PAUSE_S if self._was_open else min(LONGEST_PAUSE_S, 2 * pause_s)
            if not self._is_closed:
                self._may_break_off = True
                await asyncio.sleep(pause_s)
                self._may_break_off = False

    async def _hear_out(self, tls: ssl.SSLContext | None) -> None:
        """Until the connection breaks. Raises MqttError, CarError."""
        broker = self._broker
        async with aiomqtt.Client(
            broker.host,
            broker.port,
            username=broker.user,
            password=broker.password,
            identifier=f"digital-meter-car-{chance.token_hex(4)}",  # two of a name throw each other out
            tls_context=tls,
            keepalive=KEEPALIVE_S,
            timeout=ANSWER_S,
            max_queued_incoming_messages=ROOM,
        ) as client:
            if self._is_closed:
                return
            for topic in self._topics:
                granted = await client.subscribe(topic)
                if any(_code(said) >= 128 for said in granted):
                    who = f"user {broker.user!r}" if broker.user else "somebody without a name"
                    raise CarSetupError(f"{broker} does not let {who} read the topic {topic!r}")
            self.trouble = None
            self._was_open = self._may_break_off = True
            async for message in client.messages:
                payload = message.payload
                if len(payload) <= LONGEST:
                    text = bytes(payload).decode("utf-8", "replace").strip()
                    self._hear(Message(str(message.topic), text, is_old=bool(message.retain)))
                    self.changed.set()
            self._may_break_off = False


def _code(said: object) -> int:
    """The number of a reason, which the library wraps for some messages."""
    number = getattr(said, "value", said)
    return number if isinstance(number, int) else 0


def _why(broker: Broker, error: aiomqtt.MqttError, *, was_open: bool) -> CarError:
    """What happened to the connection, and what the owner can do about it."""
    cause = error.__context__  # the library puts its own error over the system's
    match error:
        case aiomqtt.MqttCodeError(rc=rc) if _code(rc) in REFUSED_LOGIN and not was_open:
            return CarSetupError(
                f"{broker} refuses the log-in: are user and password right? "
                f'The user stands in "url", the password under "{SECRET}@{broker.host}" in the secrets'
            )
        case _ if was_open:
            return CarError(f"the connection with {broker} broke: is the broker running?")
        case _ if isinstance(cause, ssl.SSLCertVerificationError):
            return CarError(f"the certificate of {broker} is not trusted here ({cause.verify_message})")
        case _ if isinstance(cause, ssl.SSLError):
            return CarError(f"{broker} answers, but not with TLS: try mqtt:// or another port")
        case _ if isinstance(cause, ConnectionRefusedError):
            return CarError(f"{broker} refuses the connection: is the broker running, and is the port number right?")
        case _ if isinstance(cause, OSError) and not isinstance(cause, TimeoutError):
            return CarError(f"{broker} cannot be reached ({cause.strerror})")
        case _:
            return CarError(f"no MQTT broker answers at {broker}: is it switched on, and is the port number right?")
