"""A year as it is lived: quarter by quarter the strategy is asked and the plant moved. It can be put away and go on.

In: a home, a contract, a strategy and the conditions. Out: the course of the year. All of it can be pickled between two
quarters, and goes on as if it had not been.
"""

from typing import NamedTuple

from lib.core.quarter import QUARTER_S
from lib.sim.year.conditions import CLEAN, Conditions
from lib.sim.year.contract import Contract, Prices
from lib.sim.year.course import Course
from lib.sim.year.home import Home
from lib.sim.year.plant import Plant
from lib.sim.year.seen import PLAN_EVERY_S, Explaining, Known, Maker, Setup

STEP_S, SEED = 60, 1


class Frame(NamedTuple):
    """How a year is run: the same frame, home, contract and strategy give the same course."""

    battery: bool
    step_s: int = STEP_S
    seed: int = SEED
    conditions: Conditions = CLEAN
    plan_every_s: int = PLAN_EVERY_S


class Year:
    """One strategy at one home."""

    def __init__(self, home: Home, maker: Maker, *, contract: Contract, prices: Prices, frame: Frame) -> None:
        """prices: of the contract for this home. Raises ValueError for a step that is no part of a quarter."""
        battery, step_s, seed, conditions, plan_every_s = frame
        self.home = home
        self._steps = int(QUARTER_S) // step_s
        self._plant = Plant(home, battery=battery, step_s=step_s, seed=seed, conditions=conditions)
        self._known = Known(home, contract, prices, conditions)
        setup = Setup(
            car=home.car,
            battery=home.battery if battery else None,
            contract=contract,
            has_sun=home.has_sun,
            step_s=step_s,
            seed=seed,
            conditions=conditions,
            plan_every_s=plan_every_s,
        )
        self._strategy = maker(setup, self._known)

    @property
    def course(self) -> Course:
        """What has been so far."""
        return self._plant.course

    @property
    def is_over(self) -> bool:
        """Whether all quarters of the home's period have been."""
        return self.course.quarters >= self.home.quarters

    def go(self, quarters: int | None = None) -> None:
        """Live so many quarters more, all that are left when not said."""
        left = self.home.quarters - self.course.quarters
        plant, known, strategy = self._plant, self._known, self._strategy
        for _ in range(left if quarters is None else min(left, quarters)):
            known.advance(plant.seen.quarter)
            for _ in range(self._steps):
                plant.step(strategy.step(plant.seen))
        if isinstance(strategy, Explaining):
            self.course.causes = dict(strategy.causes)


def lived(home: Home, maker: Maker, *, contract: Contract, prices: Prices, frame: Frame) -> Course:
    """The whole year at once."""
    year = Year(home, maker, contract=contract, prices=prices, frame=frame)
    year.go()
    return year.course
