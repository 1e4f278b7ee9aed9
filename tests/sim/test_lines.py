"""Typed lines move the house and are answered in one readable line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.sim.cable import Cable
from lib.sim.lines import obey
from lib.sim.world import World
from tests.sim.builders import NOON


@pytest.fixture
def cable() -> Cable:
    """A cable that is in and quiet."""
    return Cable()


def test_oven_on_raises_the_grid_and_off_lowers_it(house: World, cable: Cable) -> None:
    """Some 2.4 kW at once, and away again."""
    before_w = house.grid_w
    assert "oven: on, draws 2.40 kW" in obey("oven on", house, cable)
    assert 2_300 < house.grid_w - before_w < 2_500
    assert "already" in obey("oven on", house, cable)
    assert "oven: off" in obey("oven off", house, cable)
    assert before_w == house.grid_w


@pytest.mark.parametrize("line", ["sim oven on", "  OVEN   On \n", "oven"])
def test_a_line_is_read_as_people_type_it(house: World, cable: Cable, line: str) -> None:
    """With `sim` before it, in capitals, with blanks, and a name alone means on."""
    obey(line, house, cable)
    assert house.appliances["oven"].running


def test_every_appliance_has_a_switch(house: World, cable: Cable) -> None:
    """On, off and on again by hand, in the words of the status line."""
    for name in house.appliances:
        for way in ("off", "on"):
            assert f"{name}: {way}" in obey(f"{name} {way}", house, cable)


@pytest.mark.parametrize("name", ["dryer", "boiler", "kettle", "washer", "dishwasher", "induction"])
def test_large_appliances_draw_two_kilowatts(house: World, cable: Cable, name: str) -> None:
    """Within two minutes after its switch, each draws about 2 to 3 kW."""
    obey(f"{name} on", house, cable)
    most_w = 0
    for _ in range(120):
        house.step(1)
        most_w = max(most_w, house.appliances[name].power_w)
    assert 2_000 <= most_w <= 3_000


def test_cloud_and_sun_move_the_panels(house: World, cable: Cable) -> None:
    """A cloud takes most of the sun, a clear sky gives it back; the meter follows at once."""
    obey("sun", house, cable)
    clear_w = house.sun_w
    answer = obey("cloud", house, cable)
    assert house.sun_w < clear_w / 3
    assert f"{clear_w / 1000:.2f} kW" in answer
    assert house.base_w - house.sun_w == house.grid_w


def test_cloud_at_night_says_that_the_sun_is_down(cable: Cable) -> None:
    """No figures about nothing."""
    assert "the sun is down" in obey("cloud", World(start=NOON.replace(hour=23)), cable)


def test_cable_and_noise_have_their_buttons(house: World, cable: Cable) -> None:
    """Out, in, noisy, quiet."""
    for line, plugged, noisy in (
        ("cable out", False, False),
        ("noise on", False, True),
        ("cable in", True, True),
        ("noise off", True, False),
    ):
        obey(line, house, cable)
        assert (plugged, noisy) == (cable.plugged, cable.noisy)


def test_status_says_what_matters(house: World, cable: Cable) -> None:
    """Local time, grid, house, sun, quarter, peak, what is on, and what is wrong with the cable."""
    obey("oven on", house, cable)
    obey("cable out", house, cable)
    answer = obey("status", house, cable)
    assert answer.startswith("Wed 17 Jun 12:00:00 · ")
    for part in ("house ", "sun ", "quarter ", "month peak ", "oven 2.40 kW", "CABLE OUT"):
        assert part in answer


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("ovne on", "`oven on` or `oven off`"),
        ("oven perhaps", "`oven on` or `oven off`"),
        ("cable", "`cable out` or `cable in`"),
        ("nois", "`noise on` or `noise off`"),
        ("car on", "Try `oven on`"),
        ("", "oven, induction, kettle"),
        ("sim", "oven, induction, kettle"),
    ],
)
def test_an_unknown_line_gets_a_hint(house: World, cable: Cable, line: str, hint: str) -> None:
    """What was probably meant, or what can be typed."""
    assert hint in obey(line, house, cable)


@given(line=st.text(max_size=300))
def test_whatever_is_typed_gets_one_printable_line(line: str) -> None:
    """No line raises, and no control character comes back."""
    answer = obey(line, World(start=NOON), Cable())
    assert answer
    assert answer.isprintable()
