"""What the car misses and when it leaves, as rules reckon it."""

import pytest

from lib.sim.rivals.cable import IDLE, Cable, current, needed_wh
from lib.sim.year.home import CarSpec, Journey
from lib.sim.year.seen import CALENDAR, Known, Orders, Seen, Setup
from tests.sim.rivals.seen import HOUR, ONE_PHASE, THREE_PHASES, Bench, a_bench, a_home, journey


class Watched:
    """A strategy that only looks at the cable."""

    def __init__(self, setup: Setup, known: Known) -> None:
        self.cable = Cable(setup, known)

    def step(self, seen: Seen) -> Orders:
        """Nothing is ordered."""
        self.cable.note(seen)
        return IDLE


def watched(*journeys: Journey) -> tuple[Bench, Cable]:
    """A home with these trips, and its cable."""
    bench = a_bench(Watched, a_home(*journeys))
    assert isinstance(bench.strategy, Watched)
    return bench, bench.strategy.cable


@pytest.mark.parametrize(
    ("power_w", "car", "down", "up"),
    [
        (-500, ONE_PHASE, (0, 1), (6, 1)),
        (1_379, ONE_PHASE, (0, 1), (6, 1)),
        (1_380, ONE_PHASE, (6, 1), (6, 1)),
        (1_700, ONE_PHASE, (7, 1), (8, 1)),
        (9_000, ONE_PHASE, (32, 1), (32, 1)),
        (3_900, THREE_PHASES, (16, 1), (6, 3)),
        (4_140, THREE_PHASES, (6, 3), (6, 3)),
        (5_000, THREE_PHASES, (7, 3), (8, 3)),
        (20_000, THREE_PHASES, (16, 3), (16, 3)),
    ],
)
def test_a_power_is_whole_amperes_on_one_phase_or_three(
    power_w: float, car: CarSpec, down: tuple[float, int], up: tuple[float, int]
) -> None:
    """Rounded down a limit is kept, rounded up a deadline."""
    assert (down, up) == (current(power_w, car), current(power_w, car, up=True))


def test_a_car_leaves_when_the_calendar_says() -> None:
    """The trip that is under way is not the next one."""
    bench, cable = watched(journey(departs_h=8, hours=4), journey(departs_h=30))
    bench.at(3)
    assert 8 * 3600 == cable.leaves_s
    bench.at(8, plugged=False, level_wh=None)
    assert 30 * 3600 == cable.leaves_s


def test_without_a_trip_it_stays_as_long_as_the_calendar_reaches() -> None:
    """Nobody knows what comes after two weeks."""
    bench, cable = watched()
    bench.at(3)
    assert 3 * 3600 + CALENDAR / HOUR * 3600 == cable.leaves_s


@pytest.mark.parametrize(("stay_h", "needed_kwh"), [(1.0, 34.6), (2.5, 23.5), (5.0, 22.0)])
def test_what_a_short_stay_cannot_make_up_is_needed_before(stay_h: float, needed_kwh: float) -> None:
    """10 kWh and a fifth of the battery for the trip, and of 20 kWh for the next one what the stay at 7.4 kW leaves."""
    trips = journey(departs_h=8, hours=4), journey(departs_h=12 + stay_h, kwh=20)
    bench, _ = watched(*trips)
    bench.at(1)
    assert needed_kwh * 1000 == pytest.approx(needed_wh(bench.known, bench.seen, ONE_PHASE))


def test_a_known_level_says_what_is_missing() -> None:
    """And a full car is done."""
    bench, cable = watched()
    bench.at(1, level_wh=45_000.0)
    assert 15_000.0 == cable.missing_wh
    bench.at(2, level_wh=60_000.0)
    assert not cable.missing_wh


def test_where_nobody_tells_the_trips_of_the_calendar_are_counted() -> None:
    """What it lacked when it left, and the trip, less what was charged since."""
    bench, cable = watched(journey(departs_h=8, hours=4, kwh=12), journey(departs_h=24, hours=4, kwh=20))
    bench.at(7, level_wh=None)
    assert not cable.missing_wh
    bench.at(8, plugged=False)
    bench.at(12, plugged=True, taken_wh=0.0)
    assert 12_000.0 == cable.missing_wh
    bench.at(13, taken_wh=5_000.0)
    assert 7_000.0 == cable.missing_wh
    bench.at(24, plugged=False)
    bench.at(28, plugged=True, taken_wh=0.0)
    assert 27_000.0 == cable.missing_wh
