"""The other programs, as a program hears them: one `Peer` each, for as long as it runs.

A peer that is away, refuses or changes its address is a sentence on the screen, and stops nothing. The token for one on
another machine is read when it is needed: this start may just be making it, or its owner copies it later.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from lib.clock import Clock
from lib.commands.beside import beside, tell_bug
from lib.hub.address import parse_address
from lib.hub.client import UNTRIED, Peer, PeerError
from lib.messages import Say
from lib.secrets import SecretsError, load_secrets
from lib.settings import Settings

log = logging.getLogger(__name__)


@asynccontextmanager
async def heard(
    config: Settings, program: str, hear: Say, clock: Clock, *, vital: bool = False
) -> AsyncIterator[Peer | None]:
    """Listen to `program` meanwhile; None where it has no door. Orders may be given to it.

    vital: who hears it cannot do without, so a bug in what hears it is raised in the block's place.
    """
    url = config.peer(program)
    if url is None:
        yield None
        return
    try:
        read_token = None if parse_address(url).is_loopback else partial(_token, config.secrets)
        peer = Peer(url, hear, read_token=read_token, certificate=config.tls[0] if config.tls else None, clock=clock)
    except PeerError as error:
        log.warning("%s: %s", program, error)
        yield None
        return
    if vital:
        async with beside({program: peer.listen()}):
            yield peer
        return
    listening = asyncio.create_task(peer.listen(), name=f"listening to {program}")
    listening.add_done_callback(tell_bug)
    try:
        yield peer
    finally:
        listening.cancel()
        await asyncio.wait({listening})


def _token(file: Path) -> str | None:
    """What opens the doors of this house; None where the file has none yet. Raises PeerError."""
    try:
        door = load_secrets(file).door
    except SecretsError as error:
        raise PeerError(str(error)) from error
    return door.control if door else None


def trouble(peer: Peer | None, program: str) -> str:
    """Why a program is not heard, for the owner; "" while it is, and before the first try."""
    if peer is None:
        return f"{program} cannot be heard: socket_info in config.py has no door for it, or tls no certificate"
    return "" if peer.why in {"", UNTRIED} else f"{peer.url}: {peer.why}"
