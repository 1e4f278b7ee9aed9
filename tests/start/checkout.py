"""A checkout in a folder of its own, with programs of a few lines, and the tmux socket its sessions live on.

The scripts are the real ones; the programs stand in for dm.py where a test wants one that fails, hangs or will not end.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.waiting import LIMIT_S

REAL = Path(__file__).parents[2]
SCRIPTS = ("do_py.sh", "startup_cron.sh")


def eventually(holds: Callable[[], object]) -> bool:
    """Whether `holds` becomes true in time."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A checkout, the home of its house, and the environment that points at both.

    Attributes:
        folder: where the scripts and programs stand.
        home: the folder of data, log and history (DM_HOME).
        environ: all that the scripts see of the environment.

    """

    folder: Path
    home: Path
    environ: Mapping[str, str]

    @property
    def socket(self) -> str:
        """The name of the tmux socket."""
        return self.environ.get("DM_TMUX", "default")

    def run(
        self, script: str, *arguments: str, cwd: Path | None = None, environ: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """A script of the checkout, without a terminal, until it ends; `environ` goes over ours."""
        return subprocess.run(
            [self.folder / script, *arguments],
            cwd=cwd or self.folder,
            env={**self.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`./startup_cron.sh` with these arguments."""
        return self.run("startup_cron.sh", *arguments)

    def tmux(self, *arguments: str, socket: str | None = None) -> str:
        """What tmux answers on our socket; empty where no server is."""
        return subprocess.run(
            ["tmux", "-L", socket or self.socket, *arguments],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        ).stdout

    def sessions(self, *, socket: str | None = None) -> set[str]:
        """The names of the sessions on our socket."""
        return set(self.tmux("list-sessions", "-F", "#{session_name}", socket=socket).split())

    def screen(self, session: str) -> str:
        """What the session shows, its broken lines joined."""
        return self.tmux("capture-pane", "-p", "-J", "-t", f"={session}:")

    def shows(self, session: str, text: str) -> bool:
        """Whether the session comes to show `text`."""
        return eventually(lambda: text in self.screen(session))

    def press(self, session: str, key: str) -> None:
        """Press a key, as tmux calls it, in the session."""
        self.tmux("send-keys", "-t", f"={session}:", key)

    def write(self, file: str, text: str) -> Path:
        """A file of the checkout."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path


def copy_scripts(folder: Path) -> Path:
    """The two scripts in `folder`, with no pins at all."""
    folder.mkdir(parents=True)
    for script in SCRIPTS:
        shutil.copy(REAL / script, folder)
    for pins in ("requirements.txt", "requirements-dev.txt"):
        (folder / pins).touch()
    return folder


def alone(**environ: str | Path) -> Mapping[str, str]:
    """This environment without what points at a house or a tmux of the person who runs the tests."""
    foreign = ("DM_", "TMUX", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, **{name: str(value) for name, value in environ.items()}}


def is_alive(pid: int) -> bool:
    """Whether the process still works (a dead one that nobody has waited for does not)."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text("utf-8")
    except FileNotFoundError:
        return False
