"""The box that speaks as a Marstek Venus does over Modbus-TCP, of version 2 or 3.

In: a battery with a watchdog, quirks as attributes. Out: its registers. Control is taken with one word and lost some
time after; other registers may be written without it, and then do nothing. Knows no house. Source: the maker's list of
registers, and what users found.
"""

from collections.abc import Mapping, Sequence

from pymodbus.constants import ExcCodes

from lib.sim.battery import HomeBattery
from lib.sim.modbus_box import ModbusBox

WRITE_MANY = 16
TAKE, GIVE_BACK = 21_930, 21_947
CONTROL, DIRECTION, TO_PCT, CHARGE_W, DISCHARGE_W, OWN_MODE = 42_000, 42_010, 42_011, 42_020, 42_021, 43_000
MOST_W = 2_500
WATCHDOG_S = 90.0  # what its battery's should be
LIMITS = {DIRECTION: 2, TO_PCT: 100, CHARGE_W: MOST_W, DISCHARGE_W: MOST_W, OWN_MODE: 2}
SOC = {2: 32_104, 3: 34_002}
POWER = {2: 32_202, 3: 30_006}


class MarstekBox(ModbusBox):
    """A Venus before a battery; made with `open_marstek_box`. It takes orders by function 6 alone.

    Attributes:
        battery: behind it, with the watchdog of a Venus.
        drops: it lets go of control as soon as it was taken.

    """

    make = "marstek"

    def __init__(self, battery: HomeBattery, *, version: int = 3) -> None:
        words = 2 if version == 2 else 1
        fixed = {CONTROL: 1, DIRECTION: 2, CHARGE_W: 2, OWN_MODE: 1, 44_002: 2}
        super().__init__(unit=1, spans={SOC[version]: 1, POWER[version]: words} | fixed)
        self.battery = battery
        self.version = version
        self.drops = False
        self._set = dict.fromkeys(LIMITS, 0) | {OWN_MODE: 1}

    def drop(self) -> None:
        """It lets go of control by itself."""
        self.battery.told(None)

    def by_hand(self, *, power_w: int) -> None:
        """Another program, which has control too, sets another power, + into the battery."""
        self._set[DIRECTION] = 1 if power_w > 0 else 2 if power_w else 0
        self._set[CHARGE_W if power_w > 0 else DISCHARGE_W] = abs(power_w)
        self._obey(anew=True)

    def words(self) -> Mapping[int, Sequence[int]]:
        """All of them."""
        power_w = -self.battery.power_w
        soc_pct = self.battery.soc_pct
        power = [power_w >> 16 & 0xFFFF, power_w & 0xFFFF] if self.version == 2 else [power_w & 0xFFFF]
        return {
            SOC[self.version]: [round(soc_pct if self.version == 2 else 10 * soc_pct)],
            POWER[self.version]: power,
            CONTROL: [TAKE if self.battery.is_told else GIVE_BACK],
            44_002: [MOST_W, MOST_W],
            **{at: [word] for at, word in self._set.items()},
        }

    def take(self, at: int, words: Sequence[int]) -> ExcCodes | None:
        """One word."""
        word = words[0]
        if at == CONTROL and word in {TAKE, GIVE_BACK}:
            if word == TAKE and not self.drops:
                self._obey(anew=True)
            else:
                self.battery.told(None)
            return None
        if at not in LIMITS:
            return ExcCodes.ILLEGAL_VALUE if at == CONTROL else ExcCodes.ILLEGAL_ADDRESS
        if word > LIMITS[at]:
            return ExcCodes.ILLEGAL_VALUE
        self._set[at] = word
        if self.battery.is_told:
            self._obey(anew=False)
        return None

    def _obey(self, *, anew: bool) -> None:
        """Do what the registers say; anew: its watchdog starts again, which other words than TAKE do not do."""
        power_w = {0: 0, 1: self._set[CHARGE_W], 2: -self._set[DISCHARGE_W]}[self._set[DIRECTION]]
        self.battery.told(float(power_w), anew=anew)

    async def _act(
        self, function: int, first: int, at: int, count: int, registers: list[int], new: list[int] | list[bool] | None
    ) -> ExcCodes | None:
        """As every box does, but that it cannot take several words at once."""
        if function == WRITE_MANY:
            return ExcCodes.ILLEGAL_FUNCTION
        return await super()._act(function, first, at, count, registers, new)


async def open_marstek_box(battery: HomeBattery, port: int = 0, *, version: int = 3) -> MarstekBox:
    """A box on TCP port `port` of this machine. Raises OSError when the port is in use."""
    box = MarstekBox(battery, version=version)
    await box.listen(port)
    return box
