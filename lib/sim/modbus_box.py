"""What every box that plays a device over Modbus-TCP has: a port of this machine, words, and troubles to order.

In: the words that it has, orders as attributes. Out: answers of whoever inherits. Knows no device.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

HOST = "127.0.0.1"
KEPT = 10_000  # so many writes are remembered
WRITE_ONE = 6  # pymodbus reads its word back before it answers


class Trouble(StrEnum):
    """What a box does to everybody who asks."""

    WELL = "well"
    HANG = "hang"  # takes nothing and never answers
    MUTE = "mute"  # takes a write, and never answers
    GONE = "gone"  # hangs up
    BUSY = "busy"  # refuses every question
    REFUSE = "refuse"  # refuses every write


class ModbusBox:
    """A device of one unit; who inherits says what its words are.

    Attributes:
        trouble: what is wrong with it; refusal: the code with which it refuses writes then.
        delay_s: it answers so late.
        asked: questions so far.
        writes: when a write arrived, by the loop's clock, where, and its words; also of those that were refused.
        overlaps: questions that came while another one was not answered yet.
        port: of this machine; 0 before it listens.

    """

    def __init__(self, *, unit: int, spans: Mapping[int, int]) -> None:
        """Spans: how many words it has from each address on; between them it has none."""
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # it logs whole frames as errors
        self.unit = unit
        self.trouble = Trouble.WELL
        self.refusal = ExcCodes.DEVICE_FAILURE
        self.delay_s = 0.0
        self.asked = 0
        self.writes: list[tuple[float, int, tuple[int, ...]]] = []
        self.overlaps = 0
        self.port = 0
        self._spans = spans
        self._busy = 0
        self._closing = asyncio.Event()
        self._server: ModbusTcpServer | None = None

    @property
    def where(self) -> str:
        """Its address, as a driver takes it."""
        return f"{HOST}:{self.port}"

    @property
    def visitors(self) -> int:
        """How many are connected."""
        return len(self._server.active_connections) if self._server else 0

    def words(self) -> Mapping[int, Sequence[int]]:
        """What it shows now: words from each address on."""
        raise NotImplementedError

    def take(self, at: int, words: Sequence[int]) -> ExcCodes | None:
        """Somebody writes `words` from `at` on; a code when it does not take them."""
        raise NotImplementedError

    async def listen(self, port: int = 0) -> None:
        """Open the port; 0 takes a free one. Raises OSError when it is in use."""
        data = [SimData(at, count=count, datatype=DataType.REGISTERS) for at, count in self._spans.items()]
        first = min(self._spans)
        last = max(at + count for at, count in self._spans.items())
        nobody = SimData(first, count=last - first, datatype=DataType.REGISTERS)
        server = ModbusTcpServer(
            [SimDevice(id=self.unit, simdata=data, action=self._act), SimDevice(id=0, simdata=nobody, action=_no_unit)],
            address=(HOST, port),
            trace_packet=self._send,
        )
        try:
            await server.serve_forever(background=True)
        except RuntimeError as error:
            raise OSError(f"port {port} cannot be opened: {error}") from error
        self._server, self._closing = server, asyncio.Event()
        listening: Any = server.transport  # asyncio's server, whatever pymodbus calls it
        self.port = int(listening.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Close the port and hang up; more than once is harmless, and it may listen again."""
        self._closing.set()
        server, self._server = self._server, None
        if server:
            server.close()
            await asyncio.sleep(0)  # what hung is let go

    def restart(self) -> None:
        """As after a power cut: what hung is mended by it."""
        self.trouble = Trouble.WELL
        self.hang_up()

    def hang_up(self) -> None:
        """Cut every connection; the port stays open."""
        for visitor in list(self._server.active_connections.values()) if self._server else ():
            if isinstance(visitor.transport, asyncio.Transport):
                visitor.transport.abort()

    def _send(self, sending: bool, packet: bytes) -> bytes:  # noqa: FBT001 - as pymodbus calls it
        return b"" if sending and self.trouble is Trouble.MUTE else packet

    async def _act(
        self, function: int, first: int, at: int, count: int, registers: list[int], new: list[int] | list[bool] | None
    ) -> ExcCodes | None:
        """Runs before every access: registers[0] is address `first`; `new` is None for a read."""
        del count
        if function == WRITE_ONE and new is None:
            self._show(first, registers)
            return None
        self.asked += 1
        self.overlaps += self._busy > 0
        self._busy += 1
        try:
            if new is not None:
                now_s = asyncio.get_running_loop().time()
                self.writes.append((now_s, at, tuple(int(word) for word in new)))
                del self.writes[:-KEPT]
            if self.delay_s:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.delay_s):
                        await self._closing.wait()
            if (code := await self._trouble(is_write=new is not None)) is not None:
                return code
            code = None if new is None else self.take(at, [int(word) for word in new])
            self._show(first, registers)
            if new is not None:
                stays: list[Any] = new
                stays[:] = registers[at - first : at - first + len(new)]  # what it shows is for `words` to say
            return code
        finally:
            self._busy -= 1

    async def _trouble(self, *, is_write: bool) -> ExcCodes | None:
        match self.trouble:
            case Trouble.HANG:
                await self._closing.wait()
                return ExcCodes.DEVICE_BUSY
            case Trouble.GONE:
                self.hang_up()
                return ExcCodes.DEVICE_BUSY
            case Trouble.BUSY:
                return ExcCodes.DEVICE_BUSY
            case Trouble.REFUSE if is_write:
                return self.refusal
            case _:
                return None

    def _show(self, first: int, registers: list[int]) -> None:
        for start, shown in self.words().items():
            registers[start - first : start - first + len(shown)] = [word & 0xFFFF for word in shown]


async def _no_unit(
    function: int, first: int, at: int, count: int, registers: list[int], new: list[int] | list[bool] | None
) -> ExcCodes | None:
    """Nobody of that unit number is behind it."""
    del function, first, at, count, registers, new
    return ExcCodes.GATEWAY_NO_RESPONSE
