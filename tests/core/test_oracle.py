"""Another reader of the same telegrams, dsmr_parser, says the same wherever both know a line."""

import logging
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import pytest
from dsmr_parser import telegram_specifications as known
from dsmr_parser.parsers import TelegramParser

from lib.core.p1 import Framer
from lib.core.reading import Parser, Reading
from lib.core.stamp import BRUSSELS, Stamp
from lib.core.values import Limit
from tests.cases import Case, cases

# What it cannot read at all: a history of five ids or a count beyond its rows, a byte above 127, units glued on.
GIVES_UP = (InvalidOperation, IndexError, UnicodeError)
BY_VERSION = {"50": known.V5, "42": known.V4, "40": known.V4, None: known.V2_2}
BY_COUNTRY = {
    "BE": known.BELGIUM_FLUVIUS,
    "LU": known.LUXEMBOURG_SMARTY,
    "SE": known.SWEDEN,
    "FI": known.SWEDEN,
    "AT": known.AUSTRIA_ENERGIENETZE_STEIERMARK,
    "HU": known.EON_HUNGARY,
}
THOUSANDS = {"kWh": 1000, "kW": 1000}
SCALED = {"dm3": ("m3", 1000), "MJ": ("GJ", 1000)}  # which it gives as printed
UNSAID = object()  # what the two cannot be compared in; each use gives the reason

WHOLE: dict[str, Callable[[Reading], int | None]] = {
    "ELECTRICITY_ACTIVE_TARIFF": lambda reading: reading.tariff,
    "SHORT_POWER_FAILURE_COUNT": lambda reading: reading.failures_short,
    "LONG_POWER_FAILURE_COUNT": lambda reading: reading.failures_long,
}
TEXT: dict[str, Callable[[Reading], str | None]] = {
    "P1_MESSAGE_HEADER": lambda reading: reading.version,
    "BELGIUM_VERSION_INFORMATION": lambda reading: reading.version,
    "BELGIUM_EQUIPMENT_IDENTIFIER": lambda reading: reading.belgian_serial,
    "LUXEMBOURG_EQUIPMENT_IDENTIFIER": lambda reading: reading.device_name,
    "TEXT_MESSAGE": lambda reading: reading.message_raw,
}
LIMITS: dict[str, Callable[[Reading], Limit | None]] = {
    "ACTUAL_TRESHOLD_ELECTRICITY": lambda reading: reading.limiter,
    "FUSE_THRESHOLD_L1": lambda reading: reading.fuse,
}
MEASURED: dict[str, str] = {
    "ELECTRICITY_IMPORTED_TOTAL": "import_total_wh",
    "ELECTRICITY_EXPORTED_TOTAL": "export_total_wh",
    "CURRENT_ELECTRICITY_USAGE": "import_w",
    "CURRENT_ELECTRICITY_DELIVERY": "export_w",
    "BELGIUM_CURRENT_AVERAGE_DEMAND": "quarter_w",
    **{f"ELECTRICITY_USED_TARIFF_{tariff}": f"import_{tariff}_wh" for tariff in range(1, 5)},
    **{f"ELECTRICITY_DELIVERED_TARIFF_{tariff}": f"export_{tariff}_wh" for tariff in range(1, 5)},
    **{f"INSTANTANEOUS_ACTIVE_POWER_L{phase}_POSITIVE": f"import_l{phase}_w" for phase in (1, 2, 3)},
    **{f"INSTANTANEOUS_ACTIVE_POWER_L{phase}_NEGATIVE": f"export_l{phase}_w" for phase in (1, 2, 3)},
    **{f"INSTANTANEOUS_VOLTAGE_L{phase}": f"voltage_l{phase}_v" for phase in (1, 2, 3)},
    **{f"INSTANTANEOUS_CURRENT_L{phase}": f"current_l{phase}_a" for phase in (1, 2, 3)},
}


def exactly(value: float | None) -> Decimal | None:
    """A number of ours, to the last digit."""
    return None if value is None else Decimal(repr(value))


def instant(stamp: Stamp | None) -> object:
    """The instant of a stamp; unsaid where its letter contradicts the calendar, which dsmr_parser then believes."""
    if stamp is None or stamp.at is None:
        return None
    there = stamp.at.astimezone(BRUSSELS)
    return stamp.at if there.strftime("%y%m%d%H%M%S") == stamp.raw[:12] else UNSAID


def ours(reading: Reading, name: str) -> object:
    """What the reading says under a name of dsmr_parser; unsaid where the two cannot be compared."""
    if name in MEASURED:
        return exactly(getattr(reading, MEASURED[name]))
    if name in WHOLE:
        return WHOLE[name](reading)
    if name in TEXT:
        return TEXT[name](reading) or None  # an empty cell is None there
    if name in LIMITS:
        limit = LIMITS[name](reading)
        return limit and exactly(limit.value)
    peak = reading.month_peak
    match name:
        case "P1_MESSAGE_TIMESTAMP":
            return instant(reading.clock)
        case "BELGIUM_MAXIMUM_DEMAND_MONTH" if peak and peak.stamp.assumed_local:
            return UNSAID  # new Walloon meters print the power first, which it takes for the stamp and the reverse
        case "BELGIUM_MAXIMUM_DEMAND_MONTH":
            return peak and (instant(peak.stamp), exactly(peak.peak_w))
        case "BELGIUM_MAXIMUM_DEMAND_13_MONTHS":
            rows = reading.history.rows if reading.history else ()
            return [(instant(row.capture), instant(row.stamp), exactly(row.peak_w)) for row in rows]
        case "ACTUAL_SWITCH_POSITION" if not reading.relays:  # with relays it shows the last relay as the breaker
            return reading.breaker
    return UNSAID  # reactive power, failure logs and the like, which we keep as lines


def theirs(said: Any, name: str) -> object:
    """What dsmr_parser says, in W, Wh, V, A as the reading does."""
    if name in MEASURED:
        return said.value * THOUSANDS.get(said.unit, 1)
    if name in WHOLE or name == "ACTUAL_SWITCH_POSITION":
        return int(said.value)
    if name == "BELGIUM_MAXIMUM_DEMAND_MONTH":
        return said.datetime, said.value * THOUSANDS[said.unit]
    if name == "BELGIUM_MAXIMUM_DEMAND_13_MONTHS":
        return [(one.datetime, one.occurred, one.value * THOUSANDS[one.unit]) for one in said]
    return said.value


def equal(mine: object, other: object) -> bool:
    """Whether both say the same, in all that can be compared."""
    if isinstance(mine, list | tuple) and isinstance(other, list | tuple):
        return len(mine) == len(other) and all(map(equal, mine, other))
    return mine is UNSAID or other is UNSAID or mine == other


def devices(said: Any) -> list[tuple[object, ...]]:
    """The M-Bus meters that dsmr_parser shows, without the phantoms it makes of relays."""
    found: list[tuple[object, ...]] = []
    for device in getattr(said, "MBUS_DEVICES", ()):

        def one(*names: str, device: Any = device) -> Any:
            """What it says under the name it has in this country."""
            return next((getattr(device, name) for name in names if hasattr(device, name)), None)

        kind = one("MBUS_DEVICE_TYPE", "DEVICE_TYPE")
        reading = one("MBUS_METER_READING", "HOURLY_GAS_METER_READING", "GAS_METER_READING")
        serial = one("MBUS_EQUIPMENT_IDENTIFIER", "EQUIPMENT_IDENTIFIER_GAS")
        valve = one("MBUS_VALVE_POSITION", "VALVE_POSITION_GAS")  # which it does not read in every country
        if kind or reading:
            unit, parts = SCALED.get(reading.unit, (reading.unit, 1)) if reading else (None, 1)
            found.append(
                (
                    device.channel_id,
                    kind and int(kind.value),
                    serial and serial.value,
                    int(valve.value) if valve else UNSAID,
                    reading and (reading.datetime, reading.value / parts, unit),
                )
            )
    return sorted(found, key=str)


def meters(reading: Reading) -> list[tuple[object, ...]]:
    """Our M-Bus meters in the same form; of a channel with only a serial it makes no meter."""
    return [
        (
            one.channel,
            one.type,
            one.serial or None,
            one.valve,
            one.reading and (instant(one.reading.stamp), exactly(one.reading.value), one.reading.unit),
        )
        for one in reading.mbus
        if one.type is not None or one.reading is not None
    ]


def both(case: Case) -> tuple[Reading, Any]:
    """What each says of a case; None where dsmr_parser gives up."""
    (telegram,) = (framer := Framer(no_crc=case.no_crc)).feed(case.raw) + framer.finish()
    reading = Parser().parse(telegram)
    specification = BY_COUNTRY.get(case.country) or BY_VERSION[reading.version]
    plain = specification | {"general_global_cipher": False}  # none of the cases is encrypted
    parser = TelegramParser(plain, apply_checksum_validation=False)
    logging.getLogger("dsmr_parser").setLevel(logging.CRITICAL + 1)
    try:
        return reading, parser.parse(telegram.decode("latin-1") + "\r\n")
    except GIVES_UP:
        return reading, None


@pytest.mark.parametrize("case", cases("be", "other"), ids=lambda case: case.name)
def test_dsmr_parser_says_the_same(case: Case) -> None:
    """Each field that both know; the exceptions stand above with their reasons."""
    reading, said = both(case)
    for name, one in said or ():
        mine = ours(reading, name)
        assert mine is UNSAID or equal(mine, theirs(one, name)), (name, mine, theirs(one, name))
    assert said is None or equal(meters(reading), devices(said)), (meters(reading), devices(said))


def test_the_oracle_has_much_to_say() -> None:
    """It reads nine of ten cases, and of those nearly every line can be compared."""
    answers = [both(case) for case in cases("be", "other")]
    read = [(reading, said) for reading, said in answers if said is not None]
    assert len(read) > 0.9 * len(answers)
    fields = [ours(reading, name) for reading, said in read for name, _ in said]
    assert len([one for one in fields if one is not UNSAID]) > 0.8 * len(fields)
