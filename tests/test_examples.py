"""The examples as an owner runs them."""

import os
import subprocess
import sys
from pathlib import Path

from tests.waiting import LIMIT_S

ROOT = Path(__file__).parent.parent
NOBODY = "ws://127.0.0.1:1/ws"


def said(*words: str) -> subprocess.CompletedProcess[str]:
    """The power plant with these words."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "examples" / "pool.py"), *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def test_a_power_plant_without_a_power_is_told_what_to_write() -> None:
    """In a sentence."""
    done = said(NOBODY, "connection")
    assert (1, "") == (done.returncode, done.stdout)
    assert 1 == done.stderr.count("\n")
    assert "connection 8000" in done.stderr


def test_a_power_plant_that_nobody_hears_is_told_so() -> None:
    """In words, without what only a program reads."""
    done = said(NOBODY, "connection", "8000", "1")
    assert 0 == done.returncode
    assert "nobody listens there" in done.stdout
    assert [] == [sign for sign in ("Refused", "None") if sign in done.stdout]
