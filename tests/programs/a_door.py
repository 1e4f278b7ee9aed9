"""`python -m tests.programs.a_door HOST SECRETS`: a door on a free port, which it prints, until stdin ends."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from lib.hub import wire
from lib.hub.gate import Role
from lib.hub.server import Hub
from lib.secrets import door_tokens
from tests.hub.builders import a_house


async def main() -> None:
    """Open it and wait."""
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("secrets", type=Path)
    parser.add_argument("--request-s", type=float, default=wire.REQUEST_S)
    parser.add_argument("--tls", type=Path, nargs=2)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    wire.REQUEST_S = asked.request_s
    tokens = door_tokens(asked.secrets)

    async def change(rest: str) -> str:
        return f"did {rest}"

    hub = Hub(
        "dm",
        boot="b1",
        host=asked.host,
        port=0,
        words={"sim": change},
        tokens={Role.VIEW: tokens.view, Role.CONTROL: tokens.control},
        tls=tuple(asked.tls) if asked.tls else None,
    )
    await hub.start()
    hub.say(a_house())
    print(hub.port, flush=True)  # noqa: T201 - who started this waits for it
    await asyncio.to_thread(sys.stdin.read)
    await hub.close()


if __name__ == "__main__":
    asyncio.run(main())
