"""What an owner would notice: quarters, months, clock changes, a cable that is pulled."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lib.core.link import LinkState
from lib.core.metering import Heard, after
from lib.core.quarter import QUARTER
from tests.conftest import local, stamp
from tests.stories.conftest import Day


def test_a_new_quarter_starts_from_nothing() -> None:
    """At the quarter the average is 0 again and the forecast is the load; the old quarter may become the day's peak."""
    day = Day(local("2026-11-20 17:58"))
    before = day.run(seconds=119)
    after = day.run(seconds=2)
    assert before.quarter
    assert after.quarter
    assert after.quarter.start == before.quarter.start + QUARTER
    assert after.quarter.average_w == pytest.approx(0, abs=15)
    assert after.books
    assert before.quarter.start == after.books.today.peak_start
    assert after.books.today.peak_w == pytest.approx(before.quarter.forecast_w, abs=15)


def test_the_oven_makes_a_new_peak_and_one_sees_it_coming() -> None:
    """With oven, kettle and hob on, the forecast passes the target long before the quarter ends, and was right."""
    day = Day(local("2026-11-03 18:00:30"))
    day.run(seconds=60)
    for name in ("oven", "kettle", "dryer", "boiler"):
        day.world.switch_on(name)
    day.run(minutes=4)
    warned = day.house.quarter
    day.run(minutes=9, seconds=20)
    assert warned
    assert warned.forecast_w
    ended = day.house.quarter
    assert ended
    assert ended.forecast_w
    assert warned.left_s > 500
    assert warned.forecast_w > 2500
    assert abs(warned.forecast_w - ended.forecast_w) < 0.5 * ended.forecast_w


def test_a_new_month_forgets_the_peak_and_keeps_its_row() -> None:
    """On the first of the month the target falls back to the floor, and the old month joins the twelve."""
    day = Day(local("2026-11-30 23:50"))
    before = day.run(minutes=9)
    old_target_w = day.target_w
    after = day.run(minutes=2)
    assert before.peaks
    assert before.peaks.running
    assert after.peaks
    assert after.peaks.month == date(2026, 12, 1)
    assert after.peaks.past[0].month == date(2026, 11, 1)
    assert after.peaks.past[0].peak_w >= before.peaks.running.peak_w
    assert old_target_w >= before.peaks.running.peak_w
    assert day.target_w == 2500.0


@pytest.mark.parametrize(("night", "hours"), [("2026-03-29 00:30", 4), ("2026-10-25 00:30", 6)])
def test_the_nights_of_the_clock_change_have_all_their_quarters(night: str, hours: int) -> None:
    """In spring the hour from 2 to 3 is missing, in autumn it comes twice; time and registers only go forward."""
    day = Day(local(night))
    day.run(minutes=60 * hours, step_s=5)
    times = [house.at for house in day.seen if house.at]
    counted = [sum(house.books.last.import_wh.values()) for house in day.seen if house.books]
    starts = {house.quarter.start for house in day.seen if house.quarter}
    assert sorted(set(times)) == times
    assert sorted(counted) == counted
    assert 4 * hours <= len(starts) <= 4 * hours + 1


def test_a_cable_pulled_and_put_back_loses_no_energy() -> None:
    """Silent after three seconds, with since when; back in, the counters hold what was drawn meanwhile."""
    day = Day(local("2026-11-20 19:02"))
    day.run(seconds=30)
    start_wh, start_year_wh = day.counted_wh, day.year_wh
    day.cable = False
    pulled_at = day.host
    states = [day.run(seconds=1).link.state for _ in range(5)]
    day.run(minutes=5)
    assert states[:2] == [LinkState.GOOD] * 2
    assert states[-1] is LinkState.SILENT
    assert day.house.link.since == pulled_at
    assert day.house.link.why == "the cable is out"
    day.cable = True
    back = day.run(seconds=1)
    assert back.link.state is LinkState.GOOD
    gained_wh = day.counted_wh - start_wh
    assert gained_wh == day.year_wh - start_year_wh
    assert gained_wh > 0


def test_a_machine_whose_clock_is_wrong_shows_the_meters_time() -> None:
    """The meter's clock is the master: quarters and days come from it, whatever the Pi believes."""
    day = Day(local("2026-11-20 12:02"))
    day.host = local("1970-01-01 00:00")
    house = day.run(seconds=5)
    assert house.at == local("2026-11-20 12:02:05")
    assert house.books
    assert house.books.today.day == date(2026, 11, 20)


def test_a_meter_whose_clock_was_never_set_uses_the_machines() -> None:
    """Year 2000 on the display: the owner is told, and the machine's time stands in."""
    day = Day(local("2026-11-20 12:02"))
    day.world = type(day.world)(start=local("2000-01-01 00:10"))
    house = day.run(seconds=5)
    assert house.at == day.host
    assert "clock" in house.notices


def test_a_clock_set_back_books_nothing_twice() -> None:
    """The meter's clock goes back five seconds over the start of a quarter: registers count, time only places them."""
    day = Day(local("2026-11-20 18:14:50"))
    day.run(seconds=20)
    earlier = day.house.reading
    assert earlier
    assert earlier.at
    before_wh, before_year_wh = day.counted_wh, day.year_wh
    for seconds in (15, 14, 13):
        back = replace(earlier, clock=stamp(earlier.at - timedelta(seconds=seconds)))
        day.house = after(day.house, Heard(reading=back, received=day.host), day.rules)
        assert day.house.quarter
        assert day.house.quarter.start == local("2026-11-20 18:00")
    after_it = day.run(seconds=30)
    assert day.counted_wh - before_wh == day.year_wh - before_year_wh
    assert after_it.quarter
    assert after_it.quarter.start == local("2026-11-20 18:15")


def test_noise_on_the_line_reaches_no_state() -> None:
    """Thirty seconds of flipped bits: counted as rejected, nothing else; the next good telegram is taken."""
    day = Day(local("2026-11-20 12:02"))
    day.run(seconds=10)
    before = day.house
    for second in range(30):
        day.hear(b"/FLU5\\253769484_A\r\n\r\n1-0:1.7.0(99.999*kW)\r\n!0%03X\r\n" % second)
    assert day.house is before
    assert day.run(seconds=1).link.telegrams == before.link.telegrams + 1


def test_a_wallonian_house_has_no_peak_to_fear() -> None:
    """capacity_tariff = False: the target is what the connection carries."""
    day = Day(local("2026-11-20 12:02"), capacity_tariff=False)
    day.run(seconds=5)
    assert day.target_w == 17_250


def test_a_slow_meter_is_not_silent_between_its_telegrams() -> None:
    """A Dutch meter speaks every ten seconds: two periods must pass before it counts as silent."""
    day = Day(local("2026-11-20 12:02"))
    day.run(minutes=10, step_s=10)
    day.cable = False
    quiet = [day.run(seconds=2).link.state for _ in range(12)]
    assert quiet[6] is LinkState.GOOD
    assert quiet[-1] is LinkState.SILENT
    assert day.house.link.since
    assert day.host - day.house.link.since == timedelta(seconds=24)
