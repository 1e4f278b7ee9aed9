"""A program in a tmux session of its own, as startup_cron.sh makes one: its loop starts whatever ends anew."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.programs.home import FILES, Home
from tests.programs.program import ROOT
from tests.start.checkout import alone
from tests.waiting import LIMIT_S


@dataclass(frozen=True, slots=True)
class Session:
    """The session; loop: the process that starts its program."""

    name: str
    loop: int

    def pid(self) -> int | None:
        """The program that runs in it now; None in a pause between two."""
        children = Path(f"/proc/{self.loop}/task/{self.loop}/children").read_text("ascii").split()
        for child in map(int, children):
            with suppress(FileNotFoundError, ProcessLookupError):  # it may have ended since
                if FILES[self.name].encode() in Path(f"/proc/{child}/cmdline").read_bytes():
                    return child
        return None


@asynccontextmanager
async def session(home: Home, name: str) -> AsyncIterator[Session]:
    """The program of a home, kept up on a tmux socket of its own until the block ends."""
    with TemporaryDirectory(prefix="dm-") as folder:  # short: a socket's name has room for 108 letters
        environ = dict(alone(TMUX_TMPDIR=folder))
        given = [f"{key}={home.environ[key]}" for key in ("DM_HOME", "HOME", "DM_PORTS", "PYTHONPATH")]
        command = [str(ROOT / "startup_cron.sh"), "--keep", name, sys.executable, str(ROOT / FILES[name]), "--headless"]
        start = ("new-session", "-d", "-s", name, "-c", str(ROOT), "-P", "-F", "#{pane_pid}")
        try:
            loop = await _tmux(environ, *start, "env", *given, *command, *home.arguments)
            yield Session(name, int(loop))
        finally:
            await _tmux(environ, "kill-server")


async def _tmux(environ: dict[str, str], *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        "tmux", "-L", "lives", "-f", "/dev/null", *arguments, env=environ, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(LIMIT_S):
        said, _ = await process.communicate()
    return said.decode()
