"""All that dm knows now → the problem that is planned: here house, terms, habits and what the programs want meet.

In: the state of dm, what it foresees, what ev and bs said. Out: what the planners get. Knows no planner.
"""

from collections.abc import Sequence
from datetime import datetime

from lib.core.cost import PriceSlot
from lib.core.habits import Habits
from lib.core.horizon import problem
from lib.core.house import House, Rules, limit_w
from lib.core.outlook import Outlook
from lib.core.planning import Planning, wanted
from lib.core.problem import Problem, Row
from lib.core.supposed import Supposed
from lib.core.terms import peak_prices, used_wh


def given(
    house: House,
    rules: Rules,
    at: datetime,
    *,
    planning: Planning,
    habits: Habits,
    prices: Supposed | Sequence[PriceSlot],
    outlook: Outlook,
    now_s: float,
) -> Problem:
    """What is to be planned from `at` on; now_s: monotonic, for what was heard. Without ev the connection is shared."""
    cars, battery = wanted(planning, now_s)
    before = planning.in_force
    return problem(
        at,
        prices=prices,
        outlook=outlook,
        peaks=peak_prices(house, rules),
        used_wh=used_wh(house, rules, at, planned_w=before.peak_w(at) if before else None),
        wants=cars.wants,
        store=battery.store,
        store_phases=battery.phases,
        reserve_set=battery.reserve_set,
        rows=cars.rows or (Row(name="connection", most_w=limit_w(house, rules), house=True),),
        before=before.schedule.blocks if before else (),
        insured=habits.insured,
    )
