"""Quarters above their target with their cause, and the peak that the owner accepts, outlive a start."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from lib.core.claims import Cause
from lib.core.house import Above
from lib.core.peaks import MonthPeak
from lib.store.batch import Batch
from lib.store.database import settle
from lib.store.store import Store
from tests.conftest import NOON


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An open store, empty."""
    path = tmp_path / "dm.db"
    Store.create(path, "test")
    settle(path)
    with closing(Store.open(path)) as opened:
        yield opened


def test_a_quarter_above_its_target_is_kept_with_its_cause(store: Store) -> None:
    """Once, whoever writes it again."""
    above = Above(start=NOON, average_w=3100.0, target_w=2500.0, cause=Cause.LATE_TRIP)
    for _ in range(2):
        store.save(Batch(above={above.start: above}))
    found = store.connection.execute("SELECT start, average_w, target_w, cause FROM above").fetchall()
    assert [(int(NOON.timestamp()), 3100.0, 2500.0, "late trip")] == found


def test_the_accepted_peak_is_known_at_the_next_start(store: Store) -> None:
    """The newest; taken back it is nobody's any more."""
    store.save(Batch(accepted={date(2026, 10, 1): 5000.0, date(2026, 11, 1): 4500.0}))
    assert MonthPeak(date(2026, 11, 1), 4500.0) == store.load().accepted
    store.save(Batch(accepted={date(2026, 11, 1): 0.0}))
    assert store.load().accepted is None
