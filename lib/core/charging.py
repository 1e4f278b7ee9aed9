"""The EV app's state: `after(charging, event, rules) -> Charging`. Joins chargers, cars, trips and dm's word.

What it makes of them each time stands in lib/core/steering.py. It knows no message, no socket and no clock: every event
brings our monotonic seconds, and the machine's time for as long as dm has not told the meter's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from lib.core import pace, plugged, post, sessions, site, soc, usual
from lib.core.agenda import Listed, Unlisted
from lib.core.car import CarMissed, CarReading, CarRules, CarTold
from lib.core.charger import Balked, ChargerEvent, ChargerRules, Meddled, Missed, Plug, Told, Took
from lib.core.claims import Claim
from lib.core.cost import PriceSlot
from lib.core.foresight import Night
from lib.core.modes import Mode, Phases
from lib.core.needs import Need
from lib.core.pace import DRAWS_A, Pace
from lib.core.plan import Plan, Quarters
from lib.core.plugged import Named, Plugged
from lib.core.post import Post
from lib.core.sessions import Session
from lib.core.sharing import Amps, Circuit
from lib.core.site import Site, Word
from lib.core.soc import Soc
from lib.core.surplus import Priority
from lib.core.trip import Entry, Trips, changes, trips
from lib.core.usual import Usual
from lib.core.why import Reason, Why

READY_BEFORE = timedelta(minutes=15)
ENDED_S = 300.0  # a car that takes nothing for so long, though it may, has ended its charge
WAKE_S, WAKES = 30.0, 6
LISTED_S = 60.0
AWAY_S = 300.0  # after so long without a car, MAX and MANUAL are over


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingRules:
    """What the owner set.

    Attributes:
        chargers, cars: by name; circuits: the connection first, then shared cables.
        priority: who takes the sun first. margin: of the quarter's energy, as dm keeps it back.
        worst_a: of the house by phase, for when the meter is silent; None: as it was last.
        late: the cars whose source tells things late. helps: whether there is a home battery to ask.

    """

    chargers: Mapping[str, ChargerRules]
    cars: Mapping[str, CarRules] = field(default_factory=dict)
    circuits: tuple[Circuit, ...] = ()
    priority: Priority = Priority.AUTO
    margin: float = 0.04
    ready_before: timedelta = READY_BEFORE
    all_day_departure: time = time(7)
    worst_a: Amps | None = None
    late: frozenset[str] = frozenset()
    helps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bay:
    """A charger with the wishes of its owner and what is done about them.

    Attributes:
        mode, wish: the owner's words; boost_until: he wants it fast until then.
        pace: the clocks of its orders. session: of the car on it.
        reserve: its car is below the reserve, until it has a little more.
        idle_s: since when its car takes nothing though it may; charged: it has taken something in this plug-in.
        ended: the car has stopped by itself; wakes: how often it was tried to wake it, woken_s: when last;
        empty_s: since when no car.
        claim: what is asked of dm, claimed_s: since when; power_w: what it was told to draw; why: the reason.

    """

    post: Post
    mode: Mode
    wish: Phases = Phases.AUTO
    boost_until: datetime | None = None
    pace: Pace
    session: Session | None = None
    reserve: bool = False
    idle_s: float | None = None
    charged: bool = False
    ended: bool = False
    wakes: int = 0
    woken_s: float | None = None
    empty_s: float | None = None
    claim: Claim | None = None
    claimed_s: float | None = None
    power_w: float = 0.0
    why: Why = field(default_factory=lambda: Why(reason=Reason.STARTING))


@dataclass(frozen=True, slots=True, kw_only=True)
class CarState:
    """A car: how full it is, what was heard of it last, and why nothing newer was."""

    soc: Soc
    reading: CarReading | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarState:
    """A calendar: its last good list, when that came, and why none came since."""

    entries: tuple[Entry, ...] = ()
    listed_s: float | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charging:
    """All that ev knows at one instant.

    Attributes:
        at, now_s: the meter's time and our seconds, of this step; began_s: when the program began.
        listed_s: when the trips were last put together. prices: what a kWh costs, as dm says.
        needs: by car, of its trips in order; rooms: of the quarters ahead; cheap: the cheap stretches.
        planned_s: when plan and needs were last worked out; helped_s: since when the battery is asked for help.
        said: what happened in this step, a line each for the log.
        closed: sessions that ended in this step.

    """

    at: datetime
    now_s: float
    began_s: float
    site: Site = field(default_factory=Site)
    bays: Mapping[str, Bay] = field(default_factory=dict)
    cars: Mapping[str, CarState] = field(default_factory=dict)
    plugged: Plugged = field(default_factory=Plugged)
    calendars: Mapping[str, CalendarState] = field(default_factory=dict)
    trips: Trips = field(default_factory=Trips)
    listed_s: float = 0.0
    prices: tuple[PriceSlot, ...] = ()
    usual: Usual = field(default_factory=Usual)
    first: Priority = Priority.HOME_BATTERY
    needs: Mapping[str, tuple[Need, ...]] = field(default_factory=dict)
    rooms: tuple[Quarters, ...] = ()
    cheap: tuple[tuple[datetime, datetime], ...] = ()
    nights: Mapping[str, Night] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    planned_s: float | None = None
    helped_s: float | None = None
    said: tuple[str, ...] = ()
    closed: tuple[Session, ...] = ()

    def car_on(self, charger: str) -> str | None:
        """The car on a charger, as far as anybody knows."""
        return self.plugged.car(charger)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """dm said something."""

    word: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """dm said what a kWh costs."""

    prices: tuple[PriceSlot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """Time passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The owner wants something else of a charger; what is None stays. boost_until: in the past ends a boost."""

    charger: str
    mode: Mode | None = None
    phases: Phases | None = None
    boost_until: datetime | None = None


Event = Heard | Priced | Ticked | Wanted | Named | ChargerEvent | CarTold | CarMissed | Listed | Unlisted


def opened(rules: ChargingRules, *, at: datetime, now_s: float, socs: Iterable[Soc] = ()) -> Charging:
    """The state before anything was heard; socs: of the cars, as they were kept."""
    kept = {one.car: one for one in socs}
    return Charging(
        at=at,
        now_s=now_s,
        began_s=now_s,
        bays={
            name: Bay(post=post.opened(charger), mode=Mode(charger.mode), pace=Pace())
            for name, charger in rules.chargers.items()
        },
        cars={name: CarState(soc=soc.opened(car, kept.get(name))) for name, car in rules.cars.items()},
    )


def after(charging: Charging, event: Event, rules: ChargingRules, *, now_s: float, now: datetime) -> Charging:
    """The state as `event` leaves it; now_s: our monotonic seconds, now: the machine's time.

    Nothing else changes it, live or replayed. What is to be done about it is lib/core/steering.py's.
    """
    at = charging.site.at(now_s) or now
    charging = replace(charging, at=at, now_s=now_s, said=(), closed=())
    match event:
        case Heard(word=word):
            return _heard(charging, word)
        case Priced(prices=prices):
            return replace(charging, prices=prices, planned_s=None)
        case Ticked():
            return _ticked(charging, rules)
        case Wanted():
            return _wanted(charging, event)
        case Named(charger=charger, car=car):
            return _plugged(charging, event, rules, f"{charger}: you said that {car or 'a guest'} is on it")
        case Told() | Took() | Balked() | Missed() | Meddled():
            return _charger(charging, event, rules)
        case CarTold():
            return _car(charging, event, rules)
        case CarMissed(car=car, why=why):
            known = charging.cars[car]
            said = () if known.trouble == why else (f"{car}: {why}",)
            return replace(charging, cars={**charging.cars, car: replace(known, trouble=why)}, said=said)
        case Listed(calendar=calendar, entries=entries, at_s=at_s):
            state = CalendarState(entries=entries, listed_s=at_s)
            return _listed(replace(charging, calendars={**charging.calendars, calendar: state}), rules)
        case Unlisted(calendar=calendar, why=why):
            state = charging.calendars.get(calendar, CalendarState())
            said = () if state.trouble == why else (f"calendar {calendar}: {why}",)
            calendars = {**charging.calendars, calendar: replace(state, trouble=why)}
            return replace(charging, calendars=calendars, said=said)


def _with(charging: Charging, name: str, bay: Bay, *said: str) -> Charging:
    return replace(charging, bays={**charging.bays, name: bay}, said=(*charging.said, *said))


def _heard(charging: Charging, word: Word) -> Charging:
    ranges_w = [bay.post.range_w for bay in charging.bays.values()]
    ranges_a = [bay.post.range_a for bay in charging.bays.values()]
    low_a, high_a = _sum(low for low, _ in ranges_a), _sum(high for _, high in ranges_a)
    cars_w = sum(low for low, _ in ranges_w), sum(high for _, high in ranges_w)
    heard = site.heard(charging.site, word, cars_w, (low_a, high_a), charging.now_s)
    at = heard.at(charging.now_s) or charging.at
    known = charging.usual
    if word.good and heard.base_w is not None:
        known = usual.after(known, at, heard.base_w)
    return replace(charging, site=heard, at=at, usual=known)


def _sum(amps: Iterable[Amps]) -> Amps:
    one = two = three = 0.0
    for first, second, third in amps:
        one, two, three = one + first, two + second, three + third
    return one, two, three


def _ticked(charging: Charging, rules: ChargingRules) -> Charging:
    """Trips that are over go, boosts end, and MAX and MANUAL end when the car has left for a while."""
    if charging.now_s - charging.listed_s >= LISTED_S:
        charging = _listed(charging, rules, quietly=True)
    for name, bay in charging.bays.items():
        if bay.boost_until is not None and charging.at >= bay.boost_until:
            charging = _with(charging, name, replace(bay, boost_until=None), f"{name}: no longer charges fast")
        elif bay.empty_s is not None and charging.now_s - bay.empty_s >= AWAY_S:
            default = Mode(bay.post.rules.mode)
            if bay.mode in {Mode.MAX, Mode.MANUAL} and bay.mode is not default:
                charging = _with(charging, name, replace(bay, mode=default), f"{name}: {default} again, its car left")
    return charging


def _wanted(charging: Charging, wanted: Wanted) -> Charging:
    bay = charging.bays[wanted.charger]
    changed = replace(
        bay,
        mode=wanted.mode or bay.mode,
        wish=wanted.phases or bay.wish,
        boost_until=wanted.boost_until or bay.boost_until,
    )
    if changed.boost_until is not None and changed.boost_until <= charging.at:
        changed = replace(changed, boost_until=None)
    said = []
    if changed.mode is not bay.mode:
        said.append(f"{wanted.charger}: {changed.mode}, as you set it")
        changed = replace(changed, ended=False, wakes=0)
    return replace(_with(charging, wanted.charger, changed, *said), planned_s=None)


def _charger(charging: Charging, event: ChargerEvent, rules: ChargingRules) -> Charging:
    name = event.charger
    bay = charging.bays[name]
    before = bay.post
    car = rules.cars.get(charging.car_on(name) or "")
    bay = replace(bay, post=post.after(before, event, car))
    said = []
    match event:
        case Told(reading=reading):
            if before.missed is not None:
                said.append(f"{name}: the charger answers again")
            if reading.fault and (before.reading is None or before.reading.fault != reading.fault):
                said.append(f"{name}: fault: {reading.fault}")
            charging = _plugged(_with(charging, name, bay, *said), event, rules)
            return _counted(charging, name, event, before, rules)
        case Missed(why=why) if before.missed is None:
            said.append(f"{name}: {why}")
        case Balked(why=why) if before.balked != why:
            said.append(f"{name}: {why}")
        case Meddled(what=what) if before.meddled != what:
            said.append(f"{name}: {what}")
        case _:
            pass
    return _with(charging, name, bay, *said)


def _plugged(charging: Charging, event: plugged.Event, rules: ChargingRules, *said: str) -> Charging:
    """Who hangs where, after something that may tell; what was charged goes to the car that it turns out to be."""
    known = plugged.Rules(cars=rules.cars, chargers=rules.chargers, trips=charging.trips.trips, late=rules.late)
    before = charging.plugged
    now = plugged.after(before, event, charging.at, known)
    if now is before:
        return charging
    charging = replace(charging, plugged=now, planned_s=None)
    told = list(said)
    for name in charging.bays:
        was, is_ = before.cables.get(name), now.cables.get(name)
        if is_ is not None and (was is None or was.since != is_.since):
            told.append(f"{name}: {is_.car or 'a car'} is plugged in ({is_.ground})")
        elif is_ is None and was is not None:
            told.append(f"{name}: {was.car or 'the car'} is unplugged")
        elif is_ is not None and was is not None and was.car != is_.car and not said:
            told.append(f"{name}: it is {is_.car or 'an unknown car'} ({is_.ground})")
        fresh = was is None or is_ is None or was.since != is_.since
        charging = _swapped(charging, name, was.car if was else None, is_.car if is_ else None, fresh=fresh)
    return replace(charging, said=(*charging.said, *told))


def _swapped(charging: Charging, name: str, was: str | None, is_: str | None, *, fresh: bool) -> Charging:
    """The states of charge after a car came, left, or turned out to be another one."""
    if was == is_ and not fresh:
        return charging
    cars = dict(charging.cars)
    reading = charging.bays[name].post.reading
    total_wh = reading.total_wh if reading else None
    plugins = reading.plugins if reading else None
    if was and is_ and was != is_ and not fresh and was in cars and is_ in cars:
        former, other = soc.swapped(cars[was].soc, cars[is_].soc)
        cars[was], cars[is_] = replace(cars[was], soc=former), replace(cars[is_], soc=other)
    else:
        if was in cars:
            cars[was] = replace(cars[was], soc=soc.unplugged(cars[was].soc, charging.at))
        if is_ in cars:
            cars[is_] = replace(cars[is_], soc=soc.plugged_in(cars[is_].soc, name, total_wh, charging.at, plugins))
    return replace(charging, cars=cars)


def _car(charging: Charging, told: CarTold, rules: ChargingRules) -> Charging:
    state = charging.cars[told.car]
    charger = charging.plugged.charger(told.car)
    reading = charging.bays[charger].post.reading if charger else None
    known = soc.read(state.soc, told.reading, charging.at, reading.total_wh if reading else None)
    said = () if not state.trouble else (f"{told.car}: {told.reading.source} answers again",)
    state = replace(state, soc=known, reading=told.reading, trouble="")
    charging = replace(charging, cars={**charging.cars, told.car: state}, planned_s=None, said=said)
    return _plugged(charging, told, rules)


def _listed(charging: Charging, rules: ChargingRules, *, quietly: bool = False) -> Charging:
    """The trips of all calendars, as of now."""
    entries = [entry for state in charging.calendars.values() for entry in state.entries]
    found = trips(
        entries,
        rules.cars,
        now=charging.at,
        ready_before=rules.ready_before,
        all_day_departure=rules.all_day_departure,
    )
    charging = replace(charging, listed_s=charging.now_s)
    if found == charging.trips:
        return charging
    told = () if quietly else changes(charging.trips, found)
    return replace(charging, trips=found, planned_s=None, said=(*charging.said, *told))


def _counted(charging: Charging, name: str, told: Told, before: Post, rules: ChargingRules) -> Charging:
    """What a reading tells of the car's charge: its session, its state of charge, whether it takes what it may."""
    cable, bay, reading = charging.plugged.cables.get(name), charging.bays[name], told.reading
    bay = _followed(bay, told, before)
    if cable is None:
        empty_s = bay.empty_s
        if reading.plug is Plug.EMPTY and empty_s is None:
            empty_s = charging.now_s
        gone = replace(
            bay, session=None, charged=False, idle_s=None, ended=False, wakes=0, reserve=False, empty_s=empty_s
        )
        closed = () if bay.session is None else (_closed(charging, bay.session),)
        return replace(_with(charging, name, gone), closed=(*charging.closed, *closed))
    bay = replace(bay, empty_s=None)
    session, car = bay.session, cable.car or sessions.GUEST
    if session is None or session.since != cable.since:
        if session is not None:
            charging = replace(charging, closed=(*charging.closed, _closed(charging, session)))
        state = charging.cars.get(car)
        session = sessions.began(
            name,
            car,
            cable.since,
            total_wh=reading.total_wh,
            soc_pct=state.soc.pct(charging.at) if state else None,
        )
        bay = replace(
            bay, pace=pace.plugged(bay.pace, charging.now_s), charged=False, idle_s=None, ended=False, wakes=0
        )
    elif session.car != car:
        session = replace(session, car=car)
    shares = _origin(charging)
    slot = next((one for one in charging.prices if one.start <= charging.at < one.end), None)
    session = sessions.after(
        session,
        total_wh=reading.total_wh,
        at=charging.at,
        sun_share=shares.sun_share if shares else None,
        battery_share=shares.battery_share if shares else None,
        import_eur_kwh=slot.import_eur_kwh if slot else None,
        export_eur_kwh=slot.export_eur_kwh if slot else None,
    )
    charging = _with(charging, name, replace(bay, session=session))
    if car not in charging.cars:
        return charging
    known = soc.charged(charging.cars[car].soc, reading.total_wh, charging.at)
    if bay.ended:
        heard = charging.cars[car].reading
        known = soc.ended_by_car(known, heard.limit_pct if heard else None, charging.at)
    return replace(charging, cars={**charging.cars, car: replace(charging.cars[car], soc=known)})


def _origin(charging: Charging) -> sessions.Origin | None:
    word = charging.site.word
    if not charging.site.is_fresh(charging.now_s):
        return None
    battery_w = sum((one.low_w + one.high_w) / 2 for one in word.drawn if one.who == "battery")
    cars_w = sum(bay.post.reading.power_w or 0.0 for bay in charging.bays.values() if bay.post.reading)
    return sessions.origin(cars_w=cars_w, grid_w=word.grid_w, battery_w=battery_w)


def _closed(charging: Charging, session: Session) -> Session:
    state = charging.cars.get(session.car)
    slot = next((one for one in charging.prices if one.start <= charging.at < one.end), None)
    return sessions.closed(
        session,
        charging.at,
        soc_pct=state.soc.pct() if state else None,
        import_eur_kwh=slot.import_eur_kwh if slot else None,
    )


def _followed(bay: Bay, told: Told, before: Post) -> Bay:
    """Whether the car takes what it may, and what the clocks of its orders learn from it."""
    reading = told.reading
    drawn_a = max(reading.phases_a) if reading.phases_a else None
    if before.reading is None:  # what is found at the start is gone on with
        charges = reading.plug is Plug.CHARGING and not reading.paused
        set_a = reading.set_a or reading.offered_a or 0.0
        began = Pace(go=charges and set_a > 0, current_a=set_a if charges else 0.0, phases=reading.phases)
        return replace(bay, pace=began, charged=charges)
    known = pace.heard(
        bay.pace,
        read_s=reading.read_s,
        drawn_a=drawn_a,
        phases=reading.phases,
    )
    bay = replace(bay, pace=known)
    if reading.plug is Plug.CHARGING and (drawn_a is None or drawn_a > DRAWS_A):
        return replace(bay, charged=True, idle_s=None, ended=False, wakes=0)
    may = reading.plug.is_car and reading.permitted is not False and known.go
    if not may:
        return replace(bay, idle_s=None)
    idle_s = reading.read_s if bay.idle_s is None else bay.idle_s
    ended = bay.ended or (bay.charged and reading.read_s - max(idle_s, known.turned_s) >= ENDED_S)
    return replace(bay, idle_s=idle_s, ended=ended)
