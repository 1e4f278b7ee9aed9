"""What circuits carry + what chargers ask for → amperes for each, and the row that holds it. Knows no clock, no price.

Source: lexicographic max-min in steps, and IEC 61851-1: a car takes nothing, or at least its minimum.
"""

from bisect import insort
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from math import ceil

from lib.core.circuits import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a charger could use now; one that has no car, or whose car wants nothing, does not ask.

    Attributes:
        conductors: the meter's phases that it loads.
        least_a: below it can only pause; most_a: what car, rules and proposals leave it; step_a: how fine.
        rank: its position; the lowest goes first.
        forced: it is to run at all events, so its minimum is admitted before others.
        runs: it charges now, so it stays ahead of those that wait.
        spare_a: what must be left beside its minimum: 0.5 after it was stopped for want of room.
        turn, weight: the profile; a lower turn is filled first, within one the shares go by weight.

    """

    charger: str
    conductors: tuple[int, ...]
    least_a: float
    most_a: float
    step_a: float
    rank: int
    forced: bool = False
    runs: bool = False
    spare_a: float = 0.0
    turn: int = 0
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a charger gets: nothing, or at least its minimum, in its steps.

    Attributes:
        held_by: the row that leaves no more; None: it has all it asked for.
        place: in the line of those that wait for the same circuit, from 1; 0: it does not wait.

    """

    current_a: float
    held_by: Row | None = None
    place: int = 0


class _Taker:
    """One charger while amperes are given out, in whole mA so that nothing is lost in fractions."""

    __slots__ = ("ask", "full", "got", "loads", "most", "step", "weight")

    def __init__(self, ask: Ask, loads: list[tuple[int, int]]) -> None:
        self.ask, self.loads, self.weight = ask, loads, ask.weight
        self.step = max(1, round(ask.step_a * 1000))
        self.got = -(-_milli(ask.least_a) // self.step) * self.step
        self.most = _milli(ask.most_a) // self.step * self.step
        self.full: int | None = None  # the row that stopped it

    def lifted(self, level: float) -> int:
        """What it has when nobody stands below `level` any more, if rows do not matter."""
        return min(self.most, self.got + self.step * max(0, ceil((level * self.weight - self.got) / self.step)))

    def row_without(self, left: list[int], more: int) -> int | None:
        """The row with the least room that cannot take so much more of it."""
        lacking = [(left[row] - more * load, row) for row, load in self.loads if more * load > left[row]]
        return min(lacking)[1] if lacking else None

    def take(self, left: list[int], more: int) -> None:
        for row, load in self.loads:
            left[row] -= more * load


def share(rows: Iterable[Row], asks: Iterable[Ask]) -> dict[str, Share]:
    """What each charger that asks gets.

    Minimums are admitted one after the other, forced ones first, who does not fit waits; what is left goes to who has
    least, step by step, until all are at their most or before a full row. Nobody pushes current through a full row.
    """
    rows = tuple(rows)
    below = _below(rows)
    left = [max(0, _milli(row.room_a)) for row in rows]
    given: dict[str, Share] = {}
    waiting = Counter[str]()
    admitted: list[_Taker] = []
    for ask in sorted(asks, key=lambda ask: (not ask.forced, ask.turn, not ask.runs, ask.rank)):
        over = (*below.get(None, ()), *below.get(ask.charger, ()))  # None: those above every charger
        taker = _Taker(ask, [(row, load) for row in over if (load := rows[row].weighs(ask.charger, ask.conductors))])
        if taker.most < taker.got:
            given[ask.charger] = Share(current_a=0.0)
        elif (full := taker.row_without(left, taker.got + _milli(ask.spare_a))) is not None:
            waiting[rows[full].circuit] += 1
            given[ask.charger] = Share(current_a=0.0, held_by=rows[full], place=waiting[rows[full].circuit])
        else:
            taker.take(left, taker.got)
            admitted.append(taker)
    admitted.sort(key=lambda taker: (taker.ask.turn, taker.ask.rank))
    for _, equals in groupby(admitted, key=lambda taker: taker.ask.turn):
        _raise(list(equals), left)
    for taker in admitted:
        held_by = None if taker.full is None else rows[taker.full]
        given[taker.ask.charger] = Share(current_a=taker.got / 1000, held_by=held_by)
    return given


def _below(rows: Iterable[Row]) -> dict[str | None, list[int]]:
    below: dict[str | None, list[int]] = {}
    for index, row in enumerate(rows):
        for charger in (None,) if row.chargers is None else row.chargers:
            below.setdefault(charger, []).append(index)
    return below


def _raise(takers: list[_Taker], left: list[int]) -> None:
    """Raise whoever has least, one step at a time, until a maximum or a full row stops each of them."""
    while takers:
        _lift(takers, left)
        line = sorted((taker.got / taker.weight, index) for index, taker in enumerate(takers))
        stopped: set[int] = set()
        turns = 2 * len(line)  # about one step more for each, and a try that fails; then all that are left leap again
        while line and turns:
            turns -= 1
            index = line.pop(0)[1]
            taker = takers[index]
            if taker.got + taker.step > taker.most:
                stopped.add(index)
            elif (full := taker.row_without(left, taker.step)) is not None:
                taker.full = full
                stopped.add(index)
            else:
                taker.take(left, taker.step)
                taker.got += taker.step
                insort(line, (taker.got / taker.weight, index))
        takers = [taker for index, taker in enumerate(takers) if index not in stopped]


def _lift(takers: list[_Taker], left: list[int]) -> None:
    """Many steps at once, as long as no row can have stopped anybody: what single steps would have come to."""
    low = min(taker.got / taker.weight for taker in takers)
    high = max(taker.most / taker.weight for taker in takers) + 1
    fine = min(taker.step / taker.weight for taker in takers)
    while high - low > fine:
        level = (low + high) / 2
        needs = Counter[int]()
        for taker in takers:
            more = taker.lifted(level) - taker.got
            for row, load in taker.loads:
                needs[row] += more * load
        if all(need <= left[row] for row, need in needs.items()):
            low = level
        else:
            high = level
    for taker in takers:
        more = taker.lifted(low) - taker.got
        taker.take(left, more)
        taker.got += more


def _milli(current_a: float) -> int:
    """Amperes in whole mA, downwards; what lies a hair below one by binary fractions is on it."""
    return int(current_a * 1000 + 1e-3)
