"""A typical week of winter and of summer, and how it went: curves of a course, one below the other.

In: a home's year and a course. Out: HTML. Typical is the week whose house and roof together drew the middling amount.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from lib.core.bands import midnight
from lib.core.books import local_day
from lib.sim.year.chart import Curve, key, plot
from lib.sim.year.contract import Contract, Prices
from lib.sim.year.course import Course
from lib.sim.year.home import Home

DAYS = 7
DAY = timedelta(days=1)
SEASONS = {"winter": (12, 1, 2), "summer": (6, 7, 8)}
KEY = (
    *(("load", "house"), ("sun", "sun"), ("car", "car"), ("battery", "battery, below 0 it gives")),
    *(("grid", "at the meter"), ("peak", "peak that is paid already"), ("price", "price of a kWh")),
)


class Week(NamedTuple):
    """Some local days: their quarters, half-open."""

    title: str
    first: int
    until: int


def typical(home: Home) -> list[Week]:
    """One of each season that the period holds; of a shorter period the days that there are."""
    weeks = _weeks(home)
    found: list[Week] = []
    for season, months in SEASONS.items():
        ours = sorted(
            (week for week in weeks if home.months[week.first].month in months),
            key=lambda week: sum(home.load_wh[week.first : week.until]) - sum(home.sun_w[week.first : week.until]) / 4,
        )
        if ours:
            week = ours[len(ours) // 2]
            found.append(week._replace(title=f"A typical week of {season}, from {week.title}"))
    if found:
        return found
    until = min(home.quarters, home.quarter(midnight(local_day(home.start) + DAYS * DAY)))
    return [Week(f"The first days, from {local_day(home.start):%-d %B %Y}", 0, until)]


def paid_w(course: Course, home: Home, contract: Contract) -> list[float]:
    """By quarter the peak that is paid already when it begins: the month's highest so far, at least the floor."""
    found: list[float] = []
    month, peak_w = None, 0.0
    for quarter, imported_wh in enumerate(course["import_wh"]):
        if home.months[quarter] != month:
            month, peak_w = home.months[quarter], contract.floor_w
        found.append(peak_w)
        peak_w = max(peak_w, imported_wh * 4)
    return found


def curves(week: Week, home: Home, course: Course, paid: Sequence[float], prices: Prices) -> str:
    """How a week went, with a strip for each thing that has its own measure."""
    span = slice(week.first, week.until)

    def kw(name: str) -> list[float]:
        return [value * 4 / 1000 for value in course[name][span]]

    store = [one - two for one, two in zip(kw("charged_wh"), kw("discharged_wh"), strict=True)]
    grid = [one - two for one, two in zip(kw("import_wh"), kw("export_wh"), strict=True)]
    peak = [value / 1000 for value in paid[span]]
    price = [100 * value for value in prices.import_eur_kwh[span]]
    moved = [Curve("car", kw("car_wh"), is_area=True)] if home.car else []
    if any(store):
        moved.append(Curve("battery", store, is_area=True))
    strips = [
        (
            "House and roof, kW",
            plot([_area("sun", kw("sun_wh")), _area("load", kw("load_wh"))], "house and sun", unit=""),
        ),
        ("Car and battery, kW", plot(moved, "car and battery", unit="") if moved else ""),
        ("At the meter, kW", plot([_area("grid", grid), Curve("peak dashed", peak)], "grid and paid peak", unit="")),
        ("Price of a kWh drawn, ct", plot([Curve("price", price)], "price", unit="")),
    ]
    shown = "".join(f"<h4>{title}</h4>{strip}" for title, strip in strips if strip)
    return f"<h3>{week.title}</h3>{key(KEY)}{shown}{_days(week, home)}"


def _area(look: str, values: Sequence[float]) -> Curve:
    return Curve(look, values, is_area=True)


def _days(week: Week, home: Home) -> str:
    first, last = local_day(home.at(week.first)), local_day(home.at(week.until - 1))
    days = [first + n * DAY for n in range((last - first).days + 1)]
    return '<div class="days">' + "".join(f"<b>{day:%a}</b>" for day in days) + "</div>"


def _weeks(home: Home) -> list[Week]:
    """Those from Monday to Sunday that the period holds in full."""
    day = local_day(home.start)
    if midnight(day) < home.start:
        day += DAY
    day += (-day.weekday() % DAYS) * DAY
    found: list[Week] = []
    while midnight(day + DAYS * DAY) <= home.end:
        found.append(Week(f"{day:%-d %B %Y}", home.quarter(midnight(day)), home.quarter(midnight(day + DAYS * DAY))))
        day += DAYS * DAY
    return found
