"""The charger's end of OCPP 1.6J: frames over a websocket, checked against the schemas of the standard.

In: a websocket that is open, what answers the questions of the other end. Out: answers to questions of our own. Knows
no charger. The schemas are those of the `ocpp` library; the frames are written and read here, so that both ends are not
of one hand. Source: OCPP-J 1.6 specification.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jsonschema import ValidationError  # type: ignore[import-untyped]  # it has no types
from ocpp.messages import get_validator  # type: ignore[import-untyped]  # it has no types
from websockets.asyncio.client import ClientConnection

CALL, RESULT, ERROR = 2, 3, 4
Payload = dict[str, Any]


@dataclass(slots=True)
class CannotError(Exception):
    """What is asked cannot be done; the other end gets an error with this code."""

    code: str
    words: str


class OcppWire:
    """One connection. answer: what a question gets, by its action; None: no answer at all.

    Attributes:
        slips: what the other end sent against the standard.

    """

    def __init__(self, socket: ClientConnection, answer: Callable[[str, Payload], Payload | None]) -> None:
        self._socket = socket
        self._answer = answer
        self._open: dict[str, asyncio.Future[Payload]] = {}
        self._count = 0
        self.delay_s = 0.0
        self.slips: list[str] = []

    async def run(self) -> None:
        """Hear the other end until it hangs up. Raises ConnectionClosed."""
        while True:
            frame = json.loads(await self._socket.recv())
            match frame:
                case [2, str(number), str(action), dict(said)]:
                    await self._reply(number, action, said)
                case [3, str(number), dict(said)] if number in self._open:
                    self._open.pop(number).set_result(said)
                case [4, str(number), *words] if number in self._open:
                    self._open.pop(number).set_exception(CannotError("answered", str(words)))
                case _:
                    self.slips.append(f"no frame: {frame}")

    async def ask(self, action: str, said: Mapping[str, Any], *, within_s: float = 5.0) -> Payload:
        """Tell the other end something; its answer. Raises CannotError, TimeoutError or ConnectionClosed."""
        self._count += 1
        number = f"cp{self._count}"
        answered = self._open[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps([CALL, number, action, said]))
        async with asyncio.timeout(within_s):
            answer: Payload = await answered
        self._check(RESULT, action, answer)
        return answer

    async def _reply(self, number: str, action: str, said: Payload) -> None:
        self._check(CALL, action, said)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        try:
            answer = self._answer(action, said)
        except CannotError as error:
            await self._socket.send(json.dumps([ERROR, number, error.code, error.words, {}]))
            return
        if answer is not None:
            await self._socket.send(json.dumps([RESULT, number, answer]))

    def _check(self, kind: int, action: str, said: Payload) -> None:
        """Note what is not as the standard wants it; tenths of amperes are compared as decimals."""
        exact = json.loads(json.dumps(said), parse_float=Decimal)
        try:
            get_validator(kind, action, "1.6", parse_float=Decimal).validate(exact)
        except (ValidationError, OSError) as error:
            self.slips.append(f"{action}: {getattr(error, 'message', error)}")
