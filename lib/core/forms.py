"""How each line is read: what stands behind its first bracket → its value. Knows no telegram and no field.

Nearly every meter prints measured values and the history in one form, which is read in one stroke; whatever is written
otherwise goes cell by cell through lib/core/values.py, with the same result.
"""

import re
from collections.abc import Callable
from typing import Final

from lib.core.obis import Form, Obis
from lib.core.stamp import stamp_of
from lib.core.values import (
    MEASURED,
    UNITS,
    Count,
    History,
    HistoryRow,
    Peak,
    amount,
    parse_count,
    parse_history,
    parse_limit,
    parse_peak,
    scaled,
    whole,
)

CELL = re.compile(r"\(([^()]*)\)")
LONGEST_NUMBER = 14
_STAMP = r"[0-9]{6}(?:[01][0-9]|2[0-3])[0-9]{4}[SW]"
PEAK = re.compile(rf"({_STAMP})\)\(([0-9]{{1,9}})\.([0-9]{{3}})\*kW\)")
COUNT = re.compile(rf"({_STAMP})\)\(([0-9]{{1,9}})\.([0-9]{{3}})\*m3\)")
PROFILE = re.compile(
    rf"([0-9]{{1,2}})\)\(1-0:1\.6\.0\)\(1-0:1\.6\.0\)(?:\({_STAMP}\)\({_STAMP}\)\([0-9]{{1,9}}\.[0-9]{{3}}\*kW\)){{1,15}}"
)
ROW = re.compile(r"\(([0-9]+[SW])\)\(([0-9]+[SW])\)\(([0-9]+)\.([0-9]+)\*kW\)")

# thirteen rows a telegram: past the frozen __init__, as stamps are (docs/adr/0003)
_new_row = object.__new__
_set_capture, _set_stamp, _set_peak_w = (HistoryRow.__dict__[name].__set__ for name in ("capture", "stamp", "peak_w"))

Read = Callable[[str], object]  # what stands behind the first bracket → the value, None when it is unreadable


class NoCellError(ValueError):
    """There is no whole cell in the line."""


def reader(row: Obis, code: str) -> Read:
    """What reads the lines of this code. It raises NoCellError, and nothing else."""
    match row.form:
        case Form.ENERGY | Form.POWER | Form.VOLTAGE | Form.CURRENT:
            return _measures(row.form)
        case Form.HISTORY:
            return read_history
        case Form.PEAK:
            return read_peak
        case Form.LIMIT:
            return lambda rest: parse_limit(cell_in(rest))
        case Form.CHANNEL if row.field == "reading":
            return _counts(code.partition(":")[2])
        case Form.WHOLE | Form.RELAY:
            return lambda rest: whole(cell_in(rest))
        case Form.CHANNEL if row.field in {"type", "valve"}:
            return lambda rest: whole(cell_in(rest))
    return cell_in


def cell_in(rest: str) -> str:
    """The first whole cell. Raises NoCellError."""
    if rest.find(")") == len(rest) - 1 >= 0 and "(" not in rest:  # nearly every line has one
        return rest[:-1]
    return cells_in(rest)[0]


def cells_in(rest: str) -> list[str]:
    """The whole cells, one at least. Raises NoCellError."""
    cells = CELL.findall("(" + rest)
    if not cells:
        raise NoCellError
    return cells


def _measures(form: Form) -> Read:
    measure, usual_unit = MEASURED[form]
    tens_of: Final = {f"{unit})": tens for unit, (what, tens) in UNITS.items() if what == measure}
    is_register = form is Form.ENERGY  # counts in whole Wh

    def read(rest: str) -> object:
        number, _, unit = rest.partition("*")
        before, _, after = number.partition(".")
        tens = tens_of.get(unit)
        if tens is not None and before and after and len(number) < LONGEST_NUMBER:
            digits = before + after
            if digits.isascii() and digits.isdecimal():
                if tens == len(after):
                    return int(digits)
                value = scaled("", before, after, tens)
                return int(value) if is_register else value
        other = amount(cell_in(rest), measure, usual_unit)
        return int(other) if is_register and other is not None else other

    return read


def read_peak(rest: str) -> Peak | None:
    """The peak of the running month; see `parse_peak`. Raises NoCellError."""
    usual = PEAK.fullmatch(rest)
    if usual is None:
        return parse_peak(cells_in(rest)[:2])
    return Peak(stamp_of(usual[1]), int(usual[2] + usual[3]))


def _counts(kind: str) -> Read:
    def read(rest: str) -> object:
        usual = COUNT.fullmatch(rest)
        if usual is None or kind == "24.3.0":
            return parse_count(kind, cells_in(rest))
        return Count(stamp_of(usual[1]), int(usual[2] + usual[3]) / 1000, kind, "m3")

    return read


def read_history(rest: str) -> History | None:
    """The month peaks; see `parse_history`. Raises NoCellError."""
    usual = PROFILE.fullmatch(rest)
    if usual is None:
        return parse_history(cells_in(rest))
    rows: list[HistoryRow] = []
    for capture, stamp, digits, decimals in ROW.findall(rest):
        row = _new_row(HistoryRow)
        _set_capture(row, stamp_of(capture))
        _set_stamp(row, stamp_of(stamp))
        _set_peak_w(row, int(digits + decimals))
        rows.append(row)
    return History(tuple(rows), int(usual[1]))
