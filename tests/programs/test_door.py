"""The door, asked from another network: a program of its own there, real cables, real certificates.

Each test runs between two networks of their own, where that is allowed, and over this machine's own address.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.typing import Origin

from lib.hub import wire
from lib.messages import House, Refused, parse_message
from tests.hub.builders import recv
from tests.hub.certificates import a_pair, needs_openssl
from tests.hub.raw import Answer, answer, connected, request
from tests.programs.far import Door, Far, another_network, open_door, own_address

REQUEST_S = 1.0


@pytest.fixture(scope="module", params=["another network", "own address"])
def far(request: pytest.FixtureRequest) -> Iterator[Far]:
    """A place that is not loopback; skipped only where this machine cannot have it."""
    with contextlib.ExitStack() as opened:
        try:
            place = opened.enter_context(another_network()) if request.param == "another network" else own_address()
        except OSError as error:
            pytest.skip(f"{request.param}: {error}")
        yield place


@pytest.fixture
async def door(far: Far, tmp_path: Path) -> AsyncIterator[Door]:
    """A door there; in a network of its own it is bound to all addresses."""
    host = "0.0.0.0" if far.of_door else None
    async with open_door(far, tmp_path, "--request-s", str(REQUEST_S), host=host) as opened:
        yield opened


async def ask(door: Door, path: str = "/api/house", **headers: str) -> Answer:
    """What it answers to somebody far away, under its own address unless `Host` is given."""
    usual = {"Host": f"{door.far.address}:{door.port}"}
    return await request(await door.dial(), path, usual | headers)


@contextlib.asynccontextmanager
async def listening(door: Door, url: str, **options: object) -> AsyncIterator[ClientConnection]:
    """A websocket from far away."""
    sock = await door.dial()
    async with connect(url, sock=sock, compression=None, proxy=None, close_timeout=1, **options) as ws:  # type: ignore[arg-type]
        yield ws


async def refusal(door: Door, url: str, **options: object) -> tuple[int, str]:
    """Status and sentence of a handshake that is refused."""
    with pytest.raises(InvalidStatus) as refused:
        async with listening(door, url, **options):
            pytest.fail("it was let in")
    return refused.value.response.status_code, (refused.value.response.body or b"").decode()


async def test_without_a_token_nothing_is_told(door: Door) -> None:
    """Neither a state nor a page, and it says how to go on."""
    for path in ("/api/house", "/docs", "/openapi.json", "/nothing"):
        turned = await ask(door, path)
        assert 401 == turned.status
        assert '"type":"refused"' in turned.body
        assert ["Bearer", "Basic"] == [said.split()[0] for said in turned.headers.get_all("www-authenticate", [])]
    status, said = await refusal(door, door.url())
    assert (401, True) == (status, said.startswith("a token is needed from another machine"))


async def test_a_wrong_token_is_refused_slowly(door: Door) -> None:
    """In each of the three ways; the second waits longer than the first."""
    wrong = door.tokens.view[:-1] + "x"
    start_s = time.monotonic()
    assert 401 == (await ask(door, Authorization=f"Bearer {wrong}")).status
    first_s = time.monotonic() - start_s
    turned = await ask(door, f"/docs?token={wrong}")
    assert (401, True) == (turned.status, "opens nothing here" in turned.body)
    assert time.monotonic() - start_s - first_s > 0.4
    status, said = await refusal(door, door.url(way_in=f"me:{wrong}@"))
    assert (401, True) == (status, "opens nothing here" in said)
    assert 200 == (await ask(door, Authorization=f"Bearer {door.tokens.view}")).status


async def test_the_right_token_opens_in_three_ways_and_its_role_counts(door: Door) -> None:
    """Who may look hears the house and steers nothing."""
    for token, may_change in ((door.tokens.view, False), (door.tokens.control, True)):
        assert 200 == (await ask(door, Authorization=f"Bearer {token}")).status
        assert 200 == (await ask(door, f"/api/house?token={token}")).status
        for url, headers in (
            (door.url(), {"Authorization": f"Bearer {token}"}),
            (door.url(way_in=f"me:{token}@"), {}),
            (f"{door.url()}?token={token}", {}),
        ):
            async with listening(door, url, additional_headers=headers) as ws:
                assert isinstance([parse_message(await recv(ws)) for _ in range(2)][1], House)
                await ws.send('{"type": "set_mode"}')
                refused = parse_message(await recv(ws))
                assert isinstance(refused, Refused)
                assert may_change != ("may only look" in refused.why)
                await ws.send("sim oven on")
                assert may_change == ("did oven on" == await recv(ws))


async def test_a_changed_host_opens_nothing(door: Door) -> None:
    """It is the connection that must come from here, too; with a token the name is free."""
    for host in ("localhost", f"127.0.0.1:{door.port}", "[::1]", "evil.example"):
        turned = await ask(door, Host=host)
        assert 401 == turned.status
        assert ("evil" in host) == (turned.headers.get_all("www-authenticate", []) == ['Bearer realm="the house"'])
        assert 200 == (await ask(door, Host=host, Authorization=f"Bearer {door.tokens.view}")).status


async def test_headers_of_a_proxy_open_nothing(door: Door) -> None:
    """What they say of loopback is not believed."""
    for name, value in (("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "for=127.0.0.1"), ("X-Real-IP", "127.0.0.1")):
        assert 401 == (await ask(door, **{name: value})).status


async def test_a_foreign_page_is_refused_also_with_a_token(door: Door) -> None:
    """Before anything else; the page of the door itself is let in."""
    token = f"Bearer {door.tokens.control}"
    for origin in ("http://evil.example", "null", f"http://{door.far.address}:1"):
        assert 403 == (await ask(door, Origin=origin, Authorization=token)).status
        options = {"origin": Origin(origin), "additional_headers": {"Authorization": token}}
        assert 403 == (await refusal(door, door.url(), **options))[0]
    own = f"http://{door.far.address}:{door.port}"
    assert 200 == (await ask(door, Origin=own, Authorization=token)).status


async def test_an_oversized_frame_ends_its_connection(door: Door) -> None:
    """64 kB are taken; more is closed with 1009, and the door stays open."""
    async with listening(door, door.url(way_in=f"me:{door.tokens.control}@")) as ws:
        await recv(ws)
        await ws.send("x" * 65_536)
        while not (await recv(ws)).startswith("no such word"):
            pass
        await ws.send("x" * 65_537)
        with pytest.raises(ConnectionClosedError, match="1009"):
            await read_on(ws)
    assert 200 == (await ask(door, Authorization=f"Bearer {door.tokens.view}")).status


async def read_on(ws: ClientConnection) -> None:
    """All that comes."""
    while True:
        await recv(ws)


@pytest.mark.parametrize("drips", [False, True], ids=["silent", "drips"])
async def test_a_slow_handshake_is_cut_off(door: Door, *, drips: bool) -> None:
    """Somebody who says nothing, or a letter now and then."""
    async with connected(await door.dial()) as (reader, writer):
        start_s = time.monotonic()

        async def drip() -> None:
            while True:
                writer.write(b"G")
                await asyncio.sleep(0.2)

        dripping = asyncio.create_task(drip()) if drips else None
        assert 0 == (await answer(reader)).status
        if dripping:
            dripping.cancel()
        assert REQUEST_S * 0.9 < time.monotonic() - start_s < wire.REQUEST_S


async def test_attach_finds_its_token(door: Door, tmp_path: Path) -> None:
    """In the address, in the environment, in the secrets of its machine; without one it says what to do."""
    program = ("-m", "tests.programs.a_peer")
    none = {"DM_SECRETS": str(tmp_path / "none.json"), "DM_TOKEN": ""}
    url, token = door.url(), door.tokens.view
    said = await door.run(*program, url, **none)
    assert f"{url}: it wants a token (HTTP 401): one of secrets.json of its machine" in said
    assert "house\n" == await door.run(*program, door.url(way_in=f"me:{token}@"), **none)
    assert "house\n" == await door.run(*program, f"{url}?token={token}", **none)
    assert "house\n" == await door.run(*program, url, **none | {"DM_TOKEN": token})
    assert "house\n" == await door.run(*program, url, **none | {"DM_SECRETS": str(tmp_path / "secrets.json")})
    said = await door.run(*program, url, **none | {"DM_TOKEN": "wrong" * 10})
    assert "it does not know our token (HTTP 401)" in said
    assert "wrong" not in said


async def test_a_person_asks_with_the_client_that_everybody_has(door: Door) -> None:
    """`python -m websockets ws://me:TOKEN@host/ws`, and a line."""
    url = door.url(way_in=f"me:{door.tokens.view}@")
    said = await door.run("-c", PERSON, url)
    assert "month peak" in said


PERSON = """
import subprocess, sys
process = subprocess.Popen([sys.executable, "-m", "websockets", sys.argv[1]], stdin=-1, stdout=-1, text=True)
while '"type":"house"' not in process.stdout.readline():
    pass
process.stdin.write("status\\n")
process.stdin.flush()
while "month peak" not in (line := process.stdout.readline()):
    pass
print(line)
process.communicate()
"""


@needs_openssl
async def test_with_a_certificate_all_of_it_is_secret(far: Far, tmp_path: Path) -> None:
    """Our client accepts that certificate and no other; a handshake that never ends is cut off."""
    pair, other = a_pair(tmp_path), a_pair(tmp_path, "other")
    files = (str(pair.certificate), str(pair.key))
    async with open_door(far, tmp_path, "--request-s", str(REQUEST_S), "--tls", *files) as door:
        program, url = ("-m", "tests.programs.a_peer"), door.url("wss")
        known = {"DM_TOKEN": door.tokens.view}
        assert "house\n" == await door.run(*program, url, **known, DM_CERTIFICATE=str(pair.certificate))
        said = await door.run(*program, url, **known, DM_CERTIFICATE=str(other.certificate))
        assert "it shows another certificate than" in said
        assert "its certificate is not accepted (self-signed certificate)" in await door.run(*program, url, **known)
        async with connected(await door.dial()) as (reader, _):
            start_s = time.monotonic()
            assert 0 == (await answer(reader)).status
            assert time.monotonic() - start_s < wire.REQUEST_S


async def test_the_machine_itself_needs_no_token(far: Far, tmp_path: Path) -> None:
    """Bound to all addresses, of IPv4 or of both: what comes over loopback is at home, what comes by cable is not."""
    if not far.of_door or not far.address_6:
        pytest.skip("bound to all addresses only in a network of its own")
    for host in ("0.0.0.0", "::"):
        async with open_door(far, tmp_path, host=host) as door:
            home = await far.dial(door.port, address="127.0.0.1", at_home=True)
            assert 200 == (await request(home, headers={"Host": "localhost"})).status
            by_cable = await far.dial(door.port, at_home=True)
            assert 401 == (await request(by_cable, headers={"Host": "localhost"})).status
            assert 401 == (await ask(door)).status
            if host == "::":
                home_6 = await far.dial(door.port, address="::1", at_home=True)
                assert 200 == (await request(home_6, headers={"Host": "[::1]"})).status
                far_6 = await far.dial(door.port, address=far.address_6)
                assert 401 == (await request(far_6, headers={"Host": "[::1]"})).status
