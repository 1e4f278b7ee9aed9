"""What bs may say on a winter evening: a battery that shaves the peak, made up but plausible, for pictures and tests.

The sentences are those that the core makes of the same figures; the flows add up.
"""

from datetime import date

from lib.commands.picture_cars import PAID_W, local
from lib.core.battery_why import BatteryWhy, Ground, sentence
from lib.core.claims import BATTERY, Drawn
from lib.core.modes import StorageMode
from lib.messages import Message
from lib.messages.storage import BatteryNow, Flow, GainsNow, Storage, StoreBlock

KWH = 1000.0
NOW = local("2026-11-20 18:06:10")
SHAVES = BatteryWhy(ground=Ground.SHAVES, power_w=-2310.0, target_w=PAID_W)


def evening() -> list[Message]:
    """The oven is on, and the battery keeps the quarter under the paid peak."""
    return [storage()]


def storage(because: BatteryWhy = SHAVES, **changes: object) -> Storage:
    """The state of bs."""
    told: dict[str, object] = {
        "boot": "picture",
        "seq": 1,
        "said": NOW,
        "at": NOW,
        "mode": StorageMode.AUTO,
        "batteries": (battery(),),
        "soc_pct": 58.0,
        "energy_wh": 5.8 * KWH,
        "capacity_wh": 10.0 * KWH,
        "power_w": -2310.0,
        "target_w": -2310.0,
        "reserve_pct": 40.0,
        "floor_pct": 10.0,
        "can_help_w": 2690.0,
        "granted_w": 0.0,
        "quarter_w": PAID_W,
        "flow": Flow(grid_w=3620.0, house_w=5930.0, cars_w=0.0, battery_w=-2310.0, sun_w=0.0, measured=True),
        "plan": plan(),
        "today": today(),
        "month": month(),
        "drawn": (Drawn(who=BATTERY, low_w=-2310.0, high_w=-2310.0),),
        "demo": True,
    }
    return Storage(**{**told, "because": because, "why": sentence(because, at=NOW)} | changes)  # type: ignore[arg-type]


def battery(**changes: object) -> BatteryNow:
    """One that gives what it is told."""
    told: dict[str, object] = {
        "name": "cellar",
        "make": "victron",
        "capacity_wh": 10.0 * KWH,
        "soc_pct": 58.0,
        "power_w": -2310.0,
        "charge_w": 5000.0,
        "discharge_w": 5000.0,
        "set_w": -2310.0,
        "ours": True,
        "least_pct": 10.0,
    }
    return BatteryNow(**told | changes)  # type: ignore[arg-type]


def plan() -> tuple[StoreBlock, ...]:
    """The evening, the cheap hours of the night, and tomorrow's sun and evening."""
    return (
        StoreBlock(
            start=local("2026-11-20 18:00"),
            end=local("2026-11-20 19:30"),
            power_w=-1650.0,
            soc_pct=36.0,
            eur_kwh=0.412,
        ),
        StoreBlock(
            start=local("2026-11-20 19:30"),
            end=local("2026-11-20 22:00"),
            power_w=-620.0,
            soc_pct=19.0,
            eur_kwh=0.386,
        ),
        StoreBlock(
            start=local("2026-11-21 01:00"),
            end=local("2026-11-21 04:15"),
            power_w=2400.0,
            soc_pct=92.0,
            eur_kwh=0.214,
        ),
        StoreBlock(
            start=local("2026-11-21 07:00"),
            end=local("2026-11-21 09:00"),
            power_w=-1400.0,
            soc_pct=63.0,
            eur_kwh=0.371,
        ),
        StoreBlock(
            start=local("2026-11-21 11:30"),
            end=local("2026-11-21 14:00"),
            power_w=900.0,
            soc_pct=84.0,
            eur_kwh=0.231,
        ),
    )


def today() -> GainsNow:
    """Of the day so far."""
    return GainsNow(
        since=date(2026, 11, 20),
        charged_wh=7.8 * KWH,
        discharged_wh=6.2 * KWH,
        cycles=0.62,
        losses_wh=0.71 * KWH,
        arbitrage_eur=1.18,
        wear_eur=0.31,
        peak_w=3870.0,
        without_w=5930.0,
    )


def month() -> GainsNow:
    """Of the running month, whose peak is the one that is billed."""
    return GainsNow(
        since=date(2026, 11, 1),
        charged_wh=151.0 * KWH,
        discharged_wh=136.0 * KWH,
        cycles=13.6,
        losses_wh=14.4 * KWH,
        arbitrage_eur=24.9,
        wear_eur=6.8,
        peak_w=PAID_W,
        without_w=6240.0,
        peak_eur=11.16,
    )
