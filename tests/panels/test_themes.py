"""What the environment says of a terminal, and colours that can be read."""

import pytest

from lib.panels.look import ASCII, CONSOLE, UNICODE, Glyphs
from lib.panels.themes import NIGHT, PLAIN, SKINS, Skin, terminal_of

UTF8 = {"LANG": "nl_BE.UTF-8"}


@pytest.mark.parametrize(
    ("environ", "glyphs", "skin"),
    [
        (UTF8 | {"TERM": "xterm-256color"}, UNICODE, NIGHT),
        (UTF8 | {"TERM": "tmux-256color"}, UNICODE, NIGHT),
        (UTF8 | {"TERM": "xterm", "COLORTERM": "truecolor"}, UNICODE, NIGHT),
        (UTF8 | {"TERM": "xterm"}, UNICODE, PLAIN),
        (UTF8 | {"TERM": "linux"}, CONSOLE, PLAIN),
        (UTF8 | {"TERM": "linux", "COLORTERM": "truecolor"}, CONSOLE, PLAIN),
        ({"LC_ALL": "C", "LANG": "nl_BE.UTF-8", "TERM": "linux"}, ASCII, PLAIN),
        ({"LC_ALL": "C.utf8", "TERM": "linux"}, CONSOLE, PLAIN),
        ({"LANG": "nl_BE@euro", "TERM": "xterm-256color"}, ASCII, NIGHT),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"}, UNICODE, NIGHT),
        ({"TERM": "xterm-256color"}, ASCII, NIGHT),
        ({}, ASCII, PLAIN),
        (UTF8 | {"TERM": "tmux-256color", "DM_LOOK": "console"}, CONSOLE, PLAIN),
        (UTF8 | {"TERM": "tmux-256color", "DM_LOOK": "ascii"}, ASCII, NIGHT),
        ({"TERM": "xterm-256color", "DM_LOOK": "unicode"}, UNICODE, NIGHT),
    ],
)
def test_the_environment_tells_what_a_terminal_can(environ: dict[str, str], glyphs: Glyphs, skin: Skin) -> None:
    """Locale, TERM and COLORTERM, unless DM_LOOK says it."""
    terminal = terminal_of(environ)
    assert (glyphs, skin.name) == (terminal.glyphs, terminal.skin.name)


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb` (WCAG 2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("skin", [skin for skin in SKINS if not skin.console], ids=lambda skin: skin.name)
def test_every_word_can_be_read(skin: Skin) -> None:
    """WCAG asks 4.5 to 1 for text; the theme of high contrast gives 7."""
    least = 7.0 if skin.name == "contrast" else 4.5
    for role in (
        *("text", "quiet", "title", "taken", "injected", "active", "inactive"),
        *("now", "good", "warn", "bad", "target", "over"),
    ):
        colour = getattr(skin.palette, role).split()[-1]
        assert contrast(colour, skin.ground) >= least, role
    _, ink, _, ground = skin.palette.alarm.split()
    assert contrast(ink, ground) >= 4.5


def test_the_console_has_only_its_sixteen_colours() -> None:
    """No shade is asked of it that it does not have."""
    words = {word for role in PLAIN.palette.__slots__ for word in getattr(PLAIN.palette, role).split()}
    assert words <= {"bold", "on", "default", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}
