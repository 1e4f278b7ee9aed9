"""Golden texts: what the owner sees, kept beside the tests. `GOLDEN=write` writes them anew; read them then."""

import asyncio
import io
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.console import Console
from rich.text import Text
from textual.app import App
from textual.pilot import Pilot

from lib.messages import Message
from lib.panels.dashboard import Dashboard
from lib.panels.dm import dm_panels
from lib.panels.errands import Give
from lib.panels.layout import Panel, Panels, Place, overview
from lib.panels.look import ASCII, CONSOLE, UNICODE, Look, Room
from lib.panels.seen import Choice, Peer, Seen
from lib.panels.themes import NIGHT, PLAIN, Terminal
from tests.panels.story import Story
from tests.waiting import LIMIT_S

FOLDER = Path(__file__).parent / "golden"
SIZES = ((80, 24), (120, 40), (240, 60))
LOOK = Look(glyphs=UNICODE, colours=NIGHT.palette)
LOOKS = {
    "unicode": LOOK,
    "console": Look(glyphs=CONSOLE, colours=PLAIN.palette),
    "ascii": Look(glyphs=ASCII, colours=PLAIN.palette),
}


def golden(name: str, found: str) -> str:
    """The text kept under a name; with `GOLDEN=write` the one just found, which is then kept."""
    path = FOLDER / name
    if os.environ.get("GOLDEN") == "write":
        path.write_text(found, "utf-8")
    return path.read_text("utf-8")


def shown(text: Text, room: Room) -> str:
    """What a terminal of that width shows of a text, without colours; no line is wrapped."""
    console = Console(file=io.StringIO(), color_system=None, width=room.width, legacy_windows=False)
    console.print(text)
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) + "\n"


def styles(text: Text, fragment: str) -> set[str]:
    """The styles of every place where a fragment stands."""
    assert fragment in text.plain, text.plain
    found: set[str] = set()
    at = text.plain.find(fragment)
    while at >= 0:
        found |= {str(span.style) for span in text.spans if span.start < at + len(fragment) and at < span.end}
        at = text.plain.find(fragment, at + 1)
    return found


def seen(
    story: Story | Iterable[Message], *, heard_s: float = 0.1, peer: Peer | None = None, chosen: Choice | None = None
) -> Seen:
    """What a screen was told of a story."""
    words = {type(word): word for word in _told(story)}
    return Seen(title="Digital Meter", words=words, heard_s=heard_s, peer=peer, chosen=chosen)


def _told(story: Story | Iterable[Message]) -> Iterable[Message]:
    return story.told() if isinstance(story, Story) else story


def room_of(panel: Panel, size: tuple[int, int], told: Seen, panels: Panels) -> Room:
    """The room a panel has on a screen of that size; the whole of it where it has no place in the overview."""
    width, height = size
    body = Place(0, 0, width, height - 4)
    place = overview(panels, told, body, LOOK).get(panel.name)
    if place is None:
        return Room(width - 4, body.height - 2, whole=True)
    return Room(place.width - 4, place.height - 2, whole=panel.scrolls)


def a_dashboard(
    story: Story | Iterable[Message] = (),
    look: str = "unicode",
    *,
    attached: bool = False,
    panels: Panels | None = None,
    orders: Give | None = None,
    elapsed_s: Callable[[], float] = lambda: 0.0,
) -> Dashboard:
    """A dashboard that was told a story, on a terminal of which nothing is guessed and whose time stands still."""
    terminal = Terminal(UNICODE, NIGHT) if look == "unicode" else Terminal(LOOKS[look].glyphs, PLAIN)
    title = "Digital Meter: cars" if panels else "Digital Meter"
    app = Dashboard(
        title, panels or dm_panels(), attached=attached, orders=orders, terminal=terminal, elapsed_s=elapsed_s
    )
    for word in _told(story):
        app.show(word)
    return app


async def until(pilot: Pilot[str], there: Callable[[], bool]) -> None:
    """Wait for something to be true, with a limit."""
    async with asyncio.timeout(LIMIT_S):
        while not there():
            await pilot.pause(0.02)


def screen(app: App[str]) -> str:
    """The characters that stand on an app's screen."""
    width, height = app.size
    console = Console(width=width, height=height, file=io.StringIO(), force_terminal=True, record=True)
    console.print(app.screen._compositor.render_update(full=True, screen_stack=app._background_screens))
    return "\n".join(line.rstrip() for line in console.export_text().splitlines()) + "\n"
