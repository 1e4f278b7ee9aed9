"""What the battery brought: its energy, and the same hours priced again without it. Knows no device and no plan.

In: what flows, second by second, and what a kWh costs. Out: sums by day and by month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lib.core.cost import PriceSlot
from lib.core.quarter import WATCHED_GAP, start_of
from lib.core.stamp import BRUSSELS
from lib.core.states import replace

HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Gains:
    """The sums of a stretch that began with `since`; energies in Wh on the AC side, averages in W.

    Attributes:
        charged_wh, discharged_wh: by the battery. start_wh, end_wh: what was in it then and is now, by its state of
            charge; None: unknown. What changed while nobody looked counts as if it had been in it from the start.
        with_eur, without_eur: what the grid's energy costs, and what it would have cost without the battery.
        unpriced_wh: drawn or injected while no price was known.
        peak_w, without_w: the highest quarter, and the highest that it would have been without the battery.

    """

    since: date
    charged_wh: float = 0.0
    discharged_wh: float = 0.0
    start_wh: float | None = None
    end_wh: float | None = None
    with_eur: float = 0.0
    without_eur: float = 0.0
    unpriced_wh: float = 0.0
    peak_w: float | None = None
    without_w: float | None = None

    @property
    def saved_eur(self) -> float:
        """By storing and giving, wear not counted."""
        return self.without_eur - self.with_eur

    @property
    def losses_wh(self) -> float | None:
        """What went in and neither came out nor is in it."""
        if self.start_wh is None or self.end_wh is None:
            return None
        return self.charged_wh - self.discharged_wh - (self.end_wh - self.start_wh)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What flows at an instant, and what a kWh costs then; stored_wh: in the battery, None: not known."""

    grid_w: float
    battery_w: float
    slot: PriceSlot | None = None
    stored_wh: float | None = None


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Booked:
    """The running day and month, and the quarter that runs.

    Attributes:
        at: until when all is booked; flow: what flows since.
        grid_wh, without_wh: what was drawn in the quarter, and what would have been without the battery.
        watched: whether nothing of the quarter was missed.

    """

    today: Gains
    month: Gains
    at: datetime | None = None
    flow: Flow | None = None
    grid_wh: float = 0.0
    without_wh: float = 0.0
    watched: bool = False


def opened(day: date) -> Booked:
    """Nothing yet."""
    return Booked(today=Gains(since=day), month=Gains(since=day.replace(day=1)))


def after(
    booked: Booked,
    at: datetime,
    *,
    grid_w: float,
    battery_w: float,
    stored_wh: float | None,
    slot: PriceSlot | None,
) -> Booked:
    """With what flowed since the last call, as it flowed then; stored_wh: in the battery now.

    What flows now holds until the next call. A gap longer than WATCHED_GAP, or a clock that goes back, books nothing,
    and the quarters that it touches count for no peak.
    """
    flow = Flow(grid_w=grid_w, battery_w=battery_w, slot=slot, stored_wh=stored_wh)
    since, before = booked.at, booked.flow
    if since is None or before is None or not timedelta(0) <= at - since <= WATCHED_GAP:
        booked = replace(booked, watched=False)
        if since is None or start_of(at) != start_of(since):
            booked = _turned(booked, start_of(at), stored_wh, watched=at == start_of(at))
        return replace(_held(booked, stored_wh, seen=False), at=at, flow=flow)
    edges = [edge for edge in (start_of(at), before.slot.end if before.slot else at) if since < edge < at]
    for until in sorted({*edges, at}):
        booked = _flowed(booked, before, since, until, slot)
        if start_of(until) != start_of(since):
            booked = _turned(booked, start_of(until), stored_wh, watched=True)
        since = until
    return replace(_held(booked, stored_wh, seen=before.stored_wh is not None), at=at, flow=flow)


def _flowed(booked: Booked, flow: Flow, since: datetime, until: datetime, newer: PriceSlot | None) -> Booked:
    """With what flowed in a stretch that lies in one quarter and one price slot."""
    hours = (until - since) / HOUR
    without_w = flow.grid_w - flow.battery_w
    known = [slot for slot in (flow.slot, newer) if slot is not None and slot.start <= since < slot.end]
    with_eur = _eur(flow.grid_w * hours, known)
    without_eur = _eur(without_w * hours, known)
    if with_eur is None or without_eur is None:
        priced = Gains(since=booked.today.since, unpriced_wh=abs(flow.grid_w) * hours)
    else:
        priced = Gains(since=booked.today.since, with_eur=with_eur, without_eur=without_eur)
    step = replace(
        priced,
        charged_wh=max(0.0, flow.battery_w) * hours,
        discharged_wh=max(0.0, -flow.battery_w) * hours,
    )
    return replace(
        booked,
        today=_plus(booked.today, step),
        month=_plus(booked.month, step),
        grid_wh=booked.grid_wh + max(0.0, flow.grid_w) * hours,
        without_wh=booked.without_wh + max(0.0, without_w) * hours,
    )


def _eur(energy_wh: float, known: Sequence[PriceSlot]) -> float | None:
    """What it costs to draw so much, below 0 what it earns; None: not known."""
    if not energy_wh:
        return 0.0
    if not known:
        return None
    price = known[0].import_eur_kwh if energy_wh > 0 else known[0].export_eur_kwh
    return None if price is None else energy_wh * price / 1000


def _plus(gains: Gains, step: Gains) -> Gains:
    return replace(
        gains,
        charged_wh=gains.charged_wh + step.charged_wh,
        discharged_wh=gains.discharged_wh + step.discharged_wh,
        with_eur=gains.with_eur + step.with_eur,
        without_eur=gains.without_eur + step.without_eur,
        unpriced_wh=gains.unpriced_wh + step.unpriced_wh,
    )


def _turned(booked: Booked, start: datetime, stored_wh: float | None, *, watched: bool) -> Booked:
    """The quarter from `start` begins, perhaps with a day and a month; the one before it counts if it was watched."""
    today, month = booked.today, booked.month
    if booked.watched:
        today = _peaked(today, booked.grid_wh * 4, booked.without_wh * 4)
        month = _peaked(month, booked.grid_wh * 4, booked.without_wh * 4)
    day = start.astimezone(BRUSSELS).date()
    if day > today.since:
        today = Gains(since=day, start_wh=stored_wh)
    if day.replace(day=1) > month.since:
        month = Gains(since=day.replace(day=1), start_wh=stored_wh)
    return replace(booked, today=today, month=month, grid_wh=0.0, without_wh=0.0, watched=watched)


def _peaked(gains: Gains, peak_w: float, without_w: float) -> Gains:
    return replace(gains, peak_w=max(gains.peak_w or 0.0, peak_w), without_w=max(gains.without_w or 0.0, without_w))


def _held(booked: Booked, stored_wh: float | None, *, seen: bool) -> Booked:
    """With what is in the battery now; seen: how that came is booked."""
    if stored_wh is None:
        return booked
    today, month = (_holding(one, stored_wh, seen=seen) for one in (booked.today, booked.month))
    return replace(booked, today=today, month=month)


def _holding(gains: Gains, stored_wh: float, *, seen: bool) -> Gains:
    if gains.start_wh is None or gains.end_wh is None:
        start_wh = stored_wh if gains.start_wh is None else gains.start_wh
    else:
        start_wh = gains.start_wh if seen else gains.start_wh + stored_wh - gains.end_wh
    return replace(gains, start_wh=start_wh, end_wh=stored_wh)
