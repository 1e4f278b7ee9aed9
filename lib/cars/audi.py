"""An Audi by audiconnectpy, where the owner has installed it; the service behind it refuses log-ins since 2026.

In: {"from": "audi", "vin": …, "user": …} and the secret "audi", the password. Out: what the car last told. Both public
copies of the package are understood: one keeps what it knows in dictionaries, the other in objects. It is never part of
this program: no registry has it, and its licence is another.
"""

import asyncio
import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from lib.cars import CarError, CarSetupError, values
from lib.cars.options import Options
from lib.cars.values import state_of_charge
from lib.clock import Clock
from lib.core.car import CarReading

SECRET = "audi"  # noqa: S105 - the name of the secret, not the secret
PACKAGE = "audiconnectpy"
ABSENT = (
    'audi: not installed, use eu_data_act, mqtt or http as "from": audiconnectpy is in no package registry, and the '
    "service behind it refuses the log-in of all programs since 2026"
)
OPTIONS = ("vin", "user", "country", "model")
MODELS = ("standard", "e-tron")
FLOOR_MIN = 15.0
READ_S = 28.0


def open_audi(found: Mapping[str, object], secrets: Mapping[str, str], *, clock: Clock) -> "Audi":
    """The source that these options describe; whether the package is there shows at the first `read`.

    Raises CarSetupError.
    """
    options = Options(found, secrets, OPTIONS)
    login = Login(
        vin=options.text("vin", such_as='"WAUZZZ…"').upper(),
        user=options.text("user", such_as="the e-mail address of the myAudi account"),
        password=options.secret_if_any(SECRET),
        country=options.text("country", "DE").upper(),
        model=options.one_of("model", MODELS, "standard"),
    )
    return Audi(
        login,
        who=options.text("title", "Audi"),
        floor_s=options.floor_s(FLOOR_MIN, least_min=FLOOR_MIN),
        sparing=not options.flag("idle", usual=False),
        clock=clock,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Whose car it is."""

    vin: str
    user: str
    password: str = field(repr=False)
    country: str
    model: str


class Audi:
    """See the top of this file, and `CarSource`.

    After one refused log-in it asks no more until the program is started again: wrong passwords lock the account.
    """

    def __init__(self, login: Login, *, who: str, floor_s: float, sparing: bool, clock: Clock) -> None:
        self.floor_s = floor_s
        self.sparing = sparing
        self._login = login
        self._who = who
        self._clock = clock
        self._http: aiohttp.ClientSession | None = None
        self._api: Any = None
        self._refused = ""

    async def read(self) -> CarReading:
        """What the car last told. Raises CarError."""
        if self._refused:
            raise CarSetupError(self._refused)
        if importlib.util.find_spec(PACKAGE) is None:
            raise CarSetupError(ABSENT)
        if not self._login.password:
            raise CarSetupError(f'audi: "{SECRET}" is missing in the secrets: it is the password of the myAudi account')
        module = importlib.import_module(PACKAGE)
        try:
            async with asyncio.timeout(READ_S):
                return parse_vehicle(self._who, await self._vehicle(module), now=self._clock.now())
        except TimeoutError:
            raise CarError(f"{self._who} does not answer within {READ_S:.0f} s") from None
        except (module.AudiException, aiohttp.ClientError, OSError) as error:
            raise self._trouble(error) from error
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise CarError(f"{self._who}: {PACKAGE} does not understand the answer ({type(error).__name__})") from error

    async def close(self) -> None:
        """Hang up."""
        if self._http is not None:
            await self._http.close()

    async def _vehicle(self, module: Any) -> object:
        """The car, newly asked for."""
        login = self._login
        if self._http is None:
            self._http = aiohttp.ClientSession()
        if self._api is None or not self._api.is_connected:
            more = {} if login.model == MODELS[0] else {"model": login.model}  # older copies do not know the word
            self._api = module.AudiConnect(self._http, login.user, login.password, login.country, **more)
            await self._api.async_login(vinlist=[login.vin])  # it loads the car too
            if not self._api.is_connected:
                raise self._refusal()
            return self._found()
        vehicle = self._found()
        await vehicle.async_update()
        return vehicle

    def _found(self) -> Any:
        vehicles = self._api.vehicles
        known = list(vehicles.values() if isinstance(vehicles, Mapping) else vehicles or ())
        for vehicle in known:
            if str(vehicle.vin).upper() == self._login.vin:
                return vehicle
        cars = ", ".join(sorted(str(vehicle.vin) for vehicle in known)) or "no car at all"
        raise CarSetupError(f'audi: "vin" is {self._login.vin!r}; the account has {cars}')

    def _trouble(self, error: Exception) -> CarError:
        if any(kind.__name__ == "AuthorizationError" for kind in type(error).__mro__):
            return self._refusal()
        return CarError(f"{self._who} cannot be asked now ({str(error) or type(error).__name__})")

    def _refusal(self) -> CarSetupError:
        """The error of a refused log-in, after which none is tried."""
        self._refused = (
            f"{self._who} refuses the log-in. It is not tried again before the next start: wrong passwords lock the "
            'account. No program gets in since 2026: use "from": "eu_data_act", "mqtt" or "http"'
        )
        return CarSetupError(self._refused)


def parse_vehicle(who: str, vehicle: object, *, now: datetime) -> CarReading:
    """What the package knows of a car, whichever its shape; any part may be missing. Raises CarError."""
    battery = _part(vehicle, "charging", "battery_status")
    return CarReading(
        source=who,
        as_of=values.instant(_part(battery, "car_captured_timestamp"), now),
        soc_pct=state_of_charge(who, _part(battery, "current_soc_pct")),
        limit_pct=values.percent(_part(vehicle, "charging", "charging_settings", "target_soc_pct")),
        plugged=values.plug(_part(vehicle, "charging", "plug_status", "plug_connection_state")),
        charging=values.charging(_part(vehicle, "charging", "charging_status", "charging_state")),
        range_km=values.km(_part(battery, "cruising_range_electric_km")),
    )


def _part(thing: object, *names: str) -> object:
    """A part of a part, of dictionaries as of objects; None where one is missing."""
    for name in names:
        thing = thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
    return thing
