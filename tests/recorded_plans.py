"""Problems of two days from recorded homes: prices, load, sun and trips of 2024, all known ahead. For tests alone."""

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from lib.core.arbitrage import Store
from lib.core.plan import Want
from lib.core.problem import HOUR, Peak, Problem, Row, Span

QUARTER = timedelta(minutes=15)
SPANS = 192
SAFE_W, LEAST_W = 100.0, 1_380.0
CONNECTION_W = {1: 9_200.0, 3: 17_250.0}
FREE_EUR, GRID_EUR = 0.01, 0.14  # what a supplier keeps of the market's price, and what network and taxes add
STORE = Store(energy_wh=5_000, least_wh=500, most_wh=10_000, charge_w=5_000, discharge_w=5_000)

Stay = tuple[datetime, datetime, float]  # since, until, and the Wh that are taken meanwhile


@dataclass(frozen=True)
class Homes:
    """The homes of a folder that holds homes.json."""

    folder: Path

    @cached_property
    def said(self) -> Any:
        """The table of homes and files."""
        return json.loads((self.folder / "homes.json").read_text())

    @cached_property
    def loads(self) -> dict[datetime, dict[str, str]]:
        """Wh by quarter and home."""
        return self._table(self.said["files"]["load"])

    @cached_property
    def suns(self) -> dict[datetime, dict[str, str]]:
        """W for each kW of panels, by quarter and roof."""
        return self._table(self.said["files"]["pv"])

    @cached_property
    def prices(self) -> dict[datetime, dict[str, str]]:
        """€/MWh by hour."""
        return self._table(self.said["files"]["prices"][0])

    @cached_property
    def stays(self) -> dict[str, list[Stay]]:
        """By car, from when until when it hangs on its cable, and what it takes meanwhile."""
        found: dict[str, list[Stay]] = {}
        back: dict[str, tuple[datetime, float]] = {}
        for row in self._rows(self.said["files"]["trips"]):
            if row["car"] in back:
                since, wh = back[row["car"]]
                found.setdefault(row["car"], []).append((since, _instant(row["depart_utc"]), wh))
            back[row["car"]] = _instant(row["return_utc"]), float(row["energy_kwh"]) * 1000
        return found

    def problem(self, name: str, day: int, *, store: Store | None = STORE, peak: Peak) -> Problem:
        """The two days from noon UTC of a day of the year on, the first is 0, with each stay that ends in them."""
        home, at = self.said["homes"][name], datetime(2024, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)
        spans = tuple(self._span(home, at + number * QUARTER, peak.paid_w) for number in range(SPANS))
        return Problem(
            at=at,
            spans=spans,
            peaks=(peak,),
            wants=tuple(self._wants(home["car"], at, spans[-1].end)),
            store=store,
            end_eur_kwh=0.15,
            rows=(
                Row(
                    name="connection",
                    most_w=CONNECTION_W[home["car"]["phases"]],
                    members=frozenset({"car", "battery"}),
                    house=True,
                ),
            ),
        )

    def _span(self, home: Any, start: datetime, paid_w: float) -> Span:
        market = float(self.prices[start.replace(minute=0)]["eur_mwh"]) / 1000
        load_w = float(self.loads[start][home["load"]]) * 4
        sun_w = sum(float(self.suns[start][roof]) * kwp for roof, kwp in home["pv"])
        return Span(
            start=start,
            end=start + QUARTER,
            import_eur_kwh=1.06 * market + GRID_EUR,
            export_eur_kwh=0.95 * market - FREE_EUR,
            load_w=load_w,
            sun_w=sun_w,
            safe_w=max(0.0, min(SAFE_W, paid_w - (load_w - sun_w))),
        )

    def _wants(self, car: Any, at: datetime, end: datetime) -> Iterator[Want]:
        phases = (1,) if car["phases"] == 1 else (1, 2, 3)
        full_w = car["charger_kw"] * 1000
        for since, until, wh in self.stays[car["id"]]:
            if at < until <= end:
                yield Want(
                    car="car",
                    trip=f"{until:%d %H:%M}",
                    energy_wh=min(wh, full_w * ((until - max(since, at)) / HOUR)),
                    until=until,
                    full_w=full_w,
                    least_w=LEAST_W * len(phases),
                    since=since if since > at else None,
                    phases=phases,
                )

    def _table(self, path: str) -> dict[datetime, dict[str, str]]:
        return {_instant(row["t_utc"]): row for row in self._rows(path)}

    def _rows(self, path: str) -> Iterator[dict[str, str]]:
        with gzip.open(self.folder / path, "rt") as file:
            yield from csv.DictReader(file)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
