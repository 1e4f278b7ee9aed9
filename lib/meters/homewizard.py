"""HomeWizard's P1 meter, asked for its telegram once a second.

In: `homewizard://HOST` (API v1, switched on in its app) or `homewizard2://HOST` (API v2, with a token). Out: each new
telegram as the box has it. The box repeats its last telegram for hours when its cable is out, so only one that differs
from the one before is new, and the first answer is just what the next ones are compared with.
"""

import asyncio
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path

from lib.meters import NO_SECRETS, Meter, MeterError, QuietError, SourceError
from lib.meters.address import find_secret
from lib.meters.homewizard_api import CA, Answer, Box

PERIOD_S = 1.0  # the vendor asks for no more than twice a second
SHIFT_S = 0.25
SECRET = "homewizard"  # noqa: S105 - the name of the secret, not the secret
USER = "local/digital-meter"
NO_TELEGRAM = b"telegram:no-telegram-received"
TOKEN = re.compile(r"[0-9A-Za-z]{8,128}")  # the vendor's have 32 hexadecimal digits


async def open_homewizard(source: str, *, secrets: Mapping[str, str] = NO_SECRETS, ca: Path = CA) -> Meter:
    """Ask the box a first time.

    secrets: see `open_meter`; ca: who signs the certificates of the boxes.
    Raises SourceError for a bad address or, with v2, without a token; MeterError when the box does not answer or
    refuses.
    """
    box = Box(source, ca=ca)
    try:
        meter = _HomeWizardMeter(box, _find_token(box, secrets) if box.secure else "")
        await meter.begin()
    except BaseException:
        await box.close()
        raise
    return meter


async def ask_for_token(box: Box) -> str | None:
    """A token from a v2 box; None until somebody presses its button. Raises MeterError."""
    answer = await box.ask("api/user", said={"name": USER})
    if answer.status == 403:
        return None
    if answer.status != 200:
        raise _refusal(box, answer)
    try:
        token = json.loads(answer.body)["token"]
    except (ValueError, KeyError, TypeError):
        token = None
    if not isinstance(token, str) or not TOKEN.fullmatch(token):
        raise MeterError(f"{box.address} answers without a token: is it a HomeWizard P1 meter with API v2?")
    return token


class _HomeWizardMeter:
    live = True

    def __init__(self, box: Box, token: str) -> None:
        self.name = str(box.address)
        self._box = box
        self._token = token
        self._path = "api/telegram" if box.secure else "api/v1/telegram"
        self._beat = Beat(PERIOD_S)
        self._last = b""

    async def begin(self) -> None:
        """Take the telegram that the box has now, which may be hours old. Raises MeterError."""
        await self._beat.wait()
        try:
            self._last = await self._ask()
        except QuietError:
            self._last = b""

    async def read(self) -> bytes:
        """The next new telegram; QuietError for each time that there is none."""
        await self._beat.wait()
        telegram = await self._ask()
        if telegram == self._last:
            self._beat.shift(SHIFT_S)  # away from the instant at which the meter talks
            raise QuietError(f"{self.name} answers, but has no new telegram: is it firmly in the meter?")
        self._last = telegram
        return telegram

    async def close(self) -> None:
        """Hang up."""
        await self._box.close()

    async def _ask(self) -> bytes:
        answer = await self._box.ask(self._path, token=self._token)
        telegram = answer.body.strip()
        if NO_TELEGRAM in telegram or (answer.status == 200 and not telegram):
            raise QuietError(f"{self.name} gets no telegram: is it in the meter, and is the P1 port opened?")
        if answer.status != 200:
            raise _refusal(self._box, answer)
        if not telegram.startswith(b"/"):
            raise MeterError(f"{self.name} answers, but not with a telegram: is it a HomeWizard P1 meter?")
        return telegram + b"\r\n"


class Beat:
    """Instants `period_s` apart, of which none is made up for when it was missed."""

    def __init__(self, period_s: float) -> None:
        self._period_s = period_s
        self._due_s = asyncio.get_running_loop().time()

    async def wait(self) -> None:
        """Until the next instant; the first is now."""
        now_s = asyncio.get_running_loop().time()
        missed = max(0, math.ceil((now_s - self._due_s) / self._period_s - 1e-6))
        self._due_s += missed * self._period_s
        await asyncio.sleep(self._due_s - now_s)
        self._due_s += self._period_s

    def shift(self, by_s: float) -> None:
        """Let the next instant and all after it come `by_s` later."""
        self._due_s += by_s


def _find_token(box: Box, secrets: Mapping[str, str]) -> str:
    token = find_secret(secrets, SECRET, box.address)
    if not token:
        raise SourceError(f"{box.address} needs a token: {_pairing(box)}")
    if not TOKEN.fullmatch(token):
        raise SourceError(f"the token for {box.address} is none of HomeWizard's: {_pairing(box)}")
    return token


def _pairing(box: Box) -> str:
    where = box.host if box.address.port == 443 else box.address
    return f"run ./do_py.sh dm.py --pair homewizard2://{where}, then start again"


def _refusal(box: Box, answer: Answer) -> MeterError:
    """What the box's status means, and what the owner can do about it."""
    match answer.status:
        case 403 | 404 if not box.secure:
            why = (
                f"{box.address} keeps its telegrams to itself: in HomeWizard's app, under Settings, Meters, switch on "
            )
            return MeterError(why + "Local API")
        case 401 | 403:
            return MeterError(f"{box.address} does not take the token (any more): {_pairing(box)}")
        case 404:
            return MeterError(f"{box.address} has no telegrams in API v2: update its firmware, or try homewizard://")
        case 429:
            return MeterError(f"{box.address} is asked too often: does another program ask it too?")
        case status if status >= 500:
            return MeterError(f"{box.address} has trouble of its own (HTTP {status}): if it lasts, restart the box")
        case status:
            return MeterError(f"{box.address} answers HTTP {status}, not a telegram: is it a HomeWizard P1 meter?")
