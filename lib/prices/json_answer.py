"""Prices in JSON, in the shape of any service we know: bytes → starts and prices in EUR/MWh.

Each shape is known by its keys. All prices are those of the auction, without VAT. It knows neither day nor HTTP, and
not whose prices they are where the shape does not say it: EnergyZero sells in the Netherlands, at Dutch prices.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal

from lib.prices import AnswerError
from lib.prices.day import HOUR, QUARTER, Point, instant, price, shortened

YEAR_2100 = 4_102_444_800
AREA = "BE"
FINAL = "Final"
MWH = 1000  # in kWh


def from_json(name: str, body: bytes) -> object:
    """What `body` holds. Raises AnswerError, which starts with `name`, when it is no JSON."""
    try:
        said: object = json.loads(body)
    except (ValueError, RecursionError):
        raise AnswerError(f"{name}: no JSON, but {shortened(body[:40]) if body else 'nothing'}") from None
    return said


def points_of(name: str, said: object) -> list[Point]:
    """Starts and prices of one day or many, in whichever shape; None is a hole. Raises AnswerError."""
    match said:
        case {"unix_seconds": _}:
            return energy_charts_points(name, said)
        case {"multiAreaEntries": _}:
            return nordpool_points(name, said)
        case {"base": _}:
            return energyzero_points(name, said)
        case list():
            return elia_points(name, said)
        case {"detail": str()}:  # what energy-charts says of a day that is not published
            return []
        case _:
            raise AnswerError(f"{name}: is no answer of energy-charts, Elia, Nord Pool or EnergyZero with prices")


def energy_charts_points(name: str, said: object) -> list[Point]:
    """Two lists of the same length, `unix_seconds` and `price`, and a `unit`."""
    match said:
        case {"unix_seconds": list(stamps), "price": list(prices), "unit": str(unit)}:
            pass
        case _:
            raise AnswerError(f"{name}: unix_seconds, price or unit is missing")
    if "".join(unit.split()).upper() != "EUR/MWH":
        raise AnswerError(f"{name}: the unit is {shortened(unit)}, not EUR/MWh")
    if len(stamps) != len(prices):
        raise AnswerError(f"{name}: {len(stamps)} times, but {len(prices)} prices")
    return [(_from_seconds(name, stamp), price(name, value)) for stamp, value in zip(stamps, prices, strict=True)]


def elia_points(name: str, said: object) -> list[Point]:
    """A list of `dateTime`, `price` and `isVisible`; what the page does not show is not known."""
    if not isinstance(said, list):
        raise AnswerError(f"{name}: the answer is no list of prices")
    return [_elia_point(name, entry) for entry in said]


def _elia_point(name: str, entry: object) -> Point:
    match entry:
        case {"dateTime": str(stamp), "price": value, **rest}:
            is_shown = rest.get("isVisible", True) is not False
            return _from_iso(name, stamp), price(name, value) if is_shown else None
        case _:
            raise AnswerError(f"{name}: {shortened(entry)} lacks dateTime or price")


def nordpool_points(name: str, said: object) -> list[Point]:
    """`multiAreaEntries` with a price for each area, of which Belgium counts; what is not final is not known."""
    match said:
        case {"multiAreaEntries": list(entries), "currency": str(currency), **rest}:
            pass
        case _:
            raise AnswerError(f"{name}: multiAreaEntries or currency is missing")
    if currency != "EUR":
        raise AnswerError(f"{name}: the currency is {shortened(currency)}, not EUR")
    points = [_nordpool_point(name, entry) for entry in entries]
    return points if _is_final(rest.get("areaStates")) else [(start, None) for start, _ in points]


def _nordpool_point(name: str, entry: object) -> Point:
    match entry:
        case {"deliveryStart": str(start), "deliveryEnd": str(end), "entryPerArea": {"BE": value}}:
            return _start(name, start, end), price(name, value)
        case _:
            raise AnswerError(f"{name}: {shortened(entry)} lacks deliveryStart, deliveryEnd or a price of {AREA}")


def _is_final(states: object) -> bool:
    """Whether the prices of Belgium stay as they are; so they do where nothing is said of it."""
    for state in states if isinstance(states, list) else []:
        match state:
            case {"state": said, "areas": list(areas)} if AREA in areas:
                return bool(said == FINAL)
    return True


def energyzero_points(name: str, said: object) -> list[Point]:
    """`base`, which is the auction's price without VAT, as text in EUR/kWh; beside it may stand others with VAT."""
    match said:
        case {"base": list(entries)}:
            return [_energyzero_point(name, entry) for entry in entries]
        case _:
            raise AnswerError(f"{name}: base is no list of prices")


def _energyzero_point(name: str, entry: object) -> Point:
    match entry:
        case {"start": str(start), "end": str(end), "price": {"value": str(eur_kwh)}}:
            pass
        case _:
            raise AnswerError(f"{name}: {shortened(entry)} lacks start, end or a price as text")
    try:
        eur_mwh = float(Decimal(eur_kwh) * MWH)  # a Decimal, so that 0.06449 becomes 64.49 and not nearly so
    except (ArithmeticError, ValueError):
        raise AnswerError(f"{name}: {shortened(eur_kwh)} stands where a price should") from None
    return _start(name, start, end), price(name, eur_mwh)


def _start(name: str, start: str, end: str) -> datetime:
    """The start of a quarter or an hour; gas, for one, has days."""
    first, last = _from_iso(name, start), _from_iso(name, end)
    if last - first not in {QUARTER, HOUR}:
        raise AnswerError(f"{name}: from {shortened(start)} to {shortened(end)} is neither a quarter nor an hour")
    return first


def _from_iso(name: str, stamp: str) -> datetime:
    at = instant(name, stamp)
    if not 1970 < at.year < 2100:
        raise AnswerError(f"{name}: {shortened(stamp)} is no time of a price")
    return at


def _from_seconds(name: str, stamp: object) -> datetime:
    if isinstance(stamp, bool) or not isinstance(stamp, int) or not 0 <= stamp < YEAR_2100:
        raise AnswerError(f"{name}: {shortened(stamp)} is no time in seconds")
    return datetime.fromtimestamp(stamp, UTC)
