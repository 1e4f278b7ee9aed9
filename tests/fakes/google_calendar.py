"""Google Calendar as far as we use it: `events.list` with paging and field masks, and the token service behind it.

It is as strict as Google is: a time without offset is 400, a calendar that is not shared 404, an assertion must be
signed by the account's key. What it was asked it remembers.
"""

import base64
import json
from collections import deque
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from lib.core.stamp import BRUSSELS

HOST = "127.0.0.1"
EMAIL = "meter@project.iam.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/calendar.events.readonly"
AUDIENCE = "https://oauth2.googleapis.com/token"
REFRESH_TOKEN, CLIENT_ID, CLIENT_SECRET = "1//refresh", "client.apps.googleusercontent.com", "client-secret"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"

Answer = tuple[int, Any]


class FakeGoogle:
    """Serves `calendars`, a list of items each, on a port of its own within `async with`.

    Attributes:
        troubles: answers that are given instead of events, one each; token_troubles: instead of tokens.
        role: what the reader may see; page: how many items an answer holds.
        asked: the query of each question for events; grants: each question for a token.

    """

    def __init__(self, calendars: Mapping[str, list[dict[str, Any]]], *, page: int = 250) -> None:
        self.calendars = dict(calendars)
        self.page = page
        self.role = "reader"
        self.troubles: deque[Answer] = deque()
        self.token_troubles: deque[Answer] = deque()
        self.asked: list[dict[str, str]] = []
        self.grants: list[dict[str, str]] = []
        self.tokens: set[str] = set()
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Of the calendar API."""
        return f"http://{HOST}:{self._port}/calendar/v3/"

    @property
    def token_uri(self) -> str:
        """Of the token service."""
        return f"http://{HOST}:{self._port}/token"

    @property
    def account(self) -> dict[str, str]:
        """What the key file of the service account holds."""
        pem = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {
            "type": "service_account",
            "project_id": "project",
            "private_key_id": "1",
            "private_key": pem.decode(),
            "client_email": EMAIL,
            "client_id": "1",
            "token_uri": self.token_uri,
        }

    @property
    def token(self) -> dict[str, str]:
        """The log-in of an owner."""
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": REFRESH_TOKEN,
            "token_uri": self.token_uri,
        }

    async def __aenter__(self) -> Self:
        """Open the port."""
        app = web.Application()
        app.router.add_get("/calendar/v3/calendars/{id}/events", self._events)
        app.router.add_post("/token", self._token)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it; a second `async with` opens the same."""
        if self._runner:
            await self._runner.cleanup()

    async def _events(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        self.asked.append(query)
        if self.troubles:
            return _answer(*self.troubles.popleft())
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _refusal(401, "authError", "Invalid Credentials")
        items = self.calendars.get(request.match_info["id"])
        if items is None:
            return _refusal(404, "notFound", "Not Found")
        try:
            start, end = (datetime.fromisoformat(query[name]) for name in ("timeMin", "timeMax"))
        except (KeyError, ValueError):
            return _refusal(400, "badRequest", "Bad Request")
        if (
            start.tzinfo is None
            or end.tzinfo is None
            or (query.get("orderBy"), query.get("singleEvents"))
            != (
                "startTime",
                "true",
            )
        ):
            return _refusal(400, "badRequest", "Bad Request")
        found = [item for item in items if _touches(item, start, end)]
        first = int(query.get("pageToken", "page0").removeprefix("page"))
        last = first + min(self.page, int(query.get("maxResults", "250")))
        said: dict[str, Any] = {"kind": "calendar#events", "summary": "Family", "accessRole": self.role}
        said["items"] = found[first:last]
        if last < len(found):
            said["nextPageToken"] = f"page{last}"
        return _answer(200, _masked(said, _mask(query["fields"])))

    async def _token(self, request: web.Request) -> web.Response:
        asked = {name: str(value) for name, value in (await request.post()).items()}
        self.grants.append(asked)
        if self.token_troubles:
            return _answer(*self.token_troubles.popleft())
        if asked.get("grant_type") == JWT_GRANT:
            is_good = self._is_signed(asked.get("assertion", ""))
        else:
            names = ("grant_type", "refresh_token", "client_id", "client_secret")
            said = [asked.get(name) for name in names]
            is_good = said == ["refresh_token", REFRESH_TOKEN, CLIENT_ID, CLIENT_SECRET]
        if not is_good:
            return _answer(400, {"error": "invalid_grant", "error_description": "Bad Request"})
        token = f"ya29.{len(self.grants)}"
        self.tokens.add(token)
        return _answer(200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer", "scope": SCOPE})

    def _is_signed(self, assertion: str) -> bool:
        """Whether the account's key signed it, for this scope and audience, and for an hour at most."""
        try:
            head, claims, signature = assertion.split(".")
            self._key.public_key().verify(
                _unpacked(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except (ValueError, InvalidSignature):
            return False
        said = json.loads(_unpacked(claims))
        is_short = 0 < said["exp"] - said["iat"] <= 3600
        return is_short and (said["iss"], said["scope"], said["aud"]) == (EMAIL, SCOPE, AUDIENCE)


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _answer(status: int, said: Any) -> web.Response:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    kind = "text/html" if isinstance(said, bytes) else "application/json"
    return web.Response(status=status, body=body, content_type=kind)


def _refusal(status: int, reason: str, message: str) -> web.Response:
    return _answer(status, refusal(status, reason, message)[1])


def refusal(status: int, reason: str, message: str) -> Answer:
    """An answer as Google words its errors."""
    errors = [{"domain": "global", "reason": reason, "message": message}]
    return status, {"error": {"code": status, "message": message, "errors": errors}}


def _touches(item: Mapping[str, Any], start: datetime, end: datetime) -> bool:
    """What is left of a deleted event has no time, and is always there."""
    if "start" not in item:
        return True
    return _instant(item["start"]) < end and _instant(item["end"]) > start


def _instant(said: Mapping[str, str]) -> datetime:
    if "date" in said:
        return datetime.combine(date.fromisoformat(said["date"]), time(), BRUSSELS).astimezone(UTC)
    return datetime.fromisoformat(said["dateTime"])


def _mask(fields: str) -> dict[str, Any]:
    """A field mask, such as `a,b(c,d(e))`, as the tree that it is."""
    letters = iter(fields)

    def group() -> dict[str, Any]:
        found: dict[str, Any] = {}
        name = ""
        for letter in letters:
            match letter:
                case "(":
                    found[name], name = group(), ""
                case "," | ")":
                    found |= {name: {}} if name else {}
                    name = ""
                    if letter == ")":
                        return found
                case _:
                    name += letter
        return found | ({name: {}} if name else {})

    return group()


def _masked(said: Any, mask: Mapping[str, Any]) -> Any:
    """Only what was asked for; a name without a group is asked for with all that it holds."""
    match said:
        case dict() if mask:
            return {name: _masked(said[name], part) for name, part in mask.items() if name in said}
        case list():
            return [_masked(one, mask) for one in said]
    return said
