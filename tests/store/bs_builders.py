"""A bs that has lived: a full standing, and a recorder on the database of a home."""

from datetime import timedelta
from pathlib import Path

from lib.clock import TurnedClock
from lib.core import gains
from lib.core.cost import PriceSlot
from lib.core.gains import Booked
from lib.core.modes import StorageMode
from lib.core.usual import Usual
from lib.store.bs_recorder import BsRecorder
from lib.store.bs_standing import Intent, Level, Standing
from lib.store.bs_store import Kept
from tests.conftest import NOON

HOUR = timedelta(hours=1)
SLOT = PriceSlot(NOON, NOON + HOUR, 0.31, None)


def booked(minutes: int = 40) -> Booked:
    """So long after noon: a battery that stores, beside a house that draws a little."""
    found = gains.opened(NOON.date())
    for minute in range(minutes + 1):
        at = NOON + timedelta(minutes=minute)
        stored_wh = 5_000.0 + 30.1 * minute
        found = gains.after(found, at, grid_w=300.4, battery_w=1_900.7, stored_wh=stored_wh, slot=SLOT)
    return found


def a_standing(mode: StorageMode = StorageMode.HOLD) -> Standing:
    """Something of each kind."""
    return Standing(
        intent=Intent(mode=mode, set_mode=StorageMode.AUTO, reserve_pct=35.0),
        booked=booked(),
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
