"""Registers of a device over Modbus-TCP: what batteries and inverters share. The only importer of pymodbus.

`link` asks one device, `register` is a number in it, `sunspec` finds the models of one that keeps to that standard.
"""


class ModbusError(Exception):
    """A device cannot be asked now; the sentence is for the owner. The root of all others."""


class AddressError(ModbusError):
    """What the owner wrote is no address."""


class SilentError(ModbusError):
    """No answer in time, or none that is one; a write may have been taken all the same."""


class NoError(ModbusError):
    """It answered no. code: the exception code of Modbus, 1 to 11."""

    def __init__(self, says: str, *, code: int) -> None:
        super().__init__(says)
        self.code = code


ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, BUSY = 1, 2, 3, 6
NO_UNIT = frozenset({10, 11})  # nothing of that unit number is behind it
MISSING = frozenset({ILLEGAL_FUNCTION, ILLEGAL_ADDRESS})  # how a device says that it has no such register
