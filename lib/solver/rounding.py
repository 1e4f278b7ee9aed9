"""Which spans a car charges in, where a charger takes nothing or at least its least. In: an optimum. Out: spans.

The prices of a linear program say what a kWh costs in each span, with what the battery could do with it instead; its
peaks say how much room there is. Cars choose one after the other, for what is due first and then for more, the cheapest
spans that have room for their least, joined so that a car is seldom interrupted (lib/core/starts.py). How much is drawn
in these spans is then for the linear program. Knows no solver.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import NamedTuple

from lib.core.problem import HOUR
from lib.core.starts import NOTHING_WH, Lane, chosen, few
from lib.solver.limits import limits
from lib.solver.lots import Due, Lot, by_stay, running
from lib.solver.model import Model

Places = tuple[frozenset[int], ...]  # by lot, of its draws those in which it charges
NOTHING = 1e-7  # kW, €/kWh


@dataclass(frozen=True, slots=True)
class Ease:
    """How much more room there is than in the optimum.

    Attributes:
        extra_kw: peaks are so much higher. help: the part of its power left that a battery gives in every span.

    """

    extra_kw: float = 0.0
    help: float = 0.0


@dataclass(slots=True)
class _Room:
    """What is still free while cars choose, in kW.

    Attributes:
        grid: by span, under its peak; shared: by limit and span. own: by lot, what it has of each draw so far.

    """

    grid: list[float]
    shared: list[list[float]]
    own: list[dict[int, float]]


class _Tag(NamedTuple):
    """What a kWh costs in a draw: `cheap` kW at a low price, what is beyond at a high one.

    more_eur_kwh: how much more it costs since it takes the room of what comes later; worth_eur_kwh: what it is worth.
    """

    place: int
    share: float
    low_eur_kwh: float
    high_eur_kwh: float
    cheap: float
    more_eur_kwh: float
    worth_eur_kwh: float


class _Offer(NamedTuple):
    """What a car can have of each of its draws: kW, and what a kWh costs."""

    caps: list[float]
    eur_kwh: list[float]


class Rounding:
    """The choice of spans for one problem by one optimum."""

    def __init__(self, held: Model, values: Sequence[float], prices: Sequence[float]) -> None:
        """values, prices: of the columns and the rows of the optimum."""
        self._held, self._values = held, values
        self._lots = held.columns.lots
        self._limits = limits(held.problem, self._lots)
        spans, program = held.problem.spans, held.program
        shares = [1.0 if row is None else program.factors[program.starts[row]] for row in held.peaks]
        self._shares = shares  # what part of the time that counts together a span is
        low_eur_kwh = [
            (prices[balance] + (0.0 if row is None else prices[row] * share)) / span.hours
            for balance, row, share, span in zip(held.balances, held.peaks, shares, spans, strict=True)
        ]
        soft = [values[column] for column in held.columns.exports]  # what there is at that price, beside what cars have
        if held.columns.stores:
            soft = [one + values[column] for one, column in zip(soft, held.columns.stores, strict=True)]
        self._grid, self._more = self._free(), self._helps()
        self._shared = [
            [max(0.0, most_w - span.net_w * of.house) / 1000 for span in spans] for of, most_w in self._limits
        ]
        self._tags = [
            [
                _Tag(
                    draw.place,
                    draw.share,
                    low_eur_kwh[draw.place],
                    max(low_eur_kwh[draw.place], spans[draw.place].import_eur_kwh),
                    soft[draw.place] / draw.share + values[draw.column],
                    -sum(prices[row] for row, count in sums if place < count and prices[row] < 0),
                    sum(prices[row] for row, count in sums if place < count),
                )
                for place, draw in enumerate(draws)
            ]
            for draws, sums in zip(held.columns.draws, held.sums, strict=True)
        ]
        self._musts = sorted(range(len(self._lots)), key=self._urgency)
        self._others = [
            (number, want)
            for number in self._musts
            for want in self._lots[number].wants
            if held.problem.wants[want].worth_eur_kwh is not None
        ]

    def _urgency(self, number: int) -> tuple[int, float]:
        """By rank, of equals who has less time to spare at full power."""
        lot, problem = self._lots[number], self._held.problem
        wants = [problem.wants[want] for want in lot.wants if problem.wants[want].worth_eur_kwh is None]
        spare_h = [(one.until - problem.at) / HOUR - one.energy_wh / max(one.full_w, 1.0) for one in wants]
        return min((one.rank for one in wants), default=0), min(spare_h, default=inf)

    def places(self, ease: Ease) -> Places:
        """Where each car charges: for what must be, and then for what need not."""
        room = self._room(ease)
        for number in self._musts:
            for due in self._dues(number):
                offer, lane = self._lane(number, due, room)
                self._choose(number, offer, lane, room)
        for number, want in self._others:
            offer, lane = self._lane_of(number, want, room)
            self._choose(number, offer, lane, room)
        return tuple(frozenset(own) for own in room.own)

    def lacks_wh(self, ease: Ease) -> float:
        """What cars do not find that must be, by a first look."""
        room, lacks = self._room(ease), 0.0
        for number in self._musts:
            lack = 0.0
            for due in self._dues(number):
                offer, lane = self._lane(number, due, room)
                places = chosen(lane, room.own[number].keys())
                lack = max(lack, lane.energy_wh - lane.total_wh(places))
                self._take(number, offer, places, room)
            lacks += lack
        return lacks

    def _dues(self, number: int) -> Iterator[Due]:
        """When something must be in."""
        wants = self._held.problem.wants
        for due in self._lots[number].dues:
            if any(wants[want].worth_eur_kwh is None for want in due.here):
                yield due

    def _choose(self, number: int, offer: _Offer, lane: Lane, room: _Room) -> None:
        """What a lane takes beside what its car has already, with few starts in each stay."""
        lot, has = self._lots[number], {place for place in room.own[number] if place < len(lane.most_wh)}
        places = chosen(lane, has) | has
        held = has | (lane.fixed.keys() & places)
        spare_wh = lane.total_wh(places) - lane.energy_wh
        found: set[int] = set()
        for stay, most in zip(by_stay(lot, places), lot.starts, strict=True):
            if stay <= has:
                found |= stay
                continue
            energy_wh = lane.total_wh(stay)
            if spare_wh > 0 and energy_wh > spare_wh:  # the last one is not filled
                energy_wh, spare_wh = energy_wh - spare_wh, 0.0
            found |= few(self._within(lot, lane, stay, energy_wh), stay, most, held & stay)
        self._take(number, offer, found, room)

    @staticmethod
    def _within(lot: Lot, lane: Lane, stay: set[int], energy_wh: float) -> Lane:
        """The same energy in the same stay."""
        first = bisect_right(lot.stays, min(stay))
        begins, ends = lot.stays[first - 1] if first else 0, lot.stays[first]
        most_wh = [wh if begins <= place < ends else 0.0 for place, wh in enumerate(lane.most_wh)]
        return replace(lane, energy_wh=energy_wh, most_wh=most_wh)

    def _free(self) -> list[float]:
        """What there is under the peaks with what the battery gives, in kW by span."""
        held, values, found = self._held, self._values, [inf] * len(self._held.problem.spans)
        for place, (span, row) in enumerate(zip(held.problem.spans, held.peaks, strict=True)):
            if row is not None:
                most = held.program.row_highs[row] + values[held.columns.aboves[span.peak]]
                found[place] = most / self._shares[place] - span.net_w / 1000
                if held.columns.gives:
                    found[place] += values[held.columns.gives[place]]
        return found

    def _helps(self) -> list[float]:
        """What a battery could give beside that, in kW by span; none without one."""
        store = self._held.problem.store
        return (
            [] if store is None else [store.discharge_w / 1000 - self._values[one] for one in self._held.columns.gives]
        )

    def _room(self, ease: Ease) -> _Room:
        """What cars may draw at first: under the peaks with what the battery gives, and of each limit what is left."""
        grid, extra_kw = self._grid, ease.extra_kw
        grid = (
            [free + extra_kw / share for free, share in zip(grid, self._shares, strict=True)] if extra_kw else [*grid]
        )
        if ease.help and self._more:
            grid = [free + ease.help * more for free, more in zip(grid, self._more, strict=True)]
        return _Room(grid, [[*free] for free in self._shared], [{} for _ in self._lots])

    def _lane(self, number: int, due: Due, room: _Room) -> tuple[_Offer, Lane]:
        """What a car can have before something is due; if it finds all so, no more of a span than is worth it."""
        wants = self._held.problem.wants
        energy_wh = sum(wants[want].energy_wh for want in due.wants if wants[want].worth_eur_kwh is None)
        draws, most = self._held.columns.draws[number][: due.first], self._caps(number, due.first, room)
        offer = self._offer(number, most, room, soft=True)
        if sum(cap * draw.hours for cap, draw in zip(offer.caps, draws, strict=True)) < energy_wh / 1000:
            offer = self._offer(number, most, room, soft=False)
        late_wh = sum(min(wants[want].late_wh, wants[want].energy_wh) for want in due.here)
        return offer, self._filled(number, offer, energy_wh, room, late_wh=late_wh)

    def _lane_of(self, number: int, want: int, room: _Room) -> tuple[_Offer, Lane]:
        """What a car can have beside what it has, where that costs less than it is worth."""
        lot, one, own = self._lots[number], self._held.problem.wants[want], room.own[number]
        count = next(due.first for due in lot.dues if want in due.here)
        draws, most = self._held.columns.draws[number][:count], self._caps(number, count, room)
        offer = self._offer(number, most, room, soft=True)
        worth_eur_kwh = one.worth_eur_kwh or 0.0
        for place, eur_kwh in enumerate(offer.eur_kwh):
            if place not in own and eur_kwh >= worth_eur_kwh:
                offer.caps[place] = 0.0
        has_wh = 1000 * sum(cap * draws[place].hours for place, cap in own.items() if place < count)
        return offer, self._filled(number, offer, has_wh + one.energy_wh, room)

    def _filled(self, number: int, offer: _Offer, energy_wh: float, room: _Room, *, late_wh: float = 0.0) -> Lane:
        """A lane of what is offered, with no more before each trip than may be in then; late_wh: that comes last."""
        lot, draws = self._lots[number], self._held.columns.draws[number]
        most_wh = [1000 * cap * draw.hours for cap, draw in zip(offer.caps, draws, strict=False)]
        order = sorted(range(len(most_wh)), key=offer.eur_kwh.__getitem__)
        self._no_more(number, most_wh, order, room)
        return Lane(
            energy_wh=energy_wh,
            most_wh=most_wh,
            least_wh=[lot.least_w * draw.hours for draw in draws[: len(most_wh)]],
            eur_kwh=offer.eur_kwh,
            order=order,
            fixed=self._fixed(number, most_wh, late_wh),
        )

    def _no_more(self, number: int, most_wh: list[float], order: Sequence[int], room: _Room) -> None:
        """Nothing is left in the dearest draws before a trip once the others hold all that may be in then."""
        wants, own = self._held.problem.wants, room.own[number]
        for most in self._lots[number].mosts:
            if most.first >= len(most_wh) or most.late is not None:
                continue
            left_wh = most.more_wh + sum(wants[want].energy_wh for want in most.wants)
            left_wh -= sum(most_wh[place] for place in own if place < most.first)
            for place in order:
                if place < most.first and place not in own:
                    if left_wh <= NOTHING_WH:
                        most_wh[place] = 0.0
                    left_wh -= most_wh[place]

    def _caps(self, number: int, count: int, room: _Room) -> list[float]:
        """The most that a car can draw in each of its first draws; 0 where that is less than its least."""
        lot, tags, own = self._lots[number], self._tags[number][:count], room.own[number]
        full, least = lot.full_w / 1000, lot.least_w / 1000 - NOTHING
        caps = [min(full, room.grid[tag.place] / tag.share) for tag in tags]
        for (of, _), free in zip(self._limits, room.shared, strict=True):
            if part := of.cars[number]:
                caps = [min(cap, free[tag.place] / part) for cap, tag in zip(caps, tags, strict=True)]
        return [own.get(place, cap if cap >= least else 0.0) for place, cap in enumerate(caps)]

    def _offer(self, number: int, most: Sequence[float], room: _Room, *, soft: bool) -> _Offer:
        """What the sun leaves, or a battery stores, costs what it is worth there; what is beyond that the grid's price.

        soft: no more than that where the grid is too dear.
        """
        least, caps, prices = self._lots[number].least_w / 1000, list[float](), list[float]()
        some, own = max(least, NOTHING), room.own[number]
        for place, ((_, _, low, high, cheap, more, worth), cap) in enumerate(
            zip(self._tags[number], most, strict=False)
        ):
            dear = high > worth + NOTHING and place not in own
            power = cheap if soft and dear and some <= cheap < cap else cap
            mean = power if power > least else least
            eur_kwh = low if 0 < mean <= cheap or mean <= 0 else high - (high - low) * (cheap / mean)
            caps.append(power)
            prices.append(round(eur_kwh + more, 7))
        return _Offer(caps, prices)

    def _fixed(self, number: int, most_wh: Sequence[float], late_wh: float) -> dict[int, float]:
        """The rest of a block that runs, and the last spans for what is above the everyday limit."""
        fixed: dict[int, float] = {}
        begun = running(self._held.problem, self._lots[number].car)
        for place, (draw, wh) in enumerate(zip(self._held.columns.draws[number], most_wh, strict=False)):
            if begun is None or draw.start >= begun.end:
                break
            if wh > 0:
                fixed[place] = min(wh, begun.power_w * ((min(draw.end, begun.end) - draw.start) / HOUR))
        for place in reversed(range(len(most_wh))):
            if late_wh <= NOTHING_WH:
                break
            if most_wh[place] > 0:
                fixed[place] = most_wh[place]
                late_wh -= most_wh[place]
        return fixed

    def _take(self, number: int, offer: _Offer, places: Iterable[int], room: _Room) -> None:
        """The room is less by what a car has."""
        draws, own = self._held.columns.draws[number], room.own[number]
        for place in places:
            if place in own:
                continue
            draw, cap = draws[place], offer.caps[place]
            own[place] = cap
            room.grid[draw.place] -= cap * draw.share
            for (of, _), free in zip(self._limits, room.shared, strict=True):
                free[draw.place] -= cap * of.cars[number]
