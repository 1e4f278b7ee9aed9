"""The calendar of the simulated family: where the car goes this week, as an ICS text and as journeys.

In: the day on which the house begins. Out: entries of a calendar, and the journeys that the car then really makes.
Knows no car, no socket and no trip.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from lib.sim.brussels import ZONE
from lib.sim.journeys import Journey

ALL_DAY_DEPARTURE = time(7, 0)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS = (0, 1, 2, 3, 4)
SATURDAY, SUNDAY = 5, 6
_DAY = timedelta(days=1)
_LONGEST_GAP = 14  # days without a journey; then there are none any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Outing:
    """An entry of the calendar, from `day` on.

    Attributes:
        at: local time; None: all day, and the car leaves at 07:00. hours: until it is over.
        weekdays: repeated each week on these, 0 = Monday; none: once.
        car: which one it takes; None: no car. energy_wh: what that takes out of its battery.

    """

    title: str
    day: date
    at: time | None = None
    hours: float = 13.0
    weekdays: tuple[int, ...] = ()
    description: str = ""
    car: str | None = None
    energy_wh: float = 0.0

    def is_on(self, day: date) -> bool:
        """Whether it is on that local day."""
        return day >= self.day and (day.weekday() in self.weekdays if self.weekdays else day == self.day)

    def starts(self, day: date) -> datetime:
        """When it begins on that local day, in UTC."""
        return datetime.combine(day, self.at or ALL_DAY_DEPARTURE, ZONE).astimezone(UTC)


def family_week(start: datetime, car: str = "car_1") -> tuple[Outing, ...]:
    """What a family does whose house begins at `start`: tomorrow 180 km, on workdays to work, once to the sea."""
    tomorrow = start.astimezone(ZONE).date() + _DAY
    busy = tomorrow.weekday()
    workdays = tuple(day for day in WORKDAYS if day != busy)
    sea = SATURDAY if busy == SUNDAY else SUNDAY
    return (
        Outing(
            title=f"@{car}@ Antwerpen 180 km",
            day=tomorrow,
            at=time(7, 30),
            hours=10.5,
            weekdays=(busy,),
            car=car,
            energy_wh=32_400,
        ),
        Outing(
            title=f"@{car}@ Werk",
            description="23 km, heen en terug",
            day=_first(workdays, tomorrow + _DAY),
            at=time(8, 0),
            hours=9.25,
            weekdays=workdays,
            car=car,
            energy_wh=8_300,
        ),
        Outing(
            title=f"@{car}@ Zee 80 %",
            day=_first((sea,), tomorrow + _DAY),
            weekdays=(sea,),
            car=car,
            energy_wh=38_000,
        ),
        Outing(title="Tandarts", day=tomorrow, at=time(16, 20), hours=0.5),
    )


def calendar_text(outings: Iterable[Outing], start: datetime) -> str:
    """The ICS text; start: when the entries were made."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//simulated house//family//EN", "X-WR-TIMEZONE:Europe/Brussels"]
    for number, outing in enumerate(outings, 1):
        lines += ["BEGIN:VEVENT", f"UID:outing-{number}-{outing.day:%Y%m%d}@house.invalid"]
        lines += [f"DTSTAMP:{start.astimezone(UTC):%Y%m%dT%H%M%SZ}", *_times(outing)]
        if outing.weekdays:
            lines.append(f"RRULE:FREQ=WEEKLY;BYDAY={','.join(DAYS[day] for day in outing.weekdays)}")
        lines.append(f"SUMMARY:{_escaped(outing.title)}")
        if outing.description:
            lines.append(f"DESCRIPTION:{_escaped(outing.description)}")
        lines.append("END:VEVENT")
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def journeys(outings: Iterable[Outing], start: datetime, car: str = "car_1") -> Iterator[Journey]:
    """What `car` drives from the local day of `start` on, in order of departure; without end where a week repeats."""
    known = [outing for outing in outings if outing.car == car]
    day, without = start.astimezone(ZONE).date(), 0
    last = max((outing.day for outing in known), default=day)
    while without <= _LONGEST_GAP or day <= last:
        today = sorted((outing.starts(day), outing) for outing in known if outing.is_on(day))
        for departs, outing in today:
            yield Journey(departs=departs, returns=departs + timedelta(hours=outing.hours), energy_wh=outing.energy_wh)
        without = 0 if today else without + 1
        day += _DAY


def _first(weekdays: tuple[int, ...], day: date) -> date:
    """The first of these weekdays from `day` on."""
    return next(one for one in (day + later * _DAY for later in range(7)) if one.weekday() in weekdays)


def _times(outing: Outing) -> tuple[str, str]:
    if outing.at is None:
        return f"DTSTART;VALUE=DATE:{outing.day:%Y%m%d}", f"DTEND;VALUE=DATE:{outing.day + _DAY:%Y%m%d}"
    starts = datetime.combine(outing.day, outing.at)
    ends = starts + timedelta(hours=outing.hours)
    zone = ZONE.key
    return f"DTSTART;TZID={zone}:{starts:%Y%m%dT%H%M%S}", f"DTEND;TZID={zone}:{ends:%Y%m%dT%H%M%S}"


def _escaped(text: str) -> str:
    for sign in ("\\", ",", ";"):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")
