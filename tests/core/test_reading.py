"""A telegram → what it says. The values of all cases are compared in tests/commands/test_decode.py."""

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.commands.decode import decoded
from lib.core.obis import CHANNEL_TABLE, TABLE
from lib.core.p1 import Framer
from lib.core.reading import GROUPS_KEPT, LINES_KEPT, Parser, Reading
from lib.core.stamp import BRUSSELS
from tests.cases import Case, cases, telegram
from tests.core.test_values import NOT_NUMBERS


def telegrams(case: Case) -> list[bytes]:
    """The good telegrams of a case."""
    framer = Framer(no_crc=case.no_crc)
    return framer.feed(case.raw) + framer.finish()


def read(*lines: str, ident: str = "/TST5\\1") -> Reading:
    """The reading of a telegram with these lines, by a parser that saw nothing before."""
    (only,) = Framer().feed(telegram(*lines, ident=ident))
    return Parser().parse(only)


def by_arrival(reading: Reading) -> bool:
    """Whether only the telegrams before can tell the hour: no letter, in the hour that autumn repeats."""
    clock = reading.clock
    if clock is None or clock.at is None or not clock.assumed_local:
        return False
    there = clock.at.astimezone(BRUSSELS)
    return there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()


ALL = [one for case in cases("be", "other", "malformed") for one in telegrams(case)]
CODES = [*TABLE, *(f"0-{channel}:{code}" for channel in (1, 2, 8) for code in CHANNEL_TABLE), "9-9:9.9.9", "1-0:1.7"]
LATIN_1 = [cell for cell in NOT_NUMBERS if max(cell, default="") <= "\xff"]
CELLS = st.one_of(
    st.sampled_from([*LATIN_1, "00.350*kW", "001", "255", "240708200756S", "632525252525W", "1-0:1.6.0", "m3", "2D2D"]),
    st.text(st.characters(max_codepoint=255, exclude_characters="()"), max_size=20),
    st.integers(0, 10**20).map(str),
)
LINES = st.one_of(
    st.builds(
        lambda code, cells: code + "".join(f"({cell})" for cell in cells), st.sampled_from(CODES), st.lists(CELLS)
    ),
    st.text(st.characters(max_codepoint=255), max_size=30),
)


@settings(deadline=None, max_examples=300)
@given(lines=st.lists(LINES, max_size=12), ident=st.text(st.characters(max_codepoint=255), max_size=9))
def test_no_telegram_raises(lines: list[str], ident: str) -> None:
    """Whatever its lines hold: what is unreadable is left out, and the rest can be shown."""
    parser = Parser()
    for _ in range(2):  # the second time from memory
        reading = parser.parse(telegram(*lines, ident="/" + ident)[:-6])
        json.dumps(decoded(reading))
        assert reading.message is None or reading.message.isprintable()
        assert {*reading.counting("gas", "water")} <= {*reading.mbus}


@given(raw=st.binary(max_size=300))
def test_no_bytes_raise(raw: bytes) -> None:
    """Not even bytes that never were a telegram."""
    json.dumps(decoded(Parser().parse(raw)))


@settings(deadline=None)
@given(order=st.randoms(use_true_random=False))
def test_a_parser_that_remembers_says_what_a_new_one_says(order: random.Random) -> None:
    """In any order, each telegram more than once: memory is speed and nothing else."""
    remembering = Parser()
    for one in order.choices(ALL, k=60):
        fresh = Parser().parse(one)
        reading = remembering.parse(one)
        assert fresh == reading or by_arrival(fresh)


def test_a_memory_that_overflows_forgets_nothing_that_counts() -> None:
    """More different lines and M-Bus meters than are kept."""
    parser = Parser()
    gas = "0-1:24.2.3(240708200459S)({:09.3f}*m3)"
    for n in range(LINES_KEPT + GROUPS_KEPT):
        one = telegram("0-1:24.1.0(003)", f"1-0:1.8.1({n:010.3f}*kWh)", gas.format(n / 8), "0-2:96.3.10(1)")[:-6]
        reading = parser.parse(one)
        assert Parser().parse(one) == reading
        assert (n * 1000, n * 125) == (
            reading.import_1_wh,
            reading.mbus[0].reading and reading.mbus[0].reading.thousandths,
        )
    assert len(parser._lines) <= LINES_KEPT
    assert len(parser._groups) <= GROUPS_KEPT


def units(one: bytes) -> list[bytes]:
    """The lines of a telegram, each with the cells that continue it."""
    found: list[bytes] = []
    for line in one[:-1].replace(b"\r", b"").split(b"\n")[1:]:
        if line.startswith(b"(") and found and found[-1][:1].isdigit():
            found[-1] += b"\r\n" + line
        else:
            found.append(line)
    return found


@settings(deadline=None)
@given(one=st.sampled_from(ALL), order=st.randoms(use_true_random=False))
def test_the_order_of_lines_is_free(one: bytes, order: random.Random) -> None:
    """Any order of different lines says the same; of a code that comes twice the first counts, so those stay out."""
    lines = units(one)
    times = Counter(line.partition(b"(")[0].strip() for line in lines)
    lines = [line for line in lines if times[line.partition(b"(")[0].strip()] == 1]
    head = one.replace(b"\r", b"").split(b"\n")[0]
    straight = Parser().parse(b"\r\n".join([head, *lines, b"!"]))
    order.shuffle(lines)
    shuffled = Parser().parse(b"\r\n".join([head, *lines, b"!"]))
    assert sorted(straight.other) == sorted(shuffled.other)
    assert {**vars(straight), "other": None} == {**vars(shuffled), "other": None}


def test_the_first_of_a_code_counts() -> None:
    """Also where the second is the better one; a code that prints no cell at all says nothing."""
    assert read("1-0:1.7.0(00.100*kW)", "1-0:1.7.0(00.200*kW)").import_w == 100
    assert read("1-0:1.7.0(NaN*kW)", "1-0:1.7.0(00.200*kW)").import_w is None
    assert read("1-0:1.7.0", "1-0:1.7.0(00.200*kW)").import_w == 200
    gas = read("0-1:24.2.3(240708200459S)(00001.000*m3)", "0-1:24.2.3(240708200559S)(00002.000*m3)").mbus[0].reading
    assert gas
    assert gas.value == 1


def test_unknown_lines_are_kept_as_they_stand() -> None:
    """Shown to the owner, never fatal: codes of other countries, cells without code, plain words."""
    lines = ("1-0:99.97.0(1)(0-0:96.7.19)(000101000001W)(7*s)", "9-9:9.9.9(x)", "hello", "1-0:3.7.0(00.1*kvar)")
    assert lines == read(*lines, "1-0:1.7.0(00.1*kW)").other
    assert read("(orphan)").other == ("(orphan)",)


def test_a_line_that_begins_with_a_cell_continues_the_one_before() -> None:
    """Gas of DSMR 3 and histories of the printed specification; also when both halves came alone before."""
    half, rest = "0-1:24.3.0(161107190000)(00)(60)(1)(0-1:24.2.1)(m3)", "(00001.001)"
    parser = Parser()
    for lines in ((half,), (rest,), (half, rest), (rest, half)):
        parser.parse(telegram(*lines)[:-6])
    meter = parser.parse(telegram(half, rest)[:-6]).mbus[0]
    assert meter.reading
    assert (1.001, "m3") == (meter.reading.value, meter.reading.unit)
    assert parser.parse(telegram(rest, half)[:-6]).mbus[0].reading is None


@pytest.mark.parametrize("end", [b"\n", b"\r\r\n"])
def test_line_ends_of_a_bridge_change_nothing(end: bytes) -> None:
    """A telegram whose CRC was made over other line ends, or over a mixture of them, reads the same."""
    usual = telegram("0-0:96.1.4(50217)", "1-0:1.7.0(00.350*kW)", "0-0:96.13.0()")[:-6]
    expected = Parser().parse(usual)
    assert expected == Parser().parse(usual.replace(b"\r\n", end))
    mixed = usual.replace(b"(50217)\r\n", b"(50217)" + end)
    assert expected == Parser().parse(mixed)
    assert read("1-0:1.7.0(00.350*kW)") == Parser().parse(b"/TST5\\1\r\n\r\n1-0:1.7.0(00.350*kW)!")


def test_no_measurement_is_not_zero_watts() -> None:
    """A frame without lines, and a house that draws nothing, are two things."""
    assert read().grid_w is None
    assert read("1-0:1.7.0(00.000*kW)", "1-0:2.7.0(00.000*kW)").grid_w == 0
    assert read("1-0:1.7.0(00.000*kW)", "1-0:2.7.0(01.250*kW)").grid_w == -1250
    assert read("1-0:1.7.0(00.300*kW)").grid_w == 300


def test_registers_are_whole_watt_hours() -> None:
    """By tariff where the meter has tariffs, else its total."""
    assert read("1-0:1.8.1(009087.306*kWh)", "1-0:1.8.2(000000.001*kWh)").imported_wh == {"1": 9_087_306, "2": 1}
    assert read("1-0:2.8.0(000326641*Wh)").exported_wh == {"total": 326_641}
    assert read("1-0:1.8.0(000003.000*kWh)", "1-0:1.8.4(000001.000*kWh)").imported_wh == {"4": 1000}
    assert read().imported_wh == {}


def test_the_breaker_is_the_meters_own() -> None:
    """Relays are numbered and apart; a channel that prints only a relay is no M-Bus meter."""
    reading = read("0-4:96.3.10(0)", "0-0:96.3.10(2)", "0-1:96.3.10(1)")
    assert (2, ((1, 1), (4, 0)), ()) == (reading.breaker, reading.relays, reading.mbus)


def test_a_serial_comes_from_the_line_that_is_meant_for_it() -> None:
    """In any order of lines: the Belgian code, else the older one, else the name of the device."""
    lines = ["0-0:42.0.0(AUX1)", "0-0:96.1.0(22)", "0-0:96.1.1(33)"]
    assert read(*lines).serial == read(*lines[::-1]).serial == "33"
    assert read(*lines[:2]).serial == read(*lines[1::-1]).serial == "22"
    assert read("0-0:96.1.1()", lines[0]).serial == "AUX1"
    assert read("0-0:96.1.1()").serial == ""
    assert read().serial is None


@pytest.mark.parametrize(
    ("lines", "delta"),
    [
        (["1-0:94.32.1(230)"], True),
        (["1-0:94.32.1(400)", "1-0:32.7.0(230*V)", "1-0:52.7.0(0*V)", "1-0:72.7.0(230*V)"], False),
        (["1-0:32.7.0(233.0*V)", "1-0:52.7.0(000.0*V)", "1-0:72.7.0(233.9*V)"], True),
        (["1-0:32.7.0(133.1*V)", "1-0:52.7.0(128.2*V)", "1-0:72.7.0(128.3*V)"], True),
        (["1-0:32.7.0(233.1*V)", "1-0:52.7.0(231.2*V)", "1-0:72.7.0(229.3*V)"], False),
        (["1-0:32.7.0(233.1*V)"], False),
        ([], False),
    ],
)
def test_a_delta_grid_is_known_by_its_line_or_its_volts(lines: list[str], *, delta: bool) -> None:
    """On 3×230 V the zero of L2 is no fault, and old Walloon meters print phase to neutral."""
    assert delta == read(*lines).is_delta


def gas(channel: int, at: str, m3: str, kind: str = "003") -> list[str]:
    """The lines of an M-Bus meter."""
    return [f"0-{channel}:24.1.0({kind})", f"0-{channel}:96.1.1(0{channel})", f"0-{channel}:24.2.3({at})({m3})"]


def test_the_medium_is_the_type_and_each_that_was_read_counts() -> None:
    """Channels are only the order of installation; a replaced meter stays on the wire; never read is no reading."""
    old, new = gas(1, "240201032500W", "00000.000*m3"), gas(2, "240219124503W", "03412.808*m3")
    water = gas(3, "240219124503W", "00012.000*m3", "007")
    reading = read(*old, *water, *new, *gas(4, "632525252525W", "00000.000"))
    assert [1, 2, 3, 4] == [meter.channel for meter in reading.mbus]
    assert [1, 2] == [meter.channel for meter in reading.counting("gas")]
    assert [3] == [meter.channel for meter in reading.counting("water", "hot_water")]
    assert [] == read(*gas(1, "632525252525W", "00000.000")).counting("gas")
    assert [] == read("0-1:96.1.1()").counting("gas")
    assert [] == reading.counting("heat_inlet")


def test_a_gas_reading_without_its_type_is_gas_in_belgium() -> None:
    """A shortened copy: 24.2.3 is gas not corrected for temperature; 24.2.1 may be anything."""
    assert read("0-1:24.2.3(240708200459S)(00001.000*m3)").counting("gas")
    assert read("0-1:24.2.1(240708200459S)(00001.000*m3)").counting("gas", "water") == []


def test_a_text_is_shown_escaped() -> None:
    """What would clear the owner's screen stands there in letters."""
    raw = "\x1b[2JHé\x07".encode().hex().upper()
    assert read(f"0-0:96.13.0({raw})").message == r"\x1b[2JHé\x07"
    assert read("0-0:96.13.0()").message == ""
    assert read().message is None


def test_a_stream_without_letter_runs_on_through_the_autumn_night() -> None:
    """An old Walloon meter prints 02:00-02:59 twice; UTC is strictly increasing."""
    parser = Parser()
    at = datetime(2025, 10, 25, 23, 58, tzinfo=UTC)
    for _ in range(130):
        clock = at.astimezone(BRUSSELS).strftime("%y%m%d%H%M%S")
        assert at == parser.parse(telegram(f"0-0:1.0.0({clock})")[:-6]).at
        at += timedelta(minutes=1)
