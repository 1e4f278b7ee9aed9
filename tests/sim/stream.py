"""Telegrams out of bytes, by the book and independent of the program's own framer and CRC."""

import re

TELEGRAM = re.compile(rb"/[^!]*!([0-9A-F]{4})\r\n")


def crc16(data: bytes) -> int:
    """CRC-16/ARC bit by bit: polynomial 0xA001 (reflected), start 0."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def whole(stream: bytes) -> list[bytes]:
    """The telegrams of `stream` whose CRC is right."""
    return [one[0] for one in TELEGRAM.finditer(stream) if crc16(one[0][:-6]) == int(one[1], 16)]


def stamps(stream: bytes) -> list[str]:
    """The meter clocks of the whole telegrams of `stream`."""
    return [line.decode() for one in whole(stream) for line in re.findall(rb"^0-0:1\.0\.0\((\w+)\)", one, re.MULTILINE)]
