"""The plan for a problem: the solver's, from a child process, or the greedy one, and then why.

In: a problem. Out: a schedule that may be believed, always. It never holds up the loop it runs in, and knows no meter
and no screen.
"""

import asyncio
import os
import platform
import signal
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import pairwise
from math import isfinite
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from lib.clock import Clock
from lib.commands.child import MOST_BYTES, Answer, asked
from lib.core import greedy
from lib.core.outcome import weighed
from lib.core.plan import Block, Want
from lib.core.problem import Problem, Schedule

ROOT = Path(__file__).parents[2]
SOLVER = (sys.executable, "-m", "lib.solver")
NONE_FOUND, MISSING = 3, 4  # exit codes of the solver
LIMIT_S = 15.0  # it stops by itself after 10 s of search, and a small Pi takes some to start it
REST_S = 3600.0
MOST_FAILED = 3  # in a row, before it is given a rest
HAS_WHEELS = {"x86_64", "aarch64"}
INSTALL = "to install it: ./do_py.sh -m pip install -r requirements.txt"
NEAR_W = 1.0
NEAR = timedelta(seconds=1)


class SupersededError(Exception):
    """A newer problem was given while this one was worked on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A schedule; trouble: why it is not the solver's, in a sentence, "" where it is."""

    schedule: Schedule
    trouble: str = ""


class Planner:
    """Asks the solver, one child at a time, and gives it a rest where it is missing or fails again and again."""

    def __init__(
        self,
        clock: Clock,
        *,
        command: Sequence[str] = SOLVER,
        environ: Mapping[str, str] = os.environ,
        limit_s: float = LIMIT_S,
    ) -> None:
        """command: reads a problem as JSON, says a schedule as JSON; limit_s: after which it is killed."""
        self._clock, self._command, self._limit_s = clock, command, limit_s
        path = os.pathsep.join(filter(None, (str(ROOT), environ.get("PYTHONPATH", ""))))
        self._environ = {**environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}
        self._one = asyncio.Lock()
        self._newest = 0
        self._child: asyncio.Task[Answer] | None = None
        self._failed = 0
        self._rests_until_s: float | None = None
        self._why = ""

    async def plan(self, problem: Problem) -> Planned:
        """The schedule for a problem: within seconds, and when the solver fails the greedy one at once.

        A call while another one waits takes its place: the other's child is killed, and it raises SupersededError.
        Cancelled it leaves no process behind.
        """
        self._newest = number = self._newest + 1
        if self._child is not None and not self._child.cancelling():
            self._child.cancel()
        async with self._one:
            self._is_newest(number)
            schedule, trouble = await self._solved(problem)
        self._is_newest(number)
        if schedule is None:
            schedule = await asyncio.to_thread(greedy.schedule, problem)
            self._is_newest(number)
        return Planned(schedule=schedule, trouble=trouble)

    def _is_newest(self, number: int) -> None:
        if number != self._newest:
            raise SupersededError

    async def _solved(self, problem: Problem) -> tuple[Schedule | None, str]:
        """The solver's schedule, or why there is none."""
        if self._rests_until_s is not None:
            left_s = self._rests_until_s - self._clock.monotonic()
            if left_s > 0:
                return None, f"{self._why}; it is tried again in {max(1, round(left_s / 60))} min"
        try:
            answer = await self._asked(_problems().dump_json(problem))
        except OSError as error:
            return None, self._failure(f"the solver cannot be started: {error.strerror or error}")
        if answer.code == MISSING:
            return None, self._rest(_missing())
        if answer.code == NONE_FOUND:
            self._failed, self._rests_until_s = 0, None
            return None, f"the solver found no plan: {answer.last_words or 'it does not say why'}"
        trouble = _trouble(answer, self._limit_s)
        if not trouble:
            schedule, trouble = _believed(problem, answer.said)
            if schedule is not None:
                self._failed, self._rests_until_s = 0, None
                return schedule, ""
        return None, self._failure(trouble)

    async def _asked(self, question: bytes) -> Answer:
        """The child's answer. Raises SupersededError, and OSError: it cannot be started."""
        self._child = asyncio.create_task(
            asked(self._command, question, folder=ROOT, environ=self._environ, limit_s=self._limit_s), name="solver"
        )
        try:
            return await self._child
        except asyncio.CancelledError:
            here = asyncio.current_task()
            if here is None or here.cancelling():
                raise
            raise SupersededError from None
        finally:
            self._child = None

    def _failure(self, trouble: str) -> str:
        """It failed, and may do so now and then."""
        self._failed += 1
        if self._failed < MOST_FAILED:
            return trouble
        return self._rest(f"{trouble}, as {self._failed - 1} times before")

    def _rest(self, trouble: str) -> str:
        self._why, self._rests_until_s = trouble, self._clock.monotonic() + REST_S
        return f"{trouble}; it is tried again in an hour"


def _missing() -> str:
    if platform.machine() not in HAS_WHEELS:
        return f"there is no solver for this machine ({platform.machine()})"
    return f"the solver (highspy) is not installed; {INSTALL}"


def _trouble(answer: Answer, limit_s: float) -> str:
    """What went wrong with a child; "" where it ended well."""
    if answer.too_long:
        return f"the solver said nonsense: more than {MOST_BYTES} bytes"
    if answer.code is None:
        return f"the solver was not ready within {limit_s:g} s"
    if answer.code < 0:
        return f"the solver was killed by {_signal(-answer.code)}"
    if answer.code:
        return f"the solver broke down with exit code {answer.code}: {answer.last_words or 'it does not say why'}"
    return ""


def _signal(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"


@cache
def _problems() -> TypeAdapter[Problem]:
    """Built at the first problem, once for the process."""
    return TypeAdapter(Problem)


@cache
def _schedules() -> TypeAdapter[Schedule]:
    return TypeAdapter(Schedule)


def _believed(problem: Problem, said: bytes) -> tuple[Schedule | None, str]:
    """The schedule in what a child said, or what is wrong with it."""
    try:
        schedule = _schedules().validate_json(said)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(one) for one in first["loc"])
        return None, f"the solver said nonsense: {first['msg']}{f' at {where}' if where else ''}"
    wrong = _wrong(problem, schedule)
    return (None, f"the solver said nonsense: {wrong}") if wrong else (schedule, "")


def _wrong(problem: Problem, schedule: Schedule) -> str:
    """What no schedule for this problem can be; "" where it may be believed."""
    store, count = problem.store, len(problem.spans)
    numbers = (*schedule.store_w, schedule.bound_eur or 0.0, schedule.solve_s)
    if schedule.by != "solver":
        return f"a schedule by {schedule.by!r}"
    if not all(isfinite(number) for number in numbers):
        return "a number that is not finite"
    if store is None and any(schedule.store_w):
        return "power for a battery that is not there"
    if store is not None and len(schedule.store_w) != count:
        return f"{len(schedule.store_w)} powers of the battery for {count} spans"
    if store is not None and not all(
        -store.discharge_w - NEAR_W <= power_w <= store.charge_w + NEAR_W for power_w in schedule.store_w
    ):
        return "more power than the battery has"
    wrong = next((found for block in schedule.blocks if (found := _wrong_block(problem, block))), "")
    wrong = wrong or _doubled(problem.wants, schedule.blocks)
    if not wrong and not isfinite(weighed(problem, schedule).eur):
        return "a schedule whose cost is not finite"
    return wrong


def _wrong_block(problem: Problem, block: Block) -> str:
    """A block is for a want, within its times and its powers."""
    wants = [want for want in problem.wants if (want.car, want.trip) == (block.car, block.trip)]
    if not wants or not problem.spans:
        return f"a block for {block.car!r}, {block.trip!r}, which nobody wants"
    if block.start.tzinfo is None or block.end.tzinfo is None or block.start >= block.end:
        return f"a block of {block.car!r} that takes no time"
    first = max(problem.at, min(want.since or problem.at for want in wants))
    last = min(problem.spans[-1].end, max(want.until for want in wants))
    if block.start < first - NEAR or block.end > last + NEAR:
        return f"a block of {block.car!r} outside of its time"
    least_w, most_w = min(want.least_w for want in wants), max(want.full_w for want in wants)
    if not max(0.0, least_w - NEAR_W) < block.power_w <= most_w + NEAR_W:
        return f"a block of {block.car!r} with {block.power_w:.0f} W"
    return ""


def _doubled(wants: Iterable[Want], blocks: Iterable[Block]) -> str:
    """Two blocks of a car at one time, together above what it takes."""
    most_w: dict[str, float] = {}
    for want in wants:
        most_w[want.car] = max(want.full_w, most_w.get(want.car, 0.0))
    for one, other in pairwise(sorted(blocks, key=lambda block: (block.car, block.start))):
        if one.car == other.car and one.end > other.start + NEAR and one.power_w + other.power_w > most_w[one.car]:
            return f"two blocks of {one.car!r} at one time"
    return ""
