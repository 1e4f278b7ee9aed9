"""What happens → the EV app's state: `after(charging, event, rules) -> Charging`. Joins cars, trips and dm's word.

What is done about it stands in lib/core/steering.py. It knows no message, no socket and no clock: each step brings our
monotonic seconds, and the machine's time for as long as dm has not told the meter's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lib.core import gauges, outside, post, sessions, site, soc, surplus, usual
from lib.core.agenda import Listed, Unlisted
from lib.core.car import CarMissed, CarTold
from lib.core.carport import BatteryWord, Bay, CalendarState, CarState, Charging, ChargingRules, with_bay
from lib.core.charger import Balked, ChargerEvent, Meddled, Missed, Told, Took
from lib.core.circuits import Amps, safe_a
from lib.core.cost import PriceSlot
from lib.core.followed import Followed, aged
from lib.core.gauges import Gauged, GaugeEvent, Limited, Ungauged, Unlimited
from lib.core.modes import UNBOOSTED, Mode, Phases
from lib.core.outside import Proposed
from lib.core.pace import fallen
from lib.core.plugged import Named
from lib.core.quarter import QUARTER, start_of
from lib.core.site import Word
from lib.core.soc import Soc
from lib.core.states import replace
from lib.core.surplus import Priority, own_profile
from lib.core.trip import changes, trips
from lib.core.uptake import Pace, adopted
from lib.core.visits import cable_told, car_told, charger_told

LISTED_S = 60.0  # trips that are over go
BACK = timedelta(hours=1)  # set back by more, as after a telegram of another year, the clock begins a quarter anew
AWAY_S = 300.0  # after so long without a car since the owner chose them, MAX and MANUAL are over


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """dm said something."""

    word: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """dm said what a kWh costs."""

    prices: tuple[PriceSlot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """bs said something of the home battery."""

    word: BatteryWord


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """dm said its plan."""

    followed: Followed


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


Event = (
    Heard
    | Priced
    | Stored
    | Planned
    | Ticked
    | Wanted
    | Named
    | Proposed
    | GaugeEvent
    | ChargerEvent
    | CarTold
    | CarMissed
    | Listed
    | Unlisted
)


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
        first=Priority.CAR if rules.priority is Priority.CAR else Priority.HOME_BATTERY,
    )


def after(charging: Charging, event: Event, rules: ChargingRules, *, now_s: float, now: datetime) -> Charging:
    """The state as `event` leaves it; now_s: our monotonic seconds, now: the machine's time.

    Nothing else changes it, live or replayed. What is to be done about it is lib/core/steering.py's.
    """
    at = charging.site.at(now_s) or now
    charging = _quarters(replace(charging, at=at, now_s=now_s, said=(), closed=()))
    match event:
        case Heard(word=word):
            return _heard(charging, word, rules)
        case Priced(prices=prices):
            return replace(charging, prices=prices, planned_s=None)
        case Stored(word=word):
            return _stored(charging, word, rules)
        case Planned(followed=followed):
            return replace(charging, followed=aged(followed, at), planned_s=None)
        case Ticked():
            return _ticked(charging, rules)
        case Wanted():
            return _wanted(charging, event)
        case Named(charger=charger, car=car):
            return cable_told(charging, event, rules, f"{charger}: you said that {car or 'a guest'} is on it")
        case Told(charger=charger) if charging.bays[charger].post.reading is None:
            return _beside_cars(charger_told(charging, event, rules))
        case Told() | Took() | Balked() | Missed() | Meddled():
            return charger_told(charging, event, rules)
        case CarTold():
            return car_told(charging, event, rules)
        case CarMissed(car=car, why=why):
            known = charging.cars[car]
            said = () if known.trouble == why else (f"{car}: {why}",)
            return replace(charging, cars={**charging.cars, car: replace(known, trouble=why)}, said=said)
        case Proposed():
            return replace(charging, outside=outside.after(charging.outside, event))
        case Gauged() | Ungauged() | Limited() | Unlimited():
            return _gauged(charging, event, rules)
        case Listed(calendar=calendar, entries=entries, at_s=at_s):
            state = CalendarState(entries=entries, listed_s=at_s)
            return _listed(replace(charging, calendars={**charging.calendars, calendar: state}), rules)
        case Unlisted(calendar=calendar, why=why):
            state = charging.calendars.get(calendar, CalendarState())
            said = () if state.trouble == why else (f"calendar {calendar}: {why}",)
            calendars = {**charging.calendars, calendar: replace(state, trouble=why)}
            return replace(charging, calendars=calendars, said=said)


def _heard(charging: Charging, word: Word, rules: ChargingRules) -> Charging:
    before = charging.site.word
    heard = site.heard(
        charging.site, word, *_drawn(charging), charging.now_s, theirs_w=word.battery_w, lease_s=rules.lease_s
    )
    at = heard.at(charging.now_s) or charging.at
    known = charging.usual
    if word.good and heard.base_w is not None:
        known = usual.after(known, at, heard.base_w)
    charging = _quarters(replace(charging, site=heard, at=at, usual=known))
    return _peaked(charging, before.peak_w, word) if word.good else charging


def _stored(charging: Charging, word: BatteryWord, rules: ChargingRules) -> Charging:
    """Who takes the sun first goes by how full the battery is; whether it can help, by its own word."""
    before = charging.battery
    first = surplus.priority(rules.priority, word.soc_pct, before=charging.first, profile=own_profile(step_a=0.1))
    news = (before.can_w > 0, before.help_w > 0, before.refused) != (word.can_w > 0, word.help_w > 0, word.refused)
    said = (f"the battery does not help: {word.refused}",) if word.refused and word.refused != before.refused else ()
    planned_s = None if news else charging.planned_s
    return replace(charging, battery=word, first=first, said=said, planned_s=planned_s)


def _beside_cars(charging: Charging) -> Charging:
    """A charger was read for the first time: what dm said last held its car too, as if the house drew it."""
    known = charging.site
    return replace(charging, site=site.beside(known, *_drawn(charging), theirs_w=known.word.battery_w))


def _gauged(charging: Charging, event: GaugeEvent, rules: ChargingRules) -> Charging:
    """A circuit's own meter, or what its limit follows, says something; trouble is told once."""
    circuit = next((one for one in rules.circuits if one.name == event.circuit), None)
    if circuit is None:
        return charging
    ranges_a = [bay.post.range_a for name, bay in charging.bays.items() if circuit.carries(name)]
    ours_a = _sum(low for low, _ in ranges_a), _sum(high for _, high in ranges_a)
    found = gauges.after(charging.gauges, event, ours_a, unmeasured_a=circuit.other_a)
    before, known = charging.gauges.get(event.circuit, gauges.Gauge()), found[event.circuit]
    news = [
        f"{event.circuit}: {now or again}"
        for now, was, again in (
            (known.trouble, before.trouble, "its meter answers again"),
            (known.astray, before.astray, "its limit is told again"),
        )
        if now != was
    ]
    return replace(charging, gauges=found, said=tuple(news))


def _drawn(charging: Charging) -> tuple[tuple[float, float], tuple[Amps, Amps]]:
    """The least and the most that all cars draw just now, by power and by phase."""
    ranges_w = [bay.post.range_w for bay in charging.bays.values()]
    ranges_a = [bay.post.range_a for bay in charging.bays.values()]
    cars_w = sum(low for low, _ in ranges_w), sum(high for _, high in ranges_w)
    return cars_w, (_sum(low for low, _ in ranges_a), _sum(high for _, high in ranges_a))


def _quarters(charging: Charging) -> Charging:
    """At the start of a quarter: what each session charged in the one that is over."""
    if charging.quarter is not None and charging.quarter - BACK <= charging.at < charging.quarter + QUARTER:
        return charging  # the meter may say that it is a little earlier than we hold
    quarter = start_of(charging.at)
    bays = {}
    for name, bay in charging.bays.items():
        energy_wh = bay.session.energy_wh if bay.session else 0.0
        bays[name] = replace(bay, quarter_wh=energy_wh, last_wh=max(0.0, energy_wh - bay.quarter_wh))
    return replace(charging, bays=bays, quarter=quarter)


def _peaked(charging: Charging, before_w: float | None, word: Word) -> Charging:
    """A month peak that rose is the cars' as far as they charged in that quarter; a new month begins anew."""
    if before_w is None or word.peak_w is None or word.peak_w <= before_w:
        return charging
    cars_wh = sum(bay.last_wh for bay in charging.bays.values())
    rise_w = min(word.peak_w - before_w, cars_wh * 4)
    bays = dict(charging.bays)
    for name, bay in bays.items():
        if bay.session is not None and bay.last_wh > 0:
            own_w = rise_w * bay.last_wh / cars_wh
            eur = None if word.kw_eur is None else own_w / 1000 * word.kw_eur
            bays[name] = replace(bay, session=sessions.peaked(bay.session, own_w, eur))
    return replace(charging, bays=bays)


def _sum(amps: Iterable[Amps]) -> Amps:
    one = two = three = 0.0
    for first, second, third in amps:
        one, two, three = one + first, two + second, three + third
    return one, two, three


def _ticked(charging: Charging, rules: ChargingRules) -> Charging:
    """Trips and proposals that are over go, boosts end, MAX and MANUAL end when the car has left for a while."""
    if charging.now_s - charging.listed_s >= LISTED_S and not charging.trips.hold(charging.at):
        charging = _listed(charging, rules, quietly=True)
    lasting = outside.lasting(charging.outside, charging.now_s)
    charging = _lapsed(charging if lasting is charging.outside else replace(charging, outside=lasting), rules)
    for name, bay in charging.bays.items():
        if bay.boost_until is not None and charging.at >= bay.boost_until:
            charging = with_bay(charging, name, replace(bay, boost_until=None), f"{name}: no longer charges fast")
        elif bay.empty_s is not None and charging.now_s - bay.empty_s >= AWAY_S:
            default = Mode(bay.post.rules.mode)
            if bay.mode in {Mode.MAX, Mode.MANUAL} and bay.mode is not default:
                charging = with_bay(
                    charging, name, replace(bay, mode=default, cut=None), f"{name}: {default} again, no car is there"
                )
    return charging


def _lapsed(charging: Charging, rules: ChargingRules) -> Charging:
    """Chargers that watch themselves, and are silent for so long that they fall to their safe current."""
    for name, bay in charging.bays.items():
        known = post.lapsing(bay.post, charging.now_s)
        if known is bay.post:
            continue
        pace, said = bay.pace, []
        if known.fallen and not bay.post.fallen:
            pace = fallen(pace, safe_a(known.rules), charging.now_s, rules.tempo)
            said.append(f"{name}: it hears nobody, and falls back to its safe current")
        charging = with_bay(charging, name, replace(bay, post=known, pace=pace), *said)
    return charging


def _wanted(charging: Charging, wanted: Wanted) -> Charging:
    bay = charging.bays[wanted.charger]
    changed = replace(
        bay,
        mode=wanted.mode or bay.mode,
        wish=wanted.phases or bay.wish,
        boost_until=wanted.boost_until or bay.boost_until,
        # for the car that is about to come, however long the last one is gone
        empty_s=bay.empty_s if wanted.mode is None or bay.empty_s is None else charging.now_s,
    )
    if changed.boost_until is not None and (changed.boost_until <= charging.at or changed.mode in UNBOOSTED):
        changed = replace(changed, boost_until=None)
    said = []
    if changed.mode is not bay.mode or wanted.boost_until is not None:
        changed = replace(changed, ended=False, wakes=0, barred=False)
    if changed.mode is not bay.mode:
        said.append(f"{wanted.charger}: {changed.mode}, as you set it")
        if bay.mode is Mode.MANUAL:
            changed = replace(changed, pace=_as_set(bay, charging.now_s), cut=None)
    return replace(with_bay(charging, wanted.charger, changed, *said), planned_s=None)


def _as_set(bay: Bay, now_s: float) -> Pace:
    """The pace of a charger that was left to its owner: from what it does now, so that a car which charges goes on."""
    reading, moves = bay.post.reading, bay.post.moves
    if reading is None:
        return bay.pace
    goes = reading.plug.is_car and reading.permitted is not False
    current_a = moves[-1].current_a if moves else reading.lets_a
    return adopted(bay.pace, current_a=current_a if goes else 0.0, phases=reading.phases, now_s=now_s)


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
        return replace(charging, trips=found)  # which may hold for longer
    told = () if quietly else changes(charging.trips, found)
    return replace(charging, trips=found, planned_s=None, said=(*charging.said, *told))
