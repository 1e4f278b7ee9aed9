"""All batteries as one, and the power of all shared out to each.

In: batteries as they are known now. Out: what they can, what flows, what each does. Knows no wish and no price.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lib.core.cell import Cell, by_phase_a
from lib.core.circuits import NOTHING, Amps


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Pool:
    """All batteries as one. Powers in W, + goes in; energies in Wh; None where one of them does not say.

    Attributes:
        low_w, high_w: what they give (negative) and take at most. range_w, range_a: what flows just now, of those that
            can be told something: what others do is as if the house did it.
        energy_wh: in those that answer; least_wh, most_wh: between which they are kept; capacity_wh: of them.
        sells: whether all of them may be emptied into the grid.

    """

    low_w: float
    high_w: float
    range_w: tuple[float, float]
    range_a: tuple[Amps, Amps]
    energy_wh: float | None
    least_wh: float
    most_wh: float
    capacity_wh: float
    efficiency: float
    wear_eur_kwh: float
    sells: bool

    @property
    def soc_pct(self) -> float | None:
        """How full they are."""
        return None if self.energy_wh is None or not self.capacity_wh else 100 * self.energy_wh / self.capacity_wh

    @property
    def able(self) -> bool:
        """Whether one of them can be told something."""
        return self.capacity_wh > 0


def pool(cells: Iterable[Cell]) -> Pool:
    """Those that can be told something, as one."""
    able = [cell for cell in cells if cell.able]
    low_w = high_w = flows_low_w = flows_high_w = least_wh = most_wh = capacity_wh = kept = worn = 0.0
    energy_wh: float | None = 0.0 if able else None
    low_a = high_a = NOTHING
    for cell in able:  # in one round: it is asked for several times a step
        rules, (gives_w, takes_w), (least_w, most_w) = cell.rules, cell.limits_w, cell.range_w
        low_w, high_w = low_w + gives_w, high_w + takes_w
        flows_low_w, flows_high_w = flows_low_w + least_w, flows_high_w + most_w
        least_a, most_a = by_phase_a(rules, least_w, most_w)
        low_a, high_a = _plus(low_a, least_a), _plus(high_a, most_a)
        known_wh = cell.energy_wh
        energy_wh = None if energy_wh is None or known_wh is None else energy_wh + known_wh
        least_wh += rules.capacity_wh * rules.least_pct / 100
        most_wh += rules.capacity_wh * rules.most_pct / 100
        capacity_wh += rules.capacity_wh
        kept += rules.efficiency * rules.capacity_wh
        worn += rules.wear_eur_kwh * rules.capacity_wh
    return Pool(
        low_w=low_w,
        high_w=high_w,
        range_w=(flows_low_w, flows_high_w),
        range_a=(low_a, high_a),
        energy_wh=energy_wh,
        least_wh=least_wh,
        most_wh=most_wh,
        capacity_wh=capacity_wh,
        efficiency=kept / capacity_wh if capacity_wh else 0.0,
        wear_eur_kwh=worn / capacity_wh if capacity_wh else 0.0,
        sells=bool(able) and all(cell.rules.sells for cell in able),
    )


def split(cells: Mapping[str, Cell], power_w: float, rooms_w: Mapping[str, float]) -> dict[str, float]:
    """The power of all, shared out: each by what it can still take or give, so that they are full or empty together.

    rooms_w: what a circuit leaves a battery, where one does. What one cannot do the others do, as far as they can.
    """
    found = {name: 0.0 for name, cell in cells.items() if cell.able}
    charging = power_w > 0
    can_w = {name: cells[name].limits_w[1] if charging else -cells[name].limits_w[0] for name in found}
    most_w = {name: min(most, rooms_w.get(name, most)) for name, most in can_w.items()}
    weights = {name: _weight(cells[name], charging=charging) for name in found}
    left_w, open_ = abs(power_w), {name for name in found if most_w[name] > 0}
    while open_ and left_w > 0:
        whole = sum(weights[name] for name in open_)
        parts = {name: left_w * (weights[name] / whole if whole > 0 else 1 / len(open_)) for name in open_}
        over = {name for name in open_ if parts[name] >= most_w[name]}
        for name in over or open_:
            found[name] = most_w[name] if over else parts[name]
        left_w -= sum(found[name] for name in over or open_)
        open_ = open_ - over if over else set()
    return {name: part_w if charging else -part_w for name, part_w in found.items()}


def _weight(cell: Cell, *, charging: bool) -> float:
    """What it can still take, or give."""
    energy_wh, rules = cell.energy_wh, cell.rules
    if energy_wh is None:
        return rules.capacity_wh / 2
    if charging:
        return max(1.0, rules.capacity_wh * rules.most_pct / 100 - energy_wh)
    return max(1.0, energy_wh - rules.capacity_wh * rules.least_pct / 100)


def _plus(one_a: Amps, other_a: Amps) -> Amps:
    return one_a[0] + other_a[0], one_a[1] + other_a[1], one_a[2] + other_a[2]
