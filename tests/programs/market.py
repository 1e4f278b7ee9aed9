"""The made-up day-ahead market of the tests: the same day has the same prices, whoever asks."""

from datetime import date

from lib.core.quarter import QUARTER
from lib.core.slots import Slot
from lib.sim.price_box import published

SEED = 1


def prices_of(day: date) -> tuple[Slot, ...]:
    """The price of a Brussels day in quarters, in €/MWh; of a day since October 2025."""
    return tuple(Slot(at, at + QUARTER, eur_mwh) for at, eur_mwh in published(SEED, day))
