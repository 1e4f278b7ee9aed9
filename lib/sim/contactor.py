"""What lies between a charge point and its car: relays that close, a current that follows, phases that change.

In: the car, amperes offered (0: it may not charge), on how many phases, instants in microseconds. Out: the current now,
how many relays are closed, and until when that holds. Knows no order, no energy and no wiring.
"""

from collections.abc import Iterator

from lib.sim.brussels import SECOND
from lib.sim.car import Car
from lib.sim.ramp import Ramp


class Contactor:
    """Relays, and the current through them.

    Other phases take their time: down to nothing, relays open, the car woken for `switch_s`, relays closed, up again.

    Attributes:
        ramp: the current on each phase.
        relays: phases behind closed relays; 0 while they are open.
        waking_us: until when the car is woken between two numbers of phases; None: it is not.
        interruptions: how often the car on the cable was not let go on; switches: changes of phases so far.

    """

    def __init__(self, *, ramp_s: float, switch_s: float, at_us: int) -> None:
        self.ramp = Ramp(ramp_s, at_us=at_us)
        self.relays = 0
        self.waking_us: int | None = None
        self.interruptions = 0
        self.switches = 0
        self._switch_us = round(switch_s * SECOND)
        self._idle_us = at_us  # since when the car draws nothing

    def begin(self, at_us: int) -> None:
        """A car is plugged in."""
        self.interruptions = 0
        self._idle_us = at_us

    def wake(self, car: Car, at_us: int) -> None:
        """Knock at a sleeping car."""
        self._idle_us = at_us
        car.hear_wake_up()

    def cut(self, car: Car | None, at_us: int) -> None:
        """Open the relays at once; `car` notices, None: it is on no cable any more."""
        if self.ramp.to_a and car:
            self._interrupt(car)
        self.ramp.cut(at_us)
        self.relays = 0
        self.waking_us = None
        self._idle_us = at_us

    def regulate(self, car: Car | None, *, offered_a: float, lines: int, phase_v: float, at_us: int) -> None:
        """Bring relays and current up to `at_us`; lines: on how many phases the car would charge."""
        if car and self._sleeps_us(car) == at_us:
            car.asleep = True
        while self._next_stage(car, offered_a=offered_a, lines=lines, phase_v=phase_v, at_us=at_us):
            pass

    def changes_us(self, car: Car | None, at_us: int) -> Iterator[int]:
        """The instants after `at_us` at which something changes by itself."""
        sleeps_us = self._sleeps_us(car) if car else None
        for known_us in (sleeps_us, self.waking_us, self.ramp.until_us(at_us)):
            if known_us is not None and known_us > at_us:
                yield known_us

    def _next_stage(self, car: Car | None, *, offered_a: float, lines: int, phase_v: float, at_us: int) -> bool:
        """One stage; True: there is another one at this instant."""
        if self.waking_us is not None and self.waking_us <= at_us:
            self.waking_us = None
        ready = offered_a > 0 and self.waking_us is None
        wanted_a = car.wants_a(offered_a, phases=lines, phase_v=phase_v) if car and ready else 0.0
        leaves = wanted_a > 0 and self.relays not in {0, lines}  # for another number of phases
        ends = ready and not wanted_a  # the car itself
        self.ramp.follow(at_us)
        if self.ramp.to_a and car and (leaves or not ready):
            self._interrupt(car)
        self.ramp.aim(0.0 if leaves else wanted_a, at_us=at_us, at_once=ends)
        if wanted_a and not self.relays:
            self.relays = lines
        elif self.relays and self.ramp.is_idle:
            self.relays = 0
            self._idle_us = at_us
            if leaves and car:
                self.switches += 1
                self.waking_us = at_us + self._switch_us
                self.wake(car, at_us)
                return True
        return False

    def _interrupt(self, car: Car) -> None:
        self.interruptions += 1
        car.sulks = car.patience is not None and self.interruptions >= car.patience

    def _sleeps_us(self, car: Car) -> int | None:
        """When the car falls asleep for want of current."""
        if car.asleep or car.sleeps_after_s is None or self.relays:
            return None
        return self._idle_us + round(car.sleeps_after_s * SECOND)
