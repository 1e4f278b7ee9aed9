"""The box that plays a Victron GX with an ESS behind it, over Modbus-TCP: unit 100, told what shall flow at the meter.

In: a battery, quirks as attributes. Out: its registers. It keeps the grid where it was told by its own meter. Knows no
house. Source: Victron's list of Modbus-TCP registers.
"""

from collections.abc import Callable, Mapping, Sequence

from pymodbus.constants import ExcCodes

from lib.sim.battery import HomeBattery
from lib.sim.modbus_box import ModbusBox

UNIT = 100
GRID, SOURCE, BATTERY, OWN, FLEETING, LIMIT, ESS, DYNAMIC = 820, 826, 840, 2700, 2716, 2720, 2900, 5400
VOLTS = 52.0
CHARGING, DISCHARGING, IDLE = 1, 2, 0
NO_LIMIT = -1
OWN_GRID_W = 50  # as it comes out of its box


class VictronBox(ModbusBox):
    """A GX on the wall; made with `open_victron_box`. is_new: with Venus 3.50 or newer, which has register 2716.

    Attributes:
        battery: what hangs behind it.
        grid_w: what its own meter sees.
        fleeting_w: what register 2716 holds, 0 while its own setpoint counts; own_w: that, register 2700.
        flash: how often the flash was written.
        dynamic_ess: 0 while it does not steer; mode: 1 or 2 of its own, 3 for another's; kept: 9 to keep it charged.
        most_charge_a, most_discharge_w: what its owner allows, -1 for all.

    """

    make = "victron"

    def __init__(self, battery: HomeBattery, *, grid_w: Callable[[], float] | None = None, is_new: bool = True) -> None:
        spans = {
            GRID: 3,
            SOURCE: 1,
            BATTERY: 5,
            OWN: 7,
            ESS: 4,
            **({FLEETING: 2, LIMIT: 4, DYNAMIC: 1} if is_new else {}),
        }
        super().__init__(unit=UNIT, spans=spans)
        self.battery = battery
        self.grid_w: Callable[[], float] = grid_w or (lambda: 0.0)
        self.fleeting_w = 0
        self.own_w = OWN_GRID_W
        self.flash = 0
        self.dynamic_ess = 0
        self.mode = 1
        self.kept = 10
        self.most_charge_a = NO_LIMIT
        self.most_discharge_w = NO_LIMIT
        self._is_new = is_new

    def words(self) -> Mapping[int, Sequence[int]]:
        """All of them."""
        power_w = self.battery.power_w
        state = CHARGING if power_w > 0 else DISCHARGING if power_w < 0 else IDLE
        limit = NO_LIMIT if self.most_discharge_w == NO_LIMIT else self.most_discharge_w // 10
        shown: dict[int, Sequence[int]] = {
            GRID: [round(self.grid_w()), 0, 0],
            SOURCE: [1],
            BATTERY: [round(VOLTS * 10), round(power_w / VOLTS * 10), power_w, round(self.battery.soc_pct), state],
            OWN: [self.own_w, 100, 100, self.own_w // 100, limit, self.most_charge_a, NO_LIMIT],
            ESS: [self.kept, 100, self.mode, 0],
        }
        if self._is_new:
            shown |= {
                FLEETING: _two(self.fleeting_w),
                LIMIT: [*_two(self.most_discharge_w), *_two(NO_LIMIT)],
                DYNAMIC: [self.dynamic_ess],
            }
        return shown

    def take(self, at: int, words: Sequence[int]) -> ExcCodes | None:
        """The two setpoints; one of 32 bits comes whole or not at all."""
        if at == FLEETING and len(words) == 2:
            self.fleeting_w = _signed(words[0] << 16 | words[1], 32)
        elif at == OWN and len(words) == 1:
            self.own_w = _signed(words[0], 16)
            self.flash += 1
        else:
            return ExcCodes.ILLEGAL_ADDRESS
        self._obey()
        return None

    def restart(self) -> None:
        """As after a power cut: what was only in memory is gone."""
        self.fleeting_w = 0
        self._obey()
        super().restart()

    def _obey(self) -> None:
        if self.fleeting_w:
            self.battery.told_grid(self.fleeting_w)
        elif self.own_w != OWN_GRID_W:
            self.battery.told_grid(self.own_w)
        else:
            self.battery.told_grid(None)


def _two(value: int) -> list[int]:
    return [value >> 16 & 0xFFFF, value & 0xFFFF]


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value


async def open_victron_box(
    battery: HomeBattery, port: int = 0, *, grid_w: Callable[[], float] | None = None, is_new: bool = True
) -> VictronBox:
    """A box on TCP port `port` of this machine; 0 takes a free one. Raises OSError when the port is in use."""
    box = VictronBox(battery, grid_w=grid_w, is_new=is_new)
    await box.listen(port)
    return box
