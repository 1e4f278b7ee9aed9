"""What stands before the panels for a moment: the question before a stop, and the help."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from lib.panels.look import Look, Room
from lib.panels.sheet import Sheet

HELP_WIDTH = 76


class StopQuestion(ModalScreen[bool]):
    """Stop? y or n."""

    CSS = """
    StopQuestion { align: center middle; }
    StopQuestion > Static { width: 50; height: 7; padding: 1 2; border: solid $foreground; background: $background; }
    StopQuestion.-ascii > Static { border: ascii $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape,q,ctrl+c", "answer(False)", "No"),
    ]

    def __init__(self, question: str, look: Look) -> None:
        """`question`: one short sentence."""
        super().__init__(classes="-ascii" if look.glyphs.border == "ascii" else "")
        self._question = question
        self._look = look

    def compose(self) -> ComposeResult:
        """Two lines."""
        colours = self._look.colours
        sheet = Sheet(self._look, 44)
        sheet.row(
            (f"{self._question}   ", colours.title),
            ("y", colours.active),
            (" / ", colours.quiet),
            ("n", colours.active),
        )
        sheet.space()
        sheet.row(("In tmux, Ctrl-b d leaves it running.", colours.text))
        yield Static(sheet.text(), markup=False)

    def action_answer(self, stop: bool) -> None:  # noqa: FBT001 - an action's parameters have no names
        """The owner's word."""
        self.dismiss(stop)


class HelpScreen(ModalScreen[None]):
    """A text that can be scrolled; any key of those that open it closes it."""

    CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > Static { height: auto; max-height: 100%; padding: 0 2; }
    HelpScreen > Static { border: solid $foreground; background: $background; }
    HelpScreen.-ascii > Static { border: ascii $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,h,question_mark,f1,enter,ctrl+c", "leave", "Close"),
        Binding("up", "move(-1)", "Up"),
        Binding("down", "move(1)", "Down"),
        Binding("pageup", "move(-10)", "Page up"),
        Binding("pagedown", "move(10)", "Page down"),
    ]

    def __init__(self, text: Callable[[Room], Text], look: Look) -> None:
        """`text`: the help for a room."""
        super().__init__(classes="-ascii" if look.glyphs.border == "ascii" else "")
        self._text = text
        self._top = 0
        self._shown = Static(markup=False)

    def compose(self) -> ComposeResult:
        """One sheet."""
        self._shown.border_title = "Help"
        yield self._shown

    def on_mount(self) -> None:
        """Draw it."""
        self._draw()

    def on_resize(self) -> None:
        """Draw it for the new size."""
        self._draw()

    def action_leave(self) -> None:
        """Back to the panels."""
        self.dismiss(None)

    def action_move(self, rows: int) -> None:
        """Scroll."""
        self._top += rows
        self._draw()

    def _draw(self) -> None:
        width, height = self.app.size
        room = Room(min(HELP_WIDTH, width) - 6, height - 2, whole=True)
        lines = self._text(room).split("\n", allow_blank=True)
        self._top = max(0, min(self._top, len(lines) - room.height))
        last = self._top + room.height
        part = f"{self._top + 1}-{last} of {len(lines)}, Up Down scroll, " if len(lines) > room.height else ""
        self._shown.border_subtitle = f"{part}Esc closes"
        self._shown.styles.width = min(HELP_WIDTH, width)
        self._shown.update(Text("\n", no_wrap=True, end="").join(lines[self._top : self._top + room.height]))
