"""Where recorded bytes lie: a file, plain or gzip, or what another program pipes in.

In: a path or a descriptor. Out: chunks of bytes, never the whole. It knows no telegrams and no pace.
"""

import asyncio
import gzip
import logging
import os
import stat
import zlib
from io import BufferedReader
from pathlib import Path
from typing import Protocol

from lib.meters import SourceError

CHUNK = 65_536  # bytes; some 50 telegrams
STDIN = 0
GZIP = b"\x1f\x8b"

log = logging.getLogger(__name__)


class Tape(Protocol):
    """Bytes that were recorded before, or that another program sends."""

    @property
    def name(self) -> str:
        """As the owner knows it."""

    @property
    def piped(self) -> bool:
        """Whether another program sends the bytes, at its own pace."""

    async def read(self) -> bytes:
        """The next bytes, at most CHUNK; b"" at the end. Raises SourceError when the recording is damaged."""

    async def close(self) -> None:
        """Give it back, within a second."""


async def open_tape(path: str) -> Tape:
    """The recording at `path`; "-" is standard input. Raises SourceError when it cannot be read."""
    if path == "-":
        return _Pipe("standard input", STDIN, owned=False)
    try:
        return await asyncio.to_thread(_open, path)
    except FileNotFoundError as error:
        message = f"there is no recording {path}"
        raise SourceError(message) from error
    except OSError as error:
        message = f"the recording {path} cannot be read ({error.strerror or error})"
        raise SourceError(message) from error


def _open(path: str) -> Tape:
    if stat.S_ISFIFO(Path(path).stat().st_mode):
        # Opened so, it does not wait for the other end to come.
        return _Pipe(path, os.open(path, os.O_RDONLY | os.O_NONBLOCK), owned=True)
    file = Path(path).open("rb")  # noqa: SIM115 - it stays open as long as it plays
    return _File(path, gzip.GzipFile(fileobj=file) if file.peek(2)[:2] == GZIP else file, file)


class _File:
    piped = False

    def __init__(self, name: str, stream: BufferedReader | gzip.GzipFile, file: BufferedReader) -> None:
        self.name = name
        self._stream = stream
        self._file = file
        self._reading: asyncio.Task[bytes] | None = None

    async def read(self) -> bytes:
        self._reading = asyncio.create_task(asyncio.to_thread(self._stream.read1, CHUNK))
        try:
            return await asyncio.shield(self._reading)
        except EOFError:
            log.warning("the recording %s breaks off: its last bytes were not written", self.name)
            return b""
        except (OSError, zlib.error) as error:
            message = f"the recording {self.name} is damaged ({error})"
            raise SourceError(message) from error

    async def close(self) -> None:
        if self._reading:
            await asyncio.wait({self._reading}, timeout=1.0)  # a file is not closed under a thread that reads it
        self._stream.close()
        self._file.close()


class _Pipe:
    piped = True

    def __init__(self, name: str, fd: int, *, owned: bool) -> None:
        self.name = name
        self._fd = fd
        self._owned = owned

    async def read(self) -> bytes:
        try:
            while True:
                await self._ready()
                try:
                    return os.read(self._fd, CHUNK)
                except BlockingIOError:  # somebody else read it first
                    continue
        except OSError as error:
            message = f"{self.name} cannot be read ({error.strerror})"
            raise SourceError(message) from error

    async def close(self) -> None:
        if self._owned:
            os.close(self._fd)
            self._owned = False

    async def _ready(self) -> None:
        """Wait until there is something to read; no thread that nobody could end, no change of the terminal's mode."""
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        try:
            loop.add_reader(self._fd, ready.set)
        except PermissionError:  # a file on standard input: always ready, and nothing to wait for
            await asyncio.sleep(0)
            return
        try:
            await ready.wait()
        finally:
            loop.remove_reader(self._fd)
