"""A charge point that speaks: what the boxes of all makes have in common.

In: a charge point, questions over HTTP. Out: a list of what it was told, and when. Knows no make.
"""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from lib.sim.charge_point import ChargePoint
from lib.sim.http_box import KEPT, HttpBox, hung_up

Value = float | str | bool | None


class ChargerBox(HttpBox):
    """A box before a charge point.

    Attributes:
        point: the charge point behind it.
        writes: when an order arrived, by the loop's clock, and its keys with their values; also of orders that were
            then refused or lost. The newest last.

    """

    make = ""

    def __init__(self, point: ChargePoint) -> None:
        super().__init__()
        self.point = point
        self.writes: list[tuple[float, dict[str, Value]]] = []

    def written(self, request: web.Request) -> Mapping[str, str]:
        """The orders in a question; empty when it only asks."""
        raise NotImplementedError

    def arrive(self, request: web.Request, at_s: float) -> None:
        """Remember an order."""
        if orders := self.written(request):
            self.writes.append((at_s, {key: value_of(text) for key, text in orders.items()}))
            del self.writes[:-KEPT]

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.point.look()
        return hung_up(request) if self.point.is_down else await super()._answer(request, handler)


def value_of(text: str) -> Value:
    """A value of a query: a number, true, false or null as JSON has them, else the text."""
    try:
        value: Any = json.loads(text)
    except ValueError:
        return text
    return value if value is None or isinstance(value, int | float | str) else text
