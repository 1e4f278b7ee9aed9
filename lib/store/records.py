"""Values of the core ↔ JSON, exactly: what is read is equal to what was written, to the last digit and microsecond.

By the types of the dataclasses, so a field that the core adds is kept too. What has its default is not written. Charges
are a list of [part, name, band, register, quantity, eur], and a named tuple is a list of its values. It knows no file
and no table.
"""

import json
import types
import zlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from lib.core.charges import Charge, Item, Part

T = TypeVar("T")
NONE = type(None)


class RecordError(ValueError):
    """A text is no record of its kind."""


def text_of(value: object) -> str:
    """A record, or a list of them, as one line of JSON."""
    return json.dumps(_plain(value), separators=(",", ":"))


def crc_of(text: str) -> int:
    """By what one sees that a text is as it was written."""
    return zlib.crc32(text.encode())


def parse(kind: type[T], text: str) -> T:
    """The record in `text`. Raises RecordError."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise RecordError(f"no JSON: {error}") from error
    return record(kind, found)


def record(kind: type[T], found: object) -> T:
    """The record in JSON that was read already. Raises RecordError."""
    try:
        return cast("T", _reader(cast("Hashable", kind))(found))
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise RecordError(f"no {kind.__name__}: {error}") from error


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Mapping():
            if any(isinstance(key, Item) for key in value):
                return [[*item, *charge] for item, charge in value.items()]
            return {key: _plain(one) for key, one in value.items()}
        case tuple() | list():
            return [_plain(one) for one in value]
        case _ if is_dataclass(value):
            seen = ((name, getattr(value, name), usual) for name, usual in _usual(cast("Hashable", type(value))))
            return {name: _plain(one) for name, one, usual in seen if one != usual}
    return value


@cache
def _usual(kind: Any) -> tuple[tuple[str, Any], ...]:
    """The fields of a dataclass, each with its default, or MISSING."""
    return tuple(
        (one.name, one.default_factory() if one.default_factory is not MISSING else one.default)
        for one in fields(cast("Any", kind))
    )


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """What makes a value of `kind` out of JSON."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is datetime or kind is date:
        return cast("Callable[[Any], Any]", kind.fromisoformat)
    if origin is Union or origin is types.UnionType:
        if set(inner) == {datetime, date}:
            return _day_or_instant
        (known,) = (_reader(one) for one in inner if one is not NONE)
        return lambda found: None if found is None else known(found)
    if origin is tuple:
        each = _reader(inner[0])
        return lambda found: tuple(each(one) for one in found)
    if origin is not None and issubclass(origin, Mapping):
        return _charges if inner[0] is Item else _mapping(_reader(inner[1]))
    if is_dataclass(kind):
        return _dataclass(kind)
    if issubclass(kind, tuple):
        return _named_tuple(kind)
    return cast("Callable[[Any], Any]", kind) if issubclass(kind, Enum) else _scalar(kind)


def _dataclass(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {one.name: _reader(hints[one.name]) for one in fields(kind)}

    def read(found: Any) -> Any:
        return kind(**{name: readers[name](value) for name, value in found.items() if name in readers})

    return read


def _named_tuple(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = [_reader(hints[name]) for name in kind._fields]
    return lambda found: kind(*(read(one) for read, one in zip(readers, found, strict=True)))


def _day_or_instant(found: str) -> date:
    return datetime.fromisoformat(found) if "T" in found else date.fromisoformat(found)


def _mapping(each: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda found: {key: each(value) for key, value in found.items()}


def _charges(found: Any) -> Mapping[Item, Charge]:
    return {
        Item(Part(part), name, band, register): Charge(quantity, eur)
        for part, name, band, register, quantity, eur in found
    }


def _scalar(kind: Any) -> Callable[[Any], Any]:
    allowed = (int, float) if kind is float else (kind,)

    def read(found: Any) -> Any:
        if type(found) not in allowed:
            raise TypeError(f"{found!r} is no {kind.__name__}")
        return found

    return read
