"""Predbat's plans: in which windows of half an hour the car charges, and in which the battery is filled from the grid.

In: rates, what house and roof are thought to do, energies. Out: windows. Knows no peak and no clock.

Source: its rules as of 8.51. Of its battery search the first stage is here: of all thresholds of the price, the one
below which filling the battery costs least.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from lib.sim.year.home import BatterySpec

WINDOW_S, MINUTES_S = 1800, 300
HOUR_S = 3600.0
THRESHOLDS = 8  # the cheapest rates are tried, no more


class Span(NamedTuple):
    """Seconds, half-open, in which the car charges."""

    start_s: int
    end_s: int


def car_plan(
    rates: Iterable[tuple[int, float]], *, now_s: int, ready_s: int, missing_wh: float, power_w: float
) -> list[Span]:
    """The cheapest windows in which the car gets what it misses, of equal ones the earlier.

    rates: second in which a window starts, and its price. The last window is cut, to whole five minutes, rounded up.
    """
    found: list[Span] = []
    for _, start_s in sorted((rate, start_s) for start_s, rate in rates):
        start, end = max(start_s, now_s), min(start_s + WINDOW_S, ready_s)
        if start >= end:
            continue
        needs_s = ceil(missing_wh / power_w * HOUR_S / MINUTES_S) * MINUTES_S
        if needs_s <= end - start:
            found.append(Span(start, start + needs_s))
            break
        found.append(Span(start, end))
        missing_wh -= power_w * (end - start) / HOUR_S
    return sorted(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What is thought to come, by window. net_wh: house less roof; held: the car charges, the battery gives nothing."""

    first: int
    net_wh: Sequence[float]
    held: Sequence[bool]
    import_eur_kwh: Sequence[float]
    export_eur_kwh: Sequence[float]


def cost_eur(ahead: Ahead, fills: frozenset[int], *, stored_wh: float, battery: BatterySpec, fill_w: float) -> float:
    """What the windows ahead cost if the battery is filled in those; what is left in it is worth their least price."""
    capacity_wh, way = battery.capacity_wh, battery.way
    most_wh, fill_wh = battery.power_w / 2, fill_w / 2
    cost = 0.0
    for number, (net, held, price, earns) in enumerate(
        zip(ahead.net_wh, ahead.held, ahead.import_eur_kwh, ahead.export_eur_kwh, strict=True), ahead.first
    ):
        room = (capacity_wh - stored_wh) / way
        if number in fills:
            draws = min(fill_wh, room)
        elif net < 0:
            draws = min(-net, most_wh, room)
        elif held:
            draws = 0.0
        else:
            draws = -min(net, most_wh, stored_wh * way)
        stored_wh += draws * way if draws > 0 else draws / way
        grid = net + draws
        cost += grid * (price if grid > 0 else earns)
    return (cost - stored_wh * way * min(ahead.import_eur_kwh)) / 1000


def fill_plan(
    before: frozenset[int], ahead: Ahead, *, stored_wh: float, battery: BatterySpec, fill_w: float, gain_eur: float
) -> frozenset[int]:
    """The windows to fill the battery in; a new plan only if it is better than the one before by `gain_eur`."""
    prices = ahead.import_eur_kwh
    best = frozenset(number for number in before if number >= ahead.first)
    best_eur = cost_eur(ahead, best, stored_wh=stored_wh, battery=battery, fill_w=fill_w) - gain_eur
    thresholds = sorted(set(prices))[:THRESHOLDS]
    for least in (None, *thresholds):
        fills = frozenset(n for n, price in enumerate(prices, ahead.first) if least is not None and price <= least)
        if fills == best:
            continue
        eur = cost_eur(ahead, fills, stored_wh=stored_wh, battery=battery, fill_w=fill_w)
        if eur < best_eur:
            best, best_eur = fills, eur
    return best
