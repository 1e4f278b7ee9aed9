"""Builders of rates and of a day-ahead index, as the tests of prices and bills need them."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lib.core.counters import Amounts
from lib.core.rates import parse_rates
from lib.core.slots import Series, Slot
from lib.core.tariff import Tariffs

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
OWN = Path(__file__).parent.parent / "fixtures" / "rates"
NO_INDEX = Series()


def rates(name: str) -> Tariffs:
    """The tariffs of one of our own files."""
    return parse_rates(json.loads((OWN / f"{name}.json").read_text("utf-8")))


def electricity(imported: object, **more: Any) -> Tariffs:
    """The tariffs of a file with these keys of Electricity."""
    return parse_rates({"Electricity": {"+": imported, **more}})


def index(start: datetime, *values: float, every: timedelta = QUARTER) -> Series:
    """The day-ahead price in €/MWh from `start` on, one value after the other."""
    return Series(tuple(Slot(start + n * every, start + (n + 1) * every, value) for n, value in enumerate(values)))


def drawn(wh: int, register: str = "1") -> Amounts:
    """Energy taken from the grid."""
    return Amounts(import_wh={register: wh})
