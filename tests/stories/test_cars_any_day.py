"""Any day of a house with cars: laws that hold whatever happens in it."""

import random
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from lib.core.claims import Cause
from lib.core.modes import Mode
from lib.core.why import Hold
from lib.sim.car import Car
from tests.conftest import local
from tests.stories.driveway import Driveway, Load, steps
from tests.stories.homes import a_car, a_charger, a_home, a_trip, day_and_night

MORNINGS = [local(f"2026-11-{day} 10:00") for day in (23, 25, 28)]
EVENINGS = [local(f"2026-11-{day} 16:30") for day in (24, 26, 27, 29)]
STARTS = (*MORNINGS, *EVENINGS)
HOURS = 6
AT_ONCE = {Hold.NO_ROOM, Hold.WAITING, Hold.ROW, Hold.SAFE}


def house_w(chance: random.Random) -> Load:
    """What a family draws: it sleeps, cooks, boils water, and has a boiler at night."""
    load = {0: 250.0}
    level = 250.0

    def add(at: int, power_w: float, for_s: int) -> None:
        spans.append((at, at + for_s, power_w))

    spans: list[tuple[int, int, float]] = []
    for _ in range(chance.randint(3, 6)):
        add(chance.randrange(3600 * HOURS), 2000.0, chance.choice([90, 120, 180]))
    for hour in (0, 2, 4):
        add(3600 * hour + chance.randrange(3600), chance.choice([1800.0, 2200.0, 3000.0]), chance.randrange(900, 4000))
    for at in sorted({edge for start, end, _ in spans for edge in (start, end)}):
        load[at] = level + sum(power_w for start, end, power_w in spans if start <= at < end)
    return steps(load)


def sun_w(chance: random.Random, start: datetime) -> Load:
    """A clear or a cloudy day, until half past four, in steps of a quarter or a cloud."""
    most_w, load = chance.choice([1500.0, 4000.0, 6500.0]), {0: 0.0}
    left_s = round((start.replace(hour=15, minute=30) - start).total_seconds())
    for at in range(0, max(0, left_s), 900):
        load[at] = most_w * (1 - (at / 23_400) ** 2)
        if chance.random() < 0.3:
            cloud = at + chance.randrange(600)
            load |= {cloud: load[at] / 5, cloud + chance.randrange(40, 280): load[at]}
    load[max(0, left_s)] = 0.0
    return steps(load)


def any_day(seed: int) -> Driveway:
    """Some hours of a day: a car that is away for a while, a trip on the next morning, and an owner with wishes."""
    chance, start = random.Random(seed), STARTS[seed]
    three = chance.random() < 0.5
    home = a_home(
        start,
        soc_pct=chance.choice([12.0, 35.0, 60.0, 78.0]),
        state=chance.choice(["known", "known", "estimated", "unknown"]),
        rules=a_car(phases=3 if three else 1),
        car=Car(phases=3 if three else 1, most_a=chance.choice([8.0, 16.0])),
        charger=a_charger(phases=3, wired="123", switches=True) if three else a_charger(),
        base_w=house_w(chance),
        sun_w=sun_w(chance, start),
        prices=day_and_night(start),
        peak_w=chance.choice([0.0, 3200.0, 4500.0]),
        leap_s=15,
    )
    away = a_trip(f"@car_1@ town {chance.choice([10, 30])} km", start + timedelta(hours=2), key="away", hours=1)
    home.list_trips(away, a_trip(f"@car_1@ Gent {chance.choice([60, 150])} km", start + timedelta(hours=16)))
    home.run(hours=1.9)
    point = home.points["garage"]
    car = point.unplug()
    assert car
    home.run(hours=0.8)
    car.drive(2500.0)
    point.plug_in(car)
    if chance.random() < 0.7:
        home.type_soc(car.soc_pct)
    for _ in range(2):
        home.run(hours=chance.uniform(0.3, 1.2))
        match chance.randrange(6):
            case 0:
                home.want(boost_until=home.at + timedelta(minutes=chance.randrange(5, 40)))
            case 1 | 2 as number:
                home.want(Mode.MAX if number == 1 else Mode.OFF)
                home.run(minutes=chance.randrange(3, 20))
                home.want(Mode.AUTO)
            case 3:
                home.accept(max(5000.0, home.ev.site.word.target_w or 0.0))
            case _:
                pass
    return home.run(3600 * HOURS - home.second)


@pytest.mark.parametrize("seed", range(len(STARTS)))
def test_the_laws_hold_on_any_day(seed: int) -> None:
    """Rows, amperes, stops and their rests, and a cause for each quarter above its target."""
    home = any_day(seed)
    assert home.over_s <= 20
    assert all(current_a == 0 or current_a >= 6 for _, current_a in home.told())
    soft = [at_s for at_s, go, why in home.turned if not go and why.held not in AT_ONCE and at_s > home.plugged_s]
    assert len(soft) <= 6
    for (before_s, _, _), (at_s, go, why) in pairwise(home.turned):
        if any(before_s <= owned_s <= at_s for owned_s in (*home.owned, home.plugged_s)):
            continue
        assert at_s - before_s >= (300 if go else 0 if why.held in AT_ONCE else 600)
    for above in home.above:
        quarter = round((above.start - home.start).total_seconds() / 900)
        assert above.cause in Cause
        if above.cause is Cause.BASE:
            assert home.meter.house_w[quarter] > above.target_w - 60 or gave_way(home, quarter)


def gave_way(home: Driveway, quarter: int) -> bool:
    """Whether the car was stopped in a quarter because there was no room left: what came then, the house drew."""
    return any(at_s // 900 == quarter and why.held is Hold.NO_ROOM for at_s, go, why in home.turned if not go)
