"""The months' peaks of a home as an SVG that stands by itself: naive, the best rival, ours, the limit.

In: standings. Out: the picture of the first home's dynamic contract with a battery. Light ground, so that it can be
read on any page.
"""

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from math import ceil

from lib.sim.year.score import Score
from tests.bench.homes_standings import Standing

WIDE, HIGH, LEFT, TOP, RIGHT, FOOT = 760, 300, 44, 34, 132, 28
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LINES = (("#b5482f", "2"), ("#8a6d1d", "2"), ("#1f6f5c", "3.5"), ("#55606b", "2"))
APART = 15.0  # two names at the end of their lines


def curve(found: Sequence[Standing]) -> str | None:
    """Of the first place with a battery; None without one."""
    with_battery = [one for one in found if one.place.battery]
    chosen = next((one for one in with_battery if one.place.tariff == "dynamic"), None)
    if chosen is None:
        return None
    named = (
        ("naive", chosen.naive),
        (chosen.rival.strategy, chosen.rival),
        ("ours", chosen.ours),
        ("limit", chosen.limit),
    )
    most_kw = 2 * ceil(max(kw for _, score in named for kw in score.month_peaks_kw) / 2)
    title = f"Highest quarter of each month in kW: {chosen.place.home}, {chosen.place.tariff} contract, with a battery"
    parts = [
        f'<text x="{LEFT}" y="18" font-weight="bold">{escape(title)}</text>',
        *(_rule(kw, most_kw) for kw in range(0, most_kw + 1, 2)),
        *_months(named[0][1]),
    ]
    ends = _apart([_y(score.month_peaks_kw[-1], most_kw) for _, score in named])
    for (name, score), (colour, width), end in zip(named, LINES, ends, strict=True):
        points = " ".join(
            f"{_x(n, len(score.month_peaks_kw)):.1f},{_y(kw, most_kw):.1f}" for n, kw in enumerate(score.month_peaks_kw)
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
        says = f"{escape(name)} {score.mean_peak_kw:.1f}"
        parts.append(f'<text x="{WIDE - RIGHT + 8}" y="{end + 4:.1f}" fill="{colour}">{says}</text>')
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" font-family="sans-serif" '
        f'font-size="12" fill="#333" role="img" aria-label="{escape(title)}">\n'
        f'<rect width="{WIDE}" height="{HIGH}" fill="#fff"/>\n{inside}\n</svg>\n'
    )


def _rule(kw: int, most_kw: int) -> str:
    y = _y(kw, most_kw)
    return (
        f'<path d="M{LEFT} {y:.1f}H{WIDE - RIGHT}" stroke="#ddd"/>'
        f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{kw}</text>'
    )


def _months(score: Score) -> list[str]:
    count = len(score.month_peaks_kw)
    return [
        f'<text x="{_x(n, count):.1f}" y="{HIGH - 8}" text-anchor="middle">{MONTHS[n % 12]}</text>'
        for n in range(count)
    ]


def _x(month: int, count: int) -> float:
    return LEFT + (WIDE - LEFT - RIGHT) * (month / (count - 1) if count > 1 else 0.5)


def _y(kw: float, most_kw: float) -> float:
    return TOP + (HIGH - TOP - FOOT) * (1 - kw / most_kw)


def _apart(ends: Sequence[float]) -> list[float]:
    """So far down that each name can be read, in the order in which the lines end."""
    found = list(ends)
    order = sorted(range(len(ends)), key=lambda n: ends[n])
    for above, below in pairwise(order):
        found[below] = max(found[below], found[above] + APART)
    return found
