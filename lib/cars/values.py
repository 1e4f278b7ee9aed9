"""What sources write, as values: JSON or text in; per cent, yes or no, and instants out. What has no value is None.

It knows no source. A value that is no such thing is None as well, and never 0.
"""

import math
import re
from datetime import datetime, timedelta

from lib import payload
from lib.cars import CarError
from lib.payload import NoJsonError, moment, shown

NOTHING = frozenset({"", "none", "null", "nan", "unknown", "unavailable", "undefined", "n/a", "-", "--"})
YES = frozenset({"true", "on", "yes", "1"})
NO = frozenset({"false", "off", "no", "0"})
PLUGGED = YES | {"connected", "plugged", "plugged_in", "plugged in", "charging"}
UNPLUGGED = NO | {"disconnected", "unplugged", "not_plugged_in", "not plugged in", "not_connected", "not connected"}
CHARGING = YES | {"charging", "in_progress", "charge_in_progress", "active", "started"}
NOT_CHARGING = NO | {
    *("not_charging", "not charging", "idle", "stopped", "complete", "completed", "fully_charged", "done", "paused"),
    *("disconnected", "unplugged", "connected", "ready", "waiting", "inactive", "nopower", "pending", "error"),
}
NUMBER = re.compile(r"([-+]?\d+(?:[.,]\d+)?)\s*%?", re.ASCII)
KM = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:km)?", re.ASCII)
FIRST_YEAR = 2010  # year 1 is "never", 1970 a clock that was not set
AHEAD = timedelta(minutes=5)  # clocks disagree so far


def parse_json(who: str, body: bytes | str) -> object:
    """What `body` holds. Raises CarError, which starts with `who`."""
    try:
        return payload.parse_json(body)
    except NoJsonError as error:
        raise CarError(f"{who} answers with {error}") from None


def is_nothing(value: object) -> bool:
    """Whether the source itself says that it has no value."""
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or (isinstance(value, str) and value.strip().lower() in NOTHING)


def percent(value: object, *, scale: float = 1.0) -> float | None:
    """`value` × `scale` where that is 0 to 100 %; what is above is refused and not cut.

    Without a scale a value between 0 and 1 is no per cent, but the fraction that a full battery would tell as 1.
    """
    number = payload.number(value, NUMBER)
    if number is None:
        return None
    pct = round(number * scale, 6)
    is_fraction = scale == 1.0 and 0 < pct < 1
    return pct if 0 <= pct <= 100 and not is_fraction else None


def state_of_charge(who: str, value: object, *, scale: float = 1.0) -> float | None:
    """`percent`, but what is odd is an error, so that the owner sees why. Raises CarError, which starts with `who`."""
    pct = percent(value, scale=scale)
    if pct is not None or is_nothing(value):
        return pct
    number = payload.number(value, NUMBER)
    if number is None:
        raise CarError(f"{who} says {shown(value)}, which is no state of charge: is it the right part of the answer?")
    if 0 < number < 1:
        raise CarError(f'{who} says {number:g}, which looks like a fraction: "scale": 100 makes per cent of it')
    raise CarError(
        f"{who} says {number * scale:g} %, which no battery has: is it the right value, and the right scale?"
    )


def plug(value: object) -> bool | None:
    """Whether the car says that it is plugged in."""
    return _truth(value, PLUGGED, UNPLUGGED)


def charging(value: object) -> bool | None:
    """Whether the car says that it charges."""
    return _truth(value, CHARGING, NOT_CHARGING)


def km(value: object) -> float | None:
    """A range in km."""
    return payload.number(value, KM)


def instant(value: object, now: datetime) -> datetime | None:
    """When something was measured: a text with its offset from UTC, or seconds or milliseconds since 1970.

    None when it says no such time, or one that cannot be: of an unset clock, of a clock that is not ours, or to come.
    """
    at = moment(value)
    if at is None or at.year < FIRST_YEAR or at > now + AHEAD:
        return None
    return min(at, now)


def _truth(value: object, yes: frozenset[str], no: frozenset[str]) -> bool | None:
    word = str(value).strip().lower() if isinstance(value, bool | int | str) else ""
    return True if word in yes else False if word in no else None
