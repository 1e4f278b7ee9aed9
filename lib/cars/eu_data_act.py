"""A car of the VW group by the portal of the EU Data Act, which delivers a file each 15 min.

In: {"from": "eu_data_act", "vin": …, "user": …, "brand": "audi"} and the secret "eu_data_act", the password. Out: what
the newest file says, by lib/cars/data_act_file.py. The log-in, which changes often, is that of CarConnectivity's
connector, which the owner installs; of it only the part that talks to the portal is used, in a thread of its own, so
nothing polls beside us. It only reads: the portal takes no orders.
"""

import asyncio
import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Any

from lib.apart import begun
from lib.cars import CarError, CarSetupError, values
from lib.cars.data_act_file import parse_file, reading
from lib.cars.options import Options
from lib.clock import Clock
from lib.core.car import CarReading

SECRET = "eu_data_act"  # noqa: S105 - the name of the secret, not the secret
PACKAGES = "carconnectivity==0.11.11 carconnectivity-connector-vw-eu-data-act==0.3.2"
MODULE = "carconnectivity_connectors.vw_eu_data_act.client"
PORTAL = "https://eu-data-act.drivesomethinggreater.com"
BRANDS: Mapping[str, str] = {
    "audi": "AUDI",
    "volkswagen": "VOLKSWAGEN_PASSENGER_CARS",
    "volkswagen_commercial": "VOLKSWAGEN_COMMERCIAL_VEHICLES",
    "skoda": "SKODA",
    "seat": "SEAT",
    "cupra": "CUPRA",
    "bentley": "BENTLEY",
}
OPTIONS = ("vin", "user", "brand", "country", "language")
FLOOR_MIN = 15.0
READ_S, QUESTION_S = 28.0, 10
EMPTY = "_no_content_found.zip"
MOST_FILES = 4  # the newest file may hold no state of charge; older ones are asked for no further back


def open_eu_data_act(found: Mapping[str, object], secrets: Mapping[str, str], *, clock: Clock) -> "EuDataAct":
    """The source that these options describe; whether the packages are there shows at the first `read`.

    Raises CarSetupError.
    """
    options = Options(found, secrets, OPTIONS)
    login = Login(
        vin=options.text("vin", such_as='"WAUZZZ…"').upper(),
        user=options.text("user", such_as="the e-mail address of the account"),
        password=options.secret(SECRET, what="the password of the account of the car's maker"),
        brand=BRANDS[options.one_of("brand", tuple(BRANDS), "audi")],
        country=options.text("country", "be").lower(),
        language=options.text("language", "nl").lower(),
    )
    return EuDataAct(
        login,
        who=options.text("title", "EU Data Act"),
        floor_s=options.floor_s(FLOOR_MIN, least_min=FLOOR_MIN),
        sparing=not options.flag("idle", usual=True),
        clock=clock,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Whose car it is."""

    vin: str
    user: str
    password: str = field(repr=False)
    brand: str
    country: str
    language: str


class EuDataAct:
    """See the top of this file, and `CarSource`."""

    def __init__(self, login: Login, *, who: str, floor_s: float, sparing: bool, clock: Clock) -> None:
        self.floor_s = floor_s
        self.sparing = sparing
        self._portal = Portal(login, who=who, clock=clock)
        self._who = who
        self._running: asyncio.Future[CarReading] | None = None

    async def read(self) -> CarReading:
        """What the newest file says. Raises CarError."""
        if self._running and not self._running.done():
            raise CarError(f"{self._who} has not answered the last question yet")
        self._running = answer = begun(self._portal.read, "EU Data Act")
        if not (await asyncio.wait({answer}, timeout=READ_S))[0]:
            raise CarError(f"{self._who} does not answer within {READ_S:.0f} s")
        return answer.result()

    async def close(self) -> None:
        """Let it go; a question that is still open is left to itself."""
        if self._running is None or self._running.done():
            await asyncio.to_thread(self._portal.close)


class Portal:
    """The portal by the connector's client; synchronous, for one thread at a time."""

    def __init__(self, login: Login, *, who: str, clock: Clock) -> None:
        self._login = login
        self._who = who
        self._clock = clock
        self._client: Any = None
        self._order = ""  # the portal's name for the owner's order of data
        self._file = ""  # the last one that was read
        self._reading: CarReading | None = None

    def read(self) -> CarReading:
        """The newest file's reading; the same as before while there is no newer one. Raises CarError."""
        try:
            module = importlib.import_module(MODULE)
        except ImportError:
            raise CarSetupError(
                f"eu_data_act: CarConnectivity is not installed: .venv/bin/pip install {PACKAGES}"
            ) from None
        try:
            return self._read(module)
        except module.TooManyRequestsError as error:
            raise CarError(f"{self._who} was asked too often", again_s=error.retry_after) from error
        except module.AuthError as error:
            raise CarSetupError(
                f"{self._who} refuses the log-in ({error}). Open {PORTAL} in a browser once, log in and accept what it "
                f'asks; "user" and the secret "{SECRET}" must be the same'
            ) from error
        except module.ApiError as error:
            raise self._trouble(error) from error
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise CarError(f"{self._who} answers in a form that is not known here ({type(error).__name__})") from error

    def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.close()

    def _read(self, module: Any) -> CarReading:
        login = self._login
        if self._client is None:
            self._client = module.EudaApiClient(
                login.user,
                login.password,
                country=login.country,
                language=login.language,
                brand=login.brand,
                timeout=QUESTION_S,
            )
        if not self._order:
            told = self._client.get_metadata(login.vin)
            self._order = str(told.get("Identifier") or told.get("identifier") or "")
            if not self._order:
                raise self._nothing_ordered()
        files = self._files()
        if not files:
            raise CarError(f"{self._who} has no file yet: the first one comes some hours after the order")
        new = list(takewhile(lambda file: file[0] != self._file, files))
        if new:
            self._reading = self._newest(new)
            self._file = files[0][0]
        return self._reading or CarReading(source=self._who)

    def _files(self) -> list[tuple[str, datetime | None]]:
        """Names and times of the files that hold something, the newest first."""
        now = self._clock.now()
        listed = self._client.list_datasets(self._login.vin, self._order)
        files = [
            (entry["name"], values.instant(entry.get("createdOn"), now))
            for entry in listed
            if isinstance(entry, dict) and isinstance(entry.get("name"), str) and not entry["name"].endswith(EMPTY)
        ]
        return sorted(files, key=lambda file: (file[1].isoformat() if file[1] else "", file[0]), reverse=True)

    def _newest(self, files: list[tuple[str, datetime | None]]) -> CarReading:
        """The reading of the first file that has a state of charge, else of the first."""
        found: list[CarReading] = []
        for name, delivered in files[:MOST_FILES]:
            content = self._client.download_dataset(self._login.vin, self._order, name)
            file = parse_file(self._who, content, delivered=delivered, now=self._clock.now())
            found.append(reading(self._who, file))
            if found[-1].soc_pct is not None:
                return found[-1]
        return found[0]

    def _nothing_ordered(self) -> CarError:
        return CarError(
            f"{self._who} has no order for {self._login.vin}: in the portal ({PORTAL}) connect the car, "
            "and order continuous data each 15 minutes"
        )

    def _trouble(self, error: Exception) -> CarError:
        """What the connector says, in the owner's words."""
        self._order, order = "", self._order  # an order that was made anew has another name
        if "HTTP 404" in str(error):
            return CarError(f"{self._who} has no file yet") if order else self._nothing_ordered()
        return CarError(f"{self._who} does not answer as it should ({error})")
