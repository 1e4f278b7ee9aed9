"""The box that publishes the simulated family's calendar over HTTP, as the secret address of a real one does.

In: outings. Out: /family.ics, with an ETag by which who asks again learns that nothing changed. Knows no car.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from aiohttp import web

from lib.sim.http_box import HttpBox
from lib.sim.outings import Outing, calendar_text

PATH = "/family.ics"


class CalendarBox(HttpBox):
    """A calendar on the shelf; made with `open_calendar_box`.

    Attributes:
        outings: what stands in it; a hand may change them at any time.

    """

    def __init__(self, outings: Iterable[Outing], *, made: datetime) -> None:
        super().__init__()
        self.outings = list(outings)
        self._made = made

    @property
    def address(self) -> str:
        """What the owner puts into his settings."""
        return f"{self.url}{PATH}"

    def routes(self) -> Iterable[web.RouteDef]:
        """The one address."""
        return (web.get(PATH, self._tell),)

    async def _tell(self, request: web.Request) -> web.Response:
        body = calendar_text(self.outings, self._made).encode()
        tag = sha256(body).hexdigest()[:16]
        if any(one.value == tag for one in request.if_none_match or ()):
            return web.Response(status=304, headers={"ETag": f'"{tag}"'})
        return web.Response(body=body, content_type="text/calendar", charset="utf-8", headers={"ETag": f'"{tag}"'})


async def open_calendar_box(outings: Iterable[Outing], port: int = 0, *, made: datetime) -> CalendarBox:
    """A calendar on TCP port `port` of this machine. Raises OSError when the port is in use."""
    box = CalendarBox(outings, made=made)
    await box.listen(port)
    return box
