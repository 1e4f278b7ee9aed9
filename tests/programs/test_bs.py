"""bs_app.py itself, with dm.py, ev_app.py and the simulated house, killed and started again: what its box is told."""

import asyncio
from pathlib import Path

import pytest

from tests.conftest import free_ports
from tests.programs.bs_lives import bs_comes_back, bs_dies, car_is_not_fed
from tests.programs.bs_troubles import box_fails, house_dies

STORIES = (bs_dies, bs_comes_back, box_fails, house_dies, car_is_not_fed)


@pytest.mark.timeout(400)
async def test_whoever_dies_the_battery_is_safe_and_all_goes_on(tmp_path: Path) -> None:
    """Each story has a home of its own. They are told at the same time: they wait until leases have ended."""
    ports: set[int] = set()
    while len(ports) < len(STORIES):
        ports.add(free_ports())
    async with asyncio.TaskGroup() as group:
        for story in STORIES:
            group.create_task(story(tmp_path, ports.pop()))
