"""The owner's home batteries: config.py → places, and what he lets them do. What the law forbids is refused.

What a maker's driver wants to know besides is checked where the drivers are, in lib/batteries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from lib.core.battery import ONE_PHASE_W, SOCKET_W, BatteryRules, allowed_w
from lib.core.modes import StorageMode
from lib.settings.config import Config, SettingsError, is_number
from lib.settings.wiring import Connection, parse_phases, parse_wired

KEYS = (
    *("make", "address", "capacity_kwh", "charge_kw", "discharge_kw", "phases", "wired", "socket"),
    *("least_pct", "most_pct", "efficiency_pct", "wear_eur_kwh", "sells", "user"),
    *("unit", "register", "own_grid_w", "watchdog_s", "version"),
)
OPTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(  # by make, what its driver may be told
    {
        "victron": ("unit", "register", "own_grid_w"),
        "sunspec": ("unit", "watchdog_s"),
        "marstek": ("unit", "version"),
        "sessy": (),
    }
)
LEAST_KW = 0.1
MOST_KWH = 200.0
LEAST_PCT, MOST_PCT, EFFICIENCY_PCT = 10.0, 100.0, 90.0
WEAR_EUR_KWH = 0.05
SUCH: Final = 'its host, such as "192.168.1.70", or "192.168.1.70:1502"'


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryPlace:
    """A battery: where it is and what may be done with it.

    Attributes:
        make: one of `OPTIONS`. user: of its log-in; None without one. Its password is a secret.
        options: what else its maker's driver wants to know.

    """

    make: str
    address: str
    rules: BatteryRules
    user: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreWishes:
    """What the owner lets his batteries do; reserve_pct: kept for the month's peak, None: as dm learned."""

    mode: StorageMode = StorageMode.AUTO
    reserve_pct: float | None = None


def parse_batteries(config: Config, connection: Connection) -> tuple[BatteryPlace, ...]:
    """All of them, in the owner's order. Raises SettingsError."""
    found: list[BatteryPlace] = []
    for name, group in config.groups("batteries", "battery", KEYS):
        place = _battery(name, group, connection)
        for other in found:
            if (other.address, other.options.get("unit")) == (place.address, place.options.get("unit")):
                raise group.slip("address", f"another one than that of {other.rules.name}")
        found.append(place)
    return tuple(found)


def parse_store_wishes(config: Config, batteries: Sequence[BatteryRules]) -> StoreWishes:
    """What the owner lets them do. Raises SettingsError for a reserve that they cannot hold."""
    mode = config.one_of("battery_mode", tuple(mode.value for mode in StorageMode), missing=StorageMode.AUTO.value)
    reserve_pct = config.number("battery_reserve_pct", 0, 100, missing=None)
    if reserve_pct is not None and batteries:
        least_pct = max(one.least_pct for one in batteries)
        most_pct = min(one.most_pct for one in batteries)
        if not least_pct <= reserve_pct <= most_pct:
            raise config.slip(
                "battery_reserve_pct",
                f"None, or a number from {least_pct:g} to {most_pct:g}, between which the batteries are kept",
            )
    return StoreWishes(mode=StorageMode(mode), reserve_pct=reserve_pct)


def _battery(name: str, group: Config, connection: Connection) -> BatteryPlace:
    make = group.one_of("make", tuple(OPTIONS))
    phases = parse_phases(group, connection, missing=1)
    socket = group.one_of("socket", (True, False), missing=False)
    if socket and phases != 1:
        raise group.slip("socket", "False: what is plugged into a socket hangs on one phase, and phases is 3")
    least_pct = group.amount("least_pct", 0, 99, missing=LEAST_PCT)
    most_pct = group.amount("most_pct", 1, 100, missing=MOST_PCT)
    if most_pct <= least_pct:
        raise group.slip("most_pct", f"a number above least_pct, which is {least_pct:g}, and up to 100")
    return BatteryPlace(
        make=make,
        address=group.text("address", such=SUCH),
        rules=BatteryRules(
            name=name,
            capacity_wh=group.amount("capacity_kwh", 0.5, MOST_KWH) * 1000,
            charge_w=_power_w(group, "charge_kw", phases, socket=socket),
            discharge_w=_power_w(group, "discharge_kw", phases, socket=socket),
            phases=phases,
            wired=parse_wired(group, phases, connection),
            least_pct=least_pct,
            most_pct=most_pct,
            efficiency=group.amount("efficiency_pct", 50, 100, missing=EFFICIENCY_PCT) / 100,
            wear_eur_kwh=group.amount("wear_eur_kwh", 0, 1, missing=WEAR_EUR_KWH),
            sells=group.one_of("sells", (True, False), missing=False),
        ),
        user=group.text("user", missing="") or None,
        options=_options(group, make),
    )


def _options(group: Config, make: str) -> dict[str, Any]:
    """What is said for the driver, whose own business the values are."""
    found = {}
    for key in sorted({key for keys in OPTIONS.values() for key in keys}):
        value = group.names.get(key)
        if value is None:
            continue
        if key not in OPTIONS[make]:
            has = ", ".join(OPTIONS[make]) or "none of its kind"
            raise SettingsError(f"{group.where}: {key} is no setting of a {make!r}, which has {has}; take it out")
        if not is_number(value):
            raise group.slip(key, "a number, or None")
        found[key] = value
    return found


def _power_w(group: Config, key: str, phases: int, *, socket: bool) -> float:
    """What may flow, in W; without a word what the law allows. Raises SettingsError for more."""
    most_w = allowed_w(None, phases=phases, socket=socket)
    found = group.number(key, LEAST_KW, 100, missing=None)
    if found is None:
        return most_w
    if found * 1000 > most_w:
        kind = "in a socket" if most_w == SOCKET_W else "on one phase" if most_w == ONE_PHASE_W else "on three phases"
        raise group.slip(
            key, f"up to {most_w / 1000:g} kW: the law lets a battery {kind} have no more (Synergrid C10/11)"
        )
    return found * 1000
