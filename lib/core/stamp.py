"""A meter's time stamp, text → instant. Knows no OBIS code.

`YYMMDDhhmmssX`: local time, where the letter alone fixes the instant: S is UTC+2, W is UTC+1 (e-MUCS P1 2.1.1).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
OFFSETS = {"S": timedelta(hours=2), "W": timedelta(hours=1)}
DIGITS = re.compile(r"[0-9]{6}(?:[01][0-9]|2[0-3])[0-9]{4}[SW]?")  # an hour of 24 is no time
NEVER_SET = datetime(2001, 1, 1, tzinfo=UTC)  # meters print 1970 or 2000 for "no stamp"
SET_BACK = timedelta(minutes=5)  # a meter's clock is set back by seconds
DAY = timedelta(days=1)
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

    @property
    def assumed_local(self) -> bool:
        """Whether the letter is missing, so that Brussels time was taken."""
        return self.at is not None and len(self.raw) == 12

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
        return Stamp(text)
    if len(text) == 13:
        return stamp_of(text)
    winter = stamp_of(f"{text}W").at
    if winter is None:
        return Stamp(text)
    local = (winter + OFFSETS["W"]).replace(tzinfo=BRUSSELS)
    at = local.astimezone(UTC)
    second = local.replace(fold=1).astimezone(UTC)  # the same instant, except in the repeated hour
    if last is not None and at < last - SET_BACK <= second:
        at = second
    return Stamp(text, at)


# a history has 26 stamps: past the frozen __init__ each is made in a third of the time (docs/adr/0003)
_new_stamp, _set_raw, _set_at = object.__new__, Stamp.__dict__["raw"].__set__, Stamp.__dict__["at"].__set__


def stamp_of(text: str) -> Stamp:
    """The stamp of a text that has the form: twelve digits and S or W; they may still be no time (31 February)."""
    stamp = _new_stamp(Stamp)
    _set_raw(stamp, text)
    try:
        iso = f"{'20' if text < '70' else '19'}{text[:6]}T{text[6:12]}Z"
        _set_at(stamp, datetime.fromisoformat(iso) - OFFSETS[text[12]])
    except ValueError:
        _set_at(stamp, None)
    return stamp


def clock(instant: datetime, at: datetime | None = None) -> str:
    """A time of day in Brussels as it is said at `at`, with its weekday where it is a day away or more."""
    local = instant.astimezone(BRUSSELS)
    return f"{local:%H:%M}" if at is None or abs(instant - at) < DAY else f"{local:%a %H:%M}"
