"""What an OpenEVSE answers, by its WiFi firmware of version 2 to 5 → values with units. Pure; it knows no wire.

It measures one phase. Source: the maker's firmware (openevse_esp32_firmware, open_evse) and what owners recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lib.chargers.values import number, whole
from lib.core.charger import LEAST_A, Plug
from lib.core.power import PHASE_V

EMPTY, CONNECTED, CHARGING, VENTILATION = 1, 2, 3, 4
ASLEEP = frozenset({254, 255})  # sleeping, disabled: with a car or without
PLUGS: Mapping[int, Plug] = MappingProxyType({EMPTY: Plug.EMPTY, CONNECTED: Plug.CONNECTED, CHARGING: Plug.CHARGING})
FAULTS: Mapping[int, str] = MappingProxyType(
    {
        VENTILATION: "the car wants ventilation",
        5: "diode fault of the car",
        6: "residual current",
        7: "no earth",
        8: "a relay is stuck",
        9: "its residual current device fails its test",
        10: "too hot",
        11: "overcurrent",
    }
)
OWN_SOLAR = 2  # of divertmode
MOST_V = 1_000.0  # above it is told in millivolts
BLIND = 'while it pauses it sees no car: switch off "pause uses disabled" in its page'
OVER = 1.25  # a car draws at most so much of what it is offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What it says of itself.

    Attributes:
        plug: None when it does not say; awake: whether it would let a car charge; None: it does not say.
        reached: whether its WiFi module reaches the controller behind it, whose words these are.
        pilot_a: what it offers, or would; drawn_a: on the phase that it measures.
        plugin_wh, total_wh: by its own count.
        overridden: its owner rules it by hand; None: it does not say.
        shaper: whether its own load shaper is on; shaped: whether that had word of the house lately.
        claims: the version of all claims; None before there were any. uptime_s, sent: only grow until it restarts.

    """

    plug: Plug | None = None
    awake: bool | None = None
    reached: bool = True
    pilot_a: float | None = None
    drawn_a: float | None = None
    phase_v: float = PHASE_V
    plugin_wh: float | None = None
    total_wh: float | None = None
    overridden: bool | None = None
    shaper: bool | None = None
    shaped: bool | None = None
    claims: int | None = None
    uptime_s: float | None = None
    sent: int | None = None
    fault: str = ""
    warning: str = ""

    def is_before(self, other: "Status") -> bool:
        """Whether it restarted since `other`."""
        pairs = ((self.uptime_s, other.uptime_s), (self.sent, other.sent))
        return any(now is not None and then is not None and now < then for now, then in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """How it is set up.

    Attributes:
        three_phase: whether it multiplies by three itself.
        shaper: whether its load shaper is on; shaper_s: after so long without a word of the house that pauses; None:
            it cannot be told how long. taken: others may tell it of the house as well: by MQTT, or its load sharing.

    """

    least_a: float = LEAST_A
    most_a: float | None = None
    serial: str = ""
    three_phase: bool = False
    shaper: bool = False
    shaper_s: int | None = None
    taken: bool = False
    warning: str = ""


def parse_status(answer: Mapping[str, Any]) -> Status:
    """The answer of /status."""
    code = whole(answer.get("state"))
    status = answer.get("status")
    awake = status != "disabled" if isinstance(status, str) else None if code is None else code not in ASLEEP
    pilot_a = number(answer.get("pilot"))
    phase_v = number(answer.get("voltage")) or PHASE_V
    plug = _plug(code, whole(answer.get("vehicle")))
    return Status(
        plug=plug,
        awake=awake,
        reached=number(answer.get("evse_connected")) != 0 and number(answer.get("rapi_connected")) != 0,
        pilot_a=pilot_a,
        drawn_a=_drawn_a(answer, plug, pilot_a),
        phase_v=phase_v / 1_000 if phase_v > MOST_V else phase_v,
        plugin_wh=_first((answer, "session_energy", 1.0), (answer, "wattsec", 1 / 3_600)),
        total_wh=_first((answer, "total_energy", 1_000.0), (answer, "watthour", 1.0), (answer, "wh", 1.0)),
        overridden=_flag(answer.get("manual_override")),
        shaper=_flag(answer.get("shaper")),
        shaped=_flag(answer.get("shaper_updated")),
        claims=whole(answer.get("claims_version")),
        uptime_s=number(answer.get("uptime")),
        sent=whole(answer.get("comm_sent")),
        fault=FAULTS.get(code or 0, ""),
        warning="its own solar mode is on: switch it off in its page" if _divert(answer) else "",
    )


def parse_config(answer: Mapping[str, Any]) -> Config:
    """The answer of /config."""
    most = [a for a in (number(answer.get(f"max_current_{kind}")) for kind in ("soft", "hard")) if a]
    serial = next((answer[key] for key in ("wifi_serial", "evse_serial") if isinstance(answer.get(key), str)), "")
    return Config(
        least_a=max(LEAST_A, number(answer.get("min_current_hard")) or LEAST_A),
        most_a=min(most, default=None),
        serial=serial.strip(),
        three_phase=answer.get("is_threephase") is True,
        shaper=answer.get("current_shaper_enabled") is True,
        shaper_s=whole(answer.get("current_shaper_data_maxinterval")),
        taken=bool(answer.get("mqtt_live_pwr")) or answer.get("loadsharing_enabled") is True,
        warning=BLIND if answer.get("pause_uses_disabled") is True else "",
    )


def parse_rapi(answer: Mapping[str, Any]) -> tuple[bool, tuple[int, ...]] | None:
    """The answer of /r: whether the controller said yes, and its numbers; None where it said nothing."""
    words = str(answer.get("ret", "")).partition("^")[0].split()
    if not words or words[0] not in {"$OK", "$NK"}:
        return None
    return words[0] == "$OK", tuple(int(word) for word in words[1:] if word.isascii() and word.isdigit())


def _plug(code: int | None, vehicle: int | None) -> Plug | None:
    if code in ASLEEP:
        return None if vehicle is None else Plug.CONNECTED if vehicle else Plug.EMPTY
    return Plug.FAULT if code in FAULTS else PLUGS.get(code or 0)


def _drawn_a(answer: Mapping[str, Any], plug: Plug | None, pilot_a: float | None) -> float | None:
    """In mA by newer firmware, which tells the power too, and by most others; some said amperes."""
    said = number(answer.get("amp"))
    if said is None or plug is None:
        return None
    if plug is not Plug.CHARGING:
        return 0.0  # it keeps an old value while nobody charges
    is_amperes = "power" not in answer and pilot_a is not None and said <= pilot_a * OVER
    return said if is_amperes else said / 1_000


def _divert(answer: Mapping[str, Any]) -> bool:
    """Whether its solar mode steers it; where there are claims, ours goes before it."""
    return "claims_version" not in answer and whole(answer.get("divertmode")) == OWN_SOLAR


def _first(*kinds: tuple[Mapping[str, Any], str, float]) -> float | None:
    values = ((number(answer.get(key)), factor) for answer, key, factor in kinds)
    return next((value * factor for value, factor in values if value is not None), None)


def _flag(value: object) -> bool | None:
    found = float(value) if isinstance(value, bool) else number(value)
    return None if found is None else found != 0
