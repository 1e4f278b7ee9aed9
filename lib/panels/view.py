"""One panel on the screen, and the lines without a frame: widgets that change only when their text did."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

from lib.panels.layout import FRAME, PADDING, Hint, Long, Panel, Place
from lib.panels.look import Look, Room
from lib.panels.seen import Seen

REVEALED = 4  # lines of what is chosen
CORNERS = 6  # cells of a frame beside the words on it
GAP = 3


class Rendered(NamedTuple):
    """A text that need not be made again while its source stays the same; of a long one what was seen, from where."""

    source: object
    text: Text
    lines: list[Text]
    long: Long | None = None
    top: int = 0


class View(Static):
    """One panel on the screen: its frame, its text cut to the place, and how far it is scrolled."""

    def __init__(self, panel: Panel) -> None:
        """A view that has no place yet."""
        super().__init__(id=panel.name, classes="view", markup=False)
        self.display = False
        self.border_title = panel.title
        self.panel = panel
        self.top = 0
        self.longest = 0
        self.room = Room(0, 0)
        self._shown: Text | None = None
        self._subtitle = Text()
        self._place: Place | None = None
        self._last: Rendered | None = None

    @property
    def visible_rows(self) -> int:
        """Lines that fit into the frame."""
        return max(0, self._place.height - FRAME) if self._place else 0

    def put(self, place: Place | None) -> None:
        """Stand there; None: nowhere."""
        if place == self._place:
            return
        self._place = place
        self.display = place is not None
        if place is not None:
            self.styles.offset = (place.x, place.y)
            self.styles.width, self.styles.height = place.width, place.height

    def draw(self, seen: Seen, look: Look, *, whole: bool, hints: Sequence[Hint] = ()) -> None:
        """Render the panel for its place; nothing moves when the text is the one that stands there.

        hints: for the lower edge of its frame.
        """
        if self._place is None:
            return
        self.room = room = Room(self._place.width - FRAME - PADDING, self.visible_rows, whole or self.panel.scrolls)
        text, position = self._seen(self._written(seen, look, room))
        self._edge(hints, position, look)
        if text != self._shown:
            self._shown = text
            self.update(text, layout=False)

    def _seen(self, written: Rendered) -> tuple[Text, str]:
        """The lines that are seen, and which ones of how many."""
        self.longest = written.long.lines if written.long else len(written.lines)
        self.top = max(0, min(self.top, self.longest - self.visible_rows))
        last = self.top + self.visible_rows
        if written.long:
            text = written.text
            if written.top != self.top or not written.lines:
                text = written.long.write(self.top, min(last, self.longest))
                self._last = written._replace(text=text, lines=[text], top=self.top)
            return text, f"{self.top + 1}-{last} of {self.longest}" if self.longest > self.visible_rows else ""
        if self.longest <= self.visible_rows:
            return written.text, ""
        lines, heads = written.lines, min(self.panel.heads, self.visible_rows)
        text = Text("\n", no_wrap=True, end="").join([*lines[:heads], *lines[self.top + heads : last]])
        return text, f"{self.top + 1}-{last - heads} of {self.longest - heads}"

    def _edge(self, hints: Sequence[Hint], position: str, look: Look) -> None:
        """The lower edge of the frame: the keys that have room, and which lines are seen."""
        room = (self._place.width if self._place else 0) - CORNERS - cell_len(position)
        edge = Text()
        for key, word in hints:
            if cell_len(edge.plain) + cell_len(f"{key} {word}   ") <= room + (0 if position else GAP):
                edge.append(key, look.colours.title).append(f" {word}{' ' * GAP}", look.colours.quiet)
        edge.append(position)
        edge.rstrip()
        if edge != self._subtitle:
            self._subtitle = edge
            self.border_subtitle = edge

    def _written(self, seen: Seen, look: Look, room: Room) -> Rendered:
        """The panel's text, and that by lines; of a long one nothing yet."""
        source = (look, room, self.panel.drawn_from(seen)) if self.panel.drawn_from else None
        if source is None or self._last is None or self._last.source != source:
            long = self.panel.long(seen, look, room) if self.panel.long else None
            text = Text() if long else self.panel.render(seen, look, room)
            lines = [] if long else list(text.split("\n", allow_blank=True))
            self._last = Rendered(source, text, lines, long)
        return self._last

    def reveal(self, sign: str) -> bool:
        """Scroll to the line that begins with `sign`, and to those that follow it; says whether there is one."""
        if self._last is None:
            return False
        if self._last.long:
            marked = self._last.long.marked
        else:
            at = next((at for at, line in enumerate(self._last.lines) if line.plain.startswith(sign)), None)
            marked = None if at is None else (at, min(at + REVEALED, self.longest))
        if marked is not None:
            self.top = min(max(self.top, marked[1] - self.visible_rows), marked[0])
        return marked is not None

    def move(self, rows: int) -> bool:
        """Scroll; says whether that moved anything."""
        top = max(0, min(self.top + rows, self.longest - self.visible_rows))
        moved, self.top = top != self.top, top
        return moved


class Line(Static):
    """The head or the foot: text without a frame, drawn anew only when it changed."""

    def __init__(self, name: str) -> None:
        """An empty line."""
        super().__init__(id=name, markup=False)
        self.rows = 0
        self._shown: Text | None = None

    def draw(self, text: Text) -> None:
        """Show `text`."""
        if text != self._shown:
            self._shown = text
            self.update(text, layout=False)
