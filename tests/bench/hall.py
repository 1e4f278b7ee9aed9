"""A hall with many chargers on circuits in circuits: where they hang, its config.py, and the telegram of each second.

All cars want all they can get; what they may have is what the machines of the hall leave of its connection.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from lib.core.modes import Mode
from lib.core.power import PHASE_V
from lib.sim.appliances import Flow
from lib.sim.brussels import micros
from lib.sim.meter import Meter
from lib.sim.street import amperes
from lib.sim.telegram import telegram
from tests.bench.boxes import Place
from tests.bench.program import Home
from tests.programs.program import ROOT

CONNECTION_A, FLOOR_A, ROW_A = 950, 300, 90
ON_FLOOR, IN_ROW = 50, 10
QUIET_A, BUSY_A, WANDERS_A = 20.0, 140.0, 1.0  # what the machines draw on each phase
RATES = {"version": 2, "Electricity": {"+": {"Day": 0.30, "Night": 0.25}, "-": 0.03}}
CONFIG = """
serial_port = "none: the bench says where"
price_sources = ()
capacity_tariff = False
margin_pct = 0
connection_a = {connection_a}
chargers = {chargers!r}
circuits = {circuits!r}
calendars = ()
"""


def places(count: int) -> list[Place]:
    """One of three on three phases, wired in turn, the others on one; every second a go-e, with whole amperes."""
    return [
        Place(
            name=f"place_{at + 1}",
            make="goe" if at % 2 else "nrgkick",
            wired=("123", "231", "312")[at // 3 % 3] if at % 3 == 0 else "123"[at % 9 // 3],
            current_a=16.0,
            soc_pct=10.0 + at % 30,
        )
        for at in range(count)
    ]


def furnish(home: Home, where: Sequence[Place], addresses: Mapping[str, str]) -> None:
    """Its config.py and rates.json."""
    chargers = {
        place.name: {
            "make": place.make,
            "address": addresses[place.name],
            "phases": place.phases,
            "wired": place.wired,
            "current_a": place.current_a,
            "safe_a": 0,
            "accept_unwatched": True,
            "mode": Mode.MAX.value,
        }
        for place in where
    }
    names = list(chargers)
    circuits: dict[str, dict[str, object]] = {}
    for floor in range(0, len(names), ON_FLOOR):
        rows = [f"row_{at // IN_ROW + 1}" for at in range(floor, min(floor + ON_FLOOR, len(names)), IN_ROW)]
        circuits[f"floor_{floor // ON_FLOOR + 1}"] = {"current_a": FLOOR_A, "circuits": tuple(rows)}
        for number, row in enumerate(rows):
            at = floor + number * IN_ROW
            circuits[row] = {"current_a": ROW_A, "chargers": tuple(names[at : at + IN_ROW])}
    config = CONFIG.format(connection_a=CONNECTION_A, chargers=chargers, circuits=circuits)
    (home.folder / "config.py").write_text((ROOT / "config.py").read_text("utf-8") + config, "utf-8")
    (home.folder / "rates.json").write_text(json.dumps(RATES), "utf-8")


class Hall:
    """The meter of the hall from `start` on.

    Attributes:
        base_a: what the machines draw on each phase; wanders: about so much, another second another.

    """

    def __init__(self, start: datetime) -> None:
        self.base_a = QUIET_A
        self.wanders = True
        self._at = start
        self._dice = Random(7)
        self._meter = Meter(seed=7, start=start)
        self._flow = Flow((0, 0, 0), 0, 0)

    def second(self, cars_w: tuple[int, int, int]) -> bytes:
        """The telegram of a second later."""
        self._at += timedelta(seconds=1)
        self._meter.take(self._flow, micros(self._at))
        by_a = WANDERS_A if self.wanders else 0.0
        one, two, three = (round(PHASE_V * (self.base_a + self._dice.uniform(-by_a, by_a))) for _ in range(3))
        self._flow = Flow((one + cars_w[0], two + cars_w[1], three + cars_w[2]), 0, 0)
        volts_v = (PHASE_V, PHASE_V, PHASE_V)
        currents_a = amperes(self._flow.phases_w, volts_v)
        return telegram(self._meter.show(self._flow, volts_v=volts_v, currents_a=currents_a))
