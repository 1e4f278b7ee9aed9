"""By which other prices a replay reckons: contracts of the owner or of docs/rates, and day-ahead prices of a file."""

import asyncio
import json
from datetime import timedelta

from lib.commands.replay import AskedError, Span
from lib.core.rates import parse_rates
from lib.core.slots import Slot
from lib.core.tariff import RatesError, Tariffs
from lib.prices import PriceError
from lib.prices.file import PriceFile
from lib.settings import CHECKOUT
from lib.tilde import filled

EXAMPLES = CHECKOUT / "docs" / "rates"
DYNAMIC = "flanders_dynamic"


def contract_of(name: str) -> tuple[str, Tariffs, str]:
    """The tariffs of a name or a file, what they are called, and the note in them. Raises AskedError."""
    examples = {file.stem: file for file in sorted(EXAMPLES.glob("*.json"))}
    file = examples.get(DYNAMIC if name == "dynamic" else name, filled(name))
    if not file.is_file():
        known = ", ".join(["dynamic", *examples])
        raise AskedError(f"--contract {name}: is no file, and no example; there are {known}")
    try:
        rates = json.loads(file.read_text("utf-8"))
        tariffs = parse_rates(rates)
    except (OSError, ValueError, RecursionError, RatesError) as error:
        raise AskedError(f"--contract {name}: {file}: {error}") from error
    note = rates.get("note", "") if isinstance(rates, dict) else ""
    return f"the {name} contract" if file.parent == EXAMPLES else file.name, tariffs, note


def prices_of(path: str, span: Span) -> list[Slot]:
    """The day-ahead prices in a file of the owner. Raises AskedError."""

    async def every() -> list[Slot]:
        source, slots, day = PriceFile(path), list[Slot](), span.first
        while day <= span.last + timedelta(days=1):
            slots += await source.fetch(day)
            day += timedelta(days=1)
        return slots

    try:
        return asyncio.run(every())
    except PriceError as error:
        raise AskedError(f"--prices {error}") from error
