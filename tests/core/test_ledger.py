"""The budget of the quarter: whatever the house does, the cars end it within its target, and say why where not."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from lib.core import ledger, quarter
from lib.core.claims import BATTERY, LATE, NIGHT, OWNER, PLAN, STORED_RESERVE, SURPLUS, Cause, Claim, Drawn, Grant
from lib.core.ledger import Ledger
from lib.core.quarter import Quarter

START = datetime(2026, 11, 20, 18, tzinfo=UTC)
LEAST_W, LAG_S, RAMP_W = 1380.0, 2, 1380.0  # a car follows an order after 2 s, by so much a second


@dataclass
class Car:
    """A car on a box without a lag of its own: it follows what was ordered some seconds ago."""

    who: str = "garage"
    claim: Claim | None = None
    draws_w: float = 0.0
    ordered: list[float] = field(default_factory=lambda: [0.0] * (LAG_S + 1))
    ordered_at_s: float = -100.0
    pauses: int = 0
    manual_w: float = 0.0  # that its owner set on the box, for one that asks for nothing

    def obey(self, grant: Grant | None, now_s: float) -> None:
        """Cut at once; up by 230 W each ten seconds."""
        granted_w = grant.power_w if grant else self.manual_w
        last_w = self.ordered[-1]
        to_w = granted_w
        if last_w and granted_w > last_w:
            to_w = min(granted_w, last_w + 23)
        if last_w and not to_w:
            self.pauses += 1
        if to_w != last_w:
            self.ordered_at_s = now_s
        self.ordered.append(to_w)

    def step(self) -> None:
        """A second passes."""
        aim_w = self.ordered[-1 - LAG_S]
        self.draws_w += max(-RAMP_W, min(RAMP_W, aim_w - self.draws_w))

    @property
    def drawn(self) -> Drawn:
        """What it draws now, as far as its charger's last answers tell."""
        pending = (self.draws_w, *self.ordered[-12:])
        return Drawn(who=self.who, low_w=min(pending), high_w=max(pending))


class Home:
    """A house whose base load is a function of the second, and its cars, for a quarter or more."""

    def __init__(
        self, base_w: float | Callable[[int], float], *cars: Car, target_w: float = 2500.0, used_wh: float = 0.0
    ) -> None:
        self.base_w = base_w
        self.cars = {car.who: car for car in cars}
        self.target_w = target_w
        self.help_w: float | None = None  # that a battery gives for the cars; None: there is none
        self.ledger = Ledger()
        self.quarter: Quarter | None = None
        self.second = 0
        self.energy_ws = used_wh * 3600
        self.seen: list[Ledger] = []
        self.averages: list[float] = []

    def run(self, seconds: int = 900) -> "Home":
        """Let time pass, a telegram each second."""
        for _ in range(seconds):
            at = START + timedelta(seconds=self.second)
            for car in self.cars.values():
                car.step()
            base_w = self.base_w(self.second) if callable(self.base_w) else self.base_w
            cars_w = sum(car.draws_w for car in self.cars.values())
            gives_w = min(self.help_w or 0.0, cars_w)
            grid_w = base_w + cars_w - gives_w
            if self.second and self.second % 900 == 0:
                self.averages.append(self.energy_ws / 900)
                self.energy_ws = 0.0
            self.ledger = ledger.heard(
                self.ledger,
                "ev",
                [replace(car.claim, runs=car.ordered[-1] > 0) for car in self.cars.values() if car.claim],
                [car.drawn for car in self.cars.values()],
                self.second,
            )
            if self.help_w is not None:
                battery = Drawn(who=BATTERY, low_w=-gives_w, high_w=-gives_w)
                self.ledger = ledger.heard(self.ledger, "bs", [], [battery], self.second, help_w=self.help_w)
            devices_w = ledger.devices_w(self.ledger, self.quarter, grid_w, at, self.second)
            self.quarter = quarter.after(
                self.quarter,
                at=at,
                grid_w=grid_w,
                gained_wh=None,
                demand_w=self.energy_ws / 900,
                commanded_w=devices_w,
            )
            self.ledger = ledger.after(
                self.ledger, self.quarter, target_w=self.target_w, now_s=self.second, price=lambda peak_w: peak_w / 1000
            )
            grants = {grant.who: grant for grant in self.ledger.grants}
            for car in self.cars.values():
                car.obey(grants.get(car.who), self.second)
            self.energy_ws += max(0.0, grid_w)
            self.seen.append(self.ledger)
            self.second += 1
        return self

    @property
    def average_w(self) -> float:
        """Of the running quarter, if it ended now."""
        return self.energy_ws / 900


def a_car(who: str = "garage", *, priority: int = NIGHT, wish_w: float = 3680.0, **more: object) -> Car:
    """A car that wants to charge."""
    return Car(who, Claim(who=who, priority=priority, wish_w=wish_w, least_w=LEAST_W, **more))  # type: ignore[arg-type]


def kettle(start: int, *, base_w: float = 500.0, seconds: int = 10, power_w: float = 2000.0) -> Callable[[int], float]:
    """A house with a kettle."""
    return lambda second: base_w + (power_w if start <= second < start + seconds else 0.0)


@pytest.mark.parametrize("minute", range(15))
def test_a_kettle_stops_no_car_and_makes_no_peak(minute: int) -> None:
    """At whichever second of the quarter it boils, every fourth one here; the whole chain of a story takes others."""
    calm = Home(500 + 40 * minute, a_car()).run(60 * minute)
    calm.seen.clear()
    for start in range(60 * minute + minute % 4, 60 * minute + 60, 4):
        home = deepcopy(calm)
        home.base_w = kettle(start, base_w=500 + 40 * minute)
        home.run(900 - 60 * minute)
        assert (0, True) == (home.cars["garage"].pauses, home.average_w <= 2500), start


def test_a_calm_quarter_uses_the_target_less_its_margin() -> None:
    """Flat, quarter after quarter."""
    home = Home(500, a_car()).run(1801)
    assert [2400, 2400] == [round(average_w) for average_w in home.averages]


def test_a_long_load_at_minute_13_stops_the_car_at_the_last_moment() -> None:
    """The oven stays: the car goes to its least at once, is stopped, and the quarter keeps its target."""
    home = Home(lambda second: 500 + (2000 if second >= 780 else 0), a_car()).run()
    grants_w = [one.grants[0].power_w for one in home.seen]
    assert LEAST_W == grants_w[781]
    assert (1, 0.0) == (home.cars["garage"].pauses, grants_w[-1])
    assert home.average_w <= 2500
    assert Cause.BASE == ledger.cause(home.ledger, 2600, accepted_w=2500, planned_w=0.0)
    late = replace(home.ledger, causes={Cause.LATE_TRIP: 10.0})
    assert Cause.PLAN == ledger.cause(late, 2600, accepted_w=2500, planned_w=2600.0)
    assert Cause.LATE_TRIP == ledger.cause(late, 2700, accepted_w=2500, planned_w=2600.0)


def test_nothing_is_raised_in_the_last_four_minutes() -> None:
    """A load that ends then leaves energy, and nobody catches up with it."""
    home = Home(lambda second: 1500 if second < 700 else 300, a_car()).run()
    ceilings_w = [one.ceiling_w or 0 for one in home.seen[660:]]
    assert ceilings_w == sorted(ceilings_w, reverse=True)


def test_starting_a_car_is_not_taken_for_the_oven() -> None:
    """0 → 16 → 6 A on a slow box: the base load stays where it was, and no grant turns back."""
    car = a_car(wish_w=11_040)
    home = Home(500, car, target_w=12_000).run(60)
    car.claim = replace(car.claim, wish_w=LEAST_W) if car.claim else None
    home.run(60)
    assert max(abs((one.base_w or 0) - 500) for one in home.seen) < 200
    assert 0 == car.pauses


def test_the_oven_is_seen_while_no_order_is_pending() -> None:
    """A rise of the house counts at once, a fall slowly."""
    home = Home(lambda second: 3000 if 100 <= second < 200 else 500, a_car(), target_w=6000).run(260)
    bases_w = [one.base_w or 0 for one in home.seen]
    assert (500, 3000) == (round(bases_w[99]), round(bases_w[100]))
    assert 500 < bases_w[230] < 2500


def test_what_goes_above_the_target_is_announced_with_its_price_first() -> None:
    """A late trip gets what it needs from the next telegram on."""
    home = Home(500, a_car(priority=LATE, over_w=1500.0, cause=Cause.LATE_TRIP)).run(2)
    (over,) = home.seen[0].overs
    assert (4000.0, 4.0, Cause.LATE_TRIP) == (over.peak_w, over.eur, over.cause)
    assert home.seen[0].grants[0].over_w == 0
    home.run(900)
    assert 2500 < home.averages[0] <= 4000
    assert {Cause.LATE_TRIP} == set(home.seen[899].causes)


def test_a_higher_priority_is_served_first_and_equals_share() -> None:
    """A trip before the cheap hours; two cars of one kind alike, above their least."""
    trip, night = a_car("trip", priority=PLAN, wish_w=3680.0), a_car("night", priority=NIGHT)
    home = Home(500, trip, night, target_w=5000).run(60)
    granted = {one.who: one.power_w for one in home.ledger.grants}
    assert (3680.0, 0.0) == (granted["trip"], granted["night"])
    one, two = a_car("one"), a_car("two")
    home = Home(500, one, two, target_w=5000).run(400)
    granted = {grant.who: grant.power_w for grant in home.ledger.grants}
    assert granted["one"] == pytest.approx(granted["two"])
    assert sum(granted.values()) == pytest.approx((home.ledger.ceiling_w or 0) - 500, rel=0.01)


def test_a_running_car_of_lower_priority_makes_room_after_a_minute() -> None:
    """A kettle is waited for, a trip that starts is not."""
    night, trip = a_car("night"), a_car("trip", priority=PLAN, wish_w=3680.0)
    home = Home(500, night).run(300)
    home.cars["trip"] = trip
    home.run(120)
    granted = {one.who: one.power_w for one in home.ledger.grants}
    assert granted["night"] == 0
    assert granted["trip"] > 1700


def test_a_silent_program_asks_for_nothing_and_its_cars_count_on() -> None:
    """What nobody controls is the house's own load, and no other car gets its room."""
    home = Home(500, a_car()).run(120)
    known, car_w = home.ledger, home.cars["garage"].draws_w
    later_s = home.second + 31
    assert () == known.claims(later_s, 2500.0)
    (drawn,) = known.drawn(later_s)
    assert (False, True) == (drawn.controlled, drawn.high_w > LEAST_W)
    assert 0 == ledger.devices_w(known, home.quarter, 500 + car_w, START + timedelta(seconds=later_s), later_s)


@pytest.mark.parametrize("lost", [Drawn(who="garage", low_w=0.0, high_w=1932.0, controlled=False), None])
def test_a_car_that_is_controlled_again_is_no_longer_base_load(lost: Drawn | None) -> None:
    """Its draw leaves the base load at once, as after a start of dm; a fall of the house itself is believed slowly."""
    known = ledger.heard(Ledger(base_w=2432.0, calm_w=2432.0), "ev", [], [lost] if lost else [], 0.0)
    assert 2432.0 == known.base_w
    back = ledger.heard(known, "ev", [], [Drawn(who="garage", low_w=1932.0, high_w=1932.0)], 5.0)
    assert (500.0, 500.0) == (back.base_w, back.calm_w)


def test_sun_is_room_for_a_car() -> None:
    """A house that injects 5 kW leaves them and the target to the cars."""
    home = Home(-5000, a_car(priority=SURPLUS, wish_w=11_000)).run(300)
    assert 7400 == pytest.approx(home.ledger.grants[0].power_w, abs=20)


def test_what_was_announced_holds_for_the_whole_quarter() -> None:
    """A late trip is not slowed down in its quarter because that is above the target already."""
    car = a_car(priority=LATE, over_w=1780.0, cause=Cause.LATE_TRIP)
    home = Home(500, car).run(901)
    assert 3680.0 == home.ledger.grants[0].power_w
    assert 4000 < home.averages[0] <= 4280


def test_a_peak_is_announced_anew_above_a_lower_target() -> None:
    """At the turn of a month the same quarter costs more: that is said before it is granted, and no car stops."""
    home = Home(500, a_car(priority=LATE, over_w=1780.0, cause=Cause.LATE_TRIP), target_w=4000).run(900)
    home.target_w = 2500
    turn, then = home.run(2).seen[900:]
    assert (0.0, 1900.0) == (turn.grants[0].over_w, turn.grants[0].power_w)
    assert [over.peak_w for over in turn.overs] == [5780.0]
    assert then.grants[0].over_w > 0
    assert 0 == home.cars["garage"].pauses


def test_a_start_in_the_last_minutes_of_a_quarter_catches_nothing_up() -> None:
    """What is left, divided by so little time, is no power for anybody, also where nobody knows the ceiling before."""
    home = Home(300, a_car()).run(800)
    home.ledger, home.energy_ws = Ledger(), 300.0 * 800
    assert [2500.0] * 100 == [one.ceiling_w for one in home.run(100).seen[800:]]


@pytest.mark.parametrize("other", [(OWNER, Cause.MAX), (LATE, Cause.LATE_TRIP)])
def test_two_cars_above_the_target_each_get_what_they_need(other: tuple[int, Cause]) -> None:
    """Each asks as if it were alone: what is announced and granted is for both, not the peak of one of them."""
    trip = a_car("trip", wish_w=4000.0, priority=LATE, over_w=2100.0, cause=Cause.LATE_TRIP)
    second = a_car("other", wish_w=4000.0, priority=other[0], over_w=2100.0, cause=other[1])
    home = Home(500, trip, second).run(901)
    assert [4000.0, 4000.0] == [grant.power_w for grant in home.ledger.grants]
    assert 8600.0 == max(over.peak_w for over in home.ledger.overs)
    assert 4600 < home.averages[0] <= 8500
    assert [0, 0] == [car.pauses for car in home.cars.values()]


@pytest.mark.parametrize(
    ("wish_w", "priority", "cause"), [(11_040.0, OWNER, Cause.MAX), (3680.0, LATE, Cause.LATE_TRIP)]
)
def test_who_fits_under_the_target_alone_goes_above_it_beside_another(
    wish_w: float, priority: int, cause: Cause
) -> None:
    """The other takes the room, and both may go above it: none of them gets nothing."""
    room_w = 5000 * 0.96 - 500
    trip = a_car("trip", priority=LATE, cause=Cause.LATE_TRIP, under_w=room_w - 3680)
    other = a_car("other", wish_w=wish_w, priority=priority, cause=cause)
    other.claim = other.claim and other.claim.ending(wish_w - room_w)
    home = Home(500, trip, other, target_w=5000).run(1801)
    assert {"trip": 3680.0, "other": wish_w} == {grant.who: grant.power_w for grant in home.ledger.grants}
    assert [5000 * 0.04 + 500 + 3680 + wish_w] * 2 == [over.peak_w for over in home.ledger.overs]
    assert 500 + 3680 + wish_w == pytest.approx(home.averages[1], abs=5)


def test_a_late_trip_that_fits_keeps_the_target_beside_what_matters_less() -> None:
    """What may not go above it gives way: no peak is announced for a trip that has its room."""
    trip = a_car("trip", priority=LATE, cause=Cause.LATE_TRIP, under_w=620.0)
    home = Home(500, trip, a_car("night"), target_w=5000).run(901)
    assert 3680.0 == home.ledger.grants[0].power_w
    assert home.averages[0] <= 5000
    assert not any(one.overs for one in home.seen)


@pytest.mark.parametrize(("help_w", "peaks_w"), [(2000.0, []), (500.0, [5440.0, 5440.0])])
def test_the_battery_helps_two_late_trips_before_they_go_above_the_target(help_w: float, peaks_w: list[float]) -> None:
    """Each fits alone, and both with what it gives; where that is not enough, the rest is announced."""
    cars = [
        a_car(name, wish_w=2620.0, priority=LATE, cause=Cause.LATE_TRIP, under_w=1680.0, helped=True)
        for name in ("one", "two")
    ]
    home = Home(500, *cars, target_w=5000)
    home.help_w = help_w
    home.run(400)
    assert peaks_w == [over.peak_w for over in home.ledger.overs]
    assert [2620.0, 2620.0] == [grant.power_w for grant in home.ledger.grants]


@pytest.mark.parametrize(("paid_w", "manual_w"), [(4000.0, 1380.0), (6000.0, 3680.0)])
def test_what_a_car_draws_that_asks_for_nothing_is_no_room_for_another(paid_w: float, manual_w: float) -> None:
    """The owner set it on the box: the other car takes what is left under the target, and no more."""
    manual, night = Car("manual", manual_w=manual_w), a_car("night")
    home = Home(400, manual, night, target_w=paid_w).run(1801)
    assert paid_w * 0.95 < min(home.averages) <= max(home.averages) <= paid_w
    assert 400 == pytest.approx(home.ledger.base_w or 0.0, abs=100)
    assert 0 == night.pauses


def test_a_late_trip_goes_above_the_target_beside_a_car_that_asks_for_nothing() -> None:
    """The peak that is announced for it has what that car draws in it."""
    trip = a_car("trip", priority=LATE, over_w=1780.0, cause=Cause.LATE_TRIP)
    home = Home(500, Car("manual", manual_w=3680.0), trip).run(1801)
    (over,) = home.ledger.overs
    assert (3680.0, 2500.0 + 1780 + 3680) == (home.ledger.grants[0].power_w, over.peak_w)
    assert 7860 == pytest.approx(home.averages[1], abs=5)
    assert 0 == trip.pauses


def test_a_claim_above_the_target_means_a_peak_not_a_difference() -> None:
    """The target rises to what the quarter counted: the same claim asks for no more than before."""
    known = ledger.heard(replace(Ledger(), target_w=2500.0), "ev", [a_claim_over(1780.0)], [], 0.0)
    assert [100.0] == [claim.over_w for claim in known.claims(1.0, 4180.0)]


def a_claim_over(over_w: float) -> Claim:
    """What a late trip asks."""
    return Claim(who="garage", priority=LATE, wish_w=3680.0, least_w=LEAST_W, over_w=over_w, cause=Cause.LATE_TRIP)


@pytest.mark.parametrize("second", [120, 300, 420, 540, 660, 780])
@pytest.mark.parametrize("rise_w", [400, 1000, 2000])
def test_what_lasts_is_believed_before_it_is_too_late(second: int, rise_w: int) -> None:
    """Whenever the oven goes on, the car is stopped while that still keeps the quarter."""
    home = Home(lambda now: 300 + (rise_w if now >= second else 0), a_car()).run()
    assert home.average_w <= 2501


def test_what_the_battery_gives_comes_on_top_of_the_room() -> None:
    """For who may have it, and the quarter keeps its target."""
    trip = a_car("trip", priority=LATE, wish_w=3680.0, helped=True)
    home = Home(500, trip)
    home.help_w = 1000.0
    home.run(901)
    assert home.ledger.grants[0].power_w == pytest.approx((home.ledger.ceiling_w or 0.0) - 500 + 1000, abs=5)
    assert 2300 < home.averages[0] <= 2500
    assert (0, 0.0) == (trip.pauses, home.ledger.grants[0].over_w)


def test_who_was_not_helped_gets_nothing_of_it() -> None:
    """A car that charges in the night beside one that is late."""
    trip, night = a_car("trip", priority=LATE, wish_w=1500.0, helped=True), a_car("night")
    home = Home(1500, trip, night)
    home.help_w = 1500.0
    home.run(120)
    granted = {one.who: one.power_w for one in home.ledger.grants}
    assert 1500.0 == pytest.approx(granted["trip"], abs=1)
    assert granted["night"] <= (home.ledger.ceiling_w or 0.0) - 1500


def test_two_that_are_helped_share_one_help() -> None:
    """Together they get the room and the battery's watts, once."""
    cars = [a_car(name, priority=LATE, wish_w=3680.0, helped=True) for name in ("one", "two")]
    home = Home(500, *cars)
    home.help_w = 2000.0
    home.run(400)
    granted_w = sum(grant.power_w for grant in home.ledger.grants)
    assert granted_w == pytest.approx((home.ledger.ceiling_w or 0.0) - 500 + 2000, abs=5)


def test_with_help_a_lower_peak_is_announced() -> None:
    """1.5 kW above the target less the kW that the battery gives; with all of it, none."""
    part = Home(500, a_car(priority=LATE, over_w=1500.0, cause=Cause.LATE_TRIP, helped=True))
    part.help_w = 1000.0
    assert [3000.0] == [over.peak_w for over in part.run(2).ledger.overs]
    whole = Home(500, a_car(priority=LATE, over_w=1500.0, cause=Cause.LATE_TRIP, helped=True))
    whole.help_w = 1600.0
    assert () == whole.run(2).ledger.overs


def test_help_is_forgotten_with_its_program() -> None:
    """Nobody who fell silent gives anything, and its battery counts as the house's own."""
    known = ledger.heard(Ledger(), "bs", [], [Drawn(who=BATTERY, low_w=-900.0, high_w=-900.0)], 0.0, help_w=900.0)
    assert (900.0, 0.0) == (known.help_w(30.0), known.help_w(30.5))
    assert [False] == [one.controlled for one in known.drawn(30.5)]


def test_a_battery_that_gives_leaves_the_base_load_where_it_was() -> None:
    """What it takes off the meter is no room for a car; what it takes from it is none of the house's."""
    home = Home(1500, a_car(helped=True))
    home.help_w = 800.0
    home.run(300)
    assert 1500 == pytest.approx(home.ledger.base_w or 0.0, abs=150)


def test_the_battery_is_served_between_the_plan_and_the_cheap_hours() -> None:
    """Its reserve after a trip's plan and before the night; it takes whatever is left of the room, however little."""
    claims = [
        Claim(who="trip", priority=PLAN, wish_w=1500.0, least_w=LEAST_W),
        Claim(who=BATTERY, priority=STORED_RESERVE, wish_w=900.0),
        Claim(who="night", priority=NIGHT, wish_w=1500.0, least_w=LEAST_W),
    ]
    known = ledger.heard(Ledger(base_w=500.0, calm_w=500.0), "ev", claims, [], 0.0)
    now = quarter.after(None, at=START, grid_w=500.0, gained_wh=None, demand_w=0.0)
    grants = {one.who: round(one.power_w) for one in ledger.after(known, now, target_w=2500.0, now_s=0.0).grants}
    assert {"trip": 1500, BATTERY: 400, "night": 0} == grants
