"""dm's plan, as the others follow it."""

from dataclasses import replace
from datetime import timedelta

from lib.core.followed import Expected, Followed, Served, fresh, joined, served
from lib.core.plan import Block, Plan, Want
from tests.conftest import local

AT = local("2026-11-20 20:00")
READY = local("2026-11-21 07:00")
HOUR = timedelta(hours=1)
WANT = Want(car="blue", trip="Ghent", energy_wh=8_000.0, until=READY, full_w=7_360.0, least_w=1_380.0)
THEIRS = Block(car="blue", trip="Ghent", start=AT + 4 * HOUR, end=AT + 6 * HOUR, power_w=4_000.0)
OWN = Plan(blocks=(replace(THEIRS, start=AT + HOUR, end=AT + 3 * HOUR),))
FOLLOWED = Followed(
    until_s=100.0,
    blocks=(THEIRS,),
    served=(Served(car="blue", trip="Ghent", until=READY),),
    stretches=(Expected(start=AT, end=AT + HOUR, load_w=500.0, sun_w=200.0, cars_w=4_000.0, battery_w=-1_300.0),),
)


def follow(followed: Followed | None, wants: list[Want], own: Plan) -> Plan:
    """The plan of all cars now."""
    return joined(followed, served(followed, wants, AT), own, AT)


def test_a_plan_that_serves_what_is_wanted_is_followed() -> None:
    """Until it is stale."""
    assert (THEIRS,) == follow(fresh(FOLLOWED, 99.0), [WANT], OWN).blocks
    assert OWN == follow(fresh(FOLLOWED, 100.0), [WANT], OWN)
    assert OWN == follow(None, [WANT], OWN)


def test_a_trip_that_the_plan_does_not_know_goes_by_our_own() -> None:
    """Moved, longer by much, or new; a little more than planned is the same trip."""
    for other in (
        replace(WANT, until=READY - HOUR),
        replace(WANT, energy_wh=12_000.0),
        replace(WANT, trip="Namur"),
    ):
        assert OWN.blocks == follow(FOLLOWED, [other], OWN).blocks, other
    assert (THEIRS,) == follow(FOLLOWED, [replace(WANT, energy_wh=8_900.0)], OWN).blocks


def test_no_car_is_started_for_a_moment() -> None:
    """Two minutes by themselves are left out; at the end of a longer block they are charged."""
    moment = replace(THEIRS, start=AT, end=AT + HOUR / 30)
    followed = replace(FOLLOWED, blocks=(moment, THEIRS))
    assert (THEIRS,) == follow(followed, [WANT], OWN).blocks
    after = replace(moment, start=THEIRS.end, end=THEIRS.end + HOUR / 30)
    assert (THEIRS, after) == follow(replace(FOLLOWED, blocks=(THEIRS, after)), [WANT], OWN).blocks


def test_each_car_by_itself() -> None:
    """One is served by dm's plan, the other is not."""
    red = replace(WANT, car="red")
    own = Plan(blocks=(*OWN.blocks, replace(OWN.blocks[0], car="red")), short_wh={"red": 300.0})
    found = follow(FOLLOWED, [WANT, red], own)
    assert {("blue", THEIRS.start), ("red", AT + HOUR)} == {(one.car, one.start) for one in found.blocks}
    assert {"red": 300.0} == found.short_wh


def test_what_dm_knows_to_be_short_is_no_reason_to_leave_its_plan() -> None:
    """It has half of it, and says that the other half finds no place."""
    short = replace(FOLLOWED, served=(replace(FOLLOWED.served[0], short_wh=8_000.0),))
    found = follow(short, [replace(WANT, energy_wh=16_000.0)], OWN)
    assert ((THEIRS,), {"blue": 8_000.0}) == (found.blocks, found.short_wh)


def test_a_car_that_wants_nothing_that_must_be_takes_what_the_plan_has_for_it() -> None:
    """As in the cheap hours."""
    cheap = replace(WANT, trip="the cheap hours", worth_eur_kwh=0.2)
    followed = replace(FOLLOWED, blocks=(replace(THEIRS, trip="the cheap hours"),))
    assert followed.blocks == follow(followed, [cheap], Plan()).blocks


def test_what_the_battery_gives_beyond_the_house_is_for_the_cars() -> None:
    """1300 W given, 300 W of them to the house; never more than the cars take, and nothing after the plan."""
    expected = FOLLOWED.at(AT + HOUR / 2)
    assert expected is not None
    assert 1_000.0 == expected.help_w
    assert 0.0 == replace(expected, cars_w=0.0).help_w
    assert 0.0 == replace(expected, battery_w=500.0).help_w
    assert FOLLOWED.at(AT + HOUR) is None
    assert FOLLOWED.at(AT - HOUR) is None


def test_what_comes_before_a_later_trip_is_for_it_too() -> None:
    """A car has what it was given, whatever trip stands at its blocks; what comes after the trip it has not."""
    far = replace(WANT, trip="Namur", until=READY + 6 * HOUR, energy_wh=10_000.0)
    known = replace(FOLLOWED, served=(*FOLLOWED.served, Served(car="blue", trip="Namur", until=far.until)))
    more = replace(THEIRS, trip="Namur", start=READY + 3 * HOUR, end=READY + 3.5 * HOUR)
    both = replace(known, blocks=(THEIRS, more))
    assert frozenset({"blue"}) == served(both, [WANT, far], AT)
    assert frozenset() == served(replace(known, blocks=(THEIRS, replace(more, start=far.until))), [far], AT)
    assert frozenset() == served(known, [replace(far, energy_wh=12_000.0)], AT)
