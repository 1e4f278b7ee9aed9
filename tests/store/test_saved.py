"""What days cost and would have cost outlives a start, with all that the open ones are worked out from."""

from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from lib.core.cost import PriceSlot
from lib.core.house import House
from lib.core.naive import PlugIn
from lib.core.parts import Parts
from lib.core.quarter import QUARTER
from lib.core.saved import DAYS_KEPT, Day, Saving, after, heard, planned
from lib.store.batch import Batch
from lib.store.store import Store
from tests.conftest import NOON
from tests.store.builders import query, recorder_in, steps

TODAY = date(2026, 11, 20)
SLOTS = [PriceSlot(NOON, NOON + timedelta(days=9), 0.30, 0.05)]


def lived(saving: Saving, first: int, last: int) -> Saving:
    """Quarters from NOON on, in which a car takes 2 kW since its plug-in at NOON."""
    for number in range(first, last):
        at = NOON + number * QUARTER
        saving = heard(saving, [PlugIn("garage", NOON, 500.0 * (number + 1), 8_000.0)], at)
        saving = after(saving, Parts(start=at, load_wh=100.0, cars_wh=500.0), SLOTS)
    return saving


async def test_a_start_in_mid_day_goes_on_with_what_the_day_saved(tmp_path: Path) -> None:
    """All of it is read back; what comes then is worked out with what was before."""
    recorder, kept, _ = recorder_in(tmp_path)
    assert () == kept.saved
    saving = planned(lived(Saving(), 0, 6), TODAY, 4.10)
    recorder.take_saving(saving)
    await recorder.close()
    assert [("2026-11-20", 1.08, 1.08, 4.10, 6, 48)] == query(
        tmp_path / "data" / "dm.db",
        "SELECT day, round(eur, 6), round(naive_eur, 6), planned_eur, quarters, missing FROM saved",
    )
    recorder, kept, _ = recorder_in(tmp_path)
    assert saving == Saving(days=kept.saved)
    assert lived(saving, 6, 9) == lived(Saving(days=kept.saved), 6, 9)
    await recorder.close()


async def test_only_days_that_changed_are_written(tmp_path: Path) -> None:
    """A quarter later the days before stand as they were; what is on the disk is not written again after a start."""
    recorder, _, _ = recorder_in(tmp_path)
    saving = planned(lived(Saving(), 0, 2), TODAY - timedelta(days=1), 1.0)
    recorder.take_saving(saving)
    await recorder.close()
    path = tmp_path / "data" / "dm.db"
    with closing(Store.open(path)) as store:
        store.connection.execute("UPDATE saved SET eur = 99.0")
    recorder, kept, _ = recorder_in(tmp_path)
    recorder.take_saving(lived(Saving(days=kept.saved), 2, 3))
    await recorder.close()
    assert [("2026-11-19", 99.0), ("2026-11-20", 0.54)] == query(
        path, "SELECT day, round(eur, 6) FROM saved ORDER BY day"
    )


def test_a_start_knows_the_last_two_months() -> None:
    """Newest first; the table keeps them all."""
    days = [Day(day=TODAY - timedelta(days=number), eur=float(number)) for number in range(DAYS_KEPT + 3)]
    with closing(Store.in_memory([Batch(saved={day.day: day for day in days})])) as store:
        assert tuple(days[:DAYS_KEPT]) == store.load().saved
        store.save(Batch(saved={TODAY: replace(days[0], eur=7.0)}))
        assert 7.0 == store.load().saved[0].eur
        assert (len(days),) == store.connection.execute("SELECT count(*) FROM saved").fetchone()


async def test_days_and_books_are_kept_side_by_side(tmp_path: Path) -> None:
    """A house that counts as well: both are there after a start."""
    recorder, _, _ = recorder_in(tmp_path)
    for books in steps(NOON, NOON + timedelta(hours=1), step=timedelta(minutes=5)):
        recorder.take(House(books=books))
    recorder.take_saving(lived(Saving(), 0, 4))
    await recorder.close()
    recorder, kept, _ = recorder_in(tmp_path)
    assert kept.books is not None
    assert [TODAY] == [day.day for day in kept.saved]
    await recorder.close()
