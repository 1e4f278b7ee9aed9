"""States → text for people: lines of some 72 columns, numbers with their units, times of Brussels.

Pure: same values in, same text out. What is unknown says so; where peaks cost nothing, no text speaks of one.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from textwrap import wrap
from zoneinfo import ZoneInfo

from lib.messages import Column, House, MonthPeaks, Rates, Telegram, Usage, cents

BRUSSELS = ZoneInfo("Europe/Brussels")
WIDTH = 72
INDENT = 15
QUARTER = timedelta(minutes=15)
UNKNOWN = "not known yet"
WATCHED = time(0, 5)  # a day that was counted from here on is counted from its start
REGISTERS = {"1": "day", "2": "night", "total": "all"}


def help_text(words: Mapping[str, str]) -> str:
    """The words that can be typed, and what each is for."""
    longest = max(map(len, words), default=0)
    return _text(f"words: {' '.join(words)}", *(f"  {word:<{longest}}  {means}" for word, means in words.items()))


def folded(text: str) -> str:
    """A text of others, in lines that fit."""
    return "\n".join(part for line in text.splitlines() for part in wrap(line, WIDTH))


def status(house: House | None) -> str:
    """The house at a glance; a line to the meter that is not good comes first."""
    if house is None:
        return f"the house is {UNKNOWN}: the program has just started"
    return _text(
        *_trouble(house),
        _row("time", f"{house.at.astimezone(BRUSSELS):%a %d %b %Y %H:%M:%S}" if house.at else UNKNOWN),
        _row("demo", "simulated house") if house.demo else "",
        _row("grid", _grid(house.grid_w)),
        _row("rate", _register(house)),
        *_quarter(house),
        *(_month(house) if house.capacity_tariff else ()),
        _row("telegrams", f"{house.link.telegrams} good, {house.link.rejected} bad"),
        *(_row("note", text) for text in house.notices.values()),
    )


def rates(rates: Rates | None, house: House | None) -> str:
    """The prices; a star marks the rate in force."""
    if rates is None:
        return f"the rates are {UNKNOWN}"
    now = house.register if house else None
    lines = [f"{'':11}{'taken':>14}{'injected':>14}"]
    for register in {**rates.import_eur_kwh, **rates.export_eur_kwh}:
        star = "*" if register == now else " "
        taken, injected = (prices.get(register) for prices in (rates.import_eur_kwh, rates.export_eur_kwh))
        lines.append(f"{star} {_named(register):<9}{_price(taken):>14}{_price(injected):>14}")
    if rates.gas_eur_m3 is not None:
        energy = "" if rates.gas_kwh_m3 is None else f", {rates.gas_kwh_m3:g} kWh/m³"
        lines.append(f"  {'gas':<9}{rates.gas_eur_m3:>8.4f} €/m³{energy}")
    if rates.water_eur_m3 is not None:
        lines.append(f"  {'water':<9}{rates.water_eur_m3:>8.4f} €/m³")
    return _text(*lines, f"* in force: {_register(house)}" if house and now else f"the rate in force is {UNKNOWN}")


def usage(usage: Usage | None) -> str:
    """What was used and what it costs, a row for each period."""
    if usage is None:
        return f"the usage is {UNKNOWN}"
    return _text(
        f"{'':14}{'taken':>10}{'injected':>10}{'gas':>9}{'water':>9}{'electric':>10}{'total':>9}",
        f"{'':14}{'kWh':>10}{'kWh':>10}{'m³':>9}{'m³':>9}{'€':>10}{'€':>9}",
        *map(_used, usage.columns),
        *_holes(usage.columns),
    )


def peak(house: House | None) -> str:
    """The running quarter against its target, and the month peaks; only a word about the limit where they are free."""
    if house is None:
        return f"the house is {UNKNOWN}: the program has just started"
    if not house.capacity_tariff:
        carried = f"{_kw(house.quarter.target_w)}" if house.quarter else UNKNOWN
        return _text("peaks cost nothing here", _row("limit", carried))
    lines = [*_trouble(house), *_quarter(house)]
    months = house.months
    if months is None:
        return _text(*lines, f"the month peaks are {UNKNOWN}")
    if months.running is None:
        lines.append(_row(f"{months.month:%b %Y}", "no quarter has ended yet"))
    known = ((months.running,) if months.running else ()) + months.past
    lines += [_row(f"{one.month:%b %Y}", f"{_kw(one.peak_w)}{_stamped(one.at)}") for one in known]
    return _text(*lines, _mean(months))


def telegram(telegram: Telegram | None) -> str:
    """The last telegram, line by line with the names of its codes."""
    if telegram is None:
        return f"the telegram is {UNKNOWN}: none came since the start"
    codes = max((len(line.code) for line in telegram.lines), default=0)
    names = max((len(line.name) for line in telegram.lines), default=0)
    lines = [f"{telegram.ident}  {telegram.received.astimezone(BRUSSELS):%H:%M:%S}"]
    for line in telegram.lines:
        start, value = f"{line.code:<{codes}}  {line.name:<{names}}", f"{line.value} {line.unit}"
        if len(start) + len(value) < WIDTH:
            lines.append(f"{start}  {value}")
        else:
            lines += [start, *(f"{'':{codes}}  {part}" for part in wrap(value, WIDTH - codes))]
    return "\n".join(line.rstrip() for line in lines)


def _trouble(house: House) -> tuple[str, ...]:
    """What is wrong with the line to the meter, since when and why."""
    link = house.link
    why = _row("why", link.why) if link.why else ""
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
    return f" since {_moment(since, said)} ({_span((said - since).total_seconds())})"


def _moment(at: datetime, now: datetime) -> str:
    """The time, with the day when it is another than today."""
    local = at.astimezone(BRUSSELS)
    is_today = local.date() == now.astimezone(BRUSSELS).date()
    return f"{local:%H:%M:%S}" if is_today else f"{local:%a %d %b %H:%M:%S}"


def _span(seconds: float) -> str:
    minutes, whole = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {whole:02} s" if minutes else f"{whole} s"


def _grid(grid_w: float | None) -> str:
    if grid_w is None:
        return UNKNOWN
    return f"{_watts(abs(grid_w))} {'injected' if grid_w < 0 else 'taken'}"


def _register(house: House) -> str:
    if house.register is None:
        return UNKNOWN
    named = _named(house.register)
    if house.at is not None and house.link.state.value != "good":
        return f"{named}, as of {_moment(house.at, house.said)}"
    if house.next_change is None or house.at is None:
        return named
    other = {"1": "night", "2": "day"}.get(house.register, "the other one")
    change, now = (instant.astimezone(BRUSSELS) for instant in (house.next_change, house.at))
    return f"{named}, {other} from {change:{'%H:%M' if change.date() == now.date() else '%a %d %b %H:%M'}}"


def _quarter(house: House) -> list[str]:
    """The running quarter; an old one says of when it is."""
    quarter = house.quarter
    if quarter is None:
        return [_row("quarter", UNKNOWN)]
    is_now = house.link.state.value == "good"
    last = f"{_span(quarter.left_s)} left" if is_now else f"as of {_moment(quarter.at, house.said)}"
    gap = _gap(quarter.gap_w, peaks_cost=house.capacity_tariff)
    return [
        _row("quarter", f"from {quarter.start.astimezone(BRUSSELS):%H:%M}, {last}"),
        _row("so far", _kw(quarter.average_w)),
        _row("forecast", _kw(quarter.forecast_w)),
        _row("target" if house.capacity_tariff else "limit", f"{_kw(quarter.target_w)}{gap}"),
    ]


def _gap(gap_w: float | None, *, peaks_cost: bool) -> str:
    if gap_w is None:
        return ""
    if gap_w >= 0:
        return f", {_kw(gap_w)} to spare"
    return f", {_kw(-gap_w)} OVER: {'a new peak is in the make' if peaks_cost else 'more than the connection carries'}"


def _month(house: House) -> tuple[str, ...]:
    months = house.months
    if months is None:
        return (_row("month peak", UNKNOWN),)
    peak = f"{_kw(months.running.peak_w)}{_stamped(months.running.at)}" if months.running else UNKNOWN
    return _row("month peak", peak), _mean(months)


def _mean(months: MonthPeaks) -> str:
    """What the bill counts, by the months that are known."""
    billed = months.months_billed
    known = months.months_known
    if months.mean_w is None:
        return _row(f"{billed}-month mean", UNKNOWN)
    some = "" if known == billed else f" (only {known} known)"
    return _row(f"{billed}-month mean", f"{_kw(months.mean_w)}{some}, a month counts {_kw(months.floor_w)} or more")


def _stamped(end: datetime | None) -> str:
    return "" if end is None else f", quarter from {(end - QUARTER).astimezone(BRUSSELS):%a %d %b %H:%M}"


def _used(column: Column) -> str:
    amounts, costs = column.amounts, column.costs
    label = f"{_period(column):<6}{column.start:%d %b}"
    if amounts is None or costs is None:
        return f"{label:<14}   {UNKNOWN}"
    return (
        f"{label + ('' if column.complete else '*'):<14}"
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


def _period(column: Column) -> str:
    return column.name if column.name.isalpha() else f"{column.start:%a}"


def _volume(volume_l: int | None) -> str:
    """Cubic metres; a dash for a meter that is not there."""
    return f"{'-':>9}" if volume_l is None else f"{volume_l / 1000:>9.3f}"


def _price(price_eur_kwh: float | None) -> str:
    return "-" if price_eur_kwh is None else f"{price_eur_kwh:.4f} €/kWh"


def _named(register: str) -> str:
    return REGISTERS.get(register, f"tariff {register}")


def _watts(power_w: float) -> str:
    return f"{power_w:.0f} W" if power_w < 999.5 else _kw(power_w)


def _kw(power_w: float | None) -> str:
    return UNKNOWN if power_w is None else f"{power_w / 1000:.2f} kW"


def _row(label: str, text: str) -> str:
    return f"{label:<{INDENT}}{text}"


def _text(*lines: str) -> str:
    """The lines that say something; a long one goes on under its text."""
    return "\n".join(_folded(line for line in lines if line))


def _folded(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        if len(line) <= WIDTH:
            yield line.rstrip()
        else:
            yield from wrap(line, WIDTH, subsequent_indent=" " * INDENT)
