"""`--quarters 2026-11`: what each charger charged in each quarter, over starts and days of 23 and 25 hours."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from lib.clock import TurnedClock
from lib.commands import SLIP, quarters
from lib.commands.ev_memory import remembered
from lib.core.carport import Charging
from lib.core.charger import Plug
from lib.core.counting import QuarterWh
from lib.core.quarter import QUARTER
from lib.store.ev_standing import Standing
from lib.store.ev_store import quarters_between
from tests.commands.test_ev_memory import settings
from tests.commands.yard import RULES, Yard
from tests.conftest import NOON, local
from tests.programs.program import ROOT
from tests.store.ev_builders import lived
from tests.waiting import LIMIT_S

NOVEMBER = date(2026, 11, 1)
MINUTE = timedelta(minutes=1)


def known(charger: str, start: str, *energies_wh: float | None) -> tuple[QuarterWh, ...]:
    """Quarters in a row from a local time on; None: not known."""
    at = local(start)
    return tuple(
        QuarterWh(charger=charger, start=at + number * QUARTER, energy_wh=energy_wh)
        for number, energy_wh in enumerate(energies_wh)
        if energy_wh is not None
    )


async def printed(home: Path, form: str, *found: QuarterWh, month: date = NOVEMBER) -> str:
    """What it prints of these."""
    await lived(home, Standing(), quarters=found)
    out = io.StringIO()
    assert 0 == quarters.run(home / "data" / "ev.db", month, form, out)
    return out.getvalue()


EVENING = (
    *known("garage", "2026-10-31 23:45", 500.0, 1_250.4, 0.0, None, 2_760.0),
    *known("drive", "2026-11-01 00:15", 0.0, 690.0, 700.0),
    *known("garage", "2026-12-01 00:00", 900.0),
)


async def test_a_spreadsheet_has_a_column_for_each_charger(tmp_path: Path) -> None:
    """Local time with its offset; what is not known is empty, and so is its total.

    One that came later lacks nothing before.
    """
    assert (
        "from (Brussels),drive (kWh),garage (kWh),total (kWh)\n"
        "2026-11-01 00:00+01:00,,1.250,1.250\n"
        "2026-11-01 00:15+01:00,0.000,0.000,0.000\n"
        "2026-11-01 00:30+01:00,0.690,,\n"
        "2026-11-01 00:45+01:00,0.700,2.760,3.460\n"
    ) == await printed(tmp_path, "csv", *EVENING)


async def test_people_see_the_quarters_with_a_charge_and_the_sums(tmp_path: Path) -> None:
    """And how much is not known."""
    assert (
        "November 2026, in kWh; quarters without a charge are left out\n"
        "\n"
        "from                 drive   garage    total\n"
        "01-11 00:00 +0100             1.250    1.250\n"
        "01-11 00:30 +0100    0.690                  \n"
        "01-11 00:45 +0100    0.700    2.760    3.460\n"
        "sum                  1.390    4.010    5.400\n"
        "garage: 1 of 4 quarters are not known\n"
    ) == await printed(tmp_path, "text", *EVENING)


async def test_chargers_are_told_apart_by_their_whole_names(tmp_path: Path) -> None:
    """The column is as wide as the name."""
    places = [f"parking_place_0{at}" for at in (1, 2)]
    found = [known(name, "2026-11-01 00:15", 690.0) for name in places]
    head, first = (await printed(tmp_path, "text", *found[0], *found[1])).splitlines()[2:4]
    assert ["from", *places, "total"] == head.split()
    assert len(head) == len(first)


async def test_a_program_gets_whole_watt_hours(tmp_path: Path) -> None:
    """What is not known is null."""
    told = json.loads(await printed(tmp_path, "json", *EVENING))
    assert ("2026-11", ["drive", "garage"], 4) == (told["month"], told["chargers"], len(told["quarters"]))
    assert {
        "start": "2026-11-01T00:30:00+01:00",
        "energy_wh": {"drive": 690, "garage": None},
        "total_wh": None,
    } == told["quarters"][2]
    assert {"drive": None, "garage": 1250} == told["quarters"][0]["energy_wh"]


@pytest.mark.parametrize(("day", "count"), [(date(2026, 10, 25), 100), (date(2026, 3, 29), 92), (NOVEMBER, 96)])
async def test_a_day_has_as_many_quarters_as_it_has(tmp_path: Path, day: date, count: int) -> None:
    """Each once, in order, each with the offset that tells the hour that comes twice apart."""
    start = local(f"{day} 00:00")
    found = [QuarterWh(charger="garage", start=start + number * QUARTER, energy_wh=100.0) for number in range(count)]
    lines = list(csv.reader(io.StringIO(await printed(tmp_path, "csv", *found, month=day.replace(day=1)))))[1:]
    assert count == len(lines) == len({line[0] for line in lines})
    times = [datetime.fromisoformat(line[0]) for line in lines]
    assert [QUARTER] * (count - 1) == [after - before for before, after in pairwise(times)]
    assert {str(day)} == {line[0][:10] for line in lines}


def stored(home: Path) -> Mapping[datetime, Mapping[str, float]]:
    """What the database holds of the day."""
    return quarters_between(home / "data" / "ev.db", NOON - timedelta(hours=6), NOON + timedelta(hours=12))[0]


class Wallbox:
    """A charger in the yard that runs evenly, with a counter, and a program that remembers it."""

    def __init__(self, home: Path) -> None:
        self.home, self.total_wh, self.at = home, 5_000.0, NOON - MINUTE

    async def watched(self, minutes: int, *, wh_minute: float = 100.0) -> Charging:
        """A program runs for so long, and ends in order."""
        yard = Yard(clock=TurnedClock(self.at))
        async with remembered(settings(self.home), RULES, yard.clock) as memory:
            yard.charging = memory.charging
            for minute in range(minutes + 1):
                if minute:
                    self.unwatched(1, wh_minute=wh_minute)
                    yard.clock.turn(59)
                    yard.pass_by(1)
                yard.read(plug=Plug.CHARGING, total_wh=self.total_wh)
                memory.take(yard.charging)
        return yard.charging

    def unwatched(self, minutes: int, *, wh_minute: float = 100.0) -> None:
        """It charges, and nobody looks."""
        self.at += minutes * MINUTE
        self.total_wh += minutes * wh_minute


async def test_quarters_are_stored_as_they_end(tmp_path: Path) -> None:
    """The first is known from its start, the one that runs is not stored yet."""
    box = Wallbox(tmp_path)
    await box.watched(35)
    assert {NOON: {"garage": 1_500.0}, NOON + QUARTER: {"garage": 1_500.0}} == stored(tmp_path)


async def test_a_start_within_a_quarter_loses_nothing(tmp_path: Path) -> None:
    """What flowed before it, meanwhile and after it is one quarter; also over the end of one, if it is quick."""
    box = Wallbox(tmp_path)
    await box.watched(5)
    box.unwatched(6)
    await box.watched(3)
    box.unwatched(2)
    await box.watched(20)
    assert {NOON: {"garage": 1_500.0}, NOON + QUARTER: {"garage": 1_500.0}} == stored(tmp_path)


async def test_quarters_in_which_the_program_was_off_are_absent(tmp_path: Path) -> None:
    """Not 0; and those in which it went and came are not known where something flowed."""
    box = Wallbox(tmp_path)
    await box.watched(20)
    box.unwatched(60)
    await box.watched(30)
    assert [NOON, NOON + 6 * QUARTER] == list(stored(tmp_path))
    quiet = Wallbox(tmp_path / "quiet")
    await quiet.watched(20)
    quiet.unwatched(60, wh_minute=0)
    await quiet.watched(30, wh_minute=0)
    assert [NOON + number * QUARTER for number in (0, 1, 5, 6)] == list(stored(tmp_path / "quiet"))
    assert {"garage": 400.0} == stored(tmp_path / "quiet")[NOON + QUARTER]


async def test_a_crash_near_the_end_of_a_quarter_costs_nothing(tmp_path: Path) -> None:
    """What was not written yet is counted again from what was, if the program is soon there again."""
    box = Wallbox(tmp_path / "before")
    await box.watched(14)
    shutil.copytree(tmp_path / "before", tmp_path / "crashed")
    await box.watched(2)
    assert [NOON] == list(stored(box.home))
    box.home = tmp_path / "crashed"
    assert {} == stored(box.home)
    await box.watched(15)
    assert {NOON: {"garage": 1_500.0}, NOON + QUARTER: {"garage": 1_500.0}} == stored(box.home)


async def test_a_charger_that_tells_no_counter_has_no_quarters(tmp_path: Path) -> None:
    """Nothing is made up."""
    yard = Yard()
    async with remembered(settings(tmp_path), RULES, yard.clock) as memory:
        for _ in range(3):
            yard.read(total_wh=None)
            memory.take(yard.charging)
            yard.pass_by(600)
        assert {} == memory.counts
    assert {} == stored(tmp_path)


def program(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The program itself, on the database of a home."""
    environ = os.environ | {"DM_HOME": str(home), "HOME": str(home)}
    return subprocess.run(
        [sys.executable, "ev_app.py", *options],
        check=False, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=LIMIT_S,
    )  # fmt: skip


async def test_the_program_prints_them(tmp_path: Path) -> None:
    """Or says what is in the way."""
    await lived(tmp_path, Standing(), quarters=EVENING)
    ended = program(tmp_path, "--quarters", "2026-11", "--as", "csv")
    assert (0, "") == (ended.returncode, ended.stderr)
    assert ended.stdout.splitlines()[1] == "2026-11-01 00:00+01:00,,1.250,1.250"
    ended = program(tmp_path, "--quarters", "2026-09")
    assert (SLIP, "ev: no quarter of September 2026 is known of any charger\n") == (ended.returncode, ended.stderr)
    ended = program(tmp_path / "elsewhere", "--quarters", "2026-11")
    assert SLIP == ended.returncode
    assert "is not there yet; it comes with the first start of ev_app.py" in ended.stderr
