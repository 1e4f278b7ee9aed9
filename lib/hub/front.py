"""What a program serves by itself: /ws, a glance as text at /, and the phone page. All else is REST's, made when asked.

FastAPI and what it makes of our states take 10 MB, and in many homes nobody ever asks for them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from lib.hub.phone import phone_routes

FRESH: Final[Mapping[str, str]] = MappingProxyType({"Cache-Control": "no-store"})
WHERE = """\
ask in words   python -m websockets {ws}://{way_in}{host}/ws   and type help
for programs   {http}://{host}/docs
on a phone     {http}://{host}/phone
"""


def front(
    glance: Callable[[], str], talk: Callable[[WebSocket], Awaitable[None]], rest: Callable[[], ASGIApp]
) -> ASGIApp:
    """The application of a program: `glance()` at /, `talk` at /ws, and what `rest` makes for the rest."""

    async def glance_at(request: Request) -> Response:
        is_secret = request.url.scheme == "https"
        where = WHERE.format(
            host=request.headers.get("host", ""),
            http="https" if is_secret else "http",
            ws="wss" if is_secret else "ws",
            way_in="me:TOKEN@" if request.state.by_token else "",
        )
        return PlainTextResponse(f"{glance()}\n\n{where}", headers=FRESH)

    return Router([Route("/", glance_at), WebSocketRoute("/ws", talk), *phone_routes()], default=Later(rest))


class Later:
    """An application that is made when it is first asked, in a thread, for that takes a while."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._made: ASGIApp | None = None
        self._one = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make it if need be, and ask it."""
        async with self._one:
            if self._made is None:
                self._made = await asyncio.to_thread(self._make)
        await self._made(scope, receive, send)
