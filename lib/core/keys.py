"""A decoded JSON group → checked values, key by key, or one sentence: the path, the value and what is allowed.

Knows no rule of a tariff. A key that is not known is no error: it is noted, with the name that may be meant.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import NamedTuple

from lib.core.tariff import RatesError

DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
SHOWN = 40  # characters of a value in a sentence


class Number(NamedTuple):
    """What a number stands for, and the range in which it can be one."""

    noun: str
    unit: str
    least: float
    most: float
    example: float

    def allowed(self) -> str:
        """The range in words."""
        of = f" of {self.unit}" if self.unit else ""
        return f"a number{of} from {self.least:g} to {self.most:g}, such as {self.example:g}"

    def of(self, value: object, where: str, *, also: str = "") -> float:
        """The value, checked. Raises RatesError."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.least <= value <= self.most:
            raise RatesError(f"{where}: {shown(value)} is no {self.noun}; {self.allowed()}{also}")
        return float(value)


@dataclass(frozen=True, slots=True)
class Keys:
    """A group of keys and its path; `notes` gathers what the owner should know."""

    group: Mapping[str, object]
    path: str
    notes: list[str]

    def __contains__(self, key: str) -> bool:
        return key in self.group

    def where(self, key: str) -> str:
        """The path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def only(self, *known: str) -> None:
        """Note every other key."""
        for key in self.group:
            if key not in known:
                meant = get_close_matches(key, known, n=1)
                hint = f"is {meant[0]} meant?" if meant else f"known are {', '.join(known)}"
                self.notes.append(f"{self.where(key[:SHOWN])}: is not known and does nothing; {hint}")

    def value(self, key: str) -> object:
        """A value that must be there."""
        if key not in self.group:
            near = get_close_matches(key, self.group, n=1)
            hint = f"; is {self.where(near[0][:SHOWN])} meant?" if near else ""
            raise RatesError(f"{self.where(key)}: is missing{hint}")
        return self.group[key]

    def keys(self, key: str) -> "Keys":
        """A group that must be there."""
        return keys_of(self.value(key), self.where(key), self.notes)

    def keys_or_none(self, key: str) -> "Keys | None":
        """A group that may be there."""
        return self.keys(key) if key in self else None

    def rows(self, key: str) -> "tuple[Keys, ...]":
        """A list of groups, empty where it is missing."""
        rows = self.items(key) if key in self else []
        return tuple(keys_of(row, f"{self.where(key)}[{n}]", self.notes) for n, row in enumerate(rows))

    def items(self, key: str) -> list[object]:
        """A list that must be there."""
        value = self.value(key)
        if not isinstance(value, list):
            raise self.slip(key, "is no list, which stands in brackets [ ]")
        return value

    def number(self, key: str, number: Number) -> float:
        """A number that must be there."""
        return number.of(self.value(key), self.where(key))

    def number_or_none(self, key: str, number: Number) -> float | None:
        """A number that may be there."""
        return self.number(key, number) if key in self else None

    def count(self, key: str, least: int, most: int, *, missing: int) -> int:
        """A whole number."""
        value = self.group.get(key, missing)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.slip(key, f"is no count; a whole number from {least} to {most}")
        return value

    def yes(self, key: str, *, missing: bool) -> bool:
        """True or false."""
        value = self.group.get(key, missing)
        if not isinstance(value, bool):
            raise self.slip(key, "is neither true nor false")
        return value

    def choice(self, key: str, *allowed: str | int, missing: str | int) -> str | int:
        """One of a few values."""
        value = self.group.get(key, missing)
        for one in allowed:
            if type(value) is type(one) and value == one:
                return one
        raise self.slip(key, f"is not known here; allowed is {' or '.join(map(str, allowed))}")

    def text(self, key: str) -> str:
        """A text that must be there and says something."""
        value = self.value(key)
        if not isinstance(value, str) or not value.strip():
            raise self.slip(key, "is no text, which stands in quotes")
        return value

    def one_of(self, *names: str) -> str:
        """Which of several keys is there; one of them must be, and no other."""
        there = [name for name in names if name in self]
        if len(there) != 1:
            said = f"has {' and '.join(there)}" if there else "has no price"
            raise RatesError(f"{self.path}: {said}; exactly one of {', '.join(names)} is needed")
        return there[0]

    def slip(self, key: str, said: str) -> RatesError:
        """The sentence for a value that cannot be used."""
        return RatesError(f"{self.where(key)}: {shown(self.group.get(key))} {said}")


def keys_of(value: object, path: str, notes: list[str]) -> Keys:
    """A value as a group. Raises RatesError."""
    if not isinstance(value, Mapping):
        raise RatesError(f"{path or 'the file'}: {shown(value)} is no group of keys, which stands in braces {{ }}")
    return Keys(value, path, notes)


def day_of(text: object) -> date | None:
    """A date such as 2026-01-31; None for anything else."""
    if not isinstance(text, str) or not DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def month_of(text: object) -> date | None:
    """The first day of a month such as 2026-01; None for anything else."""
    return day_of(f"{text}-01") if isinstance(text, str) else None


def shown(value: object) -> str:
    """A value as it stands in a sentence, cut short."""
    if value and isinstance(value, list | Mapping):
        return "[…]" if isinstance(value, list) else "{…}"
    if isinstance(value, int) and abs(value) >= 10**SHOWN:
        return "a number without end"
    said = repr(value)
    return said if len(said) <= SHOWN else f"{said[: SHOWN - 1]}…"
