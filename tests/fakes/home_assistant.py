"""A Home Assistant on loopback: states by entity, services, one token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.served import served

TOKEN = "a-long-lived-token"


@dataclass
class FakeHomeAssistant:
    """What it knows, and what it was told."""

    url: str = ""
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    orders: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    status: int = 200

    async def state(self, request: web.Request) -> web.Response:
        """GET /api/states/ENTITY."""
        if self.status != 200:
            return web.Response(status=self.status)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=401, text="401: Unauthorized")
        state = self.states.get(request.match_info["entity"])
        if state is None:
            return web.json_response({"message": "Entity not found."}, status=404)
        return web.json_response(state)

    async def service(self, request: web.Request) -> web.Response:
        """POST /api/services/DOMAIN/SERVICE."""
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=401, text="401: Unauthorized")
        told = await request.json()
        if told["entity_id"] not in self.states:
            return web.Response(status=400, text="400: Bad Request")
        self.orders.append((f"{request.match_info['domain']}.{request.match_info['service']}", told))
        return web.json_response([])


@asynccontextmanager
async def fake_home_assistant() -> AsyncIterator[FakeHomeAssistant]:
    """One, until the block ends."""
    fake = FakeHomeAssistant()
    application = web.Application()
    application.router.add_get("/api/states/{entity}", fake.state)
    application.router.add_post("/api/services/{domain}/{service}", fake.service)
    async with served(application) as url:
        fake.url = url
        yield fake
