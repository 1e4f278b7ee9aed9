"""What chargers and cars tell: who is plugged in where, what was charged, whether a car takes what it may.

Knows no wish, no trip and no order.
"""

from collections.abc import Iterator
from datetime import timedelta

from lib.core import arrival, plugged, post, sessions, soc, uptake
from lib.core.car import CarRules, CarTold
from lib.core.carport import Bay, Charging, ChargingRules, with_bay
from lib.core.charger import Balked, ChargerEvent, ChargerReading, Meddled, Missed, Plug, Told, Took
from lib.core.cost import slot_at
from lib.core.pace import refused
from lib.core.post import Post
from lib.core.power import PHASE_V
from lib.core.sessions import Session
from lib.core.site import given_back
from lib.core.soc import Soc
from lib.core.states import replace
from lib.core.tempo import Tempo
from lib.core.trip import Trip
from lib.core.uptake import DRAWS_A

LEAVES = timedelta(hours=2)  # who leaves so long before a trip leaves for it
BARRED_S = 60.0  # a charger that lets its car take nothing for so long, though it was told to, does not follow late
ENDED_S = 300.0  # a car that takes nothing for so long, though it may, has ended its charge
FELL_A = 0.25  # a charger that draws so much less than it did


def charger_told(charging: Charging, event: ChargerEvent, rules: ChargingRules) -> Charging:
    """After an event of a charger."""
    name = event.charger
    bay = charging.bays[name]
    before = bay.post
    if isinstance(event, Told):
        event = replace(event, reading=_seen(event.reading, before.plug))
    car = rules.cars.get(charging.car_on(name) or "")
    bay = replace(bay, post=post.after(before, event, car))
    if isinstance(event, Told | Missed):
        charging = _fallen(charging, name, before, bay.post, rules)
    said = []
    match event:
        case Told(reading=reading):
            if before.missed is not None:
                said.append(f"{name}: the charger answers again")
            if bay.post.stubborn_a and not before.stubborn_a:
                said.append(f"{name}: its car takes {bay.post.stubborn_a:.0f} A whatever it is offered")
            if reading.fault and (before.reading is None or before.reading.fault != reading.fault):
                said.append(f"{name}: fault: {reading.fault}")
            charging = cable_told(with_bay(charging, name, bay, *said), event, rules)
            return _counted(charging, name, event, before, rules)
        case Took() if before.balked:
            said.append(f"{name}: the charger does as it is told again")
        case Missed(why=why) if before.missed is None:
            said.append(f"{name}: the charger does not answer: {why}")
            bay = replace(bay, idle_s=None, barred_s=None, barred=False)  # what its car does meanwhile nobody sees
        case Balked(why=why, answered=True):
            bay = replace(bay, pace=refused(bay.pace, bay.post.offered_a, charging.now_s))
            if before.balked != why:
                said.append(f"{name}: the charger does not do as it is told: {why}")
        case Meddled(what=what) if before.meddled != what:
            said.append(f"{name}: {what}")
        case _:
            pass
    return with_bay(charging, name, bay, *said)


def _seen(reading: ChargerReading, before: Plug) -> ChargerReading:
    """The reading of a charger that cannot say what hangs on it: what draws is a car, which may have to be cut.

    One that does not say what it draws either goes on with the car that it charged, unless it pauses.
    """
    if reading.plug is not Plug.UNKNOWN:
        return reading
    if reading.phases_a is None and reading.power_w is None:
        draws = before is Plug.CHARGING and not reading.paused
    else:
        draws = max(reading.phases_a or (0.0,)) > DRAWS_A or (reading.power_w or 0.0) > DRAWS_A * PHASE_V
    return replace(reading, plug=Plug.CHARGING) if draws else reading


def _fallen(charging: Charging, name: str, before: Post, now: Post, rules: ChargingRules) -> Charging:
    """A charger may draw less than was thought: what fell on its circuits lately was its car, and no sun."""
    least_a, less_a = before.range_a[0], now.range_a[0]
    one, two, three = (max(0.0, was - is_) for was, is_ in zip(least_a, less_a, strict=True))
    if max(one, two, three) < FELL_A:
        return charging
    known, gauges = charging.site, dict(charging.gauges)
    if known.base_a is not None and known.held_a is not None:
        known = replace(known, base_a=given_back(known.base_a, (one, two, three), known.held_a))
    for circuit in rules.circuits:
        gauge = gauges.get(circuit.name)
        if gauge is not None and gauge.other_a and gauge.held_a is not None and circuit.carries(name):
            other_a = given_back(gauge.other_a, (one, two, three), gauge.held_a)
            gauges[circuit.name] = replace(gauge, other_a=other_a)
    return replace(charging, site=known, gauges=gauges)


def _driven(charging: Charging) -> Iterator[Trip]:
    """The trips that cars are on, which are no longer ahead."""
    return (state.trip for state in charging.cars.values() if state.trip is not None)


def cable_told(charging: Charging, event: plugged.Event, rules: ChargingRules, *said: str) -> Charging:
    """Who hangs where, after something that may tell; what was charged goes to the car that it turns out to be."""
    known = plugged.Rules(
        cars=rules.cars,
        chargers=rules.chargers,
        trips=(*charging.trips.trips, *_driven(charging)),
        late=rules.late,
        began=charging.at - timedelta(seconds=charging.now_s - charging.began_s),
    )
    before = charging.plugged
    now = plugged.after(before, event, charging.at, known)
    if now.cables is before.cables and now.plugs is before.plugs:  # a doubt is no news
        return charging if now is before else replace(charging, plugged=now)
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
        charging = _swapped(charging, name, was.car if was else None, is_.car if is_ else None, rules, fresh=fresh)
    return replace(charging, said=(*charging.said, *told))


def _swapped(
    charging: Charging, name: str, was: str | None, is_: str | None, rules: ChargingRules, *, fresh: bool
) -> Charging:
    """The states of charge after a car came, left, or turned out to be another one."""
    if was == is_ and not fresh:
        return charging
    cars = dict(charging.cars)
    reading = charging.bays[name].post.reading
    if was in cars and is_ in cars and was != is_ and not fresh:
        former, other = arrival.swapped(cars[was].soc, cars[is_].soc)
        cars[was], cars[is_] = replace(cars[was], soc=former), replace(cars[is_], soc=other)
    elif was in cars:
        known = cars[was].soc
        known = arrival.unplugged(known, charging.at) if fresh else arrival.mistaken(known)
        cars[was] = replace(cars[was], soc=known, trip=_left_for(charging, was) if fresh else None)
    if is_ in cars and (fresh or was not in cars):
        cars[is_] = replace(cars[is_], soc=_arrived(charging, name, rules.cars[is_], reading))
    return replace(charging, cars=cars)


def _left_for(charging: Charging, car: str) -> Trip | None:
    """The trip for which a car leaves now."""
    soon = (trip for trip in charging.trips.trips if trip.car == car and trip.departs - charging.at < LEAVES)
    return next(soon, None)


def _arrived(charging: Charging, name: str, car: CarRules, reading: ChargerReading | None) -> Soc:
    """The state of charge of a car that is on a charger now; one that is named late had been there all the time."""
    known, at = charging.cars[car.name].soc, charging.at
    total_wh, plugins = (reading.total_wh, reading.plugins) if reading else (None, None)
    cable, session = charging.plugged.cables[name], charging.bays[name].session
    trip = charging.cars[car.name].trip
    driven = trip.driven(car, cable.since, left=known.cable.until if known.cable else None) if trip else None
    driven_wh = car.driven_wh(driven) if driven else None
    if session is None or session.since != cable.since or session.total_wh is None:
        return arrival.plugged_in(known, name, total_wh, at, plugins, driven_wh=driven_wh)
    start_wh = session.total_wh - session.energy_wh
    came = arrival.plugged_in(known, name, start_wh, cable.since, plugins, driven_wh=driven_wh)
    return soc.counted(came, session.total_wh, session.seen)


def car_told(charging: Charging, told: CarTold, rules: ChargingRules) -> Charging:
    """After a word of a car's source, or of its owner."""
    state = charging.cars[told.car]
    charger = charging.plugged.charger(told.car)
    reading = charging.bays[charger].post.reading if charger else None
    known = soc.read(state.soc, told.reading, charging.at, reading.total_wh if reading else None)
    said = () if not state.trouble else (f"{told.car}: {told.reading.source} answers again",)
    state = replace(state, soc=known, reading=told.reading, trouble="")
    planned_s = charging.planned_s if known == charging.cars[told.car].soc else None
    charging = replace(charging, cars={**charging.cars, told.car: state}, planned_s=planned_s, said=said)
    return cable_told(charging, told, rules)


def _counted(charging: Charging, name: str, told: Told, before: Post, rules: ChargingRules) -> Charging:
    """What a reading tells of the car's charge: its session, its state of charge, whether it takes what it may."""
    cable, bay, reading = charging.plugged.cables.get(name), charging.bays[name], told.reading
    was_barred, bay = bay.barred, _followed(bay, told, before, rules.tempo)
    if bay.barred and not was_barred:
        charging = with_bay(charging, name, bay, f"{name}: the charger lets its car take nothing: {bay.post.bar}")
    if cable is None:
        empty_s = bay.empty_s
        if reading.plug is Plug.EMPTY and empty_s is None:
            empty_s = charging.now_s
        gone = replace(
            bay, session=None, charged=False, idle_s=None, ended=False, wakes=0, reserve=False, empty_s=empty_s
        )
        closed = () if bay.session is None else (_closed(charging, bay.session),)
        return replace(with_bay(charging, name, gone), closed=(*charging.closed, *closed))
    bay = replace(bay, empty_s=None)
    session, car = bay.session, cable.car or sessions.GUEST
    if session is None or session.since != cable.since:
        if session is not None:
            charging = replace(charging, closed=(*charging.closed, _closed(charging, session)))
        state = charging.cars.get(car)
        seen = before.reading is not None and before.reading.plug is Plug.EMPTY
        session = sessions.began(
            name,
            car,
            cable.since,
            total_wh=reading.total_wh,
            plugin_wh=0.0 if seen else reading.plugin_wh or 0.0,
            soc_pct=state.soc.pct(charging.at) if state else None,
        )
        pace = uptake.plugged(bay.pace, charging.now_s)
        bay = replace(bay, pace=pace, charged=False, idle_s=None, barred=False, ended=False, wakes=0)
    elif session.car != car:
        session = replace(session, car=car)
    shares = _origin(charging)
    slot = slot_at(charging.prices, charging.at)
    session = sessions.after(
        session,
        total_wh=reading.total_wh,
        at=charging.at,
        sun_share=shares.sun_share if shares else None,
        battery_share=shares.battery_share if shares else None,
        import_eur_kwh=slot.import_eur_kwh if slot else None,
        export_eur_kwh=slot.export_eur_kwh if slot else None,
    )
    charging = with_bay(charging, name, replace(bay, session=session))
    if car not in charging.cars:
        return charging
    known = soc.charged(charging.cars[car].soc, reading.total_wh, charging.at)
    if bay.ended:
        heard = charging.cars[car].reading
        told_pct = heard.limit_pct if heard else None
        known = soc.ended_by_car(known, rules.cars[car].limit_pct if told_pct is None else told_pct, charging.at)
    return replace(charging, cars={**charging.cars, car: replace(charging.cars[car], soc=known)})


def _origin(charging: Charging) -> sessions.Origin | None:
    word = charging.site.word
    if not charging.site.is_fresh(charging.now_s):
        return None
    battery_w = word.battery_w
    cars_w = sum(bay.post.reading.power_w or 0.0 for bay in charging.bays.values() if bay.post.reading)
    return sessions.origin(cars_w=cars_w, grid_w=word.grid_w, battery_w=battery_w)


def _closed(charging: Charging, session: Session) -> Session:
    state = charging.cars.get(session.car)
    slot = slot_at(charging.prices, charging.at)
    return sessions.closed(
        session,
        charging.at,
        soc_pct=state.soc.pct() if state else None,
        import_eur_kwh=slot.import_eur_kwh if slot else None,
    )


def _followed(bay: Bay, told: Told, before: Post, tempo: Tempo) -> Bay:
    """Whether the car takes what it may, and what the clocks of its orders learn from it."""
    reading = told.reading
    drawn_a = max(reading.phases_a) if reading.phases_a else None
    if before.reading is None:  # what is found at the start is gone on with
        charges = reading.plug is Plug.CHARGING and not reading.paused
        set_a = reading.set_a or reading.offered_a or 0.0
        goes = reading.plug.is_car and not reading.paused and reading.permitted is not False and set_a > 0
        began = replace(
            bay.pace,  # it knows when phases were switched lately
            go=goes,
            current_a=set_a if goes else 0.0,
            phases=reading.phases,
            turned_s=reading.read_s if charges and goes else bay.pace.turned_s,
            rest_s=reading.read_s + tempo.off_s if bay.session and bay.session.stops and not goes else bay.pace.rest_s,
        )
        return replace(bay, pace=began, charged=charges, found_s=reading.read_s if goes else None)
    known = uptake.heard(
        bay.pace,
        read_s=reading.read_s,
        drawn_a=drawn_a,
        phases=reading.phases,
        tempo=tempo,
    )
    if known.go and reading.plug is Plug.CHARGING and before.reading.plug is Plug.CONNECTED:
        known = replace(known, turned_s=reading.read_s)  # it begins now, whenever it was told to
    bay = _barred(replace(bay, pace=known), reading)
    if reading.plug is Plug.CHARGING and (drawn_a is None or drawn_a > DRAWS_A):
        return replace(bay, charged=True, idle_s=None, ended=False, wakes=0)
    may = reading.plug.is_car and reading.permitted is not False and known.go
    if not may:  # stopped by us, it has to show anew that it takes something
        return replace(bay, idle_s=None, charged=bay.charged and known.go)
    idle_s = reading.read_s if bay.idle_s is None else bay.idle_s
    ended = bay.ended or (bay.charged and reading.read_s - max(idle_s, known.turned_s) >= ENDED_S)
    return replace(bay, idle_s=idle_s, ended=ended)


def _barred(bay: Bay, reading: ChargerReading) -> Bay:
    """Whether the charger itself lets its car take nothing though it was told to: a limit, a lock, somebody's pause.

    Not while it refuses orders, which is said as such, or pauses to switch its phases. Stopped by us it has to show
    anew that it lets its car take something.
    """
    told = bay.pace.go and not bay.post.balked and bay.pace.switching.to is None
    if not (told and reading.plug.is_car and (reading.paused or reading.permitted is False)):
        return replace(bay, barred_s=None, barred=bay.barred and reading.plug.is_car and not bay.pace.go)
    barred_s = reading.read_s if bay.barred_s is None else bay.barred_s
    lasts = reading.read_s - max(barred_s, bay.pace.turned_s) >= BARRED_S
    return replace(bay, barred_s=barred_s, barred=bay.barred or lasts)
