"""What the meter of a charger with OCPP 1.6 tells: sampled values → `Samples`, each in its base unit. Pure.

Nothing in them is trusted: what cannot be read is passed over. Source: OCPP 1.6, edition 2, section 7.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from lib.chargers.values import number, text
from lib.core.power import PHASE_V

ENERGY, POWER, CURRENT = "Energy.Active.Import.Register", "Power.Active.Import", "Current.Import"
OFFERED, VOLTAGE = "Current.Offered", "Voltage"
UNITS: Mapping[str, float] = MappingProxyType({"Wh": 1.0, "kWh": 1000.0, "W": 1.0, "kW": 1000.0, "A": 1.0, "V": 1.0})
KINDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        ENERGY: frozenset({"", "Wh", "kWh"}),
        POWER: frozenset({"", "W", "kW"}),
        CURRENT: frozenset({"", "A"}),
        OFFERED: frozenset({"", "A"}),
        VOLTAGE: frozenset({"", "V"}),
    }
)
PHASES: Mapping[str, int] = MappingProxyType({"L1": 0, "L1-N": 0, "L2": 1, "L2-N": 1, "L3": 2, "L3-N": 2})
LASTS_S = 60.0  # a draw that is told no more, but by a meter that speaks more seldom
OFF_V = 0.1  # by such a part the voltage of a phase may be off 230 V

PerPhase = tuple[float | None, float | None, float | None]  # on L1, L2, L3; None: it names no such phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What the meter of a connector said. None: it did not say.

    Attributes:
        at: when, by the charger's own clock; heard_s: when we heard it.
        power_w: what is drawn in all; phases_w: on each phase. phases_a: on each; current_a: where it names no phase.
        total_wh: in all; offered_a: what it signals to the car.

    """

    heard_s: float = -math.inf
    at: datetime | None = None
    power_w: float | None = None
    phases_w: PerPhase | None = None
    phases_a: PerPhase | None = None
    current_a: float | None = None
    offered_a: float | None = None
    total_wh: float | None = None

    @property
    def says_draw(self) -> bool:
        """Whether it tells something of what is drawn."""
        return any(said is not None for said in (self.power_w, self.phases_w, self.phases_a, self.current_a))

    def is_fresh(self, now_s: float, lasts_s: float = LASTS_S) -> bool:
        """Whether it was said so lately that it still counts."""
        return self.heard_s >= now_s - lasts_s

    def draw_a(self, phases: int) -> tuple[float, float, float] | None:
        """What flows on L1, L2, L3 of a charger on so many phases; None: it does not say.

        A phase that it does not name may carry as much as those it names: what flows there is what its power has beside
        them, and without that unknown.
        """
        if self.phases_a is None:
            if self.current_a is None:
                return None
            one_a = self.current_a  # without a phase: of each of them
            return (one_a, one_a if phases > 1 else 0.0, one_a if phases > 2 else 0.0)
        named_a = _named(self.phases_a)
        rest_a = 0.0
        if len(named_a) < phases:
            power_w = self._power_w(phases)
            if power_w is None:
                return None
            beside_a = power_w / PHASE_V - sum(named_a)
            rest_a = beside_a / (phases - len(named_a)) if beside_a > OFF_V * sum(named_a) else 0.0
        l1, l2, l3 = (rest_a if current_a is None else current_a for current_a in self.phases_a)
        return (l1, l2, l3)

    def draw_w(self, phases: int) -> float | None:
        """What a charger on so many phases draws in all; None: it does not say."""
        power_w = self._power_w(phases)
        if power_w is not None:
            return power_w
        amperes = self.draw_a(phases)
        return None if amperes is None else sum(amperes) * PHASE_V

    def _power_w(self, phases: int) -> float | None:
        """The power in all, or the sum of all its phases."""
        if self.power_w is not None or self.phases_w is None:
            return self.power_w
        named_w = _named(self.phases_w)
        return sum(named_w) if len(named_w) >= phases else None


def parse_samples(meter_value: object, now_s: float) -> Samples:
    """The meter values of one frame; of several of a kind the last. What cannot be read is passed over."""
    power, current, energy = _Kind(), _Kind(), _Kind()
    kinds = {POWER: power, CURRENT: current, ENERGY: energy, OFFERED: _Kind()}
    at = None
    for said, value, measurand, phase in _sampled(meter_value):
        at = moment(said) or at
        if measurand in kinds:
            kinds[measurand].take(value, phase)
    return Samples(
        heard_s=now_s,
        at=at,
        power_w=power.overall,
        phases_w=power.phases,
        phases_a=current.phases,
        current_a=None if current.phases else current.overall,
        offered_a=kinds[OFFERED].overall,
        total_wh=energy.total,
    )


def moment(value: object) -> datetime | None:
    """A time as the wire has it; without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text(value))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # the latter of a time before or after all that can be told in UTC
        return None


def _named(values: PerPhase) -> list[float]:
    return [value for value in values if value is not None]


class _Kind:
    """One measurand: overall, and by phase."""

    def __init__(self) -> None:
        self.overall: float | None = None
        self.by_phase: dict[int, float] = {}

    def take(self, value: float, phase: str) -> None:
        if phase in PHASES:
            self.by_phase[PHASES[phase]] = value
        elif not phase:
            self.overall = value

    @property
    def phases(self) -> PerPhase | None:
        return (self.by_phase.get(0), self.by_phase.get(1), self.by_phase.get(2)) if self.by_phase else None

    @property
    def total(self) -> float | None:
        return self.overall if self.overall is not None or not self.by_phase else sum(self.by_phase.values())


def _sampled(meter_value: object) -> Iterator[tuple[object, float, str, str]]:
    """Each value in its base unit, with its time, measurand and phase."""
    for one in meter_value if isinstance(meter_value, list) else ():
        values = one.get("sampled_value") if isinstance(one, dict) else None
        for said in values if isinstance(values, list) else ():
            if not isinstance(said, dict) or text(said.get("format")) == "SignedData":
                continue
            value, measurand, unit = number(said.get("value")), text(said.get("measurand")) or ENERGY, said.get("unit")
            if value is not None and text(unit) in KINDS.get(measurand, ()):
                yield one.get("timestamp"), value * UNITS.get(text(unit), 1.0), measurand, text(said.get("phase"))
