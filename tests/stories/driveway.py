"""A day at the driveway: dm's core and ev's core, second by second, over a toy house; nobody sleeps.

The house's own load and sun are functions of the second, so that each story says what happens when. Where nothing
changes and nothing is due, several seconds may pass in one step (`leap_s`), as with a meter that speaks more seldom.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Self

from lib.commands.ev_memory import begun, standing
from lib.core import charging as ev
from lib.core import metering as dm
from lib.core.agenda import Listed
from lib.core.car import CarReading, CarTold
from lib.core.carport import Charging, ChargingRules
from lib.core.charger import Took
from lib.core.circuits import Circuit
from lib.core.cost import PriceSlot
from lib.core.house import Above, House, Rules
from lib.core.modes import Mode, Phases
from lib.core.needs import Need
from lib.core.peaks import MonthPeak, Peaks, month_of
from lib.core.reading import Reading
from lib.core.site import Word
from lib.core.soc import TYPED, Soc
from lib.core.steering import steered
from lib.core.tariff import Tariffs
from lib.core.trip import Entry
from lib.core.why import Hold, Why, sentence
from lib.messages.dm import say_house
from lib.messages.ev import say_charging
from lib.messages.heard import house_word
from lib.sim.brussels import SECOND, micros
from lib.sim.charge_point import ChargePoint
from lib.store.ev_store import Kept
from tests.conftest import SIMPLE
from tests.stories.toy_meter import ToyMeter, Watts
from tests.stories.wire import Wire

Load = Callable[[int], Watts]
CONNECTION = Circuit(name="connection", limits_a=(25.0, 25.0, 25.0))
CALM_S = 12  # so long after something happened nothing is skipped
LONG = {Hold.STAYS, Hold.RESTING}
LASTING = {None, Hold.PEAK, Hold.NO_ROOM, Hold.ROW, Hold.WAITING, Hold.SLOW_CAR, Hold.STUBBORN, *LONG}


class Driveway:
    """The house, its charge points, dm and ev.

    Attributes:
        base_w, sun_w: of the house, by the second of the story; a single number is spread over the three phases.
        dm_lives, ev_lives, meter_talks: kill a program, pull a cable. dm_hears: False: what ev says does not reach dm.
        deaf, refusing: charge points that do not answer, or say no.
        ev_off: how far the clock of ev's machine is off.
        leap_s: so many seconds may pass at once.
        above: the quarters that ended above their target.
        log: what both programs tell; sentences: why each charger does what it does, whenever that is another reason.
        owned: when its owner said something of a charger. turned: when a charger was told to let its car charge or to
            stop, and what the reason was.

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
        connection_w: float = 17_250.0,
        tariffs: Tariffs = SIMPLE,
        leap_s: int = 5,
        socs: Iterable[Soc] = (),
    ) -> None:
        self.start, self.second, self.leap_s = start, 0, leap_s
        self.points = {point.name: point for point in points}
        self.rules = replace(rules, circuits=rules.circuits or (CONNECTION,))
        self.base_w, self.sun_w = base_w, sun_w
        self.dm_rules = Rules(tariffs=tariffs, connection_w=connection_w)
        self.house = self._new_house(peak_w)
        self.prices = tuple(prices)
        self.dm_lives = self.dm_hears = self.ev_lives = self.meter_talks = True
        self.deaf: set[str] = set()
        self.refusing: set[str] = set()
        self.ev_off = timedelta(0)
        self.above: list[Above] = []
        self.log: list[str] = []
        self.sentences: list[str] = []
        self.owned: list[int] = []
        self.turned: list[tuple[int, bool, Why]] = []
        self.meter = self._new_meter()
        self.wires = {name: Wire(name, point) for name, point in self.points.items()}
        self._heard_s = 0.0
        self._eventful_s = 0
        self._drawn_w: tuple[Watts, Watts] | None = None
        self._said: dict[str, object] = {}
        self._goes: dict[str, bool] = {}
        self.ev = self._priced(ev.opened(self.rules, at=self.now, now_s=self.second, socs=socs))

    def _new_meter(self) -> ToyMeter:
        return ToyMeter(self.points, self.rules.circuits)

    def _new_house(self, peak_w: float) -> House:
        month = month_of(self.start)
        running = MonthPeak(month, peak_w, self.start - timedelta(hours=1)) if peak_w else None
        return House(peaks=Peaks(month=month, running=running))

    def _priced(self, charging: Charging) -> Charging:
        if not self.prices:
            return charging
        return ev.after(charging, ev.Priced(prices=self.prices), self.rules, now_s=self.second, now=self.now)

    @property
    def at(self) -> datetime:
        """The meter's time."""
        return self.start + timedelta(seconds=self.second)

    @property
    def now(self) -> datetime:
        """The wall clock of ev's machine."""
        return self.at + self.ev_off

    @property
    def averages_w(self) -> list[float]:
        """Of the quarters that are over."""
        return self.meter.averages_w

    @property
    def over_s(self) -> int:
        """For how long on end a phase of a circuit was above its limit at most."""
        return self.meter.over_s

    def tell(self, event: ev.Event) -> None:
        """Something happens to ev."""
        self.ev = ev.after(self.ev, event, self.rules, now_s=self.second, now=self.now)
        self.log += self.ev.said

    def want(
        self,
        mode: Mode | None = None,
        *,
        charger: str = "garage",
        phases: Phases | None = None,
        boost_until: datetime | None = None,
    ) -> None:
        """The owner's word for a charger."""
        self._eventful_s = self.second
        self.owned.append(self.second)
        self.tell(ev.Wanted(charger=charger, mode=mode, phases=phases, boost_until=boost_until))

    def type_soc(self, soc_pct: float, *, car: str = "car_1") -> None:
        """The owner types how full a car is."""
        self._eventful_s = self.second
        self.tell(CarTold(car=car, reading=CarReading(source=TYPED, as_of=self.at, soc_pct=soc_pct)))

    def list_trips(self, *trips: Entry) -> None:
        """The calendar holds these."""
        self._eventful_s = self.second
        self.tell(Listed(calendar="calendar", entries=trips, at_s=self.second))

    def accept(self, peak_w: float) -> None:
        """The owner accepts a month peak."""
        self._eventful_s = self.second
        self.house = dm.after(self.house, dm.Accepted(peak_w=peak_w), self.dm_rules)

    def kill_ev(self) -> None:
        """Ev stops without a word: the chargers keep what they were told."""
        self.ev_lives = False

    def restart_ev(self) -> None:
        """Ev starts again, with what it keeps."""
        kept = Kept(standing=standing(self.ev))
        self.ev_lives = True
        self.wires = {name: Wire(name, point) for name, point in self.points.items()}
        self.ev = self._priced(begun(self.rules, kept, at=self.now, now_s=self.second))

    def restart_dm(self) -> None:
        """Dm starts again: it knows the month's peak, which it keeps, and what the owner accepted."""
        self.dm_lives = True
        self.house = House(peaks=self.house.peaks, accepted=self.house.accepted)

    def run(
        self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, until: Callable[[], bool] | None = None
    ) -> Self:
        """Let time pass, a telegram each second, at most until something is true."""
        end = self.second + round(seconds + 60 * minutes + 3600 * hours)
        while self.second < end:
            self._pass(self._stride(end))
            if until is not None and until():
                break
        return self

    def _stride(self, end: int) -> int:
        """How many seconds may pass at once: in them the house draws the same, and nothing was told lately."""
        away = not any(point.car for point in self.points.values())
        most = min(self.leap_s * (4 if away else 1), end - self.second, 900 - self.second % 900)
        now = self.base_w(self.second), self.sun_w(self.second)
        if now != self._drawn_w:
            self._drawn_w, self._eventful_s = now, self.second
        if most <= 1 or self.second - self._eventful_s < CALM_S or not self._is_calm():
            return 1
        for point in self.points.values():
            most = min(most, max(1, (point.until_us - micros(self.at)) // SECOND))
        ahead = range(self.second + 1, self.second + most)
        return next((n - self.second for n in ahead if (self.base_w(n), self.sun_w(n)) != now), most)

    def _is_calm(self) -> bool:
        """Whether nothing of a charger is under way that seconds are counted for."""
        if not all(grant.fits or grant.over_w for grant in self.house.ledger.grants):
            return False
        for bay in self.ev.bays.values():
            counts = bay.pace.asked_s is not None and bay.why.held not in LONG
            if bay.post.moves or counts or bay.pace.switching.to or bay.why.held not in LASTING:
                return False
        return True

    def _pass(self, seconds: int) -> None:
        for point in self.points.values():
            point.step(seconds)
        self.second += seconds
        base_w, sun_w = self.base_w(self.second), self.sun_w(self.second)
        self.word = self._dm(self.meter.read(base_w, sun_w, second=self.second, passed_s=seconds))
        if self.ev_lives:
            self._ev(self.word)

    def _dm(self, reading: Reading) -> Word | None:
        if not self.dm_lives:
            return None
        if self.meter_talks:
            event: dm.Heard | dm.Silent = dm.Heard(reading=reading, received=self.at, now_s=self.second)
            self._heard_s = self.second
        else:
            event = dm.Silent(for_s=self.second - self._heard_s, why="no telegram comes", now=self.at)
        self.house = dm.after(self.house, event, self.dm_rules)
        if self.house.above:
            self.above.append(self.house.above)
        said = say_house(self.house, self.dm_rules, boot="dm", seq=self.second, now=self.at, now_s=self.second)
        self.log += [one.text for one in self.house.events]
        self.said = said
        return house_word(said)

    def _ev(self, word: Word | None) -> None:
        self.tell(ev.Heard(word=word) if word else ev.Ticked())
        for name, wire in self.wires.items():
            told = wire.read(self.second, deaf=name in self.deaf)
            if told is not None:
                self.tell(told)
        if self.second % 5 == 0 or self.leap_s > 1:
            self.tell(ev.Ticked())
        self.ev = steered(replace(self.ev, said=()), self.rules)
        self.log += self.ev.said
        for name, wire in self.wires.items():
            order, why = self.ev.bays[name].post.order, self.ev.bays[name].why
            done = wire.write(order, self.second, deaf=name in self.deaf, refusing=name in self.refusing)
            if done is not None:
                self._eventful_s = self.second
                if isinstance(done, Took) and self._goes.get(name, False) is not done.order.go:
                    self._goes[name] = done.order.go
                    self.turned.append((self.second, done.order.go, why))
                self.tell(done)
            self._explain(name)
        if self.dm_lives and self.dm_hears:
            said = self.ev_said = say_charging(self.ev, self.rules, boot="ev", seq=self.second, now=self.now, makes={})
            claimed = dm.Claimed(program="ev", claims=said.claims, drawn=said.drawn, now_s=self.second)
            self.house = dm.after(self.house, claimed, self.dm_rules)

    def _explain(self, name: str) -> None:
        why = self.ev.bays[name].why
        kind = why.reason, why.held
        if self._said.get(name) != kind:
            self._said[name] = kind
            self.sentences.append(sentence(why))

    def why(self, name: str = "garage") -> str:
        """The sentence of a charger now."""
        return sentence(self.ev.bays[name].why)

    def amps(self, name: str = "garage") -> float:
        """What a charge point offers its car now, A per phase."""
        return self.points[name].offered_a

    def told(self, name: str = "garage") -> list[tuple[int, float]]:
        """When a charger was told how many amperes; 0: to pause."""
        return [(at_s, order.current_a if order.go else 0.0) for at_s, order in self.wires[name].sent]

    def need(self, car: str = "car_1") -> Need:
        """What the next trip of a car takes."""
        return self.ev.needs[car][0]

    def pct(self, car: str = "car_1") -> float | None:
        """How full ev takes a car for."""
        return self.ev.cars[car].soc.pct(self.at)

    def turns(self, name: str = "garage") -> list[tuple[int, bool]]:
        """When a charger was told to let its car charge, or to stop."""
        turns: list[tuple[int, bool]] = []
        for at_s, order in self.wires[name].sent:
            if order.go != (turns[-1][1] if turns else False):
                turns.append((at_s, order.go))
        return turns

    @property
    def plugged_s(self) -> int:
        """When the last car was plugged in."""
        cable = next(iter(self.ev.plugged.cables.values()), None)
        return -1 if cable is None else round((cable.since - self.start).total_seconds())

    def pauses(self, name: str = "garage") -> int:
        """How often a charge was stopped."""
        return sum(not go for _, go in self.turns(name))


def steps(changes: Mapping[int, float], first: float = 0.0) -> Callable[[int], float]:
    """A load that is `first`, and from each of these seconds on another."""
    at = sorted(changes)

    def load(second: int) -> float:
        now = first
        for since in at:
            if since > second:
                break
            now = changes[since]
        return now

    return load
