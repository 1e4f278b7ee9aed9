"""What ev said → text for people: chargers, cars, sessions. In the manner of `answers.py`, which speaks of the house.

Pure: same values in, same text out. What is unknown says so.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from lib.hub.trips import next_trip
from lib.hub.wording import (
    BRUSSELS,
    NO_COST,
    UNKNOWN,
    WIDTH,
    answer,
    asked,
    below,
    euro,
    kw,
    labelled,
    named,
    near,
    span,
)
from lib.messages.charging import CarNow, ChargerNow, Charging, PlugIn, SessionRow, Sessions
from lib.messages.circuits import counted, counts_of, drawn_w

STARTED = f"the chargers are {UNKNOWN}: the program has just started"
MOST_SESSIONS = 12
MANY, MOST = 6, 6  # chargers or cars from more of which on only those are told with which something is
HAIR_WH = 5.0  # less is 0.00 kWh


def status(charging: Charging | None) -> str:
    """Chargers, cars and the budget at a glance."""
    if charging is None:
        return STARTED
    return answer(
        labelled("time", f"{charging.at.astimezone(BRUSSELS):%a %d %b %Y %H:%M:%S}"),
        labelled("demo", "simulated house") if charging.demo else "",
        *_budget(charging),
        *_chargers(charging),
        *_cars(charging),
        next_trip(charging),
        *(labelled("note", text) for text in charging.notices.values()),
    )


def why(charging: Charging | None) -> str:
    """Why each charger does what it does, in a sentence."""
    return _each(charging, lambda charger: charger.why)


def modes(charging: Charging | None) -> str:
    """What each charger is set to."""
    return _each(charging, lambda charger: f"{charger.mode}")


def phases(charging: Charging | None) -> str:
    """On how many phases each charger shall charge, and does."""
    return _each(charging, _phases)


def plugged(charging: Charging | None) -> str:
    """Which car hangs on each charger, and how that is known."""
    return _each(charging, _plugged)


def boosts(charging: Charging | None) -> str:
    """Until when each charger charges fast."""
    if charging is None:
        return STARTED
    return _each(charging, lambda charger: _boost(charger, charging.at) or "no boost")


def peak(charging: Charging | None) -> str:
    """What the running quarter may count, as dm said last."""
    if charging is None:
        return STARTED
    target_w = charging.budget.target_w if charging.budget else None
    if not charging.capacity_tariff:
        return answer(NO_COST, labelled("limit", kw(target_w)))
    return labelled("target", f"{kw(target_w)}{'' if target_w is None else ' in this quarter'}")


def socs(charging: Charging | None) -> str:
    """How full each car is, how old that is, and how far it can be trusted."""
    if charging is None:
        return f"the cars are {UNKNOWN}: the program has just started"
    if not charging.cars:
        return "no car is set up in config.py"
    return answer(*(line for car in charging.cars for line in _car(car)))


def sessions(sessions: Sessions | None, charging: Charging | None) -> str:
    """The last plug-ins that are over, newest first."""
    if sessions is None:
        return f"the sessions are {UNKNOWN}"
    if not sessions.last:
        return "no session is over yet"
    now = charging.at if charging else sessions.last[0].until
    return answer(*(line for row in sessions.last[:MOST_SESSIONS] for line in _session(row, now)))


def _each(charging: Charging | None, say: Callable[[ChargerNow], str]) -> str:
    if charging is None:
        return STARTED
    if not charging.chargers:
        return "no charger is set up in config.py"
    return answer(*(named(charger.name, say(charger)) for charger in charging.chargers))


def _budget(charging: Charging) -> Iterator[str]:
    budget = charging.budget
    if budget is None:
        return
    granted = "no grant is alive" if budget.granted_w is None else f"{kw(budget.granted_w)} granted"
    word = "target" if charging.capacity_tariff else "limit"
    target = "" if budget.target_w is None else f"; {word} {kw(budget.target_w)}"
    until = "" if budget.until is None else f" until {near(budget.until, charging.at)}"
    used = f", {kw(budget.used_w)} used" if budget.used_w is not None else "; what is used is not known"
    yield labelled("budget", f"{granted}{used}{target}{until}")
    yield below(budget.trouble)
    if charging.help:
        asked = f"{kw(charging.help.power_w)} until {near(charging.help.until, charging.at)}"
        yield labelled("battery", f"asked for {asked}: {charging.help.why}")


def _chargers(charging: Charging) -> Iterator[str]:
    """Each; of many what they do in all, and those with which something is wrong, the odd ones last."""
    chargers, told = charging.chargers, charging.chargers
    if not chargers:
        yield labelled("chargers", "none is set up in config.py")
    if len(chargers) > MANY:
        told = tuple(one for one in chargers if one.silent_s is not None or one.plug.value == "fault")
        told += tuple(one for one in chargers if one.warning and one not in told)
        power_w = drawn_w(chargers)
        power = "" if power_w is None else f"; {kw(power_w)}"
        yield labelled("chargers", f"{counted(counts_of(chargers), WIDTH)} of {len(chargers)}{power}")
        yield below('each: "why", "circuits"')
    for charger in told[:MOST]:
        yield from _charger(charger, charging)
    yield from _more(len(told) - MOST)


def _cars(charging: Charging) -> Iterator[str]:
    """Each; of many how many are known, and those that want something."""
    cars, told = charging.cars, charging.cars
    if len(cars) > MANY:
        told = tuple(one for one in cars if one.ask or one.trouble)
        known = sum(one.soc_pct is not None for one in cars)
        yield labelled("cars", f'{len(cars)}, of {known} it is known how full they are; each: "soc"')
    for car in told[:MOST]:
        yield from _car(car)
    yield from _more(len(told) - MOST)


def _more(count: int) -> Iterator[str]:
    if count > 0:
        yield below(f"and {count} more")


def _charger(charger: ChargerNow, charging: Charging) -> Iterator[str]:
    there = f"{_there(charger)}{_draws(charger)}"
    if charger.silent_s is not None:
        before = "" if charger.plug.value == "unknown" else f", before that {there}"
        there = f"SILENT for {span(charger.silent_s)}{before}"
    yield named(charger.name, f"{charger.mode}: {there}")
    yield below(charger.why)
    yield below(charger.warning)
    if charger.plug_in:
        yield below(_plug_in(charger.plug_in, charging.at))
    yield below(_boost(charger, charging.at))


def _draws(charger: ChargerNow) -> str:
    """Amperes that it offers, and what the car takes."""
    if charger.plug.value != "charging":
        return ""
    offered = "" if charger.offered_a is None else f", {charger.offered_a:g} A{_on(charger.phases)}"
    return f"{offered}, {kw(charger.power_w)}"


def _on(phases: int | None) -> str:
    return "" if phases is None else f" on {phases} phase{'s' * (phases != 1)}"


def _plugged(charger: ChargerNow) -> str:
    return f"{_there(charger)}{f' ({charger.by})' if charger.by else ''}"


def _there(charger: ChargerNow) -> str:
    match charger.plug.value:
        case "empty":
            return "no car"
        case "fault":
            return f"FAULT: {charger.fault or 'it does not say which'}"
        case "unknown":
            return f"whether a car is there is {UNKNOWN}"
    return f"{charger.car or 'a guest'} {'charges' if charger.plug.value == 'charging' else 'is plugged in'}"


def _plug_in(plug_in: PlugIn, now: datetime) -> str:
    cost = "" if plug_in.eur is None else f"; € {euro(plug_in.eur)}"
    stops = "" if not plug_in.stops else f", {plug_in.stops} stop{'s' * (plug_in.stops > 1)}"
    return f"since {near(plug_in.since, now)} {_shares(plug_in)}{cost}{stops}"


def _shares(energy: PlugIn | SessionRow) -> str:
    """Energy and where it came from, as far as that is more than nothing."""
    shares = {"sun": energy.sun_wh, "battery": energy.battery_wh, "grid": energy.grid_wh}
    known = ", ".join(f"{wh / 1000:.2f} {name}" for name, wh in shares.items() if wh >= HAIR_WH)
    return f"{energy.energy_wh / 1000:.2f} kWh{f': {known}' if known else ''}"


def _boost(charger: ChargerNow, now: datetime) -> str:
    return "" if charger.boost_until is None else f"boost until {near(charger.boost_until, now)}"


def _phases(charger: ChargerNow) -> str:
    now = UNKNOWN if charger.phases is None else f"{charger.phases}"
    return f"{charger.wish}, now {now}" if charger.switches else f"{now}; it cannot switch"


def _car(car: CarNow) -> Iterator[str]:
    age = "" if car.age_s is None else f"{span(car.age_s)} ago"
    told = " ".join(word for word in (car.source, age) if word)
    by_hand = car.source == "typed" and car.confidence == "measured"
    trust = told if by_hand else ", ".join(word for word in (f"{car.confidence}", told) if word)
    soc = (
        f"{UNKNOWN}{f' (last word: {told})' if told else ''}"
        if car.soc_pct is None
        else f"{car.soc_pct:.0f} %, {trust}"
    )
    target = "" if car.target_pct is None else f"; to {asked(car.target_pct)}"
    yield named(car.name, f"{soc}{target}")
    yield below(car.ask)
    yield below(car.trouble)


def _session(row: SessionRow, now: datetime) -> Iterator[str]:
    cost = "" if row.eur is None else f", € {euro(row.eur)}"
    length = span((row.until - row.since).total_seconds())
    yield f"{near(row.since, now)}, {length}: {row.car or 'a guest'} at {row.charger}{cost}"
    soc = (
        ""
        if row.soc_from_pct is None or row.soc_to_pct is None
        else f"; {row.soc_from_pct:.0f} → {row.soc_to_pct:.0f} %"
    )
    yield below(f"{_shares(row)}{soc}")
    if row.peak_w > 0:
        price = "" if row.peak_eur is None else f", which costs € {euro(row.peak_eur)}"
        yield below(f"raised the month's peak by {kw(row.peak_w)}{price}")
