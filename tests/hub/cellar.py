"""What bs says at noon: a battery that stores the sun, a plan and its gains, each to be changed."""

from datetime import date, timedelta
from typing import Any

from lib.core.battery_why import BatteryWhy, Ground
from lib.core.modes import StorageMode
from lib.messages.storage import BatteryNow, Flow, GainsNow, HelpGiven, Storage, StoreBlock

from .builders import NOON

HOUR = timedelta(hours=1)
SUN = BatteryWhy(ground=Ground.STORES, power_w=1850.0)
GIVEN = HelpGiven(power_w=2000.0, energy_wh=1900.0, until=NOON + HOUR / 4, why="a cloud passes")


def a_battery(name: str = "cellar", **changes: Any) -> BatteryNow:
    """One that stores what it is told."""
    told: dict[str, Any] = {
        "make": "victron",
        "capacity_wh": 10_000.0,
        "soc_pct": 63.4,
        "power_w": 1850.0,
        "charge_w": 5000.0,
        "discharge_w": 5000.0,
        "set_w": 1850.0,
        "ours": True,
        "least_pct": 10.0,
    }
    return BatteryNow(name=name, **told | changes)


def a_storage(**changes: Any) -> Storage:
    """All of it."""
    told: dict[str, Any] = {
        "boot": "s1",
        "seq": 1,
        "said": NOON,
        "at": NOON,
        "mode": StorageMode.AUTO,
        "because": SUN,
        "why": "stores 1.9 kW from the sun",
        "batteries": (a_battery(),),
        "soc_pct": 63.4,
        "energy_wh": 6340.0,
        "capacity_wh": 10_000.0,
        "power_w": 1850.0,
        "target_w": 1850.0,
        "reserve_pct": 20.0,
        "floor_pct": 10.0,
        "can_help_w": 5000.0,
        "granted_w": 2000.0,
        "quarter_w": 3910.0,
        "flow": Flow(grid_w=-140.0, house_w=410.0, cars_w=2310.0, battery_w=1850.0, sun_w=4710.0, measured=True),
        "plan": (
            StoreBlock(start=NOON, end=NOON + 2 * HOUR, power_w=1800.0, soc_pct=95.0, eur_kwh=0.1),
            StoreBlock(start=NOON + 6 * HOUR, end=NOON + 9 * HOUR, power_w=-1650.0, soc_pct=36.0, eur_kwh=0.4),
        ),
        "today": GainsNow(
            since=date(2026, 6, 17),
            charged_wh=4100.0,
            discharged_wh=2000.0,
            cycles=0.2,
            losses_wh=310.0,
            arbitrage_eur=0.62,
            wear_eur=0.1,
            peak_w=2100.0,
            without_w=3300.0,
        ),
        "month": GainsNow(
            since=date(2026, 6, 1),
            charged_wh=81_000.0,
            discharged_wh=72_000.0,
            cycles=7.2,
            losses_wh=8100.0,
            arbitrage_eur=12.4,
            wear_eur=3.6,
            peak_w=3910.0,
            without_w=6240.0,
            peak_eur=11.16,
        ),
    }
    return Storage(**told | changes)
