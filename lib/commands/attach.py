"""`dm.py --attach ws://pi:8080/ws`: the dashboard of a program that runs elsewhere; q leaves it.

The token of its door is in the address, in DM_TOKEN, or in the secrets of this machine, which may be the same one. Its
keys give orders where the token may control; to one that may only look the program says so.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from lib.commands import SLIP
from lib.hub.address import parse_address
from lib.hub.client import Peer, PeerError
from lib.hub.elsewhere import OF
from lib.messages import Refused, Say
from lib.messages.orders import Done, Order
from lib.panels import seen
from lib.panels.bs import bs_panels
from lib.panels.dashboard import Dashboard
from lib.panels.dm import dm_panels
from lib.panels.ev import ev_panels
from lib.secrets import SecretsError, load_secrets, secrets_path

TICK_S = 1.0
TITLES: Final = MappingProxyType({"dm": "Digital Meter", "ev": "Digital Meter: cars", "bs": "Digital Meter: battery"})
FILES: Final = MappingProxyType({"dm": "dm.py", "ev": "ev_app.py", "bs": "bs_app.py"})
PANELS: Final = MappingProxyType({"dm": dm_panels, "ev": ev_panels, "bs": bs_panels})
Program = Literal["dm", "ev", "bs"]


def run(url: str, environ: Mapping[str, str] = os.environ, *, program: Program = "dm") -> int:
    """Show the dashboard of `program` until its owner leaves it; the exit code.

    environ: `DM_TOKEN` opens its door; `DM_CERTIFICATE` is the file of the certificate that it must show with wss://.
    """
    if not sys.stdout.isatty():
        print(f"{program}: --attach shows a dashboard and needs a terminal", file=sys.stderr)
        return SLIP
    try:
        peer, screen = attached(url, environ, program=program)
    except (PeerError, SecretsError) as error:
        print(f"{program}: {error}", file=sys.stderr)
        return SLIP
    return asyncio.run(_show(peer, screen, program))


def attached(url: str, environ: Mapping[str, str], *, program: Program) -> tuple[Peer, Dashboard]:
    """The program at `url` and a dashboard of it. Raises PeerError, SecretsError."""

    async def give(order: Order) -> Done | Refused:
        return await peer.ask(order)

    screen = Dashboard(TITLES[program], PANELS[program](), attached=True, orders=give)
    peer = open_peer(url, screen.show, environ)
    return peer, screen


def open_peer(url: str, hear: Say, environ: Mapping[str, str]) -> Peer:
    """The program at `url`, with the token that opens its door. Raises PeerError, SecretsError."""
    certificate = environ.get("DM_CERTIFICATE")
    return Peer(
        url,
        hear,
        token=_token(url, environ),
        certificate=Path(certificate) if certificate else None,
    )


def _token(url: str, environ: Mapping[str, str]) -> str | None:
    """The token for an address that holds none; this machine's own is not told to this machine, which needs none."""
    address = parse_address(url)
    named = environ.get("DM_TOKEN")
    if address.token or named or address.is_loopback:
        return address.token or named
    door = load_secrets(secrets_path(environ)).door
    return door.view if door else None


@asynccontextmanager
async def listening(peer: Peer, screen: Dashboard, *, program: Program) -> AsyncIterator[None]:
    """The screen hears the program meanwhile, and how the line to it is."""

    async def tell() -> None:
        while True:
            other = _other(peer, program)
            screen.show(seen.Peer(url=peer.url, connected=peer.connected and not other, why=other or peer.why))
            await asyncio.sleep(TICK_S)

    tasks = [asyncio.create_task(peer.listen()), asyncio.create_task(tell())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _other(peer: Peer, program: Program) -> str:
    """Who else speaks there, whose states this screen does not show; "" where it is the right one, or unknown."""
    speaks = peer.hello.program if peer.hello else program
    if speaks == program:
        return ""
    if speaks not in OF:
        return f"there speaks {speaks[:40]!r}, and not {program} ({OF[program]})"
    return f"there speaks {speaks} ({OF[speaks]}), and not {program} ({OF[program]}): {FILES[speaks]} --attach shows it"


async def _show(peer: Peer, screen: Dashboard, program: Program) -> int:
    async with listening(peer, screen, program=program):
        await screen.run_async()
    return screen.return_code or 0
