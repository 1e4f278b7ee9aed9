"""Chargers: one file per make, one ability for all. What they say stands in lib/core/charger.py.

`lib.chargers.point` keeps one of them alive: it reads, tells, and says what happened.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from lib.clock import Clock
from lib.core.charger import Accepted, ChargerReading, ChargerRules, Found, Order

ANSWER_S = 4.5  # a call gives up after so long, whatever it asks for
NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


class ChargerError(Exception):
    """A charger cannot be used now; the sentence is for the owner and says what to do. The root of all others."""


class ChargerSetupError(ChargerError):
    """A charger that can never be used as it is set up: an unknown make, a wrong option, a library that is missing."""


class UnreachableError(ChargerError):
    """No answer in time, or none that is one; an order may have been taken all the same."""


class RefusedError(ChargerError):
    """It answered no, in its own words."""


class DeniedError(ChargerError):
    """It does not let us in, or is another box than before. To ask again soon does not help: its owner must do it."""


class Charger(Protocol):
    """A charger of any make. Its calls never overlap: whoever uses it asks one thing at a time.

    A call that is cancelled has hung up before it returns; what it was to change is then unknown.

    Attributes:
        owner: what it was set to when we first came; None until it was read, and again when that was given back. Set it
            before the first call to what an earlier run left here: what it is set to then counts as ours, unless it is
            another unit.

    """

    owner: Found | None

    @property
    def step_a(self) -> float:
        """How finely it takes amperes."""

    @property
    def polite_s(self) -> float:
        """So many seconds lie between two calls, but for one that cannot wait."""

    async def read(self) -> ChargerReading:
        """What it says now. Raises ChargerError, within 5 s."""

    async def order(self, order: Order) -> Accepted:
        """Tell it what to do; what is as it should be already is not written. Raises ChargerError, within 5 s.

        Where `go` or `phases` of the answer are not those of the order it is not done yet: some makes take one step at
        a time. It is then called again; each call does the most urgent step. Other amperes are the most it takes.
        """

    async def close(self, *, restore: bool) -> None:
        """Let it go; restore: first give it back what its owner had, as far as it answers.

        What he changed meanwhile stays. Where not all could be given back, `owner` stays too. Raises nothing; within
        10 s.
        """


def open_charger(
    make: str,
    address: str,
    *,
    rules: ChargerRules,
    user: str | None = None,
    password: str | None = None,
    options: Mapping[str, Any] = NO_OPTIONS,
    clock: Clock | None = None,
) -> Charger:
    """A charger of `make`, "nrgkick", "goe", "openevse" or "ocpp", which is not asked yet.

    address: host or host:port, or a name as lib.chargers.naming has them; of an ocpp the name with which it dials in,
    or NAME:CONNECTOR. options: `central` of an ocpp, the Central where it does; `api` of a go-e, 2 (usual) or 1;
    `relay` for one of api 1, the options of lib.chargers.relay for a 1/3-phase relay on this machine's GPIO.
    clock: whose seconds `read_s` counts.
    Raises ChargerSetupError with a sentence for the owner.
    """
    known = {"nrgkick": (), "goe": ("api", "relay"), "openevse": (), "ocpp": ("central",)}
    if make not in known:
        raise ChargerSetupError(f"{rules.name}: {make!r} is no charger we know; it can be {', '.join(known)}")
    if unknown := sorted(set(options) - set(known[make])):
        has = ", ".join(known[make]) or "none"
        raise ChargerSetupError(f"{rules.name}: {unknown[0]!r} is no option of a charger {make!r}; it has {has}")
    match make, options.get("api", 2):
        case "nrgkick", _:
            from lib.chargers.nrgkick import NRGkick

            return NRGkick(address, rules=rules, user=user, password=password, clock=clock)
        case "openevse", _:
            from lib.chargers.openevse import OpenEvse

            return OpenEvse(address, rules=rules, user=user, password=password, clock=clock)
        case "ocpp", _:
            if options.get("central") is None:
                raise ChargerSetupError(f"{rules.name}: it dials in, and ocpp_door in config.py is None")
            from lib.chargers.ocpp import Ocpp

            return Ocpp(address, rules=rules, central=options["central"], password=password, clock=clock)
        case "goe", 1:
            from lib.chargers.goe_v1 import GoeV1

            charger = GoeV1(address, rules=rules, clock=clock)
            if "relay" not in options:
                return charger
            from lib.chargers.relay import Relayed, open_relay

            return Relayed(charger, open_relay(rules.name, options["relay"]), name=rules.name, clock=clock)
        case "goe", 2 if "relay" not in options:
            from lib.chargers.goe import Goe

            return Goe(address, rules=rules, clock=clock)
        case "goe", 2:
            raise ChargerSetupError(f"{rules.name}: a go-e with API v2 switches phases itself; a relay is for api 1")
        case _, api:
            raise ChargerSetupError(f"{rules.name}: a go-e has api 1 or 2, not {api!r}")
