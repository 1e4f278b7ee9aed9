"""A line lives through everything that happens to cables and boxes, and says in time what it is."""

import asyncio
import itertools
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lib.meters import Meter, MeterError, QuietError, SourceError
from lib.meters import line as module
from lib.meters.line import NEVER_SPOKE, NOISE, PAUSE, SILENT, TICK_S, WAITING, Line, Silence
from tests.waiting import LIMIT_S

from .telegrams import a_telegram
from .virtual import LoopClock, in_virtual_time

HOUR_S = 3600


class Shelf:
    """A meter in memory whose troubles are set by hand; it remembers when it was opened."""

    def __init__(self) -> None:
        self.name = "the shelf"
        self.live = True
        self.broken = ""  # why it cannot be opened or read
        self.quiet = ""  # why it says nothing
        self.period_s = 1.0  # between telegrams; 0 says nothing
        self.telegram = a_telegram()
        self.opened_s: list[float] = []
        self.closed = 0
        self.hangs = False

    async def open(self, source: str, *, speed: float | None = None) -> Meter:
        """Open it, in no time."""
        assert (source, speed) == ("shelf", None)
        self.opened_s.append(asyncio.get_running_loop().time())
        if self.broken:
            raise MeterError(self.broken)
        return self

    async def read(self) -> bytes:
        """A telegram after the period."""
        await asyncio.sleep(self.period_s or 1000 * HOUR_S)
        if self.broken:
            raise MeterError(self.broken)
        if self.quiet:
            raise QuietError(self.quiet)
        return self.telegram

    async def close(self) -> None:
        """Close it; or hang, as a bad driver does."""
        self.closed += 1
        if self.hangs:
            await asyncio.sleep(1000 * HOUR_S)


def virtual_line(shelf: Shelf) -> Line:
    """A line to `shelf` with the loop's own time."""
    return Line("shelf", clock=LoopClock(), opener=shelf.open)


async def heard_until(line: Line, until_s: float, *, good: bool = True) -> list[tuple[float, bytes | Silence]]:
    """What the line says until `until_s`, and when, whole seconds; `good`: each piece is a telegram."""
    loop = asyncio.get_running_loop()
    heard: list[tuple[float, bytes | Silence]] = []
    async for piece in line:
        heard.append((round(loop.time(), 3), piece))
        if good and isinstance(piece, bytes):
            line.good()
        if loop.time() >= until_s:
            break
    await line.close()
    return heard


def silences(heard: list[tuple[float, bytes | Silence]]) -> list[tuple[float, float, str]]:
    """The silences: when, since when, why."""
    return [(at, piece.since_s, piece.why) for at, piece in heard if isinstance(piece, Silence)]


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the line wrote in its log."""
    return [record.getMessage() for record in caplog.records if record.name == "lib.meters.line"]


def test_a_healthy_line_gives_its_bytes(caplog: pytest.LogCaptureFixture) -> None:
    """One telegram a second, no silence between them, one line in the log."""
    caplog.set_level(logging.INFO)

    async def story() -> None:
        shelf = Shelf()
        heard = await heard_until(virtual_line(shelf), until_s=60)
        assert heard == [(float(second), a_telegram()) for second in range(1, 61)]
        assert (len(shelf.opened_s), shelf.closed) == (1, 1)

    in_virtual_time(story())
    assert logged(caplog) == ["telegrams come from shelf"]


def test_a_slow_meter_is_left_in_peace() -> None:
    """A telegram each ten seconds is fewer than the patience; a silence a second tells how long already."""

    async def story() -> None:
        shelf = Shelf()
        shelf.period_s = 10.0
        heard = silences(await heard_until(virtual_line(shelf), until_s=20))
        assert len(shelf.opened_s) == 1
        since_s = [TICK_S * tick for tick in range(1, 10)]
        assert since_s * 2 == pytest.approx([since for _, since, _ in heard])
        assert [*[WAITING] * 2, *[NEVER_SPOKE] * 7, *[WAITING] * 2, *[SILENT] * 7] == [why for _, _, why in heard]

    in_virtual_time(story())


def test_pauses_grow_to_a_minute_and_no_further(caplog: pytest.LogCaptureFixture) -> None:
    """Two hours without the box: tries after 1, 2, 4 … 60 s, a word each second to who listens, one line in the log."""

    async def story() -> None:
        shelf = Shelf()
        shelf.broken = "no answer from 192.168.1.9:23"
        heard = await heard_until(virtual_line(shelf), until_s=2 * HOUR_S)
        pauses_s = [round(after - before, 3) for before, after in itertools.pairwise(shelf.opened_s)]
        assert pauses_s[:9] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
        assert max(pauses_s) == 60
        assert virtual_line(shelf)._pause_s(10**6) == 60  # two years without the box
        assert max(after - before for before, after in itertools.pairwise(at for at, _ in heard)) <= TICK_S + 0.001
        assert len(heard) < 2 * HOUR_S
        assert {"no answer from 192.168.1.9:23"} == {why for _, _, why in silences(heard)}
        assert all(abs(since_s - at) < 0.01 for at, since_s, _ in silences(heard))

    in_virtual_time(story())
    assert logged(caplog) == ["shelf: no answer from 192.168.1.9:23"]


def test_a_good_telegram_makes_the_pauses_short_again() -> None:
    """After a long outage the next short one is mended as fast as the first."""

    async def story() -> None:
        shelf = Shelf()
        shelf.broken = "gone"
        line = virtual_line(shelf)
        loop = asyncio.get_running_loop()
        loop.call_later(100, setattr, shelf, "broken", "")
        loop.call_later(200, setattr, shelf, "broken", "gone")
        await heard_until(line, until_s=209.5)
        tries_s = [at for at in shelf.opened_s if at > 200]
        assert [round(after - before, 3) for before, after in itertools.pairwise(tries_s)] == [2, 4]

    in_virtual_time(story())


def test_a_line_that_says_nothing_is_opened_again_but_always_listened_to(caplog: pytest.LogCaptureFixture) -> None:
    """Half-open TCP looks like this: a new connection after the patience, then less and less often, never a gap."""

    async def story() -> None:
        shelf = Shelf()
        shelf.period_s = 0
        heard = await heard_until(virtual_line(shelf), until_s=400)
        lasted_s = [round(after - before) for before, after in itertools.pairwise(shelf.opened_s)]
        assert lasted_s[:9] == [15, 15, 15, 15, 15, 16, 32, 60, 60]
        assert {NEVER_SPOKE} == {why for at, _, why in silences(heard) if at > 3}

    in_virtual_time(story())
    assert [f"shelf: {NEVER_SPOKE}"] == logged(caplog)


def test_noise_is_not_a_meter(caplog: pytest.LogCaptureFixture) -> None:
    """Bytes without telegrams: after the patience another connection is tried, and the cause is named."""

    async def story() -> None:
        shelf = Shelf()
        shelf.telegram = b"\xff\x00"
        heard = await heard_until(virtual_line(shelf), until_s=40, good=False)
        assert NOISE in {why for _, _, why in silences(heard)}
        assert len(shelf.opened_s) == 3

    in_virtual_time(story())
    assert [f"shelf: {NOISE}"] == logged(caplog)


def test_a_source_that_knows_why_it_is_quiet_is_believed() -> None:
    """Its own words instead of those for a cable, until bytes come; it is read on and is no failure."""

    async def story() -> None:
        shelf = Shelf()
        shelf.period_s = 0.5
        shelf.quiet = "the broker is there, but not the dongle"
        line = virtual_line(shelf)
        loop = asyncio.get_running_loop()
        loop.call_later(10.2, setattr, shelf, "quiet", "")
        loop.call_later(11.2, setattr, shelf, "period_s", 0)
        heard = silences(await heard_until(line, until_s=20))
        assert {"the broker is there, but not the dongle"} == {why for at, _, why in heard if 3 < at < 10.2}
        assert SILENT == heard[-1][2]
        assert len(shelf.opened_s) == 1

    in_virtual_time(story())


async def test_a_password_is_neither_shown_nor_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Of a source with user and password the rest is enough; what opens it gets the whole."""
    caplog.set_level(logging.INFO)
    asked: list[str] = []

    async def refuse(source: str, *, speed: float | None = None) -> Meter:
        del speed
        asked.append(source)
        raise MeterError("no")

    line = Line("mqtt://pi:hush@h/p1", opener=refuse)
    assert "hush" not in line.source
    async with asyncio.timeout(LIMIT_S):
        assert isinstance(await anext(aiter(line)), Silence)
    await line.close()
    assert (["mqtt://pi:hush@h/p1"], ["mqtt://…@h/p1: no"]) == (asked, logged(caplog))


def test_a_loose_plug_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """A line that breaks every few seconds is worth two lines a minute."""
    caplog.set_level(logging.INFO)

    async def story() -> None:
        shelf = Shelf()
        loop = asyncio.get_running_loop()
        for second in range(5, 600, 5):
            loop.call_later(second, setattr, shelf, "broken", "loose")
            loop.call_later(second + 1.5, setattr, shelf, "broken", "")
        heard = await heard_until(virtual_line(shelf), until_s=600)
        assert sum(isinstance(piece, bytes) for _, piece in heard) > 100

    in_virtual_time(story())
    assert 10 < len(logged(caplog)) <= 22


def test_a_meter_that_does_not_close_holds_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """A driver that hangs is left to itself; the line tries the next one."""

    async def story() -> None:
        shelf = Shelf()
        shelf.period_s = 0
        shelf.hangs = True
        heard = await heard_until(virtual_line(shelf), until_s=60)
        assert len(shelf.opened_s) > 2
        assert max(after - before for before, after in itertools.pairwise(at for at, _ in heard)) <= TICK_S + 0.001

    in_virtual_time(story())
    assert "shelf does not close; it is left to itself" in logged(caplog)


def test_a_pause_in_a_recording_is_no_trouble() -> None:
    """A recording is played once: it is never opened a second time, however long it says nothing."""

    async def story() -> None:
        shelf = Shelf()
        shelf.live = False
        shelf.period_s = 50.0
        heard = await heard_until(virtual_line(shelf), until_s=150, good=False)
        assert len(shelf.opened_s) == 1
        assert {PAUSE} == {why for _, _, why in silences(heard)}

    in_virtual_time(story())


async def test_a_recording_that_is_over_ends_the_line(tmp_path: Path) -> None:
    """All its bytes, then the end of the loop."""
    recording = tmp_path / "day.txt"
    recording.write_bytes(a_telegram() * 100)
    async with asyncio.timeout(LIMIT_S):
        heard = [piece async for piece in Line(f"replay://{recording}?speed=0")]
    assert a_telegram() * 100 == b"".join(piece for piece in heard if isinstance(piece, bytes))


@pytest.mark.parametrize("source", ["ftp://nobody", "/no/such/day.txt", "socket://no-port"])
async def test_a_source_that_can_never_work_ends_the_line_loudly(source: str) -> None:
    """The owner's slip stops the start; it is not tried again each minute."""
    iteration = aiter(Line(source))
    with pytest.raises(SourceError):
        await asyncio.wait_for(anext(iteration), LIMIT_S)


@asynccontextmanager
async def box(pieces: list[bytes], port: int = 0) -> AsyncIterator[tuple[str, int, list[asyncio.StreamWriter]]]:
    """A box on a real socket that sends `pieces` to each client and then keeps silent; host:port, port and clients."""
    clients: list[asyncio.StreamWriter] = []
    serving = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.append(asyncio.current_task())
        clients.append(writer)
        writer.writelines(pieces)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"127.0.0.1:{port}", port, clients
    for client in clients:
        client.transport.abort()
    await asyncio.gather(*filter(None, serving))


async def test_a_box_that_restarts_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegrams, no box, telegrams: nobody does anything, and each state is said."""
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.1)
    async with asyncio.timeout(LIMIT_S):
        async with box([a_telegram()]) as (where, port, clients):
            line = Line(f"socket://{where}")
            iteration = aiter(line)
            assert a_telegram() == await anext(iteration)
            line.good()
            clients[0].transport.abort()
        lost = await anext(iteration)
        assert isinstance(lost, Silence)
        assert where in lost.why
        async with box([a_telegram()], port):
            async for piece in iteration:
                if isinstance(piece, bytes):
                    assert a_telegram() == piece
                    break
            await line.close()


async def test_a_half_open_connection_is_replaced() -> None:
    """A box that lost its power says nothing more, not even goodbye; the second connection brings the next telegram."""
    async with asyncio.timeout(LIMIT_S), box([a_telegram()]) as (where, _, clients):
        line = Line(f"socket://{where}", patience_s=0.2)
        telegrams = 0
        async for piece in line:
            if isinstance(piece, bytes):
                telegrams += 1
                line.good()
            if telegrams == 2:
                break
        await line.close()
    assert len(clients) == 2


async def test_leaving_the_loop_closes_the_source() -> None:
    """Also by break, by an error and by cancelling, without a word to close()."""
    async with asyncio.timeout(LIMIT_S), box([a_telegram()]) as (where, _, clients):

        async def leave_by_break() -> None:
            async for _ in Line(f"socket://{where}"):
                break

        async def leave_by_error() -> None:
            async for _ in Line(f"socket://{where}"):
                raise ValueError

        async def stay() -> None:
            async for _ in Line(f"socket://{where}"):
                pass

        await leave_by_break()
        with pytest.raises(ValueError):  # noqa: PT011 - it is the test's own
            await leave_by_error()
        staying = asyncio.create_task(stay())
        while len(clients) < 3:  # noqa: ASYNC110 - the box has no event for it
            await asyncio.sleep(0.01)
        staying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await staying
        await asyncio.gather(*(client.wait_closed() for client in clients))


async def test_closing_from_outside_ends_the_loop() -> None:
    """Another task closes the line; who iterates comes out of the loop at once."""
    async with asyncio.timeout(LIMIT_S), box([]) as (where, _, clients):
        line = Line(f"socket://{where}")

        async def listen() -> str:
            async for _ in line:
                pass
            return "out"

        listening = asyncio.create_task(listen())
        while not clients:  # noqa: ASYNC110 - the box has no event for it
            await asyncio.sleep(0.01)
        async with asyncio.timeout(0.5):
            await line.close()
            assert await listening == "out"


async def test_a_cable_that_is_put_back_is_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real devices: pulled out, the line says so; put back, it does not wait for the end of a long pause."""
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 60.0)
    by_id = tmp_path / "usb-FTDI_P1_cable-if00-port0"

    @asynccontextmanager
    async def plugged_in() -> AsyncIterator[None]:
        meter_fd, device_fd = os.openpty()
        by_id.symlink_to(os.ttyname(device_fd))
        os.close(device_fd)

        async def talk() -> None:
            while True:
                os.write(meter_fd, a_telegram())
                await asyncio.sleep(0.02)

        talking = asyncio.create_task(talk())
        yield
        talking.cancel()
        by_id.unlink()  # the system takes the name away
        os.close(meter_fd)

    line = Line(str(by_id))
    iteration = aiter(line)
    async with asyncio.timeout(LIMIT_S):
        async with plugged_in():
            assert isinstance(await anext(iteration), bytes)
            line.good()
        heard = b""
        while isinstance(piece := await anext(iteration), bytes):
            heard += piece
        assert f"the cable is gone: {by_id} does not exist" in piece.why
        async with plugged_in():
            while not isinstance(await anext(iteration), bytes):
                pass
            await line.close()
