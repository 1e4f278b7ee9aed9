"""A Belgian digital meter: counts what flows, by tariff, quarter and month, and says what it shows.

In: flows and until when they lasted. Out: a `Display`, in whole units as a meter has them.
Counts in watt-microseconds, so nothing is lost between two whole watt-hours.
Knows no appliance, no sun and no telegram.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from lib.sim.appliances import Flow
from lib.sim.brussels import HOUR, MINUTE, QUARTER, ZONE, instant, is_day_tariff, local, micros, month_start

_EVERY_US = 5 * MINUTE  # gas and water are read by radio every five minutes; quarters end on such a mark too
_GAS_WH_PER_DM3 = 11.5  # 11.5 kWh per m³
_MONTHS_KEPT = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """A highest quarter: its average power and the end of that quarter (UTC)."""

    at: datetime
    power_w: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPeak:
    """The highest quarter of a month that is over; `captured` is the first instant of the month after it (UTC)."""

    captured: datetime
    peak: Peak


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A gas or water register in dm³, and the instant it was read (UTC)."""

    at: datetime
    dm3: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """All that the meter shows at one instant. Pairs are (day, night) registers; phases are L1, L2, L3.

    taken_w and injected_w: the net of the three phases, one of them 0. quarter_w: energy taken since the quarter
    began, divided by 15 minutes.
    """

    serial: str
    at: datetime
    tariff: int
    taken_wh: tuple[int, int]
    injected_wh: tuple[int, int]
    quarter_w: int
    month_peak: Peak
    history: tuple[MonthPeak, ...]
    taken_w: int
    injected_w: int
    phases_w: tuple[int, int, int]
    volts_v: tuple[float, float, float]
    currents_a: tuple[float, float, float]
    gas: Volume
    water: Volume


class Meter:
    """The registers of one meter, with a plausible past that depends on `seed`; counts from `start` on."""

    def __init__(self, *, seed: int, start: datetime) -> None:
        dice = Random(f"{seed} meter")
        self.serial = f"1SIM{seed % 10**10:010d}"
        self._at_us = micros(start)
        self._mark_us = (self._at_us // _EVERY_US + 1) * _EVERY_US
        self._taken = [dice.randint(4_000_000, 9_000_000) * HOUR, dice.randint(5_000_000, 11_000_000) * HOUR]
        self._injected = [dice.randint(3_000_000, 8_000_000) * HOUR, dice.randint(1_000_000, 4_000_000) * HOUR]
        self._gas = int(dice.randint(900_000, 6_000_000) * _GAS_WH_PER_DM3) * HOUR
        self._water = dice.randint(100_000, 900_000) * 1000 * 1_000_000  # ml times microseconds per second
        self._quarter = 0
        self._tariff = 0 if is_day_tariff(self._at_us) else 1
        self._peak, self._history = _past(dice, self._at_us)
        self._volumes = self._read_volumes(self._mark_us - _EVERY_US)

    def take(self, flow: Flow, until: int) -> None:
        """Count `flow`, which has been flowing since the last call, up to `until` (microseconds)."""
        while until >= self._mark_us:
            self._count(flow, self._mark_us - self._at_us)
            self._at_us = self._mark_us
            self._pass_mark()
            self._mark_us += _EVERY_US
        self._count(flow, until - self._at_us)
        self._at_us = until

    def show(
        self, flow: Flow, *, volts_v: tuple[float, float, float], currents_a: tuple[float, float, float]
    ) -> Display:
        """The display at the instant counted up to, while `flow` flows."""
        net_w = sum(flow.phases_w)
        gas, water = self._volumes
        return Display(
            serial=self.serial,
            at=instant(self._at_us),
            tariff=self._tariff + 1,
            taken_wh=(self._taken[0] // HOUR, self._taken[1] // HOUR),
            injected_wh=(self._injected[0] // HOUR, self._injected[1] // HOUR),
            quarter_w=self._quarter // QUARTER,
            month_peak=self._peak,
            history=self._history,
            taken_w=max(0, net_w),
            injected_w=max(0, -net_w),
            phases_w=flow.phases_w,
            volts_v=volts_v,
            currents_a=currents_a,
            gas=gas,
            water=water,
        )

    def _count(self, flow: Flow, for_us: int) -> None:
        one, two, three = flow.phases_w
        energy = (one + two + three) * for_us
        if energy > 0:
            self._taken[self._tariff] += energy
            self._quarter += energy
        else:
            self._injected[self._tariff] -= energy
        self._gas += flow.gas_w * for_us
        self._water += flow.water_ml_s * for_us

    def _pass_mark(self) -> None:
        self._volumes = self._read_volumes(self._at_us)
        if self._at_us % QUARTER:
            return
        # The quarter that ends at midnight belongs to the month before, though its stamp is in the new one.
        if self._quarter // QUARTER > self._peak.power_w:
            self._peak = Peak(at=instant(self._at_us), power_w=self._quarter // QUARTER)
        self._quarter = 0
        self._tariff = 0 if is_day_tariff(self._at_us) else 1
        if month_start(self._at_us) == self._at_us:
            row = MonthPeak(captured=instant(self._at_us), peak=self._peak)
            self._history = (*self._history, row)[-_MONTHS_KEPT:]
            self._peak = Peak(at=instant(self._at_us), power_w=0)

    def _read_volumes(self, at_us: int) -> tuple[Volume, Volume]:
        at = instant(at_us)
        gas_dm3 = int(self._gas // HOUR / _GAS_WH_PER_DM3)
        return Volume(at=at, dm3=gas_dm3), Volume(at=at, dm3=self._water // 1_000_000_000)


def _past(dice: Random, at_us: int) -> tuple[Peak, tuple[MonthPeak, ...]]:
    """The peak of the running month so far, and those of the 13 months before, oldest first."""
    first = local(month_start(at_us))
    ends = [first]
    for _ in range(_MONTHS_KEPT):
        ends.append((ends[-1] - timedelta(days=1)).replace(day=1))
    rows = tuple(
        MonthPeak(captured=instant(micros(end)), peak=_some_evening(dice, begin, end))
        for begin, end in reversed(list(zip(ends[1:], ends, strict=False)))
    )
    today = local(at_us).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if today == first:
        return Peak(at=instant(micros(first)), power_w=0), rows
    return _some_evening(dice, first, today), rows


def _some_evening(dice: Random, begin: datetime, end: datetime) -> Peak:
    """A quarter between 17:00 and 21:00 local time on one of the days from `begin` up to `end`."""
    day = begin.date() + timedelta(days=dice.randrange((end.date() - begin.date()).days))
    quarter = datetime(day.year, day.month, day.day, 17, 15, tzinfo=ZONE) + timedelta(minutes=15 * dice.randrange(15))
    return Peak(at=instant(micros(quarter)), power_w=dice.randint(3_000, 6_000))
