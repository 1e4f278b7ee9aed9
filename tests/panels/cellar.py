"""What bs says on a winter evening, on a sunny day, and when things go wrong: the messages that its panels draw."""

from dataclasses import replace

from lib.commands.picture_cars import PAID_W, local
from lib.commands.picture_store import KWH, NOW, battery, evening, month, plan, storage, today
from lib.core.battery_why import Bar, BatteryWhy, Ground
from lib.core.claims import PLAN, Cause, Claim
from lib.core.modes import StorageMode
from lib.messages import Message
from lib.messages.storage import Flow, GainsNow, HelpGiven

NOON = local("2026-11-20 12:40:10")

__all__ = ["NOW", "battery", "evening", "local", "month", "plan", "storage", "today"]


def sunny() -> list[Message]:
    """Noon: the sun feeds house and car, and the rest goes into the battery and a little to the grid."""
    because = BatteryWhy(ground=Ground.STORES, power_w=1850.0)
    return [
        storage(
            because,
            at=NOON,
            said=NOON,
            batteries=(battery(soc_pct=83.0, power_w=1850.0, set_w=1850.0),),
            soc_pct=83.0,
            energy_wh=8.3 * KWH,
            power_w=1850.0,
            target_w=1850.0,
            reserve_pct=20.0,
            granted_w=1850.0,
            can_help_w=5000.0,
            flow=Flow(grid_w=-140.0, house_w=410.0, cars_w=2310.0, battery_w=1850.0, sun_w=4710.0, measured=True),
            plan=plan()[2:],
        )
    ]


def helping() -> list[Message]:
    """A late trip: the battery gives beside what the peak allows."""
    because = BatteryWhy(ground=Ground.HELPS, power_w=-2000.0, name="late for Antwerp 150 km")
    given = HelpGiven(
        power_w=2000.0, energy_wh=1.9 * KWH, until=local("2026-11-20 18:15"), why="late for Antwerp 150 km"
    )
    return [
        storage(
            because,
            batteries=(battery(power_w=-2000.0, set_w=-2000.0),),
            power_w=-2000.0,
            target_w=-2000.0,
            help=given,
            help_w=2000.0,
            flow=Flow(grid_w=3880.0, house_w=780.0, cars_w=5100.0, battery_w=-2000.0, sun_w=0.0, measured=True),
            demo=False,
        )
    ]


def silent() -> list[Message]:
    """It has not answered for minutes, so nobody knows what it does."""
    because = BatteryWhy(ground=Ground.SILENT, name="192.168.1.70: no answer within 2 s")
    return [
        storage(
            because,
            batteries=(battery(silent_s=184.0, ours=False),),
            soc_pct=None,
            energy_wh=None,
            power_w=None,
            target_w=None,
            can_help_w=0.0,
            refused="the battery does not answer",
            granted_w=None,
            quarter_w=None,
            flow=Flow(grid_w=3620.0, cars_w=0.0),
            plan=(),
            notices={
                "dm": "ws://127.0.0.1:8080/ws: nobody listens there",
                "store": "bs.db cannot be written: the disk is full",
            },
            demo=False,
        )
    ]


def several() -> list[Message]:
    """Three: one works, one has a fault, one is steered by somebody else; more is asked than the target allows."""
    because = BatteryWhy(
        ground=Ground.REFILLS, power_w=1200.0, barred=Bar.MEDDLED, by="the register of its mode was set to 1"
    )
    return [
        storage(
            because,
            batteries=(
                battery(soc_pct=22.0, power_w=1200.0, set_w=1200.0),
                battery(
                    name="garage",
                    make="marstek",
                    capacity_wh=5.1 * KWH,
                    soc_pct=44.0,
                    power_w=0.0,
                    set_w=0.0,
                    charge_w=0.0,
                    discharge_w=0.0,
                    fault="over temperature (63 °C): let it cool down, then switch it on again",
                ),
                battery(
                    name="attic",
                    make="sessy",
                    capacity_wh=5.0 * KWH,
                    soc_pct=None,
                    power_w=-400.0,
                    set_w=None,
                    charge_w=2200.0,
                    discharge_w=1700.0,
                    ours=False,
                    least_pct=None,
                    warning="the setpoint that was read back is not the one that was sent",
                ),
            ),
            mode=StorageMode.FILL,
            soc_pct=29.0,
            energy_wh=4.4 * KWH,
            capacity_wh=20.1 * KWH,
            power_w=800.0,
            target_w=1200.0,
            reserve_pct=30.0,
            reserve_set=True,
            granted_w=1200.0,
            can_help_w=0.0,
            refused="its 29 % are kept in reserve for the month's peak until 20:00",
            flow=Flow(grid_w=-360.0, house_w=640.0, cars_w=0.0, battery_w=800.0, sun_w=1800.0),
            claims=(Claim(who="battery", priority=PLAN, wish_w=2400.0, runs=True, over_w=900.0, cause=Cause.RESERVE),),
            hold_sun_w=1800.0,
            demo=False,
        )
    ]


def bare() -> list[Message]:
    """No inverter, no plan, nothing counted: a battery in its own mode that does not say how full it is."""
    because = BatteryWhy(ground=Ground.OWN)
    return [
        storage(
            because,
            batteries=(battery(name="a battery with a very long name", soc_pct=None, power_w=-310.0, set_w=None),),
            mode=StorageMode.OWN,
            soc_pct=None,
            energy_wh=None,
            power_w=-310.0,
            target_w=None,
            reserve_pct=0.0,
            granted_w=None,
            flow=Flow(grid_w=0.0, house_w=310.0, cars_w=0.0, battery_w=-310.0),
            plan=(),
            today=GainsNow(since=NOW.date(), unpriced_wh=420.0),
            month=None,
            demo=False,
        )
    ]


def none() -> list[Message]:
    """No battery is set up."""
    because = BatteryWhy(ground=Ground.NOTHING)
    return [
        replace(
            storage(because),
            batteries=(),
            soc_pct=None,
            energy_wh=None,
            capacity_wh=0.0,
            power_w=None,
            target_w=None,
            flow=Flow(),
            plan=(),
            today=None,
            month=None,
            can_help_w=0.0,
            granted_w=None,
            quarter_w=PAID_W,
        )
    ]


STORIES = {
    "evening": evening,
    "sunny": sunny,
    "helping": helping,
    "silent": silent,
    "several": several,
    "bare": bare,
    "none": none,
    "nothing": list,
}
