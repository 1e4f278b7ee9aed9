"""When a battery stores and gives, by price: what a stored kWh is worth in each quarter ahead. Knows no device.

In: a battery, prices, and what the house will draw. Out: watts by quarter, and the value of one more stored kWh at each
state of charge, by which whoever runs the battery decides when things come otherwise.

Source: dynamic programming over the state of charge, with curves of worth (lib/core/worth.py) in place of a grid: the
plan is optimal for what is expected as long as a kWh never earns more than it costs.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf, sqrt
from operator import attrgetter
from typing import NamedTuple

from lib.core.worth import Piece, Uses, Values, Worth, pooled

HOUR = timedelta(hours=1)
LEVELS = 40  # equal steps at which a plan says what a kWh is worth
MUST_EUR_KWH, NEVER_EUR_KWH = 1000.0, 100.0  # what a floor is worth, and what buys nothing else than it
NOTHING_EUR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A battery, or a car that may give back.

    Attributes:
        energy_wh: in it now; least_wh, most_wh: between which it is kept.
        charge_w, discharge_w: on its AC side; 0: it cannot.
        efficiency: of a round trip; half of the loss is on each way.
        wear_eur_kwh: of each kWh that it gives, on its AC side.
        sells: whether it may be emptied into the grid, beyond what house and cars draw.

    """

    energy_wh: float
    least_wh: float
    most_wh: float
    charge_w: float
    discharge_w: float
    efficiency: float = 0.9
    wear_eur_kwh: float = 0.05
    sells: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What is expected of a quarter, or of a longer stretch with one price.

    Attributes:
        import_eur_kwh, export_eur_kwh: what a kWh costs, and earns; None: not known, then neither bought nor given,
            except for a floor and for what would pass the target.
        load_w: of the house and its cars less its sun, without this store; negative is left over.
        room_w: what may be drawn from the grid under the target; above it a kWh costs over_eur_kwh more.
        present: False while a car is away. floor_wh: what it must hold at the end of this stretch, as before a trip.
        keep_wh: what it should hold then; a kWh less costs keep_eur_kwh.
        gone_wh: what a trip takes out of it while it is away.

    """

    start: datetime
    end: datetime
    import_eur_kwh: float | None
    export_eur_kwh: float | None
    load_w: float
    room_w: float
    over_eur_kwh: float = 0.0
    present: bool = True
    floor_wh: float = 0.0
    keep_wh: float = 0.0
    keep_eur_kwh: float = 0.0
    gone_wh: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What the store does in a stretch, + stores, and what is in it at the end.

    values_eur_kwh: what one kWh more in it is worth at the end, by equal steps of its energy from least_wh to most_wh.
    """

    start: datetime
    end: datetime
    power_w: float
    energy_wh: float
    values_eur_kwh: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePlan:
    """The steps in order of time; cost_eur: of grid, wear and peak, idle_eur: of the store left alone.

    Both are less what more is in it at the end than at the start.
    """

    least_wh: float = 0.0
    most_wh: float = 0.0
    steps: tuple[Step, ...] = ()
    cost_eur: float = 0.0
    idle_eur: float = 0.0

    def at(self, at: datetime) -> Step | None:
        """The step that holds `at`."""
        place = bisect_right(self.steps, at, key=_start) - 1
        return self.steps[place] if place >= 0 and at < self.steps[place].end else None

    def value_eur_kwh(self, at: datetime, energy_wh: float) -> float | None:
        """What one kWh more in the store is worth when it holds so much; None: nothing is planned for `at`."""
        step = self.at(at)
        if step is None:
            return None
        values, span_wh = step.values_eur_kwh, self.most_wh - self.least_wh
        if len(values) < 2 or span_wh <= 0:
            return values[0] if values else None
        place = min(max(0.0, (energy_wh - self.least_wh) / span_wh), 1.0) * (len(values) - 1)
        low = min(int(place), len(values) - 2)
        return values[low] + (values[low + 1] - values[low]) * (place - low)


_start = attrgetter("start")


def planned(store: Store, stretches: Sequence[Stretch], *, end_eur_kwh: float) -> StorePlan:
    """The plan that costs least; end_eur_kwh: what a kWh left at the end is worth.

    An energy outside of least_wh … most_wh counts as the nearer of the two. A floor comes before all prices, and what
    cannot be reached of it is reached as far as possible. Of plans that cost the same the one that acts earlier.
    """
    best, idle, ahead = _courses(store, stretches, end_eur_kwh)
    steps = (
        Step(
            start=stretch.start,
            end=stretch.end,
            power_w=power_w,
            energy_wh=store.least_wh + level_wh,
            values_eur_kwh=Values(worth_then, LEVELS),
        )
        for stretch, power_w, level_wh, worth_then in zip(stretches, best.powers_w, best.levels_wh, ahead, strict=True)
    )
    return StorePlan(
        least_wh=store.least_wh,
        most_wh=store.most_wh,
        steps=tuple(steps),
        cost_eur=best.eur,
        idle_eur=idle.eur,
    )


def powers_w(store: Store, stretches: Sequence[Stretch], *, end_eur_kwh: float) -> tuple[float, ...]:
    """What the store does in each stretch by the same plan, for who need not know what a kWh in it is worth."""
    return tuple(_courses(store, stretches, end_eur_kwh)[0].powers_w)


def beside(stretches: Sequence[Stretch], plan: StorePlan) -> tuple[Stretch, ...]:
    """The stretches as another store finds them, with what this one does in their load."""
    return tuple(
        replace(stretch, load_w=stretch.load_w + step.power_w)
        for stretch, step in zip(stretches, plan.steps, strict=True)
    )


class _Trade(NamedTuple):
    """What may be done in a stretch, by what comes into the store in Wh, from least_wh, at most 0, to most_wh.

    pieces: what a kWh more in it costs, from least_wh upward; with negative prices a later one may be cheaper.
    rises: whether each is dearer than the one before.
    """

    hours: float
    least_wh: float = 0.0
    most_wh: float = 0.0
    pieces: Sequence[Piece] = ()
    rises: bool = True


class _Course(NamedTuple):
    """Powers, the levels above least_wh at the ends, what it costs, and what it lacks of the floors in all."""

    powers_w: Sequence[float]
    levels_wh: Sequence[float]
    eur: float
    short_wh: float


def _courses(store: Store, stretches: Sequence[Stretch], end_eur_kwh: float) -> tuple[_Course, _Course, list[Worth]]:
    """The course that costs least, the one of a store that is left alone, and the worth after each stretch."""
    span_wh, way = max(0.0, store.most_wh - store.least_wh), sqrt(store.efficiency)
    begins_wh = min(max(0.0, store.energy_wh - store.least_wh), span_wh)
    trades = [_trade(store, stretch, way) for stretch in stretches]
    ahead = _backward(store, stretches, trades, span_wh, end_eur_kwh)
    powers_w, level_wh = [], begins_wh
    for stretch, trade, worth_then in zip(stretches, trades, ahead, strict=True):
        change_wh = _best_wh(trade, worth_then, level_wh, span_wh) if trade.pieces else 0.0
        powers_w.append(_power_w(trade.hours, way, change_wh))
        level_wh = max(0.0, level_wh + change_wh - stretch.gone_wh)
    hours = [trade.hours for trade in trades]
    course = _course(store, stretches, hours, powers_w, begins_wh, end_eur_kwh)
    idle = _course(store, stretches, hours, [0.0] * len(powers_w), begins_wh, end_eur_kwh)
    return min(course, idle, key=lambda one: (round(one.short_wh), one.eur)), idle, ahead


def _trade(store: Store, stretch: Stretch, way: float) -> _Trade:
    """Between two marks a kWh costs the same: nothing flows in the store, or through the meter; the room ends."""
    hours = (stretch.end - stretch.start) / HOUR
    if not stretch.present:
        return _Trade(hours)
    load_w, room_w, buys = stretch.load_w, max(0.0, stretch.room_w), stretch.import_eur_kwh
    stores, gives = (NEVER_EUR_KWH, 0.0) if buys is None else (buys, buys)
    sells, over, wear = stretch.export_eur_kwh or 0.0, stretch.over_eur_kwh, store.wear_eur_kwh
    least_w, most_w = -_gives_w(store, stretch), store.charge_w
    pieces: list[Piece] = []
    low_w, rises, last_eur = least_w, True, -inf
    for mark_w in (*sorted((0.0, -load_w, room_w - load_w)), most_w):
        high_w = min(mark_w, most_w)
        if high_w <= low_w:
            continue
        net_w = load_w + (low_w + high_w) / 2
        eur_kwh = sells if net_w < 0 else (stores if low_w >= 0 else gives) + (over if net_w > room_w else 0.0)
        if high_w <= 0:
            piece = (eur_kwh - wear) * way, (high_w - low_w) * hours / way
        else:
            piece = eur_kwh / way, (high_w - low_w) * hours * way
        pieces.append(piece)
        rises = rises and piece[0] > last_eur
        low_w, last_eur = high_w, piece[0]
    return _Trade(hours, least_w * hours / way, most_w * hours * way, pieces, rises)


def _gives_w(store: Store, stretch: Stretch) -> float:
    """The most that it may give; while the price is not known, only what would pass the target."""
    if stretch.import_eur_kwh is None:
        return min(store.discharge_w, max(0.0, stretch.load_w - max(0.0, stretch.room_w)))
    if store.sells and stretch.export_eur_kwh is not None:
        return store.discharge_w
    return min(store.discharge_w, max(0.0, stretch.load_w))


def _backward(
    store: Store, stretches: Sequence[Stretch], trades: Sequence[_Trade], span_wh: float, end_eur_kwh: float
) -> list[Worth]:
    """What the energy is worth at the end of each stretch.

    The worth before a stretch is that of all uses, those in it and those after it, the best first: what comes in by the
    most that it may store takes the place of the best ones, and what is above the span is given.
    """
    uses = Uses([(end_eur_kwh, span_wh)], span_wh)
    found: list[Worth] = []
    for stretch, trade in zip(reversed(stretches), reversed(trades), strict=True):
        if stretch.floor_wh > store.least_wh:
            uses.raise_up_to(stretch.floor_wh - store.least_wh, MUST_EUR_KWH)
        if stretch.keep_wh > store.least_wh:
            uses.raise_up_to(stretch.keep_wh - store.least_wh, stretch.keep_eur_kwh)
        found.append(uses.worth())
        if stretch.gone_wh:
            uses.add([(max(MUST_EUR_KWH, uses.best_eur_kwh), stretch.gone_wh)])
        if trade.pieces:
            uses.add(trade.pieces if trade.rises else pooled(trade.pieces), skip_wh=trade.most_wh)
    return found[::-1]


def _best_wh(trade: _Trade, then: Worth, level_wh: float, span_wh: float) -> float:
    """What shall come into the store: along each piece of its price up to where the worth meets it.

    Where prices rise the first piece that is not used up is the last; else all are compared.
    """
    if trade.rises:
        return _first_met_wh(trade, then, level_wh, span_wh)
    best_eur, best_wh = then.eur(level_wh), 0.0
    start_wh, cost_eur = trade.least_wh, 0.0
    for eur_kwh, wh in trade.pieces:
        if start_wh < 0:
            cost_eur -= eur_kwh * min(wh, -start_wh) / 1000
        start_wh += wh
    start_wh = trade.least_wh
    for eur_kwh, wh in trade.pieces:
        low_wh, high_wh = max(start_wh, -level_wh), min(start_wh + wh, span_wh - level_wh)
        if low_wh <= high_wh:
            stores = start_wh >= 0
            met_wh = then.level_wh(eur_kwh, highest=stores) - level_wh
            change_wh = min(max(low_wh, met_wh), high_wh)
            eur = then.eur(level_wh + change_wh) - cost_eur - eur_kwh * (change_wh - start_wh) / 1000
            if eur > best_eur + NOTHING_EUR or (eur > best_eur - NOTHING_EUR and abs(change_wh) > abs(best_wh)):
                best_eur, best_wh = eur, change_wh
        cost_eur += eur_kwh * wh / 1000
        start_wh += wh
    return best_wh


def _first_met_wh(trade: _Trade, then: Worth, level_wh: float, span_wh: float) -> float:
    best_wh, start_wh, most_wh = 0.0, trade.least_wh, span_wh - level_wh
    below, edges_wh = then.below, then.edges_wh
    for eur_kwh, wh in trade.pieces:
        end_wh = start_wh + wh
        low_wh = start_wh if start_wh > -level_wh else -level_wh
        high_wh = end_wh if end_wh < most_wh else most_wh
        if low_wh <= high_wh:
            meets = bisect_right if start_wh >= 0 else bisect_left
            best_wh = edges_wh[meets(below, -eur_kwh)] - level_wh
            if best_wh < high_wh:
                return best_wh if best_wh > low_wh else low_wh
            best_wh = high_wh
        start_wh = end_wh
    return best_wh


def _power_w(hours: float, way: float, change_wh: float) -> float:
    """On the AC side, for what comes into the store."""
    if not hours:
        return 0.0
    return change_wh / way / hours if change_wh > 0 else change_wh * way / hours


def _course(
    store: Store,
    stretches: Sequence[Stretch],
    hours: Sequence[float],
    powers_w: Sequence[float],
    level_wh: float,
    end_eur_kwh: float,
) -> _Course:
    """What powers lead to; what has no known price is not counted."""
    way, wear, least_wh, begins_wh = sqrt(store.efficiency), store.wear_eur_kwh, store.least_wh, level_wh
    levels: list[float] = []
    eur_1000 = short_wh = 0.0
    for stretch, length, power_w in zip(stretches, hours, powers_w, strict=True):
        level_wh += power_w * length * (way if power_w > 0 else 1 / way) - stretch.gone_wh
        if level_wh < 0.0 or stretch.floor_wh > least_wh:
            short_wh += max(0.0, -level_wh) + max(0.0, stretch.floor_wh - least_wh - max(0.0, level_wh))
            level_wh = max(0.0, level_wh)
        levels.append(level_wh)
        if stretch.keep_wh > least_wh + level_wh:
            eur_1000 += (stretch.keep_wh - least_wh - level_wh) * stretch.keep_eur_kwh
        net_w, room_w = stretch.load_w + power_w, stretch.room_w
        eur_h = ((stretch.import_eur_kwh if net_w > 0 else stretch.export_eur_kwh) or 0.0) * net_w
        if net_w > room_w or net_w > 0 > room_w:
            eur_h += stretch.over_eur_kwh * (net_w - max(0.0, room_w))
        if power_w < 0:
            eur_h -= wear * power_w
        eur_1000 += eur_h * length
    return _Course(powers_w, levels, (eur_1000 - end_eur_kwh * (level_wh - begins_wh)) / 1000, short_wh)
