"""`ev_app.py --connect google|smartcar`: a log-in in any browser, whose outcome the owner pastes back here.

The page that the browser is sent to at the end, http://localhost/?code=…, need not be there: its address holds all
that is wanted. So the Pi needs no screen, no tunnel and no server.
"""

import asyncio
import hashlib
import json
import os
import secrets as chance
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from yarl import URL

from lib.cars import CarError, CarSetupError
from lib.cars import smartcar as car
from lib.cars.smartcar_account import SECRET as SMARTCAR_TOKEN
from lib.cars.smartcar_account import Account, Origins, Tokens, fetch_tokens, parse_origins, tokens_text
from lib.clock import WallClock
from lib.commands import SLIP
from lib.secrets import SecretsError, keep_secret, load_secrets
from lib.service import Answer, Service
from lib.tilde import filled

REDIRECT = "http://localhost/"
TRIES = 3
PATIENCE_S = 15.0
GOOGLE_TOKEN = "google_token"  # noqa: S105 - the name of the secret, not the secret
GOOGLE_SCOPE = "https://www.googleapis.com/auth/calendar.events.readonly"
SMARTCAR_SCOPE = "read_battery read_charge read_vehicle_info read_vin control_charge"
PASTE = "The address the browser ends at (it begins with http://localhost/): "
Say = Callable[[str], None]
Ask = Callable[[str], str]


class PasteError(Exception):
    """What was pasted is not it; a sentence for the owner, who may try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Google:
    """Where Google is."""

    auth: str = "https://accounts.google.com/o/oauth2/v2/auth"
    token: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """This program, as the owner registered it."""

    name: str
    secret: str = field(repr=False)


def run(
    what: str,
    secrets: Path,
    *,
    ask: Ask = input,
    say: Say = print,
    google: Google | None = None,
    smartcar: Origins | None = None,
) -> int:
    """Connect with `what` and keep its token in `secrets`; the exit code.

    0; 1 when no token was given; SLIP when the file of secrets or what it says of our registration cannot be used.
    No token is ever printed. ask: puts a question to the owner; say: tells something. google, smartcar: where they are.
    """
    try:
        known = load_secrets(secrets).others  # before the owner goes to the browser
        match what:
            case "google":
                return _google(secrets, known, ask, say, google or Google())
            case "smartcar":
                return _smartcar(secrets, known, ask, say, smartcar or parse_origins(os.environ))
        say(f"--connect is {what!r}; allowed is google or smartcar")
    except (SecretsError, CarSetupError) as error:
        say(str(error))
    except CarError as error:
        say(f"{error}; nothing was changed")
        return 1
    except (EOFError, KeyboardInterrupt):
        say("Not connected; nothing was changed.")
        return 1
    return SLIP


def _google(secrets: Path, known: Mapping[str, str], ask: Ask, say: Say, origins: Google) -> int:
    client = _google_client(known)
    verifier = chance.token_urlsafe(64)
    state = chance.token_urlsafe(16)
    link = URL(origins.auth).with_query(
        client_id=client.name,
        redirect_uri=REDIRECT,
        response_type="code",
        scope=GOOGLE_SCOPE,
        access_type="offline",
        prompt="consent",
        code_challenge=_challenge(verifier),
        code_challenge_method="S256",
        state=state,
    )
    say(
        "This log-in gives the program your calendars' events to read, and nothing else. While your Google project is "
        'in publishing state "Testing" it ends after 7 days; a service account never does and is the better way: share '
        'the calendar with its address and keep its file as "google_service_account" in the secrets.'
    )
    token = ""
    for code in _codes(str(link), state, ask, say):
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": verifier}
        form |= {"client_id": client.name, "client_secret": client.secret}
        try:
            token = _google_token(asyncio.run(_post("Google", origins.token, form)))
            break
        except PasteError as error:
            say(str(error))
    if not token:
        return _given_up(say)
    kept = {"client_id": client.name, "client_secret": client.secret, "refresh_token": token}
    keep_secret(secrets, GOOGLE_TOKEN, json.dumps(kept))
    say(f'Connected: the token is in {secrets} as "{GOOGLE_TOKEN}". Start ev again to use it.')
    return 0


def _google_client(known: Mapping[str, str]) -> Client:
    """This program at Google: from two secrets, or the file that Google's console gives. Raises CarSetupError."""
    name, secret = known.get("google_client_id", ""), known.get("google_client_secret", "")
    if name and secret:
        return Client(name=name, secret=secret)
    written = known.get("google_client", "")
    if not written:
        raise CarSetupError(
            'google: "google_client" is missing in the secrets: it is where client_secret.json lies, which '
            "console.cloud.google.com gives for an OAuth client of type Desktop app; or write both "
            '"google_client_id" and "google_client_secret"'
        )
    try:
        text = written if written.lstrip().startswith("{") else filled(written).read_text("utf-8")
        match json.loads(text):
            case {"installed": {"client_id": str(name), "client_secret": str(secret)}}:
                return Client(name=name, secret=secret)
    except OSError as error:
        raise CarSetupError(f'google: "google_client" names a file that cannot be read: {error.strerror}') from None
    except ValueError:  # it may hold a secret, so nothing of it is said
        pass
    raise CarSetupError('google: "google_client" is no client_secret.json of an OAuth client of type Desktop app')


def _google_token(answer: Answer) -> str:
    """The lasting token of an answer. Raises PasteError, CarError."""
    found = answer.told() if answer.status < 500 else {}
    match found:
        case {"refresh_token": str(token)} if answer.is_ok and token:
            return token
        case {"access_token": str()} if answer.is_ok:
            raise CarSetupError(
                "google: no lasting token was given; remove this program at myaccount.google.com/connections and try "
                "again"
            )
        case {"error": "invalid_grant"}:
            raise PasteError("Google takes a code once, and for some minutes only: open the link anew.")
        case {"error": "invalid_client" | "unauthorized_client" | "redirect_uri_mismatch" as why}:
            raise CarSetupError(f"google: the client is refused ({why}); it must be one of type Desktop app")
    raise answer.trouble()


def _smartcar(secrets: Path, known: Mapping[str, str], ask: Ask, say: Say, origins: Origins) -> int:
    name, secret = known.get("smartcar_client_id", ""), known.get("smartcar_client_secret", "")
    if not (name and secret):
        raise CarSetupError(
            'smartcar: "smartcar_client_id" and "smartcar_client_secret" are missing in the secrets: '
            f"dashboard.smartcar.com shows them, and must have {REDIRECT} among its redirect URIs"
        )
    state = chance.token_urlsafe(16)
    link = (URL(origins.connect) / "oauth/authorize").with_query(
        client_id=name,
        redirect_uri=REDIRECT,
        response_type="code",
        scope=SMARTCAR_SCOPE,
        mode="live",
        approval_prompt="force",
        state=state,
    )
    tokens = Tokens(client_id=name, client_secret=secret, refresh_token="")
    cars: dict[str, str] = {}
    for code in _codes(str(link), state, ask, say):
        try:
            tokens, cars = asyncio.run(_smartcar_tokens(secrets, origins, tokens, code))
            break
        except CarSetupError as error:
            say(f"{error}.")
    if not tokens.refresh_token:
        return _given_up(say)
    say(f'Connected: the token is in {secrets} as "{SMARTCAR_TOKEN}". Start ev again to use it.')
    say(f"The account has {', '.join(sorted(cars))}." if cars else "Which cars it has will be asked later.")
    return 0


async def _smartcar_tokens(secrets: Path, origins: Origins, tokens: Tokens, code: str) -> tuple[Tokens, dict[str, str]]:
    """What Smartcar gives for a code, kept at once, and the cars that come with it. Raises CarError."""
    clock = WallClock()
    web = Service("Smartcar", fault=CarError, patience_s=PATIENCE_S)
    try:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        tokens = await fetch_tokens(web, origins, tokens, form, clock.now())
    finally:
        await web.close()

    def keep(text: str) -> None:
        keep_secret(secrets, SMARTCAR_TOKEN, text)

    kept = tokens_text(tokens)
    keep(kept)
    account = Account(kept=lambda: kept, keep=keep, origins=origins, clock=clock, patience_s=PATIENCE_S)
    try:
        cars = await car.find_vehicles(account)
        await account.learn(cars)
    except CarError:  # the token is kept; the cars are looked for again when they are read
        cars = {}
    finally:
        await account.close()
    return tokens, cars


def _codes(link: str, state: str, ask: Ask, say: Say) -> Iterator[str]:
    """The codes that the owner pastes, as long as he may try."""
    say("Open this link in any browser, on any machine, and log in:")
    say(link)
    say(
        "At the end the browser shows an error, for nothing is at localhost. That is as it should be: copy the whole "
        "address from its address bar."
    )
    for _ in range(TRIES):
        try:
            code = parse_paste(ask(PASTE), state)
        except PasteError as error:
            say(str(error))
            continue
        yield code


def parse_paste(pasted: str, state: str) -> str:
    """The code in the address that the browser ended at. Raises PasteError when it is not of the log-in of `state`."""
    try:
        parts = parse_qs(urlsplit(pasted.strip().strip("'\"<>")).query)
    except ValueError:
        parts = {}
    match parts:
        case {"error": [str(why), *_]}:
            raise PasteError(f"The log-in was refused there ({why[:60]}): open the link again, and allow it.")
        case {"code": [str(code)], "state": [str(said)]} if said == state:
            return code
        case {"code": [str()], "state": [str()]}:
            raise PasteError("That address is of another log-in: open the link above, and copy the one it ends at.")
    raise PasteError(f"That is not the whole address: it begins with {REDIRECT} and holds code= and state=.")


def _challenge(verifier: str) -> str:
    """What shows later that who brings the code is who asked for it (RFC 7636, S256)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


async def _post(who: str, url: str, form: Mapping[str, str]) -> Answer:
    web = Service(who, fault=CarError, patience_s=PATIENCE_S)
    try:
        return await web.ask(URL(url), form=form)
    finally:
        await web.close()


def _given_up(say: Say) -> int:
    say("Not connected; nothing was changed.")
    return 1
