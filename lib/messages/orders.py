"""What people and other programs may tell a program to do, and its answer. The same at /ws, over REST and typed.

Wire form: one JSON object with its `type`; unknown fields are ignored. What is wrong with one is said in a sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, get_args, get_type_hints

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from lib.core.modes import Mode, Phases, StorageMode
from lib.core.outside import FREE

LONGEST_SHOWN = 40


def _as_word(value: object) -> object:
    """1 and 3 as words, for who writes them as numbers."""
    return str(value) if type(value) is int else value


PRINTABLE: Final = r"^\P{C}+$"
ChargerName = Annotated[str, Field(pattern=PRINTABLE, max_length=64, description="the name of a charger")]
CarName = Annotated[str, Field(pattern=PRINTABLE, max_length=64, description="the name of a car")]
Guest = Annotated[
    str, Field(pattern=r"^\P{C}*$", max_length=64, description='the name of a car, or "" for that of a guest')
]
ModeWord = Annotated[Mode, Field(description=f"one of {', '.join(Mode)}")]
PhasesWord = Annotated[Phases, BeforeValidator(_as_word), Field(description=f"one of {', '.join(Phases)}")]
StorageWord = Annotated[StorageMode, Field(description=f"one of {', '.join(StorageMode)}")]
Percent = Annotated[float, Field(ge=0, le=100, strict=True, description="a number of percent from 0 to 100")]
Minutes = Annotated[float, Field(ge=0, le=1440, strict=True, description="a number of minutes from 0 to 1440")]
Watts = Annotated[float, Field(ge=0, le=100_000, strict=True, description="a number of watts from 0 to 100000")]
Signed = Field(
    ge=-1_000_000, le=1_000_000, strict=True, description="a number of watts, + goes into the device, or null"
)
Power = Annotated[float | None, Signed]
Seconds = Annotated[float, Field(gt=0, le=60, strict=True, description="a number of seconds up to 60")]
TargetName = Annotated[
    str, Field(pattern=PRINTABLE, max_length=64, description='the name of a charger or circuit, or "battery"')
]
SourceName = Annotated[str, Field(pattern=PRINTABLE, max_length=64, description="the name of who proposes")]
Priority = Annotated[
    int, Field(ge=0, lt=4_000, strict=True, description="a whole number from 0 to 3999, the higher fences the lower")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMode:
    """What a charger shall do from now on."""

    charger: ChargerName
    mode: ModeWord
    type: Literal["set_mode"] = "set_mode"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPhases:
    """On how many phases a charger that can switch shall charge."""

    charger: ChargerName
    phases: PhasesWord
    type: Literal["set_phases"] = "set_phases"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSoc:
    """How full a car is now, as its owner reads it."""

    car: CarName
    soc_pct: Percent
    type: Literal["set_soc"] = "set_soc"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCar:
    """Which car hangs on a charger, until it is unplugged; "" when it is a guest's."""

    charger: ChargerName
    car: Guest
    type: Literal["set_car"] = "set_car"


@dataclass(frozen=True, slots=True, kw_only=True)
class Boost:
    """Charge as fast as the circuits allow for so long, above the paid peak too; 0 minutes ends it."""

    charger: ChargerName
    minutes: Minutes = 60.0
    type: Literal["boost"] = "boost"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptPeak:
    """The month's peak that the owner accepts until the month ends; 0 takes that back. For dm."""

    peak_w: Watts
    type: Literal["accept_peak"] = "accept_peak"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStorage:
    """What the home battery shall do from now on. For bs."""

    mode: StorageWord
    type: Literal["set_storage"] = "set_storage"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReserve:
    """How much of the home battery is kept for the month's peak; none: as the last weeks needed. For bs."""

    reserve_pct: Annotated[
        float | None, Field(ge=0, le=100, strict=True, description="a number of percent from 0 to 100, or null")
    ] = None
    type: Literal["set_reserve"] = "set_reserve"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSun:
    """To what the sun is held back, for a minute; none lets it go. For dm, whose inverters they are."""

    power_w: Annotated[
        float | None, Field(ge=0, le=100_000, strict=True, description="a number of watts from 0 to 100000, or null")
    ] = None
    type: Literal["limit_sun"] = "limit_sun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose:
    """What another program wants of a charger, a circuit or the battery for a while; lib/core/proposals.py joins them.

    It replaces what the same source said before at this priority. Without a wish the bounds alone count; both bounds 0
    are a pause. Renew it every 20 s. Above priority 100 the control token must be shown, also on this machine.
    """

    target: TargetName
    source: SourceName
    priority: Priority
    wish_w: Power = None
    low_w: Power = None
    high_w: Power = None
    for_s: Seconds = 60.0
    type: Literal["propose"] = "propose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """What another program wanted of a charger, a circuit or the battery does not count any more."""

    target: TargetName
    source: SourceName
    priority: Priority
    type: Literal["withdraw"] = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An order that is carried out, in a sentence."""

    what: str
    type: Literal["done"] = "done"


CarOrder = SetMode | SetPhases | SetSoc | SetCar | Boost
Order = CarOrder | AcceptPeak | SetStorage | SetReserve | LimitSun | Propose | Withdraw


class OrderError(ValueError):
    """What is no order; the sentence says what is allowed."""


def order_name(kind: type[Order]) -> str:
    """The `type` of an order on the wire, such as "set_mode"."""
    return str(kind.__dataclass_fields__["type"].default)


ORDERS: Final[Mapping[str, type[Order]]] = MappingProxyType({order_name(kind): kind for kind in get_args(Order)})


def needs_token(order: Order) -> bool:
    """Whether who gives it must show the control token, also on this machine: it would fence the house's own wishes."""
    return isinstance(order, Propose | Withdraw) and order.priority > FREE


def order_to_json(order: Order) -> str:
    """The frame of an order."""
    return _adapter(order.type).dump_json(order).decode()


def parse_order(frame: str | bytes) -> Order:
    """The order of a frame. Raises OrderError."""
    try:
        said = parse_fields(frame)
    except OrderError as error:
        raise OrderError(f"{error}; a typed line must not start with {{") from error
    name = said.get("type")
    if not isinstance(name, str):
        raise OrderError('an order says its type, such as {"type": "set_mode", …}; this one has none')
    if name not in ORDERS:
        raise OrderError(no_order(name))
    return order_of(ORDERS[name], said)


def no_order(name: str) -> str:
    """What is said to an order that nobody knows."""
    return f"{name[:LONGEST_SHOWN]!r} is no order; there are {', '.join(ORDERS)}"


def parse_fields(frame: str | bytes) -> dict[str, Any]:
    """The fields of a JSON object. Raises OrderError."""
    try:
        said = from_json(frame, allow_inf_nan=False)
    except ValueError as error:
        raise OrderError(f"this is no JSON object ({error})") from error
    if not isinstance(said, dict):
        raise OrderError('this is no JSON object; one looks like {"charger": "garage", "mode": "pv_only"}')
    return said


def order_of(kind: type[Order], said: Mapping[str, object]) -> Order:
    """An order with these fields. Raises OrderError for the first that is wrong or missing."""
    try:
        return _adapter(order_name(kind)).validate_python(dict(said))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    allowed = _described(kind).get(name, repr(order_name(kind)))
    if first["type"] == "missing":
        raise OrderError(f"{order_name(kind)} needs {name}: {allowed}")
    raise OrderError(f"{name} is {allowed}, and not {repr(said[name])[:LONGEST_SHOWN]}")


def order_schema(kind: type[Order]) -> dict[str, Any]:
    """The JSON schema of an order without its `type`, whole in one piece."""
    whole = _adapter(order_name(kind)).json_schema()
    kinds = whole.pop("$defs", {})
    fields = {name: field for name, field in whole["properties"].items() if name != "type"}
    for name, field in fields.items():
        if "$ref" in field:
            fields[name] = kinds[field.pop("$ref").rpartition("/")[2]] | field
    return whole | {"properties": fields}


@cache
def _adapter(name: str) -> TypeAdapter[Order]:
    """Built at the first order of its name, once for the process."""
    return TypeAdapter(ORDERS[name])


def _described(kind: type[Order]) -> dict[str, str]:
    """What each field of an order may hold, in words."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: about.description
        for name, hint in hints.items()
        for about in getattr(hint, "__metadata__", ())
        if getattr(about, "description", None)
    }
