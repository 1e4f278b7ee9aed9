"""The line to the meter: how often it speaks, and when it is silent."""

from datetime import timedelta

import pytest

from lib.core import link
from lib.core.link import Link, LinkState
from tests.conftest import local

NOON = local("2026-11-20 12:00")


def listened(known: Link, *gaps_s: float) -> tuple[Link, list[LinkState]]:
    """After telegrams with these pauses, in which a silence is said each second; and how it stood in each of those."""
    at, states = NOON, []
    known = link.heard(known, at, None, rejected=0)
    for gap_s in gaps_s:
        for second in range(1, round(gap_s)):
            now = at + timedelta(seconds=second)
            known = link.fallen_silent(known, for_s=float(second), why="", now=now, rejected=0, ended=False)
            states.append(known.state)
        known, at = link.heard(known, at + timedelta(seconds=gap_s), at, rejected=0), at + timedelta(seconds=gap_s)
    return known, states


@pytest.mark.parametrize("period_s", [2.0, 4.0, 5.0, 10.0, 30.0])
def test_a_meter_that_speaks_seldom_is_known_by_its_pauses(period_s: float) -> None:
    """After a few of the same length it is not silent any more between two telegrams."""
    known, _ = listened(Link(), *[period_s] * 40)
    assert known.period_s == pytest.approx(period_s, rel=0.01)
    _, states = listened(known, *[period_s] * 10)
    assert {LinkState.GOOD} == set(states)
    late = link.fallen_silent(known, for_s=2 * period_s + 3, why="", now=NOON, rejected=0, ended=False)
    assert LinkState.SILENT is late.state


def test_a_cable_that_is_loose_is_no_slow_meter() -> None:
    """Pauses of 4, 9 and 17 s among telegrams of each second teach nothing."""
    known, states = listened(Link(), *[1.0] * 20, 4.0, *[1.0] * 5, 9.0, 17.0, 5.0, *[1.0] * 5)
    assert 1.0 == known.period_s
    assert LinkState.SILENT in states
