"""The box that plays a battery of SunSpec's model 124 over Modbus-TCP, as a Fronius GEN24 has one.

In: a battery, quirks as attributes. Out: models 1, 103 or 113, 160, 124, 802. Its reversion timer is the battery's
watchdog. Knows no house. Source: the SunSpec Alliance's information models.
"""

from collections.abc import Mapping, Sequence

from pymodbus.constants import ExcCodes

from lib.sim.battery import HomeBattery
from lib.sim.modbus_box import ModbusBox

SUNS = (0x5375, 0x6E53)
NOT_THERE, NO_SIGNED = 0xFFFF, 0x8000
LENGTHS = {1: 66, 103: 50, 113: 60, 160: 88, 124: 24, 802: 62}
STORAGE = 124
MODE, OUT, INTO, WINDOW, TIMER, RAMP, GRID = 5, 12, 13, 14, 15, 16, 17
WRITABLE = frozenset({MODE, 7, OUT, INTO, WINDOW, TIMER, RAMP, GRID})
CHARGE_RULE, DISCHARGE_RULE = 1, 2
EMPTY, DISCHARGING, CHARGING, FULL, HOLDING = 2, 3, 4, 5, 6
LABELS = ("MPPT 1", "MPPT 2", "StCha 3", "StDisCha 4")


class SunSpecBox(ModbusBox):
    """A hybrid inverter with its battery; made with `open_sunspec_box`.

    models: in their order; rate_scale: the scale factor of both rates.

    Attributes:
        battery: what hangs behind it.
        allowed: whether its owner lets Modbus control it.
        timer_works: it keeps the time that is written in RvrtTms.
        any_restarts: any message starts its timer anew, also a question.
        minds_grid: it charges only where ChaGriSet allows it.
        points: what stands in model 124, by offset, as it is written.

    """

    make = "sunspec"

    def __init__(
        self,
        battery: HomeBattery,
        *,
        base: int = 40_000,
        maker: str = "Fronius",
        models: Sequence[int] = (1, 103, 160, 124),
        rate_scale: int = -2,
    ) -> None:
        self.models: dict[int, int] = {}
        at = base + 2
        for number in models:
            self.models[number] = at
            at += 2 + LENGTHS[number]
        super().__init__(unit=1, spans={base: at + 2 - base})
        self.battery = battery
        self.maker = maker
        self.allowed = True
        self.timer_works = True
        self.any_restarts = False
        self.minds_grid = True
        self._base = base
        self._scale = rate_scale
        self._full = round(100 / 10.0**rate_scale)
        self.points = {MODE: 0, OUT: self._full, INTO: self._full, WINDOW: 0, TIMER: 0, RAMP: 0, GRID: 0}
        self._expired = battery.expired

    def words(self) -> Mapping[int, Sequence[int]]:
        """All of them."""
        if self.any_restarts:
            self.battery.refresh()
        if self._expired != self.battery.expired:
            self._expired = self.battery.expired
            self.points |= {MODE: 0, OUT: self._full, INTO: self._full}
        words = [*SUNS]
        for number in self.models:
            words += [number, LENGTHS[number], *[NOT_THERE] * LENGTHS[number]]
        words += [NOT_THERE, 0]
        for number, at in self.models.items():
            for offset, word in self._model(number).items():
                words[at - self._base + offset] = word
        return {self._base: words}

    def take(self, at: int, words: Sequence[int]) -> ExcCodes | None:
        """Only the points of model 124 that are there to be written, one or several."""
        offsets = [at - self.models[STORAGE] + place for place in range(len(words))]
        if not self.allowed or not set(offsets) <= WRITABLE:
            return ExcCodes.ILLEGAL_ADDRESS
        for offset, word in zip(offsets, words, strict=True):
            if offset in {OUT, INTO} and abs(_signed(word)) > self._full:
                return ExcCodes.ILLEGAL_VALUE
        self.points |= {offset: word for offset, word in zip(offsets, words, strict=True) if offset in self.points}
        if not self.timer_works:
            self.points[TIMER] = 0
        self._obey()
        return None

    def restart(self) -> None:
        """As after a power cut: it follows nobody, but keeps its timer."""
        self.points |= {MODE: 0, OUT: self._full, INTO: self._full}
        self._obey()
        super().restart()

    def _obey(self) -> None:
        """What the rules come to; a negative rate is a least power the other way."""
        timer_s = self.points[TIMER]
        self.battery.watchdog_s = float(timer_s) if timer_s else None
        mode = self.points[MODE]
        if not mode & (CHARGE_RULE | DISCHARGE_RULE):
            self.battery.told(None)
            return
        step_w = self.battery.charge_w / self._full
        most_w = _signed(self.points[INTO]) * step_w if mode & CHARGE_RULE else self.battery.charge_w
        least_w = -_signed(self.points[OUT]) * step_w if mode & DISCHARGE_RULE else -self.battery.discharge_w
        power_w = max(least_w, min(most_w, 0.0))
        if power_w > 0 and self.minds_grid and not self.points[GRID]:
            power_w = 0.0
        self.battery.told(power_w)

    def _model(self, number: int) -> Mapping[int, int]:
        """What is there, by offset."""
        battery = self.battery
        match number:
            case 1:
                return {**_text(2, self.maker, 16), **_text(18, "Symo GEN24 6.0", 16), **_text(50, "29301000001", 16)}
            case 103:
                return {14: max(0, -battery.power_w), 15: 0}
            case 113:  # the same in floats, of which it says none
                return {}
            case 160:
                watts = (0, 0, max(0, battery.power_w), max(0, -battery.power_w))
                counted_wh = (0, 0, int(battery.charged_wh), int(battery.discharged_wh))
                found = {4: 0, 5: 0, 8: 4}
                for string, (watt, wh, label) in enumerate(zip(watts, counted_wh, LABELS, strict=True)):
                    at = 10 + 20 * string
                    found |= {at: string + 1, **_text(at + 1, label, 8), at + 11: watt, at + 12: wh >> 16, at + 13: wh}
                return found
            case 124:
                soc = round(battery.soc_pct * 100)
                scales = {18: 0, 21: 0, 22: -2, 25: self._scale}
                return {2: battery.charge_w, 7: 5, 8: soc, 11: self._state, **self.points, **scales}
            case _:
                return {11: round(battery.soc_pct * 10), 47: -battery.power_w, 56: -1, 63: 0}

    @property
    def _state(self) -> int:
        if self.battery.power_w:
            return CHARGING if self.battery.power_w > 0 else DISCHARGING
        return FULL if self.battery.takes_w == 0 else EMPTY if self.battery.gives_w == 0 else HOLDING


def _text(at: int, text: str, length: int) -> dict[int, int]:
    data = text.encode().ljust(2 * length, b"\0")
    return {at + place: int.from_bytes(data[2 * place : 2 * place + 2], "big") for place in range(length)}


def _signed(word: int) -> int:
    return word - 0x1_0000 if word & 0x8000 else word


async def open_sunspec_box(
    battery: HomeBattery,
    port: int = 0,
    *,
    base: int = 40_000,
    maker: str = "Fronius",
    models: Sequence[int] = (1, 103, 160, 124),
    rate_scale: int = -2,
) -> SunSpecBox:
    """A box on TCP port `port` of this machine; 0 takes a free one. Raises OSError when the port is in use."""
    box = SunSpecBox(battery, base=base, maker=maker, models=models, rate_scale=rate_scale)
    await box.listen(port)
    return box
