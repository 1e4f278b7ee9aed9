"""A limit that comes over MQTT.

In: {"from": "mqtt", "url": "mqtt://USER@HOST/TOPIC", "value": "", "unit": "A", "valid_s": 120, …}: "value", "until" and
each of "phases" are a part of the payload of that topic, "" all of it, or with a slash in it another TOPIC or
TOPIC#PART. Out: what the circuit may carry.
It holds `valid_s` from each message, or until the time that it says. What the broker kept counts from its arrival too,
as nobody knows since when it stands there; said again after a broken connection, the same words count no longer.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from lib.clock import Clock
from lib.core.gauges import Limited
from lib.feeds.listening import Heard, Listening
from lib.feeds.options import limit_options
from lib.feeds.terms import KEYS, LONGEST_S, Terms, parse_places, parse_terms
from lib.mqtt import Spot, parse_broker, spot_of

EXAMPLE = "mqtt://192.168.1.20/grid/limit"
UNTIL = "until"


def open_mqtt_limit(
    circuit: str, found: Mapping[str, object], secrets: Mapping[str, str], *, clock: Clock
) -> "MqttLimit":
    """What these options describe. Raises FeedSetupError."""
    options = limit_options(found, secrets, KEYS)
    broker, topic = parse_broker(options, such_as=EXAMPLE)
    terms = parse_terms(options, circuit, options.text("title", "") or f"{broker}/{topic}")
    places = parse_places(options, terms)
    spots: dict[str, Spot] = {
        f"limit {place}": spot_of(options, written, topic, name="value", such_as=EXAMPLE)
        for place, written in enumerate(places)
    }
    if until := options.text(UNTIL, ""):
        spots[UNTIL] = spot_of(options, until, topic, name=UNTIL, such_as=EXAMPLE)
    names = [name for name in spots if name != UNTIL]
    quiet_s = LONGEST_S if until else terms.valid_s
    listening = Listening(broker, spots, clock=clock, takes_old=True, quiet_s=quiet_s)
    beside = bool(until) and spots[UNTIL].topic in {spots[name].topic for name in names}
    return MqttLimit(listening, terms, names, beside=beside, clock=clock)


class MqttLimit:
    """See the top of this file, and `Feed`.

    names: of the values in what is heard. beside: the end stands in the same payload, and counts for that one only.
    """

    every_s = 0.0

    def __init__(self, listening: Listening, terms: Terms, names: Sequence[str], *, beside: bool, clock: Clock) -> None:
        self._listening, self._terms, self._names, self._beside, self._clock = listening, terms, names, beside, clock

    async def read(self) -> Limited:
        """Its next word."""
        return await self._listening.next(self._limited)

    async def close(self) -> None:
        """Hang up."""
        await self._listening.close()

    def _limited(self, heard: Mapping[str, Heard]) -> Limited | None:
        if not all(name in heard for name in self._names):
            return None
        values = [heard[name] for name in self._names]
        at_s = min(value.at_s for value in values)
        until = heard.get(UNTIL)
        if until is not None and self._beside and until.count < min(value.count for value in values):
            until = None
        now = self._clock.now() - timedelta(seconds=self._clock.monotonic() - at_s)
        is_old = any(value.is_old for value in values)
        return self._terms.limited(
            [value.value for value in values],
            until=until.value if until else None,
            at_s=at_s,
            now=now,
            by=f"{self._terms.who}, kept by the broker" if is_old else "",
        )
