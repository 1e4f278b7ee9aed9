"""Tokens are in no line of any log, whatever goes wrong, with every logger as loud as it can be."""

import asyncio
import base64
import logging
from pathlib import Path

import pytest

from lib.hub.client import Peer
from lib.hub.gate import Role
from lib.hub.history import HistoryQuery
from tests.waiting import LIMIT_S, eventually

from .builders import get, listening, open_hub, recv, url
from .certificates import a_pair, needs_openssl
from .raw import answer, connected, handshake, request

RIGHT = "Right0Right0Right0Right0Right0Right0"
WRONG = "Wrong0Wrong0Wrong0Wrong0Wrong0Wrong0"
FAR = "X-Real-IP: 203.0.113.7\r\n"


def ways(token: str) -> list[bytes]:
    """A request and a handshake with a token in each place that it may have, and in some that it may not."""
    basic = base64.b64encode(f"me:{token}".encode()).decode()
    found: list[bytes] = []
    for head in (f"Authorization: Bearer {token}\r\n", f"Authorization: Basic {basic}\r\n", f"Cookie: {token}\r\n"):
        found += [handshake("/ws", more=FAR + head), f"GET /api/house HTTP/1.1\r\nHost: a\r\n{FAR}{head}\r\n".encode()]
    for path in (f"/?token={token}", f"/{token}", f"/api/house?token={token}", f"/api/history?from={token}"):
        found += [handshake(path, more=FAR), f"GET {path} HTTP/1.1\r\nHost: a\r\n{FAR}\r\n".encode()]
    return [
        *found,
        handshake(f"/ws?token={token}", more=FAR),
        handshake(f"/ws?token={token}").replace(b"Version: 13", b"Version: 12"),
        handshake(f"/ws?token={token}").replace(b"GET", b"POST"),
        handshake(f"/ws?token={token}", more="X-Long: " + token * 300 + "\r\n"),
        handshake(f"/ws?token={token}").replace(b"websocket", b"h2c"),
        handshake(f"/ws?token={token}") + b"\xff\xff" + token.encode(),
        f"GET /?token={token} HTTP/1.1\r\nHost: a\r\nHost: {token}\r\n\r\n".encode(),
        f"GET /?token={token} HTTP/7\r\n\r\n".encode(),
        f"{token} {token} {token}\r\n\r\n".encode(),
        f"GET /?token={token}\xff HTTP/1.1\r\n\r\n".encode("latin-1"),
        f"POST /api/house?token={token} HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n{token}".encode(),
        f"GET /api/house?token={token} HTTP/1.1\r\nHost: a\r\nAuth".encode(),  # and then nothing
    ]


async def broken(query: HistoryQuery) -> str:
    """A history with a bug."""
    raise RuntimeError(f"a bug of its own at {query.start}")


async def buggy(rest: str) -> str:
    """A word with a bug."""
    return f"{len(rest) // 0}"


@pytest.fixture
def loud(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that anybody logs, and a door that is quick about wrong tokens."""
    monkeypatch.setattr("lib.hub.guesses.FIRST_S", 0.001)
    monkeypatch.setattr("lib.hub.wire.REQUEST_S", 1.0)
    monkeypatch.setattr("lib.hub.gate.DISCARD_S", 0.1)
    caplog.set_level(logging.DEBUG)
    for name in ("asyncio", "uvicorn", "websockets", "fastapi", "lib"):
        caplog.set_level(logging.DEBUG, logger=name)


@pytest.mark.usefixtures("loud")
async def test_no_path_through_the_door_logs_a_token(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Right and wrong ones, good and bad requests, handshakes, bugs with a traceback, and our own client."""
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    tokens = {Role.VIEW: RIGHT, Role.CONTROL: RIGHT[::-1]}
    async with open_hub(tokens=tokens, history=broken, words={"bug": buggy}, send_s=1.0) as hub:
        where = ("127.0.0.1", hub.port)

        async def send(data: bytes) -> None:
            async with connected(where) as (reader, writer):
                writer.write(data)
                async with asyncio.timeout(LIMIT_S):  # who is gone before the answer makes asyncio tell of the request
                    await reader.read(200)

        everything = [data for token in (RIGHT, WRONG) for data in ways(token)]
        await asyncio.gather(*map(send, everything), return_exceptions=True)
        answered = await request(where, f"/api/history?from=2026-11-01&token={RIGHT}")
        assert 500 == answered.status
        async with listening(hub, where=f"{url(hub)}?token={RIGHT[::-1]}", logger=quiet()) as ws:
            await ws.send("bug")
            while "ZeroDivisionError" not in await recv(ws):
                pass
            await ws.send(f"no such word {RIGHT[:5]}")
        for token in (RIGHT, WRONG):
            for address in (f"ws://me:{token}@127.0.0.1:{hub.port}/ws", f"{url(hub)}?token={token}", url(hub)):
                peer = Peer(address, lambda _: None, token=token)
                listens = asyncio.create_task(peer.listen())
                await eventually(lambda: peer.why != "not connected yet")  # noqa: B023 - waited for within this turn
                assert token not in f"{peer.url} {peer.why} {peer!r}"
                listens.cancel()
                await asyncio.gather(listens, return_exceptions=True)
        assert 200 == (await get(hub, "/docs"))[0]
    loop.set_debug(False)
    written = caplog.text + "".join(capfd.readouterr())
    assert "a bug of its own" in written
    assert "a wrong token from 127.0.0.1" in written
    for token in (RIGHT, WRONG, RIGHT[::-1]):
        for shape in (token, base64.b64encode(f"me:{token}".encode()).decode()):
            assert shape not in written


def quiet() -> logging.Logger:
    """For the client of the test itself, which is not what is tested."""
    logger = logging.getLogger("tests.quiet")
    logger.setLevel(logging.CRITICAL)
    return logger


@needs_openssl
@pytest.mark.usefixtures("loud")
async def test_a_handshake_that_fails_logs_no_token(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A request in clear at a door with TLS: its bytes are the handshake then."""
    pair = a_pair(tmp_path)
    asyncio.get_running_loop().set_debug(True)
    async with open_hub(tls=(pair.certificate, pair.key), tokens={Role.VIEW: RIGHT}) as hub:
        for data in ways(RIGHT)[:4]:
            async with connected(("127.0.0.1", hub.port)) as (reader, writer):
                writer.write(data)
                assert 0 == (await answer(reader)).status
        peer = Peer(f"wss://me:{RIGHT}@127.0.0.1:{hub.port}/ws", lambda _: None)
        listens = asyncio.create_task(peer.listen())
        await eventually(lambda: peer.why.startswith("its certificate"))
        listens.cancel()
        await asyncio.gather(listens, return_exceptions=True)
    asyncio.get_running_loop().set_debug(False)
    assert RIGHT not in caplog.text
