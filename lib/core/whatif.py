"""What a past time costs, as it was and as it would have been: quarters, what is changed in them, prices → euro.

A change is put into what the meter counted: what flows more comes first from what was fed in, what flows less first
from what was drawn. So "as it was" is the meter's own count, to the watt-hour. Knows no battery, no car and no disk.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from lib.core import capacity
from lib.core.books import local_day
from lib.core.capacity import Capacity
from lib.core.charges import NOTHING, Charges, Part, Used, plus, total_eur
from lib.core.cost import fees, marginal, priced
from lib.core.counters import Amounts
from lib.core.netting import opening
from lib.core.parts import Parts
from lib.core.quarter import QUARTER
from lib.core.slots import Series
from lib.core.tariff import Tariff, Tariffs

HOURS = 0.25
SAME_W = 10.0  # a meter prints its peak in steps of 1 W, and some quarters are averaged by us


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A quarter that is over: what the meter counted, by register, and of what it was made up where that is known.

    average_w: what it counts for the capacity tariff; None: only the counters tell.
    """

    start: datetime
    import_wh: Mapping[str, int]
    export_wh: Mapping[str, int]
    average_w: float | None = None
    parts: Parts | None = None

    @property
    def drawn_wh(self) -> int:
        """From the grid, all registers."""
        return sum(self.import_wh.values())

    @property
    def fed_wh(self) -> int:
        """Into the grid."""
        return sum(self.export_wh.values())

    @property
    def net_wh(self) -> int:
        """Drawn less fed in."""
        return self.drawn_wh - self.fed_wh

    @property
    def peak_w(self) -> float:
        """What it counts for the month's peak."""
        return self.drawn_wh / HOURS if self.average_w is None else self.average_w


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """By what a column is priced; index: day-ahead in €/MWh; peaks_w: month peaks that are known."""

    name: str
    tariffs: Tariffs
    index: Series
    peaks_w: Mapping[date, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSum:
    """A local month, or the part of it that was asked for.

    Attributes:
        capacity_eur: what its peak costs over all bills that count it; None: the price is not known, or peaks cost
            nothing.
        elsewhere: its peak was in a quarter that is not among those asked for, or not watched; nothing moves it.

    """

    month: date
    import_wh: float = 0.0
    export_wh: float = 0.0
    import_eur: float = 0.0
    export_eur: float = 0.0
    fixed_eur: float = 0.0
    peak_w: float = 0.0
    capacity_eur: float | None = None
    elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """A column: all its months."""

    months: tuple[MonthSum, ...]

    @property
    def import_eur(self) -> float:
        """What is drawn costs."""
        return sum(one.import_eur for one in self.months)

    @property
    def export_eur(self) -> float:
        """What is fed in earns."""
        return sum(one.export_eur for one in self.months)

    @property
    def fixed_eur(self) -> float:
        """Fees by the day."""
        return sum(one.fixed_eur for one in self.months)

    @property
    def capacity_eur(self) -> float | None:
        """What the peaks cost; None where they cost nothing, or nobody knows what."""
        known = [one.capacity_eur for one in self.months if one.capacity_eur is not None]
        return sum(known) if known else None

    @property
    def peak_w(self) -> float:
        """The highest month peak."""
        return max((one.peak_w for one in self.months), default=0.0)

    @property
    def eur(self) -> float:
        """All of it."""
        return self.import_eur - self.export_eur + self.fixed_eur + (self.capacity_eur or 0.0)


def price_known(past: Sequence[Past], contracts: Iterable[Contract], used: Used) -> tuple[bool, ...]:
    """By quarter, whether each contract knows what a kWh costs and earns in it; the others are left out of all sums."""
    every = tuple(contracts)
    return tuple(
        all(
            None not in marginal(one.tariffs, quarter.start, register=None, used=used, index=one.index) for one in every
        )
        for quarter in past
    )


def moved(quarter: Past, change_wh: float, tariff: Tariff) -> Past:
    """The quarter with so much more flowing, or less; its parts stay what they were."""
    if not change_wh:
        return quarter
    register = _register(quarter, tariff)
    if change_wh > 0:
        export_wh, rest_wh = _less(quarter.export_wh, change_wh)
        import_wh = _more(quarter.import_wh, register, rest_wh)
    else:
        import_wh, rest_wh = _less(quarter.import_wh, -change_wh)
        export_wh = _more(quarter.export_wh, register, rest_wh)
    drawn_wh = quarter.drawn_wh + (rest_wh if change_wh > 0 else change_wh + rest_wh)
    average_w = max(0.0, quarter.peak_w + (drawn_wh - quarter.drawn_wh) / HOURS)
    return Past(start=quarter.start, import_wh=import_wh, export_wh=export_wh, average_w=average_w, parts=quarter.parts)


def reckoned(
    past: Sequence[Past], known: Sequence[bool], contract: Contract, used: Used, was: Sequence[Past]
) -> Reckoned:
    """What the quarters cost by a contract.

    known: as of `price_known`; used: of the local year before the first; was: the same quarters as they were, by which
    is seen whether a month's peak is among them.
    """
    sums: dict[date, _Open] = {}
    day: date | None = None
    for quarter, is_known in zip(past, known, strict=True):
        before, day = day, local_day(quarter.start)
        month = sums.setdefault(day.replace(day=1), _Open())
        if day != before:
            if before is not None and before.year != day.year:
                used = opening(used, contract.tariffs.on(day).netting)
            lines = fees(day, contract.tariffs)
            month.fixed_eur += sum(one.eur for item, one in lines.items() if item.part is Part.FIXED)
        amounts = Amounts(import_wh=quarter.import_wh, export_wh=quarter.export_wh)
        month.peak_w = max(month.peak_w, quarter.peak_w)
        if is_known:
            cost = priced(amounts, quarter.start, quarter.start + QUARTER, used, contract.tariffs, contract.index)
            if cost is not None:
                month.charges = plus(month.charges, cost.charges)
                month.import_wh += quarter.drawn_wh
                month.export_wh += quarter.fed_wh
        used = used.plus(amounts)
    return Reckoned(months=_months(sums, contract, was))


@dataclass(slots=True)
class _Open:
    """A month while it is summed up."""

    charges: Charges = field(default_factory=dict)
    import_wh: float = 0.0
    export_wh: float = 0.0
    fixed_eur: float = 0.0
    peak_w: float = 0.0


def _months(sums: Mapping[date, _Open], contract: Contract, was: Sequence[Past]) -> tuple[MonthSum, ...]:
    """The months with what their peaks cost, one after another: each bill counts the ones before it."""
    highest_w: dict[date, float] = {}
    for quarter in was:
        month = local_day(quarter.start).replace(day=1)
        highest_w[month] = max(highest_w.get(month, 0.0), quarter.peak_w)
    peaks_w = dict(contract.peaks_w)
    found = []
    for month, one in sorted(sums.items()):
        elsewhere = peaks_w.get(month, 0.0) > highest_w[month] + SAME_W
        peaks_w[month] = max(peaks_w[month], one.peak_w) if elsewhere else one.peak_w
        rules = contract.tariffs.on(month).capacity
        import_eur, export_eur = (
            sum(charge.eur for item, charge in one.charges.items() if item.part is part)
            for part in (Part.IMPORT, Part.EXPORT)
        )
        found.append(
            MonthSum(
                month=month,
                import_wh=one.import_wh,
                export_wh=one.export_wh,
                import_eur=import_eur,
                export_eur=export_eur,
                fixed_eur=one.fixed_eur,
                peak_w=peaks_w[month],
                capacity_eur=peak_eur(rules, peaks_w, month, peaks_w[month], one.charges, one.import_wh),
                elsewhere=elsewhere,
            )
        )
    return tuple(found)


def peak_eur(
    rules: Capacity | None,
    peaks_w: Mapping[date, float],
    month: date,
    peak_w: float,
    charges: Charges = NOTHING,
    import_wh: float | None = None,
) -> float | None:
    """What a month's peak costs over all bills that count it; None where that is not known, or peaks cost nothing.

    charges, import_wh: of a bill, to see whether the maximum tariff holds; None leaves it out.
    """
    if rules is None or rules.eur_kw_year is None:
        return None
    others_w = {**peaks_w, month: 0.0}
    above_eur = capacity.new_peak_eur(rules, others_w, month, peak_w, charges=charges, import_wh=import_wh)
    if above_eur is None:
        return None
    floor_eur = rules.eur_kw_year * rules.floor_w / 1000 / 12 if rules.floor_applies == "month" else 0.0
    return floor_eur + above_eur


def billed(charges: Charges, part: Part) -> float:
    """What a part of what was really charged comes to, positive also where it is earned."""
    eur = total_eur({item: one for item, one in charges.items() if item.part is part})
    return -eur if part is Part.EXPORT else eur


def _register(quarter: Past, tariff: Tariff) -> str:
    """The one that counts in it: that gained most, else the one whose band it is by the clock."""
    gained = {
        register: quarter.import_wh.get(register, 0) + quarter.export_wh.get(register, 0)
        for register in {**quarter.import_wh, **quarter.export_wh}
    }
    if any(gained.values()):
        return max(gained, key=lambda register: gained[register])
    band = tariff.band(quarter.start, None)
    return next((register for register, name in tariff.registers.items() if name == band), "1")


def _less(registers_wh: Mapping[str, int], wh: float) -> tuple[dict[str, int], float]:
    """The registers with so much less, and what is left of it when they are empty."""
    rest: dict[str, int] = {}
    for register, has_wh in registers_wh.items():
        off = min(has_wh, round(wh))
        rest[register] = has_wh - off
        wh -= off
    return rest, max(0.0, wh)


def _more(registers_wh: Mapping[str, int], register: str, wh: float) -> dict[str, int]:
    return {**registers_wh, register: registers_wh.get(register, 0) + round(wh)}
