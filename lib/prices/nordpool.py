"""Prices from the data portal of Nord Pool: no key, for personal use; days some two months past want a log-in.

In: a day. Out: its slots. `parse` is pure; it knows no HTTP beyond the status.
"""

from datetime import date

from lib.core.slots import Slot
from lib.prices import AnswerError, PriceError
from lib.prices.day import laid_out
from lib.prices.json_answer import AREA, from_json, nordpool_points
from lib.prices.web import Answer, address, ask

NAME = "nordpool"
HOME = "https://dataportal-api.nordpoolgroup.com"
FOUND, EMPTY, LOG_IN, MISSING = 200, 204, 401, 404


class NordPool:
    """The day-ahead price by Nord Pool."""

    name = NAME

    def __init__(self, *, url: str | None = None) -> None:
        self._url = address(NAME, url or HOME) / "api" / "DayAheadPrices"

    async def fetch(self, day: date) -> tuple[Slot, ...]:
        """See PriceSource."""
        query = {"market": "DayAhead", "date": f"{day}", "deliveryArea": AREA, "currency": "EUR"}
        return parse(day, await ask(NAME, self._url, query))


def parse(day: date, answer: Answer) -> tuple[Slot, ...]:
    """The slots of `day`; () when the answer is empty, or its prices may still change. Raises PriceError."""
    if answer.status == EMPTY:
        return ()
    if answer.status == LOG_IN:  # it is a matter of the day: newer ones are free
        raise AnswerError(f"{NAME} shows {day} only after a log-in (HTTP 401)")
    if answer.status == MISSING:
        raise PriceError(f"{NAME} has no prices at this address any more (HTTP 404)")
    if answer.status != FOUND:
        raise PriceError(f"{NAME} refuses the question (HTTP {answer.status})")
    if not answer.body.strip():
        return ()
    return laid_out(NAME, day, nordpool_points(NAME, from_json(NAME, answer.body)))
