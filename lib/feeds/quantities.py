"""What flows, in the owner's own parts of somebody's words: amperes or watts of each phase, or watts in all.

In: which parts are there, and what stands in them. Out: what each clamp would measure. It knows no wire.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lib.feeds.clamps import VOLTS, Wiring, measured, signed_a
from lib.options import Options

PHASES = ("l1", "l2", "l3")
TOTAL = ("current_a", "power_w")
PARTS = (*(f"{phase}_{unit}" for phase in PHASES for unit in "aw"), *TOTAL)
LEAST_SCALE, MOST_SCALE = 0.000001, 1_000_000.0
Said = Mapping[str, object]  # what stands in each part


@dataclass(frozen=True, slots=True)
class Quantities:
    """Which parts there are, and on which phases they flow. scale: from what stands there to A and W."""

    parts: tuple[str, ...]
    wiring: Wiring
    scale: float = 1.0

    def clamps(self, who: str, said: Said) -> list[float]:
        """What each clamp would measure. Raises FeedError, which starts with `who`."""
        numbers = {part: measured(who, f'"{part}"', said.get(part)) * self.scale for part in self.parts}
        if phases := [phase for phase in PHASES if any(part.startswith(phase) for part in self.parts)]:
            return [_one(numbers.get(f"{phase}_a"), numbers.get(f"{phase}_w")) for phase in phases]
        count = len(self.wiring.wired) if len(self.wiring.wired) != 2 else 1
        whole = _one(numbers.get("current_a"), numbers.get("power_w"))
        return [whole / (count or 3)] * (count or 3)


def _one(current_a: float | None, power_w: float | None) -> float:
    if current_a is None:
        return (power_w or 0.0) / VOLTS
    return current_a if power_w is None else signed_a(current_a, power_w)


def parse_quantities(options: Options, wiring: Wiring, has: Callable[[str], bool]) -> Quantities:
    """Which parts the owner names. Raises the slip of the options."""
    parts = tuple(part for part in PARTS if has(part))
    phases = [phase for phase in PHASES if any(part.startswith(phase) for part in parts)]
    totals = [part for part in parts if part in TOTAL]
    if not parts:
        raise options.wrong('name what it tells: "l1_a", "l2_a", "l3_a" in A or "l1_w"… in W, or "power_w" of all')
    if phases and totals:
        raise options.wrong(f'"{totals[0]}" is of all and "{phases[0]}_…" of one phase; name one or the other')
    if tuple(phases) != PHASES[: len(phases)]:
        raise options.wrong(f'"{PHASES[len(phases) - 1]}_a" is missing; "wired" says on which phase each one flows')
    if "current_a" in totals and len(wiring.wired) not in {1, 2}:
        raise options.wrong('"current_a" is of one phase: say in "wired" which, or name "l1_a", "l2_a" and "l3_a"')
    if phases and wiring.wired and len(wiring.wired) != len(phases) and (len(phases), len(wiring.wired)) != (1, 2):
        raise options.wrong(
            f'"wired" is "{wiring.wired}", and {len(phases)} are told; name one for each, such as "231"'
        )
    if phases and not wiring.wired and len(phases) < len(PHASES):
        raise options.wrong('say in "wired" on which of the meter\'s phases that flows, such as "2"')
    return Quantities(parts, wiring, options.number("scale", 1.0, least=LEAST_SCALE, most=MOST_SCALE))
