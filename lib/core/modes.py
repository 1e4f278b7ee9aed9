"""What an owner may want of a charger. Knows no charger."""

from enum import StrEnum


class Mode(StrEnum):
    """The owner's words.

    OFF: the car is not charged. PV_ONLY: from surplus sun alone. PV_ALL: all surplus sun, the grid fills up to the
    least current. MAX: all that the circuits carry, above the paid peak too, whose price is said first. MANUAL: nothing
    is changed, except that a circuit never carries too much. AUTO: ready for each trip, from sun and cheap hours, under
    the paid peak.
    """

    OFF = "off"
    PV_ONLY = "pv_only"
    PV_ALL = "pv_all"
    MAX = "max"
    MANUAL = "manual"
    AUTO = "auto"


UNBOOSTED = frozenset({Mode.OFF, Mode.MANUAL})  # the owner's hand off, and his own hand on: neither is ours to pass


class Phases(StrEnum):
    """On how many phases a charger shall charge that can switch."""

    AUTO = "auto"
    ONE = "1"
    THREE = "3"


class StorageMode(StrEnum):
    """What the owner lets the home battery do."""

    AUTO = "auto"
    FILL = "fill"  # charge now, under the peak
    HOLD = "hold"  # give nothing; sun that is left over and what is cheap are still stored
    OFF = "off"  # neither take nor give
    OWN = "own"  # left to its maker's mode
