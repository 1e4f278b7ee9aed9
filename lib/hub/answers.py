"""States → text for people: lines of some 72 columns, numbers with their units, times of Brussels.

Pure: same values in, same text out. What is unknown says so; where peaks cost nothing, no text speaks of one.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from textwrap import wrap

from lib.hub.money import rate
from lib.hub.wording import BRUSSELS, NO_COST, UNKNOWN, WIDTH, answer, kw, labelled, moment, near, span, wrapped
from lib.messages import Column, Events, House, MonthPeaks, QuarterNow, Rates, Telegram, Usage, cents

QUARTER = timedelta(minutes=15)
WATCHED = time(0, 5)  # a day that was counted from here on is counted from its start
MOST_EVENTS = 30
BATTERY, RESTS_W = "battery", 25.0


def help_text(words: Mapping[str, str]) -> str:
    """The words that can be typed, and what each is for."""
    longest = max(map(len, words), default=0)
    lines = wrap(f"words: {' '.join(words)}", WIDTH, subsequent_indent=" " * len("words: "))
    for word, means in words.items():
        lines += wrap(f"  {word:<{longest}}  {means}", WIDTH, subsequent_indent=" " * (longest + 4))
    return "\n".join(lines)


def folded(text: str) -> str:
    """A text of others, in lines that fit."""
    return "\n".join(part for line in text.splitlines() for part in wrapped(line))


def status(house: House | None, rates: Rates | None = None) -> str:
    """The house at a glance; a line to the meter that is not good comes first. rates: for the price now."""
    if house is None:
        return f"the house is {UNKNOWN}: the program has just started"
    return answer(
        *_trouble(house),
        labelled("time", f"{house.at.astimezone(BRUSSELS):%a %d %b %Y %H:%M:%S}" if house.at else UNKNOWN),
        labelled("demo", "simulated house") if house.demo else "",
        labelled("grid", _grid(house.grid_w)),
        *_sun(house),
        *_battery(house),
        labelled("rate", rate(house, rates)),
        *_quarter(house),
        *(_month(house) if house.capacity_tariff else ()),
        labelled("telegrams", f"{house.link.telegrams} good, {house.link.rejected} bad"),
        *(labelled("note", text) for text in house.notices.values()),
    )


def usage(usage: Usage | None) -> str:
    """What was used and what it costs, a row for each period."""
    if usage is None:
        return f"the usage is {UNKNOWN}"
    return answer(
        f"{'':15}{'taken':>10}{'injected':>10}{'gas':>9}{'water':>9}{'electric':>10}{'total':>9}",
        f"{'':15}{'kWh':>10}{'kWh':>10}{'m³':>9}{'m³':>9}{'€':>10}{'€':>9}",
        *map(_used, usage.columns),
        *_holes(usage.columns),
        *_uncertain(usage.columns),
    )


def peak(house: House | None) -> str:
    """The running quarter against its target, and the month peaks; only a word about the limit where they are free."""
    if house is None:
        return f"the house is {UNKNOWN}: the program has just started"
    if not house.capacity_tariff:
        carried = f"{kw(house.quarter.target_w)}" if house.quarter else UNKNOWN
        return answer(NO_COST, labelled("limit", carried))
    lines = [*_trouble(house), *_quarter(house)]
    months = house.months
    if months is None:
        return answer(*lines, f"the month peaks are {UNKNOWN}")
    if months.running is None:
        lines.append(labelled(f"{months.month:%b %Y}", "no quarter has ended yet"))
    known = ((months.running,) if months.running else ()) + months.past
    lines += [labelled(f"{one.month:%b %Y}", f"{kw(one.peak_w)}{_stamped(one.at)}") for one in known]
    return answer(*lines, _mean(months), _one_more(months))


def telegram(telegram: Telegram | None) -> str:
    """The last telegram, line by line with the names of its codes."""
    if telegram is None:
        return f"the telegram is {UNKNOWN}: none came since the start"
    codes = max((len(line.code) for line in telegram.lines), default=0)
    names = max((len(line.name) for line in telegram.lines), default=0)
    lines = [f"{telegram.ident}  {telegram.received.astimezone(BRUSSELS):%H:%M:%S}"]
    for line in telegram.lines:
        start, value = f"{line.code:<{codes}}  {line.name:<{names}}", line.value
        value += f" {line.unit}" if line.unit else ""
        if len(start) + len(value) < WIDTH:
            lines.append(f"{start}  {value}")
        else:
            lines += [start, *(f"{'':{codes}}  {part}" for part in wrap(value, WIDTH - codes))]
    return "\n".join(line.rstrip() for line in lines)


def events(events: Events | None, house: House | None) -> str:
    """What happened lately, newest first."""
    if events is None or not events.last:
        return "nothing happened yet"
    now = house.at if house and house.at else events.last[0].at
    return answer(*(labelled(f"{near(event.at, now):<17}", event.text) for event in events.last[:MOST_EVENTS]))


def _trouble(house: House) -> tuple[str, ...]:
    """What is wrong with the line to the meter, since when and why."""
    link = house.link
    why = labelled("why", link.why) if link.why else ""
    match link.state.value:
        case "good":
            return ()
        case "waiting":
            return f"NO TELEGRAM YET{_since(link.since, house.said)}", why
        case "ended":
            return f"THE RECORDING HAS ENDED{_since(link.since, house.said)}", why
    return f"NO TELEGRAMS{_since(link.since, house.said)}, so this is old", why


def _since(since: datetime | None, said: datetime) -> str:
    if since is None:
        return ""
    return f" since {moment(since, said)} ({span((said - since).total_seconds())})"


def _grid(grid_w: float | None) -> str:
    if grid_w is None:
        return UNKNOWN
    return f"{_watts(abs(grid_w))} {'injected' if grid_w < 0 else 'taken'}"


def _sun(house: House) -> Iterable[str]:
    """What the inverters give; nothing where there is none."""
    if house.suns or house.sun_w is not None:
        held_w = [one.limit_w for one in house.suns if one.limit_w is not None]
        yield labelled("sun", f"{kw(house.sun_w)}{f', held back to {kw(sum(held_w))}' if held_w else ''}")
        yield from (labelled("", f"{one.name}: {one.trouble}") for one in house.suns if one.trouble)


def _battery(house: House) -> Iterable[str]:
    """What the home batteries do; nothing where there is none."""
    for one in house.drawn:
        if one.who == BATTERY:
            power_w = (one.low_w + one.high_w) / 2
            way = "stored" if power_w > 0 else "given"
            word = "rests" if abs(power_w) < RESTS_W else f"{_watts(abs(power_w))} {way}"
            yield labelled("battery", word if one.controlled else "out of reach")


def _quarter(house: House) -> list[str]:
    """The running quarter; an old one says of when it is."""
    quarter = house.quarter
    if quarter is None:
        return [labelled("quarter", UNKNOWN)]
    is_now = house.link.state.value == "good"
    last = f"{span(quarter.left_s)} left" if is_now else f"as of {moment(quarter.at, house.said)}"
    gap = _gap(quarter.gap_w, peaks_cost=house.capacity_tariff)
    return [
        labelled("quarter", f"from {quarter.start.astimezone(BRUSSELS):%H:%M}, {last}"),
        labelled("so far", kw(quarter.average_w)),
        labelled("forecast", kw(quarter.forecast_w)),
        labelled("target" if house.capacity_tariff else "limit", f"{kw(quarter.target_w)}{gap}"),
        *_new_peak(house, quarter),
    ]


def _new_peak(house: House, quarter: QuarterNow) -> Iterable[str]:
    """What the peak in the make costs."""
    if house.capacity_tariff and quarter.gap_w is not None and quarter.gap_w < 0 and quarter.new_peak_eur is not None:
        bills = house.months.months_billed if house.months else 12
        yield labelled("a new peak", _peak_cost(quarter.new_peak_eur, bills))


def _peak_cost(eur: float, bills: int) -> str:
    return (
        f"costs € {cents(eur)} over the next {bills} bills"
        if cents(eur)
        else "costs nothing: the floor or the cap holds"
    )


def _one_more(months: MonthPeaks) -> str:
    """What 1 kW more of the running month's peak costs."""
    known = (
        UNKNOWN + ": the rates do not say" if months.kw_eur is None else _peak_cost(months.kw_eur, months.months_billed)
    )
    return labelled("1 kW more", known)


def _gap(gap_w: float | None, *, peaks_cost: bool) -> str:
    if gap_w is None:
        return ""
    if gap_w >= 0:
        return f", {kw(gap_w)} to spare"
    return f", {kw(-gap_w)} OVER: {'a new peak is in the make' if peaks_cost else 'more than the connection carries'}"


def _month(house: House) -> tuple[str, ...]:
    months = house.months
    if months is None:
        return (labelled("month peak", UNKNOWN),)
    peak = f"{kw(months.running.peak_w)}{_stamped(months.running.at)}" if months.running else UNKNOWN
    return labelled("month peak", peak), _mean(months)


def _mean(months: MonthPeaks) -> str:
    """What the bill counts, by the months that are known."""
    billed = months.months_billed
    known = months.months_known
    if months.mean_w is None:
        return labelled(f"{billed}-month mean", UNKNOWN)
    some = "" if known == billed else f" (only {known} known)"
    return labelled(f"{billed}-month mean", f"{kw(months.mean_w)}{some}, a month counts {kw(months.floor_w)} or more")


def _stamped(end: datetime | None) -> str:
    return "" if end is None else f", quarter from {(end - QUARTER).astimezone(BRUSSELS):%a %d %b %H:%M}"


def _used(column: Column) -> str:
    amounts, costs = column.amounts, column.costs
    label = f"{_period(column):<6}{column.start:%d %b}"
    if amounts is None or costs is None:
        return f"{label:<15}   {UNKNOWN}"
    marks = "*" * (not column.complete) + "~" * column.estimated + "?" * (column.unpriced_wh > 0)
    return (
        f"{label + marks:<15}"
        f"{sum(amounts.import_wh.values()) / 1000:>10.2f}{sum(amounts.export_wh.values()) / 1000:>10.2f}"
        f"{_volume(amounts.gas_l)}{_volume(amounts.water_l)}"
        f"{cents(costs.electricity_eur):>10}{cents(costs.total_eur):>9}"
    )


def _holes(columns: Iterable[Column]) -> list[str]:
    """What the stars mean: from when a period was counted, or that a pause cut something out of it."""
    periods: dict[str, list[str]] = {}
    for column in columns:
        if column.amounts is not None and not column.complete:
            since = column.since.astimezone(BRUSSELS) if column.since else None
            is_late = since is not None and (since.date() > column.start or since.time() > WATCHED)
            said = f"counted from {since:%a %d %b %H:%M} on" if is_late else "a part was not counted"
            periods.setdefault(said, []).append(_period(column))
    return [f"* {', '.join(names)}: {said}" for said, names in periods.items()]


def _uncertain(columns: Iterable[Column]) -> Iterable[str]:
    """What the other marks mean: a pause that the meter counted, and energy that `costs` lack."""
    known = [column for column in columns if column.amounts is not None]
    paused = [_period(column) for column in known if column.estimated]
    if paused:
        yield f"~ {', '.join(paused)}: a pause of the program is in it, by the meter's counters"
    waiting: dict[int, list[str]] = {}
    for column in known:
        if column.unpriced_wh > 0:
            waiting.setdefault(column.unpriced_wh, []).append(_period(column))
    for wh, names in waiting.items():
        yield f"? {', '.join(names)}: {wh / 1000:.1f} kWh wait for their price"


def _period(column: Column) -> str:
    return column.name if column.name.isalpha() else f"{column.start:%a}"


def _volume(volume_l: int | None) -> str:
    """Cubic metres; a dash for a meter that is not there."""
    return f"{'-':>9}" if volume_l is None else f"{volume_l / 1000:>9.3f}"


def _watts(power_w: float) -> str:
    return f"{power_w:.0f} W" if power_w < 999.5 else kw(power_w)
