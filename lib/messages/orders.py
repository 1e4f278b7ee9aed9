"""What people and other programs may tell a program to do, and its answers. The same at /ws, over REST and typed."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from lib.core.modes import Mode, Phases


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMode:
    """What a charger shall do from now on."""

    charger: str
    mode: Mode
    type: Literal["set_mode"] = "set_mode"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPhases:
    """On how many phases a charger that can switch shall charge."""

    charger: str
    phases: Phases
    type: Literal["set_phases"] = "set_phases"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSoc:
    """How full a car is now, as its owner reads it."""

    car: str
    soc_pct: Annotated[float, Field(ge=0, le=100)]
    type: Literal["set_soc"] = "set_soc"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCar:
    """Which car hangs on a charger, until it is unplugged; "" when it is a guest's."""

    charger: str
    car: str
    type: Literal["set_car"] = "set_car"


@dataclass(frozen=True, slots=True, kw_only=True)
class Boost:
    """Charge as fast as the circuits allow for so long, above the paid peak too; 0 minutes ends it."""

    charger: str
    minutes: Annotated[float, Field(ge=0, le=1440)] = 60.0
    type: Literal["boost"] = "boost"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptPeak:
    """The month's peak that the owner accepts until the month ends; 0 takes that back. For dm."""

    peak_w: Annotated[float, Field(ge=0, le=100_000)]
    type: Literal["accept_peak"] = "accept_peak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An order that is carried out, in a sentence."""

    what: str
    type: Literal["done"] = "done"


Order = SetMode | SetPhases | SetSoc | SetCar | Boost | AcceptPeak
