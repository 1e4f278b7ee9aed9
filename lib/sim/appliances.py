"""An appliance is a row of stages: so many seconds with so much power, gas and water.

In: a kind of appliance (what it does when it runs, and when people use it), instants, hands on its switch.
Out: what it draws now and until when. Between two stages nothing changes, so the world can count exactly.
Does not know its neighbours, the grid or the meter. All phases are numbered 0, 1, 2.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import NamedTuple

from lib.sim.brussels import SECOND, ZONE, local, micros
from lib.sim.sky import Sky

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
WORKDAYS = (0, 1, 2, 3, 4)
WEEKEND = (5, 6)
_FOR_EVER_S = 10 * 365 * 86_400


class Stage(NamedTuple):
    """What an appliance draws for some whole seconds: electricity and gas in W, water in ml/s."""

    seconds: int
    power_w: int = 0
    gas_w: int = 0
    water_ml_s: int = 0


class Flow(NamedTuple):
    """What flows at one instant: W per phase (+ is drawn), gas in W, water in ml/s."""

    phases_w: tuple[int, int, int]
    gas_w: int
    water_ml_s: int


@dataclass(slots=True)
class Moment:
    """What an appliance can know while it runs: the instant, the sky, and its own dice."""

    at_us: int
    sky: Sky
    dice: Random

    @property
    def hour(self) -> float:
        """The local time of day in hours, 0 to 24."""
        now = local(self.at_us)
        return now.hour + now.minute / 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """On `days` (0 = Monday), with `chance`, somebody starts it at local time `at`, give or take `spread_min`."""

    at: time
    spread_min: int = 20
    chance: float = 1.0
    days: tuple[int, ...] = EVERY_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of appliance. Without habits it runs for ever; its programme then never ends."""

    name: str
    phases: tuple[int, ...]
    programme: Callable[[Moment], Iterator[Stage]]
    habits: tuple[Habit, ...] = ()
    standby_w: int = 0


class Appliance:
    """One appliance at work: `flow` holds until `until_us`, then call `advance`."""

    def __init__(self, kind: Kind, *, seed: int, sky: Sky, at_us: int) -> None:
        self.kind = kind
        self.running = False
        self.until_us = at_us
        self.flow = Flow((0, 0, 0), 0, 0)
        self._seed = seed
        self._moment = Moment(at_us, sky, Random(f"{seed} {kind.name}"))
        self._life = self._live()
        self.advance()

    @property
    def power_w(self) -> int:
        """What it draws now over all phases, in W."""
        return sum(self.flow.phases_w)

    def advance(self) -> None:
        """Begin the next stage where this one ends."""
        self._moment.at_us = self.until_us
        stage = next(self._life)
        self.until_us += max(1, stage.seconds) * SECOND
        share_w, rest_w = divmod(stage.power_w, len(self.kind.phases))
        phases_w = [share_w if phase in self.kind.phases else 0 for phase in range(3)]
        phases_w[self.kind.phases[0]] += rest_w
        self.flow = Flow((phases_w[0], phases_w[1], phases_w[2]), stage.gas_w, stage.water_ml_s)

    def switch_on(self, at_us: int) -> None:
        """Start its programme now; afterwards its habits go on."""
        self._turn(self._live_on(), at_us)

    def switch_off(self, at_us: int) -> None:
        """Stop now, until somebody's habit or hand starts it again."""
        self._turn(self._live() if self.kind.habits else self._rest(), at_us)

    def _turn(self, life: Iterator[Stage], at_us: int) -> None:
        self._life, self.until_us = life, at_us
        self.advance()

    def _live(self) -> Iterator[Stage]:
        while True:
            if self.kind.habits:
                self.running = False
                yield Stage((self._next_start() - self._moment.at_us) // SECOND, self.kind.standby_w)
            self.running = True
            yield from self.kind.programme(self._moment)

    def _live_on(self) -> Iterator[Stage]:
        self.running = True
        yield from self.kind.programme(self._moment)
        yield from self._live()

    def _rest(self) -> Iterator[Stage]:
        self.running = False
        while True:
            yield Stage(_FOR_EVER_S)

    def _next_start(self) -> int:
        """When somebody will start it next, in microseconds.

        The dice of a day are its own: the same day has the same starts, whenever the world began.
        """
        today = local(self._moment.at_us).date()
        for later in range(-1, 400):
            day = today + timedelta(days=later)
            dice = Random(f"{self._seed} {self.kind.name} {day}")
            starts = []
            for habit in self.kind.habits:
                throw, shift_s = dice.random(), dice.randint(-60 * habit.spread_min, 60 * habit.spread_min)
                if day.weekday() in habit.days and throw < habit.chance:
                    starts.append(micros(datetime.combine(day, habit.at, ZONE)) + shift_s * SECOND)
            due = [start for start in starts if start > self._moment.at_us]
            if due:
                return min(due)
        return self._moment.at_us + _FOR_EVER_S * SECOND
