"""Prices from api.energy-charts.info (Fraunhofer ISE): no key; CC BY 4.0 for Belgium, from SMARD.de.

In: a day. Out: its slots. `parse` is pure; it knows no HTTP beyond the status.
"""

from datetime import date

from lib.core.slots import Slot
from lib.prices import PriceError
from lib.prices.day import laid_out
from lib.prices.json_answer import energy_charts_points, from_json
from lib.prices.web import Answer, address, ask

NAME = "energy-charts"
HOME = "https://api.energy-charts.info"
FOUND, MISSING = 200, 404


class EnergyCharts:
    """The day-ahead price by energy-charts."""

    name = NAME

    def __init__(self, *, url: str | None = None) -> None:
        self._url = address(NAME, url or HOME) / "price"

    async def fetch(self, day: date) -> tuple[Slot, ...]:
        """See PriceSource."""
        return parse(day, await ask(NAME, self._url, {"bzn": "BE", "start": f"{day}", "end": f"{day}"}))


def parse(day: date, answer: Answer) -> tuple[Slot, ...]:
    """The slots of `day`; () when a 404 says in words that there are none yet. Raises PriceError."""
    if answer.status == FOUND:
        return laid_out(NAME, day, energy_charts_points(NAME, from_json(NAME, answer.body)))
    if answer.status != MISSING:
        raise PriceError(f"{NAME} refuses the question (HTTP {answer.status})")
    match from_json(NAME, answer.body):
        case {"detail": str()}:
            return ()
        case _:
            raise PriceError(f"{NAME} has no prices at this address (HTTP 404)")
