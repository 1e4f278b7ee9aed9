"""One trip in words: when its car must be ready, what that takes, and whether it can be met. Knows no panel."""

from datetime import datetime
from math import ceil, isfinite
from typing import NamedTuple

from lib.messages.charging import TripNow
from lib.panels.dates import near
from lib.panels.look import Look

CHEAP, ANY_RATE, HELP, OVER, UNREACHABLE = range(1, 6)  # steps of a need, as ev says them


class Verdict(NamedTuple):
    """Whether a trip can be met, in a word or two and in a colour."""

    word: str
    style: str


def verdict(trip: TripNow, look: Look, *, peaks_cost: bool) -> Verdict:
    """Of a trip; peaks_cost: whether there is a peak to go above."""
    colours = look.colours
    if trip.feasible is None:
        return Verdict("not known", colours.warn)
    if trip.energy_wh == 0:
        return Verdict("ready", colours.good)
    match trip.step:
        case step if step >= UNREACHABLE:
            return Verdict("too late", colours.over)
        case _ if trip.barred:
            return Verdict(trip.barred, colours.warn if trip.feasible else colours.over)
        case step if step == OVER and peaks_cost:
            return Verdict("over the peak", colours.over)
        case step if step in {HELP, OVER} or not trip.feasible:
            return Verdict("late", colours.over)
        case step if step == ANY_RATE:
            return Verdict("just in time", colours.warn)
    return Verdict("in time", colours.good)


def target(target_pct: float, look: Look) -> str:
    """A state of charge that is asked, as ev's sentences round it: up."""
    return look.number(ceil(target_pct - 1e-6) if isfinite(target_pct) else None, 0)


def trip_name(trip: TripNow) -> str:
    """Where to and what it asks, each said once."""
    title = trip.title or "trip"
    return title if trip.ask.replace(" ", "") in title.replace(" ", "") else f"{title}, {trip.ask}"


def trip_takes(trip: TripNow, look: Look, *, guessed: bool) -> str:
    """How much by what state of charge; guessed: nobody knows how full the car is."""
    if trip.energy_wh is None:
        return f"to {target(trip.target_pct, look)} %"
    if trip.energy_wh == 0:
        return f"has its {target(trip.target_pct, look)} %"
    about = "about " if guessed else ""
    return f"{about}{look.number(trip.energy_wh / 1000, 1)} kWh"


def trip_start(trip: TripNow, at: datetime) -> str:
    """When charging must begin at the latest; "" where that is over or nothing is to charge."""
    if trip.latest_start is None or not trip.energy_wh or trip.slack_s is None or trip.slack_s < 0:
        return ""
    return f"start by {near(trip.latest_start, at)}"
