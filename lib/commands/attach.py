"""`dm.py --attach ws://pi:8080/ws`: the dashboard of a meter that runs elsewhere. It only looks; q leaves it.

The token of its door is in the address, in DM_TOKEN, or in the secrets of this machine, which may be the same one.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from lib.commands import SLIP
from lib.hub.address import parse_address
from lib.hub.client import Peer, PeerError
from lib.messages import Say
from lib.panels import seen
from lib.panels.dashboard import Dashboard
from lib.panels.dm import dm_panels
from lib.secrets import SecretsError, load_secrets, secrets_path

TICK_S = 1.0


def run(url: str, environ: Mapping[str, str] = os.environ) -> int:
    """Show the dashboard until its owner leaves it; the exit code.

    environ: `DM_TOKEN` opens its door; `DM_CERTIFICATE` is the file of the certificate that it must show with wss://.
    """
    if not sys.stdout.isatty():
        print("dm: --attach shows a dashboard and needs a terminal", file=sys.stderr)
        return SLIP
    screen = Dashboard("Digital Meter", dm_panels(), attached=True)
    try:
        peer = open_peer(url, screen.show, environ)
    except (PeerError, SecretsError) as error:
        print(f"dm: {error}", file=sys.stderr)
        return SLIP
    return asyncio.run(_show(peer, screen))


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


async def _show(peer: Peer, screen: Dashboard) -> int:
    async def tell() -> None:
        while True:
            screen.show(seen.Peer(url=peer.url, connected=peer.connected, why=peer.why))
            await asyncio.sleep(TICK_S)

    tasks = [asyncio.create_task(peer.listen()), asyncio.create_task(tell())]
    try:
        await screen.run_async()
    finally:
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    return screen.return_code or 0
