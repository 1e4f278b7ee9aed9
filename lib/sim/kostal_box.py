"""The box that speaks as a Kostal Plenticore does over Modbus-TCP: unit 71, floats of two words in either order.

In: panels, quirks as attributes. Out: its registers. Knows no house. Source: the maker's list of registers.
"""

import asyncio
import struct
from collections.abc import Mapping, Sequence

from pymodbus.constants import ExcCodes

from lib.sim.modbus_box import ModbusBox
from lib.sim.panels import Panels, Yield

UNIT = 71
ORDER, AC_W, YIELD_WH, BATTERY_W = 5, 172, 320, 582


class KostalBox(ModbusBox):
    """A Plenticore with its panels; made with `open_kostal_box`.

    Attributes:
        high_first: the order that register 5 tells: the high word of two first; it is delivered the other way round.
        order: what register 5 says instead; None: the truth.
        battery_w: what its battery gives, - is what it takes; None: it is of a kind that knows no battery.
        knows_power: else it says not-a-number.

    """

    def __init__(self, panels: Panels, *, has_battery: bool = True) -> None:
        battery = {BATTERY_W: 1} if has_battery else {}
        super().__init__(unit=UNIT, spans={ORDER: 1, AC_W: 2, YIELD_WH: 2, **battery})
        self.high_first = False
        self.order: int | None = None
        self.battery_w: int | None = 0 if has_battery else None
        self.knows_power = True
        self.counted = Yield(panels)
        self._panels = panels

    def words(self) -> Mapping[int, Sequence[int]]:
        """All of them."""
        self.counted.look(asyncio.get_running_loop().time())
        ac_w = self._panels.power_w + (self.battery_w or 0) if self.knows_power else float("nan")
        shown: dict[int, Sequence[int]] = {
            ORDER: [int(self.high_first) if self.order is None else self.order],
            AC_W: self._float(ac_w),
            YIELD_WH: self._float(self.counted.wh),
        }
        if self.battery_w is not None:
            shown[BATTERY_W] = [self.battery_w]
        return shown

    def take(self, at: int, words: Sequence[int]) -> ExcCodes | None:
        """Nothing is written here."""
        del at, words
        return ExcCodes.ILLEGAL_ADDRESS

    def _float(self, value: float) -> list[int]:
        high, low = struct.unpack(">2H", struct.pack(">f", value))
        return [high, low] if self.high_first else [low, high]


async def open_kostal_box(panels: Panels, port: int = 0, *, has_battery: bool = True) -> KostalBox:
    """A box on TCP port `port` of this machine. Raises OSError when the port is in use."""
    box = KostalBox(panels, has_battery=has_battery)
    await box.listen(port)
    return box
