"""Predbat: the car in the cheapest half hours before it must be ready, the battery filled where the search says so.

In: published prices, the forecast of the sun, what the house drew in the week before, what the car misses, the next
departure of the calendar. Out: one current in the car's windows, and a battery that is filled, may be held while
the car charges, or is left to its own mode. It knows no peak.

Source: its rules as of 8.51. Ready is the departure, or 07:00 where that is beyond the published prices; prices beyond
are those of the day before. Where nobody tells how full the car is, it counts from empty. It plans the car each quarter
and the battery each hour, where the program does so each 5 minutes.
"""

from collections import deque
from dataclasses import dataclass
from datetime import timedelta

from lib.core.charger import LEAST_A
from lib.core.power import PHASE_V
from lib.core.quarter import QUARTER_S
from lib.core.stamp import BRUSSELS
from lib.sim.rivals.cable import IDLE, NO_CAR, leaves_s, wired
from lib.sim.rivals.predbat_day import WINDOW_S, Ahead, Span, car_plan, fill_plan
from lib.sim.year.seen import Known, Orders, Seen, Setup

READY_H = 7
DAY = 96
WEEK_DAYS = 7
USUAL_WH = 100.0  # in a quarter, before the house was seen for a day
DONE_WH = 100.0  # so near to its target the car is done
EACH = 4  # quarters from one plan of the battery to the next
DAY_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How its owner set it up, slowly, as it has no limit of the peak.

    rate_w: to what the wall box is limited, on one phase where three are more at least; fill_w: the battery when it
    is filled; gain_eur: so much better is a new plan; holds: the battery gives nothing while the car charges.
    """

    rate_w: float = 2_300.0
    fill_w: float = 1_000.0
    gain_eur: float = 0.02
    holds: bool = False


USUAL = Options()


class Predbat:
    """One car and one battery."""

    def __init__(self, setup: Setup, known: Known, options: Options = USUAL) -> None:
        self._known, self._options = known, options
        self._car, self._battery = setup.car or NO_CAR, setup.battery
        phases = wired(options.rate_w, self._car)
        amps = max(LEAST_A, min(self._car.most_a, int(options.rate_w / phases / PHASE_V)))
        self._full = Orders(float(amps), phases)
        self._full_w = amps * phases * PHASE_V
        self._past: list[deque[float]] = [deque(maxlen=WEEK_DAYS) for _ in range(DAY)]
        self._quarter = -1
        self._spans: list[Span] = []
        self._fills: frozenset[int] = frozenset()
        self._published = -1
        self._rates: dict[int, float] = {}

    def step(self, seen: Seen) -> Orders:
        """By the plans as they stand."""
        if seen.quarter != self._quarter:
            self._plan(seen)
        second = seen.second
        missing_wh = self._missing_wh(seen)
        charges = missing_wh > DONE_WH and any(start <= second < end for start, end in self._spans)
        amps, phases, *_ = self._full if charges else IDLE
        if self._battery is None:
            return Orders(amps, phases)
        if second // WINDOW_S in self._fills:
            return Orders(amps, phases, self._options.fill_w)
        return Orders(amps, phases, max(0.0, seen.sun_w - seen.load_w) if charges and self._options.holds else None)

    def _missing_wh(self, seen: Seen) -> float:
        if not seen.plugged:
            return 0.0
        if seen.level_wh is None:
            return self._car.capacity_wh - seen.taken_wh
        return self._car.capacity_wh - seen.level_wh

    def _plan(self, seen: Seen) -> None:
        """A quarter begins."""
        for quarter in range(max(0, self._quarter), seen.quarter):  # that are over
            self._past[quarter % DAY].append(self._known.load_wh(quarter))
        self._quarter = seen.quarter
        missing_wh = self._missing_wh(seen)
        self._spans = self._car_spans(seen, missing_wh) if missing_wh > DONE_WH else []
        if self._battery and seen.stored_wh is not None and seen.quarter % EACH == 0:
            self._fills = fill_plan(
                self._fills,
                self._ahead(seen),
                stored_wh=seen.stored_wh,
                battery=self._battery,
                fill_w=self._options.fill_w,
                gain_eur=self._options.gain_eur,
            )

    def _car_spans(self, seen: Seen, missing_wh: float) -> list[Span]:
        ready_s = leaves_s(self._known, seen)
        if ready_s > self._known.published * QUARTER_S:
            ready_s = self._seven_s(seen)
        windows = range(seen.second // WINDOW_S, -(-ready_s // WINDOW_S))
        return car_plan(
            [(window * WINDOW_S, self._rate(window)) for window in windows],
            now_s=seen.second,
            ready_s=ready_s,
            missing_wh=missing_wh,
            power_w=self._full_w,
        )

    def _seven_s(self, seen: Seen) -> int:
        """The next 07:00, local time."""
        there = seen.at.astimezone(BRUSSELS)
        seven = there.replace(hour=READY_H, minute=0, second=0, microsecond=0)
        if seven <= there:
            seven += DAY_AHEAD
        return self._known.quarter(seven) * int(QUARTER_S)

    def _rate(self, window: int) -> float:
        """What a kWh costs in a half hour; one that is not told yet costs what it did the day before."""
        if self._known.published != self._published:
            self._published, self._rates = self._known.published, {}
        if window not in self._rates:
            told = (self._known.import_eur_kwh(self._told(2 * window + n)) for n in (0, 1))
            self._rates[window] = sum(told) / 2
        return self._rates[window]

    def _told(self, quarter: int) -> int:
        last = self._known.published - 1
        return quarter if quarter <= last else max(0, quarter - DAY * -(-(quarter - last) // DAY))

    def _ahead(self, seen: Seen) -> Ahead:
        """Until the last price that is told."""
        known = self._known
        first, end = seen.quarter // 2, known.published // 2
        end = min(end, first + 2 * DAY // 2 - 1)
        windows = range(first, max(first + 1, end))
        usual = [sum(past) / len(past) if past else USUAL_WH for past in self._past]
        return Ahead(
            first=first,
            net_wh=[
                sum(usual[quarter % DAY] - known.sun_foreseen_w(quarter) / 4 for quarter in (2 * n, 2 * n + 1))
                for n in windows
            ],
            held=[
                self._options.holds
                and any(start < (n + 1) * WINDOW_S and end > n * WINDOW_S for start, end in self._spans)
                for n in windows
            ],
            import_eur_kwh=[self._rate(n) for n in windows],
            export_eur_kwh=[known.export_eur_kwh(2 * n) for n in windows],
        )
