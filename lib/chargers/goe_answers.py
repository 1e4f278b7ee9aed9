"""What a go-eCharger answers, by its API v2 and by the older v1 → values with units. Pure; it knows no wire.

Source: the maker's list of API keys (v2), and his "go-eCharger API" of the first two hardware generations (v1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lib.chargers.values import number, text, whole
from lib.core.charger import LEAST_A, Plug

PLUGS: Mapping[int, Plug] = MappingProxyType(
    {1: Plug.EMPTY, 2: Plug.CHARGING, 3: Plug.CONNECTED, 4: Plug.CONNECTED, 5: Plug.FAULT}
)
FAULTS: Mapping[int, str] = MappingProxyType(
    {
        1: "residual current (AC)",
        2: "residual current (DC)",
        3: "phase fault",
        4: "overvoltage",
        5: "overcurrent",
        6: "diode fault of the car",
        7: "cable not recognised",
        8: "no earth",
        9: "a contactor is stuck",
        10: "a contactor is missing",
        13: "too hot",
        14: "its parts do not talk to one another",
    }
)
OFF, ON = 1, 2  # of frc; 0 leaves it to the charger
ONE_PHASE, THREE_PHASES = 1, 2  # of psm; 0 leaves it to the charger
OWN_SURPLUS = 12  # of modelStatus
SUPPLY, CAR = 0b111000, 0b000111  # of v1's pha: before and after the contactor


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What it says, whichever API.

    Attributes:
        plug: None when it does not say.
        set_a: what it is set to; offered_a: what the car may take now; most_a: of installation and cable.
        allowed: whether the car may charge; forced: v2's frc.
        phases_in: before the contactor; phases_out: after it, 0 while it is open; phases: on how many it charges.

    """

    plug: Plug | None = None
    set_a: float | None = None
    offered_a: float | None = None
    least_a: float = LEAST_A
    most_a: float | None = None
    allowed: bool | None = None
    forced: int | None = None
    phases: int | None = None
    phase_mode: int | None = None
    phases_in: int | None = None
    phases_out: int | None = None
    phases_a: tuple[float, float, float] | None = None
    power_w: float | None = None
    plugin_wh: float | None = None
    total_wh: float | None = None
    limit_wh: float | None = None
    temperature_c: float | None = None
    fault: str = ""
    warning: str = ""
    serial: str = ""


def parse_v2(answer: Mapping[str, Any]) -> Status:
    """The answer of /api/status: numbers, booleans, null."""
    plug = _plug(answer.get("car"))
    mode, in_use = whole(answer.get("psm")), whole(answer.get("pnp"))
    phases = {ONE_PHASE: 1, THREE_PHASES: 3}.get(mode or 0, in_use or None)
    limits = [a for a in (number(answer.get("ama")), number(answer.get("cbl"))) if a]
    allowed = answer.get("alw")
    return Status(
        plug=plug,
        set_a=number(answer.get("amp")),
        offered_a=number(answer.get("acu")),
        least_a=max(LEAST_A, number(answer.get("mca")) or LEAST_A),
        most_a=min(limits, default=None),
        allowed=allowed if isinstance(allowed, bool) else None,
        forced=whole(answer.get("frc")),
        phases=phases,
        phase_mode=mode,
        phases_a=_drawn_a(answer, plug, unit_a=1.0),
        power_w=_drawn_w(answer, plug, unit_w=1.0),
        plugin_wh=number(answer.get("wh")),
        total_wh=number(answer.get("eto")),
        limit_wh=number(answer.get("dwo")),
        fault=_fault(answer, plug),
        warning=_warning_v2(answer),
        serial=text(answer.get("sse")),
    )


def parse_v1(answer: Mapping[str, Any]) -> Status:
    """The answer of /status: all of it text, but for the list of currents and powers."""
    plug = _plug(answer.get("car"))
    masks = whole(answer.get("pha"))
    limits = [a for a in (number(answer.get("ama")), number(answer.get("cbl"))) if a]
    phases_in = None if masks is None else (masks & SUPPLY).bit_count()
    allowed = whole(answer.get("alw"))
    dws, eto, dwo = (number(answer.get(key)) for key in ("dws", "eto", "dwo"))
    return Status(
        plug=plug,
        set_a=number(answer.get("amp")),
        offered_a=number(answer.get("amp")) if allowed else None,
        most_a=min(limits, default=None),
        allowed=None if allowed is None else allowed == 1,
        phases=phases_in or None,
        phases_in=phases_in,
        phases_out=None if masks is None else (masks & CAR).bit_count(),
        phases_a=_drawn_a(answer, plug, unit_a=0.1),
        power_w=_drawn_w(answer, plug, unit_w=10.0),
        plugin_wh=None if dws is None else dws / 360,  # of 10 Ws each
        total_wh=None if eto is None else eto * 100,  # of 0.1 kWh each
        limit_wh=dwo * 100 if dwo else None,
        temperature_c=_temperature_c(answer),
        fault=_fault(answer, plug),
        serial=text(answer.get("sse")),
    )


def _plug(value: object) -> Plug | None:
    return PLUGS.get(whole(value) or 0)


def _drawn_a(answer: Mapping[str, Any], plug: Plug | None, *, unit_a: float) -> tuple[float, float, float] | None:
    amperes = [number(value) for value in _list(answer.get("nrg"))[4:7]]
    if plug is None or len(amperes) < 3 or None in amperes:
        return None
    l1, l2, l3 = ((a or 0.0) * unit_a if plug is Plug.CHARGING else 0.0 for a in amperes)
    return (l1, l2, l3)


def _drawn_w(answer: Mapping[str, Any], plug: Plug | None, *, unit_w: float) -> float | None:
    powers = _list(answer.get("nrg"))[11:12]
    power = number(powers[0]) if powers else None
    if power is None:
        return None
    return power * unit_w if plug in {Plug.CHARGING, None} else 0.0


def _fault(answer: Mapping[str, Any], plug: Plug | None) -> str:
    code = whole(answer.get("err"))
    if code:
        return FAULTS.get(code, f"error {code}")
    return "a fault without a name" if plug is Plug.FAULT else ""


def _warning_v2(answer: Mapping[str, Any]) -> str:
    if answer.get("fup") is True or whole(answer.get("modelStatus")) == OWN_SURPLUS:
        return "its own surplus mode is on and works against us: switch it off in its app"
    if "car" in answer and answer["car"] is None:
        return "it reports an internal error"
    return ""


def _temperature_c(answer: Mapping[str, Any]) -> float | None:
    """The coolest of its sensors; older ones have one."""
    several = [c for c in map(number, _list(answer.get("tma"))) if c is not None]
    return min(several, default=number(answer.get("tmp")))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
