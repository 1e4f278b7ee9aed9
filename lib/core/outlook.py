"""What house and sun will do in the next two days, as far as anybody can know, with how far off that may be.

In: the quarters that were, a forecast of the sun where there is one, and what happens now. Out: watts by quarter, and
by how much such forecasts were off lately. Knows no plan and no source of a forecast.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """One quarter ahead.

    Attributes:
        load_w: what the house draws, without sun, cars and battery; load_off_w: by how much it mostly differs, as a
            standard deviation.
        sun_w, sun_off_w: the same of what the roof makes; 0 where there is none.

    """

    start: datetime
    end: datetime
    load_w: float
    load_off_w: float = 0.0
    sun_w: float = 0.0
    sun_off_w: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """By how much forecasts were off in the last two weeks, as means over quarters; `ahead_h` hours before.

    Attributes:
        load_w, sun_w: without a sign; sun_w of quarters with sun.
        load_more_w, sun_more_w: with it: how much more there was than foreseen.
        quarters: so many are behind it.

    """

    ahead_h: int
    quarters: int = 0
    load_w: float = 0.0
    load_more_w: float = 0.0
    sun_w: float = 0.0
    sun_more_w: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The quarters from the running one on, without holes; sun_by: who foresaw the sun, such as "open-meteo".

    made: when; days: from how many days of history; sun_made: when the forecast of the sun was fetched.
    """

    made: datetime
    quarters: tuple[Foreseen, ...] = ()
    sun_by: str = "history"
    sun_made: datetime | None = None
    days: int = 0
    off: tuple[Off, ...] = ()
