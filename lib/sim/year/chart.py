"""Bars and curves as SVG that stretches to whatever width there is; all words stand beside it as text of the page.

In: numbers and names of classes, which the style sheet colours. Out: HTML. Names are escaped here. Knows no score.
"""

from collections.abc import Iterable, Sequence
from html import escape
from math import ceil, floor, log10
from typing import NamedTuple

WIDE, HIGH = 1000, 200


class Part(NamedTuple):
    """A piece of a bar, from where to how far, in the unit of the bar's whole."""

    look: str
    start: float
    length: float


class Curve(NamedTuple):
    """A value for each step; is_area: filled down to 0. None: nothing is known."""

    look: str
    values: Sequence[float | None]
    is_area: bool = False
    is_step: bool = True


def bar(parts: Iterable[Part], whole: float, says: str, *, look: str = "bar") -> str:
    """One bar of so much in all; says: for who does not see it."""
    rects = "".join(
        f'<rect class="{part.look}" x="{_at(part.start, whole)}" width="{_at(part.length, whole)}" height="10"/>'
        for part in parts
        if part.length > 0
    )
    return _svg(f"0 0 {WIDE} 10", rects, says, look)


def stacked(parts: Iterable[tuple[str, float]]) -> list[Part]:
    """Pieces one after the other; what is below 0 is left out."""
    found: list[Part] = []
    start = 0.0
    for look, length in parts:
        found.append(Part(look, start, max(0.0, length)))
        start += max(0.0, length)
    return found


def plot(curves: Sequence[Curve], says: str, *, unit: str, tall: bool = False, least: float = 0.0) -> str:
    """Curves over one another, with round numbers beside them; least: so far down it reaches at least."""
    values = [value for curve in curves for value in curve.values if value is not None]
    marks = _marks(min([least, *values]), max([least, *values]))
    low, high = marks[0], marks[-1]
    rules = "".join(f'<path class="rule" d="M0 {_y(mark, low, high)}H{WIDE}"/>' for mark in marks)
    paths = "".join(f'<path class="{curve.look}" d="{_path(curve, low, high)}"/>' for curve in curves)
    numbers = "".join(
        f'<span style="top:{100 * (high - mark) / (high - low):.1f}%">{mark:g}{unit if mark == high else ""}</span>'
        for mark in marks
    )
    look = "plot tall" if tall else "plot"
    return f'<div class="{look}">{_svg(f"0 0 {WIDE} {HIGH}", rules + paths, says)}{numbers}</div>'


def key(names: Iterable[tuple[str, str]]) -> str:
    """What the colours mean: look and name."""
    return (
        '<div class="key">' + "".join(f'<b><i class="{look}"></i>{escape(name)}</b>' for look, name in names) + "</div>"
    )


def _svg(box: str, inside: str, says: str, look: str = "") -> str:
    return (
        f'<svg class="{look}" viewBox="{box}" preserveAspectRatio="none" role="img" aria-label="{escape(says)}">'
        f"{inside}</svg>"
    )


def _path(curve: Curve, low: float, high: float) -> str:
    """A run of values that are known becomes a line, or an area."""
    count = len(curve.values) if curve.is_step else max(1, len(curve.values) - 1)
    words: list[str] = []
    begun: float | None = None
    level: int | None = None
    for n, value in enumerate(curve.values):
        x, y = round(n * WIDE / count, 1), None if value is None else _y(value, low, high)
        if y is None:
            if begun is not None and curve.is_area:
                words.append(f"H{x:g}V{_y(0, low, high)}")
            begun = level = None
        elif begun is None:
            words.append(f"M{x:g} {_y(0, low, high)}V{y}" if curve.is_area else f"M{x:g} {y}")
            begun, level = x, y
        elif not curve.is_step:
            words.append(f"L{x:g} {y}")
        elif y != level:
            words.append(f"H{x:g}V{y}")
            level = y
    if begun is not None and curve.is_step:
        words.append(f"H{WIDE}" + (f"V{_y(0, low, high)}" if curve.is_area else ""))
    return "".join(words)


def _marks(low: float, high: float) -> list[float]:
    """Three to six round numbers that hold both."""
    span = max(high - low, 0.1)
    step = 10.0 ** floor(log10(span))
    for part in (5.0, 2.0, 1.0, 0.5, 0.2):
        first, last = floor(low / (step * part) + 1e-9), ceil(high / (step * part) - 1e-9)
        if last - first >= 3:
            return [round(n * step * part, 6) for n in range(first, last + 1)]
    return [low, low + span]


def _y(value: float, low: float, high: float) -> int:
    return round((high - value) / (high - low) * HIGH)


def _at(value: float, whole: float) -> str:
    return f"{max(0.0, min(1.0, value / whole)) * WIDE:.1f}" if whole > 0 else "0"
