"""IAMMETER's Wi-Fi meters over their local API: WEM3080T and its kin with three phases, WEM3080 and WEM3162 with one.

In: {"from": "iammeter", "url": …}. Out: amperes of the meter's L1-L3. /monitorjson, in newer firmware /api/monitorjson,
tells for each phase volts, amperes, watts and more; the current has no sign, the power has, + is drawn. A fourth row is
the sum of all three. Source: the maker's description of the JSON.
"""

from collections.abc import Mapping
from typing import Any

from lib.clock import Clock
from lib.core.gauges import Gauged
from lib.feeds import FeedError
from lib.feeds.box import ANSWER_S, KEYS, open_box, told
from lib.feeds.clamps import Wiring, measured, parse_wiring, signed_a
from lib.feeds.options import every_s, meter_options
from lib.http import Box

KIND = "an IAMMETER"
PATHS = ("monitorjson", "api/monitorjson")
PHASES = 3


def open_iammeter(circuit: str, found: Mapping[str, object], secrets: Mapping[str, str], *, clock: Clock) -> "IamMeter":
    """The meter that these options describe. Raises FeedSetupError."""
    options = meter_options(found, secrets, KEYS)
    box = open_box(options, kind=KIND)
    return IamMeter(circuit, box=box, wiring=parse_wiring(options), every_s=every_s(options), clock=clock)


class IamMeter:
    """See the top of this file, and `Feed`."""

    def __init__(self, circuit: str, *, box: Box, wiring: Wiring, every_s: float, clock: Clock) -> None:
        self.every_s = every_s
        self._circuit, self._box, self._wiring, self._clock = circuit, box, wiring, clock
        self._path = PATHS[0]

    async def read(self) -> Gauged:
        """One question for all."""
        read_s = self._clock.monotonic()
        async with self._box.within(ANSWER_S):
            answer = await self._box.ask(self._path)
            if answer.status == 404:
                self._path = PATHS[self._path == PATHS[0]]
                answer = await self._box.ask(self._path)
        clamps = self._clamps(told(self._box, "iammeter", answer))
        return Gauged(circuit=self._circuit, phases_a=self._wiring.amps(clamps), read_s=read_s)

    async def close(self) -> None:
        """Hang up."""
        await self._box.close()

    def _clamps(self, said: Mapping[str, Any]) -> list[float]:
        rows = said.get("Datas")
        if isinstance(rows, list) and len(rows) >= PHASES:
            return [self._clamp(row, f"phase {phase}") for phase, row in zip("ABC", rows, strict=False)]
        row = said.get("Data", said.get("data"))
        if row is None:
            raise FeedError(f"{self._box.where} answers, but with no measurement in it: is it {KIND}?")
        return [self._clamp(row, "its phase")]

    def _clamp(self, row: object, phase: str) -> float:
        """Of volts, amperes, watts."""
        numbers = [*row, None, None, None] if isinstance(row, list) else [None, None, None]
        current_a = measured(self._box.where, f"the amperes of {phase}", numbers[1])
        return signed_a(current_a, measured(self._box.where, f"the watts of {phase}", numbers[2]))
