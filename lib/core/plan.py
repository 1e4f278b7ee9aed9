"""When each car charges: the cheapest quarters under the target. Always there, by itself good. Knows no charger.

Cars that are wanted first choose first; each takes its cheapest quarters, of equals the earlier, with what room is
left in them, and lib/core/starts.py joins them so that a car is seldom interrupted.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import inf
from typing import NamedTuple

from lib.core.cost import PriceSlot
from lib.core.quarter import QUARTER, start_of
from lib.core.starts import NOTHING_WH, SAVES, SAVES_EUR, Lane, chosen, few, filled, runs

MOST_STARTS = 4  # interruptions of one plug-in make some cars sulk
SHORT_WH = 1.0
DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
MOST_BANDS = 4  # a contract that has more prices a day follows the market
CHEAP_HOURS = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarters:
    """A stretch of time with one price.

    Attributes:
        eur_kwh: what a kWh from the grid costs; None: not published yet.
        room_w: what cars may draw in it so that the quarters end at the target.
        sun_w: what of that the sun leaves over; sun_eur_kwh: what a kWh of it would earn.
        calm_w: above it a kWh costs over_eur_kwh more, as where a battery must help.

    """

    start: datetime
    end: datetime
    eur_kwh: float | None
    room_w: float
    sun_w: float = 0.0
    sun_eur_kwh: float = 0.0
    calm_w: float = inf
    over_eur_kwh: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What cars share besides, on one of the meter's phases or on the sum of them; room_w: of each quarter."""

    room_w: Sequence[float]
    members: frozenset[str]
    phase: int | None = None

    def part(self, want: "Want") -> float:
        """The part of what a want draws that flows there."""
        if want.car not in self.members:
            return 0.0
        if self.phase is None:
            return 1.0
        return 1 / len(want.phases) if self.phase in want.phases else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A car charges with `power_w` from `start` until `end`; trip: the title of what it is for, "" for every day."""

    car: str
    start: datetime
    end: datetime
    power_w: float
    eur_kwh: float | None = None
    trip: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What a car shall be charged.

    Attributes:
        trip: the title of what it is for, "" for every day.
        energy_wh: from the wall, until then.
        full_w, least_w: what it can draw: nothing, or between the two.
        late_wh: the part of it above the everyday limit, which goes into the last quarters whatever they cost.
        rank: the lower is served first, of equals the one with less time to spare.
        starts: how often it may still be started in this plug-in.
        since: when it can begin, as after the trip before; None: now.
        phases: the meter's that it charges on.
        worth_eur_kwh: what a kWh of it is worth, where it need not be; None: it must be.

    """

    car: str
    trip: str = ""
    energy_wh: float
    until: datetime
    full_w: float
    least_w: float
    late_wh: float = 0.0
    rank: int = 0
    starts: int = MOST_STARTS
    since: datetime | None = None
    phases: tuple[int, ...] = (1, 2, 3)
    worth_eur_kwh: float | None = None


def quarters(
    slots: Sequence[PriceSlot], start: datetime, end: datetime, room_w: Callable[[datetime], float] | float
) -> tuple[Quarters, ...]:
    """The clock quarters from `start` to `end`, the first and the last cut there.

    slots: prices in order of time, where there is none the price is not known; room_w: of the quarter with that start.
    """
    cut: list[Quarters] = []
    place, edge = 0, start_of(start)
    while start < end:
        edge += QUARTER
        until = min(end, edge)
        while place < len(slots) and slots[place].end <= start:
            place += 1
        is_known = place < len(slots) and slots[place].start <= start
        cut.append(
            Quarters(
                start=start,
                end=until,
                eur_kwh=slots[place].import_eur_kwh if is_known else None,
                room_w=room_w(start) if callable(room_w) else room_w,
            )
        )
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
    market = _market(quarters)
    fresh = _drawn(wants, market, before, shared, kept=False)
    if before is None or not before.blocks:
        return fresh.plan
    kept = _drawn(wants, market, before, shared, kept=True)
    if fresh.short_wh < kept.short_wh - SHORT_WH or fresh.starts_over < kept.starts_over:
        return fresh.plan
    saved_eur = kept.eur - fresh.eur
    return fresh.plan if saved_eur > max(SAVES_EUR, SAVES * abs(kept.eur)) else kept.plan


def afresh(
    wants: Sequence[Want], quarters: Sequence[Quarters], *, before: Plan | None = None, shared: Sequence[Shared] = ()
) -> Plan:
    """As `cheapest`, but nothing of `before` stays except the rest of what has begun."""
    return _drawn(wants, _market(quarters), before, shared, kept=False).plan


def cheap_hours(
    quarters: Sequence[Quarters], at: datetime, hours: float = CHEAP_HOURS
) -> tuple[tuple[datetime, datetime], ...]:
    """The cheap stretches of the next 24 hours from `at`; none where all prices are equal.

    With prices by band those of the cheapest band. With prices of the market the cheapest quarters, `hours` of them
    in a day, in proportion where less than a day is known.
    """
    known = [one for one in quarters if one.eur_kwh is not None and one.end > at]
    soon = [
        Quarters(start=max(one.start, at), end=min(one.end, at + DAY), eur_kwh=one.eur_kwh, room_w=1000.0)
        for one in known
        if one.start < at + DAY
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


class _Market(NamedTuple):
    """Quarters as columns; an unknown price is the mean of the known ones. order: by price, of equals the earlier."""

    quarters: Sequence[Quarters]
    starts: list[datetime]
    hours: list[float]
    eur_kwh: list[float]
    order: list[int]

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


class _Drawn(NamedTuple):
    """A plan, and what it is judged by; starts_over: how many starts there are too many."""

    plan: Plan
    eur: float
    short_wh: float
    starts_over: int


def _market(quarters: Sequence[Quarters]) -> _Market:
    known = [one.eur_kwh for one in quarters if one.eur_kwh is not None]
    mean = sum(known) / len(known) if known else 0.0
    eur_kwh = [mean if one.eur_kwh is None else one.eur_kwh for one in quarters]
    return _Market(
        quarters=quarters,
        starts=[one.start for one in quarters],
        hours=[(one.end - one.start) / HOUR for one in quarters],
        eur_kwh=eur_kwh,
        order=sorted(range(len(quarters)), key=eur_kwh.__getitem__),
    )


def _drawn(
    wants: Sequence[Want], market: _Market, before: Plan | None, shared: Sequence[Shared], *, kept: bool
) -> _Drawn:
    """What is wanted, placed one after the other; kept: into the quarters of `before` first."""
    left = _Left.of(market, shared)
    blocks: list[Block] = []
    short: dict[str, float] = {}
    eur, starts_over = 0.0, 0
    at = market.starts[0] if market.starts else None
    for want in sorted(wants, key=lambda want: (want.worth_eur_kwh is not None, want.rank, _laxity_h(want, at))):
        own = [one for one in before.blocks if (one.car, one.trip) == (want.car, want.trip)] if before else []
        running = next((one for one in own if at is not None and one.start <= at < one.end), None)
        strip = _strip(want, market, left, running)
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


class _Left(NamedTuple):
    """What is left of each quarter for the wants that choose later; busy: the quarters in which a car charges."""

    market: _Market
    rooms_w: list[float]
    suns_w: list[float]
    calms_w: list[float]
    shared: Sequence[Shared]
    shared_w: list[list[float]]
    busy: dict[str, set[int]]

    @classmethod
    def of(cls, market: _Market, shared: Sequence[Shared]) -> "_Left":
        return cls(
            market=market,
            rooms_w=[one.room_w for one in market.quarters],
            suns_w=[one.sun_w for one in market.quarters],
            calms_w=[one.calm_w for one in market.quarters],
            shared=shared,
            shared_w=[list(one.room_w) for one in shared],
            busy={},
        )

    def powers_w(self, want: Want, count: int) -> list[float]:
        """What a want may draw in each of the first quarters; 0 where that is below its least."""
        powers_w = [min(want.full_w, room_w) for room_w in self.rooms_w[:count]]
        for one, rooms_w in zip(self.shared, self.shared_w, strict=True):
            part = one.part(want)
            if part:
                powers_w = [min(power_w, room_w / part) for power_w, room_w in zip(powers_w, rooms_w, strict=False)]
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
        return replace(block, eur_kwh=_mean_eur(block.power_w, quarter.eur_kwh, sun_w, quarter.sun_eur_kwh))


class _Strip(NamedTuple):
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
        if want.since is not None:
            start = max(start, want.since)
        if power_w < want.least_w:
            power_w = want.least_w
            length = HOUR * (wh / power_w)
            if place + 1 in given and place - 1 not in given:
                start = end - length
            else:
                end = start + length
        return Block(car=want.car, start=start, end=end, power_w=power_w, trip=want.trip)


def _strip(want: Want, market: _Market, left: _Left, running: Block | None) -> _Strip:
    """`running`, the block that has begun, is gone through with; the part above the everyday limit comes last."""
    count = market.before(want.until)
    hours = market.hours[:count]
    powers_w = left.powers_w(want, count)
    if count:
        last = market.quarters[count - 1]
        hours[-1] = (min(last.end, want.until) - last.start) / HOUR
    if want.since is not None:
        for place in range(min(count, market.before(want.since))):
            quarter = market.quarters[place]
            hours[place] = max(0.0, (min(quarter.end, want.until) - max(quarter.start, want.since)) / HOUR)
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
    return _Strip(lane, market.quarters, hours, powers_w)


class _Part(NamedTuple):
    """A part of what a want can draw in a quarter, with its price; more: on top of the part that begins there."""

    eur_kwh: float
    more: bool
    place: int
    power_w: float


def _priced(
    want: Want, market: _Market, left: _Left, hours: Sequence[float], powers_w: list[float]
) -> tuple[list[float], list[float]]:
    """Up to which power a want draws in each quarter, and what a kWh costs there.

    A car that has enough cheap quarters takes no more in one than the sun leaves over, or than is calm, or its least.
    Of what need not be, nothing is bought for more than its worth.
    """
    eur_kwh = market.eur_kwh[: len(powers_w)]
    most_eur = inf if want.worth_eur_kwh is None else want.worth_eur_kwh
    if (
        most_eur == inf
        and not any(left.suns_w[: len(powers_w)])
        and not any(one.over_eur_kwh for one in market.quarters)
    ):
        return powers_w, eur_kwh
    parts = [
        part
        for place, power_w in enumerate(powers_w)
        if power_w and hours[place]
        for part in _parts(want, market, left, place, power_w)
    ]
    left_wh = want.energy_wh
    found_w, found_eur = [0.0] * len(powers_w), list(eur_kwh)
    for part in sorted(part for part in parts if part.eur_kwh < most_eur):
        if part.more and left_wh <= NOTHING_WH:
            continue
        place, before_w = part.place, found_w[part.place]
        found_w[place] = before_w + part.power_w
        found_eur[place] = (found_eur[place] * before_w + part.eur_kwh * part.power_w) / found_w[place]
        left_wh -= part.power_w * hours[place]
    return found_w, found_eur


def _parts(want: Want, market: _Market, left: _Left, place: int, power_w: float) -> Iterable[_Part]:
    """The first holds the least that the car draws, and is as large as it costs no more by that."""
    quarter, eur_kwh, sun_w = market.quarters[place], market.eur_kwh[place], left.suns_w[place]
    levels = ((sun_w, quarter.sun_eur_kwh), (left.calms_w[place], eur_kwh), (inf, eur_kwh + quarter.over_eur_kwh))
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
            yield _Part(level_eur, True, place, until_w - part_w)  # noqa: FBT003  # a field, named in the class
        drawn_w = until_w
    if first_w:
        yield _Part(first_eur, False, place, first_w)  # noqa: FBT003  # as above


def _mean_eur(power_w: float, eur_kwh: float, sun_w: float, sun_eur_kwh: float) -> float:
    """What a kWh costs a car that draws `power_w`, of which the sun gives what it can."""
    if sun_w <= 0 or power_w <= 0:
        return eur_kwh
    return eur_kwh + (sun_eur_kwh - eur_kwh) * min(1.0, sun_w / power_w)


def _laxity_h(want: Want, at: datetime | None) -> float:
    """Hours to spare at full power."""
    left_h = 0.0 if at is None else (want.until - (at if want.since is None else max(at, want.since))) / HOUR
    return left_h - want.energy_wh / max(want.full_w, 1.0)


def _joined(blocks: list[Block]) -> tuple[Block, ...]:
    """In order of time, neighbours with the same power and price as one."""
    joined: list[Block] = []
    for block in sorted(blocks, key=lambda one: (one.car, one.start)):
        last = joined[-1] if joined else None
        if last is not None and last.end == block.start and replace(last, start=block.start, end=block.end) == block:
            joined[-1] = replace(last, end=block.end)
        else:
            joined.append(block)
    return tuple(sorted(joined, key=lambda one: (one.start, one.car)))
