"""What ev says on that autumn noon, and when things go wrong: the messages that its panels draw."""

from dataclasses import replace

from lib.commands.picture_cars import (
    NOW,
    PAID_W,
    blue_car,
    carport,
    charging,
    connection,
    garage,
    local,
    noon,
    red_car,
    sessions,
    trips,
)
from lib.core.charger import Plug
from lib.core.claims import LATE, Cause, Claim, Drawn
from lib.core.modes import Mode, Phases
from lib.core.needs import Step
from lib.core.plugged import Ground
from lib.core.soc import Confidence
from lib.core.why import Hold, Reason, Why
from lib.messages import Message
from lib.messages.charging import Budget, CalendarNow, CarNow, Help, PlugIn, Sessions, TripNow

__all__ = ["NOW", "blue_car", "carport", "charging", "garage", "local", "noon", "red_car", "sessions", "trips"]


def late_trip() -> TripNow:
    """To Antwerp in two hours: more than the paid peak allows."""
    return TripNow(
        car="car_1",
        title="Antwerp 150 km",
        departs=local("2026-11-20 15:45"),
        ready=local("2026-11-20 15:30"),
        ask="150 km",
        target_pct=67.0,
        energy_wh=14_900.0,
        latest_start=local("2026-11-20 12:10"),
        slack_s=-4450.0,
        reach_pct=58.0,
        step=Step.OVER,
        feasible=False,
        said="cannot be met under the paid peak: will have 58 % of 67 % at 15:30; "
        "it takes 7.1 kW from now on, above it",
    )


def late() -> list[Message]:
    """Blue car is late and draws above the paid peak; nobody knows how full Red car is."""
    because = Why(
        reason=Reason.LATE_TRIP,
        power_w=7100.0,
        current_a=10.3,
        until=local("2026-11-20 15:30"),
        name="Antwerp 150 km",
        eur=15.72,
        held=Hold.ROW,
        by="connection L1",
    )
    first, *rest = trips()
    return [
        replace(
            charging(),
            chargers=(
                garage(
                    because,
                    phases=3,
                    phases_a=(10.3, 10.3, 10.2),
                    offered_a=10.3,
                    power_w=7084.0,
                    granted_w=7110.0,
                    boost_until=local("2026-11-20 14:20"),
                ),
                carport(
                    Why(reason=Reason.ASK_SOC, current_a=0.0),
                    by=Ground.ONLY_ONE,
                    wish=Phases.ONE,
                    plug_in=PlugIn(since=local("2026-11-20 12:58")),
                ),
            ),
            cars=(
                blue_car(soc_pct=44.6, confidence=Confidence.GUESS, age_s=93_000.0, source="Smartcar", target_pct=67.0),
                unknown_red_car(),
            ),
            trips=(late_trip(), replace(rest[0], energy_wh=62_100.0, latest_start=local("2026-11-21 04:10")), first),
            budget=Budget(used_w=7084.0, granted_w=7110.0, target_w=PAID_W, until=local("2026-11-20 13:30")),
            help=Help(power_w=2000.0, until=local("2026-11-20 13:39"), why="late for Antwerp 150 km"),
            claims=(
                Claim(
                    who="garage",
                    priority=LATE,
                    wish_w=7100.0,
                    least_w=1380.0,
                    runs=True,
                    over_w=3790.0,
                    cause=Cause.LATE_TRIP,
                ),
            ),
            drawn=(Drawn(who="garage", low_w=7084.0, high_w=7084.0),),
            calendars=(
                CalendarNow(name="family", trips=3, age_s=260.0),
                CalendarNow(name="work", trips=0, age_s=12_400.0, trouble="work.ics cannot be reached (timed out)"),
            ),
            notices={"trip 1": '"holiday" on Sat 28 Nov 06:00: no car is called car_3; the cars: car_1, car_2'},
        ),
        sessions(),
    ]


def unknown_red_car() -> CarNow:
    """Its cloud has been dead for a week."""
    return red_car(
        soc_pct=None,
        confidence=Confidence.UNKNOWN,
        age_s=None,
        source="",
        trouble="Smartcar has not answered since Fri 13 Nov 09:02 (HTTP 503)",
        ask="how full is Red car? Type its state of charge",
    )


def lost() -> list[Message]:
    """Dm is silent and so is a charger; the other one is at its safe setting."""
    safe = Why(reason=Reason.SURPLUS, power_w=1380.0, current_a=6.0, held=Hold.SAFE, by="the meter app is silent")
    silent = Why(reason=Reason.SILENT, name="192.168.1.61: no answer within 5 s", current_a=6.0)
    return [
        replace(
            charging(),
            chargers=(
                garage(safe, phases_a=(6.0, 0.0, 0.0), offered_a=6.0, power_w=1380.0, granted_w=None),
                carport(silent, silent_s=161.0, plug=Plug.CHARGING, power_w=1380.0, phases_a=(6.0, 0.0, 0.0)),
            ),
            budget=Budget(used_w=None, target_w=PAID_W, trouble="dm is silent for 42 s"),
            demo=False,
        ),
        sessions(),
    ]


def waiting() -> list[Message]:
    """Dm has just fallen silent: the grants still live."""
    return [replace(charging(), budget=Budget(used_w=2310.0, granted_w=3120.0, trouble="dm is silent for 12 s"))]


def many() -> list[Message]:
    """Six chargers and five cars, one with a fault: more than fits anywhere."""
    modes = (Mode.OFF, Mode.PV_ONLY, Mode.PV_ALL, Mode.MAX, Mode.MANUAL, Mode.AUTO)
    chargers = tuple(garage(name=f"place {at + 1}", mode=mode, car=f"car_{at + 1}") for at, mode in enumerate(modes))
    fault = Why(reason=Reason.FAULT, name="residual current")
    broken = garage(fault, name="place 7", plug=Plug.FAULT, fault="residual current", power_w=0.0)
    cars = tuple(blue_car(name=f"car_{at}", title=f"Car {at}", soc_pct=15.0 * at) for at in range(1, 6))
    every = (*chargers, broken)
    circuits = (connection(chargers=tuple(one.name for one in every)),)
    return [replace(charging(), chargers=every, cars=cars, circuits=circuits), sessions()]


def bare() -> list[Message]:
    """Nothing is set up."""
    return [
        replace(
            charging(),
            chargers=(),
            cars=(),
            trips=(),
            plan=(),
            calendars=(),
            circuits=(),
            claims=(),
            drawn=(),
            budget=None,
            demo=False,
        ),
        Sessions(),
    ]


STORIES = {"noon": noon, "late": late, "lost": lost, "waiting": waiting, "many": many, "bare": bare, "nothing": list}
