"""Slips that only a maker's part of a program knows, as the program itself answers them."""

import os
import subprocess
import sys
from pathlib import Path

from lib.commands import SLIP
from tests.programs.program import ROOT
from tests.settings.homes import CONFIG, home
from tests.waiting import LIMIT_S


def test_what_only_the_makers_part_knows_is_a_slip_of_config_too(tmp_path: Path) -> None:
    """The program itself does not start, and its sentence names the file."""
    store = '{"make": "victron", "address": "127.0.0.1:9", "capacity_kwh": 10, "wired": "2", "register": 2717}'
    doors = 'socket_info = {"dm": ("127.0.0.1", 9000), "bs": ("127.0.0.1", 9002)}\n'
    alone = CONFIG.partition("\n")[0] + "\n"
    environ = (
        os.environ | home(tmp_path, f'{alone}{doors}batteries = {{"cellar": {store}}}\n') | {"HOME": str(tmp_path)}
    )
    command = [sys.executable, "bs_app.py", "--headless"]
    ended = subprocess.run(command, check=False, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=LIMIT_S)
    assert (SLIP, "bs: config.py: cellar: register is 2717; allowed is 2716 or 2700\n") == (
        ended.returncode,
        ended.stderr,
    )
