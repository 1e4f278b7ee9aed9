"""The dashboard in a real terminal: tmux, as the owner has it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.waiting import LIMIT_S

ROOT = Path(__file__).parent.parent.parent
TMUX = shutil.which("tmux")


class Terminal:
    """A tmux server of our own, with one window that runs the dashboard."""

    def __init__(self, socket: Path) -> None:
        """The server is started by the first window."""
        self._socket = socket

    def tmux(self, *words: str) -> str:
        """One command to the server; its answer."""
        command = [str(TMUX), "-S", str(self._socket), "-f", "/dev/null", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        return done.stdout

    def start(self, **environ: str) -> None:
        """The dashboard at 80×24."""
        said = [f"{key}={value}" for key, value in environ.items()]
        kept = [f"{key}={os.environ[key]}" for key in ("PATH", "HOME") if key in os.environ]
        program = ["env", "-i", *kept, *said, sys.executable, "-m", "tests.panels.show_story"]
        self.tmux("new-session", "-d", "-x", "80", "-y", "24", "-c", str(ROOT), *program)
        self.tmux("set-option", "-g", "remain-on-exit", "on")

    def screen(self) -> str:
        """What stands on it."""
        return self.tmux("capture-pane", "-p")

    def wait(self, there: Callable[[str], bool]) -> str:
        """The first screen of which something is true."""
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            screen = self.screen()
            if there(screen):
                return screen
            time.sleep(0.05)
        raise AssertionError(f"not within {LIMIT_S:.0f} s:\n{self.screen()}")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A tmux server that ends with the test."""
    if TMUX is None:
        pytest.skip("tmux is not installed")
    terminal = Terminal(tmp_path / "tmux")
    yield terminal
    terminal.tmux("kill-server")


def test_the_console_gets_lines_it_can_draw(terminal: Terminal) -> None:
    """TERM=linux: frames and bars of the console's font, words in ASCII, and its own red."""
    terminal.start(TERM="linux", LC_ALL="C.UTF-8")
    screen = terminal.wait(lambda screen: "NEW PEAK" in screen)
    assert {"┌", "─", "│", "█"} <= set(screen)
    assert "€" not in screen
    assert "\x1b[1m\x1b[37m\x1b[41m NEW PEAK " in terminal.tmux("capture-pane", "-p", "-e")


def test_a_terminal_without_utf8_gets_ascii(terminal: Terminal) -> None:
    """LC_ALL=C: not one other sign, frames included."""
    terminal.start(TERM="linux", LC_ALL="C")
    screen = terminal.wait(lambda screen: "NEW PEAK" in screen)
    assert screen.isascii()
    assert "+- Quarter ---" in screen


def test_it_is_stopped_with_q_and_y(terminal: Terminal) -> None:
    """The question stands before the panels, no goes back, yes ends the screen and says so to the program."""
    terminal.start(TERM="tmux-256color", LC_ALL="C.UTF-8")
    terminal.wait(lambda screen: "NEW PEAK" in screen)
    terminal.tmux("send-keys", "q")
    terminal.wait(lambda screen: "Stop the meter?" in screen)
    terminal.tmux("send-keys", "n")
    terminal.wait(lambda screen: "Stop the meter?" not in screen)
    terminal.tmux("send-keys", "q")
    terminal.wait(lambda screen: "Stop the meter?" in screen)
    terminal.tmux("send-keys", "y")
    terminal.wait(lambda screen: "answered quit" in screen)


def test_it_follows_the_window(terminal: Terminal) -> None:
    """A larger window shows more panels, a smaller one fewer."""
    terminal.start(TERM="tmux-256color", LC_ALL="C.UTF-8")
    terminal.wait(lambda screen: "Usage" in screen)
    terminal.tmux("resize-window", "-x", "240", "-y", "60")
    terminal.wait(lambda screen: "Month peaks" in screen and "Version of the interface" in screen)
    terminal.tmux("resize-window", "-x", "60", "-y", "16")
    terminal.wait(lambda screen: "Month peaks" not in screen and "Quarter" in screen)
