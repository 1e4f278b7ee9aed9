"""Inverters that keep to SunSpec over Modbus-TCP: Fronius, SolarEdge, SMA, Kostal and others.

In: an address, to what the sun is held back. Out: what the sun gives, without the battery behind the same inverter.
The models are found by walking through them: 101 to 103 or 111 to 113 for the power, 160 for strings, 120 and 121 for
the size, 123 to hold back. Held back it is only with the inverter's own timer, which lets it go when we fall silent.
Source: the SunSpec Alliance's information models.
"""

from collections.abc import Mapping
from math import floor

from lib.clock import Clock, WallClock
from lib.core.sun import LIMIT_S, InverterReading
from lib.inverters import ANSWER_S, RefusedError, UnreachableError
from lib.inverters.wire import open_link, within
from lib.modbus import NoError
from lib.modbus.link import Link
from lib.modbus.register import Kind
from lib.modbus.sunspec import Place, Words, read_model, scan

POLITE_S = 2.0
SCAN_S = 25.0  # some twenty questions, once
WHOLE, FLOATS = (103, 102, 101), (113, 112, 111)
OFF, SLEEPING, FAULT, STANDBY = 1, 2, 7, 8  # states of an inverter; in the others it feeds in
SIZE, SETTINGS, CONTROLS, STORAGE, STRINGS = 120, 121, 123, 124, 160
LIMIT, TIMER, ENABLED, LIMIT_SCALE = 5, 7, 9, 23  # in model 123: % of the size, s, 1 while it holds
FIRST_STRING, STRING_SIZE, STRING_W, STRINGS_SCALE = 10, 20, 11, 4  # in model 160
CHARGES, GIVES = 2, 3  # the third and fourth string of an inverter with a battery
LONGEST_TIMER_S = 300.0
MOST_STEPS = 0xFFFE  # of a limit, as it is written


class SunSpec:
    """One inverter. address: host or host:port. Raises InverterSetupError when it is none."""

    polite_s = POLITE_S

    def __init__(self, address: str, *, unit: int = 1, clock: Clock | None = None) -> None:
        self._link: Link = open_link(address, kind="a SunSpec inverter", unit=unit)
        self._clock = clock or WallClock()
        self._models: Mapping[int, Place] = {}
        self._most_w: float | None = None

    async def read(self) -> InverterReading:
        """Its power, and what it is held back to. The first reading looks for its models, and may take 25 s."""
        await self._meet()
        read_s = self._clock.monotonic()
        async with within(ANSWER_S, self._link):
            number = next(model for model in WHOLE + FLOATS if model in self._models)
            inverter = await self._words(number, most=40 if number in WHOLE else 50)
            stored_w = await self._ask_stored()
            control = await self._words(CONTROLS) if CONTROLS in self._models else None
        if number in WHOLE:
            power_w, energy_wh = inverter.value(14, Kind.INT16, scale=15), inverter.value(24, Kind.UINT32, scale=26)
            state, inside = inverter.value(38), inverter.value(39)
        else:
            power_w, energy_wh = inverter.value(22, Kind.FLOAT32), inverter.value(32, Kind.FLOAT32)
            state, inside = inverter.value(48), inverter.value(49)
        if power_w is None and state in {OFF, SLEEPING, STANDBY}:
            power_w = 0.0
        return InverterReading(
            read_s=read_s,
            power_w=None if power_w is None else max(0.0, power_w + stored_w),
            energy_wh=energy_wh,
            most_w=self._most_w,
            limit_w=None if control is None else self._held_w(control),
            able=control is not None and self._is_able(control),
            asleep=state == SLEEPING and not power_w,
            fault="" if state != FAULT else f"the inverter is in fault (its own state {inside or 0:.0f})",
        )

    async def hold(self, limit_w: float | None) -> None:
        """Timer first, which must stand before anything else is told; then the limit, then the switch."""
        await self._meet()
        async with within(ANSWER_S, self._link):
            try:
                await self._tell(limit_w)
            except NoError as error:
                raise RefusedError(f"{error}; is control over Modbus allowed in its web interface?") from error

    async def close(self) -> None:
        """Hang up."""
        await self._link.close()

    async def _meet(self) -> None:
        """Find its models and its size, once."""
        if self._models:
            return
        async with within(SCAN_S, self._link):
            models = await scan(self._link)
            if not any(number in models for number in WHOLE + FLOATS):
                raise UnreachableError(f"{self._link.where} has no model of an inverter: is unit {self._link.unit} it?")
            sizes_w = []
            for number, at, scale in ((SETTINGS, 2, 22), (SIZE, 3, 4)):
                if number in models:
                    sizes_w.append((await read_model(self._link, models[number])).value(at, scale=scale))
        self._most_w = next((size_w for size_w in sizes_w if size_w), None)
        self._models = models

    async def _words(self, number: int, *, most: int | None = None) -> Words:
        """The words of a model, or its first `most`; where they are no longer, all is looked for anew."""
        try:
            words = await read_model(self._link, self._models[number], most=most)
        except NoError:
            self._models = {}
            raise
        if words.value(0) != number:
            self._models = {}
            raise UnreachableError(f"{self._link.where} has moved its models: does it start anew?")
        return words

    async def _ask_stored(self) -> float:
        """What its own battery takes, - is what that gives; 0 without one."""
        if STORAGE not in self._models or STRINGS not in self._models:
            return 0.0
        strings = await self._words(STRINGS, most=FIRST_STRING + 4 * STRING_SIZE)
        if (strings.value(8) or 0) <= GIVES:
            return 0.0
        charges_w, gives_w = (
            strings.value(FIRST_STRING + STRING_SIZE * string + STRING_W, scale=STRINGS_SCALE) or 0.0
            for string in (CHARGES, GIVES)
        )
        return charges_w - gives_w

    def _is_able(self, control: Words) -> bool:
        return bool(self._most_w) and control.has(LIMIT) and control.has(TIMER)

    def _held_w(self, control: Words) -> float | None:
        """To what it is held back; None: to nothing less than its size."""
        share_pct = control.value(LIMIT, scale=LIMIT_SCALE)
        if control.value(ENABLED) != 1 or self._most_w is None or share_pct is None or share_pct >= 100:
            return None
        return self._most_w * share_pct / 100

    async def _tell(self, limit_w: float | None) -> None:
        control = await self._words(CONTROLS) if CONTROLS in self._models else None
        if control is None or self._most_w is None or not self._is_able(control):
            if limit_w is None:
                return
            raise RefusedError(f"{self._link.where} has no SunSpec model 123 with a timer, or does not tell its size")
        wanted = {ENABLED: 0}
        if limit_w is not None:
            await self._write(TIMER, round(LIMIT_S))
            timer_s = (await self._words(CONTROLS)).value(TIMER)
            if not timer_s or timer_s > LONGEST_TIMER_S:
                stays = f"its timer stays at {timer_s or 0:.0f} s"
                raise RefusedError(f"{self._link.where} would be held back for ever if we fail: {stays}")
            share_pct = min(100.0, limit_w / self._most_w * 100)
            steps = floor(share_pct / control.scale(LIMIT_SCALE) + 1e-6)
            wanted = {LIMIT: min(steps, MOST_STEPS), ENABLED: 1}
        for offset, word in wanted.items():
            await self._write(offset, word)
        found = await self._words(CONTROLS)
        if any(found.value(offset) != word for offset, word in wanted.items()):
            raise RefusedError(f"{self._link.where} took what it was told, and does not show it: who else tells it?")

    async def _write(self, offset: int, word: int) -> None:
        await self._link.write(self._models[CONTROLS].at + offset, [word])
