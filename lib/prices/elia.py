"""Prices from the back end of Elia's own price page: no key, undocumented, may vanish; the last resort.

In: a day. Out: its slots. `parse` is pure; it knows no HTTP beyond the status.
"""

from datetime import date

from lib.core.slots import Slot
from lib.prices import PriceError
from lib.prices.day import laid_out
from lib.prices.json_answer import elia_points, from_json
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
    return laid_out(NAME, day, elia_points(NAME, from_json(NAME, answer.body)))
