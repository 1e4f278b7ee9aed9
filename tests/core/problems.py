"""Small problems for tests of plans: one quarter after the other from noon on, at prices in cents."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from lib.core.arbitrage import Store
from lib.core.plan import Block, Want
from lib.core.problem import Peak, Problem, Span
from tests.conftest import NOON

QUARTER = timedelta(minutes=15)
FREE = Peak(paid_w=2_500, eur_kw=0.0)


def a_problem(
    *cents: float,
    load_w: float | Sequence[float] = 0.0,
    sun_w: float | Sequence[float] = 0.0,
    peak: Peak = FREE,
    wants: Sequence[Want] = (),
    **said: Any,
) -> Problem:
    """Quarters at these prices; what is injected earns 5 ct."""
    loads, suns = (_each(one, len(cents)) for one in (load_w, sun_w))
    spans = tuple(
        Span(
            start=quarter(n),
            end=quarter(n + 1),
            import_eur_kwh=cent / 100,
            export_eur_kwh=0.05,
            load_w=load,
            sun_w=sun,
        )
        for n, (cent, load, sun) in enumerate(zip(cents, loads, suns, strict=True))
    )
    usual: dict[str, Any] = {"at": NOON, "spans": spans, "peaks": (peak,), "wants": tuple(wants)}
    return Problem(**(usual | said))


def a_want(kwh: float, *, before: int, full_w: float = 8_000.0, least_w: float = 1_400.0, **said: Any) -> Want:
    """So much before the quarter of that number."""
    usual: dict[str, Any] = {"car": "car_1", "energy_wh": kwh * 1000, "until": quarter(before)}
    return Want(full_w=full_w, least_w=least_w, **(usual | said))


def a_block(first: int, last: int, power_w: float, *, car: str = "car_1", trip: str = "") -> Block:
    """From the start of one quarter to the end of another."""
    return Block(car=car, start=quarter(first), end=quarter(last + 1), power_w=power_w, trip=trip)


def a_store(**said: Any) -> Store:
    """5 kWh of 10 in it, 4 kW both ways, nothing is lost and nothing wears unless said."""
    usual: dict[str, Any] = {
        "energy_wh": 5_000.0,
        "least_wh": 0.0,
        "most_wh": 10_000.0,
        "charge_w": 4_000.0,
        "discharge_w": 4_000.0,
        "efficiency": 1.0,
        "wear_eur_kwh": 0.0,
    }
    return Store(**(usual | said))


def quarter(number: int) -> datetime:
    """The start of the quarter of that number from noon."""
    return NOON + number * QUARTER


def _each(said: float | Sequence[float], count: int) -> list[float]:
    return list(said) if isinstance(said, Sequence) else [said] * count
