"""What a quarter is told apart into: the meter tells the sum, programs and inverters what is not the house."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.claims import BATTERY, Drawn
from lib.core.house import House
from lib.core.metering import Claimed, Heard, after
from lib.core.parts import Parts
from lib.core.sun import InverterReading, InverterTold, Roof
from tests.conftest import NOON, RULES, SECOND, a_reading

ROOF = Roof(names=("roof",))
QUARTER = timedelta(minutes=15)


class Yard:
    """A house of 600 W whose registers count; a car, a battery and a roof that are told of."""

    def __init__(self, *, roof: Roof | None = None, start_s: int = -20) -> None:
        """The meter's time is NOON and `at_s` seconds."""
        self.house = House(roof=roof or Roof())
        self.at_s = start_s
        self.load_w, self.sun_w, self.car_w, self.battery_w = 600.0, 0.0, 0.0, 0.0
        self.net_ws = self.given_ws = 0.0
        self.ended: list[Parts] = []
        self.silent: set[str] = set()
        self.serial = "1TST1"

    def run(self, seconds: int, *, step_s: int = 1, lost: bool = False) -> None:
        """Let time pass, with a telegram at each step; lost: none of them arrives."""
        until_s = self.at_s + seconds
        while self.at_s < until_s:
            self._pass(min(step_s, until_s - self.at_s))
            if not lost:
                self._hear()

    def _pass(self, seconds: int) -> None:
        self.at_s += seconds
        grid_w = self.load_w - self.sun_w + self.car_w + self.battery_w
        self.net_ws += max(0.0, grid_w) * seconds
        self.given_ws += max(0.0, -grid_w) * seconds

    def _hear(self) -> None:
        now_s = float(self.at_s)
        for program, who, power_w in (("ev", "garage", self.car_w), ("bs", BATTERY, self.battery_w)):
            if program not in self.silent and (power_w or self.house.ledger.words):
                drawn = (Drawn(who=who, low_w=power_w - 100, high_w=power_w + 100),)
                self.take(Claimed(program=program, claims=(), drawn=drawn, now_s=now_s))
        if self.house.roof.names and "roof" not in self.silent:
            reading = InverterReading(read_s=now_s, power_w=self.sun_w)
            self.take(InverterTold(inverter="roof", reading=reading))
        reading_ = a_reading(
            NOON + self.at_s * SECOND,
            grid_w=self.load_w - self.sun_w + self.car_w + self.battery_w,
            belgian_serial=self.serial,
            import_1_wh=1_000_000 + int(self.net_ws / 3600),
            export_1_wh=2_000 + int(self.given_ws / 3600),
        )
        self.take(Heard(reading=reading_, received=NOON + self.at_s * SECOND, now_s=now_s))
        if self.house.parts:
            self.ended.append(self.house.parts)

    def take(self, event: Claimed | InverterTold | Heard) -> None:
        """Something is heard."""
        self.house = after(self.house, event, RULES)


def test_a_quarter_is_house_sun_cars_and_battery() -> None:
    """2,400 W of house, 6,900 of car, 1,500 into the battery, under 3,000 of sun: each told in Wh."""
    yard = Yard(roof=ROOF)
    yard.load_w, yard.car_w, yard.battery_w, yard.sun_w = 2400.0, 6900.0, 1500.0, 3000.0
    yard.run(20 + 900)
    (parts,) = yard.ended
    assert NOON == parts.start
    assert pytest.approx(600, abs=2) == parts.load_wh
    assert (1725.0, 375.0, 750.0) == (parts.cars_wh, parts.battery_wh, parts.sun_wh)
    assert pytest.approx(1950, abs=2) == parts.net_wh


def test_what_is_fed_in_is_energy_too() -> None:
    """A house of 600 W under 4 kW of sun feeds in, and draws 150 Wh all the same."""
    yard = Yard(roof=ROOF)
    yard.sun_w = 4000.0
    yard.run(20 + 900)
    assert pytest.approx(150, abs=2) == yard.ended[0].load_wh


def test_without_inverters_the_house_is_net_of_its_sun() -> None:
    """Nobody knows of the sun: the house gives 850 Wh back."""
    yard = Yard()
    yard.sun_w = 4000.0
    yard.run(20 + 900)
    assert pytest.approx(-850, abs=2) == yard.ended[0].load_wh
    assert yard.ended[0].sun_wh is None


def test_a_quarter_that_was_not_watched_from_its_start_has_no_parts() -> None:
    """The program starts at 12:00:05; the quarter after that is the first."""
    yard = Yard(start_s=5)
    yard.run(895 + 900)
    assert [NOON + QUARTER] == [parts.start for parts in yard.ended]


@pytest.mark.parametrize("at_s", [400, 860, -15])
def test_a_gap_leaves_a_quarter_unknown(at_s: int) -> None:
    """More than a minute without telegrams, in the middle or over an edge; the one after it is known again."""
    yard = Yard()
    yard.car_w = 3000.0
    yard.run(20 + at_s)
    yard.run(100, lost=True)
    yard.run(3600 - at_s - 100)
    starts = [parts.start for parts in yard.ended]
    lost = {NOON, NOON + QUARTER} if at_s == 860 else {NOON}
    assert sorted({NOON + place * QUARTER for place in range(4)} - lost) == starts


def test_a_slow_meter_that_loses_telegrams_is_enough() -> None:
    """One each ten seconds, not on the edge, and four lost in a row: what was drawn on which side goes by time."""
    yard = Yard(roof=ROOF, start_s=-33)
    yard.load_w, yard.car_w, yard.sun_w = 4000.0, 2000.0, 1000.0
    yard.run(400, step_s=10)
    yard.run(40, lost=True)
    yard.run(1400, step_s=10)
    assert [pytest.approx(1000, abs=3)] * 2 == [parts.load_wh for parts in yard.ended]


@pytest.mark.parametrize("who", ["ev", "bs", "roof"])
def test_what_nobody_tells_is_not_zero(who: str) -> None:
    """A program or an inverter that falls silent leaves the quarter unknown; when it is back the next is known."""
    yard = Yard(roof=ROOF)
    yard.car_w, yard.battery_w, yard.sun_w = 3000.0, -500.0, 1000.0
    yard.run(300)
    yard.silent = {who}
    yard.run(200)
    yard.silent = set()
    yard.run(1400)
    assert [NOON + QUARTER] == [parts.start for parts in yard.ended]


def test_a_program_that_is_gone_for_a_day_drives_nothing() -> None:
    """Its owner took it away: from then on it is the house."""
    yard = Yard()
    yard.car_w = 3000.0
    yard.run(100)
    yard.silent, yard.car_w = {"ev", "bs"}, 0.0
    yard.run(86_400 + 1800, step_s=30)
    assert yard.ended
    assert pytest.approx(150, abs=2) == yard.ended[-1].load_wh


def test_a_battery_that_is_left_to_itself_is_unknown() -> None:
    """What it does then nobody sees, and a house behind it looks like none."""
    yard = Yard()
    yard.silent = {"ev", "bs"}
    yard.run(30)
    left = Drawn(who=BATTERY, low_w=0.0, high_w=0.0, controlled=False)
    for _ in range(90):
        yard.take(Claimed(program="bs", claims=(), drawn=(left,), now_s=float(yard.at_s)))
        yard.run(20)
    assert [] == yard.ended


def test_another_meter_begins_anew() -> None:
    """Between two meters nobody counts."""
    yard = Yard()
    yard.run(500)
    yard.serial = "1TST2"
    yard.net_ws = 0.0
    yard.run(1400)
    assert [NOON + QUARTER] == [parts.start for parts in yard.ended]


@pytest.mark.parametrize("false_wh", [-900_000, 900_000_000])
@pytest.mark.parametrize("at_s", [-1, 0])
def test_a_false_reading_at_an_edge_tells_of_no_quarter(at_s: int, false_wh: int) -> None:
    """What a counter shows for a second is no load of the house; the next quarter is whole again."""
    yard = Yard()
    yard.run(920 + at_s - 1)
    yard.net_ws += false_wh * 3600
    yard.run(1)
    yard.net_ws -= false_wh * 3600
    yard.run(1800 - at_s)
    assert NOON + 2 * QUARTER == yard.ended[-1].start
    assert all(parts.load_wh == pytest.approx(150, abs=2) for parts in yard.ended)


def test_a_sun_that_is_held_back_is_told() -> None:
    """It tells nothing of what the roof can."""
    yard = Yard(roof=ROOF)
    yard.sun_w = 1000.0
    yard.run(300)
    held = InverterReading(read_s=float(yard.at_s), power_w=1000.0, limit_w=1000.0)
    yard.take(InverterTold(inverter="roof", reading=held))
    yard.silent = {"roof"}
    yard.run(10)
    yard.silent = set()
    yard.run(1520)
    assert [True, False] == [parts.held for parts in yard.ended]


@given(st.lists(st.integers(1, 45), min_size=40, max_size=120), st.integers(-2000, 6000), st.integers(0, 4000))
def test_however_telegrams_come_quarters_add_up(steps_s: list[int], load_w: int, car_w: int) -> None:
    """Nothing is lost between two quarters: what is told apart is what the registers counted, to the watt-hour."""
    yard = Yard()
    yard.load_w, yard.car_w = float(load_w), float(car_w)
    for step_s in steps_s:
        yard.run(step_s, step_s=step_s)
    for parts in yard.ended:
        assert pytest.approx((load_w + car_w) / 4, abs=2.1) == parts.net_wh
        assert pytest.approx(car_w / 4, abs=0.1) == parts.cars_wh
