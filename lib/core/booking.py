"""Telegrams → books: `after(books, counters, …) -> Books`, row by row. Knows no meter and no disk.

The energy of a pause goes where its time says: over two quarters, or, longer, into rows of its own by the day.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import reduce
from itertools import accumulate, pairwise

from lib.core.bands import midnight
from lib.core.books import (
    DAYS_KEPT,
    NONE,
    PENDING_KEPT,
    Books,
    Changes,
    Closed,
    Day,
    Prices,
    Row,
    Tally,
    local_day,
    opened,
    settled,
    sums,
    tally_of,
)
from lib.core.charges import Item, Used, less, plus
from lib.core.cost import fees
from lib.core.counters import REGISTER_SIZE_WH, Amounts, Counters, gained, kept, litres, spread
from lib.core.netting import opening
from lib.core.quarter import QUARTER, start_of
from lib.core.states import replace

SURE = timedelta(seconds=60)  # energy of a longer pause over a quarter's end is split by an estimate
SET_BACK = QUARTER  # a clock set back further had shown quarters that never were
LONGEST_GAP = timedelta(days=400)  # a clock that jumps further was wrong: no fees for days that never were


def after(books: Books | None, now: Counters, prices: Prices, closed: Closed | None = None) -> Books:
    """The books as a telegram leaves them; closed: the quarter that just ended.

    The energy of a pause up to a quarter is split by time over the two quarters it touches; that of a longer one goes
    into rows of its own, one for each local day. A clock set back up to a quarter goes on in the row it had come
    to; set back further, it begins a row where it is.
    """
    if books is None:
        return _first(now, prices)
    if closed is None and books.changes is NONE and _is_plain(books, now):
        last = kept(books.last, now)
        row = _longer(books.open, now.at, gained(books.last, now))
        return replace(books, last=last, open=row, today=replace(books.today, counters=last))
    writer = _Writer(books, prices)
    writer.take(now, closed)
    return writer.books()


def repriced(books: Books, prices: Prices) -> Books:
    """The books after prices became known: rows that waited for one are priced; what was priced well stays as it is."""
    if not books.pending:
        return books
    writer = _Writer(books, prices)
    writer.price_pending()
    return writer.books()


def _first(now: Counters, prices: Prices) -> Books:
    """The first reading is where counting starts: it books nothing."""
    none_yet = gained(now, now)
    day = local_day(now.at)
    today = Day(
        day=day,
        since=now.at,
        counters=now,
        watched=Tally(amounts=none_yet),
        fees=fees(day, prices.tariffs),
    )
    books = opened([today], open_row=Row(number=1, since=now.at, until=now.at, amounts=none_yet))
    return replace(books, changes=Changes(days=(today,)))


def _is_plain(books: Books, now: Counters) -> bool:
    """Whether the step lies within the open row, as nearly all do."""
    row = books.open
    is_read = (now.gas_at, now.water_at) != (books.last.gas_at, books.last.water_at)
    return row.until <= now.at < row.quarter + QUARTER and not is_read


def _late(last: Counters, now: Counters, new: Amounts) -> tuple[Amounts, datetime] | None:
    """What gas and water meters counted by the end of a day before and tell only now, and until when they counted."""
    day = local_day(now.at)
    ends = {
        kind: at
        for kind, at in (("gas_l", now.gas_at), ("water_l", now.water_at))
        if at is not None
        and at > last.at - QUARTER
        and local_day(at - timedelta(seconds=1)) < day
        and getattr(new, kind)
    }
    return (Amounts(**{kind: getattr(new, kind) for kind in ends}), max(ends.values())) if ends else None


def _longer(row: Row, until: datetime, more: Amounts, *, estimated: bool = False) -> Row:
    return replace(
        row,
        until=max(row.until, until),
        amounts=row.amounts.plus(more),
        estimated=row.estimated or estimated,
    )


class _Writer:
    """The books while one step is written into them."""

    def __init__(self, books: Books, prices: Prices) -> None:
        self._prices = prices
        self._before = books
        self._count = books.count
        self._open = books.open
        self._today = books.today
        self._days = list(books.days)
        self._months = books.months
        self._pending = list(books.pending)
        self._last = books.last
        self._gas_l: Mapping[str, int] = {}
        self._water_l: Mapping[str, int] = {}
        self._rows: list[Row] = []
        self._changed: dict[date, Day] = {}
        self._summed_anew = False

    def books(self) -> Books:
        """The books as they are now."""
        week, month, year = self._before.week, self._before.month, self._before.year
        if self._summed_anew:
            week, month, year = sums(self._today, self._days)
        return replace(
            self._before,
            last=self._last,
            count=self._count,
            open=self._open,
            today=self._today,
            days=tuple(self._days[:DAYS_KEPT]),
            months=self._months,
            pending=tuple(self._pending[-PENDING_KEPT:]),
            week=week,
            month=month,
            year=year,
            changes=Changes(rows=tuple(self._rows), days=tuple(self._changed.values()))
            if self._rows or self._changed
            else NONE,
        )

    def take(self, now: Counters, closed: Closed | None) -> None:
        """Book what the counters gained up to `now`."""
        new = gained(self._last, now)
        since = max(self._last.at, self._open.until)
        self._gas_l, self._water_l = litres(self._last, now, "gas_l"), litres(self._last, now, "water_l")
        if now.at - since <= QUARTER and (late := _late(self._last, now, new)):
            new = self._without(new, *late)
        self._last = kept(self._last, now)
        if closed and closed.start == self._open.quarter:
            self._open = replace(self._open, average_w=closed.average_w)
        if self._open.until - now.at > SET_BACK:
            self._finish()
            self._begin(now.at, new)
            self._open = _longer(self._open, now.at, new, estimated=True)
        elif now.at <= since:
            self._open = _longer(self._open, since, new, estimated=since - now.at > SURE)
        elif now.at - since <= QUARTER:
            self._book(new, since, now.at)
        else:
            self._book_gap(new, since, now.at)
        if now.at >= self._open.quarter + QUARTER:
            self._finish()
            self._begin(now.at)
        if closed:
            self._note_peak(closed)
        self._today = replace(self._today, counters=self._last)

    def price_pending(self) -> None:
        """Price what waits; a provisional price is replaced once a final one is there.

        Where one row of a day goes on at its estimate, those of the same items do: a price is not asked for each of
        thousands.
        """
        waiting: list[Row] = []
        estimated: set[tuple[date, tuple[Item, ...]]] = set()
        for row in self._pending:
            alike = local_day(row.since), tuple(row.charges or ())
            if row.provisional and alike in estimated:
                waiting.append(row)
                continue
            better = settled(row, self._prices)
            if better.charges is None or (better.provisional and row.charges is not None):
                waiting.append(row)
                if better.charges is not None:
                    estimated.add(alike)
                continue
            self._swap(row, better)
            self._rows.append(better)
            if better.provisional:
                waiting.append(better)
        self._pending = waiting
        self._summed_anew = self._summed_anew or bool(self._changed)

    def _book(self, new: Amounts, since: datetime, until: datetime) -> None:
        """Energy of a pause of a quarter at most, split where a quarter ends in it."""
        end = self._open.quarter + QUARTER
        if until < end:
            self._open = _longer(self._open, until, new)
            return
        estimated = until - since > SURE and since < end < until
        first, second = spread(new, [end - since, until - end]) if since < end else (Amounts(), new)
        self._open = _longer(self._open, end, first, estimated=estimated)
        self._finish()
        self._begin(end, second)
        self._open = _longer(self._open, until, second, estimated=estimated)

    def _book_gap(self, new: Amounts, since: datetime, until: datetime) -> None:
        """Energy of a longer pause: a row for each local day it touches, by time."""
        self._finish()
        if until - since > LONGEST_GAP:
            since = max(since, midnight(local_day(until)))
        cuts = list(_by_day(since, until))
        shares = spread(new, [end - start for start, end in cuts])
        for at, ((start, end), share) in enumerate(zip(cuts, shares, strict=True)):
            self._turn(start, reduce(Amounts.plus, shares[at:]))
            self._today = replace(self._today, hole=True)
            self._count += 1
            self._open = Row(
                number=self._count,
                since=start,
                until=end,
                amounts=share,
                used=self._used(),
                gap=True,
                estimated=True,
            )
            self._finish()
        self._begin(until)

    def _without(self, new: Amounts, late: Amounts, until: datetime) -> Amounts:
        """`new` without what a gas or water meter counted on the day before, which goes there."""
        counted = until - timedelta(seconds=1)
        place = next((at for at, one in enumerate(self._days) if one.day == local_day(counted)), None)
        if local_day(counted) == self._today.day:  # the day that this step ends
            self._open = _longer(self._open, self._open.until, late)
        elif place is None:
            return new
        else:
            self._book_late(place, late, start_of(counted), until)
        return new.less(late)

    def _book_late(self, place: int, late: Amounts, since: datetime, until: datetime) -> None:
        """A row of its own on a day that is over."""
        day = self._days[place]
        self._count += 1
        used = day.used.plus(day.whole.amounts)
        row = settled(Row(number=self._count, since=since, until=until, amounts=late, used=used), self._prices)
        self._rows.append(row)
        counters = self._before_counting(
            replace(late, gas_l=-(late.gas_l or 0), water_l=-(late.water_l or 0)), day.counters
        )
        self._days[place] = self._changed[day.day] = replace(day.plus(row), counters=counters)
        if day.day.year == self._today.day.year:
            self._today = replace(self._today, used=self._today.used.plus(late))
            self._open = replace(self._open, used=self._open.used.plus(late))
        self._summed_anew = True

    def _finish(self) -> None:
        """Price the open row and put it into its day."""
        row = self._open = settled(self._open, self._prices)
        if row.until == row.since and not row.amounts.any:
            return
        self._rows.append(row)
        if row.waits:
            self._pending.append(row)
        self._today = self._changed[self._today.day] = self._today.plus(row)

    def _begin(self, at: datetime, ahead: Amounts = Amounts()) -> None:  # noqa: B008 - it is frozen
        """Open a row at an instant, on its day; ahead: what is to be booked from then on."""
        self._turn(at, ahead)
        self._count += 1
        self._open = Row(
            number=self._count, since=at, until=at, amounts=gained(self._last, self._last), used=self._used()
        )

    def _turn(self, at: datetime, ahead: Amounts) -> None:
        """Go on to the day of an instant; one that a wrong clock showed before is gone on with.

        The counters of the day that is left are those of its end: all that its rows hold, and nothing of `ahead`.
        """
        day = local_day(at)
        if day == self._today.day:
            return
        end, tariffs = min(at, midnight(self._today.day + timedelta(days=1))), self._prices.tariffs
        left = replace(self._today, counters=replace(self._before_counting(ahead, self._last), at=end))
        self._summed_anew = True
        used = self._used() if day.year == left.day.year else opening(self._used(), tariffs.on(day).netting)
        new = next((one for one in self._days if one.day == day), None)
        if new is None:
            new = Day(day=day, since=at, counters=self._last, used=used, fees=fees(day, tariffs))
        elif day > left.day:
            new = replace(new, used=used)
        else:
            self._months = tuple(one for one in self._months if one.month < day.replace(day=1))  # not over after all
        others = [one for one in (left, *self._days) if one.day != day]
        self._days = sorted(others, key=lambda one: one.day, reverse=True)
        self._changed[left.day] = left
        self._today = self._changed[day] = new

    def _before_counting(self, amounts: Amounts, counters: Counters) -> Counters:
        """Counters less some amounts of this step; gas and water by what each meter gained in it."""
        return replace(
            counters,
            import_wh=_wound_back(counters.import_wh, amounts.import_wh),
            export_wh=_wound_back(counters.export_wh, amounts.export_wh),
            gas_l=_wound_back(counters.gas_l, _shared(amounts.gas_l or 0, self._gas_l)),
            water_l=_wound_back(counters.water_l, _shared(amounts.water_l or 0, self._water_l)),
        )

    def _used(self) -> Used:
        """What the local year has counted up to now, without an open row."""
        return self._today.used.plus(self._today.whole.amounts)

    def _note_peak(self, closed: Closed) -> None:
        day = self._day(closed.start)
        if day and (day.peak_w is None or closed.average_w > day.peak_w):
            self._put(replace(day, peak_w=closed.average_w, peak_start=closed.start))

    def _swap(self, row: Row, better: Row) -> None:
        """A row's price in its day, in place of the one before."""
        day = self._day(row.since)
        if day:
            self._put(_exchanged(day, row, better))

    def _day(self, at: datetime) -> Day | None:
        """The day of an instant, where it is still at hand."""
        day = local_day(at)
        return next((one for one in (self._today, *self._days) if one.day == day), None)

    def _put(self, day: Day) -> None:
        """A day in place of what it was."""
        self._changed[day.day] = day
        if day.day == self._today.day:
            self._today = day
        else:
            self._days = [day if one.day == day.day else one for one in self._days]


def _wound_back(counters: Mapping[str, int], by: Mapping[str, int]) -> dict[str, int]:
    return {name: (count - by.get(name, 0)) % REGISTER_SIZE_WH for name, count in counters.items()}


def _shared(total_l: int, gained_l: Mapping[str, int]) -> dict[str, int]:
    """A part of what several meters gained, for each in proportion; whole litres, and together what it was."""
    whole_l, ends_l = sum(gained_l.values()) or 1, accumulate(gained_l.values(), initial=0)
    marks_l = [round(total_l * end_l / whole_l) for end_l in ends_l]
    return {serial: after - before for serial, (before, after) in zip(gained_l, pairwise(marks_l), strict=True)}


def _exchanged(day: Day, row: Row, better: Row) -> Day:
    """The day with `better` in place of `row`, which differ in their price only."""
    tally = day.gaps if row.gap else day.watched
    changed = replace(
        tally,
        charges=plus(less(tally.charges, row.charges or {}), better.charges or {}),
        unpriced_wh=tally.unpriced_wh - tally_of(row).unpriced_wh + tally_of(better).unpriced_wh,
        provisional_wh=tally.provisional_wh - tally_of(row).provisional_wh + tally_of(better).provisional_wh,
    )
    return replace(day, gaps=changed) if row.gap else replace(day, watched=changed)


def _by_day(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The interval cut at each local midnight."""
    while since < until:
        end = min(until, midnight(local_day(since) + timedelta(days=1)))
        yield since, end
        since = end
