"""Uncontrolled: the car takes all that its charger gives, from plug-in until it is full.

In: whether it is plugged in. Out: full current. A battery is left to its own mode. Source: what any wall box does that
nobody told anything.
"""

from lib.sim.year.seen import Known, Orders, Seen, Setup


class Naive:
    """Always full power, on all phases."""

    def __init__(self, setup: Setup, known: Known) -> None:
        """known: is not looked at."""
        car = setup.car
        self._full = Orders(current_a=float(car.most_a), phases=car.phases) if car else Orders()

    def step(self, seen: Seen) -> Orders:
        """The plant gives a car that is not there nothing."""
        return self._full
