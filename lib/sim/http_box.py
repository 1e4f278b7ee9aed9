"""What every box that speaks HTTP has: a port of this machine, a count of who asked, and troubles to order.

In: a port, orders as attributes. Out: answers of whoever inherits. Knows no device.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from enum import StrEnum

from aiohttp import web
from aiohttp.typedefs import Handler

HOST = "127.0.0.1"
CLOSING_S = 0.1
KEPT = 10_000  # so many arrivals are remembered
HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


class Trouble(StrEnum):
    """What a box does to everybody who asks."""

    WELL = "well"
    HANG = "hang"  # takes nothing and never answers
    MUTE = "mute"  # takes an order, and never answers
    BROKEN = "broken"  # 502 with a page instead of JSON
    CUT = "cut"  # half an answer
    GONE = "gone"  # hangs up
    REFUSE = "refuse"  # refuses every order


class HttpBox:
    """A box on the shelf; who inherits says its routes.

    Attributes:
        trouble: what is wrong with it.
        delay_s: it answers so late.
        asked: questions so far; arrived_s: when the last of them came, by the loop's clock.
        overlaps: questions that came while another one was not answered yet.
        port: of this machine; 0 before it listens.

    """

    def __init__(self) -> None:
        self.trouble = Trouble.WELL
        self.delay_s = 0.0
        self.asked = 0
        self.arrived_s: deque[float] = deque(maxlen=KEPT)
        self.overlaps = 0
        self.port = 0
        self._busy = 0
        self._runner: web.AppRunner | None = None

    @property
    def where(self) -> str:
        """Its address, as a driver takes it."""
        return f"{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """Its address, as a browser takes it."""
        return f"http://{self.where}"

    def routes(self) -> Iterable[web.RouteDef]:
        """What it answers."""
        raise NotImplementedError

    def arrive(self, request: web.Request, at_s: float) -> None:
        """A question came; before any trouble strikes."""

    async def listen(self, port: int = 0) -> None:
        """Open the port; 0 takes a free one. Raises OSError when it is in use."""
        app = web.Application(middlewares=[self._meet])
        app.add_routes(self.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSING_S, handler_cancellation=True)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner, self.port = runner, int(runner.addresses[0][1])

    async def close(self) -> None:
        """Close the port and hang up; more than once is harmless."""
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()

    @web.middleware
    async def _meet(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        at_s = asyncio.get_running_loop().time()
        self.asked += 1
        self.arrived_s.append(at_s)
        self.overlaps += self._busy > 0
        self.arrive(request, at_s)
        self._busy += 1
        try:
            return await self._answer(request, handler)
        finally:
            self._busy -= 1

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        match self.trouble:
            case Trouble.HANG:
                await _for_ever()
            case Trouble.MUTE:
                await handler(request)
                await _for_ever()
            case Trouble.BROKEN:
                return web.Response(status=502, text=HTML, content_type="text/html")
            case Trouble.GONE:
                return hung_up(request)
            case Trouble.CUT:
                answer = await handler(request)
                if isinstance(answer, web.Response) and isinstance(answer.body, bytes):
                    answer.body = answer.body[: len(answer.body) // 2]
                return answer
            case _:
                pass
        return await handler(request)


async def _for_ever() -> None:
    """Until the one who asked, or the box, is gone: then this is cancelled."""
    await asyncio.get_running_loop().create_future()


def hung_up(request: web.Request) -> web.StreamResponse:
    """The line goes dead; what is returned reaches nobody."""
    if request.transport:
        request.transport.abort()
    return web.Response(status=503)
