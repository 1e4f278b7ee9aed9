"""The dashboard of a story in a real terminal: `python -m tests.panels.show_story`."""

import asyncio

from lib.panels.dashboard import Dashboard
from lib.panels.dm import dm_panels
from tests.panels.story import new_peak


async def main() -> None:
    """Show it until the owner stops it, and say what the screen answered."""
    app = Dashboard("Digital Meter", dm_panels(), elapsed_s=lambda: 0.0)
    for word in new_peak().told():
        app.show(word)
    print("answered", await app.run_async())  # noqa: T201 - the test reads it


asyncio.run(main())
