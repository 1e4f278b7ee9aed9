"""What an NRGkick Gen2 answers → values with units. Pure; it knows no wire and no owner.

Firmwares differ: words where numbers were asked for and numbers where words were, keys with a trailing colon, fields
that are missing or new. All of that is read, and what cannot be read is None. Source: the maker's "NRGkick Gen2 Local
API", and what other programs met.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from nrgkick_api import ChargingStatus, ErrorCode, RcdTriggerStatus, WarningCode

from lib.chargers import values
from lib.core.charger import Plug

RENAMED = {"mac_adress": "mac_address"}
PLUGS = {
    ChargingStatus.STANDBY: Plug.EMPTY,
    ChargingStatus.CONNECTED: Plug.CONNECTED,
    ChargingStatus.CHARGING: Plug.CHARGING,
    ChargingStatus.ERROR: Plug.FAULT,
    ChargingStatus.WAKEUP: Plug.CONNECTED,
}
RESPONSE = "Response"  # stands where the box says no
SWITCHED_OFF = "API must be enabled within the NRGkick App"


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What the unit and its attachment are.

    Attributes:
        serial: of the unit, else its hardware address; "" when it tells neither.
        most_a: the least of what unit and attachment carry; phases: of attachment and grid, which of them tell it.

    """

    serial: str = ""
    device: str = ""
    most_a: float | None = None
    phases: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What it measures. plug: None when it does not say. fault, warning: words, "" for none."""

    plug: Plug | None = None
    signalled_a: float | None = None
    phases_a: tuple[float, float, float] | None = None
    power_w: float | None = None
    plugin_wh: float | None = None
    total_wh: float | None = None
    permitted: bool | None = None
    plugins: int | None = None
    fault: str = ""
    warning: str = ""


def parse_info(answer: Mapping[str, Any]) -> Info:
    """The answer of /info."""
    general, connector, grid, network = (_section(answer, name) for name in ("general", "connector", "grid", "network"))
    limits = [a for a in (number(general.get("rated_current")), number(connector.get("max_current"))) if a]
    phases = [n for n in (number(connector.get("phase_count")), _phases_of_grid(grid.get("phases"))) if n]
    return Info(
        serial=_text(general.get("serial_number")) or _text(network.get("mac_address")),
        device=_text(general.get("device_name")),
        most_a=min(limits, default=None),
        phases=int(min(phases)) if phases else None,
    )


def parse_values(answer: Mapping[str, Any]) -> Values:
    """The answer of /values."""
    energy, flow, general = (_section(answer, name) for name in ("energy", "powerflow", "general"))
    status = _member(ChargingStatus, general.get("status"))
    plug = next((plug for code, plug in PLUGS.items() if code == status), None)
    is_drawing = plug is Plug.CHARGING  # below 1 W flows for the box itself, also while no car charges
    drawn_a = [number(_section(flow, line).get("current")) for line in ("l1", "l2", "l3")]
    power_w = number(flow.get("total_active_power"))
    plugins = number(general.get("charge_count"))
    faults = (
        _words(ErrorCode, general.get("error_code"), "error"),
        _words(RcdTriggerStatus, general.get("rcd_trigger"), "residual current"),
    )
    return Values(
        plug=plug,
        signalled_a=number(flow.get("charging_current")),
        phases_a=_three(drawn_a) if is_drawing else (0.0, 0.0, 0.0) if plug else None,
        power_w=power_w if is_drawing or power_w is None else 0.0,
        plugin_wh=number(energy.get("charged_energy")),
        total_wh=number(energy.get("total_charged_energy")),
        permitted=flag(general.get("charge_permitted")),
        plugins=None if plugins is None else int(plugins),
        fault=", ".join(filter(None, faults)) or ("a fault without a name" if plug is Plug.FAULT else ""),
        warning=_words(WarningCode, general.get("warning_code"), "warning"),
    )


def reason(answer: Mapping[str, Any]) -> str:
    """Why it says no, in its own words; "" when it does not say no."""
    said = answer.get(RESPONSE, answer.get(f"{RESPONSE}:"))
    return "" if said is None else _text(said) or "no reason given"


def number(value: object) -> float | None:
    """A number, also one written as text or with a comma, or as yes or no; None for what is none."""
    if isinstance(value, bool):
        return float(value)
    return values.number(value.replace(",", ".") if isinstance(value, str) else value)


def clean(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The object with its keys as the maker's page writes them."""
    keys = ((str(key).rstrip(":").strip(), value) for key, value in answer.items())
    return {RENAMED.get(key, key): value for key, value in keys}


def _section(answer: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = clean(answer).get(name)
    return clean(found) if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def flag(value: object) -> bool | None:
    """Yes or no, also as 1 and 0 or as a word; None for what is neither."""
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    said = number(value)
    return None if said is None else said != 0


def _member(codes: type[IntEnum], value: object) -> IntEnum | None:
    """The code that a number or a word names; None for one that is not known."""
    code = number(value)
    if code is not None:
        return next((member for member in codes if member == code), None)
    return codes.__members__.get(_text(value).upper().replace(" ", "_"))


def _words(codes: type[IntEnum], value: object, kind: str) -> str:
    """What a code means, in small letters; "" for 0, its word and what is not said. Unknown ones keep their number."""
    member = _member(codes, value)
    if member is not None:
        return "" if member == 0 else _spoken(member.name)
    code = number(value)
    if code is not None:
        return f"{kind} {code:g}" if code else ""
    return _spoken(_text(value)) if _text(value).upper() != "UNKNOWN" else ""


def _spoken(word: str) -> str:
    return word.replace("_", " ").lower()


def _phases_of_grid(value: object) -> int | None:
    """How many phases a bit mask or words such as "L1, L2" name."""
    mask = number(value)
    if mask is not None:
        return int(mask).bit_count() or None
    return len(set(re.findall(r"L[123]", _text(value)))) or None


def _three(amperes: list[float | None]) -> tuple[float, float, float] | None:
    l1, l2, l3 = amperes
    return None if l1 is None or l2 is None or l3 is None else (l1, l2, l3)
