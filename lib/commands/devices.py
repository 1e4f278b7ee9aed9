"""The chargers, cars and calendars of a home, opened from its settings and let go again at the end.

Each runs in a task of its own; a fault in a car's source or a calendar stops nothing else. What they say goes to one
`hear`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from lib.calendars import open_calendars
from lib.calendars.agenda import Agenda
from lib.cars import CarError, CarSetupError, ChargeControl, control_of, open_source
from lib.cars.poll import Poll
from lib.chargers import Charger, open_charger
from lib.chargers.point import Point
from lib.clock import Clock, MeterClock
from lib.commands import feeds
from lib.commands.beside import beside, tell_bug
from lib.commands.ev_memory import Memory
from lib.commands.ev_rules import circuits
from lib.commands.passwords import password_of
from lib.core.carport import Charging
from lib.core.charger import Found, Plug
from lib.core.charging import Event
from lib.core.checking import crowded
from lib.secrets import Secrets, SecretsError, keep_secret
from lib.settings import ChargerPlace, Settings

if TYPE_CHECKING:
    from lib.chargers.ocpp_central import Central

KEEP_S = 2.0  # a disk that is slower, or broken, holds up no charger
log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Devices:
    """All that ev talks to: chargers by name, polls by car, and cars that can be told to charge.

    calendars: as what is heard of them calls them. troubles: what cannot work as it is set up, by kind. memory: keeps
    what the chargers' owners get back.
    """

    points: Mapping[str, Point]
    memory: Memory
    controls: Mapping[str, ChargeControl] = field(default_factory=dict)
    polls: Mapping[str, Poll] = field(default_factory=dict)
    calendars: tuple[str, ...] = ()
    troubles: Mapping[str, str] = field(default_factory=dict)
    _unkept_s: dict[str, float] = field(default_factory=dict)
    _cables: set[tuple[str, datetime]] = field(default_factory=set)
    _begun: set[tuple[str, datetime]] = field(default_factory=set)
    _lost: set[str] = field(default_factory=set)  # cars of which nobody knows how full they are
    _starting: set[asyncio.Task[None]] = field(default_factory=set)

    def follow(self, charging: Charging) -> None:
        """Tell each charger its order, and each poll what its car is about to do."""
        self.memory.keep(_owners(self.points))
        for name, point in self.points.items():
            if self._may_change(name, charging.now_s):
                point.want(charging.bays[name].post.order)
        cables = {(cable.charger, cable.since) for cable in charging.plugged.cables.values()}
        if cables - self._cables:  # whose plug turned on in the same minute is known by asking all
            for poll in self.polls.values():
                poll.look()
        self._cables = cables
        lost = {car for car in self.polls if charging.cars[car].soc.anchor is None}
        for car in lost - self._lost:  # as when its charger was changed for another
            self.polls[car].look()
        self._lost = lost
        for car, poll in self.polls.items():
            charger = charging.plugged.charger(car)
            poll.plugged(charger is not None)
            poll.charging(charger is not None and charging.bays[charger].post.plug is Plug.CHARGING)
            poll.trip_at(next((trip.departs for trip in charging.trips.trips if trip.car == car), None))
        self._start_sleepers(charging)

    def _may_change(self, charger: str, now_s: float) -> bool:
        """Whether what its owner had is on the disk, or that has had its time: a crash then costs him his settings."""
        if self.memory.is_kept(charger):
            self._unkept_s.pop(charger, None)
            return True
        return now_s - self._unkept_s.setdefault(charger, now_s) > KEEP_S

    def _start_sleepers(self, charging: Charging) -> None:
        """A car that no wake-up of its charger woke is told to charge by its own source, once in a plug-in."""
        for name, cable in charging.plugged.cables.items():
            bay = charging.bays[name]
            control = self.controls.get(cable.car or "")
            key = (cable.car or "", cable.since)
            if control is None or not bay.asleep or bay.idle_s is None or key in self._begun:
                continue
            self._begun.add(key)
            task = asyncio.create_task(_start(key[0], control))
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)


def _owners(points: Mapping[str, Point]) -> dict[str, Found]:
    return {name: owner for name, point in points.items() if (owner := point.owner)}


async def _start(car: str, control: ChargeControl) -> None:
    try:
        await control.start()
    except CarError as error:
        log.warning("%s: it does not wake, and cannot be told to charge: %s", car, error)
    else:
        log.info("%s: it did not wake, so it was told to charge", car)


@asynccontextmanager
async def opened(
    config: Settings,
    secrets: Secrets,
    hear: Callable[[Event], None],
    clock: Clock,
    memory: Memory,
    *,
    time: Callable[[], datetime | None] = lambda: None,
) -> AsyncIterator[Devices]:
    """Open them and have them run meanwhile. Raises ChargerSetupError before anything runs.

    time: the meter's, by which trips, what cars say and the ends of limits are dated; None while nobody knows it.
    memory: knows what an earlier run should have given back to the chargers' owners, and keeps what this one should.
    A bug in what keeps a charger is raised in the block's place: that charger would be steered no more.
    """
    house = MeterClock(time, clock)
    central = central_of(config, clock)
    points: dict[str, Point] = {}
    full = crowded(circuits(config), [spot.rules for spot in config.chargers])
    for spot in config.chargers:
        name = spot.rules.name
        charger = charger_at(replace(spot, rules=replace(spot.rules, crowded=name in full)), secrets, central, clock)
        charger.owner = memory.owners.get(name)
        points[name] = Point(name, charger, hear, clock=clock)
    troubles: dict[str, str] = {}
    polls, sources, controls = {}, [], {}
    known = dict(secrets.others)
    for place in config.cars:
        if not place.soc:
            continue
        try:
            source = open_source(place.soc, known, keep_secret=_keeper(config, known), clock=house)
        except CarSetupError as error:
            troubles[f"car {place.rules.name}"] = f"{place.rules.name}: soc: {error}"
            log.warning("config.py: cars[%r]: soc: %s", place.rules.name, error)
            continue
        sources.append(source)
        if control := control_of(source):
            controls[place.rules.name] = control
        polls[place.rules.name] = Poll(place.rules.name, source, hear, house)
    calendars = open_calendars(config.calendars, secrets.others, home=config.home)
    agenda = Agenda(calendars, hear, house)
    running = [asyncio.create_task(poll.run(), name=f"car {name}") for name, poll in polls.items()]
    running.append(asyncio.create_task(agenda.run(), name="calendars"))
    for task in running:
        task.add_done_callback(tell_bug)
    try:
        if central:
            await central.open()
        reading = feeds.opened(config.circuits, secrets, hear, house)
        async with reading, beside({f"charger {name}": point.run() for name, point in points.items()}):
            yield Devices(
                points=points,
                memory=memory,
                controls=controls,
                polls=polls,
                calendars=agenda.names,
                troubles=troubles,
            )
    finally:
        for task in running:
            task.cancel()
        await asyncio.wait(running)
        try:
            await asyncio.gather(*(point.close(restore=True) for point in points.values()))
        finally:
            memory.keep(_owners(points))
            if central:
                await central.close()
        await asyncio.gather(agenda.close(), *(source.close() for source in sources), return_exceptions=True)


def charger_at(spot: ChargerPlace, secrets: Secrets, central: "Central | None", clock: Clock) -> Charger:
    """The charger of a place; nothing is asked yet. Raises ChargerSetupError."""
    return open_charger(
        spot.make,
        spot.address,
        rules=spot.rules,
        user=spot.user,
        password=password_of(secrets, spot.make, spot.address),
        options=spot.options if spot.make != "ocpp" else {**spot.options, "central": central},
        clock=clock,
    )


def central_of(config: Settings, clock: Clock) -> "Central | None":
    """Where chargers dial in; None where none does. Its library is then not loaded either."""
    if config.ocpp_door is None:
        return None
    from lib.chargers.ocpp_central import Central

    return Central(config.ocpp_door.host, config.ocpp_door.port, clock=clock)


def _keeper(config: Settings, known: dict[str, str]) -> Callable[[str, str], None]:
    """Keeps a renewed log-in, for the next start and for another car of the same account."""

    def keep(name: str, secret: str) -> None:
        known[name] = secret
        try:
            keep_secret(config.secrets, name, secret)
        except SecretsError as error:
            log.warning("a renewed log-in cannot be kept: %s", error)

    return keep
