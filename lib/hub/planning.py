"""What dm says of the days ahead → text for people: the plan and why it is so, load and sun, what was saved.

In the manner of `answers.py`. Pure: same values in, same text out. ev and bs answer from dm's plan while it holds,
else from their own.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from lib.hub import charging as charged
from lib.hub import storing, trips
from lib.hub.wording import BRUSSELS, UNKNOWN, answer, below, euro, kw, labelled, named, near, price
from lib.messages import House
from lib.messages.charging import Charging
from lib.messages.plan import Outlook, Plan, PlanBlock, Saved
from lib.messages.planned import (
    BATTERY,
    NOT_HEARD,
    NOTHING,
    Hour,
    age_s,
    block_now,
    blocks_of,
    by_hour,
    called,
    cars_in,
    day_ahead,
    day_of,
    gained_eur,
    in_force,
    is_partly,
    made_by,
    month_of,
    off_by_time,
    off_said,
    peak_said,
    rounding_said,
    supposed_from,
    unplanned,
)
from lib.messages.storage import Storage

STARTED = f"the plan is {UNKNOWN}: the program has just started"
MOST_BLOCKS, MOST_HOURS, MOST_DAYS = 40, 60, 31
RESTS_W = 25.0  # less is the battery's own electronics


def plan(plan: Plan | None, house: House | None) -> str:
    """What it costs, what it does to the peak, and who does what when."""
    if plan is None:
        return STARTED
    at = _now(plan, house)
    return answer(*_head(plan, at), *_table(plan, at))


def cars_plan(charging: Charging | None, plan: Plan | None) -> str:
    """When each car charges: by dm's plan, else by ev's own."""
    holds = None if charging is None else in_force(plan, charging.at)
    if charging is None or holds is None:
        return _own(trips.plan(charging), started=charging is None)
    return answer(*_head(holds, charging.at), *_table(holds, charging.at, cars_in(holds)), unplanned(charging))


def store_plan(storage: Storage | None, plan: Plan | None) -> str:
    """When the battery stores and gives: by dm's plan, else by bs's own."""
    holds = None if storage is None else in_force(plan, storage.at)
    if storage is None or holds is None:
        return _own(storing.plan(storage), started=storage is None)
    return answer(*_head(holds, storage.at), *_table(holds, storage.at, (BATTERY,)))


def why(plan: Plan | None, house: House | None) -> str:
    """Why the peak is as it is, why it is not the solver's, and why each block stands where it stands."""
    if plan is None:
        return STARTED
    at = _now(plan, house)
    blocks = blocks_of(plan, at)
    return answer(
        *_peak(plan),
        labelled("plan", f"{made_by(plan)}{_because(plan)}"),
        *_trouble(plan, at),
        *(line for one in blocks[:MOST_BLOCKS] for line in _reason(plan, one)),
        _more(len(blocks) - MOST_BLOCKS),
        "" if blocks else NOTHING,
    )


def cars_why(charging: Charging | None, plan: Plan | None) -> str:
    """Why each charger does what it does, and why the plan has its car charge now."""
    holds = None if charging is None else in_force(plan, charging.at)
    if charging is None or holds is None or not charging.chargers:
        return charged.why(charging)
    lines: list[str] = []
    for one in charging.chargers:
        block = block_now(holds, one.car, charging.at) if one.car else None
        lines += [named(one.name, one.why), below(_planned(block))]
    return answer(*lines)


def store_why(storage: Storage | None, plan: Plan | None) -> str:
    """Why the battery does what it does, and why the plan has it so now."""
    holds = None if storage is None else in_force(plan, storage.at)
    if storage is None or holds is None:
        return storing.why(storage)
    return answer(storage.why, _planned(block_now(holds, BATTERY, storage.at)))


def outlook(outlook: Outlook | None) -> str:
    """Load and sun by hour with their spread, by how much such forecasts were off, and what they are made of."""
    if outlook is None or not outlook.quarters:
        said = f": {outlook.trouble}" if outlook and outlook.trouble else ": the program has just started"
        return answer(f"load and sun ahead are {UNKNOWN}{said}")
    sunny = any(one.sun_w > 0 for one in outlook.quarters)
    first = off_said(off) if (off := day_ahead(outlook)) else ""
    fetched = f", fetched {near(outlook.sun_made, outlook.made)}" if outlook.sun_made else ""
    return answer(
        f"{'hour':<15}{'load kW':<18}{'sun kW' if sunny else ''}",
        *(_hour(hour, sunny=sunny) for hour in by_hour(outlook)[:MOST_HOURS]),
        labelled("off", first) if first else "",
        *map(below, off_by_time(outlook)),
        labelled("made of", f"{outlook.days} days of history{f'; sun by {outlook.sun_by}{fetched}' if sunny else ''}"),
        labelled("trouble", outlook.trouble) if outlook.trouble else "",
    )


def saved(plan: Plan | None) -> str:
    """By day what energy cost, and would have with every car at once and the battery left alone."""
    if plan is None:
        return f"what was saved is {UNKNOWN}: the program has just started"
    if not plan.saved:
        return "nothing is counted yet"
    days = month_of(plan)
    peaks = any(one.peak_w or one.naive_peak_w for one in plan.saved)
    first = day_of(plan.saved[0])
    month = f"{first:%b %Y}" if first else "this month"
    return answer(
        f"{'€':<13}{'cost':>8}{'at once':>9}{'saved':>8}{'planned':>9}{'peak kW':>10}{'at once':>9}"
        if peaks
        else f"{'€':<13}{'cost':>8}{'at once':>9}{'saved':>8}{'planned':>9}",
        *(_day(one, peaks=peaks) for one in plan.saved[:MOST_DAYS]),
        _money(month, days),
        '"at once": each car as it comes, at full power, and the battery left alone',
        '"~": quarters of which something is not known count in neither' if is_partly(plan.saved) else "",
    )


def _now(plan: Plan, house: House | None) -> datetime:
    return house.at if house is not None and house.at is not None else plan.made


def _own(said: str, *, started: bool) -> str:
    return said if started else f"{said}\n{NOT_HEARD}"


def _head(plan: Plan, at: datetime) -> Iterator[str]:
    took = f" in {plan.solve_s:.2f} s" if plan.by == "solver" else ""
    yield labelled("made", f"{near(plan.made, at)} {made_by(plan)}{took}{_because(plan)}")
    if plan.spans:
        word = "costs" if plan.eur >= 0 else "earns"
        yield labelled(word, f"€ {euro(abs(plan.eur))} for energy until {near(plan.spans[-1].end, at)}")
    yield below(rounding_said(plan))
    yield from _peak(plan)
    if start := supposed_from(plan):
        none = start <= plan.spans[0].start
        yield labelled("prices", "none is published, all are supposed" if none else f"supposed from {near(start, at)}")
    yield from _trouble(plan, at)


def _because(plan: Plan) -> str:
    return f": {plan.because}" if plan.because else ""


def _peak(plan: Plan) -> Iterator[str]:
    if said := peak_said(plan):
        yield labelled("peak", said)


def _trouble(plan: Plan, at: datetime) -> Iterator[str]:
    if plan.trouble:
        yield labelled("greedy", plan.trouble)
    if in_force(plan, at) is None:
        yield labelled("OLD", f"{round(age_s(plan, at) / 60)} min: nobody follows it")
    for need in plan.short:
        yield labelled("SHORT", need)


def _table(plan: Plan, at: datetime, devices: Sequence[str] | None = None) -> Iterator[str]:
    """A line for each block, in columns."""
    blocks = blocks_of(plan, at, devices)
    who = [_who(plan, one) for one in blocks[:MOST_BLOCKS]]
    for name, one in zip(who, blocks, strict=False):
        trip = f"  {one.trip}" if one.trip else ""
        cost = "" if one.eur_kwh is None else f"  {price(one.eur_kwh)}"
        yield f"{_span(one)}  {name:<{max(map(len, who))}}  {kw(abs(one.power_w))}{cost}{trip}"
    yield _more(len(blocks) - MOST_BLOCKS)
    yield "" if blocks else f"{NOTHING} for the battery" if devices == (BATTERY,) else NOTHING


def _more(count: int) -> str:
    return f"and {count} more" if count > 0 else ""


def _span(block: PlanBlock) -> str:
    return f"{block.start.astimezone(BRUSSELS):%a %H:%M}-{block.end.astimezone(BRUSSELS):%H:%M}"


def _who(plan: Plan, block: PlanBlock) -> str:
    """The car; the battery with what it does."""
    name = called(plan, block.device)
    if block.device != BATTERY:
        return name
    return f"{name} {'rests' if abs(block.power_w) < RESTS_W else 'stores' if block.power_w > 0 else 'gives'}"


def _reason(plan: Plan, block: PlanBlock) -> Iterator[str]:
    trip = f" for {block.trip}" if block.trip else ""
    begins = f"{block.start.astimezone(BRUSSELS):%a %H:%M}"
    yield labelled(begins, f"{_who(plan, block)} {kw(abs(block.power_w))}{trip}")
    yield below(block.why)


def _planned(block: PlanBlock | None) -> str:
    """What the plan says of the block that runs."""
    if block is None or not block.why:
        return ""
    return f"planned until {block.end.astimezone(BRUSSELS):%H:%M}: {block.why}"


def _hour(hour: Hour, *, sunny: bool) -> str:
    said = f"{hour.start.astimezone(BRUSSELS):%a %H:%M}".ljust(15) + _spread(hour.load_w, hour.load_off_w).ljust(18)
    return said + (_spread(hour.sun_w, hour.sun_off_w) if sunny and (hour.sun_w or hour.sun_off_w) else "")


def _spread(watts: float, off_w: float) -> str:
    return f"{watts / 1000:5.2f} ± {off_w / 1000:.2f}"


def _day(one: Saved, *, peaks: bool) -> str:
    day = day_of(one)
    line = _money(f"{day:%a %d %b}" if day else one.day, [one])
    planned = euro(one.planned_eur) or "-"
    known = one.eur is not None
    high = [f"{power_w / 1000:.2f}" if known else "-" for power_w in (one.peak_w, one.naive_peak_w)]
    return f"{line}{planned:>9}{f'{high[0]:>10}{high[1]:>9}' * peaks}"


def _money(name: str, days: Sequence[Saved]) -> str:
    """What some days cost, and would have; "~" where something of them is not known."""
    known = [(one.eur, one.naive_eur) for one in days if one.eur is not None and one.naive_eur is not None]
    cost, at_once = (euro(sum(column)) for column in zip(*known, strict=True)) if known else ("-", "-")
    gained = euro(gained_eur(days)) or "-"
    return f"{f'{name} ~' if known and is_partly(days) else name:<13}{cost:>8}{at_once:>9}{gained:>8}"
