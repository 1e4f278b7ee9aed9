"""The cells of a line: numbers in their units, peaks, histories, readings, texts; never what only looks like one."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.values import (
    Limit,
    amount,
    ean,
    parse_count,
    parse_history,
    parse_limit,
    parse_peak,
    plain_text,
    printable,
    serial_text,
    spelled,
    whole,
)

NOT_NUMBERS = [
    "NaN", "inf", "-inf", "1e999", "1_0", "0x10", "+1", " 1", "1 ", "1.", ".5", "1..5", "--1", "", "*kW", "kW",
    "²", "٣", "1*kw", "1*kWh", "1*kvar", "9" * 16, "9" * 5000, "1." + "0" * 400, "1" * 400 + "*kW",
]  # fmt: skip


@given(whole=st.integers(0, 10**9), decimals=st.integers(0, 3), point=st.sampled_from(".,"), minus=st.booleans())
def test_a_number_is_scaled_exactly(*, whole: int, decimals: int, point: str, minus: bool) -> None:
    """Kilowatts by the thousand, with any leading zeros, a point or a comma, exact to the last digit."""
    digits = f"{whole:012d}"
    text = "-" * minus + (digits if not decimals else digits[:-decimals] + point + digits[-decimals:])
    expected = Decimal(text.replace(",", ".")) * 1000
    for cell in (text + "*kW", text.replace(point, ".") + "*kW"):
        found = amount(cell, "power", "kW")
        assert found is not None
        assert expected == Decimal(repr(found))


@pytest.mark.parametrize(
    ("cell", "measure", "unit", "expected"),
    [
        ("000153*W", "power", "kW", 153),
        ("00.153*kW", "power", "kW", 153),
        ("00.153", "power", "kW", 153),
        ("00.153kW", "power", "kW", 153),
        ("0.001*MW", "power", "kW", 1000),
        ("233100*mV", "voltage", "V", 233.1),
        ("234.5V", "voltage", "V", 234.5),
        ("0.2*kV", "voltage", "V", 200),
        ("791*mA", "current", "A", 0.791),
        ("009087306*Wh", "energy", "kWh", 9087306),
        ("000000326641*Wh", "energy", "kWh", 326641),
    ],
)
def test_the_printed_unit_scales(cell: str, measure: str, unit: str, expected: float) -> None:
    """With or without `*`, and by the usual unit where none is printed."""
    assert expected == amount(cell, measure, unit)


@pytest.mark.parametrize("cell", [*NOT_NUMBERS, "221220203958W", "632525252525W", "260112223000", "240708200756S"])
def test_what_is_no_power_is_none(cell: str) -> None:
    """Texts that Python takes for numbers, another measure, numbers no float holds, and stamps, which end in W too."""
    assert amount(cell, "power", "kW") is None


@pytest.mark.parametrize("cell", [*NOT_NUMBERS, "-1", "1.5", "1*kW"])
def test_what_is_no_whole_number_is_none(cell: str) -> None:
    """A tariff or a breaker is ASCII digits."""
    assert whole(cell) is None
    assert whole("0002") == 2


@pytest.mark.parametrize("cell", ["999.9*kW", "99.999*kW", "999*A", "999.99*A", "0999.00*kW", "999.9kVA"])
def test_the_values_that_mean_no_limit_are_off(cell: str) -> None:
    """Interface 1.x and 2.x, Flanders, Wallonia and the Netherlands."""
    limit = parse_limit(cell)
    assert limit is not None
    assert limit.off


@pytest.mark.parametrize(
    ("cell", "limit"), [("040.00*A", Limit(40.0, "A")), ("04.600*kW", Limit(4.6, "kW")), ("16A", Limit(16, "A"))]
)
def test_a_real_limit_is_kept(cell: str, limit: Limit) -> None:
    """In the unit printed."""
    assert limit == parse_limit(cell)
    assert not limit.off


@pytest.mark.parametrize(
    ("code", "value", "read"),
    [
        ("0-0:17.0.0", "99.999", "off"),
        ("0-0:17.0.0", "999.9kVA", "off"),
        ("1-0:31.4.0", "999.99", "off"),
        ("1-0:31.4.0", "040.00", "040.00"),
        ("0-0:17.0.0", "", ""),
        ("1-0:1.7.0", "99.999", "99.999"),
    ],
)
def test_only_a_limit_that_is_none_reads_as_off(code: str, value: str, read: str) -> None:
    """Nobody should look for a limit of 99.999 kW; a power of as much is one."""
    assert read == spelled(code, value)


@pytest.mark.parametrize(
    "cells",
    [
        ["260112223000W", "03.500*kW"],
        ["03.500*kW", "260112223000W"],
        ["03.500kW", "260112223000W"],
        ["260112223000W", "03.500"],
        ["260112223000W", "3500W"],
    ],
)
def test_a_peak_reads_in_either_order(cells: list[str]) -> None:
    """The power is what has the `*`, or what reads as a power; a stamp never does."""
    peak = parse_peak(cells)
    assert peak is not None
    assert (3500, "260112223000W") == (peak.peak_w, peak.stamp.raw)


@pytest.mark.parametrize("cells", [["260112223000W"], ["260112223000"], ["260112223000W", "NaN*kW"], [""], ["x", "y"]])
def test_a_peak_without_power_is_none(cells: list[str]) -> None:
    """Its stamp is not taken for kilowatts."""
    assert parse_peak(cells) is None


def history(line: str) -> list[str]:
    """The cells of a history, written as the meter does."""
    return line.strip("()").split(")(")


def test_a_history_is_read_by_its_ids() -> None:
    """Two ids in Flanders, five from an industrial meter: the first 1-0:1.6.0 is the time, the second the power."""
    two = parse_history(history("(1)(1-0:1.6.0)(1-0:1.6.0)(240801000000S)(240730191500S)(09.495*kW)"))
    five = parse_history(
        history(
            "(1)(0-0:0.1.0)(1-0:1.6.0)(1-0:1.6.0)(1-0:2.6.0)(1-0:2.6.0)"
            "(240801000000S)(33)(240730191500S)(09.495*kW)(240801000000S)(01.111*kW)"
        )
    )
    assert two
    assert two == five
    assert [("240801000000S", "240730191500S", 9495)] == [
        (row.capture.raw, row.stamp.raw, row.peak_w) for row in two.rows
    ]


@pytest.mark.parametrize(
    ("line", "rows", "complete"),
    [
        ("(0)(1-0:1.6.0)(1-0:1.6.0)()", 0, True),
        ("(0)(1-0:1.6.0)(1-0:1.6.0)", 0, True),
        ("(2)(1-0:1.6.0)(1-0:1.6.0)(240801000000S)(240730191500S)(09.495*kW)", 1, False),
        ("(1)(1-0:1.6.0)(1-0:1.6.0)(240801000000S)(240730191500S)(09.495*kW)(240901000000S)(240830191500S)", 1, True),
        ("(1)(1-0:1.6.0)(1-0:1.6.0)(240801000000S)(240730191500S)(NaN*kW)", 0, False),
        ("(15)(1-0:1.6.0)(1-0:1.6.0)" + "(240801000000S)(240730191500S)(09.495*kW)" * 40, 15, True),
    ],
)
def test_only_whole_rows_count(line: str, rows: int, *, complete: bool) -> None:
    """A wrong count, a row that is cut, a power that is none; a difference is flagged."""
    found = parse_history(history(line))
    assert found
    assert (rows, complete) == (len(found.rows), found.complete)


@pytest.mark.parametrize("line", ["()", "(240801000000S)(00.5*kW)", "(2)(1-0:1.8.0)(1-0:2.8.0)(240801000000S)", "(3)"])
def test_a_profile_of_other_things_is_no_history(line: str) -> None:
    """Hungary prints a monthly bill under the same code."""
    assert parse_history(history(line)) is None


@pytest.mark.parametrize(
    ("code", "cells", "value", "unit", "valid"),
    [
        ("24.2.3", ["240708200459S", "08538.167*m3"], 8538.167, "m3", True),
        ("24.2.3", ["240708200459S", "08538.167m3"], 8538.167, "m3", True),
        ("24.2.1", ["240708200459S", "0001234*dm3"], 1.234, "m3", True),
        ("24.2.1", ["240708200459S", "12.3456*m3"], 12.3456, "m3", True),
        ("24.2.1", ["240708200459S", "9876*MJ"], 9.876, "GJ", True),
        ("24.2.1", ["240708200459S", "00012.500*kWh"], 12.5, "kWh", True),
        ("24.2.3", ["240708200459S", "08538.167*m3", "stray"], 8538.167, "m3", True),
        ("24.3.0", ["161107190000", "00", "60", "1", "0-1:24.2.1", "m3", "00001.001"], 1.001, "m3", True),
        ("24.2.3", ["632525252525W", "00000.000"], 0, None, False),
        ("24.2.1", ["700101010000W", "00000000"], 0, None, False),
        ("24.2.3", ["632525252525W", "00000.000*m3"], 0, "m3", False),
        ("24.2.1", ["00012.500*m3"], 12.5, "m3", False),
    ],
)
def test_a_count_and_whether_it_is_a_reading(
    code: str, cells: list[str], value: float, unit: str | None, *, valid: bool
) -> None:
    """Scaled to m3, GJ or kWh; a meter that is paired but was not read has no reading, which is not zero."""
    count = parse_count(code, cells)
    assert count
    assert (value, unit, valid) == (count.value, count.unit, count.valid)
    assert round(value * 1000) == count.thousandths


@pytest.mark.parametrize("cells", [[""], ["240708200459S"], ["240708200459S", "5*kvar"], ["240708200459S", "x*m3"]])
def test_what_is_no_count_is_none(cells: list[str]) -> None:
    """No number, or a unit that no M-Bus meter counts in."""
    assert parse_count("24.2.1", cells) is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [("", ""), ("48616C6C6F", "Hallo"), ("C3A9", "é"), ("E9", "é"), ("486", "486"), ("Hallo", "Hallo"), ("xx", "xx")],
)
def test_a_text_is_utf8_or_latin_1_or_plain(raw: str, text: str) -> None:
    """By its bytes in hexadecimal; what is no hexadecimal stays as it is."""
    assert text == plain_text(raw)


@given(text=st.text())
def test_nothing_printable_moves_a_cursor(text: str) -> None:
    """Escapes, bells and marks that turn the writing round are shown, not obeyed."""
    assert printable(text).isprintable()
    assert text.isprintable() == (printable(text) == text)


def test_serials_and_eans() -> None:
    """A serial spells a text or does not; an EAN has 18 digits that are not all zero."""
    assert serial_text("3153414731323334353637383930") == "1SAG1234567890"
    assert [None] * 4 == [serial_text(raw) for raw in ("", "98763990", "72554", "12345678901234567890123456789012")]
    assert ean("353431343430303132333435363738393030") == "541440012345678900"
    assert [None] * 4 == [ean(raw) for raw in ("", "2D" * 18, "0" * 18, "30" * 18)]
