"""What a program cannot be without while it runs: work beside a block. A bug in it ends the block, and so the program.

A part that died quietly would be worse: the program is started again, and the log says why.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

log = logging.getLogger(__name__)


@asynccontextmanager
async def beside(works: Mapping[str, Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Have `works` run until the block ends, each in a task of that name. Raises what one of them raised, at once."""
    block = asyncio.current_task()
    assert block
    tasks = [asyncio.create_task(work, name=name) for name, work in works.items()]

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception():
            block.cancel()

    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield
    finally:
        for task in tasks:
            task.remove_done_callback(ended)
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.result()


def tell_bug(task: asyncio.Task[None]) -> None:
    """Log what ended a task that the program can be without."""
    if not task.cancelled() and (error := task.exception()):
        log.error("%s ended by a bug of its own", task.get_name(), exc_info=error)
