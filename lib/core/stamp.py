"""A meter's time stamp, text → instant. Knows no OBIS code.

`YYMMDDhhmmssX`: local time, where the letter alone fixes the instant: S is UTC+2, W is UTC+1 (e-MUCS P1 2.1.1).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
OFFSETS = {"S": timedelta(hours=2), "W": timedelta(hours=1)}
DIGITS = re.compile(r"[0-9]{12}[SW]?")
NEVER_SET = datetime(2001, 1, 1, tzinfo=UTC)  # meters print 1970 or 2000 for "no stamp"
SET_BACK = timedelta(minutes=5)  # a meter's clock is set back by seconds
CLOCK_NOT_SET = datetime(2010, 1, 1, tzinfo=UTC)  # no digital meter is older


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the meter printed, and the instant it means.

    Attributes:
        raw: the text, also when it is no time at all (`632525252525W`).
        at: the instant, aware, in UTC; None when the text is no time.
        assumed_local: the letter is missing and Brussels time was taken.

    """

    raw: str
    at: datetime | None = None
    assumed_local: bool = False

    @property
    def known(self) -> datetime | None:
        """The instant, or None also for the markers that mean "no stamp" (2000, 1970)."""
        return self.at if self.at is not None and self.at >= NEVER_SET else None


def parse_stamp(text: str, *, last: datetime | None = None) -> Stamp:
    """The stamp that `text` holds; never raises.

    last: the instant of the stamp before. In the hour that autumn repeats, a stamp without letter is the second one
    where the first would lie before `last` by more than a clock is set back.
    """
    if DIGITS.fullmatch(text) is None:
        return Stamp(text, None)
    year = int(text[0:2])
    try:
        clock = datetime(
            (1900 if year >= 70 else 2000) + year,
            int(text[2:4]),
            int(text[4:6]),
            int(text[6:8]),
            int(text[8:10]),
            int(text[10:12]),
            tzinfo=UTC,
        )
    except ValueError:
        return Stamp(text, None)
    if len(text) == 13:
        return Stamp(text, clock - OFFSETS[text[12]])
    local = clock.replace(tzinfo=BRUSSELS)
    at = local.astimezone(UTC)
    second = local.replace(fold=1).astimezone(UTC)  # the same instant, except in the repeated hour
    if last is not None and at < last - SET_BACK <= second:
        at = second
    return Stamp(text, at, assumed_local=True)
