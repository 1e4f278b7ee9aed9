"""What the battery brings in a month of the simulated house, against one that knows the future."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from time import process_time
from typing import Any

from lib.core.arbitrage import Store, Stretch, planned
from lib.core.gains import Gains
from lib.core.quarter import QUARTER
from lib.core.rates import parse_rates
from tests.bench.month import BATTERY_W, CAPACITY_WH, STEP_S, Lived, Month, Passed
from tests.bench.result import Result, at_least, at_most
from tests.conftest import local
from tests.perfect import perfect

TITLE = "Storing"
DAYS, QUICK_DAYS = 30, 4
SHARE_PCT = 50.0
OFF_PCT = 5.0  # what is seen at one step is booked for all of its ten seconds, though the battery corrects it at once
LEAST_PCT, EFFICIENCY, WEAR_EUR_KWH = 10.0, 0.9, 0.05
FLOOR_W, KW_EUR_YEAR = 2_500.0, 57.45
KW_EUR = KW_EUR_YEAR / 12
START = local("2026-03-01 00:00")
CAPACITY = {"eur_per_kw_year": KW_EUR_YEAR}
NETWORK = {"name": "network and levies", "eur_per_kwh": 0.124}
RATES: Mapping[str, Mapping[str, Any]] = {
    "day and night": {
        "version": 2,
        "Electricity": {
            "+": {"Day": 0.17, "Night": 0.11},
            "-": 0.03,
            "adders": {"+": [NETWORK]},
            "capacity": CAPACITY,
        },
    },
    "day-ahead": {
        "version": 2,
        "vat": 0.06,
        "Electricity": {
            "+": {"formula": {"index": "day_ahead", "resolution": "PT15M", "factor": 0.001039, "base": 0.0087}},
            "-": {"formula": {"index": "day_ahead", "resolution": "PT15M", "factor": 0.001, "base": -0.0131}},
            "adders": {"+": [NETWORK]},
            "capacity": CAPACITY,
        },
    },
}
HOW = (
    f"{DAYS} days of the simulated house from 1 March, with sun, a car that drives each day and a battery of "
    f"{CAPACITY_WH / 1000:.0f} kWh, in steps of {STEP_S} s: dm's, ev's and bs's core as they run. Its saving against "
    "that of a linear program that knows load, sun, car and prices of the whole month; peaks, losses, wear and what is "
    "left at the end counted in both."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What a month costs in €: energy, wear, and the highest quarter as the tariff counts it."""

    energy_eur: float
    wear_eur: float
    peak_w: float

    @property
    def eur(self) -> float:
        """All of it."""
        return self.energy_eur + self.wear_eur + KW_EUR * max(self.peak_w, FLOOR_W) / 1000


def results(*, quick: bool) -> Iterator[Result]:
    """The month with each kind of prices, and the plan's own speed."""
    days = QUICK_DAYS if quick else DAYS
    lived: Sequence[Lived] = ()
    with ProcessPoolExecutor(max_workers=len(RATES)) as pool:
        for name, seen in zip(RATES, pool.map(_seen, RATES, [days] * len(RATES)), strict=True):
            yield from _of_month(name, seen)
            lived = seen.quarters
    stretches = _stretches(lived[:144])
    times = []
    for _ in range(9):
        began = process_time()
        planned(_store(4_000.0), stretches, end_eur_kwh=0.2)
        times.append(1000 * (process_time() - began))
    yield at_most("the plan of 144 quarters", min(times), 60.0, "{:.1f} ms", f"the longest of nine {max(times):.1f} ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is left of a month that was lived.

    Attributes:
        ends_wh: in the battery at its end. off_w: of the balance, at any step. booked: by bs's own books.
        took_s: the processor's time.

    """

    quarters: Sequence[Lived]
    passed: Sequence[Passed]
    ends_wh: float
    off_w: float
    booked: Gains
    took_s: float


def _seen(name: str, days: float) -> Seen:
    began = process_time()
    month = Month(parse_rates(RATES[name]), START).live(timedelta(days=days))
    return Seen(
        quarters=month.quarters,
        passed=month.passed,
        ends_wh=month.battery.stored_wh,
        off_w=month.off_w,
        booked=month.bs.booked.month,
        took_s=process_time() - began,
    )


def _of_month(name: str, seen: Seen) -> Iterator[Result]:
    quarters = seen.quarters
    prices = [one.price.import_eur_kwh or 0.0 for one in quarters]
    end_eur_kwh = sum(prices) / len(prices) * sqrt(EFFICIENCY)
    begins_wh, ends_wh = quarters[0].stored_wh, seen.ends_wh
    ours, without = _bill(quarters), _without(quarters)
    saved_eur = without.eur - ours.eur + end_eur_kwh * (ends_wh - begins_wh) / 1000
    best = perfect(_store(begins_wh), _stretches(quarters), end_eur_kwh=end_eur_kwh, kw_eur=KW_EUR, paid_w=FLOOR_W)
    best_eur = without.eur - (best.eur + KW_EUR * FLOOR_W / 1000)
    step_us = 1e6 * seen.took_s * STEP_S / 900 / len(quarters)
    cycles = sum(one.discharged_wh for one in quarters) / CAPACITY_WH
    best_cycles = sum(max(0.0, -power_w) / 4 for power_w in best.powers_w) / CAPACITY_WH
    yield at_least(
        f"{name}: saved, of what perfect foresight saves",
        100 * saved_eur / best_eur if best_eur > 0 else 100.0,
        SHARE_PCT,
        "{:.0f} %",
        f"€ {saved_eur:.2f} of € {best_eur:.2f}; without it € {without.eur:.2f} with a peak of "
        f"{without.peak_w / 1000:.2f} kW, with it {ours.peak_w / 1000:.2f} kW, foresight {best.peak_w / 1000:.2f} kW; "
        f"{cycles:.1f} cycles, foresight {best_cycles:.1f}; {step_us:.0f} µs a step",
    )
    passed = seen.passed
    yield Result(
        what=f"{name}: quarters above the target that the battery could have kept under it",
        measured=f"{sum(one.avoidable for one in passed)} of {len(passed)}",
        goal="none, and each has its cause",
        reached=not any(one.avoidable or one.cause is None for one in passed),
        beside=_causes(passed),
    )
    off_pct = 100 * abs(seen.booked.with_eur - ours.energy_eur) / max(0.01, abs(ours.energy_eur))
    yield at_most(
        f"{name}: what bs books against the registers of the meter",
        off_pct,
        OFF_PCT,
        "{:.2f} %",
        f"€ {seen.booked.with_eur:.2f} and € {ours.energy_eur:.2f}; without it € {seen.booked.without_eur:.2f} and "
        f"€ {without.energy_eur:.2f}; {seen.booked.unpriced_wh / 1000:.1f} kWh without a price",
    )
    yield at_most(
        f"{name}: sun + grid off from house + cars + battery at any of {len(quarters) * 900 // STEP_S} steps",
        seen.off_w,
        0.0,
        "{:.0f} W",
    )


def _causes(passed: Sequence[Passed]) -> str:
    if not passed:
        return "none above it"
    causes = Counter(str(one.cause or "no cause") for one in passed)
    return ", ".join(f"{count} × {cause}" for cause, count in causes.items())


def _bill(quarters: Sequence[Lived]) -> Bill:
    return Bill(
        energy_eur=sum(_eur(one, one.imported_wh, one.exported_wh) for one in quarters),
        wear_eur=sum(one.discharged_wh for one in quarters) * WEAR_EUR_KWH / 1000,
        peak_w=4 * max(one.imported_wh for one in quarters),
    )


def _without(quarters: Sequence[Lived]) -> Bill:
    return Bill(
        energy_eur=sum(_eur(one, one.without_import_wh, one.without_export_wh) for one in quarters),
        wear_eur=0.0,
        peak_w=4 * max(one.without_import_wh for one in quarters),
    )


def _eur(one: Lived, imported_wh: float, exported_wh: float) -> float:
    assert one.price.import_eur_kwh is not None
    assert one.price.export_eur_kwh is not None
    return (one.price.import_eur_kwh * imported_wh - one.price.export_eur_kwh * exported_wh) / 1000


def _store(energy_wh: float) -> Store:
    return Store(
        energy_wh=energy_wh,
        least_wh=CAPACITY_WH * LEAST_PCT / 100,
        most_wh=CAPACITY_WH,
        charge_w=BATTERY_W,
        discharge_w=BATTERY_W,
        efficiency=EFFICIENCY,
        wear_eur_kwh=WEAR_EUR_KWH,
    )


def _stretches(quarters: Sequence[Lived]) -> list[Stretch]:
    """What really was, as something expected."""
    return [
        Stretch(
            start=one.start,
            end=one.start + QUARTER,
            import_eur_kwh=one.price.import_eur_kwh,
            export_eur_kwh=one.price.export_eur_kwh,
            load_w=4 * one.net_wh,
            room_w=FLOOR_W,
        )
        for one in quarters
    ]
