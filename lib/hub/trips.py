"""What is ahead of the cars → text for people: trips, what they take, and what is planned for them. Pure."""

from collections.abc import Iterator
from datetime import datetime

from lib.hub.wording import BRUSSELS, UNKNOWN, answer, asked, below, labelled, near, price, span
from lib.messages.charging import CalendarNow, Charging, TripNow
from lib.messages.planned import NOTHING, unplanned

MOST_TRIPS, MOST_BLOCKS = 20, 40
STARTED = f"the trips are {UNKNOWN}: the program has just started"


def trips(charging: Charging | None) -> str:
    """Each trip: what it needs, when charging must begin, whether it can be met; and how the calendars are."""
    if charging is None:
        return STARTED
    return answer(
        *(line for trip in charging.trips[:MOST_TRIPS] for line in _trip(trip, charging.at)),
        *_more(len(charging.trips) - MOST_TRIPS),
        "" if charging.trips else "no trip is ahead",
        *map(_calendar, charging.calendars),
    )


def next_trip(charging: Charging) -> str:
    """The first trip in a line; "" when there is none."""
    if not charging.trips:
        return ""
    trip = charging.trips[0]
    return labelled("next trip", f"{_whither(trip, charging.at)}: {_can(trip)}")


def plan(charging: Charging | None) -> str:
    """When each car charges, with how much and at what price."""
    if charging is None:
        return f"the plan is {UNKNOWN}: the program has just started"
    if not charging.plan:
        return answer(NOTHING, unplanned(charging))
    return answer(
        *(
            f"{near(block.start, charging.at)} to {block.end.astimezone(BRUSSELS):%H:%M}  {block.car}"
            f"  {block.power_w / 1000:.2f} kW{_at(block.eur_kwh)}{f', for {block.trip}' if block.trip else ''}"
            for block in charging.plan[:MOST_BLOCKS]
        ),
        *_more(len(charging.plan) - MOST_BLOCKS),
        unplanned(charging),
    )


def _trip(trip: TripNow, now: datetime) -> Iterator[str]:
    yield f"{_whither(trip, now)}, {trip.ask}"
    energy = f"energy {UNKNOWN}" if trip.energy_wh is None else _energy(trip.energy_wh)
    yield below(f"ready {near(trip.ready, now)} with {asked(trip.target_pct)}: {energy}")
    if trip.latest_start is not None and trip.energy_wh:
        left = (
            "" if trip.slack_s is None else f", {span(abs(trip.slack_s))} {'to spare' if trip.slack_s >= 0 else 'late'}"
        )
        yield below(f"latest start {near(trip.latest_start, now)}{left}")
    yield below(_can(trip))


def _whither(trip: TripNow, now: datetime) -> str:
    return f"{near(trip.departs, now)} {trip.title or 'trip'} ({trip.car})"


def _energy(energy_wh: float) -> str:
    return f"{energy_wh / 1000:.1f} kWh to charge" if energy_wh else "nothing to charge"


def _can(trip: TripNow) -> str:
    """Whether it can be met, in ev's own words where it has some."""
    if trip.said:
        return trip.said
    match trip.feasible:
        case None:
            return "not known whether in time: type how full the car is"
        case True:
            return "it will be ready"
    if trip.step.name != "UNREACHABLE":
        return "it will be ready, but not under the paid peak"
    reached = "" if trip.reach_pct is None else f": it will have {trip.reach_pct:.0f} %"
    return f"it will NOT be ready{reached}"


def _calendar(calendar: CalendarNow) -> str:
    age = "not read yet" if calendar.age_s is None else f"read {span(calendar.age_s)} ago"
    trouble = f"; {calendar.trouble}" if calendar.trouble else ""
    return labelled("calendar", f"{calendar.name}: {calendar.trips} trip{'s' * (calendar.trips != 1)}, {age}{trouble}")


def _at(eur_kwh: float | None) -> str:
    return "" if eur_kwh is None else f" at {price(eur_kwh)}"


def _more(count: int) -> Iterator[str]:
    if count > 0:
        yield f"and {count} more"
