"""What a broker has heard of a car: one topic for its state of charge, others for what else it says.

In: {"from": "mqtt", "url": "mqtt://USER@HOST/TOPIC", "soc": "", …}, and the secret "mqtt" for a password. "soc" is the
part of the payload, "" all of it. "time", "plug", "charging", "limit" and "range" are parts of the same payload, or
with a slash in them topics of their own: TOPIC, or TOPIC#PART. Out: what was heard last.
A retained message comes at once and may be days old: without "time" its age is unknown until the next one.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import datetime

from lib.cars import CarError, CarSetupError, values
from lib.cars.http_json import LEAST_SCALE, MOST_SCALE
from lib.cars.options import Options
from lib.cars.values import parse_json, state_of_charge
from lib.clock import Clock
from lib.core.car import CarReading
from lib.mqtt import ANSWER_S, Broker, LoginError, Message, Spot, Subscription, parse_broker, parse_spot
from lib.payload import at_path, shown

EXAMPLE = "mqtt://192.168.1.20/teslamate/cars/1/usable_battery_level"
PARTS = ("time", "plug", "charging", "limit", "range")
OPTIONS = ("url", "soc", "scale", *PARTS)
FLOOR_MIN, LEAST_FLOOR_MIN = 0.1, 0.01
FIRST_S = 5.0  # a retained message is there at once; what else comes, comes when it comes


def parse_spots(options: Options, topic: str) -> dict[str, Spot]:
    """Where each value is said. Raises CarSetupError."""
    spots = {"soc": Spot(topic, options.text("soc", ""))}
    for name in PARTS:
        if options.text(name, "") and (spot := parse_spot(options, name, topic, such_as=EXAMPLE)):
            spots[name] = spot
    return spots


def open_mqtt(found: Mapping[str, object], secrets: Mapping[str, str], *, clock: Clock) -> "MqttCar":
    """The source that these options describe. Raises CarSetupError."""
    options = Options(found, secrets, OPTIONS)
    broker, topic = parse_broker(options, such_as=EXAMPLE)
    scale = options.number("scale", 1.0, least=LEAST_SCALE, most=MOST_SCALE)
    return MqttCar(
        broker,
        Memory(options.text("title", "") or topic, parse_spots(options, topic), scale=scale, clock=clock),
        floor_s=options.floor_s(FLOOR_MIN, least_min=LEAST_FLOOR_MIN),
        sparing=not options.flag("idle", usual=True),
    )


class Memory:
    """What was heard last, spot by spot; `hear` is its only change."""

    def __init__(self, who: str, spots: Mapping[str, Spot], *, scale: float, clock: Clock) -> None:
        self.who = who
        self.spots = spots
        self._scale = scale
        self._clock = clock
        self._said: dict[str, object] = {}
        self._as_of: datetime | None = None
        self._odd: CarError | None = None  # why the newest message says no state of charge

    @property
    def has_soc(self) -> bool:
        """Whether anything was said about the state of charge, be it odd."""
        return "soc" in self._said or self._odd is not None

    def hear(self, message: Message) -> bool:
        """Keep what a message says; whether anything is another than before. Not each message says each part."""
        said: dict[str, object] = {}
        for name, spot in self.spots.items():
            if spot.topic == message.topic:
                with contextlib.suppress(LookupError, CarError):
                    said[name] = self._part(message.text, spot.path)
        if "soc" in said:
            self._hear_soc(said, is_old=message.is_old)
        elif message.topic == self.spots["soc"].topic and "soc" not in self._said:
            path = self.spots["soc"].path
            self._odd = CarError(f'{self.who} says {shown(message.text)}, in which there is no "{path}"')
        before, self._said = self._said, self._said | said
        return before != self._said

    def _part(self, text: str, path: str) -> object:
        return at_path(parse_json(self.who, text), path) if path else text.strip('"')

    def _hear_soc(self, said: Mapping[str, object], *, is_old: bool) -> None:
        now = self._clock.now()
        if "time" in self.spots:
            self._as_of = values.instant(said.get("time"), now)
        elif not is_old:
            self._as_of = now
        elif said["soc"] != self._said.get("soc"):  # else it comes again, after a broken connection
            self._as_of = None
        try:
            state_of_charge(self.who, said["soc"], scale=self._scale)
            self._odd = None
        except CarError as error:
            self._odd = error

    def reading(self) -> CarReading:
        """All of it. Raises CarError when the newest message says no state of charge."""
        if self._odd:
            raise self._odd
        time, as_of = self.spots.get("time"), self._as_of
        if time and time.topic != self.spots["soc"].topic:
            as_of = values.instant(self._said.get("time"), self._clock.now())
        return CarReading(
            source=self.who,
            as_of=as_of,
            soc_pct=values.percent(self._said.get("soc"), scale=self._scale),
            limit_pct=values.percent(self._said.get("limit"), scale=self._scale),
            plugged=values.plug(self._said.get("plug")),
            charging=values.charging(self._said.get("charging")),
            range_km=values.km(self._said.get("range")),
        )


class MqttCar:
    """See the top of this file, `CarSource` and `Tells`. It listens from the first `read` on."""

    def __init__(self, broker: Broker, memory: Memory, *, floor_s: float, sparing: bool) -> None:
        self.floor_s = floor_s
        self.sparing = sparing
        self._broker = broker
        self._memory = memory
        self._news = asyncio.Event()
        self._line = Subscription(broker, [spot.topic for spot in memory.spots.values()], self._hear, role="car")

    async def read(self) -> CarReading:
        """What was heard last. Raises CarError while the broker is not there, or has said nothing yet."""
        self._line.begin()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_S + FIRST_S):
                while not (self._line.trouble or self._memory.has_soc):
                    await self._line.changed.wait()
                    self._line.changed.clear()
        if trouble := self._line.trouble:
            raise (CarSetupError if isinstance(trouble, LoginError) else CarError)(str(trouble))
        if not self._memory.has_soc:
            topic = self._memory.spots["soc"].topic
            raise CarError(f"nothing has come yet on the topic {topic!r} of {self._broker}: is it the right one?")
        return self._memory.reading()

    async def news(self) -> None:
        """Wait for a message that says something else than before."""
        await self._news.wait()
        self._news.clear()

    async def close(self) -> None:
        """Hang up; within two seconds."""
        await self._line.close()

    def _hear(self, message: Message) -> None:
        if self._memory.hear(message):
            self._news.set()
