"""`dm.py --attach ws://pi:8080/ws`: the dashboard of a meter that runs elsewhere. It only looks; q leaves it."""

import asyncio
import contextlib
import sys

from lib.commands import SLIP
from lib.hub.client import Peer, PeerError
from lib.panels import seen
from lib.panels.dashboard import Dashboard
from lib.panels.dm import dm_panels

TICK_S = 1.0


def run(url: str) -> int:
    """Show the dashboard until its owner leaves it; the exit code."""
    if not sys.stdout.isatty():
        print("dm: --attach shows a dashboard and needs a terminal", file=sys.stderr)
        return SLIP
    screen = Dashboard("Digital Meter", dm_panels(), attached=True)
    try:
        peer = Peer(url, screen.show)
    except PeerError as error:
        print(f"dm: {error}", file=sys.stderr)
        return SLIP
    return asyncio.run(_show(peer, screen))


async def _show(peer: Peer, screen: Dashboard) -> int:
    async def tell() -> None:
        while True:
            screen.show(seen.Peer(url=peer.url, connected=peer.connected, why=peer.why))
            await asyncio.sleep(TICK_S)

    tasks = [asyncio.create_task(peer.listen()), asyncio.create_task(tell())]
    try:
        await screen.run_async()
    finally:
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    return screen.return_code or 0
