"""What a calendar brought when it was asked: its entries, or why there are none. Knows no calendar service.

The last good list stays good until there is a newer one; its age is the asker's monotonic clock less `at_s`.
"""

from dataclasses import dataclass

from lib.core.trip import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A calendar was read at `at_s`: all that it holds of the coming days, in order of time; () is an empty one."""

    calendar: str
    entries: tuple[Entry, ...]
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlisted:
    """A calendar could not be read at `at_s`; why: in a sentence for the owner that says what to do."""

    calendar: str
    why: str
    at_s: float


AgendaEvent = Listed | Unlisted
