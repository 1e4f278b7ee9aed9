"""An account at Smartcar: tokens that live two hours, renewed by one that lives sixty days and changes with each use.

In: what `--connect smartcar` kept under "smartcar_token". Out: answers of its API, each new token handed over to be
kept. Plain HTTP and not the `smartcar` package: that one waits 310 s for an answer, which nobody can change, and fixes
its addresses for the whole process when it is imported.
Source: smartcar.com/docs, API version 2.0.
"""

import asyncio
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

from yarl import URL

from lib.cars import CarError, CarSetupError, values
from lib.clock import Clock
from lib.service import Answer, Service

SECRET = "smartcar_token"  # noqa: S105 - the name of the secret, not the secret
WHO = "Smartcar"
VERSION = "v2.0"
AGAIN = "connect the car again: ev_app.py --connect smartcar"
SPARE = timedelta(minutes=5)  # a token is renewed so long before it ends
LIVES_S, LONGEST_S = 7_200, 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """Where Smartcar is; other places in tests."""

    api: str = "https://api.smartcar.com"
    auth: str = "https://auth.smartcar.com/oauth/token"
    connect: str = "https://connect.smartcar.com"


def parse_origins(environ: Mapping[str, str]) -> Origins:
    """The usual places, or those that the variables of Smartcar's own package name."""
    usual = Origins()
    return Origins(
        api=environ.get("SMARTCAR_API_ORIGIN") or usual.api,
        auth=environ.get("SMARTCAR_AUTH_ORIGIN") or usual.auth,
        connect=environ.get("SMARTCAR_CONNECT_ORIGIN") or usual.connect,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What the secrets file keeps of an account. expires: of the access token; vehicles: VIN → Smartcar's own id."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_token: str = field(default="", repr=False)
    expires: datetime | None = None
    vehicles: Mapping[str, str] = field(default_factory=dict)


def tokens_text(tokens: Tokens) -> str:
    """As it is kept."""
    return json.dumps(asdict(tokens) | {"expires": tokens.expires.isoformat() if tokens.expires else ""})


def parse_tokens(text: str) -> Tokens:
    """What was kept. Raises CarSetupError."""
    try:
        match json.loads(text):
            case {"client_id": str(name), "client_secret": str(secret), "refresh_token": str(refresh), **more}:
                expires, vehicles = more.get("expires"), more.get("vehicles")
                return Tokens(
                    client_id=name,
                    client_secret=secret,
                    refresh_token=refresh,
                    access_token=str(more.get("access_token") or ""),
                    expires=datetime.fromisoformat(expires) if isinstance(expires, str) and expires else None,
                    vehicles={str(vin): str(own) for vin, own in vehicles.items()}
                    if isinstance(vehicles, dict)
                    else {},
                )
    except ValueError:
        pass
    raise CarSetupError(f'smartcar: "{SECRET}" in the secrets is not what was kept there; {AGAIN}')


async def fetch_tokens(
    web: Service, origins: Origins, tokens: Tokens, form: Mapping[str, str], now: datetime
) -> Tokens:
    """`tokens` with what Smartcar gives for `form`. Raises CarError; CarSetupError when it gives none for this ever."""
    login = b64encode(f"{tokens.client_id}:{tokens.client_secret}".encode()).decode()
    answer = await web.ask(URL(origins.auth), headers={"Authorization": f"Basic {login}"}, form=form)
    if answer.status in {400, 401, 403}:
        raise CarSetupError(f"{WHO} refuses the log-in ({_said(answer)}): {AGAIN}")
    if not answer.is_ok:
        raise answer.trouble()
    match answer.told():
        case {"access_token": str(access), "refresh_token": str(refresh), **more}:
            said_s = more.get("expires_in")
            lives_s = said_s if isinstance(said_s, int) and 0 < said_s < LONGEST_S else LIVES_S
            expires = now + timedelta(seconds=lives_s)
            return replace(tokens, access_token=access, refresh_token=refresh, expires=expires)
    raise CarError(f"{WHO} answers without tokens")


class Account:
    """Questions to Smartcar with a token that is alive. keep: is given what is to be kept, each time it changes."""

    def __init__(
        self, *, kept: Callable[[], str], keep: Callable[[str], None], origins: Origins, clock: Clock, patience_s: float
    ) -> None:
        self._kept = kept
        self._keep = keep
        self._origins = origins
        self._clock = clock
        self._web = Service(WHO, fault=CarError, patience_s=patience_s)
        self._text = kept()
        self._tokens = parse_tokens(self._text)

    @property
    def tokens(self) -> Tokens:
        """The newest."""
        return self._tokens

    async def ask(self, path: str, *, told: Mapping[str, object] | None = None) -> Answer:
        """The answer to GET `path`, or to POST of `told`. Raises CarError, in its own words for its usual refusals."""
        answer = await self._ask_once(path, told)
        if answer.status == 401:  # withdrawn early, or our clock is wrong
            await self._renew()
            answer = await self._ask_once(path, told)
        if not answer.is_ok:
            raise _refusal(answer)
        return answer

    async def learn(self, vehicles: Mapping[str, str]) -> None:
        """Keep the ids of cars: each look for them would be a call."""
        await self._set(replace(self._tokens, vehicles={**self._tokens.vehicles, **vehicles}))

    async def close(self) -> None:
        """Hang up."""
        await self._web.close()

    async def _ask_once(self, path: str, told: Mapping[str, object] | None) -> Answer:
        now = self._clock.now()
        self._look()
        if self._tokens.expires is None or self._tokens.expires - SPARE <= now:
            await self._renew()
        headers = {"Authorization": f"Bearer {self._tokens.access_token}", "sc-unit-system": "metric"}
        return await self._web.ask(URL(self._origins.api) / VERSION / path, headers=headers, json=told)

    async def _renew(self) -> None:
        """A new pair of tokens; the old one is dead a minute later, so it is kept at once."""
        used = self._tokens.refresh_token
        form = {"grant_type": "refresh_token", "refresh_token": used}
        try:
            await self._set(await fetch_tokens(self._web, self._origins, self._tokens, form, self._clock.now()))
        except CarSetupError:
            self._look()
            if self._tokens.refresh_token == used:
                raise

    def _look(self) -> None:
        """Take what another car's source of the same account has kept meanwhile."""
        text = self._kept()
        if text and text != self._text:
            self._text, self._tokens = text, parse_tokens(text)

    async def _set(self, tokens: Tokens) -> None:
        self._tokens = tokens
        await asyncio.to_thread(self._keep, tokens_text(tokens))  # it waits for the disk
        self._text = self._kept()


def _said(answer: Answer) -> str:
    """What a refusal says in words, else its number."""
    try:
        match answer.told():
            case {"description": str(said)} | {"error_description": str(said)} | {"error": str(said)} if said:
                return " ".join(said.split())[:200].rstrip(".")
    except CarError:
        pass
    return f"HTTP {answer.status}"


def _refusal(answer: Answer) -> Exception:
    """Why the API gives no answer, in the owner's words."""
    match answer.status:
        case 401:
            return CarSetupError(f"{WHO} refuses the token: {AGAIN}")
        case 403:
            return CarSetupError(f"{WHO} may not do this with the car ({_said(answer)}): {AGAIN}")
        case 404:
            return CarSetupError(f"{WHO} does not know the car any more: {AGAIN}")
        case 409:
            return CarError(f"the car cannot be asked now ({_said(answer)}); {WHO} is asked again later")
        case 429:
            return CarError(f"{WHO} was asked too often, or the plan's calls are used up", again_s=answer.again_s)
        case 501:
            return CarSetupError(f"this car cannot do that by {WHO} ({_said(answer)})")
    return answer.trouble()


def as_of(answer: Answer, now: datetime) -> datetime | None:
    """When the car measured what an answer says."""
    return values.instant(answer.headers.get("sc-data-age"), now)
