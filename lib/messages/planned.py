"""What a plan comes down to, in numbers and in words that every face says alike. Knows no face, and asks no clock."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import isfinite
from typing import NamedTuple

from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.modes import Mode
from lib.core.outlook import Off
from lib.messages import cents
from lib.messages.charging import Charging
from lib.messages.plan import Outlook, Plan, PlanBlock, PlanSpan, Saved

HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)
BATTERY = "battery"  # as PlanBlock names it
NOTHING = "nothing is planned"
MOST_NAMED = 3  # more are counted
NOT_HEARD = "dm's plan is not heard: own plan"
A_DAY_H = 24
ALIKE = 0.25  # powers of neighbouring blocks that differ by less are one
NEXT_TO_NOTHING_W = 5.0
NEXT_TO_NOTHING_EUR = 0.005
MOST_EUR = 1e12  # no bill


def as_of(plan: Plan) -> datetime:
    """When it was last looked through: it keeps its first hour while no better one takes its place."""
    return max(plan.made, plan.spans[0].start) if plan.spans else plan.made


def age_s(plan: Plan, at: datetime) -> float:
    """How old it is, by the meter's clock."""
    return max(0.0, (at - as_of(plan)).total_seconds())


def in_force(plan: Plan | None, at: datetime) -> Plan | None:
    """The plan while it holds; an older one is none."""
    return plan if plan is not None and age_s(plan, at) <= plan.for_s else None


def made_by(plan: Plan) -> str:
    """Who made it, in words."""
    return f"by the {plan.by}{'' if plan.by == 'solver' else ' planner'}"


def called(plan: Plan, device: str) -> str:
    """What a car, or the battery, is called on screens."""
    return plan.titles.get(device) or device


def blocks_of(plan: Plan, at: datetime, devices: Sequence[str] | None = None) -> list[PlanBlock]:
    """The blocks that are not over, in order of time, neighbours for the same reason as one; devices: of these alone.

    A car that follows what house and sun leave it has another power each quarter, which nobody reads.
    """
    joined: list[PlanBlock] = []
    for one in sorted(plan.blocks, key=lambda one: (one.device, one.start)):
        if devices is not None and one.device not in devices:
            continue
        if joined and _goes_on(joined[-1], one):
            joined[-1] = _together(joined[-1], one)
        else:
            joined.append(one)
    return sorted((one for one in joined if one.end > at), key=lambda one: (one.start, one.device))


def _goes_on(one: PlanBlock, later: PlanBlock) -> bool:
    told, more = ((each.device, each.trip, each.why, each.power_w > 0) for each in (one, later))
    return told == more and one.end == later.start and _alike(one.power_w, later.power_w)


def _alike(one_w: float, other_w: float) -> bool:
    """Whether a mean of both tells of each."""
    return abs(one_w - other_w) <= ALIKE * max(abs(one_w), abs(other_w))


def _together(one: PlanBlock, later: PlanBlock) -> PlanBlock:
    """Both as one, with the mean of their power, and of their price by energy."""
    had, more = (each.power_w * ((each.end - each.start) / HOUR) for each in (one, later))
    eur_kwh = one.eur_kwh
    if one.eur_kwh is not None and later.eur_kwh is not None and had + more:
        eur_kwh = (one.eur_kwh * had + later.eur_kwh * more) / (had + more)
    return replace(one, end=later.end, power_w=(had + more) / ((later.end - one.start) / HOUR), eur_kwh=eur_kwh)


def block_now(plan: Plan, device: str, at: datetime) -> PlanBlock | None:
    """What a device shall do now."""
    return next((one for one in blocks_of(plan, at, (device,)) if one.start <= at), None)


def cars_in(plan: Plan) -> list[str]:
    """The cars that have something in it, in the order in which that begins."""
    charged = [one.device for one in sorted(plan.blocks, key=lambda one: one.start) if one.device != BATTERY]
    drawing = [car for span in plan.spans for car, watts in span.cars_w.items() if watts]
    return list(dict.fromkeys([*charged, *drawing, *(one.car for one in plan.served)]))


def unplanned(charging: Charging) -> str:
    """The chargers whose car no plan has, as their owner wants something else of them; "" for none."""
    others = [one for one in charging.chargers if one.plug.is_car and one.mode is not Mode.AUTO]
    named = ", ".join(f"{one.name} is in {one.mode}" for one in others)
    told = named if len(others) <= MOST_NAMED else f"{len(others)} chargers are not in auto"
    return f"{told}, and in no plan" if others else ""


def has_battery(plan: Plan) -> bool:
    """Whether there is one to plan for."""
    return any(span.battery_w is not None for span in plan.spans) or any(one.device == BATTERY for one in plan.blocks)


def peaks_cost(plan: Plan) -> bool:
    """Whether it may speak of a peak."""
    return plan.target_w is not None and plan.paid_w is not None


class Bound(NamedTuple):
    """What a quarter may count: what costs nothing more, and up to where the plan goes."""

    paid_w: float
    target_w: float


def bounds(plan: Plan) -> list[Bound | None]:
    """By span; those of the next month go by what that starts with. None where peaks cost nothing."""
    if plan.paid_w is None or plan.target_w is None or not plan.spans:
        return [None] * len(plan.spans)
    ends, this = _month_end(plan.made), Bound(plan.paid_w, plan.target_w)
    later = [one.target_w for one in plan.spans if one.start >= ends and one.target_w is not None]
    following = Bound(min(later), max(later)) if later else this
    return [this if one.start < ends else following for one in plan.spans]


def of_quarter(span: PlanSpan) -> float:
    """How much of a quarter a span is: the running one has only its rest, and counts as a whole."""
    return min(1.0, (span.end - span.start) / QUARTER)


def over(plan: Plan) -> list[bool]:
    """By span whether it may count more than is paid."""
    return [
        bound is not None and one.counts_w * of_quarter(one) > bound.paid_w + NEXT_TO_NOTHING_W
        for one, bound in zip(plan.spans, bounds(plan), strict=True)
    ]


def _month_end(at: datetime) -> datetime:
    day = local_day(at)
    return midnight((day.replace(day=1) + timedelta(days=32)).replace(day=1))


def goes_over(plan: Plan) -> bool:
    """Whether it raises the month's peak."""
    if plan.target_w is None or plan.paid_w is None:
        return False
    return plan.target_w > plan.paid_w + NEXT_TO_NOTHING_W


def peak_said(plan: Plan) -> str:
    """What it does to the month's peak; "" where peaks cost nothing."""
    if plan.target_w is None or plan.paid_w is None:
        return ""
    paid = f"month's peak {_kw(plan.paid_w)} is {_had(plan)}"
    return f"{paid}, the plan goes to {_higher(plan)}" if goes_over(plan) else f"{paid}, the plan stays under it"


def peak_briefly(plan: Plan) -> str:
    """The same in fewer words."""
    if plan.target_w is None or plan.paid_w is None:
        return ""
    return f"peak to {_higher(plan)}" if goes_over(plan) else f"under the {_had(plan)} {_kw(plan.paid_w)}"


def _had(plan: Plan) -> str:
    return "accepted" if plan.accepted else "paid"


def _higher(plan: Plan) -> str:
    cost = "" if plan.peak_eur is None else f" for {_eur(plan.peak_eur)}"
    return f"{_kw(plan.target_w or 0.0)}{cost}"


def rounding_said(plan: Plan) -> str:
    """What it costs that chargers take no power below their least; "" where that is nothing or nobody knows."""
    if plan.rounding_eur is None or not plan.rounding_eur >= NEXT_TO_NOTHING_EUR:
        return ""
    return f"{_eur(plan.rounding_eur)} of it because chargers give nothing below their least power"


def supposed_from(plan: Plan) -> datetime | None:
    """From when on prices are supposed; None: all are published."""
    return next((span.start for span in plan.spans if not span.known), None)


def gained_eur(days: Sequence[Saved]) -> float | None:
    """What energy would have cost more if every car had charged at once and the battery had rested.

    Of days of which nothing is known nothing; None where that is all of them.
    """
    found = [one.naive_eur - one.eur for one in days if one.eur is not None and one.naive_eur is not None]
    return sum(found) if found else None


def is_partly(days: Sequence[Saved]) -> bool:
    """Whether quarters are missing in what these days cost and would have cost."""
    return any(one.missing or one.eur is None for one in days)


def month_of(plan: Plan) -> list[Saved]:
    """The days of the newest day's month, as far as they are told."""
    return [one for one in plan.saved if one.day[:7] == plan.saved[0].day[:7]]


class Hour(NamedTuple):
    """An hour ahead: means; quarters that are off are so together, so their spread is a mean, too."""

    start: datetime
    load_w: float
    load_off_w: float
    sun_w: float
    sun_off_w: float


def by_hour(outlook: Outlook) -> list[Hour]:
    """House and sun, hour by hour."""
    hours: dict[datetime, list[tuple[float, ...]]] = {}
    for one in outlook.quarters:
        start = one.start.replace(minute=0, second=0, microsecond=0)
        hours.setdefault(start, []).append((one.load_w, one.load_off_w, one.sun_w, one.sun_off_w))
    return [
        Hour(start, *(sum(column) / len(found) for column in zip(*found, strict=True)))
        for start, found in sorted(hours.items())
    ]


def day_of(one: Saved) -> date | None:
    """Its day; None where that is none."""
    try:
        return date.fromisoformat(one.day)
    except ValueError:
        return None


def day_ahead(outlook: Outlook) -> Off | None:
    """By how much forecasts were off a day ahead; where nobody knows that, so long ahead as comes closest."""
    told = [one for one in outlook.off if one.quarters > 0]
    return min(told, key=lambda one: abs(one.ahead_h - A_DAY_H), default=None)


def off_said(off: Off) -> str:
    """By how much, in words."""
    ahead = "a day" if off.ahead_h == A_DAY_H else f"{off.ahead_h} h"
    sun = f", sun by {off.sun_w:.0f} W" if off.sun_w > 0 else ""
    return f"load mostly off by {off.load_w:.0f} W{sun} {ahead} ahead"


def off_by_time(outlook: Outlook) -> list[str]:
    """How far off forecasts were so many hours before, and to which side."""
    found: list[str] = []
    for off in outlook.off:
        sun = f", sun by {off.sun_w:.0f} W ({_more(off.sun_more_w)})" if off.sun_w > 0 else ""
        if off.quarters > 0:
            found.append(f"{off.ahead_h} h ahead: load by {off.load_w:.0f} W ({_more(off.load_more_w)}){sun}")
    return found


def _more(more_w: float) -> str:
    return f"{abs(more_w):.0f} W {'more' if more_w >= 0 else 'less'} than foreseen"


def _kw(power_w: float) -> str:
    return f"{power_w / 1000:.2f} kW"


def _eur(eur: float) -> str:
    return f"€ {cents(eur)}" if isfinite(eur) and abs(eur) < MOST_EUR else "€ ?"
