"""A car on the cable of the simulated house: how much it takes of what it is offered, and how full it gets.

In: amperes offered, watts and how long they flow. Out: amperes it wants, what its battery holds. Some give back.
Between two changes it takes the same, so any steps give the same battery. Knows no charger, no calendar and no clock.
"""

from math import ceil

from lib.core.charger import LEAST_A, in_steps
from lib.sim.brussels import HOUR
from lib.sim.journeys import Departure

TAPER_FROM_PCT, TAPER_FROM_W, TAPER_TO_W = 50, 50_000, 1_000  # on a line from there to a full battery
_STEPS_PCT = 4  # the taper goes in steps of a quarter of a per cent


class Car:
    """A car with its battery, its charger on board and its moods; who changes them calls `look` of its charge point.

    Attributes:
        phases: of its charger on board; most_a: on each of them; one_phase_a: where it is given only one.
        step_a: it takes whole multiples of this, rounded down; 0 takes any.
        limit_pct: where it ends the charge itself.
        efficiency, awake_w: of P at the wall, (P - awake_w) × efficiency reach the battery, so least at low power.
        ignores_pilot: takes its most whatever it is offered.
        asleep: takes nothing until it is woken; deaf_to: so many wake-ups are in vain.
        sleeps_after_s: plugged in without current so long, it falls asleep; None: never.
        patience: interrupted so often in one plug-in, it sulks: takes nothing until it is unplugged. None: never.
        discharge_w: the most that it gives back; 0: it gives nothing. gives_to_pct: it never gives below that.
        stranded_wh: what its journeys needed and its battery did not hold.
        departures: of its journeys, oldest first.

    """

    def __init__(
        self,
        *,
        name: str = "car_1",
        capacity_wh: int = 77_000,
        soc_pct: float = 50.0,
        phases: int = 3,
        most_a: float = 16.0,
        one_phase_a: float | None = None,
        step_a: float = 0.0,
        limit_pct: float = 100.0,
        efficiency: float = 0.93,
        awake_w: int = 250,
        ignores_pilot: bool = False,
        asleep: bool = False,
        deaf_to: int = 0,
        sleeps_after_s: float | None = None,
        patience: int | None = None,
        discharge_w: int = 0,
        gives_to_pct: float = 10.0,
    ) -> None:
        self.name = name
        self.capacity_wh = capacity_wh
        self.phases = phases
        self.most_a = most_a
        self.one_phase_a = most_a if one_phase_a is None else one_phase_a
        self.step_a = step_a
        self.limit_pct = limit_pct
        self.efficiency = efficiency
        self.awake_w = awake_w
        self.ignores_pilot = ignores_pilot
        self.asleep = asleep
        self.deaf_to = deaf_to
        self.sleeps_after_s = sleeps_after_s
        self.patience = patience
        self.discharge_w = discharge_w
        self.gives_to_pct = gives_to_pct
        self.sulks = False
        self.stranded_wh = 0.0
        self.departures: list[Departure] = []
        # watt-microseconds, so nothing is lost between two steps
        self._drawn = self._gained = self._given = self._spent = 0
        self._stored = 0
        self.set_soc(soc_pct)

    @property
    def soc_pct(self) -> float:
        """How full the battery is, 0 to 100."""
        return min(100.0, 100 * self._stored / (self.capacity_wh * HOUR))

    @property
    def drawn_wh(self) -> float:
        """What it took at the wall in its life here; gained_wh of it reached the battery."""
        return self._drawn / HOUR

    @property
    def gained_wh(self) -> float:
        """What its battery gained by charging in its life here."""
        return self._gained / HOUR

    @property
    def given_wh(self) -> float:
        """What it gave back at the wall in its life here; for that its battery lost spent_wh."""
        return self._given / HOUR

    @property
    def spent_wh(self) -> float:
        """What its battery lost by giving back in its life here."""
        return self._spent / HOUR

    @property
    def is_full(self) -> bool:
        """Whether it has what it wants: its limit, or a full battery."""
        return self._stored >= self._limit()

    def set_soc(self, soc_pct: float) -> None:
        """Make it so full. Raises ValueError outside 0 to 100."""
        if not 0 <= soc_pct <= 100:
            raise ValueError(f"a battery of {soc_pct} %: take 0 to 100")
        self._stored = round(self.capacity_wh * HOUR * soc_pct / 100)

    def wants_a(self, offered_a: float, *, phases: int, phase_v: float) -> float:
        """What it takes on each of `phases` when it is offered so much; never more, unless it ignores the pilot."""
        if self.asleep or self.sulks or self.is_full or not phases or offered_a < LEAST_A:
            return 0.0
        most_a = self.one_phase_a if phases == 1 else self.most_a
        current_a = most_a if self.ignores_pilot else min(offered_a, most_a)
        current_a = min(current_a, self.accepts_w / (phases * phase_v))
        return in_steps(current_a, self.step_a) if self.step_a else current_a

    @property
    def accepts_w(self) -> float:
        """The most its battery lets in now; falls as it fills, never to rise again while it charges."""
        whole = 100 * _STEPS_PCT
        end_of_step = (self._stored * whole // (self.capacity_wh * HOUR) + 1) / whole
        part = (100 * min(1.0, end_of_step) - TAPER_FROM_PCT) / (100 - TAPER_FROM_PCT)
        return TAPER_FROM_W - max(0.0, part) * (TAPER_FROM_W - TAPER_TO_W)

    def gains_w(self, power_w: int) -> int:
        """What reaches the battery of so many watts at the wall."""
        return max(0, int((power_w - self.awake_w) * self.efficiency))

    def offers_w(self, wanted_w: int) -> int:
        """What it gives back at the wall, when so much is wanted."""
        return min(wanted_w, self.discharge_w) if self._stored > self._least() and not self.asleep else 0

    def spends_w(self, power_w: int) -> int:
        """What leaves the battery for so many watts at the wall."""
        return ceil(power_w / self.efficiency) + self.awake_w

    def take(self, power_w: int, for_us: int) -> None:
        """Draw so many watts for so many microseconds; below zero: give them back."""
        if power_w < 0:
            spent = self.spends_w(-power_w) * for_us
            self._given -= power_w * for_us
            self._spent += spent
            self._stored -= spent
            return
        gained = self.gains_w(power_w) * for_us
        self._drawn += power_w * for_us
        self._gained += gained
        self._stored += gained

    def same_for_us(self, power_w: int) -> int | None:
        """For how long, at so many watts, it goes on wanting or giving the same; None: for ever."""
        if power_w < 0:
            return -(-max(0, self._stored - self._least()) // self.spends_w(-power_w))
        gains_w = self.gains_w(power_w)
        if not gains_w:
            return None
        whole, capacity = 100 * _STEPS_PCT, self.capacity_wh * HOUR
        step = max(self._stored * whole // capacity + 1, TAPER_FROM_PCT * _STEPS_PCT)
        ahead = [mark - self._stored for mark in (-(-step * capacity // whole), self._limit()) if mark > self._stored]
        return -(-min(ahead) // gains_w) if ahead else None

    def hear_wake_up(self) -> None:
        """The charger knocks: a sleeping car wakes, unless it is deaf to this one."""
        if self.asleep and self.deaf_to:
            self.deaf_to -= 1
        else:
            self.asleep = False

    def drive(self, energy_wh: float) -> None:
        """Take so much out of the battery; what it does not hold is noted as stranded."""
        wanted = round(energy_wh * HOUR)
        self.stranded_wh += max(0, wanted - self._stored) / HOUR
        self._stored = max(0, self._stored - wanted)

    def _least(self) -> int:
        return round(self.capacity_wh * HOUR * self.gives_to_pct / 100)

    def _limit(self) -> int:
        return round(self.capacity_wh * HOUR * self.limit_pct / 100)
