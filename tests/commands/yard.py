"""ev's core at noon, with two chargers and two cars, and somebody who takes what happens to it."""

from typing import Any

from lib.clock import TurnedClock
from lib.core import charging as core
from lib.core.agenda import Listed
from lib.core.car import CarRules
from lib.core.carport import Charging, ChargingRules
from lib.core.charger import ChargerReading, ChargerRules, Plug, Told
from lib.core.charging import Event
from lib.core.site import Word
from lib.core.steering import steered
from lib.core.trip import Entry
from tests.conftest import NOON

RULES = ChargingRules(
    chargers={
        "garage": ChargerRules(name="garage", switches=True, car="car_1"),
        "drive": ChargerRules(name="drive", phases=1, wired="2"),
    },
    cars={"car_1": CarRules(name="car_1", capacity_wh=77_000), "car_2": CarRules(name="car_2", capacity_wh=40_000)},
)


class Yard:
    """The state, as a program has it."""

    def __init__(self, charging: Charging | None = None, clock: TurnedClock | None = None) -> None:
        self.clock = clock or TurnedClock(NOON)
        now_s = self.clock.monotonic()
        self.charging = charging or core.opened(RULES, at=NOON, now_s=now_s)

    def take(self, event: Event) -> None:
        """Something happened."""
        now_s, now = self.clock.monotonic(), self.clock.now()
        self.charging = steered(core.after(self.charging, event, RULES, now_s=now_s, now=now), RULES)

    def pass_by(self, seconds: float) -> None:
        """Time passes, a tick each second, and dm speaks."""
        for _ in range(round(seconds)):
            self.clock.turn(1)
            self.take(core.Heard(word=Word(at=self.clock.now(), good=True, grid_w=300.0, target_w=2500.0)))

    def read(self, charger: str = "garage", plug: Plug = Plug.CONNECTED, **said: Any) -> None:
        """A charger is read."""
        known: dict[str, Any] = {"set_a": 6.0, "paused": True, "total_wh": 1000.0, "plugins": 1, "power_w": 0.0}
        reading = ChargerReading(plug=plug, read_s=self.clock.monotonic(), **known | said)
        self.take(Told(charger=charger, reading=reading))

    def list_trip(self, calendar: str = "family") -> None:
        """A calendar has a trip for tomorrow."""
        start = NOON.replace(day=NOON.day + 1)
        entry = Entry(key="a", title="@car_1@ 180 km", start=start, end=start.replace(hour=start.hour + 2))
        self.take(Listed(calendar=calendar, entries=(entry,), at_s=self.clock.monotonic()))
