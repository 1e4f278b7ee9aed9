"""A circuit of chargers, one charger or the home battery in the hands of another Python program, such as a power plant.

    async with Pool("ws://192.168.1.50:8081/ws", "carport", source="vpp", priority=40) as pool:
        await pool.propose_power(8_000)
        async for status in pool.power_status():
            print(status.target_w, status.low_w, status.high_w, status.high_by)

In: the address of ev, or of bs for "battery", and what shall be taken. Out: what is taken, by streams that hold the
newest value only, so that a slow reader gets no old news. What was proposed is renewed until it is changed, also at a
program that was started anew; without us it ends within a minute. Powers in W, + goes into the device. It decides
nothing: lib/core/proposals.py does, from what all sources propose.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from weakref import WeakSet

from lib.clock import Clock, WallClock
from lib.hub.client import Peer
from lib.hub.pool_state import (
    BATTERY,
    Answer,
    Distribution,
    Status,
    chargers_of,
    shares_of,
    status_of,
    target_of,
    total_a,
    total_w,
)
from lib.hub.stream import Reading, Stream
from lib.messages import Message, Refused
from lib.messages.charging import Charging
from lib.messages.orders import Propose, Withdraw, order_of
from lib.messages.proposals import Proposals
from lib.messages.storage import Storage

T = TypeVar("T")

RENEW_S = 20.0
RETRY_S = 5.0  # after a refusal, which may be because the program is just starting
FIRST_S = 5.0  # so long the first word is waited for
OLD_S = 15.0  # a state is said every 5 s: what is older than three of them is not known any more
LOOK_S = 1.0
NO_OPERATING_POINT = (
    "there is no operating point: regular proposals would be shifted by it, so who gets what would depend on the order "
    "in which they come, and a wish of another program could be missed. Propose a power with bounds; priorities fence"
)

__all__ = ["Bounds", "Distribution", "Pool", "PoolError", "Status", "Stream"]

Bounds = tuple[float | None, float | None]  # low and high; None: no limit on that side


class PoolError(Exception):
    """What a pool does not do; the sentence says why, and what does."""


class Pool:
    """One target of a program: it is listened to from `async with` on, and let go at its end.

    Attributes:
        target, source, priority: of our proposals.
        why: in a sentence why the program is not heard; "" while it is.

    """

    def __init__(
        self,
        url: str,
        target: str,
        *,
        source: str,
        priority: int = 40,
        token: str | None = None,
        certificate: Path | None = None,
        clock: Clock | None = None,
        set_operating_point: bool = False,
    ) -> None:
        """Nothing is opened yet.

        url: of ev, such as ws://192.168.1.50:8081/ws, or of bs. target: the name of a circuit, of a charger, or
        "battery". source: our name. priority: 0 to 3999; the higher fences the lower, so at 40 our wish decides instead
        of the sun's, at 50, within the bounds of what the house needs. Above 100 the control token is needed, also on
        the same machine. token, certificate: as for lib.hub.client.Peer. Raises PeerError for a
        wrong address, OrderError for a wrong name or priority, PoolError for an operating point.
        """
        if set_operating_point:
            raise PoolError(NO_OPERATING_POINT)
        self._ours: dict[str, object] = {"target": target, "source": source, "priority": priority}
        order_of(Withdraw, self._ours)
        self.target, self.source, self.priority = target, source, priority
        self._clock = clock or WallClock()
        self._peer = Peer(url, self._hear, token=token, certificate=certificate, clock=self._clock)
        self._newest: dict[type, tuple[Message, float]] = {}
        self._boot: str | None = None
        self._wish: Propose | None = None
        self._answer: Answer | None = None
        self._turn = asyncio.Lock()  # a renewal must not overtake a new wish
        self._renew = asyncio.Event()
        self._heard = asyncio.Event()
        self._streams: WeakSet[Reading[Any]] = WeakSet()
        self._tasks: list[asyncio.Task[None]] = []
        self._stopped = False

    async def __aenter__(self) -> Self:
        """Listen; returns with the first word, or after 5 s without one, and goes on trying."""
        self._tasks = [asyncio.create_task(work) for work in (self._peer.listen(), self._renews(), self._looks())]
        for task in self._tasks:
            task.add_done_callback(lambda _: self._end())  # a bug of ours must not leave readers waiting
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FIRST_S):
                    await self._heard.wait()
        except BaseException:  # who is cancelled here has no block to leave
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        await self.stop()

    @property
    def why(self) -> str:
        """In a sentence why the program is not heard; "" while it is."""
        return self._peer.why

    @property
    def component_ids(self) -> frozenset[str]:
        """The names of the chargers, or batteries, in it; none before the first word."""
        charging, storage = self._kept(Charging), self._kept(Storage)
        if self.target == BATTERY and storage is not None:
            return frozenset(one.name for one in storage.batteries)
        return frozenset(one.name for one in chargers_of(self.target, charging))

    def power(self) -> Stream[float | None]:
        """What all of them draw together, in W; None while that is not known of each of them."""
        return self._stream(self._power_w)

    def current_per_phase(self) -> Stream[tuple[float, float, float] | None]:
        """What the chargers draw on the meter's L1, L2, L3, in A; None while not known, and always of a battery."""
        return self._stream(self._phases_a)

    def power_status(self) -> Stream[Status]:
        """What comes of all proposals, and our bounds."""
        return self._stream(self._status)

    def power_distribution_results(self) -> Stream[Distribution]:
        """What became of our last proposal, and what each charger or battery is given."""
        return self._stream(self._distribution)

    async def propose_power(self, power_w: float | None, *, bounds: Bounds = (None, None)) -> Answer:
        """Wish a power, fence lower priorities, or both; None without bounds withdraws. What became of it.

        It is renewed every 20 s until it is changed, also after a refusal: the program may be away, or just starting.
        Bounds (0, 0) are a pause; a power is forced by bounds that both equal it. Raises OrderError for what is no
        number of watts.
        """
        if self._stopped:
            raise PoolError("this pool is stopped: open another one")
        if power_w is None and bounds == (None, None):
            return await self._withdraw()
        wants = {"wish_w": power_w, "low_w": bounds[0], "high_w": bounds[1]}
        wish = order_of(
            Propose, self._ours | {name: None if power_w is None else float(power_w) for name, power_w in wants.items()}
        )
        assert isinstance(wish, Propose)
        self._wish = wish
        return await self._propose()

    def set_operating_point(self, *_: object) -> None:
        """Refused, with the reason. Raises PoolError."""
        raise PoolError(NO_OPERATING_POINT)

    async def stop(self) -> None:
        """Withdraw what was proposed, and let the program go; the streams end. More than once is harmless."""
        if self._stopped:
            return
        self._stopped = True
        if self._wish is not None and self._peer.connected:
            await self._withdraw()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._end()

    async def _withdraw(self) -> Answer:
        self._wish = None
        order = order_of(Withdraw, self._ours)
        async with self._turn:
            self._answer = await self._peer.ask(order)
        self._feed()
        return self._answer

    async def _propose(self) -> Answer:
        """Propose what is wished by now."""
        async with self._turn:
            if self._wish is None:  # it was withdrawn meanwhile
                return self._answer or Refused(why="nothing is proposed")
            answer = self._answer = await self._peer.ask(self._wish)
        self._feed()
        return answer

    async def _renews(self) -> None:
        """Say again what we want: in time, and at once to a program that was started anew."""
        while True:
            is_well = not isinstance(self._answer, Refused)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RENEW_S if is_well else RETRY_S):
                    await self._renew.wait()
            self._renew.clear()
            if self._wish is not None:
                await self._propose()

    async def _looks(self) -> None:
        """What is old is not known any more, also while nobody speaks."""
        while True:
            await asyncio.sleep(LOOK_S)
            self._feed()

    def _hear(self, message: Message) -> None:
        self._newest[type(message)] = message, self._clock.monotonic()
        match message:
            case Charging(boot=boot) | Storage(boot=boot):
                if boot != self._boot:
                    self._boot = boot
                    self._renew.set()
                self._heard.set()  # other words, such as Proposals, may come first and do not say what is in it
        self._feed()

    def _stream(self, read: Callable[[], T]) -> Stream[T]:
        stream = Reading(read)
        self._streams.add(stream)
        if self._stopped:
            stream.end()
        elif self._newest:
            stream.feed()
        return stream

    def _feed(self) -> None:
        for stream in list(self._streams):
            stream.feed()

    def _end(self) -> None:
        for stream in list(self._streams):
            stream.end()

    def _kept(self, kind: type[T]) -> T | None:
        """What was said last, however old."""
        found = self._newest.get(kind, (None, 0.0))[0]
        return found if isinstance(found, kind) else None

    def _known(self, kind: type[T]) -> T | None:
        """What was said last; None when that is too old to be true now."""
        found = self._kept(kind)
        is_old = self._clock.monotonic() - self._newest.get(kind, (None, 0.0))[1] > OLD_S
        return None if is_old else found

    def _power_w(self) -> float | None:
        if self.target == BATTERY:
            storage = self._known(Storage)
            return storage.power_w if storage else None
        return total_w(chargers_of(self.target, self._known(Charging)))

    def _phases_a(self) -> tuple[float, float, float] | None:
        return total_a(chargers_of(self.target, self._known(Charging)))

    def _status(self) -> Status:
        if self.why:
            return Status(why=self.why)
        return status_of(target_of(self.target, self._known(Proposals)), self.priority)

    def _distribution(self) -> Distribution:
        target = target_of(self.target, self._known(Proposals))
        return Distribution(answer=self._answer, shares_w=shares_of(target, self._known(Storage)))
