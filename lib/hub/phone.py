"""The phone page at /phone: the files of lib/web, and how a browser is to treat them.

In: those files, and the token with which the page is asked for. It knows no state: the page hears those at /ws, and
tells its orders over REST.
"""

import re
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import quote_from_bytes

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lib.hub.visitor import visitor

WEB: Final = Path(__file__).parent.parent / "web"
PAGE = "index.html"
KINDS: Final = MappingProxyType({".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"})
PART: Final = re.compile(r'(?<=")phone/[a-z]+\.[a-z]+(?=")')
MANNERS: Final = MappingProxyType(
    {
        "Cache-Control": "no-store",  # the page always fits the program that serves it, and may hold a token
        "Content-Security-Policy": "default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    }
)


def phone_routes() -> list[Route]:
    """GET /phone, and beneath it what the page is made of. The files are read now: no name reaches the disk."""
    page = (WEB / PAGE).read_text("utf-8")
    parts = {path.name: (path.read_bytes(), KINDS[path.suffix]) for path in WEB.iterdir() if path.suffix in KINDS}

    async def phone(request: Request) -> Response:
        return Response(_with_token(page, _typed(request)), headers=MANNERS, media_type="text/html")

    async def part(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in parts:
            return Response("the phone page has no such part", 404, MANNERS, "text/plain")
        content, kind = parts[name]
        return Response(content, headers=MANNERS, media_type=kind)

    return [Route("/phone", phone), Route("/phone/{name}", part)]


def _typed(request: Request) -> bytes:
    """The token that whoever holds the browser gave: in the address, or as the password; b"" when there was none.

    A password that a proxy passes on may be the proxy's own, and stays unsaid.
    """
    scope = request.scope
    address = visitor(address="", here="", headers=(), query=scope["query_string"])
    head = visitor(address="", here="", headers=scope["headers"], query=b"", version=scope["http_version"])
    tokens = address.tokens or (() if head.is_passed_on else head.tokens)
    return tokens[-1] if tokens else b""


def _with_token(page: str, token: bytes) -> str:
    """The page with the token in the addresses of its parts, from where it takes it for the websocket and its orders.

    Its browser would not pass `?token=` on to them, and an iPhone gives no password to a websocket.
    """
    if not token:
        return page
    said = f"?token={quote_from_bytes(token, safe='')}"
    return PART.sub(lambda found: found[0] + said, page)
