"""How high a house will peak by itself, and so what of a month's peak will be paid in any case.

In: the last days of the house. Out: what 1 kW more of this month's peak costs, level by level: little where the house
will likely pass that level later in the month without any car. A day goes as high as its battery cannot help: what it
did not give, since a plan let a quarter go higher, is no reason to pay for the next one. Knows no plan and no price.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import sqrt

from lib.core.arbitrage import Store
from lib.core.insured import Day, Insured, needs_wh
from lib.core.problem import Tier

LEAST_DAYS = 7  # before that nobody knows
# up to the level that no later day passes with so much of a chance, a kW costs this part of its price
CHANCES = ((0.1, 0.05), (0.35, 0.22), (0.65, 0.5), (0.9, 0.78))
NEAR_W = 50.0
HELD = 0.5  # of a battery's room: so much it holds when it is needed, give or take


def heights_w(insured: Insured, store: Store | None) -> tuple[float, ...]:
    """Of each of the last days the highest quarter, with what a battery can keep from it."""
    if store is None:
        return tuple(max(day) for day in insured.days)
    held_wh, way = HELD * (store.most_wh - store.least_wh), sqrt(store.efficiency)
    return tuple(_kept_w(day, held_wh, store.charge_w, store.discharge_w, way) for day in insured.days)


def tiers(heights_w: Sequence[float], *, paid_w: float, eur_kw: float, days_left: float) -> tuple[Tier, ...]:
    """What a kW costs up to some levels above what is paid; above the last of them it is `eur_kw`.

    heights_w: of days that are over; days_left: of the month, on which the house may pass a level by itself. () while
    too little is known.
    """
    known = sorted(heights_w)
    if len(known) < LEAST_DAYS or eur_kw <= 0 or days_left <= 0:
        return ()
    found: list[Tier] = []
    last_w = paid_w
    for chance, part in CHANCES:
        level_w = _level_w(known, chance ** (1 / days_left))
        if level_w > last_w + NEAR_W:
            found.append(Tier(up_w=level_w, eur_kw=eur_kw * part))
            last_w = level_w
    return tuple(found)


def _level_w(known: Sequence[float], part: float) -> float:
    """What so many of the days, in order of height, stay below."""
    place = int(part * (len(known) + 1))
    return known[min(place, len(known)) - 1] if place else 0.0


@lru_cache(maxsize=256)
def _kept_w(day: Day, held_wh: float, charge_w: float, discharge_w: float, way: float) -> float:
    """The least level that needs no more than so much at any time of a day, refilled under it: to NEAR_W."""
    low_w, high_w = max(0.0, max(day) - discharge_w), max(day)
    while high_w - low_w > NEAR_W:
        level_w = (low_w + high_w) / 2
        if needs_wh(day, level_w, charge_w, discharge_w, way) > held_wh:
            low_w = level_w
        else:
            high_w = level_w
    return high_w
