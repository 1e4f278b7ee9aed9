"""Smartcar on loopback: its token server and its API 2.0 as far as a reading and an order go.

A refresh token counts once. `faults` replaces the answers of a path, such as "battery", by a status and a body.
"""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from lib.cars.smartcar_account import Origins
from tests.fakes.served import served

CLIENT, CLIENT_SECRET = "an-app", "a-secret-of-an-app"
VIN, OWN_ID = "WAUZZZINVENTED777", "car-own-id"
MEASURED = "2026-11-20T05:41:10.000Z"


@dataclass
class FakeSmartcar:
    """What it knows, and what it was told."""

    url: str = ""
    vins: dict[str, str] = field(default_factory=lambda: {OWN_ID: VIN})
    codes: dict[str, str] = field(default_factory=dict)  # code → the redirect it was given for
    battery: dict[str, Any] = field(default_factory=lambda: {"percentRemaining": 0.63, "range": 244.0})
    charge: dict[str, Any] = field(default_factory=lambda: {"isPluggedIn": True, "state": "CHARGING"})
    limit: dict[str, Any] = field(default_factory=lambda: {"limit": 0.8})
    headers: dict[str, str] = field(default_factory=lambda: {"sc-data-age": MEASURED, "sc-unit-system": "metric"})
    faults: dict[str, tuple[int, Any, dict[str, str]]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    refresh_token: str = "refresh-0"
    access_token: str = ""
    renewed: int = 0

    @property
    def origins(self) -> Origins:
        """Where it is."""
        return Origins(api=self.url, auth=f"{self.url}/oauth/token", connect=f"{self.url}/connect")

    def consent(self, query: dict[str, str]) -> str:
        """The address at which the browser ends when the owner allows what the link asks."""
        code = f"code-{len(self.codes)}"
        self.codes[code] = query["redirect_uri"]
        return f"{query['redirect_uri']}?code={code}&state={query['state']}"

    def tokens(self) -> dict[str, Any]:
        """A new pair; the one before is dead."""
        self.renewed += 1
        self.refresh_token, self.access_token = f"refresh-{self.renewed}", f"access-{self.renewed}"
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "token_type": "Bearer",
            "expires_in": 7200,
        }

    async def token(self, request: web.Request) -> web.Response:
        """POST /oauth/token."""
        form = await request.post()
        login = b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
        if "token" in self.faults:
            return self._fault("token")
        if request.headers.get("Authorization") != f"Basic {login}":
            return web.json_response({"error": "invalid_client"}, status=401)
        is_code = self.codes.pop(str(form.get("code")), None) == form.get("redirect_uri")
        match form.get("grant_type"):
            case "authorization_code" if is_code:
                return web.json_response(self.tokens())
            case "refresh_token" if form.get("refresh_token") == self.refresh_token:
                return web.json_response(self.tokens())
        said = {"error": "invalid_grant", "error_description": "Invalid or expired token."}
        return web.json_response(said, status=400)

    async def api(self, request: web.Request) -> web.Response:
        """/v2.0/…, for who brings the newest token."""
        path = request.match_info["path"]
        what = path.partition("/")[2].partition("/")[2] or "vehicles"
        self.calls.append(f"{request.method} {what}")
        if request.headers.get("Authorization") != f"Bearer {self.access_token}":
            said = {"type": "AUTHENTICATION", "code": None, "description": "The authorization header is wrong."}
            return web.json_response(said, status=401)
        if what in self.faults:
            return self._fault(what)
        if request.method == "POST":
            self.orders.append(await request.json())
            return web.json_response({"status": "success", "message": "sent"})
        own = path.split("/")[1] if "/" in path else ""
        answers: dict[str, Any] = {
            "vehicles": {"vehicles": list(self.vins), "paging": {"count": len(self.vins), "offset": 0}},
            "vin": {"vin": self.vins.get(own)},
            "battery": self.battery,
            "charge": self.charge,
            "charge/limit": self.limit,
        }
        return web.json_response(answers[what], headers=self.headers)

    def _fault(self, what: str) -> web.Response:
        status, body, headers = self.faults[what]
        return web.json_response(body, status=status, headers=headers)


@asynccontextmanager
async def fake_smartcar() -> AsyncIterator[FakeSmartcar]:
    """One, until the block ends."""
    fake = FakeSmartcar()
    application = web.Application()
    application.router.add_post("/oauth/token", fake.token)
    application.router.add_route("*", "/v2.0/{path:.*}", fake.api)
    async with served(application) as url:
        fake.url = url
        yield fake
