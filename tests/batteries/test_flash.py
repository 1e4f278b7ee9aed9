"""Setpoints that go to flash: few a day, and none for little."""

from lib.batteries.flash import DAY_S, Budget, Flash


def test_a_day_has_so_many_writes() -> None:
    """Each of them counts for 24 hours."""
    flash = Flash(Budget(writes=2))
    flash.write(0.0)
    assert not flash.is_spent(10.0)
    flash.write(10.0)
    assert flash.is_spent(DAY_S - 1)
    assert not flash.is_spent(DAY_S)
    flash.write(DAY_S)
    assert flash.is_spent(DAY_S + 9)
    assert not flash.is_spent(DAY_S + 10)


def test_only_what_draws_more_waits() -> None:
    """And the first of all does not."""
    flash = Flash(Budget(least_s=30.0))
    assert 0.0 == flash.wait_s(500.0, 0.0)
    flash.write(0.0)
    assert (20.0, 0.0, 0.0) == (flash.wait_s(500.0, 10.0), flash.wait_s(-500.0, 10.0), flash.wait_s(500.0, 30.0))
