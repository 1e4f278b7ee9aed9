"""A person at `python -m websockets`, as the README says."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from lib.hub import answers
from tests.waiting import LIMIT_S

from .builders import a_house, open_hub, url

CURSOR = re.compile(r"\x1b(?:[78]|\[[A-Z])|[\r>] ?")


@asynccontextmanager
async def person(where: str) -> AsyncIterator[tuple[Callable[[str], None], asyncio.StreamReader]]:
    """What types a line, and the screen."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "websockets", where), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    keyboard = process.stdin
    try:
        yield lambda line: keyboard.write(f"{line}\n".encode()), process.stdout
        keyboard.write_eof()  # Ctrl-D
        async with asyncio.timeout(LIMIT_S):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def read_until(screen: asyncio.StreamReader, last: str) -> list[str]:
    """The lines on the screen up to the one that ends so."""
    lines = [""]
    async with asyncio.timeout(LIMIT_S):
        while not lines[-1].endswith(last):
            line = CURSOR.sub("", (await screen.readline()).decode()).strip()
            lines += [line] if line else []
    return lines


async def test_a_person_asks_for_help_and_the_status_in_a_terminal() -> None:
    """Every line of an answer is a line of the screen, with nothing escaped."""
    async with open_hub() as hub:
        hub.say(a_house())
        async with person(url(hub)) as (write, screen):
            await read_until(screen, '"type":"house"}')
            write("help")
            said = await read_until(screen, "states again, as JSON, until the next line")
            assert "< words: help status rates usage bill peak events telegram follow" in said
            write("status")
            expected = [f"< {line}" for line in answers.status(a_house()).splitlines()]
            said = await read_until(screen, expected[-1])
            assert expected == said[-len(expected) :]
            assert [] == [line for line in said if "\\x" in line or "\\n" in line]
