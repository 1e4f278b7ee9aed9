"""Core state → the words of ev: chargers, cars, trips, plan, claims. Knows no wire."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from lib.core.asking import asked
from lib.core.carport import Bay, CarState, Charging, ChargingRules
from lib.core.charger import Plug
from lib.core.circuits import direct
from lib.core.claims import Claim, Drawn
from lib.core.modes import Mode
from lib.core.quarter import QUARTER, start_of
from lib.core.sessions import Session
from lib.core.soc import Confidence
from lib.core.trip import asked as trip_ask
from lib.messages.charging import (
    Budget,
    CalendarNow,
    CarNow,
    ChargerNow,
    Help,
    PlugIn,
    SessionRow,
    Sessions,
    TripNow,
)
from lib.messages.charging import Charging as Said
from lib.messages.circuits import drawn_w
from lib.messages.connection import need_said, why_said
from lib.messages.ev_circuits import circuits_now, is_live

BARRED: Final[Mapping[Mode, str]] = MappingProxyType(
    {Mode.OFF: "not while off", Mode.PV_ONLY: "only with sun", Mode.PV_ALL: "only with sun"}
)


def say_charging(
    charging: Charging,
    rules: ChargingRules,
    *,
    boot: str,
    seq: int,
    now: datetime,
    makes: Mapping[str, str],
    notices: Mapping[str, str] | None = None,
    peaks_cost: bool = True,
    demo: bool = False,
) -> Said:
    """The state as ev says it at `now` (the machine's time).

    makes: of the chargers, by name. peaks_cost: whether there is a capacity tariff.
    """
    chargers = tuple(_chargers(charging, rules, makes, peaks_cost=peaks_cost))
    return Said(
        boot=boot,
        seq=seq,
        said=now,
        at=charging.at,
        chargers=chargers,
        cars=tuple(_car(name, state, charging, rules) for name, state in charging.cars.items()),
        trips=tuple(_trips(charging, rules, peaks_cost=peaks_cost)),
        calendars=tuple(_calendars(charging)),
        circuits=tuple(circuits_now(charging, rules)),
        plan=charging.plan.blocks,
        wants=charging.wants,
        budget=_budget(charging, used_w=drawn_w(chargers)),
        help=_help(charging, rules),
        claims=tuple(_claims(charging)),
        drawn=tuple(_drawn(charging)),
        capacity_tariff=peaks_cost,
        notices=dict(notices or {}),
        demo=demo,
    )


def _chargers(
    charging: Charging, rules: ChargingRules, makes: Mapping[str, str], *, peaks_cost: bool
) -> Iterator[ChargerNow]:
    hangs = {name: circuit for circuit, names in direct(rules.circuits, tuple(charging.bays)).items() for name in names}
    for name, bay in charging.bays.items():
        yield _charger(name, bay, charging, makes.get(name, ""), hangs.get(name, ""), peaks_cost=peaks_cost)


def _charger(name: str, bay: Bay, charging: Charging, make: str, circuit: str, *, peaks_cost: bool) -> ChargerNow:
    post, cable, share = bay.post, charging.plugged.cables.get(name), bay.share
    reading, lease = post.reading, charging.site.leases.get(name)
    lease_s = lease.until_s - charging.now_s if lease else 0.0
    grant = lease.grant if lease and lease_s > 0 else None
    return ChargerNow(
        name=name,
        make=make,
        plug=post.plug,
        mode=bay.mode,
        wish=bay.wish,
        switches=post.rules.switches,
        silent_s=None if post.missed is None else charging.now_s - post.missed.since_s,
        fault=reading.fault if reading else "",
        warning="; ".join(one for one in (reading.warning if reading else "", post.meddled) if one),
        boost_until=bay.boost_until,
        car=cable.car if cable else None,
        by=cable.ground if cable else "",
        offered_a=None if reading is None else 0.0 if reading.paused else reading.offered_a,
        phases=post.phases if reading else None,
        phases_a=reading.phases_a if reading else None,
        wired=post.rules.wired,
        power_w=reading.power_w if reading else None,
        set_a=post.order.current_a if post.order else None,
        go=post.order.go if post.order else False,
        least_a=post.least_a,
        most_a=post.most_a,
        step_a=post.rules.step_a,
        granted_w=grant.power_w if grant else None,
        circuit=circuit,
        share_a=share.current_a if share else None,
        row=share.held_by.name if share and share.held_by else "",
        place=share.place if share else 0,
        lease_s=lease_s if grant else None,
        plug_in=_plug_in(bay),
        because=bay.why,
        why=why_said(bay.why, at=charging.at, peaks_cost=peaks_cost),
    )


def _plug_in(bay: Bay) -> PlugIn | None:
    session = bay.session
    if session is None:
        return None
    return PlugIn(
        since=session.since,
        energy_wh=session.energy_wh,
        sun_wh=session.sun_wh,
        battery_wh=session.battery_wh,
        grid_wh=session.grid_wh,
        eur=session.eur,
        stops=session.stops,
    )


def _car(name: str, state: CarState, charging: Charging, rules: ChargingRules) -> CarNow:
    car, known = rules.cars[name], state.soc
    pct, confidence = known.pct(charging.at), known.confidence(charging.at)
    first = next(iter(charging.needs.get(name, ())), None)
    ask = ""
    if pct is None or confidence is Confidence.DOUBTFUL:
        ask = f"how full is {car.title or name}? Type its state of charge"
    return CarNow(
        name=name,
        title=car.title or name,
        capacity_wh=car.capacity_wh,
        everyday_pct=car.everyday_pct,
        soc_pct=pct,
        confidence=confidence,
        age_s=known.age_s(charging.at),
        source=known.source,
        trouble=state.trouble,
        target_pct=first.target_pct if first else None,
        charger=charging.plugged.charger(name),
        efficiency=None if known.learned_wh_pct is None else known.efficiency,
        ask=ask,
    )


def _trips(charging: Charging, rules: ChargingRules, *, peaks_cost: bool) -> Iterator[TripNow]:
    needs = {need.trip.key: need for found in charging.needs.values() for need in found}
    for trip in charging.trips.trips:
        need = needs.get(trip.key)
        if need is None:
            continue
        known = charging.cars[trip.car].soc.pct(charging.at) is not None
        title = rules.cars[trip.car].title
        guessed = f" (if it came home with {rules.cars[trip.car].arrival_pct:g} %)"
        charger = charging.plugged.charger(trip.car)
        bay = charging.bays.get(charger or "")
        barred = _barred(bay) if bay and need.energy_wh else ""
        yield TripNow(
            car=trip.car,
            title=trip.title,
            departs=trip.departs,
            ready=trip.ready,
            ask=trip_ask(trip.ask),
            target_pct=need.target_pct,
            energy_wh=need.energy_wh,
            latest_start=need.latest_start,
            slack_s=need.slack_s,
            reach_pct=need.reach_pct,
            step=need.step,
            feasible=need.feasible,
            barred=barred,
            said=need_said(need, at=charging.at, title=title, peaks_cost=peaks_cost)
            + ("" if known else guessed)
            + (f"; {barred}: {charger} is in {bay.mode}" if bay and barred else ""),
        )


def _barred(bay: Bay) -> str:
    """What the owner's mode leaves of charging for a trip; "" for all of it."""
    return "" if bay.boost_until is not None else BARRED.get(bay.mode, "")


def _calendars(charging: Charging) -> Iterator[CalendarNow]:
    for name, state in charging.calendars.items():
        keys = {entry.key for entry in state.entries}
        trips = sum(trip.key.rpartition("/")[0] in keys for trip in charging.trips.trips)
        age_s = None if state.listed_s is None else charging.now_s - state.listed_s
        yield CalendarNow(name=name, trips=trips, age_s=age_s, trouble=state.trouble)


def _budget(charging: Charging, used_w: float | None) -> Budget:
    site, now_s = charging.site, charging.now_s
    grants = [grant for name in charging.bays if (grant := site.grant(name, now_s))]
    silent_s = site.silent_s(now_s)
    trouble = site.word.why
    if site.heard_s is None:
        trouble = "dm has not been heard yet"
    elif now_s - site.heard_s > 5:
        trouble = f"dm is silent for {now_s - site.heard_s:.0f} s"
    elif silent_s is not None and silent_s > 5:
        trouble = f"no telegram for {silent_s:.0f} s"
    live = is_live(charging)
    return Budget(
        used_w=used_w,
        granted_w=sum(grant.power_w for grant in grants) if live else None,
        target_w=site.word.target_w,
        until=start_of(charging.at) + QUARTER if live else None,
        trouble=trouble,
    )


def _help(charging: Charging, rules: ChargingRules) -> Help | None:
    """What the battery is asked."""
    ask = asked(charging, rules)
    if ask is None:
        return None
    return Help(power_w=ask.power_w, until=ask.until, why=ask.why, bridge=ask.bridge, late=ask.late)


def _claims(charging: Charging) -> Iterator[Claim]:
    for bay in charging.bays.values():
        if bay.claim is not None:
            yield bay.claim


def _drawn(charging: Charging) -> Iterator[Drawn]:
    for name, bay in charging.bays.items():
        low_w, high_w = bay.post.range_w
        if high_w > 0 or bay.post.plug is not Plug.EMPTY:
            yield Drawn(who=name, low_w=low_w, high_w=high_w, controlled=bay.post.missed is None)


def say_sessions(last: tuple[Session, ...]) -> Sessions:
    """The last sessions, newest first."""
    return Sessions(last=tuple(_row(session) for session in last))


def _row(session: Session) -> SessionRow:
    return SessionRow(
        charger=session.charger,
        car=session.car or "",
        since=session.since,
        until=session.until or session.since,
        energy_wh=session.energy_wh,
        sun_wh=session.sun_wh,
        battery_wh=session.battery_wh,
        grid_wh=session.grid_wh,
        eur=session.eur,
        peak_w=session.peak_w,
        peak_eur=session.peak_eur,
        soc_from_pct=session.soc_from_pct,
        soc_to_pct=session.soc_to_pct,
    )
