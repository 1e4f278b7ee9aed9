"""The words of ev for a home where peaks cost nothing: what limits a quarter there is the connection.

In: a reason, a hold, a need. Out: the sentence or the words for it, by whether peaks cost something. Knows no screen.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from lib.core import needs, why
from lib.core.needs import Need
from lib.core.why import Hold, Reason, Why

REASONS: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        **why.ENGLISH,
        Reason.LATE_TRIP: "late: {does} to be ready for {name} at {until}",
        Reason.TRIP: "{does} for {name} at {until}: the time is short, so at any price",
    }
)
HELD: Final[Mapping[Hold, str]] = MappingProxyType(
    {
        **why.HELD,
        Hold.PEAK: "held to {current} by what the connection carries",
        Hold.NO_ROOM: "paused: the connection carries no more in this quarter",
        Hold.ASKED: "asks the meter app for room on the connection",
    }
)
SHORTLY: Final[Mapping[Hold, str]] = MappingProxyType(
    {Hold.PEAK: "connection", Hold.NO_ROOM: "no room on the connection"}
)


def why_said(because: Why, *, at: datetime, peaks_cost: bool) -> str:
    """The sentence why a charger does what it does."""
    if peaks_cost:
        return why.sentence(because, at=at)
    return why.sentence(because, at=at, reasons=REASONS, held=HELD)


def hold_said(held: Hold, *, peaks_cost: bool) -> str:
    """What holds a charger, in some words."""
    return f"{held}" if peaks_cost else SHORTLY.get(held, f"{held}")


def need_said(need: Need, *, at: datetime, title: str, peaks_cost: bool) -> str:
    """The sentence about what a trip takes; title: what screens call the car."""
    said = needs.said(need, at=at, title=title)
    return said if peaks_cost else said.replace("under the paid peak", "with what the connection carries")
