"""What one round of allocation costs: circuits in circuits, chargers that ask → amperes for each of them.

Beside it a plain loop over the same chargers and circuits, and acnportal's round robin and least laxity on the same.
"""

import gc
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, product
from math import log2
from statistics import median
from time import process_time

from lib.core.sharing import share
from tests.bench.carpark import Carpark, Plenty, carpark, plain
from tests.bench.result import Result, at_most, percentile

TITLE = "Sharing"
SIZES = (10, 100, 1_000, 10_000)
GOAL_SIZE, GOAL_MS = 1_000, 10.0
ROUNDS: Mapping[int, int] = {10: 400, 100: 200, 1_000: 60, 10_000: 10}
RIVALS_S = 120.0
WANTED = "acnportal==0.3.3"
HOW = (
    "lib.core.sharing.share on a site of three levels: groups of five rows of ten chargers; two of three on three "
    "phases, wired in turn 123, 231, 312, the others on one; maxima of 6 to 32 A by chance, every second one in steps "
    "of 0.1 A and the others of 1 A. Little room: 12 % of what all could take, so that two of three wait; half of it; "
    "and plenty. Equal: all alike. Mixed: the groups in turn equal, by percentage, by place in the line, and by "
    "priority. Each round has other demands. Processor time."
)


@dataclass(frozen=True, slots=True)
class Rounds:
    """Milliseconds of each round of one kind, and of the plain loop in the same rounds."""

    ours_ms: list[float]
    plain_ms: list[float]

    @property
    def median_ms(self) -> float:
        """Of ours."""
        return median(self.ours_ms)


Kind = tuple[Plenty, bool]  # how much room there is, and whether groups share in ways of their own
KINDS: tuple[Kind, ...] = tuple(product(Plenty, (False, True)))


def results(*, quick: bool) -> Iterator[Result]:
    """By size; how it grows; the rivals."""
    found: dict[int, dict[Kind, Rounds]] = {}
    for size in SIZES:
        times = max(3, ROUNDS[size] // (10 if quick else 1))
        found[size] = {kind: _rounds(size, kind, times) for kind in KINDS}
        for is_mixed in (False, True):
            yield _slowest(size, found[size], is_mixed=is_mixed)
    yield _growth(found)
    yield from _rivals(10.0 if quick else RIVALS_S)


def _slowest(size: int, found: Mapping[Kind, Rounds], *, is_mixed: bool) -> Result:
    """The slowest kind of those that are mixed, or not; the goal is of the usual site, whose chargers are all alike."""
    kinds = {kind: rounds for kind, rounds in found.items() if kind[1] is is_mixed}
    worst = max(kinds, key=lambda kind: kinds[kind].median_ms)
    ms, p99_ms = kinds[worst].median_ms, percentile(kinds[worst].ours_ms, 99)
    what = f"a round for {size:_} chargers, {'mixed' if is_mixed else 'equal'}, the slowest: {_named(worst)}"
    beside = f"p99 {p99_ms:.2f} ms; {_by_kind(kinds)}; the plain loop {median(_plain(kinds)):.3f} ms"
    if size == GOAL_SIZE and not is_mixed:
        return at_most(what.replace("_", " "), ms, GOAL_MS, "{:.2f} ms", beside)
    return Result(what=what.replace("_", " "), measured=f"{ms:.2f} ms", beside=beside)


def _rounds(size: int, kind: Kind, times: int) -> Rounds:
    plenty, is_mixed = kind
    ours_ms, plain_ms = [], []
    with _calm():
        for seed in range(times + 1):
            park = carpark(size, plenty, is_mixed=is_mixed, seed=seed)
            ours, loop = _ms(partial(share, park.rows, park.asks, park.parties)), _ms(partial(plain, park))
            if seed:  # the first warms
                ours_ms.append(ours)
                plain_ms.append(loop)
    return Rounds(ours_ms, plain_ms)


def _growth(found: Mapping[int, Mapping[Kind, Rounds]]) -> Result:
    """How much more ten times the chargers cost, beside n log n: 1 is as much."""
    by_kind = {kind: _grown({size: found[size][kind].median_ms for size in SIZES}) for kind in KINDS}
    loops = _grown({size: median(_plain(found[size])) for size in SIZES})
    kind = max(by_kind, key=lambda kind: max(by_kind[kind]))
    steps = ", ".join(f"{small}→{large}" for small, large in pairwise(SIZES))
    told = "; ".join(f"{_named(kind)} {_listed(by_kind[kind])}" for kind in KINDS)
    return at_most(
        f"how a round grows with ten times the chargers, the worst: {_named(kind)}",
        max(by_kind[kind]),
        1.0,
        "{:.2f} × n log n",
        f"{steps}: {told}; the plain loop {_listed(loops)}",
    )


def _grown(ms: Mapping[int, float]) -> list[float]:
    """From each size to the next."""
    return [ms[large] / ms[small] / (large * log2(large) / (small * log2(small))) for small, large in pairwise(SIZES)]


def _listed(grown: list[float]) -> str:
    return ", ".join(f"{one:.2f}" for one in grown)


def _rivals(limit_s: float) -> Iterator[Result]:
    """Acnportal on the same; a round that lasts longer than its limit is given up."""
    try:
        from tests.bench.acn import least_laxity, round_robin
    except ImportError:
        yield Result(
            what="acnportal's round robin and least laxity first",
            measured="not measured",
            beside=f"it is not installed: ./do_py.sh -m pip install {WANTED}, then again",
        )
        return
    for name, rival in (("round robin", round_robin), ("least laxity first", least_laxity)):
        for size in SIZES[:3]:
            yield _beside(name, rival, size, limit_s)


def _beside(name: str, rival: Callable[[Carpark], list[float]], size: int, limit_s: float) -> Result:
    """One of them on one car park."""
    park = carpark(size, Plenty.HALF, is_mixed=False, seed=1)
    ours_ms = median(_ms(partial(share, park.rows, park.asks)) for _ in range(9))
    ours_a = sum(one.current_a for one in share(park.rows, park.asks).values())
    what = f"acnportal's {name}, {size} chargers, half the room, equal"
    try:
        with _limited(limit_s):
            start_s = process_time()
            rates_a = rival(park)
            rival_ms = (process_time() - start_s) * 1000
    except TimeoutError:
        measured = f"given up after {limit_s:.0f} s: > {limit_s * 1000 / ours_ms:.0f} × ours"
        return Result(what=what, measured=measured, beside=f"ours {ours_ms:.2f} ms")
    given = f"it hands out {sum(rates_a):.0f} A in all, ours {ours_a:.0f} A"
    return Result(
        what=what,
        measured=f"{rival_ms / ours_ms:.0f} × ours",
        beside=f"{rival_ms:.1f} ms, ours {ours_ms:.2f} ms; {given}",
    )


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raises TimeoutError in whatever still computes after so long."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _calm() -> Iterator[None]:
    """As the programs do once they have started."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _plain(found: Mapping[Kind, Rounds]) -> list[float]:
    return [ms for rounds in found.values() for ms in rounds.plain_ms]


def _by_kind(found: Mapping[Kind, Rounds]) -> str:
    return ", ".join(f"{_named(kind)} {rounds.median_ms:.2f} ms" for kind, rounds in found.items())


def _named(kind: Kind) -> str:
    plenty, is_mixed = kind
    return f"{plenty.value}, {'mixed' if is_mixed else 'equal'}"


def _ms(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return (process_time() - start) * 1000
