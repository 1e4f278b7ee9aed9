"""A folder of homes → their years: `homes.json` names the homes and the files, the files hold a row a quarter.

In: a folder. Out: homes by name. Knows no tariff and no strategy. homes.json holds `schema` 1, `timezone`, `battery`
(kwh, kw, eta_each_way, start_kwh), `files` (a path by kind, from the folder on) and `homes`. A home holds `period` (its
first and last local day), `load` (a column), `pv` (a list of column and kWp), `car` (id, kwh, charger_kw, phases; or
null) and, where some are its own, `files`. The kinds are `load` in Wh and `pv`, `pv_forecast` in W per kWp, each with
`t_utc`; `prices`, a list of files of `t_utc,eur_mwh` by the quarter or by the hour; `trips` with
`car,depart_utc,return_utc,energy_kwh`.

Who drives farther than the car holds charges the rest on the way, which is counted nowhere.

Where no `pv_forecast` is named, it is foreseen that the roof makes what it made at the same time two days before: the
last that is known when one looks two days ahead, as strategies may. In the first two days it is to make nothing.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import isnan, nan
from pathlib import Path
from typing import NamedTuple

from lib.core.bands import midnight
from lib.core.charger import LEAST_A
from lib.core.power import PHASE_V
from lib.core.quarter import QUARTER
from lib.sim.year.home import BatterySpec, CarSpec, Home, Journey
from lib.sim.year.seen import SUN_AHEAD
from lib.sim.year.table import FORM, HOUR, HomesError, Table

SCHEMA = 1
ZONE = "Europe/Brussels"
DAY = timedelta(days=1)
LAG = SUN_AHEAD // QUARTER  # what is nearer is not over yet when it would have to be known


def homes(folder: Path, names: Sequence[str] = ()) -> dict[str, Home]:
    """These homes of a folder, without names all in the order of its homes.json. Raises HomesError."""
    path = folder / "homes.json"
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise HomesError(f"{path}: is not there; name a folder that holds homes.json") from None
    except (OSError, ValueError, RecursionError) as error:
        raise HomesError(f"{path}: cannot be read as JSON: {error}; correct it there") from None
    root = Entry(str(path), found)
    if root.get("schema") != SCHEMA:
        raise root.slip("schema", f"is not known; this program reads schema {SCHEMA}")
    if root.get("timezone") != ZONE:
        raise root.slip("timezone", f"is no time zone that is reckoned with; write {ZONE}")
    reader = _Reader(folder, root)
    there = root.entry("homes").group
    if not there:
        raise root.slip("homes", "is empty; describe a home or more")
    if unknown := [name for name in names if name not in there]:
        raise HomesError(f"--home {unknown[0]}: there is none; take {', '.join(there)}")
    return {name: reader.home(name) for name in names or there}


class Entry:
    """A group of homes.json with its path. Every getter raises HomesError for what is missing or of another kind."""

    def __init__(self, where: str, value: object) -> None:
        if not isinstance(value, dict):
            raise HomesError(f"{where}: is no group in braces {{ }}; write one")
        self.where = where
        self.group: Mapping[str, object] = value

    def get(self, key: str) -> object:
        """A value; None where there is none."""
        return self.group.get(key)

    def entry(self, key: str) -> "Entry":
        """A group."""
        if key not in self.group:
            raise self.slip(key, "is missing; add it")
        return Entry(f"{self.where} {key}", self.group[key])

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self.get(key)
        if not isinstance(value, str) or not value:
            raise self.slip(key, "is no text; write a name")
        return value

    def number(self, key: str, *, least: float, most: float) -> float:
        """A number within a range, both ends included."""
        value = self.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self.slip(key, f"is no number from {least:g} to {most:g}; write one")
        return float(value)

    def slip(self, key: str, wrong: str) -> HomesError:
        """What is wrong with a value."""
        value = f" {json.dumps(self.group[key])[:60]}" if key in self.group else ""
        return HomesError(f"{self.where} {key}:{value} {wrong}")


class _Period(NamedTuple):
    start: datetime
    end: datetime


class _Reader:
    """Each file is read once, whichever homes it serves."""

    def __init__(self, folder: Path, root: Entry) -> None:
        self._folder, self._root = folder, root
        self._tables: dict[Path, Table] = {}
        self._battery = _battery(root.entry("battery")) if "battery" in root.group else BatterySpec()

    def home(self, name: str) -> Home:
        entry = self._root.entry("homes").entry(name)
        if not entry.get("load"):
            raise entry.slip("load", "is missing; a home has a load: name its column")
        files = Entry(f"{entry.where} files", self._files(entry))
        start, end = period = _period(entry)
        car = _car(entry.entry("car")) if entry.get("car") is not None else None
        sun_w, sun_foreseen_w = self._sun(files, _roofs(entry), period)
        return Home(
            name=name,
            start=start,
            load_wh=self._table(files, "load").series(entry.text("load"), start, end, least=0.0),
            sun_w=sun_w,
            sun_foreseen_w=sun_foreseen_w,
            index=self._index(files, period),
            journeys=_journeys(self._table(files, "trips"), car, period) if car else (),
            car=car,
            battery=self._battery,
        )

    def _files(self, entry: Entry) -> dict[str, object]:
        own = entry.entry("files").group if "files" in entry.group else {}
        return {**self._root.entry("files").group, **own}

    def _table(self, files: Entry, kind: str) -> Table:
        if kind not in files.group:
            raise files.slip(kind, "is missing; name the file")
        return self._read(files.text(kind))

    def _read(self, name: str) -> Table:
        path = self._folder / name
        if path not in self._tables:
            self._tables[path] = Table(path)
        return self._tables[path]

    def _sun(self, files: Entry, roofs: list[tuple[str, float]], period: _Period) -> tuple[list[float], list[float]]:
        """What all roofs of a home make together, and what was foreseen of it."""
        quarters = (period.end - period.start) // QUARTER
        if not roofs:
            return [0.0] * quarters, [0.0] * quarters
        made = _total(self._table(files, "pv"), roofs, period)
        if files.get("pv_forecast") is not None:
            return made, _total(self._table(files, "pv_forecast"), roofs, period)
        return made, ([0.0] * LAG + made)[:quarters]

    def _index(self, files: Entry, period: _Period) -> list[float]:
        """Prices from as many files as it takes; where one tells quarters and another hours, quarters count."""
        names = files.get("prices")
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise files.slip("prices", "is no list of files; name one or more, in brackets [ ]")
        index = [nan] * ((period.end - period.start) // QUARTER)
        tables = [self._read(name) for name in dict.fromkeys(names)]
        for step in (HOUR, QUARTER):
            is_held = [False] * len(index)
            for table in tables:
                start, end = max(table.span()[0], period.start), min(table.span()[1], period.end)
                if start >= end or table.times()[1] != step:
                    continue
                part = slice((start - period.start) // QUARTER, (end - period.start) // QUARTER)
                if any(is_held[part]):
                    at = period.start + (part.start + is_held[part].index(True)) * QUARTER
                    raise HomesError(
                        f"{table.path}: holds prices of {at:{FORM}}, as another file does; keep one of them"
                    )
                is_held[part] = [True] * (part.stop - part.start)
                index[part] = table.series("eur_mwh", start, end, hourly=True)
        hole = next((quarter for quarter, price in enumerate(index) if isnan(price)), None)
        if hole is not None:
            at = period.start + hole * QUARTER
            raise files.slip(
                "prices", f"hold none at {at:{FORM}}; the period needs them to {period.end:{FORM}}: add a file"
            )
        return index


def _total(table: Table, roofs: list[tuple[str, float]], period: _Period) -> list[float]:
    parts = [(kwp, table.series(roof, *period, least=0.0)) for roof, kwp in roofs]
    return [sum(column) for column in zip(*([kwp * w for w in column] for kwp, column in parts), strict=True)]


def _period(entry: Entry) -> _Period:
    match entry.get("period"):
        case [str() as first, str() as last]:
            try:
                start, end = date.fromisoformat(first), date.fromisoformat(last)
            except ValueError:
                pass
            else:
                if start <= end and start.year >= 1990 and end.year < 2100:
                    return _Period(midnight(start), midnight(end + DAY))
    raise entry.slip("period", 'is no period; write its first and its last local day, ["2024-01-01", "2024-12-31"]')


def _roofs(entry: Entry) -> list[tuple[str, float]]:
    """The column and the kWp of each slope."""
    rows = entry.get("pv") or []
    found: list[tuple[str, float]] = []
    for row in rows if isinstance(rows, list) else [rows]:
        match row:
            case [str() as roof, int() | float() as kwp] if 0 < kwp <= 1000:
                found.append((roof, float(kwp)))
            case _:
                raise entry.slip(
                    "pv", 'is no list of roofs; write [["s35", 5.0]], column and kWp, or [] without a roof'
                )
    return found


def _car(entry: Entry) -> CarSpec:
    phases = entry.get("phases")
    if not isinstance(phases, int) or phases not in {1, 3}:
        raise entry.slip("phases", "is neither 1 nor 3; a charger has one of them")
    return CarSpec(
        name=entry.text("id"),
        capacity_wh=1000 * entry.number("kwh", least=1, most=300),
        charger_w=1000 * entry.number("charger_kw", least=LEAST_A * PHASE_V * phases / 1000, most=22.1),
        phases=phases,
    )


def _battery(entry: Entry) -> BatterySpec:
    kwh = entry.number("kwh", least=0.1, most=200)
    return BatterySpec(
        capacity_wh=1000 * kwh,
        power_w=1000 * entry.number("kw", least=0.1, most=100),
        way=entry.number("eta_each_way", least=0.5, most=1),
        start_wh=1000 * entry.number("start_kwh", least=0, most=kwh),
    )


def _journeys(table: Table, car: CarSpec, period: _Period) -> tuple[Journey, ...]:
    """The car's trips that touch the period, in order of time; one under way at either end counts whole."""
    rows = [row for row, name in enumerate(table.texts("car")) if name == car.name]
    if not rows:
        raise HomesError(
            f"{table.path}: holds no trip of the car {car.name}; correct its id in homes.json, or add some"
        )
    found = sorted(((_journey(table, row, car), row) for row in rows), key=lambda pair: pair[0].departs)
    for (one, _), (two, row) in pairwise(found):
        if two.departs < one.returns:
            wrong = f"is before the trip of {one.departs:{FORM}} is over, at {one.returns:{FORM}}; join or move them"
            raise table.slip(row, "depart_utc", wrong)
    return tuple(trip for trip, _ in found if trip.departs < period.end and trip.returns > period.start)


def _journey(table: Table, row: int, car: CarSpec) -> Journey:
    departs, returns = (table.time(row, column) for column in ("depart_utc", "return_utc"))
    for at, column, way in ((departs, "depart_utc", "down"), (returns, "return_utc", "up")):
        if at.minute % 15:
            raise table.slip(row, column, f"is not on a whole quarter; round it {way}")
    if returns <= departs:
        raise table.slip(row, "return_utc", f"is not after it departs, {departs:{FORM}}; correct one of the two")
    energy_wh = 1000 * table.numbers("energy_kwh", least=0.0)[row]
    return Journey(departs=departs, returns=returns, energy_wh=min(energy_wh, car.capacity_wh))
