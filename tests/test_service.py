"""What goes wrong between us and a service becomes one sentence, without what is secret."""

import asyncio
import socket
from pathlib import Path

import pytest
from yarl import URL

from lib.cars import CarError
from lib.service import Answer, Service
from tests.meters.certificates import an_authority
from tests.prices.stranger import Say, http, raw, silence, stranger
from tests.waiting import LIMIT_S

SECRET = "hush-hush"


async def trouble(url: str, *, patience_s: float = 2.0) -> CarError:
    """The error of one question."""
    it = Service("the service", fault=CarError, patience_s=patience_s)
    try:
        async with asyncio.timeout(LIMIT_S):
            answer = await it.ask(URL(url) / "soc" % {"key": SECRET}, headers={"Authorization": SECRET})
            assert not answer.is_ok
            raise answer.trouble()
    except CarError as raised:
        error = raised
    finally:
        await it.close()
    assert SECRET not in str(error)
    return error


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (http(401), "the service refuses us (HTTP 401)"),
        (http(404), "the service has nothing at this address (HTTP 404)"),
        (http(418), "the service does not understand the question (HTTP 418)"),
        (http(503), "the service has trouble of its own (HTTP 503)"),
        (http(301, Location="https://elsewhere.example/x"), "sends us on to https://elsewhere.example, which is not"),
        (http(302, Location="/login"), "sends us on to elsewhere"),
        (raw(b""), "the service hangs up in the middle of the answer"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"), "the service hangs up in the middle of the answer"),
        (raw(b"SSH-2.0-OpenSSH\r\n"), "the service answers, but not in HTTP"),
        (silence, "the service does not answer within 0 s"),
        (http(200, b" " * 1_000_001), "the service answers with more than 1 MB"),
    ],
    ids=range(11),
)
async def test_a_service_that_does_not_answer_as_it_should(answer: Say, said: str) -> None:
    """Refusals, silence, other protocols, an endless answer."""
    async with stranger(answer) as other:
        error = await trouble(other.url, patience_s=0.4 if answer is silence else 5.0)
    assert said in str(error)


@pytest.mark.parametrize(
    "location",
    [
        "http://192.168.1.1:80:80/login",
        "http://[::1",
        "http://h:99999/",
        "http://h:abc/",
        "http:///x",
        "http://xn--/",
        "//",
        "//[]@",
    ],
)
def test_a_garbled_redirect_is_a_fault_as_any(location: str) -> None:
    """What a hotel's log-in page or a router writes there ends nothing."""
    error = Answer("the service", CarError, 302, {"location": location}, b"").trouble()
    assert isinstance(error, CarError)
    assert str(error).startswith("the service sends us on to ")


async def test_a_service_that_was_asked_too_often_says_when_again() -> None:
    """At most a day."""
    async with stranger(http(429, Retry_After="90"), http(429, Retry_After="9999999"), http(429)) as other:
        assert [90.0, 86_400.0, None] == [(await trouble(other.url)).again_s for _ in range(3)]


async def test_nobody_there_is_said() -> None:
    """A closed port and an unknown name."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        assert "the service refuses the connection: is it running" in str(await trouble(url))
    assert "the service is not found: is the name right" in str(await trouble("http://nowhere.invalid"))


async def test_a_certificate_of_somebody_else_is_not_trusted(tmp_path: Path) -> None:
    """A secret is told only to who shows a certificate that this machine trusts."""
    authority = an_authority(tmp_path)
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=authority.server())
    async with server:
        error = await trouble(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert "shows a certificate that is not trusted here" in str(error)
    assert [] == heard


async def test_a_port_without_tls_is_said() -> None:
    """An address with https:// where http:// is spoken."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        error = await trouble(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert "the service answers, but not with TLS: try http://" in str(error)


async def test_an_answer_that_is_no_json_is_said() -> None:
    """With its beginning, so that the owner sees what it is."""
    it = Service("the service", fault=CarError)
    try:
        async with stranger(http(200, b"<html>log in</html>"), http(200)) as other:
            with pytest.raises(CarError, match="the service answers with no JSON, but '<html>log in</html>'"):
                (await it.ask(URL(other.url))).told()
            with pytest.raises(CarError, match="the service answers with no JSON, but nothing"):
                (await it.ask(URL(other.url))).told()
    finally:
        await it.close()
