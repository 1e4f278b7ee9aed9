"""Textual's terminal driver made harmless: a terminal that hangs or goes away never holds the program up.

Left to itself Textual waits for a terminal that takes nothing, and the whole loop with it; its reader turns without a
pause when the terminal is gone; and SIGCONT, which the system sends with the SIGHUP of a closed terminal, gives it a
second reader that nobody ends.
"""

import signal
import threading
import time
from collections.abc import Callable
from typing import IO, Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

STUCK_S = 0.5  # a terminal that takes nothing for so long gets no new picture until it does
MOST_WAITING = 1_000_000  # characters; a picture of a large screen has some 20 000
END_S = 1.0  # for the last words; a terminal that does not take them goes without


class Pen:
    """Writes to a terminal in a thread of its own; who hands it text never waits."""

    def __init__(self, file: IO[str], *, gone: Callable[[], None], flooded: Callable[[], None]) -> None:
        """`gone` is called in the thread when there is no terminal any more, `flooded` when too much waits for it."""
        self._file = file
        self._gone = gone
        self._flooded = flooded
        self._news = threading.Condition()
        self._waiting: list[str] = []
        self._length = 0
        self._busy_since_s: float | None = None
        self._ends = False
        self._thread = threading.Thread(target=self._run, name="screen output", daemon=True)
        self._thread.start()

    @property
    def stuck(self) -> bool:
        """Whether the terminal has taken nothing for a while."""
        since_s = self._busy_since_s
        return since_s is not None and time.monotonic() - since_s > STUCK_S

    def write(self, text: str) -> None:
        """Write soon; what comes after the end is dropped."""
        with self._news:
            if self._ends:
                return
            self._waiting.append(text)
            self._length += len(text)
            self._ends = is_flood = self._length > MOST_WAITING
            self._news.notify()
        if is_flood:
            self._flooded()

    def end(self) -> None:
        """Write what waits, as far as the terminal takes it in a second."""
        with self._news:
            self._ends = True
            self._news.notify()
        self._thread.join(END_S)

    def _run(self) -> None:
        while text := self._next():
            try:
                self._file.write(text)
                self._file.flush()
            except (OSError, ValueError):  # gone; ValueError: the file was closed at the end of the program
                with self._news:
                    self._ends = True
                self._gone()
                return

    def _next(self) -> str:
        """All that waits; "" at the end."""
        with self._news:
            self._busy_since_s = None
            while not self._waiting and not self._ends:
                self._news.wait()
            text = "".join(self._waiting)
            self._waiting.clear()
            self._length = 0
            self._busy_since_s = time.monotonic()
        return text


class TerminalDriver(LinuxDriver):
    """The dashboard's end of a terminal."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        """As Textual makes its drivers."""
        super().__init__(app, **options)
        # Ctrl-Z has no shell to go back to in tmux, and the other signal comes with every closed terminal.
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        signal.signal(signal.SIGCONT, signal.SIG_DFL)
        assert self._file is not None  # the program has a terminal
        self._pen = Pen(self._file, gone=self.exit_event.set, flooded=self._give_up)

    @property
    def can_suspend(self) -> bool:
        """Never: it goes on or it ends."""
        return False

    @property
    def stuck(self) -> bool:
        """Whether the terminal has taken nothing for a while."""
        return self._pen.stuck

    def write(self, data: str) -> None:
        """Write soon; never waits."""
        self._pen.write(data)

    def close(self) -> None:
        """Write the last words."""
        self._pen.end()
        super().close()

    def _give_up(self) -> None:
        """End this screen as a broken one: a new one draws all of it when the terminal takes something again."""
        self._loop.call_soon_threadsafe(lambda: self._app.exit(return_code=1))
