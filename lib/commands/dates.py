"""Days and months as an owner writes them on a command line."""

import argparse
from datetime import date

from lib.clock import YEARS


def month(text: str) -> date:
    """Its first day. Raises ArgumentTypeError."""
    return _within(text, f"{text}-01", "month: write it as 2026-10")


def day(text: str) -> date:
    """Raises ArgumentTypeError."""
    return _within(text, text, "day: write it as 2026-11-20")


def _within(text: str, iso: str, what: str) -> date:
    try:
        found = date.fromisoformat(iso)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no {what}") from None
    if found.year not in YEARS:
        raise argparse.ArgumentTypeError(f"{text} is in the year {found.year}: take {YEARS[0]} to {YEARS[-1]}")
    return found
