"""Any meter whose values come over MQTT.

In: {"from": "mqtt", "url": "mqtt://USER@HOST/TOPIC", "l1_a": "a.current", …}: each a part of the payload of that topic,
"" all of it, or with a slash in it another TOPIC or TOPIC#PART; see lib/feeds/quantities.py for what they may be.
Out: amperes of the meter's L1-L3, as old as the oldest of them. What the broker kept may be hours old and is passed
over.
"""

from collections.abc import Mapping

from lib.clock import Clock
from lib.core.gauges import Gauged
from lib.feeds.clamps import parse_wiring
from lib.feeds.listening import Heard, Listening
from lib.feeds.options import meter_options
from lib.feeds.quantities import PARTS, Quantities, parse_quantities
from lib.mqtt import parse_broker, parse_spot

EXAMPLE = "mqtt://192.168.1.20/shellies/carport/power"
OPTIONS = ("scale", *PARTS)
QUIET_S = 30.0


def open_mqtt_meter(
    circuit: str, found: Mapping[str, object], secrets: Mapping[str, str], *, clock: Clock
) -> "MqttMeter":
    """The meter that these options describe. Raises FeedSetupError."""
    options = meter_options(found, secrets, OPTIONS)
    broker, topic = parse_broker(options, such_as=EXAMPLE)
    quantities = parse_quantities(options, parse_wiring(options), options.has)
    spots = {part: parse_spot(options, part, topic, such_as=EXAMPLE) for part in quantities.parts}
    listening = Listening(
        broker, {part: spot for part, spot in spots.items() if spot}, clock=clock, takes_old=False, quiet_s=QUIET_S
    )
    return MqttMeter(circuit, listening, who=options.text("title", "") or topic, quantities=quantities)


class MqttMeter:
    """See the top of this file, and `Feed`."""

    every_s = 0.0

    def __init__(self, circuit: str, listening: Listening, *, who: str, quantities: Quantities) -> None:
        self._circuit, self._listening, self._who, self._quantities = circuit, listening, who, quantities

    async def read(self) -> Gauged:
        """Its next word."""
        return await self._listening.next(self._gauged)

    async def close(self) -> None:
        """Hang up."""
        await self._listening.close()

    def _gauged(self, heard: Mapping[str, Heard]) -> Gauged | None:
        if not all(part in heard for part in self._quantities.parts):
            return None
        said = {part: one.value for part, one in heard.items()}
        amps = self._quantities.wiring.amps(self._quantities.clamps(self._who, said))
        return Gauged(circuit=self._circuit, phases_a=amps, read_s=min(one.at_s for one in heard.values()))
