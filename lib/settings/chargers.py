"""The owner's chargers: config.py → places. Whether the circuits carry them all is for the core to say."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from lib.core.charger import LEAST_A, ChargerRules
from lib.core.modes import Mode
from lib.settings.config import Config, SettingsError, is_number
from lib.settings.wiring import Connection, parse_phases, parse_wired

KEYS = (
    *("make", "address", "phases", "current_a", "wired", "switches_phases", "relay", "safe_a", "car", "mode", "user"),
    *("priority", "watched", "accept_unwatched"),
)
RELAY_KEYS = ("pin", "type", "host", "active_low")
BATTERY = "battery"  # who asks dm for the home battery's power
TAKEN: Final = MappingProxyType({BATTERY: "the home battery", "connection": "the house's own circuit"})
MOST_A = 32.0
USUAL_PIN, LEAST_PIN, MOST_PIN = 26, 2, 27
STEPS_A: Mapping[str, float] = MappingProxyType({"nrgkick": 0.1, "goe": 1.0, "goe1": 1.0, "openevse": 1.0, "ocpp": 0.1})
WATCHED: Final = frozenset({"openevse", "ocpp"})  # makes that fall to their safe current when nobody talks to them
CANNOT_SWITCH: Final = frozenset({"openevse"})
MOST_PRIORITY = 100
SUCH = 'its host, such as "192.168.1.60", or its name on this network, such as "mdns:SERIAL"'
DIALS_IN: Final = re.compile(r"([A-Za-z0-9*_.=+|@-]{1,48})(?::([1-9][0-9]?))?")
SUCH_ID = '"CP_1", the id that it dials in with, or "CP_1:2" for its second plug'
SUCH_DIALS_IN = 'the id that it dials in with, such as "CP_1", or "CP_1:2" for its second plug'


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayPlace:
    """A relay that gives a charger one phase or three.

    Attributes:
        pin: on the Raspberry Pi's header, by Broadcom's count.
        contact: "NO" or "NC": open or closed while its coil has no current.
        host: the machine that it hangs on; "" for any.
        active_low: whether its line is low while the coil has current.

    """

    pin: int
    contact: str = "NO"
    host: str = ""
    active_low: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerPlace:
    """A charger: where it is and what may be done with it.

    Attributes:
        make: "nrgkick", "goe", "openevse" or "ocpp"; api: of a go-e, 2 or 1.
        address: its host or "mdns:NAME"; of an "ocpp" the id that it dials in with, and "CP_1:2" for its second plug.
        user: of its log-in; None without one. Its password is a secret.
        unwatched: its owner accepts that it keeps its last current while nobody steers it.

    """

    make: str
    address: str
    rules: ChargerRules
    api: int = 2
    relay: RelayPlace | None = None
    user: str | None = None
    unwatched: bool = False

    @property
    def options(self) -> Mapping[str, Any]:
        """What else its maker's driver wants to know."""
        if self.make != "goe":
            return {}
        if self.relay is None:
            return {"api": self.api}
        relay = {
            "pin": self.relay.pin,
            "contact": self.relay.contact,
            "host": self.relay.host,
            "active_low": self.relay.active_low,
        }
        return {"api": self.api, "relay": relay}


def parse_chargers(config: Config, *, connection: Connection, cars: Collection[str]) -> tuple[ChargerPlace, ...]:
    """All of them, in the owner's order. Raises SettingsError."""
    found: list[ChargerPlace] = []
    for name, group in config.groups("chargers", "charger", KEYS):
        check_name(group, name)
        place = _charger(name, group, connection, cars)
        for other in found:
            if other.address == place.address:
                raise group.slip("address", f"another one than that of {other.rules.name}")
            if (
                place.relay
                and other.relay
                and (place.relay.pin, place.relay.host) == (other.relay.pin, other.relay.host)
            ):
                raise SettingsError(
                    f"{group.where}: the relay hangs on pin {place.relay.pin}, as {other.rules.name}'s does"
                )
        found.append(place)
    return tuple(found)


def check_name(group: Config, name: str) -> None:
    """Raises SettingsError for a name by which something else is granted power."""
    if owner := TAKEN.get(name.casefold()):
        raise SettingsError(f"{group.where}: {name} is what {owner} is called; give it another name")


def _charger(name: str, group: Config, connection: Connection, cars: Collection[str]) -> ChargerPlace:
    make = group.one_of("make", tuple(STEPS_A))
    phases = parse_phases(group, connection, missing=connection.phases if connection.neutral else 1)
    relay = _relay(group)
    if relay and (make != "goe1" or phases == 1):
        raise group.slip("relay", 'None, but for a "goe1" on three phases: others switch phases themselves, or cannot')
    switches = group.one_of("switches_phases", (True, False), missing=relay is not None)
    if switches and (phases == 1 or (make == "goe1" and relay is None)):
        raise group.slip("switches_phases", "False: it hangs on one phase, or is a go-e of API v1 without a relay")
    if switches and make in CANNOT_SWITCH:
        raise group.slip("switches_phases", f"False: an {make!r} cannot")
    current_a = group.amount("current_a", LEAST_A, MOST_A, missing=16.0)
    car = group.names.get("car")
    if car is not None and car not in cars:
        raise group.slip("car", f"the name of a car ({', '.join(cars) or 'there is none in cars'}), or None")
    return ChargerPlace(
        make="goe" if make == "goe1" else make,
        api=1 if make == "goe1" else 2,
        address=_address(group, make),
        rules=ChargerRules(
            name=name,
            current_a=current_a,
            phases=phases,
            switches=switches,
            wired=parse_wired(group, phases, connection),
            step_a=STEPS_A[make],
            safe_a=_safe_a(group, current_a),
            watched=_watched(group, make),
            car=car,
            mode=group.one_of("mode", tuple(mode.value for mode in Mode), missing=Mode.AUTO.value),
            priority=_priority(group),
        ),
        relay=relay,
        user=group.text("user", missing="") or None,
        unwatched=group.one_of("accept_unwatched", (True, False), missing=False),
    )


def _address(group: Config, make: str) -> str:
    if make != "ocpp":
        return group.text("address", such=SUCH)
    said = group.text("address", such=SUCH_ID)
    found = DIALS_IN.fullmatch(said)
    if found is None:
        raise group.slip("address", SUCH_DIALS_IN)
    return found[1] if found[2] in {None, "1"} else said


def _priority(group: Config) -> int:
    said = group.amount("priority", -MOST_PRIORITY, MOST_PRIORITY, missing=0)
    if not said.is_integer():
        raise group.slip("priority", f"a whole number from -{MOST_PRIORITY} to {MOST_PRIORITY}; the higher goes first")
    return int(said)


def _watched(group: Config, make: str) -> bool:
    """Whether it falls to its safe current by itself: as its make does, but for old firmware."""
    if group.names.get("watched") is None:
        return make in WATCHED
    watched = group.one_of("watched", (True, False))
    if watched and make not in WATCHED:
        raise group.slip("watched", f"False or None: an {make!r} keeps its last amperes when nobody talks to it")
    return watched


def _safe_a(group: Config, current_a: float) -> float | None:
    said = group.names.get("safe_a")
    if said is None:
        return None
    if not is_number(said) or not (said == 0 or LEAST_A <= said <= current_a):
        raise group.slip("safe_a", f"0, a number from {LEAST_A:g} to {current_a:g}, or None")
    return float(said)


def _relay(group: Config) -> RelayPlace | None:
    relay = group.group("relay", RELAY_KEYS)
    if relay is None:
        return None
    pin = relay.amount("pin", LEAST_PIN, MOST_PIN, missing=USUAL_PIN)
    if not pin.is_integer():
        raise relay.slip("pin", f"a whole number from {LEAST_PIN} to {MOST_PIN}")
    return RelayPlace(
        pin=int(pin),
        contact=relay.one_of("type", ("NO", "NC"), missing="NO"),
        host=relay.text("host", missing=""),
        active_low=relay.one_of("active_low", (True, False), missing=True),
    )
