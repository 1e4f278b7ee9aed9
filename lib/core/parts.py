"""What flowed in a quarter, part by part: house, sun, cars, battery. What the outlook learns from, and replays go by.

The meter's registers say what came from the grid in all; cars, battery and sun are summed up second by second from what
was said of them, and the house is the rest. A quarter of which anything is not known has no parts. Knows no price.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from lib.core.claims import BATTERY
from lib.core.counters import REGISTERS, Counters, gained, is_same, started
from lib.core.ledger import Ledger
from lib.core.quarter import QUARTER, start_of
from lib.core.sun import Roof

GAP = timedelta(seconds=60)  # as long as that the last word holds: some telegrams of a slow meter may be lost
GONE_S = 86_400.0  # a program that is silent for a day drives nothing any more
HELD = 0.98  # an inverter that gives so much of what it is held back to would give more


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One quarter that is over, in Wh.

    Attributes:
        load_wh: what the house drew, without sun, cars and battery; where no inverter is read it is net of the sun, and
            may be negative.
        sun_wh: what inverters made; None where none is read. cars_wh: what cars took; battery_wh: + what the battery
            took more than it gave.
        held: the sun was held back, so that the roof could have made more.

    """

    start: datetime
    load_wh: float
    sun_wh: float | None = None
    cars_wh: float = 0.0
    battery_wh: float = 0.0
    held: bool = False

    @property
    def net_wh(self) -> float:
        """What came from the grid, less what went there."""
        return self.load_wh - (self.sun_wh or 0.0) + self.cars_wh + self.battery_wh


class Flows(NamedTuple):
    """What flows at an instant, in W; sun_w: None where no inverter is read. held: the sun is held back."""

    sun_w: float | None = None
    cars_w: float = 0.0
    battery_w: float = 0.0
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """The quarter that runs, as it stands at `at`.

    Attributes:
        last: the counters when they were last there; began: those that its energy is counted from; None: nobody watched
            its start, or a part of it is not known.
        edge_wh: what was drawn of it before `began`.
        flows: what was last known to flow, at `known`.
        sun_ws, cars_ws, battery_ws: what flowed so far; held: the sun was held back in some of it.

    """

    start: datetime
    at: datetime
    last: Counters | None = None
    began: Counters | None = None
    edge_wh: float = 0.0
    flows: Flows | None = None
    known: datetime | None = None
    sun_ws: float = 0.0
    cars_ws: float = 0.0
    battery_ws: float = 0.0
    held: bool = False


def after(
    parting: Parting | None, *, at: datetime, counted: Counters, flows: Flows | None
) -> tuple[Parting, Parts | None]:
    """The running quarter as a telegram leaves it, and the one that ended with it where all of it is known.

    flows: None where somebody does not know. What was known before holds for a minute.
    """
    if parting is None or not timedelta(0) <= at - parting.at <= GAP:
        return _unwatched(at, counted, flows), None
    last = counted if counted.import_wh else parting.last
    known = at if flows is not None else parting.known
    now = flows if flows is not None else parting.flows
    if now is None or known is None or at - known > GAP or last is None or at - last.at > GAP:
        return _unwatched(at, counted, flows), None
    end = parting.start + QUARTER
    if at < end:
        return _passed(parting, at, now, last, known), None
    before = parting.last
    if before is None or before is last or not _follows(before, last):
        return _unwatched(at, counted, flows), None  # nobody knows on which side of the edge it was drawn
    step_wh = _net_wh(before, last)
    share = min(1.0, max(0.0, (end - before.at) / (last.at - before.at)))
    done: Parts | None = None
    if parting.began is not None and _follows(parting.began, before):
        net_wh = parting.edge_wh + _net_wh(parting.began, before) + step_wh * share
        done = _done(_passed(parting, end, now, before, known), net_wh)
    began = Parting(start=end, at=end, last=last, began=last, edge_wh=step_wh * (1 - share), flows=now, known=known)
    return _passed(began, at, now, last, known), done


def flowing(ledger: Ledger, roof: Roof, now_s: float) -> Flows | None:
    """What flows beside the house, as far as programs and inverters say; None where one of them does not know.

    What a car draws lies between two limits for the seconds after an order: their middle counts. A program that fell
    silent, or cannot reach its battery, leaves what that does unknown.
    """
    cars_w = battery_w = 0.0
    for word in ledger.words.values():
        if now_s - word.heard_s > GONE_S:
            continue
        for one in word.drawn:
            if not word.holds(now_s) or (one.who == BATTERY and not one.controlled):
                return None
            middle_w = (one.low_w + one.high_w) / 2
            if one.who == BATTERY:
                battery_w += middle_w
            else:
                cars_w += middle_w
    if not roof.names:
        return Flows(None, cars_w, battery_w)
    sun_w = roof.power_w(now_s)
    return None if sun_w is None else Flows(sun_w, cars_w, battery_w, any(_held(roof, now_s)))


def _held(roof: Roof, now_s: float) -> Iterator[bool]:
    for name in roof.names:
        reading = roof.fresh(name, now_s)
        if reading is not None and reading.limit_w is not None and reading.power_w is not None:
            yield reading.power_w >= reading.limit_w * HELD


def _unwatched(at: datetime, counted: Counters, flows: Flows | None) -> Parting:
    """A quarter of which nobody saw all; it counts from the next edge on."""
    last = counted if counted.import_wh else None
    began = last if at == start_of(at) else None
    return Parting(start=start_of(at), at=at, last=last, began=began, flows=flows, known=None if flows is None else at)


def _passed(parting: Parting, at: datetime, now: Flows, last: Counters, known: datetime) -> Parting:
    """With what flowed since."""
    passed_s = (at - parting.at).total_seconds()
    return Parting(
        start=parting.start,
        at=at,
        last=last,
        began=parting.began,
        edge_wh=parting.edge_wh,
        flows=now,
        known=known,
        sun_ws=parting.sun_ws + (now.sun_w or 0.0) * passed_s,
        cars_ws=parting.cars_ws + now.cars_w * passed_s,
        battery_ws=parting.battery_ws + now.battery_w * passed_s,
        held=parting.held or now.held,
    )


def _done(parting: Parting, net_wh: float) -> Parts:
    sun_wh, cars_wh, battery_wh = (ws / 3600 for ws in (parting.sun_ws, parting.cars_ws, parting.battery_ws))
    has_sun = parting.flows is not None and parting.flows.sun_w is not None
    return Parts(
        start=parting.start,
        load_wh=round(net_wh + sun_wh - cars_wh - battery_wh, 1),
        sun_wh=round(sun_wh, 1) if has_sun else None,
        cars_wh=round(cars_wh, 1),
        battery_wh=round(battery_wh, 1),
        held=parting.held,
    )


def _follows(before: Counters, now: Counters) -> bool:
    """Whether the same meter counted on between both."""
    return (
        is_same(before, now)
        and before.import_wh.keys() == now.import_wh.keys()
        and before.export_wh.keys() == now.export_wh.keys()
        and not any(turn.kind in REGISTERS for turn in started(before, now))
    )


def _net_wh(before: Counters, now: Counters) -> float:
    more = gained(before, now)
    return sum(more.import_wh.values()) - sum(more.export_wh.values())
