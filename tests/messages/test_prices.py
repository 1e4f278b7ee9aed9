"""Price slots: days, extremes, cheap hours."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.cost import PriceSlot
from lib.messages.prices import HOUR, ahead, cheapest, local_days, slot_at, summary, varies
from tests.panels.words import brussels

MIDNIGHT = brussels("2026-06-21 00:00")


def hourly(*prices: float | None, start: datetime = MIDNIGHT) -> tuple[PriceSlot, ...]:
    """An hour each from midnight on; injected earns a tenth less."""
    return tuple(
        PriceSlot(start + hour * HOUR, start + (hour + 1) * HOUR, price, None if price is None else price - 0.1)
        for hour, price in enumerate(prices)
    )


def test_neighbours_of_one_price_are_one_slot() -> None:
    """From the one that holds now on; a hole between them keeps them apart."""
    slots = hourly(0.1, 0.2, 0.2, 0.3)
    found = list(ahead(slots, MIDNIGHT + 1.5 * HOUR))
    assert [(1, 3), (3, 4)] == [((one.start - MIDNIGHT) / HOUR, (one.end - MIDNIGHT) / HOUR) for one in found]
    assert [0.2, 0.3] == [one.import_eur_kwh for one in found]
    assert 2 == len(list(ahead((slots[1], *hourly(0.2, start=MIDNIGHT + 5 * HOUR)), MIDNIGHT)))


def test_a_slot_is_half_open() -> None:
    """Its end is the next one's."""
    slots = hourly(0.1, 0.2)
    assert slots[1] == slot_at(slots, MIDNIGHT + HOUR)
    assert slot_at(slots, MIDNIGHT + 2 * HOUR) is None


def test_one_price_does_not_vary() -> None:
    """Nor does none."""
    assert not varies(())
    assert not varies(hourly(0.1, 0.1))
    assert varies(hourly(0.1, None))


def test_the_extremes_of_a_day_and_its_mean() -> None:
    """Over time, with the first hour of each; what is unknown is no zero and has its length."""
    found = summary(hourly(0.3, -0.1, None, 0.4, -0.1), MIDNIGHT, MIDNIGHT + 6 * HOUR)
    assert found is not None
    assert (-0.1, MIDNIGHT + HOUR) == (found.least, found.least_at)
    assert (0.4, MIDNIGHT + 3 * HOUR) == (found.most, found.most_at)
    assert 0.125 == pytest.approx(found.mean)
    assert 2 * HOUR == found.unknown
    assert summary((), MIDNIGHT, MIDNIGHT + HOUR) is None
    injected = summary(hourly(0.3, 0.1), MIDNIGHT, MIDNIGHT + HOUR, taken=False)
    assert injected is not None
    assert 0.2 == pytest.approx(injected.most)


def test_the_cheapest_hours_lie_on_end() -> None:
    """Three hours together, not the three cheapest; of equals the first."""
    found = cheapest(hourly(0.1, 0.9, 0.3, 0.3, 0.3, 0.9, 0.3, 0.3, 0.3), MIDNIGHT, 3 * HOUR)
    assert found is not None
    assert (MIDNIGHT + 2 * HOUR, MIDNIGHT + 5 * HOUR) == (found.start, found.end)
    assert 0.3 == pytest.approx(found.price)


def test_the_cheapest_hours_lie_ahead_and_have_no_hole() -> None:
    """They may begin now, in the middle of a slot; what is not known is not cheap."""
    slots = hourly(0.1, 0.2, None, 0.3, 0.3, 0.5)
    found = cheapest(slots, MIDNIGHT + 0.5 * HOUR, HOUR)
    assert found is not None
    assert MIDNIGHT + 0.5 * HOUR == found.start
    assert 0.15 == pytest.approx(found.price)
    later = cheapest(slots, MIDNIGHT, 3 * HOUR)
    assert later is not None
    assert MIDNIGHT + 3 * HOUR == later.start
    assert cheapest(slots, MIDNIGHT, 4 * HOUR) is None
    assert cheapest((), MIDNIGHT, HOUR) is None


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=30), st.integers(1, 8), st.integers(0, 40))
def test_no_start_is_cheaper(prices: list[int], hours: int, quarter: int) -> None:
    """Whenever one looks and however long it takes: each start by the minute is as dear or dearer."""
    slots, at = hourly(*prices), MIDNIGHT + timedelta(minutes=15 * quarter)
    found = cheapest(slots, at, hours * HOUR)
    last = slots[-1].end - hours * HOUR
    assert (found is None) == (at > last)
    start = at
    while found is not None and start <= last:
        there = summary(slots, start, start + hours * HOUR)
        assert there is not None
        assert found.price <= there.mean + 1e-6
        start += timedelta(minutes=20)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 28), (24, 23)), (date(2026, 3, 29), (23, 24)), (date(2026, 10, 25), (25, 24))]
)
def test_a_local_day_has_its_own_length(day: date, hours: tuple[int, int]) -> None:
    """The clock changes twice a year."""
    first, second, third = local_days(brussels(f"{day} 12:34"))
    assert brussels(f"{day} 00:00") == first
    assert hours == ((second - first) / HOUR, (third - second) / HOUR)
