"""The toy house: repeatable, exact whatever the steps, and like a real one, with cars and without."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.sim.brussels import ZONE
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings
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
