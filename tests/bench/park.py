"""A car park: many charge points on shared cables, cars with trips, one house with sun; dm's core and ev's, by seconds.

The boxes do at once what they are told. In: how many of each. Out: the events of ev as they come, for whoever measures
what they cost.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import sin

from lib.core import charging as ev
from lib.core import house
from lib.core import metering as dm
from lib.core.agenda import Listed
from lib.core.car import CarReading, CarRules, CarTold
from lib.core.carport import Charging, ChargingRules
from lib.core.charger import Accepted, ChargerReading, ChargerRules, Order, Plug, Told, Took
from lib.core.circuits import Circuit
from lib.core.modes import Mode
from lib.core.plugged import Named
from lib.core.power import PHASE_V
from lib.core.quarter import QUARTER_S, start_of
from lib.core.rates import parse_rates
from lib.core.reading import Reading
from lib.core.slots import Series
from lib.core.soc import TYPED
from lib.core.steering import steered
from lib.core.trip import Entry
from lib.messages import House
from lib.messages.dm import say_house, say_rates
from lib.messages.ev import say_charging
from lib.messages.heard import house_word
from tests.programs.market import prices_of
from tests.programs.reckoning import DYNAMIC

MORNING = datetime(2026, 11, 20, 10, 3, tzinfo=UTC)
ON_A_CABLE = 10
READ_S = 5
CONNECTION_A, CABLE_A = 250.0, 63.0
DAYS = 3
BASE_W, SUN_W, CLOUDS_S = 80.0, 1_800.0, 97.0  # for each charge point; how quickly the sun comes and goes


@dataclass(slots=True)
class Box:
    """A charger that obeys at once, with a car on it that takes what it is offered."""

    rules: ChargerRules
    order: Order
    total_wh: float = 10_000.0

    @property
    def phases(self) -> int:
        """On how many it charges."""
        return min(self.order.phases or 3, self.rules.phases)

    @property
    def power_w(self) -> float:
        """What its car draws."""
        return self.order.current_a * PHASE_V * self.phases if self.order.go else 0.0

    def read(self, at_s: float, plug: Plug | None = None) -> Told:
        """What it says of itself; plug: what hangs on it."""
        current_a = self.order.current_a if self.order.go else 0.0
        one, two, three = (current_a * (phase < self.phases) for phase in range(3))
        reading = ChargerReading(
            plug=plug or (Plug.CHARGING if self.order.go else Plug.CONNECTED),
            read_s=at_s,
            offered_a=current_a,
            set_a=self.order.current_a,
            phases_a=(one, two, three),
            power_w=self.power_w,
            total_wh=self.total_wh,
            permitted=self.order.go,
            paused=not self.order.go,
            phases=self.phases,
            most_a=16.0,
            plugins=0 if plug is Plug.EMPTY else 1,
        )
        return Told(charger=self.rules.name, reading=reading)


class Park:
    """The park at `second` of its life; charging: ev's state. The first of the charge points have a car that is known.

    Cars have a trip each day and more or less in the battery; of the others each third charges as fast as it can, and
    the rest from the sun.
    """

    def __init__(self, chargers: int, cars: int) -> None:
        names = [f"place_{at + 1}" for at in range(chargers)]
        self.boxes = {
            name: Box(_charger(name, at, cars), Order(current_a=6.0, go=False)) for at, name in enumerate(names)
        }
        self.rules = ChargingRules(
            chargers={name: box.rules for name, box in self.boxes.items()},
            cars={car.name: car for car in map(_car, range(cars))},
            circuits=tuple(_circuits(names)),
        )
        self.meter = house.Rules(
            tariffs=parse_rates(DYNAMIC),
            connection_w=3 * PHASE_V * CONNECTION_A,
            owner_target_w=3_000.0 + 1_200.0 * chargers,
        )
        self.second = 0
        self._energy_ws = 0.0
        self._house = dm.after(house.House(), dm.Published(index=_index()), self.meter)
        self.charging = ev.opened(self.rules, at=MORNING, now_s=0.0)
        for event in self._arrivals(cars):
            self.charging = self.after(event)

    @property
    def at(self) -> datetime:
        """The meter's time."""
        return MORNING + timedelta(seconds=self.second)

    def pass_by(self) -> ev.Heard:
        """A second later: what dm says of the house."""
        self.second += 1
        for box in self.boxes.values():
            box.total_wh += box.power_w / 3600
        sun_w = SUN_W * max(0.0, sin(self.second / CLOUDS_S)) ** 2
        grid_w = (BASE_W - sun_w) * len(self.boxes) + sum(box.power_w for box in self.boxes.values())
        self._energy_ws = max(0.0, grid_w) + (0.0 if self.at == start_of(self.at) else self._energy_ws)
        heard = dm.Heard(reading=_reading(grid_w, self._energy_ws), received=self.at, now_s=self.second)
        self._house = dm.after(self._house, heard, self.meter)
        return ev.Heard(word=house_word(self.house))

    @property
    def house(self) -> House:
        """What dm says."""
        return say_house(self._house, self.meter, boot="dm", seq=self.second, now=self.at, now_s=self.second)

    def after(self, event: ev.Event) -> Charging:
        """Ev's state as `event` leaves it, before anything is done about it."""
        return ev.after(self.charging, event, self.rules, now_s=self.second, now=self.at)

    def take(self, event: ev.Event) -> None:
        """One cycle of ev's loop."""
        self.charging = steered(self.after(event), self.rules, replans=not isinstance(event, ev.Heard))

    def readings(self) -> Iterator[Told]:
        """Of the chargers that are read in this second."""
        for at, box in enumerate(self.boxes.values()):
            if (self.second + at) % READ_S == 0:
                yield box.read(self.second)

    def answers(self) -> Iterator[Took]:
        """The boxes take the orders that are new, and say so; then dm hears what is claimed."""
        for name, box in self.boxes.items():
            order = self.charging.bays[name].post.order
            if order is not None and order != box.order:
                box.order = order
                accepted = Accepted(current_a=order.current_a, go=order.go, phases=order.phases)
                yield Took(charger=name, order=order, accepted=accepted, sent_s=self.second)
        said = say_charging(self.charging, self.rules, boot="ev", seq=self.second, now=self.at, makes={})
        claimed = dm.Claimed(program="ev", claims=said.claims, drawn=said.drawn, now_s=self.second)
        self._house = dm.after(self._house, claimed, self.meter)

    def live(self, seconds: int) -> "Park":
        """Let so many seconds pass."""
        for _ in range(seconds):
            self.take(self.pass_by())
            for told in self.readings():
                self.take(told)
            for took in self.answers():
                self.take(took)
        return self

    def _arrivals(self, cars: int) -> Iterator[ev.Event]:
        """Everybody comes, and is known."""
        yield ev.Priced(prices=say_rates(self._house, self.meter, now=MORNING).slots)
        for plug in (Plug.EMPTY, Plug.CONNECTED):
            for box in self.boxes.values():
                yield box.read(self.second, plug)
        names = list(self.rules.cars)
        for at, name in enumerate(self.boxes):
            yield Named(charger=name, car=names[at] if at < cars else "")
        for at, name in enumerate(names):
            soc_pct = 12.0 + 60.0 * at / cars
            yield CarTold(car=name, reading=CarReading(source=TYPED, as_of=MORNING, soc_pct=soc_pct))
        yield Listed(calendar="family", entries=tuple(_entries(names)), at_s=0.0)


def _charger(name: str, at: int, cars: int) -> ChargerRules:
    """One of three on a single phase, one that can switch, one on three; with a known car in auto."""
    mode = Mode.AUTO if at < cars else (Mode.PV_ALL, Mode.MAX, Mode.PV_ONLY)[at % 3]
    is_single = at % 3 == 0
    return ChargerRules(
        name=name,
        phases=1 if is_single else 3,
        wired=str(at // 3 % 3 + 1) if is_single else "123",
        switches=at % 3 == 1,
        step_a=0.1,
        car=f"car_{at + 1}" if at < cars else None,
        mode=mode,
    )


def _car(at: int) -> CarRules:
    return CarRules(
        name=f"car_{at + 1}", capacity_wh=50_000.0 + 1_000.0 * at, at_least_pct=50.0 if at % 4 == 0 else None
    )


def _circuits(names: list[str]) -> Iterator[Circuit]:
    yield Circuit(name="connection", limits_a=(CONNECTION_A, CONNECTION_A, CONNECTION_A))
    for first in range(0, len(names), ON_A_CABLE):
        hangs = frozenset(names[first : first + ON_A_CABLE])
        yield Circuit(name=f"cable {first // ON_A_CABLE + 1}", limits_a=(CABLE_A, CABLE_A, CABLE_A), chargers=hangs)


def _index() -> Series:
    days = [(MORNING + timedelta(days=ahead)).date() for ahead in range(-1, 2)]
    return Series(tuple(slot for day in days for slot in prices_of(day)))


def _entries(cars: list[str]) -> Iterator[Entry]:
    for at, car in enumerate(cars):
        for day in range(DAYS):
            start = MORNING + timedelta(days=day, hours=5 + at % 24)
            title = f"Work @{car}@ {80 + 5 * at} km"
            yield Entry(key=f"{car}-{day}", title=title, start=start, end=start + timedelta(hours=3))


def _reading(grid_w: float, energy_ws: float) -> Reading:
    """A telegram's, the same on each phase."""
    drawn_w, given_w, current_a = max(0.0, grid_w) / 3, max(0.0, -grid_w) / 3, abs(grid_w) / 3 / PHASE_V
    return Reading(
        import_w=3 * drawn_w,
        export_w=3 * given_w,
        import_l1_w=drawn_w,
        import_l2_w=drawn_w,
        import_l3_w=drawn_w,
        export_l1_w=given_w,
        export_l2_w=given_w,
        export_l3_w=given_w,
        current_l1_a=current_a,
        current_l2_a=current_a,
        current_l3_a=current_a,
        quarter_w=energy_ws / QUARTER_S,
    )
