"""The phase relay on a GPIO line: what its settings mean, and that nothing but an order moves it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory  # type: ignore[import-untyped]  # it has no types

from lib.chargers import ChargerSetupError, RefusedError
from lib.chargers.gpio import MISSING, keeps_outputs, open_line
from lib.chargers.relay import Contact, Relay, RelayRules, open_relay, parse_relay

from .lasting_pin import HIGH, INPUT, LOW, lasting_factory, rows
from .recorded import vectors

ROOT = Path(__file__).parent.parent.parent
MAPPING = [row for said in vectors("relay") for row in said["mapping"]]
ENABLE = [row for said in vectors("relay") for row in said["enable"]]


@contextmanager
def child(line: Path, kind: str, *more: str) -> Iterator[subprocess.Popen[str]]:
    """A program that drives the line; it is killed at the end, when it is not over before."""
    command = [sys.executable, "-m", "tests.chargers.relay_child", str(line), kind, *more]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        try:
            yield program
        finally:
            program.kill()


def ask(program: subprocess.Popen[str], phases: str = "") -> int:
    """Tell it phases, or nothing, and hear how many there are."""
    assert program.stdin
    assert program.stdout
    program.stdin.write(f"{phases}\n")
    program.stdin.flush()
    return int(program.stdout.readline())


@pytest.mark.parametrize("row", MAPPING, ids=str)
def test_the_recorded_coils(row: dict[str, Any]) -> None:
    """NO: the coil makes three phases; NC: it makes one."""
    rules = RelayRules(contact=Contact(row["type"]))
    assert row["expect_coil_on"] is rules.coil(row["set_phases"])
    assert row["expect_coil_on"] is not rules.coil(4 - row["set_phases"])


@pytest.mark.parametrize("row", ENABLE, ids=str)
def test_the_recorded_machines(row: dict[str, Any]) -> None:
    """A relay that is switched off, or hangs on another machine, is not driven."""
    rules = RelayRules(enabled=row["enable_phase_switching"], host=row["installed_on_host"])
    assert row["expect_enabled"] is rules.is_enabled(row["hostname"])


@pytest.mark.parametrize("active_low", [True, False])
@pytest.mark.parametrize("contact", list(Contact))
def test_what_is_switched_is_read(contact: Contact, active_low: bool) -> None:
    """Whatever contact and board."""
    options = {"contact": contact.value, "active_low": active_low}
    relay = open_relay("garage", options, factory=MockFactory())
    for phases in (1, 3, 3, 1):
        relay.switch(phases)
        assert phases == relay.phases
    coil = (contact is Contact.NORMALLY_CLOSED) is not active_low  # one phase: the coil of NC
    assert coil is relay._line.level  # type: ignore[union-attr]  # it is enabled


def test_a_start_moves_nothing() -> None:
    """It finds the line as it is, and drives it as it is."""
    for pull in (True, False):
        factory = MockFactory()
        pin = factory.pin("GPIO26")
        pin.drive_high() if pull else pin.drive_low()
        pin.clear_states()
        open_relay("garage", {}, factory=factory)
        assert [pull] == [state.state for state in pin.states]
        assert "output" == pin.function


def test_another_machine_leaves_the_line_alone() -> None:
    """It is not even opened, and an order for other phases is refused with the reason."""
    factory = MockFactory()
    relay = open_relay("garage", {"host": "pi1"}, host="pi2", factory=factory)
    assert (None, {}) == (relay.phases, factory.pins)
    with pytest.raises(RefusedError, match="it hangs on pi1, and this is pi2"):
        relay.switch(3)
    assert "it is switched off in its settings" == open_relay("garage", {"enabled": False}, factory=factory).why


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"pins": 26}, "garage: 'pins' is no option of a relay; it has pin, contact, host, active_low, enabled"),
        ({"pin": 99}, "garage: the relay's pin is 99; allowed is a GPIO line from 2 to 27"),
        ({"pin": True}, "garage: the relay's pin is True; allowed is a GPIO line from 2 to 27"),
        ({"contact": "no"}, 'garage: the relay\'s contact is \'no\'; allowed is "NO" (coil on: 3 phases) or "NC" '),
        ({"host": None}, "garage: the relay's host is None; allowed is the name of the machine it hangs on"),
        ({"enabled": "yes"}, "garage: the relay's enabled is 'yes'; allowed is true or false"),
    ],
)
def test_a_slip_is_one_sentence(options: dict[str, Any], says: str) -> None:
    """With what is allowed."""
    with pytest.raises(ChargerSetupError) as slip:
        parse_relay("garage", options)
    assert str(slip.value).startswith(says)


def test_a_machine_without_gpio_is_told_as_such() -> None:
    """Or one without the packages: what to do stands there."""
    with pytest.raises(ChargerSetupError) as error:
        open_line(26)
    assert str(error.value) == MISSING or str(error.value).startswith("this machine has no GPIO")


def test_a_restart_keeps_the_relay(tmp_path: Path) -> None:
    """After an exit in order as after kill -9, the next start finds what the last one left; nothing moved between."""
    line = tmp_path / "line"
    with child(line, "relay") as program:
        assert 1 == ask(program)
        assert 3 == ask(program, "3")
    assert [HIGH, LOW] == rows(line)
    with child(line, "relay") as program:
        assert 3 == ask(program)
        assert program.stdin
        program.stdin.close()
        assert 0 == program.wait(10)
    with child(line, "relay") as program:
        assert 3 == ask(program)
        assert 1 == ask(program, "1")
    assert [HIGH, LOW, HIGH] == rows(line)


def test_a_device_of_gpiozeros_would_let_go(tmp_path: Path) -> None:
    """The danger is real: the usual way makes the line an input when Python ends, and the relay falls."""
    line = tmp_path / "line"
    with child(line, "device") as program:
        ask(program)
        assert program.stdin
        program.stdin.close()
        program.wait(10)
    assert INPUT == rows(line)[-1]


def test_a_reboot_is_one_phase(tmp_path: Path) -> None:
    """The line is then an input, the coil has no current, and a normally open contact is open."""
    line = tmp_path / "line"
    line.write_text(f"{INPUT}\n", "ascii")
    assert 1 == open_relay("garage", {}, factory=lasting_factory(line)).phases


@pytest.mark.parametrize(("said", "keeps"), [("Y\n", True), ("N\n", False), (None, False)])
def test_whether_the_kernel_keeps_outputs_is_read(tmp_path: Path, said: str | None, keeps: bool) -> None:
    """Raspberry Pi OS says Y; what says nothing lets go."""
    parameters = tmp_path / "pinctrl_rp1" / "parameters"
    parameters.mkdir(parents=True)
    if said:
        (parameters / "persist_gpio_outputs").write_text(said, "ascii")
    assert keeps is keeps_outputs(tmp_path)


def test_a_relay_without_a_line_has_no_phases() -> None:
    """Nobody knows them."""
    assert None is Relay(RelayRules(), None, why="it is elsewhere").phases
