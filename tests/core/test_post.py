"""One charger as the EV app sees it: what its car may draw while orders are on their way, and whom it does not heed."""

from dataclasses import replace

import pytest

from lib.core import post
from lib.core.car import CarRules
from lib.core.charger import Accepted, Balked, ChargerReading, ChargerRules, Missed, Order, Plug, Told, Took
from lib.core.circuits import Amps
from lib.core.post import Post

RULES = ChargerRules(name="garage", phases=3, wired="231", switches=True)
ONE = CarRules(name="car_1", capacity_wh=50_000, phases=1)
THREE = replace(ONE, phases=3)


def told(current_a: float, drawn: tuple[float, float, float], read_s: float, *, phases: int | None = 3) -> Told:
    """It offers so much and its car draws that, on its own L1, L2, L3."""
    reading = ChargerReading(
        plug=Plug.CHARGING,
        read_s=read_s,
        offered_a=current_a,
        set_a=current_a,
        phases_a=drawn,
        power_w=230 * sum(drawn),
        paused=False,
        phases=phases,
        plugins=1,
    )
    return Told(charger="garage", reading=reading)


def took(current_a: float, sent_s: float, *, phases: int | None = None, go: bool = True) -> Took:
    """It takes an order."""
    order = Order(current_a=current_a, go=go, phases=phases)
    accepted = Accepted(current_a=current_a, go=go, phases=phases)
    return Took(charger="garage", order=order, accepted=accepted, sent_s=sent_s)


def after(*events: Told | Took | Balked | Missed, car: CarRules | None = THREE) -> Post:
    """The charger after these."""
    known = post.opened(RULES)
    for event in events:
        known = post.after(known, event, car)
    return known


def test_between_an_order_and_the_car_both_count() -> None:
    """What it drew and what it will: the house's own load is what lies outside of that."""
    known = after(told(10, (10, 10, 10), 0), told(10, (10, 10, 10), 5), took(6, 6))
    assert (3 * 1380, 3 * 2300) == known.range_w
    assert ((6.0, 6.0, 6.0), (10.0, 10.0, 10.0)) == known.range_a
    assert ((6.0, 6.0, 6.0),) * 2 == post.after(known, told(6, (6, 6, 6), 16), THREE).range_a


def test_a_car_of_one_phase_never_counts_on_three() -> None:
    """Told on three by an order that says so, too; its phase is the meter's L2 as this one is wired."""
    known = after(told(10, (10, 0, 0), 0), told(10, (10, 0, 0), 5), took(16, 6, phases=3), car=ONE)
    assert ((0.0, 10.0, 0.0), (0.0, 16.0, 0.0)) == known.range_a
    assert (2300, 3680) == known.range_w
    assert known.goes_to is None


def test_a_guest_that_was_seen_to_take_one_phase_counts_on_one() -> None:
    """Nobody knows the car; what it draws tells."""
    known = after(told(10, (10, 0, 0), 0), told(10, (10, 0, 0), 5), took(16, 6), car=None)
    assert ((0.0, 10.0, 0.0), (0.0, 16.0, 0.0)) == known.range_a


def test_on_its_way_to_other_phases_it_loads_all_of_both() -> None:
    """And what it leaves stays counted until the charger says that it has switched."""
    known = after(told(10, (10, 10, 10), 0), told(10, (10, 10, 10), 5), took(6, 6, phases=1))
    assert (1, (1, 2, 3), (10.0, 0.0, 10.0)) == (known.goes_to, known.loaded, known.left_a((2,)))
    known = post.after(known, told(6, (0, 0, 0), 18), THREE)
    assert 1 == known.goes_to
    known = post.after(known, told(6, (6, 0, 0), 20, phases=1), THREE)
    assert (None, (2,)) == (known.goes_to, known.loaded)


@pytest.mark.parametrize(
    ("before", "then", "least_a", "most_a"),
    [
        ((6, 1), (6, 3), (0, 6, 0), (6, 6, 6)),
        ((16, 1), (6, 3), (0, 6, 0), (6, 16, 6)),
        ((6, 3), (16, 1), (0, 6, 0), (6, 16, 6)),
        ((10, 3), (6, 1), (0, 6, 0), (10, 10, 10)),
    ],
)
def test_between_phases_each_order_counts_on_those_that_it_is_for(
    before: tuple[float, int], then: tuple[float, int], least_a: Amps, most_a: Amps
) -> None:
    """6 A on three phases are 6 A on each, and no 18 on the one before; on phases that it leaves it may fall to 0."""
    (was_a, phases), (current_a, to) = before, then
    drawn_a = (was_a, was_a * (phases == 3), was_a * (phases == 3))
    known = after(*(told(was_a, drawn_a, at_s, phases=phases) for at_s in (0, 5)), took(current_a, 6, phases=to))
    assert (least_a, most_a) == known.range_a
    quiet = replace(told(was_a, drawn_a, 5, phases=phases).reading, phases_a=None)
    known = after(Told(charger="garage", reading=quiet), took(current_a, 6, phases=to))
    assert (least_a, most_a) == known.range_a


def test_a_charger_that_is_silent_counts_with_the_most_it_may_offer() -> None:
    """The old value or the new one, until it is read again."""
    silent = Missed(charger="garage", why="no answer", since_s=10.0)
    known = after(told(10, (8, 8, 8), 0), told(10, (8, 8, 8), 5), took(6, 6), silent)
    assert (True, (10.0, 10.0, 10.0)) == (known.is_lost, known.reserved_a)
    assert (0.0, 6900.0) == known.range_w
    assert not post.after(known, told(6, (6, 6, 6), 20), THREE).is_lost


@pytest.mark.parametrize("answered", [True, False])
def test_an_order_that_was_refused_did_not_go_out_and_one_without_an_answer_may_have(answered: bool) -> None:
    """Who refuses is asked again, and counts with what it offers."""
    order = Order(current_a=6.0, go=True)
    balked = Balked(charger="garage", order=order, why="no", sent_s=6.0, answered=answered)
    known = after(told(10, (10, 10, 10), 0), balked)
    assert (answered, not answered) == (known.is_lost, bool(known.moves))
    assert not post.after(known, took(6, 8), THREE).balked


def test_no_charger_is_told_less_than_the_norm_has() -> None:
    """Whatever its reading says that it takes; more than 6 A it may ask for."""
    one = told(10, (10, 10, 10), 0)
    for said_a, least_a in ((1.0, 6.0), (8.0, 8.0)):
        assert least_a == after(replace(one, reading=replace(one.reading, least_a=said_a))).least_a


def test_a_car_that_takes_more_than_it_is_offered_is_given_that_or_nothing() -> None:
    """Seen for half a minute, however its offer moves below that; a new plug-in is a new car."""
    known = after(*(told(10 - second % 3, (16, 16, 16), second) for second in range(0, 30, 5)))
    assert (0.0, 6.0) == (known.stubborn_a, known.least_a)
    known = post.after(known, told(10, (16, 16, 16), 31), THREE)
    assert (16.0, 16.0) == (known.stubborn_a, known.least_a)
    again = told(10, (6, 6, 6), 36)
    assert 0.0 == post.after(known, replace(again, reading=replace(again.reading, plugins=2)), THREE).stubborn_a


@pytest.mark.parametrize("late_s", [5, 14, 25])
def test_a_car_that_follows_late_is_not_stubborn(late_s: int) -> None:
    """It draws what it was offered that long ago, be that one cut or one after the other."""
    for cuts in ({0: 6}, {0: 13, 10: 10, 20: 7, 30: 6}, {0: 6, 12: 16, 20: 6}):
        offered, drawn = [16.0], 16.0
        known = after(told(16, (16, 16, 16), -5))
        for second in range(90):
            if second in cuts:
                known = post.after(known, took(cuts[second], second), THREE)
            offered.append(cuts.get(second, offered[-1]))
            drawn = offered[max(0, len(offered) - 1 - late_s)]
            if second % 2:
                known = post.after(known, told(offered[-1], (drawn, drawn, drawn), second), THREE)
            assert 0.0 == known.stubborn_a
        assert 6.0 == drawn


def test_a_car_that_is_still_coming_down_is_not_stubborn() -> None:
    """It follows within some seconds."""
    ramp = [told(6, (16, 16, 16), 8), told(6, (13, 13, 13), 10), told(6, (9, 9, 9), 12), told(6, (6, 6, 6), 14)]
    assert 0.0 == after(told(16, (16, 16, 16), 0), took(6, 6), *ramp).stubborn_a


def test_a_charger_that_measures_nothing_has_followed_in_the_end() -> None:
    """It counts with all it may draw until then, and with its offer afterwards: others need not wait for ever."""

    def unmeasured(current_a: float, read_s: float) -> Told:
        reading = replace(told(current_a, (0, 0, 0), read_s).reading, phases_a=None, power_w=None)
        return Told(charger="garage", reading=reading)

    known = after(unmeasured(16, 0), took(6, 5), unmeasured(6, 20))
    assert (6.0, 1) == (known.offered_a, len(known.moves))
    known = post.after(known, unmeasured(6, 36), THREE)
    assert (0.0, 3 * 1380) == known.range_w
    assert () == known.moves
