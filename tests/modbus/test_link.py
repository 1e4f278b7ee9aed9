"""One question at a time over real TCP, and what becomes of it when the device is not well."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from pymodbus.constants import ExcCodes

from lib.modbus import AddressError, NoError, SilentError, link
from lib.modbus.link import Link
from lib.sim.modbus_box import Trouble
from tests.waiting import LIMIT_S, eventually

from .shelf import Shelf

KIND = "a battery"


@pytest.fixture
async def shelf() -> AsyncIterator[Shelf]:
    """Ten words from 100 on, that count from 0, and two from 500 on."""
    shelf = Shelf({100: range(10), 500: [7, 8]})
    await shelf.listen()
    yield shelf
    await shelf.close()


@pytest.fixture
async def way(shelf: Shelf) -> AsyncIterator[Link]:
    """A link to it."""
    way = Link(shelf.where, kind=KIND, hint="in its menu")
    yield way
    await way.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third of a second instead of three."""
    monkeypatch.setattr(link, "ANSWER_S", 0.3)


async def test_what_is_written_is_read(shelf: Shelf, way: Link) -> None:
    """One word by function 6, more by 16."""
    await way.write(104, [40])
    await way.write(105, [50, 60])
    assert [3, 40, 50, 60, 7] == await way.read(103, 5)
    assert [3, 40] == await way.read(103, 2, inputs=True)
    assert [(104, (40,)), (105, (50, 60))] == [(at, words) for _, at, words in shelf.writes]


async def test_questions_wait_for_one_another(shelf: Shelf, way: Link) -> None:
    """The device never sees two at once, and they all go over one connection."""
    shelf.delay_s = 0.01
    answers = await asyncio.gather(*(way.read(100 + at, 1) for at in range(10)))
    assert [[at] for at in range(10)] == answers
    assert (0, 1) == (shelf.overlaps, shelf.visitors)


@pytest.mark.parametrize(
    ("at", "says"),
    [
        (104, r"refuses 40 in register 104: it cannot do it now \(code 4\)$"),
        (700, r"refuses 40 in register 700: it has no such register \(code 2\)$"),
    ],
)
async def test_a_no_is_a_sentence(shelf: Shelf, way: Link, at: int, says: str) -> None:
    """With the number that the device gave; the connection stays."""
    shelf.trouble = Trouble.REFUSE
    with pytest.raises(NoError, match=says):
        await way.write(at, [40])
    assert [0] == await way.read(100, 1)
    assert 1 == shelf.visitors


async def test_a_busy_device_is_told_from_one_without_the_register(shelf: Shelf, way: Link) -> None:
    """Only the second never has it."""
    shelf.trouble = Trouble.BUSY
    with pytest.raises(NoError, match="does not tell register 100: it is busy") as busy:
        await way.read(100, 1)
    shelf.trouble = Trouble.WELL
    with pytest.raises(NoError, match="does not tell registers 108 to 111: it has no such register") as missing:
        await way.read(108, 4)
    assert (ExcCodes.DEVICE_BUSY, ExcCodes.ILLEGAL_ADDRESS) == (busy.value.code, missing.value.code)


async def test_no_device_has_a_register_beyond_the_last(shelf: Shelf, way: Link) -> None:
    """What leads there is a garbled number: a no as from the device, which is not asked."""
    with pytest.raises(NoError, match=r"does not tell registers 65535 to 65536: it has no such register \(code 2\)$"):
        await way.read(65_535, 2)
    with pytest.raises(NoError, match=r"refuses 40 in register 90072: it has no such register \(code 2\)$"):
        await way.write(90_072, [40])
    assert [0] == await way.read(100, 1)
    assert 1 == shelf.asked


async def test_another_unit_is_nobody(shelf: Shelf, way: Link) -> None:
    """Its number is what the owner may have wrong."""
    with pytest.raises(NoError, match="the device of that unit number does not answer it"):
        await way.read(100, 1, unit=9)


async def test_a_silent_device_is_given_up_in_time(shelf: Shelf, way: Link, quick: None) -> None:
    """It is hung up on, so no late answer is taken for the next; and the next connects anew."""
    await way.read(100, 1)
    shelf.trouble = Trouble.HANG
    with pytest.raises(SilentError, match=r"no answer from 127.0.0.1:.*is it a battery, and is it well"):
        await way.read(100, 1)
    assert not way.is_open
    shelf.trouble = Trouble.WELL
    assert [1] == await way.read(101, 1)


async def test_a_write_without_an_answer_may_have_been_taken(shelf: Shelf, way: Link, quick: None) -> None:
    """Nobody can tell, so the error says no more than that."""
    shelf.trouble = Trouble.MUTE
    with pytest.raises(SilentError):
        await way.write(104, [40])
    assert 40 == shelf.held[104]


async def test_a_device_that_hangs_up_is_not_waited_for(shelf: Shelf, way: Link) -> None:
    """The line is dead: there comes nothing more."""
    await way.read(100, 1)
    shelf.trouble = Trouble.GONE
    began_s = asyncio.get_running_loop().time()
    with pytest.raises(SilentError, match="hung up before it answered: does it restart"):
        await way.read(100, 1)
    assert asyncio.get_running_loop().time() - began_s < 1
    shelf.trouble = Trouble.WELL
    assert [0] == await way.read(100, 1)


async def test_a_line_that_was_cut_between_two_questions_is_made_anew(shelf: Shelf, way: Link) -> None:
    """Nobody notices."""
    await way.read(100, 1)
    shelf.hang_up()
    await eventually(lambda: not way.is_open)
    assert [0] == await way.read(100, 1)


async def test_a_closed_port_says_what_to_look_at(shelf: Shelf, way: Link) -> None:
    """Where Modbus is switched on, too; and when it is open again the next question works."""
    await way.read(100, 1)
    await shelf.close()
    says = "takes no connection: is it switched on .* and is Modbus TCP switched on in it .in its menu."
    await eventually(lambda: not way.is_open)
    with pytest.raises(SilentError, match=says):
        await way.read(100, 1)
    await shelf.listen(shelf.port)
    assert [0] == await way.read(100, 1)


async def test_a_question_that_is_cancelled_hangs_up(shelf: Shelf, way: Link) -> None:
    """So its answer is never taken for that of the next."""
    shelf.delay_s = 30
    asking = asyncio.create_task(way.read(100, 1))
    await eventually(lambda: shelf.asked == 1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not way.is_open
    await eventually(lambda: shelf.visitors == 0)
    shelf.delay_s = 0
    assert [5] == await way.read(105, 1)


async def test_a_device_that_wants_its_time_gets_it(shelf: Shelf) -> None:
    """Some answer nothing in the first second after they were connected to."""
    patient = Link(shelf.where, kind=KIND, settle_s=0.2)
    began_s = asyncio.get_running_loop().time()
    await patient.read(100, 1)
    assert asyncio.get_running_loop().time() - began_s >= 0.2
    await patient.close()


async def test_no_frame_reaches_the_log(shelf: Shelf, way: Link, quick: None, caplog: pytest.LogCaptureFixture) -> None:
    """The library logs bytes as errors; who asked says it in words."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("pymodbus").setLevel(logging.NOTSET)
    Link(shelf.where, kind=KIND)
    shelf.trouble = Trouble.HANG
    with pytest.raises(SilentError):
        await way.read(100, 1)
    shelf.trouble = Trouble.WELL
    with pytest.raises(NoError):
        await way.read(100, 1, unit=9)
    assert [] == [record for record in caplog.records if record.name.startswith("pymodbus")]


@pytest.mark.parametrize(
    "nonsense",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\0\1\0\0\0\3\1\x7f\0",  # a function that nobody knows
        b"\0\1\0\0\0\5\1\3\4\0\7",  # half of the words that it says it has
        b"\0\x63\0\0\0\5\1\3\2\0\7",  # the answer to another question
    ],
)
async def test_another_device_is_told_as_such(quick: None, nonsense: bytes) -> None:
    """Whatever it answers, that is no answer; and it ends in time."""
    gone = asyncio.Event()

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while await reader.read(100):
                writer.write(nonsense)
            writer.close()
            await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(babble, "127.0.0.1")
    stranger = Link(f"127.0.0.1:{server.sockets[0].getsockname()[1]}", kind=KIND)
    with pytest.raises(SilentError, match=r"is it a battery|does it restart"):
        await stranger.read(100, 1)
    assert not stranger.is_open
    await asyncio.wait_for(gone.wait(), LIMIT_S)
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("address", ["", "a..b", "192.168.1.31:eighty", "[::1", "192.168.1.31/x", "a@b", "h:0"])
def test_an_address_that_is_none_is_told_at_once(address: str) -> None:
    """With one that is."""
    with pytest.raises(AddressError, match=r"is no address of a battery; write it such as 192.168.1.31"):
        Link(address, kind=KIND)


def test_a_slip_with_a_password_in_it_does_not_show_it() -> None:
    """The log keeps the sentence."""
    with pytest.raises(AddressError, match=r"'…@192\.168\.1\.60' is no address of a battery"):
        Link("http://admin:PRECIOUS@192.168.1.60", kind=KIND)


async def test_a_cancellation_that_meets_an_answer_is_not_lost(shelf: Shelf, way: Link) -> None:
    """Whoever asks again and again ends when he is told to, at whatever instant that is."""

    async def ask_for_ever() -> None:
        while True:
            await way.read(100, 10)
            await way.close()

    for attempt in range(120):
        asking = asyncio.create_task(ask_for_ever())
        before = shelf.asked
        await eventually(lambda before=before: shelf.asked > before)  # type: ignore[misc]
        await asyncio.sleep(attempt * 2e-5)
        asking.cancel()
        await asyncio.wait({asking}, timeout=LIMIT_S)
        assert asking.cancelled()
