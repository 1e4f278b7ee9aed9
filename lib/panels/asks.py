"""What a key asks the owner before it gives an order: one of some options, or a figure. Knows no widget."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lib.messages.orders import Order
from lib.panels.seen import Seen

ONLY_LOOKS = "this screen only looks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer: its name, what it means, and the order it is. now: it is so already."""

    name: str
    meaning: str
    order: Order
    now: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """One of some options; the first nine have a number to press."""

    title: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A figure that the owner types.

    Attributes:
        question: in sentences; unit: stands behind what is typed.
        parse: what was typed → the order, or a sentence that says what is wrong with it.
        remark: what was typed so far → what it would mean, "" for nothing.

    """

    title: str
    question: str
    unit: str
    parse: Callable[[str], Order | str]
    remark: Callable[[str], str] = lambda typed: ""


Asked = Chooser | Field | Order | str  # an order needs no question; a text says why there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderKey:
    """A key that changes something; meaning: for the help, where it is `shown`."""

    key: str
    meaning: str
    ask: Callable[[Seen], Asked]
    shown: Callable[[Seen], bool] = lambda seen: True


def figure(typed: str, unit: str) -> float | None:
    """A number as people type it, also with a decimal comma and its unit; None for anything else."""
    plain = typed.strip().lower().removesuffix(unit.lower()).strip().replace(",", ".")
    digits = plain.replace(".", "", 1)
    return float(plain) if digits.isascii() and digits.isdigit() else None
