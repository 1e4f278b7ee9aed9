"""What homes' years came to, as Markdown tables and as figures with goals. In: results. Out: text. Runs nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from statistics import fmean

from lib.sim.year.conditions import FAULTS, Perfect
from lib.sim.year.grid import CLEAN
from lib.sim.year.results import Result as Ran
from lib.sim.year.score import Score
from lib.sim.year.strategies import LIMIT, OURS, RIVALS
from tests.bench.homes_standings import Place, Standing, place_of
from tests.bench.result import Result, at_least, at_most

BATTERY_PCT, CAR_PCT = 92.0, 90.0
QUARTER_PLAN_S, HOUR_PLAN_S = 600.0, 240.0
YEAR_QUARTERS = 35_040
LEAST_QUARTERS = 50 * 96  # of fewer the start is a large part
FEW = "reckoned from a few days, with the start in them"
NOT_RUN = "not run"
HEAD = ("home", "contract", "battery")
PLAN, ALL_PERFECT = "plan", "+".join((CLEAN, *sorted(Perfect)))


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Markdown; figures to the right."""
    names = list(head)
    left = len(HEAD) if names[: len(HEAD)] == list(HEAD) else 1
    lines = [names, ["---" if n < left else "--:" for n in range(len(names))], *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def share(part: float | None) -> str:
    """Of the head-room."""
    return "–" if part is None else f"{100 * part:.1f} %"


def headline(found: Sequence[Standing]) -> str:
    """Naive, the best rival, ours and the limit, place by place, and the means."""
    rows = [
        (
            *one.place.cells,
            f"{one.naive.bill_eur:.0f}",
            f"{one.rival.bill_eur:.0f} {one.rival.strategy}",
            f"**{one.ours.bill_eur:.0f}**",
            f"{one.limit.bill_eur:.0f}",
            share(one.rival.headroom_share),
            f"**{share(one.ours.headroom_share)}**",
        )
        for one in found
    ]
    for battery in (False, True):
        ones = [one for one in found if one.place.battery is battery]
        if ones:
            means = [_mean(one.rival.headroom_share for one in ones), _mean(one.ours.headroom_share for one in ones)]
            cells = ("mean", "", "yes" if battery else "no", "", "", "", "")
            rows.append((*cells, share(means[0]), f"**{share(means[1])}**"))
    return table((*HEAD, "naive €", "best rival €", "ours €", "limit €", "share of that rival", "share of ours"), rows)


def bills(found: Sequence[Standing]) -> str:
    """What the bill of ours is made of; and what it did for that."""
    money = ("bill €", "energy", "injected", "capacity", "fees", "end")
    head = (*money, "missed", "starts", "phases", "cycles", "above", "own")
    rows = [
        (
            *one.place.cells,
            f"{score.bill_eur:.2f}",
            f"{score.energy_eur:.2f}",
            f"{0.0 - round(score.injection_eur, 2):.2f}",
            f"{score.capacity_eur:.2f}",
            f"{score.fees_eur:.2f}",
            f"{score.end_eur + score.short_eur:.2f}",
            missed(score),
            str(score.starts),
            str(score.phase_switches),
            f"{score.cycles:.0f}",
            f"{score.above} ({score.unexplained})",
            str(score.own),
        )
        for one in found
        for score in [one.ours]
    ]
    return table((*HEAD, *head), rows)


def missed(score: Score) -> str:
    """Trips, and the kWh that they lacked."""
    return f"{score.missed_trips} ({score.short_kwh:.1f} kWh)" if score.missed_trips else "0"


def peaks(found: Sequence[Standing]) -> str:
    """The months of ours; and the mean as it is charged, beside that of others."""
    most = max(len(one.ours.month_peaks_kw) for one in found)
    head = (*HEAD, *(str(month + 1) for month in range(most)), "mean", "naive", "best rival", "limit")
    rows = [
        (
            *one.place.cells,
            *(f"{kw:.1f}" for kw in one.ours.month_peaks_kw),
            *(f"{score.mean_peak_kw:.2f}" for score in (one.ours, one.naive, one.rival, one.limit)),
        )
        for one in found
    ]
    return table(head, rows)


def strategies(found: Sequence[Standing]) -> Iterator[str]:
    """The bills of all of them, without and with a battery."""
    for battery in (False, True):
        ones = [one for one in found if one.place.battery is battery]
        if not ones:
            continue
        names = sorted(RIVALS, key=lambda name: fmean(one.scores[name].bill_eur for one in ones))
        rows = [(name, *(_bill(one.scores[name]) for one in ones)) for name in (LIMIT, OURS, *names)]
        title = "with battery" if battery else "without battery"
        yield table((title, *(f"{one.place.home} {one.place.tariff}" for one in ones)), rows)


def _bill(score: Score) -> str:
    return f"{score.bill_eur:.0f}" + (f" ({score.missed_trips})" if score.missed_trips else "")


def causes(found: Sequence[Standing]) -> str:
    """Why ours set a new month peak above the floor, over all places."""
    counts: dict[str, int] = {}
    for one in found:
        for cause, count in one.ours.causes.items():
            counts[cause] = counts.get(cause, 0) + count
    if not counts:
        return "No quarter of ours set a new month peak above the floor."
    said = ", ".join(f"{cause} {count}" for cause, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])))
    return f"Quarters of ours that set a new month peak above the floor, by their stored cause: {said}."


def reached(found: Sequence[Standing], *, judged: bool) -> Iterator[Result]:
    """What must be reached; judged: by the shares, too."""
    for battery, goal_pct in ((True, BATTERY_PCT), (False, CAR_PCT)):
        ones = [one for one in found if one.place.battery is battery and one.ours.headroom_share is not None]
        if not ones:
            continue
        least = min(ones, key=lambda one: one.ours.headroom_share or 0.0)
        result = at_least(
            f"share of the head-room, {'car and battery' if battery else 'car alone'}, mean",
            100 * (_mean(one.ours.headroom_share for one in ones) or 0.0),
            goal_pct,
            "{:.1f} %",
            f"the least {share(least.ours.headroom_share)}, {least.place.home} {least.place.tariff}; "
            f"the best rivals {share(_mean(one.rival.headroom_share for one in ones))}",
        )
        yield result if judged else Result(what=result.what, measured=result.measured, beside=result.beside)
    least_eur = min(found, key=_lead)
    ahead = sum(_lead(one) > 0 for one in found)
    yield _counted(
        "cheaper than every rival",
        ahead,
        len(found),
        f"the smallest lead {round(_lead(least_eur))} €, {_said(least_eur)}",
    )
    yield _none(
        "trips missed that perfect foresight meets",
        sum(max(0, one.ours.missed_trips - one.limit.missed_trips) for one in found),
        "",
    )
    yield _none(
        "quarters with a new month peak above the floor, without a stored cause",
        sum(one.ours.unexplained for one in found),
        f"of {sum(one.ours.above for one in found)}",
    )


def _lead(one: Standing) -> float:
    return one.rival.bill_eur - one.ours.bill_eur


def _said(one: Standing) -> str:
    return f"{one.place.home} {one.place.tariff}, {'with' if one.place.battery else 'without'} battery"


def _counted(what: str, count: int, of: int, beside: str) -> Result:
    return Result(what=what, measured=f"{count} of {of}", goal="all", reached=count == of, beside=beside)


def _none(what: str, count: int, beside: str) -> Result:
    return Result(what=what, measured=str(count), goal="0", reached=count == 0, beside=beside)


def faults(ran: Sequence[Ran], leads: Mapping[Place, tuple[float, str]]) -> tuple[list[Result], str]:
    """What each fault costs ours beside its clean run; leads: over the best rival of that time."""
    names = [name for name in FAULTS if name != CLEAN]
    rows: list[tuple[str, ...]] = []
    losses: list[float] = []
    within = 0
    for place, group in groupby(ran, lambda one: place_of(one.score)):
        scores = {one.score.conditions: one.score for one in group}
        clean, (lead_eur, rival) = scores[CLEAN], leads[place]
        each = {name: scores[name].bill_eur - clean.bill_eur for name in names}
        losses += each.values()
        within += sum(loss < lead_eur for loss in each.values())
        cells = [_loss(each[name], scores[name].missed_trips - clean.missed_trips, lead_eur) for name in names]
        rows.append((*place.cells, f"{clean.bill_eur:.0f}", *cells, f"{lead_eur:.0f} ({rival})"))
    most = f"the most {max(losses):.0f} €"
    result = _counted("losses below the lead over the best rival", within, len(losses), most)
    return [result], table((*HEAD, "clean €", *names, "lead over the best rival"), rows)


def _loss(eur: float, more_missed: int, lead_eur: float) -> str:
    text = f"{round(eur):+d}" + (f" ({more_missed:+d} missed)" if more_missed else "")
    return f"**{text}**" if eur >= lead_eur else text


def perfect(ran: Sequence[Ran]) -> tuple[list[Result], str]:
    """How many points of share each thing would give, were it perfect; the plan has what all others leave."""
    names = (*Perfect, PLAN)
    rows: list[tuple[str, ...]] = []
    gains: dict[str, list[float]] = {one: [] for one in names}
    for place in dict.fromkeys(place_of(one.score) for one in ran):
        shares = {one.score.conditions: one.score.headroom_share for one in ran if place_of(one.score) == place}
        clean = shares[CLEAN]
        cells = []
        for name in names:
            better, worse = (1.0, shares[ALL_PERFECT]) if name == PLAN else (shares[f"{CLEAN}+{name}"], clean)
            gain = None if worse is None or better is None else 100 * (better - worse)
            if gain is not None:
                gains[name].append(gain)
            cells.append("–" if gain is None else f"{gain:+.1f}")
        rows.append((*place.cells, share(clean), *cells))
    means = {name: fmean(some) for name, some in gains.items() if some}
    rows.append(("mean", "", "", "", *(f"{means[name]:+.1f}" if name in means else "–" for name in names)))
    results = []
    if means:
        best = max(means, key=lambda name: means[name])
        results = [Result(what="what holds it back most", measured=f"{best}: {means[best]:.1f} points of the share")]
    return results, table((*HEAD, "clean", *names), rows)


def speed(ran: Sequence[Ran], places: Sequence[Place]) -> tuple[list[Result], str]:
    """Seconds as for a year, by how often a plan is made."""
    took: dict[tuple[Place, int], float] = {}
    for one in ran:
        if one.score.took_s is not None:
            year_s = one.score.took_s * YEAR_QUARTERS / one.score.quarters
            took[place_of(one.score), one.run.frame.plan_every_s] = year_s
    rows = [(*place.cells, *(_seconds(took.get((place, every))) for every in (900, 3600))) for place in places]
    results = []
    for every, goal_s, words in ((900, QUARTER_PLAN_S, "each quarter"), (3600, HOUR_PLAN_S, "each hour")):
        known = {place: took[place, every] for place in places if (place, every) in took}
        if known:
            slowest = max(known, key=lambda place: known[place])
            result = at_most(
                f"a home-year with a plan {words}, the longest",
                known[slowest],
                goal_s,
                "{:.0f} s",
                _made_of(took, slowest, known[slowest]),
            )
            whole = all(one.score.quarters >= LEAST_QUARTERS for one in ran)
            results.append(result if whole else Result(what=result.what, measured=result.measured, beside=FEW))
    return results, table((*HEAD, "plan each quarter", "plan each hour"), rows)


def _made_of(took: Mapping[tuple[Place, int], float], place: Place, year_s: float) -> str:
    """How long its plans by the clock took: a plan each quarter makes four times those of a plan each hour."""
    quarterly_s, hourly_s = took.get((place, 900)), took.get((place, 3600))
    if quarterly_s is None or hourly_s is None:
        return ""
    rest_s = hourly_s - (quarterly_s - hourly_s) / 3
    return f"{place.home}; of it {year_s - rest_s:.0f} s those plans, {rest_s:.0f} s its minutes and plans on news"


def _seconds(took_s: float | None) -> str:
    return NOT_RUN if took_s is None else f"{took_s:.0f} s"


def _mean(values: Iterable[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return fmean(known) if known else None
