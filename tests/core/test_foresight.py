"""What is foreseen for each car: a state of charge that nobody knows, and cheap hours that last a weekend."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core import foresight, wanting
from lib.core.car import Ask, CarRules
from lib.core.foresight import Prospect
from lib.core.house import House, Rules
from lib.core.needs import Need, Step
from lib.core.plan import Want, cheap_hours
from lib.core.rooms import priced, rooms
from lib.core.trip import Trip
from lib.messages.dm import say_rates
from tests.conftest import local
from tests.core.prices import rates

CAR = CarRules(name="car_1", capacity_wh=60_000, phases=1)
EVENING = local("2026-11-20 20:00")


def foreseen(*, hours: float, low_pct: float | None, charged_wh: float = 0.0) -> Need:
    """What a trip to 60 % takes in so many hours, with 2 kW left for the car."""
    ready = EVENING + timedelta(hours=hours)
    trip = Trip(key="k", car="car_1", title="Gent", ready=ready, departs=ready, returns=ready, ask=Ask(soc_pct=60))
    outlook = Prospect(
        car=CAR,
        low_pct=low_pct,
        charged_wh=charged_wh,
        wall_wh_pct=CAR.wall_wh_pct,
        full_w=3680.0,
        least_w=1380.0,
        plugged=True,
    )
    ahead = rooms((), EVENING, target_w=2400.0, usual_w={}, else_w=400.0)
    (need,) = foresight.needs(outlook, [trip], ahead, EVENING, before={}, help_asked_s=float("inf"))
    return need


def test_a_state_of_charge_that_nobody_knows_never_makes_a_new_peak() -> None:
    """However short the time: what is known goes above the paid peak, what is supposed does not."""
    for hours in (0.2, 1.0, 5.0):
        assert foreseen(hours=hours, low_pct=20.0).step >= Step.OVER
        assert Step.ANY_RATE is foreseen(hours=hours, low_pct=None).step


def test_an_unknown_car_came_home_with_what_it_must_have_left_and_has_what_was_charged_since() -> None:
    """So it is not charged for ever."""
    whole_wh = 40 * CAR.wall_wh_pct
    assert whole_wh == foreseen(hours=40, low_pct=None).energy_wh
    assert whole_wh / 2 == foreseen(hours=40, low_pct=None, charged_wh=whole_wh / 2).energy_wh
    assert 0 == foreseen(hours=40, low_pct=None, charged_wh=whole_wh).energy_wh


def test_what_is_wanted_is_what_surely_has_it_ready() -> None:
    """Of 20 kWh that are charged 2 may not arrive, a day parked takes 1 %, and half a per cent less is ready too."""
    ready = EVENING + timedelta(hours=24)
    trip = Trip(key="k", car="car_1", title="Gent", ready=ready, departs=ready, returns=ready, ask=Ask(soc_pct=60))
    one = Prospect(car=CAR, low_pct=30.0, wall_wh_pct=600.0, spread=0.1, full_w=3680.0, least_w=1380.0, plugged=True)
    needed = foresight.needs(one, [trip], (), EVENING, before={}, help_asked_s=None)
    (want,) = wanting.wanted([one], {"car_1": needed}, None, EVENING)
    assert 18_000.0 == needed[0].energy_wh
    assert (18_000.0 + 600.0 - 300.0) / 0.9 == pytest.approx(want.energy_wh)


def test_cheap_hours_bring_more_than_a_trip_takes() -> None:
    """A trip wants 50 %, a night 60 %: the plan hears of both, and of none beside a trip that wants more.

    What is cheap may come on the third day too, before the trip or after it: tomorrow's sun costs less than tonight.
    """
    ready = EVENING + timedelta(hours=10)
    one = Prospect(car=CAR, low_pct=40.0, wall_wh_pct=600.0, full_w=3680.0, least_w=1380.0, plugged=True)
    for goal_pct, more_wh in ((50.0, [6_000.0]), (70.0, [])):
        ask = Ask(soc_pct=goal_pct)
        trip = Trip(key="k", car="car_1", title="Gent", ready=ready, departs=ready, returns=ready, ask=ask)
        needed = foresight.needs(one, [trip], (), EVENING, before={}, help_asked_s=None)
        wants = wanting.wanted([one], {"car_1": needed}, 0.2, EVENING)
        assert [(goal_pct - 40.5 + 10 / 24) * 600.0, *more_wh] == pytest.approx([want.energy_wh for want in wants])
        assert ready == wants[0].until
        for want in wants[1:]:
            assert EVENING + timedelta(days=2) < want.until <= EVENING + timedelta(days=3)
            assert [(ready, ready)] == [(gone.start, gone.end) for gone in want.away]


@pytest.mark.parametrize(
    ("hours", "goal_pct", "trip_pct", "morning_pct"),
    [(24.0, 60.0, 20.0, 20.0), (24.0, 30.0, 0.0, 20.0), (10.0, 30.0, 10.0, 10.0), (10.0, 60.0, 40.0, 0.0)],
)
def test_a_morning_is_wanted_beside_a_trip_and_nothing_twice(
    hours: float, goal_pct: float, trip_pct: float, morning_pct: float
) -> None:
    """40 % at 7:00, of a car that has 20, and a trip after that or at 6:00; no dear peak is raised for it."""
    ready = EVENING + timedelta(hours=hours)
    ask, returns = Ask(soc_pct=goal_pct), ready + timedelta(hours=8)
    trip = Trip(key="k", car="car_1", title="Gent", ready=ready, departs=ready, returns=returns, ask=ask)
    one = a_prospect(20.0, car=replace(CAR, at_least_pct=40.0))
    needed = foresight.needs(one, [trip], (), EVENING, before={}, help_asked_s=None)
    wants = wanting.wanted([one], {"car_1": needed}, None, EVENING)
    assert trip_pct == pytest.approx(sum(want.energy_wh / 600 for want in wants if want.trip), abs=0.6)
    mornings = [(want.energy_wh / 600, want.until, want.worth_eur_kwh) for want in wants if not want.trip]
    by = min(ready, local("2026-11-21 07:00"))
    assert ([(morning_pct, by, wanting.UNSURE_EUR_KWH)] if morning_pct else []) == mornings


def test_a_trip_that_hardly_fits_comes_before_a_morning() -> None:
    """What it takes is a must in whole: no part of it waits for what need not be."""
    ready = EVENING + timedelta(hours=14)
    trip = Trip(key="k", car="car_1", title="Gent", ready=ready, departs=ready, returns=ready, ask=Ask(soc_pct=60))
    one = a_prospect(10.0, car=replace(CAR, at_least_pct=50.0))
    ahead = rooms((), EVENING, target_w=2400.0, usual_w={}, else_w=400.0)
    needed = foresight.needs(one, [trip], ahead, EVENING, before={}, help_asked_s=float("inf"))
    (want,) = wanting.wanted([one], {"car_1": needed}, None, EVENING)
    assert (Step.OVER, "Gent", None) == (needed[0].step, want.trip, want.worth_eur_kwh)
    assert want.energy_wh >= 50 * 600.0


def test_a_car_that_does_not_do_what_a_plan_says_wants_nothing_of_it() -> None:
    """Its owner set its charger to something else, or it has stopped by itself."""
    ready = EVENING + timedelta(hours=10)
    one = Prospect(car=CAR, low_pct=40.0, wall_wh_pct=600.0, full_w=3680.0, least_w=1380.0, plugged=True, waits=False)
    ask = Ask(soc_pct=70.0)
    trip = Trip(key="k", car="car_1", title="Gent", ready=ready, departs=ready, returns=ready, ask=ask)
    needed = foresight.needs(one, [trip], (), EVENING, before={}, help_asked_s=None)
    assert () == wanting.wanted([one], {"car_1": needed}, 0.2, EVENING)
    assert wanting.wanted([replace(one, waits=True)], {"car_1": needed}, 0.2, EVENING)


def test_a_weekend_at_the_night_price_is_cheap_all_along() -> None:
    """From Friday evening to Monday morning, over Easter to Tuesday, though no other price follows for days."""
    rules = Rules(tariffs=rates("day_night_all_in"), connection_w=17_250.0)
    for text in ("2026-11-20 22:30", "2026-11-21 12:00", "2026-11-22 03:00", "2026-04-03 22:30"):
        at = local(text)
        slots = say_rates(House(), rules, now=at).slots
        assert ((at, at + timedelta(hours=24)),) == cheap_hours(priced(slots, at), at), text


def a_prospect(low_pct: float | None, **said: object) -> Prospect:
    """A car of 60 kWh that takes 600 Wh for 1 %, at home."""
    usual: dict[str, object] = {"car": CAR, "low_pct": low_pct, "wall_wh_pct": 600.0, "full_w": 3680.0}
    return Prospect(**(usual | {"least_w": 1380.0, "plugged": True} | said))  # type: ignore[arg-type]  # its fields


def trips(*asks: Ask) -> list[Trip]:
    """Tomorrow at 8:00, 12:00 and so on, each back after two hours."""
    starts = [local("2026-11-21 08:00") + number * timedelta(hours=4) for number in range(len(asks))]
    return [
        Trip(key=f"{n}", car="car_1", title=f"trip {n}", ready=at, departs=at, returns=at + timedelta(hours=2), ask=ask)
        for n, (at, ask) in enumerate(zip(starts, asks, strict=True))
    ]


def chain(one: Prospect, *asks: Ask) -> tuple[tuple[Need, ...], tuple[Want, ...]]:
    """What those trips take, and what dm is told of them."""
    needed = foresight.needs(one, trips(*asks), (), EVENING, before={}, help_asked_s=None)
    return needed, wanting.wanted([one], {"car_1": needed}, None, EVENING)


@given(low=st.floats(0, 100), shares=st.lists(st.integers(1, 90), min_size=1, max_size=4))
def test_a_car_comes_home_with_what_it_left_with_less_what_the_trip_takes(low: float, shares: list[int]) -> None:
    """So what trips take in all is what it has above what must be left, and what is charged for them."""
    needed, _ = chain(a_prospect(low), *(Ask(energy_wh=share / 100 * CAR.capacity_wh) for share in shares))
    has_pct = low
    for need in needed:
        charged_pct = (need.energy_wh or 0.0) / 600.0
        assert need.energy_wh == pytest.approx(
            0.0 if need.target_pct - has_pct < 0.5 else max(0.0, need.target_pct - has_pct) * 600.0, abs=1e-6
        )
        left_pct = foresight.back_pct(CAR, need, has_pct)
        takes_pct = need.target_pct - CAR.arrival_pct
        assert left_pct == pytest.approx(max(CAR.arrival_pct, has_pct + charged_pct - takes_pct), abs=0.5)
        has_pct = left_pct


def test_a_trip_that_says_no_energy_brings_home_what_must_be_left() -> None:
    """Who asks for 80 % does not say how far he goes: the next trip is charged for in whole."""
    needed, _ = chain(a_prospect(90.0), Ask(soc_pct=80.0), Ask(energy_wh=12_000.0))
    assert [0.0, 20 * 600.0] == [need.energy_wh for need in needed]


def test_for_a_later_trip_it_is_charged_before_and_between_those_before_it() -> None:
    """As far as there is room below the everyday limit when it leaves: beside its trip, or what it has in any case."""
    one = a_prospect(40.0)
    needed, wants = chain(one, Ask(energy_wh=30_000.0), Ask(energy_wh=18_000.0), Ask(energy_wh=24_000.0))
    first, second, third = wants
    assert ["trip 0", "trip 1", "trip 2"] == [want.trip for want in wants]
    assert () == first.away
    assert second.away == third.away[:1]
    assert [(need.trip.ready, need.trip.returns) for need in needed[:2]] == [(a.start, a.end) for a in third.away]
    assert [needed[0].trip.returns, needed[1].trip.returns] == [second.back, third.back]
    room = [(CAR.everyday_pct - need.target_pct) * 600.0 for need in needed[:2]]
    assert room == pytest.approx([absence.spare_wh for absence in third.away])
    full = chain(a_prospect(100.0), Ask(energy_wh=6_000.0), Ask(energy_wh=60_000.0))[1]
    assert 0.0 == full[-1].away[0].spare_wh


def test_what_a_trip_takes_is_a_must_where_the_state_of_charge_is_known() -> None:
    """What is only supposed is worth as much as a public charger asks: no peak is raised that costs more than it."""
    for low_pct, worth_eur in ((40.0, None), (None, 0.6)):
        _, wants = chain(a_prospect(low_pct), Ask(energy_wh=30_000.0), Ask(energy_wh=24_000.0))
        assert [worth_eur] * 2 == [want.worth_eur_kwh for want in wants]
        assert all(want.energy_wh > 0 for want in wants)


def test_of_a_guess_what_it_lacks_itself_is_a_must() -> None:
    """What it may lack beside that is worth a part of the same, and what a kWh costs at another time."""
    one = a_prospect(30.0, likely_pct=45.0)
    for ask, must_wh in ((Ask(energy_wh=30_000.0), 25 * 600.0), (Ask(energy_wh=12_000.0), 0.0)):
        asked = trips(ask, Ask(energy_wh=24_000.0))
        needed = foresight.needs(one, asked, (), EVENING, before={}, help_asked_s=None)
        wants = [want for want in wanting.wanted([one], {"car_1": needed}, 0.1, EVENING) if want.rank == 0]
        first = [want for want in wants if want.trip == "trip 0"]
        assert must_wh == pytest.approx(sum(want.energy_wh for want in first if want.worth_eur_kwh is None), abs=700)
        unsure = [want for want in first if want.worth_eur_kwh is not None]
        assert needed[0].energy_wh == pytest.approx(sum(want.energy_wh for want in first), abs=700)
        assert [0.225] == [want.worth_eur_kwh for want in unsure]
        assert [None] == [want.worth_eur_kwh for want in wants if want.trip == "trip 1"]


def test_of_a_guess_the_last_of_all_is_above_the_everyday_limit() -> None:
    """Up to 95 %, 15 above what is for every day: of what it may lack, and of the must as far as that is less."""
    for likely_pct, late_wh in ((85.0, [0.0, 9_000.0]), (65.0, [6_000.0, 3_000.0]), (None, [9_000.0])):
        one = a_prospect(60.0, likely_pct=likely_pct)
        [trip] = trips(Ask(soc_pct=95.0))
        needed = foresight.needs(one, [trip], (), EVENING, before={}, help_asked_s=None)
        wants = [want for want in wanting.wanted([one], {"car_1": needed}, 0.1, EVENING) if want.rank == 0]
        assert late_wh == pytest.approx([want.late_wh for want in wants])


def test_a_car_on_a_trip_charges_when_the_calendar_has_it_back() -> None:
    """Without a word of it the hour after next; a return that is over is none."""
    back = EVENING + timedelta(hours=5, minutes=10)
    for returns, since in (
        (back, back),
        (None, EVENING + timedelta(hours=2)),
        (EVENING - timedelta(minutes=5), EVENING + timedelta(hours=2)),
    ):
        _, wants = chain(a_prospect(30.0, plugged=False, returns=returns), Ask(energy_wh=24_000.0))
        assert [since] == [want.since for want in wants]
        assert [since] == [want.back for want in wants]


def test_no_more_trips_are_told_than_a_plan_goes_by() -> None:
    """Nor any that is too far away."""
    needed, wants = chain(a_prospect(50.0), *[Ask(energy_wh=24_000.0)] * (wanting.TRIPS + 3))
    assert wanting.TRIPS + 3 == len(needed)
    assert wanting.TRIPS == len(wants)


def test_a_car_that_is_about_to_leave_will_be_away() -> None:
    """Ready since 15 minutes, it stands there yet: what later trips take is not charged while it drives.

    Nor is anything planned for the trip itself any more; once it has left, its return is what counts.
    """
    first, second = (
        replace(one, ready=one.departs - timedelta(minutes=15)) for one in trips(*[Ask(energy_wh=2e4)] * 2)
    )

    def wants(at: datetime, *, plugged: bool) -> tuple[Want, ...]:
        one = a_prospect(20.0, plugged=plugged, returns=None if plugged else first.returns)
        needed = foresight.needs(one, [first, second], (), at, before={}, help_asked_s=None)
        return wanting.wanted([one], {"car_1": needed}, None, at)

    before, after = first.ready - timedelta(minutes=1), first.ready + timedelta(minutes=1)
    assert [first.ready] == [one.start for one in wants(before, plugged=True)[1].away]
    [still] = wants(after, plugged=True)
    assert [(first.departs, first.returns)] == [(one.start, one.end) for one in still.away]
    late = first.departs + timedelta(minutes=5)
    [stays] = wants(late, plugged=True)
    assert [(late, first.returns)] == [(one.start, one.end) for one in stays.away]
    [left] = wants(late, plugged=False)
    assert (first.returns, ()) == (left.since, left.away)


def test_what_a_trip_takes_is_off_once() -> None:
    """A car that has left for it, perhaps early, will come home with 50 %: the next trip asks for 53.3."""
    first, second = trips(*[Ask(energy_wh=2e4)] * 2)
    one = a_prospect(50.0, plugged=False, returns=first.returns)
    for at in (first.departs - timedelta(minutes=5), first.departs, first.departs + timedelta(minutes=5)):
        [need] = foresight.needs(one, [first, second], (), at, before={}, help_asked_s=None)
        assert second == need.trip
        assert 2_000.0 == pytest.approx(need.energy_wh)
