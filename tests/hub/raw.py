"""Requests to the letter: what a browser, a proxy or somebody with bad manners sends."""

import asyncio
import base64
import contextlib
import io
import os
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from email.message import Message as Headers
from http.client import parse_headers

from tests.waiting import LIMIT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; status 0: nothing did."""

    status: int
    headers: Headers
    body: str


async def request(
    where: socket.socket | tuple[str, int],
    path: str = "/api/house",
    headers: Mapping[str, str | bytes] | None = None,
    *,
    method: str = "GET",
    body: bytes = b"",
    trailer: bytes = b"",
    version: str = "1.1",
    tls: ssl.SSLContext | None = None,
) -> Answer:
    """The answer to one request; where: an address, or a socket that is connected. An empty header is left out.

    body: with its length; trailer: what follows as it is.
    """
    usual: dict[str, str | bytes] = {"Host": "127.0.0.1", "Connection": "close"}
    head = f"{method} {path} HTTP/{version}\r\n".encode()
    for name, value in (usual | dict(headers or {})).items():
        if value != b"":
            head += name.encode() + b": " + (value if isinstance(value, bytes) else value.encode("latin-1")) + b"\r\n"
    if body:
        head += f"Content-Length: {len(body)}\r\n".encode()
    async with connected(where, tls) as (reader, writer):
        writer.write(head + b"\r\n" + body + trailer)
        return await answer(reader)


async def answer(reader: asyncio.StreamReader) -> Answer:
    """One answer, up to the end of the connection."""
    async with asyncio.timeout(LIMIT_S):
        try:
            data = await reader.read(-1)
        except ConnectionResetError:
            data = b""
    head, _, body = data.partition(b"\r\n\r\n")
    status, _, fields = head.partition(b"\r\n")
    words = status.split()
    return Answer(
        status=int(words[1]) if len(words) > 1 else 0,
        headers=parse_headers(io.BytesIO(fields + b"\r\n\r\n")),
        body=body.decode("utf-8", "replace"),
    )


@contextlib.asynccontextmanager
async def connected(
    where: socket.socket | tuple[str, int], tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection, given up at the end."""
    name = "localhost" if tls else None
    async with asyncio.timeout(LIMIT_S):
        if isinstance(where, socket.socket):
            reader, writer = await asyncio.open_connection(sock=where, ssl=tls, server_hostname=name)
        else:
            reader, writer = await asyncio.open_connection(*where, ssl=tls, server_hostname=name)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


def handshake(path: str = "/ws", host: str = "127.0.0.1", more: str = "") -> bytes:
    """What opens a websocket."""
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{more}\r\n"
    ).encode()
