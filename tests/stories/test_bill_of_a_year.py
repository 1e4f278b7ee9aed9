"""A year of the simulated house, counted, kept and restarted: its bill is what one works out from the export."""

import csv
import io
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from lib.clock import TurnedClock
from lib.commands import export
from lib.core.house import House, Rules
from lib.core.metering import Heard, Published, after, opened
from lib.core.p1 import Framer
from lib.core.rates import parse_rates
from lib.core.reading import Parser
from lib.core.slots import Series, Slot
from lib.core.stamp import BRUSSELS
from lib.messages import Bill, cents
from lib.messages.counted import say_bill, say_past_bill
from lib.sim.household import KINDS
from lib.sim.telegram import telegram
from lib.sim.world import World
from lib.store.queries import days_and_months
from lib.store.recorder import Recorder
from tests.conftest import local

QUARTER = timedelta(minutes=15)
YEAR = 2025
START, END = local("2024-12-31 23:45"), local("2026-01-01 00:00")
RESTARTS = 25
RESTLESS = {"router", "induction", "fridge", "freezer"}  # they switch each few seconds, which makes a year long

VAT = Decimal("1.06")
RATES = {
    "version": 2,
    "vat": 0.06,
    "Electricity": {
        "+": {"formula": {"index": "day_ahead", "resolution": "PT15M", "factor": 0.00104, "base": 0.0093}},
        "-": {"formula": {"index": "day_ahead", "resolution": "PT15M", "factor": 0.00097, "base": -0.0117}},
        "adders": {
            "+": [
                {"name": "network", "eur_per_kwh": 0.0517, "network": True},
                {"name": "excise", "blocks": [[2000, 0.0475], [None, 0.0405]], "per": "year"},
            ]
        },
        "capacity": {"eur_per_kw_year": 54.2, "max_eur_per_kwh": 0.331},
        "fixed": [{"name": "supplier", "eur_per_year": 91.25}],
    },
    "Gas": {"+": 0.0741, "per": "kWh", "cnv": ["kWh", 11.42]},
    "Water": {"+": 5.83},
}


def market() -> Series:
    """A made-up day-ahead price for each quarter of the year, some of it negative."""
    dice, slots, at = Random(7), [], START - timedelta(days=1)
    while at < END + timedelta(days=1):
        slots.append(Slot(at, at + QUARTER, round(dice.gauss(70, 60), 2)))
        at += QUARTER
    return Series(tuple(slots))


class Kept:
    """The meter app without its sockets: a house and its memory, on real files, restarted at will."""

    def __init__(self, home: Path, index: Series) -> None:
        self.rules = Rules(tariffs=parse_rates(RATES), connection_w=17_250)
        self.home = home
        self.index = index
        self.clock = TurnedClock(START)
        self.framer, self.parser = Framer(), Parser()
        self.recorder, self.house = self._start()

    @property
    def database(self) -> Path:
        """Its file."""
        return self.home / "dm.db"

    def _start(self) -> tuple[Recorder, House]:
        recorder, kept = Recorder.open(self.database, history=self.home / "history", clock=self.clock)
        house = opened(kept.books, kept.peaks, kept.index) if kept.books else House()
        house = after(house, Published(index=self.index), self.rules)
        return recorder, house

    async def restart(self) -> None:
        """End in order and start again."""
        await self.recorder.close()
        self.recorder, self.house = self._start()

    def hear(self, world: World) -> None:
        """A telegram of the world."""
        for one in self.framer.feed(telegram(world.show())):
            self.house = after(self.house, Heard(reading=self.parser.parse(one), received=world.at), self.rules)
            self.recorder.take(self.house)


@pytest.mark.timeout(900)
async def test_the_years_bill_is_what_the_quarters_say(tmp_path: Path) -> None:
    """Energy by the price of its quarter, blocks, fees by the day, peaks by the month, gas and water: to the cent."""
    index, dice = market(), Random(11)
    calm = [kind for kind in KINDS if kind.name not in RESTLESS]
    world, dm = World(seed=5, start=START, kinds=calm, pace_s=600), Kept(tmp_path, index)
    peaks_w = month_peaks(world)
    dm.hear(world)
    quarters = (END - START) // QUARTER
    restarts = {dice.randrange(quarters) for _ in range(RESTARTS)}
    for quarter in range(1, quarters):
        world.step(QUARTER)
        dm.clock.set(world.at)
        dm.hear(world)
        if quarter % 96 == 0:
            await dm.recorder.commit()
        if quarter in restarts:
            await dm.restart()
    world.step(QUARTER - timedelta(seconds=1))  # one second more would open the next year
    dm.hear(world)
    peaks_w |= month_peaks(world) | {date(YEAR, 12, 1): world.show().month_peak.power_w}
    bill = say_bill(dm.house, dm.rules)
    await dm.recorder.close()
    written = io.StringIO()
    assert export.run(dm.database, "csv", date(YEAR, 1, 1), date(YEAR, 12, 31), written) == 0
    worked_out = recomputed(written.getvalue(), index, peaks_w)
    for name, eur in worked_out.items():
        assert cents(billed(bill, name)) == cents(float(eur)), name
    assert cents(bill.year_eur) == cents(float(sum(worked_out.values()) - 2 * worked_out["injection"]))
    assert bill.year_eur > 300
    assert worked_out["maximum tariff"] <= 0
    days, months = days_and_months(dm.database, date(YEAR, 1, 1), date(YEAR, 12, 31))
    past = [say_past_bill(days, months, date(YEAR, month, 1)) for month in range(1, 12)]
    assert past[-1].year_eur == pytest.approx(sum(one.month_eur for one in past))
    assert past[-1].year_eur + bill.month_eur == pytest.approx(bill.year_eur)


def month_peaks(world: World) -> dict[date, int]:
    """The peaks in the meter's history, by the first day of their month."""
    return {
        (row.captured - timedelta(days=1)).astimezone(BRUSSELS).date().replace(day=1): row.peak.power_w
        for row in world.show().history
    }


def billed(bill: Bill, name: str) -> float:
    """What the year's bill says for all lines of a name."""
    return sum(row.year_eur or 0.0 for row in bill.rows if row.name == name)


def recomputed(table: str, index: Series, peaks_w: dict[date, int]) -> dict[str, Decimal]:
    """The year by hand: decimal numbers, each quarter at its price, nothing of the program's own."""
    prices = {slot.start: Decimal(repr(slot.value)) for slot in index.slots}
    found: dict[str, Decimal] = defaultdict(Decimal)
    month_kwh: dict[date, Decimal] = defaultdict(Decimal)
    used_kwh = Decimal(0)
    for line in csv.DictReader(io.StringIO(table)):
        start = datetime.fromisoformat(line["from (UTC)"]).replace(tzinfo=UTC)
        price = prices[start - timedelta(minutes=start.minute % 15, seconds=start.second)]
        drawn, injected = (
            sum((Decimal(line[f"{way} {register} (Wh)"] or 0) for register in "12"), Decimal(0)) / 1000
            for way in ("import", "export")
        )
        found["energy"] += drawn * (Decimal("0.0093") + Decimal("0.00104") * price) * VAT
        found["injection"] += injected * (Decimal("-0.0117") + Decimal("0.00097") * price)
        found["network"] += drawn * Decimal("0.0517") * VAT
        low = max(Decimal(0), min(drawn, 2000 - used_kwh))
        found["excise"] += (low * Decimal("0.0475") + (drawn - low) * Decimal("0.0405")) * VAT
        found["gas"] += Decimal(line["gas (l)"] or 0) / 1000 * Decimal("11.42") * Decimal("0.0741") * VAT
        found["water"] += Decimal(line["water (l)"] or 0) / 1000 * Decimal("5.83") * VAT
        used_kwh += drawn
        month_kwh[start.astimezone(BRUSSELS).date().replace(day=1)] += drawn
    found["supplier"] = Decimal("91.25") * VAT
    floored_w = {month: max(2500, peak_w) for month, peak_w in peaks_w.items()}
    for month in (date(YEAR, number, 1) for number in range(1, 13)):
        window = [watts for one, watts in floored_w.items() if month.replace(year=YEAR - 1) < one <= month]
        rate = Decimal("54.2") * VAT / 12
        due = rate * sum(window) / len(window) / 1000
        network = month_kwh[month] * Decimal("0.0517") * VAT
        most = max(Decimal("0.331") * VAT * month_kwh[month], rate * Decimal("2.5"))
        found["capacity tariff"] += due
        found["maximum tariff"] += min(Decimal(0), most - due - network)
    return found
