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
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar
from weakref import WeakSet

from lib.clock import Clock, WallClock
from lib.hub.client import Peer
from lib.messages import Message, Refused
from lib.messages.charging import ChargerNow, Charging
from lib.messages.orders import Done, Propose, Withdraw, order_of
from lib.messages.proposals import Proposals, TargetNow
from lib.messages.storage import Storage

T = TypeVar("T")

RENEW_S = 20.0
RETRY_S = 5.0  # after a refusal, which may be because the program is just starting
FIRST_S = 5.0  # so long the first word is waited for
OLD_S = 15.0  # a state is said every 5 s: what is older than three of them is not known any more
LOOK_S = 1.0
BATTERY: Final = "battery"
NO_OPERATING_POINT = (
    "there is no operating point: regular proposals would be shifted by it, so who gets what would depend on the order "
    "in which they come, and a wish of another program could be missed. Propose a power with bounds; priorities fence"
)

__all__ = ["Bounds", "Distribution", "Pool", "PoolError", "Status", "Stream"]

Bounds = tuple[float | None, float | None]  # low and high; None: no limit on that side
Answer = Done | Refused


class PoolError(Exception):
    """What a pool does not do; the sentence says why, and what does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What comes of all proposals, and what our priority may have.

    Attributes:
        target_w: what is done; None while nobody knows, and why says so.
        low_w, high_w: what all above our priority leave us; low_by, high_by: whose bounds these are, "system" for the
            device itself. Of a circuit they are known as soon as something is proposed for it.
        decided: whose wish is done, "" when nobody wishes anything.

    """

    target_w: float | None = None
    low_w: float | None = None
    high_w: float | None = None
    low_by: str = ""
    high_by: str = ""
    decided: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """What became of our last proposal, None before the first, and what each charger or battery is given of it."""

    answer: Answer | None = None
    shares_w: Mapping[str, float] = field(default_factory=dict)


class Stream(AsyncIterator[T], Generic[T]):
    """The newest value of something, each once: `async for value in stream`, until the pool is stopped."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._values: list[T] = []  # one at most that was not taken yet
        self._last: list[T] = []
        self._ended = False
        self._something = asyncio.Event()

    def offer(self, value: T) -> None:
        """Another value, if it is one."""
        if self._last != [value]:
            self._values = self._last = [value]
            self._something.set()

    def end(self) -> None:
        """No more of them."""
        self._ended = True
        self._something.set()

    async def __anext__(self) -> T:
        """The newest that was not taken yet."""
        while not self._values:
            if self._ended:
                raise StopAsyncIteration
            self._something.clear()
            await self._something.wait()
        [value], self._values = self._values, []
        return value


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
        self._streams: WeakSet[_Fed[Any]] = WeakSet()
        self._tasks: list[asyncio.Task[None]] = []
        self._stopped = False

    async def __aenter__(self) -> Self:
        """Listen; returns with the first word, or after 5 s without one, and goes on trying."""
        self._tasks = [asyncio.create_task(work) for work in (self._peer.listen(), self._renews(), self._looks())]
        for task in self._tasks:
            task.add_done_callback(lambda _: self._end())  # a bug of ours must not leave readers waiting
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_S):
                await self._heard.wait()
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
        return frozenset(one.name for one in self._chargers(charging)) if charging else frozenset()

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
        self._heard.set()
        self._feed()

    def _stream(self, read: Callable[[], T]) -> Stream[T]:
        stream = _Fed(read)
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

    def _chargers(self, charging: Charging) -> Iterator[ChargerNow]:
        """The chargers of the target: of a circuit those of the circuits below it, too; of the connection all."""
        if charging.circuits and charging.circuits[0].name == self.target:
            return iter(charging.chargers)
        circuits = {self.target}
        for circuit in charging.circuits:  # each stands before those that hang on it
            if circuit.above in circuits:
                circuits.add(circuit.name)
        names = {name for circuit in charging.circuits if circuit.name in circuits for name in circuit.chargers}
        return (one for one in charging.chargers if one.name == self.target or one.name in names)

    def _power_w(self) -> float | None:
        charging, storage = self._known(Charging), self._known(Storage)
        if self.target == BATTERY:
            return storage.power_w if storage else None
        powers = [one.power_w for one in self._chargers(charging)] if charging else [None]
        return None if None in powers else sum(power_w or 0.0 for power_w in powers)

    def _phases_a(self) -> tuple[float, float, float] | None:
        charging = self._known(Charging)
        if charging is None:
            return None
        drawn = [_at_meter_a(one) for one in self._chargers(charging)]
        known = [phases_a for phases_a in drawn if phases_a is not None]
        if not drawn or len(known) < len(drawn):
            return None
        return sum(one[0] for one in known), sum(one[1] for one in known), sum(one[2] for one in known)

    def _target(self) -> TargetNow | None:
        proposals = self._known(Proposals)
        return next((one for one in proposals.targets if one.name == self.target), None) if proposals else None

    def _status(self) -> Status:
        target = self._target()
        if target is None:
            return Status(why=self.why or "nothing is proposed for it")
        if target.high_w is None:
            return Status(why="it cannot be told anything yet")
        rung = next((one for one in target.rungs if one.priority <= self.priority), None)
        if rung is None:
            return Status(target_w=target.target_w, decided=target.decided)
        return Status(
            target_w=target.target_w,
            low_w=rung.low_w,
            high_w=rung.high_w,
            low_by=rung.low_by,
            high_by=rung.high_by,
            decided=target.decided,
        )

    def _distribution(self) -> Distribution:
        target, storage = self._target(), self._known(Storage)
        shares_w: Mapping[str, float] = {}
        if target is not None and target.kind == "circuit":
            shares_w = target.shares or {}
        elif target is not None and target.kind == "charger":
            shares_w = {target.name: target.target_w}
        elif storage is not None and self.target == BATTERY:
            shares_w = {one.name: one.set_w for one in storage.batteries if one.set_w is not None}
        return Distribution(answer=self._answer, shares_w=shares_w)


def _at_meter_a(charger: ChargerNow) -> tuple[float, float, float] | None:
    """What a charger draws on the meter's phases; None while nobody knows, or nobody knows how it is wired."""
    wires = [int(digit) for digit in charger.wired if digit in "123"]
    if charger.phases_a is None or not wires:
        return None
    if len(wires) == len(charger.phases_a):
        by_phase = dict(zip(wires, charger.phases_a, strict=True))
    else:
        by_phase = dict.fromkeys(wires, max(charger.phases_a))
    return by_phase.get(1, 0.0), by_phase.get(2, 0.0), by_phase.get(3, 0.0)


class _Fed(Stream[T]):
    """A stream that reads its value itself, when it is told that something was said."""

    def __init__(self, read: Callable[[], T]) -> None:
        super().__init__()
        self._read = read

    def feed(self) -> None:
        """Offer what is so now."""
        self.offer(self._read())
