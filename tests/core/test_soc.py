"""How full a car is: readings, what was charged between them, and what is learned. Unknown never becomes 0."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.arrival import plugged_in, unplugged
from lib.core.car import CarRules
from lib.core.soc import (
    CAR_ENDED,
    TYPED,
    Confidence,
    Soc,
    charged,
    counted,
    ended_by_car,
    opened,
    read,
)
from lib.core.trail import MOST
from tests.conftest import NOON
from tests.core.levels import CAR, DAY, HOUR, MINUTE, START_WH, at_home, says

QUARTER = 15 * MINUTE


@dataclass
class Toy:
    """A car, its charger and its cloud, which tells whole per cents of some minutes ago."""

    chance: Random
    efficiency: float
    power_w: float
    delay: timedelta = 0 * MINUTE
    capacity_wh: float = 77_000
    battery_wh: float = 20_000
    total_wh: float = START_WH
    at: datetime = NOON
    seen: list[tuple[datetime, float]] = field(default_factory=list)

    def run(self, soc: Soc, hours: float) -> Soc:
        """The car charges, or stands with its power at 0; the charger is read each 10 s, the cloud each 15 min."""
        for second in range(0, int(hours * 3600), 10):
            self.at += timedelta(seconds=10)
            self.total_wh += self.power_w / 360
            self.battery_wh = min(self.capacity_wh, self.battery_wh + self.power_w / 360 * self.efficiency)
            soc = charged(soc, round(self.total_wh), self.at)
            if second % 60 == 0:
                self.seen.append((self.at, self.battery_wh / self.capacity_wh * 100 + self.chance.uniform(-0.7, 0.7)))
            if second % 900 == 300:
                as_of, pct = next(one for one in reversed(self.seen) if one[0] <= self.at - self.delay)
                soc = read(soc, says(min(100.0, float(round(pct))), as_of), self.at, round(self.total_wh))
        return soc

    def session(self, soc: Soc, hours: float) -> Soc:
        """Home with 26 %, half an hour of rest, then charging; and away."""
        self.at += 10 * HOUR
        self.battery_wh = 20_000
        self.seen = [(self.at - 2 * HOUR, 40.0), (self.at, 26.0)]
        soc = plugged_in(soc, "garage", self.total_wh, self.at)
        power_w, self.power_w = self.power_w, 0.0
        soc = self.run(soc, 0.5)
        self.power_w = power_w
        return unplugged(self.run(soc, hours), self.at)


@given(
    seed=st.integers(0, 10_000),
    efficiency=st.floats(0.75, 0.97),
    power_w=st.floats(3_700, 11_000),
    delay=st.integers(0, 20),
)
@settings(max_examples=25, deadline=None)
def test_three_sessions_teach_the_efficiency(seed: int, efficiency: float, power_w: float, delay: int) -> None:
    """Noisy whole per cents each 15 min, up to 20 min late: within 3 % of the truth after three charges of 40 kWh."""
    toy = Toy(chance=Random(seed), efficiency=efficiency, power_w=power_w, delay=delay * MINUTE)
    soc = opened(CAR)
    for _ in range(3):
        soc = toy.session(soc, 40_000 / power_w)
    assert soc.efficiency == pytest.approx(efficiency, rel=0.03)


def test_between_readings_the_counter_tells() -> None:
    """Half charged at noon; 906 Wh at the wall are 1 %, as long as nothing else is known of the car."""
    soc = charged(at_home(), START_WH + 9_059, NOON + HOUR)
    assert 906 == pytest.approx(CAR.wall_wh_pct, abs=1)
    assert 60.0 == pytest.approx(soc.pct(NOON + HOUR), abs=0.01)
    assert Confidence.ESTIMATED == soc.confidence(NOON + HOUR)
    assert 3600 == soc.age_s(NOON + HOUR)
    low, high = soc.low_pct(NOON + HOUR), soc.high_pct(NOON + HOUR)
    assert low is not None
    assert high is not None
    assert 57 < low < 60 < high < 63


def test_it_is_never_more_than_full() -> None:
    """What a full car still draws heats or balances it."""
    assert 100.0 == charged(at_home(99.0), START_WH + 9_000, NOON + HOUR).pct()


def test_a_fresh_reading_is_measured_for_half_an_hour() -> None:
    """Then it is estimated on a cable, and old without one."""
    for soc, later in ((at_home(), Confidence.ESTIMATED), (read(opened(CAR), says(50), NOON), Confidence.OLD)):
        assert Confidence.MEASURED == soc.confidence(NOON + 30 * MINUTE)
        assert later == soc.confidence(NOON + 31 * MINUTE)
        assert 50.0 == soc.pct()


def test_who_says_the_same_again_has_not_measured_again() -> None:
    """A cloud repeats itself with a new stamp while the car charges: the estimate goes on."""
    soc = charged(at_home(), START_WH + 9_059, NOON + HOUR)
    again = read(soc, says(50.0, NOON + HOUR), NOON + HOUR)
    assert 60.0 == pytest.approx(again.pct(), abs=0.01)
    assert 3600 == again.age_s(NOON + HOUR)


def test_a_changed_reading_is_the_truth_from_its_own_time_on() -> None:
    """It is 20 minutes late; what was charged since it was measured is added."""
    soc = at_home()
    for minute in range(61):
        soc = charged(soc, START_WH + 100 * minute, NOON + minute * MINUTE)
    soc = read(soc, says(54.0, NOON + 40 * MINUTE), NOON + HOUR)
    assert 54.0 + 2_000 / CAR.wall_wh_pct == pytest.approx(soc.pct(), abs=0.02)
    assert 1200 == soc.age_s(NOON + HOUR)


def test_what_is_older_than_the_anchor_is_nothing_new() -> None:
    """Reports come in any order."""
    soc = read(at_home(), says(44.0, NOON - MINUTE), NOON + MINUTE)
    assert 50.0 == soc.pct()


def test_what_was_too_old_counts_once_it_has_its_own_time() -> None:
    """A source may tell the number first, and of when it is only then."""
    soc = read(at_home(), says(44.0, NOON - MINUTE), NOON + MINUTE)
    soc = read(soc, says(44.0, NOON + MINUTE), NOON + MINUTE)
    assert 44.0 == soc.pct()


def test_the_owners_word_counts_at_once() -> None:
    """However far it is from the estimate, and also when it says the same twice."""
    soc = charged(at_home(), START_WH + 9_059, NOON + HOUR)
    typed = read(soc, says(35.0, None, TYPED), NOON + HOUR)
    assert (35.0, Confidence.MEASURED, TYPED) == (typed.pct(), typed.confidence(NOON + HOUR), typed.source)
    later = charged(typed, START_WH + 20_000, NOON + 2 * HOUR)
    assert 35.0 == read(later, says(35.0, None, TYPED), NOON + 2 * HOUR).pct()


def test_a_jump_waits_for_a_second_word() -> None:
    """Doubtful meanwhile, with an estimate whose ends hold both; the second one must be later and agree."""
    at = NOON + HOUR
    soc = charged(at_home(), START_WH + 4_530, at)
    doubtful = read(soc, says(30.0, at), at)
    assert Confidence.DOUBTFUL == doubtful.confidence(at)
    assert 55.0 == pytest.approx(doubtful.pct(), abs=0.01)
    low = doubtful.low_pct(at)
    assert low is not None
    assert low < 30
    assert Confidence.DOUBTFUL == read(doubtful, says(30.0, at), at + QUARTER).confidence(at)
    sure = read(doubtful, says(30.0, at + QUARTER), at + QUARTER)
    assert (Confidence.MEASURED, 30.0) == (sure.confidence(at + QUARTER), sure.pct())


def test_a_jump_that_was_none_is_forgotten() -> None:
    """The next word agrees with the estimate."""
    at = NOON + HOUR
    doubtful = read(charged(at_home(), START_WH + 4_530, at), says(30.0, at), at)
    calm = read(doubtful, says(56.0, at + QUARTER), at + QUARTER)
    assert (Confidence.MEASURED, 56.0) == (calm.confidence(at + QUARTER), calm.pct())


def test_a_stale_repetition_confirms_no_jump_of_a_charging_car() -> None:
    """A new stamp under an old value, while the charger delivers, is doubted again."""
    at = NOON + HOUR
    doubtful = read(charged(at_home(), START_WH + 4_530, at), says(30.0, at), at)
    later = at + 2 * HOUR
    soc = read(charged(doubtful, START_WH + 20_000, later), says(30.0, later), later)
    assert Confidence.DOUBTFUL == soc.confidence(later)


def test_the_car_that_stops_by_itself_is_the_best_anchor() -> None:
    """It is at its own limit, today as yesterday; where that is not known, nothing is."""
    for _ in range(2):
        soc = charged(at_home(), START_WH + 26_000, NOON + 4 * HOUR)
        assert soc == ended_by_car(soc, None, NOON + 4 * HOUR)
        soc = ended_by_car(soc, 80.0, NOON + 4 * HOUR)
        assert (80.0, CAR_ENDED) == (soc.pct(), soc.source)
        assert soc is ended_by_car(soc, 80.0, NOON + 5 * HOUR)
    assert 80.0 == ended_by_car(at_home(None), 80.0, NOON).pct()


def test_what_is_said_after_the_car_stopped_counts() -> None:
    """The limit that is known is not the car's: the owner says so, and the same stop is told again and again."""
    at = NOON + 4 * HOUR
    soc = ended_by_car(charged(at_home(), START_WH + 26_000, at), 80.0, at)
    soc = read(soc, says(76.0, None, TYPED), at + MINUTE)
    assert 76.0 == ended_by_car(soc, 80.0, at + 2 * MINUTE).pct()
    on = charged(soc, START_WH + 28_000, at + HOUR)
    assert CAR_ENDED == ended_by_car(on, 80.0, at + HOUR).source


def test_a_stop_far_from_the_limit_is_doubtful() -> None:
    """A timer of the car, perhaps; told twice it is no surer."""
    soc = charged(at_home(), START_WH + 2_000, NOON + HOUR)
    for _ in range(2):
        soc = ended_by_car(soc, 80.0, NOON + 2 * HOUR)
        assert Confidence.DOUBTFUL == soc.confidence(NOON + 2 * HOUR)


def test_a_smaller_counter_is_another_one() -> None:
    """Nothing is known then, and nothing is not 0, until the car says something; a Wh of rounding is none."""
    soc = charged(at_home(), START_WH + 1_000, NOON + HOUR)
    assert soc == charged(soc, START_WH + 999.5, NOON + HOUR)
    lost = charged(charged(soc, 10.0, NOON + HOUR - 2 * MINUTE), 10.0, NOON + HOUR)
    assert (None, None, None, None) == (lost.pct(), lost.low_pct(NOON), lost.high_pct(NOON), lost.age_s(NOON))
    assert Confidence.UNKNOWN == lost.confidence(NOON)
    assert 50.0 == read(lost, says(50.0, NOON + HOUR), NOON + HOUR).pct()  # also when it is the same again


@pytest.mark.parametrize("odd_wh", [0.0, 3 * START_WH])
def test_a_counter_that_is_odd_for_a_moment_changes_nothing(odd_wh: float) -> None:
    """A box that boots reads 0 for some seconds; what was charged meanwhile counts when it goes on."""
    at = NOON + HOUR
    soc = charged(at_home(), START_WH + 9_000, at)
    for second in range(0, 100, 10):
        odd = charged(soc, odd_wh, at + timedelta(seconds=second))
        assert soc.pct() == odd.pct()
        soc = odd
    soc = charged(soc, START_WH + 9_059, at + 2 * MINUTE)
    assert 60.0 == pytest.approx(soc.pct(), abs=0.01)
    assert soc.pct() == charged(soc, odd_wh, at + HOUR).pct()  # the clock of the first time is forgotten


def test_what_is_said_while_the_counter_is_odd_holds_for_the_other_one() -> None:
    """The owner types it just after the box was replaced."""
    at = NOON + HOUR
    soc = charged(charged(at_home(), START_WH + 1_000, at - MINUTE), 10.0, at)
    soc = read(soc, says(70.0, at + MINUTE, TYPED), at + MINUTE, 20.0)
    soc = charged(soc, 100.0, at + 3 * MINUTE)
    assert 71.0 == pytest.approx(charged(soc, 1_006.0, at + HOUR).pct(), abs=0.01)


def test_a_counter_that_begins_at_0_and_finds_its_life_later_charged_nothing() -> None:
    """A box that begins a transaction at 0: the car is as full as it came."""
    soc = read(plugged_in(opened(CAR), "garage", 0.0, NOON, 7), says(50.0), NOON)
    for minute in range(4):
        soc = charged(soc, START_WH + 100 * minute, NOON + minute * MINUTE)
    assert 50.0 == pytest.approx(soc.pct(), abs=0.2)


def test_nothing_is_lost_over_a_restart() -> None:
    """The life total goes on where it was, whoever counted meanwhile."""
    kept = charged(at_home(), START_WH + 1_000, NOON + HOUR)
    soc = plugged_in(opened(CAR, kept), "garage", START_WH + 9_059, NOON + 5 * HOUR, 7)
    assert 60.0 == pytest.approx(soc.pct(), abs=0.01)
    assert Confidence.ESTIMATED == soc.confidence(NOON + 5 * HOUR)


def test_without_a_time_it_is_old() -> None:
    """A retained word without a stamp counts where nothing better is known, and has no age."""
    soc = plugged_in(opened(CAR), "garage", START_WH, NOON, 7)
    found = read(soc, says(50.0, None, "mqtt"), NOON)
    assert (50.0, Confidence.OLD, None) == (found.pct(), found.confidence(NOON), found.age_s(NOON))
    assert 50.0 == read(at_home(), says(12.0, None, "mqtt"), NOON + MINUTE).pct()


@pytest.mark.parametrize("as_of", [datetime.fromisoformat("0001-01-01T00:00:00+00:00"), NOON + DAY], ids=str)
def test_a_time_that_cannot_be_is_none(as_of: datetime) -> None:
    """Never, or tomorrow: the value is of unknown age."""
    soc = read(plugged_in(opened(CAR), "garage", START_WH, NOON), says(50.0, as_of), NOON)
    assert (50.0, Confidence.OLD) == (soc.pct(), soc.confidence(NOON))


@given(pct=st.none() | st.floats(allow_nan=True).filter(lambda pct: not 0 <= pct <= 100))
def test_what_is_no_per_cent_changes_nothing(pct: float | None) -> None:
    """Nothing said is not 0 said, and 101 is not cut to 100."""
    for soc in (at_home(), opened(CAR)):
        assert soc == read(soc, says(pct, NOON + MINUTE), NOON + MINUTE)


def test_an_empty_car_is_empty_when_it_says_so() -> None:
    """A 0 that was measured is a number like any other."""
    assert (0.0, 0.0) == ((soc := at_home(0.0)).pct(), soc.low_pct(NOON))


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("charge"), st.floats(0, 20_000)),
        st.tuples(st.just("read"), st.none() | st.integers(1, 100).map(float)),
        st.tuples(st.just("unplug"), st.none()),
        st.tuples(st.just("plug"), st.none() | st.floats(0, 500)),
        st.tuples(st.just("fall"), st.none()),
        st.tuples(st.just("end"), st.none() | st.just(80.0)),
    ),
    max_size=30,
)


@given(events=EVENTS, step_s=st.integers(1, 20_000))
def test_unknown_never_becomes_nothing(events: list[tuple[str, float | None]], step_s: int) -> None:
    """Whatever happens to a car that never said 0: it is unknown, or more than empty; its ends hold it between them."""
    soc, at, total_wh = plugged_in(opened(CAR), "garage", START_WH, NOON, 1), NOON, START_WH
    plugins = 1
    for kind, value in events:
        at += timedelta(seconds=step_s)
        match kind:
            case "charge":
                total_wh += value or 0.0
                soc = charged(soc, total_wh, at)
            case "read":
                soc = read(soc, says(value, at - timedelta(seconds=step_s * 0.7)), at, total_wh)
            case "unplug":
                soc = unplugged(soc, at)
            case "plug":
                plugins += 1
                soc = plugged_in(
                    soc, "garage", total_wh, at, plugins, driven_wh=None if value is None else value * CAR.wh_km
                )
            case "fall":
                total_wh = 5.0
                soc = charged(soc, total_wh, at)
            case _:
                soc = ended_by_car(soc, value, at)
        pct, low, high = soc.pct(at), soc.low_pct(at), soc.high_pct(at)
        if pct is None:
            assert (Confidence.UNKNOWN, None, None) == (soc.confidence(at), low, high)
            continue
        assert low is not None
        assert high is not None
        assert 0 < pct <= 100
        assert 0 <= low <= pct <= high <= 100
        assert Confidence.UNKNOWN != soc.confidence(at)
        assert 0.70 - 1e-9 <= soc.efficiency <= 1 + 1e-9


def test_what_a_session_counted_is_believed_however_fast_it_came() -> None:
    """The car was found at a start with 27 kWh of this plug-in; then its owner says which one it is."""
    read_before = read(opened(CAR), says(30.0, NOON - MINUTE), NOON)
    soc = counted(plugged_in(read_before, "garage", START_WH, NOON, 7), START_WH + 27_177, NOON + MINUTE)
    assert 60.0 == pytest.approx(soc.pct(), abs=0.01)


def test_another_capacity_keeps_what_was_learned() -> None:
    """The owner corrects the capacity: the efficiency is the car's."""
    toy = Toy(chance=Random(1), efficiency=0.92, power_w=7_400)
    soc = toy.session(opened(CAR), 4)
    bigger = opened(CarRules(name="car_1", capacity_wh=82_000), soc)
    assert soc.learned_wh_pct is not None
    assert bigger.efficiency == pytest.approx(soc.efficiency)
    assert opened(CarRules(name="car_2", capacity_wh=82_000), soc).learned_wh_pct is None


def test_a_plug_in_of_days_stays_small() -> None:
    """What is kept of the counter is bounded, and a car that stands leaves nothing to write."""
    soc = at_home()
    for step in range(3_000):
        soc = charged(soc, START_WH + 100 * step, NOON + step * MINUTE)
    assert soc.cable is not None
    assert len(soc.cable.trail) <= MOST
    assert START_WH + 100 * 2_990 == pytest.approx(soc.cable.shown_wh(NOON + 2_990 * MINUTE), abs=1)
    shown = soc.cable.shown_wh(NOON + 1_000 * MINUTE)
    assert shown == pytest.approx(START_WH + 100_000, abs=1)
    assert soc is charged(soc, START_WH + 299_900, NOON + 3_005 * MINUTE)
