"""The rival that knows the future: a linear program of one battery, solved by HiGHS. For tests and benches alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import isinf, sqrt

import highspy

from lib.core.arbitrage import Store, Stretch

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Perfect:
    """The optimum: what it costs with wear and peak, less what more is in the battery at the end; and its powers."""

    eur: float
    powers_w: tuple[float, ...]
    peak_w: float


def perfect(
    store: Store, stretches: Sequence[Stretch], *, end_eur_kwh: float, kw_eur: float = 0.0, paid_w: float = 0.0
) -> Perfect:
    """What the best plan costs; kw_eur: of each kW of the highest stretch above paid_w, beside what stretches say.

    All prices must be known, and the store present all along. Raises RuntimeError when there is no optimum.
    """
    model = highspy.Highs()  # type: ignore[no-untyped-call]  # it has types only in part
    model.silent()
    way = sqrt(store.efficiency)
    last = model.addVariable(lb=store.energy_wh, ub=store.energy_wh)
    peak = model.addVariable(lb=paid_w, obj=kw_eur / 1000)
    changes = []
    for stretch in stretches:
        hours = (stretch.end - stretch.start) / HOUR
        assert stretch.import_eur_kwh is not None
        assert stretch.export_eur_kwh is not None
        gives_w = store.discharge_w if store.sells else min(store.discharge_w, max(0.0, stretch.load_w))
        charge = model.addVariable(ub=store.charge_w)
        give = model.addVariable(ub=gives_w, obj=store.wear_eur_kwh * hours / 1000)
        drawn = model.addVariable(obj=stretch.import_eur_kwh * hours / 1000)
        sold = model.addVariable(obj=-stretch.export_eur_kwh * hours / 1000)
        held = model.addVariable(lb=max(store.least_wh, stretch.floor_wh), ub=store.most_wh)
        model.addConstr(drawn - sold - charge + give == stretch.load_w)
        model.addConstr(held - last - charge * (way * hours) + give * (hours / way) == 0)
        if not isinf(stretch.room_w) and stretch.over_eur_kwh:
            over = model.addVariable(obj=stretch.over_eur_kwh * hours / 1000)
            model.addConstr(drawn - over <= stretch.room_w)
        if kw_eur:
            model.addConstr(drawn - peak <= 0)
        changes.append((charge, give))
        last = held
    model.changeColCost(last.index, -end_eur_kwh / 1000)
    model.minimize()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"no optimum: {model.getModelStatus()}")
    found = model.allVariableValues()  # type: ignore[no-untyped-call]  # as above
    return Perfect(
        eur=float(model.getInfo().objective_function_value)
        + end_eur_kwh * store.energy_wh / 1000
        - kw_eur * paid_w / 1000,
        powers_w=tuple(float(found[charge.index] - found[give.index]) for charge, give in changes),
        peak_w=float(found[peak.index]),
    )
