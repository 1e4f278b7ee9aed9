"""The owner's cars: config.py → what the core knows of each, and where its state of charge comes from.

What a source wants to know is checked where the sources are, in lib/cars.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from lib.core.car import FULL, Ask, CarRules
from lib.core.trip import MOST_KM, MOST_KWH
from lib.settings.config import Config, is_number

KEYS = (
    *("title", "capacity_kwh", "kwh_100km", "phases", "current_a", "everyday_pct", "night_pct", "arrival_pct"),
    *("reserve_pct", "at_least_pct", "limit_pct", "trip_default", "reserve_over_peak", "soc", "power_table"),
)
ASK: Final = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*(km|%|kwh)", re.IGNORECASE)
SUCH = '"full", or such as "180 km", "80 %" or "30 kWh"'
EVERYDAY_PCT, NIGHT_PCT, RESERVE_PCT, ARRIVAL_PCT = 80.0, 60.0, 20.0, 20.0
KWH_100KM = 18.0
MOST_KW = 350.0
Table = tuple[tuple[float, float, float], ...]  # from %, to %, W
SUCH_TABLE: Final = "a row of (from %, to %, kW) that touch, from 0 to 100, such as ((0, 80, 11), (80, 100, 4)), or ()"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarPlace:
    """A car; soc: where its state of charge comes from, as the owner wrote it, {} when he types it."""

    rules: CarRules
    soc: Mapping[str, object] = field(default_factory=dict)


def parse_cars(config: Config) -> tuple[CarPlace, ...]:
    """All of them, in the owner's order. Raises SettingsError."""
    return tuple(_car(name, group) for name, group in config.groups("cars", "car", KEYS))


def _car(name: str, group: Config) -> CarPlace:
    everyday_pct = group.amount("everyday_pct", 1, 100, missing=EVERYDAY_PCT)
    capacity_kwh = group.amount("capacity_kwh", 1, MOST_KWH)
    return CarPlace(
        rules=CarRules(
            name=name,
            title=group.text("title", missing=name),
            capacity_wh=capacity_kwh * 1000,
            wh_km=group.amount("kwh_100km", 5, 100, missing=KWH_100KM) * 10,
            phases=group.one_of("phases", (1, 2, 3), missing=3),
            current_a=group.amount("current_a", 6, 32, missing=16.0),
            everyday_pct=everyday_pct,
            night_pct=_up_to(group, "night_pct", everyday_pct, NIGHT_PCT),
            arrival_pct=group.amount("arrival_pct", 0, 90, missing=ARRIVAL_PCT),
            reserve_pct=_up_to(group, "reserve_pct", everyday_pct, RESERVE_PCT),
            trip_default=_ask(group, capacity_kwh),
            at_least_pct=_at_least(group, everyday_pct),
            limit_pct=None if group.names.get("limit_pct") is None else group.amount("limit_pct", 50, 100),
            reserve_over_peak=group.one_of("reserve_over_peak", (True, False), missing=False),
            table=_table(group),
        ),
        soc=_soc(group),
    )


def _up_to(group: Config, name: str, everyday_pct: float, usual_pct: float) -> float:
    """A percentage that is no more than the everyday one; what is not said gives way."""
    found_pct = group.amount(name, 0, 100, missing=min(usual_pct, everyday_pct))
    if found_pct > everyday_pct:
        raise group.slip(name, f"a number from 0 to everyday_pct, which is {everyday_pct:g}")
    return found_pct


def _at_least(group: Config, everyday_pct: float) -> float | None:
    if group.names.get("at_least_pct") is None:
        return None
    return _up_to(group, "at_least_pct", everyday_pct, 0.0)


def _ask(group: Config, capacity_kwh: float) -> Ask:
    said = group.text("trip_default", missing="full", such=SUCH)
    if said.casefold() == "full":
        return FULL
    found = ASK.fullmatch(said)
    if found is None:
        raise group.slip("trip_default", SUCH)
    amount, unit = float(found[1].replace(",", ".")), found[2].casefold()
    most = {"km": MOST_KM, "%": 100.0, "kwh": capacity_kwh}[unit]
    if not 0 < amount <= most:
        raise group.slip("trip_default", f"more than 0 and up to {most:g} {found[2]}")
    match unit:
        case "km":
            return Ask(km=amount)
        case "%":
            return Ask(soc_pct=amount)
    return Ask(energy_wh=amount * 1000)


def _table(group: Config) -> Table:
    said = group.names.get("power_table", ())
    rows = list(said) if isinstance(said, tuple | list) else [said]
    found, reached_pct = [], 0.0
    for row in rows:
        match row:
            case (start, end, power_kw) if (
                (is_number(start) and is_number(end) and is_number(power_kw))
                and reached_pct == start < end <= 100
                and 0 < power_kw <= MOST_KW
            ):
                found.append((float(start), float(end), power_kw * 1000.0))
                reached_pct = end
            case _:
                raise group.slip("power_table", SUCH_TABLE)
    if found and reached_pct != 100:
        raise group.slip("power_table", SUCH_TABLE)
    return tuple(found)


def _soc(group: Config) -> Mapping[str, object]:
    match group.names.get("soc", ""):
        case "" | None:
            return MappingProxyType({})
        case {"from": str(source)} as said if source.strip():
            return MappingProxyType(dict(said))
    raise group.slip("soc", '"" when you type it yourself, or a group with its source, such as {"from": "mqtt", …}')
