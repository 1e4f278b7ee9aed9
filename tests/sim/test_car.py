"""A car takes what it is offered, less as it fills, and nothing when it sleeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.sim.brussels import HOUR
from lib.sim.car import Car


def wants_w(car: Car, offered_a: float, phases: int = 3) -> float:
    """What it takes at 230 V, in W."""
    return car.wants_a(offered_a, phases=phases, phase_v=230.0) * 230 * phases


@given(
    soc_pct=st.floats(0, 100),
    offered_a=st.floats(0, 32),
    most_a=st.sampled_from([10.0, 16.0, 32.0]),
    phases=st.integers(1, 3),
    step_a=st.sampled_from([0.0, 1.0]),
    limit_pct=st.floats(50, 100),
)
def test_a_car_never_takes_more_than_it_is_offered(
    soc_pct: float, offered_a: float, most_a: float, phases: int, step_a: float, limit_pct: float
) -> None:
    """Nor more than its own charger carries, nor anything under 6 A or above its limit."""
    car = Car(soc_pct=soc_pct, most_a=most_a, step_a=step_a, limit_pct=limit_pct)
    wanted_a = car.wants_a(offered_a, phases=phases, phase_v=230.0)
    assert 0 <= wanted_a <= min(offered_a, most_a) + 1e-5  # what lies a hair below a step is on it
    assert wanted_a == 0 or (offered_a >= 6 and not car.is_full)
    assert not step_a or wanted_a == int(wanted_a)


@pytest.mark.parametrize(("phases", "full_power_until_pct"), [(3, 89), (2, 92), (1, 96)])
def test_the_taper_bites_where_the_line_crosses(phases: int, full_power_until_pct: int) -> None:
    """From 50 kW at 50 % to 1 kW at 100 %: 11 kW holds until 90 %, 7.4 kW until 93 %, 3.7 kW until 97 %."""
    full_w = 16 * 230 * phases
    assert full_w == pytest.approx(wants_w(Car(soc_pct=full_power_until_pct), 16, phases))
    assert full_w > wants_w(Car(soc_pct=full_power_until_pct + 1.5), 16, phases)


def test_the_taper_only_falls_and_ends_at_one_kilowatt() -> None:
    """Per mille by per mille, the power of a charging battery never rises again."""
    taken_w = [Car(soc_pct=at / 10).accepts_w for at in range(1001)]
    assert sorted(taken_w, reverse=True) == taken_w
    assert pytest.approx([50_000, 1_000]) == [taken_w[0], taken_w[999]]


def test_low_power_is_lost_power() -> None:
    """A car awake uses 250 W: of 6 A on one phase three quarters arrive, of 11 kW nine tenths."""
    car = Car()
    assert 0.76 == pytest.approx(car.gains_w(1_380) / 1_380, abs=0.01)
    assert 0.91 == pytest.approx(car.gains_w(11_040) / 11_040, abs=0.01)
    assert 0 == car.gains_w(200)


@given(power_w=st.integers(300, 11_000), cuts=st.lists(st.integers(1, HOUR), min_size=1, max_size=8))
def test_energy_is_the_same_whatever_the_steps(power_w: int, cuts: list[int]) -> None:
    """Many short draws fill a battery as one long one does."""
    one, many = Car(soc_pct=20), Car(soc_pct=20)
    one.take(power_w, sum(cuts))
    for cut_us in cuts:
        many.take(power_w, cut_us)
    assert (one.soc_pct, one.drawn_wh, one.gained_wh) == (many.soc_pct, many.drawn_wh, many.gained_wh)


@given(soc_pct=st.floats(0, 99.9), power_w=st.integers(400, 11_000), limit_pct=st.floats(20, 100))
def test_until_it_says_nothing_changes(soc_pct: float, power_w: int, limit_pct: float) -> None:
    """A microsecond before, it wants what it wanted; at the instant itself it may want something else."""
    car = Car(soc_pct=soc_pct, limit_pct=limit_pct)
    same_us = car.same_for_us(power_w)
    before = car.is_full, car.wants_a(16, phases=3, phase_v=230.0)
    if same_us is None:
        assert car.is_full
        return
    assert same_us >= 1
    car.take(power_w, same_us - 1)
    assert before == (car.is_full, car.wants_a(16, phases=3, phase_v=230.0))


def test_a_car_ends_at_its_own_limit() -> None:
    """At 80 % it wants nothing more, however much is offered."""
    assert (True, 0) == (Car(soc_pct=80, limit_pct=80).is_full, wants_w(Car(soc_pct=80, limit_pct=80), 16))
    assert 0 == wants_w(Car(soc_pct=100), 16)


def test_moods_of_a_car() -> None:
    """It ignores the pilot, rounds down to whole amperes, or takes twice as much on a phase alone."""
    assert 16 * 3 * 230 == wants_w(Car(ignores_pilot=True), 6)
    assert 10 * 3 * 230 == wants_w(Car(step_a=1.0), 10.9)
    assert (32 * 230, 16 * 3 * 230) == (wants_w(Car(one_phase_a=32.0), 32, 1), wants_w(Car(one_phase_a=32.0), 32))


def test_a_deaf_sleeper_wakes_late() -> None:
    """The third knock wakes a car that does not hear two."""
    car = Car(asleep=True, deaf_to=2)
    heard = []
    for _ in range(3):
        car.hear_wake_up()
        heard.append(car.asleep)
    assert [True, True, False] == heard


def test_a_drive_empties_the_battery_and_says_what_it_lacked() -> None:
    """20 kWh out of 50 % of 77 kWh, then more than is left."""
    car = Car(soc_pct=50)
    car.drive(20_000)
    assert pytest.approx([24.03, 0], abs=0.01) == [car.soc_pct, car.stranded_wh]
    car.drive(20_000)
    assert pytest.approx([0, 1_500]) == [car.soc_pct, car.stranded_wh]


@pytest.mark.parametrize("soc_pct", [-0.1, 100.1])
def test_a_battery_holds_from_nothing_to_all(soc_pct: float) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError, match="take 0 to 100"):
        Car(soc_pct=soc_pct)
