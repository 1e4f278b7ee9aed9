"""Where a car's state of charge comes from: one file per source. What they say is a `CarReading` of lib/core/car.py.

In: the owner's words for a source, and the secrets. Out: a `CarSource`, which is read now and then; `lib.cars.poll`
decides when. It knows no charger, and not which car is on which cable.
"""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from lib.clock import Clock, WallClock
from lib.core.car import CarReading

SOURCES = ("home_assistant", "http", "mqtt", "evcc", "smartcar", "eu_data_act", "audi")


class CarError(Exception):
    """A source cannot tell now; the sentence is for the owner and says what to do.

    again_s: the source itself said not to ask before so many seconds have passed.
    """

    def __init__(self, why: str, *, again_s: float | None = None) -> None:
        super().__init__(why)
        self.again_s = again_s


class CarSetupError(CarError):
    """A source that can never tell as it is set up: not installed, wrong options, a log-in that is refused."""


class CarSource(Protocol):
    """Somebody who knows a car.

    Attributes:
        floor_s: it is not asked oftener than this.
        sparing: asking it is counted, or may wake the car: without a plug or a trip near it is left alone.

    """

    floor_s: float
    sparing: bool

    async def read(self) -> CarReading:
        """What it says now. Raises CarError, within 30 s."""

    async def close(self) -> None:
        """Let it go."""


@runtime_checkable
class Tells(Protocol):
    """A source that says by itself when there is something new to read."""

    async def news(self) -> None:
        """Wait until there is; without an end where nothing comes."""


@runtime_checkable
class ChargeControl(Protocol):
    """What some sources can do beside telling: start the car's charge. For one try when it does not wake by cable."""

    async def start(self) -> None:
        """Have the car charge. Raises CarError, within 30 s."""


def control_of(source: CarSource) -> ChargeControl | None:
    """The second ability of a source; None where it has none."""
    return source if isinstance(source, ChargeControl) else None


def open_source(
    options: Mapping[str, object],
    secrets: Mapping[str, str],
    *,
    keep_secret: Callable[[str, str], None],
    clock: Clock | None = None,
) -> CarSource:
    """The source that `options` describes; nothing is asked or imported before its first `read`.

    options: as in config.py, "from" is one of SOURCES; secrets: by name, "NAME@HOST" is for one host and wins.
    keep_secret: is given a name and a new secret to store, in a thread; it does not raise. Where `secrets` shows what
    was kept, two cars can share one account. clock: the machine's where none is given.
    Raises CarSetupError, which names the key and what is allowed; no error tells a secret.
    """
    clock = clock or WallClock()
    match options.get("from"):
        case "home_assistant":
            from lib.cars.home_assistant import open_home_assistant

            return open_home_assistant(options, secrets, clock=clock)
        case "http":
            from lib.cars.http_json import open_http

            return open_http(options, secrets, clock=clock)
        case "mqtt":
            from lib.cars.mqtt import open_mqtt

            return open_mqtt(options, secrets, clock=clock)
        case "evcc":
            from lib.cars.evcc import open_evcc

            return open_evcc(options, secrets, clock=clock)
        case "smartcar":
            from lib.cars.smartcar import open_smartcar

            return open_smartcar(options, secrets, keep_secret=keep_secret, clock=clock)
        case "eu_data_act":
            from lib.cars.eu_data_act import open_eu_data_act

            return open_eu_data_act(options, secrets, clock=clock)
        case "audi":
            from lib.cars.audi import open_audi

            return open_audi(options, secrets, clock=clock)
        case None:
            raise CarSetupError(f'"from" is missing; it is one of {", ".join(SOURCES)}')
        case other:
            raise CarSetupError(f'"from" is {other!r}; allowed is one of {", ".join(SOURCES)}')
