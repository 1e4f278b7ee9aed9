"""The box that plays a SunSpec inverter over Modbus-TCP, with its own timer that lets go what was held back.

In: panels, quirks as attributes. Out: models 1, 101-103 or 111-113, 120, 121, 123, and with a battery 124 and 160.
Knows no house. Source: the SunSpec Alliance's information models.
"""

import asyncio
import struct
from collections.abc import Mapping, Sequence

from pymodbus.constants import ExcCodes

from lib.sim.modbus_box import ModbusBox
from lib.sim.panels import HeldPanels, Yield

SUNS = (0x5375, 0x6E53)
NOT_THERE, NO_SIGNED = 0xFFFF, 0x8000
LENGTHS = {1: 66, 101: 50, 102: 50, 103: 50, 111: 60, 112: 60, 113: 60, 120: 26, 121: 30, 123: 24, 124: 24, 160: 88}
SLEEPING, FEEDING, THROTTLED, FAULT = 2, 4, 5, 7
LIMIT, TIMER, ENABLED, LIMIT_SCALE = 5, 7, 9, 23
WHOLE_SCALE, LIMIT_STEP = 1, 0.01  # W are told in tens, limits in hundredths of a percent
UNIT = 1


class SunSpecInverterBox(ModbusBox):
    """An inverter of `most_w` with its panels; made with `open_sunspec_inverter_box`. A model of 0 is no inverter.

    Attributes:
        sleeps: it answers that it does, and has no power to tell; mute: it has none either, and does not say why.
        faulty: it is in fault.
        allowed: whether its owner lets Modbus hold it back; else it refuses that.
        timer_s: its timer stays at this, whatever is written; None: it takes what is written.
        deaf: it takes what is written and does nothing.
        speed: its timer runs so much faster.
        battery_w: what goes into the battery behind it, - is what that gives.
        limit_w: what it is held back to now; expired: how often its timer let it go.

    """

    def __init__(
        self,
        panels: HeldPanels,
        *,
        most_w: int = 5_000,
        model: int = 103,
        base: int = 40_000,
        has_control: bool = True,
        has_battery: bool = False,
    ) -> None:
        self.models: dict[int, int] = {}
        at = base + 2
        for number in (
            1,
            *((model,) if model else ()),
            120,
            121,
            *((123,) if has_control else ()),
            *((124, 160) if has_battery else ()),
        ):
            self.models[number] = at
            at += 2 + LENGTHS[number]
        super().__init__(unit=UNIT, spans={base: at + 2 - base})
        self.sleeps = self.mute = self.faulty = self.deaf = False
        self.allowed = True
        self.timer_s: int | None = None
        self.has_timer = True
        self.speed = 1.0
        self.battery_w = 0.0
        self.most_w = most_w
        self.expired = 0
        self.counted = Yield(panels)
        self._base, self._end, self._model = base, at, model
        self._panels = panels
        self._control = {LIMIT: 10_000, TIMER: 0, ENABLED: 0}
        self._reverting: asyncio.TimerHandle | None = None

    @property
    def limit_w(self) -> float | None:
        """To what it is held back."""
        return self.most_w * self._control[LIMIT] * LIMIT_STEP / 100 if self._control[ENABLED] else None

    def leave(self, *, limit_w: float, timer_s: int) -> None:
        """Another program holds it back, and is gone."""
        self._control = {LIMIT: round(limit_w / self.most_w * 10_000), TIMER: timer_s, ENABLED: 1}
        self._obey()

    def words(self) -> Mapping[int, Sequence[int]]:
        """All of them."""
        self.counted.look(asyncio.get_running_loop().time())
        words = [*SUNS]
        for number in self.models:
            words += [number, LENGTHS[number], *[NOT_THERE] * LENGTHS[number]]
        words += [0xFFFF, 0]
        for number, values in self._values().items():
            for offset, word in values.items():
                words[self.models[number] - self._base + offset] = word
        return {self._base: words}

    def take(self, at: int, words: Sequence[int]) -> ExcCodes | None:
        """Only model 123 is written, one point or several."""
        offsets = [at - self.models.get(123, self._end) + place for place in range(len(words))]
        if not self.allowed or not set(offsets) <= set(range(2, 23)):
            return ExcCodes.ILLEGAL_ADDRESS
        if self.deaf:
            return None
        for offset, word in zip(offsets, words, strict=True):
            if offset == LIMIT and word > 10_000:
                return ExcCodes.ILLEGAL_VALUE
            if offset in self._control:
                self._control[offset] = word
        self._obey()
        return None

    def unplug(self) -> None:
        """It is over: no timer runs any more. Until then it does, also when nobody can ask."""
        if self._reverting:
            self._reverting.cancel()

    def _obey(self) -> None:
        """Do as it is told, and wind up its timer."""
        if self._reverting:
            self._reverting.cancel()
            self._reverting = None
        if self.timer_s is not None:
            self._control[TIMER] = self.timer_s
        if self._control[ENABLED] and self._control[TIMER]:
            wait_s = self._control[TIMER] / self.speed
            self._reverting = asyncio.get_running_loop().call_later(wait_s, self._revert)
        self._panels.hold(self.limit_w)

    def _revert(self) -> None:
        self.expired += 1
        self._control[ENABLED] = 0
        self._panels.hold(None)

    def _values(self) -> Mapping[int, Mapping[int, int]]:
        """What is there, by model and offset."""
        state = FEEDING if self.limit_w is None else THROTTLED
        state = SLEEPING if self.sleeps else FAULT if self.faulty else state
        power_w, no_power = self._panels.power_w - self.battery_w, self.sleeps or self.mute
        found: dict[int, Mapping[int, int]] = {
            120: {3: self.most_w, 4: 0},
            121: {2: self.most_w // 10, 22: WHOLE_SCALE},
        }
        if not self._model:
            pass  # a meter, say
        elif self._model > 110:
            power = (0x7FC0, 0) if no_power else _float(power_w)
            energy = _float(self.counted.wh)
            found[self._model] = {22: power[0], 23: power[1], 32: energy[0], 33: energy[1], 48: state, 49: 306}
        else:
            wh = int(self.counted.wh)
            power_words = {14: NO_SIGNED, 15: NO_SIGNED} if no_power else {14: round(power_w / 10), 15: WHOLE_SCALE}
            found[self._model] = {**power_words, 24: wh >> 16, 25: wh, 26: 0, 38: state, 39: 306}
        if 123 in self.models:
            timer = {} if self.has_timer else {TIMER: NOT_THERE}
            found[123] = {**self._control, LIMIT_SCALE: -2, **timer}
        if 160 in self.models:
            strings = (self._panels.power_w / 2, self._panels.power_w / 2, max(0.0, self.battery_w))
            watts = (*strings, max(0.0, -self.battery_w))
            found[160] = {4: 0, 8: 4, **{21 + 20 * string: round(watt) for string, watt in enumerate(watts)}}
        return found


def _float(value: float) -> tuple[int, int]:
    high, low = struct.unpack(">2H", struct.pack(">f", value))
    return high, low


async def open_sunspec_inverter_box(
    panels: HeldPanels,
    port: int = 0,
    *,
    most_w: int = 5_000,
    model: int = 103,
    base: int = 40_000,
    has_control: bool = True,
    has_battery: bool = False,
) -> SunSpecInverterBox:
    """A box on TCP port `port` of this machine. Raises OSError when the port is in use."""
    box = SunSpecInverterBox(
        panels, most_w=most_w, model=model, base=base, has_control=has_control, has_battery=has_battery
    )
    await box.listen(port)
    return box
