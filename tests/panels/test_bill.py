"""The month and the year as a bill."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from lib.core.charges import Part
from lib.messages import Bill, BillRow
from lib.panels.bill import render_bill
from lib.panels.look import Room
from tests.panels.golden import LOOK, LOOKS, styles
from tests.panels.words import ROWS, a_bill, a_simple_bill, brussels

ROOM = Room(76, 24)


def lines(bill: Bill | None, room: Room = ROOM) -> list[str]:
    """The panel by lines."""
    return render_bill(bill, LOOK, room).plain.split("\n")


def test_each_part_has_its_sum_and_its_lines() -> None:
    """From top to bottom as on a bill, the total last."""
    assert [
        "€                                          Jun 2026                     2026",
        "Electricity taken             400.00 kWh      99.58   4135.19 kWh    1030.37",
        "  energy Day                  180.00 kWh      27.75   1930.21 kWh     297.61",
        "  energy Night                220.00 kWh      29.53   2204.98 kWh     295.47",
        "  network                     400.00 kWh      22.17   4135.19 kWh     229.17",
        "  excise                      400.00 kWh      20.13   4135.19 kWh     208.12",
        "Electricity injected           50.00 kWh      −0.84   1210.00 kWh     −20.21",
        "Fixed                                          6.49                    53.18",
        "  supplier                       21 days       5.47      172 days      44.77",
        "  data management                21 days       1.03      172 days       8.41",
        "Capacity tariff                  3.52 kW      16.84                    97.84",
        "Gas                            23.502 m³      39.05    812.345 m³    1296.76",
        "  gas                          23.502 m³      37.04    812.345 m³    1280.26",
        "  supplier                       21 days       2.02      172 days      16.50",
        "Water                           7.120 m³      43.43     52.003 m³     317.22",
        "",
        "Total                                        204.56                  2775.16",
    ] == lines(a_bill())


def test_a_new_peak_in_the_make_is_an_alarm() -> None:
    """What the month would cost; no such line where it costs nothing."""
    text = render_bill(a_bill(if_peak_eur=205.04), LOOK, ROOM)
    assert {LOOK.colours.alarm} == styles(text, "If this quarter ends as forecast")
    assert {LOOK.colours.over} == styles(text, "205.04")
    assert "forecast" not in "".join(lines(a_bill()))


def test_marks_and_notes_say_what_is_not_as_it_will_be() -> None:
    """Late, estimated, provisional, without a price."""
    found = lines(a_simple_bill())
    assert ["€", "~Jun", "2026", "~2026"] == found[0].split()
    assert [
        "Total ~?                                      15.93                    15.93",
        "~ Jun and 2026 counted since Thu 18 Jun 21:07",
        "~ a pause of the program is in it, by the meter's counters",
        "~ 12.3 kWh stand at an estimated price until it is published",
        "? 3.2 kWh wait for their price",
    ] == found[-5:]
    one_late = lines(a_bill(year_since=brussels("2026-03-02 08:00")))
    assert "~ 2026 counted since Mon 2 Mar 08:00" == one_late[-1]
    assert ["€", "Jun", "2026", "~2026"] == one_late[0].split()
    assert not any("~" in line or "?" in line for line in lines(a_bill()))


def test_a_low_room_begins_with_the_sums() -> None:
    """The total, the alarm, each part; below, where one scrolls to, the lines."""
    found = lines(a_bill(if_peak_eur=205.04), Room(76, 10, whole=True))
    labels = [
        *("€", "Total", "If this quarter ends as forecast", "Electricity taken", "Electricity injected", "Fixed"),
        *("Capacity tariff", "Gas", "Water", "", "Electricity taken", "  energy Day"),
    ]
    assert labels == [line[: len(label)] for label, line in zip(labels, found, strict=False)]
    assert "" == found[9]
    assert found[-1].startswith("Water")


def test_a_narrow_room_drops_quantities_before_euro() -> None:
    """First the year's, then the month's; names become short."""
    assert "Taken             400.00 kWh      99.58    1030.37" in lines(a_bill(), Room(50, 24))
    assert "Taken           99.58    1030.37" in lines(a_bill(), Room(32, 24))


def test_what_the_month_lacks_is_a_dash() -> None:
    """A supplier that was left in spring."""
    gone = BillRow(part=Part.FIXED, name="old supplier", year_quantity=90, year_eur=21.5)
    (line,) = [line for line in lines(a_bill(rows=(*ROWS, gone)), Room(76, 30)) if "old supplier" in line]
    assert ["old", "supplier", "–", "90", "days", "21.50"] == line.split()


def test_before_the_first_bill_nothing_is_made_up() -> None:
    """The panel waits."""
    assert ["waiting for the first telegram"] == lines(None)


def test_ascii_gets_ascii() -> None:
    """Also the names that the rates give."""
    bill = a_bill(rows=(*ROWS, replace(ROWS[0], name="énergie – fixe")))
    for room in (ROOM, Room(30, 8)):
        assert render_bill(bill, LOOKS["ascii"], room).plain.isascii()


def test_a_name_from_elsewhere_cannot_write_to_the_terminal() -> None:
    """Whatever the rates call their lines."""
    bill = a_bill(rows=(replace(ROWS[0], name="\x1b[2J\n"), ROWS[1]))
    assert all(line.isprintable() for line in lines(bill))


EURO = st.none() | st.floats()
BILL_ROWS = st.builds(
    BillRow,
    part=st.sampled_from(Part),
    name=st.text(max_size=40),
    band=st.sampled_from(["", "Day", "PIC"]),
    month_quantity=EURO,
    month_eur=EURO,
    year_quantity=EURO,
    year_eur=EURO,
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(BILL_ROWS, max_size=12),
    EURO,
    st.integers(1, 240),
    st.integers(1, 70),
    st.booleans(),
    st.integers(0, 10**9),
)
def test_any_bill_fits_any_room(
    rows: list[BillRow],
    eur: float | None,
    width: int,
    height: int,
    whole: bool,
    unpriced_wh: int,
) -> None:
    """No line is wider than the room, whatever numbers and names there are."""
    bill = a_bill(rows=tuple(rows), if_peak_eur=eur, month_eur=eur or 0.0, unpriced_wh=unpriced_wh, estimated=whole)
    for look in LOOKS.values():
        text = render_bill(bill, look, Room(width, height, whole))
        assert max(map(cell_len, text.plain.split("\n"))) <= width
