"""A current on its way: steps of a second, never beyond where it comes from and where it goes."""

from hypothesis import given
from hypothesis import strategies as st

from lib.sim.brussels import SECOND
from lib.sim.ramp import Ramp

START_US = 1_000 * SECOND + 123
WISHES = st.lists(st.tuples(st.integers(0, 12 * SECOND), st.sampled_from([0.0, 6.0, 6.3, 10.0, 16.0])), min_size=1)


@given(wishes=WISHES, over_s=st.sampled_from([0.0, 2.5, 8.0]))
def test_a_current_stays_between_its_ends_and_arrives(wishes: list[tuple[int, float]], over_s: float) -> None:
    """Asked at every change it tells of, or only now and then: the same current, and in time the wanted one."""
    often, seldom, at_us = Ramp(over_s, at_us=START_US), Ramp(over_s, at_us=START_US), START_US
    for later_us, wanted_a in wishes:
        end_us = at_us + later_us
        between = sorted((often.now_a, often.to_a))
        while (until_us := often.until_us(at_us)) is not None and until_us <= end_us:
            assert until_us > at_us
            at_us = until_us
            often.follow(at_us)
            assert between[0] <= often.now_a <= between[1]
        at_us = end_us
        for ramp in (often, seldom):
            ramp.follow(at_us)
            ramp.aim(wanted_a, at_us=at_us, at_once=False)
        assert often.now_a == seldom.now_a
    often.follow(at_us + round(over_s * SECOND))
    assert wishes[-1][1] == often.now_a == often.to_a


def test_a_cut_is_at_once() -> None:
    """From the middle of a way up to nothing."""
    ramp = Ramp(8, at_us=START_US)
    ramp.aim(16.0, at_us=START_US, at_once=False)
    ramp.follow(START_US + 4 * SECOND)
    assert (8.0, False) == (ramp.now_a, ramp.is_idle)
    ramp.cut(START_US + 4 * SECOND)
    assert (0.0, True, None) == (ramp.now_a, ramp.is_idle, ramp.until_us(START_US + 4 * SECOND))
