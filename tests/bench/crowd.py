"""Many websocket clients in one process of their own: `python -m tests.bench.crowd PORT COUNT`.

Says "ready" when all listen, listens until stdin ends, then prints when each `House` came to each client: one JSON
object, the meter's clock → monotonic seconds.
"""

import asyncio
import contextlib
import json
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.bench.program import house_clock

AT_ONCE = 20  # handshakes


async def listen(port: int, count: int) -> dict[str, list[float]]:
    """When each `House` came to each of `count` clients. Raises OSError when one of them is not let in."""
    heard_s: dict[str, list[float]] = {}
    opened = 0
    gate = asyncio.Semaphore(AT_ONCE)
    all_here = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def one() -> None:
        nonlocal opened
        async with gate:
            client = await connect(f"ws://127.0.0.1:{port}/ws", proxy=None, compression=None, close_timeout=1)
        opened += 1
        if opened == count:
            all_here.set()
        last = None
        with contextlib.suppress(ConnectionClosed):  # the figures show who is missing
            while True:
                frame = await client.recv()
                now_s = loop.time()
                clock = house_clock(frame)
                if clock and clock != last:
                    last = clock
                    heard_s.setdefault(clock, []).append(now_s)

    tasks = [asyncio.create_task(one()) for _ in range(count)]
    async with asyncio.timeout(60):
        await all_here.wait()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    return heard_s


def main() -> None:
    """Listen, then print."""
    print(json.dumps(asyncio.run(listen(int(sys.argv[1]), int(sys.argv[2])))))


if __name__ == "__main__":
    main()
