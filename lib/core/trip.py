"""Calendar entries → the trips of the cars, and what the owner should know about the entries.

An event is a trip when a car's name stands in its title: `@car_1@`. What the trip needs is read from the title, else
from the description: `180 km`, `80 %`, `30,5 kWh`, `full`. Knows no calendar service and no state of charge.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial, reduce

from lib.core.car import FULL, FULL_PCT, Ask, CarRules
from lib.core.stamp import BRUSSELS

READY_BEFORE = timedelta(minutes=15)
ALL_DAY_DEPARTURE = time(7, 0)
HORIZON = timedelta(days=7)
ON_ITS_WAY = timedelta(minutes=30)  # so long after its departure a trip is over, wherever its car stands
AT_HOME = timedelta(hours=1)  # a shorter stop between two trips charges next to nothing
NO_TRIPS = frozenset({"birthday", "workingLocation"})
MOST_KM, MOST_KWH = 2000.0, 250.0  # more is a slip of the pen

# not in a mail address: no letter, digit or dot right before it, none right after it; a full stop may end the title
TAG = re.compile(r"(?<![^\W_])(?<!\.)@([A-Za-z0-9_-]+)@(?![^\W_]|\.\w)")
TOUCHES = re.compile(r"@([A-Za-z0-9_-]+)@(?![^\W_]|\.\w)")  # also what stands at the end of a word
NEED = re.compile(  # a speed (km/h) and a consumption (kWh/100 km) are no needs
    r"(?<![\w.,/])([0-9]+(?:[.,][0-9]+)?)\s*(km|kwh|%)(?!(?![x×]\s?2(?!\w))\w|\s*/\s*[h0-9])", re.IGNORECASE
)
THOUSANDS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
AS_FULL = re.compile(r"(?<!\w)(?:full|vol|plein)(?!\w)", re.IGNORECASE)
BACK = re.compile(r"(?:(?<!\w)|(?<=km))[x×]\s?2(?!\w)|(?<!\w)(?:retour|return|heen[\s-]+en[\s-]+terug)(?!\w)", re.I)
ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)  # "%20" in one is no need
HTML = re.compile(r"</?[A-Za-z][^<>]*>")
ENTITY = re.compile(r"&(?:#([0-9]{1,5})|(nbsp|amp|lt|gt|quot|percnt));")
ENTITIES = {"nbsp": " ", "amp": "&", "lt": "<", "gt": ">", "quot": '"', "percnt": "%"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event of a calendar, as its service tells it, a repeated one once for each time.

    Attributes:
        key: calendar, event and, of a repeated one, its original start: the same as long as it is the same event.
        start, end: UTC; of an all-day one the local days, the last one excluded.
        declined: the owner said no; kind: what the service calls it, such as "birthday".

    """

    key: str
    title: str
    description: str = ""
    start: datetime | date
    end: datetime | date
    cancelled: bool = False
    declined: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """One of several trips in a row."""

    departs: datetime
    returns: datetime
    ask: Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A car is needed.

    Attributes:
        key: the entry's, with the car: a moved event moves its trip.
        title: of the event, without its tags.
        ready: when the car must be charged; departs, returns: UTC.
        ask: what it wants; the car's default where the event says nothing.
        drives: each of the trips in a row that it stands for.

    """

    key: str
    car: str
    title: str
    ready: datetime
    departs: datetime
    returns: datetime
    ask: Ask
    drives: tuple[Drive, ...] = ()

    def driven(self, car: CarRules, at: datetime, *, left: datetime | None = None) -> Ask | None:
        """What it took of a car that left and is home then; None: nothing, as who is back soon turned round.

        An entry may be of the appointment alone: who left before it and was away for half its length was there.
        """
        asks = []
        for one in self.drives or (self,):
            half = (one.returns - one.departs) / 2
            began = one.departs if left is None else min(left, one.departs)
            if at >= one.departs and (at >= one.departs + min(ON_ITS_WAY, half) or at >= began + half):
                asks.append(one.ask)
            left = one.returns
        return reduce(partial(_both, car=car), asks) if asks else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trips:
    """All that calendars hold: trips in order of departure, and what the owner should know about the events.

    since, until: they stay the same between these instants, unless the calendars change; None: nobody knows.
    """

    trips: tuple[Trip, ...] = ()
    notes: tuple[str, ...] = ()
    since: datetime | None = field(default=None, compare=False)
    until: datetime | None = field(default=None, compare=False)

    def hold(self, at: datetime) -> bool:
        """Whether the same events would be found now."""
        return self.since is not None and self.until is not None and self.since <= at < self.until


Timed = tuple[Entry, datetime, datetime]


def trips(
    entries: Iterable[Entry],
    cars: Mapping[str, CarRules],
    *,
    now: datetime,
    ready_before: timedelta = READY_BEFORE,
    all_day_departure: time = ALL_DAY_DEPARTURE,
) -> Trips:
    """The trips of the next seven days.

    cars: by the name that stands in titles, where case does not count. Cancelled and declined events are left out, so
    are those that are over or departed more than half an hour ago. A trip within another of the same car is ignored
    with a note; two in a row without an hour at home become one, with the needs of both, ready for the first.
    """
    names = {name.casefold(): name for name in cars}
    notes: dict[str, None] = {}  # in order, each once
    told: set[str] = set()
    found: dict[str, list[Trip]] = {}
    timed = _timed(entries, all_day_departure)
    for entry, departs, returns in _ahead(timed, now):
        title = _plain(entry.title)
        tags = [tag.casefold() for tag in TAG.findall(title)]
        notes |= dict.fromkeys(_slips(title, departs, tags, told, names))
        mine = [names[tag] for tag in dict.fromkeys(tags) if tag in names]
        if not mine:
            continue
        ask, slip = _ask(_untagged(title), _untagged(_plain(entry.description, html=True)))
        if slip and title not in told:
            told.add(title)  # a repeated event has it each time
            notes[f"{_named(_untagged(title), departs)}: {slip}; what the car usually needs is taken"] = None
        for car in mine:
            trip = Trip(
                key=f"{entry.key}/{car}",
                car=car,
                title=_untagged(title) or "trip",
                ready=departs - ready_before,
                departs=departs,
                returns=returns,
                ask=ask or cars[car].trip_default,
            )
            found.setdefault(car, []).append(trip)
    held: list[Trip] = []
    for car, listed in found.items():
        kept, said = _in_a_row(listed, cars[car])
        held += kept
        notes |= dict.fromkeys(said)
    edges = (edge for _, start, end in timed for edge in (start - HORIZON, start + ON_ITS_WAY, end) if edge >= now)
    return Trips(
        trips=tuple(sorted(held, key=lambda trip: (trip.departs, trip.car))),
        notes=tuple(notes),
        since=now,
        until=min(edges, default=now + HORIZON),
    )


def changes(before: Trips, after: Trips) -> tuple[str, ...]:
    """One line for the log for each trip that was added, was moved, wants something else or is no longer ahead."""
    was, now = ({trip.key: trip for trip in known.trips} for known in (before, after))
    said = []
    for key, trip in now.items():
        old = was.get(key)
        if old is None:
            said.append(f"{trip.car}: {_named(trip.title, trip.departs)} was added, it wants {asked(trip.ask)}")
            continue
        news = []
        if (old.departs, old.ready, old.returns) != (trip.departs, trip.ready, trip.returns):
            news.append(f"was moved, it departs {_day(trip.departs)} and is back {_day(trip.returns)}")
        if old.ask != trip.ask:
            news.append(f"wants {asked(trip.ask)} in place of {asked(old.ask)}")
        if news:
            said.append(f"{trip.car}: {_named(old.title, old.departs)} {', and '.join(news)}")
    gone = [trip for key, trip in was.items() if key not in now]
    return (*said, *(f"{trip.car}: {_named(trip.title, trip.departs)} is no longer ahead" for trip in gone))


def asked(ask: Ask) -> str:
    """What a trip wants, in words: "180 km", "80 %", "30.5 kWh"."""
    if ask.km is not None:
        return f"{ask.km:g} km"
    if ask.energy_wh is not None:
        return f"{ask.energy_wh / 1000:g} kWh"
    return f"{FULL_PCT if ask.soc_pct is None else ask.soc_pct:g} %"


def _timed(entries: Iterable[Entry], departure: time) -> list[Timed]:
    """The events that may hold trips, each once, with departure and return."""
    return [
        (entry, start, _end(entry, start))
        for entry in {entry.key: entry for entry in entries}.values()
        if not (entry.cancelled or entry.declined or entry.kind in NO_TRIPS)
        for start in [_instant(entry.start, departure)]
    ]


def _ahead(timed: Iterable[Timed], now: datetime) -> Iterator[Timed]:
    """Those of now, by departure; the longest of equals first.

    One without a length, as a reminder is, is not over because it has begun.
    """
    for entry, start, end in sorted(timed, key=lambda one: (one[1], -one[2].timestamp(), one[0].key)):
        if now - ON_ITS_WAY <= start <= now + HORIZON and (now < end or start == end):
            yield entry, start, end


def _instant(at: datetime | date, clock: time) -> datetime:
    """An instant in UTC; of a day the one at which local clocks show `clock`."""
    return (at if isinstance(at, datetime) else datetime.combine(at, clock, BRUSSELS)).astimezone(UTC)


def _end(entry: Entry, start: datetime) -> datetime:
    """When an event is over; one of a whole day lasts it, though its end may be written as the same day."""
    if not isinstance(entry.end, datetime) and not isinstance(entry.start, datetime):
        return _instant(max(entry.end, entry.start + timedelta(days=1)), time.min)
    return max(start, _instant(entry.end, time.min))


def _in_a_row(listed: list[Trip], car: CarRules) -> tuple[list[Trip], list[str]]:
    """The trips of one car, in order of departure, as they can be driven; and what the owner should know of it."""
    kept: list[Trip] = []
    notes = []
    for trip in listed:
        last = kept[-1] if kept else None
        if last is None or trip.departs - last.returns >= AT_HOME:
            kept.append(trip)
            continue
        begins_within = trip.departs < last.returns or trip.departs == last.departs
        name = f"{car.name}: {_named(trip.title, trip.departs)}"
        if begins_within and trip.returns <= last.returns:
            notes.append(f'{name} lies within "{last.title}", so it is ignored')
            continue
        if begins_within:
            notes.append(f'{name} begins before "{last.title}" is over: it is charged for both')
        kept[-1] = replace(
            last,
            title=f"{last.title} + {trip.title}",
            returns=trip.returns,
            ask=_both(last.ask, trip.ask, car),
            drives=(*(last.drives or (_drive(last),)), _drive(trip)),
        )
    return kept, notes


def _drive(trip: Trip) -> Drive:
    return Drive(departs=trip.departs, returns=trip.returns, ask=trip.ask)


def _both(first: Ask, second: Ask, car: CarRules) -> Ask:
    """What two trips want together. Km and kWh add up; of two % the larger; what is driven comes on top of a %."""
    if first.km is not None and second.km is not None:
        return Ask(km=first.km + second.km)
    driven_wh = sum(car.driven_wh(ask) or 0.0 for ask in (first, second))
    said_pct = [ask.soc_pct for ask in (first, second) if ask.soc_pct is not None]
    if said_pct:
        return Ask(soc_pct=min(FULL_PCT, max(said_pct) + driven_wh / car.capacity_wh * 100))
    return Ask(energy_wh=driven_wh)


def _slips(title: str, departs: datetime, tags: list[str], told: set[str], names: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the tags of a title, each name once: it joins `told`."""
    for tag in tags:
        if tag not in names and f"@{tag}" not in told:
            told.add(f"@{tag}")
            known = ", ".join(names.values()) or "none is set up"
            yield f"{_named(_untagged(title), departs)}: no car is called {tag}; the cars: {known}"
    for found in TOUCHES.findall(title):
        if found.casefold() in names and found.casefold() not in tags and title not in told:
            told.add(title)
            yield f"{_named(title, departs)}: put a space before @{found}@, then it is a trip"


def _ask(title: str, description: str) -> tuple[Ask | None, str]:
    """What an event says that its trip needs, None where it says nothing or nonsense; and the nonsense.

    A number wins over a word of the same text, for "vol" is a flight too. A way back in the title doubles the km of
    the description, one in the description those of the description only.
    """
    for text, back in ((title, BACK.search(title)), (description, BACK.search(title) or BACK.search(description))):
        found = NEED.search(text)
        if found is not None:
            return _number(found[1], found[2].lower(), twice=back is not None)
        if AS_FULL.search(text):
            return FULL, ""
    return None, ""


def _number(digits: str, unit: str, *, twice: bool) -> tuple[Ask | None, str]:
    number = float(re.sub("[.,]", "" if THOUSANDS.fullmatch(digits) else ".", digits))
    most = {"km": MOST_KM, "%": FULL_PCT, "kwh": MOST_KWH}[unit]
    if not 0 < number <= most:
        shown = {"km": "km", "%": "%", "kwh": "kWh"}[unit]
        return None, f"{digits[:12]} {shown} is out of range, 0 to {most:g} {shown}"
    match unit:
        case "km":
            return Ask(km=number * 2 if twice else number), ""
        case "%":
            return Ask(soc_pct=number), ""
    return Ask(energy_wh=number * 1000), ""


def _plain(text: str, *, html: bool = False) -> str:
    """The words of a text in one line, without web addresses; html: also without tags of HTML and its entities."""
    if html:
        text = ENTITY.sub(lambda found: chr(int(found[1])) if found[1] else ENTITIES[found[2]], HTML.sub(" ", text))
    text = ADDRESS.sub(" ", text)
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _untagged(text: str) -> str:
    return " ".join(TAG.sub(" ", text).split())


def _named(title: str, at: datetime) -> str:
    return f'"{title or "trip"}" on {_day(at)}'


def _day(at: datetime) -> str:
    local = at.astimezone(BRUSSELS)
    return f"{local:%a} {local.day} {local:%b %H:%M}"
