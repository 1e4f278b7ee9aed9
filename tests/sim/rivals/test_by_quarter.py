"""The simple rules in the plant cost what they cost by quarter, where a car takes any power and nothing comes late.

The simulator differs on purpose: whole amperes from 6 on, full power a little below the charger's name, minutes that
differ within a quarter, orders that show after seconds. So a rule that keeps to a cap pauses where 6 A are too much,
passes the cap when the house jumps at the end of a quarter, and a spread power is rounded up.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from lib.sim.rivals.naive import Naive
from lib.sim.rivals.night import Night, is_night
from lib.sim.rivals.peak_cap import PeakCap
from lib.sim.rivals.spread import Spread
from lib.sim.year.bill import bill
from lib.sim.year.contract import contract
from lib.sim.year.flows import Flows
from lib.sim.year.folder import homes
from lib.sim.year.home import Home
from lib.sim.year.seen import Maker
from lib.sim.year.simple_rules import at_once, by_night, capped, followed, keeping, spread
from tests.conftest import folders
from tests.sim.rivals.seen import run

DAYS, SKIP = 61, 45  # a month with frost and one with sun
FLOOR_W = 2_500.0
RULES: Mapping[str, tuple[Maker, Callable[[Home], Flows], bool]] = {
    "naive": (Naive, lambda home: followed(home, at_once), False),
    "night": (
        Night,
        lambda home: followed(home, by_night([is_night(home.at(n)) for n in range(home.quarters)])),
        False,
    ),
    "spread": (Spread, lambda home: followed(home, spread()), False),
    "cap": (PeakCap, lambda home: followed(home, capped(FLOOR_W)), False),
    "cap_battery": (
        PeakCap,
        lambda home: followed(home, capped(FLOOR_W, helped=True), keeping(FLOOR_W)),
        True,
    ),
}


@pytest.fixture(scope="module")
def home() -> Home:
    """The first home of the folder of recorded cases."""
    folder: Path = folders()[-1] / "homes"
    _, one = next(iter(homes(folder).items()))
    return one.first(DAYS, skip=SKIP) if one.quarters > (DAYS + SKIP) * 96 else one


@pytest.mark.parametrize("name", RULES)
def test_a_rule_costs_in_the_plant_what_it_costs_by_quarter(name: str, home: Home) -> None:
    """Within 3 % of the bill, and of what the car got."""
    maker, by_quarter, battery = RULES[name]
    rates = contract("dynamic")
    prices = rates.prices(home)
    flows, course = by_quarter(home), run(maker, home, battery=battery)
    expected = bill(flows.import_wh, flows.export_wh, home, rates, prices)
    actual = bill(course["import_wh"], course["export_wh"], home, rates, prices)
    assert sum(flows.car_wh) == pytest.approx(sum(course["car_wh"]), rel=0.03)
    assert expected.total_eur == pytest.approx(actual.total_eur, rel=0.03)
