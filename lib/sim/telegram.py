"""What a Belgian meter of interface version 50221 prints: a display in, one telegram in bytes out.

Lines in the order of real meters, CR LF after each, CRC-16/ARC over "/" to "!" as four hexadecimal digits.
Knows no world and no wire. Source: e-MUCS P1 2.1.1. Serials and connection numbers are invented.
"""

from collections.abc import Iterator
from datetime import datetime

from fastcrc import crc16

from lib.sim.brussels import ZONE
from lib.sim.meter import Display, MonthPeak

IDENTIFICATION = r"/FLU5\253769484_A"
_EAN_POWER = "541499900000000018"
_EAN_GAS = "541499900000000025"
_EAN_WATER = "541499900000000032"


def telegram(display: Display) -> bytes:
    """The whole telegram, from "/" to the CR LF behind its CRC."""
    body = "\r\n".join([IDENTIFICATION, "", *_lines(display), "!"]).encode("ascii")
    return b"%s%04X\r\n" % (body, crc16.arc(body))


def _lines(display: Display) -> Iterator[str]:
    yield "0-0:96.1.4(50221)"
    yield "1-0:94.32.1(400)"
    yield f"0-0:96.1.1({_hexadecimal(display.serial)})"
    yield f"0-0:96.1.2({_hexadecimal(_EAN_POWER)})"
    yield f"0-0:1.0.0({_stamp(display.at)})"
    yield f"1-0:1.8.1({_thousands(display.taken_wh[0], 6)}*kWh)"
    yield f"1-0:1.8.2({_thousands(display.taken_wh[1], 6)}*kWh)"
    yield f"1-0:2.8.1({_thousands(display.injected_wh[0], 6)}*kWh)"
    yield f"1-0:2.8.2({_thousands(display.injected_wh[1], 6)}*kWh)"
    yield f"0-0:96.14.0({display.tariff:04d})"
    yield f"1-0:1.4.0({_thousands(display.quarter_w)}*kW)"
    yield f"1-0:1.6.0({_stamp(display.month_peak.at)})({_thousands(display.month_peak.power_w)}*kW)"
    yield f"0-0:98.1.0({len(display.history)})(1-0:1.6.0)(1-0:1.6.0){''.join(map(_month, display.history))}"
    yield f"1-0:1.7.0({_thousands(display.taken_w)}*kW)"
    yield f"1-0:2.7.0({_thousands(display.injected_w)}*kW)"
    for code, power_w in zip((21, 41, 61), display.phases_w, strict=True):
        yield f"1-0:{code}.7.0({_thousands(max(0, power_w))}*kW)"
    for code, power_w in zip((22, 42, 62), display.phases_w, strict=True):
        yield f"1-0:{code}.7.0({_thousands(max(0, -power_w))}*kW)"
    for code, volt in zip((32, 52, 72), display.volts_v, strict=True):
        yield f"1-0:{code}.7.0({volt:05.1f}*V)"
    for code, current_a in zip((31, 51, 71), display.currents_a, strict=True):
        yield f"1-0:{code}.7.0({current_a:06.2f}*A)"
    yield "0-0:96.3.10(1)"  # the breaker is closed
    yield "0-0:17.0.0(99.999*kW)"  # no limiter
    yield "1-0:31.4.0(999.99*A)"  # no fuse supervision
    for relay in (1, 2, 3, 4):
        yield f"0-{relay}:96.3.10(0)"
    yield "0-0:96.13.0()"
    yield "0-1:24.1.0(003)"
    yield f"0-1:96.1.1({_hexadecimal('7SIM' + display.serial[4:])})"
    yield f"0-1:96.1.2({_hexadecimal(_EAN_GAS)})"
    yield "0-1:24.4.0(1)"
    yield f"0-1:24.2.3({_stamp(display.gas.at)})({_thousands(display.gas.dm3, 5)}*m3)"
    yield "0-2:24.1.0(007)"
    yield f"0-2:96.1.1({_hexadecimal('8SIM' + display.serial[4:])})"
    yield f"0-2:96.1.2({_hexadecimal(_EAN_WATER)})"
    yield f"0-2:24.2.1({_stamp(display.water.at)})({_thousands(display.water.dm3, 5)}*m3)"


def _month(row: MonthPeak) -> str:
    return f"({_stamp(row.captured)})({_stamp(row.peak.at)})({_thousands(row.peak.power_w)}*kW)"


def _stamp(at: datetime) -> str:
    """Local time with S (UTC+2) or W (UTC+1)."""
    now = at.astimezone(ZONE)
    return f"{now:%y%m%d%H%M%S}{'S' if now.dst() else 'W'}"


def _thousands(value: int, digits: int = 2) -> str:
    """W as kW, Wh as kWh, dm³ as m³: at least `digits` before the point and three behind it."""
    whole, rest = divmod(value, 1000)
    return f"{whole:0{digits}d}.{rest:03d}"


def _hexadecimal(text: str) -> str:
    return text.encode("ascii").hex().upper()
