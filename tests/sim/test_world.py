"""The toy house: repeatable, exact whatever the steps, and like a real one, with cars and batteries and without."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.sim.battery import HomeBattery, OwnMode
from lib.sim.brussels import HOUR, ZONE
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
from lib.sim.meter import Display
from lib.sim.telegram import telegram
from lib.sim.world import World
from tests.sim.builders import NOON

DAY = timedelta(days=1)


def telegrams(house: World, steps: int, step_s: float) -> list[bytes]:
    """What the meter says after each of some equal steps."""
    told = []
    for _ in range(steps):
        house.step(step_s)
        told.append(telegram(house.show()))
    return told


def test_same_seed_gives_the_same_day() -> None:
    """Two houses of one seed say the same all day; another seed is another house."""
    one, same, other = (telegrams(World(seed=seed, start=NOON), 96, 900) for seed in (4, 4, 5))
    assert one == same
    assert one != other


@settings(deadline=None, max_examples=25)
@given(steps=st.lists(st.integers(1, 7_200_000_000), min_size=1, max_size=12))
def test_the_house_is_the_same_whatever_the_steps(steps: list[int]) -> None:
    """Many small steps and one long one end in the same telegram, to the last watt-hour."""
    walked, jumped = World(seed=9, start=NOON), World(seed=9, start=NOON)
    for step_us in steps:
        walked.step(timedelta(microseconds=step_us))
    jumped.step(timedelta(microseconds=sum(steps)))
    assert walked.at == jumped.at
    assert telegram(walked.show()) == telegram(jumped.show())


def test_grid_is_house_less_sun(house: World) -> None:
    """grid_w = base_w - sun_w at every minute of a day, and the three phases add up to it."""
    suns = set()
    for _ in range(1_440):
        house.step(60)
        shown = house.show()
        assert house.base_w - house.sun_w == house.grid_w == sum(shown.phases_w) == shown.taken_w - shown.injected_w
        assert shown.taken_w * shown.injected_w == 0
        suns.add(house.sun_w > 0)
    assert {True, False} == suns


def test_registers_follow_the_power_of_each_second(house: World) -> None:
    """Over six hours, the power shown each second adds up to the energy counted."""
    before, taken_ws, injected_ws = house.show(), 0, 0
    for _ in range(6 * 3600):
        taken_ws += max(0, house.grid_w)
        injected_ws += max(0, -house.grid_w)
        house.step(1)
    after = house.show()
    assert abs(sum(after.taken_wh) - sum(before.taken_wh) - taken_ws / 3600) <= 2
    assert abs(sum(after.injected_wh) - sum(before.injected_wh) - injected_ws / 3600) <= 2


@pytest.mark.parametrize(
    ("start", "quarters"), [((2026, 10, 25), 100), ((2027, 3, 28), 92), ((2026, 6, 17), 96)], ids=str
)
def test_a_day_has_92_96_or_100_quarters(start: tuple[int, int, int], quarters: int) -> None:
    """Quarters that began between two local midnights, through both clock changes; registers never fall."""
    midnight = datetime(*start, tzinfo=ZONE)
    house = World(seed=1, start=midnight)
    seen, last = 0, house.show()
    while (house.at + timedelta(seconds=60)).astimezone(ZONE).date() == midnight.date():
        house.step(60)
        shown = house.show()
        if house.at.minute % 15 == 0:
            seen += 1
            assert shown.quarter_w == 0
        else:
            assert last.quarter_w <= shown.quarter_w
        assert all(
            a <= b for a, b in zip(last.taken_wh + last.injected_wh, shown.taken_wh + shown.injected_wh, strict=True)
        )
        assert last.at < shown.at
        last = shown
    assert quarters == seen + 1


def test_the_house_is_in_mid_life_when_it_starts() -> None:
    """Started in mid-quarter, it shows the same as a house that was there from the quarter's first second."""
    late, early = World(seed=6, start=NOON + timedelta(minutes=7, seconds=30)), World(seed=6, start=NOON)
    early.step(timedelta(minutes=7, seconds=30))
    assert telegram(early.show()) == telegram(late.show())
    evening = World(seed=6, start=datetime(2026, 1, 14, 18, 40, tzinfo=UTC))
    assert evening.show().quarter_w > 0


def test_the_year_of_this_family_is_an_ordinary_one() -> None:
    """A winter and a summer week of two seeds: use, sun, gas and water of a Flemish family, peaks of 2 to 9 kW."""
    for seed in (1, 2):
        winter, summer = (week(World(seed=seed, start=datetime(2026, month, 1, tzinfo=ZONE))) for month in (1, 6))
        for name, low, high in (("house", 45, 120), ("water", 1, 3.5), ("peak", 2, 9)):
            assert low < winter[name] < high
            assert low < summer[name] < high
        assert winter["sun"] < 80 < summer["sun"] < 260
        assert summer["gas"] < 9 < winter["gas"] < 70


def week(house: World) -> dict[str, float]:
    """The first seven days of a month in kWh, m³ and kW."""
    begin, sun_wh = house.show(), 0.0
    for _ in range(7 * 24 * 12):
        house.step(300)
        sun_wh += house.sun_w / 12
    end = house.show()
    net_wh = sum(end.taken_wh) - sum(begin.taken_wh) - sum(end.injected_wh) + sum(begin.injected_wh)
    return {
        "house": (net_wh + sun_wh) / 1000,
        "sun": sun_wh / 1000,
        "gas": (end.gas.dm3 - begin.gas.dm3) / 1000,
        "water": (end.water.dm3 - begin.water.dm3) / 1000,
        "peak": end.month_peak.power_w / 1000,
    }


def test_voltage_gives_way_under_load(house: World) -> None:
    """The oven pulls L2 down by two to three volts, and the current on L2 rises by ten amperes."""
    before = house.show()
    house.switch_on("oven")
    under_load = house.show()
    assert 1.5 < before.volts_v[1] - under_load.volts_v[1] < 4
    assert all(current_a >= 0 for current_a in before.currents_a + under_load.currents_a)
    assert all(215 < volt < 253 for volt in before.volts_v + under_load.volts_v)


def test_an_oven_off_by_hand_stays_off_and_keeps_its_habits() -> None:
    """Off means off now; the family still cooks with it on another day."""
    house = World(seed=1, start=NOON)
    house.switch_on("oven")
    house.step(120)
    assert house.appliances["oven"].running
    house.switch_off("oven")
    assert not house.appliances["oven"].running
    used = False
    for _ in range(7 * 96):
        house.step(900)
        used = used or house.appliances["oven"].running
    assert used


def test_a_fridge_off_by_hand_stays_off_until_it_is_on(house: World) -> None:
    """What runs for ever has no habit that starts it again."""
    house.switch_off("fridge")
    house.step(DAY)
    assert house.appliances["fridge"].power_w == 0
    house.switch_on("fridge")
    assert house.appliances["fridge"].power_w > 0


def test_a_hand_on_one_switch_leaves_the_others_alone() -> None:
    """The kettle put on at noon changes no other appliance's evening."""
    touched, untouched = World(seed=1, start=NOON), World(seed=1, start=NOON)
    touched.switch_on("kettle")
    for _ in range(12 * 60):
        touched.step(60)
        untouched.step(60)
        for name, appliance in untouched.appliances.items():
            assert name == "kettle" or appliance.flow == touched.appliances[name].flow


def test_time_does_not_turn_back(house: World) -> None:
    """A negative step is refused, and so is a start without a time zone."""
    with pytest.raises(ValueError, match="back"):
        house.step(-1)
    with pytest.raises(ValueError, match="time zone"):
        World(start=datetime(2026, 6, 17, 12, 0))


def with_cars() -> World:
    """Two cars at noon: one of three phases that charges, one of one phase on L2 that does not yet."""
    paused = ChargeSettings(current_a=10.0, paused=True)
    return World(
        seed=1,
        start=NOON,
        points=(
            ChargePoint(start=NOON, name="garage", car=Car(soc_pct=60, limit_pct=80)),
            ChargePoint(start=NOON, name="street", phases=1, wired="2", car=Car(name="car_2"), settings=paused),
        ),
    )


def test_the_meter_sees_the_cars() -> None:
    """grid_w = base_w + cars_w - sun_w on each phase, in the registers, and in the telegram."""
    house, without = with_cars(), World(seed=1, start=NOON)
    house.points[1].tell(paused=False)
    for _ in range(60):
        house.step(1)
        without.step(1)
        flows_w = [point.flow_w for point in house.points]
        expected_w = [alone + sum(flow) for alone, *flow in zip(without.show().phases_w, *flows_w, strict=True)]
        assert expected_w == list(house.show().phases_w)
        assert house.base_w + house.cars_w - house.sun_w == house.grid_w
    assert (11_040 + 2_300, (3_680, 3_680 + 2_300, 3_680)) == (
        house.cars_w,
        tuple(with_w - alone_w for with_w, alone_w in zip(house.show().phases_w, without.show().phases_w, strict=True)),
    )
    drawn = re.search(rb"1-0:1\.7\.0\((\d\d\.\d\d\d)\*kW\)", telegram(house.show()))
    assert drawn
    assert round(float(drawn[1]) * 1000) == house.grid_w


def test_the_registers_count_the_cars() -> None:
    """Between two houses, one of them with a car, the meter finds what the charge point counted."""
    house, without = with_cars(), World(seed=1, start=NOON)
    begun_wh = house.points[0].total_wh
    for _ in range(8):
        house.step(900)
        without.step(900)
    shown, alone = house.show(), without.show()
    more_wh = sum(shown.taken_wh) - sum(shown.injected_wh) - sum(alone.taken_wh) + sum(alone.injected_wh)
    assert house.points[0].total_wh - begun_wh > 16_000
    assert abs(more_wh - (house.points[0].total_wh - begun_wh)) <= 4


@settings(deadline=None, max_examples=25)
@given(
    steps=st.lists(
        st.tuples(st.integers(1, 3_600_000_000), st.sampled_from([6.0, 11.0, 16.0]), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_a_house_with_cars_is_the_same_whatever_the_steps(steps: list[tuple[int, float, bool]]) -> None:
    """Orders between steps of any length: seven short steps and a long one end in the same telegram and batteries."""
    walked, jumped = with_cars(), with_cars()
    for step_us, current_a, paused in steps:
        for house in (walked, jumped):
            house.points[1].tell(current_a=current_a, paused=paused)
            house.points[0].tell(phases=1 if paused else 3)
        for part in range(7):
            walked.step(timedelta(microseconds=step_us * (part + 1) // 7 - step_us * part // 7))
        jumped.step(timedelta(microseconds=step_us))
        assert telegram(walked.show()) == telegram(jumped.show())
        assert [point.plugin_wh for point in walked.points] == [point.plugin_wh for point in jumped.points]


def test_a_hand_on_a_charge_point_moves_the_grid_at_once() -> None:
    """Unplugged: away from the meter in the same instant; a changed mood of the car: with the next step."""
    house = with_cars()
    house.step(60)
    before_w = house.grid_w
    car = house.points[0].unplug()
    assert car
    assert before_w - 11_040 == house.grid_w
    house.points[0].plug_in()
    house.step(60)
    car.asleep = True
    house.step(1)
    assert 0 == house.points[0].power_w


def test_a_charge_point_joins_at_the_instant_of_the_world(house: World) -> None:
    """One of another time is refused, and one of this world is not stepped by itself."""
    with pytest.raises(ValueError, match="start it there"):
        house.add(ChargePoint(start=NOON + DAY))
    house.add(ChargePoint(start=NOON, car=Car()))
    with pytest.raises(ValueError, match="step the world"):
        house.points[0].step(1)
    house.step(10)
    assert house.cars_w > 0


def with_batteries() -> World:
    """The house with two cars, a battery of three phases that follows the grid, and one on L3 that does as it is told.

    The second one has a watchdog of ten minutes, and rests when nobody tells it anything.
    """
    house = with_cars()
    house.add_battery(HomeBattery(start=NOON, name="cellar", phases=3, wired="123", soc_pct=40, ramp_s=3))
    house.add_battery(
        HomeBattery(
            start=NOON, name="attic", capacity_wh=2_000, wired="3", watchdog_s=600, own=OwnMode.IDLE, taper_pct=90
        )
    )
    return house


def test_sun_grid_and_batteries_feed_house_cars_and_batteries() -> None:
    """At every step of a night and a day, to the watt and on each phase; and the registers count the batteries too."""
    house, without = with_batteries(), with_cars()
    begun, alone_begun, both_ways = house.show(), without.show(), set()
    for minute in range(24 * 60):
        if minute % 90 == 0:
            house.batteries[1].told(1_500 if minute % 180 else -1_500)
        house.step(60)
        without.step(60)
        given_w = sum(max(0, -battery.power_w) for battery in house.batteries)
        taken_w = sum(max(0, battery.power_w) for battery in house.batteries)
        assert house.sun_w + house.grid_w + given_w == house.base_w + house.cars_w + taken_w
        flows_w = [battery.flow_w for battery in house.batteries]
        phases_w = [alone + sum(flow) for alone, *flow in zip(without.show().phases_w, *flows_w, strict=True)]
        assert phases_w == list(house.show().phases_w)
        both_ways |= {(battery.name, battery.power_w > 0) for battery in house.batteries if battery.power_w}
    assert {("cellar", True), ("cellar", False), ("attic", True), ("attic", False)} == both_ways
    more_wh = net_wh(house, begun) - net_wh(without, alone_begun)
    stored_wh = sum(battery.charged_wh - battery.discharged_wh for battery in house.batteries)
    assert abs(more_wh - stored_wh) <= 4


def net_wh(house: World, begun: Display) -> int:
    """What was taken since then, less what was injected."""
    shown = house.show()
    return sum(shown.taken_wh) - sum(begun.taken_wh) - sum(shown.injected_wh) + sum(begun.injected_wh)


def test_a_battery_keeps_the_meter_at_zero() -> None:
    """In its own mode it takes what the sun leaves over and gives what the house needs, a second later."""
    house = World(seed=1, start=NOON, batteries=[HomeBattery(start=NOON, name="cellar")])
    house.clear_sky()
    assert house.grid_w < 0
    house.step(1)
    assert 0 == house.grid_w
    house.switch_on("oven")
    assert house.grid_w > 2_000
    house.step(1)
    assert 0 == house.grid_w


def test_a_battery_that_is_told_what_the_grid_shall_be_keeps_it_there() -> None:
    """Whatever the house does; two of them share the work and do not do it twice."""
    batteries = [HomeBattery(start=NOON, name=name, discharge_w=4_000) for name in ("cellar", "attic")]
    house = World(seed=1, start=NOON, batteries=batteries)
    house.bring_cloud()
    for battery in batteries:
        battery.told_grid(500)
    for name in ("oven", "induction", "kettle"):
        house.switch_on(name)
        house.step(1)
        assert 500 == house.grid_w
    assert all(-4_000 <= battery.power_w < 0 for battery in batteries)


@settings(deadline=None, max_examples=25)
@given(
    steps=st.lists(
        st.tuples(st.integers(1, HOUR), st.sampled_from([None, -2_000.0, 0.0, 1_500.0]), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_a_house_with_batteries_is_the_same_whatever_the_steps(steps: list[tuple[int, float | None, bool]]) -> None:
    """Orders between steps of any length: seven short steps and a long one end in the same telegram and energy."""
    walked, jumped = with_batteries(), with_batteries()
    for step_us, power_w, by_grid in steps:
        for house in (walked, jumped):
            battery = house.batteries[by_grid]
            (battery.told_grid if by_grid else battery.told)(power_w)
        for part in range(7):
            walked.step(timedelta(microseconds=step_us * (part + 1) // 7 - step_us * part // 7))
        jumped.step(timedelta(microseconds=step_us))
        assert telegram(walked.show()) == telegram(jumped.show())
        assert [one.charged_wh for one in walked.batteries] == [one.charged_wh for one in jumped.batteries]
        assert [one.soc_pct for one in walked.batteries] == [one.soc_pct for one in jumped.batteries]


def test_a_battery_joins_at_the_instant_of_the_world(house: World) -> None:
    """One of another time is refused, and one of this world is not stepped by itself."""
    with pytest.raises(ValueError, match="start it there"):
        house.add_battery(HomeBattery(start=NOON + DAY, name="cellar"))
    house.add_battery(HomeBattery(start=NOON, name="cellar"))
    with pytest.raises(ValueError, match="step the world"):
        house.batteries[0].step(1)
    house.step(10)
    assert house.battery_w != 0
