"""Instants of the toy world as whole microseconds since 1970 (UTC), and what a Brussels clock says at them.

In: instants, in microseconds or as aware datetimes. Out: the same the other way round, in UTC or in local time.
Whole numbers keep the world exact: a day in one step and a day in 86 400 steps end in the same place.
Does not know what time it is now.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
QUARTER = 15 * MINUTE
HOUR = 60 * MINUTE

ZONE = ZoneInfo("Europe/Brussels")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(at: datetime) -> int:
    """Microseconds since 1970 of an aware datetime. Raises ValueError when `at` has no time zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone: add one, such as +00:00")
    return (at - EPOCH) // timedelta(microseconds=1)


def instant(at_us: int) -> datetime:
    """The aware UTC datetime of `at_us`."""
    return EPOCH + timedelta(microseconds=at_us)


def local(at_us: int) -> datetime:
    """What a clock in Brussels shows at `at_us`, as an aware datetime."""
    return instant(at_us).astimezone(ZONE)


def month_start(at_us: int) -> int:
    """The first instant of the local month that holds `at_us`."""
    return micros(local(at_us).replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0))


def is_day_tariff(at_us: int) -> bool:
    """Whether the day register counts at `at_us`: Monday to Friday from 07:00 to 22:00 local time.

    Source: the hours most Belgian grid operators use; the few that differ per municipality are left out.
    """
    now = local(at_us)
    return now.weekday() < 5 and 7 <= now.hour < 22
