"""When each car charges: the cheapest quarters under the target. Always there, by itself good. Knows no charger.

Cars that are wanted first choose first; each takes its cheapest quarters, of equals the earlier, with what room is
left in them (lib/core/strips.py), and lib/core/starts.py joins them so that a car is seldom interrupted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from lib.core.cost import PriceSlot
from lib.core.quarter import QUARTER, start_of
from lib.core.starts import NOTHING_WH, SAVES, SAVES_EUR, chosen, few, filled, runs
from lib.core.strips import Left, market_of, strip_of
from lib.core.wants import MOST_STARTS, Block, Quarters, Shared, Want

__all__ = [  # with what a plan is made of
    "MOST_STARTS",
    "SHORT_WH",
    "Block",
    "Plan",
    "Quarters",
    "Shared",
    "Want",
    "afresh",
    "cheap_hours",
    "cheapest",
    "flat_w",
    "quarters",
]

SHORT_WH = 1.0
DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
MOST_BANDS = 4  # a contract that has more prices a day follows the market
CHEAP_HOURS = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Blocks in order of time, and what of each car's energy finds no place, in Wh by car."""

    blocks: tuple[Block, ...] = ()
    short_wh: Mapping[str, float] = field(default_factory=dict)

    def now(self, car: str, at: datetime) -> Block | None:
        """The block of a car that holds `at`."""
        return next((one for one in self.blocks if one.car == car and one.start <= at < one.end), None)

    def next(self, car: str, at: datetime) -> Block | None:
        """The next block of a car that begins after `at`."""
        return next((one for one in self.blocks if one.car == car and one.start > at), None)


def quarters(
    slots: Sequence[PriceSlot], start: datetime, end: datetime, room_w: Callable[[datetime], float] | float
) -> tuple[Quarters, ...]:
    """The clock quarters from `start` to `end`, the first and the last cut there.

    slots: prices in order of time, where there is none the price is not known; room_w: of the quarter with that start.
    """
    cut: list[Quarters] = []
    place, edge, count = 0, start_of(start), len(slots)
    while start < end:
        edge += QUARTER
        until = min(end, edge)
        while place < count and slots[place].end <= start:
            place += 1
        eur_kwh = slots[place].import_eur_kwh if place < count and slots[place].start <= start else None
        left_w = room_w(start) if callable(room_w) else room_w
        cut.append(Quarters(start=start, end=until, eur_kwh=eur_kwh, room_w=left_w))
        start = until
    return tuple(cut)


def cheapest(
    wants: Sequence[Want], quarters: Sequence[Quarters], *, before: Plan | None = None, shared: Sequence[Shared] = ()
) -> Plan:
    """When to charge what is wanted from the start of the first quarter on, at the least cost.

    quarters: in order of time, without holes; the sum of what cars draw in one never passes its room, nor what is
    shared. A price that is not known counts as the mean of those that are. `before` stays while no plan is better by
    2 % and € 0.10, its quarters filled anew; of a block of it that has begun the rest is charged in any case.
    """
    market = market_of(quarters)
    fresh = _drawn(wants, Left.of(market, shared), before, kept=False)
    if before is None or not before.blocks:
        return fresh.plan
    kept = _drawn(wants, Left.of(market, shared), before, kept=True)
    if fresh.short_wh < kept.short_wh - SHORT_WH or fresh.starts_over < kept.starts_over:
        return fresh.plan
    saved_eur = kept.eur - fresh.eur
    return fresh.plan if saved_eur > max(SAVES_EUR, SAVES * abs(kept.eur)) else kept.plan


def afresh(wants: Sequence[Want], left: Left, *, before: Plan | None = None) -> Plan:
    """As `cheapest`, but nothing of `before` stays except the rest of what has begun.

    left: what there is for them; it is less by what they take.
    """
    return _drawn(wants, left, before, kept=False).plan


def cheap_hours(
    quarters: Sequence[Quarters], at: datetime, hours: float = CHEAP_HOURS
) -> tuple[tuple[datetime, datetime], ...]:
    """The cheap stretches of the next 24 hours from `at`; none where all prices are equal.

    With prices by band those of the cheapest band. With prices of the market the cheapest quarters, `hours` of them
    in a day, in proportion where less than a day is known.
    """
    known = [one for one in quarters if one.eur_kwh is not None and one.end > at]
    end = at + DAY
    soon = [
        Quarters(start=max(one.start, at), end=min(one.end, end), eur_kwh=one.eur_kwh, room_w=1000.0)
        for one in known
        if one.start < end
    ]
    prices = {round(one.eur_kwh or 0.0, 6) for one in soon}
    if len({round(one.eur_kwh or 0.0, 6) for one in known}) < 2:
        return ()
    if len(prices) <= MOST_BANDS:
        least = min(round(one.eur_kwh or 0.0, 6) for one in known)
        chosen = [(one.start, one.end) for one in soon if round(one.eur_kwh or 0.0, 6) == least]
    else:
        known_h = sum((one.end - one.start) / HOUR for one in soon)
        want = Want(car="", energy_wh=1000.0 * hours * known_h * HOUR / DAY, until=at + DAY, full_w=1000.0, least_w=0.0)
        chosen = [(block.start, block.end) for block in cheapest([want], soon).blocks]
    joined: list[tuple[datetime, datetime]] = []
    for start, end in chosen:
        begun = joined.pop()[0] if joined and joined[-1][1] == start else start
        joined.append((begun, end))
    return tuple(joined)


def flat_w(energy_wh: float, hours_left: float, least_w: float, full_w: float) -> float:
    """The power that spreads energy over the cheap hours left, never the full one that makes a peak without need."""
    if energy_wh <= 0 or hours_left <= 0:
        return 0.0
    return min(full_w, max(least_w, energy_wh / hours_left))


class _Drawn(NamedTuple):
    """A plan, and what it is judged by; starts_over: how many starts there are too many."""

    plan: Plan
    eur: float
    short_wh: float
    starts_over: int


def _drawn(wants: Sequence[Want], left: Left, before: Plan | None, *, kept: bool) -> _Drawn:
    """What is wanted, placed one after the other; kept: into the quarters of `before` first."""
    market = left.market
    blocks: list[Block] = []
    short: dict[str, float] = {}
    eur, starts_over = 0.0, 0
    at = market.starts[0] if market.starts else None
    for want in sorted(wants, key=lambda want: (want.worth_eur_kwh is not None, want.rank, _laxity_h(want, at))):
        own = [one for one in before.blocks if (one.car, one.trip) == (want.car, want.trip)] if before else []
        running = next((one for one in own if at is not None and one.start <= at < one.end), None)
        strip = strip_of(want, market, left, running)
        first = market.places(own) if kept else set[int]()
        places = chosen(strip.lane, first)
        held = {*places.intersection(strip.lane.fixed), *first}
        most = max(1, want.starts + (running is not None))  # what runs already is no start
        if not first or places - held:
            places = few(strip.lane, places, most, held)
        given = filled(strip.lane, places)
        for place, wh in sorted(given.items()):
            block = strip.block(want, place, wh, given)
            blocks.append(left.after(want, place, block))
            eur += wh * strip.lane.eur_kwh[place] / 1000
        starts_over += max(0, len(runs(given)) - most)
        left_wh = want.energy_wh - sum(given.values())
        if left_wh > NOTHING_WH and want.worth_eur_kwh is None:
            short[want.car] = short.get(want.car, 0.0) + left_wh
    return _Drawn(Plan(blocks=_joined(blocks), short_wh=short), eur, sum(short.values()), starts_over)


def _same(block: Block) -> tuple[str, str, float, float | None]:
    """What neighbours have in common that are one."""
    return block.car, block.trip, block.power_w, block.eur_kwh


def _laxity_h(want: Want, at: datetime | None) -> float:
    """Hours to spare at full power."""
    left_h = 0.0 if at is None else (want.until - (at if want.back is None else max(at, want.back))) / HOUR
    return left_h - want.energy_wh / max(want.full_w, 1.0)


def _joined(blocks: list[Block]) -> tuple[Block, ...]:
    """In order of time, neighbours with the same power and price as one."""
    joined: list[Block] = []
    for block in sorted(blocks, key=lambda one: (one.car, one.start)):
        last = joined[-1] if joined else None
        if last is not None and last.end == block.start and _same(last) == _same(block):
            joined[-1] = replace(last, end=block.end)
        else:
            joined.append(block)
    return tuple(sorted(joined, key=lambda one: (one.start, one.car)))
