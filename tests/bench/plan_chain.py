"""A home whose plan is made each quarter, and what each part of that takes. By formula, so the same everywhere."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from math import pi, sin
from time import process_time
from typing import TypeVar

from lib.core import habits, planning
from lib.core.arbitrage import Store, planned
from lib.core.cost import PriceSlot
from lib.core.expected import end_eur_kwh, stretches
from lib.core.followed import Expected, Followed
from lib.core.habits import Habits
from lib.core.horizon import PeakPrices, problem
from lib.core.in_force import Found, InForce
from lib.core.outlook import foreseen
from lib.core.parts import Parts
from lib.core.plan import Want
from lib.core.planning import Planning
from lib.core.problem import Row
from lib.core.quarter import QUARTER
from lib.core.slots import Series, Slot
from lib.core.usual import Usual
from lib.solver import solved
from tests.conftest import local

Found_ = TypeVar("Found_")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START, LEARNED = local("2026-03-20 00:00"), 14 * DAY
STORE = Store(energy_wh=5_000, least_wh=500, most_wh=10_000, charge_w=5_000, discharge_w=5_000)
TARGET_W, KW_EUR, MARGIN = 3_000.0, 4.8, 0.02
NEEDS_WH, FULL_W, LEAST_W = 14_000.0, 7_400.0, 1_380.0
HOME_H, LEAVES_H = 18, 31  # hours of the day at which the car comes home, and leaves on the next


def chain_of(days: int) -> Iterator[dict[str, float]]:
    """For each quarter of so many days the milliseconds of each part, by name."""
    at, known = START, Habits()
    while at < START + LEARNED:
        known, at = habits.after(known, _parts(at)), at + QUARTER
    plan, taken_wh = Planning(), dict[str, float]()
    for _ in range(days * (DAY // QUARTER)):
        took_ms, plan = _quarter(at, known, plan, taken_wh)
        yield took_ms
        assert plan.in_force is not None
        for block in plan.in_force.schedule.blocks:
            together = max(timedelta(0), min(block.end, at + QUARTER) - max(block.start, at))
            taken_wh[block.trip] = taken_wh.get(block.trip, 0.0) + block.power_w * (together / HOUR)
        known, at = habits.after(known, _parts(at)), at + QUARTER


def _quarter(
    at: datetime, known: Habits, plan: Planning, taken_wh: dict[str, float]
) -> tuple[dict[str, float], Planning]:
    """What one takes, and the plan then."""
    took_ms: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Found_]) -> Found_:
        began = process_time()
        found = work()
        took_ms[name] = 1000 * (process_time() - began)
        return found

    prices, sun, wants = _prices(at), _sun(at), _wants(at, taken_wh)
    before = plan.in_force.schedule.blocks if plan.in_force else ()
    outlook = timed("outlook", lambda: foreseen(known, at, now_w=_load_w(at), sun=sun, sun_by="a forecast"))
    given = timed(
        "problem",
        lambda: problem(
            at,
            prices=prices,
            outlook=outlook,
            peaks=PeakPrices(paid_w=TARGET_W, next_w=TARGET_W, kw_eur=KW_EUR, next_kw_eur=KW_EUR, margin=MARGIN),
            wants=wants,
            store=STORE,
            rows=(Row(name="connection", most_w=9_200.0, members=frozenset({"car", "battery"}), house=True),),
            before=before,
        ),
    )
    schedule = timed("plan", lambda: solved(given))
    plan = timed("choice", lambda: planning.found(plan, Found(problem=given, schedule=schedule)))
    assert plan.in_force is not None
    followed, drawn = (
        _followed(plan.in_force),
        [(one.start, one.end, one.power_w) for one in plan.in_force.schedule.blocks],
    )
    ahead = timed(
        "stretches",
        lambda: stretches(
            at,
            prices=prices,
            load=Usual(),
            sun=Usual(),
            cars=drawn,
            target_w=TARGET_W,
            margin=MARGIN,
            kw_eur=KW_EUR,
            followed=followed,
        ),
    )
    timed("values", lambda: planned(STORE, ahead, end_eur_kwh=end_eur_kwh(ahead, STORE)))
    return took_ms, plan


def _followed(plan: InForce) -> Followed:
    """The plan as bs hears it."""
    spans, outcome = plan.problem.spans, plan.outcome
    return Followed(
        until_s=0.0,
        blocks=plan.schedule.blocks,
        stretches=tuple(
            Expected(
                start=span.start,
                end=span.end,
                load_w=span.load_w,
                sun_w=span.sun_w,
                cars_w=cars_w,
                battery_w=store_w,
                target_w=outcome.peaks_w[span.peak],
                import_eur_kwh=span.import_eur_kwh,
                export_eur_kwh=span.export_eur_kwh,
            )
            for span, cars_w, store_w in zip(spans, outcome.cars_w, outcome.store_w, strict=True)
        ),
    )


def _hours(at: datetime) -> float:
    return (at - START) / HOUR


def _load_w(at: datetime) -> float:
    """An evening, a morning, and what nobody foresees."""
    hours = _hours(at)
    evening = max(0.0, sin((hours % 24 - 15) / 12 * pi))
    return 250 + 900 * evening + 150 * (1 + sin(hours * 2.3)) + (700 if int(hours * 4) * 7919 % 23 == 0 else 0)


def _sun_w(at: datetime) -> float:
    day = int(_hours(at) // 24)
    return (1_000 + 700 * (day * 7 % 5)) * max(0.0, sin((_hours(at) % 24 - 7) / 12 * pi))


def _parts(at: datetime) -> Parts:
    return Parts(start=at, load_wh=_load_w(at) / 4, sun_wh=_sun_w(at) / 4)


def _sun(at: datetime) -> Series:
    """A forecast: what the sun did two days before."""
    starts = [at + place * QUARTER for place in range(193)]
    return Series(tuple(Slot(start, start + QUARTER, _sun_w(start - 2 * DAY)) for start in starts))


def _prices(at: datetime) -> tuple[PriceSlot, ...]:
    """The market's by the quarter, from the day before on; those of tomorrow from 13 o'clock on."""
    day = START + (at - START) // DAY * DAY
    count = 96 * (3 if at - day >= 13 * HOUR else 2)
    starts = [day - DAY + place * QUARTER for place in range(count)]
    eur = [0.07 + 0.05 * sin(_hours(start) / 6 * pi) + 0.01 * (int(_hours(start)) * 5 % 7 - 3) for start in starts]
    return tuple(
        PriceSlot(start, start + QUARTER, 1.06 * one + 0.14, one - 0.01) for start, one in zip(starts, eur, strict=True)
    )


def _wants(at: datetime, taken_wh: dict[str, float]) -> tuple[Want, ...]:
    """The stays of the next two nights, of which some may be charged already."""
    found = []
    day = START + (at - START) // DAY * DAY
    for number in range(-1, 2):
        since, until = day + number * DAY + HOME_H * HOUR, day + number * DAY + LEAVES_H * HOUR
        title = f"{until:%d %H:%M}"
        left_wh = NEEDS_WH - taken_wh.get(title, 0.0)
        if until > at and left_wh > 1.0:
            want = Want(
                car="car", trip=title, energy_wh=left_wh, until=until, full_w=FULL_W, least_w=LEAST_W, phases=(1,)
            )
            found.append(replace(want, since=since if since > at else None))
    return tuple(found)
