"""Typed lines that plug cars in and out, fill them, and bring their boxes into trouble."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.sim.cable import Cable
from lib.sim.car import Car
from lib.sim.charge_point import ChargePoint, ChargeSettings, Fault
from lib.sim.garage import Make, box_before, charge_points
from lib.sim.http_box import Trouble
from lib.sim.lines import obey
from lib.sim.nrgkick_box import NrgkickBox
from lib.sim.outings import family_week
from lib.sim.world import World
from tests.sim.builders import NOON


def a_house() -> World:
    """A house with one car of 45 %, paused, that leaves tomorrow."""
    return World(seed=1, start=NOON, points=charge_points(1, NOON, family_week(NOON)))


@pytest.fixture
def garage() -> World:
    """That house."""
    return a_house()


@pytest.fixture
def box(garage: World) -> NrgkickBox:
    """The box before its charge point."""
    return NrgkickBox(garage.points[0])


def test_a_car_is_unplugged_and_plugged_in(garage: World) -> None:
    """And said what is so already."""
    for line, answer in (
        ("unplug 1", "charger 1: car_1 is unplugged, at 45 %."),
        ("unplug 1", "charger 1: no car is plugged in."),
        ("sim plug 1", "charger 1: car_1 45 %, paused."),
        ("plug 1", "charger 1: car_1 is plugged in already."),
    ):
        assert answer == obey(line, garage, Cable())
    assert 2 == garage.points[0].plugins


@pytest.mark.parametrize(("line", "soc_pct"), [("car 1 12 %", 12), ("car 1 12.5%", 12.5), ("CAR 1 80,5", 80.5)])
def test_a_car_is_made_so_full(garage: World, line: str, soc_pct: float) -> None:
    """As people type it."""
    assert f"car_1: {soc_pct:g} % full." == obey(line, garage, Cable())
    assert garage.points[0].home
    assert soc_pct == garage.points[0].home.soc_pct


def test_a_car_sleeps_and_wakes(garage: World) -> None:
    """Asleep it draws nothing though it may; awake it draws."""
    garage.points[0].tell(paused=False)
    garage.step(30)
    assert "asleep" in obey("car 1 asleep", garage, Cable())
    garage.step(60)
    assert 0 == garage.cars_w
    assert "car_1 asleep 45 %, may charge" in obey("status", garage, Cable())
    assert "car_1: awake." == obey("car 1 awake", garage, Cable())
    garage.step(60)
    assert 6 * 3 * 230 == garage.cars_w
    assert "charger 1: car_1 45 %, 4.14 kW on 3 phases" in obey("status", garage, Cable())


@pytest.mark.parametrize(
    ("word", "trouble"), [("hang", Trouble.HANG), ("refuse", Trouble.REFUSE), ("broken", Trouble.BROKEN)]
)
def test_a_charger_gets_into_trouble_and_out_of_it(garage: World, box: NrgkickBox, word: str, trouble: Trouble) -> None:
    """The status line shows it in capitals until it is well."""
    assert obey(f"charger 1 {word}", garage, Cable(), [box]).startswith("charger 1: ")
    assert trouble == box.trouble
    assert f"paused, {word.upper()}" in obey("status", garage, Cable(), [box])
    assert "charger 1: answers as it should." == obey("charger 1 well", garage, Cable(), [box])
    assert "WELL" not in obey("status", garage, Cable(), [box])


def test_a_charger_reboots(garage: World, box: NrgkickBox) -> None:
    """Down for twenty seconds, and back by itself."""
    assert "back in 20 s" in obey("charger 1 reboot", garage, Cable(), [box])
    assert "REBOOTING" in obey("status", garage, Cable(), [box])
    garage.step(20)
    assert "REBOOTING" not in obey("status", garage, Cable(), [box])


def test_what_happens_to_a_car_is_in_the_status(garage: World) -> None:
    """A fault, a change of phases, a journey; who is out cannot be plugged in."""
    point = garage.points[0]
    point.tell(paused=False, phases=1)
    garage.step(60)
    assert "1.38 kW on 1 phase" in obey("status", garage, Cable())
    point.tell(phases=3)
    garage.step(12)
    assert "changes phases" in obey("status", garage, Cable())
    point.fail(Fault.TOO_HOT)
    assert "FAULT: too hot" in obey("status", garage, Cable())
    garage.step(22 * 3_600)
    assert "charger 1: car_1 is out until Thu 18:00" in obey("status", garage, Cable())
    assert "car_1 is out until Thu 18:00" in obey("plug 1", garage, Cable())


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("plug 2", "There is no charger 2 here; they go from 1 to 1."),
        ("car one 12 %", "There is no charger one here"),
        ("car 1 120 %", "from 0 to 100 %"),
        ("car 1 dancing", "asleep, awake"),
        ("car 1", "`car 1 12 %` or `car 1 asleep`"),
        ("charger 1 dancing", "hang, mute, broken, cut, gone, refuse or reboot"),
        ("charger 1 hang", "type well"),
        ("plug", "`plug 1`"),
        ("help", "charger 1 reboot"),
    ],
)
def test_a_slip_is_answered_with_what_can_be_typed(garage: World, line: str, hint: str) -> None:
    """A charger without a box has no troubles either."""
    assert hint in obey(line, garage, Cable())


def test_a_house_without_chargers_knows_no_such_words() -> None:
    """No word of cars in its help, and a cable without a car says so."""
    house = World(start=NOON)
    assert "plug" not in obey("help", house, Cable())
    assert "No such thing as `plug 1`" in obey("plug 1", house, Cable())
    house.add(ChargePoint(start=NOON, name="charger 1"))
    assert "charger 1: no car" in obey("status", house, Cable())
    assert "charger 1: no car." == obey("plug 1", house, Cable()) == obey("car 1 asleep", house, Cable())


def test_a_paused_charger_waits_at_six_amperes() -> None:
    """The house begins so: nobody's month peak is made before somebody takes it over."""
    points = charge_points(4, NOON, family_week(NOON))
    assert {ChargeSettings(current_a=6.0, paused=True)} == {point.settings for point in points}
    assert ["car_1", "car_2", "car_3", "car_4"] == [point.home.name for point in points if point.home]
    assert ["nrgkick", "goe", "openevse"] == [box_before(points[0], make).make for make in Make]


WORDS = st.sampled_from(
    ["plug", "unplug", "car", "charger", "1", "9", "12", "%", "asleep", "hang", "sim", "\x07", "ü²"]
)


@settings(deadline=None)
@given(words=st.lists(WORDS, max_size=5))
def test_whatever_is_typed_gets_one_printable_line(words: list[str]) -> None:
    """No line raises, and no control character comes back."""
    house = World(start=NOON, points=[ChargePoint(start=NOON, car=Car())])
    answer = obey(" ".join(words), house, Cable())
    assert answer
    assert answer.isprintable()
