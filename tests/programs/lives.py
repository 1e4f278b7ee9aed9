"""A process that has all of dm loaded and lives as often as it is told: `python -m tests.programs.lives`.

In: a `Life` in JSON, one a line, on standard input. Out: the id of the process that lives it, and when that is over its
exit code, or the signal below zero. The dead one keeps its id until the next line comes, so whoever kills by it never
meets another.
"""

import asyncio
import json
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from lib.clock import WallClock
from lib.commands.dm_loop import Meter
from lib.commands.memory import Memory, remembered
from lib.commands.teller import Teller
from lib.core.house import Rules
from lib.core.rates import parse_rates
from lib.meters.line import Line
from lib.settings import Settings
from lib.store.logs import open_log
from tests.programs.market import prices_of

LONGEST_S = 30.0  # then it ends by itself: nobody is left who would kill it
COMMIT_S = 0.02
MARKET_S = 0.03
DIARY = "diary"  # beside the home: where each life stood
FILES = {"open", "os.rename", "os.remove", "os.mkdir"}  # what Python tells before it is done


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """The program in a home, at a meter, until it is told to stop or dies.

    Attributes:
        source: where telegrams come from; rates: as in rates.json.
        touches: at the last of so many it kills itself: an opened, renamed or removed file, a statement of SQLite;
            None: somebody else does. aim: only touches that name it are counted. after_s: it lives on so long.

    """

    home: str
    source: str
    rates: Mapping[str, Any] = field(default_factory=dict)
    touches: int | None = None
    aim: str = ""
    after_s: float = 0.0


class Doom:
    """Sees each touch of the disk before it happens, and kills the process at one of them."""

    def __init__(self, life: Life) -> None:
        self._home = life.home
        self._left, self._aim = life.touches or 0, life.aim
        self._after_s = life.after_s
        self._diary = os.open(f"{life.home}.{DIARY}", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def note(self, where: str) -> None:
        """Write one line into the diary; it is there whatever happens next."""
        os.write(self._diary, f"{where}\n".encode())

    def watch(self) -> None:
        """See all that this process does from now on."""
        connect = sqlite3.connect

        def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*arguments, **options)
            connection.set_trace_callback(self._touch)
            return connection

        sqlite3.connect = connected  # type: ignore[assignment]  # Python's own hook comes before one can listen
        sys.addaudithook(self._look)

    def _look(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in FILES and str(arguments[0]).startswith(self._home):
            self._touch(f"{event} {arguments[0]}")

    def _touch(self, what: str) -> None:
        self._left -= self._aim in what
        if self._left or self._aim not in what:
            return
        self.note(f"touch {' '.join(what.split())[:200]}")
        if self._after_s:
            Thread(target=self._die, daemon=True).start()
        else:
            self._die()

    def _die(self) -> None:
        time.sleep(self._after_s)
        os.kill(os.getpid(), signal.SIGKILL)


async def live(life: Life) -> None:
    """Live until SIGTERM, which ends it in order, or until it is killed."""
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    doom = Doom(life)
    if life.touches:
        doom.watch()
    home = Path(life.home)
    open_log(home / "log", "log_info.log")
    rules = Rules(tariffs=parse_rates(life.rates), connection_w=17_250)
    config = Settings(home=home, source=life.source, doors={}, rules=rules, secrets=home / "secrets.json")
    clock = WallClock()
    with suppress(asyncio.CancelledError):
        async with asyncio.timeout(LONGEST_S), remembered(config, clock, commit_s=COMMIT_S) as memory:
            doom.note("begun")
            teller = Teller(lambda _: None, rules, memory, boot="life", clock=clock)
            meter = Meter(Line(config.source), rules, memory, teller, clock)
            asking = asyncio.create_task(ask(meter, memory))
            try:
                await meter.run()
            finally:
                asking.cancel()
                doom.note("ends")
    doom.note("ended")


async def ask(meter: Meter, memory: Memory) -> None:
    """A market at speed: each day that waits for its price gets it a moment later, the newest first."""
    while True:
        for day in sorted(meter.unpriced(), reverse=True)[:3]:
            slots = prices_of(day)
            memory.take_prices("market", slots)
            meter.publish(meter.house.index.joined(slots))
        await asyncio.sleep(MARKET_S)


def main() -> None:
    """Live what is asked for, one after the other, each in a process of its own."""
    for line in sys.stdin:
        life = Life(**json.loads(line))
        pid = os.fork()
        if not pid:
            asyncio.run(live(life))
            os._exit(0)
        say(str(pid))
        over = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert over
        say(str(over.si_status if over.si_code == os.CLD_EXITED else -over.si_status))
        sys.stdin.readline()
        os.waitpid(pid, 0)


def say(word: str) -> None:
    """One line for whoever asked."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
