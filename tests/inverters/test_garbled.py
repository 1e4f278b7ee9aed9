"""Whatever stands in its registers, an inverter says something, or is unreachable; no driver breaks."""

import random
from collections.abc import Mapping, Sequence

import pytest

from lib.inverters import InverterError, UnreachableError
from lib.inverters.kostal import Kostal
from lib.inverters.sunspec import SunSpec
from lib.sim.kostal_box import ORDER, KostalBox
from lib.sim.sunspec_inverter_box import LENGTHS, SunSpecInverterBox

from .roofs import ToyPanels, a_clock

SEEDS = 60
ODD = (0, 1, 2, 7, 0x7FC0, 0x7FFF, 0x8000, 0x8001, 0xFF80, 0xFFF6, 0xFFFE, 0xFFFF)


class GarbledSunSpec(SunSpecInverterBox):
    """Its models are where they should be, and full of anything."""

    chance = random.Random(0)

    def words(self) -> Mapping[int, Sequence[int]]:
        """The first words of each model stay."""
        [(base, words)] = super().words().items()
        found = list(words)
        for number, at in self.models.items():
            for offset in range(2, 2 + LENGTHS[number]):
                found[at - base + offset] = self.chance.choice((*ODD, self.chance.randrange(0x10000)))
        return {base: found}


class LongSunSpec(SunSpecInverterBox):
    """For a while one of its models has more words than there are registers."""

    is_long = True

    def words(self) -> Mapping[int, Sequence[int]]:
        """The length of model 120."""
        [(base, words)] = super().words().items()
        found = list(words)
        if self.is_long:
            found[self.models[120] - base + 1] = 50_000
        return {base: found}


class GarbledKostal(KostalBox):
    """Only its word order is right."""

    chance = random.Random(0)

    def words(self) -> Mapping[int, Sequence[int]]:
        """All but that."""
        return {
            at: words if at == ORDER else [self.chance.choice((*ODD, self.chance.randrange(0x10000))) for _ in words]
            for at, words in super().words().items()
        }


async def test_a_garbled_sunspec_inverter_breaks_nothing() -> None:
    """Neither when it is read nor when it is held back; what it then says is never negative."""
    for model in (103, 113):
        box, told = GarbledSunSpec(ToyPanels(), model=model, has_battery=True), 0
        await box.listen()
        try:
            for seed in range(SEEDS):
                box.chance.seed(seed)
                inverter = SunSpec(box.where, clock=a_clock())
                try:
                    reading = await inverter.read()
                    assert reading.power_w is None or reading.power_w >= 0
                    told += reading.power_w is not None
                    await inverter.hold(1_000.0)
                except InverterError:
                    continue
                finally:
                    await inverter.close()
            assert 0 < told < SEEDS  # neither all of it passes for a number nor nothing
        finally:
            await box.close()
            box.unplug()


async def test_a_garbled_length_keeps_an_inverter_away_no_longer_than_it_lasts() -> None:
    """Nor is what stands before it taken for all of its models."""
    box = LongSunSpec(ToyPanels(), has_battery=True)
    await box.listen()
    inverter = SunSpec(box.where, clock=a_clock())
    try:
        with pytest.raises(UnreachableError, match="it has no such register"):
            await inverter.read()
        box.is_long = False
        assert 3_000.0 == (await inverter.read()).power_w
    finally:
        await inverter.close()
        await box.close()


async def test_a_garbled_kostal_breaks_nothing() -> None:
    """It says what it says, and never less than nothing."""
    box = GarbledKostal(ToyPanels())
    await box.listen()
    inverter = Kostal(box.where, clock=a_clock())
    try:
        for seed in range(SEEDS):
            box.chance.seed(seed)
            reading = await inverter.read()
            assert reading.power_w is None or reading.power_w >= 0
    finally:
        await inverter.close()
        await box.close()
