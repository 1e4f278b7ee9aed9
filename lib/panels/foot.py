"""The last line and the help screen: every key, in short and in full; for some seconds the answer to an order."""

from collections.abc import Sequence

from rich.text import Text

from lib.panels.asks import OrderKey
from lib.panels.head import Notice
from lib.panels.look import Look, Room
from lib.panels.sheet import Piece, Sheet, wrapped

PAGES = (
    ("1 2 3 ...", "one panel over the whole screen; Esc: all of them"),
    ("Tab, Right", "the next panel; Shift+Tab, Left: the one before"),
)
SCROLL = ("Up Down", "scroll; PgUp PgDn a page, Home End to the ends")
SCROLL_BESIDE = ("PgUp PgDn", "scroll; Home End to the ends")  # where the arrows choose
FOLD = ("Enter Space", "fold a circuit, or open it; f: all of them")
HELP = ("? h F1", "this help")
STOP, LEAVE = "stop the program, after a question", "leave; the program goes on"
TMUX = (
    ("Ctrl-b d", "leave the screen; the programs go on"),
    ("Ctrl-b s", "choose another session: dm, ev, bs, log"),
    ("Ctrl-b [", "look back, q ends it"),
)
KEY = 12
MOST_ANSWER = 3  # lines


def render_foot(titles: Sequence[str], page: int, look: Look, width: int) -> Text:
    """The panels with their keys, the one shown marked, and the other keys; page: 0 for all.

    Words give way where there is no room for them; the keys stay.
    """
    sheet = Sheet(look, width)
    names = ("All", *titles)
    one, none = [name if key == page else "" for key, name in enumerate(names)], [""] * len(names)
    forms = [
        (_tabs(named, page, look, airy=airy), _others(look, said=said))
        for named, said, airy in (
            (names, True, True),
            (names, False, True),
            (names, False, False),
            (one, True, True),
            (none, False, True),
        )
    ]
    tabs, others = next((form for form in forms if _length(form) <= width), forms[-1])
    spare = width - _length((tabs, others))
    sheet.row(*tabs, (" " * max(0, spare - 1), ""), *others, (" " * (spare > 0), ""))
    return sheet.text()


def render_answer(answer: Notice, look: Look, width: int) -> Text:
    """What became of an order, in as many lines as it needs."""
    said, role = answer
    sheet = Sheet(look, width)
    for at, line in enumerate(wrapped(look, said, width - 4)[:MOST_ANSWER]):
        sign = look.glyphs.bullet if at == 0 else " "
        sheet.row((f" {sign} ", getattr(look.colours, role)), (line, look.colours.title))
    return sheet.text()


def _length(form: Sequence[Sequence[Piece]]) -> int:
    return sum(len(text) for part in form for text, _ in part)


def _tabs(names: Sequence[str], page: int, look: Look, *, airy: bool) -> list[Piece]:
    """The number keys, each with the name of its panel, "" for none; `airy`: with a space after it."""
    tabs: list[Piece] = []
    for key, name in enumerate(names):
        style = "reverse" if key == page else look.colours.text
        tabs += [(f" {key} ", f"bold {style}"), (f"{name}{' ' * airy}" if name else "", style)]
    return tabs


def _others(look: Look, *, said: bool) -> list[Piece]:
    """The letter keys; `said`: with their words."""
    others: list[Piece] = []
    for letter, word in (("t", "theme"), ("?", "help"), ("q", "quit")):
        others += [(f" {letter}", look.colours.title), (f" {word}" if said else "", look.colours.quiet)]
    return others


def _orders(sheet: Sheet, look: Look, orders: Sequence[OrderKey], *, choices: bool) -> None:
    """The keys that change something."""
    sheet.row(("Orders", look.colours.title))
    arrows = [("Up Down", "choose the charger or the car")] * choices
    for key, meaning in (*arrows, *((one.key, one.meaning) for one in orders)):
        sheet.row((look.left(key, KEY), look.colours.active), (meaning, look.colours.text))
    sheet.space()


def _sample(role: str, look: Look) -> list[Piece]:
    """A few cells in the colour of a role, as the panels use it."""
    glyphs = look.glyphs
    bars = {"clock": glyphs.full, "used": glyphs.full, "ahead": glyphs.half, "target": glyphs.dash}
    sample = " 12 " if role == "alarm" else bars[role] * 3 if role in bars else "123"
    return [(sample, getattr(look.colours, role)), (" " * (KEY - len(sample)), "")]


def render_help(
    legend: Sequence[tuple[str, str]],
    notices: Sequence[tuple[str, str]],
    themes: Sequence[str],
    look: Look,
    room: Room,
    *,
    attached: bool,
    orders: Sequence[OrderKey] = (),
    choices: bool = False,
    folds: bool = False,
) -> Text:
    """Notices in full, keys, colours and the keys of tmux; legend: (role, meaning); notices: (text, role).

    orders: the keys that change something; choices: the arrows choose what they change; folds: something folds.
    """
    colours = look.colours
    sheet = Sheet(look, room.width)
    if notices:
        sheet.row(("What you should know", colours.title))
        for notice, role in notices:
            sheet.paragraph(f"! {notice}", getattr(colours, role))
        sheet.space()
    if orders:
        _orders(sheet, look, orders, choices=choices)
    sheet.row(("Keys", colours.title))
    last = ("t", f"the next theme: {', '.join(themes)}"), ("q", LEAVE if attached else STOP)
    for key, meaning in (*PAGES, SCROLL_BESIDE if choices else SCROLL, *[FOLD] * folds, HELP, *last):
        sheet.row((look.left(key, KEY), colours.inactive), (meaning, colours.text))
    sheet.space()
    sheet.row(("Colours", colours.title))
    for role, meaning in legend:
        sheet.row(*_sample(role, look), (meaning, colours.text))
    sheet.space()
    sheet.row(("In tmux", colours.title))
    for key, meaning in TMUX:
        sheet.row((look.left(key, KEY), colours.inactive), (meaning, colours.text))
    return sheet.text()
