"""A checkout per test; what its tmux servers still hold at the end is ended."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import free_ports
from tests.start.checkout import Checkout, alone, copy_scripts

PROCPS = ("kill", "pgrep", "pkill", "pmap", "ps", "top", "watch")
PROGRAM = "import signal\nprint('dm is up', flush=True)\nsignal.pause()\n"


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `.venv` that do_py.sh makes of empty pins, without any network, in place of one that was cut short."""
    folder = copy_scripts(tmp_path_factory.mktemp("environment") / "checkout")
    (folder / ".venv").mkdir()
    (folder / ".venv/half").touch()
    made = Checkout(folder=folder, home=folder, environ=alone()).run("do_py.sh", "-c", "")
    assert 0 == made.returncode, made.stderr
    return folder / ".venv"


@pytest.fixture
def tmux_folder() -> Iterator[Path]:
    """A short-named folder for tmux sockets, which have room for 108 letters."""
    with tempfile.TemporaryDirectory(prefix="dm-") as folder:
        yield Path(folder)


@pytest.fixture
def checkout(tmp_path: Path, tmux_folder: Path, environment: Path) -> Iterator[Checkout]:
    """A checkout with a dm.py that stays up and a simulated house that does nothing."""
    folder = copy_scripts(tmp_path / "the checkout")
    (folder / ".venv").symlink_to(environment)
    home = tmp_path / "home"
    environ = alone(DM_HOME=home, DM_TMUX=f"t{tmux_folder.name}", TMUX_TMPDIR=tmux_folder, DM_PORTS=str(free_ports()))
    here = Checkout(folder=folder, home=home, environ=environ)
    here.write("dm.py", PROGRAM)
    here.write("lib/sim/__main__.py", PROGRAM)
    yield here
    for server in (here.socket, "default", "digital-meter-demo"):
        here.tmux("kill-server", socket=server)


@pytest.fixture
def own_environment(checkout: Checkout, environment: Path) -> Checkout:
    """The checkout with a `.venv` that it may change."""
    (checkout.folder / ".venv").unlink()
    shutil.copytree(environment, checkout.folder / ".venv", symlinks=True)
    return checkout


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A folder for PATH: what this machine has, but no python and nothing of procps, as on the smallest Debian."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for place in ("/usr/local/bin", "/usr/bin", "/bin"):
        for program in Path(place).iterdir():
            link = folder / program.name
            if not program.name.startswith(("python", *PROCPS)) and not link.is_symlink():
                link.symlink_to(program)
    return folder
