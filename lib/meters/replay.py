"""A recording played as if the meter talked now.

In: recorded bytes. Out: the same bytes, at the pace of the meter's own clock lines, faster, or as fast as they can be
read. It checks nothing: a damaged telegram is played as it was recorded.
"""

import asyncio
import math
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from lib.meters import Meter, SourceError
from lib.meters.tape import Tape, open_tape

LONGEST_GAP_S = 60.0  # what was not recorded is not waited for
USUAL_GAP_S = 1.0
LONGEST = 8192  # bytes; no telegram is longer, so what goes on beyond is noise
SUMMER_S = 3600

END = re.compile(rb"![0-9A-Fa-f]{0,4}\r?\n|![0-9A-Fa-f]{4}")
CLOCK = re.compile(rb"0-0:1\.0\.0\((\d{12})([SW]?)\)")


async def open_replay(path: str, *, speed: float | None = None) -> Meter:
    """The recording at `path`, plain or gzip; "-" is standard input.

    speed: 1 as recorded, 60 an hour in a minute, 0 without waiting; None is 1 for a file and 0 for a pipe.
    Raises SourceError when it cannot be read, or for a speed below 0.
    """
    if speed is not None and not 0 <= speed < math.inf:
        message = f"{path} has no speed {speed:g}; it can be 0 (no waiting), 1 (as recorded) or a factor such as 60"
        raise SourceError(message)
    tape = await open_tape(path)
    return Replay(tape, speed=(0.0 if tape.piped else 1.0) if speed is None else speed)


def parse_speed(recording: str) -> tuple[str, float | None]:
    """`FILE?speed=N` → the file and the speed, None when it is not said. Raises SourceError."""
    path, mark, query = recording.rpartition("?")
    if not mark:
        return recording, None
    key, _, number = query.partition("=")
    try:
        speed = float(number) if key == "speed" else math.nan
    except ValueError:
        speed = math.nan
    if math.isnan(speed):
        message = f"replay://{recording} says {query!r} where only speed=N can be said, such as speed=60"
        raise SourceError(message)
    return path, speed


class Replay:
    """A recording in the place of a meter; `sleep` and `monotonic` (seconds) let tests pass the time."""

    live = False

    def __init__(
        self,
        tape: Tape,
        *,
        speed: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = tape.name
        self._tape = tape
        self._speed = speed
        self._sleep = sleep
        self._monotonic = monotonic
        self._pieces: deque[bytes] = deque()
        self._rest = b""
        self._due_s: float | None = None  # when the last piece was to be given, None before the first
        self._clock_s: float | None = None  # the meter's time in the last telegram that had one

    async def read(self) -> bytes:
        """The next telegram when its time has come; at speed 0 as many bytes as there are."""
        if not self._speed:
            return await self._tape.read()
        piece = await self._next_piece()
        if piece:
            await self._wait_for(piece)
        return piece

    async def close(self) -> None:
        """Close the file; what was not played is forgotten."""
        await self._tape.close()

    async def _next_piece(self) -> bytes:
        while not self._pieces:
            if not (chunk := await self._tape.read()):
                last, self._rest = self._rest, b""
                return last
            pieces, self._rest = cut(self._rest + chunk)
            self._pieces.extend(pieces)
        return self._pieces.popleft()

    async def _wait_for(self, piece: bytes) -> None:
        clock_s = parse_clock(piece)
        now_s = self._monotonic()
        if self._due_s is None:
            self._due_s = now_s
        else:
            gap_s = pause_between(self._clock_s, clock_s) / self._speed
            # Up to a second of delay is caught up with, so that a high speed is kept on average.
            self._due_s = max(self._due_s + gap_s, now_s - USUAL_GAP_S)
        self._clock_s = clock_s if clock_s is not None else self._clock_s
        await self._sleep(max(0.0, self._due_s - now_s))


def cut(recorded: bytes) -> tuple[list[bytes], bytes]:
    """`recorded` in pieces that end where a telegram ends, and the rest, which is less than LONGEST bytes.

    Noise without end comes in pieces of LONGEST bytes. Joined together they are `recorded` again.
    """
    pieces: list[bytes] = []
    start = 0
    for match in END.finditer(recorded):
        pieces.append(recorded[start : match.end()])
        start = match.end()
    while len(recorded) - start >= LONGEST:
        pieces.append(recorded[start : start + LONGEST])
        start += LONGEST
    return pieces, recorded[start:]


def parse_clock(telegram: bytes) -> float | None:
    """The meter's time in `telegram`, in seconds that go on evenly when summer time comes; None when it tells none."""
    if not (match := CLOCK.search(telegram)):
        return None
    stamp, letter = match.groups()
    try:
        at = datetime.strptime(stamp.decode(), "%y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:  # not a time at all, such as 632525252525W
        return None
    return at.timestamp() - (SUMMER_S if letter == b"S" else 0)


def pause_between(before_s: float | None, after_s: float | None) -> float:
    """Seconds to wait between telegrams with these clocks: one, where they do not help or the recording has a hole."""
    if before_s is None or after_s is None or not 0 < after_s - before_s <= LONGEST_GAP_S:
        return USUAL_GAP_S
    return after_s - before_s
