"""Messages → the dashboard as a picture (SVG), drawn by the program itself without a terminal."""

import re
from collections.abc import Iterable

from lib.messages import Message
from lib.panels.dashboard import Dashboard
from lib.panels.dm import dm_panels
from lib.panels.errands import Give
from lib.panels.layout import Panels
from lib.panels.look import UNICODE
from lib.panels.themes import NIGHT, Terminal

FOREIGN_FONTS = re.compile(r"@font-face\s*\{[^}]*\}\s*")


async def picture(
    messages: Iterable[Message],
    size: tuple[int, int] = (120, 40),
    *,
    title: str = "Digital Meter",
    panels: Panels | None = None,
    orders: Give | None = None,
    terminal: Terminal | None = None,
) -> str:
    """The screen of `size` (columns, rows) as SVG; the same messages give the same bytes.

    panels: dm's unless said otherwise; orders: with the keys of a screen that gives some; terminal: by night and with
    all signs unless said otherwise. The picture loads nothing from elsewhere.
    """
    app = Dashboard(
        title,
        panels or dm_panels(),
        orders=orders,
        terminal=terminal or Terminal(UNICODE, NIGHT),
        elapsed_s=lambda: 0.0,
    )
    for message in messages:
        app.show(message)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        return FOREIGN_FONTS.sub("", app.export_screenshot(simplify=True))
