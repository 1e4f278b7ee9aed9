"""Any meter that answers a GET with JSON.

In: {"from": "http", "url": …, "l1_a": "phases.0.current", …}, each a path to a part of the answer; see
lib/feeds/quantities.py for what they may be. Out: amperes of the meter's L1-L3.
"""

from collections.abc import Mapping

from lib.clock import Clock
from lib.core.gauges import Gauged
from lib.feeds.clamps import parse_wiring
from lib.feeds.options import every_s, meter_options
from lib.feeds.quantities import PARTS, Quantities, parse_quantities
from lib.feeds.question import Question, part_of

OPTIONS = ("header", "every_s", "scale", *PARTS)


def open_http_meter(
    circuit: str, found: Mapping[str, object], secrets: Mapping[str, str], *, clock: Clock
) -> "HttpMeter":
    """The meter that these options describe. Raises FeedSetupError."""
    options = meter_options(found, secrets, OPTIONS)
    quantities = parse_quantities(options, parse_wiring(options), options.has)
    paths = {part: options.text(part) for part in quantities.parts}
    question = Question(options, such_as="http://192.168.1.90/meter.json")
    return HttpMeter(circuit, question, quantities=quantities, paths=paths, every_s=every_s(options), clock=clock)


class HttpMeter:
    """See the top of this file, and `Feed`."""

    def __init__(
        self,
        circuit: str,
        question: Question,
        *,
        quantities: Quantities,
        paths: Mapping[str, str],
        every_s: float,
        clock: Clock,
    ) -> None:
        self.every_s = every_s
        self._circuit, self._question, self._quantities, self._paths = circuit, question, quantities, paths
        self._clock = clock

    async def read(self) -> Gauged:
        """One question for all."""
        read_s = self._clock.monotonic()
        answer = await self._question.ask()
        who = self._question.who
        said = {part: part_of(who, answer, path) for part, path in self._paths.items()}
        amps = self._quantities.wiring.amps(self._quantities.clamps(who, said))
        return Gauged(circuit=self._circuit, phases_a=amps, read_s=read_s)

    async def close(self) -> None:
        """Hang up."""
        await self._question.close()
