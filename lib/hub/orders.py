"""Frames that are orders: what starts with `{`, or is no text. There are no orders yet, so each is refused with why."""

from pydantic_core import from_json

from lib.messages import Refused

LONGEST_SHOWN = 40


def is_order(frame: str) -> bool:
    """Whether a text frame is meant as JSON rather than as a line of a person."""
    return frame.lstrip().startswith("{")


def refuse(frame: str | bytes, program: str, *, may_change: bool) -> Refused:
    """Why an order to `program` is not carried out, in a sentence for who wrote the client."""
    if not may_change:
        return Refused(why="this token may only look: an order needs the control token")
    if isinstance(frame, bytes):
        return Refused(why="a binary frame is no order and no word: send JSON or a typed line as a text frame")
    try:
        order = from_json(frame)
    except ValueError as error:
        return Refused(why=f"this is no JSON object ({error}); a typed line must not start with {{")
    name = order.get("type")
    if not isinstance(name, str):
        return Refused(why='an order says its type, such as {"type": "…"}; this one has none')
    return Refused(why=f"{program} takes no orders yet, so {name[:LONGEST_SHOWN]!r} was not carried out")
