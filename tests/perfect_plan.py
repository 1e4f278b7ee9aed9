"""The rival that may charge with any power: the least that a plan can cost, by HiGHS. For tests and benches alone."""

from math import sqrt
from typing import Any

import highspy

from lib.core.around import house_w, rooms_w, share
from lib.core.problem import SHORT_EUR_KWH, Problem


def least_eur(problem: Problem) -> float:
    """A bound below what any schedule costs by Outcome.eur that empties no battery into the grid.

    Raises RuntimeError when there is no optimum.
    """
    model = highspy.Highs()  # type: ignore[no-untyped-call]  # it has types only in part
    model.silent()
    peaks = [model.addVariable(lb=one.paid_w, obj=one.eur_kw / 1000) for one in problem.peaks]
    constant = -sum(one.paid_w / 1000 * one.eur_kw for one in problem.peaks)
    spans, store = problem.spans, problem.store
    powers: list[list[tuple[Any, Any]]] = [[] for _ in spans]
    for want in problem.wants:
        got: Any = 0
        for place, span in enumerate(spans):
            start = span.start if want.since is None else max(want.since, span.start)
            part = (min(span.end, want.until) - start) / (span.end - span.start)
            if part > 0:
                power = model.addVariable(ub=want.full_w * part)
                powers[place].append((want, power))
                got += power * (span.hours / 1000)
        worth = -want.worth_eur_kwh if want.worth_eur_kwh is not None else -SHORT_EUR_KWH
        given = model.addVariable(ub=want.energy_wh / 1000, obj=worth)
        model.addConstr(got - given == 0)
        if want.worth_eur_kwh is None:
            constant += SHORT_EUR_KWH * want.energy_wh / 1000
    level: Any = model.addVariable(lb=store.energy_wh, ub=store.energy_wh) if store else None
    for place, (span, room_w) in enumerate(zip(spans, rooms_w(problem, [0.0] * len(peaks)), strict=True)):
        drawn = model.addVariable(obj=span.import_eur_kwh * span.hours / 1000)
        sold = model.addVariable(ub=max(0.0, -span.net_w), obj=-span.export_eur_kwh * span.hours / 1000)
        battery: Any = 0
        if store:
            way = sqrt(store.efficiency)
            charge = model.addVariable(ub=store.charge_w)
            give = model.addVariable(ub=store.discharge_w, obj=store.wear_eur_kwh * span.hours / 1000)
            battery = charge - give
            after = model.addVariable(lb=store.least_wh, ub=store.most_wh)
            model.addConstr(after - level - charge * (way * span.hours) + give * (span.hours / way) == 0)
            level = after
        cars: Any = sum(power for _, power in powers[place])
        model.addConstr(drawn - sold - battery - cars == span.net_w)
        scale = 0.25 / span.hours if span.hours < 0.25 else 1.0
        model.addConstr(drawn - peaks[span.peak] * scale <= room_w)
        for row in problem.rows:
            flow: Any = sum(share(row, want.phases) * power for want, power in powers[place] if want.car in row.members)
            if store and "battery" in row.members:
                flow = flow + share(row, problem.store_phases) * battery
            if not isinstance(flow, (int, float)):
                model.addConstr(flow <= row.most_w - house_w(row, span.net_w))
    if store:
        model.changeColCost(level.index, -problem.end_eur_kwh / 1000)
        constant += problem.end_eur_kwh * store.energy_wh / 1000
    model.minimize()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"no optimum: {model.getModelStatus()}")
    return float(model.getInfo().objective_function_value) + constant
