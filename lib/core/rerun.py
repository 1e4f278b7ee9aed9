"""A past time lived once more with another battery, or with cars that charge at other times. Knows no euro of a bill.

Each quarter is decided as the programs decide it: by the prices that were published then, by what the quarters of the
days before let expect, and by what the meter shows in the quarter itself. Only `foreseen` knows more: it is the limit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import inf, sqrt

from lib.core.arbitrage import Store, Stretch, planned
from lib.core.cost import Marginal
from lib.core.expected import end_eur_kwh
from lib.core.plan import Quarters, Want, cheapest
from lib.core.quarter import QUARTER
from lib.core.reserve import reserve_pct
from lib.core.routine import quarter_of
from lib.core.stamp import BRUSSELS
from lib.core.whatif import HOURS, Past

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PUBLISHED_H = 13  # local: from then on tomorrow's prices are known
FINE, AHEAD = 8, 24  # quarters that are planned one by one, hours that are planned at all: more of both saves nothing
LEARNS = 0.15  # of what a day teaches of an hour like it
DAYS_BEFORE = 21  # what is learned from before the time that is asked for
LEAST_FULL_W = 1380.0  # a car charges with 6 A on one phase, or not at all
LEAST_KW_EUR = 0.5
REFILL_H = 3.0  # as bs does, see lib/core/storing.py

Prices = Mapping[datetime, Marginal]  # by the start of a quarter


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a quarter may draw: floor_w and the month's peak so far cost nothing; kw_eur: 1 kW above, in all.

    kw_eur None: peaks cost nothing.
    """

    kw_eur: float | None = None
    floor_w: float = 2500.0

    def paid_w(self, peak_w: float) -> float:
        """What a quarter may count without costing more."""
        return inf if self.kw_eur is None else max(self.floor_w, peak_w)

    @property
    def over_eur_kwh(self) -> float:
        """What a kWh of a quarter costs more above that."""
        return 0.0 if self.kw_eur is None else max(LEAST_KW_EUR, self.kw_eur) / HOURS


@dataclass(slots=True)
class Habit:
    """What house, cars and sun together mostly do at a quarter of the day, as the days before showed it."""

    _mean_w: dict[tuple[bool, int], float] = field(default_factory=dict)

    def learn(self, start: datetime, net_w: float) -> None:
        """One quarter more."""
        key = self._key(start)
        before_w = self._mean_w.get(key)
        self._mean_w[key] = net_w if before_w is None else before_w + LEARNS * (net_w - before_w)

    def expected_w(self, start: datetime) -> float:
        """At that quarter of the day; where no such day is known yet, as on the other days, else nothing."""
        weekend, quarter = self._key(start)
        found = self._mean_w.get((weekend, quarter))
        return found if found is not None else self._mean_w.get((not weekend, quarter), 0.0)

    @staticmethod
    def _key(start: datetime) -> tuple[bool, int]:
        there = start.astimezone(BRUSSELS)
        return there.weekday() >= 5, quarter_of(there)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What flows more by quarter; of a battery what it gave in all, and how much more is in it at the end."""

    change_wh: tuple[float, ...]
    given_wh: float = 0.0
    more_wh: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A car on a charger in the past: what it charged by quarter, in Wh at the wall."""

    car: str
    since: datetime
    until: datetime
    energy_wh: Mapping[datetime, float]

    @property
    def total_wh(self) -> float:
        """In all."""
        return sum(self.energy_wh.values())

    @property
    def full_w(self) -> float:
        """The most that it took."""
        return max(LEAST_FULL_W, max(self.energy_wh.values(), default=0.0) / HOURS)


def known_until(at: datetime) -> datetime:
    """Until when prices are published at `at`: today's midnight, from 13:00 on tomorrow's."""
    there = at.astimezone(BRUSSELS)
    end = there.replace(hour=0, minute=0, second=0, microsecond=0, fold=0) + DAY * (
        2 if there.hour >= PUBLISHED_H else 1
    )
    return end.astimezone(at.tzinfo)


def stored(
    past: Sequence[Past],
    store: Store,
    prices: Prices,
    rules: Rules,
    *,
    before: Iterable[Past] = (),
    peak_w: float = 0.0,
) -> Course:
    """What a battery would have done, quarter by quarter, each planned anew.

    past: with what else is changed in them; before: quarters of the days before, from which is learned what to expect.
    peak_w: of the first month, so far. It never gives into the grid, and keeps its reserve for the peak.
    """
    habit, way = Habit(), sqrt(store.efficiency)
    for quarter in before:
        habit.learn(quarter.start, quarter.net_wh / HOURS)
    level_wh, given_wh = store.energy_wh, 0.0
    changes: list[float] = []
    month = None
    for quarter in past:
        this, net_w = _month(quarter.start), quarter.net_wh / HOURS
        if month is not None and this != month:
            peak_w = 0.0
        month, paid_w = this, rules.paid_w(peak_w)
        keeps_wh = store.least_wh + (store.most_wh - store.least_wh) * reserve_pct(quarter.start) / 100
        now = replace(store, energy_wh=level_wh, least_wh=min(level_wh, keeps_wh) if rules.kw_eur else store.least_wh)
        ahead = _expected(quarter.start, habit, prices, rules, paid_w)
        first = _stretch(quarter.start, quarter.start + QUARTER, net_w, prices.get(quarter.start), rules, paid_w)
        power_w = planned(now, [first, *ahead], end_eur_kwh=end_eur_kwh([first, *ahead], store)).steps[0].power_w
        if rules.kw_eur and level_wh < keeps_wh:  # a reserve that is missing is refilled under the peak
            power_w = max(power_w, min((keeps_wh - level_wh) / way / REFILL_H, paid_w - _drawn_w(quarter, 0.0)))
        power_w -= max(0.0, _drawn_w(quarter, power_w) - paid_w)  # an oven is on: what is kept is for that
        power_w = min(max(power_w, -store.discharge_w, -(level_wh - store.least_wh) * way / HOURS), store.charge_w)
        level_wh += power_w * HOURS * (way if power_w > 0 else 1 / way)
        given_wh += max(0.0, -power_w) * HOURS
        changes.append(power_w * HOURS)
        peak_w = max(peak_w, _drawn_w(quarter, power_w))
        habit.learn(quarter.start, net_w)
    return Course(change_wh=tuple(changes), given_wh=given_wh, more_wh=level_wh - store.energy_wh)


def foreseen(past: Sequence[Past], store: Store, prices: Prices, rules: Rules, *, paid_w: float) -> Course:
    """What it would have done had it known everything two days ahead, with a month's peak at which to aim."""
    level_wh, given_wh, way = store.energy_wh, 0.0, sqrt(store.efficiency)
    changes: list[float] = []
    stretches = [
        _stretch(one.start, one.start + QUARTER, one.net_wh / HOURS, prices.get(one.start), rules, paid_w)
        for one in past
    ]
    for place in range(0, len(stretches), 96):
        window = stretches[place : place + 192]
        now = replace(store, energy_wh=level_wh)
        plan = planned(now, window, end_eur_kwh=end_eur_kwh(window, store))
        for step in plan.steps[:96]:
            level_wh += step.power_w * HOURS * (way if step.power_w > 0 else 1 / way)
            given_wh += max(0.0, -step.power_w) * HOURS
            changes.append(step.power_w * HOURS)
    return Course(change_wh=tuple(changes), given_wh=given_wh, more_wh=level_wh - store.energy_wh)


def naive(past: Sequence[Past], stays: Iterable[Stay]) -> Course:
    """What cars would have charged had each begun at its plug-in, with all it takes, until it had what it got."""
    change_wh = _taken_out(past, stays)
    for stay in stays:
        left_wh = stay.total_wh
        for quarter in past:
            if left_wh <= 0:
                break
            share = _share(quarter.start, stay)
            if share > 0 and quarter.start in change_wh:
                now_wh = min(left_wh, stay.full_w * HOURS * share)
                change_wh[quarter.start] += now_wh
                left_wh -= now_wh
        _put_rest(change_wh, stay, left_wh)
    return Course(change_wh=tuple(change_wh[quarter.start] for quarter in past))


def replanned(
    past: Sequence[Past],
    stays: Sequence[Stay],
    prices: Prices,
    rules: Rules,
    *,
    before: Iterable[Past] = (),
    peak_w: float,
) -> Course:
    """What cars would have charged in the cheapest quarters under the peak, their leaving known as it then was."""
    change_wh = _taken_out(past, stays)
    habit = Habit()
    for quarter in before:
        habit.learn(quarter.start, quarter.net_wh / HOURS)
    left_wh = [stay.total_wh for stay in stays]
    month = None
    for quarter in past:
        this, house_w = _month(quarter.start), (quarter.net_wh + change_wh[quarter.start]) / HOURS
        if month is not None and this != month:
            peak_w = 0.0
        month, paid_w = this, rules.paid_w(peak_w)
        room_w = [max(0.0, paid_w - house_w)]
        here = [at for at, stay in enumerate(stays) if left_wh[at] > 1 and stay.since < quarter.start + QUARTER]
        here = [at for at in here if quarter.start < stays[at].until]
        if here:
            end = max(stays[at].until for at in here)
            course = _quarters(quarter.start, end, room_w[0], habit, prices, paid_w)
            wants = [
                Want(
                    car=str(at),
                    energy_wh=left_wh[at],
                    until=max(stays[at].until, quarter.start + timedelta(minutes=1)),
                    full_w=stays[at].full_w,
                    least_w=min(LEAST_FULL_W, stays[at].full_w),
                )
                for at in here
            ]
            blocks = [one for one in cheapest(wants, course).blocks if one.start < quarter.start + QUARTER]
            for at in here:
                last = stays[at].until <= quarter.start + QUARTER
                wh = sum(
                    one.power_w * ((min(one.end, quarter.start + QUARTER) - one.start) / HOUR)
                    for one in blocks
                    if one.car == str(at)
                )
                # what finds no place under the peak is charged all the same, as late as can be: the car must go
                must_wh = left_wh[at] - stays[at].full_w * max(0.0, (stays[at].until - quarter.start - QUARTER) / HOUR)
                wh = left_wh[at] if last else min(left_wh[at], max(wh, must_wh))
                left_wh[at] -= wh
                change_wh[quarter.start] += wh
        peak_w = max(peak_w, _drawn_w(quarter, change_wh[quarter.start] / HOURS))
        habit.learn(quarter.start, house_w)
    return Course(change_wh=tuple(change_wh[quarter.start] for quarter in past))


def _taken_out(past: Sequence[Past], stays: Iterable[Stay]) -> dict[datetime, float]:
    """The quarters without what cars charged in them."""
    change_wh = {quarter.start: 0.0 for quarter in past}
    for stay in stays:
        for start, wh in stay.energy_wh.items():
            change_wh[start] -= wh
    return change_wh


def _share(start: datetime, stay: Stay) -> float:
    """The part of a quarter in which the car was there."""
    return max(0.0, (min(start + QUARTER, stay.until) - max(start, stay.since)) / QUARTER)


def _put_rest(change_wh: dict[datetime, float], stay: Stay, left_wh: float) -> None:
    """What found no quarter, since some were not watched, goes where it was."""
    if left_wh > 0 and stay.total_wh > 0:
        for start, wh in stay.energy_wh.items():
            change_wh[start] += left_wh * wh / stay.total_wh


def _quarters(
    start: datetime, end: datetime, room_w: float, habit: Habit, prices: Prices, paid_w: float
) -> tuple[Quarters, ...]:
    """The quarters that cars may charge in, this one by what the meter shows, the others by what is expected."""
    published, at = known_until(start), start
    found = []
    while at < end:
        price = prices.get(at) if at < published else None
        room = room_w if at == start else max(0.0, paid_w - habit.expected_w(at))
        eur_kwh = price.import_eur_kwh if price else None
        if eur_kwh is not None and price is not None and price.export_eur_kwh is not None:
            left_w = -habit.expected_w(at)
            if left_w > LEAST_FULL_W:  # the roof has so much to spare that it costs what feeding in would earn
                eur_kwh = price.export_eur_kwh
        found.append(Quarters(start=at, end=at + QUARTER, eur_kwh=eur_kwh, room_w=room))
        at += QUARTER
    return tuple(found)


def _expected(start: datetime, habit: Habit, prices: Prices, rules: Rules, paid_w: float) -> list[Stretch]:
    """What is expected from the next quarter on: quarters first, then hours, with the prices that are published."""
    published, end = known_until(start), start + AHEAD * HOUR
    at, found = start + QUARTER, list[Stretch]()
    while at < end:
        hourly = len(found) >= FINE and at.minute == 0
        until = at + (HOUR if hourly else QUARTER)
        cuts = [at + n * QUARTER for n in range(4 if hourly else 1)]
        net_w = sum(habit.expected_w(one) for one in cuts) / len(cuts)
        price = _mean([prices.get(one) for one in cuts]) if until <= published else None
        found.append(_stretch(at, until, net_w, price, rules, paid_w))
        at = until
    return found


def _mean(prices: Sequence[Marginal | None]) -> Marginal | None:
    bought = [one.import_eur_kwh for one in prices if one is not None and one.import_eur_kwh is not None]
    sold = [one.export_eur_kwh for one in prices if one is not None and one.export_eur_kwh is not None]
    if len(bought) < len(prices) or len(sold) < len(prices):
        return None
    return Marginal(sum(bought) / len(bought), sum(sold) / len(sold))


def _stretch(
    start: datetime, end: datetime, net_w: float, price: Marginal | None, rules: Rules, paid_w: float
) -> Stretch:
    return Stretch(
        start=start,
        end=end,
        import_eur_kwh=price.import_eur_kwh if price else None,
        export_eur_kwh=price.export_eur_kwh if price else None,
        load_w=net_w,
        room_w=paid_w,
        over_eur_kwh=rules.over_eur_kwh * (QUARTER / (end - start)),
    )


def _drawn_w(quarter: Past, more_w: float) -> float:
    """What a quarter counts when so much more flows: first what was fed in is taken."""
    if more_w > 0:
        more_w = max(0.0, more_w - quarter.fed_wh / HOURS)
    return max(0.0, quarter.peak_w + more_w)


def _month(start: datetime) -> tuple[int, int]:
    there = start.astimezone(BRUSSELS)
    return there.year, there.month
