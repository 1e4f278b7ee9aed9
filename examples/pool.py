"""A virtual power plant in thirty lines: it holds a circuit at some watts, and prints what comes of it.

./do_py.sh examples/pool.py ws://127.0.0.1:8081/ws connection 8000     (another machine: ws://me:TOKEN@PI:8081/ws)
"""

# ruff: noqa: T201 - it prints: that is its work

import asyncio
import contextlib
import sys

from lib.hub.pool import Pool
from lib.messages.orders import Done


async def main(url: str, target: str, power_w: float, seconds: float = 60.0) -> None:
    """Propose for so long, then let go."""
    async with Pool(url, target, source="example plant", priority=40) as pool:
        print(f"{target}: {', '.join(sorted(pool.component_ids)) or pool.why}")
        said = await pool.propose_power(power_w, bounds=(None, power_w))  # renewed by itself
        print(said.what if isinstance(said, Done) else said.why)

        async def show() -> None:
            async for status in pool.power_status():
                limits = f"{status.low_w} to {status.high_w} W (most: {status.high_by})"
                print(status.why or f"target {status.target_w} W, we may have {limits}")

        async def draw() -> None:
            async for drawn_w in pool.power():
                print("what is drawn is not known" if drawn_w is None else f"drawn {drawn_w} W")

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.gather(show(), draw())


if __name__ == "__main__":
    try:
        url, target, *numbers = sys.argv[1:]
        power_w, *seconds = map(float, numbers)
    except ValueError:
        sys.exit(
            "say where ev is, for what and how many watts: examples/pool.py ws://127.0.0.1:8081/ws connection 8000"
        )
    asyncio.run(main(url, target, power_w, *seconds[:1]))
