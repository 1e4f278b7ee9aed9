"""What a program serves by itself, and REST, which is made when it is asked."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message

from lib.hub.front import front
from lib.messages import parse_message
from tests.waiting import LIMIT_S

from .builders import a_house, get, listening, open_hub

ROOT = Path(__file__).parents[2]
UNASKED = """
import asyncio, sys
from tests.hub.builders import get, listening, open_hub

async def main():
    async with open_hub() as hub:
        async with listening(hub) as ws:
            await ws.recv()
        for path in ("/", "/phone", "/phone/page.js"):
            await get(hub, path)
        print("fastapi" in sys.modules)
        await get(hub, "/api/house")
        print("fastapi" in sys.modules)

asyncio.run(main())
"""


def test_who_asks_no_rest_has_none_in_memory() -> None:
    """A websocket, the glance and the phone page load no FastAPI; the first question of REST does."""
    done = subprocess.run(
        [sys.executable, "-c", UNASKED], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=True
    )
    assert ["False", "True"] == done.stdout.split()


async def test_questions_that_come_together_share_one_rest() -> None:
    """It is made once, beside the loop, and each of those who waited for it has an answer."""
    made: list[threading.Thread] = []

    def rest() -> ASGIApp:
        made.append(threading.current_thread())
        return PlainTextResponse("made")

    said: list[str] = []

    async def talk(_: object) -> None:
        raise AssertionError("nobody asks /ws")

    app = front(lambda: "", talk, rest)

    async def ask() -> None:
        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def send(event: Message) -> None:
            if event["type"] == "http.response.body":
                said.append(event["body"].decode())

        await app({"type": "http", "method": "GET", "path": "/api", "headers": []}, receive, send)

    await asyncio.gather(*(ask() for _ in range(5)))
    assert ["made"] * 5 == said
    assert 1 == len(made)
    assert threading.main_thread() is not made[0]


async def test_states_go_on_while_rest_is_made() -> None:
    """Who listens hears what is said while somebody else asks REST for the first time."""
    async with open_hub() as hub, listening(hub) as ws:
        asking = asyncio.create_task(get(hub, "/api/house"))
        hub.say(a_house())
        heard = [parse_message(await ws.recv()).type for _ in range(2)]
        assert ["hello", "house"] == heard
        status, _, _ = await asking
        assert status in {200, 503}
