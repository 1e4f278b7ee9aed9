"""What happens → the state of the house: quarters end, the owner is told, what was known stays known."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lib.core.claims import PLAN, Claim, Drawn
from lib.core.house import House, Raised, Rules
from lib.core.link import LinkState
from lib.core.metering import Claimed, Heard, Silent, after
from lib.core.reading import MbusMeter, Reading
from lib.core.stamp import Stamp
from lib.core.sun import InverterMissed, InverterReading, InverterTold, Roof
from lib.core.values import Count, History, Peak
from tests.conftest import NOON, RULES, SECOND, SIMPLE, a_reading, hear, local, stamp

HOUR = timedelta(hours=1)


def test_that_the_plan_goes_above_what_is_paid_is_said_once() -> None:
    """And again only for a peak that is higher by much."""
    rules = Rules(tariffs=SIMPLE, connection_w=17_250)
    shown = Peak(stamp(local("2026-11-06 17:15")), 1_200)
    house = replace(hear(House(), a_reading(month_peak=shown)), at=NOON)
    quarters = frozenset({NOON + HOUR, NOON + 2 * HOUR})
    raised = Raised(peak_w=4_640.0, quarters=quarters, until=NOON + 3 * HOUR)
    first = after(house, raised, rules)
    [said] = first.events
    assert "the plan lets the quarter from 13:00 go to 4." in said.text
    assert () == after(first, replace(raised, peak_w=4_700.0), rules).events
    assert 1 == len(after(first, replace(raised, peak_w=5_200.0), rules).events)
    assert () == after(house, replace(raised, quarters=frozenset()), rules).events


def test_a_telegram_without_measurement_is_not_a_house_that_draws_nothing() -> None:
    """An empty telegram: power, forecast and usage are unknown."""
    house = hear(
        hear(House(), a_reading(grid_w=500.0, quarter_w=100.0)), Reading(ident="/TST5", clock=stamp(NOON + SECOND))
    )
    assert house.reading
    assert house.reading.grid_w is None
    assert house.quarter
    assert house.quarter.forecast_w is None


def test_a_line_that_disappears_becomes_unknown() -> None:
    """A value lives as long as its line: no voltage of a minute ago is shown as now."""
    house = hear(hear(House(), a_reading(voltage_l1_v=230.0)), a_reading(NOON + SECOND))
    assert house.reading
    assert house.reading.voltage_l1_v is None


@pytest.mark.parametrize(
    ("reading", "key", "words"),
    [
        (a_reading(clock=Stamp("000101000000W", local("2000-01-01 00:00"))), "clock", "shows the year 2000"),
        (a_reading(clock=Stamp("632525252525W", None)), "clock", "shows no time"),
        (a_reading(clock=Stamp("261120120000", NOON)), "letter", "Brussels time"),
        (a_reading(history=History((), 14)), "history", "announces 14 months"),
        (a_reading(breaker=0), "breaker", "open"),
        (a_reading(breaker=2), "breaker", "5 seconds"),
        (a_reading(message_raw="48616C6C6F1B5B324A"), "message", r"Hallo\x1b[2J"),
    ],
)
def test_the_owner_is_told(reading: Reading, key: str, words: str) -> None:
    """Each in one sentence; what a text message holds beside letters is escaped."""
    house = hear(House(), reading, NOON)
    assert list(house.notices) == [key]
    assert words in house.notices[key]


def test_healthy_readings_say_nothing() -> None:
    """A closed breaker, an empty text and a whole history are no news."""
    assert hear(House(), a_reading(breaker=1, message_raw="", history=History((), 0))).notices == {}


def test_a_clock_that_was_never_set_is_told_once() -> None:
    """It ticks on in the year 2000, which is no news."""
    ticks = [Stamp(f"00010100000{second}W", local("2000-01-01 00:00") + second * SECOND) for second in range(3)]
    told = {hear(House(), a_reading(clock=tick), NOON).notices["clock"] for tick in ticks}
    assert len(told) == 1


def test_a_notice_goes_when_its_reason_goes_but_a_mismatch_is_told_once() -> None:
    """The breaker closes again; a demand that differs from the registers stays said, with its first number."""
    house = House()
    for second in range(0, 1200, 10):
        wrong = a_reading(
            NOON + second * SECOND, grid_w=4000.0, import_1_wh=10_000 + second * 10 // 9, quarter_w=1000.0, breaker=0
        )
        house = hear(house, wrong)
    told = house.notices["demand"]
    house = hear(house, a_reading(NOON + 1201 * SECOND, grid_w=4000.0, import_1_wh=20_000, quarter_w=1000.0, breaker=1))
    assert {"demand": told} == house.notices


@pytest.mark.parametrize("gap_s", [(-9, 9), (-45, 5), (-5, 45)])
@pytest.mark.parametrize("loads_w", [(9000, 0), (0, 9000)])
def test_a_hole_over_the_start_of_a_quarter_is_no_mismatch(gap_s: tuple[int, int], loads_w: tuple[int, int]) -> None:
    """What was drawn on which side of the start nobody saw: that is no fault of the meter."""
    house, drawn_ws = House(), 0
    for second in range(-120, 120):
        if not gap_s[0] < second < gap_s[1]:
            demand_w = loads_w[1] * max(0, second) // 900
            register_wh = 1_000_000 + drawn_ws // 3600
            load_w = float(loads_w[second >= 0])
            reading = a_reading(NOON + second * SECOND, grid_w=load_w, quarter_w=demand_w, import_1_wh=register_wh)
            house = hear(house, reading)
        drawn_ws += loads_w[second >= 0]
    assert house.notices == {}


def test_a_replaced_meter_draws_no_megawatts() -> None:
    """A meter without demand line makes place for one that counted more: the quarter goes on by what is gained."""
    house = House()
    for second in range(-30, 60):
        serial, start_wh = ("1NEW", 5_000_000) if second >= 30 else ("1OLD", 1000)
        reading = a_reading(NOON + second * SECOND, grid_w=3600.0, import_1_wh=start_wh + second, belgian_serial=serial)
        house = hear(house, reading)
    assert house.quarter
    assert house.quarter.average_w == pytest.approx(4 * 58, abs=8)


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ({"import_1_wh": 12_000, "export_1_wh": 700}, ["energy taken in register 1 fell from 5000.000 to 12.000 kWh"]),
        (
            {"import_1_wh": 5_000_000, "export_1_wh": 699},
            ["energy injected in register 1 fell from 0.700 to 0.699 kWh"],
        ),
        (
            {"import_1_wh": 905_000_001, "export_1_wh": 700},
            ["energy taken in register 1 jumped from 5000.000 to 905000.001 kWh"],
        ),
        ({"import_1_wh": 5_000_001, "export_1_wh": 700}, []),
        (
            {"import_1_wh": 12_000, "export_1_wh": 700, "belgian_serial": "1TST9"},
            ["another meter: 1TST9 in place of 1TST1"],
        ),
    ],
)
def test_a_counter_that_does_not_go_on_is_told(then: dict[str, Any], said: list[str]) -> None:
    """It is a new start: nothing is booked for it, and the owner knows why."""
    house = hear(House(), a_reading(belgian_serial="1TST1", import_1_wh=5_000_000, export_1_wh=700))
    later = hear(house, a_reading(NOON + SECOND, **({"belgian_serial": "1TST1"} | then)))
    assert said == [event.text.removeprefix("the counter of ").split(";")[0] for event in later.events]


def test_a_counter_that_goes_on_from_where_it_was_is_told() -> None:
    """What was called a new start was none; gas says so too."""
    house, said = House(), list[str]()
    for at, shown in enumerate((5_000_000, 0, 5_000_001, 5_000_001)):
        gas = MbusMeter(channel=1, type=3, serial="7A", reading=Count(stamp(NOON), shown / 1000, "24.2.3", "m3"))
        house = hear(house, a_reading(NOON + at * SECOND, import_1_wh=shown, mbus=(gas,)))
        said += [event.text for event in house.events]
    assert [
        "the counter of energy taken in register 1 fell from 5000.000 to 0.000 kWh; it is a new start",
        "the counter of gas fell from 5000.000 to 0.000 m³; it is a new start",
        "the counter of energy taken in register 1 shows 5000.001 kWh, and goes on from where it was before",
        "the counter of gas shows 5000.001 m³, and goes on from where it was before",
    ] == said


@pytest.mark.parametrize("false_wh", [0, 912_345_678])
def test_a_false_reading_makes_no_month_peak(false_wh: int) -> None:
    """On a meter without 1.4.0 registers tell the quarter: a false one took the guard off until the month's end."""
    house = House()
    for second in range(-20, 920, 10):
        shown_wh = false_wh if second == 300 else 12_345_678 + second
        house = hear(house, a_reading(NOON + second * SECOND, grid_w=3_600.0, import_1_wh=shown_wh))
    assert house.peaks
    assert house.peaks.running
    assert pytest.approx(3_600, abs=5) == house.peaks.running.peak_w


@pytest.mark.parametrize(
    ("last_s", "then_s", "gained_wh", "ends_w"),
    [(840, 900, 20, 1080), (870, 930, 20, 1040), (895, 900, 1, 1033), (840, 960, 20, 1400), (840, 900, None, 1400)],
)
def test_a_quarter_ends_by_what_its_registers_gained(
    last_s: int, then_s: int, gained_wh: int | None, ends_w: float
) -> None:
    """Of the time between two telegrams, as far as it is the quarter's; by the last power where that tells better."""
    before = a_reading(NOON + last_s * SECOND, grid_w=6000.0, quarter_w=1000.0, import_1_wh=5000)
    told = {} if gained_wh is None else {"import_1_wh": 5000 + gained_wh}
    house = hear(hear(House(), before), a_reading(NOON + then_s * SECOND, grid_w=0.0, quarter_w=0.0, **told))
    assert house.peaks
    assert house.peaks.running
    assert ends_w == house.peaks.running.peak_w


def test_where_steps_are_long_words_and_grants_hold_for_longer() -> None:
    """A minute between two telegrams, and leases of two: the car that was told of before is still controlled."""
    rules = replace(RULES, lease_s=120.0)
    claim = Claim(who="garage", priority=PLAN, wish_w=1_400.0, least_w=1_380.0)
    drawn = Drawn(who="garage", low_w=1_400.0, high_w=1_400.0)
    house = after(House(), Claimed(program="ev", claims=(claim,), drawn=(drawn,), now_s=0.0), rules)
    for minute in range(4):
        at = NOON + 60 * minute * SECOND
        heard = Heard(reading=a_reading(at, grid_w=1_900.0, quarter_w=0.0), received=at, now_s=60.0 * minute)
        house = after(house, heard, rules)
        asks = minute <= 2
        assert [120.0] * asks == [grant.for_s for grant in house.ledger.grants]
        assert house.quarter
        assert (500.0 if asks else 1_900.0) == house.quarter.base_w


def test_a_counter_that_runs_over_is_no_fall() -> None:
    """999 999.999 kWh is followed by 0."""
    house = hear(House(), a_reading(import_1_wh=999_999_999))
    assert hear(house, a_reading(NOON + SECOND, import_1_wh=1)).events == ()


def test_a_car_found_charging_is_not_counted_twice() -> None:
    """After a start of dm the quarter is no worse once ev tells that 1.9 kW of its 2.4 are a car's."""
    house = hear(House(), a_reading(grid_w=2_400, quarter_w=600))
    told = Claimed(program="ev", claims=(), drawn=(Drawn(who="garage", low_w=1_900, high_w=1_900),), now_s=0.0)
    house = after(house, told, RULES)
    assert house.quarter is not None
    assert (500, 1_900) == (house.quarter.base_w, house.quarter.commanded_w)
    then = hear(house, a_reading(NOON + SECOND, grid_w=2_400, quarter_w=602))
    assert then.quarter is not None
    assert (500, 1_900) == (then.quarter.base_w, then.quarter.commanded_w)


def test_a_line_that_never_spoke_waits() -> None:
    """Before the first telegram the link waits, and says why from the first second it knows."""
    house = after(House(), Silent(for_s=5.0, why="the port says nothing", now=NOON), RULES)
    assert (house.link.state, house.link.why) == (LinkState.WAITING, "the port says nothing")
    assert house.link.since == NOON - timedelta(seconds=5)


def test_silence_keeps_the_last_reading_with_its_time() -> None:
    """What was last known stays, and since when nothing came is said."""
    house = hear(House(), a_reading(grid_w=500.0))
    silent = after(house, Silent(for_s=12.0, why="the cable is out", now=NOON + 12 * SECOND, rejected=3), RULES)
    assert silent.reading is house.reading
    assert (silent.link.state, silent.link.since, silent.link.rejected) == (LinkState.SILENT, NOON, 3)


def test_a_recording_that_is_over_says_so() -> None:
    """An ended recording is not a broken cable."""
    house = after(hear(House(), a_reading()), Silent(for_s=0.1, why="over", now=NOON, ended=True), RULES)
    assert house.link.state is LinkState.ENDED


def test_the_sun_stays_known_between_telegrams() -> None:
    """What the inverters say is kept over a telegram and a silence, and is no word of the meter's."""
    reading = InverterReading(read_s=1.0, power_w=3_000.0)
    house = after(replace(House(), roof=Roof(names=("east",))), InverterTold(inverter="east", reading=reading), RULES)
    house = after(hear(house, a_reading()), Silent(for_s=5.0, why="the cable is out", now=NOON), RULES)
    assert 3_000.0 == house.roof.power_w(2.0)
    assert {"east": "no answer"} == after(house, InverterMissed(inverter="east", why="no answer"), RULES).roof.troubles
