"""The Textual app that all three programs share: keeps the newest words, places the panels, heeds the keys.

Keys turn pages, and give orders where somebody takes them. It draws when a word comes and once a second, and touches a
widget only when its text changed. A fault in a panel ends the screen and is kept in `failure`; what then becomes of the
program is the program's business.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message as Event

from lib.messages import Message, Refused
from lib.messages.orders import Done, Order
from lib.panels.ask_screens import ChooserScreen, FieldScreen
from lib.panels.asks import ONLY_LOOKS, Chooser, Field
from lib.panels.driver import TerminalDriver
from lib.panels.errands import Errands, Give
from lib.panels.foot import render_answer, render_foot, render_help
from lib.panels.layout import Panels, Place, overview
from lib.panels.look import CONSOLE, UNICODE, Look, Room
from lib.panels.questions import HelpScreen, StopQuestion
from lib.panels.seen import Choice, Peer, Seen
from lib.panels.themes import SKINS, Terminal, terminal_of
from lib.panels.view import Line, View

QUIT = "quit"
MARGIN = 2  # cells beside the head, both sides together
ORDER_KEYS = "abcmprs"  # of all programs


class Fresh(Event):
    """Something new is there to be drawn; one that still waits is replaced."""

    def can_replace(self, message: Event) -> bool:
        """Whether `message` need not be handled beside this one."""
        return isinstance(message, Fresh)


class Dashboard(App[str]):
    """A program's screen. `run_async()` ends with "quit" when the owner wants the program to stop."""

    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    ALLOW_SELECT = False
    CSS = """
    Screen { layout: vertical; overflow: hidden; color: $foreground; }
    Static { text-wrap: nowrap; text-overflow: clip; }
    #head { height: 3; padding: 0 1; }
    #foot { height: 1; dock: bottom; }
    #body { height: 1fr; overflow: hidden; }
    .view { position: absolute; border: solid $primary; padding: 0 1; border-title-style: bold; overflow: hidden; }
    .view { border-title-color: $foreground; border-subtitle-color: $foreground; }
    .-ascii .view { border: ascii $primary; border-title-color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,ctrl+q,ctrl+c", "ask_quit", "Quit", priority=True),
        Binding("question_mark,h,f1", "help", "Help"),
        Binding("t", "theme", "Theme"),
        Binding("escape,0", "page(0)", "All"),
        *(Binding(str(key), f"page({key})", f"Panel {key}") for key in range(1, 10)),
        Binding("tab,right", "turn(1)", "Next", priority=True),
        Binding("shift+tab,left", "turn(-1)", "Before", priority=True),
        Binding("up", "arrow(-1)", "Up"),
        Binding("down", "arrow(1)", "Down"),
        Binding("pageup", "scroll_pages(-1)", "Page up"),
        Binding("pagedown", "scroll_pages(1)", "Page down"),
        Binding("home", "scroll_pages(-99)", "Top"),
        Binding("end", "scroll_pages(99)", "End"),
        Binding("enter,space", "fold(False)", "Fold"),
        Binding("f", "fold(True)", "Fold all"),
        *(Binding(key, f"order('{key}')", f"Order {key}") for key in ORDER_KEYS),
    ]

    def __init__(
        self,
        title: str,
        panels: Panels,
        *,
        attached: bool = False,
        orders: Give | None = None,
        terminal: Terminal | None = None,
        elapsed_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """A screen that has seen nothing yet.

        attached: it listens from elsewhere, so q only leaves it. orders: carries an order out and answers within some
        seconds; None: the screen only looks. terminal: None for what the environment says. elapsed_s: seconds that
        only ever grow; ages are counted by them.
        """
        super().__init__(driver_class=TerminalDriver)
        self.animation_level = "none"
        self.title = title
        terminal = terminal or terminal_of(os.environ)
        self._panels = panels
        self._attached = attached
        self._errands = Errands(orders or _nobody, elapsed_s)
        self._gives = orders is not None
        self._chosen: Choice | None = None
        self._opened: Mapping[str, bool] = {}
        self._glyphs = terminal.glyphs
        self._skin = terminal.skin
        self._elapsed_s = elapsed_s
        self._words: dict[type, Message] = {}
        self._heard: float | None = None
        self._peer: Peer | None = None
        self._page = 0
        self._views = [View(panel) for panel in panels.panels]
        self._head, self._foot = Line("head"), Line("foot")
        for skin in SKINS:
            self.register_theme(skin.theme)
        self.theme = self._skin.name

    def show(self, word: Message | Peer) -> None:
        """Take the newest word of its kind. Never waits; from any thread, also before the screen runs and after."""
        if isinstance(word, Peer):
            self._peer = word
        else:
            self._words[type(word)] = word
            self._heard = self._elapsed_s()
        if self.is_running:
            self.post_message(Fresh())

    def compose(self) -> ComposeResult:
        """Head, panels, foot."""
        yield self._head
        with Container(id="body"):
            yield from self._views
        yield self._foot

    def on_mount(self) -> None:
        """Draw what came before the screen did, and from now on once a second."""
        self.screen.set_class(self.look.glyphs.border == "ascii", "-ascii")
        self.set_interval(1.0, self._draw)
        self._draw()

    @on(Fresh)
    def _fresh(self) -> None:
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Place the panels anew."""
        self.call_after_refresh(self._draw)

    @property
    def look(self) -> Look:
        """How to draw now."""
        plain = self._skin.console and self._glyphs is UNICODE
        return Look(glyphs=CONSOLE if plain else self._glyphs, colours=self._skin.palette)

    @property
    def seen(self) -> Seen:
        """What there is to draw now."""
        heard_s = None if self._heard is None else max(0.0, self._elapsed_s() - self._heard)
        seen = Seen(title=self.title, words=dict(self._words), heard_s=heard_s, peer=self._peer, opened=self._opened)
        choices = self._panels.choices(seen) if self._gives else ()
        if not choices:
            return seen
        return replace(seen, chosen=self._chosen if self._chosen in choices else choices[0])

    @property
    def failure(self) -> Exception | None:
        """The fault that ended the screen; Textual prints it and keeps it under a name of its own."""
        return self._exception

    @property
    def _stuck(self) -> bool:
        """Whether the terminal takes nothing, so that a picture would only wait; Textual has no other way to it."""
        return isinstance(self._driver, TerminalDriver) and self._driver.stuck

    def _draw(self) -> None:
        if self._stuck:
            return
        seen, look = self.seen, self.look
        width, height = self.size
        head = self._panels.header(seen, look, Room(width - MARGIN, max(3, height // 5)))
        head_rows = head.plain.count("\n") + 1
        if self._head.rows != head_rows:
            self._head.styles.height = self._head.rows = head_rows
        self._head.draw(head)
        shown = [view for view in self._views if view.panel.shown(seen)]
        self._page = min(self._page, len(shown))
        self._place(seen, shown, Place(0, 0, width, max(1, height - head_rows - 1)))
        for view in shown:
            view.draw(seen, look, whole=bool(self._page), hints=view.panel.hint(seen) if self._gives else ())
        said = self._errands.said
        names = [view.panel.tab or view.panel.title for view in shown]
        foot = render_answer(said, look, width) if said else render_foot(names, self._page, look, width)
        foot_rows = foot.plain.count("\n") + 1
        if self._foot.rows != foot_rows:
            self._foot.styles.height = self._foot.rows = foot_rows  # an answer covers what stands above for a moment
        self._foot.draw(foot)

    def _place(self, seen: Seen, shown: list[View], body: Place) -> None:
        """The overview, or the one panel of the page."""
        found = (
            {shown[self._page - 1].panel.name: body} if self._page else overview(self._panels, seen, body, self.look)
        )
        for view in self._views:
            view.put(found.get(view.panel.name))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No key reaches the panels while a question or the help stands before them."""
        del action, parameters
        return len(self.screen_stack) == 1

    def action_page(self, page: int) -> None:
        """One panel over the whole screen, or all of them."""
        shown = sum(view.panel.shown(self.seen) for view in self._views)
        if page <= shown:
            self._page = 0 if page == self._page else page
            self._draw()

    def action_turn(self, step: int) -> None:
        """The next page or the one before."""
        shown = sum(view.panel.shown(self.seen) for view in self._views)
        self._page = (self._page + step) % (shown + 1)
        self._draw()

    def action_arrow(self, step: int) -> None:
        """The next of what is chosen among, where that is shown; else a row up or down."""
        seen = self.seen
        choices = self._walk(seen)
        if seen.chosen is None or not choices:
            self.action_scroll_rows(step)
            return
        at = choices.index(seen.chosen) + step if seen.chosen in choices else 0
        self._chosen = choices[min(max(at, 0), len(choices) - 1)]
        self._reveal()

    def _walk(self, seen: Seen) -> Sequence[Choice]:
        """What the arrows go through: of the panel that stands alone in its own order, else of all that are shown."""
        shown = [view for view in self._views if view.display]
        if len(shown) == 1 and shown[0].panel.walk:
            return shown[0].panel.walk(seen, self.look, shown[0].room)
        kinds = frozenset().union(*(view.panel.choices for view in shown))
        return [one for one in self._panels.choices(seen) if one.kind in kinds]

    def _reveal(self) -> None:
        """Draw, and scroll to what is chosen."""
        self._draw()
        choosing = [view for view in self._views if view.display and (view.panel.choices or view.panel.walk)]
        found = [view.reveal(self.look.glyphs.pointer) for view in choosing]
        if any(found):
            self._draw()

    def action_fold(self, every: bool) -> None:  # noqa: FBT001 - Textual hands it over without a name
        """Fold or open what is chosen, or all of it, where something folds."""
        for view in self._views:
            if view.display and view.panel.folds:
                self._opened, self._chosen = view.panel.folds(self.seen, self.look, view.room, every)
                self._reveal()

    def action_order(self, key: str) -> None:
        """What a key changes: asked before, where there is something to ask."""
        found = next((one for one in self._panels.keys if one.key == key), None)
        if found is None:
            return
        asked = found.ask(self.seen) if self._gives else ONLY_LOOKS
        match asked:
            case str():
                self._errands.say(asked)
                self._draw()
            case Chooser():
                self.push_screen(ChooserScreen(asked, self.look), self._give)
            case Field():
                self.push_screen(FieldScreen(asked, self.look), self._give)
            case _:
                self._give(asked)

    def _give(self, order: Order | None) -> None:
        """Send an order on its way; nothing waits for it."""
        if order is not None and self._errands.begin():
            self.run_worker(self._errand(order))
        self._draw()

    async def _errand(self, order: Order) -> None:
        await self._errands.run(order)
        self._draw()

    def action_scroll_rows(self, rows: int) -> None:
        """Scroll what can be scrolled: the panel that is alone, else the last one that is longer than its place."""
        self._scroll(lambda view: rows)

    def action_scroll_pages(self, pages: int) -> None:
        """Scroll by what is seen of it."""
        self._scroll(lambda view: pages * max(1, view.visible_rows - 1))

    def _scroll(self, rows: Callable[[View], int]) -> None:
        long = [view for view in self._views if view.display and view.longest > view.visible_rows]
        if long and long[-1].move(rows(long[-1])):
            self._draw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel."""
        del event
        self.action_scroll_rows(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel."""
        del event
        self.action_scroll_rows(-3)

    def action_theme(self) -> None:
        """The next theme; the console's also draws with the console's signs."""
        self._skin = SKINS[(SKINS.index(self._skin) + 1) % len(SKINS)]
        self.theme = self._skin.name
        self._draw()

    def action_help(self) -> None:
        """The help, with all notices in full."""
        seen, look = self.seen, self.look
        legend, told = self._panels.legend(seen), self._panels.notices(seen)
        keys = [key for key in self._panels.keys if self._gives and key.shown(seen)]
        choices, folds = (
            seen.chosen is not None,
            any(view.panel.folds and view.panel.shown(seen) for view in self._views),
        )

        def text(room: Room) -> Text:
            return render_help(
                legend,
                told,
                [skin.name for skin in SKINS],
                look,
                room,
                attached=self._attached,
                orders=keys,
                choices=choices,
                folds=folds,
            )

        self.push_screen(HelpScreen(text, look))

    def action_ask_quit(self) -> None:
        """Leave at once where that stops nothing; else ask."""
        if self._attached:
            self.exit(QUIT)
        else:
            self.push_screen(StopQuestion(self._panels.question, self.look), self._answered)

    def _answered(self, stop: bool | None) -> None:  # noqa: FBT001 - Textual hands the answer over without a name
        if stop:
            self.exit(QUIT)


async def _nobody(order: Order) -> Done | Refused:
    """Of a screen that only looks."""
    del order
    return Refused(why=ONLY_LOOKS)
