"""The report of `year` as one page that needs nothing else: bars, months, weeks, and where the euros went.

In: results, and the folder where their quarters are kept. Out: HTML, for a screen or a phone, by day or by night.
"""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from lib.core.books import local_day
from lib.sim.year import standings
from lib.sim.year.chart import Curve, Part, bar, key, plot, stacked
from lib.sim.year.contract import contract
from lib.sim.year.grid import CLEAN
from lib.sim.year.keep import Keep
from lib.sim.year.results import Result
from lib.sim.year.score import Score
from lib.sim.year.strategies import LIMIT, NAIVE, OURS
from lib.sim.year.weeks import curves, paid_w, typical

BILL = (("energy", "energy"), ("capacity", "capacity"), ("fees", "fees"), ("rest", "end and public charging"))
WENT = (
    ("energy", "saved on energy"),
    ("capacity", "saved on capacity"),
    ("rest", "saved on public charging"),
    ("left", "left to the limit"),
)

Place = list[Result]  # all results of one home, contract and battery


def page(results: Sequence[Result], keep: Keep) -> str:
    """Whole, with its style."""
    places = [
        list(group) for _, group in groupby(results, lambda one: (one.score.home, one.score.tariff, one.score.battery))
    ]
    clean = [_clean(place) for place in places]
    faults = [place for place in places if len({one.score.conditions for one in place}) > 1]
    parts = [
        _part(
            "Share of the head-room",
            "What a strategy saves of what can be saved: 0 % is charging at once without a battery, 100 % the limit, "
            "for who knew everything in advance.",
            "",
            map(_shares, clean),
        ),
        _part(
            "The bill",
            "Green below a bar: what injection earned, which is taken off; the number is what is left to pay.",
            key((*BILL, ("injected", "injection"))),
            map(_bills, clean),
        ),
        _part(
            "Month peaks",
            "The highest quarter of each month, in kW: what the capacity tariff is charged on.",
            key((("naive", "naive"), ("s-ours", "ours"), ("limit", "limit"), ("thin", "others"))),
            map(_months, clean),
        ),
        _part(
            "Where the euros went",
            "From the bill of charging at once without a battery down to the limit.",
            key(WENT),
            map(_went, clean),
        ),
        _part(
            "Other conditions",
            "What a fault costs beside the clean run, or what knowing saves, in €.",
            "",
            map(_faults, faults),
        ),
        _part("Weeks", "", "", _week_cards(clean, keep)),
        _part("All numbers", standings.FOOT, "", map(_numbers, places), look="list"),
    ]
    style = Path(__file__).with_suffix(".css").read_text("utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Years of homes</title><style>\n{style}</style></head><body>\n"
        f"<h1>What a year costs, by who steers it</h1>{_lead(clean)}{''.join(parts)}</body></html>\n"
    )


def _part(title: str, says: str, legend: str, cards: Iterable[str], look: str = "cards") -> str:
    shown = "".join(f'<section class="card">{card}</section>\n' for card in cards if card)
    if not shown:
        return ""
    return f'<h2>{title}</h2><p class="dim">{escape(says)}</p>{legend}<div class="{look}">{shown}</div>\n'


def _lead(places: Sequence[Place]) -> str:
    """The outcome in a sentence for each place."""
    sentences: list[str] = []
    for place in places:
        one = _shown(place)
        if one is None or one.naive is None:
            continue
        share = f": {one.score.headroom_share:.1%} of what can be saved" if one.score.headroom_share is not None else ""
        at_best = f", at best {eur(one.limit.bill_eur, one.limit)} €" if one.limit else ""
        sentences.append(
            f"<li>{_title(place)}: {eur(one.naive.bill_eur, one.naive)} € when charged at once without a battery, "
            f"<b>{eur(one.score.bill_eur, one.score)} €</b> with {escape(one.score.strategy)}{at_best}{share}.</li>"
        )
    periods: dict[str, list[str]] = {}
    for home in {place[0].run.home.name: place[0].run.home for place in places}.values():
        period = f"From {local_day(home.start):%-d %B %Y}, {round(home.quarters / 96)} days"
        periods.setdefault(period, []).append(home.name)
    says = [f"{period}: {', '.join(names)}" if len(periods) > 1 else period for period, names in periods.items()]
    shown = "".join(f'<p class="dim">{escape(one)}.</p>' for one in says)
    return f'{shown}<ul class="lead">{"".join(sentences)}</ul>'


def eur(value: float, of: Score) -> str:
    """Whole euros, of a few days with their cents."""
    return f"{round(value, 2) + 0.0:.{2 if of.quarters < standings.FEW_QUARTERS else 0}f}"


def _clean(place: Place) -> Place:
    """Without faults, where others than the limit were run so; it knows none."""
    clean = [one for one in place if one.score.conditions == CLEAN]
    return clean if any(one.score.strategy != LIMIT for one in clean) else place


def _shares(place: Place) -> str:
    known = [one.score for one in place if one.score.headroom_share is not None]
    known.sort(key=lambda one: -(one.headroom_share or 0.0))
    rows = [
        _row(one, bar([Part(f"share {_look(one)}", 0.0, one.headroom_share or 0.0)], 1.0, standings.share(one)), share)
        for one in known
        for share in [standings.share(one)]
    ]
    return _card(place, rows)


def _bills(place: Place) -> str:
    scores = sorted((one.score for one in place), key=lambda one: one.bill_eur)
    whole = max((sum(part.length for part in _parts(one)) for one in scores), default=0.0)
    rows: list[str] = []
    for one in scores:
        parts = _parts(one)
        sum_eur = sum(part.length for part in parts)
        back = Part("injected", sum_eur - one.injection_eur, one.injection_eur)
        under = (
            bar([back], whole, f"{eur(one.injection_eur, one)} € earned", look="bar under") if back.length > 0 else ""
        )
        both = bar(parts, whole, f"{eur(one.bill_eur, one)} €") + under
        rows.append(_row(one, f"<div>{both}</div>", f"{eur(one.bill_eur, one)} €"))
    return _card(place, rows)


def _parts(score: Score) -> list[Part]:
    rest = score.end_eur + score.short_eur
    return stacked(
        (("energy", score.energy_eur), ("capacity", score.capacity_eur), ("fees", score.fees_eur), ("rest", rest))
    )


def _months(place: Place) -> str:
    if len(place[0].score.month_peaks_kw) < 2:
        return ""
    known = {NAIVE: "naive", OURS: "s-ours strong", LIMIT: "limit strong"}
    ordered = sorted((one.score for one in place), key=lambda one: one.strategy in known)
    lines = [Curve(known.get(one.strategy, "thin"), one.month_peaks_kw, is_step=False) for one in ordered]
    months = dict.fromkeys(place[0].run.home.months)
    letters = "".join(f"<b>{month:%b}</b>" for month in months)
    return f'<h3>{_title(place)}</h3>{plot(lines, "month peaks", unit="", tall=True)}<div class="days">{letters}</div>'


def _went(place: Place) -> str:
    """A bar from naive to the limit, and the numbers."""
    rows, lines = [], []
    for one in sorted(place, key=lambda one: one.score.bill_eur):
        naive, limit, score = one.naive, one.limit, one.score
        if naive is None or limit is None or score.headroom_share is None:
            continue
        energy = _energy_eur(naive) - _energy_eur(score)
        capacity = naive.capacity_eur - score.capacity_eur
        public = naive.short_eur - score.short_eur
        left = score.bill_eur - limit.bill_eur
        gains = [max(0.0, gain) for gain in (energy, capacity, public)]
        part = max(0.0, energy + capacity + public) / (sum(gains) or 1.0)  # what it lost elsewhere it did not save
        pieces = zip(("energy", "capacity", "rest"), (part * gain for gain in gains), strict=True)
        parts = stacked((*pieces, ("left", left)))
        whole = naive.bill_eur - limit.bill_eur
        rows.append(_row(score, bar(parts, whole, "saved and left"), f"{eur(energy + capacity + public, score)} €"))
        lines.append([standings.name(score), *(eur(value, score) for value in (energy, capacity, public, left))])
    table = _table(["€", "energy", "capacity", "public charging", "left"], lines)
    return _card(place, rows) + (_folded("numbers", table) if rows else "")


def _energy_eur(score: Score) -> float:
    """Less what injection earned, and with what is still to be drawn at the end."""
    return score.energy_eur - score.injection_eur + score.end_eur


def _faults(place: Place) -> str:
    clean = {one.score.strategy: one.score.bill_eur for one in place if one.score.conditions == CLEAN}
    names = list(dict.fromkeys(one.score.conditions for one in place if one.score.strategy != LIMIT))
    lines: list[list[str]] = []
    for strategy in dict.fromkeys(one.score.strategy for one in place if one.score.strategy != LIMIT):
        bills = {one.score.conditions: one.score for one in place if one.score.strategy == strategy}
        if strategy in clean:
            lost = [f"{bills[name].bill_eur - clean[strategy]:+.2f}" for name in names if name != CLEAN]
            lines.append([strategy, f"{clean[strategy]:.2f}", *lost])
    head = ["", "clean", *(name for name in names if name != CLEAN)]
    return f"<h3>{_title(place)}</h3>{_table(head, lines)}" if lines else ""


def _week_cards(places: Sequence[Place], keep: Keep) -> Iterable[str]:
    """Of each home the place that has most to steer: on the market, with a battery, where that was run."""
    homes: dict[str, Place] = {}
    for place in places:
        first = place[0].score
        before = homes.get(first.home)
        if before is None or (first.battery, first.tariff) > (before[0].score.battery, before[0].score.tariff):
            homes[first.home] = place
    for place in homes.values():
        shown = _shown(place)
        others = [one for one in place if one is not shown and one.score.strategy in {NAIVE, LIMIT}]
        for n, _ in enumerate(typical(place[0].run.home)):
            if shown:
                more = "".join(_folded(f"the same week: {one.score.strategy}", _week(one, n, keep)) for one in others)
                yield f"<h3>{_title(place)}, {escape(shown.score.strategy)}</h3>{_week(shown, n, keep)}{more}"


def _week(result: Result, number: int, keep: Keep) -> str:
    run, tariff = result.run, contract(result.run.tariff)
    course = keep.course(run.key)
    if course is None:
        return "<p>Its quarters are no longer kept.</p>"
    week = typical(run.home)[number]
    return curves(week, run.home, course, paid_w(course, run.home, tariff), tariff.prices(run.home))


def _numbers(place: Place) -> str:
    columns = (*standings.MONEY, *standings.DEEDS)
    lines = [[standings.name(one.score), *(column.cell(one.score) for column in columns)] for one in place]
    return f"<h3>{_title(place)}</h3>{_table(['', *(column.title for column in columns)], lines)}"


def _shown(place: Place) -> Result | None:
    """Ours; where it was not run the best that can be had."""
    real = [one for one in place if one.score.strategy != LIMIT]
    return min(real, key=lambda one: (one.score.strategy != OURS, one.score.bill_eur), default=None)


def _card(place: Place, rows: Sequence[str]) -> str:
    return f"<h3>{_title(place)}</h3>{''.join(rows)}" if rows else ""


def _title(place: Place) -> str:
    score = place[0].score
    return escape(f"{score.home}, {score.tariff}, {'with a battery' if score.battery else 'no battery'}")


def _row(score: Score, middle: str, value: str) -> str:
    name = escape(standings.name(score))
    look = "row ours" if score.strategy == OURS else "row"
    return f'<div class="{look}"><span title="{name}">{name}</span>{middle}<span>{value}</span></div>'


def _look(score: Score) -> str:
    return {OURS: "ours", LIMIT: "limit"}.get(score.strategy, "")


def _folded(title: str, inside: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{inside}</details>"


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    def cells(tag: str) -> Callable[[Sequence[str]], str]:
        return lambda line: f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in line)}</tr>"

    return f'<div class="wide"><table>{cells("th")(head)}{"".join(map(cells("td"), lines))}</table></div>'
