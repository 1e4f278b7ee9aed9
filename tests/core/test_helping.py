"""What the batteries give the cars: what is above their reserve, for as long as ev wants it, and why not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lib.core import cell, storage
from lib.core.battery import BatteryReading, BatteryRules, BatteryTold
from lib.core.cellar import CarsWord, Storage, StorageRules, Wanted
from lib.core.helping import helped
from lib.core.modes import StorageMode
from lib.core.pool import pool

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
RULES = BatteryRules(name="cellar", capacity_wh=10_000.0, efficiency=0.81)
RESERVE_WH = 2500.0
WANTED = Wanted(power_w=2000.0, until=AT + timedelta(minutes=15), why="late for Gent")


def a_storage(
    *, soc_pct: float | None = 50.0, discharge_w: float | None = None, wanted: Wanted | None = WANTED, **more: object
) -> Storage:
    """A battery that was just read, and what ev wants of it."""
    rules = StorageRules(batteries={"cellar": RULES})
    known = storage.opened(rules, at=AT, now_s=100.0)
    reading = BatteryReading(read_s=100.0, soc_pct=soc_pct, power_w=0.0, discharge_w=discharge_w)
    told = BatteryTold(battery="cellar", reading=reading)
    cells = {"cellar": cell.after(known.cells["cellar"], told)}
    return replace(known, cells=cells, cars=CarsWord(wanted=wanted, heard_s=100.0), **more)  # type: ignore[arg-type]  # any field


def given(known: Storage) -> Storage:
    """With the help that it gives."""
    return helped(replace(known, said=()), pool(known.cells.values()), RESERVE_WH)


def test_help_is_a_lease_of_power_and_energy() -> None:
    """What is above the reserve, less what is lost on the way out; said once."""
    found = given(a_storage())
    assert found.help
    assert (2000.0, WANTED.until) == (found.help.power_w, found.help.until)
    assert 2250.0 == pytest.approx(found.help.energy_wh)
    assert ("battery: helps the cars with 2.0 kW: late for Gent",) == found.said
    assert () == given(found).said


def test_no_more_than_the_battery_gives() -> None:
    """8 kW are wanted of 5."""
    found = given(a_storage(wanted=replace(WANTED, power_w=8000.0)))
    assert found.help
    assert 5000.0 == found.help.power_w


def test_what_the_house_needs_to_stay_under_the_peak_is_not_promised_to_the_cars() -> None:
    """Of 5 kW 3.6 kW keep the oven under the target: dm gives the cars what is said on top of that."""
    known = a_storage(wanted=replace(WANTED, power_w=8000.0))
    found = helped(known, pool(known.cells.values()), RESERVE_WH, short_w=3600.0)
    assert found.help
    assert 1400.0 == found.help.power_w
    none = helped(known, pool(known.cells.values()), RESERVE_WH, short_w=4800.0)
    assert (None, "the battery can give nothing now") == (none.help, none.refused)


def test_nothing_wanted_nothing_given_and_nothing_refused() -> None:
    """Help that is over is said so, and no reason is looked for."""
    found = given(replace(given(a_storage()), cars=CarsWord(heard_s=100.0)))
    assert (None, "") == (found.help, found.refused)
    assert ("battery: its help for the cars is over",) == found.said


@pytest.mark.parametrize("old", [{"now_s": 131.0}, {"at": WANTED.until}])
def test_what_was_wanted_ends_with_its_time_and_with_evs_word(old: dict[str, object]) -> None:
    """Of ev that has not been heard for half a minute nobody knows what it wants."""
    found = given(replace(given(a_storage()), **old))  # type: ignore[arg-type]  # any field
    assert (None, "") == (found.help, found.refused)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"soc_pct": 25.0}, "the battery is at its reserve, which is kept for the month's peak"),
        ({"soc_pct": 27.0}, "the battery is at its reserve, which is kept for the month's peak"),
        ({"soc_pct": None}, "nobody knows how full the battery is"),
        ({"mode": StorageMode.HOLD}, "you set the battery to hold"),
        ({"mode": StorageMode.OFF}, "you set the battery to off"),
        ({"mode": StorageMode.FILL}, "you set the battery to fill"),
        ({"discharge_w": 200.0}, "the battery can give nothing now"),
    ],
)
def test_a_refusal_has_its_reason(known: dict[str, object], why: str) -> None:
    """In words that ev shows; nothing is begun with 200 Wh above the reserve."""
    found = given(a_storage(**known))  # type: ignore[arg-type]  # as of a storage
    assert (None, why) == (found.help, found.refused)
    assert () == found.said


def test_where_nothing_is_kept_a_battery_without_energy_is_empty() -> None:
    """As for a trip that would make a peak, or as planned: nobody says that there is a reserve left."""
    known = a_storage(soc_pct=12.0)
    batteries = pool(known.cells.values())
    found = helped(known, batteries, batteries.least_wh)
    assert (None, "the battery is empty") == (found.help, found.refused)


def test_a_cloud_is_bridged_for_five_minutes_at_the_longest() -> None:
    """However long ev goes on asking; the next cloud is another."""
    known = given(a_storage(wanted=replace(WANTED, bridge=True)))
    assert known.help
    later = replace(known, now_s=399.0, cars=replace(known.cars, heard_s=399.0))
    assert given(later).help
    too_late = given(replace(later, now_s=400.0))
    assert (None, "a cloud is bridged for five minutes at the longest") == (too_late.help, too_late.refused)
    over = given(replace(too_late, cars=CarsWord(heard_s=410.0)))
    assert given(replace(over, cars=replace(known.cars, heard_s=400.0))).help


def test_help_ends_early_when_the_reserve_is_needed() -> None:
    """A quarter that was begun with it is ended with it, or half of it would make the peak; the next is not begun."""
    known = given(a_storage(soc_pct=30.0))
    assert known.help
    low = given(replace(a_storage(soc_pct=24.0), help=known.help))
    assert low.help
    before = replace(known.help, quarter=None)  # of one that is over
    assert given(replace(a_storage(soc_pct=29.0), help=before)).help
    over = given(replace(a_storage(soc_pct=25.5), help=before))
    why = "the battery is at its reserve, which is kept for the month's peak"
    assert (None, why) == (over.help, over.refused)
    assert (f"battery: no help for the cars any more: {why}",) == over.said
