"""acnportal's round robin and least laxity first, the rivals of the allocator, on the circuits of a car park.

Its infrastructure is given to it once and not copied, as its own interface would for each round. All currents count as
in phase: the same rows as ours. Every charger may have 0 A, or 6 A and more in its own steps.
"""

from typing import Any

import numpy as np
from acnportal.acnsim.interface import InfrastructureInfo, Interface, SessionInfo
from acnportal.algorithms import RoundRobin, SortedSchedulingAlgo, first_come_first_served, least_laxity_first

from lib.core.power import PHASE_V
from tests.bench.carpark import Carpark

PERIOD_MIN = 5
DAY = 24 * 60 // PERIOD_MIN


def round_robin(park: Carpark) -> list[float]:
    """Amperes of each charger, one step after the other to who is next."""
    return _rates(RoundRobin(first_come_first_served), park)


def least_laxity(park: Carpark) -> list[float]:
    """Amperes of each charger, who has the least time to spare first with all that it can take."""
    return _rates(SortedSchedulingAlgo(least_laxity_first), park)


def _rates(algorithm: Any, park: Carpark) -> list[float]:
    site = _Site(park)
    algorithm.register_interface(site)
    schedule = algorithm.schedule(site.sessions)
    return [float(rates[0]) for rates in schedule.values()]


class _Site(Interface):  # type: ignore[misc]  # acnportal has no types
    """The car park as its algorithms see it."""

    def __init__(self, park: Carpark) -> None:
        names = [ask.charger for ask in park.asks]
        places = {name: at for at, name in enumerate(names)}
        phases = [set(ask.conductors) for ask in park.asks]
        limits, loads = [], []
        for circuit in park.circuits:
            for phase, limit_a in enumerate(circuit.limits_a, 1):
                below = places if circuit.chargers is None else circuit.chargers
                row = np.zeros(len(names))
                row[[places[name] for name in below if phase in phases[places[name]]]] = 1.0
                limits.append(limit_a)
                loads.append(row)
        pilots = []
        for ask in park.asks:
            steps = round((ask.most_a - ask.least_a) / ask.step_a - 0.499) + 1
            pilots.append(np.array([0.0, *(ask.least_a + ask.step_a * step for step in range(steps))]))
        self._infrastructure = InfrastructureInfo(
            np.array(loads),
            np.array(limits),
            np.zeros(len(names)),
            np.full(len(names), PHASE_V),
            [str(at) for at in range(len(limits))],
            names,
            np.array([pilot[-1] for pilot in pilots]),
            np.array([ask.least_a for ask in park.asks]),
            pilots,
            np.zeros(len(names), dtype=bool),
        )
        self.sessions = [
            SessionInfo(ask.charger, ask.charger, 20.0 + at % 40, 0.0, 0, 12 + at % DAY, current_time=0)
            for at, ask in enumerate(park.asks)
        ]

    @property
    def current_time(self) -> int:
        return 0

    @property
    def period(self) -> int:
        return PERIOD_MIN

    def infrastructure_info(self) -> Any:
        return self._infrastructure

    def _infrastructure_info(self) -> Any:
        return self._infrastructure

    def evse_voltage(self, station_id: str) -> float:
        return PHASE_V
