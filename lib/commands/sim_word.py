"""`sim oven on` typed at dm's door reaches the simulated house, and its answer comes back."""

import asyncio
from collections.abc import Awaitable, Callable

from lib.settings import Door

PATIENCE_S = 2.0
LONGEST = 4096


def sim_words(door: Door | None) -> dict[str, Callable[[str], Awaitable[str]]]:
    """The word `sim`, which passes a line on to the simulated house at `door`; none where there is no such house."""
    if door is None:
        return {}

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

    return {"sim": ask}
