"""Bars and the curve of a quarter, cell by cell. Knows no panel; fractions below 0 and above 1 end at the edge."""

from collections.abc import Sequence
from math import ceil, isfinite

from lib.messages import QuarterNow
from lib.panels.look import Look
from lib.panels.sheet import Cell, Piece, pieces

QUARTER_S = 900.0


def part(value: float, whole: float) -> float:
    """`value` ÷ `whole` between 0 and 1; 0 for what is no number."""
    share = value / whole if whole > 0 else 0.0
    return min(1.0, max(0.0, share)) if isfinite(share) else 0.0


def bar(look: Look, width: int, share: float, style: str) -> list[Piece]:
    """A bar that is filled up to a fraction, on its track."""
    filled = round(part(share, 1.0) * width)
    return [(look.glyphs.full * filled, style), (look.glyphs.track * (width - filled), look.colours.track)]


def fine_bar(look: Look, width: int, share: float, style: str) -> list[Piece]:
    """A bar without track, as fine as the terminal's signs allow."""
    steps = look.glyphs.steps
    eighths = round(part(share, 1.0) * width * (len(steps) - 1))
    full, rest = divmod(eighths, len(steps) - 1)
    bit = steps[rest] if rest else ""
    return [(steps[-1] * full + bit, style), (" " * (width - full - len(bit)), "")]


def energy_bar(look: Look, width: int, *, used_w: float, ahead_w: float, target_w: float) -> list[Piece]:
    """A quarter as energy: what is used, what the forecast adds, the target, and in another colour what lies beyond."""
    colours, glyphs = look.colours, look.glyphs
    most = max(ahead_w, target_w, used_w)
    used, ahead = (round(part(value, most) * width) for value in (used_w, ahead_w))
    mark = min(width - 1, round(part(target_w, most) * width))
    cells: list[Cell] = []
    for at in range(width):
        over = at > mark and ahead_w > target_w
        if at == mark:
            cells.append((glyphs.mark, colours.target))
        elif at < used:
            cells.append((glyphs.full, colours.over if over else colours.used))
        elif at < ahead:
            cells.append((glyphs.half, colours.over if over else colours.ahead))
        else:
            cells.append((glyphs.track, colours.track))
    return pieces(cells)


def curve(
    look: Look, width: int, height: int, quarter: QuarterNow, *, gone_s: float, top_w: float
) -> list[list[Piece]]:
    """A quarter's average as it grew, the way to its forecast, and the target as a line; rows from top to bottom.

    gone_s: how far the quarter is; top_w: the power at the upper edge.
    """
    colours, glyphs = look.colours, look.glyphs
    levels = len(glyphs.levels) - 1
    seen_w = _seen_w(quarter.curve, width, gone_s=gone_s)
    ahead_w = _ahead_w(quarter, width - len(seen_w))
    tops = [ceil(part(one, top_w) * height * levels) for one in (*seen_w, *ahead_w)]
    target_row = row_of(quarter.target_w, top_w, height)
    over = [one > quarter.target_w for one in (*seen_w, *ahead_w)]
    lines: list[list[Piece]] = []
    for row in range(height):
        floor = (height - 1 - row) * levels
        cells: list[Cell] = []
        for at in range(width):
            level = tops[at] - floor
            beyond = over[at] and row <= target_row
            if level > 0 and at < len(seen_w):
                cells.append((glyphs.levels[min(level, levels)], colours.over if beyond else colours.used))
            elif row == target_row and not over[at]:
                cells.append((glyphs.dash, colours.target))
            elif level > 0:
                cells.append((glyphs.half, colours.over if beyond else colours.ahead))
            else:
                cells.append((" ", ""))
        lines.append(pieces(cells))
    return lines


def scale_w(points: Sequence[tuple[int, float]], *, target_w: float, forecast_w: float | None) -> float:
    """The power at the upper edge of a curve."""
    known = [one for one in (target_w, forecast_w, *(power_w for _, power_w in points[-1:])) if one is not None]
    return max((one for one in known if isfinite(one)), default=1.0) * 1.1


def row_of(power_w: float, top_w: float, height: int) -> int:
    """The row, from above, in which a power lies."""
    return min(height - 1, max(0, height - 1 - int(part(power_w, top_w) * height)))


def _seen_w(points: Sequence[tuple[int, float]], width: int, *, gone_s: float) -> list[float]:
    """The average at each column up to now; between two points on the line that joins them."""
    if not points:
        return []
    values: list[float] = []
    at = 0
    for column in range(max(1, round(part(gone_s, QUARTER_S) * width))):
        second = (column + 0.5) * QUARTER_S / width
        while at + 1 < len(points) and points[at + 1][0] <= second:
            at += 1
        start_s, start_w = points[at]
        if second < start_s:
            values.append(0.0)  # nobody watched the quarter's beginning
        elif at + 1 < len(points):
            end_s, end_w = points[at + 1]
            values.append(start_w + (end_w - start_w) * (second - start_s) / (end_s - start_s))
        else:
            values.append(start_w)
    return values


def _ahead_w(quarter: QuarterNow, columns: int) -> list[float]:
    """The way from the average to the forecast, a value for each column still to come; zeros where none is known."""
    average_w, forecast_w = quarter.average_w, quarter.forecast_w
    if average_w is None or forecast_w is None:
        return [0.0] * columns
    return [average_w + (forecast_w - average_w) * (step + 1) / columns for step in range(columns)]
