"""The text of an iCalendar file → the same with only the events that may matter. It reads digits of days, no times.

A calendar of many years has some megabytes, of which a week needs little; what lies outside goes before a library
takes a hundred times longer over it. Source: RFC 5545.
"""

import re
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from lib.calendars import CalendarError

ANY_CASE = re.MULTILINE | re.DOTALL | re.IGNORECASE
FOLD: Final = re.compile(rb"\r?\n[ \t]")
EVENT: Final = re.compile(rb"^BEGIN:VEVENT\s*?$.*?^END:VEVENT\s*?$\n?", ANY_CASE)
ALARM: Final = re.compile(rb"^BEGIN:VALARM\s*?$.*?^END:VALARM\s*?$\n?", ANY_CASE)
PARAMETERS: Final = rb'(?:;[\w-]+=(?:"[^"\x00-\x1f\x7f]*"|[^";:\x00-\x1f\x7f])*)*'  # others are none to the library
UID: Final = re.compile(rb"^UID" + PARAMETERS + rb":[ \t]*(\S[^\r\n]*)", ANY_CASE)
RULE: Final = re.compile(rb"^RRULE(?:;[^:\r\n]*)?:([^\r\n]*)", ANY_CASE)
DATES: Final = re.compile(rb"^RDATE\b", ANY_CASE)
LASTS: Final = re.compile(rb"^DURATION\b", ANY_CASE)
UNTIL: Final = re.compile(rb"UNTIL=(\d{8})", ANY_CASE)
TOO_OFTEN: Final = re.compile(rb"FREQ=(?:SECONDLY|MINUTELY|HOURLY)", ANY_CASE)
STARTS: Final = re.compile(rb'^DTSTART(?:;(?:[^":\r\n]|"[^"\r\n]*")*)?:\s*(\d{8})', ANY_CASE)
ENDS: Final = re.compile(rb'^DTEND(?:;(?:[^":\r\n]|"[^"\r\n]*")*)?:\s*(\d{8})', ANY_CASE)
WORDS: Final = re.compile(rb"^(?:SUMMARY|DTSTART|RRULE)[^\r\n]*", ANY_CASE)
HEAD, TAIL = b"BEGIN:VCALENDAR", b"END:VCALENDAR"
BOM = b"\xef\xbb\xbf"
SLACK = timedelta(days=2)  # more than a time zone, and than a day whose end is not said
REACH = timedelta(days=31)  # how long an event lasts at most whose digits do not say it


def relevant(body: bytes, start: datetime, end: datetime) -> bytes:
    """`body` without the events that cannot touch the time from `start` to `end`; each that stays has a UID.

    All that belongs to one UID stays or goes together. Raises CalendarError when it is no calendar, or not a whole one.
    """
    text = body.removeprefix(BOM).lstrip()
    if text[: len(HEAD)].upper() != HEAD:
        kind = "a web page" if text.startswith(b"<") else "something else" if text else "nothing at all"
        raise CalendarError(f"what stands there is no calendar in iCal format but {kind}")
    if not text.rstrip().upper().endswith(TAIL):
        raise CalendarError("the calendar is cut short: its last line, END:VCALENDAR, is missing")
    text = ALARM.sub(b"", FOLD.sub(b"", text))
    events = [_with_uid(found[0]) for found in EVENT.finditer(text)]
    early, first, last = (f"{day:%Y%m%d}".encode() for day in (start - REACH, start - SLACK, end + SLACK))
    kept = {_uid(event) for event in events if _may_touch(event, early, first, last)}
    kept -= {_uid(event) for event in events if any(map(TOO_OFTEN.search, RULE.findall(event)))}
    turn = iter(events)

    def once_more(_: re.Match[bytes]) -> bytes:
        event = next(turn)
        return event if _uid(event) in kept else b""

    return EVENT.sub(once_more, text)


def _may_touch(event: bytes, early: bytes, first: bytes, last: bytes) -> bool:
    """Whether an event may touch the days from `first` to `last`; `early` is the day for one of unknown length."""
    starts = STARTS.search(event)
    if starts is None or starts[1] > last:
        return False
    if DATES.search(event):
        return True
    if rule := RULE.search(event):
        until = UNTIL.search(rule[1])
        return until is None or until[1] >= early
    ends = ENDS.search(event)
    return ends[1] >= first if ends else starts[1] >= (early if LASTS.search(event) else first)


def _uid(event: bytes) -> bytes:
    found = UID.search(event)
    return found[1].strip() if found else b""


def _with_uid(event: bytes) -> bytes:
    """An event without UID is known by its title and its times."""
    if UID.search(event):
        return event
    begin, _, rest = event.partition(b"\n")
    uid = sha256(b"\n".join(WORDS.findall(event))).hexdigest()[:16]
    return begin + b"\nUID:none-" + uid.encode() + b"\n" + rest
