"""ev_app.py itself, with dm.py and the simulated house, killed and started again: what the charger's box is told."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import free_ports
from tests.programs.ev_afar import ev_is_afar
from tests.programs.ev_lives import dm_dies, ev_dies
from tests.programs.ev_troubles import box_misbehaves, house_dies
from tests.programs.far import Far, another_network, own_address

STORIES = 5


@pytest.fixture
def far() -> Iterator[Far]:
    """Another machine: networks of their own where that is allowed, else this machine's own address."""
    with ExitStack() as opened:
        try:
            place = opened.enter_context(another_network())
        except OSError:
            place = own_address()
        yield place


@pytest.mark.timeout(400)
async def test_whoever_dies_the_box_is_safe_and_all_goes_on(tmp_path: Path, far: Far) -> None:
    """Each story has a home of its own. They are told at the same time: two of them wait until a lease has ended."""
    ports: set[int] = set()
    while len(ports) < STORIES:
        ports.add(free_ports())
    first, killed = ports.pop, (asyncio.Event(), asyncio.Event())
    async with asyncio.TaskGroup() as group:
        group.create_task(dm_dies(tmp_path, first(), killed[0]))
        group.create_task(ev_dies(tmp_path, first(), killed[1]))
        await killed[0].wait()
        group.create_task(box_misbehaves(tmp_path, first()))
        await killed[1].wait()
        group.create_task(house_dies(tmp_path, first()))
        group.create_task(ev_is_afar(tmp_path, first(), far))
