"""JSON with prices, in the shape of energy-charts: bytes → starts and prices.

Two lists of the same length, `unix_seconds` and `price`, and a `unit`. It knows neither day nor service.
"""

import json
from datetime import UTC, datetime

from lib.prices import AnswerError
from lib.prices.day import Point, price, shortened

YEAR_2100 = 4_102_444_800


def from_json(name: str, body: bytes) -> object:
    """What `body` holds. Raises AnswerError, which starts with `name`, when it is no JSON."""
    try:
        said: object = json.loads(body)
    except (ValueError, RecursionError):
        raise AnswerError(f"{name}: no JSON, but {shortened(body[:40]) if body else 'nothing'}") from None
    return said


def points_of(name: str, said: object) -> list[Point]:
    """Starts and prices in EUR/MWh, of one day or many; None is a hole. Raises AnswerError."""
    match said:
        case {"unix_seconds": list(stamps), "price": list(prices), "unit": str(unit)}:
            pass
        case _:
            raise AnswerError(f"{name}: unix_seconds, price or unit is missing")
    if "".join(unit.split()).upper() != "EUR/MWH":
        raise AnswerError(f"{name}: the unit is {shortened(unit)}, not EUR/MWh")
    if len(stamps) != len(prices):
        raise AnswerError(f"{name}: {len(stamps)} times, but {len(prices)} prices")
    return [(_instant(name, stamp), price(name, value)) for stamp, value in zip(stamps, prices, strict=True)]


def _instant(name: str, stamp: object) -> datetime:
    if isinstance(stamp, bool) or not isinstance(stamp, int) or not 0 <= stamp < YEAR_2100:
        raise AnswerError(f"{name}: {shortened(stamp)} is no time in seconds")
    return datetime.fromtimestamp(stamp, UTC)
