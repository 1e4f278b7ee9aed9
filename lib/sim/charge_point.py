"""A charge point of the simulated house: a cable, perhaps with a car, and what it offers.

In: orders, hands on the cable, time. Out: watts on each phase of the house, + into the car, and until when they hold.
Between two changes nothing changes, so any steps give the same energy. Knows no box, no meter and no clock.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from lib.core.charger import LEAST_A
from lib.core.power import PHASE_V
from lib.sim.brussels import SECOND
from lib.sim.car import Car
from lib.sim.contactor import Contactor
from lib.sim.joined import NEVER_US, Joined
from lib.sim.journeys import Departure, Journey, Journeys
from lib.sim.register import Register


class Fault(StrEnum):
    """What may be wrong with it; it then offers nothing until somebody clears it."""

    RESIDUAL_CURRENT = "residual current"
    TOO_HOT = "too hot"
    PHASE = "a phase is missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeSettings:
    """What it was told. limit_wh: stops after so much since the plug-in, 0 never; phases: 1 to 3.

    give_w: what its car shall give back, in place of charging; 0: nothing.
    """

    current_a: float = 16.0
    paused: bool = False
    limit_wh: int = 0
    phases: int = 3
    give_w: int = 0


class ChargePoint(Joined):
    """One charge point.

    An order shows after `lag_s`. The car then follows over `ramp_s`; other phases take `switch_s` besides.

    Attributes:
        settings: what holds now; told: what will, when all orders have shown.
        most_a: the least of unit, attachment and cable; phases: the attachment's.
        wired: the house's phases on which its own L1, L2, L3 hang, such as "123", "231" or "2".
        home: the car that parks here; car: the one on the cable.
        fault: what is wrong; None when it is well.
        forgetful: loses pause and limit at each plug-in.
        gives_back: it can be told a negative power, as few can.
        register: its counters.
        cut_under_load: how often the supply of a phase was cut while it was charging.
        unplugged: is called each time a car is gone from the cable; it may set an alarm, and tell nothing.

    """

    def __init__(
        self,
        *,
        start: datetime,
        name: str = "garage",
        most_a: float = 16.0,
        phases: int = 3,
        wired: str = "123",
        settings: ChargeSettings | None = None,
        car: Car | None = None,
        plugged: bool = True,
        journeys: Iterable[Journey] = (),
        lag_s: float = 2.0,
        ramp_s: float = 8.0,
        switch_s: float = 5.0,
        phase_v: float = PHASE_V,
        forgetful: bool = False,
        total_wh: int = 2_904_511,
        gives_back: bool = False,
    ) -> None:
        if len(set(wired)) != len(wired) or not set(wired) <= set("123") or len(wired) < phases:
            raise ValueError(f'wired {wired!r} cannot carry {phases} phases: take "123", "231" or such as "2" for one')
        super().__init__(name=name, start=start)
        self.most_a = most_a
        self.phases = phases
        self.wired = tuple(int(one) - 1 for one in wired)
        self.settings = self.told = self._kept = settings or ChargeSettings(current_a=most_a)
        self.phase_v = phase_v
        self.forgetful = forgetful
        self.gives_back = gives_back
        self.home = car
        self.car: Car | None = None
        self.fault: Fault | None = None
        self.register = Register(total_wh=total_wh)
        self.cut_under_load = 0
        self.unplugged: Callable[[], None] | None = None
        self._lag_us = round(lag_s * SECOND)
        self._contactor = Contactor(ramp_s=ramp_s, switch_s=switch_s, at_us=self._at_us)
        self._coming: deque[tuple[int, ChargeSettings]] = deque()
        self._journeys = Journeys(journeys, at_us=self._at_us)
        self._supply = 3
        self._down_us: int | None = None
        self._alarms: dict[str, tuple[int, Callable[[], None]]] = {}
        self._is_ringing = False
        if plugged and car:
            self.plug_in()

    @property
    def is_down(self) -> bool:
        """Whether it is starting up and answers nobody."""
        return self._down_us is not None

    @property
    def is_waking(self) -> bool:
        """Whether its relays are open between two numbers of phases, while it wakes the car."""
        return self._contactor.waking_us is not None

    @property
    def is_switching(self) -> bool:
        """Whether it is on its way from one number of phases to another."""
        return self.is_waking or self.relays not in {0, self.lines}

    @property
    def is_charging(self) -> bool:
        """Whether a car draws, or is about to: state C."""
        return self.relays > 0

    @property
    def is_limited(self) -> bool:
        """Whether the energy limit is reached."""
        return self.settings.limit_wh > 0 and self.register.has(self.settings.limit_wh)

    @property
    def permitted(self) -> bool:
        """Whether the car on the cable may charge."""
        stopped = self.settings.paused or self.settings.give_w or self.is_limited or self.fault or self.is_down
        return self.car is not None and not stopped and self.offer_a >= LEAST_A

    @property
    def ended(self) -> bool:
        """Whether the car may charge and did, and wants no more."""
        return self.permitted and self.register.charged_s > 0 and not self.is_charging and not self.is_waking

    @property
    def offer_a(self) -> float:
        """The amperes it is set to."""
        return min(self.settings.current_a, self.most_a)

    @property
    def offered_a(self) -> float:
        """What it signals to the car, A per phase; 0 while the car may not charge."""
        return self.offer_a if self.permitted else 0.0

    @property
    def lines(self) -> int:
        """On how many phases a car would charge now: the least of setting, attachment, supply and car."""
        return min(self.settings.phases, self.phases, self._supply, self.car.phases if self.car else 3)

    @property
    def drawn_a(self) -> float:
        """What the car draws on each phase in use."""
        return self._contactor.ramp.now_a

    @property
    def phases_a(self) -> tuple[float, float, float]:
        """What the car draws on the charge point's own L1, L2, L3."""
        one, two, three = (self.drawn_a if phase < self.relays else 0.0 for phase in range(3))
        return one, two, three

    @property
    def relays(self) -> int:
        """How many phases are behind closed relays."""
        return self._contactor.relays

    @property
    def interruptions(self) -> int:
        """How often the car, in this plug-in, was not let go on."""
        return self._contactor.interruptions

    @property
    def switches(self) -> int:
        """Changes of phases under way so far."""
        return self._contactor.switches

    @property
    def power_w(self) -> int:
        """What the car draws now, in W; below zero: what it gives back."""
        return sum(self.flow_w)

    @property
    def total_wh(self) -> int:
        """What went through in its life; only grows."""
        return self.register.total_wh

    @property
    def plugin_wh(self) -> float:
        """What went through since the car was plugged in; keeps its value when it is gone."""
        return self.register.plugin_wh

    @property
    def plugins(self) -> int:
        """Plug-ins so far."""
        return self.register.plugins

    @property
    def journey(self) -> Journey | None:
        """The journey that its car is on; None while it is at home."""
        return self._journeys.under_way

    @property
    def supply_phases(self) -> int:
        """How many phases reach it, 1 to 3; a relay before it cuts the others, also under load."""
        return self._supply

    @supply_phases.setter
    def supply_phases(self, phases: int) -> None:
        self._supply = phases
        if self.relays > phases:
            self._contactor.relays = phases
            self.cut_under_load += self.drawn_a > 0
        self.look()

    def tell(
        self,
        *,
        current_a: float | None = None,
        paused: bool | None = None,
        limit_wh: int | None = None,
        phases: int | None = None,
        power_w: int | None = None,
    ) -> None:
        """Order something; None leaves it. It holds after the lag.

        power_w: negative: what the car shall give back in place of charging, 0: no more. Raises ValueError where it
        cannot be told that, or for a power above zero, which is told in amperes.
        """
        if power_w is not None and (power_w > 0 or not self.gives_back):
            raise ValueError(f"{self.name}: {power_w} W: it gives nothing back, and what it takes is told in amperes")
        self.told = ChargeSettings(
            current_a=self.told.current_a if current_a is None else current_a,
            paused=self.told.paused if paused is None else paused,
            limit_wh=self.told.limit_wh if limit_wh is None else limit_wh,
            phases=self.told.phases if phases is None else phases,
            give_w=self.told.give_w if power_w is None else -power_w,
        )
        self._coming.append((self._at_us + self._lag_us, self.told))
        self.look()

    def plug_in(self, car: Car | None = None) -> None:
        """Put `car` on the cable, or the one that parks here; another one is unplugged first."""
        self._disconnect()
        self.home = car or self.home
        self._journeys.under_way = None
        self._connect()
        self.look()

    def unplug(self) -> Car | None:
        """Pull the cable out of the car, if there is one; it stays parked here."""
        car = self.car
        self._disconnect()
        self.look()
        return car

    def wake_car(self) -> None:
        """The owner wakes the car, as with its app; a sulking one too."""
        if self.home:
            self.home.asleep = self.home.sulks = False
            self._contactor.wake(self.home, self._at_us)
        self.look()

    def fail(self, fault: Fault | None) -> None:
        """Something is wrong, or is well again."""
        self.fault = fault
        if fault:
            self._contactor.cut(self.car, self._at_us)
        self.look()

    def reboot(self, for_s: float = 20.0) -> None:
        """Go down for so long; it comes back with the settings it began with, and its counters go on."""
        self._down_us = self._at_us + round(for_s * SECOND)
        self._coming.clear()
        self.settings = self.told = self._kept
        self._contactor.cut(self.car, self._at_us)
        self.look()

    def attach(self, *, phases: int, most_a: float) -> None:
        """Another attachment: so many phases, so many amperes."""
        self.phases, self.most_a = min(phases, len(self.wired)), most_a
        self.look()

    def alarm(self, name: str, after_s: float | None, ring: Callable[[], None] | None = None) -> None:
        """Call `ring` once, so long from now by this point's time, in place of an alarm so named; None: never mind.

        What rings may tell it something.
        """
        self._alarms.pop(name, None)
        if after_s is not None and ring is not None:
            self._alarms[name] = (self._at_us + round(after_s * SECOND), ring)
        self.look()

    def look(self) -> None:
        """Follow what a hand changed, such as the car's moods, now; harmless when nobody changed anything."""
        if self._is_ringing:
            return
        self._follow()

    def _count(self, until_us: int) -> None:
        for_us = until_us - self._at_us
        self._at_us = until_us
        if self.car:
            self.register.take(self.power_w, for_us)
            self.car.take(self.power_w, for_us)

    def _connect(self) -> None:
        self.car = self.home
        if not self.car:
            return
        self.register.begin()
        self._contactor.begin(self._at_us)
        if self.forgetful:
            self._coming.clear()
            self.settings = self.told = replace(self.told, paused=False, limit_wh=0)

    def _disconnect(self) -> None:
        if self.car:
            self.car.sulks = False
            self._contactor.cut(None, self._at_us)
            self.car = None
            if self.unplugged:
                self._calmly(self.unplugged)

    def _settle(self) -> None:
        if self._down_us is not None and self._down_us <= self._at_us:
            self._down_us = None
        self._ring()
        while self._coming and self._coming[0][0] <= self._at_us:
            self._obey(self._coming.popleft()[1])
        self._travel()
        self._contactor.regulate(
            self.car, offered_a=self.offered_a, lines=self.lines, phase_v=self.phase_v, at_us=self._at_us
        )
        given_w = self._given_w()
        lines = self.lines if given_w else self.relays
        watts = -(given_w // lines) if given_w else round(self.drawn_a * self.phase_v)
        used = self.wired[:lines]
        self.flow_w = (watts * (0 in used), watts * (1 in used), watts * (2 in used))
        self.until_us = min(self._changes(), default=NEVER_US)

    def _ring(self) -> None:
        """The alarms that are due, which may set others."""
        due = [name for name, (at_us, _) in self._alarms.items() if at_us <= self._at_us]
        for name in due:
            self._calmly(self._alarms.pop(name)[1])

    def _calmly(self, call: Callable[[], None]) -> None:
        """What is changed in a call is followed after it."""
        self._is_ringing = True
        call()
        self._is_ringing = False

    def _given_w(self) -> int:
        """What the car gives back, once it charges no more."""
        stopped = self.is_charging or self.is_waking or self.fault or self.is_down
        return 0 if stopped or not self.car else self.car.offers_w(self.settings.give_w)

    def _obey(self, settings: ChargeSettings) -> None:
        woken = self.settings.paused and not settings.paused
        self.settings = settings
        if woken and self.car:
            self._contactor.wake(self.car, self._at_us)

    def _travel(self) -> None:
        """The car leaves, or comes back, when its time has come; without a cable in it too."""
        while journey := self._journeys.pass_by(self._at_us):
            if not self.home:
                continue
            if self._journeys.under_way:
                self.home.departures.append(Departure(self.at, self.home.soc_pct))
                self._disconnect()
            else:
                self.home.drive(journey.energy_wh)
                self._connect()

    def _changes(self) -> Iterator[int]:
        """The instants after this one at which something may change by itself."""
        yield from self._contactor.changes_us(self.car, self._at_us)
        for known_us in (self._down_us, self._journeys.until_us):
            if known_us is not None:
                yield known_us
        if self._coming:
            yield self._coming[0][0]
        yield from (at_us for at_us, _ in self._alarms.values())
        power_w = self.power_w
        if not self.car or not power_w:
            return
        same_us = self.car.same_for_us(power_w)
        if same_us is not None:
            yield self._at_us + same_us
        if self.settings.limit_wh and not self.is_limited and power_w > 0:
            yield self._at_us + self.register.left_us(self.settings.limit_wh, power_w)
