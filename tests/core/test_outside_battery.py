"""What other programs want of the battery: done within the house's fences, named, and gone when it is not renewed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core import claims, storage
from lib.core.battery import BatteryReading, BatteryRules, BatteryTold
from lib.core.battery_why import Bar, Ground, sentence
from lib.core.cellar import CarsWord, Storage, StorageRules, Wanted
from lib.core.claims import BATTERY, Drawn, Grant
from lib.core.dispatch import dispatched
from lib.core.modes import StorageMode
from lib.core.outside import Proposed
from lib.core.proposals import Proposal
from lib.core.site import Word
from lib.core.storing import DEAD_W, SHAVE
from tests.conftest import NOON

RULES = StorageRules(batteries={"cellar": BatteryRules(name="cellar", capacity_wh=10_000.0)})


def second(
    known: Storage,
    *happened: storage.Event,
    house_w: float = 800.0,
    soc_pct: float = 60.0,
    granted_w: float = 3_000.0,
    target_w: float = 5_000.0,
    drawn: tuple[Drawn, ...] = (),
) -> Storage:
    """One second later: these, a reading of a battery that does as it is told, a word of dm, and what follows."""
    now_s = known.now_s + 1
    power_w = known.target_w or 0.0
    cars_w = sum(one.high_w for one in drawn)
    word = Word(
        at=known.at + timedelta(seconds=1),
        good=True,
        grid_w=house_w + cars_w + power_w,
        target_w=target_w,
        grants=(Grant(who=BATTERY, power_w=granted_w),),
        drawn=(Drawn(who=BATTERY, low_w=power_w, high_w=power_w), *drawn),
    )
    reading = BatteryReading(read_s=now_s, soc_pct=soc_pct, power_w=power_w, ours=True)
    for event in (*happened, BatteryTold(battery="cellar", reading=reading), storage.Heard(word=word)):
        known = dispatched(storage.after(known, event, RULES, now_s=now_s, now=NOON), RULES)
    return known


def begun(**said: float) -> Storage:
    """A battery that has been steered for a while."""
    known = storage.opened(RULES, at=NOON, now_s=0.0)
    for _ in range(12):
        known = second(known, **said)  # type: ignore[arg-type]  # numbers only
    return known


def proposal(
    priority: int,
    *,
    wish_w: float | None = None,
    low_w: float | None = None,
    high_w: float | None = None,
    for_s: float = 60.0,
) -> Proposed:
    """What a power plant wants."""
    wants = Proposal(source="vpp", priority=priority, at_s=0.0, wish_w=wish_w, low_w=low_w, high_w=high_w)
    return Proposed(target=BATTERY, proposal=wants, for_s=for_s)


def later(known: Storage, *happened: storage.Event, seconds: int = 12, **said: float) -> Storage:
    """The same after a rest, with what happened at its start."""
    known = second(known, *happened, **said)  # type: ignore[arg-type]  # numbers only
    for _ in range(seconds - 1):
        known = second(known, **said)  # type: ignore[arg-type]  # numbers only
    return known


def test_a_wish_is_done_and_its_source_named() -> None:
    """Below the house's own wishes it decides, for the lowest does; the reason says who wants it."""
    known = later(begun(), proposal(40, wish_w=1_200.0))
    assert 1_200.0 == known.target_w
    assert (Ground.OUTSIDE, "vpp") == (known.why.ground, known.why.name)
    assert "stores 1.2 kW, as vpp wants" == sentence(known.why)


def test_bounds_hold_the_houses_own_wishes() -> None:
    """What covers the house gives no more than they let it; a pause is one."""
    known = later(begun(), proposal(90, low_w=-300.0))
    assert -300.0 == known.target_w
    assert "gives 0.3 kW, as vpp wants" == sentence(known.why)
    known = later(known, proposal(90, low_w=0.0, high_w=0.0))
    assert 0.0 == known.target_w
    assert "rests, as vpp wants" == sentence(known.why)


def test_what_is_held_back_of_the_sun_is_named() -> None:
    """It stores from the sun as before, and no more than another program leaves it."""
    known = later(begun(house_w=-2_000.0), proposal(90, high_w=700.0), house_w=-2_000.0)
    assert 700.0 == known.target_w
    assert (Ground.STORES, Bar.OUTSIDE, "vpp") == (known.why.ground, known.why.barred, known.why.by)
    assert "stores 0.7 kW from the sun; vpp leaves it 0.7 kW" == sentence(known.why)


def test_it_ends_by_itself() -> None:
    """Not renewed, it does not count any more at the next second, and the house's own wish is back."""
    known = later(begun(), proposal(90, low_w=0.0, high_w=0.0, for_s=20.0), seconds=20)
    assert 0.0 == known.target_w
    known = later(known, seconds=2)
    assert {} == known.outside
    known = later(known, seconds=5)
    assert known.target_w is not None
    assert known.target_w <= -800.0 + DEAD_W
    assert Ground.COVERS is known.why.ground


def test_what_is_taken_for_it_is_claimed_below_the_owners_plan() -> None:
    """Whatever its priority is among the wishes; and never above the target."""
    for priority in (40, 100, 500, 3_999):
        known = later(begun(), proposal(priority, wish_w=2_500.0, low_w=2_500.0, high_w=2_500.0))
        assert known.claim
        assert (min(priority, claims.PLAN), 2_500.0, 0.0) == (
            known.claim.priority,
            known.claim.wish_w,
            known.claim.over_w,
        )


def test_without_room_under_the_peak_it_says_so() -> None:
    """The wish waits, and is named."""
    known = later(begun(granted_w=0.0), proposal(3_999, low_w=2_500.0), granted_w=0.0)
    assert 0.0 == known.target_w
    assert "is to store, as vpp wants; nothing is left for it under the month's peak" == sentence(known.why)


@pytest.mark.parametrize("priority", [SHAVE + 1, 3_999])
def test_help_that_it_keeps_back_is_not_promised_to_the_cars(priority: int) -> None:
    """Else dm would grant them what does not come, and the quarter would end above its target."""
    wanted = Wanted(power_w=2_000.0, until=NOON + timedelta(hours=1), why="late for Gent")
    asked = storage.CarsTold(word=CarsWord(wanted=wanted, heard_s=12.0))
    cars = (Drawn(who="garage", low_w=3_000.0, high_w=3_000.0),)
    known = second(begun(), asked, drawn=cars)
    assert known.help is not None
    known = second(known, proposal(priority, low_w=0.0), drawn=cars)
    assert (None, "the battery can give nothing now") == (known.help, known.refused)


def test_a_battery_in_its_own_mode_is_not_told() -> None:
    """The owner handed it back; what others want is kept, and done as soon as he takes it again."""
    known = later(begun(), storage.Chosen(mode=StorageMode.OWN), proposal(40, wish_w=1_200.0))
    assert (None, None, ()) == (known.target_w, known.device, known.put)
    known = later(known, storage.Chosen(mode=StorageMode.AUTO))
    assert 1_200.0 == known.target_w


POWERS = st.none() | st.floats(-6_000, 6_000)
PROPOSALS = st.lists(st.tuples(st.integers(0, 3_999), POWERS, POWERS, POWERS), min_size=1, max_size=4)


@given(
    several=PROPOSALS,
    house_w=st.floats(-4_000, 4_000),
    soc_pct=st.floats(0, 100),
    granted_w=st.sampled_from([0.0, 800.0, 3_000.0]),
)
def test_whatever_others_want_the_house_keeps_its_fences(
    several: list[tuple[int, float | None, float | None, float | None]],
    house_w: float,
    soc_pct: float,
    granted_w: float,
) -> None:
    """No watt from the grid above the grant, none into the grid, none above what the battery can."""
    said = {"house_w": house_w, "soc_pct": soc_pct, "granted_w": granted_w}
    known = begun(**said)
    wants = [
        Proposed(
            target=BATTERY,
            proposal=Proposal(
                source=f"program {number}",
                priority=priority,
                at_s=0.0,
                wish_w=wish_w,
                low_w=None if low_w is None else min(low_w, low_w if high_w is None else high_w),
                high_w=high_w,
            ),
        )
        for number, (priority, wish_w, low_w, high_w) in enumerate(several)
    ]
    known = second(known, *wants, **said)  # type: ignore[arg-type]  # numbers only
    for _ in range(15):
        known = second(known, **said)  # type: ignore[arg-type]  # numbers only
        target_w = known.target_w or 0.0
        assert target_w <= max(granted_w, -house_w) + DEAD_W
        assert target_w >= -max(0.0, house_w) - DEAD_W
        cell = known.cells["cellar"]
        gives_w, takes_w = cell.limits_w
        assert -abs(gives_w) - DEAD_W <= target_w <= takes_w + DEAD_W
        assert known.claim is None or known.claim.over_w == 0
