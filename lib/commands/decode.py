"""`dm.py --decode FILE|-`: telegrams in, one JSON object per telegram out. Numbers are exact decimal strings."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from io import FileIO
from typing import Any
from unicodedata import category

from lib.core.p1 import Framer, cause_of_silence
from lib.core.reading import MbusMeter, Parser, Reading
from lib.core.stamp import Stamp
from lib.core.values import ean, plain_text, serial_text

CHUNK = 64 * 1024
PHASES = (1, 2, 3)
Json = dict[str, Any]


def run(source: str, *, no_crc: bool) -> int:
    """Print the telegrams of a file (`-`: standard input) as they come, and count good and bad ones on stderr.

    Returns 0; 1 when no telegram was good or the source cannot be read. Ctrl-C ends a source that has no end.
    """
    framer = Framer(no_crc=no_crc)
    parser = Parser()
    good = 0
    try:
        for telegrams in _telegrams(source, framer):
            good += len(telegrams)
            for telegram in telegrams:
                print(json.dumps(decoded(parser.parse(telegram))))
            sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output, `head` perhaps, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # takes what is still held back for it
        return 0
    except OSError as error:
        print(f"{source}: cannot be decoded: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    print(f"{good} good, {framer.rejected} bad", file=sys.stderr)
    if not good and (cause := cause_of_silence(framer.rest)):
        print(cause, file=sys.stderr)
    if not good and framer.rejected and not no_crc:
        print("telegrams of an old meter or a pasted copy may have no CRC: try --no-crc", file=sys.stderr)
    return 0 if good else 1


def _telegrams(source: str, framer: Framer) -> Iterator[list[bytes]]:
    """What each read of the source completes; unbuffered, so a pipe from a live meter is followed."""
    with FileIO(0 if source == "-" else source, closefd=source != "-") as stream:
        while piece := stream.read(CHUNK):
            yield framer.feed(piece)
    yield framer.finish()


def decoded(reading: Reading) -> Json:
    """A reading as the JSON object of the recorded cases; what the telegram does not say has no key."""
    found: Json = {
        "ident": reading.ident,
        "version": reading.version,
        "version_text": _version_text(reading.version),
        "timestamp": _stamp(reading.clock),
        "meter_id": reading.serial,
        "meter_id_text": serial_text(reading.serial or ""),
        "grid": None if reading.grid is None else str(reading.grid),
        "tariff": reading.tariff,
        "energy_kwh": _energy(reading),
        "power_kw": _power(reading),
        "quarter_avg_kw": _kilo(reading.quarter_w),
        "voltage_v": _phases(reading, "voltage_l{}_v"),
        "current_a": _phases(reading, "current_l{}_a"),
        "breaker": reading.breaker,
        "relays": {str(number): state for number, state in reading.relays} or None,
        "mbus": [_meter(meter) for meter in reading.mbus] or None,
        "failures_short": reading.failures_short,
        "failures_long": reading.failures_long,
    }
    if reading.month_peak:
        found["month_peak"] = {"ts": _stamp(reading.month_peak.stamp), "kw": _kilo(reading.month_peak.peak_w)}
    if reading.history is not None:
        found |= _history(reading)
    if reading.limiter:
        found["limiter"] = {"value": _text(reading.limiter.value), "unit": reading.limiter.unit}
    if reading.fuse:
        found["fuse_a"] = {"l1": _text(reading.fuse.value)}
    found |= _message("text", reading.message_raw) | _message("text_code", reading.message_code_raw)
    found = {key: value for key, value in found.items() if value is not None}
    return found | _ean(reading.ean_raw)


def _ean(raw: str | None) -> Json:
    """The EAN as printed and as its 18 digits, which are null where it was never set."""
    return {} if raw is None else {"ean_raw": raw, "ean": ean(raw)}


def _text(value: float) -> str:
    return f"{Decimal(repr(value)):f}"


def _kilo(value: float | None) -> str | None:
    """Thousands of what is counted in ones: kW of W, kWh of Wh."""
    return None if value is None else f"{Decimal(repr(value)) / 1000:f}"


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _stamp(stamp: Stamp | None) -> Json | None:
    if stamp is None:
        return None
    return {"raw": stamp.raw, "utc": _utc(stamp.at)} | (
        {"assumed_local": "Europe/Brussels"} if stamp.assumed_local else {}
    )


def _version_text(version: str | None) -> str | None:
    """New Walloon meters spell the version in hexadecimal: 3231313130 is 21110."""
    text = serial_text(version or "") or ""
    return text if len(text) > 2 and text.isdigit() else None


def _energy(reading: Reading) -> Json | None:
    found = {
        f"{way}_{name}": _kilo(getattr(reading, f"{way}_{register}_wh"))
        for way in ("import", "export")
        for register, name in (("total", "total"), *((tariff, f"t{tariff}") for tariff in range(1, 6)))
    }
    return {key: value for key, value in found.items() if value is not None} or None


def _power(reading: Reading) -> Json | None:
    net = {"import": _kilo(reading.import_w), "export": _kilo(reading.export_w)}
    phases = {
        f"l{phase}_{way}": _kilo(getattr(reading, f"{way}_l{phase}_w"))
        for way in ("import", "export")
        for phase in PHASES
    }
    return {key: value for key, value in (net | phases).items() if value is not None} or None


def _phases(reading: Reading, field: str) -> Json | None:
    values = ((f"l{phase}", getattr(reading, field.format(phase))) for phase in PHASES)
    found: Json = {key: _text(value) for key, value in values if value is not None}
    return found or None


def _history(reading: Reading) -> Json:
    history = reading.history
    assert history is not None
    rows = [
        {"month_end": _stamp(row.capture), "ts": _stamp(row.stamp), "kw": _kilo(row.peak_w)} for row in history.rows
    ]
    found: Json = {"peak_history": rows}
    if history.count is not None:
        found["peak_history_raw_count"] = str(history.count)
    return found if history.complete else found | {"peak_history_count_mismatch": True}


def _meter(meter: MbusMeter) -> Json:
    found: Json = {
        "channel": meter.channel,
        "type": meter.type,
        "kind": meter.kind,
        "id": meter.serial,
        "id_text": serial_text(meter.serial or ""),
        "valve": meter.valve,
    }
    found = {key: value for key, value in found.items() if value is not None}
    found |= _ean(meter.ean_raw)
    if count := meter.reading:
        found["reading"] = {
            "ts": _stamp(count.stamp),
            "value": _text(count.value),
            "unit": count.unit,
            "obis": count.code,
        } | ({} if count.valid else {"valid": False})
    return found


def _message(key: str, raw: str | None) -> Json:
    """A text, or its bytes in hexadecimal where it holds control characters."""
    if raw is None:
        return {}
    text = plain_text(raw)
    if not any(category(char) == "Cc" for char in text):
        return {key: text}
    return {f"{key}_hex": raw.encode("latin-1").hex().upper() if text == raw else raw}
