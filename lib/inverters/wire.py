"""What inverters that speak Modbus share: its errors in their words, and one limit for all questions of a call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from lib.inverters import InverterSetupError, UnreachableError
from lib.modbus import AddressError, ModbusError
from lib.modbus.link import Link


def open_link(address: str, **known: Any) -> Link:
    """A link, as `Link` takes it. Raises InverterSetupError."""
    try:
        return Link(address, **known)
    except AddressError as error:
        raise InverterSetupError(str(error)) from None


@asynccontextmanager
async def within(seconds: float, link: Link) -> AsyncIterator[None]:
    """So long for all questions in it together. Raises UnreachableError, also for a no: asleep, some say no to all."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        await link.close()
        raise UnreachableError(f"{link.where} does not answer within {seconds:g} s: is it well?") from None
    except ModbusError as error:
        raise UnreachableError(str(error)) from error
