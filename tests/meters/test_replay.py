"""Recordings, played at the pace of the meter's clock, faster, or as they come through a pipe."""

import asyncio
import gzip
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.meters import Meter, SourceError, open_meter
from lib.meters.replay import LONGEST, Replay, cut, parse_clock, pause_between
from lib.meters.tape import CHUNK, open_tape
from tests.waiting import LIMIT_S

from .telegrams import a_telegram

PLAY = """
import asyncio, sys
from lib.meters import open_meter
async def play():
    meter = await open_meter("-")
    print(meter.name, meter.live, flush=True)
    while piece := await meter.read():
        print(len(piece), flush=True)
    await meter.close()
    print("over")
asyncio.run(play())
"""


class PassedTime:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        """Seconds that were slept."""
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        """Sleep without waiting."""
        self.now_s += seconds


async def play(meter: Meter) -> list[bytes]:
    """All pieces to the end."""
    pieces = []
    async with asyncio.timeout(LIMIT_S):
        while piece := await meter.read():
            pieces.append(piece)
    await meter.close()
    return pieces


async def times_of(path: Path, recorded: bytes, speed: float) -> list[float]:
    """When each piece of `recorded`, put in `path`, is given: in seconds from the first."""
    await asyncio.to_thread(path.write_bytes, recorded)
    passed = PassedTime()
    replay = Replay(await open_tape(str(path)), speed=speed, sleep=passed.sleep, monotonic=passed.monotonic)
    times = []
    pieces = b""
    while piece := await replay.read():
        times.append(passed.now_s)
        pieces += piece
    await replay.close()
    assert recorded == pieces
    return times


@pytest.mark.parametrize(
    ("clocks", "times_s"),
    [
        (["250115120000W", "250115120001W", "250115120002W"], [0, 1, 2]),
        (["250115120000W", "250115120010W", "250115120020W"], [0, 10, 20]),
        (["250115120000W", "250115120100W", "250115120201W"], [0, 60, 61]),  # a hole is not waited for
        (["250115120000W", "250115115955W", "250115115956W"], [0, 1, 2]),  # set back
        (["250115120000W", "250115120000W", "250115120000W"], [0, 1, 2]),
        (["250115120000W", "632525252525W", "250115120001W"], [0, 1, 2]),
        (["251026025959S", "251026020000W", "251026020001W"], [0, 1, 2]),  # the hour that comes twice
        (["250330015959W", "250330030000S", "250330030001S"], [0, 1, 2]),  # the hour that is left out
        (["250115120000", "250115120002", "250115120004"], [0, 2, 4]),  # an old Walloon meter
    ],
)
async def test_the_pace_is_that_of_the_meters_clock(clocks: list[str], times_s: list[float], tmp_path: Path) -> None:
    """Telegrams come as far apart as the meter sent them; where its clock does not help, one a second."""
    recorded = b"".join(a_telegram(clock) for clock in clocks)
    assert times_s == await times_of(tmp_path / "day.txt", recorded, speed=1)


async def test_twice_the_speed_is_half_the_time(tmp_path: Path) -> None:
    """The factor divides every pause."""
    recorded = b"".join(a_telegram(f"2501151200{second:02}W") for second in range(0, 30, 5))
    assert await times_of(tmp_path / "day.txt", recorded, speed=2) == [0.0, 2.5, 5.0, 7.5, 10.0, 12.5]


async def test_telegrams_without_a_clock_come_one_a_second(tmp_path: Path) -> None:
    """Old meters tell no time; noise is played too, and does not come all at once."""
    bare = b"/ISk5\\2MT382-1000\r\n\r\n1-0:1.7.0(00.1*kW)\r\n!\r\n"
    noise = b"\x00" * (2 * LONGEST + 5)
    assert await times_of(tmp_path / "day.txt", bare * 2 + noise, speed=1) == [0, 1, 2, 3, 4]


async def test_a_high_speed_is_kept_on_average(tmp_path: Path) -> None:
    """With the real clock: two minutes in a tenth of a second, though each sleep alone is too short for the system."""
    recording = tmp_path / "day.txt"
    recording.write_bytes(b"".join(a_telegram(f"2501151200{second:02}W") for second in range(60)) * 2)
    before_s = time.monotonic()
    pieces = await play(await open_meter(f"replay://{recording}?speed=1200"))
    assert len(pieces) == 120
    assert 0.09 < time.monotonic() - before_s < 1


async def test_real_speed_is_the_usual_one(tmp_path: Path) -> None:
    """Who names a file sees it as it was: the second telegram is not there at once."""
    recording = tmp_path / "day.txt"
    recording.write_bytes(a_telegram("250115120000W") + a_telegram("250115120001W"))
    meter = await open_meter(str(recording))
    assert (str(recording), False) == (meter.name, meter.live)
    assert a_telegram("250115120000W") == await meter.read()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(meter.read(), 0.05)
    await meter.close()


@given(
    st.lists(st.sampled_from([a_telegram(), b"!", b"/", b"!AB", b"!ABCD", b"\r\n", b"\0" * 5000, b"noise"])),
    st.lists(st.integers(1, 10_000)),
)
def test_cutting_changes_no_byte(parts: list[bytes], steps: list[int]) -> None:
    """Whatever was recorded and however it was read, the pieces are the recording, and what is kept back is short."""
    recorded = b"".join(parts)
    played, rest, at = b"", b"", 0
    for step in (*steps, len(recorded)):
        pieces, rest = cut(rest + recorded[at : at + step])
        played += b"".join(pieces)
        at += step
        assert len(rest) < LONGEST
    assert recorded == played + rest


def test_a_telegram_is_one_piece() -> None:
    """Also back to back, with a short or no checksum, and with other line ends."""
    ends = [b"!\r\n", b"!A1B\r\n", b"!a1b2\n", b"!A1B2"]
    telegrams = [b"/ABC5x\r\n\r\n1-0:1.7.0(1*kW)\r\n" + end for end in ends]
    assert (telegrams, b"/ABC") == cut(b"".join(telegrams) + b"/ABC")


def test_a_hundred_thousand_exclamation_marks_are_quick() -> None:
    """Noise does not become a piece, and a second, per mark."""
    pieces, rest = cut(b"!" * 100_000)
    assert len(pieces) == 100_000 // LONGEST
    assert len(rest) == 100_000 % LONGEST


def test_clocks_that_do_not_help_give_a_second() -> None:
    """A pause is never zero, never negative, never longer than a minute."""
    noon = parse_clock(a_telegram("250115120000W"))
    assert noon is not None
    assert [pause_between(*pair) for pair in ((None, noon), (noon, None), (noon, noon), (noon, noon + 61))] == [1.0] * 4


async def test_a_zipped_recording_is_unzipped(tmp_path: Path) -> None:
    """It is known by its first bytes, not by its name."""
    recording = tmp_path / "day"
    recording.write_bytes(gzip.compress(a_telegram() * 1000))
    pieces = await play(await open_meter(str(recording), speed=0))
    assert a_telegram() * 1000 == b"".join(pieces)
    assert max(map(len, pieces)) <= CHUNK


async def test_a_zipped_recording_that_breaks_off_plays_to_there(tmp_path: Path) -> None:
    """A power cut while recording costs its last bytes only."""
    recording = tmp_path / "day.gz"
    recorded = os.urandom(2 * CHUNK)
    recording.write_bytes(gzip.compress(recorded)[:-100])
    played = b"".join(await play(await open_meter(str(recording), speed=0)))
    assert len(played) > CHUNK
    assert recorded.startswith(played)


async def test_a_damaged_recording_is_said(tmp_path: Path) -> None:
    """Bytes that cannot be unzipped are not passed over in silence."""
    recording = tmp_path / "day.gz"
    recording.write_bytes(gzip.compress(a_telegram() * 100)[:12] + b"\xff" * 100)
    meter = await open_meter(str(recording), speed=0)
    with pytest.raises(SourceError, match="is damaged"):
        await meter.read()
    await meter.close()


async def test_a_year_is_not_read_at_once(tmp_path: Path) -> None:
    """A recording larger than the memory is played from its first bytes on."""
    recording = tmp_path / "year.txt"
    with recording.open("wb") as file:
        file.truncate(2**36)  # 64 GiB of nothing, which take no room on the disk
    for speed in (0, 1):
        meter = await open_meter(str(recording), speed=speed)
        assert 0 < len(await meter.read()) <= CHUNK
        await meter.close()


async def test_an_empty_recording_is_over(tmp_path: Path) -> None:
    """Nothing recorded is nothing played."""
    recording = tmp_path / "day.txt"
    recording.touch()
    assert not await play(await open_meter(str(recording)))


async def test_a_named_pipe_is_played_as_it_comes(tmp_path: Path) -> None:
    """It has a pace of its own, and waits for who writes into it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    meter = await open_meter(str(pipe))
    assert not meter.live
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(meter.read(), 0.05)
    with pipe.open("wb") as writer:
        writer.write(a_telegram() * 3)
    assert [a_telegram() * 3] == await play(meter)


def test_standard_input_is_played_as_it_comes() -> None:
    """Another program's pipe: each piece at once, then the end; a real child process reads it."""
    with subprocess.Popen(
        [sys.executable, "-c", PLAY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as child:
        assert child.stdin
        assert child.stdout
        said = child.stdout
        assert said.readline().strip() == b"standard input False"
        for _ in range(2):  # the second one only when the first one was played
            child.stdin.write(a_telegram())
            assert len(a_telegram()) == int(said.readline())
        child.stdin.close()
        assert said.readline().strip() == b"over"
        assert child.wait(10) == 0


def test_standard_input_can_be_a_file_or_nothing(tmp_path: Path) -> None:
    """`< day.txt` and cron's /dev/null are ends of their own."""
    recording = tmp_path / "day.txt"
    recording.write_bytes(a_telegram())
    for file, sizes in ((recording, [str(len(a_telegram()))]), (Path(os.devnull), [])):
        with file.open("rb") as stdin:
            run = subprocess.run(
                [sys.executable, "-c", PLAY], stdin=stdin, capture_output=True, timeout=LIMIT_S, check=True
            )
        assert ["standard input False", *sizes, "over"] == run.stdout.decode().splitlines()
