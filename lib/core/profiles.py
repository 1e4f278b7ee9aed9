"""Profile, arrivals, priorities and time to spare → who is served in what order, and how a circuit shares."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """Whose turn it is where minimums do not fit for all.

    Attributes:
        turns: so often the line has turned by one; turned_s: when last, None while nobody waits.
        served: who had its minimum in the last round; None: there was none yet.

    """

    turns: int = 0
    turned_s: float | None = None
    served: frozenset[str] | None = None
