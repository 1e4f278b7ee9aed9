"""`ev_app.py --check`: the real program shows the circuits, and refuses what they do not carry."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.commands import SLIP
from lib.commands.check import lines, plugged
from lib.commands.ev_rules import circuits
from tests.programs.program import ROOT
from tests.settings.homes import CONFIG, home, loaded
from tests.waiting import LIMIT_S

PARK = """
connection_a = 40
other_load_worst_a = (10, 12.5, 16)
chargers = {
    "garage": {"make": "openevse", "address": "192.168.1.60"},
    "street": {"make": "ocpp", "address": "CP_1", "phases": 1, "wired": "2"},
    "a-charger-with-a-name-that-is-rather-long": {
        "make": "nrgkick", "address": "mdns:attic", "phases": 1, "wired": "3", "current_a": 10},
    "front": {"make": "ocpp", "address": "CP_2", "switches_phases": True},
    "back": {"make": "ocpp", "address": "CP_2:2", "switches_phases": True, "safe_a": 0},
}
circuits = {
    "park": {"current_a": 25, "circuits": ("pair", "drive"), "margin_pct": 90},
    "pair": {"current_a": 20, "power_kw": 11, "chargers": ("garage", "street"), "profile": "fifo",
             "other_a": (0, 1, 0)},
    "drive": {"current_a": (16, 20, None), "chargers": ("front", "back"),
              "meter": {"from": "shelly", "url": "http://192.168.1.80"},
              "limit": {"from": "http", "url": "http://192.168.1.81", "unit": "A"}},
}
"""
SHOWN = """\
circuits                         wired   from    to   while nobody steers
connection: 3×40 A, sharing equal
  a-charger-with-a-name-that-is… 3        6 A  10 A   may keep 10 A
  park: 3×25 A, 90 % of it used, other load 0/1/0 A
    pair: 3×20 A, 11 kW, sharing fifo, other load 0/1/0 A
      garage                     123      6 A  16 A   falls to 0 A
      street                     2        6 A  16 A   falls to 6 A
    drive: 16/20/- A, measured by shelly, limit follows http
      front                      123      6 A  16 A   falls to 0 A
      back                       123      6 A  16 A   falls to 0 A

while nobody steers                chargers    other   in all  carries
  connection L1                         0 A     10 A     10 A     40 A
  connection L2                         6 A   12.5 A   18.5 A     40 A
  connection L3                        10 A     16 A     26 A     40 A
  park L1                               0 A      0 A      0 A   22.5 A
  park L2                               6 A      1 A      7 A   22.5 A
  park L3                               0 A      0 A      0 A   22.5 A
  pair L1                               0 A      0 A      0 A     20 A
  pair L2                               6 A      1 A      7 A     20 A
  pair L3                               0 A      0 A      0 A     20 A
  pair in all                        1380 W    230 W   1610 W  11000 W
  drive L1                              0 A      0 A      0 A     16 A
  drive L2                              0 A      0 A      0 A     20 A
"""


def program(folder: Path, config: str, *options: str) -> subprocess.CompletedProcess[str]:
    """The program itself, in a home with this config."""
    environ = os.environ | home(folder, CONFIG + config) | {"HOME": str(folder)}
    command = [sys.executable, "ev_app.py", "--check", *options]
    return subprocess.run(command, check=False, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=LIMIT_S)


def test_the_program_shows_the_tree_the_worst_case_and_the_shares(tmp_path: Path) -> None:
    """With nothing else running; and every line fits into 80 columns."""
    ended = program(tmp_path, PARK)
    assert ("", 0) == (ended.stderr, ended.returncode)
    before, _, shares = ended.stdout.partition("\nif a car that takes all hung on each, beside that other load\n")
    assert SHOWN == before
    assert all(len(line) <= 80 for line in ended.stdout.splitlines())
    told = {line.split()[0]: line[32:].split() for line in shares.splitlines()}
    assert ["A", "limited", "by", "connection", "L3"] == told["garage"][1:]
    assert 5 == len(told)


def test_what_does_not_fit_is_listed_and_the_exit_code_says_so(tmp_path: Path) -> None:
    """Each row with its sentence, not only the first, after the whole picture."""
    config = PARK.replace('"phases": 1, "wired": "3", "current_a": 10', '"phases": 3, "current_a": 31')
    ended = program(tmp_path, config)
    assert SLIP == ended.returncode
    lines = ended.stderr.splitlines()
    start = "ev: config.py: connection L"
    assert [f"{start}1: carries", f"{start}2: carries", f"{start}3: carries"] == [line[:37] for line in lines]
    assert "  connection L1                        31 A     10 A     41 A     40 A  TOO MUCH" in ended.stdout
    assert all(len(line) <= 80 for line in ended.stdout.splitlines())


def test_a_meter_that_cannot_be_asked_is_a_slip(tmp_path: Path) -> None:
    """What only its own part of the program knows is looked at too; nothing is asked over the network."""
    ended = program(tmp_path, PARK.replace('"shelly", "url"', '"shelly", "channels": 1, "url"'))
    assert SLIP == ended.returncode
    assert ended.stderr.startswith("ev: config.py: circuits['drive']: ")
    assert "channels" in ended.stderr
    assert 1 == ended.stderr.count("\n")


def test_a_charger_that_can_never_answer_is_a_slip(tmp_path: Path) -> None:
    """Its start would refuse it with the same words; each of them is told, and none is asked."""
    ended = program(tmp_path, PARK.replace('"192.168.1.60"', '"192.168.1.60:abc"').replace('"mdns:attic"', '"a..b"'))
    assert SLIP == ended.returncode
    garage, attic = ended.stderr.splitlines()
    assert garage.startswith("ev: config.py: chargers['garage']: '192.168.1.60:abc' is no address of ")
    assert attic.startswith(
        "ev: config.py: chargers['a-charger-with-a-name-that-is-rather-long']: 'a..b' is no address"
    )


def test_the_relay_of_a_charger_is_not_touched(tmp_path: Path) -> None:
    """It hangs on this machine and ev may be using it: what is written of it is read, its line stays closed."""
    relay = """
chargers = {"carport": {"make": "goe1", "address": "192.168.1.61", "phases": 3, "relay": {"pin": 26}}}
"""
    ended = program(tmp_path, relay)
    assert ("", 0) == (ended.stderr, ended.returncode)


def test_a_source_of_a_car_that_cannot_be_asked_is_a_slip(tmp_path: Path) -> None:
    """It stops no start, for the car charges all the same: here is where its owner learns of it beforehand."""
    cars = """
cars = {
    "van": {"capacity_kwh": 60, "soc": {"from": "mqt", "url": "mqtt://192.168.1.5/van"}},
    "cab": {"capacity_kwh": 60, "soc": {"from": "http", "url": "http://192.168.1.20/battery", "soc": "pct"}},
}
"""
    ended = program(tmp_path, PARK + cars)
    assert SLIP == ended.returncode
    assert ended.stderr.startswith("ev: config.py: cars['van']: soc: \"from\" is 'mqt'; allowed is one of ")
    assert 1 == ended.stderr.count("\n")


def test_a_slip_in_the_settings_is_one_sentence(tmp_path: Path) -> None:
    """As at every start."""
    ended = program(tmp_path, PARK + 'sharing = "fair"\n')
    assert (SLIP, "") == (ended.returncode, ended.stdout)
    assert ended.stderr.startswith("ev: config.py: sharing is 'fair'; allowed is")


def test_the_demo_has_a_charger(tmp_path: Path) -> None:
    """Whatever config.py says."""
    ended = program(tmp_path, PARK, "--demo")
    assert (0, "") == (ended.returncode, ended.stderr)
    assert "  garage                         123      6 A  16 A   may keep 16 A\n" in ended.stdout
    assert "  garage                        16 A                all that it takes\n" in ended.stdout


def test_what_is_accepted_is_not_called_safe(tmp_path: Path) -> None:
    """A charger that nothing makes fall counts as its owner says, which is all that is known."""
    accepted = PARK.replace('"current_a": 10}', '"current_a": 10, "safe_a": 6.5, "accept_unwatched": True}')
    (line,) = [line for line in lines(loaded(tmp_path, accepted)) if "accepted" in line]
    assert line.endswith("   counts as 6.5 A, accepted")
    assert len(line) <= 80


def test_a_home_without_chargers(tmp_path: Path) -> None:
    """There is nothing to check, which is no slip."""
    ended = program(tmp_path, "")
    assert (0, "no charger stands in config.py\n", "") == (ended.returncode, ended.stdout, ended.stderr)


def test_who_can_switch_takes_one_phase_before_none(tmp_path: Path) -> None:
    """As ev itself does; who comes later by the profile waits."""
    config = loaded(
        tmp_path,
        """
chargers = {
    "a": {"make": "ocpp", "address": "A"},
    "b": {"make": "ocpp", "address": "B", "switches_phases": True, "wired": "231"},
    "c": {"make": "ocpp", "address": "C"},
}
circuits = {"park": {"current_a": (8, 18, 8), "chargers": ("a", "b", "c")}}
""",
    )
    found = plugged(circuits(config), [place.rules for place in config.chargers])
    assert [("a", 8.0, 3), ("b", 10.0, 1), ("c", 0.0, 3)] == [
        (name, round(one.share.current_a, 1), one.phases) for name, one in found.items()
    ]
    assert "  c                             waits               limited by park L1" in list(lines(config))


LONG = st.text("abcdefgh-_", min_size=1, max_size=60)


@given(names=st.lists(LONG, min_size=3, max_size=6, unique=True), amps=st.tuples(*[st.integers(6, 1000)] * 3))
def test_no_line_is_wider_than_a_terminal(
    names: list[str], amps: tuple[int, int, int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever names and numbers the owner chooses."""
    chargers = {name: {"make": "ocpp", "address": f"CP_{at}"} for at, name in enumerate(names[2:])}
    deep = {
        names[0]: {"current_a": amps, "power_kw": 1000, "circuits": (names[1],), "other_a": amps},
        names[1]: {"current_a": None, "chargers": tuple(chargers), "other_worst_a": amps, "profile": "proportional"},
    }
    config = loaded(tmp_path_factory.mktemp("home"), f"chargers = {chargers!r}\ncircuits = {deep!r}\n")
    assert 80 >= max(map(len, lines(config)))
