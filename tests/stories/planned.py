"""A home whose dm plans: the homestead with the plan of dm in force, followed by ev and bs; nobody sleeps.

The planner is asked in this process: the solver, or the greedy one where the story says that the solver died. What
house and sun will do is what the story says is foreseen, which may be wrong.

A night is long: while nothing is under way that seconds are counted for, the meter speaks more seldom, and so the law
of each second holds for the seconds that something happens in.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lib import solver
from lib.core import charging as ev
from lib.core import greedy, planning
from lib.core import metering as dm
from lib.core import storage as bs
from lib.core.given import given
from lib.core.habits import Habits
from lib.core.house import Raised
from lib.core.in_force import Found, InForce
from lib.core.insured import NOBODY, Insured
from lib.core.outlook import Foreseen, Outlook
from lib.core.planning import Planning
from lib.core.problem import Problem
from lib.core.quarter import QUARTER, start_of
from lib.core.saved import Saving
from lib.core.why import Hold
from lib.messages import parse_message, to_json
from lib.messages.dm_plan import battery_of, cars_of, say_plan
from lib.messages.following import followed_of
from lib.messages.plan import Plan
from lib.sim.brussels import SECOND, micros
from lib.sim.charge_point import ChargePoint
from tests.stories.driveway import CALM_S, LASTING, LONG, Driveway
from tests.stories.homestead import READ_S, Homestead

Watts = Callable[[datetime], float]
HOLDS = timedelta(minutes=35)
DIED = "the solver was killed by SIGKILL"
LEAP_S, DEAD_LEAP_S = 20, 4  # a quarter counts as watched, and no lease lapses; with one dead, less
NEAR_W = 60.0
BEGINS_S, QUARTER_S = 5, 900


class Planned(Homestead):
    """The house, its charge points, its batteries, dm with a plan, ev and bs.

    Attributes:
        load_ahead, sun_ahead: what is foreseen at an instant, in W; load_off_w: how far off that mostly is.
        solver_lives: kill it. plans_made: False: dm makes none. insured: what it learned of the last days.
        plans: all that were made, with what made them due and the second they came into force.
        spent_eur: what energy cost by the meter, less what it earned.

    """

    def __init__(
        self,
        start: datetime,
        *points: ChargePoint,
        load_ahead: Watts = lambda _: 400.0,
        sun_ahead: Watts = lambda _: 0.0,
        load_off_w: float = 0.0,
        plans: bool = True,
        insured: Insured = NOBODY,
        **more: Any,
    ) -> None:
        self.load_ahead, self.sun_ahead, self.load_off_w = load_ahead, sun_ahead, load_off_w
        self.solver_lives, self.plans_made, self.insured = True, plans, insured
        self.planning = Planning()
        self.plans: list[tuple[int, InForce]] = []
        self.spent_eur = 0.0
        super().__init__(start, *points, **more)
        self.leap_s = LEAP_S

    @property
    def plan(self) -> InForce:
        """The one in force."""
        assert self.planning.in_force is not None
        return self.planning.in_force

    @property
    def because(self) -> list[str]:
        """What made each plan due, in order of time."""
        return [plan.because for _, plan in self.plans]

    def reprice(self, *prices: Any) -> None:
        """The prices are these from now on: that is news."""
        super().reprice(*prices)
        self.planning = replace(self.planning, news="prices were published")
        self._eventful_s = self.second

    def _stride(self, end: int) -> int:
        self.leap_s = LEAP_S if self.dm_lives and self.ev_lives and self.bs_lives else DEAD_LEAP_S
        most = Driveway._stride(self, end)
        for battery in self.batteries.values():
            most = min(most, max(1, (battery.until_us - micros(self.at)) // SECOND))
        return 1 if self.second % READ_S else max(1, most - most % READ_S)

    def _is_calm(self) -> bool:
        for bay in self.ev.bays.values():
            counts = bay.pace.asked_s is not None and bay.why.held not in LONG
            if bay.post.moves or counts or bay.pace.switching.to or bay.why.held not in LASTING:
                return False
            if bay.why.held is Hold.PEAK and bay.pace.go and bay.pace.current_a <= bay.post.least_a:
                return False  # it may be stopped at any second
        lately = self.bs.changed_s is not None and self.second - self.bs.changed_s < CALM_S
        return not lately and abs(self.battery_w - (self.bs.target_w or self.battery_w)) < NEAR_W

    def _pass(self, seconds: int) -> None:
        before_w, slot = self.meter.grid_w, next((one for one in self.prices if one.start <= self.at < one.end), None)
        if slot is not None:
            eur_kwh = slot.import_eur_kwh if before_w > 0 else slot.export_eur_kwh
            self.spent_eur += before_w * (eur_kwh or 0.0) * seconds / 3_600_000
        self._renew(seconds)
        super()._pass(seconds)
        if self.second % QUARTER_S == 0:
            self._eventful_s = self.second
        if self.plans_made and self.dm_lives and self.second > BEGINS_S:
            self._look()

    def _renew(self, seconds: int) -> None:
        """What each battery said holds for 15 s: before a longer leap it is as if it had said it again meanwhile."""
        soon_s = self.second + seconds
        for cord in self.cords.values():
            told = cord.read(soon_s, deaf=cord.battery.name in self.silent, unknown=cord.battery.name in self.unknown)
            if seconds > READ_S and self.bs_lives and told is not None:
                self.bs = bs.after(self.bs, told, self.storing, now_s=soon_s, now=self.now)

    def _look(self) -> None:
        now_s = float(self.second)
        if self.ev_lives and self.points:
            self.planning = planning.cars_heard(self.planning, cars_of(self.ev_said, heard_s=now_s))
        if self.bs_lives and self.batteries:
            self.planning = planning.battery_heard(self.planning, battery_of(self.bs_said, heard_s=now_s))
        running = self.house.quarter
        if running is not None:
            self.planning = planning.measured(self.planning, running.base_w, self.at, now_s)
        because = planning.due(self.planning, self.at, now_s)
        if because:
            self._follow(because)

    def _follow(self, because: str) -> None:
        given = self._problem()
        self.planning = planning.begun(self.planning, float(self.second))
        schedule = solver.solved(given) if self.solver_lives else greedy.schedule(given)
        trouble = "" if self.solver_lives else DIED
        found = Found(problem=given, schedule=schedule, trouble=trouble, because=because)
        self.planning = planning.found(self.planning, found)
        self.plans.append((self.second, self.plan))
        self._eventful_s = self.second
        raised = Raised(peak_w=self.plan.target_w, quarters=self.plan.quarters, until=self.at + HOLDS)
        self.house = dm.after(self.house, raised, self.dm_rules)
        said = say_plan(self.plan, Saving(), boot="dm", seq=self.second, peaks_cost=self.dm_rules.capacity_tariff)
        heard = parse_message(to_json(said))
        assert isinstance(heard, Plan)
        followed = followed_of(heard, now_s=float(self.second))
        if self.ev_lives:
            self.tell(ev.Planned(followed=followed))
        if self.bs_lives:
            self.put(bs.Planned(followed=followed))

    def _problem(self) -> Problem:
        return given(
            self.house,
            self.dm_rules,
            self.at,
            planning=self.planning,
            habits=Habits(insured=self.insured),
            prices=self.prices,
            outlook=self._outlook(),
            now_s=float(self.second),
        )

    def _outlook(self) -> Outlook:
        start = start_of(self.at)
        starts: Iterable[datetime] = (start + place * QUARTER for place in range(192))
        return Outlook(
            made=self.at,
            quarters=tuple(
                Foreseen(
                    start=one,
                    end=one + QUARTER,
                    load_w=self.load_ahead(one),
                    load_off_w=self.load_off_w,
                    sun_w=self.sun_ahead(one),
                )
                for one in starts
            ),
        )
