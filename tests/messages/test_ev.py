"""What ev says of its circuits comes from what is known of them, and what it hears of dm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lib.core.car import Ask, CarRules
from lib.core.carport import ChargingRules
from lib.core.charger import ChargerReading, ChargerRules, Missed, Plug, Told
from lib.core.charging import Event, Heard, after, opened
from lib.core.circuits import Circuit, Profile
from lib.core.flows import others_a as others_a_of
from lib.core.gauges import Gauged, Limited, Ungauged, Unlimited
from lib.core.house import House, Rules
from lib.core.modes import Mode
from lib.core.needs import Need
from lib.core.plugged import OnCable, Plugged
from lib.core.site import Word
from lib.core.trip import Trip, Trips
from lib.messages import House as Said
from lib.messages import parse_message, to_json
from lib.messages.charging import Charging, CircuitNow
from lib.messages.dm import say_house
from lib.messages.ev import say_charging
from lib.messages.heard import house_word
from tests.conftest import SECOND, a_reading, hear, local
from tests.core.prices import electricity

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SITE = Circuit(name="connection", limits_a=(40.0, None, None))
ROW = Circuit(
    name="row",
    limits_a=(32.0, 32.0, 32.0),
    chargers=frozenset("ab"),
    above="connection",
    measured=True,
    margin=0.5,
    profile=Profile.FIFO,
)
CABLE = Circuit(
    name="cable", limits_a=(16.0, 16.0, 16.0), chargers=frozenset("b"), above="row", other_a=(1.0, 0.0, 0.0)
)
RULES = ChargingRules(chargers={name: ChargerRules(name=name) for name in "abc"}, circuits=(SITE, ROW, CABLE))


def said(*events: Event) -> dict[str, CircuitNow]:
    """The circuits by their names, after these."""
    charging = opened(RULES, at=NOON, now_s=0.0)
    for event in events:
        charging = after(charging, event, RULES, now_s=0.0, now=NOON)
    told = say_charging(charging, RULES, boot="ev", seq=1, now=NOON, makes={})
    return {circuit.name: circuit for circuit in told.circuits}


def test_a_tree_is_told_with_its_profiles_and_who_hangs_where() -> None:
    """A circuit without a profile has that of the one above; a phase without a limit is left out."""
    told = said()
    assert [("connection", "", Profile.EQUAL), ("row", "connection", Profile.FIFO), ("cable", "row", Profile.FIFO)] == [
        (one.name, one.above, one.profile) for one in told.values()
    ]
    assert [("c",), ("a",), ("b",)] == [one.chargers for one in told.values()]
    assert [(1, 40.0)] == [(phase.phase, phase.limit_a) for phase in told["connection"].phases]


def test_what_flows_is_measured_or_known_from_further_down() -> None:
    """The row's meter says so; the limit that it follows counts with its margin, and says until when."""
    limited = Limited(circuit="row", until_s=60.0, limits_a=(20.0, None, None), by="the grid")
    row = said(Gauged(circuit="row", phases_a=(5.0, 4.0, 3.0), read_s=0.0), limited)["row"]
    assert [(10.0, 5.0), (16.0, 4.0), (16.0, 3.0)] == [(phase.limit_a, phase.load_a) for phase in row.phases]
    assert ("the grid", NOON + timedelta(seconds=60)) == (row.follows, row.until)


def test_what_the_cars_draw_is_unknown_while_one_of_their_chargers_is() -> None:
    """One that was never read may draw, and one whose Wi-Fi drops may go on or not: for hours its last 7 kW counted."""
    charging = opened(RULES, at=NOON, now_s=0.0)
    idle = ChargerReading(read_s=0.0, plug=Plug.EMPTY)
    events: list[Event] = [Told(charger=name, reading=idle) for name in "bc"]
    events.append(Told(charger="a", reading=replace(idle, plug=Plug.CHARGING, power_w=7_080.0)))
    used_w = []
    for event in (*events, Missed(charger="a", why="no answer", since_s=0.0)):
        charging = after(charging, event, RULES, now_s=0.0, now=NOON)
        told = parse_message(to_json(say_charging(charging, RULES, boot="ev", seq=1, now=NOON, makes={})))
        assert isinstance(told, Charging)
        assert told.budget is not None
        used_w.append(told.budget.used_w)
    assert [None, None, 7_080.0, None] == used_w


def test_what_an_old_telegram_said_flows_no_more() -> None:
    """What is known to flow besides the chargers does, and what those may draw."""
    word = Word(at=NOON, good=True, grid_w=2_300.0, phases_a=(10.0, 4.0, 3.0))
    charging = after(opened(RULES, at=NOON, now_s=0.0), Heard(word=word), RULES, now_s=0.0, now=NOON)
    charging = replace(charging, site=replace(charging.site, word=replace(word, phases_a=(30.0, 4.0, 3.0))))
    shown = [
        say_charging(replace(charging, now_s=now_s), RULES, boot="ev", seq=1, now=NOON, makes={}).circuits[0].phases[0]
        for now_s in (0.0, 4.0)
    ]
    others_a = others_a_of(charging, RULES)["connection"][0]
    may_a = sum(bay.post.range_a[1][0] for bay in charging.bays.values())
    assert [30.0, others_a + may_a] == [phase.load_a for phase in shown]
    assert others_a == 10.0


def test_what_nobody_has_measured_lately_is_not_known() -> None:
    """Before the first telegram, and once the last one is as old as a lease; a meter of a circuit's own alike."""
    fresh = opened(RULES, at=NOON, now_s=0.0)
    word = Word(at=NOON, good=True, grid_w=2_300.0, phases_a=(10.0, 4.0, 3.0))
    heard = after(fresh, Heard(word=word), RULES, now_s=0.0, now=NOON)
    for charging in (fresh, replace(heard, now_s=31.0)):
        first = say_charging(charging, RULES, boot="ev", seq=1, now=NOON, makes={}).circuits[0]
        assert first.other_a is None
        assert {None} == {phase.load_a for phase in first.phases}


def test_a_trouble_says_whose_it_is() -> None:
    """The meter's, or that of what the limit follows."""
    row = said(Ungauged(circuit="row", why="no answer"), Unlimited(circuit="row", why="HTTP 500"))["row"]
    assert "its meter: no answer; its limit: HTTP 500" == row.trouble


@pytest.mark.parametrize(
    ("mode", "boosts", "energy_wh", "barred"),
    [
        (Mode.AUTO, False, 9_000.0, ""),
        (Mode.OFF, False, 9_000.0, "not while off"),
        (Mode.OFF, False, 0.0, ""),
        (Mode.PV_ONLY, False, 9_000.0, "only with sun"),
        (Mode.PV_ALL, False, 9_000.0, "only with sun"),
        (Mode.PV_ALL, True, 9_000.0, ""),
        (Mode.MAX, False, 9_000.0, ""),
    ],
)
def test_a_trip_that_nobody_charges_for_says_so(mode: Mode, boosts: bool, energy_wh: float, barred: str) -> None:
    """While its car hangs on a charger in a mode that leaves the grid alone, unless it is there already."""
    ready = NOON + timedelta(hours=8)
    trip = Trip(key="1/blue", car="blue", title="sea", ready=ready, departs=ready, returns=ready, ask=Ask(soc_pct=80.0))
    need = Need(
        trip=trip, target_pct=80.0, energy_wh=energy_wh, latest_start=NOON, slack_s=9.0, reach_pct=80.0, full_pct=80.0
    )
    rules = replace(RULES, cars={"blue": CarRules(name="blue", title="Blue car", capacity_wh=50_000.0)})
    charging = opened(rules, at=NOON, now_s=0.0)
    bay = replace(charging.bays["a"], mode=mode, boost_until=ready if boosts else None)
    charging = replace(
        charging,
        bays={**charging.bays, "a": bay},
        plugged=Plugged(cables={"a": OnCable(charger="a", since=NOON, car="blue")}),
        trips=Trips(trips=(trip,)),
        needs={"blue": (need,)},
    )
    [told] = say_charging(charging, rules, boot="ev", seq=1, now=NOON, makes={}).trips
    assert (barred, f"; {barred}: a is in {mode}" in told.said) == (told.barred, bool(barred))


def test_ev_and_bs_go_by_what_a_kilowatt_above_the_floor_costs() -> None:
    """On a month's first day the next one that the meter counts costs nothing, which is what screens show."""
    at = local("2026-12-01 00:10")
    rules = Rules(tariffs=electricity(0.30, capacity={"eur_per_kw_year": 60.0}), connection_w=17_250.0)
    house = hear(hear(House(), a_reading(at, grid_w=500.0)), a_reading(at + SECOND, grid_w=500.0))
    told = parse_message(to_json(say_house(house, rules, boot="dm", seq=1, now=at, now_s=1.0)))
    assert isinstance(told, Said)
    assert told.months is not None
    assert 0.0 == told.months.kw_eur
    assert 5.0 == pytest.approx(told.months.over_kw_eur)
    assert told.months.over_kw_eur == house_word(told).kw_eur
