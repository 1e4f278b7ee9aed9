"""An ev that is killed: `python -m tests.store.ev_saver HOME COMMIT_S ORDER_EVERY`; it says what it has taken.

It takes a new standing fifty times a second; each ORDER_EVERY of them the owner says something and a session ends.
"""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from lib.clock import WallClock
from lib.core.modes import Mode
from lib.store.ev_recorder import EvRecorder
from lib.store.ev_standing import Intent, Standing
from tests.conftest import NOON
from tests.store.ev_builders import HOUR, a_session, an_ended_session

FIRST = Standing(intents={"garage": Intent(mode=Mode.AUTO)}, sessions={"garage": a_session(minutes=1)})


async def live(home: Path, commit_s: float, order_every: int) -> None:
    """Until somebody kills it."""
    recorder, kept = EvRecorder.open(home / "data" / "ev.db", WallClock())
    writing = asyncio.create_task(recorder.run(commit_s=commit_s))
    orders, step = len(kept.last), 0
    standing = kept.standing if kept.standing.sessions else FIRST
    while not writing.done():
        step += 1
        session = standing.sessions["garage"]
        session = replace(session, total_wh=(session.total_wh or 0.0) + 1, energy_wh=session.energy_wh + 1)
        standing = replace(standing, sessions={"garage": session})
        if step % order_every:
            recorder.take(standing)
            said = f"wh {session.energy_wh:.0f}"
        else:
            orders += 1
            until = NOON + orders * HOUR
            standing = replace(standing, intents={"garage": Intent(mode=Mode.MAX, boost_until=until)})
            recorder.take(standing, [an_ended_session(until)])
            said = f"orders {orders}"
        sys.stdout.write(f"{said}\n")
        sys.stdout.flush()
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
