"""What others write, in parts: JSON or text in; the part that a path names, numbers and instants out.

It knows no sender. What is no such thing is None or an error, and never 0.
"""

import json
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

PLAIN = re.compile(r"([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)", re.ASCII)
SECONDS = range(1_000_000_000, 4_102_444_800)  # from 2001 to 2100; thousand times as much are milliseconds
LONGEST_SHOWN = 40
MOST_KEYS = 12


class NoJsonError(ValueError):
    """What was said is no JSON; how it begins."""


def parse_json(body: bytes | str) -> object:
    """What `body` holds, `mended`. Raises NoJsonError."""
    try:
        found: object = mended(json.loads(body))
    except (ValueError, RecursionError):
        raise NoJsonError(f"no JSON, but {shown(body) if body else 'nothing'}") from None
    return found


def mended(found: Any) -> Any:
    """`found` with a ? in place of each half letter, as of an emoji that was cut: no file and no frame can hold one."""
    match found:
        case str():
            return found if found.isascii() else found.encode("utf-8", "replace").decode()
        case dict():
            return {mended(key): mended(value) for key, value in found.items()}
        case list():
            return [mended(one) for one in found]
    return found


def at_path(found: object, path: str) -> object:
    """The part of `found` that `path` names: keys and places in lists, joined by dots; "" is all of it.

    A key that holds dots itself is found too. Raises LookupError.
    """
    if not path:
        return found
    match found:
        case dict():
            for key, rest in _cuts(path):
                if key in found:
                    return at_path(found[key], rest)
        case list():
            key, _, rest = path.partition(".")
            if key.isascii() and key.isdigit() and int(key) < len(found):
                return at_path(found[int(key)], rest)
    raise LookupError(path)


def contents(found: object) -> str:
    """What stands in `found`, for who looked for something else in it."""
    match found:
        case dict():
            return f"it has {', '.join(sorted(map(str, found))[:MOST_KEYS]) or 'no keys at all'}"
        case list():
            return f"it is a list of {len(found)}; the first is 0"
    return f"it is {shown(found)}"


def number(value: object, form: re.Pattern[str] = PLAIN) -> float | None:
    """`value` as a finite number, also one written as a text of this form; None for what is none."""
    match value:
        case bool():
            return None
        case int() | float():
            try:
                found = float(value)
            except OverflowError:
                return None
        case str() if written := form.fullmatch(value.strip()):
            found = float(written[1].replace(",", "."))
        case _:
            return None
    return found if math.isfinite(found) else None


def moment(value: object) -> datetime | None:
    """An instant: a text with its offset from UTC, or seconds or milliseconds since 1970; None for what is none."""
    try:
        match value:
            case datetime():
                return value.astimezone(UTC) if value.tzinfo else None
            case str():
                text = value.strip()
                if text.isascii() and text.isdigit():
                    return moment(int(text))
                at = datetime.fromisoformat(text)
                return at.astimezone(UTC) if at.tzinfo else None
            case bool():
                return None
            case int() | float() if int(value) in SECONDS:
                return datetime.fromtimestamp(value, UTC)
            case int() | float() if int(value) // 1000 in SECONDS:
                return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError):
        pass
    return None


def shown(value: object) -> str:
    """`value` for a sentence, cut short."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    text = " ".join(text.split())
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")


def _cuts(path: str) -> Iterator[tuple[str, str]]:
    """Each way to split a path into a first key and the rest, the longest key first."""
    pieces = path.split(".")
    for count in range(len(pieces), 0, -1):
        yield ".".join(pieces[:count]), ".".join(pieces[count:])
