"""A pin of gpiozero's whose line is a file: it goes on as a wire does when the program that drove it is gone.

Each change is one more row of the file: direction and level. As an input the line is high, as on a board with relays
that are on when it is low. The kernel of this file leaves outputs as they are, as that of Raspberry Pi OS does.
"""

from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin  # type: ignore[import-untyped]  # it has no types

INPUT, LOW, HIGH = "input", "output 0", "output 1"


def rows(line: Path) -> list[str]:
    """All that ever happened to the line."""
    return (line.read_text("ascii").splitlines() if line.exists() else []) or [INPUT]


def level(line: Path) -> bool:
    """High or low, now."""
    return rows(line)[-1] != LOW


def lasting_factory(line: Path) -> Any:
    """A factory whose pins are that line, which they do not move when they are made."""

    class LastingPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
        def __init__(self, factory: Any, info: Any) -> None:
            super().__init__(factory, info)
            self._function = "input" if rows(line)[-1] == INPUT else "output"
            self._state = level(line)

        def _set_function(self, value: str) -> None:
            self._function = value
            self._state = self._state or value == "input"
            self._keep()

        def _change_state(self, value: bool) -> bool:
            self._state = value
            self._keep()
            return True

        def _keep(self) -> None:
            now = INPUT if self._function == "input" else HIGH if self._state else LOW
            if now != rows(line)[-1]:
                with line.open("a", encoding="ascii") as file:
                    file.write(f"{now}\n")

    return MockFactory(pin_class=LastingPin)
