"""The box that speaks HomeWizard's local API: a plug that keeps the newest telegram and tells it to who asks.

In: telegrams through `send`, orders and faults as attributes. Out: API v1 over HTTP, or API v2 over HTTPS when it has a
certificate. As the real one it lets only telegrams with a right CRC through, and repeats the last one for ever when
its cable is out. Knows no house. Source: api-documentation.homewizard.com.
"""

import asyncio
import json
import re
import ssl
from secrets import token_hex

from aiohttp import web
from aiohttp.typedefs import Handler
from fastcrc import crc16

from lib.core.p1 import Framer

HOST = "127.0.0.1"
BUTTON_S = 30.0  # so long after the button was pressed a user may be made
USER_NAME = re.compile(r"local/[a-zA-Z0-9\-_/\\# ]{1,40}")
SERIAL = "5c2fafaabbcc"


class HomeWizardBox:
    """A P1 meter on the shelf; made with `open_homewizard_box`.

    Attributes:
        local_api: whether the owner switched on API v1 in the app.
        fault: answer everything with this HTTP status; None when the box is well.
        delay_s: answer so late.
        asked: questions so far.
        tokens: who may ask API v2, token by user.

    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.local_api = True
        self.fault: int | None = None
        self.delay_s = 0.0
        self.asked = 0
        self.tokens: dict[str, str] = {}
        self.port = 0
        self._tls = tls
        self._telegram = b""
        self._framer = Framer()
        self._pressed_s: float | None = None
        self._runner: web.AppRunner | None = None

    @property
    def where(self) -> str:
        """The address to put into `serial_port`."""
        return f"homewizard{'2' if self._tls else ''}://{HOST}:{self.port}"

    @property
    def readers(self) -> str:
        """How often it was asked."""
        return f"asked {self.asked} times"

    async def listen(self, port: int) -> None:
        """Open the port; 0 takes a free one. Raises OSError when it is in use."""
        app = web.Application(middlewares=[self._answer])
        if self._tls:
            app.router.add_get("/api", self._device)
            app.router.add_get("/api/telegram", self._tell)
            app.router.add_post("/api/user", self._make_user)
        else:
            app.router.add_get("/api/v1/telegram", self._tell)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, port, ssl_context=self._tls).start()
        self.port = self._runner.addresses[0][1]

    def send(self, data: bytes) -> None:
        """Take telegrams from the meter; the last one with a right CRC is what is told."""
        for telegram in self._framer.feed(data):
            self._telegram = b"%s%04X\r\n" % (telegram, crc16.arc(telegram))

    def press_button(self) -> None:
        """Somebody stands before the box: a user may be made."""
        self._pressed_s = asyncio.get_running_loop().time()

    async def close(self) -> None:
        """Close the port and hang up."""
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.asked += 1
        await asyncio.sleep(self.delay_s)
        if self.fault is not None:
            return web.Response(status=self.fault)
        if not self._tls and not self.local_api:
            return web.json_response({"error": {"id": 202, "description": "API not enabled"}}, status=403)
        if self._tls and request.path != "/api/user" and not self._knows(request):
            return web.json_response({"error": "user:unauthorized"}, status=401)
        return await handler(request)

    def _knows(self, request: web.Request) -> bool:
        said = request.headers.get("Authorization", "")
        return said.removeprefix("Bearer ") in self.tokens.values()

    async def _tell(self, _: web.Request) -> web.Response:
        if not self._telegram:
            return web.Response(status=503, text="telegram:no-telegram-received")
        return web.Response(body=self._telegram, content_type="text/plain")

    async def _device(self, _: web.Request) -> web.Response:
        device = {"product_name": "P1 Meter", "product_type": "HWE-P1", "serial": SERIAL, "api_version": "2.0.0"}
        return web.json_response(device)

    async def _make_user(self, request: web.Request) -> web.Response:
        try:
            name = json.loads(await request.text())["name"]
        except (ValueError, KeyError, TypeError):
            return web.json_response({"error": "request:invalid-json"}, status=400)
        if not isinstance(name, str) or not USER_NAME.fullmatch(name):
            return web.json_response({"error": "user:name-invalid"}, status=400)
        now_s = asyncio.get_running_loop().time()
        if self._pressed_s is None or now_s - self._pressed_s > BUTTON_S:
            return web.json_response({"error": "user:creation-not-enabled"}, status=403)
        self.tokens[name] = token_hex(16).upper()
        return web.json_response({"name": name, "token": self.tokens[name]})


async def open_homewizard_box(port: int = 0, *, tls: ssl.SSLContext | None = None) -> HomeWizardBox:
    """A box on TCP port `port` of this machine; with `tls` it speaks API v2. Raises OSError when the port is in use."""
    box = HomeWizardBox(tls)
    await box.listen(port)
    return box
