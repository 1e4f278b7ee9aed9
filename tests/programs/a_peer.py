"""`python -m tests.programs.a_peer URL`: what `dm.py --attach URL` would hear first, or why it hears nothing."""

import asyncio
import os
import sys

from lib.commands.attach import open_peer
from lib.hub.client import PeerError
from lib.messages import Message
from lib.secrets import SecretsError
from tests.waiting import LIMIT_S


async def main(url: str) -> str:
    """The type of the first state, or a sentence."""
    heard: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def hear(message: Message) -> None:
        if not heard.done():
            heard.set_result(message.type)

    try:
        peer = open_peer(url, hear, os.environ)
    except (PeerError, SecretsError) as error:
        return str(error)
    listens = asyncio.create_task(peer.listen())
    async with asyncio.timeout(LIMIT_S):
        while not heard.done() and (peer.connected or peer.why == "not connected yet"):  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.01)
    listens.cancel()
    await asyncio.gather(listens, return_exceptions=True)
    return heard.result() if heard.done() else f"{peer.url}: {peer.why}"


if __name__ == "__main__":
    print(asyncio.run(main(sys.argv[1])))  # noqa: T201 - who started this waits for it
