"""How full a car is: the last reading, and between two of them what the charger delivered. Unknown is never 0."""

from enum import StrEnum


class Confidence(StrEnum):
    """How far a state of charge can be trusted."""

    MEASURED = "measured"  # within half an hour
    ESTIMATED = "estimated"  # from a reading of this plug-in and what was charged since
    OLD = "old"  # the car was parked since
    GUESS = "guess"  # it drove since
    DOUBTFUL = "doubtful"  # a reading that jumps, until a later one says the same
    UNKNOWN = "unknown"
