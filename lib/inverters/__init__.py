"""Solar inverters: one file per make, one ability for all. What they say stands in lib/core/sun.py.

`lib.inverters.watch` keeps one of them read and held back, and knows when it sleeps.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from lib.clock import Clock
from lib.core.sun import InverterReading

ANSWER_S = 4.5  # a call gives up after so long, whatever it asks for
NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})
OPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType({"fronius": (), "kostal": ("unit",), "sunspec": ("unit",)})


class InverterError(Exception):
    """An inverter cannot be used now; the sentence is for the owner and says what to do. The root of all others."""


class InverterSetupError(InverterError):
    """An inverter that can never be used as it is set up: an unknown make, a wrong address or option."""


class UnreachableError(InverterError):
    """No answer in time, or none that is one, as at night; an order may have been taken all the same."""


class RefusedError(InverterError):
    """It answered no, or does not do what it was told."""


class Inverter(Protocol):
    """An inverter of any make. Its calls never overlap: whoever uses it asks one thing at a time.

    A call that is cancelled has hung up before it returns; what it was to change is then unknown.
    """

    @property
    def polite_s(self) -> float:
        """So many seconds lie between two readings."""

    async def read(self) -> InverterReading:
        """What it says now, with what it is held back to read back.

        Raises InverterError, within 5 s; the first reading may look around for 25 s.
        """

    async def hold(self, limit_w: float | None) -> None:
        """Hold the sun back to so much, until its own timer of `LIMIT_S` ends it; None lets it go.

        Raises InverterError, within 5 s, also where it cannot.
        """

    async def close(self) -> None:
        """Let the connection go. Raises nothing; an order to hold back stands until its timer ends it."""


def open_inverter(
    make: str, address: str, *, name: str, options: Mapping[str, Any] = NO_OPTIONS, clock: Clock
) -> Inverter:
    """An inverter of `make`, "fronius", "kostal" or "sunspec", which is not asked yet.

    address: host or host:port. options: `unit` of those that speak Modbus. clock: whose seconds `read_s` counts.
    Raises InverterSetupError with a sentence for the owner.
    """
    if make not in OPTIONS:
        raise InverterSetupError(f"{name}: {make!r} is no inverter we know; it can be {', '.join(OPTIONS)}")
    if unknown := sorted(set(options) - set(OPTIONS[make])):
        has = ", ".join(OPTIONS[make]) or "none"
        raise InverterSetupError(f"{name}: {unknown[0]!r} is no option of an inverter {make!r}; it has {has}")
    unit = options.get("unit")
    if unit is not None and (type(unit) is not int or not 0 <= unit <= 247):
        raise InverterSetupError(f"{name}: unit is a whole number from 0 to 247, and not {unit!r}")
    try:
        match make:
            case "fronius":
                from lib.inverters.fronius import Fronius

                return Fronius(address, clock=clock)
            case "kostal":
                from lib.inverters.kostal import UNIT, Kostal

                return Kostal(address, unit=UNIT if unit is None else unit, clock=clock)
            case _:
                from lib.inverters.sunspec import SunSpec

                return SunSpec(address, unit=1 if unit is None else unit, clock=clock)
    except InverterSetupError as error:
        raise InverterSetupError(f"{name}: {error}") from None
