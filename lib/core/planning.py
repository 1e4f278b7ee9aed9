"""When dm plans: what cars and battery want, and why that is worked out anew.

In: what programs said, what a planner found. Out: the reason for another plan, and what it is for. It knows no message,
no child process and no clock; time is the meter's, and our monotonic seconds for what was heard.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from lib.core.arbitrage import Store
from lib.core.in_force import Found, InForce, chosen, same_rows, same_wants, wiring
from lib.core.plan import Want
from lib.core.problem import Row
from lib.core.quarter import QUARTER, start_of
from lib.core.wants import left_wh

HEARD_S = 60.0  # what a program said longer ago holds no more: it says its state each 5 s
OFF_W = 800.0  # so much more or less than foreseen is news,
OFF_S, AGAIN_S = 120.0, 300.0  # as is what circuits carry otherwise, once it has lasted for so long; and not too often
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
    """What bs said: all batteries as one, None while it steers none, and what they hold; the owner's mode; when.

    reserve_set: the owner said how much they keep for the peak.
    """

    store: Store | None = None
    phases: tuple[int, ...] = (1, 2, 3)
    mode: str = ""
    capacity_wh: float = 0.0
    reserve_set: bool = False
    heard_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """What dm knows for its plan, and the plan.

    Attributes:
        cars, battery: None: nobody said anything yet, or for too long.
        news: why another plan is due, "" for no reason; off_s: since when the house draws otherwise than foreseen.
        begun_s: when one was last begun; works: it is not there yet. rows: what circuits carried then, rows_s: since
            when they carry otherwise.

    """

    cars: Cars | None = None
    battery: Battery | None = None
    in_force: InForce | None = None
    news: str = NEVER
    off_s: float | None = None
    begun_s: float | None = None
    works: bool = False
    rows: tuple[Row, ...] = ()
    rows_s: float | None = None


def cars_heard(planning: Planning, cars: Cars) -> Planning:
    """After ev's word; what changed in it is news."""
    before = planning.cars
    if not cars.known and before is not None:
        return planning
    news, rows_s = "", None if same_rows(cars.rows, planning.rows) else _since_s(planning.rows_s, cars.heard_s)
    if before is None or cars.heard_s - before.heard_s > HEARD_S:
        news = "the cars are known"
    elif cars.plugged != before.plugged:
        names = ", ".join(sorted(cars.plugged ^ before.plugged))
        news = f"{names} was {'plugged in' if cars.plugged > before.plugged else 'unplugged'}"
    elif cars.modes != before.modes:
        news = "a charger's mode changed"
    elif not same_wants(cars.wants, before.wants):
        news = "what cars need changed"
    elif wiring(cars.rows) != wiring(before.rows) or (rows_s is not None and _lasts(planning, rows_s, cars.heard_s)):
        news = "what circuits carry changed"
    return _told(replace(planning, cars=cars, rows_s=None if news else rows_s), news)


def _since_s(since_s: float | None, now_s: float) -> float:
    return now_s if since_s is None else since_s


def _lasts(planning: Planning, since_s: float, now_s: float) -> bool:
    """Whether what is otherwise since then is worth another plan: a kettle is not, nor is it so soon after the last."""
    lately = planning.begun_s is not None and now_s - planning.begun_s < AGAIN_S
    return now_s - since_s >= OFF_S and not lately


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
    off_s = _since_s(planning.off_s, now_s)
    if not _lasts(planning, off_s, now_s):
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
    rows = planning.cars.rows if planning.cars else ()
    return replace(planning, news="", begun_s=now_s, works=True, rows=rows, rows_s=None)


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
    return replace(planning, works=False, in_force=chosen(new, planning.in_force))
