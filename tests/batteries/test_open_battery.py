"""The owner's words for a battery become one, or a sentence."""

import subprocess
import sys
from typing import Any

import pytest

from lib.batteries import BatterySetupError, open_battery
from lib.clock import TurnedClock
from tests.sim.builders import NOON
from tests.waiting import LIMIT_S

from .register_bench import RULES


@pytest.mark.parametrize(
    ("make", "options", "watchdog_s", "by_grid"),
    [
        ("victron", {}, None, True),
        ("victron", {"unit": 100, "register": 2700, "own_grid_w": 30}, None, True),
        ("sunspec", {}, 60.0, False),
        ("sunspec", {"unit": 2, "watchdog_s": 90}, 90.0, False),
    ],
)
def test_each_make_is_opened(make: str, options: dict[str, Any], watchdog_s: float | None, by_grid: bool) -> None:
    """Without asking it anything."""
    battery = open_battery(make, "192.0.2.70", rules=RULES, options=options, clock=TurnedClock(NOON))
    assert (watchdog_s, by_grid) == (battery.watchdog_s, battery.by_grid)
    assert (False, 0.0, 0.0) == (battery.stored, battery.polite_s, battery.retake_s)


@pytest.mark.parametrize(
    ("make", "address", "options", "says"),
    [
        ("wall", "192.0.2.70", {}, "cellar: 'wall' is no battery we know; it can be victron, sunspec, marstek, sessy"),
        ("victron", "", {}, "cellar: '' is no address of a Victron GX; write it such as 192.168.1.31"),
        ("sunspec", "a b/", {}, "cellar: 'a b/' is no address of a battery with SunSpec"),
        ("victron", "h", {"watchdog_s": 60}, "cellar: 'watchdog_s' is no option of a battery 'victron'; it has unit,"),
        ("victron", "h", {"unit": 300}, "cellar: unit is 300; allowed is 0 to 247"),
        ("victron", "h", {"unit": 1.5}, "cellar: unit is 1.5; allowed is a whole number"),
        ("victron", "h", {"unit": "x"}, "cellar: unit is 'x'; allowed is 0 to 247"),
        ("victron", "h", {"register": 2703}, "cellar: register is 2703; allowed is 2716 or 2700"),
        ("sunspec", "h", {"watchdog_s": 30}, "cellar: watchdog_s is 30; allowed is 60 to 120"),
    ],
)
def test_a_slip_is_one_sentence(make: str, address: str, options: dict[str, Any], says: str) -> None:
    """With what is allowed."""
    with pytest.raises(BatterySetupError) as slip:
        open_battery(make, address, rules=RULES, options=options, clock=TurnedClock(NOON))
    assert str(slip.value).startswith(says)


def test_no_make_is_imported_that_is_not_used() -> None:
    """Nor the library of Modbus without a battery that speaks it."""
    script = (
        "import sys\n"
        "from lib.batteries import open_battery\n"
        "from lib.batteries.keeper import Keeper\n"
        "from lib.clock import WallClock\n"
        "from lib.core.battery import BatteryRules\n"
        "assert not {'pymodbus', 'aiohttp'} & set(sys.modules)\n"
        "open_battery('victron', 'h', rules=BatteryRules(name='c', capacity_wh=1.0), clock=WallClock())\n"
        "assert not {'aiohttp', 'lib.batteries.sunspec'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert (0, "") == (done.returncode, done.stderr)
