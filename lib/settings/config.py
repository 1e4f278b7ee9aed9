"""What the owner wrote in config.py: names and groups, each read with what is allowed. It knows no setting's meaning.

A slip is one sentence: the file, the key, the value and what is allowed. Of an address in it only the host is told, for
that of a calendar is a secret in itself.
"""

import ast
import runpy
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeGuard, TypeVar

from lib.address import hushed

T = TypeVar("T", int, bool, str)
Amps = tuple[float, float, float]  # on L1, L2, L3

MOST_A = 1000.0  # of a house, or of a car park
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


class SettingsError(Exception):
    """A setting that cannot be used, in one sentence for the owner."""


def load_config(path: Path, known: Collection[str]) -> "Config":
    """The file, run. Raises SettingsError.

    A name that is nearly one of `known` is a slip; others are the owner's own.
    """
    try:
        twice = _twice(path.read_text("utf-8-sig"))
        names = runpy.run_path(str(path))
    except FileNotFoundError:
        raise SettingsError(f"{path}: is missing; git restore {path.name} brings it back") from None
    except SyntaxError as error:
        line = hushed((error.text or "").strip())
        raise SettingsError(f"{path.name}: line {error.lineno} is no Python: {line}") from None
    except (Exception, SystemExit) as error:  # the owner's file may do anything; the sentence names it
        raise SettingsError(f"{path.name}: {type(error).__name__}: {hushed(str(error))}") from error
    if twice:
        raise SettingsError(f"{path.name}: {twice} stands twice in one group; each name stands once")
    config = Config(path.name, names)
    for name in names:
        if name not in known and (meant := get_close_matches(name, known, n=1, cutoff=0.8)):
            raise SettingsError(f"{path.name}: {name} is no setting; is {meant[0]} meant?")
    return config


def _twice(text: str) -> str:
    """A key that a group of the file holds twice, of which Python would take the last without a word; "" for none."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Dict):
            keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
            for key in keys:
                if keys.count(key) > 1:
                    return f"{key!r}"
    return ""


@dataclass(frozen=True, slots=True)
class Config:
    """The names that a config file, or a group in it, sets; where: as a sentence about it begins."""

    where: str
    names: Mapping[str, Any]

    def text(self, name: str, *, missing: str | None = None, such: str = "") -> str:
        """A text; such: what one looks like. It must be there, unless `missing` says what it is otherwise."""
        value = self.names.get(name, missing)
        if isinstance(value, str) and (value.strip() or missing == ""):
            return value.strip()
        raise self.slip(name, f"a text such as {such}" if such else "a text")

    def number(self, name: str, least: float, most: float, *, missing: float | None) -> float | None:
        """A number between two others; None only where that is the value for a missing one."""
        value = self.names.get(name, missing)
        if value is None and missing is None:
            return None
        if not is_number(value) or not least <= value <= most:
            raise self.slip(name, f"a number from {least:g} to {most:g}" + (", or None" if missing is None else ""))
        return float(value)

    def amount(self, name: str, least: float, most: float, *, missing: float | None = None) -> float:
        """A number between two others; it must be there, unless `missing` says what it is otherwise."""
        value = self.names.get(name, missing)
        if not is_number(value) or not least <= value <= most:
            raise self.slip(name, f"a number from {least:g} to {most:g}")
        return float(value)

    def amps(self, name: str, *, least: float, such: str) -> Amps | None:
        """Amperes on L1, L2, L3, or one number for each of them; None where there is none."""

        def is_good(value: object) -> bool:
            return is_number(value) and least <= value <= MOST_A

        match self.names.get(name):
            case None:
                return None
            case (one, two, three) if is_good(one) and is_good(two) and is_good(three):
                return float(one), float(two), float(three)
            case int() | float() as every if is_good(every):
                return float(every), float(every), float(every)
        raise self.slip(name, such)

    def one_of(self, name: str, allowed: tuple[T, ...], *, missing: T | None = None) -> T:
        """One of a few values; it must be there, unless `missing` says which it is otherwise."""
        value = self.names.get(name, missing)
        for one in allowed:
            if type(value) is type(one) and value == one:
                return one
        raise self.slip(name, " or ".join(map(shown, allowed)))

    def clock(self, name: str, missing: str) -> time:
        """A time of day."""
        with suppress(ValueError, TypeError):
            return _clock(self.names.get(name, missing))
        raise self.slip(name, f'a time of day such as "{missing}"')

    def hours(self, name: str, missing: tuple[str, str]) -> tuple[time, time]:
        """Two times of day, start before end."""
        with suppress(ValueError, TypeError):
            starts, ends = self.names.get(name, missing)
            hours = _clock(starts), _clock(ends)
            if hours[0] < hours[1]:
                return hours
        raise self.slip(name, f'("{missing[0]}", "{missing[1]}"), the start before the end')

    def words(self, name: str, missing: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Some texts, which may be none."""
        match self.names.get(name, missing):
            case tuple() | list() as words if all(isinstance(word, str) and word.strip() for word in words):
                return tuple(words)
        raise self.slip(name, 'a row of texts such as ("one",) or ("one", "two"), or ()')

    def group(self, name: str, known: Collection[str]) -> "Config | None":
        """A group with some of the keys `known`; None where it is None or missing."""
        value = self.names.get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.slip(
                name, "a group such as {" + ", ".join(f'"{key}": …' for key in list(known)[:2]) + "}, or None"
            )
        group = Config(f"{self.where}: {name}", value)
        group.only(known, name)
        return group

    def groups(self, name: str, kind: str, known: Collection[str]) -> "Iterator[tuple[str, Config]]":
        """The groups in `name`, by theirs, each with some of the keys `known`; kind: what one of them is."""
        value = self.names.get(name, {})
        if not isinstance(value, Mapping):
            raise self.slip(name, f'{{"name": {{…}}}} with a group for each {kind}, or {{}}')
        seen: dict[str, str] = {}
        for own, inner in value.items():
            if not isinstance(own, str) or not own or not set(own) <= LETTERS:
                raise SettingsError(f"{self.where}: {name} holds {own!r}; a name has letters, digits, _ and - only")
            if own.casefold() in seen:
                raise SettingsError(f"{self.where}: {name} holds {seen[own.casefold()]} and {own}, which is one name")
            seen[own.casefold()] = own
            if not isinstance(inner, Mapping):
                raise SettingsError(f"{self.where}: {name}[{own!r}] is {hushed(repr(inner))}; allowed is a group {{…}}")
            group = Config(f"{self.where}: {name}[{own!r}]", inner)
            group.only(known, kind)
            yield own, group

    def only(self, known: Collection[str], kind: str) -> None:
        """Raises SettingsError for a key that is none of `known`."""
        for key in self.names:
            if key not in known:
                meant = get_close_matches(str(key), known, n=1, cutoff=0.6)
                advice = f"is {meant[0]} meant?" if meant else f"allowed are {', '.join(known)}"
                raise SettingsError(f"{self.where}: {key} is no setting of a {kind}; {advice}")

    def slip(self, name: str, allowed: str) -> SettingsError:
        """The sentence for a name whose value cannot be used."""
        said = f"is {hushed(repr(self.names[name]))}" if name in self.names else "is missing"
        return SettingsError(f"{self.where}: {name} {said}; allowed is {allowed}")


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a number; True and False are none, whatever Python counts them as."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def shown(value: object) -> str:
    """A value as the owner writes it."""
    return f'"{value}"' if isinstance(value, str) else str(value)


def _clock(value: object) -> time:
    """Raises ValueError, TypeError."""
    found = time.fromisoformat(value)  # type: ignore[arg-type]  # what it is not, it refuses
    if found.tzinfo is not None:
        raise ValueError
    return found
