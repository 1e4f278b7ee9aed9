"""Whom the door lets in, in front of all that it serves: who asks → a role, or a refusal in a sentence.

This machine needs no token; everybody else does, whatever address the door is bound to. It does not know what is
asked for, except whether it only looks.
"""

import asyncio
import contextlib
import hmac
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib.clock import Clock
from lib.hub.guesses import FORGET_S, Guesses
from lib.hub.visitor import Visitor, address_of, is_loopback, visitor
from lib.messages import Refused, to_json

LONGEST_BODY = 65_536
LONGEST_HEAD = 16_384
DISCARD_S = 1.0  # what is too long is taken for so long, for a client hears nothing while it still speaks
MOST_WAITING = 50  # wrong tokens whose answer waits, of all addresses together
LOOKS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
BEARER, BASIC = 'Bearer realm="the house"', 'Basic realm="any name, and the token as password", charset="UTF-8"'

FOREIGN = "a page of another site may not read this house"
HOW = (
    'as "Authorization: Bearer TOKEN", as the password, or as ?token=TOKEN; secrets.json of the machine you ask has it'
)
WANTED = f"a token is needed from another machine: give it {HOW}"
PASSED_ON = f"what a proxy passes on needs a token: give it {HOW}"
WRONG = "this token opens nothing here: secrets.json of the machine you ask has those that do"
NO_TOKENS = "this door has no tokens: only its own machine may ask, and without one"
TOO_MANY = "too many wrong tokens from this address: try the right one, or wait a minute"
MAY_LOOK = "this token may only look: what changes something needs the control token"
TOO_LONG = f"a request may carry {LONGEST_BODY} bytes"
HEAD_TOO_LONG = f"the address and headers of a request may have {LONGEST_HEAD} bytes"


class Role(StrEnum):
    """What who asks may do: look, or also change something."""

    VIEW = "view"
    CONTROL = "control"


NO_TOKENS_AT_ALL: Final[Mapping[Role, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """Who is let in; by_token: by a token, not because it asks from this machine."""

    role: Role
    by_token: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """Who is not let in, and why; is_guess: with a wrong token."""

    status: int
    why: str
    headers: Mapping[str, str] = field(default_factory=dict)
    challenges: tuple[str, ...] = ()
    is_guess: bool = False


class Gate:
    """An ASGI application in front of another, which finds `role` and `by_token` in its `state`."""

    def __init__(
        self, app: ASGIApp, *, clock: Clock, tokens: Mapping[Role, str] = NO_TOKENS_AT_ALL, names: Collection[str] = ()
    ) -> None:
        """names: of this machine, besides its host name, that a Host header may hold. Raises ValueError."""
        if not all(tokens.values()) or len(set(tokens.values())) < len(tokens):
            raise ValueError("the tokens of the door are texts, each another one")
        self._app = app
        self._tokens = {role: token.encode() for role, token in tokens.items()}
        own = socket.gethostname().lower()
        self._names = {own, own.partition(".")[0], f"{own.partition('.')[0]}.local", *(name.lower() for name in names)}
        self._guesses = Guesses(clock)
        self._waiting = 0
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Answer at once whoever waits for an answer."""
        self._closing.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or a websocket pass, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        verdict = self.judge(scope)
        if isinstance(verdict, Turned):
            await _refuse(await self._slow(scope, verdict), scope, receive, send)
            return
        scope.setdefault("state", {}).update(role=verdict.role, by_token=verdict.by_token)
        if scope["type"] == "http" and _has_body(scope):
            body = await _body(receive)
            if body is None:
                await _refuse(Turned(status=413, why=TOO_LONG), scope, receive, send)
                return
            receive = _again(body, receive)
        await self._app(scope, receive, send)

    def judge(self, scope: Scope) -> Admitted | Turned:
        """What becomes of a request."""
        length = len(scope["raw_path"]) + len(scope["query_string"])
        if length + sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > LONGEST_HEAD:
            return Turned(status=431, why=HEAD_TOO_LONG)
        client, server = scope.get("client"), scope.get("server")
        who = visitor(
            address=client[0] if client else "",
            here=server[0] if server else "",
            headers=scope["headers"],
            query=scope["query_string"],
            version=scope["http_version"],
        )
        verdict = self._judge(who)
        if isinstance(verdict, Admitted) and verdict.role is Role.VIEW and scope.get("method", "GET") not in LOOKS:
            return Turned(status=403, why=MAY_LOOK)
        return verdict

    def _judge(self, who: Visitor) -> Admitted | Turned:
        if who.is_foreign or (who.is_page and not self._is_ours(who)):
            return Turned(status=403, why=FOREIGN if who.is_foreign else self._unknown(who))
        if who.tokens:
            role = self._role(who.tokens)
            if role is None:
                why = WRONG if self._tokens else NO_TOKENS
                return Turned(status=401, why=why, challenges=self._challenges(who), is_guess=True)
            return Admitted(role=role, by_token=True)
        if who.is_at_home:
            return Admitted(role=Role.CONTROL, by_token=False)
        if not self._is_ours(who):
            why = self._unknown(who)
        elif who.is_passed_on:
            why = PASSED_ON
        else:
            why = WANTED if self._tokens else NO_TOKENS
        return Turned(status=401, why=why, challenges=self._challenges(who))

    def _role(self, presented: tuple[bytes, ...]) -> Role | None:
        """The least that the tokens allow together; None when one of them is wrong. Takes equally long for all."""
        roles: set[Role | None] = set()
        for token in presented:
            found: Role | None = None
            for role, right in self._tokens.items():
                if hmac.compare_digest(token, right):
                    found = role
            roles.add(found)
        if None in roles:
            return None
        return Role.VIEW if Role.VIEW in roles else Role.CONTROL

    def _is_ours(self, who: Visitor) -> bool:
        """Whether the Host is a name of this machine, so that no name of somebody else was bent to its address."""
        if is_loopback(who.host) or who.host in self._names:
            return True
        asked = address_of(who.host)
        return asked is not None and asked == address_of(who.here)

    def _unknown(self, who: Visitor) -> str:
        shown = "".join(letter for letter in (who.host or "")[:60] if letter.isprintable())
        return (
            f"{shown or 'what the Host header says'} is no name of this machine that it knows: "
            "use its address, or list the name in config.py"
        )

    def _challenges(self, who: Visitor) -> tuple[str, ...]:
        """Browsers ask their owner for a password only under a name of ours: another's page would get to know it."""
        return (BEARER, BASIC) if self._tokens and self._is_ours(who) else (BEARER,)

    async def _slow(self, scope: Scope, verdict: Turned) -> Turned:
        """The verdict when it is time for it."""
        if not verdict.is_guess:
            return verdict
        client = scope.get("client")
        wait_s = self._guesses.wrong(client[0] if client else "")
        if wait_s is None or self._waiting >= MOST_WAITING:
            return replace(verdict, status=429, why=TOO_MANY, headers={"Retry-After": f"{FORGET_S:.0f}"}, challenges=())
        self._waiting += 1
        try:
            async with asyncio.timeout(wait_s):
                await self._closing.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting -= 1
        return verdict


async def _refuse(turned: Turned, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the sentence: as JSON, and as text at the address alone and to a websocket, which is a person's."""
    if scope["type"] == "websocket" or scope["path"] == "/":
        answer: Response = PlainTextResponse(turned.why, turned.status)
    else:
        answer = Response(to_json(Refused(why=turned.why)), turned.status, media_type="application/json")
    answer.headers.update({"Cache-Control": "no-store", **turned.headers})
    for challenge in turned.challenges:
        answer.headers.append("WWW-Authenticate", challenge)
    await answer(scope, receive, send)


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


async def _body(receive: Receive) -> bytes | None:
    """What a request carries; None when that is too long, and also when its client goes away meanwhile."""
    body = bytearray()
    while True:
        piece = await receive()
        body += piece.get("body", b"")
        if piece["type"] != "http.request" or len(body) > LONGEST_BODY:
            break
        if not piece.get("more_body", False):
            return bytes(body)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DISCARD_S):
            while piece["type"] == "http.request" and piece.get("more_body", False):
                piece = await receive()
    return None


def _again(body: bytes, receive: Receive) -> Receive:
    """What gives the body that was taken, and then what comes."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return first.pop() if first else await receive()

    return again
