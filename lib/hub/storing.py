"""What bs said → text for people: batteries, flows, gains, plan. In the manner of `charging.py`, which speaks of cars.

Pure: same values in, same text out. What is unknown says so.
"""

from collections.abc import Iterator

from lib.hub.wording import BRUSSELS, NO_COST, UNKNOWN, answer, below, euro, kw, labelled, named, near, price, span
from lib.messages.storage import BatteryNow, Flow, GainsNow, HelpGiven, Storage

STARTED = f"the battery is {UNKNOWN}: the program has just started"
NONE_SET_UP = "no battery is set up in config.py"
FLOWS_W = 25.0  # less is the battery's own electronics
MOST_BLOCKS = 40


def status(storage: Storage | None) -> str:
    """How full, what it does and why, flows, help and the quarter at a glance."""
    if storage is None:
        return STARTED
    if not storage.batteries:
        return answer(NONE_SET_UP, *(labelled("note", text) for text in storage.notices.values()))
    return answer(
        labelled("time", f"{storage.at.astimezone(BRUSSELS):%a %d %b %Y %H:%M:%S}"),
        labelled("demo", "simulated house") if storage.demo else "",
        *_together(storage),
        *(line for one in storage.batteries for line in _battery(one, alone=len(storage.batteries) == 1)),
        labelled("mode", f"{storage.mode}"),
        labelled("reserve", reserve(storage)),
        labelled("flow", _flow(storage.flow)),
        *_help(storage),
        *_quarter(storage),
        *(labelled("note", text) for text in storage.notices.values()),
    )


def battery(storage: Storage | None) -> str:
    """Each battery: how full, what it does, its limits, what it was told, what is wrong with it."""
    if storage is None:
        return STARTED
    if not storage.batteries:
        return NONE_SET_UP
    alone = len(storage.batteries) == 1
    return answer(
        *_together(storage),
        *(line for one in storage.batteries for line in _battery(one, alone=alone)),
        *(line for one in storage.batteries for line in _limits(one, alone=alone)),
        labelled("reserve", reserve(storage)),
    )


def flow(storage: Storage | None) -> str:
    """What flows now, one line each."""
    if storage is None:
        return STARTED
    now = storage.flow
    left_over = "" if now.measured or now.sun_w is None else " left over; no inverter is read"
    return answer(
        labelled("sun", f"{kw(now.sun_w)}{left_over}"),
        labelled("grid", _grid(now.grid_w)),
        labelled("battery", _does(now.battery_w)),
        labelled("house", kw(now.house_w)),
        labelled("cars", kw(now.cars_w)),
        "" if storage.hold_sun_w is None else labelled("sun held", f"to {kw(storage.hold_sun_w)}"),
    )


def gains(storage: Storage | None) -> str:
    """What the battery did and brought, today and this month."""
    if storage is None:
        return STARTED
    peaks = storage.capacity_tariff
    lines = [*_gains("today", storage.today, peaks=peaks)]
    if storage.month:
        lines += _gains(f"{storage.month.since:%b %Y}", storage.month, peaks=peaks)
    return answer(*lines) if lines else "nothing is counted yet"


def plan(storage: Storage | None) -> str:
    """When it stores and gives, with how much, at what price, and how full it is then."""
    if storage is None:
        return f"the plan is {UNKNOWN}: the program has just started"
    if not storage.plan:
        return "nothing is planned"
    more = len(storage.plan) - MOST_BLOCKS
    return answer(
        *(
            f"{near(one.start, storage.at)} to {one.end.astimezone(BRUSSELS):%H:%M}  {_does(one.power_w)}"
            f"{'' if one.eur_kwh is None else f' at {price(one.eur_kwh)}'}, then {one.soc_pct:.0f} %"
            for one in storage.plan[:MOST_BLOCKS]
        ),
        f"and {more} more" if more > 0 else "",
    )


def why(storage: Storage | None) -> str:
    """Why it does what it does, in a sentence."""
    return STARTED if storage is None else answer(storage.why)


def mode(storage: Storage | None) -> str:
    """What all batteries are set to."""
    return STARTED if storage is None else f"{storage.mode}"


def kept(storage: Storage | None) -> str:
    """How much is kept for the month's peak."""
    return STARTED if storage is None else answer(reserve(storage))


def peak(storage: Storage | None) -> str:
    """What the quarter may count, and what the battery did to the month's peak."""
    if storage is None:
        return STARTED
    if not storage.capacity_tariff:
        return answer(NO_COST, labelled("limit", kw(storage.quarter_w)))
    found = storage.month
    shaved = "" if found is None or found.peak_w is None else f"{kw(found.peak_w)}{_without(found)}"
    target = f"{kw(storage.quarter_w)}{'' if storage.quarter_w is None else ' in this quarter'}"
    return answer(labelled("target", target), labelled("month peak", shaved) if shaved else "")


def reserve(storage: Storage) -> str:
    """The reserve and the floor, and who set it."""
    if not storage.capacity_tariff:
        return f"never below {storage.floor_pct:.0f} %"
    floor = f"; never below {storage.floor_pct:.0f} %" if storage.floor_pct else ""
    kept = f"{storage.reserve_pct:.0f} %" if storage.reserve_pct > storage.floor_pct else "nothing"
    return f"{kept} for the peak, {storage.reserve_by}{floor}"


def _together(storage: Storage) -> Iterator[str]:
    """All of them as one, and why."""
    energy = "" if storage.energy_wh is None else f", {storage.energy_wh / 1000:.1f} of {_kwh(storage.capacity_wh)}"
    yield labelled("battery", f"{_pct(storage.soc_pct)}{energy}; {_does(storage.power_w)}")
    yield below(storage.why)


def _battery(one: BatteryNow, *, alone: bool) -> Iterator[str]:
    """What it is and does by itself; where it is alone, only what is out of order."""
    silent = "" if one.silent_s is None else f"SILENT for {span(one.silent_s)}"
    own = ", by itself" if one.set_w is None else "" if one.ours else ", not as it was told"
    if not alone or silent or own:
        last = "" if one.soc_pct is None else f", before that {_pct(one.soc_pct)}"
        yield named(one.name, f"{silent}{last}" if silent else f"{_pct(one.soc_pct)}, {_does(one.power_w)}{own}")
    said = [f"FAULT: {one.fault}"] * bool(one.fault) + [one.warning] * bool(one.warning)
    for at, text in enumerate(said):
        yield named(one.name, text) if alone and not silent and not own and at == 0 else below(text)


def _limits(one: BatteryNow, *, alone: bool) -> Iterator[str]:
    """What it takes and gives at most, and what it was told."""
    told = "" if one.set_w is None else f"; told: {_does(one.set_w)}"
    floor = "" if one.least_pct is None or alone else f", not below {one.least_pct:.0f} %"
    said = f"{_kwh(one.capacity_wh)}, stores {kw(one.charge_w)} and gives {kw(one.discharge_w)} at most{floor}{told}"
    yield named(one.name, said)


def _help(storage: Storage) -> Iterator[str]:
    if storage.help is not None:
        yield labelled("help", _given(storage.help, storage))
    elif storage.refused:
        yield labelled("help", f"refused: {storage.refused}")


def _given(given: HelpGiven, storage: Storage) -> str:
    until = near(given.until, storage.at)
    return f"{kw(given.power_w)} to the cars until {until}, {_kwh(given.energy_wh)} at most: {given.why}"


def _quarter(storage: Storage) -> Iterator[str]:
    none = "no grant is alive" if storage.claims else "nothing is asked of the grid"
    granted = none if storage.granted_w is None else f"{kw(storage.granted_w)} granted to store"
    word = "target" if storage.capacity_tariff else "limit"
    target = "" if storage.quarter_w is None else f"{word} {kw(storage.quarter_w)}; "
    yield labelled("quarter", f"{target}{granted}")


def _flow(now: Flow) -> str:
    """In a line, as far as it is known."""
    known = {"sun": now.sun_w, "house": now.house_w, "cars": now.cars_w}
    others = [f"{name} {kw(power_w)}" for name, power_w in known.items() if power_w is not None]
    return ", ".join([f"grid {_grid(now.grid_w)}", *others])


def _gains(period: str, found: GainsNow | None, *, peaks: bool) -> Iterator[str]:
    if found is None:
        return
    lost = "" if found.losses_wh is None else f", {_kwh(found.losses_wh)} lost"
    yield labelled(period, f"{_kwh(found.charged_wh)} stored, {_kwh(found.discharged_wh)} given{lost}")
    yield below(f"{found.cycles:.2f} cycles; € {euro(found.arbitrage_eur)} by price, € {euro(found.wear_eur)} of wear")
    if peaks and found.peak_w is not None:
        saved = "" if found.peak_eur is None else f": € {euro(found.peak_eur)} over the next 12 bills"
        yield below(f"peak {kw(found.peak_w)}{_without(found)}{saved}")
    if found.unpriced_wh > 0:
        yield below(f"{_kwh(found.unpriced_wh)} had no price")


def _without(found: GainsNow) -> str:
    return "" if found.without_w is None else f", {kw(found.without_w)} without the battery"


def _grid(grid_w: float | None) -> str:
    return UNKNOWN if grid_w is None else f"{kw(abs(grid_w))} {'injected' if grid_w < 0 else 'taken'}"


def _does(power_w: float | None) -> str:
    """A power of a battery in words."""
    if power_w is None:
        return f"what flows is {UNKNOWN}"
    if abs(power_w) < FLOWS_W:
        return "rests"
    return f"{'stores' if power_w > 0 else 'gives'} {kw(abs(power_w))}"


def _pct(soc_pct: float | None) -> str:
    return f"how full is {UNKNOWN}" if soc_pct is None else f"{soc_pct:.0f} %"


def _kwh(energy_wh: float) -> str:
    return f"{round(energy_wh / 1000, 1) + 0.0:.1f} kWh"
