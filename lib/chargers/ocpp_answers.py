"""What a charger with OCPP 1.6 says: words of its frames → what hangs on a connector, and what that draws. Pure.

In: payloads with the keys in snake case, as they came: nothing in them is trusted. Out: a `Connector`, and its reading.
Time is an argument: seconds of any one clock. Knows no socket and no order. Source: OCPP 1.6, edition 2, and errata 4.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from lib.chargers.ocpp_samples import Samples, parse_samples
from lib.chargers.values import text, whole
from lib.core.charger import Plug

PLUGS: Mapping[str, Plug] = MappingProxyType(
    {
        "Available": Plug.EMPTY,
        "Reserved": Plug.EMPTY,
        "Preparing": Plug.CONNECTED,
        "SuspendedEV": Plug.CONNECTED,
        "SuspendedEVSE": Plug.CONNECTED,
        "Finishing": Plug.CONNECTED,
        "Charging": Plug.CHARGING,
        "Faulted": Plug.FAULT,
    }
)
IDLE = frozenset({Plug.EMPTY, Plug.CONNECTED})  # nothing flows
RUNNING = frozenset({"Charging", "SuspendedEV", "SuspendedEVSE"})  # there is a transaction, whoever began it
WELL = "NoError"
FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "ConnectorLockFailure": "the plug cannot be locked",
        "EVCommunicationError": "it does not understand the car",
        "GroundFailure": "residual current",
        "HighTemperature": "too hot",
        "InternalError": "an internal error",
        "OtherError": "a fault without a name",
        "OverCurrentFailure": "overcurrent",
        "OverVoltage": "overvoltage",
        "PowerMeterFailure": "its meter does not work",
        "PowerSwitchFailure": "its contactor does not work",
        "ReaderFailure": "its card reader does not work",
        "ResetFailure": "it cannot start again",
        "UnderVoltage": "undervoltage",
        "WeakSignal": "weak radio",
    }
)
DRIFTS_S = 60.0  # a clock that is further off may also have told something old, or in another zone
LATE_S = 15.0  # what it samples it may tell so late, by a clock that is right
STEADY_S = 5.0  # samples so far apart that are off alike, to within as much, are none that waited to be told
HOUR_S = 3600.0  # of the zones
LONGEST_WORDS = 80  # of what a charger adds to a fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One connector of a charger, as it told.

    Attributes:
        status: the word of the standard; "" until it said one; told_s: when it did. fault, warning: in words.
        transaction: its number, where we know it; drawn: what its meter said last that tells the draw.
        ends: transactions that ended. metered: how often its meter spoke; metered_s: when it did last.
        ahead_s: by how much its clock is ahead of the time that it was told, by the times of its meter; below 0 it is
            behind, or late. alike_s: since when that is the same.
        total_wh: its register; base_wh: that register when the car was plugged in.

    """

    status: str = ""
    told_s: float = -math.inf
    fault: str = ""
    warning: str = ""
    transaction: int | None = None
    drawn: Samples = field(default_factory=Samples)
    total_wh: float | None = None
    base_wh: float | None = None
    ends: int = 0
    ahead_s: float = 0.0
    alike_s: float = math.inf
    metered: int = 0
    metered_s: float = -math.inf

    @property
    def plug(self) -> Plug:
        """What hangs on it."""
        return PLUGS.get(self.status, Plug.UNKNOWN)

    @property
    def runs(self) -> bool:
        """Whether there is a transaction, also one that began without us."""
        return self.status in RUNNING or (self.transaction is not None and self.plug is not Plug.EMPTY)

    @property
    def off_s(self) -> float:
        """By how much its clock surely is off; 0 while nobody can say, and for one that only writes another zone."""
        if abs(self.ahead_s) < DRIFTS_S:
            return self.ahead_s if self.ahead_s > 0.0 or self.ahead_s < -LATE_S else 0.0
        is_zone = abs(self.ahead_s - HOUR_S * round(self.ahead_s / HOUR_S)) < DRIFTS_S
        return 0.0 if is_zone or self.metered_s - self.alike_s < STEADY_S else self.ahead_s

    @property
    def plugin_wh(self) -> float | None:
        """What the car drew since it was plugged in."""
        if self.total_wh is None or self.base_wh is None:
            return None
        return max(0.0, self.total_wh - self.base_wh)


def stated(connector: Connector, said: Mapping[str, Any], now_s: float) -> Connector:
    """It told its status. One without a word that we know stays as it was."""
    status = text(said.get("status"))
    if not status:
        return connector
    code, info = text(said.get("error_code")) or WELL, text(said.get("info"))[:LONGEST_WORDS]
    words = _words(code, info)
    is_fault = status == "Faulted"
    after = replace(
        connector,
        status=status,
        told_s=now_s,
        fault=(words or "a fault without a name") if is_fault else "",
        warning="it was set out of service" if status == "Unavailable" else "" if is_fault else words,
    )
    if after.plug is Plug.EMPTY:  # a car that is gone has no transaction, whether its end was told or not
        ends = connector.ends + (connector.transaction is not None)
        return replace(after, transaction=None, base_wh=None, drawn=Samples(), ends=ends)
    if connector.plug is Plug.EMPTY and after.plug.is_car:
        return replace(after, base_wh=connector.total_wh)
    return after


def begun(connector: Connector, transaction: int, meter_wh: float | None) -> Connector:
    """A transaction began; meter_wh: its register then, 0 where it does not know, which some say for a life of MWh."""
    base_wh = (meter_wh or None) if connector.base_wh is None else connector.base_wh
    return replace(connector, transaction=transaction, base_wh=base_wh, total_wh=meter_wh or connector.total_wh)


def ended(connector: Connector, meter_wh: float | None) -> Connector:
    """Its transaction ended; meter_wh: its register then, 0 where it does not know."""
    return replace(
        connector,
        transaction=None,
        ends=connector.ends + 1,
        drawn=Samples(),
        total_wh=meter_wh or connector.total_wh,
        status="Finishing" if connector.status in RUNNING else connector.status,
    )


def measured(connector: Connector, said: Mapping[str, Any], now_s: float, now: datetime | None = None) -> Connector:
    """Its meter told something; a register keeps its value until it tells another.

    now: the time that its clock should show by what it was told.
    """
    samples = parse_samples(said.get("meter_value"), now_s)
    running = whole(said.get("transaction_id"))
    is_known = connector.transaction is not None or not connector.runs
    ahead_s, alike_s = connector.ahead_s, connector.alike_s
    if now and samples.at:
        ahead_s = (samples.at - now).total_seconds()
        if alike_s == math.inf or abs(ahead_s - connector.ahead_s) >= STEADY_S:
            alike_s = now_s
    return replace(
        connector,
        ahead_s=ahead_s,
        alike_s=alike_s,
        metered=connector.metered + 1,
        metered_s=now_s,
        drawn=samples if samples.says_draw or not connector.drawn.is_fresh(now_s) else connector.drawn,
        total_wh=connector.total_wh if samples.total_wh is None else samples.total_wh,
        transaction=connector.transaction if is_known or not running else running,
    )


def lately(connector: Connector, now_s: float, lasts_s: float) -> Connector:
    """What is known of it now: a draw that it has told no more for so long may be any other."""
    return connector if connector.drawn.is_fresh(now_s, lasts_s) else replace(connector, drawn=Samples())


def drawn_a(connector: Connector, phases: int) -> tuple[float, float, float] | None:
    """What it draws on its L1, L2, L3, a charger on so many phases; None: it does not say."""
    return (0.0, 0.0, 0.0) if connector.plug in IDLE else connector.drawn.draw_a(phases)


def drawn_w(connector: Connector, phases: int) -> float | None:
    """What it draws in all, a charger on so many phases; None: it does not say."""
    return 0.0 if connector.plug in IDLE else connector.drawn.draw_w(phases)


def _words(code: str, info: str) -> str:
    """What an error code means; "" for none."""
    if code == WELL:
        return ""
    words = FAULTS.get(code, code[:LONGEST_WORDS])
    return f"{words} ({info})" if info else words
