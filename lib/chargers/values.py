"""What chargers answer, as numbers and texts: many send numbers as text, and some send nonsense."""

import math

BEYOND = 1e15  # no charger measures that; a whole number without end is none for Python's floats


def number(value: object) -> float | None:
    """A finite number, also as text; None for anything else."""
    if isinstance(value, str):
        try:
            value = float(value.strip())
        except ValueError:
            return None
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < BEYOND and math.isfinite(value):
        return float(value)
    return None


def whole(value: object) -> int | None:
    """A whole number."""
    found = number(value)
    return None if found is None else int(found)


def text(value: object) -> str:
    """A text without blanks around it; "" for anything else."""
    return value.strip() if isinstance(value, str) else ""
