"""The P1 cable on a serial device, and the same over RFC 2217.

In: a device path or `rfc2217://HOST:PORT`. Out: bytes as they come, at 115200 baud 8N1 without flow control. pyserial
blocks, so one thread owns the port from opening to closing; it never makes the loop wait, and the loop never makes it
wait.
"""

import asyncio
import contextlib
import errno
import termios
import threading
from pathlib import Path

import serial

from lib.meters import Meter, MeterError
from lib.meters.address import Address, parse_address, unreachable

BAUD = 115_200
OPENING_S = 15.0  # RFC 2217 connects in at most 5 s and negotiates in at most 9
CLOSING_S = 2.0
LOOK_UP_S = 0.1  # so often the thread looks whether it has to stop
ROOM = 65_536  # bytes kept for a loop that does not come: some 50 telegrams
BY_ID = Path("/dev/serial/by-id")


async def open_serial(source: str) -> Meter:
    """Open the device or RFC 2217 port `source`.

    Raises SourceError for a bad address; MeterError when the device is missing, not allowed, in use or no serial
    port, or the server does not answer.
    """
    meter = _SerialMeter(source, parse_address(source) if "://" in source else None)
    try:
        await meter.opened()
    except BaseException:
        meter.stop()  # also when the wait was cancelled: the thread closes what it may still open
        raise
    return meter


class _SerialMeter:
    live = True

    def __init__(self, source: str, address: Address | None) -> None:
        self.name = str(address or source)
        self._source = source
        self._address = address
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()  # opened, bytes or lost
        self._ended = asyncio.Event()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._bytes = bytearray()  # under the lock
        self._is_open = False
        self._lost = ""
        threading.Thread(target=self._run, name=f"meter {self.name}", daemon=True).start()

    async def opened(self) -> None:
        """Wait for the port. Raises MeterError."""
        try:
            async with asyncio.timeout(OPENING_S):
                while not (self._is_open or self._lost):
                    await self._wait_for_news()
        except TimeoutError:
            message = f"{self.name} does not open within {OPENING_S:.0f} s"
            raise MeterError(message) from None
        if not self._is_open:
            raise MeterError(self._lost)

    async def read(self) -> bytes:
        while True:
            if piece := self._take():
                return piece
            if self._lost:
                raise MeterError(self._lost)
            await self._wait_for_news()

    async def close(self) -> None:
        self.stop()
        with contextlib.suppress(TimeoutError):  # a driver that hangs keeps its thread; it ends with the program
            async with asyncio.timeout(CLOSING_S):
                await self._ended.wait()

    def stop(self) -> None:
        """Tell the thread to close the port; does not wait for it."""
        self._stop.set()

    async def _wait_for_news(self) -> None:
        await self._news.wait()
        self._news.clear()

    def _take(self) -> bytes:
        with self._lock:
            piece = bytes(self._bytes)
            self._bytes.clear()
        return piece

    # From here on: the thread of the port.

    def _run(self) -> None:
        lost = f"the reading of {self.name} stopped"  # stays when our own bug ends the thread; its traceback is printed
        try:
            with contextlib.closing(_open_port(self._source, exclusive=self._address is None)) as port:
                self._is_open = True
                self._tell(self._news)
                while not self._stop.is_set():
                    if piece := port.read(1):  # waits; then all that came with it
                        self._put(piece + port.read(port.in_waiting))
        except (OSError, ValueError, termios.error) as error:
            # ValueError: the RFC 2217 server refuses a setting. termios.error: the device went while it was set up.
            lost = _why(self._source, self._address, error, was_open=self._is_open)
        finally:
            self._lost = lost
            self._tell(self._news)
            self._tell(self._ended)

    def _put(self, piece: bytes) -> None:
        with self._lock:
            was_empty = not self._bytes
            self._bytes += piece
            del self._bytes[:-ROOM]  # the newest telegram counts
        if was_empty:
            self._tell(self._news)

    def _tell(self, event: asyncio.Event) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is over: nobody listens any more
            self._loop.call_soon_threadsafe(event.set)


def _open_port(source: str, *, exclusive: bool) -> serial.Serial:
    return serial.serial_for_url(
        source,
        baudrate=BAUD,
        bytesize=serial.EIGHTBITS,
        parity=serial.PARITY_NONE,
        stopbits=serial.STOPBITS_ONE,
        timeout=LOOK_UP_S,
        exclusive=True if exclusive else None,
    )


def _why(source: str, address: Address | None, error: Exception, *, was_open: bool) -> str:
    """What happened to the port, and what the owner can do about it."""
    if address and was_open:
        return f"{address} closed the connection: does another program use the box?"
    if address and isinstance(error.__context__, OSError):  # pyserial puts its own error over the system's
        return str(unreachable(address, error.__context__))
    if address:
        return f"{address} answers, but not as an RFC 2217 server: try socket://{address}"
    if not Path(source).exists():
        gone = "the cable is gone: " if was_open else ""
        return f"{gone}{source} does not exist; {_seen_ports()}"
    match error.args[0] if error.args else None:
        case errno.EACCES | errno.EPERM:
            cure = "add the user to group dialout: sudo adduser $USER dialout, then log in again"
            return f"this user may not open {source}; {cure}"
        case errno.EAGAIN | errno.EBUSY:
            return f"another program has {source}: stop it, or choose another port"
        case _ if was_open:
            return f"the line on {source} broke: is the cable firmly in?"
        case _:
            return f"{source} is no serial port that works ({error})"


def _seen_ports() -> str:
    """What is plugged in, by the names that stay the same."""
    try:
        names = sorted(str(path) for path in BY_ID.iterdir())
    except OSError:  # the folder comes with the first cable
        names = []
    return "is it one of " + ", ".join(names) + "?" if names else "no serial cable is plugged in"
