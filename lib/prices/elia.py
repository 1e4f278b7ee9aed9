"""Prices from the back end of Elia's own price page: no key, undocumented, may vanish; the last resort.

In: a day. Out: its slots. `parse` is pure; it knows no HTTP beyond the status.
"""

from datetime import UTC, date, datetime

from lib.core.slots import Slot
from lib.prices import AnswerError, PriceError
from lib.prices.day import Point, laid_out, price, shortened
from lib.prices.json_answer import from_json
from lib.prices.web import Answer, address, ask

NAME = "elia"
HOME = "https://griddata.elia.be"
PATH = "eliabecontrols.prod/interface/Interconnections/daily/auctionresultsqh"
FOUND, EMPTY, MISSING = 200, 204, 404


class Elia:
    """The day-ahead price by Elia's web page."""

    name = NAME

    def __init__(self, *, url: str | None = None) -> None:
        self._url = address(NAME, url or HOME) / PATH

    async def fetch(self, day: date) -> tuple[Slot, ...]:
        """See PriceSource."""
        return parse(day, await ask(NAME, self._url / f"{day}", {}))


def parse(day: date, answer: Answer) -> tuple[Slot, ...]:
    """The slots of `day`; () when the list is empty. Raises PriceError."""
    if answer.status == EMPTY:
        return ()
    if answer.status == MISSING:
        raise PriceError(f"{NAME} has no prices at this address any more (HTTP 404)")
    if answer.status != FOUND:
        raise PriceError(f"{NAME} refuses the question (HTTP {answer.status})")
    said = from_json(NAME, answer.body)
    if not isinstance(said, list):
        raise AnswerError(f"{NAME}: the answer is no list of prices")
    return laid_out(NAME, day, [_point(entry) for entry in said])


def _point(entry: object) -> Point:
    """One quarter; what the page does not show is not known."""
    match entry:
        case {"dateTime": str(stamp), "price": value, **rest}:
            is_shown = rest.get("isVisible", True) is not False
            return _instant(stamp), price(NAME, value) if is_shown else None
        case _:
            raise AnswerError(f"{NAME}: {shortened(entry)} lacks dateTime or price")


def _instant(stamp: str) -> datetime:
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise AnswerError(f"{NAME}: {shortened(stamp)} is no time with its zone")
    return at.astimezone(UTC)
