"""What a box that plays an inverter stands before: panels that give so much, and may be held back."""

from typing import Protocol


class Panels(Protocol):
    """The panels of a roof, such as lib.sim.inverter.Inverter."""

    @property
    def power_w(self) -> float:
        """What they feed into the house now."""


class HeldPanels(Panels, Protocol):
    """Panels that can be held back."""

    def hold(self, limit_w: float | None) -> None:
        """Give no more than so much, from their next look at the sun on; None: as much as there is."""


class Yield:
    """What panels gave in all, counted by whoever looks often enough; `wh` before the first look."""

    def __init__(self, panels: Panels, *, wh: float = 8_123_456.0) -> None:
        self.wh = wh
        self._panels = panels
        self._last: tuple[float, float] | None = None  # when it was looked at, and the power then

    def look(self, at_s: float) -> None:
        """Count up to now, by any clock that only goes forward."""
        if self._last is not None:
            self.wh += self._last[1] * max(0.0, at_s - self._last[0]) / 3600
        self._last = (at_s, self._panels.power_w)
