"""What a limit is worth that somebody tells: numbers of A, W or kW → how much a circuit may carry, and until when.

It holds so long from its arrival, or until the time that it tells itself; then the owner's own counts again. 0 is a
limit: nothing may flow. It knows no wire.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lib.core.circuits import Limits
from lib.core.gauges import Limited
from lib.feeds import FeedError
from lib.feeds.clamps import measured
from lib.options import Options
from lib.payload import moment, number, shown

UNITS: Final = ("A", "W", "kW")
VALID_S, LEAST_VALID_S, MOST_VALID_S = 120.0, 1.0, 86_400.0
LONGEST_S: Final = 86_400.0  # so far ahead a told time counts
KEYS = ("value", "unit", "valid_s", "phases", "until")
NO_LIMIT: Final[Limits] = (None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the owner says of a limit that somebody tells. who: tells it, for people."""

    circuit: str
    who: str
    unit: str
    valid_s: float = VALID_S

    def limited(self, values: Sequence[object], *, until: object, at_s: float, now: datetime, by: str = "") -> Limited:
        """The limit of one value for all phases, or of three. at_s: when it came; until: what it says itself, or None.

        now: the instant of `at_s`. by: who says so, where it is not just `who`. Raises FeedError.
        """
        numbers = [measured(self.who, "the limit", value) for value in values]
        if any(one < 0 for one in numbers):
            raise FeedError(f"{self.who} says a limit of {min(numbers):g} {self.unit}; it is 0 or more")
        valid_s = self.valid_s if until is None else self._told_s(until, now)
        limits_a, limit_w = NO_LIMIT, None
        if self.unit == "A":
            one, two, three = numbers if len(numbers) == 3 else numbers * 3
            limits_a = (one, two, three)
        else:
            limit_w = numbers[0] * (1000 if self.unit == "kW" else 1)
        return Limited(
            circuit=self.circuit, until_s=at_s + valid_s, limits_a=limits_a, limit_w=limit_w, by=by or self.who
        )

    def _told_s(self, until: object, now: datetime) -> float:
        """For how long from now on, by what it says: an instant, or seconds."""
        at = moment(until)
        left_s = number(until) if at is None else (at - now).total_seconds()
        if left_s is None:
            raise FeedError(
                f"{self.who} says {shown(until)} for the time until which its limit holds; "
                "it is seconds, or an instant such as 2026-11-20T17:00:00+01:00"
            )
        if left_s <= 0:
            raise FeedError(f"{self.who} says a limit that held until {shown(until)}: is its clock right, and ours?")
        return min(LONGEST_S, left_s)


def parse_terms(options: Options, circuit: str, who: str) -> Terms:
    """What "unit" and "valid_s" say. Raises the slip of the options."""
    unit = {name.lower(): name for name in UNITS}[options.one_of("unit", [name.lower() for name in UNITS])]
    valid_s = options.number("valid_s", VALID_S, least=LEAST_VALID_S, most=MOST_VALID_S)
    return Terms(circuit=circuit, who=who, unit=unit, valid_s=valid_s)


def parse_places(options: Options, terms: Terms) -> tuple[str, ...]:
    """Where the limit stands: three paths of "phases", or that of "value". Raises the slip of the options."""
    if not options.has("phases"):
        return (options.text("value", ""),)
    if options.has("value"):
        raise options.wrong('"phases" tells each phase and "value" all of them; name one or the other')
    places = options.texts("phases", such_as='("limits.l1", "limits.l2", "limits.l3")', most=3)
    if len(places) != 3 or terms.unit != "A":
        raise options.wrong('"phases" are the three of L1, L2 and L3, in "unit": "A"')
    return places
