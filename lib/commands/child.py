"""One question to a child process: bytes in, bytes out, and it is gone when it answered or its time is over.

It never takes the place of who asks: it is nicer, the first to go when memory runs out, and when nobody is left to
read it ends at the end of its input or of its processor time. Knows neither question nor answer.
"""

import asyncio
import os
import resource
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path

NICER = 10
FIRST_TO_GO = "500"  # of 1000, to the kernel that looks for memory
MOST_BYTES = 1_000_000  # a schedule has 20 kB
TAIL_BYTES = 2_000
CHUNK_BYTES = 65_536
GONE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a child said; code: as it ended, below 0 the signal that ended it, None: it was killed at its limit.

    too_long: it said more than MOST_BYTES, and was killed for that. last_words: the last line of what it complained.
    """

    code: int | None
    said: bytes = b""
    last_words: str = ""
    too_long: bool = False


async def asked(
    command: Sequence[str], question: bytes, *, folder: Path, environ: Mapping[str, str], limit_s: float
) -> Answer:
    """Start a child in a folder, ask it, and see it gone, also where this is cancelled.

    limit_s: from its start to its end, after which it is killed. Raises OSError when it cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=folder, env=environ
    )
    try:
        _restrain(process.pid, limit_s)
        async with asyncio.timeout(limit_s):
            said, last_words, _ = await asyncio.gather(_heard(process), _complained(process), _tell(process, question))
            code = await process.wait()
    except TimeoutError:
        return Answer(code=None)
    finally:
        await _end(process)
    too_long = len(said) > MOST_BYTES
    return Answer(code=code, said=b"" if too_long else said, last_words=last_words, too_long=too_long)


def _restrain(pid: int, limit_s: float) -> None:
    """What a child that nobody watches any more could do; it may be over already, then there is nothing to restrain."""
    most_s = ceil(limit_s)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICER))
    with suppress(OSError):
        resource.prlimit(pid, resource.RLIMIT_CPU, (most_s, most_s))
    with suppress(OSError):
        Path(f"/proc/{pid}/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")


async def _tell(process: Process, question: bytes) -> None:
    """The whole question, and its end; a child that does not listen says the rest by how it ends."""
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(question)
        await process.stdin.drain()
        process.stdin.close()
        await process.stdin.wait_closed()


async def _heard(process: Process) -> bytes:
    """All that it says, or a little more than MOST_BYTES of it."""
    assert process.stdout is not None
    said = bytearray()
    while piece := await process.stdout.read(CHUNK_BYTES):
        if len(said) <= MOST_BYTES:
            said += piece
        elif process.returncode is None:
            process.kill()
    return bytes(said)


async def _complained(process: Process) -> str:
    """The last line on stderr."""
    assert process.stderr is not None
    tail = b""
    while piece := await process.stderr.read(CHUNK_BYTES):
        tail = (tail + piece)[-TAIL_BYTES:]
    lines = tail.decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


async def _end(process: Process) -> None:
    """Kill it if it lives, and read its pipes to their end: only then they are closed."""
    assert process.stdin is not None
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    process.stdin.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(GONE_S):
            for stream in (process.stdout, process.stderr):
                while stream is not None and await stream.read(CHUNK_BYTES):
                    pass
            await process.wait()
