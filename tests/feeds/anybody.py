"""A server that answers whatever the test orders, as any box of the owner's own might."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from lib.sim.http_box import HttpBox


class Anybody(HttpBox):
    """Answers each address with `said`, as JSON, or as the text that it is. header: what each question must say."""

    def __init__(self, said: Any) -> None:
        super().__init__()
        self.said = said
        self.header: tuple[str, str] | None = None
        self.status = 200

    def routes(self) -> Iterable[web.RouteDef]:
        """All of them."""
        return (web.get("/{path:.*}", self._say),)

    async def _say(self, request: web.Request) -> web.Response:
        if self.header and request.headers.get(self.header[0]) != self.header[1]:
            return web.Response(status=401)
        text = self.said if isinstance(self.said, str) else json.dumps(self.said)
        return web.Response(status=self.status, text=text)


@asynccontextmanager
async def anybody(said: Any) -> AsyncIterator[Anybody]:
    """Open until the block ends."""
    box = Anybody(said)
    await box.listen()
    try:
        yield box
    finally:
        await box.close()
