"""The year's words as programs: real processes, real signals, a real terminal where progress is to be seen."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[3]
HOMES = ROOT / "tests" / "fixtures" / "homes"
COMMAND = (sys.executable, "-m", "lib.sim")


class Ended(NamedTuple):
    """How an interrupted program came to its end."""

    code: int
    said: str
    took_s: float


def asked(*words: str | Path, without: str | None = None, to: str | None = None) -> subprocess.CompletedProcess[str]:
    """The program with these words, whatever it comes to.

    without: a library that is not installed then; to: a file that takes what it answers, else we do.
    """
    hidden = (
        f"import sys; sys.modules[{without!r}] = None; from lib.sim.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    command = (sys.executable, "-c", hidden) if without else COMMAND
    with Path(to).open("wb") if to else nullcontext(subprocess.PIPE) as answer:
        return subprocess.run(
            [*command, *map(str, words)],
            cwd=ROOT,
            stdout=answer,
            stderr=subprocess.PIPE,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )


def listed(*words: str | Path) -> list[dict[str, Any]]:
    """What it answers a program; it must have gone well, and say nothing else."""
    done = asked(*words, "--json")
    assert ("", 0) == (done.stderr, done.returncode)
    rows = json.loads(done.stdout)
    assert isinstance(rows, list)
    return [{name: value for name, value in row.items() if name != "took_s"} for row in rows]


def interrupted(by: signal.Signals, *words: str | Path, worker: bool = False) -> Ended:
    """Started on a terminal, and ended from there as soon as it shows that a run is on its way.

    worker: only the process that is at work gets the signal.
    """
    seen, terminal = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
        start_new_session=True,
    ) as program:
        os.close(terminal)
        try:
            said = _until(seen, rb"naive[^\n]* [1-9]\d? %")
            at = time.monotonic()
            if worker:
                os.kill(_worker(program.pid), by)
            else:
                os.killpg(program.pid, by)
            said += _until(seen, None)
            code = program.wait(LIMIT_S)
            return Ended(code, said.decode(), time.monotonic() - at)
        finally:
            os.close(seen)
            if program.poll() is None:
                program.kill()


def _until(terminal: int, words: bytes | None) -> bytes:
    """What is read until these words stand there; None: until nobody writes any more."""
    said, end = b"", time.monotonic() + LIMIT_S
    while words is None or not re.search(words, said):
        assert time.monotonic() < end, said
        try:
            read = os.read(terminal, 65536)
        except OSError:  # nobody has its other end any more
            read = b""
        if not read:
            assert words is None, said
            return said
        said += read
    return said


def _worker(parent: int) -> int:
    """A process of the pool."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return next(int(child) for child in children if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text())
