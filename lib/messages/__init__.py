"""Everything the three programs say to one another: states that stand alone. What builds dm's is in `dm.py` beside it.

Wire form: one JSON object per text frame, with its `type`; unknown fields are ignored. A field that is missing is
unknown. Powers in W, energy in Wh, + is drawn from the grid; times are UTC.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter
from pydantic_core import PydanticSerializationError

from lib.core.capacity import Capacity
from lib.core.charges import Part
from lib.core.claims import Drawn, Grant
from lib.core.cost import Costs, PriceSlot
from lib.core.counters import Amounts
from lib.core.events import Event
from lib.core.link import Link
from lib.core.peaks import MonthPeak
from lib.core.reading import Reading
from lib.messages.charging import Charging, Sessions
from lib.messages.orders import Done
from lib.messages.plan import Outlook, Plan
from lib.messages.proposals import Proposals
from lib.messages.storage import Storage

PROTOCOL = 1
CENT = Decimal("0.01")
ZERO = Decimal("0.00")


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
        new_peak_eur: what the forecast would cost as the month's new peak, over the next 12 bills; 0 under the peak
            already paid, None where the rates have no price for it.

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
    new_peak_eur: float | None = None
    curve: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPeaks:
    """The peak of each month, newest first; the running month has none until its first quarter ended.

    Each month counts `floor_w` at least; the bill counts the mean of the last `months_billed`, of which `months_known`
    are known. kw_eur: what 1 kW more of this month's peak costs over the next 12 bills, over_kw_eur: what it does above
    the floor; None where the rates have no price for it.
    """

    month: date
    running: MonthPeak | None = None
    past: tuple[MonthPeak, ...] = ()
    mean_w: float | None = None
    floor_w: float = Capacity().floor_w
    months_billed: int = Capacity().window_months
    months_known: int = 0
    kw_eur: float | None = None
    over_kw_eur: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A quarter that will end above its target on purpose: for whom, why, and what the new peak costs."""

    who: str
    cause: str
    peak_w: float
    eur: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SunNow:
    """One inverter: what it gives, and what it is held back to; trouble: why that is not known."""

    name: str
    power_w: float | None = None
    energy_wh: float | None = None
    limit_w: float | None = None
    able: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What dm knows of the house, said at each telegram and once a second while none comes.

    Attributes:
        boot, seq: which start of dm says it, and its number there; an older one is dropped.
        register: the meter's tariff register now, "1" day or "2" night.
        band: the band of the rates that counts now; next_band starts at next_change, by the clock.
        capacity_tariff: False where peaks cost nothing; then no face speaks of a peak.
        accepted_w: the month peak that the owner accepted, until the month ends.
        fresh: it comes with a telegram; between two, what was said before is said again, and renews nothing.
        grants: what cars and battery may draw, each a lease from its arrival if it is fresh; drawn: what they draw.
        announced: what will end above the target, said before it is granted.
        sun_w: what all inverters give, None without any and while one is not known; suns: each of them.

    """

    boot: str
    seq: int
    said: AwareDatetime
    link: Link
    at: AwareDatetime | None = None
    reading: Reading | None = None
    grid_w: float | None = None
    register: str | None = None
    band: str | None = None
    next_band: str | None = None
    next_change: AwareDatetime | None = None
    quarter: QuarterNow | None = None
    months: MonthPeaks | None = None
    capacity_tariff: bool = True
    accepted_w: float | None = None
    fresh: bool = True
    grants: tuple[Grant, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    announced: tuple[Announced, ...] = ()
    sun_w: float | None = None
    suns: tuple[SunNow, ...] = ()
    demo: bool = False
    notices: Mapping[str, str] = field(default_factory=dict)
    type: Literal["house"] = "house"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What one kWh costs and earns now in a band of the rates, all in; None while it is not known."""

    name: str
    import_eur_kwh: float | None = None
    export_eur_kwh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The prices: € per kWh by band, whose name is empty where there is but one, and € per m³ where there is a price.

    Attributes:
        dynamic: the price follows the day-ahead market, so the bands hold what counts now.
        slots: what a kWh costs and earns today and tomorrow, by the clock, as far as it is known.
        known_until: to when the day-ahead price is known; trouble: why no further, in a sentence.
        warnings: what in the rates was not understood.

    """

    bands: tuple[Band, ...]
    gas_eur_m3: float | None = None
    gas_kwh_m3: float | None = None
    water_eur_m3: float | None = None
    dynamic: bool = False
    slots: tuple[PriceSlot, ...] = ()
    known_until: AwareDatetime | None = None
    trouble: str = ""
    warnings: tuple[str, ...] = ()
    type: Literal["rates"] = "rates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One period of the usage table; amounts and costs are None where nobody counted yet.

    Attributes:
        complete: counted from the period's start to its end or to now; else only from `since`, or with a hole.
        estimated: a pause of the program is in it, by the meter's counters.
        unpriced_wh: energy that `costs` lack, for its price is not known yet.
        provisional_wh: energy at an estimated price.

    """

    name: str
    start: date
    since: AwareDatetime | None = None
    complete: bool = False
    estimated: bool = False
    unpriced_wh: int = 0
    provisional_wh: int = 0
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
class BillRow:
    """One line of the bill, for the month and for the year; None where that one does not have it.

    The quantity is in Wh, litres, days, or W for the capacity tariff; what is injected earns and stands positive.
    """

    part: Part
    name: str
    band: str = ""
    month_quantity: float | None = None
    month_eur: float | None = None
    year_quantity: float | None = None
    year_eur: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """The running month and the year as a bill, VAT included as in the rates.

    Attributes:
        month, year: the first day of each; month_since, year_since: from when they were counted.
        month_eur, year_eur: the sum of the rows, less what is earned.
        if_peak_eur: the month, if the running quarter ends as forecast with a new peak; None when it does not.
        estimated: energy of pauses is in it, by the meter's counters; unpriced_wh, provisional_wh: as in Column.

    """

    month: date
    year: date
    month_since: AwareDatetime
    year_since: AwareDatetime
    rows: tuple[BillRow, ...]
    month_eur: float
    year_eur: float
    if_peak_eur: float | None = None
    estimated: bool = False
    unpriced_wh: int = 0
    provisional_wh: int = 0
    type: Literal["bill"] = "bill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """What happened lately, newest first."""

    last: tuple[Event, ...]
    type: Literal["events"] = "events"


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


Counted = House | Rates | Usage | Bill | Events | Telegram
States = Hello | Counted | Outlook | Plan | Charging | Sessions | Storage | Proposals
Message = States | Done | Refused
Say = Callable[[Message], None]  # never waits


def cents(eur: float) -> Decimal:
    """Euro as they are shown: to the cent, half up as on a bill (3.315 is 3.32, whatever a float makes of it)."""
    return Decimal(repr(round(eur, 6))).quantize(CENT, ROUND_HALF_UP) or ZERO  # a zero of theirs may have a minus


@cache
def _adapter() -> TypeAdapter[Message]:
    """Built at the first word, once for the process."""
    return TypeAdapter(Annotated[Message, Field(discriminator="type")])


def to_json(message: Message) -> str:
    """The frame of a message; what is unknown has no key. Half a letter, which a stranger's words may have, is a ?."""
    try:
        return _adapter().dump_json(message, exclude_none=True).decode()
    except PydanticSerializationError:
        said = _adapter().dump_python(message, mode="json", exclude_none=True)
        return json.dumps(said, ensure_ascii=False).encode("utf-8", "replace").decode()


def parse_message(frame: str | bytes) -> Message:
    """The message of a frame. Raises pydantic's ValidationError for anything else."""
    return _adapter().validate_json(frame)
