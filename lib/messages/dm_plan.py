"""The plan of dm → its words; and what ev and bs said → for the core that plans. Knows no wire."""

from collections.abc import Iterator, Mapping

from lib.core.claims import BATTERY
from lib.core.in_force import InForce
from lib.core.naive import PlugIn
from lib.core.outcome import Outcome, cars_w, counts_w
from lib.core.outlook import Outlook as Foreseen
from lib.core.planning import Battery, Cars
from lib.core.power import PHASE_V
from lib.core.problem import Problem, Row
from lib.core.reasons import joined, reasons, sentence
from lib.core.saved import Saving
from lib.core.stamp import clock
from lib.messages.charging import Charging, CircuitNow
from lib.messages.plan import Outlook, Plan, PlanBlock, PlanSpan, Saved, Served
from lib.messages.storage import Storage

DAYS_SAID = 31
SHORT_WH = 100.0


def cars_of(charging: Charging, *, heard_s: float) -> Cars:
    """What ev says of cars and circuits, as dm's core takes it; heard_s: when it came, by our clock."""
    titles = {one.name: one.title for one in charging.cars}
    hanging = [one for one in charging.chargers if one.plug.is_car]
    return Cars(
        wants=charging.wants,
        rows=tuple(_rows(charging)),
        plugged=frozenset(titles.get(one.car or "", one.name) for one in hanging),
        modes={one.name: one.mode.value for one in charging.chargers},
        titles=titles,
        known=all(one.phases is not None or one.silent_s is not None for one in charging.chargers),
        heard_s=heard_s,
    )


def battery_of(storage: Storage, *, heard_s: float) -> Battery:
    """What bs says of its batteries, as dm's core takes it; heard_s: when it came, by our clock."""
    return Battery(
        store=storage.store,
        phases=storage.phases,
        mode=storage.mode.value,
        capacity_wh=storage.capacity_wh,
        reserve_set=storage.reserve_set,
        heard_s=heard_s,
    )


def plug_ins_of(charging: Charging) -> Iterator[PlugIn]:
    """What hangs on each charger, what it has had, and what both can do, as far as its car wants something."""
    takes_w = {want.car: want.full_w for want in charging.wants}
    for one in charging.chargers:
        if one.plug_in is not None:
            full_w = takes_w.get(one.car or "", one.most_a * PHASE_V * (one.phases or 1))
            yield PlugIn(charger=one.name, since=one.plug_in.since, energy_wh=one.plug_in.energy_wh, full_w=full_w)


def _rows(charging: Charging) -> Iterator[Row]:
    """What connection and circuits carry, by phase; what else flows in a circuit is off it."""
    cars = {one.name: one.car for one in charging.chargers if one.car}
    everybody = frozenset({*(want.car for want in charging.wants), *cars.values(), BATTERY})
    for index, circuit in enumerate(charging.circuits):
        is_first = index == 0
        hanging = everybody if is_first else frozenset(_below(circuit, charging, cars))
        for load in circuit.phases:
            other_a = 0.0 if is_first or circuit.other_a is None else circuit.other_a[load.phase - 1]
            yield Row(
                name=f"{circuit.name} L{load.phase}",
                most_w=max(0.0, load.limit_a - other_a) * PHASE_V,
                phase=load.phase,
                members=hanging,
                house=is_first,
            )
        if circuit.limit_w is not None:
            yield Row(name=circuit.name, most_w=circuit.limit_w, members=hanging, house=is_first)


def _below(circuit: CircuitNow, charging: Charging, cars: dict[str, str]) -> Iterator[str]:
    """The cars on the chargers of a circuit and of those that hang on it, each of which comes after it."""
    names = {circuit.name}
    for one in charging.circuits:
        if one.above in names:
            names.add(one.name)
        if one.name in names:
            yield from (cars[name] for name in one.chargers if name in cars)


def say_plan(
    plan: InForce,
    saving: Saving,
    *,
    boot: str,
    seq: int,
    peaks_cost: bool = True,
    accepted_w: float | None = None,
    titles: Mapping[str, str] | None = None,
    capacity_wh: float = 0.0,
    for_s: float = 2100.0,
) -> Plan:
    """The plan in force as dm says it; peaks_cost: False where there is no capacity tariff; titles: of cars.

    accepted_w: the owner's; capacity_wh: of all batteries; for_s: how long it holds from its arrival.
    """
    problem, schedule, outcome = plan.problem, plan.schedule, plan.outcome
    bound = schedule.bound_eur
    return Plan(
        boot=boot,
        seq=seq,
        made=problem.at,
        by=schedule.by,
        trouble=plan.trouble,
        because=plan.because,
        for_s=for_s,
        spans=tuple(_spans(plan, capacity_wh, peaks_cost=peaks_cost)),
        titles=dict(titles or {}),
        blocks=tuple(_blocks(plan, titles or {})),
        served=tuple(
            Served(
                car=want.car,
                trip=want.trip,
                until=want.until,
                energy_wh=want.energy_wh,
                given_wh=given_wh,
                short_wh=short_wh,
            )
            for want, given_wh, short_wh in zip(problem.wants, outcome.given_wh, outcome.short_wh, strict=True)
        ),
        target_w=plan.target_w if peaks_cost else None,
        paid_w=problem.peaks[0].paid_w if peaks_cost else None,
        accepted=peaks_cost and problem.peaks[0].paid_w == accepted_w,
        peak_eur=outcome.peak_eur if peaks_cost else None,
        eur=outcome.energy_eur,
        rounding_eur=None if bound is None else max(0.0, outcome.eur - bound),
        short=tuple(_short(problem, outcome, titles or {})),
        solve_s=schedule.solve_s,
        saved=tuple(
            Saved(
                day=day.day.isoformat(),
                eur=day.eur if day.quarters else None,
                naive_eur=day.naive_eur if day.quarters else None,
                missing=day.missing,
                peak_w=day.peak_w,
                naive_peak_w=day.naive_peak_w,
                planned_eur=day.planned_eur,
            )
            for day in saving.days[:DAYS_SAID]
        ),
    )


def say_outlook(outlook: Foreseen, *, trouble: str = "") -> Outlook:
    """House and sun ahead as dm says them; trouble: what is in the way of the sun's forecast."""
    return Outlook(
        made=outlook.made,
        quarters=outlook.quarters,
        sun_by=outlook.sun_by,
        sun_made=outlook.sun_made,
        days=outlook.days,
        off=outlook.off,
        trouble=trouble,
    )


def _spans(plan: InForce, capacity_wh: float, *, peaks_cost: bool) -> Iterator[PlanSpan]:
    problem, outcome = plan.problem, plan.outcome
    blocks = plan.schedule.blocks
    cars = {
        name: cars_w(problem, [one for one in blocks if one.car == name])
        for name in sorted({one.car for one in blocks})
    }
    store, counted = problem.store, counts_w(problem, outcome.grid_w)
    for place, span in enumerate(problem.spans):
        paid_w = problem.peaks[span.peak].paid_w
        yield PlanSpan(
            start=span.start,
            end=span.end,
            import_eur_kwh=span.import_eur_kwh,
            export_eur_kwh=span.export_eur_kwh,
            known=span.known,
            load_w=span.load_w,
            sun_w=span.sun_w,
            cars_w={name: watts[place] for name, watts in cars.items() if watts[place]},
            battery_w=outcome.store_w[place] if store else None,
            soc_pct=100 * outcome.level_wh[place] / capacity_wh if store and capacity_wh else None,
            grid_w=outcome.grid_w[place],
            counts_w=max(0.0, outcome.grid_w[place] + span.safe_w),
            target_w=(outcome.peaks_w[span.peak] if counted[place] > paid_w + 1 else paid_w) if peaks_cost else None,
            keep_wh=outcome.keep_wh[place],
        )


def _blocks(plan: InForce, titles: Mapping[str, str]) -> Iterator[PlanBlock]:
    """What each car does and the battery, and why; neighbours that do the same for the same reason are one."""
    for one in joined(reasons(plan.problem, plan.schedule, plan.outcome)):
        yield PlanBlock(
            device=one.device,
            start=one.start,
            end=one.end,
            power_w=one.power_w,
            trip=one.trip,
            until=one.until,
            eur_kwh=one.eur_kwh,
            why=sentence(one, at=plan.problem.at, titles=titles),
        )


def _short(problem: Problem, outcome: Outcome, titles: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each need that finds no place."""
    for want, short_wh in zip(problem.wants, outcome.short_wh, strict=True):
        if short_wh >= SHORT_WH:
            what = f"{want.trip}: " if want.trip else ""
            kwh = f"{short_wh / 1000:.1f} of {want.energy_wh / 1000:.1f} kWh"
            yield f"{titles.get(want.car, want.car)}: {what}{kwh} find no place before {clock(want.until, problem.at)}"
