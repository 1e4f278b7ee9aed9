"""Who is served in what order, and how a circuit shares: profile, arrivals, priorities, time to spare and turns.

In: circuits, what asks, and what is known of each. Out: the asks with their turns and weights, and the circuits that
share in a way of their own. Times are seconds of our monotonic clock. Knows no ampere that is left.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from math import inf
from types import MappingProxyType
from typing import Final

from lib.core.circuits import Circuit, Profile, direct
from lib.core.sharing import Ask, Party, Share
from lib.core.states import replace

LAST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a profile goes by, of one that asks.

    Attributes:
        since: when its car came; None: nobody knows, so it came last.
        slack_s, relative: the time it could wait, in seconds and as a part of the time it has; infinite without a trip.

    """

    since: datetime | None = None
    priority: int = 0
    slack_s: float = inf
    relative: float = inf


SPARE: Final[Mapping[Profile, tuple[Callable[[Standing], float], float]]] = MappingProxyType(
    {
        Profile.LAXITY: (lambda standing: standing.slack_s, 600.0),
        Profile.RELATIVE: (lambda standing: standing.relative, 0.1),
    }
)  # what goes by the time to spare, and by how much less of it another one goes ahead

ALIKE: Final = frozenset({Profile.EQUAL, Profile.RAMP, Profile.PROPORTIONAL})
Lines = Mapping[Profile, tuple[str, ...]]
NO_LINES: Final[Lines] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """Whose turn it is where minimums do not fit for all.

    Attributes:
        turns: so often the line has turned by one; turned_s: when last, None while nobody waits.
        served: who had its minimum in the last round, or keeps it unheard; None: there was none yet.
        lines: by profile, the chargers by the time to spare of their cars, as long as that changes little.

    """

    turns: int = 0
    turned_s: float | None = None
    served: frozenset[str] | None = None
    lines: Lines = field(default_factory=dict)

    def stays(self, charger: str, *, runs: bool) -> bool:
        """Whether it is ahead of those that wait: it was served in the last round; in the first, whoever runs is."""
        return runs if self.served is None else charger in self.served


def after(
    rota: Rota, shares: Mapping[str, Share], *, now_s: float, rotation_s: float, unheard: Collection[str] = ()
) -> Rota:
    """The rota after a round: while somebody waits, the line turns every `rotation_s`, and then nobody stays ahead.

    unheard: who goes on by its last order while its charger does not answer: it asks for nothing, and keeps its place.
    """
    if not any(share.place for share in shares.values()):
        turned_s, turns, is_due = None, rota.turns, False
    else:
        turned_s = now_s if rota.turned_s is None else rota.turned_s
        is_due = now_s - turned_s >= rotation_s
        turned_s, turns = (now_s, rota.turns + 1) if is_due else (turned_s, rota.turns)
    served: frozenset[str] = frozenset()
    if not is_due:
        served = frozenset(name for name, share in shares.items() if share.current_a)
        served |= {name for name in unheard if rota.stays(name, runs=True)}
    if served == rota.served and turned_s == rota.turned_s and turns == rota.turns:
        return rota
    return replace(rota, turns=turns, turned_s=turned_s, served=served)


def lined(rota: Rota, circuits: Sequence[Circuit], standings: Mapping[str, Standing]) -> Rota:
    """The rota with the lines of those profiles that go by the time to spare.

    Who is served keeps its time to spare while that of the others runs out: were they to change places for a second of
    it, none would ever charge.
    """
    lines = {
        profile: _held(rota.lines.get(profile, ()), {name: key(one) for name, one in standings.items()}, margin)
        for profile, (key, margin) in SPARE.items()
        if profile in shapes(tuple(circuits)).values()
    }
    return rota if lines == rota.lines else replace(rota, lines=lines)


def _held(line: Sequence[str], keys: Mapping[str, float], margin: float) -> tuple[str, ...]:
    """The same line, but that nobody stands behind one whose key is greater by more than the margin."""
    found: list[str] = []
    most = -inf
    known = dict.fromkeys(name for name in line if name in keys)
    for name in (*known, *sorted((name for name in keys if name not in known), key=lambda name: keys[name])):
        below = keys[name] + margin
        at = len(found) if most <= below else next(at for at, one in enumerate(found) if keys[one] > below)
        found.insert(at, name)
        most = max(most, keys[name])
    return tuple(found)


def profiled(
    circuits: Sequence[Circuit],
    asks: Sequence[Ask],
    standings: Mapping[str, Standing],
    *,
    turns: int = 0,
    lines: Lines = NO_LINES,
) -> tuple[list[Ask], tuple[Party, ...]]:
    """The asks as the first circuit shares, with their ranks turned; and those circuits that share otherwise.

    circuits: each before those that hang on it; asks: in the owner's order. turns, lines: of the rota.
    """
    shape = shapes(tuple(circuits))
    first = shape[circuits[0].name] if circuits else Profile.EQUAL
    turn, weights = _turns(first, asks, standings, lines), _weights(first, asks)
    count = len(asks)
    ranked = [
        replace(
            ask,
            rank=(position - turns) % count,
            turn=turn[ask.charger],
            weight=weights.get(ask.charger, 1.0),
        )
        for position, ask in enumerate(asks)
    ]
    parties = []
    for circuit in circuits[1:]:
        profile = shape[circuit.name]
        if _kind(profile) is not _kind(shape.get(circuit.above, first)):
            members = [ask for ask in ranked if circuit.carries(ask.charger)]
            if len(members) > 1:
                own = _turns(profile, members, standings, lines)
                parties.append(Party(turns=own, weights=_weights(profile, members)))
    return ranked, tuple(parties)


@lru_cache(maxsize=8)
def shapes(circuits: tuple[Circuit, ...]) -> Mapping[str, Profile]:
    """How each circuit shares: as it says, else as the one above it. Each stands before those that hang on it."""
    found: dict[str, Profile] = {}
    first = circuits[0].profile or Profile.EQUAL if circuits else Profile.EQUAL
    for circuit in circuits:
        found[circuit.name] = circuit.profile or found.get(circuit.above, first)
    return MappingProxyType(found)


@lru_cache(maxsize=8)
def by_car(circuits: tuple[Circuit, ...]) -> bool:
    """Whether a circuit shares by what is known of each car, and not all alike."""
    return not ALIKE.issuperset(shapes(circuits).values())


@lru_cache(maxsize=8)
def ramps(circuits: tuple[Circuit, ...], chargers: tuple[str, ...]) -> frozenset[str]:
    """The chargers on a circuit that has the meter-following ramp."""
    shape = shapes(circuits)
    hangs = direct(circuits, chargers).items()
    return frozenset(name for circuit, names in hangs if shape.get(circuit) is Profile.RAMP for name in names)


def _kind(profile: Profile) -> Profile:
    """A ramp shares as equals do; it only has another pace."""
    return Profile.EQUAL if profile is Profile.RAMP else profile


def _turns(profile: Profile, asks: Sequence[Ask], standings: Mapping[str, Standing], lines: Lines) -> dict[str, int]:
    """By charger, the lower the sooner; those with the same turn share alike."""
    known = [(ask.charger, standings.get(ask.charger, Standing())) for ask in asks]
    match profile:
        case Profile.PRIORITY:
            return {name: -standing.priority for name, standing in known}
        case Profile.FIFO:
            known.sort(key=lambda one: one[1].since or LAST)
        case Profile.LAXITY | Profile.RELATIVE if profile in lines:
            place_of = {name: place for place, name in enumerate(lines[profile])}
            known.sort(key=lambda one: place_of.get(one[0], len(place_of)))
        case Profile.LAXITY | Profile.RELATIVE:
            key = SPARE[profile][0]
            known.sort(key=lambda one: key(one[1]))
        case Profile.STATION:
            pass
        case _:
            return {name: 0 for name, _ in known}
    return {name: turn for turn, (name, _) in enumerate(known)}


def _weights(profile: Profile, asks: Collection[Ask]) -> dict[str, float]:
    """The same percentage of what each could take; else all alike."""
    return {ask.charger: max(ask.most_a, ask.least_a) for ask in asks} if profile is Profile.PROPORTIONAL else {}
