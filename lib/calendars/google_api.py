"""Google's own library: the only file that imports it. All of it is called in one thread, and may wait there.

In: a log-in, a calendar's id and a time. Out: the items of `events.list` as Google gives them. Each way in which that
fails ends here, in a sentence for the owner.
"""

import json
import logging
import ssl
import time
from datetime import datetime
from http.client import HTTPException
from typing import Any

import google_auth_httplib2  # type: ignore[import-untyped]  # Google ships types with parts of its library only
import httplib2  # type: ignore[import-untyped]  # it ships no types
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.oauth2 import credentials as owner
from google.oauth2 import service_account
from googleapiclient.discovery import build  # type: ignore[import-untyped]  # as above
from googleapiclient.errors import HttpError  # type: ignore[import-untyped]  # as above

from lib.calendars import CalendarError, CalendarSetupError
from lib.calendars.google_login import Login

SCOPE = "https://www.googleapis.com/auth/calendar.events.readonly"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address, no secret
FIELDS = (
    "nextPageToken,accessRole,items(id,status,summary,description,start,end,attendees(self,responseStatus),"
    "recurringEventId,originalStartTime,eventType)"
)
EACH_PAGE, MOST_PAGES = 250, 20
PATIENCE_S = 10.0
BEGIN_S = 18.0  # later than this no further question begins, so that all of it ends within half a minute
NOISY = ("google", "google_auth_httplib2", "googleapiclient")
FIRST_TROUBLE = 500
TOO_OFTEN = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}
EXPIRED = (
    "the log-in has expired: in publishing state Testing Google ends it after 7 days; a service account does not; "
    "do ev_app.py --connect google again"
)


class GoogleApi:
    """A calendar service with its log-in. Made and used in one thread, but for `hurry`.

    url: of the calendar API elsewhere, with /calendar/v3/ at its end. retries: of a question that is answered with
    trouble of Google's own, with growing pauses.
    """

    def __init__(self, login: Login, *, url: str | None, retries: int) -> None:
        for name in NOISY:
            logging.getLogger(name).setLevel(logging.ERROR)  # each trouble is told once, by us
        self._login = login
        self._retries = retries
        self._http = _Hasty(timeout=PATIENCE_S)
        try:
            service = build(
                "calendar",
                "v3",
                http=google_auth_httplib2.AuthorizedHttp(_credentials(login), http=self._http),
                static_discovery=True,
                cache_discovery=False,
                client_options={"api_endpoint": url} if url else None,
            )
        except (ValueError, GoogleAuthError) as error:  # its text may hold a part of the key
            raise CalendarSetupError(
                "the private key of the service account cannot be read: make a new key for it, of type JSON"
            ) from error

        self._calls = service.events()  # made once: each holds itself, and would wait for the garbage collector

    def events(self, calendar_id: str, start: datetime, end: datetime) -> list[Any]:
        """The items that touch the time from `start` to `end`, repeated ones one by one. Raises CalendarError."""
        self._http.until_s = time.monotonic() + BEGIN_S
        try:
            return self._pages(calendar_id, start, end)
        except HttpError as error:
            raise CalendarError(self._refused(error, calendar_id)) from error
        except RefreshError as error:
            raise CalendarError(self._locked_out(error)) from error
        except (OSError, HTTPException, httplib2.HttpLib2Error, TransportError) as error:
            raise CalendarError(_unreachable(error)) from error
        except (ValueError, TypeError, KeyError, GoogleAuthError) as error:
            raise CalendarError(
                "Google answers, but not as it should: does a log-in page stand between this house and the internet? "
                f"({type(error).__name__})"
            ) from error
        finally:
            self._http.close()  # until the next time it would only go stale

    def hurry(self) -> None:
        """Begin no further question; from any thread."""
        self._http.until_s = time.monotonic()

    def close(self) -> None:
        """Let it go."""
        self._http.close()

    def _pages(self, calendar_id: str, start: datetime, end: datetime) -> list[Any]:
        request = self._calls.list(
            calendarId=calendar_id,
            timeMin=start.isoformat(),
            timeMax=end.isoformat(),
            singleEvents=True,
            orderBy="startTime",
            maxResults=EACH_PAGE,
            fields=FIELDS,
        )
        items: list[Any] = []
        for _ in range(MOST_PAGES):
            answer = request.execute(num_retries=self._retries)
            if not isinstance(answer, dict):
                raise TypeError("no object")
            if answer.get("accessRole") == "freeBusyReader":
                raise CalendarError(
                    f"the calendar shows only when you are busy: share it with {self._login.who} again, with 'See all "
                    "event details'"
                )
            items += answer.get("items", [])
            request = self._calls.list_next(request, answer)
            if request is None:
                return items
        raise CalendarError(f"the calendar has more than {EACH_PAGE * MOST_PAGES} events in the coming days")

    def _refused(self, error: HttpError, calendar_id: str) -> str:
        """What an answer that is no list means, and what to do."""
        who, reasons = self._login.who, _reasons(error)
        match error.status_code:
            case 404:
                return (
                    f"{calendar_id} is no calendar that {who} may see: check its id (in its settings, under 'Integrate "
                    f"calendar'), and share it with {who}, with 'See all event details'"
                )
            case 401:
                again = "make a new key for it" if self._login.service else "do ev_app.py --connect google again"
                return f"Google does not accept the log-in of {who}: {again}"
            case 403 if "accessNotConfigured" in reasons:
                return (
                    "the Google Calendar API is not switched on in the project of this log-in: do so at "
                    "console.cloud.google.com, under APIs & Services"
                )
            case 403 if "insufficientPermissions" in reasons:
                return "the log-in may not read events: do ev_app.py --connect google again and allow it"
            case 403 if not reasons & TOO_OFTEN:
                return f"Google says no ({error.reason}): share the calendar with {who}, with 'See all event details'"
            case 403 | 429:
                return "Google was asked too often; it is asked again later"
            case status if status >= FIRST_TROUBLE:
                return f"Google has trouble of its own (HTTP {status})"
        return f"Google refuses the question (HTTP {error.status_code}: {error.reason})"

    def _locked_out(self, error: RefreshError) -> str:
        """What a log-in that is not renewed means, and what to do."""
        said = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], dict) else {}
        code, words = said.get("error"), said.get("error_description") or said.get("error") or "no reason given"
        if error.retryable or code is None:
            return "Google's log-in service has trouble of its own"
        if self._login.service:
            return (
                f"Google does not accept the key of {self._login.who} ({words}): is the clock of this machine right, "
                "and does the account still exist? Else make a new key for it"
            )
        if code == "invalid_grant":
            return EXPIRED
        return f"Google does not accept the log-in ({words}): do ev_app.py --connect google again"


class _Hasty(httplib2.Http):  # type: ignore[misc]  # of a library without types
    """HTTP that begins no question after `until_s`, whoever repeats it."""

    until_s = 0.0

    def request(self, *args: Any, **kwargs: Any) -> Any:
        """See httplib2.Http."""
        if time.monotonic() >= self.until_s:
            raise CalendarError("Google has no good answer in time; it is asked again later")
        return super().request(*args, **kwargs)


class _Plain(Credentials):
    """A log-in that asks for tokens and nothing else; Google's own ones ask a further service in a further thread."""

    def __init__(self, login: Credentials) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Google's functions say no types
        self._login = login

    def refresh(self, request: Any) -> None:
        """See Credentials."""
        self._login.refresh(request)  # type: ignore[no-untyped-call]  # as above
        self.token, self.expiry = self._login.token, self._login.expiry


def _credentials(login: Login) -> Credentials:
    service: Any = service_account.Credentials  # their functions say no types
    of_owner: Any = owner.Credentials
    info = login.info
    if login.service:
        return _Plain(service.from_service_account_info(info, scopes=[SCOPE]))
    return _Plain(
        of_owner(
            None,
            refresh_token=info["refresh_token"],
            client_id=info["client_id"],
            client_secret=info["client_secret"],
            token_uri=info.get("token_uri") or TOKEN_URI,
        )
    )


def _reasons(error: HttpError) -> set[str]:
    """Google's own words for why, such as "forbidden"."""
    try:
        said = json.loads(error.content)["error"]["errors"]
        return {str(one.get("reason", "")) for one in said}
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()


def _unreachable(error: Exception) -> str:
    match error:
        case httplib2.ServerNotFoundError():
            return "Google is not found: is this house online?"
        case ssl.SSLError():
            return "Google shows a certificate that cannot be trusted: is the clock of this machine right?"
        case TimeoutError():
            return f"Google does not answer within {PATIENCE_S:.0f} s"
        case OSError(strerror=str(why)):
            return f"Google cannot be reached: {why}"
        case TransportError(args=(Exception() as inner, *_)):
            return _unreachable(inner)
    return f"Google cannot be asked ({type(error).__name__})"
