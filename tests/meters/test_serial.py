"""The cable, played by a pseudo-terminal: the kernel's own serial line without the wire."""

import asyncio
import errno
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import serial

from lib.meters import Meter, MeterError, open_meter
from lib.meters import serial as port
from tests.waiting import LIMIT_S

from .telegrams import a_telegram


class Cable:
    """A pseudo-terminal: `path` is what the program opens, `say` is what the meter sends."""

    def __init__(self) -> None:
        self._meter_fd, device_fd = os.openpty()
        self.path = os.ttyname(device_fd)
        os.close(device_fd)

    def say(self, piece: bytes) -> None:
        """Send, as long as somebody reads it."""
        while piece:
            piece = piece[os.write(self._meter_fd, piece) :]

    def unplug(self) -> None:
        """Pull it out; the device goes away."""
        with suppress(OSError):
            os.close(self._meter_fd)
            self._meter_fd = -1


@pytest.fixture
def cable() -> Iterator[Cable]:
    """A cable that is plugged in."""
    cable = Cable()
    yield cable
    cable.unplug()


@asynccontextmanager
async def opened(source: str) -> AsyncIterator[Meter]:
    """The meter at `source`, closed at the end."""
    meter = await open_meter(source)
    try:
        yield meter
    finally:
        await meter.close()


async def read_until(meter: Meter, end: bytes) -> bytes:
    """All that comes up to `end`, while there is patience."""
    read = b""
    async with asyncio.timeout(LIMIT_S):
        while not read.endswith(end):
            read += await meter.read()
    return read


async def test_what_the_meter_sends_arrives(cable: Cable) -> None:
    """Every byte value passes unchanged: no flow control, no line discipline, no parity."""
    everything = bytes(range(256)) + a_telegram()
    async with opened(cable.path) as meter:
        assert (cable.path, True) == (meter.name, meter.live)
        cable.say(everything)
        assert everything == await read_until(meter, b"!A1B2\r\n")


async def test_a_link_to_the_device_is_as_good(cable: Cable, tmp_path: Path) -> None:
    """Owners name the cable by its id, which is a link, wherever it stands."""
    by_id = tmp_path / "usb-FTDI_P1_cable-if00-port0"
    by_id.symlink_to(cable.path)
    async with opened(str(by_id)) as meter:
        cable.say(a_telegram())
        assert a_telegram() == await read_until(meter, b"!A1B2\r\n")


async def test_bytes_that_came_together_are_read_together(cable: Cable) -> None:
    """A telegram is not read byte by byte: a small machine would lose some."""
    async with opened(cable.path) as meter:
        cable.say(a_telegram())
        pieces = 0
        read = b""
        async with asyncio.timeout(LIMIT_S):
            while not read.endswith(b"!A1B2\r\n"):
                read += await meter.read()
                pieces += 1
    assert pieces <= 3


async def test_a_pulled_cable_is_said(cable: Cable, tmp_path: Path) -> None:
    """What came before it was pulled is still read, then the device is gone."""
    device = tmp_path / "ttyUSB0"
    device.symlink_to(cable.path)
    async with opened(str(device)) as meter:
        cable.say(b"/FLU5")
        await read_until(meter, b"/FLU5")
        device.unlink()  # the system takes the name away
        cable.unplug()
        async with asyncio.timeout(LIMIT_S):
            for _ in range(2):  # and it stays so
                with pytest.raises(MeterError, match=f"the cable is gone: {device} does not exist"):
                    await meter.read()


async def test_a_line_that_breaks_while_its_device_stays_is_said(cable: Cable, tmp_path: Path) -> None:
    """The name can outlive the cable for a moment; that is no reason to call it gone."""
    device = tmp_path / "ttyUSB0"
    device.symlink_to(cable.path)
    async with opened(str(device)) as meter:
        device.unlink()
        device.touch()
        cable.unplug()
        async with asyncio.timeout(LIMIT_S):
            with pytest.raises(MeterError, match=f"the line on {device} broke"):
                await meter.read()


async def test_two_programs_cannot_have_one_cable(cable: Cable) -> None:
    """Two readers would each get half of the bytes; the second one is told."""
    async with opened(cable.path):
        with pytest.raises(MeterError, match=f"another program has {cable.path}"):
            await open_meter(cable.path)
    async with opened(cable.path) as meter:  # free again after closing
        assert cable.path == meter.name


async def test_no_serial_port_is_said() -> None:
    """A device of another kind is refused in a sentence."""
    with pytest.raises(MeterError, match="/dev/null is no serial port that works"):
        await open_meter("/dev/null")


async def test_a_missing_device_lists_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who mistyped the name finds the right one in the sentence."""
    (tmp_path / "usb-FTDI_FT232R_A10K-if00-port0").touch()
    monkeypatch.setattr(port, "BY_ID", tmp_path)
    with pytest.raises(MeterError, match=f"is it one of {tmp_path}/usb-FTDI_FT232R_A10K-if00-port0"):
        await open_meter("/dev/ttyUSB_none")
    monkeypatch.setattr(port, "BY_ID", tmp_path / "none")
    with pytest.raises(MeterError, match="/dev/ttyUSB_none does not exist; no serial cable is plugged in"):
        await open_meter("/dev/ttyUSB_none")


def test_a_user_without_rights_reads_the_cure(cable: Cable) -> None:
    """The command that helps stands in the sentence; root is never refused, so the system's answer is given by hand."""
    refusal = serial.SerialException(errno.EACCES, "could not open port: Permission denied")
    sentence = port._why(cable.path, None, refusal, was_open=False)
    assert "add the user to group dialout: sudo adduser $USER dialout" in sentence


async def test_a_loop_that_does_not_come_finds_the_newest_bytes(cable: Cable) -> None:
    """Memory has a bound: what nobody fetched makes room for what is new."""
    flood = b"".join(a_telegram(grid_kw=f"{number:06.3f}") for number in range(4000)) + b"THE END"
    async with opened(cable.path) as meter, asyncio.timeout(LIMIT_S):
        await asyncio.to_thread(cable.say, flood)
        kept = await read_until(meter, b"THE END")
    assert len(kept) < 2 * port.ROOM < len(flood)  # the second half is what the kernel itself keeps
    assert flood.endswith(kept[-1000:])


async def test_closing_ends_the_thread(cable: Cable) -> None:
    """Nothing is left running."""
    before = threads()
    meter = await open_meter(cable.path)
    assert [f"meter {cable.path}"] == [thread.name for thread in threads() if thread not in before]
    async with asyncio.timeout(LIMIT_S):
        await meter.close()
        await meter.close()
    for thread in threads():  # it said that it ends
        await asyncio.to_thread(thread.join, 1)
    assert not threads()


async def test_an_opening_that_is_given_up_leaves_the_port_free(cable: Cable) -> None:
    """Cancelled in the middle, the thread closes what it still opens; was it quicker, there is a meter to close."""
    opening = asyncio.create_task(open_meter(cable.path))
    await asyncio.sleep(0)
    opening.cancel()
    with suppress(asyncio.CancelledError):
        await (await opening).close()
    for thread in threads():
        await asyncio.to_thread(thread.join, 2)
    assert not threads()
    async with opened(cable.path) as meter:
        assert meter.live


def threads() -> list[threading.Thread]:
    """The threads that read a meter."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("meter ")]
