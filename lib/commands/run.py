"""What each program does around its loop: one per home, a log, a door, a screen, and an orderly end.

The screen is a listener. It is shown beside the loop, after the sockets; when it breaks the loop goes on and the screen
comes back.
"""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Protocol

from lib.batteries import BatterySetupError
from lib.chargers import ChargerSetupError
from lib.commands import SLIP
from lib.feeds import FeedSetupError
from lib.hub.gate import Role
from lib.hub.history import History
from lib.hub.orders import NO_HANDLERS, Handlers
from lib.hub.questions import HOUSE, Question
from lib.hub.server import Hub, HubError
from lib.hub.states import HOUSE_STATES
from lib.messages import Message, Say
from lib.meters import MeterError
from lib.secrets import SecretsError, door_tokens, load_secrets
from lib.settings import Settings
from lib.store.database import StoreError
from lib.store.lock import AlreadyRunningError, hold
from lib.store.logs import open_log

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
END_S = 12.0  # chargers and batteries are given back as they were, and one may not answer
log = logging.getLogger(__name__)

Word = Callable[[str], Awaitable[str]]


class Screen(Protocol):
    """A dashboard."""

    @property
    def return_code(self) -> int | None:
        """Not 0 when it broke; then `failure` may say why."""

    @property
    def failure(self) -> Exception | None:
        """The bug that broke it."""

    def show(self, message: Message) -> None:
        """Draw the message soon; never waits."""

    async def run_async(self) -> object:
        """Until the owner leaves it."""


def run(program: str, config: Settings, standing: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run `standing`, which is a call of `stand`, with a log and as the only one of its home; the exit code."""
    open_log(config.log, f"{'log_info' if program == 'dm' else program}.log")
    try:
        _hold(config.store / f"{program}.lock")
        return asyncio.run(standing())
    except (
        AlreadyRunningError,
        BatterySetupError,
        ChargerSetupError,
        FeedSetupError,
        HubError,
        MeterError,
        SecretsError,
        StoreError,
    ) as error:
        of_config = isinstance(error, BatterySetupError | ChargerSetupError | FeedSetupError)
        said = f"config.py: {error}" if of_config else str(error)
        log.error(said)  # noqa: TRY400 - the sentence is for the owner, a traceback is not
        print(f"{program}: {said}", file=sys.stderr)
        return SLIP
    except Exception:
        log.exception("%s ends by a bug of its own", program)
        raise


def _hold(lock: Path) -> None:
    """Keep a second one from starting; where the disk cannot be written that is not worth a meter that is not read."""
    try:
        hold(lock)
    except OSError as error:
        log.warning("%s: cannot be locked: %s; a second start would not be noticed", lock, error.strerror)


async def stand(
    program: str,
    config: Settings,
    work: Callable[[Say], Coroutine[Any, Any, None]],
    *,
    boot: str,
    screen: Callable[[], Screen] | None,
    words: Mapping[str, Word],
    orders: Handlers = NO_HANDLERS,
    questions: Mapping[str, Question] = HOUSE,
    states: Mapping[str, type[Message]] = HOUSE_STATES,
    history: History | None = None,
) -> int:
    """Stand around `work` until it ends, the owner quits or the system says stop; the exit code.

    work: is given what to say each message with; screen: makes a dashboard, None runs without. At the door: words, more
    lines that a person may type; orders, what carries out each kind that the program takes; questions and states, what
    is answered from what it said; history, what answers questions about the past.
    """
    hub = _hub(
        program, config, boot=boot, words=words, orders=orders, questions=questions, states=states, history=history
    )
    shown = Shown(screen) if screen else None
    loop = asyncio.get_running_loop()

    def say(message: Message) -> None:
        if hub:
            hub.say(message)
        if shown:
            loop.call_soon(shown.show, message)  # behind the senders that `say` has just woken

    if hub:
        await hub.start()
    working = asyncio.create_task(work(say), name=program)
    showing = asyncio.create_task(shown.run(), name="screen") if shown else working
    code = 0

    def stop(number: signal.Signals) -> None:
        nonlocal code
        code = 128 + number  # only the owner's own word ends it with 0, after which nobody starts it again
        if shown:
            shown.leave()
        showing.cancel()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop, number)
    gc.collect()
    gc.freeze()  # what is loaded now stays: a full collection would look at all of it for 50 ms
    log.info("%s starts (%s)", program, boot)
    try:
        await asyncio.wait({working, showing}, return_when=asyncio.FIRST_COMPLETED)
        if working.done() and not working.cancelled() and not working.exception():
            await asyncio.wait({showing})  # a recording that is over stays on the screen
    finally:
        for task in (showing, working):
            task.cancel()
        await asyncio.wait({showing, working}, timeout=END_S)
        if hub:
            await hub.close()
        log.info("%s ends", program)
    for task in (working, showing):
        if task.done() and not task.cancelled():
            task.result()
    return code


def _hub(
    program: str,
    config: Settings,
    *,
    boot: str,
    words: Mapping[str, Word],
    orders: Handlers,
    questions: Mapping[str, Question],
    states: Mapping[str, type[Message]],
    history: History | None,
) -> Hub | None:
    """The door of a program; tokens are made when other machines can reach it. Raises SecretsError."""
    door = config.doors.get(program)
    if door is None:
        return None
    tokens = load_secrets(config.secrets).door if door.is_loopback else door_tokens(config.secrets)
    return Hub(
        program,
        boot=boot,
        host=door.host,
        port=door.port,
        questions=questions,
        words=words,
        orders=orders,
        states=states,
        tokens={Role.VIEW: tokens.view, Role.CONTROL: tokens.control} if tokens else {},
        names=config.door_names,
        tls=config.tls,
        history=history,
    )


class Shown:
    """The screen, kept up: the newest word of each kind is drawn, also by a screen that comes after a broken one."""

    def __init__(self, make: Callable[[], Screen]) -> None:
        self._make = make
        self._screen: Screen | None = None
        self._newest: dict[str, Message] = {}
        self._leaving = False

    def leave(self) -> None:
        """Show no further screen: one that is just breaking may take no notice of being cancelled."""
        self._leaving = True

    def show(self, message: Message) -> None:
        """Draw `message` soon."""
        self._newest[message.type] = message
        if self._screen:
            self._screen.show(message)

    async def run(self) -> None:
        """Until the owner leaves the screen."""
        pause_s = FIRST_PAUSE_S
        while not await self._is_left() and not self._leaving:
            log.info("the screen comes back in %.0f s", pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _is_left(self) -> bool:
        """Show a screen until the owner leaves it; False when it broke, which is logged."""
        try:
            self._screen = screen = self._make()
            for message in self._newest.values():
                screen.show(message)
            await screen.run_async()
            broke, failure = bool(screen.return_code), screen.failure
        except Exception as error:  # noqa: BLE001 - whatever breaks a screen, the program goes on
            broke, failure = True, error
        finally:
            self._screen = None
        if broke:
            log.error("the screen broke; the program goes on", exc_info=failure)
        return not broke
