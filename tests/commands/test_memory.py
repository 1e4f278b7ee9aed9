"""What dm remembers of its house at the start: the outlook is known at once."""

import errno
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from lib.clock import TurnedClock
from lib.commands.memory import remembered
from lib.core import booking
from lib.core.books import Prices
from lib.core.habits import Note
from lib.core.house import House, Rules
from lib.core.metering import Accepted, Published, after
from lib.core.outlook import foreseen
from lib.core.parts import Parts
from lib.core.quarter import QUARTER
from lib.core.rates import parse_rates
from lib.core.slots import Series, Slot
from lib.settings import Settings
from lib.settings.inverters import InverterPlace
from lib.store import late
from lib.store import store as stored
from lib.store.batch import Batch
from lib.store.saving import save
from tests.conftest import NOON, RULES, local
from tests.store.builders import counted, heard, lived, query, recorder_in
from tests.waiting import eventually

LATER = NOON + timedelta(days=2)


def settings(home: Path) -> Settings:
    """A house with nothing but its meter."""
    return Settings(home=home, source="serial:///dev/ttyUSB0", doors={}, rules=RULES, secrets=home / "secrets.json")


async def test_what_was_learned_is_known_at_the_next_start(tmp_path: Path) -> None:
    """Quarters, and what was foreseen of them, as they were taken; with both the errors are known too."""
    await lived(tmp_path, NOON - timedelta(minutes=30), NOON)
    async with remembered(settings(tmp_path), TurnedClock(NOON)) as memory:
        for place in range(12):
            start = NOON + place * QUARTER
            memory.take_note(Note(made=start, load_w=(1000.0, 1000.0, 1000.0), sun_w=(0.0, 0.0, 0.0)))
            memory.take(House(parts=Parts(start=start, load_wh=300.0, sun_wh=0.0)))
    async with remembered(settings(tmp_path), TurnedClock(LATER)) as memory:
        outlook = foreseen(memory.habits, NOON + 12 * QUARTER)
    assert outlook.quarters[0].load_w > 900
    assert [(1, 8, 200.0), (3, 0, 0.0)] == [(one.ahead_h, one.quarters, one.load_w) for one in outlook.off] + [
        (3, 0, 0.0)
    ]


async def test_a_peak_that_is_accepted_is_on_the_disk_at_once(tmp_path: Path) -> None:
    """The light may go out before the minute is over."""
    config = settings(tmp_path)
    async with remembered(config, TurnedClock(NOON), commit_s=3_600) as memory:
        house = heard(House(), NOON)
        memory.take(house)
        memory.take(after(house, Accepted(peak_w=4_500.0), RULES))
        await eventually(lambda: [(4_500.0,)] == query(config.database("dm"), "SELECT peak_w FROM accepted"))


@pytest.mark.parametrize("alone", [True, False])
async def test_older_rows_count_only_where_the_house_is_all_there_is(tmp_path: Path, alone: bool) -> None:
    """Before quarters were told apart the books knew what the grid gave; behind a roof that is not the house."""
    await lived(tmp_path, local("2026-11-19 00:00"), local("2026-11-20 00:07"), step=timedelta(minutes=1))
    config = settings(tmp_path)
    if not alone:
        config = replace(config, inverters=(InverterPlace(name="roof", make="fronius", address="10.0.0.9"),))
    async with remembered(config, TurnedClock(LATER)) as memory:
        assert (1 if alone else 0) == memory.habits.days
        night = foreseen(memory.habits, local("2026-11-20 00:07")).quarters[8]
    assert alone == (night.load_w > 450)


def by_the_month(**means: float) -> Rules:
    """A contract by a monthly index at 1 €/kWh for 1 000 €/MWh; means: those published, such as M2026_10=100."""
    months = {name[1:].replace("_", "-"): mean for name, mean in means.items()}
    formula = {"formula": {"resolution": "month_rlp", "factor": 0.001, "months": months}}
    return replace(RULES, tariffs=parse_rates({"Electricity": {"+": formula}}))


async def estimated(home: Path) -> None:
    """Four days of quarters around the end of October, all priced by an estimate, in a home."""
    start, end = local("2026-10-30 00:00"), local("2026-11-03 00:07")
    index = Series((Slot(start, end, 80.0),))
    recorder, _, _ = recorder_in(home, start)
    recorder.take_prices(
        "file", tuple(Slot(start + at * QUARTER, start + (at + 1) * QUARTER, 80.0) for at in range(385))
    )
    books, at = None, start
    while at < end:
        books = booking.after(books, counted(at), Prices(tariffs=by_the_month().tariffs, index=index))
        recorder.take(House(books=books))
        at += QUARTER / 3
    await recorder.close()


async def started(home: Path, rules: Rules) -> None:
    """Start the program, which prices what waits, and end it."""
    async with remembered(replace(settings(home), rules=rules), TurnedClock(LATER)) as memory:
        memory.take(after(memory.house, Published(index=memory.house.index), rules))


def waiting(home: Path) -> int:
    """The quarters that are over and stand at an estimate."""
    ((count,),) = query(home / "data" / "dm.db", "SELECT count(*) FROM rows WHERE open = 0 AND provisional = 1")
    return int(str(count))


def eur_mwh(home: Path) -> list[float]:
    """What a MWh costs by the sums of each day that is over."""
    return [
        round(float(str(eur)) / int(str(energy_wh)) * 1e6, 6)
        for eur, energy_wh in query(
            home / "data" / "dm.db", "SELECT eur, import_wh FROM days WHERE open = 0 ORDER BY day"
        )
    ]


def refuse_the_third() -> Callable[[sqlite3.Connection, Batch], None]:
    """Save two batches, then find the disk full."""
    calls = count(1)

    def refuse(connection: sqlite3.Connection, batch: Batch) -> None:
        if next(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        save(connection, batch)

    return refuse


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start holds the newest hundred quarters that wait, of thousands, and older ones are priced fifty at a time."""
    monkeypatch.setattr(stored, "PENDING_KEPT", 100)
    monkeypatch.setattr(late, "PRICED_AT_ONCE", 50)


@pytest.mark.usefixtures("few")
async def test_a_mean_told_late_prices_all_its_quarters_at_one_start(tmp_path: Path) -> None:
    """Twelve means come with the yearly bill, when more quarters wait than a start holds; once is enough."""
    await estimated(tmp_path)
    assert (384, [80.0] * 4) == (waiting(tmp_path), eur_mwh(tmp_path))
    for _ in range(3):
        await started(tmp_path, by_the_month(M2026_10=100, M2026_11=120))
        assert (0, [100.0, 100.0, 120.0, 120.0]) == (waiting(tmp_path), eur_mwh(tmp_path))


@pytest.mark.usefixtures("few")
async def test_a_mean_told_late_does_not_wait_for_newer_ones(tmp_path: Path) -> None:
    """The newest month is not published yet; its quarters keep none of the month before from its price."""
    await estimated(tmp_path)
    await started(tmp_path, by_the_month(M2026_10=100))
    assert (192, [100.0, 100.0, 80.0, 80.0]) == (waiting(tmp_path), eur_mwh(tmp_path))
    await started(tmp_path, by_the_month(M2026_10=100, M2026_11=120))
    assert (0, [100.0, 100.0, 120.0, 120.0]) == (waiting(tmp_path), eur_mwh(tmp_path))


@pytest.mark.usefixtures("few")
async def test_a_disk_that_takes_no_late_price_is_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it or nothing: the sums stay those of their quarters, and the next start does it."""
    await estimated(tmp_path)
    rules = by_the_month(M2026_10=100)
    with monkeypatch.context() as full:
        full.setattr(late, "save", refuse_the_third())
        await started(tmp_path, rules)
    assert (384, [80.0] * 4) == (waiting(tmp_path), eur_mwh(tmp_path))
    await started(tmp_path, rules)
    assert (192, [100.0, 100.0, 80.0, 80.0]) == (waiting(tmp_path), eur_mwh(tmp_path))
