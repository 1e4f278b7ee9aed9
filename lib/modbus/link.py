"""The way to one device over Modbus-TCP: one question at a time.

In: its address, registers to read and words to write. Out: words; no error of pymodbus gets through. The connection is
made when it is needed, kept, and made anew after a loss. After a question without an answer it hangs up, so that an
answer that comes late is never taken for the next. It knows no make.
"""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from lib.address import masked, parse_address, shown
from lib.modbus import ILLEGAL_ADDRESS, AddressError, NoError, SilentError

T = TypeVar("T")
PORT = 502
REGISTERS = 0x1_0000  # no device has more; whoever is led beyond them by a garbled length gets the answer of a device
ANSWER_S = 3.0  # a question gives up after so long, the connection that it may need included
REFUSALS = {
    1: "it does not do that",
    2: "it has no such register",
    3: "it does not take that value",
    4: "it cannot do it now",
    5: "it takes longer than it may",
    6: "it is busy",
    7: "it does not want to",
    10: "no device of that unit number is behind it",
    11: "the device of that unit number does not answer it",
}


class Link:
    """A device at `address`: host or host:port, an IPv6 host in brackets. Made anywhere, asked inside one loop.

    kind: what it should be, for sentences; hint: where Modbus is switched on in it. settle_s: so long it is left alone
    after it was connected to. Raises AddressError.
    """

    def __init__(
        self,
        address: str,
        *,
        kind: str,
        unit: int = 1,
        port: int = PORT,
        hint: str = "",
        settle_s: float = 0.0,
    ) -> None:
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # it logs whole frames as errors; we say it in words
        found = parse_address(address, usual_port=port)
        if found is None:
            raise AddressError(f"{masked(address)!r} is no address of {kind}; write it such as 192.168.1.31")
        self._host, self._port = found
        self.kind = kind
        self.unit = unit
        self.where = shown(self._host, self._port, usual_port=PORT)
        self._hint = hint
        self._settle_s = settle_s
        self._lock = asyncio.Lock()
        self._client: AsyncModbusTcpClient | None = None
        self._limit: asyncio.Timeout | None = None  # of the question on its way
        self._is_cut = False

    @property
    def is_open(self) -> bool:
        """Whether a question needs no new connection."""
        return self._client is not None and self._client.connected

    async def read(self, at: int, count: int, *, unit: int | None = None, inputs: bool = False) -> list[int]:
        """`count` words from `at` on, 1 to 125; inputs: of the input registers. Raises NoError or SilentError."""
        what = f"does not tell {f'register {at}' if count == 1 else f'registers {at} to {at + count - 1}'}"
        self._check(at, count, what)
        async with self._lock:
            client = await self._opened()
            ask = client.read_input_registers if inputs else client.read_holding_registers
            answer = await self._asked(ask(at, count=count, device_id=self._unit(unit)), what)
        if len(answer.registers) != count:
            raise SilentError(f"{self.where} answers, but not what was asked for: is it {self.kind}?")
        return list(answer.registers)

    async def write(self, at: int, words: Sequence[int], *, unit: int | None = None) -> None:
        """`words` from `at` on, 1 to 123; one alone by function 6, more by 16. Raises NoError or SilentError."""
        what = f"refuses {', '.join(map(str, words))} in register {at}"
        self._check(at, len(words), what)
        async with self._lock:
            client = await self._opened()
            device = self._unit(unit)
            if len(words) == 1:
                writing = client.write_register(at, words[0], device_id=device)
            else:
                writing = client.write_registers(at, list(words), device_id=device)
            await self._asked(writing, what)

    async def close(self) -> None:
        """Hang up; more than once is harmless, and the next question connects anew."""
        self._hang_up()

    def _unit(self, unit: int | None) -> int:
        return self.unit if unit is None else unit

    async def _opened(self) -> AsyncModbusTcpClient:
        if self._client is not None and self._client.connected:
            return self._client
        self._hang_up()
        client = AsyncModbusTcpClient(
            self._host,
            port=self._port,
            timeout=ANSWER_S + 1,  # ours ends first
            retries=0,
            reconnect_delay=0,  # whoever asks next connects
            trace_connect=self._hear,
        )
        self._client = client
        try:
            async with asyncio.timeout(ANSWER_S):
                connected = await _cancellable(client.connect())
            if connected and self._settle_s:
                await asyncio.sleep(self._settle_s)
        except TimeoutError:
            connected = False
        except BaseException:
            self._hang_up()
            raise
        if not connected:
            self._hang_up()
            hint = f" ({self._hint})" if self._hint else ""
            raise SilentError(
                f"{self.where} takes no connection: is it switched on and on this network, "
                f"and is Modbus TCP switched on in it{hint}?"
            )
        return client

    def _hear(self, connected: bool) -> None:  # noqa: FBT001 - as pymodbus calls it
        """A line that went dead answers nothing more: nobody needs to wait for that."""
        if not connected and self._limit is not None:
            self._is_cut = True
            self._limit.reschedule(asyncio.get_running_loop().time())

    async def _asked(self, question: Awaitable[ModbusPDU], refusal: str) -> ModbusPDU:
        self._is_cut = False
        try:
            async with asyncio.timeout(ANSWER_S) as self._limit:
                answer = await _cancellable(question)
        except TimeoutError:
            self._hang_up()
            if self._is_cut:
                raise SilentError(f"{self.where} hung up before it answered: does it restart?") from None
            raise SilentError(f"no answer from {self.where}: is it {self.kind}, and is it well?") from None
        except ModbusException as error:
            self._hang_up()
            raise SilentError(f"no answer from {self.where} that can be read: is it {self.kind}?") from error
        except BaseException:
            self._hang_up()
            raise
        finally:
            self._limit = None
        if answer.isError():
            raise self._no(refusal, int(answer.exception_code))
        return answer

    def _check(self, at: int, count: int, refusal: str) -> None:
        if at + count > REGISTERS:
            raise self._no(refusal, ILLEGAL_ADDRESS)

    def _no(self, refusal: str, code: int) -> NoError:
        why = REFUSALS.get(code, "it does not say why")
        return NoError(f"{self.where} {refusal}: {why} (code {code})", code=code)

    def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


async def _cancellable(work: Awaitable[T]) -> T:
    """What `work` gives, unless we are cancelled meanwhile.

    pymodbus waits with `asyncio.wait_for`, which before Python 3.12 loses a cancellation that meets the answer.
    """
    task = asyncio.current_task()
    asked = task.cancelling() if task else 0
    found = await work
    if task and task.cancelling() > asked:
        raise asyncio.CancelledError
    return found
