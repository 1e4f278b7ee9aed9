"""JC: the envelope of a quarter, and evcc under it."""

import pytest

from lib.sim.rivals.jc import Envelope, envelope_w, jc
from lib.sim.year.seen import Seen
from tests.sim.rivals.seen import MONDAY, THREE_PHASES, a_bench, a_home, journey, looks_ahead


def a_seen(**shows: float) -> Seen:
    """What shows at a quarter's start, but for what is said."""
    seen = Seen(MONDAY)
    for name, value in shows.items():
        setattr(seen, name, value)
    return seen


@pytest.mark.parametrize(("peak_w", "target_w"), [(1_000.0, 2_350.0), (4_000.0, 3_850.0), (12_000.0, 9_050.0)])
def test_the_target_is_the_months_peak_within_bounds(peak_w: float, target_w: float) -> None:
    """From 2.5 to 9.2 kW, less 150 W."""
    assert target_w == envelope_w(a_seen(peak_w=peak_w))


@pytest.mark.parametrize(
    ("used_wh", "left_s", "power_w"), [(0.0, 60.0, 2_350.0), (450.0, 450.0, 1_100.0), (587.5, 450.0, 100.0)]
)
def test_it_falls_with_what_was_used_and_never_rises_above_the_target(
    used_wh: float, left_s: float, power_w: float
) -> None:
    """Nor does it fall below 100 W."""
    assert power_w == envelope_w(a_seen(used_wh=used_wh, left_s=left_s))


def test_it_is_published_on_50_watts_or_after_30_seconds() -> None:
    """In between the last one holds."""
    envelope = Envelope()
    shown = [(0, 2_600.0), (10, 2_640.0), (20, 2_660.0), (49, 2_690.0), (50, 2_690.0)]
    found = [envelope.limit_w(a_seen(second=second, peak_w=peak_w)) for second, peak_w in shown]
    assert [2_450.0, 2_450.0, 2_510.0, 2_510.0, 2_540.0] == found


def test_evcc_charges_under_it_by_plan() -> None:
    """2350 W less 400 W are 8 A; 1.1 kW less 400 W are none."""
    home = a_home(journey(departs_h=6))
    assert [8.0, 0.0] == [a_bench(jc, home).at(4.5, used_wh=used_wh).current_a for used_wh in (0.0, 320.0)]


def test_what_is_to_come_changes_nothing() -> None:
    """Not before it is there."""
    assert not looks_ahead(jc, car=THREE_PHASES)
