"""What a plug-in charged, from where, and what it cost: a charger's counter, power flows and prices → a session.

In: the counter again and again, with where the cars' power comes from just then and what a kWh costs. Out: a `Session`,
open until the car leaves, and what a month of them comes to. Counters are the truth: what was charged while nobody
looked is counted when somebody looks again, as from the grid. It knows no device and no disk.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lib.core.books import local_day
from lib.core.counting import ROUNDED_WH, WATCHED, goes_on
from lib.core.states import replace

PATIENCE = timedelta(minutes=15)  # so long energy waits for an origin or a price that is not known yet
NOTED = timedelta(minutes=1)  # how often it is noted that somebody looks
GUEST = ""


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Session:
    """A car on a charger, from plug-in to unplugging. Energies at the wall.

    Attributes:
        car: GUEST while nobody knows it.
        until: None while it is plugged in.
        total_wh: the charger's counter when it was looked at last, at `seen`; energy_wh: counted since the plug-in.
        split_at: until then energy has its origin and price; what came since waits for one of them, `gap_wh` of it
            with no origin to wait for, because nobody watched.
        sun_wh, battery_wh, grid_wh: where it came from; unseen_wh: how much of grid_wh is only taken for the grid's.
        priced_eur: what it cost, without the `unpriced_wh` whose price nobody knew in time.
        stops: how often charging was interrupted.
        peak_w: how far the month's peak rose by it; peak_eur: what that costs over 12 bills, None where no price is
            known.

    """

    charger: str
    car: str
    since: datetime
    until: datetime | None = None
    seen: datetime
    split_at: datetime
    total_wh: float | None = None
    energy_wh: float = 0.0
    gap_wh: float = 0.0
    sun_wh: float = 0.0
    battery_wh: float = 0.0
    grid_wh: float = 0.0
    unseen_wh: float = 0.0
    priced_eur: float = 0.0
    unpriced_wh: float = 0.0
    stops: int = 0
    peak_w: float = 0.0
    peak_eur: float | None = 0.0
    soc_from_pct: float | None = None
    soc_to_pct: float | None = None

    @property
    def waiting_wh(self) -> float:
        """What has no origin and price yet."""
        return max(0.0, round(self.energy_wh - self.sun_wh - self.battery_wh - self.grid_wh, 6))

    @property
    def eur(self) -> float | None:
        """What it cost; None while the price of more than a rounding of it is unknown."""
        return None if self.unpriced_wh + self.waiting_wh > ROUNDED_WH else self.priced_eur

    @property
    def eur_kwh(self) -> float | None:
        """What a kWh of it cost on the mean."""
        return None if self.eur is None or self.energy_wh < ROUNDED_WH else self.eur / self.energy_wh * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the power of the cars comes from just now, as shares from 0 to 1; the rest is the grid's."""

    sun_share: float
    battery_share: float


def origin(*, cars_w: float, grid_w: float | None, battery_w: float | None = None) -> Origin | None:
    """Where the cars' power comes from: what is drawn from the grid is theirs first, then what the battery gives.

    cars_w: all cars together; grid_w: net, + is drawn; battery_w: + charges it, None or 0 where there is none.
    None: nobody knows, for the meter is silent, or no car draws.
    """
    if grid_w is None or cars_w <= 0:
        return None
    grid_w = min(cars_w, max(0.0, grid_w))
    given_w = min(cars_w - grid_w, max(0.0, -(battery_w or 0.0)))
    return Origin(sun_share=(cars_w - grid_w - given_w) / cars_w, battery_share=given_w / cars_w)


def began(
    charger: str,
    car: str,
    at: datetime,
    *,
    total_wh: float | None,
    plugin_wh: float = 0.0,
    soc_pct: float | None = None,
) -> Session:
    """A car was plugged in. plugin_wh: of a plug-in that nobody saw, what the charger counted since: it is not lost."""
    found_wh = 0.0 if total_wh is None else max(0.0, plugin_wh)
    return Session(
        charger=charger,
        car=car,
        since=at,
        seen=at if found_wh <= 0 else at - 2 * WATCHED,
        split_at=at,
        total_wh=total_wh,
        energy_wh=found_wh,
        gap_wh=found_wh,
        soc_from_pct=soc_pct,
    )


def after(
    session: Session,
    *,
    total_wh: float | None,
    at: datetime,
    sun_share: float | None = None,
    battery_share: float | None = None,
    import_eur_kwh: float | None = None,
    export_eur_kwh: float | None = None,
    battery_eur_kwh: float | None = None,
) -> Session:
    """The session with what the counter shows now, and the origin and the prices of this moment.

    sun_share, battery_share: as `origin` says, None: not known. The grid's energy costs the import price, the sun's
    what it does not earn, the battery's `battery_eur_kwh` or else the same as the sun's. What has no origin or price
    waits a quarter of an hour for it, and is then the grid's, or unpriced.
    """
    if session.until is not None or total_wh is None:
        return session
    if session.total_wh is None:
        return replace(session, total_wh=total_wh, seen=at, split_at=at)
    gained_wh, looked = total_wh - session.total_wh, at - session.seen
    is_due = session.waiting_wh > 0 and at - session.split_at >= PATIENCE
    if -ROUNDED_WH <= gained_wh <= 0 and looked < NOTED and not is_due:
        return session
    goes = goes_on(session.total_wh, total_wh, looked)
    gained_wh = max(0.0, gained_wh) if goes else 0.0  # of another counter only what comes from now on is this car's
    counted = replace(
        session,
        total_wh=total_wh,
        seen=at,
        energy_wh=session.energy_wh + gained_wh,
        gap_wh=session.gap_wh + (gained_wh if looked > WATCHED else 0.0),
    )
    shares = None if sun_share is None or battery_share is None else (sun_share, battery_share)
    stored_eur_kwh = export_eur_kwh if battery_eur_kwh is None else battery_eur_kwh
    return _split(counted, at, shares, (export_eur_kwh, stored_eur_kwh, import_eur_kwh))


def closed(
    session: Session, at: datetime, *, soc_pct: float | None = None, import_eur_kwh: float | None = None
) -> Session:
    """The car has left; what still waits for its origin is the grid's. To be told after the last `after`."""
    if session.until is not None:
        return session
    done = _split(session, at, None, (None, None, import_eur_kwh), patience=timedelta(0))
    return replace(done, until=at, soc_to_pct=soc_pct)


def interrupted(session: Session) -> Session:
    """Charging was interrupted, not by the car."""
    return replace(session, stops=session.stops + 1)


def peaked(session: Session, rise_w: float, eur: float | None) -> Session:
    """A quarter that is over raised the month's peak by `rise_w` while it charged; eur: what that costs over 12 bills.

    None: no price is known. Where several cars charged, each has its part of both.
    """
    whole = None if eur is None or session.peak_eur is None else session.peak_eur + eur
    return replace(session, peak_w=session.peak_w + rise_w, peak_eur=whole)


def _split(
    session: Session,
    at: datetime,
    shares: tuple[float, float] | None,
    prices: tuple[float | None, float | None, float | None],
    *,
    patience: timedelta = PATIENCE,
) -> Session:
    """Give what waits its origin and its price, or let it wait. prices: of the sun's, the battery's, the grid's kWh."""
    waiting_wh = session.waiting_wh
    unseen_wh = min(waiting_wh, session.gap_wh) if shares else waiting_wh
    sun, battery = shares or (0.0, 0.0)
    watched_wh = waiting_wh - unseen_wh
    parts = (watched_wh * sun, watched_wh * battery, watched_wh * (1 - sun - battery) + unseen_wh)
    unpriced_wh = sum(wh for wh, eur_kwh in zip(parts, prices, strict=True) if eur_kwh is None)
    lacks = unpriced_wh > 0 or (shares is None and waiting_wh > session.gap_wh)
    if lacks and at - session.split_at < patience:
        return session
    eur = sum(wh * eur_kwh / 1000 for wh, eur_kwh in zip(parts, prices, strict=True) if eur_kwh is not None)
    return replace(
        session,
        split_at=at,
        gap_wh=0.0,
        sun_wh=session.sun_wh + parts[0],
        battery_wh=session.battery_wh + parts[1],
        grid_wh=session.grid_wh + parts[2],
        unseen_wh=session.unseen_wh + unseen_wh,
        priced_eur=session.priced_eur + eur,
        unpriced_wh=session.unpriced_wh + unpriced_wh,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CarMonth:
    """What one car charged in a month; each value as in `Session`. refund_eur: at the tariff of the statement."""

    car: str
    count: int
    energy_wh: float
    sun_wh: float
    battery_wh: float
    grid_wh: float
    unseen_wh: float
    priced_eur: float
    unpriced_wh: float
    peak_w: float
    peak_eur: float | None
    refund_eur: float | None = None

    @property
    def eur(self) -> float | None:
        """What it cost; None where a price is missing for some of it."""
        return None if self.unpriced_wh > ROUNDED_WH else self.priced_eur

    @property
    def eur_kwh(self) -> float | None:
        """What a kWh cost on the mean, of those whose price is known."""
        priced_wh = self.energy_wh - self.unpriced_wh
        return None if priced_wh < ROUNDED_WH else self.priced_eur / priced_wh * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A month by car, and its sessions in order of time; eur_kwh: the tariff of the refund, None without one."""

    month: date
    cars: tuple[CarMonth, ...]
    sessions: tuple[Session, ...]
    eur_kwh: float | None = None


def statement(sessions: Iterable[Session], month: date, *, eur_kwh: float | None = None) -> Statement:
    """The sessions of the month that begins at `month`, and their sums by car.

    A session belongs to the local month in which it ended, so a month that is over does not change. One that charged
    nothing is left out. eur_kwh: what an employer pays back for each kWh at the wall, wherever it came from.
    """
    found = [
        one
        for one in sessions
        if one.until is not None and local_day(one.until).replace(day=1) == month and one.energy_wh >= ROUNDED_WH
    ]
    found.sort(key=lambda one: (one.since, one.charger))
    names = sorted({one.car for one in found}, key=lambda name: (name == GUEST, name))
    cars = tuple(_car_month(name, [one for one in found if one.car == name], eur_kwh) for name in names)
    return Statement(month=month, cars=cars, sessions=tuple(found), eur_kwh=eur_kwh)


def refund_eur(energy_wh: float, eur_kwh: float | None) -> float | None:
    """What is paid back for so much; None without a tariff."""
    return None if eur_kwh is None else energy_wh / 1000 * eur_kwh


def _car_month(car: str, found: list[Session], eur_kwh: float | None) -> CarMonth:
    peaks_eur = [one.peak_eur for one in found]
    energy_wh = sum(one.energy_wh for one in found)
    return CarMonth(
        car=car,
        count=len(found),
        energy_wh=energy_wh,
        sun_wh=sum(one.sun_wh for one in found),
        battery_wh=sum(one.battery_wh for one in found),
        grid_wh=sum(one.grid_wh for one in found),
        unseen_wh=sum(one.unseen_wh for one in found),
        priced_eur=sum(one.priced_eur for one in found),
        unpriced_wh=sum(one.unpriced_wh for one in found),
        peak_w=sum(one.peak_w for one in found),
        peak_eur=None if None in peaks_eur else sum(one or 0.0 for one in peaks_eur),
        refund_eur=refund_eur(energy_wh, eur_kwh),
    )
