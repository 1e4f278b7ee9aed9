"""One connection of a charger that dialled in: its frames to what is known of it, and questions to it.

In: a websocket that is open, and the station to which it belongs. Out: what the station heard; answers. There is never
more than one open question. It knows no order and no profile. The frames are those of the `ocpp` library; what they
hold is checked where it is read, since what chargers send is seldom all that the schemas want.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, cast

from ocpp.exceptions import OCPPError, UnknownCallErrorCodeError  # type: ignore[import-untyped]  # it has no types
from ocpp.routing import after, on  # type: ignore[import-untyped]  # it has no types
from ocpp.v16 import ChargePoint, call_result  # type: ignore[import-untyped]  # it has no types
from ocpp.v16.enums import Action  # type: ignore[import-untyped]  # it has no types
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from lib.chargers import ANSWER_S, RefusedError, UnreachableError
from lib.chargers.ocpp_profiles import wire_time
from lib.payload import NoJsonError, parse_json

HEARTBEAT_S = 300  # the clock of the charger is set so often; that it lives is known by pings
ACCEPTED = "Accepted"
LONGEST_WORDS = 120
DEEPEST = 12

log = logging.getLogger(__name__)


class Hearer(Protocol):
    """Who is told what a charger says; each payload with its keys in snake case, as it came."""

    name: str

    def tell_time(self) -> datetime:
        """The time, for the charger."""

    def told_time(self) -> None:
        """That time has gone out to it."""

    def hear_boot(self, said: Mapping[str, Any]) -> None:
        """It started."""

    def hear_status(self, said: Mapping[str, Any]) -> None:
        """A connector's status."""

    def hear_start(self, said: Mapping[str, Any]) -> int:
        """A transaction began; the number it gets."""

    def hear_started(self, said: Mapping[str, Any]) -> None:
        """That number has gone out to it."""

    def hear_stop(self, said: Mapping[str, Any]) -> None:
        """A transaction ended."""

    def hear_meter(self, said: Mapping[str, Any]) -> None:
        """Meter values."""

    def hear_sign(self) -> None:
        """Any frame, before what it says."""


class Session:
    """One connection. hearer: its station."""

    def __init__(self, socket: ServerConnection, hearer: Hearer) -> None:
        self._socket = socket
        self._hearer = hearer
        self._talk = _Talk(socket, hearer)
        self._asked: asyncio.Task[Any] | None = None  # the open question
        self._asked_id = ""
        self._count = 0
        self._garbled = 0
        self._is_over = False

    async def run(self) -> None:
        """Hear it until it hangs up."""
        try:
            async for frame in self._socket:
                if whole := self._whole(frame):
                    self._hearer.hear_sign()
                    await self._talk.route_message(whole)
        except ConnectionClosed:
            pass  # while it was answered, or without a good-bye
        finally:
            self._is_over = True
            if self._asked:
                self._asked.cancel()

    async def hang_up(self, why: str) -> None:
        """End it; `run` then returns."""
        self._is_over = True
        await self._socket.close(1000, why)

    async def ask(self, question: object) -> dict[str, Any]:
        """Ask it, once it answered what was asked before; the answer's keys in snake case.

        question: of ocpp.v16.call. Raises RefusedError when it answers with an error, UnreachableError when it does not
        answer in time. Who is cancelled while he waits for his turn has asked nothing.
        """
        while self._asked:
            await asyncio.wait({self._asked})
        if self._is_over:
            raise UnreachableError(f"{self._hearer.name} has hung up")
        self._count += 1
        self._asked_id = f"dm{self._count}"
        self._asked = asked = asyncio.create_task(self._put(question, self._asked_id))
        asked.add_done_callback(self._answered)
        await asyncio.wait({asked})
        if asked.cancelled():
            raise UnreachableError(f"{self._hearer.name} hung up before it answered")
        return asked.result()

    async def demand(self, question: object, what: str) -> None:
        """Ask it to do something. Raises RefusedError, with its word, when it does not accept; what: for a sentence."""
        answer = await self.ask(question)
        if answer.get("status") != ACCEPTED:
            raise RefusedError(f"it refuses {what}: {str(answer.get('status', 'no word'))[:LONGEST_WORDS]}")

    def _answered(self, asked: asyncio.Task[Any]) -> None:
        self._asked = None
        if not asked.cancelled():
            asked.exception()  # who asked may be gone

    async def _put(self, question: object, number: str) -> dict[str, Any]:
        name = type(question).__name__
        try:
            answer = await self._talk.call(question, suppress=False, unique_id=number, skip_schema_validation=True)
        except TimeoutError as error:
            raise UnreachableError(f"{self._hearer.name}: no answer to {name} within {ANSWER_S:g} s") from error
        except ConnectionClosed as error:
            raise UnreachableError(f"{self._hearer.name} hung up before it answered") from error
        except (OCPPError, UnknownCallErrorCodeError) as error:
            words = getattr(error, "description", None) or error
            raise RefusedError(f"it cannot do {name}: {str(words)[:LONGEST_WORDS]}") from error
        return cast("dict[str, Any]", answer)

    def _whole(self, frame: str | bytes) -> str | None:
        """A frame of OCPP as the library takes it; None: it is none, or an answer that nobody waits for."""
        try:
            match parse_json(frame):
                case [2, str(), str(), dict() as said] as whole if _depth(said) <= DEEPEST:
                    return json.dumps(whole)
                case [3, str(number), dict() as said] as whole if _depth(said) <= DEEPEST:
                    return json.dumps(whole) if self._waits_for(number) else None
                case [4, str(number), *rest]:  # some leave out what says nothing
                    code, words = (*rest, "", "")[:2]
                    error = json.dumps([4, number, str(code), str(words or code), {}])
                    return error if self._waits_for(number) else None
                case _:
                    pass
        except NoJsonError:
            pass
        self._garbled += 1
        if self._garbled == 1:
            log.warning("%s sends what is no frame of OCPP 1.6: %.120r", self._hearer.name, frame)
        return None

    def _waits_for(self, number: str) -> bool:
        return self._asked is not None and number == self._asked_id


def _depth(said: object, deep: int = 0) -> int:
    """How deep lists and groups lie in one another; counted no further than matters."""
    if deep > DEEPEST or not isinstance(said, dict | list):
        return deep
    return max((_depth(one, deep + 1) for one in (said.values() if isinstance(said, dict) else said)), default=deep)


class _Quiet:
    """The library's log: frames only for who looks for them, and each kind of trouble once."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._said: set[str] = set()

    def info(self, words: str, *said: object) -> None:
        log.debug(words, *said)

    def warning(self, words: str, *said: object) -> None:
        log.debug(words, *said)

    def error(self, words: str, *said: object) -> None:
        log.debug(words, *said)

    def exception(self, words: str, *said: object) -> None:
        level = logging.DEBUG if words in self._said else logging.WARNING
        self._said.add(words)
        log.log(level, "%s: %.300s", self._name, words % said, exc_info=log.isEnabledFor(logging.DEBUG))


class _Answers:
    """In place of the library's classes of answers, which refuse what a maker adds: the answer as it came."""

    def __getattr__(self, name: str) -> type[dict[str, Any]]:
        return dict


class _Talk(ChargePoint):  # type: ignore[misc]  # the library has no types
    """What a charger may ask, and what it is answered."""

    _call_result = _Answers()

    def __init__(self, socket: ServerConnection, hearer: Hearer) -> None:
        super().__init__(hearer.name, socket, response_timeout=ANSWER_S, logger=_Quiet(hearer.name))
        self._hearer = hearer

    @on(Action.boot_notification, skip_schema_validation=True)  # type: ignore[untyped-decorator]  # no types
    def _on_boot(self, **said: Any) -> object:
        self._hearer.hear_boot(said)
        at = wire_time(self._hearer.tell_time())
        return call_result.BootNotification(current_time=at, interval=HEARTBEAT_S, status=ACCEPTED)

    @after(Action.boot_notification)  # type: ignore[untyped-decorator]  # no types
    def _after_boot(self, **said: Any) -> None:
        self._hearer.told_time()

    @on(Action.heartbeat, skip_schema_validation=True)  # type: ignore[untyped-decorator]  # no types
    def _on_heartbeat(self, **said: Any) -> object:
        return call_result.Heartbeat(current_time=wire_time(self._hearer.tell_time()))

    @after(Action.heartbeat)  # type: ignore[untyped-decorator]  # no types
    def _after_heartbeat(self, **said: Any) -> None:
        self._hearer.told_time()

    @on(Action.status_notification, skip_schema_validation=True)  # type: ignore[untyped-decorator]  # no types
    def _on_status(self, **said: Any) -> object:
        self._hearer.hear_status(said)
        return call_result.StatusNotification()

    @on(Action.authorize, skip_schema_validation=True)  # type: ignore[untyped-decorator]  # no types
    def _on_authorize(self, **said: Any) -> object:
        return call_result.Authorize(id_tag_info={"status": ACCEPTED})

    @on(Action.start_transaction, skip_schema_validation=True)  # type: ignore[untyped-decorator]  # no types
    def _on_start(self, **said: Any) -> object:
        number = self._hearer.hear_start(said)
        return call_result.StartTransaction(transaction_id=number, id_tag_info={"status": ACCEPTED})

    @after(Action.start_transaction)  # type: ignore[untyped-decorator]  # no types
    def _after_start(self, **said: Any) -> None:
        self._hearer.hear_started(said)

    @on(Action.stop_transaction, skip_schema_validation=True)  # type: ignore[untyped-decorator]  # no types
    def _on_stop(self, **said: Any) -> object:
        self._hearer.hear_stop(said)
        return call_result.StopTransaction(id_tag_info={"status": ACCEPTED})

    @on(Action.meter_values, skip_schema_validation=True)  # type: ignore[untyped-decorator]  # no types
    def _on_meter(self, **said: Any) -> object:
        self._hearer.hear_meter(said)
        return call_result.MeterValues()

    @on(Action.data_transfer, skip_schema_validation=True)  # type: ignore[untyped-decorator]  # no types
    def _on_data(self, **said: Any) -> object:
        return call_result.DataTransfer(status="UnknownVendorId")

    @on(Action.firmware_status_notification, skip_schema_validation=True)  # type: ignore[untyped-decorator]  # no types
    def _on_firmware(self, **said: Any) -> object:
        return call_result.FirmwareStatusNotification()

    @on(Action.diagnostics_status_notification, skip_schema_validation=True)  # type: ignore[untyped-decorator]  # no types
    def _on_diagnostics(self, **said: Any) -> object:
        return call_result.DiagnosticsStatusNotification()
