"""What is kept for the peak: by the time of day and the season."""

import pytest

from lib.core.reserve import reserve_pct
from tests.conftest import local


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-20 12:00", 25),
        ("2026-11-20 15:59", 25),
        ("2026-11-20 16:00", 40),
        ("2026-11-20 19:59", 40),
        ("2026-11-20 20:00", 25),
        ("2026-11-20 21:00", 15),
        ("2026-11-21 05:59", 15),
        ("2026-11-21 06:00", 25),
        ("2026-06-17 18:00", 25),
        ("2026-06-17 12:00", 25),
    ],
)
def test_more_is_kept_when_a_peak_is_likelier(at: str, expected: float) -> None:
    """By the clock of Brussels, most on winter evenings."""
    assert expected == reserve_pct(local(at))


def test_what_the_owner_set_wins() -> None:
    """Also when it is nothing."""
    for owner_pct in (0.0, 55.0):
        assert owner_pct == reserve_pct(local("2026-11-20 18:00"), owner_pct=owner_pct)
