"""The house that most tests of the toy world start from."""

import pytest

from lib.sim.world import World
from tests.sim.builders import NOON


@pytest.fixture
def house() -> World:
    """The house of seed 1 at noon on a Wednesday in June."""
    return World(seed=1, start=NOON)
