"""The telegrams of the toy house are those of a real Belgian meter."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from dsmr_parser.parsers import TelegramParser
from dsmr_parser.telegram_specifications import BELGIUM_FLUVIUS

from lib.sim.meter import Display
from lib.sim.telegram import telegram
from lib.sim.world import World
from tests.sim.builders import NOON
from tests.sim.stream import crc16

NIGHTS = [datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2027, 3, 27, 22, tzinfo=UTC)]

ORDER = """
    0-0:96.1.4 1-0:94.32.1 0-0:96.1.1 0-0:96.1.2 0-0:1.0.0
    1-0:1.8.1 1-0:1.8.2 1-0:2.8.1 1-0:2.8.2 0-0:96.14.0 1-0:1.4.0 1-0:1.6.0 0-0:98.1.0 1-0:1.7.0 1-0:2.7.0
    1-0:21.7.0 1-0:41.7.0 1-0:61.7.0 1-0:22.7.0 1-0:42.7.0 1-0:62.7.0
    1-0:32.7.0 1-0:52.7.0 1-0:72.7.0 1-0:31.7.0 1-0:51.7.0 1-0:71.7.0
    0-0:96.3.10 0-0:17.0.0 1-0:31.4.0 0-1:96.3.10 0-2:96.3.10 0-3:96.3.10 0-4:96.3.10 0-0:96.13.0
    0-1:24.1.0 0-1:96.1.1 0-1:96.1.2 0-1:24.4.0 0-1:24.2.3 0-2:24.1.0 0-2:96.1.1 0-2:96.1.2 0-2:24.2.1
"""


def test_our_own_crc_is_right() -> None:
    """The check value of CRC-16/ARC."""
    assert crc16(b"123456789") == 0xBB3D


def test_telegram_is_framed_and_checked(house: World) -> None:
    """CR LF everywhere, an empty second line, and a CRC that an independent computation finds too."""
    told = telegram(house.show())
    assert told.startswith(b"/FLU5\\253769484_A\r\n\r\n0-0:96.1.4(50221)\r\n")
    assert re.fullmatch(rb"(?:[^\r\n!]*\r\n)+![0-9A-F]{4}\r\n", told)
    assert crc16(told[:-6]) == int(told[-6:-2], 16)
    assert 1_000 < len(told) < 2_000


def test_crc_keeps_its_leading_zeros(house: World) -> None:
    """Four digits also where the CRC is small."""
    for _ in range(200):
        house.step(1)
        assert re.search(rb"![0-9A-F]{4}\r\n\Z", telegram(house.show()))


def test_lines_stand_in_the_order_of_a_real_meter(house: World) -> None:
    """Version, grid, serial, clock, registers, quarter and peaks, powers, volts, amperes, limits, gas and water."""
    codes = re.findall(r"^(\d-\d:[\d.]+)\(", telegram(house.show()).decode(), re.MULTILINE)
    assert ORDER.split() == codes


@pytest.mark.parametrize("start", [NOON, datetime(2026, 1, 12, 17, 40, tzinfo=UTC), *NIGHTS], ids=str)
def test_dsmr_parser_reads_what_the_meter_shows(start: datetime) -> None:
    """An independent reader finds every value of the display, also with S and W of a clock change in it."""
    house = World(seed=2, start=start)
    parser = TelegramParser(BELGIUM_FLUVIUS)
    for _ in range(60):
        house.step(397)
        shown = house.show()
        assert values(shown) == read(parser, telegram(shown).decode())


def values(shown: Display) -> dict[str, object]:
    """The display in the units of a telegram."""
    return {
        "at": shown.at,
        "serial": shown.serial,
        "registers": [Decimal(wh) / 1000 for wh in shown.taken_wh + shown.injected_wh],
        "tariff": f"{shown.tariff:04d}",
        "quarter": Decimal(shown.quarter_w) / 1000,
        "peak": (shown.month_peak.at, Decimal(shown.month_peak.power_w) / 1000),
        "history": [(row.captured, row.peak.at, Decimal(row.peak.power_w) / 1000) for row in shown.history],
        "power": [Decimal(shown.taken_w) / 1000, Decimal(shown.injected_w) / 1000],
        "phases": [Decimal(power_w) / 1000 for power_w in shown.phases_w],
        "volts": [Decimal(f"{volt:.1f}") for volt in shown.volts_v],
        "amperes": [Decimal(f"{current_a:.2f}") for current_a in shown.currents_a],
        "gas": (3, shown.gas.at, Decimal(shown.gas.dm3) / 1000),
        "water": (7, shown.water.at, Decimal(shown.water.dm3) / 1000),
    }


def read(parser: TelegramParser, text: str) -> dict[str, object]:
    """The same, as dsmr_parser finds it."""
    told = parser.parse(text, throw_ex=True)
    gas, water = told.MBUS_DEVICES[0], told.MBUS_DEVICES[1]
    return {
        "at": told.P1_MESSAGE_TIMESTAMP.value,
        "serial": bytes.fromhex(told.BELGIUM_EQUIPMENT_IDENTIFIER.value).decode(),
        "registers": [
            told.ELECTRICITY_USED_TARIFF_1.value,
            told.ELECTRICITY_USED_TARIFF_2.value,
            told.ELECTRICITY_DELIVERED_TARIFF_1.value,
            told.ELECTRICITY_DELIVERED_TARIFF_2.value,
        ],
        "tariff": told.ELECTRICITY_ACTIVE_TARIFF.value,
        "quarter": told.BELGIUM_CURRENT_AVERAGE_DEMAND.value,
        "peak": (told.BELGIUM_MAXIMUM_DEMAND_MONTH.datetime, told.BELGIUM_MAXIMUM_DEMAND_MONTH.value),
        "history": [(row.datetime, row.occurred, row.value) for row in told.BELGIUM_MAXIMUM_DEMAND_13_MONTHS],
        "power": [told.CURRENT_ELECTRICITY_USAGE.value, told.CURRENT_ELECTRICITY_DELIVERY.value],
        "phases": [
            told.INSTANTANEOUS_ACTIVE_POWER_L1_POSITIVE.value - told.INSTANTANEOUS_ACTIVE_POWER_L1_NEGATIVE.value,
            told.INSTANTANEOUS_ACTIVE_POWER_L2_POSITIVE.value - told.INSTANTANEOUS_ACTIVE_POWER_L2_NEGATIVE.value,
            told.INSTANTANEOUS_ACTIVE_POWER_L3_POSITIVE.value - told.INSTANTANEOUS_ACTIVE_POWER_L3_NEGATIVE.value,
        ],
        "volts": [
            told.INSTANTANEOUS_VOLTAGE_L1.value,
            told.INSTANTANEOUS_VOLTAGE_L2.value,
            told.INSTANTANEOUS_VOLTAGE_L3.value,
        ],
        "amperes": [
            told.INSTANTANEOUS_CURRENT_L1.value,
            told.INSTANTANEOUS_CURRENT_L2.value,
            told.INSTANTANEOUS_CURRENT_L3.value,
        ],
        "gas": (gas.MBUS_DEVICE_TYPE.value, gas.MBUS_METER_READING.datetime, gas.MBUS_METER_READING.value),
        "water": (water.MBUS_DEVICE_TYPE.value, water.MBUS_METER_READING.datetime, water.MBUS_METER_READING.value),
    }


@pytest.mark.parametrize(("evening", "letters"), list(zip(NIGHTS, ("SW", "WS"), strict=True)), ids=["autumn", "spring"])
def test_stamps_of_a_clock_change_are_a_second_apart(evening: datetime, letters: str) -> None:
    """Through both nights every stamp, read by its letter alone, is one second after the one before."""
    house = World(seed=1, start=evening)
    house.step(timedelta(hours=2, minutes=50))
    seen = []
    for _ in range(1_200):
        house.step(1)
        text = re.search(rb"0-0:1\.0\.0\((\d{12})([SW])\)", telegram(house.show()))
        assert text
        offset = timedelta(hours=2 if text[2] == b"S" else 1)
        seen.append((datetime.strptime(f"{text[1].decode()}+0000", "%y%m%d%H%M%S%z") - offset, text[2].decode()))
    assert [timedelta(seconds=1)] * 1_199 == [b[0] - a[0] for a, b in pairwise(seen)]
    assert letters == "".join(dict.fromkeys(letter for _, letter in seen))


def test_connection_numbers_are_eighteen_digits_with_a_right_check_digit(house: World) -> None:
    """An EAN-18 as any reader may check it: weights 3 and 1 from the right."""
    found = re.findall(r"0-\d:96\.1\.2\(([0-9A-F]{36})\)", telegram(house.show()).decode())
    assert len(found) == 3
    for digits in (bytes.fromhex(one).decode() for one in found):
        assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits))) % 10 == 0
