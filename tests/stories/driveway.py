"""A day at the driveway: dm's core and ev's core, second by second, over a toy house; nobody sleeps.

The house's own load and sun are functions of the second, so that each story says what happens when.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from lib.core import charging as ev
from lib.core import house as dm
from lib.core.carport import Charging, ChargingRules
from lib.core.charger import Accepted, Balked, ChargerReading, ChargerRules, Missed, Order, Plug, Told, Took
from lib.core.circuits import Circuit
from lib.core.cost import PriceSlot
from lib.core.house import Above, House, Rules
from lib.core.needs import Need
from lib.core.peaks import MonthPeak, Peaks
from lib.core.reading import Reading
from lib.core.site import Word
from lib.core.steering import steered
from lib.core.why import sentence
from lib.messages.dm import say_house
from lib.messages.ev import say_charging, word_of
from lib.sim.charge_point import ChargePoint
from tests.conftest import SIMPLE

Load = Callable[[int], float]
CONNECTION = Circuit(name="connection", limits_a=(25.0, 25.0, 25.0))
POLL_S, CLOSE_S = 5, 2


class Driveway:
    """The house, its charge points, dm and ev.

    Attributes:
        base_w, sun_w: of the house, by the second of the story; all on L1 unless `spread`.
        dm_lives, ev_lives, meter_talks: pull a cable, kill a program.
        deaf, refusing: charge points that do not answer, or say no.
        ev_off: how far ev's own wall clock is off.

    """

    def __init__(
        self,
        start: datetime,
        *points: ChargePoint,
        rules: ChargingRules,
        base_w: Load = lambda _: 400.0,
        sun_w: Load = lambda _: 0.0,
        peak_w: float = 0.0,
        prices: Iterable[PriceSlot] = (),
        spread: bool = True,
        connection_w: float = 17_250.0,
    ) -> None:
        self.start, self.second = start, 0
        self.points = {point.name: point for point in points}
        self.rules = replace(rules, circuits=rules.circuits or (CONNECTION,))
        self.base_w, self.sun_w, self.spread = base_w, sun_w, spread
        self.dm_rules = Rules(tariffs=SIMPLE, connection_w=connection_w)
        self.house = self._new_house(peak_w)
        self.prices = tuple(prices)
        self.dm_lives = self.ev_lives = self.meter_talks = True
        self.deaf: set[str] = set()
        self.refusing: set[str] = set()
        self.ev_off = timedelta(0)
        self.energy_ws = 0.0
        self.averages_w: list[float] = []
        self.above: list[Above] = []
        self.said: list[str] = []
        self.log: list[str] = []
        self.sent: dict[str, list[tuple[int, Order]]] = {name: [] for name in self.points}
        self._heard_s = 0.0
        self._polled: dict[str, int] = {}
        self._last: dict[str, Order | None] = dict.fromkeys(self.points)
        self._missed: dict[str, float] = {}
        self.ev = self._new_ev()

    def _new_house(self, peak_w: float) -> House:
        month = self.start.date().replace(day=1)
        running = MonthPeak(month, peak_w, self.start - timedelta(days=1)) if peak_w else None
        return House(peaks=Peaks(month=month, running=running))

    def _new_ev(self) -> Charging:
        charging = ev.opened(self.rules, at=self.now, now_s=self.second)
        if self.prices:
            charging = ev.after(charging, ev.Priced(prices=self.prices), self.rules, now_s=self.second, now=self.now)
        return charging

    @property
    def at(self) -> datetime:
        """The meter's time."""
        return self.start + timedelta(seconds=self.second)

    @property
    def now(self) -> datetime:
        """The wall clock of ev's machine."""
        return self.at + self.ev_off

    def tell(self, event: ev.Event) -> None:
        """Something happens to ev."""
        self.ev = ev.after(self.ev, event, self.rules, now_s=self.second, now=self.now)
        self.log += self.ev.said

    def restart_ev(self) -> None:
        """A new start of ev: it knows nothing but what is kept of the cars."""
        socs = [state.soc for state in self.ev.cars.values()]
        self.ev_lives = True
        self.ev = replace(self._new_ev(), cars=ev.opened(self.rules, at=self.now, now_s=self.second, socs=socs).cars)

    def restart_dm(self) -> None:
        """A new start of dm: it knows the month's peak, which it keeps."""
        self.dm_lives = True
        self.house = House(peaks=self.house.peaks, accepted=self.house.accepted)

    def run(self, seconds: float = 0, *, minutes: float = 0, until: Callable[[], bool] | None = None) -> "Driveway":
        """Let time pass, a telegram each second."""
        for _ in range(round(seconds + 60 * minutes)):
            self._second()
            if until is not None and until():
                break
        return self

    def _second(self) -> None:
        for point in self.points.values():
            point.step(1)
        self.second += 1
        reading = self._reading()
        word = self._dm(reading)
        if self.ev_lives:
            self._ev(word)

    def _reading(self) -> Reading:
        base_w, sun_w = self.base_w(self.second), self.sun_w(self.second)
        phases_w = [0.0, 0.0, 0.0]
        for phase in range(3):
            if self.spread:
                phases_w[phase] += (base_w - sun_w) / 3
            phases_w[phase] += sum(point.flow_w[phase] for point in self.points.values())
        if not self.spread:
            phases_w[0] += base_w - sun_w
        grid_w = sum(phases_w)
        if self.second % 900 == 1 and self.second > 1:
            self.averages_w.append(self.energy_ws / 900)
            self.energy_ws = 0.0
        demand_w = self.energy_ws / 900
        self.energy_ws += max(0.0, grid_w)
        one, two, three = phases_w
        return Reading(
            import_w=max(0.0, grid_w),
            export_w=max(0.0, -grid_w),
            import_l1_w=max(0.0, one),
            import_l2_w=max(0.0, two),
            import_l3_w=max(0.0, three),
            export_l1_w=max(0.0, -one),
            export_l2_w=max(0.0, -two),
            export_l3_w=max(0.0, -three),
            current_l1_a=abs(one) / 230,
            current_l2_a=abs(two) / 230,
            current_l3_a=abs(three) / 230,
            quarter_w=demand_w,
        )

    def _dm(self, reading: Reading) -> Word | None:
        if not self.dm_lives:
            return None
        if self.meter_talks:
            event: dm.Heard | dm.Silent = dm.Heard(reading=reading, received=self.at, now_s=self.second)
            self._heard_s = self.second
        else:
            event = dm.Silent(for_s=self.second - self._heard_s, why="the cable is out", now=self.at)
        self.house = dm.after(self.house, event, self.dm_rules)
        if self.house.above:
            self.above.append(self.house.above)
        said = say_house(self.house, self.dm_rules, boot="dm", seq=self.second, now=self.at, now_s=self.second)
        self.log += [one.text for one in self.house.events]
        return word_of(said)

    def _ev(self, word: Word | None) -> None:
        self.tell(ev.Heard(word=word) if word else ev.Ticked())
        for name, point in self.points.items():
            moving = bool(self.ev.bays[name].post.moves)
            if self.second - self._polled.get(name, -99) >= (CLOSE_S if moving else POLL_S):
                self._polled[name] = self.second
                self._poll(name, point)
        if self.second % 5 == 0:
            self.tell(ev.Ticked())
        self.ev = steered(self.ev, self.rules)
        for name in self.points:
            self._write(name)
        if self.dm_lives:
            said = say_charging(self.ev, self.rules, boot="ev", seq=self.second, now=self.now, makes={})
            claimed = dm.Claimed(program="ev", claims=said.claims, drawn=said.drawn, now_s=self.second)
            self.house = dm.after(self.house, claimed, self.dm_rules)

    def _poll(self, name: str, point: ChargePoint) -> None:
        if name in self.deaf or point.is_down:
            since_s = self._missed.setdefault(name, self.second)
            self.tell(Missed(charger=name, why="the charger does not answer", since_s=since_s))
            return
        self._missed.pop(name, None)
        self.tell(Told(charger=name, reading=read(point, self.second)))

    def _write(self, name: str) -> None:
        order, point = self.ev.bays[name].post.order, self.points[name]
        last = self._last[name]
        if order is None or order == last:
            return
        if name in self.deaf or point.is_down:
            return
        if name in self.refusing:
            self.tell(Balked(charger=name, order=order, why="it says no", sent_s=self.second))
            return
        self._last[name] = order
        self.sent[name].append((self.second, order))
        self.said.append(sentence(self.ev.bays[name].why))
        point.tell(current_a=order.current_a, paused=not order.go, phases=order.phases)
        accepted = Accepted(current_a=order.current_a, go=order.go, phases=order.phases)
        self.tell(Took(charger=name, order=order, accepted=accepted, sent_s=self.second))

    def why(self, name: str = "garage") -> str:
        """The sentence of a charger now."""
        return sentence(self.ev.bays[name].why)

    def amps(self, name: str = "garage") -> float:
        """What a charge point offers its car now, A per phase."""
        return self.points[name].offered_a

    def need(self, car: str = "car_1") -> Need:
        """What the next trip of a car takes."""
        return self.ev.needs[car][0]

    def pauses(self, name: str = "garage") -> int:
        """How often a charge that ran was stopped."""
        orders = [order for _, order in self.sent[name]]
        return sum(before.go and not after.go for before, after in pairwise(orders))


def read(point: ChargePoint, now_s: float) -> ChargerReading:
    """What a charge point says, as a driver would put it."""
    plug = Plug.EMPTY if point.car is None else Plug.CHARGING if point.is_charging else Plug.CONNECTED
    return ChargerReading(
        plug=Plug.FAULT if point.fault else plug,
        fault=str(point.fault or ""),
        read_s=now_s,
        offered_a=point.offered_a,
        set_a=point.settings.current_a,
        phases_a=point.phases_a,
        power_w=point.power_w,
        plugin_wh=point.plugin_wh,
        total_wh=point.total_wh,
        permitted=point.permitted,
        paused=point.settings.paused,
        phases=None if point.is_switching else min(point.settings.phases, point.phases, point.supply_phases),
        most_a=point.most_a,
        plugins=point.plugins,
    )


def a_charger(name: str = "garage", **more: object) -> ChargerRules:
    """An NRGkick on one phase, by default."""
    chosen: dict[str, object] = {"name": name, "phases": 1, "wired": "1", "step_a": 0.1, "car": "car_1"} | more
    return ChargerRules(**chosen)  # type: ignore[arg-type]
