"""Which spans a car charges in, where a charger takes nothing or at least its least. In: an optimum. Out: spans.

The prices of a linear program say what a kWh costs in each span, with what the battery could do with it instead; its
peaks say how much room there is. Wants choose one after the other, the cheapest spans that have room for their least,
joined so that a car is seldom interrupted (lib/core/starts.py). How much is drawn in these spans is then for the linear
program. Knows no solver.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from lib.core.plan import Block, Want
from lib.core.problem import HOUR, Problem
from lib.core.starts import NOTHING_WH, Lane, chosen, few
from lib.solver.columns import Draw
from lib.solver.limits import limits
from lib.solver.model import Model

Places = tuple[frozenset[int], ...]  # by want, of its draws those in which it charges
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
    """What is still free while wants choose, in kW.

    Attributes:
        grid: by span, under its peak; shared: by limit and span. busy: by car, the spans that a want of it has.

    """

    grid: list[float]
    shared: list[list[float]]
    busy: dict[str, set[int]]


class _Offer:
    """What one want can have of each of its draws: kW, and what a kWh costs."""

    def __init__(self, caps: list[float], eur_kwh: list[float]) -> None:
        self.caps, self.eur_kwh = caps, eur_kwh


class Rounding:
    """The choice of spans for one problem by one optimum."""

    def __init__(self, held: Model, values: Sequence[float], prices: Sequence[float]) -> None:
        """values, prices: of the columns and the rows of the optimum."""
        self._held, self._values = held, values
        self._limits = limits(held.problem)
        spans, program = held.problem.spans, held.program
        shares = [1.0 if row is None else program.factors[program.starts[row]] for row in held.peaks]
        self._shares = shares  # what part of the time that counts together a span is
        self._low_eur_kwh = [
            (prices[balance] + (0.0 if row is None else prices[row] * share)) / span.hours
            for balance, row, share, span in zip(held.balances, held.peaks, shares, spans, strict=True)
        ]
        self._soft = [
            values[column] for column in held.columns.exports
        ]  # what there is at that price, beside what cars have
        if held.columns.stores:
            self._soft = [soft + values[column] for soft, column in zip(self._soft, held.columns.stores, strict=True)]
        self._worths = [
            (want.worth_eur_kwh or 0.0) + prices[row]
            for want, row in zip(held.problem.wants, held.energies, strict=True)
        ]
        self._order = sorted(range(len(held.problem.wants)), key=self._urgency)

    def _urgency(self, number: int) -> tuple[bool, int, float]:
        """What must be comes first, then by rank, of equals the one with less time to spare at full power."""
        want = self._held.problem.wants[number]
        left_h = (want.until - self._held.problem.at) / HOUR
        return want.worth_eur_kwh is not None, want.rank, left_h - want.energy_wh / max(want.full_w, 1.0)

    def places(self, ease: Ease) -> Places:
        """Where each want charges."""
        room, found = self._room(ease), [frozenset[int]()] * len(self._order)
        for number in self._order:
            offer, lane = self._lane(number, room)
            want = self._held.problem.wants[number]
            goes_on = running(self._held.problem, want) is not None  # what runs already is no start
            places = chosen(lane)
            places = few(lane, places, max(1, want.starts + goes_on), lane.fixed.keys() & places)
            found[number] = frozenset(places)
            self._take(number, offer, places, room)
        return tuple(found)

    def lacks_wh(self, ease: Ease) -> float:
        """What wants that must be do not find, by a first look."""
        room, lacks = self._room(ease), 0.0
        for number in self._order:
            if self._held.problem.wants[number].worth_eur_kwh is None:
                offer, lane = self._lane(number, room)
                places = chosen(lane)
                lacks += max(0.0, lane.energy_wh - lane.total_wh(places))
                self._take(number, offer, places, room)
        return lacks

    def _room(self, ease: Ease) -> _Room:
        """What cars may draw at first: under the peaks with what the battery gives, and of each limit what is left."""
        held, problem, values = self._held, self._held.problem, self._values
        grid = [inf] * len(problem.spans)
        for place, (span, row) in enumerate(zip(problem.spans, held.peaks, strict=True)):
            if row is not None:
                most = held.program.row_highs[row] + values[held.columns.aboves[span.peak]] + ease.extra_kw
                grid[place] = most / self._shares[place] - span.net_w / 1000
                if problem.store is not None:
                    gives = values[held.columns.gives[place]]
                    grid[place] += gives + ease.help * (problem.store.discharge_w / 1000 - gives)
        shared = [
            [max(0.0, most_w - span.net_w * of.house) / 1000 for span in problem.spans] for of, most_w in self._limits
        ]
        return _Room(grid, shared, {})

    def _lane(self, number: int, room: _Room) -> tuple[_Offer, Lane]:
        """What a want can have; if it finds its energy so, no more of a span than is there at what it is worth."""
        want, draws = self._held.problem.wants[number], self._held.columns.draws[number]
        hours = [draw.hours for draw in draws]
        most = self._caps(number, room)
        offer = self._offer(number, most, soft=True)
        lacks = sum(cap * length for cap, length in zip(offer.caps, hours, strict=True)) < want.energy_wh / 1000
        if lacks and want.worth_eur_kwh is None:
            offer = self._offer(number, most, soft=False)
        most_wh = [1000 * cap * length for cap, length in zip(offer.caps, hours, strict=True)]
        lane = Lane(
            energy_wh=want.energy_wh,
            most_wh=most_wh,
            least_wh=[want.least_w * length for length in hours],
            eur_kwh=offer.eur_kwh,
            order=sorted(range(len(draws)), key=offer.eur_kwh.__getitem__),
            fixed=self._fixed(want, draws, most_wh),
        )
        return offer, lane

    def _caps(self, number: int, room: _Room) -> list[float]:
        """The most that a want can draw in each of its spans; 0 where that is less than its least."""
        want = self._held.problem.wants[number]
        full, least, busy = want.full_w / 1000, want.least_w / 1000 - NOTHING, room.busy.get(want.car, set())
        parts = [
            (of.cars[number], free) for (of, _), free in zip(self._limits, room.shared, strict=True) if of.cars[number]
        ]
        caps = []
        for draw in self._held.columns.draws[number]:
            cap = 0.0 if draw.place in busy else min(full, room.grid[draw.place] / draw.share)
            for part, free in parts:
                cap = min(cap, free[draw.place] / part)
            caps.append(cap if cap >= least else 0.0)
        return caps

    def _offer(self, number: int, most: Sequence[float], *, soft: bool) -> _Offer:
        """What the sun leaves, or a battery stores, costs what it is worth there; what is beyond that the grid's price.

        soft: no more than that where the grid is too dear.
        """
        want, worth, spans = self._held.problem.wants[number], self._worths[number], self._held.problem.spans
        least, caps, prices = want.least_w / 1000, [], []
        for draw, cap in zip(self._held.columns.draws[number], most, strict=True):
            low = self._low_eur_kwh[draw.place]
            high = max(low, spans[draw.place].import_eur_kwh)
            cheap = self._soft[draw.place] / draw.share + self._values[draw.column]
            power = min(cap, cheap) if soft and high > worth + NOTHING and cheap >= max(least, NOTHING) else cap
            mean = max(power, least)
            eur_kwh = high - (high - low) * (min(mean, cheap) / mean if mean > 0 else 1.0)
            if want.worth_eur_kwh is not None and eur_kwh >= want.worth_eur_kwh:
                power = 0.0
            caps.append(power)
            prices.append(round(eur_kwh, 7))
        return _Offer(caps, prices)

    def _fixed(self, want: Want, draws: Sequence[Draw], most_wh: Sequence[float]) -> dict[int, float]:
        """The rest of a block that runs, and the last spans for what is above the everyday limit."""
        fixed: dict[int, float] = {}
        begun = running(self._held.problem, want)
        for place, draw in enumerate(draws):
            if begun is None or draw.start >= begun.end:
                break
            if most_wh[place] > 0:
                fixed[place] = min(most_wh[place], begun.power_w * ((min(draw.end, begun.end) - draw.start) / HOUR))
        late_wh = min(want.late_wh, want.energy_wh)
        for place in reversed(range(len(draws))):
            if late_wh <= NOTHING_WH:
                break
            if most_wh[place] > 0:
                fixed[place] = most_wh[place]
                late_wh -= most_wh[place]
        return fixed

    def _take(self, number: int, offer: _Offer, places: Iterable[int], room: _Room) -> None:
        """The room is less by what a want has."""
        want, draws = self._held.problem.wants[number], self._held.columns.draws[number]
        busy = room.busy.setdefault(want.car, set())
        for place in places:
            draw = draws[place]
            busy.add(draw.place)
            room.grid[draw.place] -= offer.caps[place] * draw.share
            for (of, _), free in zip(self._limits, room.shared, strict=True):
                free[draw.place] -= offer.caps[place] * of.cars[number]


def running(problem: Problem, want: Want) -> Block | None:
    """The block of a want that runs already."""
    own = (one for one in problem.before if (one.car, one.trip) == (want.car, want.trip))
    return next((one for one in own if one.start <= problem.at < one.end), None)
