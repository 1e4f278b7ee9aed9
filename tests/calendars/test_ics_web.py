"""A calendar on the web, over real HTTP on loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from yarl import URL

from lib.calendars import CalendarError, CalendarSetupError, ics_web, open_calendar
from lib.calendars.ics_web import IcsAddress, open_web
from tests.calendars.test_ics import END, GOOD, START, calendar
from tests.fakes.served import served

SECRET = "private-0a1b2c3d"
PATH = f"/calendar/ical/{SECRET}/basic.ics"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def shelf(handler: Handler, path: str = PATH) -> AsyncIterator[str]:
    """A server that answers at one address; the address."""
    application = web.Application()
    application.router.add_get(path, handler)
    async with served(application) as url:
        yield url + path


def saying(status: int = 200, body: bytes = calendar(GOOD), **headers: str) -> Handler:
    """The same answer to everybody."""

    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers=headers)

    return handler


async def trouble(handler: Handler) -> str:
    """The sentence when such an answer comes; it holds no secret."""
    async with shelf(handler) as url:
        with pytest.raises(CalendarError) as error:
            await open_web(url).entries(START, END)
    said = str(error.value)
    assert SECRET not in said
    assert "\n" not in said
    assert said.startswith("127.0.0.1")
    return said.removeprefix("127.0.0.1")


async def test_an_address_as_the_owner_writes_it() -> None:
    """Its name is its host: the rest is as good as a password."""
    async with shelf(saying()) as url:
        opened = open_calendar(f"ics:{url}", {}, home=Path("/home"))
        assert "127.0.0.1" == opened.name
        [entry] = await opened.entries(START, END)
        assert "good" == entry.title
        assert SECRET not in entry.key
        await opened.close()


async def test_an_unchanged_calendar_is_not_sent_again() -> None:
    """It is asked by its tag, or by its date where it has none; a new one counts at once."""
    asked: list[tuple[str | None, str | None]] = []
    name = "good"

    async def handler(request: web.Request) -> web.Response:
        asked.append((request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")))
        if asked[-1][0] == f'"{name}"':
            return web.Response(status=304)
        return web.Response(
            body=calendar(GOOD.replace("SUMMARY:good", f"SUMMARY:{name}")),
            headers={"ETag": f'"{name}"', "Last-Modified": "Fri, 20 Nov 2026 08:00:00 GMT"},
        )

    async with shelf(handler) as url:
        opened = open_web(url)
        for expected in ("good", "good", "better"):
            name = expected
            assert [expected] == [entry.title for entry in await opened.entries(START, END)]
    date = "Fri, 20 Nov 2026 08:00:00 GMT"
    assert [(None, None), ('"good"', date), ('"good"', date)] == asked


async def test_a_log_in_page_with_a_tag_is_asked_for_again() -> None:
    """What was no calendar is not kept as one: the next answer is a whole one."""
    bodies = [b"<html>log in</html>", calendar(GOOD)]

    async def handler(request: web.Request) -> web.Response:
        assert "If-None-Match" not in request.headers
        return web.Response(body=bodies.pop(0), headers={"ETag": '"1"'})

    async with shelf(handler) as url:
        opened = open_web(url)
        with pytest.raises(CalendarError, match="is the address right"):
            await opened.entries(START, END)
        assert 1 == len(await opened.entries(START, END))


async def test_a_move_is_followed_but_not_into_the_open() -> None:
    """A service may move a calendar to another host; round and round ends."""
    async with shelf(saying()) as there, shelf(saying(301, b"", Location=there)) as here:
        assert 1 == len(await open_web(here).entries(START, END))
    assert " sends us on again and again" == await trouble(saying(302, b"", Location=PATH))
    assert " sends us to ftp://example.org, which is not followed" == await trouble(
        saying(302, b"", Location=f"ftp://example.org/{SECRET}")
    )
    closed = IcsAddress(URL("https://example.org/x"))
    with pytest.raises(CalendarError, match=r"sends us to http://example\.org"):
        closed._moved(URL("https://example.org/x"), "http://example.org/x")


TROUBLES = {
    "login": (saying(401, b""), " asks for a log-in (HTTP 401): take the calendar's secret address"),
    "forbidden": (saying(403, b""), " asks for a log-in (HTTP 403)"),
    "not found": (saying(404, b""), " knows no calendar at this address (HTTP 404): copy it again"),
    "too often": (saying(429, b""), " was asked too often (HTTP 429)"),
    "trouble": (saying(503, b""), " has trouble of its own (HTTP 503)"),
    "empty": (saying(204, b""), " gives no calendar (HTTP 204)"),
    "page": (
        saying(200, b"<html>"),
        ": what stands there is no calendar in iCal format but a web page; is the address",
    ),
    "cut": (saying(200, calendar(GOOD)[:-9]), ": the calendar is cut short"),
    "large": (saying(200, b"x" * 5_000_001), ": it is larger than 5 MB"),
}


@pytest.mark.parametrize("kind", TROUBLES)
async def test_every_no_is_a_sentence(kind: str) -> None:
    """It says what to do, and holds nothing of the address but its host."""
    handler, said = TROUBLES[kind]
    assert (await trouble(handler)).startswith(said)


async def test_a_log_in_may_stand_in_the_address() -> None:
    """As Nextcloud wants it; it is never shown."""
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization", ""))
        return web.Response(body=calendar(GOOD))

    async with shelf(handler) as url:
        opened = open_web(url.replace("://", "://jan:pass%20word@"))
        assert "127.0.0.1" == opened.name
        assert 1 == len(await opened.entries(START, END))
    assert ["Basic amFuOnBhc3Mgd29yZA=="] == seen


async def test_nobody_there_is_a_sentence() -> None:
    """A service that is down, or a router that is."""
    async with shelf(saying()) as url:
        pass
    with pytest.raises(CalendarError, match=r"127\.0\.0\.1 cannot be reached: Connect"):
        await open_web(url).entries(START, END)


async def test_a_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After ten seconds in all, however slowly it drips."""
    monkeypatch.setattr(ics_web, "PATIENCE_S", 0.3)

    async def handler(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(100):
            await answer.write(b"BEGIN")
            await asyncio.sleep(0.1)
        return answer

    assert (await trouble(handler)).startswith(" does not answer within")


@pytest.mark.parametrize("address", ["https://", "http:///x", "webcal://"])
def test_an_address_without_a_host_is_a_slip(address: str) -> None:
    """It stops at the start."""
    with pytest.raises(CalendarSetupError, match="is no address"):
        open_web(address)


def test_webcal_is_encrypted() -> None:
    """As iCloud writes its addresses."""
    assert (
        URL("https://p01-caldav.icloud.com/published/2/AAAA")
        == open_web("webcal://p01-caldav.icloud.com/published/2/AAAA")._url
    )
