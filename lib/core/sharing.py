"""Room on circuits → amperes for each charger, and the row that limits it. Knows no watt, no clock and no reason.

In: rows, what each charger could use, and how circuits share. Out: a share for each. Currents in A per phase.
Source: lexicographic max-min in steps, and IEC 61851-1: a car takes nothing, or at least its minimum.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import groupby
from math import inf

from lib.core.circuits import Row

HAIR = 1e-9  # of a mA: nothing is lost in fractions


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a charger could use now; one that has no car, or whose car wants nothing, does not ask.

    Attributes:
        conductors: the meter's phases that it loads; phases: on how many it charges, None: on as many.
        least_a: below it can only pause; most_a: what car, rules and proposals leave it; step_a: how fine.
        rank: its position; the lowest goes first.
        forced: it is to run at all events, so its minimum is admitted before others.
        idle: its car takes nothing, so it is admitted after all others.
        runs: it has its minimum now, so it stays ahead of those that wait.
        spare_a: what must be left beside its minimum: 0.5 after it was stopped for want of room.
        turn, weight: the profile; a lower turn is filled first, within one the shares go by weight.

    """

    charger: str
    conductors: tuple[int, ...]
    phases: int | None = None
    least_a: float
    most_a: float
    step_a: float
    rank: int
    forced: bool = False
    idle: bool = False
    runs: bool = False
    spare_a: float = 0.0
    turn: int = 0
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Chargers that share what they get together in their own way: turns and weights as in `Ask`, by charger."""

    turns: Mapping[str, int]
    weights: Mapping[str, float] = field(default_factory=dict)


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

    __slots__ = ("ask", "full", "got", "least", "loads", "most", "step", "turn", "weight")

    def __init__(self, ask: Ask, loads: list[tuple[int, int]]) -> None:
        """loads: rows, and what each ampere takes of them."""
        self.ask, self.loads = ask, loads
        self.turn, self.weight = ask.turn, ask.weight
        self.step = max(1, round(ask.step_a * 1000))
        self.got = self.least = -(-_milli(ask.least_a) // self.step) * self.step
        self.most = _milli(ask.most_a) // self.step * self.step
        self.full: int | None = None  # the row that stopped it

    def row_without(self, left: list[int], more: int) -> int | None:
        """The row with the least room that cannot take so much more of it."""
        found, least = None, 0
        for row, load in self.loads:
            lacking = left[row] - more * load
            if lacking < least:
                found, least = row, lacking
        return found

    def take(self, left: list[int], more: int) -> None:
        """So much more of it, or with a minus less."""
        self.got += more
        for row, load in self.loads:
            left[row] -= more * load


def share(rows: Iterable[Row], asks: Iterable[Ask], parties: Sequence[Party] = ()) -> dict[str, Share]:
    """What each charger that asks gets.

    Minimums are admitted one after the other, forced ones first, who does not fit waits; what is left goes to who has
    least, step by step, until all are at their most or before a full row. Nobody pushes current through a full row.
    parties: those that share otherwise among themselves what they come to together, the outer before the inner ones.
    """
    rows = tuple(rows)
    admitted, left, given = _admitted(rows, asks, parties)
    _fill(admitted, left)
    known = {taker.ask.charger: taker for taker in admitted}
    for party in parties:
        members = [known[charger] for charger in party.turns if charger in known]
        if all(taker.got >= taker.most for taker in members):
            continue  # each has all that it takes, whatever its turn
        for taker in members:
            taker.take(left, taker.least - taker.got)
            taker.turn = party.turns[taker.ask.charger]
            taker.weight = party.weights.get(taker.ask.charger, 1.0)
        _fill(members, left)
    if parties:
        _step(admitted, left)
    for taker in admitted:
        held_by = None if taker.full is None or taker.got >= taker.most else rows[taker.full]
        given[taker.ask.charger] = Share(current_a=taker.got / 1000, held_by=held_by)
    return given


def exact(rows: Iterable[Row], asks: Iterable[Ask]) -> dict[str, float]:
    """What each would get of the same rows if amperes came in no steps, by turn 0 alone: what `share` rounds down."""
    admitted, left, given = _admitted(tuple(rows), asks, ())
    amounts = _levels(admitted, left)
    levels = {taker.ask.charger: amount / 1000 for taker, amount in zip(admitted, amounts, strict=True)}
    return dict.fromkeys(given, 0.0) | levels


def _admitted(
    rows: Sequence[Row], asks: Iterable[Ask], parties: Sequence[Party]
) -> tuple[list[_Taker], list[int], dict[str, Share]]:
    """Who has his minimum, what the rows have left beside these, and what the others get: a place in line at most."""
    left = [max(0, _milli(row.room)) for row in rows]
    given: dict[str, Share] = {}
    waiting = Counter[str]()
    admitted: list[_Taker] = []
    for taker in _in_line(_takers(rows, asks), parties):
        ask = taker.ask
        if taker.most < taker.least:
            given[ask.charger] = Share(current_a=0.0)
        elif (full := taker.row_without(left, taker.least + _milli(ask.spare_a))) is not None:
            waiting[rows[full].circuit] += 1
            given[ask.charger] = Share(current_a=0.0, held_by=rows[full], place=waiting[rows[full].circuit])
        else:
            taker.got = 0
            taker.take(left, taker.least)
            admitted.append(taker)
    return admitted, left, given


def _takers(rows: Sequence[Row], asks: Iterable[Ask]) -> list[_Taker]:
    """All that ask, each with the rows that it can fill; a row that has room for all below it limits nobody."""
    circuits: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        circuits.setdefault(row.circuit, []).append(index)
    everywhere: tuple[int, ...] = ()
    below: dict[str, tuple[int, ...]] = {}
    for indexes in circuits.values():
        if (chargers := rows[indexes[0]].chargers) is None:
            everywhere = (*everywhere, *indexes)
        else:
            way = tuple(indexes)
            for charger in chargers:
                below[charger] = below.get(charger, ()) + way
    loads: dict[tuple[object, ...], list[tuple[int, int]]] = {}  # the same for all that hang alike
    takers, most = [], [0] * len(rows)
    for ask in asks:
        way = below.get(ask.charger, ())
        key = (way, ask.conductors, ask.phases)
        if key not in loads:
            found = ((index, rows[index].load(ask.conductors, ask.phases)) for index in (*everywhere, *way))
            loads[key] = [(index, load) for index, load in found if load]
        taker = _Taker(ask, loads[key])
        needs = max(taker.most, taker.least + _milli(ask.spare_a))
        for index, load in taker.loads:
            most[index] += needs * load
        takers.append(taker)
    tight = [most[index] > max(0, _milli(row.room)) for index, row in enumerate(rows)]
    for known in loads.values():
        known[:] = [load for load in known if tight[load[0]]]
    return takers


def _in_line(takers: list[_Taker], parties: Sequence[Party]) -> list[_Taker]:
    """In the order in which minimums are admitted: a party keeps its places in the line, and fills them in its way."""

    def key(taker: _Taker, turn: int) -> tuple[bool, bool, int, bool, int]:
        ask = taker.ask
        return ask.idle, not ask.forced, turn, not ask.runs, ask.rank

    line = sorted(takers, key=lambda taker: key(taker, taker.turn))
    place_of = {taker.ask.charger: place for place, taker in enumerate(line)} if parties else {}
    for party in parties:
        turns = party.turns
        places = sorted(place_of[charger] for charger in turns if charger in place_of)
        members = sorted((line[place] for place in places), key=lambda taker: key(taker, turns[taker.ask.charger]))
        for place, taker in zip(places, members, strict=True):
            line[place] = taker
            place_of[taker.ask.charger] = place
    return line


def _fill(takers: list[_Taker], left: list[int]) -> None:
    """Raise all, those of a lower turn first, until a maximum or a full row stops each of them."""
    takers.sort(key=lambda taker: (taker.turn, taker.ask.rank))
    for _, equals in groupby(takers, key=lambda taker: taker.turn):
        level = list(equals)
        if len(level) > 1:
            _leap(level, left)
        _step(level, left)


def _step(takers: Iterable[_Taker], left: list[int]) -> None:
    """The rule itself: who has least is raised by one step, until a maximum or a full row stops each of them."""
    all_ = list(takers)
    line = [(taker.got / taker.weight, index) for index, taker in enumerate(all_) if taker.got < taker.most]
    if len(line) == 1:  # one alone takes all that its rows leave
        taker = all_[line[0][1]]
        steps = min([left[row] // load // taker.step for row, load in taker.loads], default=taker.most)
        taker.take(left, min(steps * taker.step, taker.most - taker.got))
    heapify(line)
    while line:
        index = heappop(line)[1]
        taker = all_[index]
        step = taker.step
        if taker.got + step > taker.most:
            taker.full = None
        elif (full := taker.row_without(left, step)) is not None:
            taker.full = full
        else:
            taker.take(left, step)
            heappush(line, (taker.got / taker.weight, index))


def _leap(takers: list[_Taker], left: list[int]) -> None:
    """As far as all rise together, rounded down to each one's step: where single steps come to, but for the last."""
    for taker, amount in zip(takers, _levels(takers, left), strict=True):
        taker.take(left, max(0, int(amount + HAIR * 1000) // taker.step * taker.step - taker.got))


def _levels(takers: Sequence[_Taker], left: Sequence[int]) -> list[float]:
    """Exact max-min, in mA: the level rises, whoever is at its maximum stops, and a full row stops all on it."""
    level_of = [taker.got / taker.weight for taker in takers]
    low = min(level_of, default=0.0)
    on: dict[int, list[int]] = {}
    rising: dict[int, float] = {}  # of each row, what it takes of it when the level rises by one
    room: dict[int, float] = {}  # of each row, what those that rise now may have together
    ends: list[tuple[float, bool, int]] = []  # level, whether it begins there, whose
    for index, taker in enumerate(takers):
        weight = taker.weight
        begins = level_of[index] > low + HAIR
        for row, load in taker.loads:
            if row not in on:
                on[row], rising[row], room[row] = [], 0.0, left[row]
            on[row].append(index)
            if not begins:
                rising[row] += weight * load
                room[row] += taker.got * load
        if begins:
            ends.append((level_of[index], True, index))
        ends.append((taker.most / weight, False, index))
    ends.sort(key=lambda end: (end[0], not end[1]))
    state = [level_of[index] <= low + HAIR for index in range(len(takers))]  # whether it rises
    final: list[float | None] = [None] * len(takers)
    bound = {row: room[row] / rate for row, rate in rising.items() if rate > HAIR}
    fills = [(level, row) for row, level in bound.items()]
    heapify(fills)

    def stop(index: int, amount: float) -> None:
        final[index], state[index] = amount, False
        weight = takers[index].weight
        for row, load in takers[index].loads:
            room[row] -= amount * load
            rising[row] -= weight * load

    for level, begins, index in ends:
        while fills and fills[0][0] <= level:
            row = heappop(fills)[1]
            bound[row] = inf
            rate = rising[row]
            if rate <= HAIR:
                continue
            true = room[row] / rate
            if true > level or (fills and true > fills[0][0] + HAIR):
                bound[row] = true
                heappush(fills, (true, row))
                continue
            for other in on[row]:
                if state[other]:
                    stop(other, max(takers[other].got, takers[other].weight * true))
                elif final[other] is None:  # it would begin above a row that is full
                    final[other] = takers[other].got
        if final[index] is not None:
            continue
        if begins:
            state[index] = True
            weight, got = takers[index].weight, takers[index].got
            for row, load in takers[index].loads:
                room[row] += got * load
                rising[row] += weight * load
                true = room[row] / rising[row]
                if true < bound.get(row, inf):
                    bound[row] = true
                    heappush(fills, (true, row))
        else:
            stop(index, takers[index].most)
    return [taker.got if amount is None else amount for taker, amount in zip(takers, final, strict=True)]


def _milli(value: float) -> int:
    """Amperes in whole mA or watts in whole mW, downwards; what lies a hair below one by binary fractions is on it."""
    return int(value * 1000 + 1e-3)
