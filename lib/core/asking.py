"""What the cars ask the home battery for: what is missing under the peak for those that cannot wait, or behind a cloud.

In: the EV app's state. Out: watts until then and why, and which chargers may have them. Knows no battery.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from lib.core.carport import Bay, Charging, ChargingRules
from lib.core.charger import power_w
from lib.core.followed import fresh
from lib.core.modes import Mode
from lib.core.needs import Need, Step
from lib.core.prospects import full_w
from lib.core.soc import UNSURE

BRIDGE = timedelta(minutes=5)
LONGEST = timedelta(minutes=15)
LEAST_W = 100.0  # less is not asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked; chargers: whose cars may have it.

    bridge: only to go on with the sun, so before the grid gives. late: all of it is for trips that take a quarter above
    the peak without it.
    """

    power_w: float
    until: datetime
    why: str
    chargers: frozenset[str]
    bridge: bool = False
    late: bool = False


def asked(charging: Charging, rules: ChargingRules) -> Asked | None:
    """What the battery is asked for now; None: nothing."""
    urgent, planned = dict(_urgent(charging, rules)), _planned(charging, rules)
    if urgent:
        missing_w = sum(one.power_w for one in urgent.values()) - _room_w(charging, rules)
        missing_w = max(missing_w, planned.power_w if planned else 0.0)
        if missing_w < LEAST_W:
            return None
        until = min(max(one.until for one in urgent.values()), charging.at + LONGEST)
        return Asked(
            power_w=missing_w,
            until=until,
            why=next(iter(urgent.values())).why,
            chargers=frozenset(urgent),
            late=all(one.late for one in urgent.values()),
        )
    if planned is not None:
        return planned
    clouded = dict(_clouded(charging))
    missing_w = sum(clouded.values())
    if missing_w < LEAST_W:
        return None
    return Asked(
        power_w=missing_w,
        until=charging.at + BRIDGE,
        why="a cloud before the sun",
        chargers=frozenset(clouded),
        bridge=True,
    )


def _planned(charging: Charging, rules: ChargingRules) -> Asked | None:
    """What dm's plan has the battery give for the cars: to stay under the peak, or as that is cheaper."""
    followed = fresh(charging.followed, charging.now_s)
    expected = followed.at(charging.at) if followed else None
    if expected is None or expected.help_w < LEAST_W:
        return None
    wanted_w = {
        name: block.power_w
        for name, bay in charging.bays.items()
        if _charges(bay)
        and bay.mode is Mode.AUTO
        and (block := charging.plan.now(charging.car_on(name) or "", charging.at)) is not None
    }
    cars_w = sum(wanted_w.values())
    missing_w = min(cars_w - _room_w(charging, rules), -expected.battery_w)  # it may cover the house meanwhile
    help_w = max(missing_w, min(cars_w, expected.help_w))
    if help_w < LEAST_W:
        return None
    return Asked(power_w=help_w, until=expected.end, why="as planned", chargers=frozenset(wanted_w))


def urgent_need(charging: Charging, name: str) -> Need | None:
    """The need of the car on a charger, when it is late under the peak."""
    found = charging.needs.get(charging.car_on(name) or "", ())
    first = found[0] if found else None
    return first if first is not None and first.energy_wh and first.step >= Step.HELP else None


class _Urgent(NamedTuple):
    """What a car needs at once, until when, for what; late: above the peak, if nobody helps."""

    power_w: float
    until: datetime
    why: str
    late: bool


def _urgent(charging: Charging, rules: ChargingRules) -> Iterator[tuple[str, _Urgent]]:
    """By charger: what its car needs at once. One that is about to leave still may have it when it should be ready."""
    longest = charging.at + LONGEST
    for name, bay in charging.bays.items():
        if not _charges(bay) or bay.mode is not Mode.AUTO:
            continue
        car = rules.cars.get(charging.car_on(name) or "")
        need = urgent_need(charging, name)
        if need is not None:
            until = need.trip.ready if need.trip.ready > charging.at else longest
            yield name, _Urgent(need.power_w, until, f"late for {need.trip.title}", need.step >= Step.OVER)
        elif bay.reserve and car is not None:
            unsure = charging.cars[car.name].soc.confidence(charging.at) in UNSURE
            below = f"{car.title or car.name} {'may be' if unsure else 'is'} below its reserve"
            yield name, _Urgent(full_w(bay.post, car), longest, below, late=False)


def _clouded(charging: Charging) -> Iterator[tuple[str, float]]:
    """By charger: what its car draws from the grid while it waits for the sun to come back."""
    site = charging.site
    left_w = -(site.base_w or 0.0)
    for name, bay in charging.bays.items():
        if not (_charges(bay) and bay.sunny and bay.pace.go) or bay.mode is Mode.PV_ALL:  # the grid fills that up
            continue
        draws_w = power_w(bay.post.least_a, bay.post.phases)
        missing_w = draws_w - max(0.0, left_w)
        left_w -= draws_w
        if missing_w > 0:
            yield name, min(missing_w, draws_w)


def _charges(bay: Bay) -> bool:
    return bay.post.plug.is_car and bay.post.missed is None and not bay.takes_nothing


def _room_w(charging: Charging, rules: ChargingRules) -> float:
    """What the cars may have from the grid under the target."""
    word, base_w = charging.site.word, charging.site.base_w
    if word.target_w is None or base_w is None:
        return 0.0
    return max(0.0, word.target_w * (1 - rules.margin) - base_w)
