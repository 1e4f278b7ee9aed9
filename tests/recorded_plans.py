"""Problems of two days from recorded homes: prices, load, sun and trips of 2024, all known ahead. For tests alone."""

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from lib.core.arbitrage import Store
from lib.core.plan import Want
from lib.core.problem import Peak, Problem, Row, Span

QUARTER = timedelta(minutes=15)
PAID_W, EUR_KW = 2_500.0, 4.5
TRIPS = timedelta(hours=48)

Table = dict[datetime, dict[str, float]]


@cache
def table(path: Path) -> Table:
    """The rows of a recording by their time."""
    with gzip.open(path, "rt") as file:
        return {
            datetime.strptime(row.pop("t_utc"), "%Y-%m-%dT%H:%M%z"): {name: float(text) for name, text in row.items()}
            for row in csv.DictReader(file)
        }


@cache
def stays(path: Path) -> dict[str, list[tuple[datetime, datetime, float]]]:
    """By car, from when until when it hangs on its cable, and what it needs in Wh."""
    found: dict[str, list[tuple[datetime, datetime, float]]] = {}
    back: dict[str, tuple[datetime, float]] = {}
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            leaves, returns = (
                datetime.strptime(row[name], "%Y-%m-%dT%H:%M%z") for name in ("depart_utc", "return_utc")
            )
            if row["car"] in back:
                since, wh = back[row["car"]]
                found.setdefault(row["car"], []).append((since, leaves, wh))
            back[row["car"]] = returns, float(row["energy_kwh"]) * 1000
    return found


def recorded(folder: Path, home: str, at: datetime, *, battery: bool = True, paid_w: float = PAID_W) -> Problem:
    """Two days of quarters from `at` on, which is a whole quarter, with each trip until their end.

    The market's price with what network and taxes add; a peak at the Flemish price.
    """
    said: Any = json.loads((folder / "homes.json").read_text())
    files, one = said["files"], said["homes"][home]
    load, sun, price = (table(folder / files[name]) for name in ("load", "pv", "pv_forecast")[:2] + ("prices",)) \
        if isinstance(files["prices"], str) else (table(folder / files["load"]), table(folder / files["pv"]), table(folder / files["prices"][0]))
    spans = []
    for number in range(192):
        start = at + number * QUARTER
        eur_kwh = price[start.replace(minute=0)]["eur_mwh"] / 1000
        spans.append(
            Span(
                start=start,
                end=start + QUARTER,
                import_eur_kwh=1.06 * eur_kwh + 0.14,
                export_eur_kwh=0.95 * eur_kwh - 0.01,
                load_w=load[start][one["load"]] * 4,
                sun_w=sum(sun[start][roof] * kwp for roof, kwp in one["pv"]),
                safe_w=100.0,
            )
        )
    until = spans[-1].end
    spans = [span if span.net_w + span.safe_w <= paid_w else _plain(span, paid_w) for span in spans]
    return Problem(
        at=at,
        spans=tuple(spans),
        peaks=(Peak(paid_w=paid_w, eur_kw=EUR_KW),),
        wants=tuple(_wants(stays(folder / files["trips"]), one["car"], at, until)),
        store=Store(energy_wh=5_000, least_wh=500, most_wh=10_000, charge_w=5_000, discharge_w=5_000) if battery else None,
        end_eur_kwh=0.15,
        rows=(Row(name="connection", most_w=9_200, members=frozenset({"car", "battery"}), house=True),),
    )


def _plain(span: Span, paid_w: float) -> Span:
    from dataclasses import replace

    return replace(span, safe_w=max(0.0, min(100.0, paid_w - span.net_w)))


def _wants(found: dict[str, list[tuple[datetime, datetime, float]]], car: Any, at: datetime, until: datetime) -> Iterator[Want]:
    phases = (1,) if car["phases"] == 1 else (1, 2, 3)
    full_w = car["charger_kw"] * 1000
    for since, leaves, wh in found[car["id"]]:
        if leaves > at and leaves <= until:
            could_wh = full_w * ((leaves - max(since, at)) / timedelta(hours=1))
            yield Want(
                car="car", trip=f"{leaves:%d %H:%M}", energy_wh=min(wh, could_wh), until=leaves, full_w=full_w,
                least_w=1_380.0 * len(phases), since=since if since > at else None, phases=phases,
            )


def noon(day: int) -> datetime:
    """Noon of a day of 2024, by number."""
    return datetime(2024, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)
