"""What one want can have of each quarter: the room that is left, up to which power, at which price. Knows no order.

In: quarters, what other wants have taken of them, a want. Out: its lane, for lib/core/starts.py to choose from, and the
block of each quarter that is chosen.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Sequence
from datetime import datetime, timedelta
from math import inf
from typing import NamedTuple

from lib.core.starts import NOTHING_WH, Lane
from lib.core.wants import Block, Quarters, Shared, Want

HOUR = timedelta(hours=1)


class Market(NamedTuple):
    """Quarters as columns; an unknown price is the mean of the known ones."""

    quarters: Sequence[Quarters]
    starts: list[datetime]
    hours: list[float]
    eur_kwh: list[float]

    def before(self, until: datetime) -> int:
        """How many quarters begin before an instant."""
        return bisect_left(self.starts, until)

    def places(self, blocks: Iterable[Block]) -> set[int]:
        """The quarters that blocks touch."""
        return {
            place
            for block in blocks
            for place in range(max(0, bisect_right(self.starts, block.start) - 1), self.before(block.end))
            if self.quarters[place].end > block.start
        }


def market_of(quarters: Sequence[Quarters]) -> Market:
    """Quarters in order of time as columns."""
    known = [one.eur_kwh for one in quarters if one.eur_kwh is not None]
    mean = sum(known) / len(known) if known else 0.0
    eur_kwh = [mean if one.eur_kwh is None else one.eur_kwh for one in quarters]
    return Market(
        quarters=quarters,
        starts=[one.start for one in quarters],
        hours=[(one.end - one.start) / HOUR for one in quarters],
        eur_kwh=eur_kwh,
    )


class Left(NamedTuple):
    """What is left of each quarter for the wants that choose later; busy: the quarters in which a car charges.

    overs_eur_kwh: by how much a kWh is dearer above what is calm.
    """

    market: Market
    rooms_w: list[float]
    suns_w: list[float]
    calms_w: list[float]
    overs_eur_kwh: Sequence[float]
    shared: Sequence[Shared]
    shared_w: list[list[float]]
    busy: dict[str, set[int]]

    @classmethod
    def of(cls, market: Market, shared: Sequence[Shared]) -> "Left":
        """All of it, before anybody has chosen."""
        return cls(
            market=market,
            rooms_w=[one.room_w for one in market.quarters],
            suns_w=[one.sun_w for one in market.quarters],
            calms_w=[one.calm_w for one in market.quarters],
            overs_eur_kwh=[one.over_eur_kwh for one in market.quarters],
            shared=shared,
            shared_w=[list(one.room_w) for one in shared],
            busy={},
        )

    def powers_w(self, want: Want, count: int) -> list[float]:
        """What a want may draw in each of the first quarters; 0 where that is below its least."""
        full_w = want.full_w
        powers_w = [room_w if room_w < full_w else full_w for room_w in self.rooms_w[:count]]
        for one, rooms_w in zip(self.shared, self.shared_w, strict=True):
            part = one.part(want)
            if part:
                powers_w = [
                    power_w if power_w * part < room_w else room_w / part
                    for power_w, room_w in zip(powers_w, rooms_w, strict=False)
                ]
        taken = self.busy.get(want.car, set())
        return [
            power_w if power_w > 0 and power_w >= want.least_w and place not in taken else 0.0
            for place, power_w in enumerate(powers_w)
        ]

    def after(self, want: Want, place: int, block: Block) -> Block:
        """A block with what it costs, when it is taken out of what is left."""
        quarter, sun_w = self.market.quarters[place], self.suns_w[place]
        self.busy.setdefault(want.car, set()).add(place)
        self.rooms_w[place] -= block.power_w
        self.suns_w[place] = max(0.0, sun_w - block.power_w)
        self.calms_w[place] -= block.power_w
        for one, rooms_w in zip(self.shared, self.shared_w, strict=True):
            rooms_w[place] -= block.power_w * one.part(want)
        if quarter.eur_kwh is None:
            return block
        return Block(
            car=block.car,
            start=block.start,
            end=block.end,
            power_w=block.power_w,
            eur_kwh=_mean_eur(block.power_w, quarter.eur_kwh, sun_w, quarter.sun_eur_kwh),
            trip=block.trip,
        )


class Strip(NamedTuple):
    """What one want can have of each quarter between its times."""

    lane: Lane
    quarters: Sequence[Quarters]
    hours: list[float]
    powers_w: list[float]

    def block(self, want: Want, place: int, wh: float, given: Container[int]) -> Block:
        """The quarter with less power where it takes less; cut where that were below the least, beside its gap."""
        quarter = self.quarters[place]
        power_w = self.powers_w[place] if wh >= self.lane.most_wh[place] else wh / self.hours[place]
        start, end = quarter.start, min(quarter.end, want.until)
        if want.back is not None:
            start = max(start, want.back)
        if power_w < want.least_w:
            power_w = want.least_w
            length = HOUR * (wh / power_w)
            if place + 1 in given and place - 1 not in given:
                start = end - length
            else:
                end = start + length
        return Block(car=want.car, start=start, end=end, power_w=power_w, trip=want.trip)


def strip_of(want: Want, market: Market, left: Left, running: Block | None) -> Strip:
    """What a want can have.

    `running`, the block that has begun, is gone through with; the part above the everyday limit comes last.
    """
    count = market.before(want.until)
    hours = market.hours[:count]
    powers_w = left.powers_w(want, count)
    if count:
        last = market.quarters[count - 1]
        hours[-1] = (min(last.end, want.until) - last.start) / HOUR
    if want.back is not None:
        for place in range(min(count, market.before(want.back))):
            quarter = market.quarters[place]
            hours[place] = max(0.0, (min(quarter.end, want.until) - max(quarter.start, want.back)) / HOUR)
    powers_w, eur_kwh = _priced(want, market, left, hours, powers_w)
    most_wh = [power_w * length for power_w, length in zip(powers_w, hours, strict=True)]
    fixed: dict[int, float] = {}
    if running is not None:
        for place in range(min(count, market.before(running.end))):
            quarter = market.quarters[place]
            goes_on_h = (min(quarter.end, running.end) - quarter.start) / HOUR
            fixed[place] = min(most_wh[place], running.power_w * goes_on_h)
    late_wh = min(want.late_wh, want.energy_wh)
    for place in reversed(range(count)):
        if late_wh <= NOTHING_WH:
            break
        fixed[place] = most_wh[place]
        late_wh -= most_wh[place]
    lane = Lane(
        energy_wh=want.energy_wh,
        most_wh=most_wh,
        least_wh=[want.least_w * length for length in hours],
        eur_kwh=eur_kwh,
        order=sorted(range(count), key=eur_kwh.__getitem__),
        fixed=fixed,
    )
    return Strip(lane, market.quarters, hours, powers_w)


Part = tuple[float, bool, int, float]  # €/kWh; whether it comes on top of the one that begins there; place; W


def _priced(
    want: Want, market: Market, left: Left, hours: Sequence[float], powers_w: list[float]
) -> tuple[list[float], list[float]]:
    """Up to which power a want draws in each quarter, and what a kWh costs there.

    A car that has enough cheap quarters takes no more in one than the sun leaves over, or than is calm, or its least.
    Of what need not be, nothing is bought for more than its worth.
    """
    eur_kwh = market.eur_kwh[: len(powers_w)]
    most_eur = inf if want.worth_eur_kwh is None else want.worth_eur_kwh
    if most_eur == inf and not any(left.suns_w[: len(powers_w)]) and not any(left.overs_eur_kwh):
        return powers_w, eur_kwh
    parts = [
        part
        for place, power_w in enumerate(powers_w)
        if power_w and hours[place]
        for part in _parts(want, market, left, place, power_w)
    ]
    left_wh = want.energy_wh
    found_w, found_eur = [0.0] * len(powers_w), list(eur_kwh)
    for part_eur, more, place, part_w in sorted(part for part in parts if part[0] < most_eur):
        if more and left_wh <= NOTHING_WH:
            continue
        before_w = found_w[place]
        found_w[place] = before_w + part_w
        found_eur[place] = (found_eur[place] * before_w + part_eur * part_w) / found_w[place]
        left_wh -= part_w * hours[place]
    return found_w, found_eur


def _parts(want: Want, market: Market, left: Left, place: int, power_w: float) -> Iterable[Part]:
    """Up to three parts of what a want can draw in a quarter.

    The first holds the least that the car draws, and is as large as it costs no more by that.
    """
    eur_kwh, over_eur, sun_w, calm_w = (
        market.eur_kwh[place],
        left.overs_eur_kwh[place],
        left.suns_w[place],
        left.calms_w[place],
    )
    if sun_w <= 0 and (power_w <= calm_w or calm_w <= 0):
        return [(eur_kwh if power_w <= calm_w else eur_kwh + over_eur, False, place, power_w)]
    levels = ((sun_w, market.quarters[place].sun_eur_kwh), (calm_w, eur_kwh), (inf, eur_kwh + over_eur))
    found: list[Part] = []
    first_w = first_eur = drawn_w = 0.0
    for level_w, level_eur in levels:
        until_w = min(power_w, level_w)
        if until_w <= drawn_w:
            continue
        part_w = min(until_w, max(drawn_w, want.least_w)) if first_w and level_eur > first_eur else until_w
        if part_w > drawn_w:
            first_eur = (first_eur * first_w + level_eur * (part_w - drawn_w)) / part_w
            first_w = part_w
        if until_w > part_w:
            found.append((level_eur, True, place, until_w - part_w))
        drawn_w = until_w
    if first_w:
        found.append((first_eur, False, place, first_w))
    return found


def _mean_eur(power_w: float, eur_kwh: float, sun_w: float, sun_eur_kwh: float) -> float:
    """What a kWh costs a car that draws `power_w`, of which the sun gives what it can."""
    if sun_w <= 0 or power_w <= 0:
        return eur_kwh
    return eur_kwh + (sun_eur_kwh - eur_kwh) * min(1.0, sun_w / power_w)
