"""What stands in this house, what each thing does when it runs, and when the family uses it.

A family of four in a Flemish terraced house: gas for radiators and shower, an electric boiler for the kitchen,
three phases. Powers and times are those of ordinary appliances. Knows no meter.
"""

from collections.abc import Iterator
from datetime import time

from lib.sim.appliances import WEEKEND, WORKDAYS, Habit, Kind, Moment, Stage


def _router(now: Moment) -> Iterator[Stage]:
    """Router, alarm, door bell, chargers, everything that is never off."""
    while True:
        yield Stage(now.dice.randint(7, 40), now.dice.randint(86, 104))


def _fridge(now: Moment) -> Iterator[Stage]:
    while True:
        yield Stage(1, 420)  # the compressor's start
        yield Stage(now.dice.randint(600, 1000), 84)
        yield Stage(now.dice.randint(1500, 2500), 2)


def _freezer(now: Moment) -> Iterator[Stage]:
    while True:
        yield Stage(1, 380)
        yield Stage(now.dice.randint(700, 1100), 72)
        yield Stage(now.dice.randint(1700, 2600), 1)


def _lights(now: Moment) -> Iterator[Stage]:
    while True:
        awake = 6.6 <= now.hour < 23.3
        lamps = now.dice.randint(4, 11) if awake and now.sky.is_dark(now.at_us) else now.dice.randint(0, int(awake))
        yield Stage(now.dice.randint(240, 1200), 14 * lamps)


def _oven(now: Moment) -> Iterator[Stage]:
    yield Stage(now.dice.randint(420, 600), 2400)
    for _ in range(now.dice.randint(14, 24)):  # the thermostat
        yield Stage(now.dice.randint(60, 110), 45)
        yield Stage(now.dice.randint(35, 55), 2400)


def _induction(now: Moment) -> Iterator[Stage]:
    yield Stage(now.dice.randint(200, 320), 3000)
    for _ in range(now.dice.randint(60, 110)):  # a low position is full power, pulsed
        burst_s = now.dice.randint(3, 6)
        yield Stage(burst_s, 1500)
        yield Stage(10 - burst_s, 30)


def _kettle(now: Moment) -> Iterator[Stage]:
    yield Stage(now.dice.randint(120, 230), 2100)


def _microwave(now: Moment) -> Iterator[Stage]:
    yield Stage(now.dice.randint(90, 240), 1250)


def _tumble(now: Moment, turns: int) -> Iterator[Stage]:
    for _ in range(turns):
        yield Stage(14, now.dice.randint(180, 260))
        yield Stage(6, 12)


def _washer(now: Moment) -> Iterator[Stage]:
    yield Stage(75, 20, water_ml_s=150)
    yield Stage(now.dice.randint(700, 1100), 2150)
    yield from _tumble(now, 75)
    for _ in range(2):
        yield Stage(90, 40, water_ml_s=150)
        yield from _tumble(now, 20)
    yield Stage(now.dice.randint(240, 400), 430)


def _dishwasher(now: Moment) -> Iterator[Stage]:
    yield Stage(60, 15, water_ml_s=75)
    yield Stage(now.dice.randint(650, 850), 2050)
    yield Stage(1500, 75)
    yield Stage(60, 15, water_ml_s=75)
    yield Stage(now.dice.randint(450, 600), 2050)
    yield Stage(1200, 12)


def _dryer(now: Moment) -> Iterator[Stage]:
    for _ in range(now.dice.randint(20, 28)):
        yield Stage(now.dice.randint(95, 135), 2300)
        yield Stage(now.dice.randint(20, 40), 240)


def _tv(now: Moment) -> Iterator[Stage]:
    for _ in range(now.dice.randint(350, 600)):
        yield Stage(now.dice.randint(8, 28), now.dice.randint(88, 132))


def _boiler(now: Moment) -> Iterator[Stage]:
    yield Stage(now.dice.randint(2400, 4200), 2000)
    for _ in range(now.dice.randint(1, 3)):  # keeps warm
        yield Stage(now.dice.randint(1200, 2200), 0)
        yield Stage(now.dice.randint(100, 220), 2000)


def _heating(now: Moment) -> Iterator[Stage]:
    """The gas boiler for the radiators: burns longer per cycle the colder it is, less by night."""
    while True:
        indoors_c = 18.5 if 6 <= now.hour < 23 else 15.0
        need_w = 190 * (indoors_c - 2.0 - now.sky.outdoors_c(now.at_us))  # 2 K come from people and appliances
        if need_w < 400:
            yield Stage(1200, 4)
            continue
        burn_s = min(1140, int(1200 * need_w / 14_000))
        yield Stage(burn_s, 75, gas_w=14_000)
        yield Stage(1200 - burn_s, 38)


def _shower(now: Moment) -> Iterator[Stage]:
    yield Stage(now.dice.randint(220, 460), 30, gas_w=17_000, water_ml_s=125)


def _taps(now: Moment) -> Iterator[Stage]:
    """Toilets, kitchen and bath taps: no electricity."""
    while True:
        awake = 6.5 <= now.hour < 23.5
        yield Stage(now.dice.randint(600, 2600) if awake else now.dice.randint(7_000, 18_000))
        yield Stage(now.dice.randint(8, 70), water_ml_s=now.dice.randint(60, 130))


KINDS = (
    Kind(name="router", phases=(0,), programme=_router),
    Kind(name="fridge", phases=(0,), programme=_fridge),
    Kind(name="freezer", phases=(2,), programme=_freezer),
    Kind(name="lights", phases=(0,), programme=_lights),
    Kind(
        name="oven",
        phases=(1,),
        programme=_oven,
        standby_w=2,
        habits=(
            Habit(at=time(17, 50), spread_min=25, chance=0.45, days=WORKDAYS),
            Habit(at=time(11, 40), spread_min=30, chance=0.6, days=WEEKEND),
        ),
    ),
    Kind(
        name="induction",
        phases=(0, 1),
        programme=_induction,
        standby_w=1,
        habits=(
            Habit(at=time(18, 10), spread_min=25, chance=0.9),
            Habit(at=time(12, 10), spread_min=20, chance=0.7, days=WEEKEND),
        ),
    ),
    Kind(
        name="kettle",
        phases=(1,),
        programme=_kettle,
        habits=(
            Habit(at=time(6, 55), spread_min=15, chance=0.95, days=WORKDAYS),
            Habit(at=time(8, 40), spread_min=35, chance=0.95, days=WEEKEND),
            Habit(at=time(15, 50), spread_min=40, chance=0.6),
            Habit(at=time(20, 40), spread_min=40, chance=0.6),
        ),
    ),
    Kind(
        name="microwave",
        phases=(1,),
        programme=_microwave,
        standby_w=2,
        habits=(Habit(at=time(12, 20), chance=0.5), Habit(at=time(19, 0), spread_min=40, chance=0.4)),
    ),
    Kind(
        name="washer",
        phases=(2,),
        programme=_washer,
        standby_w=1,
        habits=(
            Habit(at=time(19, 15), spread_min=40, chance=0.55, days=WORKDAYS),
            Habit(at=time(9, 45), spread_min=50, chance=0.85, days=WEEKEND),
        ),
    ),
    Kind(
        name="dishwasher",
        phases=(1,),
        programme=_dishwasher,
        standby_w=1,
        habits=(Habit(at=time(20, 10), spread_min=50, chance=0.8),),
    ),
    Kind(
        name="dryer",
        phases=(2,),
        programme=_dryer,
        standby_w=1,
        habits=(
            Habit(at=time(21, 20), spread_min=30, chance=0.25, days=WORKDAYS),
            Habit(at=time(13, 0), spread_min=45, chance=0.5, days=WEEKEND),
        ),
    ),
    Kind(
        name="tv",
        phases=(0,),
        programme=_tv,
        standby_w=1,
        habits=(
            Habit(at=time(19, 50), spread_min=35, chance=0.9),
            Habit(at=time(10, 0), spread_min=60, chance=0.4, days=WEEKEND),
        ),
    ),
    Kind(
        name="boiler",
        phases=(2,),
        programme=_boiler,
        standby_w=1,
        habits=(Habit(at=time(22, 15), spread_min=10), Habit(at=time(13, 30), spread_min=60, chance=0.15)),
    ),
    Kind(name="heating", phases=(0,), programme=_heating),
    Kind(
        name="shower",
        phases=(0,),
        programme=_shower,
        habits=(
            Habit(at=time(6, 40), spread_min=12, chance=0.9, days=WORKDAYS),
            Habit(at=time(7, 15), spread_min=15, chance=0.8, days=WORKDAYS),
            Habit(at=time(9, 20), spread_min=50, chance=0.9, days=WEEKEND),
            Habit(at=time(21, 0), spread_min=50, chance=0.8),
        ),
    ),
    Kind(name="taps", phases=(0,), programme=_taps),
)
