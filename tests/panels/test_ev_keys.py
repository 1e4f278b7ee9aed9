"""What the keys of the cars' screen ask, and which orders come of it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from lib.core.charger import Plug
from lib.core.modes import Mode, Phases
from lib.core.plugged import Ground
from lib.messages import House, Refused
from lib.messages.charging import Charging
from lib.messages.orders import AcceptPeak, Boost, Done, Order, SetCar, SetMode, SetPhases, SetSoc
from lib.panels.asks import Asked, Chooser, Field, figure
from lib.panels.ev import ev_panels
from lib.panels.ev_keys import EV_KEYS, MODES, PHASES, ask_boost, ask_car, ask_mode, ask_phases, ask_soc, ev_choices
from lib.panels.peak_key import NO_COST, ask_peak
from lib.panels.seen import Choice, Seen
from tests.panels import story
from tests.panels.garage import STORIES, blue_car, carport, charging, garage, local, red_car
from tests.panels.golden import a_dashboard, screen, seen, until

GARAGE, CARPORT = Choice("charger", "garage"), Choice("charger", "carport")
CONNECTION = Choice("circuit", "connection")
BLUE, RED = Choice("car", "car_1"), Choice("car", "car_2")


def told(chosen: Choice = GARAGE, **changes: object) -> Seen:
    """A noon with something chosen."""
    return seen([replace(charging(), **changes)], chosen=chosen)  # type: ignore[arg-type]


def chooser(asked: Asked) -> Chooser:
    """It is one."""
    assert isinstance(asked, Chooser)
    return asked


def field(asked: Asked) -> Field:
    """It is one."""
    assert isinstance(asked, Field)
    return asked


def test_every_mode_and_every_phase_can_be_chosen() -> None:
    """With what it means; the one that holds now is marked."""
    modes, phases = chooser(ask_mode(told())), chooser(ask_phases(told()))
    assert [SetMode(charger="garage", mode=mode) for mode in Mode] == [one.order for one in modes.options]
    assert [SetPhases(charger="garage", phases=one) for one in Phases] == [one.order for one in phases.options]
    assert (list(MODES), list(PHASES)) == ([*Mode], [*Phases])
    assert ["auto"] == [one.name for one in modes.options if one.now]
    assert all(one.meaning for one in (*modes.options, *phases.options))


def test_a_charger_that_cannot_switch_phases_says_so() -> None:
    """And where that is set."""
    assert "carport cannot switch phases; switches_phases in config.py says so" == ask_phases(told(CARPORT))


def test_boost_begins_and_ends() -> None:
    """An hour, without a question; again ends it."""
    assert Boost(charger="garage", minutes=60.0) == ask_boost(told())
    boosted = garage(boost_until=local("2026-11-20 14:20"))
    assert Boost(charger="garage", minutes=0.0) == ask_boost(told(chargers=(boosted,)))


def test_the_state_of_charge_is_of_the_car_that_is_meant() -> None:
    """The chosen one, or that on the chosen charger."""
    for chosen, car in ((BLUE, "car_1"), (RED, "car_2"), (GARAGE, "car_1"), (CARPORT, "car_2")):
        assert SetSoc(car=car, soc_pct=63.5) == field(ask_soc(told(chosen))).parse("63,5 %")


@pytest.mark.parametrize("typed", ["", "x", "101", "-1", "63 km", "1e1", "٣", "6 3", "nan", "1.2.3", "²"])
def test_a_state_of_charge_that_is_none_gets_a_sentence(typed: str) -> None:
    """What may be typed, and an example."""
    assert "Type a number from 0 to 100, such as 63" == field(ask_soc(told())).parse(typed)


def test_a_charger_of_the_chosen_car_is_meant() -> None:
    """So that a key works wherever the mark stands."""
    assert "carport: mode" == chooser(ask_mode(told(RED))).title
    away = replace(charging(), cars=(blue_car(charger=None), red_car()))
    assert "Blue car hangs on no charger: choose one with Up and Down" == ask_mode(seen([away], chosen=BLUE))
    alone = replace(away, chargers=(garage(),))
    assert "garage: mode" == chooser(ask_mode(seen([alone], chosen=BLUE))).title


def test_a_charger_with_an_unknown_car_asks_for_the_car() -> None:
    """With one car there is no question."""
    guest = replace(charging(), chargers=(garage(car=None, by=Ground.UNKNOWN), carport()))
    assert "nobody knows which car is on garage: choose a car with Up and Down" == ask_soc(seen([guest], chosen=GARAGE))
    one = replace(guest, cars=(red_car(),))
    assert SetSoc(car="car_2", soc_pct=0.0) == field(ask_soc(seen([one], chosen=GARAGE))).parse("0")


def test_a_circuit_takes_no_order() -> None:
    """The keys say what to choose instead."""
    for ask, what in ((ask_mode, "a charger"), (ask_soc, "a charger or a car")):
        assert f"connection is a circuit: choose {what} with Up and Down" == ask(told(CONNECTION))


def test_every_car_and_a_guest_can_be_said_to_be_on_the_charger() -> None:
    """How it is known stands beside the one that is."""
    options = chooser(ask_car(told(CARPORT))).options
    assert [SetCar(charger="carport", car=car) for car in ("car_1", "car_2", "")] == [one.order for one in options]
    assert [("", False), ("default of this cable", True)] == [(one.meaning, one.now) for one in options[:2]]
    empty = garage(plug=Plug.EMPTY, car=None)
    assert "no car hangs on garage: plug it in first" == ask_car(told(chargers=(empty,)))


async def test_each_of_many_cars_can_be_said_to_be_on_the_charger() -> None:
    """The one that is there is marked, however many stand before it: Enter at once would say another."""
    fleet = tuple(blue_car(name=f"car_{at}", title=f"Car {at}") for at in range(1, 13))
    there = replace(charging(), cars=fleet, chargers=(garage(car="car_10"), carport()))
    options = chooser(ask_car(seen([there], chosen=GARAGE))).options
    assert [*(one.name for one in fleet), ""] == [getattr(one.order, "car", None) for one in options]
    assert ["Car 10"] == [one.name for one in options if one.now]
    taken: list[Order] = []

    async def give(one: Order) -> Done | Refused:
        taken.append(one)
        return Done(what="so be it")

    app = a_dashboard([there], panels=ev_panels(), orders=give)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("c")
        await pilot.pause()
        assert "▸    Car 10" in screen(app)
        await pilot.press("enter")
        await until(pilot, lambda: bool(taken))
    assert [SetCar(charger="garage", car="car_10")] == taken


@pytest.mark.parametrize("ask", [ask_mode, ask_phases, ask_soc, ask_boost, ask_car])
def test_where_nothing_is_known_or_set_up_a_key_says_so(ask: Callable[[Seen], Asked]) -> None:
    """A sentence, and no question."""
    assert "nothing is known of the chargers yet" == ask(seen([]))
    bare = ask(seen(STORIES["bare"](), chosen=GARAGE))
    assert isinstance(bare, str)
    assert bare.startswith("no ")


def test_the_arrows_go_through_chargers_and_cars() -> None:
    """In the order in which they stand on the screen; the circuits have a page of their own."""
    assert [GARAGE, CARPORT, BLUE, RED, CONNECTION] == ev_choices(told())
    assert [] == ev_choices(seen([]))


def test_each_key_is_there_once_and_says_what_it_does() -> None:
    """In one line of the help."""
    assert list("mpsbca") == [one.key for one in EV_KEYS]
    assert all(0 < len(one.meaning) < 58 for one in EV_KEYS)


def test_an_accepted_peak_is_typed_in_kilowatts() -> None:
    """0 takes it back; nonsense gets a sentence."""
    asked = field(ask_peak(told()))
    assert [AcceptPeak(peak_w=4500.0), AcceptPeak(peak_w=0.0)] == [asked.parse(one) for one in ("4,5 kW", "0")]
    for typed in ("", "much", "101", "-3"):
        assert "Type a number of kW from 0 to 100, such as 4.5" == asked.parse(typed)


def test_what_a_peak_costs_is_said_while_it_is_typed() -> None:
    """Where the rates are known: nothing up to the paid one, then so much a kW; else the answer says it."""
    asked = field(ask_peak(seen(story.new_peak())))
    assert "2.50 kW are paid already." in asked.question
    assert "" == asked.remark("x")
    assert "It costs nothing: that much is paid already." == asked.remark("2.4")
    assert "2.00 kW more than is paid: about € 9.58 over the next 12 bills, if it comes to that." == asked.remark("4.5")
    assert "Only the peak already paid counts again." == asked.remark("0")
    told_more = [
        replace(word, accepted_w=6000.0) if isinstance(word, House) else word for word in story.new_peak().told()
    ]
    assert "Only the peak already paid counts again." == field(ask_peak(seen(told_more))).remark("2.4")
    unpriced = field(ask_peak(seen(story.four_days())))
    assert "the rates have no price for it" in unpriced.remark("9")
    elsewhere = field(ask_peak(told()))
    assert "The target is 3.91 kW now." in elsewhere.question
    assert "The answer says what it costs." == elsewhere.remark("4.5")


def test_where_peaks_cost_nothing_there_is_none_to_accept() -> None:
    """A sentence, and the key is not in the help."""
    walloon = seen([replace(charging(), capacity_tariff=False)])
    assert NO_COST == ask_peak(walloon)
    assert not EV_KEYS[-1].shown(walloon)
    assert EV_KEYS[-1].shown(told())
    assert NO_COST == ask_peak(seen(story.no_capacity_tariff()))


def test_figures_are_read_as_people_type_them() -> None:
    """With a comma or a point, with their unit or without."""
    assert [63.0, 63.5, 0.5, 4.5] == [figure(one, "kW") for one in ("63", " 63,5 kW ", ".5", "4.5KW")]
    assert [None, None, None] == [figure(one, "kW") for one in ("", ".", "4,5,6")]


def test_a_charging_without_a_budget_still_asks_for_a_peak() -> None:
    """Nothing is said of what is not known."""
    bare: Charging = replace(charging(), budget=None)
    assert field(ask_peak(seen([bare], chosen=GARAGE))).question.endswith("takes it back.")
