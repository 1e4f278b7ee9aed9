"""What control is worth in a home: the simple rules and what could be reached at best, case by case, by quarter.

In: a home and a contract. Out: what each case costs, and what part it saves of all that can be saved. The cases and
their names are those of docs/YEAR.md, "Head-room".
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from lib.core.quarter import QUARTER
from lib.sim.year.bill import bill
from lib.sim.year.contract import Contract, Prices
from lib.sim.year.flows import Flows
from lib.sim.year.home import Home
from lib.sim.year.limit import Goal, limit
from lib.sim.year.simple_rules import Charge, Store, at_once, by_night, capped, followed, greedy, keeping, spread

NAIVE, BEST = "EV naive", "LP EV trip-aware + battery"
NIGHT = "Night"
CAP_W, LOW_CAP_W = 4_000.0, 2_500.0


class Case(NamedTuple):
    """One line of a table; is_rule: it needs no solver."""

    name: str
    flows: Callable[[Home, Contract, Prices], Flows]
    is_rule: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a case fares over the period, in €, kW and kWh.

    Attributes:
        total_eur: energy - injection + capacity + fees.
        mean_peak_kw: of the months, each at least the floor; month_peaks_kw: as they were.
        cycles: of the battery, by what it gave.
        saved_eur: against naive charging; share: of what the best case saves. None where that is not known.

    """

    case: str
    total_eur: float
    energy_eur: float
    injection_eur: float
    capacity_eur: float
    mean_peak_kw: float
    import_kwh: float
    export_kwh: float
    cycles: float
    month_peaks_kw: tuple[float, ...]
    saved_eur: float | None = None
    share: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def standings(home: Home, contract: Contract, chosen: Iterable[Case]) -> Iterator[Standing]:
    """One by one as they are worked out, without what was saved. Raises what `limit` does."""
    prices = contract.prices(home)
    for case in chosen:
        yield _standing(case.name, case.flows(home, contract, prices), home, contract, prices)


def compared(found: Sequence[Standing]) -> list[Standing]:
    """With what each saves against naive charging, and which part of the best that is, where both are there."""
    totals = {one.case: one.total_eur for one in found}
    if NAIVE not in totals:
        return list(found)
    saved = {name: totals[NAIVE] - total for name, total in totals.items() if name != "house only"}
    best = saved.get(BEST)
    return [
        replace(
            one, saved_eur=saved.get(one.case), share=saved[one.case] / best if best and one.case in saved else None
        )
        for one in found
    ]


def cases(*, only_rules: bool = False) -> tuple[Case, ...]:
    """In the order of the tables."""
    found = (
        _rule("house only", None),
        _rule(NAIVE, at_once),
        Case("EV night rule", lambda home, contract, _: followed(home, by_night(nights(home, contract)))),
        Case("EV spread rule", lambda home, *_: followed(home, spread())),
        _rule("rule EV cap 4 kW", capped(CAP_W)),
        _rule("rule EV cap 2.5 kW", capped(LOW_CAP_W)),
        _rule("EV naive + greedy battery", at_once, greedy),
        _rule("rule EV cap 2.5 kW + battery", capped(LOW_CAP_W, helped=True), keeping(LOW_CAP_W)),
        _limit("LP EV full at departure", Goal.FULL, battery=False),
        _limit("LP EV trip-aware", Goal.LEFT, battery=False),
        _limit("LP battery, EV naive", Goal.AT_ONCE, battery=True),
        _limit(BEST, Goal.LEFT, battery=True),
    )
    return tuple(case for case in found if case.is_rule or not only_rules)


def nights(home: Home, contract: Contract) -> list[bool]:
    """By quarter, whether it begins in the night of the contract's bands; without bands no quarter does."""
    bands = contract.tariffs.versions[0].bands
    if bands is None:
        return [False] * home.quarters
    pieces = bands.between(home.start, home.end)
    return [piece.band == NIGHT for piece in pieces for _ in range((piece.end - piece.start) // QUARTER)]


def _rule(name: str, charge: Charge | None, store: Store | None = None) -> Case:
    return Case(name, lambda home, *_: followed(home, charge, store))


def _limit(name: str, goal: Goal, *, battery: bool) -> Case:
    flows = partial(limit, battery=battery, goal=goal)
    return Case(name, lambda home, contract, prices: flows(home, contract, prices=prices), is_rule=False)


def _standing(name: str, flows: Flows, home: Home, contract: Contract, prices: Prices) -> Standing:
    paid = bill(flows.import_wh, flows.export_wh, home, contract, prices)
    return Standing(
        case=name,
        total_eur=paid.total_eur,
        energy_eur=paid.energy_eur,
        injection_eur=paid.injection_eur,
        capacity_eur=paid.capacity_eur,
        mean_peak_kw=paid.mean_peak_w / 1000,
        import_kwh=sum(flows.import_wh) / 1000,
        export_kwh=sum(flows.export_wh) / 1000,
        cycles=flows.cycles(home.battery.capacity_wh),
        month_peaks_kw=tuple(peak_w / 1000 for peak_w in paid.month_peaks_w.values()),
    )
