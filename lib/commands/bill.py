"""`dm.py --bill 2026-10`: a month that is over as a bill, line by line, and its year up to then."""

import sys
from datetime import date, timedelta
from pathlib import Path

from lib.commands import SLIP
from lib.hub.money import bill
from lib.messages.counted import say_past_bill
from lib.store.database import StoreError
from lib.store.queries import days_and_months


def run(path: Path, month: date, *, peaks_cost: bool = True) -> int:
    """Print the bill of the month that begins at `month`; the exit code.

    path: dm's database; peaks_cost: whether there is a capacity tariff.
    """
    end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    try:
        days, months = days_and_months(path, month.replace(month=1), end)
    except StoreError as error:
        print(f"dm: {error}", file=sys.stderr)
        return SLIP
    if not any(day.day >= month for day in days):
        print(f"dm: nothing was counted in {month:%B %Y}", file=sys.stderr)
        return SLIP
    print(bill(say_past_bill(days, months, month)))
    if peaks_cost and all(one.month != month for one in months):
        print("what its peak costs is not in it yet: a month is closed in the first quarter of the next")
    return 0
