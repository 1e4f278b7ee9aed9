"""What happens → the battery app's state, where no story shows it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lib.core import storage
from lib.core.battery import BatteryMissed, BatteryReading, BatteryRules, BatteryTold
from lib.core.cellar import Storage, StorageRules
from lib.core.site import Word
from tests.conftest import NOON

RULES = StorageRules(
    batteries={name: BatteryRules(name=name, capacity_wh=10_000.0) for name in ("cellar", "shed")},
)


def passed(known: Storage, *happened: storage.Event, seconds: int = 5) -> Storage:
    """So much later, after these and a word of dm."""
    for event in (*happened, storage.Heard(word=Word(at=known.at + timedelta(seconds=seconds), good=True, grid_w=0.0))):
        known = storage.after(known, event, RULES, now_s=known.now_s + seconds, now=NOON)
    return known


def read(name: str, soc_pct: float, at_s: float) -> BatteryTold:
    """One of them, as it is read."""
    return BatteryTold(battery=name, reading=BatteryReading(read_s=at_s, soc_pct=soc_pct, power_w=0.0))


def test_what_is_in_a_battery_that_falls_silent_is_not_lost() -> None:
    """5 of 10 kWh cannot be seen for a while: neither then nor after it does the day show them as lost or won."""
    known = storage.opened(RULES, at=NOON, now_s=0.0)
    known = passed(known, read("cellar", 50.0, 0.0), read("shed", 50.0, 0.0))
    assert 10_000.0 == known.booked.today.end_wh
    silent = passed(known, BatteryMissed(battery="shed", why="no answer", since_s=known.now_s))
    again = passed(silent, read("shed", 49.0, silent.now_s))
    losses = [one.booked.today.losses_wh for one in (known, silent, again)]
    assert [pytest.approx(0.0)] * 3 == losses
    assert 9_900.0 == again.booked.today.end_wh


@pytest.mark.parametrize("has_sun", [True, False])
def test_a_house_whose_inverter_is_silent_is_not_taken_for_a_smaller_one(has_sun: bool) -> None:
    """It injects 3 kW while nobody says what the sun gives; only one without inverters is known net of its sun."""
    rules = replace(RULES, has_sun=has_sun)
    known = storage.opened(rules, at=NOON, now_s=0.0)
    for second in range(120):
        word = Word(at=NOON + timedelta(seconds=second), good=True, grid_w=-3_000.0 if second >= 60 else 1_000.0)
        word = replace(word, sun_w=0.0 if second < 60 else None)
        known = storage.after(known, storage.Heard(word=word), rules, now_s=float(second), now=NOON)
    mean_w = known.load.energy_ws / known.load.seconds
    assert (mean_w == pytest.approx(1_000.0)) is has_sun
