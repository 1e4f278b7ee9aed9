"""The words of ev where peaks cost nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lib.core import why
from lib.core.car import Ask
from lib.core.needs import Need, Step
from lib.core.trip import Trip
from lib.core.why import Hold, Reason, Why
from lib.messages.connection import hold_said, need_said, why_said
from tests.conftest import NOON

READY = NOON + timedelta(hours=2)
TRIP = Trip(key="1/blue", car="blue", title="sea", ready=READY, departs=READY, returns=READY, ask=Ask(soc_pct=80.0))
LATE = Need(
    trip=TRIP,
    target_pct=80.0,
    energy_wh=9_000.0,
    latest_start=NOON,
    slack_s=-900.0,
    reach_pct=71.0,
    full_pct=80.0,
    power_w=7_100.0,
    step=Step.OVER,
)


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("held", [None, *Hold])
def test_no_reason_speaks_of_a_peak_where_it_costs_nothing(reason: Reason, held: Hold | None) -> None:
    """Where it costs something each is said as ever."""
    because = Why(reason=reason, held=held, power_w=2_300.0, current_a=10.0, name="sea", until=READY)
    assert "peak" not in why_said(because, at=NOON, peaks_cost=False)
    assert why.sentence(because, at=NOON) == why_said(because, at=NOON, peaks_cost=True)
    if held is not None:
        assert ("peak" not in hold_said(held, peaks_cost=False), f"{held}") == (True, hold_said(held, peaks_cost=True))


def test_what_limits_there_is_the_connection() -> None:
    """A charger that gets nothing says so."""
    full = Why(reason=Reason.MAX, held=Hold.NO_ROOM, current_a=0.0)
    said = why_said(full, at=NOON, peaks_cost=False)
    assert said.endswith("; paused: the connection carries no more in this quarter")


@pytest.mark.parametrize("step", Step)
def test_no_trip_speaks_of_a_peak_where_it_costs_nothing(step: Step) -> None:
    """One that is late says by how much."""
    late = replace(LATE, step=step)
    assert "peak" not in need_said(late, at=NOON, title="Blue car", peaks_cost=False)
    reach = "will have 71 % of 80 %"
    assert f"cannot be met with what the connection carries: {reach}" in need_said(
        LATE, at=NOON, title="", peaks_cost=False
    )
    assert f"cannot be met under the paid peak: {reach}" in need_said(LATE, at=NOON, title="", peaks_cost=True)
