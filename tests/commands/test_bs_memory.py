"""What bs remembers: through a real database, into a program whose monotonic clock began anew."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from lib.clock import TurnedClock
from lib.commands.bs_memory import Memory, begun, remembered
from lib.core.cellar import StorageRules
from lib.core.modes import StorageMode
from lib.core.storage import Chosen, Priced, Reserved
from lib.core.usual import Usual
from lib.settings import Settings
from lib.store.bs_standing import Standing
from tests.commands.vault import RULES, Vault
from tests.conftest import NOON
from tests.conftest import RULES as HOUSE_RULES
from tests.store.bs_builders import SLOT

LATER = NOON + timedelta(hours=1)


@asynccontextmanager
async def awake(home: Path, clock: TurnedClock, rules: StorageRules = RULES) -> AsyncIterator[Memory]:
    """A program's memory, until it ends in order."""
    config = Settings(home=home, source="", doors={}, rules=HOUSE_RULES, secrets=home / "secrets.json")
    async with remembered(config, rules, clock) as memory:
        yield memory


def lived() -> Vault:
    """An owner's words, and two minutes of a house in the sun."""
    vault = Vault()
    vault.clock.turn(50_000)  # the machine is up for a day
    vault.clock.set(NOON)
    vault.read()
    vault.take(Priced(prices=(SLOT,)))
    vault.take(Chosen(mode=StorageMode.HOLD))
    vault.take(Reserved(reserve_pct=35.0))
    vault.pass_by(120, sun_w=1_500.0)
    vault.read(soc_pct=63.0)
    return vault


async def test_a_start_goes_on_from_what_was(tmp_path: Path) -> None:
    """The owner's words, what the battery brought, what is usual; and how full it was, until it is read anew."""
    before, rules = lived().storage, replace(RULES, has_sun=True)
    async with awake(tmp_path, TurnedClock(NOON), rules) as memory:
        memory.take(before)
    async with awake(tmp_path, TurnedClock(LATER), rules) as memory:
        after = memory.storage
        assert 63.0 == memory.levels["home"].soc_pct
    assert (StorageMode.HOLD, 35.0) == (after.mode, after.reserve_pct)
    assert (before.booked, before.load, before.sun) == (after.booked, after.load, after.sun)
    assert after.cells["home"].reading is None
    async with awake(tmp_path, TurnedClock(LATER)) as memory:
        assert Usual() == memory.storage.sun  # an inverter that left the settings gives nothing any more


async def test_a_word_holds_until_the_settings_say_something_new(tmp_path: Path) -> None:
    """Each by itself: who writes a reserve into config.py is not answered with what he typed last summer."""
    async with awake(tmp_path, TurnedClock(NOON)) as memory:
        memory.take(lived().storage)
    async with awake(tmp_path, TurnedClock(LATER), replace(RULES, reserve_pct=50.0)) as memory:
        assert (StorageMode.HOLD, 50.0) == (memory.storage.mode, memory.storage.reserve_pct)
    async with awake(tmp_path, TurnedClock(LATER), replace(RULES, mode=StorageMode.OWN)) as memory:
        assert (StorageMode.OWN, 35.0) == (memory.storage.mode, memory.storage.reserve_pct)


async def test_a_reserve_that_the_battery_can_no_longer_hold_ends_and_is_told(tmp_path: Path) -> None:
    """Filled to 30 % at most since then, it would give nothing for ever to keep the 35 that were typed."""
    async with awake(tmp_path, TurnedClock(NOON)) as memory:
        memory.take(lived().storage)
    home = replace(RULES.batteries["home"], most_pct=30.0)
    async with awake(tmp_path, TurnedClock(LATER), replace(RULES, batteries={"home": home})) as memory:
        assert (StorageMode.HOLD, None) == (memory.storage.mode, memory.storage.reserve_pct)
        assert "your reserve of 35 % is over: the battery is filled to 30 % at most" == memory.trouble


def test_an_empty_memory_is_a_first_start() -> None:
    """Nothing is known, and nothing is made up."""
    storage = begun(replace(RULES, mode=StorageMode.FILL), Standing(), at=NOON, now_s=3.0)
    assert (StorageMode.FILL, None) == (storage.mode, storage.reserve_pct)
    assert (NOON, 3.0, 3.0) == (storage.at, storage.now_s, storage.began_s)


async def test_a_battery_that_left_the_settings_is_forgotten(tmp_path: Path) -> None:
    """Its level is nobody's."""
    async with awake(tmp_path, TurnedClock(NOON)) as memory:
        memory.take(lived().storage)
    async with awake(tmp_path, TurnedClock(LATER), StorageRules(batteries={})) as memory:
        assert {} == memory.levels


async def test_what_is_wrong_with_the_disk_is_told(tmp_path: Path) -> None:
    """A start without a database goes on without it."""
    (tmp_path / "data").write_text("a file where the folder should be", "utf-8")
    async with awake(tmp_path, TurnedClock(NOON)) as memory:
        memory.take(lived().storage)
        assert memory.trouble
