"""The limit: the least that a period can cost somebody who knows all of it in advance, as one linear program.

In: a home, a contract, whether the battery is used and what the car must hold. Out: what flows, by quarter. There is no
least current, no whole ampere and no lag. What no power can charge in time is left out, as little of it as can be.
Source: docs/YEAR.md, "Head-room".

The car's state stands only at the end of each stay: within one it misses less and less. Import is at least what is
drawn and less would be cheaper, so injection needs no column: each kWh that is not injected costs what it would earn.
"""

from datetime import date
from enum import Enum, auto

from lib.sim.year.contract import Contract, Prices
from lib.sim.year.flows import Flows, net_wh
from lib.sim.year.home import BatterySpec, CarSpec, Home
from lib.sim.year.simple_rules import at_once, followed
from lib.sim.year.stays import Lack, Stay, lacks_of, stays_of
from lib.solver.program import Program, Term

LIMIT_S = 900.0
WEAR_EUR_KWH = 0.005  # of what the battery gives; it only breaks ties, and stands in no bill
NOISE_WH = 0.01  # what comes from within an optimum's face is never quite 0
KWH = 1_000.0
QUARTERS_H, DAY_QUARTERS = 4, 96


class Goal(Enum):
    """What the car must hold."""

    TRIPS = auto()  # at each departure what the trip takes and must leave; all of it at the end
    LEFT = auto()  # what must be left, at each end of a quarter at home; all of it at the end
    FULL = auto()  # at each departure what it would if it charged at once
    AT_ONCE = auto()  # it does charge at once


def limit(
    home: Home,
    contract: Contract,
    *,
    battery: bool,
    goal: Goal = Goal.TRIPS,
    prices: Prices | None = None,
    limit_s: float = LIMIT_S,
) -> Flows:
    """What flows at the least cost; prices: of the contract for this home, where they are at hand.

    The battery ends as it began; a car that is away at the end left full. Raises lib.solver.errors.MissingError where
    there is no solver, UnsolvedError when it finds nothing within limit_s.
    """
    from lib.solver.highs import interior  # rules and rivals run without it

    base_wh = net_wh(home)
    car_wh = [0.0] * home.quarters
    if goal is Goal.AT_ONCE:
        car_wh = list(followed(home, at_once).car_wh)
        base_wh = [base + car for base, car in zip(base_wh, car_wh, strict=True)]
    model = _Model(home, contract, prices or contract.prices(home))
    cars = {} if goal is Goal.AT_ONCE else model.car(goal)
    store = model.battery(home.battery) if battery else None
    model.meter(base_wh)
    values = interior(model.program, limit_s=limit_s).values
    for quarter, column in cars.items():
        car_wh[quarter] = _wh(values[column])
    if goal is not Goal.AT_ONCE:
        base_wh = [base + car for base, car in zip(base_wh, car_wh, strict=True)]
    empty = [0.0] * home.quarters
    ins, outs, levels = ([[_wh(values[column]) for column in columns] for columns in store]) if store else [empty] * 3
    grid_wh = [base + drawn - given for base, drawn, given in zip(base_wh, ins, outs, strict=True)]
    return Flows(
        import_wh=[max(0.0, energy_wh) for energy_wh in grid_wh],
        export_wh=[max(0.0, -energy_wh) for energy_wh in grid_wh],
        car_wh=car_wh,
        charged_wh=ins,
        discharged_wh=outs,
        stored_wh=levels,
    )


class _Model:
    """The program as it grows, in kWh and €; `_draws`: by quarter, what is drawn besides house and roof."""

    def __init__(self, home: Home, contract: Contract, prices: Prices) -> None:
        self.program = Program()
        self._home, self._contract, self._prices = home, contract, prices
        self._draws: list[list[Term]] = [[] for _ in range(home.quarters)]

    def car(self, goal: Goal) -> dict[int, int]:
        """What it charges; the columns by quarter."""
        car, stays = self._home.car, stays_of(self._home)
        if car is None:
            return {}
        program, earns, found = self.program, self._prices.export_eur_kwh, {}
        quarter_wh = car.charger_w / QUARTERS_H
        before: list[Term] = []
        for stay, lack in zip(stays, lacks_of(self._home, stays), strict=True):
            terms, booked = list(before), (stay.booked_wh - lack.outside_wh) / KWH
            naive_wh = lack.back_wh
            for quarter in range(stay.first, stay.until):
                found[quarter] = program.column(0.0, quarter_wh / KWH, cost=earns[quarter])
                self._draws[quarter].append((found[quarter], 1.0))
                terms.append((found[quarter], 1.0))
                if goal is Goal.LEFT and (quarter == stay.first or naive_wh > car.capacity_wh - car.left_wh):
                    naive_wh -= quarter_wh
                    most_wh = max(naive_wh, car.capacity_wh - car.left_wh)
                    program.row(f"left {quarter}", terms, low=booked - most_wh / KWH)
            missing = program.column(*_missing_kwh(car, stay, lack, goal, is_last=stay is stays[-1]))
            program.row(f"stay {stay.first}", [*terms, (missing, 1.0)], low=booked, high=booked)
            before = [(missing, -1.0)]
        return found

    def battery(self, battery: BatterySpec) -> tuple[list[int], list[int], list[int]]:
        """What it draws, gives and holds; the columns by quarter."""
        program, earns = self.program, self._prices.export_eur_kwh
        half = battery.power_w / QUARTERS_H / KWH
        ins = [program.column(0.0, half, cost=eur) for eur in earns]
        outs = [program.column(0.0, half, cost=WEAR_EUR_KWH - eur) for eur in earns]
        levels = [program.column(0.0, battery.capacity_wh / KWH) for _ in earns[1:]]
        start = battery.start_wh / KWH
        levels.append(program.column(start, start))
        before: list[Term] = []
        for quarter, (drawn, given, level) in enumerate(zip(ins, outs, levels, strict=True)):
            terms = [(level, 1.0), (drawn, -battery.way), (given, 1.0 / battery.way), *before]
            held = 0.0 if before else start
            program.row(f"level {quarter}", terms, low=held, high=held)
            before = [(level, -1.0)]
            self._draws[quarter] += [(drawn, 1.0), (given, -1.0)]
        return ins, outs, levels

    def meter(self, base_wh: list[float]) -> None:
        """What is imported, and each month's peak; base_wh: what flows besides car and battery, by quarter.

        A day has a peak of its own under the month's: columns of 3 000 rows may cost the solver gigabytes.
        """
        program, contract, prices = self.program, self._contract, self._prices
        months = dict.fromkeys(self._home.months)
        eur_kw = contract.eur_kw_year * contract.year_part(self._home.quarters) / len(months)
        floor = contract.floor_w / QUARTERS_H / KWH
        peaks = {month: program.column(floor, cost=eur_kw * QUARTERS_H) for month in months}
        days: dict[tuple[date, int], int] = {}
        for quarter, (base, draws) in enumerate(zip(base_wh, self._draws, strict=True)):
            costs = prices.import_eur_kwh[quarter] - prices.export_eur_kwh[quarter]
            imported = program.column(cost=costs)
            others = [(column, -factor) for column, factor in draws]
            program.row(f"import {quarter}", [(imported, 1.0), *others], low=base / KWH)
            day = self._home.months[quarter], quarter // DAY_QUARTERS
            if day not in days:
                days[day] = program.column()
                program.row(f"day {quarter}", [(peaks[day[0]], 1.0), (days[day], -1.0)], low=0.0)
            program.row(f"peak {quarter}", [(days[day], 1.0), (imported, -1.0)], low=0.0)


def _missing_kwh(car: CarSpec, stay: Stay, lack: Lack, goal: Goal, *, is_last: bool) -> tuple[float, float]:
    """The least and the most that the car may miss at the end of a stay."""
    if goal is Goal.FULL:
        return lack.leaves_wh / KWH, lack.leaves_wh / KWH
    most_wh = car.capacity_wh
    if is_last or stay.ahead_wh is None:
        most_wh = lack.leaves_wh
    elif goal is Goal.TRIPS:
        most_wh = max(lack.leaves_wh, car.capacity_wh - car.left_wh - stay.ahead_wh)
    return 0.0, most_wh / KWH


def _wh(value_kwh: float) -> float:
    energy_wh = value_kwh * KWH
    return energy_wh if energy_wh >= NOISE_WH else 0.0
