"""All that is known of the days ahead → the problem that planners solve. Knows no planner, no message and no device.

In: prices, the outlook, what the month's peak costs, what cars and battery want. Out: quarters for a day,
then hours, up to two days and as far as a trip reaches that must be met.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from math import hypot, sqrt
from typing import NamedTuple

from lib.core.arbitrage import Store
from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.cost import PriceSlot
from lib.core.expected import Flow, left_eur_kwh
from lib.core.insured import NOBODY, Insured, keep_wh
from lib.core.leeway import left_wh
from lib.core.outlook import Foreseen, Outlook
from lib.core.plan import Block, Want
from lib.core.problem import HOUR, Leeway, Peak, Problem, Row, Span
from lib.core.quarter import QUARTER, start_of
from lib.core.summits import heights_w, tiers
from lib.core.supposed import Supposed

DAY = timedelta(days=1)
FINE, AHEAD, FARTHEST = timedelta(hours=24), timedelta(hours=48), timedelta(days=5)
SOON = timedelta(hours=12)  # so long before it must be ready a car may be late: what comes earlier has all that time
SAFE = 0.7  # so many standard deviations of what the house may draw more are kept under the peak


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakPrices:
    """What peaks cost.

    Attributes:
        paid_w: what a quarter of this month may count without costing more, where peaks cost nothing what the
            connection carries; next_w: of the next month.
        kw_eur, next_kw_eur: what 1 kW more costs over all bills; 0 where peaks cost nothing.
        margin: of a quarter's energy, that the ledger keeps back.

    """

    paid_w: float
    next_w: float
    kw_eur: float = 0.0
    next_kw_eur: float = 0.0
    margin: float = 0.0


def problem(
    at: datetime,
    *,
    prices: Sequence[PriceSlot] | Supposed,
    outlook: Outlook,
    peaks: PeakPrices,
    used_wh: float = 0.0,
    wants: Sequence[Want] = (),
    store: Store | None = None,
    store_phases: tuple[int, ...] = (1, 2, 3),
    reserve_set: bool = False,
    rows: Sequence[Row] = (),
    before: Sequence[Block] = (),
    insured: Insured = NOBODY,
) -> Problem:
    """What is to be planned from `at` on; wants whose time is over are left out.

    used_wh: drawn in the running quarter so far. before: the blocks of the plan in force. insured: the last days of the
    house, which tell how high it peaks and what a battery needs to keep it from that; reserve_set: its owner said how
    much it keeps, which `store` leaves out, and nothing is kept beside.
    """
    live = tuple(want for want in wants if want.until > at and want.energy_wh > 0)
    musts = [want.until for want in live if want.worth_eur_kwh is None]
    end = start_of(min(at + FARTHEST, max(at + AHEAD, *musts)) if musts else at + AHEAD)
    months = _months(at, end)
    edges = {edge for want in live for edge in (want.since, want.until) if edge is not None}
    edges |= {edge for want in live for absence in want.away for edge in (absence.start, absence.end)}
    known = prices if isinstance(prices, Supposed) else Supposed(prices)
    heights = heights_w(insured, store)
    slices = [*_coarse([*_slices(at, end, known, outlook, peaks)], at + FINE, edges)]
    spans = tuple(map(partial(_span, keeps=_keeps(None if reserve_set else store, peaks, insured)), slices))
    return Problem(
        at=at,
        spans=spans,
        peaks=tuple(_peak(number, month, at, peaks, heights) for number, month in enumerate(months)),
        used_wh=used_wh,
        wants=live,
        store=store,
        store_phases=store_phases,
        end_eur_kwh=0.0 if store is None else left_eur_kwh(map(_flow, slices), store),
        rows=tuple(rows),
        before=tuple(block for block in before if block.end > at),
        leeways=() if store is None else tuple(_leeways(at, spans, live, peaks, insured)),
    )


class _Slice(NamedTuple):
    """What a span will hold, see there."""

    start: datetime
    end: datetime
    import_eur_kwh: float
    export_eur_kwh: float
    known: bool
    load_w: float
    sun_w: float
    safe_w: float
    peak: int


def _slices(at: datetime, end: datetime, prices: Supposed, outlook: Outlook, peaks: PeakPrices) -> Iterator[_Slice]:
    """By quarters, of which the first is what is left of the running one."""
    house = {one.start: one for one in outlook.quarters}
    next_month = _month_after(local_day(at))
    start, quarter = at, start_of(at)
    while start < end:
        buys, sells, known = prices.at(start)
        foreseen, number = _house(house, quarter), 1 if start >= next_month else 0
        if foreseen is not None:
            house[quarter] = foreseen  # of which the same quarter of the next day may be supposed
        load_w, sun_w, off_w = 0.0, 0.0, 0.0
        if foreseen is not None:
            load_w, sun_w = foreseen.load_w, foreseen.sun_w
            off_w = hypot(foreseen.load_off_w, foreseen.sun_off_w)
        paid_w = peaks.next_w if number else peaks.paid_w
        safe_w = max(0.0, min(max(SAFE * off_w, peaks.margin * paid_w), paid_w - (load_w - sun_w)))
        quarter += QUARTER
        yield _Slice(start, quarter, buys, sells, known, load_w, sun_w, safe_w, number)
        start = quarter


def _keeps(store: Store | None, peaks: PeakPrices, insured: Insured) -> tuple[float | None, float | None]:
    """What the battery should hold, this month and the next, beside what it never gives; None: nobody knows."""
    if store is None or not peaks.kw_eur:
        return None, None
    way, found = sqrt(store.efficiency), list[float | None]()
    for paid_w in (peaks.paid_w, peaks.next_w):
        wh = keep_wh(
            insured,
            target_w=paid_w * (1 - peaks.margin),
            charge_w=store.charge_w,
            discharge_w=store.discharge_w,
            way=way,
        )
        found.append(store.least_wh + wh if wh else wh)
    this, other = found
    return this, other


def _leeways(
    at: datetime, spans: Sequence[Span], wants: Sequence[Want], peaks: PeakPrices, insured: Insured
) -> Iterator[Leeway]:
    """In the last hours before a car must be ready, for each end of a span while it is here: what it may lack then.

    Where several are here also what they may lack together.
    """
    musts = {number: want for number, want in enumerate(wants) if want.worth_eur_kwh is None}
    for place, span in enumerate(spans):
        for until in sorted({want.until for want in musts.values() if want.until <= at + FINE}):
            if not until - SOON <= span.end < until:
                continue
            here = {
                want.car: want.full_w
                for want in musts.values()
                if span.end < want.until <= until and (want.back is None or want.back <= span.end)
            }
            ready = {want.car for want in musts.values() if want.until == until}
            groups = [{car} for car in here if car in ready]
            if groups and len(here) > 1:
                groups.append({*here})
            months = {one.peak for one in spans[place + 1 :] if one.start < until}
            for cars in groups if _cost(peaks, months) else ():
                room_wh = left_wh(
                    insured,
                    span.end,
                    until,
                    target_w=min(peaks.next_w if month else peaks.paid_w for month in months) * (1 - peaks.margin),
                    full_w=sum(here[car] for car in cars),
                )
                if room_wh is not None:
                    due = [number for number, want in musts.items() if want.car in cars and want.until <= until]
                    yield Leeway(place, until, tuple(due), room_wh)


def _cost(peaks: PeakPrices, months: Collection[int]) -> bool:
    """Whether a higher peak of these months costs anything."""
    return any(peaks.next_kw_eur if month else peaks.kw_eur for month in months)


def _span(slice_: _Slice, *, keeps: tuple[float | None, float | None]) -> Span:
    start, end, buys, sells, known, load_w, sun_w, safe_w, number = slice_
    return Span(
        start=start,
        end=end,
        import_eur_kwh=buys,
        export_eur_kwh=sells,
        known=known,
        load_w=load_w,
        sun_w=sun_w,
        safe_w=safe_w,
        peak=number,
        keep_wh=keeps[number],
    )


def _flow(slice_: _Slice) -> Flow:
    net_w, hours = slice_.load_w - slice_.sun_w, (slice_.end - slice_.start) / HOUR
    return net_w * hours, slice_.import_eur_kwh, slice_.export_eur_kwh


def _months(at: datetime, end: datetime) -> list[date]:
    first, last = (local_day(one).replace(day=1) for one in (at, end - QUARTER))
    return [first] if first == last else [first, last]


def _month_after(day: date) -> datetime:
    """When the local month after that of a day begins."""
    return midnight((day.replace(day=1) + timedelta(days=31)).replace(day=1))


def _house(house: dict[datetime, Foreseen], quarter: datetime) -> Foreseen | None:
    """What is foreseen of a quarter; beyond the outlook, of the one a day or more before."""
    for _ in range(FARTHEST // DAY + 1):
        if (found := house.get(quarter)) is not None:
            return found
        quarter -= DAY
    return None


def _coarse(slices: Sequence[_Slice], fine_until: datetime, edges: Collection[datetime]) -> Iterator[_Slice]:
    """Hours in place of the quarters that begin after a time, but where a car's time begins or ends amid one."""
    hour: list[_Slice] = []
    for one in slices:
        begins = not one.start.minute
        if not hour and (one.start < fine_until or not begins):
            yield one
            continue
        if hour and begins:
            yield from _joined(hour, edges)
            hour = []
        hour.append(one)
    if hour:
        yield from _joined(hour, edges)


def _joined(slices: Sequence[_Slice], edges: Collection[datetime]) -> Iterator[_Slice]:
    start, end = slices[0].start, slices[-1].end
    if any(start < edge < end for edge in edges):
        yield from slices
        return
    _, _, buys, sells, known, load_w, sun_w, safe_w, _ = zip(*slices, strict=True)
    yield _Slice(
        start, end, _mean(buys), _mean(sells), all(known), _mean(load_w), _mean(sun_w), max(safe_w), slices[0].peak
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _peak(number: int, month: date, at: datetime, peaks: PeakPrices, heights: Sequence[float]) -> Peak:
    """A month's peak with its price: less up to what the house will likely pass by itself on the days that are left."""
    left = (_month_after(month) - max(at, midnight(month))) / DAY
    paid_w, kw_eur = (peaks.next_w, peaks.next_kw_eur) if number else (peaks.paid_w, peaks.kw_eur)
    return Peak(paid_w=paid_w, eur_kw=kw_eur, tiers=tiers(heights, paid_w=paid_w, eur_kw=kw_eur, days_left=left))
