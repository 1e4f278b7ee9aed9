"""`python -m lib.sim replay --peaks`: the highest quarters, second by second, what ran, what would have avoided them.

Text for people, with a small picture that needs no more than a terminal has, or JSON. It knows no database.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from lib.commands.replay import Span
from lib.commands.replay_highest import Peak, Whole, highest
from lib.core.autopsy import Ran, Way
from lib.core.quarter import QUARTER
from lib.core.stamp import BRUSSELS
from lib.settings import Settings

CHART_WIDTH, CHART_HEIGHT = 60, 7
BLOCKS = " ▁▂▃▄▅▆▇█"
ASCII_BLOCKS = " .:#"
MOST_DEVICES = 6


def answer(home: Settings, span: Span, asked: argparse.Namespace) -> str:
    """The highest quarters, as text or JSON. Raises AskedError, StoreError."""
    found, months = highest(home, span, asked.top)
    if asked.json:
        told = {"peaks": [_told(one) for one in found], "months": [_told_month(one) for one in months]}
        return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    plain = not _can_draw(sys.stdout.encoding)
    lines = [line for one in found for line in (*_lines(one, plain=plain), "")]
    return "\n".join([*lines, *map(_month_line, months), ""])


def _lines(peak: Peak, *, plain: bool) -> Iterator[str]:
    """One quarter for people."""
    quarter = peak.quarter
    local = quarter.start.astimezone(BRUSSELS)
    end = (quarter.start + QUARTER).astimezone(BRUSSELS)
    rank = "the highest" if peak.place == 1 else f"number {peak.place}"
    yield f"{local:%a %d %b %Y %H:%M}–{end:%H:%M}  {_kw(quarter.peak_w)}, {rank} of {local:%B}"
    if peak.over is not None:
        yield f"  above its target of {_kw(peak.over.target_w)}: {peak.over.cause}"
    if peak.watts:
        if peak.step_s > 1:
            yield "  its seconds are not kept, only those of a month's highest quarter; here by the minute"
        yield from (f"  {line}" for line in chart(peak.watts, average_w=quarter.peak_w, plain=plain))
    else:
        yield "  how it went is not kept: seconds only of a month's highest quarter, minutes only for some days"
    yield from _what_ran(peak)
    yield from _what_avoids(peak)


def _month_line(whole: Whole) -> str:
    """What would have kept a whole month at its floor."""
    if whole.meter_w is not None:
        return f"{whole.month:%B %Y} peaked at {_kw(whole.meter_w)} by the meter, in a quarter that nobody watched"
    if not whole.line_w:
        return f"{whole.month:%B %Y}: a month's peak costs nothing by your rates"
    if not whole.above.quarters:
        return f"{whole.month:%B %Y} stayed under {_kw(whole.line_w)}, below which a peak costs nothing"
    quarters = "1 quarter stood" if whole.above.quarters == 1 else f"{whole.above.quarters} quarters stood"
    saves = "" if whole.eur is None else f"; that would have saved € {whole.eur:.2f} over the next 12 bills"
    return (
        f"{whole.month:%B %Y}: {quarters} above {_kw(whole.line_w)}; to be kept at that they lack "
        f"{whole.above.row_wh / 1000:.2f} kWh in a row and {_kw(whole.above.most_w)}{saves}"
    )


def _told_month(whole: Whole) -> dict[str, object]:
    return {
        "month": f"{whole.month:%Y-%m}",
        "line_w": round(whole.line_w),
        "quarters_above": whole.above.quarters,
        "row_wh": round(whole.above.row_wh),
        "most_w": round(whole.above.most_w),
        "saved_eur": None if whole.eur is None else round(whole.eur, 2),
        "unwatched_peak_w": None if whole.meter_w is None else round(whole.meter_w),
    }


def _what_ran(peak: Peak) -> Iterator[str]:
    if peak.found is not None:
        yield f"  all the time: {_kw(peak.found.base_w)}"
        for device in peak.found.devices[:MOST_DEVICES]:
            yield f"  {_ran(device, peak.quarter.start)}"
    for charger, wh in sorted(peak.cars_wh.items()):
        if wh > 0:
            yield f"  {charger}: {_kw(wh * 4)} on the mean, by its charger"
    parts = peak.quarter.parts
    if parts is None:
        yield "  what cars and battery drew is not stored with this quarter"
        return
    if parts.cars_wh > 0 and not peak.cars_wh:
        yield f"  cars: {_kw(parts.cars_wh * 4)} on the mean"
    if parts.battery_wh:
        doing = "took" if parts.battery_wh > 0 else "gave"
        yield f"  the battery {doing} {_kw(abs(parts.battery_wh) * 4)} on the mean"
    if parts.sun_wh:
        yield f"  the sun made {_kw(parts.sun_wh * 4)} on the mean"


def _what_avoids(peak: Peak) -> Iterator[str]:
    if not peak.ways:
        yield "  to have avoided it would have saved nothing: another quarter is as high, or it is under the floor"
        return
    alone = "" if peak.place == 1 else ", once the higher ones are avoided"
    yield f"  what would have kept the month lower{alone}:"
    for way, eur in zip(peak.ways, peak.saved_eur, strict=True):
        saves = f"{_kw(peak.quarter.peak_w - way.peak_w)} less"
        price = "" if eur is None else f", € {eur:.2f} over the next 12 bills"
        yield f"    {_way(way)}: {saves}{price}"


def _way(way: Way) -> str:
    match way.kind:
        case "battery":
            return f"a battery that gives {way.wh / 1000:.2f} kWh, up to {_kw(way.power_w)}"
        case "later":
            return f"{way.what} 10 minutes later"
    return f"without {way.what}"


def _ran(device: Ran, start: datetime) -> str:
    """A device in a line: what, how much, since when, how long, how often."""
    first = device.runs[0]
    at = (start + timedelta(seconds=first.start_s)).astimezone(BRUSSELS)
    name = device.what if device.is_car else f"probably {device.what}" if device.what != "something" else device.what
    mean_s = sum(run.lasts_s for run in device.runs) / len(device.runs)
    if len(device.runs) > 1:
        when = f"{len(device.runs)} times from {at:%H:%M:%S}, {_time(mean_s)} each"
    elif not first.began:
        when = f"on before, until {(start + timedelta(seconds=first.end_s)).astimezone(BRUSSELS):%H:%M:%S}"
    else:
        when = f"from {at:%H:%M:%S}, {_time(first.lasts_s)}{'' if first.ended else ' and longer'}"
    return f"{_kw(device.power_w)} {when}: {name} ({device.energy_wh / 1000:.2f} kWh)"


def chart(watts: Sequence[float | None], *, average_w: float, plain: bool) -> list[str]:
    """A small picture of the power over the quarter, in blocks or in ASCII, with kW at its side; ?: not known."""
    width = min(CHART_WIDTH, len(watts)) if len(watts) >= CHART_WIDTH else CHART_WIDTH
    columns: list[float | None] = []
    for at in range(width):
        first, last = at * len(watts) // width, max((at + 1) * len(watts) // width, at * len(watts) // width + 1)
        known = [one for one in watts[first:last] if one is not None]
        columns.append(sum(known) / len(known) if known else None)
    top_w = max(1000.0, average_w, *(one for one in columns if one is not None))
    blocks = ASCII_BLOCKS if plain else BLOCKS
    full = len(blocks) - 1
    lines = []
    for row in range(CHART_HEIGHT, 0, -1):
        low_w, high_w = top_w * (row - 1) / CHART_HEIGHT, top_w * row / CHART_HEIGHT
        cells = ""
        for one in columns:
            share = 0.0 if one is None else (one - low_w) / (high_w - low_w)
            cells += "?" if one is None and row == 1 else blocks[max(0, min(full, round(share * full)))]
        side = f"{top_w / 1000:.1f}" if row == CHART_HEIGHT else "0" if row == 1 else ""
        mark = " average" if low_w <= average_w < high_w or (row == CHART_HEIGHT and average_w >= high_w) else ""
        end = f"{'<' if plain else '◂'}{mark}" if mark else ""
        lines.append(f"{side:>5} {'|' if plain else '│'}{cells}{end}".rstrip())
    return lines


def _told(peak: Peak) -> dict[str, object]:
    """One quarter for programs."""
    quarter, parts = peak.quarter, peak.quarter.parts
    return {
        "start": quarter.start.isoformat(),
        "average_w": round(quarter.peak_w),
        "place": peak.place,
        "target_w": round(peak.over.target_w) if peak.over else None,
        "cause": peak.over.cause if peak.over else None,
        "seconds_between": peak.step_s if peak.watts else None,
        "watts": list(peak.watts),
        "cars_wh": {name: round(wh) for name, wh in peak.cars_wh.items()},
        "parts_wh": None
        if parts is None
        else {"load": parts.load_wh, "sun": parts.sun_wh, "cars": parts.cars_wh, "battery": parts.battery_wh},
        "base_w": round(peak.found.base_w) if peak.found else None,
        "ran": [
            {
                "what": device.what,
                "by_charger": device.is_car,
                "power_w": round(device.power_w),
                "energy_wh": round(device.energy_wh),
                "runs": [
                    {
                        "from_s": run.start_s,
                        "to_s": run.end_s,
                        "power_w": round(run.power_w),
                        "began": run.began,
                        "ended": run.ended,
                    }
                    for run in device.runs
                ],
            }
            for device in (peak.found.devices if peak.found else ())
        ],
        "ways": [
            {
                "kind": way.kind,
                "what": way.what,
                "peak_w": round(way.peak_w),
                "battery_wh": round(way.wh) if way.kind == "battery" else None,
                "battery_w": round(way.power_w) if way.kind == "battery" else None,
                "saved_eur": None if eur is None else round(eur, 2),
            }
            for way, eur in zip(peak.ways, peak.saved_eur, strict=True)
        ],
    }


def _can_draw(encoding: str | None) -> bool:
    try:
        (BLOCKS + "│◂–€").encode(encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _kw(watts: float) -> str:
    return f"{watts / 1000:.2f} kW"
