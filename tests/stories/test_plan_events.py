"""What comes between: prices, a trip, a mode, an oven, a solver that dies, a dm that falls silent. The plan follows."""

from datetime import timedelta

import pytest

from lib.core.cost import PriceSlot
from lib.core.modes import Mode
from tests.conftest import local
from tests.stories.cellars import prices
from tests.stories.driveway import steps
from tests.stories.homes import a_trip
from tests.stories.nights import LATE, MORNING, a_planned, real_pct
from tests.stories.planned import DIED, Planned

NOON = local("2026-11-20 12:55")
TODAY_EUR = [0.31, 0.31, 0.32, 0.34, 0.38, 0.42, 0.42, 0.38, 0.34, 0.30, 0.29]  # from noon to 23:00
HOUR = timedelta(hours=1)
FORCE_S = 3  # a second to hear of it, two to plan


def slots(*eur: float) -> tuple[PriceSlot, ...]:
    """Hour by hour from noon on."""
    return prices(NOON.replace(minute=0), *[(each, 0.03) for each in eur])


def begins(home: Planned) -> list[str]:
    """When the blocks of the car begin by the plan, in local time."""
    return [f"{one.start.astimezone(NOON.tzinfo):%d %H:%M}" for one in home.plan.schedule.blocks]


def test_prices_of_tomorrow_are_published_and_the_plan_moves() -> None:
    """Supposed to be as today until 13:00; then the night turns out windy, and the car waits for its cheapest hours."""
    home = a_planned(NOON, eur=(), prices=slots(*TODAY_EUR), ready=local("2026-11-21 16:00"), store_pct=None)
    home.run(minutes=10)
    before, supposed = begins(home), [span.known for span in home.plan.problem.spans]
    assert supposed[0]
    assert not supposed[-1]
    tomorrow = [0.25, 0.22, 0.12, 0.05, 0.04, 0.05, 0.15, 0.25, 0.33, 0.36, 0.33, 0.30, *[0.28] * 13]
    home.reprice(*slots(*TODAY_EUR, *tomorrow))
    published_s = home.second
    home.run(minutes=5)
    made_s, plan = home.plans[-1]
    assert "prices were published" == plan.because
    assert made_s - published_s <= FORCE_S
    assert all(span.known for span in plan.problem.spans if span.end <= local("2026-11-22 00:00"))
    assert begins(home) != before
    assert {0.04, 0.05} <= {slot.import_eur_kwh for slot in home.prices if _holds(home, slot)}


def test_a_trip_is_added_an_hour_before() -> None:
    """The car charges at once, by ev's own rules; a few seconds later that is dm's plan too, and nothing flaps."""
    home = a_planned(goal_pct=None, mode=Mode.AUTO).run(minutes=20)
    assert 0.0 == home.amps()
    home.list_trips(a_trip("@car_1@ Gent 43.5 %", home.at + timedelta(minutes=70)))
    added_s = home.second
    home.run(seconds=FORCE_S)
    assert "what cars need changed" == home.plan.because
    assert home.plans[-1][0] - added_s <= FORCE_S
    assert "Gent 43.5 %" in {block.trip for block in home.plan.schedule.blocks if block.start <= home.at}
    home.run(minutes=55)
    assert real_pct(home) >= 43.0
    (begun_s,) = [at_s for at_s, go in home.turns() if go]
    assert begun_s - added_s <= 30


def test_the_solver_dies_and_comes_back() -> None:
    """The greedy plan takes its place, that is said, and the evening costs hardly more."""
    home = a_planned().run(minutes=20)
    home.solver_lives = False
    home.run(minutes=15)
    plan = home.plan
    assert ("greedy", DIED) == (plan.schedule.by, plan.trouble)
    before = home.plans[-2][1]
    assert plan.outcome.eur <= before.outcome.eur + 0.10
    home.solver_lives = True
    home.run(minutes=15)
    assert ("solver", "") == (home.plan.schedule.by, home.plan.trouble)


def test_dm_falls_silent_in_a_planned_block() -> None:
    """All go to what is safe, as ever; when it speaks again within half an hour they go on by the plan they have."""
    home = a_planned(eur=(0.10, 0.10, 0.12)).run(minutes=20)
    assert home.amps() > 10
    home.dm_lives = False
    home.run(minutes=5)
    assert home.amps() <= 6.0
    home.restart_dm()
    home.run(minutes=2)
    assert home.amps() >= 6.0
    assert home.why().startswith("charges")
    assert "as planned" in home.why()
    assert home.pauses() == 0


def test_a_plan_that_nobody_renews_goes_stale() -> None:
    """After 35 minutes each goes by its own rules, and dm's next plan is followed again."""
    home = a_planned().run(minutes=20)
    home.plans_made = False
    home.run(minutes=40)
    assert home.ev.followed is not None
    assert home.ev.followed.until_s < home.second
    home.plans_made = True
    home.run(minutes=1)
    assert home.ev.followed.until_s > home.second


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.MAX, Mode.PV_ONLY])
def test_the_owners_word_goes_before_the_plan(mode: Mode) -> None:
    """In a planned block he says otherwise: that is done, and planned around."""
    home = a_planned(eur=(0.10, 0.10, 0.12)).run(minutes=17)
    assert home.amps() > 10
    home.want(mode)
    home.run(minutes=3)
    assert "a charger's mode changed" in home.because[-2:]
    if mode is Mode.MAX:
        assert home.amps() > 15
    else:
        assert 0.0 == home.amps()
    home.want(Mode.AUTO)
    home.run(minutes=6)
    assert home.amps() > 10


def test_an_oven_in_a_planned_block() -> None:
    """The quarter keeps its target by the ledger, whatever was planned, and the plan catches up afterwards."""
    oven = steps({1_500: 3_000.0, 2_700: 400.0}, first=400.0)
    home = a_planned(eur=(0.10, 0.10, 0.12), base_w=oven, store_pct=None).run(minutes=60)
    assert max(home.averages_w) <= 4_000.0
    assert not home.above
    assert home.amps() > 10
    assert home.pauses() <= 1
    assert any("more than foreseen" in because for because in home.because)


def _holds(home: Planned, slot: PriceSlot) -> bool:
    return any(block.start < slot.end and slot.start < block.end for block in home.plan.schedule.blocks)


def test_a_car_that_left_for_its_trip_is_planned_for_from_its_return_on() -> None:
    """Back at 01:00 by its calendar, it charges for the next one between then and 6:15, in the cheapest hours left."""
    home = a_planned(goal_pct=None, store_pct=None)
    back = LATE + 3 * HOUR
    home.list_trips(
        a_trip("@car_1@ Gent 20 km", LATE + HOUR, key="near", hours=2),
        a_trip("@car_1@ Namen 45 %", MORNING, key="far"),
    )
    home.run(minutes=2)
    home.points["garage"].unplug()
    home.run(minutes=2)
    want, *others = home.ev.wants
    assert (back, back) == (want.since, want.back)
    assert {back} == {other.since for other in others}
    assert all(other.worth_eur_kwh is not None for other in others)
    blocks = home.plan.schedule.blocks
    assert blocks
    assert min(block.start for block in blocks) >= back
    assert max(home.plan.outcome.short_wh) < 0.1
