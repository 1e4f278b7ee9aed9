"""ev's database: what was written is what is read, and what damage leaves is taken over."""

import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.counting import QuarterWh
from lib.core.modes import Mode
from lib.core.quarter import QUARTER
from lib.core.trip import Entry
from lib.store.database import NewerError, StoreError, open_reading
from lib.store.ev_standing import Standing, Switches
from lib.store.ev_store import SHOWN, STEPS, quarters_between, sessions_between
from lib.store.records import parse, text_of
from tests.conftest import NOON
from tests.store.ev_builders import (
    HOUR,
    MINUTE,
    a_session,
    a_soc,
    a_standing,
    an_ended_session,
    kept_in,
    lived,
    recorder_in,
)

DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))


def rows(home: Path, query: str) -> list[tuple[object, ...]]:
    """What another program sees."""
    with closing(open_reading(home / "data" / "ev.db", STEPS)) as connection:
        return connection.execute(query).fetchall()


async def test_all_of_it_comes_back(tmp_path: Path) -> None:
    """Each kind, to the last digit; what was learned of the car among it."""
    standing = a_standing(Mode.PV_ALL)
    assert standing.socs["car_1"].learned_wh_pct is not None
    ended = tuple(an_ended_session(NOON + number * 2 * HOUR) for number in range(3))
    await lived(tmp_path, standing, ended)
    kept = kept_in(tmp_path)
    assert standing == kept.standing
    assert ended[::-1] == kept.last
    assert () == kept.notices


def test_a_first_start_knows_nothing(tmp_path: Path) -> None:
    """And says nothing."""
    recorder, kept, _ = recorder_in(tmp_path)
    assert (Standing(), (), (), None) == (kept.standing, kept.last, kept.notices, recorder.trouble)


async def test_what_is_gone_is_gone(tmp_path: Path) -> None:
    """A session that ended stands among the ended ones only; what was given back is forgotten."""
    recorder, _, _ = recorder_in(tmp_path)
    standing = a_standing()
    recorder.take(standing)
    await recorder.commit()
    recorder.take(replace(standing, sessions={}, calendars={}, owners={}), [an_ended_session()])
    await recorder.close()
    kept = kept_in(tmp_path)
    assert ({}, {}, {}) == (kept.standing.sessions, kept.standing.calendars, kept.standing.owners)
    assert (an_ended_session(),) == kept.last
    assert standing.socs == kept.standing.socs


@given(start=DAYS, title=st.text(max_size=20))
def test_a_day_stays_a_day(start: date, title: str) -> None:
    """An all-day entry does not become a midnight, nor an instant a day."""
    all_day = Entry(key="k", title=title, start=start, end=start + timedelta(days=1))
    at = Entry(key="k", title=title, start=NOON, end=NOON + HOUR)
    for entry in (all_day, at):
        found = parse(Entry, text_of(entry))
        assert entry == found
        assert type(entry.start) is type(found.start)


async def test_sessions_are_found_by_their_end(tmp_path: Path) -> None:
    """From the start on, up to the end and without it; also while ev writes."""
    recorder, _, _ = recorder_in(tmp_path)
    ended = [an_ended_session(NOON + number * HOUR) for number in range(4)]
    recorder.take(Standing(), ended)
    await recorder.commit()
    assert ended[1:3] == sessions_between(tmp_path / "data" / "ev.db", NOON + 2 * HOUR, NOON + 4 * HOUR)
    await recorder.close()


def test_sessions_of_a_home_without_ev(tmp_path: Path) -> None:
    """A sentence that says when there will be some."""
    with pytest.raises(StoreError, match=r"is not there yet; it comes with the first start of ev_app\.py"):
        sessions_between(tmp_path / "data" / "ev.db", NOON, NOON + HOUR)


async def test_quarters_are_found_by_their_start(tmp_path: Path) -> None:
    """A later word counts; and it is known since when a charger was counted."""
    quarters = tuple(
        QuarterWh(charger=name, start=NOON + number * QUARTER, energy_wh=100.0 * number)
        for name in ("garage", "drive")
        for number in range(4)
    )
    await lived(tmp_path, Standing(), quarters=quarters[:5])
    await lived(tmp_path, Standing(), quarters=(*quarters[5:], replace(quarters[1], energy_wh=33.3333)))
    found, firsts = quarters_between(tmp_path / "data" / "ev.db", NOON + QUARTER, NOON + 3 * QUARTER)
    assert {
        NOON + QUARTER: {"drive": 100.0, "garage": 33.333},
        NOON + 2 * QUARTER: {"drive": 200.0, "garage": 200.0},
    } == found
    assert {"drive": NOON, "garage": NOON} == firsts


async def test_a_database_of_before_gets_a_place_for_quarters(tmp_path: Path) -> None:
    """All that it holds stays; until ev has started once, they cannot be asked for."""
    path = tmp_path / "data" / "ev.db"
    await lived(tmp_path, a_standing(), (an_ended_session(),))
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("DROP TABLE quarters")
        other.execute("DELETE FROM standing WHERE kind = 'counts'")
        other.execute("PRAGMA user_version=1")
    with pytest.raises(StoreError, match="start the program once"):
        quarters_between(path, NOON, NOON + HOUR)
    kept = kept_in(tmp_path)
    assert (replace(a_standing(), counts={}), (an_ended_session(),), ()) == (kept.standing, kept.last, kept.notices)
    assert ({}, {}) == quarters_between(path, NOON, NOON + HOUR)


async def test_a_start_knows_the_last_ones(tmp_path: Path) -> None:
    """Years of sessions are not read at each start; none of them is lost."""
    await lived(tmp_path, Standing(), tuple(an_ended_session(NOON + number * HOUR) for number in range(SHOWN + 5)))
    kept = kept_in(tmp_path)
    assert SHOWN == len(kept.last)
    assert NOON + (SHOWN + 4) * HOUR == kept.last[0].since
    assert [(SHOWN + 5,)] == rows(tmp_path, "SELECT count(*) FROM sessions")


async def test_a_session_that_is_told_twice_is_one(tmp_path: Path) -> None:
    """The later word counts."""
    ended = an_ended_session()
    await lived(tmp_path, Standing(), (ended,))
    await lived(tmp_path, Standing(), (replace(ended, car="car_2"),))
    assert [("car_2",)] == rows(tmp_path, "SELECT car FROM sessions")


async def test_only_what_changed_is_written(tmp_path: Path) -> None:
    """The session that charges; and nothing at all when somebody only looked at counters and clocks."""
    recorder, _, _ = recorder_in(tmp_path)
    standing = a_standing()
    recorder.take(standing)
    await recorder.commit()
    store = recorder._writer._store
    assert store is not None
    before = store.connection.total_changes
    session = standing.sessions["garage"]
    looked = replace(session, seen=session.seen + MINUTE, split_at=session.split_at + MINUTE)
    hair = timedelta(seconds=1)
    recorder.take(
        replace(
            standing,
            sessions={"garage": looked},
            socs={"car_1": a_soc()},
            usual=replace(standing.usual, seconds=900.0, energy_ws=5e5, at=NOON + 2 * HOUR),
            switches={"garage": Switches(at=tuple(at + hair for at in standing.switches["garage"].at))},
            calendars={"family": replace(standing.calendars["family"], at=NOON - hair)},
        )
    )
    await recorder.commit()
    assert before == store.connection.total_changes
    recorder.take(replace(standing, sessions={"garage": a_session(wh=7_100.0)}))
    await recorder.commit()
    assert before + 2 == store.connection.total_changes  # it, and the number of commits
    await recorder.close()


def test_a_newer_database_stops_the_start(tmp_path: Path) -> None:
    """That is the owner's to decide."""
    kept_in(tmp_path)
    with closing(sqlite3.connect(tmp_path / "data" / "ev.db")) as other:
        other.execute(f"PRAGMA user_version={len(STEPS) + 1}")
    with pytest.raises(NewerError, match="newer version"):
        recorder_in(tmp_path)


def garbage(path: Path) -> None:
    """Something else altogether."""
    path.write_bytes(random.Random(1).randbytes(20_000))


def empty(path: Path) -> None:
    """What a power cut may leave of a new file."""
    path.write_bytes(b"")


def cut(path: Path) -> None:
    """The second half is gone."""
    os.truncate(path, path.stat().st_size // 2)


def no_tables(path: Path) -> None:
    """An empty database of another program."""
    path.unlink()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE songs (name TEXT)")


@pytest.mark.parametrize("damage", [garbage, empty, cut, no_tables])
async def test_a_damaged_one_is_set_aside_and_begun_anew(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    """With a notice; the file is kept, and the new one is good."""
    path = tmp_path / "data" / "ev.db"
    await lived(tmp_path, a_standing(), tuple(an_ended_session(NOON + number * HOUR) for number in range(200)))
    damage(path)
    broken = path.read_bytes()
    recorder, kept, _ = recorder_in(tmp_path)
    assert recorder.trouble is None
    assert "is damaged" in kept.notices[0]
    assert "a new one was begun" in kept.notices[0]
    (aside,) = path.parent.glob("ev.db.damaged-*[0-9]")
    assert "ev.db.damaged-20261120-120000" == aside.name
    assert broken == aside.read_bytes()
    recorder.take(a_standing())
    await recorder.close()
    again = kept_in(tmp_path)
    assert (a_standing(), ()) == (again.standing, again.notices)


async def test_one_bad_record_costs_no_other(tmp_path: Path) -> None:
    """A digit in one session changed; what was learned, the owner's words and the other sessions are taken over."""
    path = tmp_path / "data" / "ev.db"
    ended = tuple(an_ended_session(NOON + number * HOUR) for number in range(3))
    quarter = QuarterWh(charger="garage", start=NOON, energy_wh=1_500.0)
    await lived(tmp_path, a_standing(), ended, (quarter,))
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(
            "UPDATE sessions SET detail = replace(detail, '7000', '9000') WHERE since = ?", (NOON.timestamp() + 3600,)
        )
    kept = kept_in(tmp_path)
    assert a_standing() == kept.standing
    assert (ended[2], ended[0]) == kept.last
    assert "2 sessions, 1 quarters and 11 records" in kept.notices[0]
    assert {NOON: {"garage": 1_500.0}} == quarters_between(path, NOON, NOON + HOUR)[0]


@pytest.mark.parametrize("start", [2**50, -(2**60), 7])
async def test_a_quarter_that_can_be_none_stops_no_start(tmp_path: Path, start: int) -> None:
    """What damage made of a time or of the energy is left out, also of what is asked for before it is found."""
    path = tmp_path / "data" / "ev.db"
    quarters = tuple(QuarterWh(charger="garage", start=NOON + n * QUARTER, energy_wh=1_500.0) for n in range(3))
    await lived(tmp_path, a_standing(), (an_ended_session(),), quarters)
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE quarters SET start = ? WHERE start = ?", (start, NOON.timestamp()))
        other.execute("UPDATE quarters SET energy_wh = 1e300 WHERE start = ?", ((NOON + QUARTER).timestamp(),))
        other.execute("UPDATE sessions SET crc = crc + 1")  # by this the damage is noticed
    good = ({NOON + 2 * QUARTER: {"garage": 1_500.0}}, {"garage": NOON + 2 * QUARTER})
    assert good == quarters_between(path, NOON, NOON + HOUR)
    kept = kept_in(tmp_path)
    assert a_standing() == kept.standing
    assert "0 sessions, 1 quarters and 11 records" in kept.notices[0]
    assert good == quarters_between(path, NOON, NOON + HOUR)
    assert [(1,)] == rows(tmp_path, "SELECT count(*) FROM quarters")
