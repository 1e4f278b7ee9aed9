"""What a replay reads: quarters that are over, gaps apart, parts where they are kept, and how a quarter went."""

from datetime import date, timedelta
from pathlib import Path

from lib.core.claims import Cause
from lib.core.house import Above
from lib.core.parts import Parts
from lib.core.quarter import QUARTER
from lib.core.slots import Slot
from lib.store import replay
from lib.store.replay import Over
from lib.store.traces import Trace
from tests.conftest import SIMPLE, local
from tests.store.builders import lived
from tests.store.pasts import a_past, minutes_of

START = local("2026-10-31 22:00")
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def test_quarters_with_what_is_known_of_them(tmp_path: Path) -> None:
    """In order, over the end of a month, what nobody watched left out; parts stand with the quarter that has them."""
    parts = Parts(start=START + QUARTER, load_wh=300.0, sun_wh=50.0, cars_wh=20.0, battery_wh=-70.0)
    path = a_past(tmp_path, START, [100, 200, None, -300] + [50] * 8, tariffs=SIMPLE, parts=[parts])
    with replay.looked_into(path) as connection:
        watched = replay.watched(connection, START, START + 12 * QUARTER)
        later = replay.watched(connection, START + 4 * QUARTER, START + 12 * QUARTER)
    assert [100, 200, -300] == [one.net_wh for one in watched.quarters[:3]]
    assert [START, START + QUARTER, START + 3 * QUARTER] == [one.start for one in watched.quarters[:3]]
    assert (None, parts) == tuple(one.parts for one in watched.quarters[:2])
    assert (11, 1) == (len(watched.quarters), watched.split)
    assert 8 == len(later.quarters)
    assert [400.0, 800.0, 0.0] == [one.peak_w for one in watched.quarters[:3]]


async def test_a_gap_is_no_quarter(tmp_path: Path) -> None:
    """What flowed while nobody watched is known as a sum only; a quarter that runs is none yet."""
    first, second = local("2026-11-02 10:00"), local("2026-11-02 18:00")
    await lived(tmp_path, first, first + timedelta(hours=1))
    await lived(tmp_path, second, second + timedelta(hours=1, minutes=5))
    with replay.looked_into(tmp_path / "data" / "dm.db") as connection:
        watched = replay.watched(connection, first, second + timedelta(hours=3))
        assert (first, True) == ((known := replay.reach(connection) or (None, None))[0], known[1] is not None)
    assert watched.unwatched_wh > 7 * 540
    assert all(one.start < second + timedelta(hours=1) for one in watched.quarters)


def test_how_a_quarter_went(tmp_path: Path) -> None:
    """Seconds, minutes and causes of the quarter that is asked for, and of no other."""
    trace = Trace(month=OCTOBER, start=START, peak_w=4000.0, watts=(4000, None, 3900))
    path = a_past(
        tmp_path,
        START,
        [1000, 100],
        tariffs=SIMPLE,
        traces=[trace],
        minutes=minutes_of(START - timedelta(minutes=1), [1, 2, 3]),
        above=[Above(start=START, average_w=4000.0, target_w=2500.0, cause=Cause.BASE)],
    )
    with replay.looked_into(path) as connection:
        assert trace == replay.trace(connection, START)
        assert replay.trace(connection, START + QUARTER) is None
        assert [2, 3] == [one.mean_w for one in replay.minutes(connection, START)]
        assert Over(average_w=4000.0, target_w=2500.0, cause="base load") == replay.over(connection, START)
        assert replay.over(connection, START + QUARTER) is None


def test_prices_and_peaks(tmp_path: Path) -> None:
    """The price slots that touch the time, and the highest quarter of each month."""
    path = a_past(tmp_path, START, [1000] + [100] * 11, tariffs=SIMPLE, eur_mwh=[80.0, 90.0, 100.0])
    with replay.looked_into(path) as connection:
        index = replay.index_between(connection, START + QUARTER, START + 2 * QUARTER)
        assert (Slot(START + QUARTER, START + 2 * QUARTER, 90.0),) == index.slots
        assert {OCTOBER: 4000.0, NOVEMBER: 400.0} == {
            month: one.peak_w for month, one in replay.peaks(connection).items()
        }
