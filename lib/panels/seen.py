"""All that one drawing of the screen starts from: the newest word of each kind, and how old the last one is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from lib.messages import Message

T = TypeVar("T")


class Choice(NamedTuple):
    """What the owner's keys change now: its kind, such as "charger", and its name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The program that a screen from elsewhere listens to: whether the line to it stands, and if not, why."""

    url: str
    connected: bool
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the screen was told.

    Attributes:
        words: the newest message of each kind.
        heard_s: seconds since the last one came; None before the first.
        peer: the program a screen from elsewhere listens to; None in the program itself.
        chosen: what the keys change; None where there is nothing to change, or the screen only looks.
        opened: what the owner opened, or with False folded, by name.

    """

    title: str
    words: Mapping[type, Message] = field(default_factory=dict)
    heard_s: float | None = None
    peer: Peer | None = None
    chosen: Choice | None = None
    opened: Mapping[str, bool] = field(default_factory=dict)

    def newest(self, kind: type[T]) -> T | None:
        """The newest message of a kind; None before the first."""
        word = self.words.get(kind)
        return word if isinstance(word, kind) else None
