"""The client for other programs, against ev's core behind a real door."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from lib.hub import pool as pools
from lib.hub.client import UNTRIED, PeerError
from lib.hub.pool import Distribution, Pool, PoolError, Status, Stream
from lib.hub.server import Hub
from lib.messages import Refused
from lib.messages.orders import Done, OrderError
from lib.messages.proposals import Proposals
from tests.commands.live_plant import STEER, LivePlant, open_plant
from tests.conftest import free_ports
from tests.hub.cellar import a_storage
from tests.waiting import LIMIT_S, eventually

T = TypeVar("T")
ROOT = Path(__file__).parents[2]


async def until(stream: Stream[T], holds: Callable[[T], object]) -> T:
    """The first value for which it holds."""
    last: list[T] = []
    try:
        async with asyncio.timeout(LIMIT_S):
            async for value in stream:
                last = [value]
                if holds(value):
                    return value
    except TimeoutError:
        pass
    raise AssertionError(f"that did not come within {LIMIT_S:g} s, but at last: {last}")


@asynccontextmanager
async def a_pool(plant: LivePlant, target: str = "carport", **options: Any) -> AsyncIterator[Pool]:
    """A power plant's pool of it."""
    async with Pool(plant.url, target, source="vpp", **options) as pool:
        yield pool


async def test_what_is_in_it_and_what_it_draws_are_known_from_the_start(tmp_path: Path) -> None:
    """Its chargers, their watts, their amperes by the meter's phases."""
    async with open_plant(tmp_path) as plant, a_pool(plant, "connection") as pool:
        assert {"garage", "drive"} == pool.component_ids
        assert "" == pool.why
        assert 2_530.0 == await until(pool.power(), lambda drawn_w: drawn_w)
        assert (6.0, 5.0, 0.0) == await until(pool.current_per_phase(), lambda phases_a: phases_a)


async def test_who_gives_up_before_the_first_word_leaves_nothing_running() -> None:
    """The program is away, and whoever opens the pool waits no longer: no block of his ends it."""
    before = asyncio.all_tasks()
    pool = Pool(f"ws://127.0.0.1:{free_ports()}/ws", "garage", source="vpp")
    opening = asyncio.create_task(pool.__aenter__())
    await eventually(lambda: pool.why != UNTRIED)
    opening.cancel()
    await asyncio.wait({opening})
    assert opening.cancelled()
    assert before == asyncio.all_tasks()
    with pytest.raises(PoolError, match="this pool is stopped"):
        await pool.propose_power(1_000)


async def test_a_power_is_proposed_shared_out_and_withdrawn(tmp_path: Path) -> None:
    """The status says what comes of it, the results who gets it."""
    async with open_plant(tmp_path) as plant, a_pool(plant) as pool:
        statuses, results = pool.power_status(), pool.power_distribution_results()
        assert isinstance(await pool.propose_power(6_000, bounds=(None, 7_000)), Done)
        status = await until(statuses, lambda status: status.decided == "vpp")
        assert (6_000.0, 0.0, "system") == (status.target_w, status.low_w, status.high_by)
        result = await until(results, lambda result: result.shares_w)
        assert isinstance(result.answer, Done)
        assert {"garage"} == set(result.shares_w)
        assert 5_000 < result.shares_w["garage"] <= 6_000
        assert isinstance(await pool.propose_power(None), Done)
        assert {} == plant.charging.outside
        assert "nothing is proposed for it" == (await until(statuses, lambda status: status.target_w is None)).why


async def test_the_bounds_of_another_are_told(tmp_path: Path) -> None:
    """Who stands above, and what that leaves."""
    async with (
        open_plant(tmp_path) as plant,
        Pool(plant.url, "garage", source="grid", priority=300, token=STEER) as guard,
        a_pool(plant, "garage", priority=40) as pool,
    ):
        assert isinstance(await guard.propose_power(None, bounds=(None, 5_000)), Done)
        assert isinstance(await pool.propose_power(9_000), Done)
        status = await until(pool.power_status(), lambda status: status.high_by == "grid")
        assert (5_000.0, "grid") == (status.high_w, status.high_by)
        await until(guard.power_status(), lambda status: status.target_w == 5_000.0)
        await guard.stop()
        await until(pool.power_status(), lambda status: status.target_w == 9_000.0)


async def test_a_refusal_is_an_answer(tmp_path: Path) -> None:
    """With its sentence; what is no number is an error at once."""
    async with open_plant(tmp_path) as plant, a_pool(plant, "garage", priority=500) as pool:
        answer = await pool.propose_power(5_000)
        assert isinstance(answer, Refused)
        assert "the control token is needed, also on this machine" in answer.why
        assert Distribution(answer=answer, shares_w={"garage": 0.0}) == await until(
            pool.power_distribution_results(), lambda result: result.answer
        )
        with pytest.raises(OrderError, match="wish_w is a number of watts"):
            await pool.propose_power(float("nan"))


async def test_what_was_proposed_is_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For as long as it is wished, well beyond its life; without us it ends."""
    monkeypatch.setattr(pools, "RENEW_S", 0.2)
    async with open_plant(tmp_path, speed=100.0) as plant:  # a proposal lives for 0.6 s
        async with a_pool(plant) as pool:
            await pool.propose_power(6_000)
            for _ in range(20):
                await asyncio.sleep(0.1)
                assert ["vpp"] == [one.source for one in plant.charging.outside["carport"]]
            pool._peer.connected = False  # it is gone without a word
        await eventually(lambda: not plant.charging.outside)


async def test_a_program_that_starts_anew_is_told_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """At once, not only at the next renewal; meanwhile nothing is known, which is no zero."""
    caplog.set_level(logging.ERROR)
    port = free_ports()
    async with open_plant(tmp_path, port=port) as plant:
        pool = Pool(plant.url, "carport", source="vpp")
        async with pool:
            await pool.propose_power(6_000)
            powers = pool.power()
            assert 2_530.0 == await until(powers, lambda drawn_w: drawn_w)
            await plant.hub.close()
            await eventually(lambda: pool.why != "")
            async with open_plant(tmp_path, port=port) as other:
                await eventually(lambda: "carport" in other.charging.outside)
                assert 6_000.0 == other.charging.outside["carport"][0].wish_w
                await until(pool.power_status(), lambda status: status.decided == "vpp")
                await pool.stop()
                assert {} == other.charging.outside


async def test_a_program_that_is_not_there_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wish is kept, and nothing is known until then."""
    monkeypatch.setattr(pools, "FIRST_S", 0.2)
    port = free_ports()
    async with Pool(f"ws://127.0.0.1:{port}/ws", "carport", source="vpp") as pool:
        assert (frozenset(), True) == (pool.component_ids, "nobody listens there" in pool.why)
        assert isinstance(await pool.propose_power(6_000), Refused)
        statuses = pool.power_status()
        async with open_plant(tmp_path, port=port) as plant:
            await until(statuses, lambda status: status.decided == "vpp")
            assert ["vpp"] == [one.source for one in plant.charging.outside["carport"]]


async def test_the_battery_is_one_too() -> None:
    """Its watts, and nothing of phases."""
    hub = Hub("bs", boot="s1", host="127.0.0.1", port=0)
    await hub.start()
    try:
        hub.say(a_storage(power_w=1_850.0))
        async with Pool(f"ws://127.0.0.1:{hub.port}/ws", "battery", source="vpp") as pool:
            assert pool.component_ids
            assert 1_850.0 == await until(pool.power(), lambda drawn_w: drawn_w)
            assert await until(pool.current_per_phase(), lambda phases_a: phases_a is None) is None
            assert isinstance(await pool.propose_power(500), Refused)  # this hub takes no orders
    finally:
        await hub.close()


async def test_another_word_that_comes_first_does_not_open_it() -> None:
    """What is in it is known as soon as it is open, in whatever order the program speaks."""
    hub = Hub("bs", boot="s1", host="127.0.0.1", port=0)
    await hub.start()
    try:
        hub.say(Proposals(boot="s1", seq=1))
        async with Pool(f"ws://127.0.0.1:{hub.port}/ws", "battery", source="vpp") as listener:
            opening = asyncio.create_task(Pool(f"ws://127.0.0.1:{hub.port}/ws", "battery", source="vpp").__aenter__())
            await eventually(lambda: bool(listener._newest))
            assert not opening.done()
            hub.say(a_storage(power_w=1_850.0))
            pool = await opening
            assert pool.component_ids
            await pool.stop()
    finally:
        await hub.close()


async def test_a_slow_reader_gets_the_newest_only() -> None:
    """Nothing grows with its slowness, and no value comes twice."""
    stream: Stream[int] = Stream()
    for number in range(1_000):
        stream.offer(number)
    stream.offer(999)
    assert 999 == await anext(stream)
    stream.offer(999)
    stream.end()
    assert [] == [value async for value in stream]


async def test_streams_end_when_it_stops(tmp_path: Path) -> None:
    """Whoever reads goes on with his own work; stopping twice is harmless, and afterwards it proposes nothing."""
    async with open_plant(tmp_path) as plant, a_pool(plant) as pool:

        async def read() -> list[Status]:
            return [status async for status in pool.power_status()]

        reading = asyncio.create_task(read())
        await asyncio.sleep(0)
        await pool.stop()
        await pool.stop()
        async with asyncio.timeout(LIMIT_S):
            assert await reading
        assert [] == [drawn_w async for drawn_w in pool.power()]
        with pytest.raises(PoolError, match="stopped"):
            await pool.propose_power(1_000)


def test_an_operating_point_is_refused_with_its_reason() -> None:
    """Who asks for one hears what to do instead."""
    with pytest.raises(PoolError, match="would depend on the order"):
        Pool("ws://127.0.0.1:1/ws", "carport", source="vpp", set_operating_point=True)
    with pytest.raises(PoolError, match="Propose a power with bounds"):
        Pool("ws://127.0.0.1:1/ws", "carport", source="vpp").set_operating_point(5_000)


def test_what_can_never_work_is_said_at_once() -> None:
    """Before anything is opened."""
    with pytest.raises(PeerError, match="is no address of a program"):
        Pool("carport", "carport", source="vpp")
    with pytest.raises(OrderError, match="a whole number from 0 to 3999"):
        Pool("ws://127.0.0.1:1/ws", "carport", source="vpp", priority=4_000)


async def test_the_example_runs(tmp_path: Path) -> None:
    """As its owner starts it, against a real door."""
    async with open_plant(tmp_path) as plant:
        example = await asyncio.create_subprocess_exec(
            sys.executable,
            "examples/pool.py",
            plant.url,
            "carport",
            "6000",
            "3",
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(LIMIT_S):
            out, errors = await example.communicate()
        assert (0, b"") == (example.returncode, errors)
        assert {} == plant.charging.outside
    said = out.decode()
    assert "carport: garage" in said
    assert "carport: 6.00 kW, as example plant wishes" in said
    assert "target 6000.0 W, we may have 0.0 to" in said
    assert "drawn 2530.0 W" in said
