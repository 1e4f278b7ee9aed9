"""do_py.sh: the environment is made when it must be, and arguments keep their meaning."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.start.checkout import Checkout
from tests.start.wheels import make_wheel, pins
from tests.waiting import LIMIT_S

VERSION = "import cable; print(cable.VERSION)"


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """Two versions of a part, and a tool for the tests."""
    folder = tmp_path / "wheels"
    for name, version in (("cable", "1.0"), ("cable", "2.0"), ("gauge", "1.0")):
        make_wheel(folder, name, version)
    return folder


def test_changed_pins_are_installed(own_environment: Checkout, wheels: Path) -> None:
    """A pull that changes requirements.txt needs no other step: the next start has the new version."""
    for version in ("1.0", "2.0"):
        own_environment.write("requirements.txt", pins(wheels, f"cable=={version}"))
        assert f"{version}\n" == own_environment.run("do_py.sh", "-c", VERSION).stdout


def test_without_network_the_old_environment_goes_on(own_environment: Checkout, wheels: Path) -> None:
    """New pins that cannot be had are a warning, not the end of the meter."""
    own_environment.write("requirements.txt", pins(wheels, "cable==1.0"))
    own_environment.run("do_py.sh", "-c", "")
    own_environment.write("requirements.txt", pins(wheels, "cable==3.0"))
    ran = own_environment.run("do_py.sh", "-c", VERSION)
    assert (0, "1.0\n") == (ran.returncode, ran.stdout)
    assert "going on with the environment that is here" in ran.stderr


def test_a_half_made_environment_is_made_anew(environment: Path) -> None:
    """What a power cut left of .venv is thrown away."""
    assert (environment / "made_for").exists()
    assert not (environment / "half").exists()


def test_what_a_link_leads_to_is_not_emptied(own_environment: Checkout, tmp_path: Path) -> None:
    """An owner's own environment, say: it would be lost with all that is in it."""
    (tmp_path / "mine" / "bin").mkdir(parents=True)
    (own_environment.folder / ".venv").rename(tmp_path / "before")
    (own_environment.folder / ".venv").symlink_to(tmp_path / "mine")
    ran = own_environment.run("do_py.sh", "-c", "")
    assert (1, True) == (ran.returncode, "Remove the link; then .venv is made" in ran.stderr)
    assert (tmp_path / "mine" / "bin").is_dir()


def test_two_starts_at_once_make_one_environment(own_environment: Checkout) -> None:
    """After an upgrade of python, cron and a person may both come: one makes .venv anew and the other waits for it."""
    rest = own_environment.write(".venv/lib/old", "")
    own_environment.write(".venv/made_for", "/usr/bin/python3.9")
    both = [
        subprocess.Popen(
            [own_environment.folder / "do_py.sh", "-c", "import pip"],
            env=own_environment.environ,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [one.communicate(timeout=LIMIT_S)[1] for one in both]
    assert [0, 0] == [one.returncode for one in both]
    assert 1 == "".join(said).count("making .venv")
    assert not rest.exists()


def test_nothing_is_said_when_nothing_is_to_do(checkout: Checkout) -> None:
    """A program's own words are all that is heard."""
    ran = checkout.run("do_py.sh", "-c", "print('hello')")
    assert ("hello\n", "") == (ran.stdout, ran.stderr)


def test_only_tests_and_checks_get_their_tools(own_environment: Checkout, wheels: Path) -> None:
    """The Pi needs no linter to run; `-m tests.…` brings requirements-dev.txt in."""
    own_environment.write("requirements-dev.txt", pins(wheels, "gauge==1.0"))
    own_environment.write("tests/bench.py", "import gauge; print(gauge.VERSION)")
    assert 1 == own_environment.run("do_py.sh", "-c", "import gauge").returncode
    assert "1.0\n" == own_environment.run("do_py.sh", "-m", "tests.bench").stdout


def test_file_names_mean_the_callers_folder(checkout: Checkout, tmp_path: Path) -> None:
    """`do_py.sh dm.py --decode day.txt` works from where day.txt is: dm.py is ours, the file is the caller's."""
    checkout.write("dm.py", "import sys; print(open(sys.argv[1]).read())")
    (tmp_path / "day.txt").write_text("/FLU5", "utf-8")
    assert "/FLU5\n" == checkout.run("do_py.sh", "dm.py", "day.txt", cwd=tmp_path).stdout


def test_modules_are_found_from_anywhere(checkout: Checkout, tmp_path: Path) -> None:
    """`-m lib.sim` is ours in every folder."""
    checkout.write("lib/sim/__main__.py", "print('a house')")
    assert "a house\n" == checkout.run("do_py.sh", "-m", "lib.sim", cwd=tmp_path).stdout


def test_checks_look_at_the_checkout(checkout: Checkout, tmp_path: Path) -> None:
    """Tests and checks called from elsewhere run here; called in a folder of ours, they stay in it."""
    checkout.write("tests/where.py", "import os; print(os.getcwd())")
    there = checkout.folder / "tests"
    assert f"{checkout.folder}\n" == checkout.run("do_py.sh", "-m", "tests.where", cwd=tmp_path).stdout
    assert f"{there}\n" == checkout.run("do_py.sh", "-m", "tests.where", cwd=there).stdout


def test_an_old_python_is_named(own_environment: Checkout, bare_machine: Path) -> None:
    """Below 3.11 nothing is tried: the sentence says what is here and what has a newer one."""
    shutil.rmtree(own_environment.folder / ".venv")
    old = bare_machine / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 || exit 1\n', "utf-8")
    old.chmod(0o755)
    ran = own_environment.run("do_py.sh", "dm.py", environ={"PATH": str(bare_machine)})
    assert 1 == ran.returncode
    assert "Python 3.11 or newer is needed, and here is: Python 3.9.2." in ran.stderr


def test_without_tmux_the_one_command_is_said(checkout: Checkout, bare_machine: Path) -> None:
    """Where nobody sits at a terminal nothing is installed."""
    (bare_machine / "tmux").unlink()
    ran = checkout.run("startup_cron.sh", environ={"PATH": str(bare_machine)})
    assert 1 == ran.returncode
    assert "apt-get update && apt-get install -y tmux" in ran.stderr
