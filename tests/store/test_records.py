"""What is kept is what was: to the last digit, and in the same order."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.books import Day, Month, Row, Tally
from lib.core.charges import Charge, Charges, Item, Part, Used
from lib.core.counters import Amounts, Aside, Counters
from lib.core.events import Event
from lib.store.records import RecordError, parse, text_of
from tests.conftest import NOON

WH = st.integers(0, 10**12)
REAL = st.floats(allow_nan=False, allow_infinity=False)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(fold=0)  # UTC has no second three o'clock
)
REGISTERS = st.dictionaries(st.text(max_size=3), WH, max_size=3)
LITRES = st.none() | WH
ITEMS = st.builds(Item, st.sampled_from(Part), st.text(max_size=5), st.text(max_size=5), st.text(max_size=2))
CHARGES: st.SearchStrategy[Charges] = st.dictionaries(ITEMS, st.builds(Charge, REAL | WH, REAL), max_size=4)
AMOUNTS = st.builds(Amounts, import_wh=REGISTERS, export_wh=REGISTERS, gas_l=LITRES, water_l=LITRES)
USED = st.builds(Used, import_wh=REGISTERS, export_wh=REGISTERS, water_l=WH)
TALLIES = st.builds(Tally, amounts=AMOUNTS, charges=CHARGES, unpriced_wh=WH, provisional_wh=WH, estimated=st.booleans())
ROWS = st.builds(
    Row,
    number=WH,
    since=INSTANTS,
    until=INSTANTS,
    amounts=AMOUNTS,
    used=USED,
    gap=st.booleans(),
    estimated=st.booleans(),
    average_w=st.none() | REAL,
    charges=st.none() | CHARGES,
    provisional=st.booleans(),
)
ASIDES = st.builds(Aside, at=INSTANTS, import_wh=REGISTERS, export_wh=REGISTERS, gas_l=REGISTERS, water_l=REGISTERS)
COUNTERS = st.builds(
    Counters,
    at=INSTANTS,
    serial=st.none() | st.text(max_size=20),
    import_wh=REGISTERS,
    export_wh=REGISTERS,
    gas_l=REGISTERS,
    water_l=REGISTERS,
    gas_at=st.none() | INSTANTS,
    water_at=st.none() | INSTANTS,
    aside=st.none() | ASIDES,
)
DAYS = st.builds(
    Day,
    day=st.dates(),
    since=INSTANTS,
    counters=COUNTERS,
    used=USED,
    watched=TALLIES,
    gaps=TALLIES,
    fees=CHARGES,
    hole=st.booleans(),
    peak_w=st.none() | REAL,
    peak_start=st.none() | INSTANTS,
)


@given(row=ROWS)
def test_a_row_comes_back_exactly(row: Row) -> None:
    """Floats by their digits, integers as integers, the items of a bill in their order."""
    back = parse(Row, text_of(row))
    assert row == back
    assert repr(row) == repr(back)


@given(day=DAYS)
def test_a_day_comes_back_exactly(day: Day) -> None:
    """So do its counters, with whatever serials meters print."""
    back = parse(Day, text_of(day))
    assert day == back
    assert repr(day) == repr(back)


@given(peak_w=REAL, at=INSTANTS, charges=CHARGES)
def test_a_month_comes_back_exactly(peak_w: float, at: datetime, charges: Charges) -> None:
    """What was billed for a month is not worked out again."""
    month = Month(month=date(2026, 11, 1), peak_w=peak_w, peak_at=at, billed_w=2500, charges=charges)
    assert month == parse(Month, text_of(month))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '{"number":1}', '{"number":"1","since":"2026-11-20","until":"x"}', '{"at":true}'],
)
def test_what_is_no_record_is_refused(text: str) -> None:
    """Half a text, another type, a missing field: one kind of error, whatever it is."""
    with pytest.raises(RecordError):
        parse(Row, text)


def test_a_field_of_a_later_version_is_passed_over() -> None:
    """A day file written by a newer program can still be read."""
    text = text_of(Row(number=1, since=NOON, until=NOON)).replace('"number"', '"colour":"red","number"')
    assert parse(Row, text).number == 1


def test_an_unknown_kind_is_refused() -> None:
    """A kind of event that this version does not know is not taken for another."""
    with pytest.raises(RecordError):
        parse(Event, '{"at":"2026-11-20T11:00:00+00:00","kind":"eclipse","text":"dark"}')
