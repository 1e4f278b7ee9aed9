"""What a battery and its owner allow: limits, and settings that are in the way. Pure.

In: what its registers said when they were looked at last. Out: clamped setpoints, and sentences for the owner.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lib.batteries.profile import Guard, Profile
from lib.core.battery import BatteryRules, Setpoint
from lib.modbus.register import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """values: of the registers that are read now and then; None, or not in it, where it does not say."""

    profile: Profile
    values: Mapping[Register, float | None]

    @property
    def charge_w(self) -> float | None:
        """The most that it takes, as it says."""
        return self._product(self.profile.charge_w)

    @property
    def discharge_w(self) -> float | None:
        """The most that it gives, as it says."""
        return self._product(self.profile.discharge_w)

    @property
    def stops(self) -> str:
        """Why it must not be told anything; "" when it may."""
        return next((guard.says for guard in self._broken() if guard.refuses), "")

    @property
    def oddities(self) -> tuple[str, ...]:
        """What its owner should know."""
        return tuple(guard.says for guard in self._broken())

    def clamped(self, setpoint: Setpoint, rules: BatteryRules) -> Setpoint:
        """Within what both allow; what is left out the meter sees."""
        most_w, least_w = rules.charge_w, -rules.discharge_w
        if self.charge_w is not None:
            most_w = min(most_w, self.charge_w)
        if self.discharge_w is not None:
            least_w = max(least_w, -self.discharge_w)
        power_w = min(most_w, max(least_w, setpoint.power_w))
        return Setpoint(power_w=power_w, grid_w=setpoint.grid_w + power_w - setpoint.power_w)

    def _broken(self) -> Iterable[Guard]:
        return (guard for guard in self.profile.guards if self.values.get(guard.register) in guard.values)

    def _product(self, registers: Iterable[Register]) -> float | None:
        found = [self.values.get(one) for one in registers]
        known = [one for one in found if one is not None]
        return max(0.0, math.prod(known)) if found and len(known) == len(found) else None
