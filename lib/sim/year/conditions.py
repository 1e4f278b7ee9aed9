"""Under which conditions a year is run: faults that it must live with, and what is made perfect to see what it costs.

Source of the faults: what homes meet; see docs/YEAR.md, "Conditions".
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Perfect(StrEnum):
    """What may be made perfect."""

    LOAD = "load"  # what the house will draw is known, so that no battery keeps anything for what nobody foresees
    SUN = "sun"  # what the roof will make is known
    PRICES = "prices"  # the market's prices of the whole period are known
    # a charger takes parts of an ampere and less than 6, after its lag as ever, and ours knows that; who orders whole
    # amperes from 6 on all the same has nothing of it
    MINIMUM = "minimum"
    REGULATOR = "regulator"  # house and roof draw and give evenly in each quarter, and orders show at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """How a year differs from the clean run.

    Attributes:
        sun_factor: the forecast of the sun says so many times as much.
        last_weeks_load: what the house will draw is foreseen as what it drew a week before.
        prices_missing_days: each so many days the market's prices of a day come only when it begins; 0: never.
        early_h: cars leave so many hours before the calendar says.
        soc_known: whether anybody tells how full the car is.
        perfect: see above.

    """

    sun_factor: float = 1.0
    last_weeks_load: bool = False
    prices_missing_days: int = 0
    early_h: float = 0.0
    soc_known: bool = True
    perfect: frozenset[Perfect] = field(default_factory=frozenset)


CLEAN = Conditions()
FAULTS = {
    "clean": CLEAN,
    "sun_half": Conditions(sun_factor=0.5),
    "sun_more": Conditions(sun_factor=1.5),
    "load_last_week": Conditions(last_weeks_load=True),
    "prices_missing": Conditions(prices_missing_days=7),
    "early_trips": Conditions(early_h=1.0),
    "soc_unknown": Conditions(soc_known=False),
}
