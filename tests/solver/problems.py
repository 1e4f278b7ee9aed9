"""Small problems that read like what they are about."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from lib.core.arbitrage import Store
from lib.core.outcome import Outcome, weighed
from lib.core.plan import Want
from lib.core.problem import Peak, Problem, Schedule, Span
from lib.core.quarter import QUARTER
from lib.solver import solved
from tests.conftest import NOON

HOUR = timedelta(hours=1)


def spans(
    *cents: float,
    sold: float = 0.0,
    load_w: float | Sequence[float] = 0.0,
    length: timedelta = HOUR,
    **said: Any,
) -> tuple[Span, ...]:
    """One hour after the other, from noon, at these prices in ct/kWh; sold: what a kWh earns."""
    loads_w = load_w if isinstance(load_w, Sequence) else [load_w] * len(cents)
    return tuple(
        Span(
            start=NOON + number * length,
            end=NOON + (number + 1) * length,
            import_eur_kwh=cent / 100,
            export_eur_kwh=sold / 100,
            load_w=load,
            **said,
        )
        for number, (cent, load) in enumerate(zip(cents, loads_w, strict=True))
    )


def a_problem(
    over: tuple[Span, ...], *wants: Want, paid_w: float = 2_500.0, eur_kw: float = 5.0, **said: Any
) -> Problem:
    """Of these spans, with one peak."""
    return Problem(at=over[0].start, spans=over, wants=wants, peaks=(Peak(paid_w=paid_w, eur_kw=eur_kw),), **said)


def a_want(kwh: float, *, within_h: float = 24.0, car: str = "car_1", **said: Any) -> Want:
    """So many kWh before so many hours are over, with 1.4 to 4 kW."""
    usual: Mapping[str, Any] = {"full_w": 4_000.0, "least_w": 1_400.0}
    return Want(car=car, energy_wh=kwh * 1000, until=NOON + within_h * HOUR, **{**usual, **said})


def a_store(kwh: float = 0.0, *, of_kwh: float = 2.0, kw: float = 2.0, **said: Any) -> Store:
    """A battery with so many kWh in it, without losses and wear unless said."""
    usual: Mapping[str, Any] = {"least_wh": 0.0, "efficiency": 1.0, "wear_eur_kwh": 0.0}
    powers: Mapping[str, Any] = {"charge_w": kw * 1000, "discharge_w": kw * 1000}
    return Store(energy_wh=kwh * 1000, most_wh=of_kwh * 1000, **{**usual, **powers, **said})


def plan_of(problem: Problem) -> tuple[Schedule, Outcome]:
    """What the solver finds, and how it fares."""
    schedule = solved(problem)
    return schedule, weighed(problem, schedule)


def watts(powers_w: Sequence[float]) -> list[int]:
    """In whole W."""
    return [round(power_w) for power_w in powers_w]


__all__ = ["HOUR", "QUARTER", "a_problem", "a_store", "a_want", "plan_of", "spans", "watts"]
