"""How high a house peaks by itself, day by day, and so what of a month's peak will be paid in any case.

In: quarters that are over. Out: what 1 kW more of this month's peak costs, level by level: little where the house will
likely pass that level later in the month without any car. What the battery gave counts as kept from the peak. Knows no
plan and no price.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lib.core.books import local_day
from lib.core.parts import Parts
from lib.core.problem import Tier

DAYS = 60  # a season changes
LEAST_DAYS = 7  # before that nobody knows
# up to the level that no later day passes with so much of a chance, a kW costs this part of its price
CHANCES = ((0.1, 0.05), (0.35, 0.22), (0.65, 0.5), (0.9, 0.78))
NEAR_W = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Summits:
    """Of the last days the highest quarter each, in W: house less sun, and less what the battery gave."""

    days: tuple[tuple[date, float], ...] = ()


NOTHING_KNOWN = Summits()


def after(summits: Summits, parts: Parts) -> Summits:
    """With a quarter that is over."""
    day = local_day(parts.start)
    own_w = 4 * (parts.load_wh - (parts.sun_wh or 0.0) + min(0.0, parts.battery_wh))
    last = summits.days[-1] if summits.days else None
    if last is not None and last[0] == day:
        return summits if own_w <= last[1] else Summits(days=(*summits.days[:-1], (day, own_w)))
    return Summits(days=(*summits.days[-(DAYS - 1) :], (day, own_w)))


def tiers(summits: Summits, *, paid_w: float, eur_kw: float, days_left: float) -> tuple[Tier, ...]:
    """What a kW costs up to some levels above what is paid; above the last of them it is `eur_kw`.

    days_left: of the month, on which the house may pass a level by itself. () while too little is known.
    """
    known = sorted(own_w for _, own_w in summits.days[:-1])  # the last one is not over
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
