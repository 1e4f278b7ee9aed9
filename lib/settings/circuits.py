"""The owner's circuits: config.py → a tree of places. Whether each carries what hangs on it is for the core to say.

What a meter or the source of a limit wants to know besides is checked where those are, in lib/feeds.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from lib.core.charger import LEAST_A
from lib.core.circuits import NOTHING, Amps, Limits, Profile
from lib.settings.chargers import check_name
from lib.settings.config import MOST_A, Config, SettingsError, is_number, shown
from lib.settings.wiring import Connection

KEYS = (
    *("current_a", "chargers", "circuits", "profile", "power_kw", "margin_pct"),
    *("other_a", "other_worst_a", "meter", "limit", "sun_makes_room"),
)
METERS: Final = ("shelly", "iotawatt", "iammeter", "http", "mqtt")
LIMITS: Final = ("http", "mqtt")
UNITS: Final = ("A", "W", "kW")
PROFILES: Final = tuple(profile.value for profile in Profile)
MOST_KW = 1000.0
MOST_VALID_S = 86_400.0
LIMIT_VALID_S = 120.0
SUCH_A: Final = "63, or (63, 63, 63) for L1, L2, L3, or None where it has no fuse of its own"
SUCH_OTHER_A: Final = "such as 5, or (5, 0, 0) for L1, L2, L3"
NO_FEED: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitPlace:
    """A circuit that chargers and other circuits share.

    Attributes:
        limits_a: what its L1, L2, L3 carry, limit_w: what it carries in all; None: no limit there.
        chargers: that hang on it directly; above: the circuit that it hangs on, "" for the connection.
        margin: the part of the limits that is used, up to 1. profile: how it shares; None: as the one above it.
        other_a: what flows there besides all chargers where nobody measures it; worst_a: the most that may, None: its
            owner does not say.
        credits: what is fed in behind its fuse makes room.
        meter: of its own, limit: what its limit follows, as the owner wrote them; {}: none.

    """

    name: str
    limits_a: Limits
    limit_w: float | None = None
    chargers: tuple[str, ...] = ()
    above: str = ""
    margin: float = 1.0
    profile: Profile | None = None
    other_a: Amps = NOTHING
    worst_a: Amps | None = None
    credits: bool = True
    meter: Mapping[str, Any] = field(default_factory=dict)
    limit: Mapping[str, Any] = field(default_factory=dict)


def parse_sharing(config: Config) -> Profile:
    """How the connection shares. Raises SettingsError."""
    return Profile(config.one_of("sharing", PROFILES, missing=Profile.EQUAL.value))


def parse_circuits(config: Config, connection: Connection, chargers: Collection[str]) -> tuple[CircuitPlace, ...]:
    """All of them, in the owner's order. Raises SettingsError."""
    if config.names.get("cables"):
        raise SettingsError(f"{config.where}: cables are called circuits now; write circuits = … with the same in it")
    groups = dict(config.groups("circuits", "circuit", KEYS))
    taken = {name.casefold(): name for name in chargers}
    for name, group in groups.items():
        check_name(group, name)
        if name.casefold() in taken:
            raise SettingsError(f"{group.where}: {taken[name.casefold()]} is a charger; give it another name")
    above = _above(groups)
    hung: dict[str, str] = {}
    found = []
    for name, group in groups.items():
        place = _circuit(name, group, connection, above.get(name, ""))
        for charger in place.chargers:
            if charger not in chargers:
                raise group.slip("chargers", f"the names of chargers: {', '.join(chargers) or 'there are none'}")
            if charger in hung:
                raise SettingsError(_twice(group, charger, hung[charger]))
            hung[charger] = name
        if not place.chargers and name not in above.values():
            raise SettingsError(f"{group.where}: nothing hangs on it; name some chargers or circuits that do")
        found.append(place)
    return tuple(found)


def _above(groups: Mapping[str, Config]) -> Mapping[str, str]:
    """By circuit, the one that it hangs on; those on the connection are left out."""
    above: dict[str, str] = {}
    for name, group in groups.items():
        for below in group.words("circuits"):
            if below not in groups:
                others = ", ".join(other for other in groups if other != name) or "there are none"
                raise group.slip("circuits", f"the names of other circuits: {others}")
            if below in above:
                raise SettingsError(_twice(group, below, above[below]))
            above[below] = name
    for name in groups:
        way = [name]
        while (up := above.get(way[-1])) is not None:
            if up in way:
                ring = " on ".join((*way[way.index(up) :], up))
                raise SettingsError(f"{groups[up].where}: it would hang on itself: {ring}")
            way.append(up)
    return above


def _twice(group: Config, what: str, where: str) -> str:
    if group.where.endswith(f"[{where!r}]"):
        return f"{group.where}: {what} stands there twice; once is enough"
    return f"{group.where}: {what} hangs on {where} already; it hangs on one circuit, which may hang on another"


def _circuit(name: str, group: Config, connection: Connection, above: str) -> CircuitPlace:
    power_kw = group.number("power_kw", 0.1, MOST_KW, missing=None)
    profile = group.names.get("profile")
    other_a = group.amps("other_a", least=0, such=SUCH_OTHER_A)
    meter = _feed(group, "meter", METERS)
    return CircuitPlace(
        name=name,
        limits_a=_limits_a(group, connection),
        limit_w=None if power_kw is None else power_kw * 1000,
        chargers=group.words("chargers"),
        above=above,
        margin=group.amount("margin_pct", 10, 100, missing=100) / 100,
        profile=None if profile is None else Profile(group.one_of("profile", PROFILES)),
        other_a=other_a or NOTHING,
        worst_a=group.amps("other_worst_a", least=0, such=f"None, or {SUCH_OTHER_A}"),
        credits=group.one_of("sun_makes_room", (True, False), missing=True),
        meter=meter,
        limit=_limit(group),
    )


def _limits_a(group: Config, connection: Connection) -> Limits:
    value = group.names.get("current_a", "")
    every = value if isinstance(value, tuple | list) else (value,) * 3
    if len(every) != 3 or not all(one is None or (is_number(one) and LEAST_A <= one <= MOST_A) for one in every):
        raise group.slip("current_a", f"what it carries, in A from {LEAST_A:g} on: {SUCH_A}")
    one, two, three = (
        None if limit_a is None or phase >= connection.phases else float(limit_a) for phase, limit_a in enumerate(every)
    )
    return one, two, three


def _feed(group: Config, name: str, kinds: tuple[str, ...]) -> Mapping[str, Any]:
    """What is asked over a network, as the owner wrote it; its kind and its address stand in it."""
    value = group.names.get(name)
    if value is None:
        return NO_FEED
    if not isinstance(value, Mapping):
        raise group.slip(name, f'a group such as {{"from": {shown(kinds[0])}, "url": …}}, or None')
    feed = Config(f"{group.where}: {name}", value)
    feed.one_of("from", kinds)
    feed.text("url", such='"http://192.168.1.80"')
    return MappingProxyType(dict(value))


def _limit(group: Config) -> Mapping[str, Any]:
    """What a limit follows; it says in what unit it comes, and how long a word of it holds."""
    value = _feed(group, "limit", LIMITS)
    if not value:
        return value
    limit = Config(f"{group.where}: limit", value)
    limit.one_of("unit", UNITS)
    valid_s = limit.amount("valid_s", 1, MOST_VALID_S, missing=LIMIT_VALID_S)
    return MappingProxyType({**value, "valid_s": valid_s})
