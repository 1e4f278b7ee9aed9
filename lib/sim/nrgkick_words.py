"""How an NRGkick writes its answers: codes or words, whole numbers with or without a point, odd keys.

In: an answer as nested dicts. Out: JSON. Knows no charge point.
"""

import json
from typing import Any, NamedTuple, Self

from aiohttp import web

_DIGITS = 3
_COLONS = ("max_current", "voltage")  # keys to which one firmware adds a colon
_MISSPELT = {"mac_address": "mac_adress"}


class Coded(NamedTuple):
    """A value that is a number when raw answers are asked for, else a word."""

    code: int
    word: str

    @classmethod
    def mask(cls, code: int, bits: tuple[str, ...], *, none: str) -> Self:
        """A set of things, lowest bit first."""
        return cls(code, ", ".join(bit for at, bit in enumerate(bits) if code >> at & 1) or none)


def plain(said: Any, *, words: bool, colons: bool) -> Any:
    """`said` with its coded values as words or codes, its numbers short, and perhaps the keys of an odd firmware."""
    match said:
        case Coded():
            return said.word if words else said.code
        case dict():
            return {_key(key) if colons else key: plain(one, words=words, colons=colons) for key, one in said.items()}
        case float():
            return int(said) if said == 0 else round(said, _DIGITS)
        case _:
            return said


def write(told: Any, *, points: bool) -> web.Response:
    """The answer; points: every whole number of it as 6.0."""
    return web.Response(text=json.dumps(_pointed(told) if points else told), content_type="application/json")


def _key(key: str) -> str:
    return f"{key}:" if key in _COLONS else _MISSPELT.get(key, key)


def _pointed(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: _pointed(one) for key, one in told.items()}
    return float(told) if isinstance(told, int) else told
