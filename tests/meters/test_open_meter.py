"""The owner's word for a source opens the right one, or says what it should have been."""

import subprocess
import sys
from pathlib import Path

import pytest

from lib.meters import ALLOWED, MeterError, SourceError, open_meter, shown
from tests.waiting import LIMIT_S

from .telegrams import a_telegram


@pytest.mark.parametrize("source", ["", "http://192.168.1.9/api", "usb://0", "://", "serial://dev/ttyUSB0"])
async def test_an_unknown_source_says_what_is_allowed(source: str) -> None:
    """Whoever mistypes the source reads what can stand there."""
    with pytest.raises(SourceError, match="socket://HOST:PORT") as raised:
        await open_meter(source)
    assert repr(source) in str(raised.value)
    assert ALLOWED in str(raised.value)


@pytest.mark.parametrize("source", ["mqt://pi:hush@h/p1", "https://pi:hu/s@sh@h", "ftp://pi:hush@"])
async def test_an_unknown_source_does_not_tell_its_password(source: str) -> None:
    """Whoever mistypes the scheme has perhaps typed a password behind it."""
    with pytest.raises(SourceError, match="is no source") as raised:
        await open_meter(source)
    assert "hu" not in str(raised.value)


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("mqtts://pi:hush@h:8883/p1/telegram", "mqtts://…@h:8883/p1/telegram"),
        ("mqtt://pi:h@u/s:h@h/p1", "mqtt://…@h/p1"),
        ("mqtt://pi:hu\nsh@h/p1", "mqtt://…@h/p1"),
        ("socket://192.168.1.9:23", "socket://192.168.1.9:23"),
        ("replay:///home/pi/me@home.txt", "replay:///home/pi/me@home.txt"),
        ("/home/pi/me@home.txt", "/home/pi/me@home.txt"),
    ],
)
def test_a_source_is_shown_without_its_password(source: str, seen: str) -> None:
    """Rather too little than a part of it."""
    assert seen == shown(source)


@pytest.mark.parametrize("scheme", ["socket", "tcp", "rfc2217"])
@pytest.mark.parametrize(
    "rest", ["", "192.168.1.9", "192.168.1.9:", "192.168.1.9:p1", ":23", "h:70000", "[::1:23", "h:0", "a..b:23"]
)
async def test_a_bad_address_is_answered_with_an_example(scheme: str, rest: str) -> None:
    """Host and port are both needed; nothing is tried without them."""
    with pytest.raises(SourceError, match=f"needs a host and a port, such as {scheme}://192.168.1.20:23"):
        await open_meter(f"{scheme}://{rest}")


@pytest.mark.parametrize("query", ["speed", "speed=", "speed=fast", "speed=nan", "pace=2"])
async def test_a_bad_speed_is_answered_with_an_example(query: str, tmp_path: Path) -> None:
    """After the question mark of a recording only speed=N can be said."""
    with pytest.raises(SourceError, match=r"such as speed=60"):
        await open_meter(f"replay://{tmp_path}/day.txt?{query}")


@pytest.mark.parametrize("speed", [-1.0, float("inf"), float("nan")])
async def test_time_does_not_run_backwards(speed: float, tmp_path: Path) -> None:
    """A speed is 0 or more."""
    with pytest.raises(SourceError, match="it can be 0"):
        await open_meter(str(tmp_path / "day.txt"), speed=speed)


@pytest.mark.parametrize("form", ["{}", "replay://{}", "replay://{}?speed=0"])
async def test_a_missing_recording_can_never_work(form: str, tmp_path: Path) -> None:
    """No recording is waited for: it is the owner's slip."""
    with pytest.raises(SourceError, match=r"no recording .*day\.txt"):
        await open_meter(form.format(tmp_path / "day.txt"))


async def test_a_folder_is_no_recording(tmp_path: Path) -> None:
    """A folder is refused in one sentence."""
    with pytest.raises(SourceError, match="cannot be read"):
        await open_meter(str(tmp_path))


async def test_a_missing_device_may_still_come() -> None:
    """An unplugged cable is no slip: the name under /dev/ tells that it is one."""
    with pytest.raises(MeterError, match="does not exist") as raised:
        await open_meter("/dev/serial/by-id/usb-FTDI_P1_cable-if00-port0")
    assert not isinstance(raised.value, SourceError)


async def test_speed_of_the_call_wins_over_that_of_the_source(tmp_path: Path) -> None:
    """The command line is nearer to the owner than the configuration."""
    recording = tmp_path / "odd?name.txt"
    recording.write_bytes(a_telegram() * 3)
    meter = await open_meter(f"replay://{recording}?speed=1", speed=0)
    assert a_telegram() * 3 == await meter.read()
    assert not await meter.read()
    await meter.close()


def test_a_library_that_is_not_needed_is_not_loaded() -> None:
    """No library of a make is imported before a source asks for it."""
    makes = {"serial", "gzip", "aiohttp", "aiomqtt"}
    code = f"import sys, lib.meters, lib.meters.line; print({makes} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=LIMIT_S)
    assert repr(set()) == said.stdout.strip()
