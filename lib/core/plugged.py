"""Which car hangs on which charger: what chargers and cars say, trips, the owner's word → a car, and how it is known.

In: events. Out: for each charger with a car on it the car's name, or None for one that nobody knows, and the ground.
It knows no state of charge. The pilot wire of a charger carries no name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from lib.core.car import CarReading, CarRules, CarTold
from lib.core.charger import ChargerReading, ChargerRules, Plug, Told
from lib.core.trip import Trip

T = TypeVar("T")

NEAR = timedelta(minutes=5)  # a car and a charger that say so within this time speak of one plug
SLOW = timedelta(minutes=20)  # the same for a source that is late
LISTEN = timedelta(minutes=10)  # after a plug-in cars are compared for so long, and longer for a late source
DRAWS_A, MORE_A = 2.0, 1.5  # a phase that carries so much is used; a car takes no more than so much above its most
DOUBTED_S = 30.0  # so long more must be drawn than a car can, before it is not that one
SEEN_S = DOUBTED_S / 2  # between two readings no more is counted: what it drew in a silence nobody saw
BACK = (timedelta(hours=-1), timedelta(hours=2))  # around the end of a trip its car comes home
SOON = timedelta(hours=12)
BEGINS = timedelta(minutes=1)


class Ground(StrEnum):
    """How it is known, the surest first."""

    OWNER = "you said so"
    SAME_MINUTE = "plugged in at the same minute"
    ONLY_ONE = "the only car that is not elsewhere"
    TRIP = "its trip fits"
    DEFAULT = "default of this cable"
    UNKNOWN = "unknown car"


SURE: Final = frozenset({Ground.OWNER, Ground.SAME_MINUTE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the owner set, and the trips as they are known now.

    late: the cars whose source tells things late. began: when the program did; of a car that it found on a cable then
    nobody knows when it was plugged in.
    """

    cars: Mapping[str, CarRules]
    chargers: Mapping[str, ChargerRules] = field(default_factory=dict)
    trips: tuple[Trip, ...] = ()
    late: frozenset[str] = frozenset()
    began: datetime | None = None

    def found(self, cable: "OnCable") -> bool:
        """Whether its car was there when the program began."""
        return self.began is not None and cable.since - self.began < BEGINS


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCable:
    """A charger with a car on it; excluded: the cars that it cannot be."""

    charger: str
    since: datetime
    plugins: int | None = None
    car: str | None = None
    ground: Ground = Ground.UNKNOWN
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """The cars that cannot draw what is drawn on a cable, each with for how long; a charger may misread for a while.

    seen: when that was read last.
    """

    seen: datetime
    cars_s: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlug:
    """What a car says of its own plug.

    Attributes:
        as_of: of its last word; turned: when it went from off to on, None where nobody saw that.
        worn: it has left our cable, and its source has not noticed yet.

    """

    on: bool
    as_of: datetime
    turned: datetime | None = None
    worn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugged:
    """All cables with a car on them by charger, the plugs of the cars by car, and by charger which cars are doubted."""

    cables: Mapping[str, OnCable] = field(default_factory=dict)
    plugs: Mapping[str, OwnPlug] = field(default_factory=dict)
    doubts: Mapping[str, Doubt] = field(default_factory=dict)

    def car(self, charger: str) -> str | None:
        """The car on a charger; None: there is none, or nobody knows it."""
        cable = self.cables.get(charger)
        return cable.car if cable else None

    def charger(self, car: str) -> str | None:
        """The charger that a car hangs on."""
        return next((cable.charger for cable in self.cables.values() if cable.car == car), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The owner says which car hangs on a charger; "": a guest's. It holds until the car is unplugged."""

    charger: str
    car: str


Event = Told | CarTold | Named


def after(plugged: Plugged, event: Event, at: datetime, rules: Rules) -> Plugged:
    """The cables as `event` leaves them; an event that changes nothing gives the same object back."""
    match event:
        case Told(charger=charger, reading=reading):
            return _charger(plugged, charger, reading, at, rules)
        case CarTold(car=car, reading=reading):
            return _car(plugged, car, reading, at, rules)
        case Named(charger=charger, car=car):
            cable = plugged.cables.get(charger)
            if cable is None:
                return plugged
            return _settled(plugged, replace(cable, car=car or None, ground=Ground.OWNER), rules)


def _charger(plugged: Plugged, name: str, reading: ChargerReading, at: datetime, rules: Rules) -> Plugged:
    cable = plugged.cables.get(name)
    if reading.plug is Plug.EMPTY:
        return plugged if cable is None else _left(plugged, cable)
    if not reading.plug.is_car:
        return plugged
    if cable is not None and None not in {cable.plugins, reading.plugins} and cable.plugins != reading.plugins:
        plugged, cable = _left(plugged, cable), None  # it was away while nobody looked
    if cable is None:
        cable = OnCable(charger=name, since=at, plugins=reading.plugins)
        if not rules.found(cable):
            busy = tuple(car for car in rules.cars if _is_busy(car, at, plugged.plugs.get(car), rules))
            cable = replace(cable, excluded=busy)
        return _settled(plugged, _decided(plugged, cable, rules), rules)
    known = cable
    if cable.plugins is None and reading.plugins is not None:
        cable = replace(cable, plugins=reading.plugins)
    plugged, shut = _doubted(plugged, cable, reading, at, rules)
    if shut:
        cable = replace(cable, excluded=(*cable.excluded, *shut))
    if at - cable.since < LISTEN or cable.car in cable.excluded:
        cable = _decided(plugged, cable, rules)
    return plugged if cable == known else _settled(plugged, cable, rules)


def _car(plugged: Plugged, car: str, reading: CarReading, at: datetime, rules: Rules) -> Plugged:
    """Note what a car says of its plug, and compare it with the cables."""
    if reading.plugged is None or car not in rules.cars:
        return plugged
    as_of = at if reading.as_of is None else min(reading.as_of, at)
    was = plugged.plugs.get(car)
    if was is not None and as_of < was.as_of:
        return plugged
    if not reading.plugged:
        plug = OwnPlug(on=False, as_of=as_of)
    elif was is None or was.on:
        plug = replace(was, as_of=as_of) if was else OwnPlug(on=True, as_of=as_of)
    else:
        plug = OwnPlug(on=True, as_of=as_of, turned=as_of)
    plugged = replace(plugged, plugs={**plugged.plugs, car: plug})
    listen = LISTEN + SLOW if car in rules.late else LISTEN
    for cable in plugged.cables.values():
        if cable.ground is Ground.OWNER:
            continue
        gone = cable.car == car and cable.ground not in SURE and _is_off(car, cable, plug, rules)
        shut = replace(cable, excluded=(*cable.excluded, car)) if gone else cable
        if gone or at - cable.since < LISTEN or (at - cable.since < listen and _fits(car, cable, plug, rules)):
            plugged = _settled(plugged, _decided(plugged, shut, rules), rules)
    return plugged


def _left(plugged: Plugged, cable: OnCable) -> Plugged:
    """A cable is empty; what its car says of its own plug is not true any more until it says off."""
    plugs = dict(plugged.plugs)
    if cable.car in plugs and plugs[cable.car].on:
        plugs[cable.car] = replace(plugs[cable.car], worn=True)
    gone = cable.charger
    return replace(plugged, cables=_without(plugged.cables, gone), plugs=plugs, doubts=_without(plugged.doubts, gone))


def _settled(plugged: Plugged, cable: OnCable, rules: Rules) -> Plugged:
    """A cable as it is known now; another one that held its car without being sure looks again."""
    plugged = replace(plugged, cables={**plugged.cables, cable.charger: cable})
    if cable.car is None:
        return plugged
    for other in plugged.cables.values():
        if other.car == cable.car and other.charger != cable.charger:
            again = _decided(plugged, replace(other, ground=Ground.UNKNOWN, car=None), rules)
            plugged = replace(plugged, cables={**plugged.cables, other.charger: again})
    return plugged


def _decided(plugged: Plugged, cable: OnCable, rules: Rules) -> OnCable:
    """The cable with the car that it most likely is."""
    if cable.ground is Ground.OWNER:
        return cable
    car, ground = next(_found(plugged, cable, rules), (None, Ground.UNKNOWN))
    return replace(cable, car=car, ground=ground)


def _found(plugged: Plugged, cable: OnCable, rules: Rules) -> Iterator[tuple[str, Ground]]:
    """The cars that it may be, the surest ground first."""
    others = [other for other in plugged.cables.values() if other.charger != cable.charger]
    sure = {other.car for other in others if other.ground in SURE}
    held = {other.car for other in others}
    cars = [car for car in rules.cars if car not in cable.excluded and car not in sure]
    same = [car for car in cars if car in plugged.plugs and _fits(car, cable, plugged.plugs[car], rules)]
    if len(same) == 1:
        yield same[0], Ground.SAME_MINUTE
    free = [car for car in cars if car not in held and not _elsewhere(car, cable, plugged.plugs.get(car), rules)]
    if len(free) == 1:
        yield free[0], Ground.ONLY_ONE
    leaving = _soon(rules.trips, cable.since) - _at_their_own(plugged, cable, rules)
    for cars_of_trips in (_back(rules.trips, cable.since), leaving):
        fitting = [car for car in free if car in cars_of_trips]
        if len(fitting) == 1:
            yield fitting[0], Ground.TRIP
    charger = rules.chargers.get(cable.charger)
    if charger is not None and charger.car in free:
        assert charger.car is not None
        yield charger.car, Ground.DEFAULT


def _fits(car: str, cable: OnCable, plug: OwnPlug, rules: Rules) -> bool:
    """Whether a car was seen to be plugged in when the cable was."""
    return plug.on and not plug.worn and plug.turned is not None and abs(plug.turned - cable.since) <= _near(car, rules)


def _is_busy(car: str, at: datetime, plug: OwnPlug | None, rules: Rules) -> bool:
    """Whether a car said shortly before a plug-in that it is plugged in already, so elsewhere."""
    if plug is None or not plug.on or plug.worn or plug.as_of < at - NEAR:
        return False
    return plug.turned is None or plug.turned < at - _near(car, rules)


def _elsewhere(car: str, cable: OnCable, plug: OwnPlug | None, rules: Rules) -> bool:
    """Whether a car says by its own plug that it is not on this cable."""
    if plug is None or plug.worn:
        return False
    if not plug.on:
        return _is_off(car, cable, plug, rules)
    return plug.turned is not None and plug.turned > cable.since + _near(car, rules)


def _is_off(car: str, cable: OnCable, plug: OwnPlug, rules: Rules) -> bool:
    """Whether a car says, some time after a plug-in, that it is plugged in nowhere."""
    return not plug.on and plug.as_of > cable.since + _near(car, rules)


def _near(car: str, rules: Rules) -> timedelta:
    return SLOW if car in rules.late else NEAR


def _doubted(
    plugged: Plugged, cable: OnCable, reading: ChargerReading, at: datetime, rules: Rules
) -> tuple[Plugged, tuple[str, ...]]:
    """The cables after a reading that may show more than some cars can draw, and the cars that this excludes now.

    Each car has its own clock, which a reading that fits it ends. Where a charger is read seldom it takes three.
    """
    name = cable.charger
    cannot = [car for car in rules.cars if car not in cable.excluded and _cannot(rules.cars[car], reading)]
    before = plugged.doubts.get(name)
    if before is None and not cannot:
        return plugged, ()
    passed_s = min(max(0.0, (at - before.seen).total_seconds()), SEEN_S) if before else 0.0
    known_s = before.cars_s if before else {}
    cars_s = {car: known_s[car] + passed_s if car in known_s else 0.0 for car in cannot}
    shut = tuple(car for car in cannot if cars_s[car] >= DOUBTED_S)
    left_s = {car: lasted_s for car, lasted_s in cars_s.items() if car not in shut}
    others = _without(plugged.doubts, name)
    doubts = {**others, name: Doubt(seen=at, cars_s=left_s)} if left_s else others
    return replace(plugged, doubts=doubts), shut


def _cannot(car: CarRules, reading: ChargerReading) -> bool:
    """Whether more is drawn than a car can draw."""
    drawn_a = reading.phases_a or ()
    return sum(one > DRAWS_A for one in drawn_a) > car.phases or max(drawn_a, default=0.0) > car.current_a + MORE_A


def _back(trips: tuple[Trip, ...], at: datetime) -> set[str]:
    """The cars that come home about now."""
    return {one.car for one in trips if one.departs < at and one.returns + BACK[0] <= at <= one.returns + BACK[1]}


def _soon(trips: tuple[Trip, ...], at: datetime) -> set[str]:
    """The cars that leave in the next hours."""
    return {one.car for one in trips if at < one.departs <= at + SOON}


def _at_their_own(plugged: Plugged, cable: OnCable, rules: Rules) -> set[str | None]:
    """The cars that have a charger of their own elsewhere which is free: there they will be plugged in."""
    return {one.car for name, one in rules.chargers.items() if name != cable.charger and name not in plugged.cables}


def _without(by_charger: Mapping[str, T], charger: str) -> dict[str, T]:
    return {name: one for name, one in by_charger.items() if name != charger}
