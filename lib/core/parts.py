"""What flowed in a quarter, part by part: house, sun, cars, battery. What the outlook learns from, and replays go by.

The meter's registers say what came from the grid in all; cars, battery and sun are summed up second by second from what
was said of them, and the house is the rest. Knows no price.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One quarter that is over, in Wh.

    Attributes:
        load_wh: what the house drew, without sun, cars and battery; where no inverter is read it is net of the sun, and
            may be negative.
        sun_wh: what inverters made; None where none is read. cars_wh: what cars took; battery_wh: + what the battery
            took more than it gave.

    """

    start: datetime
    load_wh: float
    sun_wh: float | None = None
    cars_wh: float = 0.0
    battery_wh: float = 0.0
