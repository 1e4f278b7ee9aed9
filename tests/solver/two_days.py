"""Two days of a home with two cars and a battery, as the plan of an evening has them: the size that counts."""

from dataclasses import replace
from datetime import datetime, timedelta
from math import exp, pi, sin
from random import Random

from lib.core.arbitrage import Store
from lib.core.plan import Want
from lib.core.problem import HOUR, Peak, Problem, Row, Span
from lib.core.quarter import QUARTER
from tests.conftest import local

EVENING = local("2026-03-20 17:07")
QUARTERS = 192
SUN_W = 4_000.0
PHASES = (1, 2, 3)
LEAST_W = 1_380.0  # 6 A on one phase


def two_days(seed: int, *, least_w: float = LEAST_W, paid_w: float = 2_500.0) -> Problem:
    """192 quarters, two trips each of two cars, a battery of 10 kWh, and a connection of 3 × 25 A.

    seed: of prices, load, sun and how far the trips go. least_w: of the first car's charger, 4140 on three phases.
    """
    chance = Random(seed)
    first = EVENING - timedelta(minutes=7)
    found = []
    for number in range(QUARTERS):
        start = first + number * QUARTER
        found.append(_span(chance, start.hour + start.minute / 60 + 1, max(start, EVENING), start + QUARTER))
    wants = (
        Want(
            car="one", trip="work", until=_in(14.7), full_w=11_040, least_w=least_w, energy_wh=chance.uniform(6e3, 25e3)
        ),
        Want(
            car="two", trip="school", until=_in(15), full_w=7_360, least_w=LEAST_W, energy_wh=chance.uniform(4e3, 15e3)
        ),
    )
    again = (
        replace(wants[0], trip="coast", since=_in(24), until=_in(38), energy_wh=chance.uniform(4e3, 15e3)),
        replace(wants[1], trip="music", since=_in(23), until=_in(40), energy_wh=chance.uniform(4e3, 15e3)),
    )
    members = frozenset({"one", "two", "battery"})
    return Problem(
        at=EVENING,
        spans=tuple(found),
        peaks=(Peak(paid_w=paid_w, eur_kw=4.8),),
        used_wh=150.0,
        wants=(wants[0], replace(wants[1], phases=(1,)), again[0], replace(again[1], phases=(1,))),
        store=Store(energy_wh=4_000, least_wh=1_000, most_wh=10_000, charge_w=5_000, discharge_w=5_000),
        end_eur_kwh=0.2,
        rows=tuple(
            Row(name=f"connection L{one}", phase=one, most_w=5_750, members=members, house=True) for one in PHASES
        ),
    )


def _span(chance: Random, hour: float, start: datetime, end: datetime) -> Span:
    """Dear mornings and evenings, cheap at noon, by local time."""
    evening, morning, noon = (exp(-(((hour % 24 - at) / wide) ** 2)) for at, wide in ((19, 2), (8, 2), (13, 2.5)))
    market = 0.12 + 0.08 * evening + 0.05 * morning - 0.05 * noon + chance.gauss(0, 0.01)
    bright = max(0.0, sin(pi * (hour % 24 - 8) / 10)) if 8 < hour % 24 < 18 else 0.0
    return Span(
        start=start,
        end=end,
        import_eur_kwh=1.06 * market + 0.124,
        export_eur_kwh=market - 0.013,
        load_w=350 + 900 * evening + 400 * morning + 300 * chance.random(),
        sun_w=SUN_W * bright * chance.random(),
        safe_w=100.0,
    )


def _in(hours: float) -> datetime:
    return EVENING + hours * HOUR
