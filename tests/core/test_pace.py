"""One charger through time: down at once, up slowly, and a car is neither pulsed nor worn."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.pace import paced
from lib.core.tempo import USUAL, Command, Haste, Wanted
from lib.core.uptake import Pace, heard, phases_for, plugged
from lib.core.why import Hold

CYCLE_S = 5
SUN = Wanted(current_a=16.0, haste=Haste.SURPLUS)
PLAN = Wanted(current_a=16.0, haste=Haste.PLAN)
NO_SUN = replace(SUN, current_a=0.0)
OFF = Wanted(current_a=0.0, haste=Haste.OWNER)
FULL = Pace(go=True, current_a=16.0, phases=3, raised_s=-100.0, turned_s=-1_000.0)


def run(
    pace: Pace, wanted: Wanted, start_s: int, end_s: int, *, step_s: int = CYCLE_S
) -> tuple[Pace, dict[int, Command]]:
    """The pace after the cycles from `start_s` to before `end_s`, and what was told in each."""
    told = {}
    for now_s in range(start_s, end_s, step_s):
        pace, told[now_s] = paced(pace, wanted, now_s)
    return pace, told


def drive(
    pace: Pace, wanted: Wanted, start_s: int, end_s: int, *, takes_a: float, says: bool = True
) -> tuple[Pace, dict[int, Command]]:
    """As `run`, with a reading before each cycle of a car that takes what it is offered, up to `takes_a`.

    says: the charger tells on how many phases it charges, which are those it was told.
    """
    told = {}
    for now_s in range(start_s, end_s, CYCLE_S):
        drawn_a = min(pace.current_a, takes_a) if pace.go else None
        pace = heard(pace, read_s=now_s - 0.5, drawn_a=drawn_a, phases=pace.phases if says else None)
        pace, told[now_s] = paced(pace, wanted, now_s)
    return pace, told


def changes(told: dict[int, Command]) -> list[tuple[int, float, bool]]:
    """When the order changed, and to what; the first is where it began."""
    rows = [(now_s, one.current_a, one.go) for now_s, one in told.items()]
    return rows[:1] + [row for before, row in pairwise(rows) if before[1:] != row[1:]]


def test_a_cut_goes_out_at_once() -> None:
    """In the cycle that wants it, whatever was raised a moment before."""
    pace, _ = paced(FULL, PLAN, 0)
    pace, command = paced(pace, replace(PLAN, current_a=7.9), 1)
    assert Command(current_a=7.0, go=True, phases=3) == command
    _, command = paced(pace, NO_SUN, 2)
    assert (6.0, True) == (command.current_a, command.go)


def test_the_first_amperes_come_at_once_and_the_rest_one_by_one() -> None:
    """10 A, then 1 A more each 10 s."""
    _, told = run(Pace(phases=3), PLAN, 0, 120)
    assert [(0, 10.0), (10, 11.0), (20, 12.0), (30, 13.0), (40, 14.0), (50, 15.0), (60, 16.0)] == [
        row[:2] for row in changes(told)
    ]
    assert (Hold.PACE, 10) == (told[5].held, told[5].until_s)
    assert told[60].held is None
    _, command = paced(Pace(), replace(PLAN, current_a=9.37, step_a=0.1), 0)
    assert (9.3, None) == (command.current_a, command.held)


def test_a_cut_does_not_hurry_the_next_raise() -> None:
    """A step up, a cut and a wish for more within 10 s: it waits for the 10 s."""
    pace, _ = run(Pace(), PLAN, 0, 15)
    pace, _ = paced(pace, replace(PLAN, current_a=9), 11)
    _, told = run(pace, PLAN, 12, 30, step_s=1)
    assert [(12, 9.0), (20, 10.0)] == [row[:2] for row in changes(told)]


def test_an_old_meter_raises_nothing() -> None:
    """Nothing rises and nothing starts, but cuts go on."""
    blind = replace(PLAN, may_raise=False)
    pace, told = run(replace(FULL, current_a=10.0), blind, 0, 60)
    assert [10.0] == [current_a for _, current_a, _ in changes(told)]
    _, command = paced(pace, replace(blind, current_a=6), 60)
    assert 6.0 == command.current_a
    _, told = run(Pace(), blind, 0, 600)
    assert not any(one.go for one in told.values())


def test_a_cloud_of_90_s_stops_nothing() -> None:
    """It holds 6 A meanwhile and says so; one of 3 min stops it after 2."""
    pace, told = run(FULL, NO_SUN, 0, 90)
    assert [(0, 6.0, True)] == changes(told)
    assert {(Hold.CLOUD, 120)} == {(one.held, one.until_s) for one in told.values()}
    _, told = run(pace, SUN, 90, 120)
    assert [(90, 7.0), (100, 8.0), (110, 9.0)] == [row[:2] for row in changes(told)]
    _, told = run(FULL, NO_SUN, 0, 180)
    assert [(0, 6.0, True), (120, 0.0, False)] == changes(told)


def test_the_sun_must_last_before_it_starts() -> None:
    """60 s without a gap; what the plan wants starts in the same cycle."""
    pace, _ = run(Pace(), SUN, 0, 40)
    pace, _ = run(pace, NO_SUN, 40, 45)
    _, told = run(pace, SUN, 45, 120)
    assert [(45, 0.0, False), (105, 10.0, True), (115, 11.0, True)] == changes(told)
    assert (Hold.SOON, 105) == (told[45].held, told[45].until_s)
    assert paced(Pace(), PLAN, 0)[1].go


@pytest.mark.parametrize(
    ("haste", "at_s"), [(Haste.SURPLUS, 120), (Haste.ROW, 10), (Haste.PLAN, 0), (Haste.NOW, 0), (Haste.OWNER, 0)]
)
def test_how_soon_it_stops(haste: Haste, at_s: int) -> None:
    """By what the wish comes from, when it has charged for long enough."""
    _, told = run(FULL, Wanted(current_a=0, haste=haste), 0, 300)
    assert at_s == next(now_s for now_s, one in told.items() if not one.go)


@pytest.mark.parametrize(
    ("haste", "at_s"), [(Haste.SURPLUS, 600), (Haste.PLAN, 600), (Haste.ROW, 40), (Haste.NOW, 30), (Haste.OWNER, 30)]
)
def test_it_charges_for_ten_minutes_unless_a_circuit_or_the_owner_says_no(haste: Haste, at_s: int) -> None:
    """A stop that is wanted 30 s after the start."""
    pace, _ = run(Pace(), PLAN, 0, 30)
    _, told = run(pace, Wanted(current_a=0, haste=haste), 30, 900)
    assert at_s == next(now_s for now_s, one in told.items() if not one.go)


def test_it_rests_for_five_minutes_after_a_stop() -> None:
    """And says until when; after OFF, and with another car, it need not."""
    stopped, _ = paced(FULL, replace(PLAN, current_a=0, haste=Haste.NOW), 0)
    _, told = run(stopped, PLAN, 5, 400)
    assert [(5, 0.0, False), (300, 10.0, True)] == changes(told)[:2]
    assert (Hold.RESTING, 300) == (told[5].held, told[5].until_s)
    assert paced(plugged(stopped, 10), PLAN, 10)[1].go
    assert paced(paced(FULL, OFF, 0)[0], PLAN, 5)[1].go
    still_resting, _ = paced(stopped, OFF, 5)
    assert not paced(still_resting, PLAN, 10)[1].go


def test_a_car_is_not_interrupted_more_than_six_times() -> None:
    """After that 6 A are held until the lack has lasted half an hour; a fault still stops it at once."""
    pace = Pace()
    for number in range(USUAL.stops):
        pace, _ = run(pace, PLAN, 2_000 * number, 2_000 * number + 700)
        pace, _ = run(pace, NO_SUN, 2_000 * number + 700, 2_000 * number + 1_000)
    assert (USUAL.stops, False) == (pace.stops, pace.go)
    pace, _ = run(pace, PLAN, 20_000, 21_000)
    _, told = run(pace, NO_SUN, 21_000, 24_000)
    assert [(21_000, 6.0, True), (22_800, 0.0, False)] == changes(told)
    assert not paced(pace, OFF, 21_000)[1].go
    assert 0 == plugged(pace, 21_000).stops


def test_a_car_that_takes_less_is_offered_one_ampere_more_than_it_takes() -> None:
    """So that others have the rest; the start is not taken for that."""
    pace, told = drive(Pace(phases=3), PLAN, 0, 60, takes_a=9.4)
    assert (None, 15.0) == (pace.cap_a, told[55].current_a)
    pace, told = drive(pace, PLAN, 60, 300, takes_a=9.4)
    assert 10.4 == pytest.approx(pace.cap_a)
    assert (10.0, Hold.SLOW_CAR) == (told[295].current_a, told[295].held)
    _, command = paced(pace, replace(PLAN, step_a=0.1), 300)
    assert 10.4 == command.current_a
    assert plugged(pace, 300).cap_a is None


def test_a_car_that_takes_all_is_offered_more_again() -> None:
    """1 A each time it followed."""
    pace, _ = drive(replace(FULL, turned_s=-100), PLAN, 0, 60, takes_a=8.0)
    assert 9.0 == pace.cap_a
    _, told = drive(pace, PLAN, 60, 600, takes_a=16.0)
    assert 16.0 == told[595].current_a
    assert [10.0, 11.0, 12.0] == [current_a for _, current_a, _ in changes(told)[1:4]]


def test_a_probe_in_vain_is_not_repeated_for_ten_minutes() -> None:
    """The car takes 10.9 A: 11 A look like all it is offered, 12 A are too much."""
    _, told = drive(FULL, PLAN, 0, 3_000, takes_a=10.9)
    probes = [now_s for now_s, current_a, _ in changes(told)[1:] if current_a == 12.0]
    assert 4 <= len(probes) <= 5
    assert all(600 <= later - earlier <= 700 for earlier, later in pairwise(probes))


def test_a_tiny_draw_is_no_cap_below_the_minimum() -> None:
    """A car that warms its battery with 2 A is still offered 6 A, and one that takes nothing teaches nothing."""
    pace, told = drive(FULL, PLAN, 0, 120, takes_a=2.0)
    assert (6.0, 6.0) == (pace.cap_a, told[115].current_a)
    asleep, _ = drive(FULL, PLAN, 0, 120, takes_a=0.0)
    assert asleep.cap_a is None


ONE, THREE = replace(SUN, current_a=0.0, phases=1), replace(SUN, current_a=6.0, phases=3)
ON_ONE = replace(FULL, phases=1)


def test_a_car_that_was_interrupted_often_changes_phases_seldom() -> None:
    """A switch interrupts it too: after six only when it is wanted for half an hour, or a row has no room as it is."""
    worn = replace(FULL, stops=USUAL.stops)
    one = replace(PLAN, current_a=10.0, phases=1)
    pace, told = run(worn, one, 0, 1800)
    assert {3} == {command.phases for command in told.values()}
    assert 1 == run(pace, one, 1800, 1900)[0].phases
    full_row = replace(one, current_a=0.0, haste=Haste.ROW)
    assert 1 == run(worn, full_row, 0, 20)[0].phases


def test_on_other_phases_it_starts_at_its_least() -> None:
    """And has its first amperes when the charger has confirmed them."""
    pace, command = paced(Pace(phases=3), replace(PLAN, phases=1), 0)
    assert (6.0, 1) == (command.current_a, command.phases)
    pace, command = paced(heard(pace, read_s=4.0, drawn_a=6.0, phases=1), replace(PLAN, phases=1), 5)
    assert 10.0 == command.current_a


def test_it_goes_to_one_phase_when_it_would_stop() -> None:
    """After two minutes at 6 A on three phases it is told one instead of a pause, and then rises again."""
    pace, told = drive(FULL, ONE, 0, 120, takes_a=16)
    assert [(0, 6.0, True)] == changes(told)
    assert 3 == phases_for(pace, 1, 119)
    pace, told = drive(pace, ONE, 120, 125, takes_a=16)
    assert Command(current_a=6.0, go=True, phases=1, held=Hold.SWITCHING) == told[120]
    assert (1, 1) == (phases_for(pace, 3, 121), pace.stops)
    _, told = drive(pace, replace(SUN, phases=1), 125, 190, takes_a=16)
    assert [10.0, 11.0] == [current_a for _, current_a, _ in changes(told)[:2]]


def test_the_peak_brings_it_to_one_phase_at_once() -> None:
    """Rather than stop it; where one phase does not fit either it stops."""
    at_once = Wanted(current_a=0, haste=Haste.NOW, phases=1)
    _, command = paced(FULL, at_once, 0)
    assert (6.0, True, 1) == (command.current_a, command.go, command.phases)
    assert not paced(FULL, replace(at_once, phases=None), 0)[1].go
    assert not paced(FULL, replace(at_once, haste=Haste.OWNER), 0)[1].go


def test_it_goes_to_three_phases_after_a_minute() -> None:
    """And not while the meter is old."""
    on_one = replace(THREE, current_a=16.0)
    _, told = drive(ON_ONE, on_one, 0, 300, takes_a=16)
    assert [(0, 1), (60, 3)] == [(now_s, told[now_s].phases) for now_s in (0, 60)]
    assert {1} == {told[now_s].phases for now_s in range(0, 60, 5)}
    _, told = drive(ON_ONE, replace(on_one, may_raise=False), 0, 300, takes_a=16)
    assert {1} == {one.phases for one in told.values()}


def test_phases_are_changed_at_once_while_it_pauses() -> None:
    """The start is on those that fit, and counts as a switch."""
    pace = Pace(phases=3)
    assert 1 == phases_for(pace, 1, 0)
    pace, command = paced(pace, replace(PLAN, phases=1), 0)
    assert (True, 1) == (command.go, command.phases)
    pace, _ = paced(pace, OFF, 5)
    assert (1, 3) == (phases_for(pace, 3, 10), phases_for(pace, 3, 600))


def switches(told: dict[int, Command]) -> list[int]:
    """When the phases changed."""
    return [now_s for (_, before), (now_s, after) in pairwise(told.items()) if before.phases != after.phases]


def back_and_forth(pace: Pace) -> tuple[Pace, list[int]]:
    """For a day and a half the other phases are wanted each five minutes: when they changed."""
    told, wanted = dict[int, Command](), ONE
    for now_s in range(0, 36 * 3_600, CYCLE_S):
        pace = heard(pace, read_s=now_s - 0.5, drawn_a=6.0, phases=pace.phases)
        if now_s % 300 == 0:
            wanted = replace(SUN, phases=4 - (pace.phases or 1))
        pace, told[now_s] = paced(pace, wanted, now_s)
    return pace, switches(told)


def test_it_switches_rarely() -> None:
    """At least 10 min apart, 4 times an hour, 8 times a day, however the sun changes."""
    _, made = back_and_forth(FULL)
    assert all(600 <= later - earlier for earlier, later in pairwise(made))
    assert 4 == len([now_s for now_s in made if now_s < 3_600])
    assert 8 == len([now_s for now_s in made if now_s < 86_400])
    assert 16 == len(made)


def test_its_last_switch_goes_up() -> None:
    """Else it would be stuck on one phase until tomorrow, with a trip that needs three tonight."""
    pace, made = back_and_forth(ON_ONE)
    assert 3 == pace.phases
    assert (3, 7) == tuple(len([now_s for now_s in made if now_s < until_s]) for until_s in (3_600, 86_400))


def test_a_switch_goes_through_a_pause_where_it_must() -> None:
    """The car stops first; only when it takes nothing the relay moves, and then it charges on, without a rest."""
    relay = replace(THREE, current_a=16.0, pauses=True)
    pace, told = drive(ON_ONE, relay, 0, 65, takes_a=16)
    assert Command(current_a=0.0, go=False, phases=1, held=Hold.SWITCHING) == told[60]
    assert 3 == phases_for(pace, 3, 65)
    still = heard(pace, read_s=62, drawn_a=8.0, phases=1)
    still, command = paced(still, relay, 65)
    assert (False, 1) == (command.go, command.phases)
    idle = heard(still, read_s=68, drawn_a=0.1, phases=1)
    idle, command = paced(idle, replace(relay, current_a=6.0), 70)
    assert (True, 3, 6.0) == (command.go, command.phases, command.current_a)
    assert 1 == idle.stops


def test_a_switch_through_a_pause_is_given_up() -> None:
    """When the car does not stop within 30 s, and when it shall not charge any more."""
    relay = replace(THREE, current_a=16.0, pauses=True)
    pace, _ = drive(ON_ONE, relay, 0, 65, takes_a=16)
    for now_s in range(65, 90, CYCLE_S):
        pace = heard(pace, read_s=now_s - 0.5, drawn_a=16.0, phases=1)
        pace, command = paced(pace, relay, now_s)
        assert Hold.SWITCHING is command.held
    pace, command = paced(pace, relay, 90)
    assert Command(current_a=0.0, go=False, phases=1, held=Hold.RESTING, until_s=360) == command
    assert pace.switching.to is None
    pace, _ = drive(ON_ONE, relay, 0, 65, takes_a=16)
    pace, command = paced(pace, OFF, 65)
    assert (False, 1, None) == (command.go, command.phases, pace.switching.to)
    assert paced(pace, PLAN, 70)[1].go


def test_it_does_not_rise_before_the_charger_says_that_it_has_switched() -> None:
    """16 A for one phase would be 11 kW on three; one that says nothing is believed after a minute."""
    pace, _ = drive(FULL, ONE, 0, 125, takes_a=16)
    fits = replace(SUN, phases=1)
    _, told = drive(pace, fits, 125, 240, takes_a=16, says=False)
    assert [(125, 6.0), (180, 10.0)] == [row[:2] for row in changes(told)[:2]]
    assert (Hold.SWITCHING, 180) == (told[125].held, told[125].until_s)


def test_a_charger_that_does_not_switch_is_not_asked_again() -> None:
    """After half a minute its own word counts; with the next car it is asked once more."""
    pace, _ = drive(FULL, ONE, 0, 125, takes_a=16)
    for now_s in range(125, 3_600, CYCLE_S):
        pace = heard(pace, read_s=now_s - 0.5, drawn_a=6.0, phases=3)
        pace, command = paced(pace, replace(THREE if now_s < 1_200 else SUN, phases=1), now_s)
        assert command.current_a == 6.0 or now_s >= 1_200
        assert (1 if now_s < 155 else 3) == command.phases
    assert 1 == phases_for(plugged(replace(pace, go=False), 3_600), 1, 3_600)


def test_what_the_owner_switches_is_seen() -> None:
    """A charger that says other phases than it was told, long after, is believed."""
    assert 1 == heard(FULL, read_s=100.0, drawn_a=None, phases=1).phases
    assert 3 == heard(Pace(), read_s=0.0, drawn_a=None, phases=3).phases


@st.composite
def days(draw: st.DrawFn, *, switching: bool = False) -> list[tuple[float, Wanted, float | None]]:
    """Wishes that hold for a while, each with what the car takes: seconds, wish, amperes."""
    step_a = draw(st.sampled_from([1.0, 0.1]))
    most_a = draw(st.sampled_from([16.0, 32.0, 13.5]))
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from([1.0, 5.0, 40.0, 130.0, 400.0, 900.0]),
                st.integers(0, 200).map(lambda tenth: tenth / 10),
                st.sampled_from(Haste),
                st.booleans(),
                st.sampled_from([1, 3, None]),
                st.sampled_from([None, 0.0, 7.3, 11.0, 40.0]),
            ),
            min_size=1,
            max_size=12,
        )
    )
    return [
        (
            for_s,
            Wanted(
                current_a=current_a,
                haste=haste,
                most_a=most_a,
                step_a=step_a,
                may_raise=may_raise,
                phases=phases if switching else None,
                pauses=switching and step_a == 1,
            ),
            takes_a,
        )
        for for_s, current_a, haste, may_raise, phases, takes_a in rows
    ]


def lived(day: Iterable[tuple[float, Wanted, float | None]]) -> list[tuple[float, Wanted, Command]]:
    """What was wanted and told in each cycle of a day."""
    pace, now_s, told = Pace(phases=3), 0.0, list[tuple[float, Wanted, Command]]()
    for for_s, wanted, takes_a in day:
        end_s = now_s + for_s
        while now_s < end_s:
            drawn_a = None if takes_a is None or not pace.go else min(pace.current_a, takes_a)
            pace = heard(pace, read_s=now_s, drawn_a=drawn_a, phases=pace.phases)
            pace, command = paced(pace, wanted, now_s)
            told.append((now_s, wanted, command))
            now_s += 5 if for_s > 5 else 1
    return told


@given(day=days())
def test_a_cut_is_never_delayed(day: list[tuple[float, Wanted, float | None]]) -> None:
    """Never above what is wanted; when a pause is wanted, at its least; in whole steps within what it takes."""
    for _, wanted, command in lived(day):
        assert command.go == (command.current_a > 0)
        assert command.current_a <= max(wanted.current_a, 6.0)
        if command.go:
            assert 6.0 <= command.current_a <= wanted.most_a
            assert command.current_a == pytest.approx(round(command.current_a / wanted.step_a) * wanted.step_a)


@given(day=days())
def test_it_rises_one_ampere_in_ten_seconds(day: list[tuple[float, Wanted, float | None]]) -> None:
    """Beyond the 10 A of a start, and never while the meter is old."""
    raised_s = -10.0
    for (_, _, before), (now_s, wanted, after) in pairwise(lived(day)):
        if after.current_a > before.current_a:
            assert wanted.may_raise
            assert after.current_a <= (before.current_a + 1 if before.go else 10)
            assert now_s - raised_s >= 10 or not before.go
            raised_s = now_s


@given(day=days())
def test_it_is_not_switched_on_and_off(day: list[tuple[float, Wanted, float | None]]) -> None:
    """No two changes within 5 min, and 10 min of charging, except where a circuit, the peak or the owner stops it."""
    turned_s, by = None, Haste.OWNER
    for (_, _, before), (now_s, wanted, after) in pairwise(lived(day)):
        if before.go == after.go:
            continue
        if after.go and turned_s is not None and by is not Haste.OWNER:
            assert now_s - turned_s >= USUAL.off_s
        if not after.go and turned_s is not None and wanted.haste in {Haste.SURPLUS, Haste.PLAN}:
            assert now_s - turned_s >= USUAL.on_s
        turned_s, by = now_s, wanted.haste


@given(day=days(switching=True))
def test_with_phases_the_same_holds(day: list[tuple[float, Wanted, float | None]]) -> None:
    """Switches are 10 min apart, begin at 6 A or after a pause, and no cut is delayed by them."""
    told, made_s = lived(day), list[float]()
    for (_, _, before), (now_s, wanted, after) in pairwise(told):
        assert after.current_a <= max(wanted.current_a, 6.0)
        if before.phases != after.phases:
            made_s.append(now_s)
            assert after.current_a <= 6.0 or not before.go
            assert not (wanted.pauses and before.go)
    assert all(later - earlier >= USUAL.apart_s for earlier, later in pairwise(made_s))
