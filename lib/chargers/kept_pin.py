"""gpiozero's pins over lgpio, for a line that must not move when it is opened or closed.

In: lines of /dev/gpiochipN. Out: a factory of gpiozero. lgpio can only claim a line as an input, or as an output with a
level that one must know before: so the level is first read by the kernel's own request "as it is". Imported only where
gpiozero and lgpio are. Source: the kernel's GPIO character device, version 2 (linux/gpio.h).
"""

import fcntl
import os
import struct
from typing import Any

import lgpio  # type: ignore[import-untyped, import-not-found, unused-ignore]  # there is none for every machine
from gpiozero.pins.lgpio import LGPIOFactory, LGPIOPin  # type: ignore[import-untyped]  # it has no types
from gpiozero.pins.local import LocalPiPin  # type: ignore[import-untyped]  # it has no types

from lib.chargers import ChargerSetupError

CONSUMER = b"digital-meter"
# struct gpio_v2_line_request: offsets[64], consumer[32], flags and attributes (none: as it is), lines, …, fd
REQUEST = struct.Struct("=256s32s272sII20si")
VALUES = struct.Struct("=QQ")  # struct gpio_v2_line_values: bits, mask
GET_LINE = 0xC000B407 | REQUEST.size << 16
GET_VALUES = 0xC000B40E | VALUES.size << 16


class KeptPin(LGPIOPin):  # type: ignore[misc]  # gpiozero has no types
    """A pin that is an output from its first moment, with the level that its line has, and stays one."""

    def __init__(self, factory: Any, info: Any) -> None:
        LocalPiPin.__init__(self, factory, info)  # not LGPIOPin's own, which makes the line an input
        self._pwm = self._bounce = self._callback = None
        self._edges = lgpio.BOTH_EDGES
        level = read_level(f"/dev/gpiochip{factory.chip}", self._number)
        lgpio.gpio_claim_output(factory._handle, self._number, int(level))

    def close(self) -> None:
        """Leave the line as it is."""


def kept_factory() -> Any:
    """This Raspberry Pi's lines. Raises ChargerSetupError where there are none."""
    try:
        factory = LGPIOFactory()
    except Exception as error:
        raise ChargerSetupError(f"this machine has no GPIO that a relay could hang on: {error}") from error
    factory.pin_class = KeptPin
    return factory


def read_level(chip: str, offset: int) -> bool:
    """The level of a line, which stays as it is. Raises OSError, also when another program has it."""
    device = os.open(chip, os.O_RDWR | os.O_CLOEXEC)
    try:
        request = bytearray(REQUEST.pack(struct.pack("=I", offset), CONSUMER, b"", 1, 0, b"", 0))
        fcntl.ioctl(device, GET_LINE, request)
        line = REQUEST.unpack(request)[-1]
        try:
            values = bytearray(VALUES.pack(0, 1))
            fcntl.ioctl(line, GET_VALUES, values)
            return bool(VALUES.unpack(values)[0] & 1)
        finally:
            os.close(line)
    finally:
        os.close(device)
