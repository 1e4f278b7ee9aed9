"""What stands before the panels while a key asks something: a list to choose from, or a field to type into.

Both end with the order, or with None when the owner leaves them. They draw themselves again for each size.
"""

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from lib.messages.orders import Order
from lib.panels.asks import Chooser, Field
from lib.panels.look import Look
from lib.panels.sheet import Sheet, wrapped

WIDTH = 76
FRAME = 6  # cells of border and padding, both sides together
LOW = 16  # rows of a screen below which no row stays empty
LEAVES = ("Enter takes it, Esc leaves all as it is", "Enter takes it, Esc leaves", "Esc leaves")
DIGITS = 9  # options that a number key takes
LONGEST = 12  # signs of a figure


class AskScreen(ModalScreen[Order | None]):
    """One question in a frame."""

    CSS = """
    AskScreen { align: center middle; }
    AskScreen > Static { height: auto; max-height: 100%; padding: 1 2; }
    AskScreen > Static { border: solid $foreground; background: $background; border-title-style: bold; }
    AskScreen.-ascii > Static { border: ascii $foreground; }
    """
    SCOPED_CSS = False  # of all kinds of questions

    def __init__(self, title: str, look: Look) -> None:
        """`title`: on the frame."""
        super().__init__(classes="-ascii" if look.glyphs.border == "ascii" else "")
        self.look = look
        self._title = title
        self._shown = Static(markup=False)

    def compose(self) -> ComposeResult:
        """One sheet."""
        yield self._shown

    def on_mount(self) -> None:
        """Draw it."""
        self.draw()

    def on_resize(self) -> None:
        """Draw it for the new size."""
        self.draw()

    def draw(self) -> None:
        """Draw what is asked."""
        width, height = self.app.size
        width, airy = min(WIDTH, width), height >= LOW
        for_frame = max(0, width - FRAME)
        self._shown.border_title = Text(self.look.left(self._title, for_frame).rstrip())
        self._shown.border_subtitle = next((words for words in LEAVES if len(words) <= for_frame), "")
        self._shown.styles.width = width
        self._shown.styles.padding = (1 if airy else 0, 2)
        self._shown.update(self.text(max(1, for_frame), max(1, height - (4 if airy else 2))))

    def text(self, width: int, height: int) -> Text:
        """What is asked, in `height` lines of `width` cells at most."""
        raise NotImplementedError

    def action_leave(self) -> None:
        """Nothing changes."""
        self.dismiss(None)


class ChooserScreen(AskScreen):
    """A list: Up, Down and Enter, or the number of an option."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+c", "leave", "Leave"),
        Binding("up", "move(-1)", "Up"),
        Binding("down", "move(1)", "Down"),
        Binding("enter,space", "take", "Take"),
        *(Binding(str(key), f"take({key})", f"Option {key}") for key in range(1, DIGITS + 1)),
    ]

    def __init__(self, chooser: Chooser, look: Look) -> None:
        """The option that is so now is marked first."""
        super().__init__(chooser.title, look)
        self._options = chooser.options
        self._at = next((at for at, one in enumerate(chooser.options) if one.now), 0)

    def text(self, width: int, height: int) -> Text:
        """A number, a name and a meaning each; a long meaning goes on below where there is room."""
        colours, sheet = self.look.colours, Sheet(self.look, width)
        name_cells = 2 + max((len(one.name) for one in self._options), default=0)
        indent = 5 + name_cells
        meanings = [wrapped(self.look, one.meaning, max(12, width - indent)) for one in self._options]
        first_shown = 0
        if sum(map(len, meanings)) > height:
            meanings = [[one.meaning] for one in self._options]
            first_shown = min(max(0, self._at - height // 2), max(0, len(meanings) - height))
        for at, one in enumerate(self._options[: first_shown + height]):
            if at < first_shown:
                continue
            marked = at == self._at
            sign = self.look.glyphs.pointer if marked else " "
            first, *more = meanings[at]
            sheet.row(
                (f"{sign} ", colours.active),
                (f"{at + 1 if at < DIGITS else ' '}  ", colours.inactive),
                (self.look.left(one.name, name_cells), colours.title if marked else colours.text),
                (first, colours.text if marked else colours.quiet),
            )
            for line in more:
                sheet.row((" " * indent, ""), (line, colours.text if marked else colours.quiet))
        return sheet.text()

    def action_move(self, step: int) -> None:
        """The next option, or the one before."""
        self._at = (self._at + step) % max(1, len(self._options))
        self.draw()

    def action_take(self, number: int = 0) -> None:
        """This one, or the one with a number."""
        at = number - 1 if number else self._at
        if at < len(self._options):
            self.dismiss(self._options[at].order)


class FieldScreen(AskScreen):
    """A figure is typed; what is wrong with it is said, and it stays open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "leave", "Leave"),
        Binding("enter", "take", "Take"),
        Binding("backspace", "wipe(1)", "Back"),
        Binding("ctrl+u", f"wipe({LONGEST})", "Wipe"),
    ]

    def __init__(self, field: Field, look: Look) -> None:
        """An empty field."""
        super().__init__(field.title, look)
        self._field = field
        self._typed = ""
        self._wrong = ""

    def text(self, width: int, height: int) -> Text:
        """The question, what is typed, and what that would mean or what is wrong with it."""
        colours, sheet = self.look.colours, Sheet(self.look, width)
        remark = wrapped(self.look, self._wrong or self._field.remark(self._typed), width)
        question = wrapped(self.look, self._field.question, width)
        airy = len(question) + len(remark) + 3 <= height
        for line in question[: max(0, height - 1 - len(remark))]:
            sheet.row((line, colours.text))
        if airy:
            sheet.space()
        sheet.row(
            (f"{self.look.glyphs.pointer} ", colours.active),
            (self._typed, colours.title),
            (" ", "reverse"),
            (f" {self._field.unit}", colours.quiet),
        )
        if airy:
            sheet.space()
        for line in remark:
            sheet.row((line, colours.warn if self._wrong else colours.quiet))
        return sheet.text()

    def on_key(self, event: events.Key) -> None:
        """A sign is typed."""
        if event.character is not None and event.is_printable:
            self._type(event.character)
            event.stop()

    def on_paste(self, event: events.Paste) -> None:
        """Some are."""
        self._type("".join(one for one in event.text if one.isprintable()))
        event.stop()

    def action_wipe(self, signs: int) -> None:
        """Take back what was typed last."""
        self._typed, self._wrong = self._typed[:-signs], ""
        self.draw()

    def action_take(self) -> None:
        """The order of what was typed."""
        found = self._field.parse(self._typed)
        if isinstance(found, str):
            self._wrong = found
            self.draw()
        else:
            self.dismiss(found)

    def _type(self, signs: str) -> None:
        self._typed, self._wrong = (self._typed + signs)[:LONGEST], ""
        self.draw()
