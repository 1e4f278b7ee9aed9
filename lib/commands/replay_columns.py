"""The columns of a replay: what the past cost, and what it would have cost with something else.

In: dm's and ev's databases, rates, prices. Out: columns in euro, and what is not in them. It prints nothing.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lib.commands.replay import AskedError, Span
from lib.commands.replay_prices import contract_of, prices_of
from lib.core import capacity
from lib.core.arbitrage import Store
from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.charges import NOTHING, Part, plus
from lib.core.cost import marginal
from lib.core.quarter import QUARTER
from lib.core.rerun import DAYS_BEFORE, Course, Prices, Rules, Stay, foreseen, naive, replanned
from lib.core.rerun import stored as with_battery
from lib.core.whatif import Contract, Past, Reckoned, billed, moved, price_known, reckoned
from lib.settings import Settings
from lib.store import replay as stored
from lib.store.ev_store import quarters_between, sessions_between

LONGEST_STAY = timedelta(days=14)
LIMIT_TARGETS = 6  # peaks that are tried for the limit
AS_WAS = "as it was"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What was really charged, by the prices of then; capacity_eur: on these months' bills, None: none is closed."""

    import_eur: float
    export_eur: float
    fixed_eur: float
    capacity_eur: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One way the time might have gone.

    Attributes:
        name: of its row; subject: who saved, in a sentence.
        moved_wh: what is charged at another time, or given by the battery. cycles: of the battery.
        left_eur: what the battery holds more at the end is worth.
        beside: the column that it is compared with.

    """

    name: str
    sums: Reckoned
    subject: str = ""
    moved_wh: float | None = None
    cycles: float | None = None
    left_eur: float = 0.0
    beside: "Column | None" = None

    @property
    def saved_eur(self) -> float:
        """Against the column beside."""
        return 0.0 if self.beside is None else self.beside.sums.eur - self.sums.eur + self.left_eur

    @property
    def saved_peak_eur(self) -> float:
        """The part of it that is of peaks."""
        if self.beside is None:
            return 0.0
        return (self.beside.sums.capacity_eur or 0.0) - (self.sums.capacity_eur or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that is told."""

    span: Span
    paid: Paid
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    wear_eur_kwh: float
    quarters: int
    unpriced: int


def looked(home: Settings, span: Span, asked: argparse.Namespace) -> Answer:
    """Read what is stored, and live it again."""
    others = [contract_of(name) for name in asked.contract]
    with stored.looked_into(home.database("dm")) as connection:
        early = min(span.start - timedelta(days=DAYS_BEFORE), _month_start(span.start))
        before = stored.watched(connection, early, span.start).quarters
        watched = stored.watched(connection, span.start, span.end)
        index = stored.index_between(connection, span.start - timedelta(hours=1), span.end + timedelta(hours=1))
        peaks_w = {month: one.peak_w for month, one in stored.peaks(connection).items()}
        days = list(stored.days_between(connection, span.first, span.last))
        months = stored.closed_months(connection, span.first.replace(day=1), span.last)
    past = watched.quarters
    if not past:
        raise AskedError(f"{span.words}: no quarter of it was watched")
    if asked.prices:
        index = index.joined(prices_of(asked.prices, span))
    own = Contract(name="", tariffs=home.rules.tariffs, index=index, peaks_w=peaks_w)
    contracts = [own, *(replace(own, name=name, tariffs=tariffs) for name, tariffs, _ in others)]
    for one in contracts[1:]:
        if one.tariffs.is_dynamic and not index.slots:
            raise AskedError(
                f"{one.name}: follows the day-ahead price, and none of {span.words} is stored; --prices FILE names a "
                "CSV of it, with the head start,eur_mwh"
            )
    known = price_known(past, contracts, watched.used)
    notes = [f"{name}: {note}" for name, _, note in others if note]
    notes += _notes(watched, known)
    charges = NOTHING
    fixed = NOTHING
    for day in days:
        charges = plus(charges, day.whole.charges)
        fixed = plus(fixed, day.fees)
    due = [billed(one.charges, Part.CAPACITY) for one in months.values() if one.charges]
    paid = Paid(
        import_eur=billed(charges, Part.IMPORT),
        export_eur=billed(charges, Part.EXPORT),
        fixed_eur=billed(fixed, Part.FIXED),
        capacity_eur=sum(due) if due else None,
    )
    house = _House(home=home, span=span, asked=asked, past=past, before=before, known=known, used_of=watched)
    columns: list[Column] = []
    for contract in contracts:
        columns += house.columns(contract, columns[0] if columns else None)
    notes += house.notes
    notes += [
        f"{month.month:%B %Y} peaked at {month.peak_w / 1000:.2f} kW in a quarter that is not among these: nothing "
        "here moves that"
        for month in columns[0].sums.months
        if month.elsewhere
    ]
    return Answer(
        span=span,
        paid=paid,
        columns=tuple(columns),
        notes=tuple(notes),
        wear_eur_kwh=asked.wear,
        quarters=len(past),
        unpriced=known.count(False),
    )


class _House:
    """The quarters of the past, and what is asked to be different in them."""

    def __init__(
        self,
        *,
        home: Settings,
        span: Span,
        asked: argparse.Namespace,
        past: Sequence[Past],
        before: Sequence[Past],
        known: Sequence[bool],
        used_of: stored.Watched,
    ) -> None:
        self._home, self._span, self._asked = home, span, asked
        self._past, self._before, self._known, self._used = past, before, known, used_of.used
        self.notes: list[str] = []
        self._stays = self._read_stays() if asked.cars and asked.cars != "as-was" else ()

    def columns(self, contract: Contract, first: Column | None) -> Iterator[Column]:
        """The past by one contract: as it was, and with all that is asked for."""
        label = f" on {contract.name}" if contract.name else ""
        subject = f"{contract.name[:1].upper()}{contract.name[1:]}"
        plain = self._reckoned(contract, self._past, f"{AS_WAS}{label}", subject, beside=first)
        yield plain
        beside, past = plain, self._past
        if self._stays:
            course = self._cars(contract)
            past = self._moved(contract, course)
            moved_wh = sum(max(0.0, wh) for wh in course.change_wh)
            naively = self._asked.cars == "naive"
            name = f"cars {'at once' if naively else 'planned'}{label}"
            subject = f"To charge {'as soon as plugged in' if naively else 'by plan'}{label}"
            beside = replace(self._reckoned(contract, past, name, subject, beside=plain), moved_wh=moved_wh)
            yield beside
        if self._asked.battery is not None:
            yield from self._batteries(contract, past, beside, label)

    def _batteries(self, contract: Contract, past: Sequence[Past], beside: Column, label: str) -> Iterator[Column]:
        """With the battery that is asked for in place of the one that there is."""
        rules, prices = self._rules(contract), self._prices(contract)
        taken = [-(one.parts.battery_wh if one.parts else 0.0) for one in past]
        if any(taken):
            past = [self._with(one, wh, contract) for one, wh in zip(past, taken, strict=True)]
            bare = self._reckoned(contract, past, f"without your battery{label}", f"No battery{label}", beside=beside)
            yield bare
            beside = bare
        if not self._asked.battery:
            if not any(taken):
                self.notes.append("no battery of yours is in what is stored, so that without it nothing differs")
            return
        size_wh, power_w = self._asked.battery * 1000, self._asked.battery_kw * 1000
        store = Store(
            energy_wh=0.0,
            least_wh=0.0,
            most_wh=size_wh,
            charge_w=power_w,
            discharge_w=power_w,
            efficiency=self._asked.efficiency / 100,
            wear_eur_kwh=self._asked.wear,
        )
        so_far_w = self._peak_so_far_w()
        course = with_battery(past, store, prices, rules, before=self._before, peak_w=so_far_w)
        size = f"{_article(self._asked.battery)} {self._asked.battery:g} kWh battery"
        name, subject = f"with {size}", f"{size[:1].upper()}{size[1:]}"
        yield self._battery(contract, past, course, (f"{name}{label}", f"{subject}{label}"), beside)
        if self._asked.limit:
            highest_w = max(rules.floor_w, *(one.peak_w for one in past))
            low_w = max(rules.floor_w, so_far_w)
            steps = [low_w + (highest_w - low_w) * n / LIMIT_TARGETS for n in range(LIMIT_TARGETS + 1)]
            tried = [
                self._battery(
                    contract, past, one, (f"{name}, limit{label}", f"{subject}{label} that foresaw all"), beside
                )
                for one in (
                    foreseen(past, store, prices, rules, paid_w=target_w)
                    for target_w in (steps if rules.kw_eur else [float("inf")])
                )
            ]
            yield max(tried, key=lambda one: one.saved_eur - self._asked.wear * (one.moved_wh or 0.0) / 1000)

    def _battery(
        self, contract: Contract, past: Sequence[Past], course: Course, names: tuple[str, str], beside: Column
    ) -> Column:
        after = [self._with(one, wh, contract) for one, wh in zip(past, course.change_wh, strict=True)]
        column = self._reckoned(contract, after, *names, beside=beside)
        bought = [price.import_eur_kwh or 0.0 for price in self._prices(contract).values()]
        worth_eur_kwh = sum(bought) / len(bought) * (self._asked.efficiency / 100) ** 0.5 if bought else 0.0
        return replace(
            column,
            moved_wh=course.given_wh,
            cycles=course.given_wh / 1000 / self._asked.battery,
            left_eur=course.more_wh / 1000 * worth_eur_kwh,
        )

    def _cars(self, contract: Contract) -> Course:
        if self._asked.cars == "naive":
            return naive(self._past, self._stays)
        return replanned(
            self._past,
            self._stays,
            self._prices(contract),
            self._rules(contract),
            before=self._before,
            peak_w=self._peak_so_far_w(),
        )

    def _moved(self, contract: Contract, course: Course) -> list[Past]:
        return [self._with(one, wh, contract) for one, wh in zip(self._past, course.change_wh, strict=True)]

    def _with(self, quarter: Past, change_wh: float, contract: Contract) -> Past:
        return moved(quarter, change_wh, contract.tariffs.on(local_day(quarter.start)))

    def _reckoned(
        self, contract: Contract, past: Sequence[Past], name: str, subject: str, beside: Column | None
    ) -> Column:
        sums = reckoned(past, self._known, contract, self._used, self._past)
        return Column(name=name, subject=subject, sums=sums, beside=beside)

    def _prices(self, contract: Contract) -> Prices:
        """What a kWh costs and earns in each quarter; those that are left out of the sums have no price."""
        return {
            one.start: marginal(contract.tariffs, one.start, register=None, used=self._used, index=contract.index)
            for one, known in zip(self._past, self._known, strict=True)
            if known
        }

    def _rules(self, contract: Contract) -> Rules:
        month = self._span.first.replace(day=1)
        tariff = contract.tariffs.on(month).capacity
        if tariff is None:
            return Rules()
        peaks_w = {one: peak_w for one, peak_w in contract.peaks_w.items() if one < month}
        floor_w = max(tariff.floor_w, self._home.rules.owner_target_w or 0.0)
        return Rules(kw_eur=capacity.kw_eur(tariff, {**peaks_w, month: floor_w}, month), floor_w=floor_w)

    def _peak_so_far_w(self) -> float:
        """Of the first month, before the time that is asked for."""
        start = _month_start(self._span.start)
        return max((one.peak_w for one in self._before if one.start >= start), default=0.0)

    def _read_stays(self) -> tuple[Stay, ...]:
        """What cars charged, plug-in by plug-in. Raises AskedError, StoreError."""
        path = self._home.database("ev")
        starts = {one.start for one in self._past}
        known, _ = quarters_between(path, self._span.start, self._span.end)
        found = {start: dict(by_charger) for start, by_charger in known.items()}
        stays, lost = [], 0
        for one in sessions_between(path, self._span.start, self._span.end + LONGEST_STAY):
            if one.until is None or one.since >= self._span.end:
                continue
            energy_wh: dict[datetime, float] = {}
            for start, by_charger in found.items():
                wh = by_charger.get(one.charger, 0.0)
                if wh > 0 and start in starts and start < one.until and one.since < start + QUARTER:
                    energy_wh[start] = wh
                    by_charger[one.charger] = 0.0  # no car that came in the same quarter has it too
            if energy_wh:
                stays.append(Stay(car=one.car, since=one.since, until=one.until, energy_wh=energy_wh))
            elif one.energy_wh > 0:
                lost += 1
        if lost:
            self.notes.append(f"{lost} sessions of cars stay as they were: their quarters are not known")
        if not stays:
            raise AskedError(f"--cars {self._asked.cars}: no session of a car in {self._span.words} is stored")
        return tuple(stays)


def _notes(watched: stored.Watched, known: Sequence[bool]) -> Iterator[str]:
    """What is not in the sums, or only nearly."""
    if missing := known.count(False):
        yield (
            f"{missing} of {len(known)} quarters have no price: their energy is in no row but the bill's; "
            "--prices FILE can bring it"
        )
    if watched.unwatched_wh:
        yield f"{watched.unwatched_wh / 1000:.1f} kWh flowed while nobody watched: they are in no row but the bill's"
    if not watched.split:
        yield "what house, sun, cars and battery did is not stored apart: what the meter counted stands for all"
    elif watched.split < len(watched.quarters):
        lacking = len(watched.quarters) - watched.split
        yield f"what house, sun, cars and battery did is not stored of {lacking} of {len(watched.quarters)} quarters"
    yield "peak €: what a month's highest quarter costs over all bills that count it; the bill's is its own part"


def _article(size: float) -> str:
    """How the number is read out: an eight, an eleven, an eighteen."""
    said = f"{size:g}"
    return "an" if said.startswith("8") or said.split(".", maxsplit=1)[0] in {"11", "18"} else "a"


def _month_start(at: datetime) -> datetime:
    return midnight(local_day(at).replace(day=1))
