"""What can stand in the cells of a line: numbers with their units, peaks, limits, counts, texts. Knows no telegram."""

import re
from dataclasses import dataclass
from typing import Final

from lib.core.obis import Form, find
from lib.core.stamp import Stamp, parse_stamp

MOST_ROWS: Final = 15  # of any profile
OFF: Final = "off"  # a limit that is none
CODE = re.compile(r"[0-9]+-[0-9]+:[0-9]+\.[0-9]+\.[0-9]+")
# minus, digits, decimals, "*", unit; longer digits are no measured value, and a float could not hold them
NUMBER = re.compile(r"(-?)([0-9]{1,15})(?:[.,]([0-9]{1,9}))?(\*?)([A-Za-z][A-Za-z0-9]*)?")
# unit → (what it measures, tens by which it counts in Wh, W, V, A, litres, MJ, VA)
UNITS: Final = {
    unit: (measure, tens)
    for measure, units in (
        ("energy", {"Wh": 0, "kWh": 3, "MWh": 6}),
        ("power", {"W": 0, "kW": 3, "MW": 6}),
        ("voltage", {"mV": -3, "V": 0, "kV": 3}),
        ("current", {"mA": -3, "A": 0, "kA": 3}),
        ("volume", {"l": 0, "dm3": 0, "m3": 3}),
        ("heat", {"MJ": 0, "GJ": 3}),
        ("apparent", {"VA": 0, "kVA": 3}),
    )
    for unit, tens in units.items()
}
MEASURED: Final = {
    Form.ENERGY: ("energy", "kWh"),
    Form.POWER: ("power", "kW"),
    Form.VOLTAGE: ("voltage", "V"),
    Form.CURRENT: ("current", "A"),
}
COUNTED: Final = {"volume": "m3", "heat": "GJ", "energy": "kWh"}  # what M-Bus meters count, and in which unit


@dataclass(frozen=True, slots=True)
class Peak:
    """The highest quarter of a month: its average and the meter's stamp (the end of the quarter)."""

    stamp: Stamp
    peak_w: float


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One row of the history: the peak of the month that ended at `capture` (00:00 on the first of the next)."""

    capture: Stamp
    stamp: Stamp
    peak_w: float


@dataclass(frozen=True, slots=True)
class History:
    """The peaks of the months before, in the order printed. `count` is what the meter said it prints."""

    rows: tuple[HistoryRow, ...]
    count: int | None = None

    @property
    def complete(self) -> bool:
        """Whether the rows are as many as announced."""
        return self.count is None or self.count == len(self.rows)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit as printed, in `unit`; see `off`."""

    value: float
    unit: str

    @property
    def off(self) -> bool:
        """Whether it is one of the values that mean "no limit": 99.999 or 999.9 kW, 999 A."""
        return self.value == 99.999 or self.value >= 999


@dataclass(frozen=True, slots=True)
class Count:
    """What an M-Bus meter counted at its own stamp: `value` in m3, GJ or kWh; `unit` is None where none is printed."""

    stamp: Stamp
    value: float
    code: str
    unit: str | None = None

    @property
    def thousandths(self) -> int:
        """The count in whole thousandths of `unit`: litres for m3, MJ for GJ."""
        return round(self.value * 1000)

    @property
    def valid(self) -> bool:
        """False for a meter that is paired but was not read yet: no reading is not a reading of zero."""
        return self.unit is not None and self.stamp.known is not None


def whole(cell: str) -> int | None:
    """A whole number of ASCII digits; None for anything else."""
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) <= 15 else None


def amount(cell: str, measure: str, unit: str) -> float | None:
    """A number in Wh, W, V, A, litres or MJ, scaled by the unit printed (`unit` where none is); whole where it can be.

    None for anything else: `NaN`, `1e999`, `1_0`, a unit of another measure, a stamp (`221220203958W` is no watts).
    """
    match = NUMBER.fullmatch(cell)
    if match is None or (len(match[2]) >= 12 and not match[4]):
        return None
    measured, tens = UNITS.get(match[5] or unit, ("", 0))
    if measured != measure:
        return None
    return scaled(match[1], match[2], match[3] or "", tens)


def scaled(minus: str, digits: str, decimals: str, tens: int) -> float:
    """`digits.decimals` × 10^`tens`, exact: an int where the result is whole by its digits."""
    tens -= len(decimals)
    number = int(minus + digits + decimals)
    return int(number * 10**tens) if tens >= 0 else number / 10**-tens


def parse_limit(cell: str) -> Limit | None:
    """A limit in the unit printed (kW, kVA, A)."""
    match = NUMBER.fullmatch(cell)
    return Limit(scaled(match[1], match[2], match[3] or "", 0), match[5] or "") if match else None


def parse_peak(cells: list[str]) -> Peak | None:
    """Stamp and power in either order: new Walloon meters print the power first. The power is what has the `*`.

    Where a copy lost the `*`, it is the last cell that reads as a power; a stamp never does.
    """
    one, other = cells if len(cells) == 2 else ("", *cells)
    stamp, power = (other, one) if "*" in one and "*" not in other else (one, other)
    peak_w = amount(power, "power", "kW")
    if peak_w is None:
        stamp, peak_w = power, amount(stamp, "power", "kW")
    return None if peak_w is None else Peak(parse_stamp(stamp), peak_w)


def parse_history(cells: list[str]) -> History | None:
    """The month peaks, by the list of ids that heads them: two ids in Flanders, five from an industrial meter.

    Rows that are cut, or more than `MOST_ROWS`, are left out; None when the line is not of this form.
    """
    ids = cells[1:]
    ids = ids[: next((at for at, cell in enumerate(ids) if not CODE.fullmatch(cell)), len(ids))]
    peak_ids = [at for at, code in enumerate(ids, start=1) if code == "1-0:1.6.0"][:2]
    if len(peak_ids) < 2:
        return None
    width = 1 + len(ids)
    rows: list[HistoryRow] = []
    for start in range(width, min(len(cells), width * (MOST_ROWS + 1)), width):
        row = cells[start : start + width]
        peak = parse_peak([row[at] for at in peak_ids]) if len(row) == width else None
        if peak is not None:
            rows.append(HistoryRow(parse_stamp(row[0]), peak.stamp, peak.peak_w))
    return History(tuple(rows), whole(cells[0]))


def parse_count(code: str, cells: list[str]) -> Count | None:
    """An M-Bus reading: (stamp)(value*unit); DSMR 2 and 3 print the unit in the cell before the value."""
    old = code == "24.3.0" and len(cells) > 2
    match = NUMBER.fullmatch(cells[-1] if old else cells[:2][-1])
    if match is None:
        return None
    printed = match[5] or (cells[-2] if old else None)
    measure, tens = UNITS.get(printed, ("", 3)) if printed else ("", 3)
    if printed and measure not in COUNTED:
        return None
    stamp = parse_stamp(cells[0] if len(cells) > 1 else "")
    return Count(stamp, scaled(match[1], match[2], match[3] or "", tens - 3), code, COUNTED.get(measure))


def plain_text(raw: str) -> str:
    """A text that the meter prints as hexadecimal: UTF-8, else latin-1; the raw text when it is no hexadecimal."""
    try:
        data = bytes.fromhex(raw)
    except ValueError:
        return raw
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def printable(text: str) -> str:
    """`text` with everything escaped that would move a cursor or colour a terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def serial_text(raw: str) -> str | None:
    """The serial that hexadecimal digits spell, as on the meter's plate (`1SAG…`); None when they spell none."""
    text = plain_text(raw)
    return text if text and text != raw and text.isascii() and text.isprintable() else None


def spelled(code: str, value: str) -> str:
    """The value of a line as people read it: texts, serials and EANs in hexadecimal digits are spelled out.

    A limit that limits nothing is `OFF`, whatever number the meter prints for that.
    """
    row = find(code)
    if row and row[0].form is Form.LIMIT:
        limit = parse_limit(value)
        return OFF if limit is not None and limit.off else value
    match row[0].field if row else "":
        case "message_raw" | "message_code_raw":
            return plain_text(value)
        case "belgian_serial" | "old_serial" | "device_name" | "serial" | "ean_raw":
            return serial_text(value) or value
    return value


def ean(raw: str) -> str | None:
    """The 18 digits of an EAN; None for the dashes and zeros that mean "not set"."""
    text = plain_text(raw)
    return text if len(text) == 18 and text.isascii() and text.isdigit() and text.strip("0") else None
