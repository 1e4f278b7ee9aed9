"""A terminal that hangs or goes away, and the engine beside the screen."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import LIMIT_S

ROOT = Path(__file__).parent.parent.parent


class Beating:
    """The dashboard on a pseudo-terminal of ours, and the beats of the engine beside it."""

    def __init__(self, *words: str) -> None:
        """Started, in a session of its own, as a terminal's program is."""
        self.near, far = pty.openpty()
        self._beats, told = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.panels.show_beats", str(told), *words],
            cwd=ROOT,
            stdin=far,
            stdout=far,
            stderr=far,
            pass_fds=(told,),
            start_new_session=True,
            env={**os.environ, "TERM": "tmux-256color", "LC_ALL": "C.UTF-8"},
        )
        os.close(far)
        os.close(told)

    def beats(self, count: int, *, read: bool = False) -> None:
        """Wait for so many beats; `read`: and take what the screen says meanwhile."""
        end = time.monotonic() + LIMIT_S
        while count > 0:
            ready, _, _ = select.select([self._beats, *([self.near] if read else [])], [], [], 0.1)
            if self._beats in ready:
                said = os.read(self._beats, 4096)
                assert said, "the engine ended"
                count -= len(said)
            if self.near in ready:
                os.read(self.near, 65_536)
            assert time.monotonic() < end, f"{count} beats are missing"

    def hang_up(self) -> None:
        """The terminal is closed."""
        os.close(self.near)
        self.near = -1

    def end(self) -> None:
        """Give everything back."""
        self.process.kill()
        self.process.wait(LIMIT_S)
        if self.near >= 0:
            os.close(self.near)
        os.close(self._beats)


@pytest.fixture
def beating(request: pytest.FixtureRequest) -> Iterator[Beating]:
    """One that ends with the test."""
    one = Beating(*getattr(request, "param", ()))
    yield one
    one.end()


def cpu_s(pid: int) -> float:
    """The processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_terminal_that_takes_nothing_does_not_stop_the_engine(beating: Beating) -> None:
    """A hanging ssh: the meter is read, and clients hear of it; when it goes on so does the picture."""
    beating.beats(50, read=True)
    beating.beats(250)
    beating.beats(50, read=True)
    assert beating.process.poll() is None


def test_a_terminal_that_is_closed_ends_the_program(beating: Beating) -> None:
    """SIGHUP and SIGCONT come together then; no thread stays behind that keeps the process, and its lock, alive."""
    beating.beats(20, read=True)
    beating.hang_up()
    beating.process.wait(LIMIT_S)


@pytest.mark.parametrize("beating", [("patient",)], indirect=True)
def test_a_terminal_that_is_gone_costs_nothing(beating: Beating) -> None:
    """A program that goes on without it does not turn round and round looking for keys."""
    beating.beats(20, read=True)
    beating.hang_up()
    beating.beats(50)
    before_s, began_s = cpu_s(beating.process.pid), time.monotonic()
    beating.beats(100)
    assert cpu_s(beating.process.pid) - before_s < 0.3 * (time.monotonic() - began_s)
