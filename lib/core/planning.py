"""The plan of dm: what cars and battery want, when it is worked out anew, which one is in force, how high it may go.

In: what programs said, what a planner found. Out: the plan in force, and what it is for. It knows no message, no child
process and no clock; time is the meter's, and our monotonic seconds for what was heard.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from lib.core import around
from lib.core.arbitrage import Store
from lib.core.outcome import Outcome, counts_w, weighed
from lib.core.plan import Block, Want
from lib.core.problem import HOUR, Problem, Row, Schedule
from lib.core.quarter import QUARTER, start_of
from lib.core.wants import left_wh

HEARD_S = 60.0  # what a program said longer ago holds no more: it says its state each 5 s
SAVES_EUR = 0.03  # a plan that is better by less does not take another's place
SAME_EUR, LACKS_WH = 0.002, 10.0  # what is dearer by no more costs the same; who lacks more is no better off whatever
CRUMB_WH = 0.1  # nobody lacks it
SAME_WH = 1500.0  # from one word of ev to the next a want changes by less: a car tells its state by the per cent
SAME_W = 1000.0  # that a circuit leaves more or less
OFF_W, OFF_S, AGAIN_S = 800.0, 120.0, 300.0  # so much more or less than foreseen, for so long, is news; not too often
BEHIND_WH, SOON = 250.0, timedelta(hours=2)  # so much less of what it must have by then is much
LEAST_GAP_S = 3.0  # between two plans: news that come together make one
NEVER, NEW_QUARTER = "the first plan", "a new quarter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cars:
    """What ev said: what cars want, what they share, which hang on a cable, what they are called; heard_s: when.

    known: whether each charger was read, or does not answer; ev has just begun else.
    """

    wants: tuple[Want, ...] = ()
    rows: tuple[Row, ...] = ()
    plugged: frozenset[str] = frozenset()
    modes: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    known: bool = True
    heard_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """What bs said: all batteries as one, None while it steers none, and what they hold; the owner's mode; when."""

    store: Store | None = None
    phases: tuple[int, ...] = (1, 2, 3)
    mode: str = ""
    capacity_wh: float = 0.0
    heard_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a planner found for a problem; trouble: why it is not the solver's, in a sentence."""

    problem: Problem
    schedule: Schedule
    trouble: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The plan that is followed, what it was made for, and how it fares.

    because: what made it be worked out. quarters: those in which it draws above what is paid, and target_w: how high.
    """

    problem: Problem
    schedule: Schedule
    outcome: Outcome
    trouble: str = ""
    because: str = ""
    quarters: frozenset[datetime] = frozenset()

    @property
    def target_w(self) -> float:
        """How high it lets this month's peak go."""
        return self.outcome.peaks_w[0]

    def peak_w(self, at: datetime) -> float | None:
        """What the quarter that holds `at` may count by the plan, where that is more than what is paid."""
        return self.target_w if start_of(at) in self.quarters else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """What dm knows for its plan, and the plan.

    Attributes:
        cars, battery: None: nobody said anything yet, or for too long.
        news: why another plan is due, "" for no reason; off_s: since when the house draws otherwise than foreseen.
        begun_s: when one was last begun; works: it is not there yet.

    """

    cars: Cars | None = None
    battery: Battery | None = None
    in_force: InForce | None = None
    news: str = NEVER
    off_s: float | None = None
    begun_s: float | None = None
    works: bool = False


def cars_heard(planning: Planning, cars: Cars) -> Planning:
    """After ev's word; what changed in it is news."""
    before = planning.cars
    if not cars.known and before is not None:
        return planning
    news = ""
    if before is None or cars.heard_s - before.heard_s > HEARD_S:
        news = "the cars are known"
    elif cars.plugged != before.plugged:
        names = ", ".join(sorted(cars.plugged ^ before.plugged))
        news = f"{names} was {'plugged in' if cars.plugged > before.plugged else 'unplugged'}"
    elif cars.modes != before.modes:
        news = "a charger's mode changed"
    elif not _same(cars.wants, before.wants):
        news = "what cars need changed"
    elif not _alike(cars.rows, before.rows):
        news = "what circuits carry changed"
    return _told(replace(planning, cars=cars), news)


def battery_heard(planning: Planning, battery: Battery) -> Planning:
    """After bs's word; whether it steers, and how, is news."""
    before = planning.battery
    news = ""
    if before is None or battery.heard_s - before.heard_s > HEARD_S:
        news = "the battery is known"
    elif battery.mode != before.mode:
        news = "the battery's mode changed"
    elif (battery.store is None) != (before.store is None):
        news = "the battery is known" if battery.store else "the battery is not steered"
    return _told(replace(planning, battery=battery), news)


def _told(planning: Planning, news: str) -> Planning:
    """With news, where there are some; what came first stays, as the rest mostly follows from it."""
    return planning if planning.news or not news else replace(planning, news=news)


def measured(planning: Planning, base_w: float | None, at: datetime, now_s: float) -> Planning:
    """With what house and sun come to now; that it is otherwise than foreseen for a while is news."""
    plan = planning.in_force
    span = next((one for one in plan.problem.spans if one.start <= at < one.end), None) if plan else None
    if base_w is None or span is None or abs(base_w - span.net_w) < max(OFF_W, 2 * span.safe_w):
        return planning if planning.off_s is None else replace(planning, off_s=None)
    off_s = now_s if planning.off_s is None else planning.off_s
    lately = planning.begun_s is not None and now_s - planning.begun_s < AGAIN_S
    if now_s - off_s < OFF_S or lately:
        return planning if planning.off_s is not None else replace(planning, off_s=off_s)
    more_kw = (base_w - span.net_w) / 1000
    news = f"the house draws {abs(more_kw):.1f} kW {'more' if more_kw > 0 else 'less'} than foreseen"
    return replace(planning, off_s=None, news=planning.news or news)


def behind(planning: Planning, at: datetime) -> bool:
    """Whether a car that must be ready soon lacks much of what the plan in force had for it by now.

    As long as another quarter is left for it: what is lost in one then raises all of them a little, not the last much.
    """
    plan, cars = planning.in_force, planning.cars
    if plan is None or cars is None:
        return False
    wants = [want for want in cars.wants if start_of(at) + QUARTER < want.until <= at + SOON]
    musts = {(want.car, want.trip): want for want in wants if want.worth_eur_kwh is None and want.since is None}
    for known, short_wh in zip(plan.problem.wants, plan.outcome.short_wh, strict=True):
        want = musts.get((known.car, known.trip))
        if want and want.energy_wh - left_wh(plan.schedule.blocks, want, at) - short_wh > BEHIND_WH:
            return True
    return False


def due(planning: Planning, at: datetime, now_s: float) -> str:
    """Why another plan is due now; "" when none is."""
    if planning.begun_s is not None and now_s - planning.begun_s < LEAST_GAP_S:
        return ""
    plan = planning.in_force
    if planning.news or planning.works:
        return planning.news  # what is worked on is only given up for something new
    if plan is None:
        return NEVER
    return NEW_QUARTER if start_of(at) != start_of(plan.problem.at) else ""


def begun(planning: Planning, now_s: float) -> Planning:
    """Once a planner has what is known: what comes from now on is news again."""
    return replace(planning, news="", begun_s=now_s, works=True)


def failed(planning: Planning, because: str) -> Planning:
    """Where nothing came of it: it is due for the same reason, unless there is a newer one."""
    return _told(replace(planning, works=False), because)


def wanted(planning: Planning, now_s: float) -> tuple[Cars, Battery]:
    """What cars and battery want; of who has been silent for long, nothing."""
    cars, battery = planning.cars, planning.battery
    return (
        cars if cars and now_s - cars.heard_s <= HEARD_S else Cars(),
        battery if battery and now_s - battery.heard_s <= HEARD_S else Battery(),
    )


def found(planning: Planning, new: Found) -> Planning:
    """With what a planner found: in force, or the one before goes on where that is hardly dearer."""
    problem, before = new.problem, planning.in_force
    schedule, outcome = new.schedule, weighed(problem, new.schedule)
    if before is not None and _serves(before, problem):
        schedule, outcome = _kept(before.schedule, new, outcome)
    return replace(
        planning,
        works=False,
        in_force=InForce(
            problem=problem,
            schedule=schedule,
            outcome=outcome,
            trouble=new.trouble,
            because=new.because,
            quarters=_above(problem, outcome, before.quarters if before else frozenset()),
        ),
    )


def _same(wants: tuple[Want, ...], before: tuple[Want, ...]) -> bool:
    """Whether a plan for the one serves the other; what was charged meanwhile is no news."""
    if [_key(one) for one in wants] != [_key(one) for one in before]:
        return False
    return all(abs(new.energy_wh - old.energy_wh) <= SAME_WH for new, old in zip(wants, before, strict=True))


def _alike(rows: tuple[Row, ...], before: tuple[Row, ...]) -> bool:
    """Whether rows carry about the same for the same devices: what else flows in a circuit changes all the time."""
    if [(one.name, one.phase, one.members) for one in rows] != [(one.name, one.phase, one.members) for one in before]:
        return False
    return all(abs(new.most_w - old.most_w) <= SAME_W for new, old in zip(rows, before, strict=True))


def _key(want: Want) -> tuple[object, ...]:
    """What makes it another want; what it takes changes as the car charges."""
    return want.car, want.trip, want.until, want.since, want.full_w, want.least_w, want.worth_eur_kwh is None


def _serves(plan: InForce, problem: Problem) -> bool:
    """Whether a plan was made for the same wants, and for chargers that can do the same."""
    made_for = plan.problem
    return {_key(want) for want in problem.wants} <= {_key(want) for want in made_for.wants} and _alike(
        problem.rows, made_for.rows
    )


def _kept(before: Schedule, new: Found, outcome: Outcome) -> tuple[Schedule, Outcome]:
    """The cars' blocks as they stood, with the battery around them anew, or what is new where that is cheaper.

    outcome: how what is new fares. The battery is worked out only where its new plan does not do for the old blocks
    too, and where these give cars what they must have.
    """
    problem, schedule = new.problem, new.schedule
    names = {(want.car, want.trip) for want in problem.wants}
    blocks = tuple(
        _left(block, problem.at)
        for block in before.blocks
        if block.end > problem.at and (block.car, block.trip) in names
    )
    if blocks == schedule.blocks:
        return schedule, outcome
    kept = replace(schedule, blocks=blocks)
    fares = weighed(problem, kept)
    if max(fares.short_wh, default=0.0) > CRUMB_WH:
        blocks = _longer(blocks, problem, fares.short_wh)
        kept = replace(schedule, blocks=blocks)
        fares = weighed(problem, kept)
    if fares.eur - outcome.eur > SAME_EUR:
        if sum(fares.short_wh) - sum(outcome.short_wh) > LACKS_WH:
            return schedule, outcome
        kept = replace(kept, store_w=around.stored(problem, blocks, outcome.peaks_w))
        fares = weighed(problem, kept)
    return (kept, fares) if fares.eur - outcome.eur <= SAVES_EUR else (schedule, outcome)


def _longer(blocks: Sequence[Block], problem: Problem, short_wh: Sequence[float]) -> tuple[Block, ...]:
    """Where a car got a little less than planned its last block is so much longer, at the most a quarter.

    Or a crumb would bring another plan, and start the car anew.
    """
    found = list(blocks)
    for want, wh in zip(problem.wants, short_wh, strict=True):
        own = [number for number, block in enumerate(found) if block.car == want.car and block.start < want.until]
        if wh > CRUMB_WH and own:
            last = max(own, key=lambda number: found[number].end)
            end = min(want.until, found[last].end + min(QUARTER, wh / found[last].power_w * HOUR))
            if end > found[last].end and all(block.car != want.car or block.start < end for block in found):
                found[last] = replace(found[last], end=end)
    return tuple(found)


def _left(block: Block, at: datetime) -> Block:
    return replace(block, start=at) if block.start < at else block


def _above(problem: Problem, outcome: Outcome, before: Collection[datetime]) -> frozenset[datetime]:
    """The quarters of this month in which the plan counts more than what is paid, for what it charges.

    Not those that the house passes by itself: no quarter is let go higher for that, the battery keeps what it can. But
    the running one that was let go higher, as in before, stays so when its car is ready early.
    """
    paid_w, stores = problem.peaks[0].paid_w, outcome.store_w or (0.0,) * len(problem.spans)
    flows = zip(problem.spans, counts_w(problem, outcome.grid_w), outcome.cars_w, stores, strict=True)
    return frozenset(
        start_of(span.start) + place * QUARTER
        for span, counts, car_w, store_w in flows
        if span.peak == 0 and counts > paid_w + 1
        if car_w > 0 or store_w > 0 or (span.start == problem.at and start_of(problem.at) in before)
        for place in range(max(1, round(span.hours * 4)))
    )
