"""A door with a certificate, and the clients that ask for exactly this one."""

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from lib.hub.client import Peer, PeerError
from lib.hub.gate import Role
from lib.hub.server import Hub, HubError
from lib.messages import Message
from tests.waiting import LIMIT_S, eventually

from .builders import a_house, listening, open_hub, recv
from .certificates import Pair, a_pair, needs_openssl, signed
from .raw import connected, handshake, request
from .test_gate import FAR, LOOK, TOKENS, bearer

pytestmark = needs_openssl


def trusting(pair: Pair) -> ssl.SSLContext:
    """A client that trusts this certificate as it would an authority's."""
    return ssl.create_default_context(cafile=pair.certificate)


def secret(hub: Hub) -> str:
    """Where a hub with a certificate listens."""
    return f"wss://127.0.0.1:{hub.port}/ws"


async def test_states_and_pages_go_over_tls(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The page names the addresses as they are then, and a client that leaves is no trouble."""
    pair = a_pair(tmp_path)
    async with open_hub(tls=(pair.certificate, pair.key), tokens=TOKENS) as hub:
        hub.say(a_house())
        async with listening(hub, where=secret(hub), ssl=trusting(pair)) as ws:
            assert '"type":"hello"' in await recv(ws)
        await eventually(lambda: hub.listeners == 0)
        where, tls = ("127.0.0.1", hub.port), trusting(pair)
        page = await request(where, "/", {"Host": "localhost:1"}, tls=tls)
        assert "python -m websockets wss://localhost:1/ws" in page.body
        assert "https://localhost:1/docs" in page.body
        assert 401 == (await request(where, headers=FAR, tls=tls)).status
        assert 200 == (await request(where, headers=FAR | bearer(LOOK), tls=tls)).status
        origin = {"Host": f"localhost:{hub.port}", "Origin": f"https://localhost:{hub.port}"}
        assert 200 == (await request(where, headers=origin, tls=tls)).status
    assert [] == caplog.records


async def test_who_speaks_no_tls_is_let_go_and_nothing_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A browser with http:// at a https port; the others go on."""
    pair = a_pair(tmp_path)
    async with open_hub(tls=(pair.certificate, pair.key)) as hub:
        assert 0 == (await request(("127.0.0.1", hub.port))).status
        assert 200 == (await request(("127.0.0.1", hub.port), "/docs", tls=trusting(pair))).status
        with contextlib.suppress(ssl.SSLError):
            async with connected(("127.0.0.1", hub.port), ssl.create_default_context()):
                pytest.fail("it trusts nobody's certificate")
        assert 200 == (await request(("127.0.0.1", hub.port), "/docs", tls=trusting(pair))).status
    assert [] == caplog.records


async def test_who_types_and_leaves_at_once_is_no_trouble(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The answer finds nobody; with TLS a connection that is gone must not be touched any more."""
    pair = a_pair(tmp_path)
    typed = b"\x81\x86\0\0\0\0status"
    async with open_hub(tls=(pair.certificate, pair.key)) as hub:
        for last in (b"\x88\x80\0\0\0\0", b"", b"\xff\xff\xff", typed):
            for _ in range(5):
                async with connected(("127.0.0.1", hub.port), trusting(pair)) as (reader, writer):
                    writer.write(handshake())
                    async with asyncio.timeout(LIMIT_S):
                        await reader.readuntil(b"hello")
                    writer.write(typed + last)
                    await asyncio.sleep(0)
        await eventually(lambda: hub.listeners == 0)
    assert [] == caplog.records


async def test_close_while_lines_wait_is_no_trouble(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One is being answered, and another one is there, when the program ends."""
    pair = a_pair(tmp_path)
    asked = asyncio.Event()

    async def slow(_: str) -> str:
        asked.set()
        await asyncio.sleep(0.2)
        return "done"

    async with (
        open_hub(tls=(pair.certificate, pair.key), words={"slow": slow}) as hub,
        listening(hub, where=secret(hub), ssl=trusting(pair)) as ws,
    ):
        await recv(ws)
        for _ in range(5):
            await ws.send("slow")
        async with asyncio.timeout(LIMIT_S):
            await asked.wait()
        await hub.close()
    assert [] == caplog.records


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01"], ids=["nothing", "half a greeting"])
async def test_a_handshake_that_never_ends_is_cut_off_and_counts(
    said: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has a connection's time, and takes a connection's place."""
    monkeypatch.setattr("lib.hub.wire.REQUEST_S", 3.0)
    monkeypatch.setattr("lib.hub.wire.MOST_CONNECTIONS", 2)
    pair = a_pair(tmp_path)
    async with open_hub(tls=(pair.certificate, pair.key)) as hub:
        where = ("127.0.0.1", hub.port)
        async with connected(where) as (first, to_first), connected(where) as (second, to_second):
            to_first.write(said)
            to_second.write(said)
            async with connected(where) as (third, _), asyncio.timeout(LIMIT_S):
                with contextlib.suppress(ConnectionResetError):
                    assert b"" == await third.read()
            assert not first.at_eof()  # it was turned away before the others had had their time
            async with asyncio.timeout(LIMIT_S):
                for reader in (first, second):
                    with contextlib.suppress(ConnectionResetError):
                        await reader.read()
        async with asyncio.timeout(LIMIT_S):
            while (await tried(where, pair)) != 200:
                pass
        async with connected(where), asyncio.timeout(LIMIT_S):
            await hub.close()


async def tried(where: tuple[str, int], pair: Pair) -> int:
    """The status of a page, 0 when the door is full."""
    try:
        return (await request(where, "/docs", tls=trusting(pair))).status
    except OSError:
        return 0


@pytest.mark.parametrize("request_text", [b"", b"GET / HTTP/1.1\r\n"], ids=["nothing", "half a request"])
async def test_a_request_that_never_ends_is_cut_off(
    request_text: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind the handshake the same clock runs as without one."""
    monkeypatch.setattr("lib.hub.wire.REQUEST_S", 0.5)
    pair = a_pair(tmp_path)
    async with (
        open_hub(tls=(pair.certificate, pair.key)) as hub,
        connected(("127.0.0.1", hub.port), trusting(pair)) as (reader, writer),
    ):
        writer.write(request_text)
        async with asyncio.timeout(LIMIT_S):
            with contextlib.suppress(ConnectionResetError):
                assert b"" == await reader.read()


@contextlib.asynccontextmanager
async def peer_of(
    where: str, heard: list[Message], *, certificate: Path | None = None, token: str | None = None
) -> AsyncIterator[Peer]:
    """A peer that is listened to."""
    peer = Peer(where, heard.append, certificate=certificate, token=token)
    listens = asyncio.create_task(peer.listen())
    try:
        yield peer
    finally:
        listens.cancel()
        await asyncio.gather(listens, return_exceptions=True)


async def test_our_programs_accept_exactly_the_certificate_they_were_given(tmp_path: Path) -> None:
    """Under any name and with a token; neither another one of the same name, nor one that it signed itself."""
    ours, others = a_pair(tmp_path), a_pair(tmp_path, "other")
    heard: list[Message] = []
    async with open_hub(tls=(ours.certificate, ours.key), tokens={Role.VIEW: LOOK}) as hub:
        hub.say(a_house())
        async with peer_of(secret(hub), heard, certificate=ours.certificate, token=LOOK) as peer:
            await eventually(lambda: heard == [a_house()])
            assert peer.connected
        async with peer_of(secret(hub), [], certificate=others.certificate, token=LOOK) as peer:
            await eventually(lambda: peer.why.startswith("its certificate is not accepted (it shows another"))
        async with peer_of(secret(hub), []) as peer:
            await eventually(lambda: peer.why == "its certificate is not accepted (self-signed certificate)")
        async with peer_of(f"ws://127.0.0.1:{hub.port}/ws", []) as peer:
            await eventually(lambda: bool(peer.why) and peer.why != "not connected yet")
    child = signed(tmp_path, ours)
    async with (
        open_hub(tls=(child.certificate, child.key)) as hub,
        peer_of(secret(hub), [], certificate=ours.certificate) as peer,
    ):
        await eventually(lambda: peer.why.startswith("its certificate is not accepted (it shows another"))
    async with open_hub() as hub, peer_of(secret(hub), []) as peer:
        await eventually(lambda: peer.why.startswith("it speaks no TLS that we understand"))


async def test_a_token_is_not_shown_to_who_shows_another_certificate(tmp_path: Path) -> None:
    """What is sent before the certificate was seen would be lost to a stranger."""
    ours, others = a_pair(tmp_path), a_pair(tmp_path, "other")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(others.certificate, others.key)
    taken = bytearray()

    async def stranger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            taken.extend(await reader.read(1000))
        writer.transport.abort()

    server = await asyncio.start_server(stranger, "127.0.0.1", 0, ssl=context)
    async with server:
        where = f"wss://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws"
        async with peer_of(where, [], certificate=ours.certificate, token=LOOK) as peer:
            await eventually(lambda: peer.why.startswith("its certificate is not accepted"))
    assert b"" == bytes(taken)


def broken_files(folder: Path) -> dict[str, tuple[Path, Path, str]]:
    """Pairs of files that cannot be used, and what is said of them."""
    good, other = a_pair(folder), a_pair(folder, "other")
    locked = a_pair(folder, "locked", password="secret")
    noise, cut = folder / "noise.pem", folder / "cut.crt"
    noise.write_bytes(b"\x00\xff no certificate")
    cut.write_text(good.certificate.read_text()[:200])
    gone = folder / "gone.pem"
    return {
        "no certificate file": (gone, good.key, f"{gone}: cannot be read: No such file or directory"),
        "no key file": (good.certificate, gone, f"{gone}: cannot be read: No such file or directory"),
        "a folder": (folder, good.key, f"{folder}: cannot be read: Is a directory"),
        "noise": (noise, good.key, f"{noise}: holds no certificate; it begins with -----BEGIN CERTIFICATE-----"),
        "cut": (cut, good.key, f"{cut}: holds no certificate; it begins with -----BEGIN CERTIFICATE-----"),
        "exchanged": (good.key, good.certificate, f"{good.key}: holds no certificate"),
        "certificate twice": (good.certificate, good.certificate, f"{good.certificate}: holds no private key"),
        "another key": (good.certificate, other.key, f"{other.key}: is not the key of {good.certificate}"),
        "locked": (locked.certificate, locked.key, f"{locked.key}: is locked by a password; openssl pkey"),
    }


async def test_a_wrong_file_is_one_sentence(tmp_path: Path) -> None:
    """It names the file and what it should be; no port is opened."""
    for name, (certificate, key, said) in broken_files(tmp_path).items():
        with pytest.raises(HubError, match=f"^{re.escape(said)}") as refused:
            async with open_hub(tls=(certificate, key)):
                pytest.fail(f"it opened with {name}")
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("make", [lambda path: path / "gone.pem", lambda path: path], ids=["gone", "a folder"])
def test_a_wrong_file_of_a_client_is_one_sentence_too(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    """At once, for waiting mends nothing."""
    with pytest.raises(PeerError, match="cannot be read"):
        Peer("wss://127.0.0.1:1/ws", lambda _: None, certificate=make(tmp_path))
