"""Google's token server on loopback, for the log-in of an installed app: a code counts once, and only with its PKCE."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.fakes.served import served

CLIENT, CLIENT_SECRET = "a-client.apps.example", "a-secret-of-a-client"
SCOPE = "https://www.googleapis.com/auth/calendar.events.readonly"


@dataclass
class FakeGoogle:
    """What it knows, and what it was told."""

    url: str = ""
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)  # code → challenge and redirect
    is_lasting: bool = True
    status: int = 200
    forms: list[dict[str, str]] = field(default_factory=list)

    def consent(self, query: dict[str, str]) -> str:
        """The address at which the browser ends when the owner allows what the link asks."""
        assert ("code", SCOPE, "offline", "S256") == tuple(
            query[name] for name in ("response_type", "scope", "access_type", "code_challenge_method")
        )
        assert CLIENT == query["client_id"]
        code = f"4/code-{len(self.codes)}"
        self.codes[code] = query["code_challenge"], query["redirect_uri"]
        return f"{query['redirect_uri']}?state={query['state']}&code={code}&scope={query['scope']}"

    async def token(self, request: web.Request) -> web.Response:
        """POST /token."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append(form)
        if self.status != 200:
            return web.json_response({}, status=self.status)
        if (CLIENT, CLIENT_SECRET) != (form["client_id"], form["client_secret"]):
            return web.json_response({"error": "invalid_client"}, status=401)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        shown = urlsafe_b64encode(digest).rstrip(b"=").decode(), form["redirect_uri"]
        if form["grant_type"] != "authorization_code" or self.codes.pop(form["code"], None) != shown:
            return web.json_response({"error": "invalid_grant", "error_description": "Bad Request"}, status=400)
        tokens = {"access_token": "short", "expires_in": 3599, "scope": SCOPE, "token_type": "Bearer"}
        return web.json_response(tokens | ({"refresh_token": "1//lasting"} if self.is_lasting else {}))


@asynccontextmanager
async def fake_google() -> AsyncIterator[FakeGoogle]:
    """One, until the block ends."""
    fake = FakeGoogle()
    application = web.Application()
    application.router.add_post("/token", fake.token)
    async with served(application) as url:
        fake.url = url
        yield fake
