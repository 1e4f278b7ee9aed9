"""What dm may plan on an autumn day for two cars and a battery, made up but plausible, for pictures and tests.

It fits what ev and bs say in picture_cars and picture_store; the flows of each quarter add up.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import pi, sin

from lib.commands.picture_cars import KWH, NOW, PAID_W, local
from lib.commands.picture_cars import plan as car_blocks
from lib.commands.picture_store import plan as store_blocks
from lib.core.outlook import Foreseen, Off
from lib.core.quarter import QUARTER, start_of
from lib.core.stamp import BRUSSELS
from lib.messages.plan import Outlook, Plan, PlanBlock, PlanSpan, Saved, Served
from lib.messages.storage import StoreBlock

HOURS = 48
SAFE_W = 150.0
STORE_WH = 10 * KWH
TITLES = {"car_1": "Blue car", "car_2": "Red car"}
EUR_KWH = (
    *(0.231, 0.214, 0.209, 0.206, 0.211, 0.224, 0.271, 0.352, 0.371, 0.318, 0.281, 0.262),
    *(0.248, 0.241, 0.252, 0.289, 0.331, 0.394, 0.421, 0.412, 0.374, 0.319, 0.284, 0.252),
)
LOAD_W = (
    *(310.0, 280.0, 270.0, 270.0, 275.0, 290.0, 410.0, 860.0, 640.0, 430.0, 410.0, 460.0),
    *(690.0, 480.0, 420.0, 430.0, 560.0, 910.0, 1180.0, 1020.0, 760.0, 640.0, 520.0, 380.0),
)


def blocks() -> tuple[PlanBlock, ...]:
    """What ev and bs say that they do, with a reason for each."""
    ready = {"Ardennes": local("2026-11-22 07:45"), "Ostend 190 km": local("2026-11-21 09:15")}
    cars = [
        PlanBlock(
            device=one.car,
            start=one.start,
            end=one.end,
            power_w=one.power_w,
            trip=one.trip,
            until=ready.get(one.trip),
            eur_kwh=one.eur_kwh,
            why=_car_why(one.trip, one.start, ready.get(one.trip)),
        )
        for one in car_blocks()
    ]
    store = [
        PlanBlock(
            device="battery",
            start=one.start,
            end=one.end,
            power_w=one.power_w,
            eur_kwh=one.eur_kwh,
            why="fills in the cheapest hours for the evening's prices"
            if one.power_w > 0
            else f"gives while a kWh costs € {one.eur_kwh or 0.0:.3f}, under the paid peak",
        )
        for one in map(_beside_cars, store_blocks())
    ]
    return tuple(sorted((*cars, *store), key=lambda one: (one.start, one.device)))


def _beside_cars(block: StoreBlock) -> StoreBlock:
    """The night's block before the car's: both at once would make a peak."""
    if block.start != local("2026-11-21 01:00"):
        return block
    return replace(block, start=local("2026-11-20 22:00"), end=local("2026-11-21 01:00"), power_w=2600.0, eur_kwh=0.252)


def _car_why(trip: str, start: datetime, ready: datetime | None) -> str:
    if ready is None:
        return "the sun gives more than the house takes"
    if start.astimezone(BRUSSELS).hour == 11:
        return "the sun gives most of it, and the nights before and after are full under the paid peak"
    return f"the cheapest quarters before {ready.astimezone(BRUSSELS):%a %H:%M} under the paid peak"


def spans(
    at: datetime,
    planned: Sequence[PlanBlock],
    *,
    known_until: datetime | None = None,
    soc_pct: float | None = 58.0,
    paid_w: float | None = PAID_W,
) -> tuple[PlanSpan, ...]:
    """48 h of quarters in which the blocks happen; soc_pct: of the battery at first, None without one."""
    found: list[PlanSpan] = []
    start, end, level = at, start_of(at) + timedelta(hours=HOURS), soc_pct
    while start < end:
        until = start_of(start) + QUARTER
        hours = (until - start) / timedelta(hours=1)
        there = start.astimezone(BRUSSELS)
        hour = there.hour + there.minute / 60
        sun_w = 2900.0 * max(0.0, sin(pi * (hour - 8.5) / 8)) if 8.5 < hour < 16.5 else 0.0
        load_w = LOAD_W[there.hour] + 40.0 * (there.minute // 15 % 3)
        does = {one.device: one.power_w for one in planned if one.start < until and one.end > start}
        store_w = does.pop("battery", 0.0)
        grid_w = load_w - sun_w + sum(does.values()) + store_w
        if level is not None:
            level = min(95.0, max(10.0, level + store_w * hours / STORE_WH * (95 if store_w > 0 else 105)))
        found.append(
            PlanSpan(
                start=start,
                end=until,
                import_eur_kwh=EUR_KWH[there.hour],
                export_eur_kwh=EUR_KWH[there.hour] / 3 - 0.03,
                known=known_until is None or start < known_until,
                load_w=load_w,
                sun_w=sun_w,
                cars_w={name: does.get(name, 0.0) for name in TITLES},
                battery_w=None if soc_pct is None else store_w,
                soc_pct=level,
                grid_w=grid_w,
                counts_w=max(0.0, grid_w + SAFE_W),
                target_w=paid_w,
            )
        )
        start = until
    return tuple(found)


def planned(at: datetime = NOW, *, paid_w: float | None = PAID_W, **changes: object) -> Plan:
    """The plan of dm, by the solver, under the paid peak."""
    ahead = blocks()
    told: dict[str, object] = {
        "boot": "picture",
        "seq": 1,
        "made": at - timedelta(minutes=4),
        "by": "solver",
        "because": "a new quarter",
        "spans": spans(at, ahead, known_until=local("2026-11-22 00:00"), paid_w=paid_w),
        "blocks": ahead,
        "served": (
            Served(
                car="car_1",
                trip="Ostend 190 km",
                until=local("2026-11-21 09:15"),
                energy_wh=9.43 * KWH,
                given_wh=9.43 * KWH,
            ),
            Served(
                car="car_2",
                trip="Ardennes",
                until=local("2026-11-22 07:45"),
                energy_wh=41.7 * KWH,
                given_wh=41.7 * KWH,
            ),
        ),
        "target_w": paid_w,
        "paid_w": paid_w,
        "peak_eur": 0.0,
        "eur": 13.87,
        "rounding_eur": 0.16,
        "solve_s": 0.011,
        "titles": TITLES,
        "saved": saved(),
    }
    return Plan(**told | changes)  # type: ignore[arg-type]


def saved() -> tuple[Saved, ...]:
    """A week of November, and today so far."""
    figures = (
        (20, 2.31, 3.15, 3420.0, 5930.0, 4.62),
        (19, 5.87, 7.94, 3910.0, 7110.0, 5.71),
        (18, 4.02, 5.88, 3510.0, 7240.0, 4.10),
        (17, 6.63, 8.71, 3880.0, 7980.0, 6.40),
        (16, 3.95, 4.42, 2910.0, 4480.0, 4.02),
        (15, 2.74, 4.61, 2630.0, 6900.0, None),
    )
    return tuple(
        Saved(
            day=f"2026-11-{day}",
            eur=eur,
            naive_eur=naive_eur,
            peak_w=peak_w,
            naive_peak_w=naive_peak_w,
            planned_eur=planned_eur,
        )
        for day, eur, naive_eur, peak_w, naive_peak_w, planned_eur in figures
    )


def outlook(at: datetime = NOW, **changes: object) -> Outlook:
    """House and sun by quarter, with how far off that may be."""
    told: dict[str, object] = {
        "made": start_of(at),
        "quarters": tuple(
            Foreseen(
                start=start_of(one.start),
                end=one.end,
                load_w=one.load_w,
                load_off_w=60.0 + one.load_w / 4,
                sun_w=one.sun_w,
                sun_off_w=one.sun_w / 3,
            )
            for one in spans(at, ())
        ),
        "sun_by": "open-meteo",
        "sun_made": at - timedelta(minutes=47),
        "days": 43,
        "off": (
            Off(ahead_h=1, quarters=1344, load_w=84.0, load_more_w=-6.0, sun_w=112.0, sun_more_w=9.0),
            Off(ahead_h=24, quarters=1344, load_w=121.0, load_more_w=12.0, sun_w=304.0, sun_more_w=-41.0),
        ),
    }
    return Outlook(**told | changes)  # type: ignore[arg-type]
