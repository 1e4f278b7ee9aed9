"""The plan of a year: what lib/commands/desk.py does live, in the loop itself, by the solver in this process.

In: the states of dm, ev and bs, and what is known of the days ahead. Out: what dm lets quarters count, and the plan as
ev and bs follow it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from lib import solver
from lib.core import greedy, habits, planning
from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.carport import Charging
from lib.core.cellar import Storage, StorageRules, lent
from lib.core.cost import PriceSlot
from lib.core.followed import Followed
from lib.core.given import given
from lib.core.habits import Habits, Note
from lib.core.house import House, Raised, Rules
from lib.core.in_force import Found
from lib.core.outlook import Foreseen, Outlook, foreseen, noted
from lib.core.parts import Parts
from lib.core.planning import Battery, Cars, Planning
from lib.core.problem import Problem, Row, Schedule
from lib.core.quarter import QUARTER_S, start_of
from lib.core.slots import Series, Slot
from lib.core.supposed import DAYS_BACK, Supposed
from lib.core.terms import BAND_DAYS
from lib.sim.year import words
from lib.sim.year.conditions import Perfect
from lib.sim.year.seen import SUN_AHEAD, Known, Setup

BACK = 96 * 2  # quarters of the index that dm keeps
SPARE_S = 1_200.0  # a plan holds so much longer than until the next one is due


class Desk:
    """dm's plan, from what is known now; habits: what it has learned of house and roof."""

    def __init__(self, setup: Setup, known: Known, rules: Rules) -> None:
        """rules: dm's."""
        self._setup, self._known, self._rules = setup, known, rules
        self._planning = Planning()
        self._said: tuple[object, ...] = ()
        self.habits = Habits()
        self._prices = Supposed(())
        self._suns: list[Slot] = []
        self._planned_s: float | None = None
        self._quarter: datetime | None = None
        perfect = setup.conditions.perfect
        self._knows_load, self._knows_sun = Perfect.LOAD in perfect, Perfect.SUN in perfect
        self._is_told = self._knows_load or self._knows_sun or setup.conditions.last_weeks_load

    def learn(self, parts: Parts) -> None:
        """A quarter is over, of which the sun had been foreseen whether or not a plan was made in it."""
        if self._setup.has_sun:
            told_w = self._known.sun_foreseen_w(self._known.quarter(parts.start))
            self.habits = habits.after(self.habits, Note(made=parts.start, told_w=told_w))
        self.habits = habits.after(self.habits, parts)

    def index(self) -> Series:
        """The market's prices, as far as they are published."""
        known = self._known
        first = max(0, known.now - BACK)
        return Series(
            tuple(Slot(known.at(n), known.at(n + 1), known.index_eur_mwh(n)) for n in range(first, known.published))
        )

    def publish(self) -> tuple[PriceSlot, ...]:
        """What a kWh costs and earns from this day's midnight on, as dm tells it: of a fixed contract for some days."""
        known = self._known
        first = max(0, known.now - 96 * DAYS_BACK)
        until = min(known.published, known.now + BAND_DAYS * 96)
        slots = [
            PriceSlot(known.at(n), known.at(n + 1), known.import_eur_kwh(n), known.export_eur_kwh(n))
            for n in range(first, until)
        ]
        self._prices = Supposed(slots)
        if self._planning.in_force is not None and self._setup.contract.market:
            self._planning = replace(self._planning, news="prices were published")
        today = midnight(local_day(known.at(known.now)))
        return tuple(slot for slot in slots if slot.start >= today)

    def look(
        self,
        house: House,
        charging: Charging,
        storage: Storage,
        rules: StorageRules,
        load_w: float | None,
        now_s: float,
    ) -> tuple[Raised, Followed] | None:
        """The plan that comes into force now; None: none is due. load_w: of the house now; rules: of bs."""
        at, running, every_s = house.at, house.quarter, self._setup.plan_every_s
        if at is None:
            return None
        self._listen(charging, storage, rules)
        if running is not None and every_s <= QUARTER_S:  # else the next plan is soon enough for what the house draws
            self._planning = planning.measured(self._planning, running.base_w, at, now_s)
        is_new, self._quarter = start_of(at) != self._quarter, start_of(at)
        because = planning.due(self._planning, at, now_s)
        is_early = because == planning.NEW_QUARTER and now_s - (self._planned_s or 0.0) < every_s
        if not because or (is_early and not (is_new and planning.behind(self._planning, at))):
            return None
        if self._planned_s is None or because == planning.NEW_QUARTER or now_s - self._planned_s >= every_s:
            self._planned_s = now_s
        self._hear(charging, storage, rules)
        found = self._problem(house, at, load_w)
        self._planning = planning.begun(self._planning, now_s)
        new = Found(problem=found, schedule=_schedule(found), because=because)
        self._planning = planning.found(self._planning, new)
        plan = self._planning.in_force
        assert plan is not None
        holds_s = every_s + SPARE_S
        raised = Raised(peak_w=plan.target_w, quarters=plan.quarters, until=at + timedelta(seconds=holds_s))
        return raised, words.followed(plan, until_s=now_s + holds_s)

    def _listen(self, charging: Charging, storage: Storage, rules: StorageRules) -> None:
        """What makes news is heard at once, the rest when a plan is made."""
        said = (
            charging.wants,
            [(bay.post.plug.is_car, bay.mode, bay.post.reading is None) for bay in charging.bays.values()],
            [cell.able for cell in storage.cells.values()],
            storage.mode,
            storage.target_w is None,
        )
        if said != self._said:
            self._said = said
            self._hear(charging, storage, rules)

    def _hear(self, charging: Charging, storage: Storage, rules: StorageRules) -> None:
        """What the programs say, which never fall silent: at no time, so that it always holds."""
        if self._setup.car is not None:
            bays = charging.bays
            cars = Cars(
                wants=charging.wants,
                rows=(Row(name="connection", most_w=self._rules.connection_w, house=True),),
                plugged=frozenset(name for name, bay in bays.items() if bay.post.plug.is_car),
                modes={name: bay.mode.value for name, bay in bays.items()},
                known=all(bay.post.reading is not None for bay in bays.values()),
            )
            self._planning = planning.cars_heard(self._planning, cars)
        if self._setup.battery is not None:
            battery = Battery(
                store=lent(storage, rules), mode=storage.mode.value, capacity_wh=self._setup.battery.capacity_wh
            )
            self._planning = planning.battery_heard(self._planning, battery)

    def _problem(self, house: House, at: datetime, load_w: float | None) -> Problem:
        sun = self._sun()
        outlook = foreseen(self.habits, at, now_w=load_w, sun=sun, sun_by="a forecast", sun_made=at)
        self.habits = habits.after(self.habits, noted(outlook, sun))
        outlook = self._told(outlook)
        found = given(
            house,
            self._rules,
            at,
            planning=self._planning,
            habits=self.habits,
            prices=self._prices,
            outlook=outlook,
            now_s=0.0,
        )
        if not self._knows_load or found.store is None:
            return found
        spans = tuple(replace(span, keep_wh=0.0) for span in found.spans)
        return replace(found, spans=spans, leeways=())  # nothing is unforeseen

    def _sun(self) -> Series | None:
        """The forecast of the roof, two days ahead."""
        if not self._setup.has_sun:
            return None
        known = self._known
        until = min(known.quarters, known.quarter(known.at(known.now) + SUN_AHEAD))
        self._suns = [slot for slot in self._suns if slot.start >= known.at(known.now)] if self._suns else []
        first = known.now + len(self._suns)
        self._suns += [Slot(known.at(n), known.at(n + 1), known.sun_foreseen_w(n)) for n in range(first, until)]
        return Series(tuple(self._suns))

    def _told(self, outlook: Outlook) -> Outlook:
        """With what really comes, or what came a week before, where that was asked for."""
        if not self._is_told:
            return outlook
        known = self._known

        def one(quarter: Foreseen) -> Foreseen:
            number = known.quarter(quarter.start)
            if number >= min(known.quarters, known.quarter(known.at(known.now) + SUN_AHEAD)):
                return quarter
            if (load_wh := known.load_foreseen_wh(number)) is not None:
                off_w = 0.0 if self._knows_load else quarter.load_off_w
                quarter = replace(quarter, load_w=load_wh * 4, load_off_w=off_w)
            if self._knows_sun:
                quarter = replace(quarter, sun_w=known.sun_foreseen_w(number), sun_off_w=0.0)
            return quarter

        return replace(outlook, quarters=tuple(map(one, outlook.quarters)))


def _schedule(problem: Problem) -> Schedule:
    """The solver's, or the greedy one where that finds none, as lib/commands/planner.py does it."""
    try:
        return solver.solved(problem)
    except solver.SolverError:
        return greedy.schedule(problem)
