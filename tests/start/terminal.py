"""A program at a terminal of its own, and the keys somebody presses there."""

import os
import pty
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from select import select
from time import monotonic

LIMIT_S, LOOK_S = 60.0, 0.1
DETACH = b"\x02d"  # Ctrl-b d


@dataclass(frozen=True, slots=True)
class Terminal:
    """The near end of the terminal, and the program at its far end."""

    near: int
    program: subprocess.Popen[bytes]

    def see(self, text: bytes) -> None:
        """Wait until `text` was shown. Raises OSError when the program ended before."""
        seen = b""
        while text not in seen:
            seen += os.read(self.near, 4096)

    def press(self, keys: bytes) -> None:
        """Press `keys`."""
        os.write(self.near, keys)

    def end(self) -> int:
        """The program's exit code, within a minute; what it still shows is read, or it would wait for that."""
        due_s = monotonic() + LIMIT_S
        while self.program.poll() is None and monotonic() < due_s:
            if select([self.near], [], [], LOOK_S)[0]:
                with suppress(OSError):  # its end of the terminal is closed
                    os.read(self.near, 4096)
        return self.program.wait(timeout=LOOK_S)


@contextmanager
def at_a_terminal(command: Sequence[str | Path], environ: Mapping[str, str]) -> Iterator[Terminal]:
    """`command` with a terminal as input, output and controlling terminal; it is hung up at the end."""
    near, far = pty.openpty()
    program = subprocess.Popen(
        ["setsid", "--ctty", "--wait", *command],
        env={**environ, "TERM": "xterm"},
        stdin=far,
        stdout=far,
        stderr=far,
    )
    os.close(far)
    try:
        yield Terminal(near, program)
    finally:
        os.close(near)
        program.wait(timeout=LIMIT_S)
