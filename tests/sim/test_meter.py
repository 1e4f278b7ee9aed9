"""The toy meter counts like a real one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lib.sim.appliances import Flow
from lib.sim.brussels import ZONE, micros
from lib.sim.meter import Display, Meter
from tests.sim.builders import NOON

VOLTS = (230.0, 230.0, 230.0)

powers = st.integers(-8_000, 8_000)
flows = st.lists(
    st.tuples(st.tuples(powers, powers, powers), st.integers(1, 2_000_000).map(lambda ms: ms * 1000)),
    min_size=1,
    max_size=60,
)


def shown(meter: Meter, net_w: int = 0) -> Display:
    """What the meter shows while `net_w` flows on L1."""
    return meter.show(Flow((net_w, 0, 0), 0, 0), volts_v=VOLTS, currents_a=(0.0, 0.0, 0.0))


def run(meter: Meter, start: datetime, net_w: int, minutes: float) -> datetime:
    """Let `net_w` flow for some minutes; returns when that ends."""
    end = start + timedelta(minutes=minutes)
    meter.take(Flow((net_w, 0, 0), 0, 0), micros(end))
    return end


@given(flows=flows, start_s=st.integers(0, 3 * 366 * 86_400))
def test_registers_hold_the_integral_of_net_power(flows: list[tuple[tuple[int, int, int], int]], start_s: int) -> None:
    """Taken and injected registers gain the energy of the net power of three phases, to the watt-hour."""
    start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=start_s)
    meter, at_us = Meter(seed=7, start=start), micros(start)
    before = shown(meter)
    taken = injected = 0
    for phases_w, for_us in flows:
        at_us += for_us
        meter.take(Flow(phases_w, 0, 0), at_us)
        taken += max(0, sum(phases_w)) * for_us
        injected += max(0, -sum(phases_w)) * for_us
    after = shown(meter)
    assert abs(sum(after.taken_wh) - sum(before.taken_wh) - taken / 3.6e9) <= 2
    assert abs(sum(after.injected_wh) - sum(before.injected_wh) - injected / 3.6e9) <= 2


@given(flows=flows)
def test_quarter_rises_to_what_the_registers_gained(flows: list[tuple[tuple[int, int, int], int]]) -> None:
    """1.4.0 never falls within a quarter, starts it at 0, and a quarter of it is what 1.8.x gained in the quarter."""
    meter, at_us = Meter(seed=7, start=NOON), micros(NOON)
    quarter_us = 900_000_000
    last_w, counted_wh = 0, sum(shown(meter).taken_wh)
    for phases_w, for_us in flows:
        end_us, flow = at_us + for_us, Flow(phases_w, 0, 0)
        while at_us < end_us:
            edge_us = (at_us // quarter_us + 1) * quarter_us
            at_us = min(end_us, edge_us)
            if at_us == edge_us:
                meter.take(flow, edge_us - 1)  # the last microsecond of the quarter
                now = shown(meter)
                assert abs(now.quarter_w / 4 - (sum(now.taken_wh) - counted_wh)) <= 1.25
                assert last_w <= now.quarter_w
                last_w = 0
            meter.take(flow, at_us)
            now = shown(meter)
            if at_us == edge_us:
                counted_wh = sum(now.taken_wh)
                assert now.quarter_w == 0
            assert last_w <= now.quarter_w
            last_w = now.quarter_w


@given(quarters_w=st.lists(st.integers(0, 15_000), min_size=1, max_size=96))
def test_month_peak_is_the_highest_quarter(quarters_w: list[int]) -> None:
    """In a month that begins under our eyes, 1.6.0 is the first of its highest quarters, stamped with its end."""
    start = datetime(2026, 6, 1, tzinfo=ZONE).astimezone(UTC)
    meter, at = Meter(seed=3, start=start), start
    for power_w in quarters_w:
        at = run(meter, at, power_w, 15)
    highest_w = max(quarters_w)
    ended = start + timedelta(minutes=15 * (quarters_w.index(highest_w) + 1)) if highest_w else start
    peak = shown(meter).month_peak
    assert (highest_w, ended) == (peak.power_w, peak.at)


def test_injection_stands_the_quarter_still() -> None:
    """What is fed in later does not undo what was taken in the quarter."""
    meter = Meter(seed=1, start=NOON)
    at = run(meter, NOON, 3_000, 5)
    run(meter, at, -4_000, 5)
    assert shown(meter).quarter_w == 1_000


def test_last_quarter_of_the_month_belongs_to_it() -> None:
    """A peak that ends at midnight on the first goes into the month before; the new month starts at 0."""
    start = datetime(2026, 9, 30, 23, 45, tzinfo=ZONE).astimezone(UTC)
    midnight = datetime(2026, 10, 1, tzinfo=ZONE)
    meter = Meter(seed=1, start=start)
    run(meter, start, 12_000, 15)
    now = shown(meter)
    assert (midnight, midnight, 12_000) == (
        now.history[-1].captured,
        now.history[-1].peak.at,
        now.history[-1].peak.power_w,
    )
    assert (0, midnight) == (now.month_peak.power_w, now.month_peak.at)
    assert len(now.history) == 13


def test_history_holds_thirteen_months_without_a_gap() -> None:
    """Each row is captured at local midnight on the first of the month after its peak."""
    history = shown(Meter(seed=5, start=datetime(2026, 3, 29, 12, tzinfo=UTC))).history
    captured = [row.captured.astimezone(ZONE) for row in history]
    assert [(2025 + month // 12, month % 12 + 1) for month in range(2, 15)] == [(at.year, at.month) for at in captured]
    assert all((at.day, at.hour, at.minute) == (1, 0, 0) for at in captured)
    for row in history:
        eve = row.captured.astimezone(ZONE) - timedelta(days=1)
        assert (eve.year, eve.month) == (row.peak.at.astimezone(ZONE).year, row.peak.at.astimezone(ZONE).month)
        assert 3_000 <= row.peak.power_w <= 6_000


def test_peak_of_a_month_that_runs_lies_before_today() -> None:
    """Started in mid-month, the meter has a peak of an earlier day of this month; on the first it has none."""
    meter = shown(Meter(seed=5, start=NOON))
    assert meter.month_peak.at.month == 6
    assert meter.month_peak.at < NOON
    assert shown(Meter(seed=5, start=datetime(2026, 6, 1, 9, tzinfo=UTC))).month_peak.power_w == 0


def test_day_register_counts_working_days_from_seven_to_ten() -> None:
    """Monday to Friday 07:00-22:00 local time is tariff 1, all else tariff 2; import and export change together."""
    for start, tariff in (
        (datetime(2026, 6, 19, 6, 59, tzinfo=ZONE), 2),
        (datetime(2026, 6, 19, 7, 0, tzinfo=ZONE), 1),
        (datetime(2026, 6, 19, 21, 59, tzinfo=ZONE), 1),
        (datetime(2026, 6, 19, 22, 0, tzinfo=ZONE), 2),
        (datetime(2026, 6, 20, 12, 0, tzinfo=ZONE), 2),
    ):
        meter = Meter(seed=1, start=start)
        before = shown(meter)
        half = run(meter, start.astimezone(UTC), 60_000, 0.5)
        run(meter, half, -60_000, 0.49)
        after = shown(meter)
        gained = [
            (b > a)
            for a, b in zip(before.taken_wh + before.injected_wh, after.taken_wh + after.injected_wh, strict=True)
        ]
        assert tariff == before.tariff
        assert [tariff == 1, tariff == 2] * 2 == gained


def test_tariff_changes_on_the_quarter() -> None:
    """A flow over 22:00 is split between the day and the night register."""
    start = datetime(2026, 6, 17, 21, 0, tzinfo=ZONE).astimezone(UTC)
    meter = Meter(seed=1, start=start)
    before = shown(meter)
    run(meter, start, 2_000, 90)
    after = shown(meter)
    assert tuple(b - a for a, b in zip(before.taken_wh, after.taken_wh, strict=True)) == (2_000, 1_000)


def test_gas_and_water_are_read_every_five_minutes() -> None:
    """Their registers stand still between two readings and carry the stamp of the last one."""
    meter = Meter(seed=1, start=NOON)
    before = shown(meter)
    meter.take(Flow((0, 0, 0), 13_800, 100), micros(NOON + timedelta(minutes=14, seconds=59)))
    now = shown(meter)
    assert NOON == before.gas.at == before.water.at
    assert NOON + timedelta(minutes=10) == now.gas.at == now.water.at
    assert (now.gas.dm3 - before.gas.dm3, now.water.dm3 - before.water.dm3) == (200, 60)
