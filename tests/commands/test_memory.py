"""What dm remembers of its house at the start: the outlook is known at once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lib.clock import TurnedClock
from lib.commands.memory import remembered
from lib.core.habits import Note
from lib.core.house import House
from lib.core.outlook import foreseen
from lib.core.parts import Parts
from lib.core.quarter import QUARTER
from lib.settings import Settings
from lib.settings.inverters import InverterPlace
from tests.conftest import NOON, RULES, local
from tests.store.builders import lived

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
