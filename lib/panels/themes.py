"""The themes the owner can turn through: for each a palette for the panels and the same colours for Textual."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from textual.theme import BUILTIN_THEMES, Theme

from lib.panels.look import ASCII, CONSOLE, UNICODE, Glyphs, Palette


@dataclass(frozen=True, slots=True, kw_only=True)
class Skin:
    """One theme. console: in the sixteen colours and with the signs that every console has."""

    name: str
    palette: Palette
    border: str
    ground: str
    dark: bool = True
    console: bool = False

    @property
    def theme(self) -> Theme:
        """The same for Textual."""
        if self.console:
            return replace(BUILTIN_THEMES["ansi-dark"], name=self.name, primary=self.border)
        return Theme(
            name=self.name,
            primary=self.border,
            foreground=self.palette.text,
            background=self.ground,
            surface=self.ground,
            panel=self.ground,
            boost=self.ground,
            dark=self.dark,
        )


NIGHT = Skin(
    name="night",
    border="#3a4657",
    ground="#11151b",
    palette=Palette(
        text="#c6d0dc",
        quiet="#7f8da0",
        title="bold #eef3f8",
        track="#2b3543",
        taken="#f5b556",
        injected="#6fd58a",
        active="bold #f472d0",
        inactive="#4cc4dc",
        now="#6fd58a",
        good="#6fd58a",
        warn="#f2c14e",
        bad="bold #ff6b62",
        clock="#e5484d",
        used="#5b9cf0",
        ahead="#5b9cf0",
        target="#f2c14e",
        over="bold #ff6b62",
        alarm="bold #ffffff on #d3222b",
    ),
)
PAPER = Skin(
    name="paper",
    border="#b9b3a4",
    ground="#faf8f2",
    dark=False,
    palette=Palette(
        text="#33383f",
        quiet="#6d7178",
        title="bold #101318",
        track="#dcd7ca",
        taken="#a85800",
        injected="#157a35",
        active="bold #a8128a",
        inactive="#00718a",
        now="#157a35",
        good="#157a35",
        warn="#935f00",
        bad="bold #b81420",
        clock="#cf2f36",
        used="#2463c5",
        ahead="#2463c5",
        target="#935f00",
        over="bold #b81420",
        alarm="bold #ffffff on #b81420",
    ),
)
CONTRAST = Skin(
    name="contrast",
    border="#ffffff",
    ground="#000000",
    palette=Palette(
        text="#ffffff",
        quiet="#d0d0d0",
        title="bold #ffffff",
        track="#585858",
        taken="bold #ffc400",
        injected="bold #00ff5f",
        active="bold #ff7bff",
        inactive="#00ffff",
        now="bold #00ff5f",
        good="#00ff5f",
        warn="#ffff00",
        bad="bold #ff7070",
        clock="#ff4040",
        used="#66aaff",
        ahead="#66aaff",
        target="#ffff00",
        over="bold #ff7070",
        alarm="bold #ffffff on #d00000",
    ),
)
PLAIN = Skin(
    name="console",
    border="ansi_blue",
    ground="ansi_default",
    console=True,
    palette=Palette(
        text="default",
        quiet="default",
        title="bold",
        track="blue",
        taken="bold yellow",
        injected="bold green",
        active="bold magenta",
        inactive="cyan",
        now="green",
        good="green",
        warn="yellow",
        bad="bold red",
        clock="red",
        used="cyan",
        ahead="cyan",
        target="yellow",
        over="bold red",
        alarm="bold white on red",
    ),
)
SKINS = (NIGHT, PAPER, CONTRAST, PLAIN)


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the terminal can: its signs, and the theme to start with."""

    glyphs: Glyphs = UNICODE
    skin: Skin = NIGHT


def terminal_of(environ: Mapping[str, str]) -> Terminal:
    """What the environment says of the terminal.

    `DM_LOOK` (unicode, console, ascii) decides where it is set. Else: no UTF-8 in the locale is ASCII, TERM=linux is
    the console; without 256 colours the theme is the console's. tmux without a locale still speaks UTF-8.
    """
    term = environ.get("TERM", "")
    locale = (environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or "").lower()
    utf8 = "utf-8" in locale or "utf8" in locale or (not locale and bool(environ.get("TMUX")))
    colourful = term.endswith(("256color", "direct", "kitty")) or environ.get("COLORTERM") in {"truecolor", "24bit"}
    glyphs = UNICODE if utf8 and term != "linux" else CONSOLE if utf8 else ASCII
    match environ.get("DM_LOOK"):
        case "unicode":
            glyphs = UNICODE
        case "console":
            return Terminal(CONSOLE, PLAIN)
        case "ascii":
            glyphs = ASCII
    return Terminal(glyphs, NIGHT if colourful and term != "linux" else PLAIN)
