"""An ev that has lived: a full standing, sessions that ended, and a recorder on the database of a home."""

from datetime import date, datetime, timedelta
from pathlib import Path

from lib.clock import TurnedClock
from lib.core.arrival import plugged_in
from lib.core.car import CarReading, CarRules
from lib.core.charger import Found
from lib.core.counting import Count, QuarterWh
from lib.core.modes import Mode, Phases
from lib.core.plugged import Doubt, Ground, OnCable, OwnPlug, Plugged
from lib.core.sessions import Session, after, began, closed
from lib.core.soc import Soc, charged, opened, read
from lib.core.trip import Entry
from lib.core.usual import Usual
from lib.store.ev_recorder import EvRecorder
from lib.store.ev_standing import Calendar, Intent, Standing, Switches
from lib.store.ev_store import Kept
from tests.conftest import NOON

CAR = CarRules(name="car_1", capacity_wh=77_000)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ENTRIES = (
    Entry(key="a", title="@car_1@ 180 km", start=NOON + HOUR, end=NOON + 2 * HOUR),
    Entry(key="b", title="@car_1@ fair", start=date(2026, 11, 22), end=date(2026, 11, 23), declined=True),
)
SPLIT = {"sun_share": 0.4, "battery_share": 0.1, "import_eur_kwh": 0.3, "export_eur_kwh": 0.05}


def a_soc(pct: float = 40.0, *, minutes: int = 90) -> Soc:
    """A car that was read at noon, and has charged for so long; it has learned from 15 % of that."""
    soc = read(
        plugged_in(opened(CAR), "garage", 1_000.0, NOON, 7), CarReading(source="c", as_of=NOON, soc_pct=pct), NOON
    )
    for minute in range(1, minutes + 1):
        soc = charged(soc, 1_000.0 + 150.5 * minute, NOON + minute * MINUTE)
    at = NOON + minutes * MINUTE
    return read(soc, CarReading(source="c", as_of=at, soc_pct=pct + minutes / 6), at)


def a_session(start: datetime = NOON, *, wh: float = 7_000.3, minutes: int = 60, charger: str = "garage") -> Session:
    """A session that goes on."""
    session = began(charger, "car_1", start, total_wh=50_000.0, soc_pct=40.0)
    for minute in range(1, minutes + 1):
        session = after(session, total_wh=50_000.0 + wh * minute / minutes, at=start + minute * MINUTE, **SPLIT)
    return session


def an_ended_session(start: datetime = NOON, *, wh: float = 7_000.3, charger: str = "garage") -> Session:
    """One that is over after an hour."""
    return closed(a_session(start, wh=wh, charger=charger), start + HOUR, soc_pct=48.0)


def a_standing(mode: Mode = Mode.AUTO) -> Standing:
    """Something of each kind."""
    cable = OnCable(charger="garage", since=NOON, plugins=7, car="car_1", ground=Ground.OWNER, excluded=("car_2",))
    return Standing(
        intents={"garage": Intent(mode=mode, wish=Phases.ONE, boost_until=NOON + HOUR), "drive": Intent(mode=Mode.OFF)},
        plugged=Plugged(
            cables={"garage": cable},
            plugs={"car_1": OwnPlug(on=True, as_of=NOON, turned=NOON)},
            doubts={"garage": Doubt(seen=NOON, cars_s={"car_3": 15.0})},
        ),
        socs={"car_1": a_soc()},
        sessions={"garage": a_session()},
        switches={"garage": Switches(at=(NOON, NOON + MINUTE))},
        usual=Usual(by_hour={"12": 431.5}, hour=13, seconds=600.0, energy_ws=3e5, at=NOON + HOUR),
        calendars={"family": Calendar(entries=ENTRIES, at=NOON)},
        counts={"garage": Count(start=NOON, seen=NOON + MINUTE, total_wh=50_000.0, energy_wh=110.5)},
        owners={"garage": Found(current_a=16.0, go=True, phases=3, serial="N24"), "drive": Found(go=False, phases=0)},
    )


def recorder_in(home: Path, at: datetime = NOON) -> tuple[EvRecorder, Kept, TurnedClock]:
    """A recorder on the database of a home, and the clock it goes by."""
    clock = TurnedClock(at)
    recorder, kept = EvRecorder.open(home / "data" / "ev.db", clock)
    return recorder, kept, clock


def kept_in(home: Path) -> Kept:
    """What a start finds, and nothing else: it goes again."""
    recorder, kept, _ = recorder_in(home)
    recorder._writer.close()
    assert recorder.trouble is None
    return kept


async def lived(
    home: Path, standing: Standing, ended: tuple[Session, ...] = (), quarters: tuple[QuarterWh, ...] = ()
) -> None:
    """Let a program write this."""
    recorder, _, _ = recorder_in(home)
    recorder.take(standing, ended, quarters)
    await recorder.close()
    assert recorder.trouble is None
