"""`sim oven on` typed at dm's door reaches the simulated house, and its answer comes back."""

import asyncio
from collections.abc import Awaitable, Callable

from lib.settings import Door

PATIENCE_S = 2.0
LONGEST = 4096


def sim_word(door: Door) -> Callable[[str], Awaitable[str]]:
    """The word that passes a line on to the simulated house at `door`; its answer or why there is none."""

    async def ask(line: str) -> str:
        try:
            async with asyncio.timeout(PATIENCE_S):
                reader, writer = await asyncio.open_connection(door.host, door.port, limit=LONGEST)
                try:
                    writer.write(line.encode() + b"\n")
                    return (await reader.readline()).decode(errors="replace").rstrip()
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return f"the simulated house does not answer on port {door.port}; ./startup_cron.sh --demo starts it"

    return ask
