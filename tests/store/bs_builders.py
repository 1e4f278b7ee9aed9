"""A bs that has lived: a full standing, and a recorder on the database of a home."""

from datetime import date, timedelta
from pathlib import Path

from lib.clock import TurnedClock
from lib.core.gains import Booked, Gains
from lib.core.modes import StorageMode
from lib.core.usual import Usual
from lib.store.bs_recorder import BsRecorder
from lib.store.bs_standing import Intent, Level, Standing
from lib.store.bs_store import Kept
from tests.conftest import NOON

HOUR = timedelta(hours=1)


def a_standing(mode: StorageMode = StorageMode.HOLD) -> Standing:
    """Something of each kind."""
    today = Gains(
        since=date(2026, 11, 20), charged_wh=4_100.5, discharged_wh=3_300.25, start_wh=5_000.0, end_wh=5_400.1
    )
    month = Gains(since=date(2026, 11, 1), with_eur=21.4, without_eur=29.9, peak_w=2_480.0, without_w=4_720.0)
    return Standing(
        intent=Intent(mode=mode, set_mode=StorageMode.AUTO, reserve_pct=35.0),
        booked=Booked(today=today, month=month, at=NOON, grid_wh=120.5, without_wh=410.0, watched=True),
        load=Usual(by_hour={"12": 431.5}, hour=13, seconds=600.0, energy_ws=3e5, at=NOON + HOUR),
        sun=Usual(by_hour={"12": 2_210.0}, hour=13, at=NOON + HOUR),
        levels={"home": Level(soc_pct=63.4, at=NOON), "shed": Level(soc_pct=11.0, at=NOON)},
    )


def recorder_in(home: Path) -> tuple[BsRecorder, Kept, TurnedClock]:
    """A recorder on the database of a home, and the clock it goes by."""
    clock = TurnedClock(NOON)
    recorder, kept = BsRecorder.open(home / "data" / "bs.db", clock)
    return recorder, kept, clock


def kept_in(home: Path) -> Kept:
    """What a start finds, and nothing else: it goes again."""
    recorder, kept, _ = recorder_in(home)
    recorder._writer.close()
    assert recorder.trouble is None
    return kept


async def lived(home: Path, standing: Standing) -> None:
    """Let a program write this."""
    recorder, _, _ = recorder_in(home)
    recorder.take(standing)
    await recorder.close()
    assert recorder.trouble is None
