"""All that is known of the days ahead → the problem that planners solve. Knows no planner, no message and no device.

In: prices, the outlook, what the month's peak costs, what cars and battery want. Out: quarters for a day and a half,
then hours, up to two days and as far as a trip reaches that must be met.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import hypot, inf

from lib.core.arbitrage import Store, Stretch
from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.cost import PriceSlot
from lib.core.expected import end_eur_kwh
from lib.core.outlook import Foreseen, Outlook
from lib.core.plan import Block, Want
from lib.core.problem import Peak, Problem, Row, Span
from lib.core.quarter import QUARTER, start_of

DAY = timedelta(days=1)
FINE, AHEAD, FARTHEST = timedelta(hours=36), timedelta(hours=48), timedelta(days=5)
SAFE = 0.7  # so many standard deviations of what the house may draw more are kept under the peak
IMPORT_EUR_KWH, EXPORT_EUR_KWH = 0.30, 0.05  # supposed where no price at all is known
RECALLED = 7  # a price that is not known is supposed to be that of a day before, at the most so many


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakPrices:
    """What peaks cost.

    Attributes:
        paid_w: what a quarter of this month may count without costing more, where peaks cost nothing what the
            connection carries; next_w: of the next month.
        kw_eur, next_kw_eur: what 1 kW more costs over all bills; 0 where peaks cost nothing.
        saves_eur: what 1 kW more that is paid saves on a usual day, as the last days' plans told.
        margin: of a quarter's energy, that the ledger keeps back.

    """

    paid_w: float
    next_w: float
    kw_eur: float = 0.0
    next_kw_eur: float = 0.0
    saves_eur: float = 0.0
    margin: float = 0.0


def problem(
    at: datetime,
    *,
    prices: Sequence[PriceSlot],
    outlook: Outlook,
    peaks: PeakPrices,
    used_wh: float = 0.0,
    wants: Sequence[Want] = (),
    store: Store | None = None,
    store_phases: tuple[int, ...] = (1, 2, 3),
    rows: Sequence[Row] = (),
    before: Sequence[Block] = (),
) -> Problem:
    """What is to be planned from `at` on; wants whose time is over are left out.

    used_wh: drawn in the running quarter so far. before: the blocks of the plan in force.
    """
    live = tuple(want for want in wants if want.until > at and want.energy_wh > 0)
    musts = [want.until for want in live if want.worth_eur_kwh is None]
    end = start_of(min(at + FARTHEST, max(at + AHEAD, *musts)) if musts else at + AHEAD)
    months = _months(at, end)
    known = _Prices(prices)
    house = {one.start: one for one in outlook.quarters}
    fine = [_span(start, until, known, house, months) for start, until in _quarters(at, end)]
    safe = [_safe(span, _house(house, span.start), peaks) for span in fine]
    edges = {edge for want in live for edge in (want.since, want.until) if edge is not None}
    spans = tuple(_coarse(safe, at + FINE, edges))
    found = Problem(
        at=at,
        spans=spans,
        peaks=tuple(_peak(number, month, at, end, peaks) for number, month in enumerate(months)),
        used_wh=used_wh,
        wants=live,
        store=store,
        store_phases=store_phases,
        rows=tuple(rows),
        before=tuple(block for block in before if block.end > at),
    )
    return found if store is None else replace(found, end_eur_kwh=end_eur_kwh([*map(_stretch, spans)], store))


def _quarters(at: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while at < end:
        until = start_of(at) + QUARTER
        yield at, until
        at = until


def _months(at: datetime, end: datetime) -> list[date]:
    first, last = (local_day(one).replace(day=1) for one in (at, end - QUARTER))
    return [first] if first == last else [first, last]


class _Prices:
    """What a kWh costs and earns at an instant; where nobody knows that, what it did a day or some before."""

    def __init__(self, slots: Sequence[PriceSlot]) -> None:
        self._slots = [slot for slot in slots if slot.import_eur_kwh is not None]
        self._starts = [slot.start for slot in self._slots]
        imports = [slot.import_eur_kwh for slot in self._slots if slot.import_eur_kwh is not None]
        exports = [slot.export_eur_kwh for slot in self._slots if slot.export_eur_kwh is not None]
        self._mean = _mean(imports or [IMPORT_EUR_KWH]), _mean(exports or [EXPORT_EUR_KWH])

    def at(self, instant: datetime) -> tuple[float, float, bool]:
        """€/kWh drawn and injected, and whether that is published."""
        for days in range(RECALLED + 1):
            place = bisect_right(self._starts, instant - days * DAY) - 1
            slot = self._slots[place] if place >= 0 else None
            if slot is not None and instant - days * DAY < slot.end and slot.import_eur_kwh is not None:
                export = self._mean[1] if slot.export_eur_kwh is None else slot.export_eur_kwh
                return slot.import_eur_kwh, export, days == 0
        return *self._mean, False


def _house(house: dict[datetime, Foreseen], at: datetime) -> Foreseen | None:
    """What is foreseen of the quarter that holds an instant; beyond the outlook, of the one a day or more before."""
    start = start_of(at)
    for days in range(int(FARTHEST / DAY) + 1):
        if (found := house.get(start - days * DAY)) is not None:
            return found
    return None


def _span(
    start: datetime, end: datetime, prices: _Prices, house: dict[datetime, Foreseen], months: Sequence[date]
) -> Span:
    buys, sells, known = prices.at(start)
    foreseen = _house(house, start)
    return Span(
        start=start,
        end=end,
        import_eur_kwh=buys,
        export_eur_kwh=sells,
        known=known,
        load_w=foreseen.load_w if foreseen else 0.0,
        sun_w=foreseen.sun_w if foreseen else 0.0,
        peak=months.index(local_day(start).replace(day=1)),
    )


def _safe(span: Span, foreseen: Foreseen | None, peaks: PeakPrices) -> Span:
    """With what is kept under the peak beside the house; by itself that never passes what is paid."""
    paid_w = peaks.next_w if span.peak else peaks.paid_w
    off_w = hypot(foreseen.load_off_w, foreseen.sun_off_w) if foreseen else 0.0
    return replace(span, safe_w=max(0.0, min(max(SAFE * off_w, peaks.margin * paid_w), paid_w - span.net_w)))


def _coarse(spans: Sequence[Span], fine_until: datetime, edges: Collection[datetime]) -> Iterator[Span]:
    """Hours in place of the quarters that begin after a time, but where a car's time begins or ends amid one."""
    hour: list[Span] = []
    for span in spans:
        begins = span.start.minute == 0
        if not hour and (span.start < fine_until or not begins):
            yield span
            continue
        if hour and begins:
            yield from _joined(hour, edges)
            hour = []
        hour.append(span)
    if hour:
        yield from _joined(hour, edges)


def _joined(spans: Sequence[Span], edges: Collection[datetime]) -> Iterator[Span]:
    start, end = spans[0].start, spans[-1].end
    if any(start < edge < end for edge in edges):
        yield from spans
        return

    def mean(read: Callable[[Span], float]) -> float:
        return _mean([*map(read, spans)])

    yield replace(
        spans[0],
        end=end,
        import_eur_kwh=mean(lambda span: span.import_eur_kwh),
        export_eur_kwh=mean(lambda span: span.export_eur_kwh),
        load_w=mean(lambda span: span.load_w),
        sun_w=mean(lambda span: span.sun_w),
        safe_w=max(span.safe_w for span in spans),
        known=all(span.known for span in spans),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _peak(number: int, month: date, at: datetime, end: datetime, peaks: PeakPrices) -> Peak:
    """A month's peak with its price: what it costs on bills, less what it will save on the days after the horizon.

    A peak is bought once and serves all days of its month that are left: who needs it each day buys it on the first.
    """
    after = midnight((month + timedelta(days=31)).replace(day=1))
    left = max(0.0, (after - max(at, end)) / DAY)
    paid_w, kw_eur = (peaks.next_w, peaks.next_kw_eur) if number else (peaks.paid_w, peaks.kw_eur)
    return Peak(paid_w=paid_w, eur_kw=max(0.0, kw_eur - left * peaks.saves_eur))


def _stretch(span: Span) -> Stretch:
    return Stretch(
        start=span.start,
        end=span.end,
        import_eur_kwh=span.import_eur_kwh,
        export_eur_kwh=span.export_eur_kwh,
        load_w=span.net_w,
        room_w=inf,
    )
