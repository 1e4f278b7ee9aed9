"""What is expected of the next two days, for the battery's plan. Knows no battery and no plan.

In: what dm foresees of house and sun, or what they usually do by the hour; prices, the cars' plan, the target of the
quarters. Out: stretches, quarters at first and hours later, and what energy that is left at their end is worth.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import inf, sqrt

from lib.core.arbitrage import Store, Stretch
from lib.core.cost import PriceSlot
from lib.core.followed import Followed
from lib.core.problem import KEEP_EUR_KWH
from lib.core.quarter import QUARTER, start_of
from lib.core.stamp import BRUSSELS
from lib.core.usual import Usual

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FINE, AHEAD = timedelta(hours=12), timedelta(hours=48)
SUPPOSED_KW_EUR = 5.0  # where the rates have no price for a peak that counts
LEAST_KW_EUR = 0.5  # above the target nothing is granted, also where it costs nothing
TELLS_S, TELLS_W = 900.0, 100.0  # so long, and so much sun, until the running hour tells of the day
DULL, BRIGHT = 0.2, 1.5
FADES_H = 6.0  # after so many hours the day may be another

Drawn = tuple[datetime, datetime, float]  # from, until, W
Flow = tuple[float, float | None, float | None]  # Wh that the house draws, below 0 injects; what a kWh costs, and earns


def stretches(
    at: datetime,
    *,
    prices: Sequence[PriceSlot],
    load: Usual,
    sun: Usual,
    cars: Iterable[Drawn] = (),
    target_w: float | None,
    margin: float = 0.0,
    kw_eur: float | None = None,
    followed: Followed | None = None,
    reserve_set: bool = False,
) -> tuple[Stretch, ...]:
    """What is expected from `at` on: quarters for FINE, then hours, up to AHEAD.

    prices: in order of time; a stretch of which a part has no price has none. cars: what their plan draws: the sun
    first, the rest from the room under the target, so that no battery is planned to give into a car. target_w: None: no
    quarter counts; margin: of its energy that is kept back. kw_eur: what 1 kW more of the month's peak costs; None: not
    known. followed: dm's plan, which knows more of house, sun and targets, supposes prices that are not published yet,
    and says which help for the cars is planned; reserve_set: not how much is kept, which the owner said.
    """
    starts = [slot.start for slot in prices]
    drawn = tuple(cars)
    bright = brightness(sun, at)
    over_eur = 0.0 if target_w is None else max(LEAST_KW_EUR, SUPPOSED_KW_EUR if kw_eur is None else kw_eur)
    found: list[Stretch] = []
    start = at
    until = max(at + AHEAD, followed.stretches[-1].end if followed and followed.stretches else at)
    quarter = start_of(at)
    while start < until:
        end = quarter + QUARTER
        if start >= at + FINE and not start.minute:
            end = start + HOUR
        length = end - start
        middle, length_h = start + length / 2, length / HOUR
        known = followed.at(middle) if followed else None
        help_w, counts_w = (known.help_w, known.target_w) if known and target_w is not None else (0.0, None)
        house_w = known.load_w - known.sun_w if known is not None else _usual_w(load, sun, middle, at, bright)
        together = [
            power_w * (_together(start, end, since, until) / length)
            for since, until, power_w in drawn
            if since < end and until > start
        ]
        cars_w = sum(together)
        from_sun_w = min(cars_w, max(0.0, -house_w))
        slots = prices[max(0, bisect_right(starts, start) - 1) : bisect_left(starts, end)]
        if len(slots) == 1 and slots[0].start <= start and end <= slots[0].end:
            buys, sells = slots[0].import_eur_kwh, slots[0].export_eur_kwh
        else:
            buys = _mean(start, end, [(one.start, one.end, one.import_eur_kwh) for one in slots])
            sells = _mean(start, end, [(one.start, one.end, one.export_eur_kwh) for one in slots])
        if known is not None:  # what is supposed there, where nothing is published yet
            buys = known.import_eur_kwh if buys is None else buys
            sells = known.export_eur_kwh if sells is None else sells
        found.append(
            Stretch(
                start=start,
                end=end,
                import_eur_kwh=buys,
                export_eur_kwh=sells,
                load_w=house_w + from_sun_w + help_w,
                room_w=inf
                if target_w is None
                else max(0.0, (counts_w or target_w) * (1 - margin) - (cars_w - from_sun_w) + help_w),
                over_eur_kwh=over_eur / length_h,
                keep_wh=(known.keep_wh or 0.0) if known and not reserve_set else 0.0,
                keep_eur_kwh=KEEP_EUR_KWH * length_h,
            )
        )
        start = quarter = end
    return tuple(found)


def _usual_w(load: Usual, sun: Usual, middle: datetime, at: datetime, bright: float) -> float:
    """House less sun at an hour, where no plan tells; bright: how the sun is now, which fades."""
    hour = str(middle.astimezone(BRUSSELS).hour)
    fades = max(0.0, 1 - (middle - at) / HOUR / FADES_H)
    return load.by_hour.get(hour, load.mean_w) - sun.by_hour.get(hour, 0.0) * (1 + (bright - 1) * fades)


def brightness(sun: Usual, at: datetime) -> float:
    """How the sun of the running hour is to what it usually is then; 1 where that tells nothing yet."""
    usual_w = sun.by_hour.get(str(sun.hour), 0.0)
    if sun.hour != at.astimezone(BRUSSELS).hour or sun.seconds < TELLS_S or usual_w < TELLS_W:
        return 1.0
    return min(max(DULL, sun.energy_ws / sun.seconds / usual_w), BRIGHT)


def end_eur_kwh(stretches: Sequence[Stretch], store: Store) -> float:
    """What a kWh that is left at the end of stretches is worth."""
    flows = ((one.load_w * ((one.end - one.start) / HOUR), one.import_eur_kwh, one.export_eur_kwh) for one in stretches)
    return left_eur_kwh(flows, store)


def left_eur_kwh(flows: Iterable[Flow], store: Store) -> float:
    """What a kWh that is left at the end is worth: the mean of what it replaces on a day like these.

    Where the sun leaves over as much as the house draws, it replaces sun that would only have been sold. Losses and
    wear on the way out are off.
    """
    drawn_wh = drawn_eur = left_wh = left_eur = 0.0
    for wh, buys, sells in flows:
        if wh > 0 and buys is not None:
            drawn_wh += wh
            drawn_eur += wh * buys
        elif wh < 0 and sells is not None:
            left_wh -= wh
            left_eur -= wh * sells
    if not drawn_wh:
        return max(0.0, left_eur / left_wh) if left_wh else 0.0
    way = sqrt(store.efficiency)
    sunny = min(1.0, left_wh * store.efficiency / drawn_wh)
    bought_eur = max(0.0, drawn_eur / drawn_wh - store.wear_eur_kwh) * way
    sold_eur = max(0.0, left_eur / left_wh) / way if left_wh else 0.0
    return bought_eur * (1 - sunny) + min(bought_eur, sold_eur) * sunny


def _together(start: datetime, end: datetime, since: datetime, until: datetime) -> timedelta:
    return max(timedelta(0), min(end, until) - max(start, since))


def _mean(start: datetime, end: datetime, slots: Sequence[tuple[datetime, datetime, float | None]]) -> float | None:
    """The mean over time; None where a part is not known."""
    known, total = timedelta(0), 0.0
    for since, until, price in slots:
        together = _together(start, end, since, until)
        if price is not None and together:
            known += together
            total += price * (together / (end - start))
    return total if known == end - start else None
