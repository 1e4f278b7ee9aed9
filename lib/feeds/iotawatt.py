"""An IoTaWatt over its local API: clamps that their owner has given names, and sums of them, its "outputs".

In: {"from": "iotawatt", "url": …, "inputs": ("Main_L1", "Main_L2", "Main_L3")}. Out: amperes of the meter's L1-L3.
The names stand in /config.txt, which is read at the start and after each trouble; /status tells watts and power factor
of each clamp by its number, and volts. Its watts are texts, with a sign, and 0 below 2 W. Its log-in is a digest (MD5).
Source: the firmware's own web server.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from lib.clock import Clock
from lib.core.gauges import Gauged
from lib.feeds import FeedError, FeedSetupError
from lib.feeds.box import ANSWER_S, KEYS, open_box, told
from lib.feeds.clamps import VOLTS, Wiring, measured, parse_wiring, signed_a
from lib.feeds.options import every_s, meter_options
from lib.http import Box
from lib.payload import number

KIND = "an IoTaWatt"
LIVELY_V = 50.0  # an adapter that shows less hangs on no phase


def open_iotawatt(circuit: str, found: Mapping[str, object], secrets: Mapping[str, str], *, clock: Clock) -> "IotaWatt":
    """The meter that these options describe. Raises FeedSetupError."""
    options = meter_options(found, secrets, (*KEYS, "inputs"))
    return IotaWatt(
        circuit,
        box=open_box(options, kind=KIND, digest=True),
        inputs=options.texts("inputs", such_as='("Main_L1", "Main_L2", "Main_L3")', most=3),
        wiring=parse_wiring(options),
        every_s=every_s(options),
        clock=clock,
    )


class IotaWatt:
    """See the top of this file, and `Feed`. inputs: of clamps or outputs, by their names there."""

    def __init__(
        self, circuit: str, *, box: Box, inputs: Sequence[str], wiring: Wiring, every_s: float, clock: Clock
    ) -> None:
        self.every_s = every_s
        self._circuit, self._box, self._inputs, self._wiring, self._clock = circuit, box, inputs, wiring, clock
        self._channels: Mapping[str, int] | None = None  # of the clamps, by name; None: to be asked

    async def read(self) -> Gauged:
        """One question for all."""
        read_s = self._clock.monotonic()
        try:
            async with self._box.within(ANSWER_S):
                if self._channels is None:
                    self._channels = _channels(told(self._box, "iotawatt", await self._box.ask("config.txt")))
                answer = await self._box.ask("status", {"inputs": "yes", "outputs": "yes"})
                clamps = self._clamps(told(self._box, "iotawatt", answer), self._channels)
                return Gauged(circuit=self._circuit, phases_a=self._wiring.amps(clamps), read_s=read_s)
        except FeedError:
            self._channels = None  # its owner may have named them anew
            raise

    async def close(self) -> None:
        """Hang up."""
        await self._box.close()

    def _clamps(self, status: Mapping[str, Any], channels: Mapping[str, int]) -> list[float]:
        inputs = {row["channel"]: row for row in _rows(status.get("inputs")) if type(row.get("channel")) is int}
        outputs = {str(row.get("name")): row for row in _rows(status.get("outputs"))}
        volts = [found for row in inputs.values() if (found := number(row.get("Vrms"))) and found > LIVELY_V]
        mean_v = sum(volts) / len(volts) if volts else VOLTS
        clamps = []
        for name in self._inputs:
            if name in channels and channels[name] in inputs:
                clamps.append(self._input_a(name, inputs[channels[name]], mean_v))
            elif name in outputs:
                clamps.append(self._output_a(name, outputs[name], mean_v))
            else:
                has = ", ".join([*channels, *outputs]) or "none at all"
                raise FeedSetupError(f'{self._box.where} has no input or output "{name}"; it has {has}')
        return clamps

    def _input_a(self, name: str, row: Mapping[str, Any], volts: float) -> float:
        """Of a clamp: its watts by its power factor, which is 0 where nothing flows."""
        power_w = measured(self._box.where, f'the watts of "{name}"', row.get("Watts"))
        factor = number(row.get("Pf"))
        return signed_a(power_w / volts / (min(1.0, abs(factor)) if factor else 1.0), power_w)

    def _output_a(self, name: str, row: Mapping[str, Any], volts: float) -> float:
        """Of an output, which its owner has worked out there in watts or in amperes."""
        value = measured(self._box.where, f'"{name}"', row.get("value"))
        match str(row.get("units", "")).lower():
            case "amps":
                return value
            case "watts":
                return value / volts
            case units:
                raise FeedSetupError(f'{self._box.where}: "{name}" is in {units or "no unit"}; take watts or amps')


def _channels(config: Mapping[str, Any]) -> dict[str, int]:
    """The number of each clamp that has a name."""
    rows = _rows(config.get("inputs"))
    return {str(row["name"]): row["channel"] for row in rows if row.get("name") and type(row.get("channel")) is int}


def _rows(found: object) -> list[Mapping[str, Any]]:
    """The objects of a list; unused inputs are null there."""
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
