"""What holds for every rule: it lives with faults, and can be put away and go on."""

import pickle
from datetime import UTC, datetime

import pytest

from lib.sim.rivals.night import Night
from lib.sim.rivals.openems import OpenEms
from lib.sim.rivals.peak_cap import PeakCap
from lib.sim.rivals.predbat import Predbat
from lib.sim.rivals.pv_modes import PV_ALL, PV_ONLY
from lib.sim.rivals.readme import Readme
from lib.sim.rivals.spread import Spread
from lib.sim.year.conditions import FAULTS
from lib.sim.year.contract import contract
from lib.sim.year.live import Frame, Year
from lib.sim.year.seen import Maker
from tests.sim.rivals.seen import THREE_PHASES, a_home, journey, lively, run

READS_TRIPS = {"night": Night, "spread": Spread, "cap": PeakCap, "readme": Readme, "predbat": Predbat}
OTHERS = {"openems": OpenEms, "pv_only": PV_ONLY, "pv_all": PV_ALL}
EVERY = READS_TRIPS | OTHERS


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("maker", READS_TRIPS.values(), ids=READS_TRIPS)
def test_trips_are_met_under_every_fault(maker: Maker, fault: str) -> None:
    """Where nobody tells how full the car is, trips of the calendar are counted; an early trip finds most of it."""
    course = run(maker, lively(), battery=True, conditions=FAULTS[fault])
    assert [True] * 4 == [departure.level_wh > 50_000 for departure in course.departures]


@pytest.mark.parametrize("maker", EVERY.values(), ids=EVERY)
def test_it_is_put_away_and_goes_on(maker: Maker) -> None:
    """The same course as if it had not been."""
    rates, home = contract("dynamic"), lively(days=2, car=THREE_PHASES)
    year, other = (
        Year(home, maker, contract=rates, prices=rates.prices(home), frame=Frame(battery=True)) for _ in range(2)
    )
    year.go()
    other.go(77)
    other = pickle.loads(pickle.dumps(other))
    other.go()
    assert year.course == other.course


@pytest.mark.parametrize("maker", EVERY.values(), ids=EVERY)
def test_a_period_may_begin_on_the_day_that_lacks_an_hour(maker: Maker) -> None:
    """There is no day before it, nor the same hour of it."""
    home = a_home(journey(departs_h=3, hours=5), days=2, start=datetime(2024, 3, 30, 23, 0, tzinfo=UTC))
    assert home.quarters == len(run(maker, home, battery=True)["import_wh"])
