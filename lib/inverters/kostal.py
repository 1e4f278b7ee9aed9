"""Kostal Plenticore and Piko IQ over Modbus-TCP, port 1502, which their owner switches on in the web interface.

In: an address. Out: what the sun gives, without the battery behind the same inverter. It is read only here. It speaks
to one program at a time. Source: the maker's "Interface description MODBUS (TCP) & SunSpec".
"""

from lib.clock import Clock, WallClock
from lib.core.sun import InverterReading
from lib.inverters import ANSWER_S, RefusedError, UnreachableError
from lib.inverters.wire import open_link, within
from lib.modbus import MISSING, NoError
from lib.modbus.link import Link
from lib.modbus.register import Kind, Register

PORT, UNIT = 1502, 71
POLITE_S = 2.0
LOW_FIRST, HIGH_FIRST = 0, 1  # what register 5 says of numbers of two words
WORD_ORDER = 5
AC_W, YIELD_WH, BATTERY_W = 172, 320, 582  # the battery's: + is what it gives


class Kostal:
    """One Kostal. address: host or host:port. Raises InverterSetupError when it is none."""

    polite_s = POLITE_S

    def __init__(self, address: str, *, unit: int = UNIT, clock: Clock | None = None) -> None:
        self._link: Link = open_link(
            address, kind="a Kostal", unit=unit, port=PORT, hint="Settings, Modbus / SunSpec (TCP)"
        )
        self._clock = clock or WallClock()
        self._low_first: bool | None = None  # the word order; None: it is to be asked for
        self._has_battery = True  # until it says that it knows none

    async def read(self) -> InverterReading:
        """Three or four questions: its word order after each connection, then the numbers."""
        read_s = self._clock.monotonic()
        async with within(ANSWER_S, self._link):
            if not self._link.is_open or self._low_first is None:
                await self._ask_order()
            ac_w = await self._float(AC_W)
            battery_w = await self._ask_battery()
            energy_wh = await self._float(YIELD_WH)
        return InverterReading(
            read_s=read_s,
            power_w=None if ac_w is None else max(0.0, ac_w - battery_w),
            energy_wh=energy_wh,
        )

    async def hold(self, limit_w: float | None) -> None:
        """It is not done."""
        if limit_w is not None:
            raise RefusedError('a Kostal is only read here: to hold it back set make to "sunspec"')

    async def close(self) -> None:
        """Hang up."""
        await self._link.close()

    async def _ask_order(self) -> None:
        """Which word of two comes first; its owner may have changed it."""
        self._low_first = None
        [order] = await self._link.read(WORD_ORDER, 1)
        if order not in {LOW_FIRST, HIGH_FIRST}:
            raise UnreachableError(f"{self._link.where} has a word order of {order}: is it a Kostal?")
        self._low_first = order == LOW_FIRST

    async def _float(self, at: int) -> float | None:
        register = Register(at=at, kind=Kind.FLOAT32, low_first=bool(self._low_first))
        return register.parse(await self._link.read(at, register.size))

    async def _ask_battery(self) -> float:
        """What its battery gives, - is what it takes; 0 for an inverter without one."""
        if not self._has_battery:
            return 0.0
        try:
            words = await self._link.read(BATTERY_W, 1)
        except NoError as error:
            if error.code not in MISSING:
                raise
            self._has_battery = False
            return 0.0
        return Register(at=BATTERY_W, kind=Kind.INT16).parse(words) or 0.0
