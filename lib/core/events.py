"""What happened: things worth a line in the day's log, found by comparing a state with the one before it.

Knows no log and no screen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lib.core.reading import Reading
from lib.core.states import replace

STARTS_W = 500.0  # injecting so much is production; taking so much is its end
STEP_W = 2_000.0  # a change of injection worth a word
LASTS = timedelta(seconds=20)  # by then it is known what a car drew that came or went


class Kind(StrEnum):
    """What an event is about."""

    PRODUCTION = "production"
    BREAKER = "breaker"
    MESSAGE = "message"
    TARIFF = "tariff"
    PEAK = "peak"
    ABOVE = "above"
    METER = "meter"
    GAP = "gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened at `at`, in the owner's words."""

    at: datetime
    kind: Kind
    text: str


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Watch:
    """What the next reading is compared with.

    producing: whether the house injected when it last was clear; said_w: the injection that was told last; turned:
    since when there is something to tell of it. The others are what the meter said last. None: not known yet; what a
    first reading shows did not happen just now.
    """

    producing: bool | None = None
    said_w: float = 0.0
    turned: datetime | None = None
    breaker: int | None = None
    message: str | None = None
    tariff: int | None = None
    serial: str | None = None


def after(watch: Watch, reading: Reading, at: datetime, *, devices_w: float = 0.0) -> tuple[Watch, tuple[Event, ...]]:
    """What to compare the next reading with, and what happened by this one; devices_w: what cars and battery draw."""
    watch, said = _production(watch, reading, at, devices_w)
    said += [*_breaker(watch, reading), *_message(watch, reading), *_tariff(watch, reading), *_serial(watch, reading)]
    watch = replace(
        watch,
        breaker=watch.breaker if reading.breaker is None else reading.breaker,
        message=watch.message if reading.message_raw is None else reading.message or "",
        tariff=watch.tariff if reading.tariff is None else reading.tariff,
        serial=reading.serial or watch.serial,
    )
    return watch, tuple(Event(at=at, kind=kind, text=text) for kind, text in said)


Said = tuple[Kind, str]


def _production(watch: Watch, reading: Reading, at: datetime, devices_w: float) -> tuple[Watch, list[Said]]:
    """Started above 0.5 kW injected, stopped above 0.5 kW taken; between the two each step of more than 2 kW.

    Of the house alone: a car that takes the sun, or a battery, ends no production. What has not lasted is not told,
    for a car that stops is known to have stopped a little later than the meter shows it.
    """
    if reading.import_w is None and reading.export_w is None:
        return watch, []
    net_w = (reading.import_w or 0.0) - (reading.export_w or 0.0) - devices_w
    taken_w, injected_w = max(0.0, net_w), max(0.0, -net_w)
    how, ends = ("injected", "taken") if abs(devices_w) < STARTS_W / 10 else ("left over", "drawn by the house")
    if watch.producing is None:
        return replace(watch, producing=injected_w > STARTS_W, said_w=injected_w), []
    now, text = watch, ""
    if not watch.producing and injected_w > STARTS_W:
        now = replace(watch, producing=True, said_w=injected_w)
        text = f"production started: {injected_w / 1000:.2f} kW {how}"
    elif watch.producing and taken_w > STARTS_W:
        now = replace(watch, producing=False, said_w=0.0)
        text = f"production stopped: {taken_w / 1000:.2f} kW {ends}"
    elif watch.producing and abs(injected_w - watch.said_w) > STEP_W:
        now = replace(watch, said_w=injected_w)
        text = f"{injected_w / 1000:.2f} kW {how}, after {watch.said_w / 1000:.2f} kW"
    if not text:
        return watch if watch.turned is None else replace(watch, turned=None), []
    turned = at if watch.turned is None else min(watch.turned, at)
    if at - turned < LASTS:
        return replace(watch, turned=turned), []
    return replace(now, turned=None), [(Kind.PRODUCTION, text)]


def _breaker(watch: Watch, reading: Reading) -> Iterator[Said]:
    if watch.breaker is None or reading.breaker is None or reading.breaker == watch.breaker:
        return
    match reading.breaker:
        case 0:
            yield Kind.BREAKER, "the breaker opened: the meter has cut the house off"
        case 2:
            yield Kind.BREAKER, "the breaker is ready: press the meter's yellow button for 5 seconds to reconnect"
        case _:
            yield Kind.BREAKER, "the breaker closed: the house has power again"


def _message(watch: Watch, reading: Reading) -> Iterator[Said]:
    if watch.message is not None and reading.message and reading.message != watch.message:
        yield Kind.MESSAGE, f"the grid operator says: {reading.message}"


def _tariff(watch: Watch, reading: Reading) -> Iterator[Said]:
    if watch.tariff is not None and reading.tariff is not None and reading.tariff != watch.tariff:
        name = {1: "day", 2: "night"}.get(reading.tariff, str(reading.tariff))
        yield Kind.TARIFF, f"the meter counts the {name} tariff"


def _serial(watch: Watch, reading: Reading) -> Iterator[Said]:
    if watch.serial and reading.serial and reading.serial != watch.serial:
        yield Kind.METER, f"another meter: {reading.serial} in place of {watch.serial}; its counters are a new start"
