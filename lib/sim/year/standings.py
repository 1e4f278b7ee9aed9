"""Scores as tables for a terminal: one for each home, contract and battery, in the order in which they were asked for.

In: scores. Out: rich tables; on a narrow terminal money and deeds stand in two.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from lib.sim.year.grid import CLEAN
from lib.sim.year.score import Score
from lib.sim.year.strategies import OURS

WIDE = 156


class Column(NamedTuple):
    """A heading and what stands below it."""

    title: str
    cell: Callable[[Score], str]


def share(score: Score) -> str:
    """Of the head-room, in %."""
    return "–" if score.headroom_share is None else f"{score.headroom_share:.1%}"


def trips(score: Score) -> str:
    """Missed, and what they lacked."""
    return f"{score.missed_trips} ({score.short_kwh:.1f})" if score.missed_trips else "0"


def above(score: Score) -> str:
    """Quarters that set a new month peak; of who explains them also how many it did not."""
    explains = score.strategy == OURS or score.causes
    return f"{score.above} ({score.unexplained} ?)" if explains and score.unexplained else str(score.above)


def name(score: Score) -> str:
    """The strategy, and its conditions where they are not clean."""
    return score.strategy if score.conditions == CLEAN else f"{score.strategy} · {score.conditions}"


MONEY = (
    Column("bill €", lambda one: f"{one.bill_eur:.2f}"),
    Column("energy", lambda one: f"{one.energy_eur:.2f}"),
    Column("injected", lambda one: f"{0.0 - round(one.injection_eur, 2):.2f}"),
    Column("capacity", lambda one: f"{one.capacity_eur:.2f}"),
    Column("fees", lambda one: f"{one.fees_eur:.2f}"),
    Column("end", lambda one: f"{round(one.end_eur + one.short_eur, 2) + 0.0:.2f}"),
    Column("share", share),
)
DEEDS = (
    Column("peak kW", lambda one: f"{one.mean_peak_kw:.2f}"),
    Column("drawn", lambda one: f"{one.import_kwh:.0f}"),
    Column("given", lambda one: f"{one.export_kwh:.0f}"),
    Column("car", lambda one: f"{one.car_kwh:.0f}"),
    Column("cycles", lambda one: f"{one.cycles:.1f}"),
    Column("starts", lambda one: str(one.starts)),
    Column("phases", lambda one: str(one.phase_switches)),
    Column("missed", trips),
    Column("above", above),
    Column("own", lambda one: str(one.own)),
)
FOOT = (
    "In € and kWh. end: what car and battery hold less than at the start, and public charging of what trips lacked; "
    "share: of the head-room between naive charging without a battery and the limit; phases: switched; missed: trips "
    "(and kWh they lacked); above: quarters that set a new month peak, (n ?) without a cause; own: those "
    "that the house alone made."
)
FEW = (
    " In a few days a car that waits looks cheap, as what it lacks in the end costs a mean price and makes no peak; "
    "whole months tell."
)
FEW_QUARTERS = 28 * 96


def print_standings(scores: Iterable[Score], console: Console) -> None:
    """All tables, one below the other."""
    few = False
    for (home, tariff, battery), group in groupby(scores, lambda one: (one.home, one.tariff, one.battery)):
        ones = list(group)
        days = f"{round(ones[0].quarters / 96)} days"
        few = few or ones[0].quarters < FEW_QUARTERS
        title = f"{home} · {tariff} · {'with' if battery else 'without'} battery · {days}"
        console.print(_standings(title, ones, wide=console.width >= WIDE))
    console.print(f"{FOOT}{FEW if few else ''}", style="dim", highlight=False)


def _standings(title: str, scores: Sequence[Score], *, wide: bool) -> RenderableType:
    heading = Text(title, style="bold")
    below = Text("\n".join(filter(None, (*map(_peaks, scores), *map(_causes, scores)))), style="dim")
    parts = ((*MONEY, *DEEDS),) if wide else (MONEY, DEEDS)
    tables = [_table(columns, scores, wide=wide) for columns in parts]
    return Group(heading, *tables, *([below] if below else []), Text())


def _table(columns: Sequence[Column], scores: Sequence[Score], *, wide: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD if wide else None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("strategy", no_wrap=True)
    for column in columns:
        table.add_column(column.title, justify="right", no_wrap=True)
    for score in scores:
        table.add_row(Text(name(score)), *(Text(column.cell(score)) for column in columns))
    return table


def _peaks(score: Score) -> str:
    """Each month's, where there are several: the table has their mean."""
    peaks_kw = score.month_peaks_kw
    return f"{name(score)}, month peaks kW: {' '.join(f'{one:.2f}' for one in peaks_kw)}" if len(peaks_kw) > 1 else ""


def _causes(score: Score) -> str:
    if not score.causes:
        return ""
    counted = sorted(score.causes.items(), key=lambda one: -one[1])
    return f"{name(score)}, above what was paid: {', '.join(f'{cause} {count}' for cause, count in counted)}"
