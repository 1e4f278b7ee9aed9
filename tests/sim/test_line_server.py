"""One line in, one line out, over a real socket."""

import asyncio

from lib.sim.line_server import open_line_server
from tests.waiting import LIMIT_S


async def ask(port: int, sent: bytes) -> bytes:
    """All that is answered to `sent` until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    writer.write_eof()
    async with asyncio.timeout(LIMIT_S):
        answer = await reader.read()
    writer.close()
    return answer


async def test_each_line_gets_one_answer() -> None:
    """In order, with LF or CR LF, also the last one without its end, and text that is no UTF-8."""
    server = await open_line_server(lambda line: f"heard {line.strip()}", 0)
    assert await ask(server.port, b"one\ntwo\r\nthree") == b"heard one\nheard two\nheard three\n"
    assert "heard \N{REPLACEMENT CHARACTER}\n".encode() == await ask(server.port, b"\xff\n")
    await server.close()


async def test_an_endless_line_ends_the_talk() -> None:
    """One clear answer, and the next client is served."""
    server = await open_line_server(str.strip, 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"x" * 5_000)
    async with asyncio.timeout(LIMIT_S):
        assert b"not for this house" in await reader.readline()
    writer.close()
    assert await ask(server.port, b"next\n") == b"next\n"
    await server.close()


async def test_a_crowd_is_told_to_come_back() -> None:
    """Sixteen talk at a time; the seventeenth gets a sentence."""
    server = await open_line_server(str.strip, 0)
    crowd = []
    for _ in range(16):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"here\n")
        async with asyncio.timeout(LIMIT_S):
            assert await reader.readline() == b"here\n"
        crowd.append(writer)
    assert b"try again later" in await ask(server.port, b"me too\n")
    for writer in crowd:
        writer.close()
    await server.close()


async def test_closing_hangs_up_on_talkers() -> None:
    """The server closes while somebody is connected and silent."""
    server = await open_line_server(str.strip, 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"hello\n")
    async with asyncio.timeout(LIMIT_S):
        assert await reader.readline() == b"hello\n"
        await server.close()
        assert await reader.read() == b""
    writer.close()
