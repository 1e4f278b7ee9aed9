"""Home batteries: one file per make, one ability for all. What they say stands in lib/core/battery.py.

`lib.batteries.keeper` keeps one of them alive: it reads, tells, refreshes before a watchdog ends, and hands back.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from lib.clock import Clock
from lib.core.battery import BatteryReading, BatteryRules, Setpoint

ANSWER_S = 4.5  # a call gives up after so long, whatever it asks for
NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


class BatteryError(Exception):
    """A battery cannot be used now; the sentence is for the owner and says what to do. The root of all others."""


class BatterySetupError(BatteryError):
    """A battery that can never be used as it is set up: an unknown make, a wrong option, a register that is missing."""


class UnreachableError(BatteryError):
    """No answer in time, or none that is one; an order may have been taken all the same."""


class RefusedError(BatteryError):
    """It answered no, in its own words."""


class Battery(Protocol):
    """A battery of any make. Its calls never overlap: whoever uses it asks one thing at a time.

    A call that is cancelled has hung up before it returns; what it was to change is then unknown.
    """

    @property
    def watchdog_s(self) -> float | None:
        """After so long without a word it goes back to its own mode; None: it keeps its last setpoint for ever."""

    @property
    def stored(self) -> bool:
        """Whether a setpoint goes to flash, so that few may be written a day."""

    @property
    def by_grid(self) -> bool:
        """Whether it is told the `grid_w` of a setpoint; False: its `power_w`. The other one may change unwritten."""

    @property
    def retake_s(self) -> float:
        """It may drop our control by itself: it is told again, but not sooner than so long after it was told again.

        0: it never does, so that control that is lost was taken by somebody else.
        """

    @property
    def polite_s(self) -> float:
        """So many seconds lie between two calls, but for one that cannot wait any longer."""

    async def read(self) -> BatteryReading:
        """What it says now, with what it is set to read back. Raises BatteryError, within 5 s."""

    async def order(self, setpoint: Setpoint) -> float:
        """Take control where it must be taken, tell it, and give the power that it took, clamped as it clamps.

        Also refreshes its watchdog, so it may be told the same again. Raises BatteryError, within 5 s.
        """

    async def release(self) -> None:
        """Hand it back to its own mode; harmless when it never was ours. Raises BatteryError, within 5 s."""

    async def close(self) -> None:
        """Let the connection go. Raises nothing; hands nothing back."""


def open_battery(
    make: str,
    address: str,
    *,
    rules: BatteryRules,
    user: str | None = None,
    password: str | None = None,
    options: Mapping[str, Any] = NO_OPTIONS,
    clock: Clock,
) -> Battery:
    """The battery of a make at an address, which is not asked yet.

    address: host or host:port. options of "victron": `unit` (100), `register` (2716 or 2700, else what it has) and
    `own_grid_w`, what 2700 gets back (what it was found at); of "sunspec": `unit` (1) and `watchdog_s`, 60 (usual) to
    120; of "marstek": `unit` (1) and `version`, 2 or 3 (else by what it answers); of "sessy": `most_w` (2200, older
    ones 1700).
    Raises BatterySetupError with a sentence for the owner.
    """
    from lib.batteries.options import Options

    match make:
        case "victron":
            from lib.batteries.victron import REGISTERS, open_victron

            found = Options(options, name=rules.name, make=make, allowed=("unit", "register", "own_grid_w"))
            return open_victron(
                address,
                rules=rules,
                clock=clock,
                unit=found.whole("unit", 100, least=0, most=247),
                register=found.choice("register", REGISTERS),
                own_grid_w=found.optional("own_grid_w", least=-30_000, most=30_000),
            )
        case "sunspec":
            from lib.batteries.sunspec import open_sunspec

            found = Options(options, name=rules.name, make=make, allowed=("unit", "watchdog_s"))
            return open_sunspec(
                address,
                rules=rules,
                clock=clock,
                unit=found.whole("unit", 1, least=0, most=247),
                watchdog_s=found.whole("watchdog_s", 60, least=60, most=120),
            )
        case "marstek":
            from lib.batteries.marstek import VERSIONS, open_marstek

            found = Options(options, name=rules.name, make=make, allowed=("unit", "version"))
            return open_marstek(
                address,
                rules=rules,
                clock=clock,
                unit=found.whole("unit", 1, least=0, most=247),
                version=found.choice("version", VERSIONS),
            )
        case "sessy":
            from lib.batteries.sessy import MOST_W, Sessy

            found = Options(options, name=rules.name, make=make, allowed=("most_w",))
            most_w = found.number("most_w", MOST_W, least=100.0, most=MOST_W)
            return Sessy(address, rules=rules, user=user, password=password, most_w=most_w, clock=clock)
        case _:
            makes = "victron, sunspec, marstek, sessy"
            raise BatterySetupError(f"{rules.name}: {make!r} is no battery we know; it can be {makes}")
