"""Shelly meters over their local API: Pro 3EM, 3EM and EM of each generation, single channels, plugs that measure.

In: {"from": "shelly", "url": "http://192.168.1.80", …}. Out: amperes of the meter's L1-L3. What a box has it is asked
at the start, and after each trouble. "channel" is for those that measure one phase each: 0, or (0, 1, 2).
Sources: the maker's API references of both generations, EM, EM1, PM1 and Switch. A current has no sign there, the power
beside it has; what is not measured is null. Since the second generation a password is shown by digest (SHA-256).
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from lib.clock import Clock
from lib.core.gauges import Gauged
from lib.feeds import FeedError, FeedSetupError
from lib.feeds.box import ANSWER_S, KEYS, open_box, told
from lib.feeds.clamps import VOLTS, Wiring, measured, parse_wiring, signed_a
from lib.feeds.options import every_s, meter_options
from lib.http import Box

KIND = "a Shelly"
SINGLES = ("em1", "pm1", "switch")  # each measures one phase
METHODS = {"em": "EM", "em1": "EM1", "pm1": "PM1", "switch": "Switch"}
WRONG = ("power_meter_failure", "ct_type_not_set", "out_of_range:current")  # its numbers are none then
MOST_CHANNEL = 200


def open_shelly(circuit: str, found: Mapping[str, object], secrets: Mapping[str, str], *, clock: Clock) -> "Shelly":
    """The meter that these options describe. Raises FeedSetupError."""
    options = meter_options(found, secrets, (*KEYS, "channel"))
    return Shelly(
        circuit,
        old=open_box(options, kind=KIND),
        new=open_box(options, kind=KIND, digest=True),
        wiring=parse_wiring(options),
        channels=options.whole_numbers("channel", most=MOST_CHANNEL),
        every_s=every_s(options),
        clock=clock,
    )


class Shelly:
    """See the top of this file, and `Feed`. old, new: the same box, by the log-in of each generation.

    channels: of those that measure one phase each; (): the first, or as many as "wired" names.
    """

    def __init__(
        self,
        circuit: str,
        *,
        old: Box,
        new: Box,
        wiring: Wiring,
        channels: Sequence[int],
        every_s: float,
        clock: Clock,
    ) -> None:
        self.every_s = every_s
        self._circuit, self._old, self._new, self._wiring, self._clock = circuit, old, new, wiring, clock
        self._channels = tuple(channels)
        self._is_old: bool | None = None  # of the first generation; None: to be asked
        self._parts: tuple[tuple[str, int], ...] = ()  # what is asked of a newer one

    async def read(self) -> Gauged:
        """One question for three phases, or one for each that it measures alone."""
        read_s = self._clock.monotonic()
        try:
            async with self._new.within(ANSWER_S):
                if self._is_old is None:
                    await self._look()
                clamps = await (self._read_old() if self._is_old else self._read_new())
                return Gauged(circuit=self._circuit, phases_a=self._wiring.amps(clamps), read_s=read_s)
        except FeedError:
            self._is_old = None  # it may come back as another
            raise

    async def close(self) -> None:
        """Hang up."""
        await self._old.close()
        await self._new.close()

    async def _look(self) -> None:
        """Find out what it is and what it has. This one question needs no log-in."""
        answer = told(self._new, "shelly", await self._new.ask("shelly"))  # by the newer way no password is told
        is_old = "gen" not in answer
        if is_old and "type" not in answer:
            raise FeedError(f"{self._new.where} does not say what it is: is it {KIND}?")
        if not is_old:
            self._parts = self._chosen(told(self._new, "shelly", await self._new.ask("rpc/Shelly.GetStatus")))
        self._is_old = is_old

    def _chosen(self, status: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
        """Which of its parts are asked. Raises FeedSetupError."""
        if "em:0" in status and not self._channels:
            return (("em", 0),)
        wired = len(self._wiring.wired)
        channels = self._channels or tuple(range(wired if wired == 3 else 1))
        for kind in SINGLES:
            if all(f"{kind}:{channel}" in status for channel in channels):
                return tuple((kind, channel) for channel in channels)
        has = ", ".join(name for name in status if name.partition(":")[0] in METHODS) or "nothing that measures"
        which = ", ".join(map(str, channels))
        raise FeedSetupError(f'{self._new.where} measures nothing at channel {which}: it has {has}; see "channel"')

    async def _read_new(self) -> list[float]:
        clamps: list[float] = []
        for kind, channel in self._parts:
            answer = await self._new.ask(f"rpc/{METHODS[kind]}.GetStatus", {"id": str(channel)})
            status = told(self._new, "shelly", answer)
            if kind == "em":
                clamps += [self._clamp(status, f"{phase}_current", f"{phase}_act_power", phase) for phase in "abc"]
            else:
                power = "act_power" if kind == "em1" else "apower"
                clamps.append(self._clamp(status, "current", power, ""))
        return clamps

    def _clamp(self, status: Mapping[str, Any], current: str, power: str, phase: str) -> float:
        """One phase of a newer one."""
        errors = [*_words(status.get("errors")), *(_words(status.get(f"{phase}_errors")) if phase else ())]
        if wrong := [error for error in errors if error in WRONG]:
            raise FeedError(f"{self._new.where} has no good numbers ({', '.join(wrong)}): look at its app")
        current_a = measured(self._new.where, f'"{current}"', status.get(current))
        return signed_a(current_a, measured(self._new.where, f'"{power}"', status.get(power)))

    async def _read_old(self) -> list[float]:
        status = told(self._old, "shelly", await self._old.ask("status"))
        emeters, plugs = status.get("emeters"), status.get("meters")
        rows = emeters if isinstance(emeters, list) and emeters else plugs if isinstance(plugs, list) else []
        all_three = len(rows) == 3 and rows is emeters and len(self._wiring.wired) in {0, 3}
        channels = self._channels or (tuple(range(3)) if all_three else (0,))
        return [self._emeter(rows[channel] if channel < len(rows) else None, channel) for channel in channels]

    def _emeter(self, row: object, channel: int) -> float:
        """One channel of the first generation: an EM tells no current, a plug nothing but its power."""
        where = self._old.where
        if not isinstance(row, dict):
            raise FeedSetupError(f'{where} measures nothing at channel {channel}: see "channel"')
        if row.get("is_valid") is False:
            raise FeedError(f"{where} says itself that channel {channel} is not valid: is its clamp plugged in?")
        power_w = measured(where, '"power"', row.get("power"))
        if row.get("current") is not None:
            return signed_a(measured(where, '"current"', row["current"]), power_w)
        if row.get("reactive") is None or row.get("voltage") is None:
            return power_w / VOLTS
        apparent_va = math.hypot(power_w, measured(where, '"reactive"', row["reactive"]))
        volts = measured(where, '"voltage"', row["voltage"])
        if volts < VOLTS / 2:
            raise FeedError(f"{where} measures {volts:g} V on channel {channel}: is it connected?")
        return signed_a(apparent_va / volts, power_w)


def _words(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
