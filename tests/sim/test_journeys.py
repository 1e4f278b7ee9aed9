"""Journeys come one after the other, and each is due twice: when it begins and when it is over."""

from datetime import timedelta
from itertools import count

from lib.sim.brussels import micros
from lib.sim.journeys import Journey, Journeys
from tests.sim.builders import NOON

DAY = timedelta(days=1)


def test_a_journey_is_due_when_it_begins_and_when_it_is_over() -> None:
    """Not before, and once each."""
    one = Journey(departs=NOON + DAY, returns=NOON + 2 * DAY, energy_wh=1)
    journeys = Journeys([one], at_us=micros(NOON))
    assert (micros(one.departs), None) == (journeys.until_us, journeys.pass_by(micros(NOON)))
    for due, under_way in ((one.departs, one), (one.returns, None)):
        assert micros(due) == journeys.until_us
        assert one == journeys.pass_by(micros(due))
        assert under_way == journeys.under_way
    assert (None, None) == (journeys.until_us, journeys.pass_by(micros(NOON + 9 * DAY)))


def test_journeys_without_end_are_taken_one_by_one() -> None:
    """A week that repeats for ever is not read to its end."""
    without_end = (Journey(departs=NOON + at * DAY, returns=NOON + (at + 0.5) * DAY, energy_wh=1) for at in count())
    journeys = Journeys(without_end, at_us=micros(NOON))
    passed = [journeys.pass_by(micros(NOON + 3.7 * DAY)) for _ in range(7)]
    assert ([1, 1, 2, 2, 3, 3], None) == ([one and (one.departs - NOON).days for one in passed[:6]], passed[6])
