"""Everything the three programs say to one another: states that stand alone. Built from core state by `say_…`.

Wire form: one JSON object per text frame, with its `type`; unknown fields are ignored. A field that is missing is
unknown. Powers in W, energy in Wh, + is drawn from the grid; times are UTC.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from lib.core import house as core
from lib.core.books import Books, Period
from lib.core.cost import Costs, costs
from lib.core.counters import Amounts
from lib.core.house import Link
from lib.core.obis import name
from lib.core.peaks import FLOOR_W, MONTHS_BILLED, MonthPeak, Peaks
from lib.core.quarter import Quarter
from lib.core.reading import Reading
from lib.core.values import printable, spelled

PROTOCOL = 1
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The first word on each connection: who speaks, in which version of the protocol, since which start."""

    program: str
    boot: str
    protocol: int = PROTOCOL
    type: Literal["hello"] = "hello"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterNow:
    """The running quarter.

    Attributes:
        gap_w: target less forecast, negative when a new peak is in the make.
        allowed_w: what may be drawn from now on to end at the target, and no more than the connection carries.

    """

    start: AwareDatetime
    at: AwareDatetime
    left_s: float
    target_w: float
    used_wh: float | None = None
    average_w: float | None = None
    base_w: float | None = None
    forecast_w: float | None = None
    gap_w: float | None = None
    allowed_w: float | None = None
    curve: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPeaks:
    """The peak of each month, newest first; the running month has none until its first quarter ended.

    Each month counts `floor_w` at least; the bill counts the mean of the last `months_billed`, of which `months_known`
    are known.
    """

    month: date
    running: MonthPeak | None = None
    past: tuple[MonthPeak, ...] = ()
    mean_w: float | None = None
    floor_w: float = FLOOR_W
    months_billed: int = MONTHS_BILLED
    months_known: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What dm knows of the house, said at each telegram and once a second while none comes.

    Attributes:
        boot, seq: which start of dm says it, and its number there; an older one is dropped.
        register: the meter's tariff register now, "1" day or "2" night; next_change: when the other one starts.
        capacity_tariff: False where peaks cost nothing; then no face speaks of a peak.

    """

    boot: str
    seq: int
    said: AwareDatetime
    link: Link
    at: AwareDatetime | None = None
    reading: Reading | None = None
    grid_w: float | None = None
    register: str | None = None
    next_change: AwareDatetime | None = None
    quarter: QuarterNow | None = None
    months: MonthPeaks | None = None
    capacity_tariff: bool = True
    demo: bool = False
    notices: Mapping[str, str] = field(default_factory=dict)
    type: Literal["house"] = "house"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The prices: € per kWh by register, € per m³; None where the rates have none."""

    import_eur_kwh: Mapping[str, float]
    export_eur_kwh: Mapping[str, float]
    gas_eur_m3: float | None = None
    gas_kwh_m3: float | None = None
    water_eur_m3: float | None = None
    type: Literal["rates"] = "rates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One period of the usage table; amounts and costs are None where nobody counted yet.

    complete: counted from the period's start to its end or to now; else only from `since`, or with a hole.
    """

    name: str
    start: date
    since: AwareDatetime | None = None
    complete: bool = False
    amounts: Amounts | None = None
    costs: Costs | None = None
    peak_w: float | None = None
    peak_start: AwareDatetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was used and what it costs: the last 3 days, today, week, month, year, in this order."""

    columns: tuple[Column, ...]
    type: Literal["usage"] = "usage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a telegram, safe to show: code, what it stands for, value and unit."""

    code: str
    name: str
    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telegram:
    """The last telegram, line by line as the meter printed it, also the lines nobody knows."""

    ident: str
    received: AwareDatetime
    lines: tuple[Line, ...]
    type: Literal["telegram"] = "telegram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An order that is not carried out, and why."""

    why: str
    type: Literal["refused"] = "refused"


Message = Hello | House | Rates | Usage | Telegram | Refused
Say = Callable[[Message], None]  # never waits


def cents(eur: float) -> Decimal:
    """Euro as they are shown: to the cent, half up as on a bill (3.315 is 3.32, whatever a float makes of it)."""
    return Decimal(repr(round(eur, 6))).quantize(CENT, ROUND_HALF_UP)


@cache
def _adapter() -> TypeAdapter[Message]:
    """Built at the first word, once for the process."""
    return TypeAdapter(Annotated[Message, Field(discriminator="type")])


def to_json(message: Message) -> str:
    """The frame of a message; what is unknown has no key."""
    return _adapter().dump_json(message, exclude_none=True).decode()


def parse_message(frame: str | bytes) -> Message:
    """The message of a frame. Raises pydantic's ValidationError for anything else."""
    return _adapter().validate_json(frame)


def say_house(house: core.House, rules: core.Rules, *, boot: str, seq: int, now: datetime, demo: bool = False) -> House:
    """The state of the house as dm says it at `now` (the machine's time)."""
    reading = house.reading
    register = None if reading is None or reading.tariff is None else str(reading.tariff)
    running = house.quarter
    return House(
        boot=boot,
        seq=seq,
        said=now,
        link=house.link,
        at=house.at,
        reading=reading,
        grid_w=reading.grid_w if reading else None,
        register=register,
        next_change=rules.day_hours.next_change(house.at, register) if house.at and register else None,
        quarter=None
        if running is None
        else _quarter(running, target_w=core.target_w(house, rules), limit_w=core.limit_w(house, rules)),
        months=None if house.peaks is None else _months(house.peaks),
        capacity_tariff=rules.capacity_tariff,
        demo=demo,
        notices=house.notices,
    )


def _quarter(running: Quarter, *, target_w: float, limit_w: float) -> QuarterNow:
    forecast_w, allowed_w = running.forecast_w, running.allowed_w(target_w)
    return QuarterNow(
        start=running.start,
        at=running.at,
        left_s=running.left_s,
        target_w=target_w,
        used_wh=running.used_wh,
        average_w=running.average_w,
        base_w=running.base_w,
        forecast_w=forecast_w,
        gap_w=None if forecast_w is None else target_w - forecast_w,
        allowed_w=None if allowed_w is None else min(allowed_w, limit_w),
        curve=running.curve,
    )


def _months(peaks: Peaks) -> MonthPeaks:
    return MonthPeaks(
        month=peaks.month,
        running=peaks.running,
        past=peaks.past,
        mean_w=peaks.mean_w,
        months_known=len(peaks.billed),
    )


def say_rates(rules: core.Rules) -> Rates:
    """The prices in force."""
    tariff = rules.tariff
    return Rates(
        import_eur_kwh=tariff.import_eur_kwh,
        export_eur_kwh=tariff.export_eur_kwh,
        gas_eur_m3=tariff.gas_eur_m3,
        gas_kwh_m3=tariff.gas_kwh_m3,
        water_eur_m3=tariff.water_eur_m3,
    )


def say_usage(books: Books, rules: core.Rules) -> Usage:
    """The books, priced; days nobody counted are there without amounts."""
    today = books.days[0].start
    periods = {period.start: period for period in books.days}
    peaks = {peak.day: peak for peak in books.peaks}
    columns: list[Column] = []
    for back in (3, 2, 1, 0):
        day = today - timedelta(days=back)
        label = f"day-{back}" if back else "today"
        peak = peaks.get(day)
        columns.append(
            replace(
                _column(label, periods[day], rules) if day in periods else Column(name=label, start=day),
                peak_w=peak.peak_w if peak else None,
                peak_start=peak.start if peak else None,
            )
        )
    columns += [
        _column(label, period, rules)
        for label, period in (("week", books.week), ("month", books.month), ("year", books.year))
    ]
    return Usage(columns=tuple(columns))


def _column(label: str, period: Period, rules: core.Rules) -> Column:
    return Column(
        name=label,
        start=period.start,
        since=period.since,
        complete=period.complete,
        amounts=period.amounts,
        costs=costs(period.amounts, rules.tariff),
    )


def say_telegram(telegram: bytes, received: datetime) -> Telegram:
    """A telegram as the framer gave it, line by line."""
    ident, *lines = telegram.decode("latin-1").replace("\r", "").split("\n")
    return Telegram(
        ident=printable(ident), received=received, lines=tuple(_line(line) for line in lines if line not in {"", "!"})
    )


def _line(text: str) -> Line:
    code, _, rest = text.partition("(")
    value, unit = rest.removesuffix(")").replace(")(", " "), ""
    if value.count("*") == 1:
        value, _, unit = value.partition("*")
    return Line(code=printable(code), name=name(code), value=printable(spelled(code, value)), unit=printable(unit))
