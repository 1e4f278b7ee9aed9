"""The meter of a story: what flows through it, what the quarter counts, and how long a circuit carries too much."""

from collections.abc import Iterable, Mapping

from lib.core.circuits import Circuit
from lib.core.power import PHASE_V
from lib.core.reading import Reading
from lib.sim.battery import HomeBattery
from lib.sim.charge_point import ChargePoint

Watts = float | tuple[float, float, float]  # a single number is spread over the three phases
OVER_A = 0.1  # amperes are rounded
QUARTER_S = 900


class ToyMeter:
    """A meter before the house and its charge points.

    Attributes:
        averages_w: of the quarters that are over; house_w: what they would have been without cars.
        over_s: for how long on end a phase of a circuit was above its limit at most.
        grid_w: what flowed through it when it was read last.

    """

    def __init__(
        self, points: Mapping[str, ChargePoint], circuits: Iterable[Circuit], batteries: Iterable[HomeBattery] = ()
    ) -> None:
        self._points, self._circuits, self._batteries = points, tuple(circuits), tuple(batteries)
        self.averages_w: list[float] = []
        self.house_w: list[float] = []
        self.over_s = 0
        self.grid_w = self._own_w = 0.0  # since the last reading
        self._energy_ws = self._own_ws = 0.0
        self._over_since: dict[tuple[str, int], int] = {}

    def read(self, base_w: Watts, sun_w: Watts, *, second: int, passed_s: int) -> Reading:
        """What it says at a second; passed_s: since it was read last, in which all stayed as it was."""
        self._energy_ws += max(0.0, self.grid_w) * passed_s
        self._own_ws += max(0.0, self._own_w) * passed_s
        if second % QUARTER_S == 0:
            self.averages_w.append(self._energy_ws / QUARTER_S)
            self.house_w.append(self._own_ws / QUARTER_S)
            self._energy_ws = self._own_ws = 0.0
        base, sun = _by_phase(base_w), _by_phase(sun_w)
        flows = [*(one.flow_w for one in self._points.values()), *(one.flow_w for one in self._batteries)]
        one, two, three = (base[n] - sun[n] + sum(flow[n] for flow in flows) for n in range(3))
        self.grid_w, self._own_w = one + two + three, sum(base) - sum(sun)
        self._watch((one, two, three), second, passed_s)
        return Reading(
            import_w=max(0.0, self.grid_w),
            export_w=max(0.0, -self.grid_w),
            import_l1_w=max(0.0, one),
            import_l2_w=max(0.0, two),
            import_l3_w=max(0.0, three),
            export_l1_w=max(0.0, -one),
            export_l2_w=max(0.0, -two),
            export_l3_w=max(0.0, -three),
            current_l1_a=abs(one) / PHASE_V,
            current_l2_a=abs(two) / PHASE_V,
            current_l3_a=abs(three) / PHASE_V,
            quarter_w=self._energy_ws / QUARTER_S,
        )

    def _watch(self, phases_w: tuple[float, float, float], second: int, passed_s: int) -> None:
        for circuit in self._circuits:
            for n, limit_a in enumerate(circuit.limits_a):
                flow_w = phases_w[n]
                if circuit.chargers is not None:
                    flow_w = sum(self._points[name].flow_w[n] for name in circuit.chargers)
                row = circuit.name, n
                if limit_a is None or abs(flow_w) / PHASE_V <= limit_a * circuit.margin + OVER_A:
                    self._over_since.pop(row, None)
                else:
                    since = self._over_since.setdefault(row, second)
                    self.over_s = max(self.over_s, second - since + passed_s)


def _by_phase(watts: Watts) -> tuple[float, float, float]:
    if isinstance(watts, tuple):
        return watts
    return watts / 3, watts / 3, watts / 3
